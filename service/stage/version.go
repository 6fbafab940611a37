package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Slots of rule versions: one draft, one live version.
const (
	slotDraft = int8(1)
	slotLive  = int8(2)
)

// maxNote bounds the words about a version, in characters.
const maxNote = 500

// InForce returns the rules that hold now, and their number: 0 is those that
// come with the binary, until the first version has both signatures.
func (s *Service) InForce(ctx context.Context) (int, Rules, error) {
	var live []model.StageRule
	if err := s.DB.Conn(ctx).Where("slot = ?", slotLive).Limit(1).Find(&live).Error; err != nil {
		return 0, Rules{}, fmt.Errorf("load stage rules: %w", err)
	}
	if len(live) == 0 {
		return 0, DefaultRules(), nil
	}
	rules, err := rulesOf(live[0])
	return live[0].Number, rules, err
}

func rulesOf(v model.StageRule) (Rules, error) {
	var r Rules
	if err := json.Unmarshal(v.Document.V, &r); err != nil {
		return r, fmt.Errorf("read stage rules %d: %w", v.Number, err)
	}
	return r, nil
}

// Draft makes the next version of the rules. There is one draft at a time.
func (s *Service) Draft(ctx context.Context, rules Rules, note, by string) (model.StageRule, error) {
	v, err := draftOf(rules, note)
	if err != nil {
		return v, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		var last int
		if err := s.DB.Conn(ctx).Model(&model.StageRule{}).Select("COALESCE(MAX(number), 0)").Scan(&last).Error; err != nil {
			return err
		}
		slot, now := slotDraft, s.DB.Now(ctx)
		v.ID, v.Number, v.State, v.Slot, v.CreatedBy, v.CreatedAt, v.UpdatedAt = 0, last+1, model.StageRuleDraft, &slot, by, now, now
		err := s.DB.Conn(ctx).Create(&v).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return model.Conflict("there is a draft of the rules already: change it or discard it")
		}
		return err
	})
	return v, wrap("draft stage rules", err)
}

func draftOf(rules Rules, note string) (model.StageRule, error) {
	if err := rules.check(); err != nil {
		return model.StageRule{}, err
	}
	if utf8.RuneCountInString(note) > maxNote {
		return model.StageRule{}, model.Invalid("note", "is longer than 500 characters")
	}
	doc, err := json.Marshal(rules)
	return model.StageRule{Document: model.AsJSON(json.RawMessage(doc)), Note: note}, wrap("encode stage rules", err)
}

// Redraft changes a draft. Who had signed it must sign again.
func (s *Service) Redraft(ctx context.Context, number int, rules Rules, note string) (model.StageRule, error) {
	d, err := draftOf(rules, note)
	if err != nil {
		return d, err
	}
	return s.changeDraft(ctx, number, func(ctx context.Context, v *model.StageRule) error {
		v.Document, v.Note, v.UpdatedAt = d.Document, d.Note, s.DB.Now(ctx)
		v.MarketingBy, v.MarketingAt, v.SalesBy, v.SalesAt = "", nil, "", nil
		return s.DB.Conn(ctx).Save(v).Error
	})
}

// Discard deletes a draft.
func (s *Service) Discard(ctx context.Context, number int) error {
	_, err := s.changeDraft(ctx, number, func(ctx context.Context, v *model.StageRule) error {
		return s.DB.Conn(ctx).Delete(v).Error
	})
	return err
}

// Sign agrees to a draft for marketing or for sales. With both signatures, of
// two different people, it is live from then on; no event that was stored under
// another version changes.
func (s *Service) Sign(ctx context.Context, number int, team, by string) (model.StageRule, error) {
	if team != TeamMarketing && team != TeamSales {
		return model.StageRule{}, model.Invalid("team", "must be marketing or sales")
	}
	return s.changeDraft(ctx, number, func(ctx context.Context, v *model.StageRule) error {
		now := s.DB.Now(ctx)
		mine, at, other := &v.MarketingBy, &v.MarketingAt, v.SalesBy
		if team == TeamSales {
			mine, at, other = &v.SalesBy, &v.SalesAt, v.MarketingBy
		}
		if other == by {
			return model.Conflict("marketing and sales each sign with a person of their own: somebody else must sign")
		}
		*mine, *at, v.UpdatedAt = by, &now, now
		if other == "" {
			return s.DB.Conn(ctx).Save(v).Error
		}
		err := s.DB.Conn(ctx).Model(&model.StageRule{}).Where("slot = ?", slotLive).Updates(map[string]any{
			"state": model.StageRuleRetired, "slot": nil, "retired_at": now, "updated_at": now,
		}).Error
		if err != nil {
			return fmt.Errorf("retire stage rules: %w", err)
		}
		slot := slotLive
		v.State, v.Slot, v.LiveAt = model.StageRuleLive, &slot, &now
		return s.DB.Conn(ctx).Save(v).Error
	})
}

// changeDraft runs do on the locked draft.
func (s *Service) changeDraft(ctx context.Context, number int, do func(ctx context.Context, v *model.StageRule) error) (model.StageRule, error) {
	var v model.StageRule
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		v = model.StageRule{}
		err := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Take(&v, "number = ?", number).Error
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			return model.NotFound("version of the stage rules")
		case err != nil:
			return err
		case v.State != model.StageRuleDraft:
			return model.Conflict("this version has been live: what it decided stands, draft the next one")
		}
		return do(ctx, &v)
	})
	return v, wrap(fmt.Sprintf("change stage rules %d", number), err)
}

// Version returns a version of the rules; number 0 is the default ones.
func (s *Service) Version(ctx context.Context, number int) (model.StageRule, Rules, error) {
	if number == 0 {
		return model.StageRule{State: model.StageRuleRetired}, DefaultRules(), nil
	}
	var v model.StageRule
	err := s.DB.Read(ctx).Take(&v, "number = ?", number).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return v, Rules{}, model.NotFound("version of the stage rules")
	}
	if err != nil {
		return v, Rules{}, fmt.Errorf("load stage rules %d: %w", number, err)
	}
	rules, err := rulesOf(v)
	return v, rules, err
}

// Versions lists the versions of the rules, the newest first.
func (s *Service) Versions(ctx context.Context, page model.Page) ([]model.StageRule, error) {
	q := s.DB.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var list []model.StageRule
	err := q.Find(&list).Error
	return list, wrap("list stage rules", err)
}

// DiffVersions lists what differs between two versions.
func (s *Service) DiffVersions(ctx context.Context, from, to int) ([]Change, error) {
	_, a, err := s.Version(ctx, from)
	if err != nil {
		return nil, err
	}
	_, b, err := s.Version(ctx, to)
	if err != nil {
		return nil, err
	}
	return Diff(a, b), nil
}
