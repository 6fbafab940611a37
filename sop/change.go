package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

const (
	// changeRows is how many rows one transaction of a change locks.
	changeRows = 500
	// changePages bounds how many pages one look at the running changes does, so
	// that planning is not kept waiting.
	changePages = 20
	// changesAtOnce bounds how many programmes one look serves.
	changesAtOnce = 50
)

// phase does one page of a change, from c.Position on, and moves it. It tells
// whether the phase has more.
type phase func(ctx context.Context, c *model.SOPChange) (more bool, err error)

// carryOn does some pages of every running change, one programme's oldest
// first. The position is committed with each page, so that a replica that dies
// loses nothing and two at once do nothing twice.
func (e *Engine) carryOn(ctx context.Context) error {
	for range changePages {
		var running []model.SOPChange
		err := e.DB.Conn(ctx).Select("id", "sop_id").Order("id").Limit(changesAtOnce).Find(&running, "state = ?", model.ChangeRunning).Error
		if err != nil {
			return fmt.Errorf("find running changes: %w", err)
		}
		if len(running) == 0 {
			return nil
		}
		var faults []error
		served := map[int64]bool{}
		for _, c := range running {
			if served[c.SOPID] {
				continue
			}
			served[c.SOPID] = true
			if _, err := e.changePage(ctx, c.ID); err != nil {
				faults = append(faults, err)
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
	}
	e.Wake()
	return nil
}

// begin stores a change and does its first pages at once: a small programme's
// is done when this returns.
func (e *Engine) begin(ctx context.Context, c model.SOPChange) (model.SOPChange, error) {
	now := e.DB.Now(ctx)
	c.State, c.CreatedAt, c.UpdatedAt = model.ChangeRunning, now, now
	if err := e.DB.Conn(ctx).Create(&c).Error; err != nil {
		return c, fmt.Errorf("store change of SOP %d: %w", c.SOPID, err)
	}
	return c, nil
}

// hurry does a change's first pages; what is left goes on in the background.
func (e *Engine) hurry(ctx context.Context, id int64) error {
	for range changePages {
		more, err := e.changePage(ctx, id)
		if err != nil || !more {
			return err
		}
	}
	e.Wake()
	return nil
}

// changePage does one page of a change. The lock on its row puts replicas in
// line; it is held for one page.
func (e *Engine) changePage(ctx context.Context, id int64) (more bool, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		more = false
		var c model.SOPChange
		err := e.DB.Conn(ctx).Clauses(forUpdate()).Take(&c, "id = ? AND state = ?", id, model.ChangeRunning).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock change: %w", err)
		}
		phases := e.phases(c)
		again, err := phases[c.Position.V.Phase](ctx, &c)
		if err != nil {
			return err
		}
		if !again {
			c.Position.V = model.ChangePosition{Phase: c.Position.V.Phase + 1}
		}
		now := e.DB.Now(ctx)
		c.UpdatedAt = now
		if more = c.Position.V.Phase < len(phases); !more {
			c.State, c.FinishedAt = model.ChangeDone, &now
		}
		return wrap("keep change", e.DB.Conn(ctx).Save(&c).Error)
	})
	if err != nil {
		return false, fmt.Errorf("carry on with change %d: %w", id, err)
	}
	return more, nil
}

// phases lists what a kind of change does, one after the other.
func (e *Engine) phases(c model.SOPChange) []phase {
	active, parked := model.EnrollmentActive, model.EnrollmentParked
	switch c.Kind {
	case model.ChangeMove:
		list := []phase{e.inState(active, e.movePeople), e.inState(parked, e.movePeople), e.dropLeftTouches}
		if c.Params.V.FinishedDays > 0 {
			list = append(list, e.inState(model.EnrollmentCompleted, e.reopen))
		}
		return list
	case model.ChangeShift:
		return []phase{e.unqueue, e.inState(active, e.shiftPeople), e.inState(parked, e.shiftPeople), e.resumeTouches, e.goLive}
	case model.ChangeSkip, model.ChangeSend:
	}
	return []phase{e.unqueue, e.resumeTouches, e.goLive}
}

// inState makes a phase of a function that handles a page of a programme's
// enrollments in that state, locked, by id.
func (e *Engine) inState(state model.EnrollmentState, handle func(context.Context, *model.SOPChange, []model.Enrollment) error) phase {
	return func(ctx context.Context, c *model.SOPChange) (bool, error) {
		var list []model.Enrollment
		err := e.DB.Conn(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_sop")).Clauses(forUpdate()).Order("id").Limit(changeRows).
			Find(&list, "sop_id = ? AND state = ? AND id > ?", c.SOPID, state, c.Position.V.ID).Error
		if err != nil || len(list) == 0 {
			return false, wrap("lock enrollments", err)
		}
		c.Position.V.ID = list[len(list)-1].ID
		return len(list) == changeRows, handle(ctx, c, list)
	}
}

// Changes lists the changes of a programme, the latest first.
func (e *Engine) Changes(ctx context.Context, sopID int64, page model.Page) ([]model.SOPChange, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return nil, err
	}
	q := e.DB.Read(ctx).Order("id DESC").Limit(page.Size()).Where("sop_id = ?", sopID)
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	rows := []model.SOPChange{}
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list changes of SOP %d: %w", sopID, err)
	}
	return rows, nil
}

// resuming tells whether a change is under way that ends a pause.
func (e *Engine) resuming(ctx context.Context, sopID int64) (bool, error) {
	var n int64
	err := e.DB.Conn(ctx).Model(&model.SOPChange{}).Where("sop_id = ? AND state = ? AND kind <> ?", sopID, model.ChangeRunning, model.ChangeMove).Count(&n).Error
	return n > 0, wrap("look for a resume under way", err)
}

// cancelChanges ends running changes of a programme; what they have done stays.
func (e *Engine) cancelChanges(ctx context.Context, sopID int64, kinds ...model.ChangeKind) error {
	now := e.DB.Now(ctx)
	err := e.DB.Conn(ctx).Model(&model.SOPChange{}).Where("sop_id = ? AND state = ? AND kind IN ?", sopID, model.ChangeRunning, kinds).
		Updates(map[string]any{"state": model.ChangeCancelled, "finished_at": now, "updated_at": now}).Error
	return wrap("cancel running changes", err)
}

// saveEnrollments writes back rows that are locked and were read whole.
func (e *Engine) saveEnrollments(ctx context.Context, list []model.Enrollment) error {
	if len(list) == 0 {
		return nil
	}
	return wrap("save enrollments", e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(list, chunk).Error)
}

// doneSteps are the keys of the steps that have a touch, by enrollment.
func (e *Engine) doneSteps(ctx context.Context, list []model.Enrollment) (map[int64]map[string]bool, error) {
	out := make(map[int64]map[string]bool, len(list))
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i], out[en.ID] = en.ID, map[string]bool{}
	}
	for part := range slices.Chunk(ids, chunk) {
		var rows []struct {
			EnrollmentID int64
			StepKey      string
		}
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("enrollment_id IN ?", part).Select("enrollment_id", "step_key").Find(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("load touches of enrollments: %w", err)
		}
		for _, r := range rows {
			out[r.EnrollmentID][r.StepKey] = true
		}
	}
	return out, nil
}
