package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

const (
	// ReasonPassed is why a new step is skipped for somebody: their day for it
	// was over when they came to the version that has it.
	ReasonPassed = "passed"
	// ReasonStepRemoved is why an open touch is cancelled: its step is gone.
	ReasonStepRemoved = "step_removed"
)

// gateVersion names what an edit decides.
const gateVersion = "version"

// transition is what coming to another version means for one enrollment.
type transition struct {
	gained  []string   // new steps that lie ahead
	passed  []Step     // new steps whose instant is over
	lost    []string   // steps that are gone and have not run
	removed []string   // all steps that are gone
	next    *time.Time // next due instant; nil when nothing is left
}

// moveTo is pure: done holds the steps that have run or are running, which
// never do again.
func moveTo(en model.Enrollment, from, to *Version, done map[string]bool, now time.Time) transition {
	var t transition
	for _, s := range from.Steps {
		if _, kept := to.step(s.Key); kept {
			continue
		}
		t.removed = append(t.removed, s.Key)
		if !done[s.Key] && s.Channel != ChannelWelcome {
			t.lost = append(t.lost, s.Key)
		}
	}
	for _, s := range to.shifted(en.Shift).pending(en.AnchorAt, done) {
		_, known := from.step(s.Key)
		if to.behind(s, done, known, now) {
			t.passed = append(t.passed, *s.Step)
			continue
		}
		if !known {
			t.gained = append(t.gained, s.Key)
		}
		if t.next == nil {
			t.next = to.look(s.due, now)
		}
	}
	return t
}

// behind tells whether somebody's place for a step is over: a new step's day,
// or, in a chain, the turn of any step that comes before one that has run.
func (v *Version) behind(s dueStep, done map[string]bool, known bool, now time.Time) bool {
	if !v.chained() {
		return !known && !s.due.After(now)
	}
	at := slices.IndexFunc(v.Steps, func(other Step) bool { return other.Key == s.Key })
	return slices.ContainsFunc(v.Steps[at+1:], func(other Step) bool { return other.Channel != ChannelWelcome && done[other.Key] })
}

// look is when an enrollment is planned next: when its step is due, or at once in
// a chain, whose dates follow completions and not the anchor.
func (v *Version) look(due, now time.Time) *time.Time {
	if v.chained() {
		return &now
	}
	return &due
}

func (e *Engine) beginMove(ctx context.Context, sopID, versionID int64, p Publishing) (model.SOPChange, error) {
	params := model.ChangeParams{VersionID: versionID, FinishedDays: p.FinishedDays}
	if !p.Filter.Everybody() {
		doc, err := p.Filter.MarshalJSON()
		if err != nil {
			return model.SOPChange{}, fmt.Errorf("encode filter: %w", err)
		}
		params.Filter = doc
	}
	return e.begin(ctx, model.SOPChange{SOPID: sopID, Kind: model.ChangeMove, CreatedBy: p.By, Params: model.AsJSON(params)})
}

// movers are the enrollments of a page that the move means.
func (e *Engine) movers(ctx context.Context, c *model.SOPChange, list []model.Enrollment) ([]model.Enrollment, error) {
	list = slices.DeleteFunc(list, func(en model.Enrollment) bool { return en.VersionID == c.Params.V.VersionID })
	if len(c.Params.V.Filter) == 0 || len(list) == 0 {
		return list, nil
	}
	filter, err := audience.Parse(c.Params.V.Filter)
	if err != nil {
		return nil, fmt.Errorf("read filter of the move: %w", err)
	}
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i] = en.ContactID
	}
	facts, err := audience.Load(ctx, e.DB, e.DB.Now(ctx).In(e.Config.Zone), ids, filter)
	if err != nil {
		return nil, fmt.Errorf("load what the filter looks at: %w", err)
	}
	return slices.DeleteFunc(list, func(en model.Enrollment) bool { return !filter.Match(facts[en.ContactID]) }), nil
}

// movePeople brings a page of enrollments to the new version.
func (e *Engine) movePeople(ctx context.Context, c *model.SOPChange, list []model.Enrollment) error {
	list, err := e.movers(ctx, c, list)
	if err != nil || len(list) == 0 {
		return err
	}
	to, err := e.version(ctx, c.Params.V.VersionID)
	if err != nil {
		return err
	}
	done, err := e.doneSteps(ctx, list)
	if err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	var skipped []model.Touch
	origins := map[int64][]int64{} // version → enrollments
	for i := range list {
		en := &list[i]
		from, err := e.version(ctx, en.VersionID)
		if err != nil {
			return err
		}
		t := moveTo(*en, from, to, done[en.ID], now)
		for _, s := range t.passed {
			skipped = append(skipped, passedTouch(*en, to, s, now))
		}
		origins[from.ID] = append(origins[from.ID], en.ID)
		en.VersionID, en.UpdatedAt = to.ID, now
		switch {
		case en.State != model.EnrollmentActive:
		case t.next == nil:
			en.State, en.ActiveSlot, en.EndedAt, en.NextDueAt = model.EnrollmentCompleted, nil, &now, nil
		default:
			en.NextDueAt = t.next
		}
	}
	if err := e.insertTouches(ctx, skipped); err != nil {
		return err
	}
	for versionID, ids := range origins {
		from, err := e.version(ctx, versionID)
		if err != nil {
			return err
		}
		if err := e.moveTouches(ctx, from, to, ids); err != nil {
			return err
		}
	}
	c.Changed += len(list)
	model.AfterCommit(ctx, e.Wake)
	return e.saveEnrollments(ctx, list)
}

// passedTouch is the record that somebody will not get a new step.
func passedTouch(en model.Enrollment, v *Version, s Step, now time.Time) model.Touch {
	due := s.due(en.AnchorAt, v.shifted(en.Shift).window)
	return model.Touch{
		EnrollmentID: &en.ID, SOPID: en.SOPID, VersionID: v.ID, StepKey: s.Key, Run: en.Run,
		ContactID: en.ContactID, RepID: en.RepID, RelationshipID: en.RelationshipID, Channel: s.Channel,
		State: model.TouchSkipped, Reason: ReasonPassed, DueAt: due, NotBefore: due, ExpireAt: due.Add(s.grace()),
		PlannedAt: now, FinalAt: &now, UpdatedAt: now, LocalDay: localDay(due, v.window.zone),
		Verdicts: model.AsJSON([]model.Verdict{{At: now, Gate: gateVersion, Say: "skip", Reason: ReasonPassed}}),
	}
}

// moveTouches cancels the open touches of steps that are gone and lets the
// others follow the new version.
func (e *Engine) moveTouches(ctx context.Context, from, to *Version, enrollmentIDs []int64) error {
	var gone, changed []string // changed: now on another channel
	for _, s := range from.Steps {
		next, kept := to.step(s.Key)
		switch {
		case !kept:
			gone = append(gone, s.Key)
		case next.Channel != s.Channel:
			changed = append(changed, s.Key)
		}
	}
	if err := e.takeBackSteps(ctx, enrollmentIDs, slices.Concat(gone, changed)); err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	planned := func() *gorm.DB {
		return e.DB.Conn(ctx).Model(&model.Touch{}).Where("enrollment_id IN ? AND state = ?", enrollmentIDs, model.TouchPlanned)
	}
	if len(gone) > 0 {
		err := planned().Where("step_key IN ?", gone).
			Updates(map[string]any{"state": model.TouchCancelled, "reason": ReasonStepRemoved, "final_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("cancel touches of steps that are gone: %w", err)
		}
	}
	for _, key := range changed {
		s, _ := to.step(key)
		if err := planned().Where("step_key = ?", key).Update("channel", s.Channel).Error; err != nil {
			return fmt.Errorf("move touches of step %s to another channel: %w", key, err)
		}
	}
	return wrap("move open touches", planned().Updates(map[string]any{"version_id": to.ID, "updated_at": now}).Error)
}

// takeBackSteps dissolves queued dispatches that carry these steps of these
// enrollments.
func (e *Engine) takeBackSteps(ctx context.Context, enrollmentIDs []int64, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	var queued []int64
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Joins("JOIN dispatches ON dispatches.id = touches.dispatch_id").
		Where("touches.enrollment_id IN ? AND touches.step_key IN ? AND touches.state = ? AND dispatches.state = ?",
			enrollmentIDs, keys, model.TouchDispatched, model.DispatchQueued).
		Distinct().Pluck("touches.dispatch_id", &queued).Error
	if err != nil {
		return fmt.Errorf("find queued dispatches: %w", err)
	}
	return e.takeBack(ctx, queued)
}

// reopen takes in again who finished a short while ago, for the steps that are
// new. What would have been before now comes on the next day that fits.
func (e *Engine) reopen(ctx context.Context, c *model.SOPChange, list []model.Enrollment) error {
	since := c.CreatedAt.AddDate(0, 0, -c.Params.V.FinishedDays)
	list = slices.DeleteFunc(list, func(en model.Enrollment) bool { return en.EndedAt == nil || en.EndedAt.Before(since) })
	list, err := e.movers(ctx, c, list)
	if err != nil || len(list) == 0 {
		return err
	}
	to, err := e.version(ctx, c.Params.V.VersionID)
	if err != nil {
		return err
	}
	done, err := e.doneSteps(ctx, list)
	if err != nil {
		return err
	}
	if list, err = e.lastRuns(ctx, c.SOPID, list); err != nil {
		return err
	}
	now, slot := e.DB.Now(ctx), int8(1)
	var opened []model.Enrollment
	for _, en := range list {
		next := to.ahead(&en, done[en.ID], now)
		if next == nil {
			continue
		}
		en.VersionID, en.State, en.ActiveSlot, en.EndedAt = to.ID, model.EnrollmentActive, &slot, nil
		en.NextDueAt, en.UpdatedAt = next, now
		opened = append(opened, en)
	}
	c.Changed += len(opened)
	return e.saveEnrollments(ctx, opened)
}

// ahead shifts an enrollment by whole days until its first open step lies after
// now, and returns that instant; nil when no step is open.
func (v *Version) ahead(en *model.Enrollment, done map[string]bool, now time.Time) *time.Time {
	const day = 24 * time.Hour
	for {
		p := v.shifted(en.Shift).pending(en.AnchorAt, done)
		if len(p) == 0 {
			return nil
		}
		if v.chained() || p[0].due.After(now) {
			return v.look(p[0].due, now)
		}
		en.Shift += max(day, now.Sub(p[0].due).Truncate(day))
	}
}

// lastRuns leaves out runs that another has followed.
func (e *Engine) lastRuns(ctx context.Context, sopID int64, list []model.Enrollment) ([]model.Enrollment, error) {
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i] = en.ContactID
	}
	var rows []struct {
		ContactID int64
		Run       int
	}
	err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Select("contact_id, MAX(run) AS run").
		Where("sop_id = ? AND contact_id IN ?", sopID, ids).Group("contact_id").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find last runs: %w", err)
	}
	last := make(map[int64]int, len(rows))
	for _, r := range rows {
		last[r.ContactID] = r.Run
	}
	return slices.DeleteFunc(list, func(en model.Enrollment) bool { return en.Run != last[en.ContactID] }), nil
}

// dropLeftTouches cancels what is still open of steps that are gone, of people
// who have no more steps ahead.
func (e *Engine) dropLeftTouches(ctx context.Context, c *model.SOPChange) (bool, error) {
	if len(c.Params.V.Filter) > 0 {
		return false, nil
	}
	to, err := e.version(ctx, c.Params.V.VersionID)
	if err != nil {
		return false, err
	}
	key, err := e.nextStep(ctx, c)
	if err != nil || key == "" {
		return false, err
	}
	if _, kept := to.step(key); kept {
		c.Position.V.StepKey = key
		return true, nil
	}
	var ids []int64
	err = e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")).Limit(changeRows).
		Where("sop_id = ? AND step_key = ? AND state = ?", c.SOPID, key, model.TouchPlanned).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("find open touches of step %s: %w", key, err)
	}
	if len(ids) == 0 {
		c.Position.V.StepKey = key
		return true, nil
	}
	now := e.DB.Now(ctx)
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ? AND state = ?", ids, model.TouchPlanned).
		Updates(map[string]any{"state": model.TouchCancelled, "reason": ReasonStepRemoved, "final_at": now, "updated_at": now}).Error
	c.Changed += len(ids)
	return true, wrap("cancel touches of a step that is gone", err)
}
