package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Modes of a programme: what its steps' relative times count from.
const (
	ModeAnchor  = "anchor"  // the anchor: a late step never shifts the next
	ModeChained = "chained" // the completion of the previous step; the first counts from the anchor
)

// What completes a step, and what happens when its time is up before that.
const (
	OnDispatched = "dispatched" // WeCom has it
	OnConfirmed  = "confirmed"  // the rep has sent it, or has answered
	ThenGoOn     = "go_on"
	ThenSkipRest = "skip_rest"
)

// Advance says what completes a step. The zero value is: confirmed, or 24 h
// after it went out; then the programme goes on.
type Advance struct {
	On      string   `json:"on,omitempty"`
	Timeout Duration `json:"timeout,omitzero"` // from its going out
	Then    string   `json:"then,omitempty"`
}

// Bounds and default of a step's time-out.
const (
	defaultTimeout = 24 * time.Hour
	leastTimeout   = time.Hour
	mostTimeout    = 7 * 24 * time.Hour
)

// reasonUnconfirmed marks a touch whose time is up, and what is skipped for it.
const reasonUnconfirmed = "unconfirmed"

// chainPause is how soon a chained enrollment looks again for its last step when
// that has not gone out; the longer it waits, the rarer, up to chainPauses.
const (
	chainPause  = 5 * time.Minute
	chainPauses = 6 * time.Hour
)

func (a Advance) timeout() time.Duration {
	if a.Timeout > 0 {
		return time.Duration(a.Timeout)
	}
	return defaultTimeout
}

func (a Advance) check(f faults, at string) {
	if !slices.Contains([]string{"", OnDispatched, OnConfirmed}, a.On) {
		f.add(at+".on", "must be dispatched or confirmed")
	}
	if t := a.timeout(); t < leastTimeout || t > mostTimeout || a.Timeout < 0 {
		f.add(at+".timeout", "must lie between an hour and 7 days")
	}
	if !slices.Contains([]string{"", ThenGoOn, ThenSkipRest}, a.Then) {
		f.add(at+".then", "must be go_on or skip_rest")
	}
}

func (d Definition) checkMode(f faults) {
	if !slices.Contains([]string{"", ModeAnchor, ModeChained}, d.Mode) {
		f.add("mode", "must be anchor or chained")
	}
	if !d.chained() {
		return
	}
	for i, s := range d.Steps {
		if s.Offset.behind() {
			f.add(fmt.Sprintf("steps[%d].offset", i), "counts from the step before it: it cannot be negative")
		}
	}
}

// behind tells whether the offset lies before what it counts from.
func (o Offset) behind() bool {
	return o.Day != nil && *o.Day < 0 || o.Week < 0 || o.Month < 0 || o.Workday < 0 || o.After < 0
}

func (d Definition) chained() bool { return d.Mode == ModeChained }

// follows tells whether planning must know how far touches have got.
func (d Definition) follows() bool {
	return d.chained() || slices.ContainsFunc(d.Steps, func(s Step) bool { return s.AdvanceOn.Then == ThenSkipRest })
}

// Progress is how far a step's touch has got.
type Progress struct {
	State       model.TouchState
	NotBefore   time.Time
	SentAt      *time.Time
	ConfirmedAt *time.Time
	FinalAt     *time.Time
}

// completed tells when the step was completed or timed out; when neither has
// happened, look says when to look again.
func (s Step) completed(p Progress, now time.Time) (at time.Time, done bool, look time.Time) {
	timeout := s.AdvanceOn.timeout()
	switch {
	case s.AdvanceOn.On == OnDispatched && p.SentAt != nil:
		return *p.SentAt, true, look
	case s.unconfirmed(p, now):
		return p.SentAt.Add(timeout), true, look
	case p.ConfirmedAt != nil:
		return *p.ConfirmedAt, true, look
	case p.State.Final() && p.FinalAt != nil:
		return *p.FinalAt, true, look
	case p.SentAt != nil:
		return at, false, p.SentAt.Add(timeout)
	case p.NotBefore.After(now):
		return at, false, p.NotBefore.Add(chainPause)
	}
	return at, false, now.Add(min(max(now.Sub(p.NotBefore)/2, chainPause), chainPauses))
}

// unconfirmed tells whether a touch went out and its time was up before the rep
// confirmed it.
func (s Step) unconfirmed(p Progress, now time.Time) bool {
	if s.AdvanceOn.On == OnDispatched || p.SentAt == nil {
		return false
	}
	end := p.SentAt.Add(s.AdvanceOn.timeout())
	switch {
	case p.ConfirmedAt != nil:
		return p.ConfirmedAt.After(end)
	case p.State.Final() && p.FinalAt != nil:
		return p.State == model.TouchExpired && p.FinalAt.After(end)
	}
	return !now.Before(end)
}

// chain lists a chained programme's steps without a touch, each as if the one
// before it were completed when it is due.
func (v *Version) chain(anchor time.Time, done map[string]bool) []dueStep {
	var out []dueStep
	base, w := anchor, v.window
	for i := range v.Steps {
		s := &v.Steps[i]
		if s.Channel == ChannelWelcome {
			continue
		}
		due := dueStep{Step: s, base: base, due: s.due(base, w)}
		if !done[s.Key] {
			out = append(out, due)
		}
		base, w.shift = due.due, 0 // what comes after is put off with it
	}
	return out
}

// upNext lists what may be planned, and tells when to look again although none of
// it is due: of a chained programme only the step after the last completed one.
// A step that is done without progress counts as completed when it was due.
func (v *Version) upNext(e model.Enrollment, f Facts, now time.Time) ([]dueStep, *time.Time) {
	if !v.chained() {
		return v.pending(e.AnchorAt, f.Done), nil
	}
	base, waits := startOf(e), (*time.Time)(nil)
	for i := range v.Steps {
		s := &v.Steps[i]
		if s.Channel == ChannelWelcome {
			continue
		}
		w := v.window
		w.shift = shiftSince(e, base)
		next := dueStep{Step: s, base: base, due: s.due(base, w)}
		if !f.Done[s.Key] {
			if i+1 < len(v.Steps) && !next.due.After(now) {
				again := now.Add(chainPause)
				waits = &again
			}
			return []dueStep{next}, waits
		}
		base = next.due
		if p, known := f.Progress[s.Key]; known {
			at, done, look := s.completed(p, now)
			if !done {
				return nil, v.unlessLast(f, look)
			}
			base = at
		}
	}
	return nil, nil
}

// shiftSince is how much of the pauses lies after base: what counts from a later
// completion has not been put off by earlier ones.
func shiftSince(e model.Enrollment, base time.Time) time.Duration {
	if e.ShiftedAt == nil {
		return e.Shift
	}
	return min(e.Shift, max(0, e.ShiftedAt.Sub(base)))
}

// unlessLast is look, or nil when no step is left that waits for it.
func (v *Version) unlessLast(f Facts, look time.Time) *time.Time {
	for _, s := range v.Steps {
		if s.Channel != ChannelWelcome && !f.Done[s.Key] {
			return &look
		}
	}
	return nil
}

// givesUp tells whether a step has stayed unconfirmed whose author wants the
// rest skipped then.
func (v *Version) givesUp(f Facts, now time.Time) bool {
	return len(f.Progress) > 0 && slices.ContainsFunc(v.Steps, func(s Step) bool {
		p, known := f.Progress[s.Key]
		return known && s.AdvanceOn.Then == ThenSkipRest && s.unconfirmed(p, now)
	})
}

// skipRest is the plan of somebody whose rest is skipped: every step that is
// left is a skip with its reason.
func skipRest(e model.Enrollment, v *Version, f Facts, now time.Time) Plan {
	var p Plan
	for _, s := range v.pending(e.AnchorAt, f.Done) {
		t := newTouch(e, v, s, f, now)
		t.State, t.Reason, t.FinalAt = model.TouchSkipped, reasonUnconfirmed, &now
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: "advance", Say: "skip", Reason: reasonUnconfirmed})
		p.Touches = append(p.Touches, t)
	}
	return p
}

// earlier is the earlier of two instants, of which either may be missing.
func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// loadProgress adds to the facts how far touches have got, for the enrollments
// whose programmes follow it.
func (e *Engine) loadProgress(ctx context.Context, list []model.Enrollment, versions map[int64]*Version, facts map[int64]Facts) error {
	following := map[int64]bool{}
	for id, v := range versions {
		following[id] = v.follows()
	}
	var ids []int64
	for _, en := range list {
		if following[en.VersionID] {
			ids = append(ids, en.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		EnrollmentID int64
		StepKey      string
		Progress     `gorm:"embedded"`
	}
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("enrollment_id IN ?", ids).
		Select("enrollment_id", "step_key", "state", "not_before", "sent_at", "confirmed_at", "final_at").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("load how far touches have got: %w", err)
	}
	for _, r := range rows {
		f := facts[r.EnrollmentID]
		if f.Progress == nil {
			f.Progress = map[string]Progress{}
			facts[r.EnrollmentID] = f
		}
		f.Progress[r.StepKey] = r.Progress
	}
	return nil
}

// proceedFrom is proceed for all touches of a dispatch that has just gone out.
func (e *Engine) proceedFrom(ctx context.Context, d model.Dispatch) error {
	var ids, chained []int64
	if err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ?", d.ID).Distinct().Pluck("version_id", &ids).Error; err != nil {
		return fmt.Errorf("find versions of dispatch %d: %w", d.ID, err)
	}
	for _, id := range ids {
		v, err := e.version(ctx, id)
		if err != nil {
			return err
		}
		if v.chained() {
			chained = append(chained, id)
		}
	}
	if len(chained) == 0 {
		return nil
	}
	var touches []model.Touch
	err := e.DB.Conn(ctx).Select("enrollment_id", "version_id").Find(&touches, "dispatch_id = ? AND version_id IN ?", d.ID, chained).Error
	if err != nil {
		return fmt.Errorf("find chained touches of dispatch %d: %w", d.ID, err)
	}
	return e.proceed(ctx, touches)
}

// proceed has chained enrollments planned at once whose touches have just got
// further; the others wait for their time.
func (e *Engine) proceed(ctx context.Context, touches []model.Touch) error {
	now := e.DB.Now(ctx)
	var ids []int64
	for _, t := range touches {
		if t.EnrollmentID == nil {
			continue
		}
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return err
		}
		if v.chained() {
			ids = append(ids, *t.EnrollmentID)
		}
	}
	for part := range slices.Chunk(ids, chunk) {
		err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id IN ? AND state = ? AND next_due_at > ?", part, model.EnrollmentActive, now).
			Update("next_due_at", now).Error
		if err != nil {
			return fmt.Errorf("have chained enrollments planned: %w", err)
		}
	}
	if len(ids) > 0 {
		model.AfterCommit(ctx, e.Wake)
	}
	return nil
}

// markUnconfirmed notes with those of a dispatch's touches that still wait that
// their time is up. It settles nothing: the rep may yet confirm.
func (e *Engine) markUnconfirmed(ctx context.Context, d model.Dispatch, waiting []model.Touch) error {
	if d.SentAt == nil {
		return nil
	}
	now := e.DB.Now(ctx)
	var ids []int64
	for _, t := range waiting {
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return err
		}
		s, ok := v.step(t.StepKey)
		if ok && t.Reason == "" && s.unconfirmed(Progress{State: model.TouchAccepted, SentAt: d.SentAt}, now) {
			ids = append(ids, t.ID)
		}
	}
	for part := range slices.Chunk(ids, chunk) {
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ? AND state = ?", part, model.TouchAccepted).
			Updates(map[string]any{"reason": reasonUnconfirmed, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("mark unconfirmed touches of dispatch %d: %w", d.ID, err)
		}
	}
	return nil
}
