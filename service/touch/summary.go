package touch

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// Summary counts where the touches and the people of one SOP stand.
type Summary struct {
	Steps       []StepSummary // by step key; steps without any touch are absent
	Enrollments map[model.EnrollmentState]int
}

// StepSummary counts one step's touches by state, and those that did not get
// through by reason.
type StepSummary struct {
	StepKey string
	Total   int
	States  map[model.TouchState]int
	Reasons map[string]int
}

// Summary returns the counts of an SOP, all versions together: in a scope, of the
// people whom it shows.
func (l *Log) Summary(ctx context.Context, sopID int64) (Summary, error) {
	out, scope := Summary{Steps: []StepSummary{}, Enrollments: map[model.EnrollmentState]int{}}, model.ScopeOf(ctx)
	var states []struct {
		StepKey string
		State   model.TouchState
		N       int
	}
	err := scope.OfWho(l.db.Read(ctx).Model(&model.Touch{}), "touches.contact_id").Select("step_key, state, COUNT(*) AS n").Where("sop_id = ?", sopID).
		Group("step_key, state").Order("step_key").Find(&states).Error
	if err != nil {
		return out, fmt.Errorf("count touches of SOP %d: %w", sopID, err)
	}
	at := map[string]int{}
	for _, s := range states {
		i, ok := at[s.StepKey]
		if !ok {
			i = len(out.Steps)
			at[s.StepKey] = i
			out.Steps = append(out.Steps, StepSummary{StepKey: s.StepKey, States: map[model.TouchState]int{}, Reasons: map[string]int{}})
		}
		out.Steps[i].States[s.State] = s.N
		out.Steps[i].Total += s.N
	}
	// A query of its own: the counts above come from an index alone, which does
	// not hold reasons.
	var reasons []struct {
		StepKey, Reason string
		N               int
	}
	err = scope.OfWho(l.db.Read(ctx).Model(&model.Touch{}), "touches.contact_id").Select("step_key, reason, COUNT(*) AS n").
		Where("sop_id = ? AND state IN ? AND reason <> ''", sopID,
			[]model.TouchState{model.TouchSkipped, model.TouchFailed, model.TouchExpired, model.TouchCancelled}).
		Group("step_key, reason").Find(&reasons).Error
	if err != nil {
		return out, fmt.Errorf("count reasons of SOP %d: %w", sopID, err)
	}
	for _, r := range reasons {
		if i, ok := at[r.StepKey]; ok { // a touch may have come in between
			out.Steps[i].Reasons[r.Reason] = r.N
		}
	}
	var people []struct {
		State model.EnrollmentState
		N     int
	}
	err = scope.OfWho(l.db.Read(ctx).Model(&model.Enrollment{}), "enrollments.contact_id").Select("state, COUNT(*) AS n").Where("sop_id = ?", sopID).
		Group("state").Find(&people).Error
	if err != nil {
		return out, fmt.Errorf("count enrollments of SOP %d: %w", sopID, err)
	}
	for _, p := range people {
		out.Enrollments[p.State] = p.N
	}
	return out, nil
}
