package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// reasonEventMoved is why a touch that was planned waits for another day: the
// event that it counts from has been moved.
const reasonEventMoved = "event_moved"

// gateAnchor names what the anchor decides.
const gateAnchor = "anchor"

// eventful tells whether the trigger's people count from the time of an event.
func (t Trigger) eventful() bool { return t.Anchor == anchorStart || t.Anchor == anchorEnd }

// moveEvent has the contact's runs that count from an event follow it to where
// the activity says that it is now. Steps that have run never do again; those
// whose new day is over are skipped, never made up for at once.
func (e *Engine) moveEvent(ctx context.Context, a model.Activity) error {
	if a.Data.V.Key == "" {
		return nil // nobody knows which event it is
	}
	sops, versions, err := e.listeners(ctx, func(t triggerKind) bool { return slices.Contains(t.takes, "anchor") })
	if err != nil {
		return err
	}
	var ids []int64
	for _, s := range sops {
		if versions[s.ID].Trigger.eventful() {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var runs []struct {
		model.Enrollment `gorm:"embedded"`
		Data             model.JSON[model.ActivityData] // of what let them in
	}
	err = e.DB.Conn(ctx).Model(&model.Enrollment{}).Select("enrollments.*, activities.data").
		Joins("JOIN activities ON activities.id = enrollments.activity_id").
		Where("enrollments.contact_id = ? AND enrollments.sop_id IN ? AND enrollments.active_slot = 1", a.ContactID, ids).Find(&runs).Error
	if err != nil {
		return fmt.Errorf("find runs that count from the event: %w", err)
	}
	for _, r := range runs {
		if r.Data.V.Key != a.Data.V.Key {
			continue
		}
		v, err := e.version(ctx, r.VersionID)
		if err != nil {
			return err
		}
		to := eventAnchor(v, a).at
		if !v.Trigger.eventful() || to.IsZero() || to.Equal(r.AnchorAt) {
			continue
		}
		if err := e.moveAnchor(ctx, r.Enrollment, v, to); err != nil {
			return fmt.Errorf("move enrollment %d with its event: %w", r.ID, err)
		}
	}
	return nil
}

// moveAnchor has one run count from another instant.
func (e *Engine) moveAnchor(ctx context.Context, en model.Enrollment, v *Version, to time.Time) error {
	now := e.DB.Now(ctx)
	var keys []string
	for _, s := range v.Steps {
		keys = append(keys, s.Key)
	}
	if err := e.takeBackSteps(ctx, []int64{en.ID}, keys); err != nil {
		return err
	}
	var touches []model.Touch
	if err := e.DB.Conn(ctx).Clauses(forUpdate()).Find(&touches, "enrollment_id = ?", en.ID).Error; err != nil {
		return fmt.Errorf("lock touches: %w", err)
	}
	start := startOf(en)
	en.AnchorAt, en.StartAt, en.UpdatedAt = model.Instant(to), &start, now
	moved := v.shifted(en.Shift)
	done := map[string]bool{}
	var changed []model.Touch
	for _, t := range touches {
		done[t.StepKey] = true
		if s, ok := v.step(t.StepKey); ok && t.State == model.TouchPlanned && !v.chained() {
			changed = append(changed, movedTouch(t, s, s.due(en.AnchorAt, moved.window), moved.window, now))
		}
	}
	if err := e.saveTouches(ctx, changed); err != nil {
		return err
	}
	if !v.chained() { // whose dates follow completions and not the anchor
		var passed []model.Touch
		en.NextDueAt = nil
		for _, s := range moved.pending(en.AnchorAt, done) {
			if !s.due.After(now) {
				passed = append(passed, passedTouch(en, v, *s.Step, now))
				continue
			}
			en.NextDueAt = &s.due
			break
		}
		if err := e.insertTouches(ctx, passed); err != nil {
			return err
		}
		if en.NextDueAt == nil && en.State == model.EnrollmentActive {
			en.State, en.ActiveSlot, en.EndedAt = model.EnrollmentCompleted, nil, &now
		}
	}
	model.AfterCommit(ctx, e.Wake)
	return e.saveEnrollments(ctx, []model.Enrollment{en})
}

// movedTouch is a touch that waited for its dispatch at its new instant; skipped
// when that is over.
func movedTouch(t model.Touch, s Step, due time.Time, w window, now time.Time) model.Touch {
	t.DueAt, t.NotBefore, t.ExpireAt, t.UpdatedAt = due, model.Instant(w.next(due)), due.Add(s.grace()), now
	t.LocalDay, t.LimitDay = localDay(due, w.zone), ""
	verdict := model.Verdict{At: now, Gate: gateAnchor, Say: "defer", Reason: reasonEventMoved, Until: &t.NotBefore}
	if !due.After(now) {
		t.State, t.Reason, t.FinalAt = model.TouchSkipped, ReasonPassed, &now
		verdict = model.Verdict{At: now, Gate: gateAnchor, Say: "skip", Reason: ReasonPassed}
	}
	t.Verdicts.V = append(t.Verdicts.V, verdict)
	return t
}
