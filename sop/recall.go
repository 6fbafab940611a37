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

// Canceller is a channel that can take a task back before anybody was reached.
type Canceller interface {
	// Cancel keeps a sent batch from reaching whom it has not reached yet. It may
	// be repeated. Errors are *Failure; any other error counts as unknown.
	Cancel(ctx context.Context, b Batch) error
}

// errNotStoppable is the stop error of a channel that takes nothing back.
const errNotStoppable = "not_stoppable"

// recallFor is how long the results of a task that was taken back are asked for;
// after that its touches expire, since they may have been sent, and the resume
// that waits for them can begin.
const recallFor = time.Hour

// maxStopError is how much of WeCom's words about a refusal is kept, in bytes.
const maxStopError = 255

// Recall takes back from WeCom what stopped programmes have there: first the
// task, then, once results have settled, a look at what was sent before; the
// rest waits in our queue again. It tells whether there may be more.
func (e *Engine) Recall(ctx context.Context) (again bool, err error) {
	halted, err := e.Halted(ctx)
	if err != nil {
		return false, err
	}
	var stopped []int64
	if !halted {
		err := e.DB.Conn(ctx).Model(&model.SOP{}).Where("state = ? AND stopped_at IS NOT NULL", model.SOPPaused).Pluck("id", &stopped).Error
		if err != nil {
			return false, fmt.Errorf("find stopped SOPs: %w", err)
		}
	}
	open, err := e.toCancel(ctx, halted, stopped)
	if err != nil {
		return false, err
	}
	for _, d := range open {
		if err := e.cancel(ctx, d); err != nil {
			e.Logger.WarnContext(ctx, "task not taken back yet", "dispatch", d.ID, "error", err)
		}
	}
	if err := e.takeOffCards(ctx, stopped); err != nil {
		return false, err
	}
	turns, err := e.takeTurn(ctx, model.DispatchCancelling, func(model.Dispatch) time.Duration { return e.Config.Settle })
	for _, d := range turns {
		if err := e.takeOver(ctx, d); err != nil {
			e.Logger.WarnContext(ctx, "results of a task taken back not read", "dispatch", d.ID, "error", err)
		}
	}
	return len(turns) == pollPage, err
}

// toCancel finds WeCom's tasks of what is stopped. While nothing is, it looks at
// no dispatch.
func (e *Engine) toCancel(ctx context.Context, halted bool, stopped []int64) ([]model.Dispatch, error) {
	q := e.DB.Conn(ctx).Table(e.DB.Walk("dispatches", "ix_dispatches_state"))
	switch {
	case halted:
	case len(stopped) == 0:
		return nil, nil
	default:
		q = e.DB.Conn(ctx).Table(e.DB.Walk("dispatches", "ix_dispatches_sop")).Where("sop_id IN ?", stopped)
	}
	var open []model.Dispatch
	err := q.Where("state = ? AND stop_error = '' AND channel <> ?", model.DispatchSent, ChannelWelcome).Order("id").Limit(pollPage).Find(&open).Error
	return open, wrap("find tasks to take back", err)
}

// cancel asks WeCom to take one task back. A refusal is kept: the rep may still
// send it, and its results are followed as ever.
func (e *Engine) cancel(ctx context.Context, d model.Dispatch) error {
	set := map[string]any{"stop_error": errNotStoppable}
	if canceller, ok := e.Channels[d.Channel].(Canceller); ok {
		set = map[string]any{"state": model.DispatchCancelling, "next_at": e.DB.Now(ctx).Add(e.Config.Settle)}
		err := canceller.Cancel(ctx, Batch{DispatchID: d.ID, RemoteID: d.RemoteID, Making: making(d), Payload: d.Payload.V})
		if f := failureOf(err); err != nil && f.Kind != Refused {
			return f // it may be repeated, and is at the next turn
		} else if err != nil {
			text := f.Error()
			set = map[string]any{"stop_error": text[:min(len(text), maxStopError)]}
		}
	}
	set["updated_at"] = e.DB.Now(ctx)
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state = ?", d.ID, model.DispatchSent).Updates(set).Error
	return wrap("keep that a task is taken back", err)
}

// takeOver reads what was sent before the task was taken back, and has the rest
// wait again.
func (e *Engine) takeOver(ctx context.Context, d model.Dispatch) error {
	channel, ok := e.Channels[d.Channel]
	if !ok {
		return fmt.Errorf("no channel %q", d.Channel)
	}
	info := channel.Info()
	outcomes, err := channel.Poll(ctx, Batch{DispatchID: d.ID, RemoteID: d.RemoteID, Payload: d.Payload.V})
	switch {
	case err == nil:
	case e.DB.Now(ctx).Sub(d.UpdatedAt) < recallFor:
		return fmt.Errorf("poll dispatch %d: %w", d.ID, err)
	default:
		info.PollFor = 0 // nobody knows what was sent: it expires
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		var locked model.Dispatch
		err := e.DB.Conn(ctx).Clauses(forUpdate()).Take(&locked, "id = ? AND state = ?", d.ID, model.DispatchCancelling).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock dispatch %d: %w", d.ID, err)
		}
		if err := e.applyOutcomes(ctx, locked, info, outcomes); err != nil {
			return err
		}
		return e.giveBack(ctx, locked)
	})
}

// stopped tells whether a kill switch is thrown over the programme.
func (e *Engine) stopped(ctx context.Context, sopID int64) (bool, error) {
	halted, err := e.Halted(ctx)
	if err != nil || halted {
		return halted, err
	}
	s, err := e.sop(ctx, sopID)
	return s.StoppedAt != nil, err
}

// giveBack has the touches of a task that was taken back wait again, or ends
// them with their programme.
func (e *Engine) giveBack(ctx context.Context, d model.Dispatch) error {
	var list []model.Touch
	if err := e.DB.Conn(ctx).Clauses(forUpdate()).Find(&list, "dispatch_id = ? AND state = ?", d.ID, model.TouchAccepted).Error; err != nil {
		return fmt.Errorf("lock touches of dispatch %d: %w", d.ID, err)
	}
	if len(list) == 0 {
		return nil // all had been sent: it is confirmed
	}
	why := model.Verdict{Gate: gateRunning, Reason: ReasonStopped}
	if e.Channels.info(d.Channel).Reach == ReachGroup {
		stopped, err := e.stopped(ctx, d.SOPID)
		if err != nil {
			return err
		}
		if !stopped {
			why = model.Verdict{Gate: gateReachable, Reason: ReasonOwnerChanged}
		}
	}
	if err := e.waitAgain(ctx, list, why); err != nil {
		return err
	}
	return e.finishDispatch(ctx, d.ID, model.DispatchCancelled, "")
}

// waitAgain has touches wait in our queue that WeCom had, and says why, or ends
// them with their programme. What was taken back for another reason than a kill
// switch, whose resume decides about dates, gets a fresh grace.
func (e *Engine) waitAgain(ctx context.Context, list []model.Touch, why model.Verdict) error {
	now := e.DB.Now(ctx)
	var archived []int64
	if err := e.DB.Conn(ctx).Model(&model.SOP{}).Where("state = ?", model.SOPArchived).Pluck("id", &archived).Error; err != nil {
		return fmt.Errorf("find archived SOPs: %w", err)
	}
	why.At, why.Say = now, "defer"
	for i := range list {
		t := &list[i]
		t.State, t.DispatchID, t.SentAt, t.UpdatedAt = model.TouchPlanned, nil, nil, now
		t.Verdicts.V = append(t.Verdicts.V, why)
		if why.Reason != ReasonStopped {
			t.ExpireAt = later(t.ExpireAt, now.Add(decidedGrace))
		}
		if slices.Contains(archived, t.SOPID) {
			t.State, t.Reason, t.FinalAt = model.TouchCancelled, reasonClosed, &now
		}
	}
	return e.saveTouches(ctx, list)
}
