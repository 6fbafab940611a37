package sop

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// ReasonStopped is why a touch that WeCom had is waiting again: the kill switch
// took it back before the rep sent it.
const ReasonStopped = "stopped"

// Stop is a programme's kill switch: from the next claim on nothing of it goes
// out, and Recall takes back what WeCom has. The programme is paused; Resume
// reverts it.
func (e *Engine) Stop(ctx context.Context, id int64) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		res := e.DB.Conn(ctx).Model(&model.SOP{}).
			Where("id = ? AND state IN ? AND stopped_at IS NULL", id, []model.SOPState{model.SOPLive, model.SOPPaused}).
			Updates(map[string]any{"state": model.SOPPaused, "paused_at": gorm.Expr("COALESCE(paused_at, ?)", now), "stopped_at": now, "updated_at": now})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 1 {
			return e.cancelChanges(ctx, id, model.ChangeShift, model.ChangeSkip, model.ChangeSend)
		}
		s, err := e.sop(ctx, id)
		if err != nil {
			return err
		}
		if s.StoppedAt != nil {
			return model.Conflict("the SOP is stopped already")
		}
		return model.Conflict(fmt.Sprintf("the SOP is %s, not %s", s.State, model.SOPLive))
	})
	if err != nil {
		return fmt.Errorf("stop SOP %d: %w", id, err)
	}
	return nil
}

// StopAll is the corp's kill switch: every claim looks at it. It answers
// CodeConflict when everything is stopped already.
func (e *Engine) StopAll(ctx context.Context, by string) error {
	now := e.DB.Now(ctx)
	row := model.Switch{Name: model.SwitchAll, UpdatedAt: now}
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("make kill switch: %w", err)
	}
	res := e.DB.Conn(ctx).Model(&model.Switch{}).Where("name = ? AND stopped_at IS NULL", model.SwitchAll).
		Updates(map[string]any{"stopped_at": now, "changed_by": by, "updated_at": now})
	switch {
	case res.Error != nil:
		return fmt.Errorf("stop everything: %w", res.Error)
	case res.RowsAffected == 0:
		return model.Conflict("everything is stopped already")
	}
	return nil
}

// ResumeAll reverts StopAll: every programme that was live goes on as after a
// pause of its own, by ChangeShift, ChangeSkip or ChangeSend. Those that are
// paused stay so.
func (e *Engine) ResumeAll(ctx context.Context, how model.ChangeKind, by string) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		var row model.Switch
		err := e.DB.Conn(ctx).Clauses(forUpdate()).Limit(1).Find(&row, "name = ?", model.SwitchAll).Error
		if err != nil {
			return fmt.Errorf("lock kill switch: %w", err)
		}
		if row.StoppedAt == nil {
			return model.Conflict("nothing is stopped")
		}
		if err := e.taken(ctx, "1 = 1"); err != nil {
			return err
		}
		var sops []model.SOP
		if err := e.DB.Conn(ctx).Clauses(forUpdate()).Order("id").Find(&sops, "state = ?", model.SOPLive).Error; err != nil {
			return fmt.Errorf("lock live SOPs: %w", err)
		}
		for _, s := range sops {
			since := *row.StoppedAt
			if s.LiveSince != nil {
				since = later(since, *s.LiveSince)
			}
			s.State, s.PausedAt, s.UpdatedAt = model.SOPPaused, &since, now
			if err := e.DB.Conn(ctx).Save(&s).Error; err != nil {
				return fmt.Errorf("hold SOP %d: %w", s.ID, err)
			}
			if _, err := e.beginResume(ctx, s, how, by); err != nil {
				return err
			}
		}
		err = e.DB.Conn(ctx).Model(&row).Updates(map[string]any{"stopped_at": nil, "changed_by": by, "updated_at": now}).Error
		return wrap("let everything go on", err)
	})
	if err != nil {
		return fmt.Errorf("resume everything: %w", err)
	}
	e.Wake()
	return nil
}

// Halted tells whether the corp's kill switch is thrown.
func (e *Engine) Halted(ctx context.Context) (bool, error) {
	row, err := e.killSwitch(ctx)
	return row.StoppedAt != nil, err
}

func (e *Engine) killSwitch(ctx context.Context) (model.Switch, error) {
	var row model.Switch
	err := e.DB.Conn(ctx).Limit(1).Find(&row, "name = ?", model.SwitchAll).Error
	return row, wrap("look at the kill switch", err)
}

// taken refuses while WeCom's tasks are being taken back: what was not sent
// comes back to the queue in a moment, and belongs to the resume.
func (e *Engine) taken(ctx context.Context, where string, args ...any) error {
	var n int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where(where, args...).Where("state = ?", model.DispatchCancelling).Count(&n).Error
	if err != nil {
		return fmt.Errorf("look for tasks that are being taken back: %w", err)
	}
	if n > 0 {
		return model.Conflict("WeCom's tasks are still being taken back: try again in a minute")
	}
	return nil
}

// Stopped is what a kill switch has done so far.
type Stopped struct {
	At *time.Time // nil while it is not thrown
	By string     // of the corp's switch
	// Held wait in our own queue. Open are WeCom's tasks to take back; of those
	// that are, Cancelling are still read for what was sent before, Cancelled are
	// done. NotStoppable could not be taken back: their reps may still send.
	Held, Open, Cancelling, Cancelled, NotStoppable int
}

// StopStatus tells how far the kill switch of a programme is, or with 0 the
// corp's.
func (e *Engine) StopStatus(ctx context.Context, sopID int64) (Stopped, error) {
	var out Stopped
	q := model.ScopeOf(ctx).OfReps(e.DB.Read(ctx).Model(&model.Dispatch{}), "rep_id")
	if sopID == 0 {
		row, err := e.killSwitch(ctx)
		if err != nil {
			return out, err
		}
		out.At, out.By = row.StoppedAt, row.ChangedBy
	} else {
		s, err := e.sop(ctx, sopID)
		if err != nil {
			return out, err
		}
		out.At = s.StoppedAt
		q = q.Where("sop_id = ?", sopID)
	}
	if out.At == nil {
		return out, nil
	}
	var rows []struct {
		State model.DispatchState
		Stuck bool
		N     int
	}
	open := []model.DispatchState{model.DispatchQueued, model.DispatchSent, model.DispatchCancelling, model.DispatchCancelled}
	err := q.Select("state, stop_error <> '' AS stuck, COUNT(*) AS n").Where("state IN ? AND channel <> ?", open, ChannelWelcome).
		Where("state <> ? OR final_at >= ?", model.DispatchCancelled, out.At).Group("state, stop_error <> ''").Scan(&rows).Error
	if err != nil {
		return out, fmt.Errorf("count what the kill switch is about: %w", err)
	}
	for _, r := range rows {
		switch {
		case r.State == model.DispatchQueued:
			out.Held += r.N
		case r.State == model.DispatchCancelling:
			out.Cancelling += r.N
		case r.State == model.DispatchCancelled:
			out.Cancelled += r.N
		case r.Stuck:
			out.NotStoppable += r.N
		default:
			out.Open += r.N
		}
	}
	return out, nil
}
