package sop

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"sixtouch/model"
)

// gateRunning is the first gate: SOP and corp running.
const gateRunning = "running"

// unqueue takes back what was queued when the pause began: its dates are about
// to change, and its gates are asked again.
func (e *Engine) unqueue(ctx context.Context, c *model.SOPChange) (bool, error) {
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("sop_id = ? AND state = ? AND channel <> ?", c.SOPID, model.DispatchQueued, ChannelWelcome).
		Order("id").Limit(regroupPage).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("find queued dispatches: %w", err)
	}
	if err := e.takeBackDigests(ctx, "sop_id = ?", c.SOPID); err != nil {
		return false, err
	}
	return len(ids) == regroupPage, e.takeBack(ctx, ids)
}

// addPause adds the pause to an enrollment's shift, once: what an earlier resume
// has counted, or what was over before they came in, is left out. The date of an
// event that lies ahead is not ours to move.
func addPause(c *model.SOPChange, en *model.Enrollment) bool {
	from := en.EnrolledAt
	for _, t := range []*time.Time{c.Params.V.PausedAt, en.ShiftedAt, &en.AnchorAt} {
		if t != nil && t.After(from) {
			from = *t
		}
	}
	if !c.CreatedAt.After(from) {
		return false
	}
	until := c.CreatedAt
	en.Shift, en.ShiftedAt = en.Shift+until.Sub(from), &until
	return true
}

// shiftPeople puts the dates of enrollments off by the pause.
func (e *Engine) shiftPeople(ctx context.Context, c *model.SOPChange, list []model.Enrollment) error {
	done, err := e.doneSteps(ctx, list)
	if err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	for i := range list {
		en := &list[i]
		addPause(c, en)
		en.UpdatedAt = now
		if en.State != model.EnrollmentActive {
			continue
		}
		v, err := e.version(ctx, en.VersionID)
		if err != nil {
			return err
		}
		if p := v.shifted(en.Shift).pending(en.AnchorAt, done[en.ID]); len(p) > 0 {
			en.NextDueAt = v.look(p[0].due, now)
		}
	}
	c.Changed += len(list)
	return e.saveEnrollments(ctx, list)
}

// resumeTouches settles the open touches of one step after the other.
func (e *Engine) resumeTouches(ctx context.Context, c *model.SOPChange) (bool, error) {
	list, more, err := e.openTouches(ctx, c)
	if err != nil || len(list) == 0 {
		return more, err
	}
	if c.Kind == model.ChangeShift {
		list, err = e.shiftTouches(ctx, c, list)
	} else {
		list, err = e.passTouches(ctx, c, list)
	}
	if err != nil {
		return false, err
	}
	c.Changed += len(list)
	return more, e.saveTouches(ctx, list)
}

// openTouches locks the next page of planned touches: step by step, each from
// one end of its index to the other.
func (e *Engine) openTouches(ctx context.Context, c *model.SOPChange) (list []model.Touch, more bool, err error) {
	at := &c.Position.V
	if at.ID == 0 {
		key, err := e.nextStep(ctx, c)
		if err != nil || key == "" {
			return nil, false, err
		}
		at.StepKey = key
	}
	err = e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")).Clauses(forUpdate()).Order("rep_id, id").Limit(changeRows).
		Where("sop_id = ? AND step_key = ? AND state = ?", c.SOPID, at.StepKey, model.TouchPlanned).
		Where("rep_id > ? OR rep_id = ? AND id > ?", at.RepID, at.RepID, at.ID).Find(&list).Error
	if err != nil {
		return nil, false, fmt.Errorf("lock open touches: %w", err)
	}
	if len(list) == changeRows {
		last := list[len(list)-1]
		at.RepID, at.ID = last.RepID, last.ID
	} else {
		at.RepID, at.ID = 0, 0
	}
	return slices.DeleteFunc(list, func(t model.Touch) bool { return t.EnrollmentID == nil }), true, nil
}

// nextStep is the key of the programme's next step that has touches, of
// whatever version; empty after the last.
func (e *Engine) nextStep(ctx context.Context, c *model.SOPChange) (string, error) {
	var key *string
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("sop_id = ? AND step_key > ?", c.SOPID, c.Position.V.StepKey).Select("MIN(step_key)").Scan(&key).Error
	if err != nil || key == nil {
		return "", wrap("find the next step", err)
	}
	return *key, nil
}

// shiftTouches puts open touches off by the pause; the grace of one that is due
// all the same did not run meanwhile.
func (e *Engine) shiftTouches(ctx context.Context, c *model.SOPChange, list []model.Touch) ([]model.Touch, error) {
	people, err := e.enrollmentsOf(ctx, list)
	if err != nil {
		return nil, err
	}
	now := e.DB.Now(ctx)
	var ended []model.Enrollment // with a touch still open
	for i := range list {
		t := &list[i]
		en := people[*t.EnrollmentID]
		if addPause(c, &en) {
			people[en.ID], ended = en, append(ended, en)
		}
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return nil, err
		}
		step, ok := v.step(t.StepKey)
		if !ok {
			continue // the gate before its dispatch says why it does not go
		}
		w := v.shifted(en.Shift).window
		grace := t.ExpireAt.Sub(t.DueAt)
		if !v.chained() { // a chained step's date is that of the one before it
			t.DueAt = step.due(en.AnchorAt, w)
		}
		if t.DueAt.After(now) {
			t.NotBefore, t.ExpireAt = t.DueAt, t.DueAt.Add(grace)
		} else {
			t.NotBefore = later(t.NotBefore, model.Instant(w.next(now)))
			t.ExpireAt = t.ExpireAt.Add(c.CreatedAt.Sub(*c.Params.V.PausedAt))
		}
		t.LocalDay, t.UpdatedAt = localDay(t.DueAt, w.zone), now
		until := t.NotBefore
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateRunning, Say: "defer", Reason: ReasonPaused, Until: &until})
	}
	return list, e.saveEnrollments(ctx, ended)
}

// passTouches keeps the dates: what has passed is skipped or sent, one touch of
// a person after the other.
func (e *Engine) passTouches(ctx context.Context, c *model.SOPChange, list []model.Touch) ([]model.Touch, error) {
	now := e.DB.Now(ctx)
	list = slices.DeleteFunc(list, func(t model.Touch) bool { return t.DueAt.After(now) })
	if len(list) == 0 {
		return nil, nil
	}
	before, err := e.overdueBefore(ctx, list, now)
	if err != nil {
		return nil, err
	}
	for i := range list {
		t := &list[i]
		t.UpdatedAt = now
		if c.Kind == model.ChangeSkip {
			t.State, t.Reason, t.FinalAt = model.TouchSkipped, ReasonPaused, &now
			t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateRunning, Say: "skip", Reason: ReasonPaused})
			continue
		}
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return nil, err
		}
		grace := max(t.ExpireAt.Sub(t.DueAt), decidedGrace)
		opens := v.window.next(now.Add(time.Duration(before[t.ID]) * catchUpPause))
		t.NotBefore = later(t.NotBefore, model.Instant(opens))
		t.ExpireAt = t.NotBefore.Add(grace)
		until := t.NotBefore
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateRunning, Say: "defer", Reason: ReasonPaused, Until: &until})
	}
	return list, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// overdueBefore counts, by touch, the earlier ones of the same enrollment that
// are open and overdue too: they go out one by one, not all at once.
func (e *Engine) overdueBefore(ctx context.Context, list []model.Touch, now time.Time) (map[int64]int, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = *t.EnrollmentID
	}
	var open []struct {
		EnrollmentID int64
		DueAt        time.Time
	}
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Select("enrollment_id", "due_at").
		Where("enrollment_id IN ? AND state = ? AND due_at <= ?", ids, model.TouchPlanned, now).Find(&open).Error
	if err != nil {
		return nil, fmt.Errorf("load overdue touches: %w", err)
	}
	dues := map[int64][]time.Time{}
	for _, o := range open {
		dues[o.EnrollmentID] = append(dues[o.EnrollmentID], o.DueAt)
	}
	out := make(map[int64]int, len(list))
	for _, t := range list {
		for _, due := range dues[*t.EnrollmentID] {
			if due.Before(t.DueAt) {
				out[t.ID]++
			}
		}
	}
	return out, nil
}

func (e *Engine) enrollmentsOf(ctx context.Context, list []model.Touch) (map[int64]model.Enrollment, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = *t.EnrollmentID
	}
	var rows []model.Enrollment
	if err := e.DB.Conn(ctx).Clauses(forUpdate()).Find(&rows, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("lock enrollments of touches: %w", err)
	}
	out := make(map[int64]model.Enrollment, len(rows))
	for _, en := range rows {
		out[en.ID] = en
	}
	return out, nil
}

// goLive ends the pause: from here on things go out.
func (e *Engine) goLive(ctx context.Context, c *model.SOPChange) (bool, error) {
	err := e.DB.Conn(ctx).Model(&model.SOP{}).Where("id = ? AND state = ?", c.SOPID, model.SOPPaused).
		Updates(map[string]any{"state": model.SOPLive, "paused_at": nil, "stopped_at": nil, "updated_at": e.DB.Now(ctx)}).Error
	model.AfterCommit(ctx, e.Wake)
	return false, wrap("end the pause", err)
}

// shifted is the version for somebody whose dates a pause has put off.
func (v *Version) shifted(by time.Duration) *Version {
	if by == 0 {
		return v
	}
	out := *v
	out.window.shift = by
	return &out
}

// shiftDays is by how many days the shift puts off what is due on a day, at a
// time of day that is kept. Half a day is the line; what falls on the wrong side
// of it is late by that much at most, and its grace has waited.
func (w window) shiftDays() int { return int(math.Round(w.shift.Hours() / 24)) }
