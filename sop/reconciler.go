package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// pollPage bounds how many dispatches one round asks about.
const pollPage = 50

// maxPollEvery is the slowest that results are asked for.
const maxPollEvery = time.Hour

// pollSlack is how much longer results are asked for while the answers fail.
const pollSlack = 24 * time.Hour

// clockSlack is how far our clock and WeCom's may be apart when its tasks are
// matched with our calls.
const clockSlack = 2 * time.Minute

// Rescue declares dispatches whose holder vanished in mid-call unknown: the
// call may have been made. The reconciler finds out. It also cancels what has
// come back to the queue of an archived programme.
func (e *Engine) Rescue(ctx context.Context) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		return e.DB.Conn(ctx).Model(&model.Dispatch{}).
			Where("state = ? AND lease_until < ? AND channel <> ?", model.DispatchSending, now, ChannelWelcome).
			Updates(map[string]any{"state": model.DispatchUnknown, "next_at": now.Add(e.Config.Settle), "last_error": "the holder vanished in mid-call", "updated_at": now}).Error
	})
	if err != nil {
		return fmt.Errorf("rescue abandoned dispatches: %w", err)
	}
	// A call that did not happen may have come back to the queue of a programme
	// that was archived meanwhile.
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		return e.cancelQueued(ctx, reasonClosed, "sop_id IN (SELECT id FROM sops WHERE state = ?)", model.SOPArchived)
	})
}

// Reconcile finds out what became of calls with an unknown outcome.
func (e *Engine) Reconcile(ctx context.Context) (again bool, err error) {
	list, err := e.takeTurn(ctx, model.DispatchUnknown, func(model.Dispatch) time.Duration { return e.Config.Settle })
	for _, d := range list {
		if err := e.reconcile(ctx, d); err != nil {
			e.Logger.WarnContext(ctx, "dispatch still unknown", "dispatch", d.ID, "error", err)
		}
	}
	return len(list) == pollPage, err
}

func (e *Engine) reconcile(ctx context.Context, d model.Dispatch) error {
	channel, ok := e.Channels[d.Channel]
	if !ok {
		return fmt.Errorf("no channel %q", d.Channel)
	}
	if channel.Info().Repeatable {
		return e.requeue(ctx, d)
	}
	found, err := channel.Find(ctx, Batch{DispatchID: d.ID, Payload: d.Payload.V}, d.CalledAt.Add(-clockSlack))
	if err != nil {
		return fmt.Errorf("look for the task of dispatch %d: %w", d.ID, err)
	}
	if found, err = e.notAdopted(ctx, found); err != nil {
		return err
	}
	sure := true
	if channel.Info().Faceless && len(found) > 0 {
		unknown, calling, err := e.twins(ctx, d)
		if err != nil || calling {
			return err
		}
		sure = !unknown
	}
	switch {
	case len(found) == 0:
		return e.requeue(ctx, d)
	case len(found) == 1 && sure:
		return e.adoptFound(ctx, d, channel.Info(), found[0])
	}
	var ids []string
	for _, r := range found {
		ids = append(ids, r.RemoteID)
	}
	_, err = e.own(ctx, d, map[string]any{"state": model.DispatchStuck, "candidates": model.AsJSON(ids)})
	return err
}

// adoptFound settles a dispatch as the task that was found, unless another has
// adopted it a moment ago: of a rep's dispatches one does so at a time, and who
// comes second looks again at its next turn.
func (e *Engine) adoptFound(ctx context.Context, d model.Dispatch, info ChannelInfo, task Receipt) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		free, err := e.adoptable(ctx, d, []Receipt{task})
		if err != nil || len(free) == 0 {
			return err
		}
		return e.settleSent(ctx, d, info, task)
	})
}

// adoptable is notAdopted for whoever adopts in this transaction.
func (e *Engine) adoptable(ctx context.Context, d model.Dispatch, found []Receipt) ([]Receipt, error) {
	if err := e.takeTurns(ctx, []model.LimitTurn{{Kind: "rep", SubjectID: d.RepID}}); err != nil {
		return nil, err
	}
	return e.notAdopted(ctx, found)
}

// requeue sends again what surely was not sent.
func (e *Engine) requeue(ctx context.Context, d model.Dispatch) error {
	_, err := e.own(ctx, d, map[string]any{"state": model.DispatchQueued, "next_at": e.DB.Now(ctx), "lease_token": "", "lease_until": nil})
	if err == nil {
		e.Wake()
	}
	return err
}

// notAdopted leaves out tasks that another dispatch already answers for.
func (e *Engine) notAdopted(ctx context.Context, found []Receipt) ([]Receipt, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var ids []string
	for _, r := range found {
		ids = append(ids, r.RemoteID)
	}
	var taken []string
	if err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("remote_id IN ?", ids).Pluck("remote_id", &taken).Error; err != nil {
		return nil, fmt.Errorf("find adopted tasks: %w", err)
	}
	return slices.DeleteFunc(found, func(r Receipt) bool { return slices.Contains(taken, r.RemoteID) }), nil
}

// takeTurn claims a page of dispatches in that state by moving their next turn
// on; a replica that comes second moves nothing.
func (e *Engine) takeTurn(ctx context.Context, state model.DispatchState, wait func(model.Dispatch) time.Duration) ([]model.Dispatch, error) {
	now := e.DB.Now(ctx)
	var list, ours []model.Dispatch
	err := e.DB.Conn(ctx).Order("next_at, id").Limit(pollPage).Find(&list, "state = ? AND next_at <= ?", state, now).Error
	if err != nil {
		return nil, fmt.Errorf("find dispatches to follow: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		ours = nil
		for _, d := range list {
			res := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state = ? AND next_at = ?", d.ID, state, d.NextAt).
				Updates(map[string]any{"next_at": now.Add(wait(d)), "polls": d.Polls + 1})
			if res.Error != nil {
				return fmt.Errorf("take turn of dispatch %d: %w", d.ID, res.Error)
			}
			if res.RowsAffected == 1 {
				ours = append(ours, d)
			}
		}
		return nil
	})
	return ours, err
}

// Poll asks what became of sent dispatches. The interval grows by half each
// time, to an hour; after the channel's bound the rest expires.
func (e *Engine) Poll(ctx context.Context) (again bool, err error) {
	list, err := e.takeTurn(ctx, model.DispatchSent, e.pollInterval)
	for _, d := range list {
		if err := e.poll(ctx, d); err != nil {
			e.Logger.WarnContext(ctx, "results not read", "dispatch", d.ID, "error", err)
		}
	}
	return len(list) == pollPage, err
}

func (e *Engine) pollInterval(d model.Dispatch) time.Duration {
	channel, ok := e.Channels[d.Channel]
	if !ok {
		return maxPollEvery
	}
	every := channel.Info().PollEvery
	if making(d) {
		every = jobEvery
	}
	for range min(d.Polls, 30) {
		every += every / 2
	}
	return min(every, max(maxPollEvery, channel.Info().PollEvery))
}

func (e *Engine) poll(ctx context.Context, d model.Dispatch) error {
	channel, ok := e.Channels[d.Channel]
	if !ok {
		return fmt.Errorf("no channel %q", d.Channel)
	}
	if making(d) {
		return e.pollJob(ctx, d, channel)
	}
	if r, ok := channel.(Responder); ok {
		if err := e.listen(ctx, d, r); err != nil {
			e.Logger.WarnContext(ctx, "responses not read", "dispatch", d.ID, "error", err)
		}
	}
	outcomes, err := channel.Poll(ctx, Batch{DispatchID: d.ID, RemoteID: d.RemoteID, Payload: d.Payload.V})
	// A task that can no longer be read must not be asked about for ever.
	if err != nil && !late(d, channel.Info().PollFor+pollSlack, e.DB.Now(ctx)) {
		return fmt.Errorf("poll dispatch %d: %w", d.ID, err)
	}
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		return e.applyOutcomes(ctx, d, channel.Info(), outcomes)
	})
	if err != nil || channel.Info().Reach != ReachGroup {
		return err
	}
	return e.passOn(ctx, d)
}

// late tells whether a sent dispatch has had that long for its results.
func late(d model.Dispatch, bound time.Duration, now time.Time) bool {
	return d.SentAt != nil && now.After(d.SentAt.Add(bound))
}

// waitingTouch is a touch whose outcome is not known, with its recipient.
type waitingTouch struct {
	model.Touch    `gorm:"embedded"`
	ExternalUserID string `gorm:"column:external_userid"`
}

func (e *Engine) applyOutcomes(ctx context.Context, d model.Dispatch, info ChannelInfo, outcomes []Outcome) error {
	now := e.DB.Now(ctx)
	var waiting []waitingTouch
	to := info.addressees()
	err := e.DB.Conn(ctx).Model(&model.Touch{}).
		Select("touches.id, touches.enrollment_id, touches.version_id, touches.step_key, touches.reason, "+to.remoteID+" AS external_userid").
		Joins("JOIN "+to.table+" ON "+to.join).
		Where("touches.dispatch_id = ? AND touches.state = ?", d.ID, model.TouchAccepted).Find(&waiting).Error
	if err != nil {
		return fmt.Errorf("load waiting touches of dispatch %d: %w", d.ID, err)
	}
	byContact := map[string]Outcome{}
	for _, o := range outcomes {
		byContact[o.ExternalUserID] = o
	}
	asked, err := e.askNewOwners(ctx, d, info, outcomes)
	if err != nil {
		return err
	}
	waiting = slices.DeleteFunc(waiting, func(t waitingTouch) bool { return asked[t.ID] })
	late := late(d, info.PollFor, now)
	changes := map[Outcome][]int64{} // outcome without its recipient → touches
	var gone []int64
	var left, further []model.Touch
	expired := 0
	for _, t := range waiting {
		o, ok := byContact[t.ExternalUserID]
		if !ok || !o.State.Final() {
			if !late {
				left = append(left, t.Touch)
				continue
			}
			o = Outcome{State: model.TouchExpired, Reason: ReasonExpired, At: now}
			expired++
		}
		further = append(further, t.Touch)
		o.ExternalUserID = ""
		changes[o] = append(changes[o], t.ID)
		if o.Reason == ReasonNotFriend && t.EnrollmentID != nil {
			gone = append(gone, *t.EnrollmentID)
		}
	}
	if err := e.writeOutcomes(ctx, changes); err != nil {
		return err
	}
	if err := e.proceed(ctx, further); err != nil {
		return err
	}
	for ids := range slices.Chunk(gone, chunk) {
		if err := e.endEnrollments(ctx, reasonContactGone, "id IN ?", ids); err != nil {
			return err
		}
	}
	switch {
	case len(left) > 0:
		return e.markUnconfirmed(ctx, d, left)
	case info.Responses && !late && d.State == model.DispatchSent:
		return nil
	case expired > 0:
		return e.finishDispatch(ctx, d.ID, model.DispatchExpired, "")
	}
	return e.finishDispatch(ctx, d.ID, model.DispatchConfirmed, "")
}

// settled says which touches have reached their end.
func (e *Engine) settled(ctx context.Context, ids []int64) error {
	if e.TouchesSettled == nil || len(ids) == 0 {
		return nil
	}
	return wrap("tell of touches that are over", e.TouchesSettled(ctx, ids))
}

func (e *Engine) writeOutcomes(ctx context.Context, changes map[Outcome][]int64) error {
	now := e.DB.Now(ctx)
	for o, ids := range changes {
		set := map[string]any{"state": o.State, "reason": o.Reason, "final_at": now, "updated_at": now}
		if !o.At.IsZero() && o.State != model.TouchExpired {
			set["confirmed_at"] = model.Instant(o.At)
			// It counts on the day that it reached the customer, or failed to.
			set["limit_day"] = gorm.Expr("CASE WHEN limit_day = '' THEN '' ELSE ? END", localDay(o.At, e.Config.Zone))
		}
		for part := range slices.Chunk(ids, chunk) {
			if err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ? AND state = ?", part, model.TouchAccepted).Updates(set).Error; err != nil {
				return fmt.Errorf("store outcomes: %w", err)
			}
			if err := e.settled(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}
