package sop

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"sixtouch/model"
)

// maxAttempts ends a dispatch that is refused "for now" again and again.
const maxAttempts = 20

// claimSpread is among how many times more dispatches than it takes a replica
// chooses.
const claimSpread = 32

// Dispatch claims queued dispatches and makes their calls, a bounded number at
// once. It tells whether there may be more.
func (e *Engine) Dispatch(ctx context.Context) (again bool, err error) {
	list, err := e.claim(ctx)
	if err != nil {
		return false, err
	}
	// A failure of one must not cancel the calls of the others.
	var group errgroup.Group
	for _, d := range list {
		group.Go(func() error { return e.send(ctx, d) })
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	return len(list) == e.Config.Senders, nil
}

// claim takes as many dispatches as can be called at once, so that none waits
// while its lease runs. "sending" is committed before any call is made.
//
// Of any number of replicas one gets a dispatch: the update names the state it
// saw. On one server the second finds nothing to update; in a cluster its commit
// is not certified, and it looks again. It takes no page of its own choice: each
// picks by chance among the oldest, so that they seldom meet.
func (e *Engine) claim(ctx context.Context) (list []model.Dispatch, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		list = nil
		now := e.DB.Now(ctx)
		ids, err := e.claimable(ctx, now)
		if err != nil || len(ids) == 0 {
			return err
		}
		token := rand.Text()
		res := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id IN ? AND state = ?", ids, model.DispatchQueued).Updates(map[string]any{
			"state": model.DispatchSending, "lease_token": token, "lease_until": now.Add(e.Config.Lease), "called_at": now, "updated_at": now,
		})
		if res.Error != nil || res.RowsAffected == 0 {
			return wrap("claim dispatches", res.Error)
		}
		return wrap("load claimed dispatches", e.DB.Conn(ctx).Find(&list, "id IN ? AND lease_token = ?", ids, token).Error)
	})
	return list, err
}

// claimable picks what may be called now, nothing while the kill switch is
// thrown; of channels whose API wants fewer calls, as many as it gets.
func (e *Engine) claimable(ctx context.Context, now time.Time) ([]int64, error) {
	if halted, err := e.Halted(ctx); err != nil || halted {
		return nil, err
	}
	widths := e.pressure.widths(now)
	slow := []string{""} // no channel: an empty list would match nothing in SQL
	for channel := range widths {
		slow = append(slow, channel)
	}
	ids, err := e.oldest(ctx, e.Config.Senders, "channel NOT IN ?", slow)
	for channel, width := range widths {
		room := min(width, e.Config.Senders-len(ids))
		if err != nil || room <= 0 {
			continue
		}
		var more []int64
		more, err = e.oldest(ctx, room, "channel = ?", channel)
		ids = append(ids, more...)
	}
	return ids, err
}

// oldest picks n by chance among the oldest queued dispatches that may be called
// now and that the condition names.
func (e *Engine) oldest(ctx context.Context, n int, where string, args ...any) ([]int64, error) {
	now := e.DB.Now(ctx)
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).
		Where("state = ? AND next_at <= ? AND updated_at > ? AND created_at >= ?", model.DispatchQueued, now, now.Add(-queueLife), e.dayBegan(now)).
		Where(live, liveArgs()...).Where(where, args...).
		Order("next_at, id").Limit(claimSpread*n).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("find queued dispatches: %w", err)
	}
	if over := len(ids) - n; over > 0 {
		from := e.Chance(over + 1)
		ids = ids[from : from+n]
	}
	return ids, nil
}

// send makes one dispatch's call and settles what came of it. A holder whose
// lease has run out does not call: somebody else may own the dispatch by now.
func (e *Engine) send(ctx context.Context, d model.Dispatch) error {
	channel, ok := e.Channels[d.Channel]
	if !ok {
		return e.settleFailure(ctx, d, &Failure{Kind: Refused, Reason: "no_channel", Err: fmt.Errorf("no channel %q", d.Channel)})
	}
	left := d.LeaseUntil.Sub(e.DB.Now(ctx))
	if left <= 0 {
		return nil // the rescuer takes it from here
	}
	call, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	if tagger, ok := channel.(Tagger); ok {
		// Half of the lease is for tagging; what is left then waits for another turn.
		if ready, err := e.tagAudience(call, &d, tagger, d.LeaseUntil.Add(-left/2)); err != nil || !ready {
			return e.settleUntagged(context.WithoutCancel(ctx), d, err)
		}
	}
	receipt, err := channel.Send(call, Batch{DispatchID: d.ID, Payload: d.Payload.V})
	// What WeCom answered must be kept even when we are being stopped.
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), e.Config.Lease)
	defer cancel()
	if err != nil {
		f := failureOf(err)
		e.Logger.WarnContext(ctx, "dispatch not sent", "dispatch", d.ID, "channel", d.Channel, "kind", int(f.Kind), "reason", f.Reason, "error", f.Err)
		return e.settleFailure(ctx, d, f)
	}
	e.pressure.ease(d.Channel, *d.CalledAt, e.Config.Senders)
	return e.settleSent(ctx, d, channel.Info(), receipt)
}

// own moves a dispatch that this holder still answers for; false means that it
// has been taken over. A dispatch declared unknown meanwhile is still ours to
// settle: nobody has sent it again while it carries our token.
func (e *Engine) own(ctx context.Context, d model.Dispatch, set map[string]any) (ours bool, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		set["updated_at"] = e.DB.Now(ctx)
		res := e.DB.Conn(ctx).Model(&model.Dispatch{}).
			Where("id = ? AND lease_token = ? AND state IN ?", d.ID, d.LeaseToken, []model.DispatchState{model.DispatchSending, model.DispatchUnknown}).
			Updates(set)
		ours = res.RowsAffected == 1
		return res.Error
	})
	return ours, wrap(fmt.Sprintf("settle dispatch %d", d.ID), err)
}

func (e *Engine) settleSent(ctx context.Context, d model.Dispatch, info ChannelInfo, r Receipt) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		state, touched, final := model.DispatchSent, model.TouchAccepted, (*time.Time)(nil)
		if info.Immediate {
			state, touched, final = model.DispatchConfirmed, model.TouchDone, &now
		}
		remoteID, wait := followUp(info, r)
		ours, err := e.own(ctx, d, map[string]any{
			"state": state, "remote_id": remoteID, "card_code": r.CardCode, "sent_at": now, "final_at": final, "attempts": d.Attempts + 1,
			"next_at": now.Add(wait), "polls": 0, "lease_token": "", "lease_until": nil, "last_error": "",
		})
		if err != nil || !ours {
			return err
		}
		if err := e.acceptTouches(ctx, d, r, touched, final); err != nil {
			return err
		}
		if err := e.beginChase(ctx, d); err != nil {
			return err
		}
		if info.Immediate && e.TagsMarked != nil {
			return e.applyTags(ctx, d)
		}
		return nil
	})
}

// acceptTouches moves a sent dispatch's touches on, and fails those that the
// channel left out.
func (e *Engine) acceptTouches(ctx context.Context, d model.Dispatch, r Receipt, to model.TouchState, final *time.Time) error {
	now := e.DB.Now(ctx)
	addressees := e.Channels.info(d.Channel).addressees()
	for refused := range slices.Chunk(r.Refused, chunk) {
		err := e.DB.Conn(ctx).Model(&model.Touch{}).
			Where("dispatch_id = ? AND state = ?", d.ID, model.TouchDispatched).
			Where(addressees.named(), refused).
			Updates(map[string]any{"state": model.TouchFailed, "reason": ReasonNotSendable, "final_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("fail touches left out of dispatch %d: %w", d.ID, err)
		}
	}
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchDispatched).
		Updates(map[string]any{"state": to, "sent_at": now, "final_at": final, "updated_at": now, "local_day": localDay(now, e.Config.Zone)}).Error
	if err != nil {
		return fmt.Errorf("accept touches of dispatch %d: %w", d.ID, err)
	}
	return e.proceedFrom(ctx, d)
}

func (e *Engine) applyTags(ctx context.Context, d model.Dispatch) error {
	var touches []model.Touch
	if err := e.DB.Conn(ctx).Find(&touches, "dispatch_id = ?", d.ID).Error; err != nil {
		return fmt.Errorf("load touches of dispatch %d: %w", d.ID, err)
	}
	for _, t := range touches {
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return err
		}
		if s, ok := v.step(t.StepKey); ok {
			if err := e.TagsMarked(ctx, t.RelationshipID, s.AddTags, s.RemoveTags); err != nil {
				return fmt.Errorf("apply tags of touch %d: %w", t.ID, err)
			}
		}
	}
	return nil
}

// settleUntagged puts a dispatch back whose audience is not tagged yet. Nothing
// has been sent, so no failure of tagging is an unknown outcome; without one
// there is just more to do.
func (e *Engine) settleUntagged(ctx context.Context, d model.Dispatch, err error) error {
	if err == nil {
		return e.requeue(ctx, d)
	}
	f := &Failure{Kind: Later, Reason: "tagging", Err: err}
	if errors.As(err, &f) && f.Kind == Unknown {
		f.Kind = Later
	}
	e.Logger.WarnContext(ctx, "audience not tagged", "dispatch", d.ID, "channel", d.Channel, "reason", f.Reason, "error", f.Err)
	return e.settleFailure(ctx, d, f)
}

func (e *Engine) settleFailure(ctx context.Context, d model.Dispatch, f *Failure) error {
	now := e.DB.Now(ctx)
	attempts := d.Attempts + 1
	switch {
	case f.Kind == Later && f.Slow:
		return e.turnedAway(ctx, d, f)
	case f.Kind == Unknown:
		_, err := e.own(ctx, d, map[string]any{
			"state": model.DispatchUnknown, "attempts": attempts, "next_at": now.Add(e.Config.Settle), "last_error": f.Error(),
		})
		return err
	case f.Kind == Later && attempts < maxAttempts:
		_, err := e.own(ctx, d, map[string]any{
			"state": model.DispatchQueued, "attempts": attempts, "next_at": now.Add(max(f.After, backOff(attempts))),
			"lease_token": "", "lease_until": nil, "last_error": f.Error(),
		})
		return err
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		ours, err := e.own(ctx, d, map[string]any{
			"state": model.DispatchFailed, "attempts": attempts, "final_at": now, "lease_token": "", "lease_until": nil, "last_error": f.Error(),
		})
		if err != nil || !ours {
			return err
		}
		err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchDispatched).
			Updates(map[string]any{"state": model.TouchFailed, "reason": f.Reason, "final_at": now, "updated_at": now}).Error
		return wrap(fmt.Sprintf("fail touches of dispatch %d", d.ID), err)
	})
}

// turnedAway queues again what WeCom had no room for: the channel rests, and no
// attempt is used up. One that has waited long has its gates asked again.
func (e *Engine) turnedAway(ctx context.Context, d model.Dispatch, f *Failure) error {
	now := e.DB.Now(ctx)
	until := now.Add(max(f.After, slowPause))
	e.pressure.push(d.Channel, until)
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		ours, err := e.own(ctx, d, map[string]any{
			"state": model.DispatchQueued, "next_at": until, "lease_token": "", "lease_until": nil, "last_error": f.Error(),
		})
		if err != nil || !ours || now.Sub(d.CreatedAt) <= queueLife {
			return err
		}
		return e.takeBack(ctx, []int64{d.ID})
	})
}

// backOff grows from 5 s to 10 min.
func backOff(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt-1, 10), 10*time.Minute)
}
