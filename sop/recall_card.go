package sop

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// takeOffCards has cards ask no longer for what stopped programmes want, where
// the cards are about other programmes too: those lose nothing.
func (e *Engine) takeOffCards(ctx context.Context, stopped []int64) error {
	for _, id := range stopped {
		keys, err := e.touchedSteps(ctx, id)
		if err != nil {
			return err
		}
		var cards []int64
		err = e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")).
			Joins("JOIN dispatches ON dispatches.id = touches.dispatch_id AND dispatches.sop_id = 0 AND dispatches.state = ?", model.DispatchSent).
			Where("touches.sop_id = ? AND touches.step_key IN ? AND touches.state = ? AND touches.channel IN ?",
				id, keys, model.TouchAccepted, e.Channels.digests()).
			Distinct().Limit(pollPage).Pluck("touches.dispatch_id", &cards).Error
		if err != nil {
			return fmt.Errorf("find cards that SOP %d shares: %w", id, err)
		}
		for _, card := range cards {
			err := e.DB.InTx(ctx, func(ctx context.Context) error { return e.takeOff(ctx, card, stopped) })
			if err != nil {
				return fmt.Errorf("take SOP %d off card %d: %w", id, card, err)
			}
		}
	}
	return nil
}

// takeOff has a card's touches of these programmes wait in our queue again. The
// card shows the others, if it can still be changed unasked; else the next press
// of a button brings that about, and settles only them.
func (e *Engine) takeOff(ctx context.Context, dispatchID int64, stopped []int64) error {
	open, err := e.lockCard(ctx, dispatchID)
	if err != nil {
		return err
	}
	var off []model.Touch
	for _, t := range open {
		if slices.Contains(stopped, t.SOPID) {
			off = append(off, t)
		}
	}
	if len(off) == 0 {
		return nil
	}
	var d model.Dispatch
	if err := e.DB.Conn(ctx).Take(&d, dispatchID).Error; err != nil {
		return fmt.Errorf("load dispatch: %w", err)
	}
	if err := e.waitAgain(ctx, off, model.Verdict{Gate: gateRunning, Reason: ReasonStopped}); err != nil {
		return err
	}
	if len(off) == len(open) {
		if err := e.finishDispatch(ctx, d.ID, model.DispatchCancelled, ""); err != nil {
			return err
		}
	}
	if err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ?", d.ID).Update("card_code", "").Error; err != nil {
		return fmt.Errorf("use up the card's code: %w", err)
	}
	return e.changeCard(ctx, model.CardUpdate{
		DispatchID: d.ID, UserID: d.Payload.V.UserID, ResponseCode: d.CardCode, Answer: model.AnswerStopped, ExpiresAt: d.SentAt.Add(codeLife),
	})
}
