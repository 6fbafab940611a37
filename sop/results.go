package sop

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Results are what came of every step of a programme.
type Results struct {
	Number int // of the version; 0 for all together
	Steps  []StepResult
}

// StepResult is what came of a step for everybody for whom it came due. Due is
// the sum over Fates, and each fate's reasons add up to it.
type StepResult struct {
	FlowStep
	Due       int
	Fates     map[model.Fate]int
	Reasons   []ResultReason // the most first
	Responses int            // in the test's time; steps without variants count none
}

// ResultReason is how many came to a fate for a reason; empty where none was
// given.
type ResultReason struct {
	Fate   model.Fate
	Reason string
	Count  int
}

// Results counts what came of every step, of one version (by its number) or of
// all: in a scope, for whom it shows. It costs as much as the programme has
// touches.
func (e *Engine) Results(ctx context.Context, sopID int64, number int) (Results, error) {
	steps, versionID, err := e.stepsOf(ctx, sopID, number)
	if err != nil {
		return Results{}, err
	}
	q := e.ofSeen(ctx, e.DB.Read(ctx).Model(&model.Touch{}), sopID).
		Select("step_key, "+model.FateSQL+" AS fate, reason, COUNT(*) AS count, COUNT(responded_at) AS responses").Where("sop_id = ?", sopID)
	if versionID != 0 {
		q = q.Where("version_id = ?", versionID)
	}
	var rows []struct {
		StepKey      string
		ResultReason `gorm:"embedded"`
		Responses    int
	}
	if err := q.Group("step_key, fate, reason").Scan(&rows).Error; err != nil {
		return Results{}, fmt.Errorf("count what came of the steps of SOP %d: %w", sopID, err)
	}
	out := Results{Number: number, Steps: make([]StepResult, len(steps))}
	for i, s := range steps {
		out.Steps[i] = StepResult{FlowStep: s, Fates: map[model.Fate]int{}, Reasons: []ResultReason{}}
	}
	for _, r := range rows {
		i := slices.IndexFunc(out.Steps, func(s StepResult) bool { return s.Key == r.StepKey })
		if i < 0 { // of a version older than those that are read
			out.Steps = append(out.Steps, StepResult{FlowStep: FlowStep{Key: r.StepKey, Removed: true}, Fates: map[model.Fate]int{}})
			i = len(out.Steps) - 1
		}
		s := &out.Steps[i]
		s.Due, s.Responses = s.Due+r.Count, s.Responses+r.Responses
		s.Fates[r.Fate] += r.Count
		s.Reasons = append(s.Reasons, r.ResultReason)
	}
	for _, s := range out.Steps {
		slices.SortFunc(s.Reasons, func(a, b ResultReason) int {
			return cmp.Or(cmp.Compare(a.Fate, b.Fate), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
		})
	}
	return out, nil
}

// ofSeen narrows a query over a programme's touches to those of whom the scope
// shows. Everybody is looked at once, however many touches they have had.
func (e *Engine) ofSeen(ctx context.Context, touches *gorm.DB, sopID int64) *gorm.DB {
	scope := model.ScopeOf(ctx)
	if scope.All {
		return touches
	}
	everybody := e.DB.Read(ctx).Model(&model.Touch{}).Distinct("contact_id AS who").Where("sop_id = ?", sopID)
	seen := scope.OfWho(e.DB.Read(ctx).Table("(?) d", everybody).Distinct("d.who"), "d.who")
	return touches.Joins("JOIN (?) seen ON seen.who = touches.contact_id", seen)
}
