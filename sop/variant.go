package sop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/experiment"
)

// Bounds of a step's variants.
const (
	maxVariants = 8
	maxWeight   = 10_000
)

// Variant is one of several contents that a step may have. Who gets which is
// drawn once per contact, by the weights of that moment, and kept.
type Variant struct {
	Key     string         `json:"key"`
	Weight  int            `json:"weight"`            // relative to the others'; 0: nobody new
	Content *model.Content `json:"content,omitempty"` // in drafts; versions keep none
}

// Test says how a step's variants are compared. Changing it after a look at
// the counts undoes what the verdict promises.
type Test struct {
	Within     Duration `json:"within,omitzero"`      // time to respond from sending on; default 3 days
	MinPeople  int      `json:"min_people,omitempty"` // of each variant, before anything is said; default 100
	Effect     float64  `json:"effect,omitempty"`     // smallest difference worth finding, in points; default 5
	AutoWinner bool     `json:"auto_winner,omitempty"`
}

// Bounds and defaults of a test.
const (
	defaultWithin = 3 * 24 * time.Hour
	maxWithin     = 30 * 24 * time.Hour
	defaultPeople = 100
	maxPeople     = 1_000_000
	defaultEffect = 5
)

// test is the step's, with its defaults filled in.
func (s Step) test() Test {
	var t Test
	if s.Test != nil {
		t = *s.Test
	}
	if t.Within == 0 {
		t.Within = Duration(defaultWithin)
	}
	if t.MinPeople == 0 {
		t.MinPeople = defaultPeople
	}
	if t.Effect == 0 {
		t.Effect = defaultEffect
	}
	return t
}

func (s Step) checkVariants(f faults, at string, channel Channel) {
	switch {
	case !channel.Info().Variants:
		f.add(at+".variants", "cannot be sent through this channel: everyone gets the same")
	case s.Content != nil:
		f.add(at+".content", "is said by the variants: leave it out")
	case len(s.Variants) < 2 || len(s.Variants) > maxVariants:
		f.add(at+".variants", "needs 2 to %d variants, has %d", maxVariants, len(s.Variants))
	}
	total, seen := 0, map[string]bool{}
	for i, v := range s.Variants {
		place := fmt.Sprintf("%s.variants[%d]", at, i)
		if !validKey(v.Key) {
			f.add(place+".key", "%q must be 1 to 64 of a–z, 0–9, - and _", v.Key)
		}
		if seen[v.Key] {
			f.add(place+".key", "%q is used twice", v.Key)
		}
		seen[v.Key] = true
		if v.Weight < 0 || v.Weight > maxWeight {
			f.add(place+".weight", "must be 0 to %d", maxWeight)
		}
		total += max(0, v.Weight)
		one := s
		one.Content, one.Variants, one.Test = v.Content, nil, nil
		if err := channel.Check(one); err != nil {
			f.add(place, "%s", sentence(err))
		}
	}
	if total == 0 && len(s.Variants) > 0 {
		f.add(at+".variants", "need a weight above 0")
	}
	if s.Test != nil {
		s.Test.check(f, at+".test")
	}
}

func (t Test) check(f faults, at string) {
	if time.Duration(t.Within) > maxWithin {
		f.add(at+".within", "must be at most 30d")
	}
	if t.MinPeople < 0 || t.MinPeople > maxPeople {
		f.add(at+".min_people", "must be 1 to %d", maxPeople)
	}
	if t.Effect < 0 || t.Effect >= 100 {
		f.add(at+".effect", "must be above 0 and below 100 points")
	}
}

// weights are what chance goes by.
func (s Step) weights() []experiment.Weight {
	out := make([]experiment.Weight, len(s.Variants))
	for i, v := range s.Variants {
		out[i] = experiment.Weight{Key: v.Key, Weight: v.Weight}
	}
	return out
}

// offers tells whether the step has that variant.
func (s Step) offers(key string) bool {
	return slices.ContainsFunc(s.Variants, func(v Variant) bool { return v.Key == key })
}

// silence takes the contents out of the step: a version keeps none.
func (s *Step) silence() {
	s.Content = nil
	s.Variants = slices.Clone(s.Variants)
	for i := range s.Variants {
		s.Variants[i].Content = nil
	}
}

// experimentOf and unitOf name a step's experiment and what is assigned in it.
// The names are part of the assignment: they never change.
func experimentOf(sopID int64, stepKey string) string {
	return fmt.Sprintf("exp:sop-%d:step-%s", sopID, stepKey)
}

func unitOf(contactID int64) string { return fmt.Sprintf("contact:%d", contactID) }

// variant is what the contact gets of the step, and why: what they had before,
// else the declared winner, else what chance says; nothing for a step without
// variants.
func (v *Version) variant(s Step, contactID int64, f Facts) (string, model.VariantBy) {
	switch {
	case len(s.Variants) == 0:
		return "", ""
	case s.offers(f.Kept[s.Key]):
		return f.Kept[s.Key], model.VariantKept
	case s.offers(f.Winners[s.Key]):
		return f.Winners[s.Key], model.VariantWinner
	}
	return experiment.Assign(experimentOf(v.SOPID, s.Key), unitOf(contactID), s.weights()), model.VariantDrawn
}

// varies tells whether a step of the version has variants.
func (v *Version) varies() bool {
	return slices.ContainsFunc(v.Steps, func(s Step) bool { return len(s.Variants) > 0 })
}

// loadVariants adds to the facts of enrollments, by their ids, which variants
// are settled already. Nobody can have had one before their second run.
func (e *Engine) loadVariants(ctx context.Context, list []model.Enrollment, versions map[int64]*Version, facts map[int64]Facts) error {
	sopIDs, again := map[int64]bool{}, map[int64]bool{}
	for _, en := range list {
		if !versions[en.VersionID].varies() {
			continue
		}
		sopIDs[en.SOPID] = true
		if en.Run > 1 {
			again[en.ContactID] = true
		}
	}
	if len(sopIDs) == 0 {
		return nil
	}
	winners, err := e.winners(ctx, slices.Collect(maps.Keys(sopIDs)))
	if err != nil {
		return err
	}
	var had []model.Touch
	if len(again) > 0 {
		err := e.DB.Conn(ctx).Select("contact_id", "sop_id", "step_key", "variant").Order("id").
			Find(&had, "contact_id IN ? AND sop_id IN ? AND variant <> ''", slices.Collect(maps.Keys(again)), slices.Collect(maps.Keys(sopIDs))).Error
		if err != nil {
			return fmt.Errorf("load variants of earlier runs: %w", err)
		}
	}
	kept := map[[2]int64]map[string]string{} // contact and SOP → step → variant
	for _, t := range had {
		at := [2]int64{t.ContactID, t.SOPID}
		if kept[at] == nil {
			kept[at] = map[string]string{}
		}
		if _, taken := kept[at][t.StepKey]; !taken {
			kept[at][t.StepKey] = t.Variant
		}
	}
	for _, en := range list {
		f := facts[en.ID]
		f.Kept, f.Winners = kept[[2]int64{en.ContactID, en.SOPID}], winners[en.SOPID]
		facts[en.ID] = f
	}
	return nil
}

// said is what the step says in that variant; false when it says nothing.
func said(row model.StepContent, variant string) (model.Content, bool) {
	if variant != "" {
		c, ok := row.Variants.V[variant]
		return c, ok
	}
	return row.Content.V, row.Content.V.Text != "" || len(row.Content.V.Attachments) > 0
}

// storeContents keeps what a step says. Contents that the step no longer has
// stay for the touches that were planned with them.
func (e *Engine) storeContents(ctx context.Context, sopID int64, s Step) error {
	if s.Content == nil && len(s.Variants) == 0 {
		return nil
	}
	row := model.StepContent{SOPID: sopID, StepKey: s.Key}
	err := e.DB.Conn(ctx).Take(&row, "sop_id = ? AND step_key = ?", sopID, s.Key).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf("load content of step %s: %w", s.Key, err)
	}
	if s.Content != nil {
		row.Content = model.AsJSON(*s.Content)
	}
	for _, v := range s.Variants {
		if v.Content == nil {
			continue
		}
		if row.Variants.V == nil {
			row.Variants.V = map[string]model.Content{}
		}
		row.Variants.V[v.Key] = *v.Content
	}
	row.UpdatedAt = e.DB.Now(ctx)
	return wrap("store content of step "+s.Key, e.DB.Conn(ctx).Save(&row).Error)
}

// Place names what is said: a step, and its variant if it has variants.
type Place struct {
	SOPID   int64
	StepKey string
	Variant string
}

// SetContent changes what a published step, or a variant of it, says: at once,
// for everyone whose dispatch has not been made.
func (e *Engine) SetContent(ctx context.Context, at Place, content model.Content) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		s, err := e.lockSOP(ctx, at.SOPID)
		if err != nil {
			return err
		}
		draft, err := ParseDefinition(s.Draft.V)
		if err != nil {
			return err
		}
		step, err := draft.say(at, content)
		if err != nil {
			return err
		}
		if channel, ok := e.Channels[step.Channel]; ok {
			step.Content, step.Variants, step.Test = &content, nil, nil
			if err := channel.Check(step); err != nil {
				return err
			}
			if err := e.checkMedia(ctx, []Step{step}); err != nil {
				return err
			}
		}
		if err := setDraft(&s, s.Name, draft); err != nil {
			return err
		}
		s.UpdatedAt = e.DB.Now(ctx)
		if err := e.DB.Conn(ctx).Save(&s).Error; err != nil {
			return err
		}
		if s.VersionID == 0 {
			return nil
		}
		said := Step{Key: at.StepKey, Content: &content}
		if at.Variant != "" {
			said = Step{Key: at.StepKey, Variants: []Variant{{Key: at.Variant, Content: &content}}}
		}
		return e.storeContents(ctx, at.SOPID, said)
	})
	if err != nil {
		return fmt.Errorf("set content of step %s of SOP %d: %w", at.StepKey, at.SOPID, err)
	}
	return nil
}

// say puts a content into the draft and returns the step that says it.
func (d *Definition) say(at Place, content model.Content) (Step, error) {
	i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Key == at.StepKey })
	if i < 0 {
		return Step{}, model.NotFound(fmt.Sprintf("step %q", at.StepKey))
	}
	s := &d.Steps[i]
	if at.Variant == "" {
		if len(s.Variants) > 0 {
			return Step{}, model.Invalid("variant", "name the variant: the step has several")
		}
		s.Content = &content
		return *s, nil
	}
	j := slices.IndexFunc(s.Variants, func(v Variant) bool { return v.Key == at.Variant })
	if j < 0 {
		return Step{}, model.NotFound(fmt.Sprintf("variant %q", at.Variant))
	}
	s.Variants[j].Content = &content
	return *s, nil
}
