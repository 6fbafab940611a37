package sop

import (
	"context"
	"time"

	"sixtouch/model"
	"sixtouch/service/calendar"
)

// PlanPage plans these enrollments in one transaction, as one turn of Plan does.
func (e *Engine) PlanPage(ctx context.Context, ids []int64) error {
	_, err := e.planPage(ctx, ids)
	return err
}

// Dues are when the definition's steps are due for that anchor.
func (d Definition) Dues(zone *time.Location, days calendar.Days, anchor time.Time) ([]time.Time, error) {
	w, err := d.schedule(zone)
	if err != nil {
		return nil, err
	}
	w.days = days
	var out []time.Time
	for _, s := range d.Steps {
		out = append(out, s.due(anchor, w))
	}
	return out, nil
}

// AdoptFound settles a dispatch as the task that its reconciler has found.
func (e *Engine) AdoptFound(ctx context.Context, d model.Dispatch, remoteID string) error {
	return e.adoptFound(ctx, d, e.Channels.info(d.Channel), Receipt{RemoteID: remoteID})
}
