package stage

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"sixtouch/model"
)

// Ladder is the rungs in their order. Lost stands beside it: whoever is lost has
// kept what they had reached, and begins anew from there.
func Ladder() []string {
	return []string{
		model.StageMAL, model.StageMIL, model.StageMQL, model.StageSAL, model.StageSQL,
		model.StageOpportunity, model.StageWon, model.StageRenewal,
	}
}

// Rank is a rung's place on the ladder, from 1; 0 for those who are not on it
// yet, and for lost.
func Rank(stage string) int { return slices.Index(Ladder(), stage) + 1 }

// regresses tells whether a move is a step back. Leaving the ladder as lost is
// none, and neither is coming back from there.
func regresses(from, to string) bool { return Rank(to) > 0 && Rank(to) < Rank(from) }

// Teams that own stages.
const (
	TeamMarketing = "marketing"
	TeamSDR       = "sdr"
	TeamSales     = "sales"
	TeamSuccess   = "success"
)

// Teams lists them.
func Teams() []string { return []string{TeamMarketing, TeamSDR, TeamSales, TeamSuccess} }

// Bounds of the opportunities' own stages.
const (
	leastStages = 5
	mostStages  = 7
	maxLabel    = 30 // characters
)

// Definitions lists the ladder's rungs and the opportunities' own stages, each in
// order; retired ones are left out.
func (s *Service) Definitions(ctx context.Context) ([]model.StageDef, error) {
	var list []model.StageDef
	err := s.DB.Read(ctx).Where("retired_at IS NULL").Order("kind, position").Find(&list).Error
	return list, wrap("load stage definitions", err)
}

// Naming is how a stage is called and who owns it.
type Naming struct {
	Key     string
	Team    string
	LabelZH string
	LabelEN string
}

func (n Naming) check(faults map[string]string, at string) {
	if !slices.Contains(Teams(), n.Team) {
		faults[at+"team"] = fmt.Sprintf("%q is none of %v", n.Team, Teams())
	}
	for field, label := range map[string]string{"label_zh": n.LabelZH, "label_en": n.LabelEN} {
		if length := utf8.RuneCountInString(label); length == 0 || length > maxLabel || strings.TrimSpace(label) != label {
			faults[at+field] = fmt.Sprintf("needs 1 to %d characters, without spaces around them", maxLabel)
		}
	}
}

func faulty(faults map[string]string) error {
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the stages have faults", Fields: faults}
}

// Name renames a rung of the ladder or gives it to another team; its key and its
// place are fixed.
func (s *Service) Name(ctx context.Context, n Naming) error {
	faults := map[string]string{}
	if n.check(faults, ""); len(faults) > 0 {
		return faulty(faults)
	}
	res := s.DB.Conn(ctx).Model(&model.StageDef{}).Where("kind = ? AND stage_key = ?", model.StageKindLadder, n.Key).Updates(map[string]any{
		"team": n.Team, "label_zh": n.LabelZH, "label_en": n.LabelEN, "updated_at": s.DB.Now(ctx),
	})
	if res.Error == nil && res.RowsAffected == 0 {
		return model.NotFound("stage")
	}
	return wrap("name stage", res.Error)
}

// SetOpportunityStages replaces the opportunities' own stages, 5 to 7 in their
// order. One that open deals are in cannot go; who is gone keeps its name for
// the history.
func (s *Service) SetOpportunityStages(ctx context.Context, list []Naming) error {
	if err := checkStages(list); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		now, keys := s.DB.Now(ctx), make([]string, len(list))
		for i, n := range list {
			keys[i] = n.Key
			row := model.StageDef{
				Kind: model.StageKindOpportunity, StageKey: n.Key, Position: i + 1, Team: n.Team, LabelZH: n.LabelZH, LabelEN: n.LabelEN, UpdatedAt: now,
			}
			if err := s.DB.Conn(ctx).Save(&row).Error; err != nil {
				return fmt.Errorf("store stage %s: %w", n.Key, err)
			}
		}
		err := s.DB.Conn(ctx).Model(&model.StageDef{}).Where("kind = ? AND stage_key NOT IN ? AND retired_at IS NULL", model.StageKindOpportunity, keys).
			Updates(map[string]any{"retired_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("retire stages: %w", err)
		}
		var stuck []string
		err = s.DB.Conn(ctx).Model(&model.Opportunity{}).Where("state = ? AND stage NOT IN ?", model.OpportunityOpen, keys).Limit(1).Pluck("stage", &stuck).Error
		if err != nil {
			return fmt.Errorf("look for deals in retired stages: %w", err)
		}
		if len(stuck) > 0 {
			return model.Conflict(fmt.Sprintf("open opportunities are in the stage %q: move them first", stuck[0]))
		}
		return nil
	})
}

func checkStages(list []Naming) error {
	faults := map[string]string{}
	if len(list) < leastStages || len(list) > mostStages {
		faults["stages"] = fmt.Sprintf("needs %d to %d stages", leastStages, mostStages)
	}
	key := regexp.MustCompile(`^[a-z][a-z0-9_]{0,23}$`)
	for i, n := range list {
		at := fmt.Sprintf("stages[%d].", i)
		n.check(faults, at)
		switch {
		case !key.MatchString(n.Key):
			faults[at+"key"] = fmt.Sprintf("%q must be 1 to 24 of a–z, 0–9 and _, and begin with a letter", n.Key)
		case slices.ContainsFunc(list[:i], func(o Naming) bool { return o.Key == n.Key }):
			faults[at+"key"] = fmt.Sprintf("%q is used twice", n.Key)
		}
	}
	return faulty(faults)
}

// opportunityStages are the keys of the deals' own stages, in order.
func (s *Service) opportunityStages(ctx context.Context) ([]string, error) {
	var keys []string
	err := s.DB.Read(ctx).Model(&model.StageDef{}).Where("kind = ? AND retired_at IS NULL", model.StageKindOpportunity).
		Order("position").Pluck("stage_key", &keys).Error
	return keys, wrap("load opportunity stages", err)
}
