package sop

import "context"

// PlanPage plans these enrollments in one transaction, as one turn of Plan does.
func (e *Engine) PlanPage(ctx context.Context, ids []int64) error {
	_, err := e.planPage(ctx, ids)
	return err
}
