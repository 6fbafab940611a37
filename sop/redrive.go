package sop

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// Redrive lets a parked enrollment go on: it is planned again at once, from
// where it stood.
func (e *Engine) Redrive(ctx context.Context, enrollmentID int64) error {
	n, err := e.redrive(ctx, "id = ?", enrollmentID)
	if err != nil {
		return err
	}
	if n == 0 {
		return model.NotFound(fmt.Sprintf("parked enrollment %d", enrollmentID))
	}
	e.Wake()
	return nil
}

// RedriveAll lets every parked enrollment of a programme go on, and returns how
// many there were.
func (e *Engine) RedriveAll(ctx context.Context, sopID int64) (int, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return 0, err
	}
	total := 0
	for {
		var ids []int64
		err := e.DB.Conn(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_sop")).
			Where("sop_id = ? AND state = ?", sopID, model.EnrollmentParked).Order("id").Limit(chunk).Pluck("id", &ids).Error
		if err != nil {
			return total, fmt.Errorf("find parked enrollments: %w", err)
		}
		if len(ids) == 0 {
			return total, nil
		}
		n, err := e.redrive(ctx, "id IN ?", ids)
		if err != nil {
			return total, err
		}
		total += n
		e.Wake()
	}
}

func (e *Engine) redrive(ctx context.Context, where string, args ...any) (int, error) {
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where(where, args...).Where("state = ?", model.EnrollmentParked).
		Updates(map[string]any{"state": model.EnrollmentActive, "next_due_at": now, "last_error": "", "updated_at": now})
	if res.Error != nil {
		return 0, fmt.Errorf("redrive parked enrollments: %w", res.Error)
	}
	return int(res.RowsAffected), nil
}
