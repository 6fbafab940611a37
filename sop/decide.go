package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Decide settles by hand a dispatch that the engine will not settle itself.
//
// Stuck: several of WeCom's tasks could be ours. With remoteID, one of its
// candidates, that task is adopted; without, none is ours and the call is made
// again. Failed: refused for good. Its touches are planned anew and pass all
// gates again, with a fresh grace; remoteID must be empty. In any other state,
// and for welcomes, whose codes have died, it answers CodeConflict.
func (e *Engine) Decide(ctx context.Context, dispatchID int64, remoteID string) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		d, err := e.lockDispatch(ctx, dispatchID)
		if err != nil {
			return err
		}
		switch {
		case d.Channel == ChannelWelcome:
			return model.Conflict("a welcome cannot be sent again: its code has died")
		case d.State == model.DispatchStuck && remoteID != "":
			return e.adopt(ctx, d, remoteID)
		case d.State == model.DispatchStuck:
			return e.sendAgain(ctx, d)
		case d.State != model.DispatchFailed:
			return model.Conflict(fmt.Sprintf("the dispatch is %s, neither stuck nor failed", d.State))
		case remoteID != "":
			return model.Invalid("remote_id", "belongs to stuck dispatches: a failed one made no task")
		}
		return e.planAnew(ctx, d)
	})
	if err != nil {
		return fmt.Errorf("decide dispatch %d: %w", dispatchID, err)
	}
	e.Wake()
	return nil
}

func (e *Engine) lockDispatch(ctx context.Context, id int64) (model.Dispatch, error) {
	var d model.Dispatch
	err := e.DB.Conn(ctx).Clauses(forUpdate()).Take(&d, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return d, model.NotFound(fmt.Sprintf("dispatch %d", id))
	}
	return d, wrap("lock dispatch", err)
}

func (e *Engine) adopt(ctx context.Context, d model.Dispatch, remoteID string) error {
	if !slices.Contains(d.Candidates.V, remoteID) {
		return model.Invalid("remote_id", "is none of the dispatch's candidates")
	}
	free, err := e.adoptable(ctx, d, []Receipt{{RemoteID: remoteID}})
	if err != nil {
		return err
	}
	if len(free) == 0 {
		return model.Conflict("another dispatch has adopted that task")
	}
	now := e.DB.Now(ctx)
	err = e.moveDispatch(ctx, d, map[string]any{
		"state": model.DispatchSent, "remote_id": remoteID, "sent_at": now, "next_at": now, "polls": 0, "last_error": "",
		"candidates": model.AsJSON([]string{}),
	})
	if err != nil {
		return err
	}
	if err := e.beginChase(ctx, d); err != nil {
		return err
	}
	return e.acceptTouches(ctx, d, free[0], model.TouchAccepted, nil)
}

// sendAgain queues the call again, for when the send window is open: what a
// person decides at night reaches nobody's phone before the morning, and only
// through all gates.
func (e *Engine) sendAgain(ctx context.Context, d model.Dispatch) error {
	now := e.DB.Now(ctx)
	opens, err := e.opens(ctx, d, now)
	if err != nil {
		return err
	}
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ? AND expire_at < ?", d.ID, model.TouchDispatched, opens.Add(decidedGrace)).
		Updates(map[string]any{"expire_at": opens.Add(decidedGrace), "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("extend touches of dispatch %d: %w", d.ID, err)
	}
	return e.moveDispatch(ctx, d, map[string]any{
		"state": model.DispatchQueued, "next_at": opens, "attempts": 0, "polls": 0, "last_error": "",
		"candidates": model.AsJSON([]string{}),
	})
}

// opens is when the send window of the dispatch's touches is open next.
func (e *Engine) opens(ctx context.Context, d model.Dispatch, now time.Time) (time.Time, error) {
	var versions []int64
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ?", d.ID).Distinct().Pluck("version_id", &versions).Error
	if err != nil {
		return now, fmt.Errorf("find versions of dispatch %d: %w", d.ID, err)
	}
	opens := now
	for _, id := range versions {
		v, err := e.version(ctx, id)
		if err != nil {
			return now, err
		}
		opens = later(opens, v.window.next(now))
	}
	return model.Instant(opens), nil
}

func (e *Engine) moveDispatch(ctx context.Context, d model.Dispatch, set map[string]any) error {
	set["lease_token"], set["lease_until"], set["updated_at"] = "", nil, e.DB.Now(ctx)
	return wrap("move dispatch", e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ?", d.ID).Updates(set).Error)
}

// decidedGrace is how late a touch that a person planned anew may go: the send
// window opens at least once in it.
const decidedGrace = 24 * time.Hour

// planAnew gives a failed dispatch's touches back to the grouper. The dispatch
// stays as it is, without touches: the record of what was refused.
func (e *Engine) planAnew(ctx context.Context, d model.Dispatch) error {
	if d.SOPID != 0 { // a digest of several programmes names none
		s, err := e.lockSOP(ctx, d.SOPID)
		if err != nil {
			return err
		}
		if s.State == model.SOPArchived {
			return model.Conflict("an archived SOP sends nothing")
		}
	}
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchFailed).
		Where("sop_id IN (SELECT id FROM sops WHERE state <> ?)", model.SOPArchived).Updates(map[string]any{
		"state": model.TouchPlanned, "reason": "", "dispatch_id": nil, "not_before": now, "expire_at": now.Add(decidedGrace),
		"sent_at": nil, "final_at": nil, "updated_at": now, "limit_day": "",
	})
	if res.Error != nil {
		return fmt.Errorf("plan touches anew: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return model.Conflict("the dispatch has no failed touches left")
	}
	return nil
}
