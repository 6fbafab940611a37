package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Bounds of an answer on a page.
const (
	maxAnswered  = 200
	longestDefer = 14 * 24 * time.Hour
)

// PageAnswer is what a rep says on a page of ours about prompts that they have
// on cards.
type PageAnswer struct {
	RepID   int64
	Touches []int64
	Answer  string
	Until   time.Time // of model.AnswerSnoozeUntil
	Reason  string    // why it is put off, one of DeferReasons; may be empty
}

// DeferReasons lists why a rep may put a prompt off.
func DeferReasons() []string { return []string{"busy", "early", "prepare", "colleague"} }

// AnswerOnPage settles a rep's prompts as the buttons of their cards do, and
// returns the touches that it settled: what the card, or another page, has
// settled before, and what is not the rep's, is left as it is. The cards show it,
// at once where WeCom still lets us change them unasked, else at the next press.
func (e *Engine) AnswerOnPage(ctx context.Context, a PageAnswer) (settled []model.Touch, err error) {
	if err := e.checkPageAnswer(ctx, a); err != nil {
		return nil, err
	}
	what := pressed{answer: a.Answer, until: a.Until}
	if a.Reason != "" {
		what.reason = reasonSnoozed + "_" + a.Reason
	}
	cards, err := e.cardsOf(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, id := range cards {
		var part []model.Touch
		err := e.DB.InTx(ctx, func(ctx context.Context) (err error) {
			part, err = e.answerPart(ctx, id, a, what)
			return err
		})
		if err != nil {
			return settled, fmt.Errorf("settle prompts of card %d: %w", id, err)
		}
		settled = append(settled, part...)
	}
	return settled, nil
}

func (e *Engine) checkPageAnswer(ctx context.Context, a PageAnswer) error {
	now := e.DB.Now(ctx)
	known := append(answers(), model.AnswerSent, model.AnswerSnoozeUntil)
	snooze := a.Answer == model.AnswerSnoozeHour || a.Answer == model.AnswerSnoozeTomorrow || a.Answer == model.AnswerSnoozeUntil
	faults := map[string]string{}
	if len(a.Touches) == 0 || len(a.Touches) > maxAnswered {
		faults["touch_ids"] = "must name 1 to 200 prompts"
	}
	if !slices.Contains(known, a.Answer) {
		faults["answer"] = fmt.Sprintf("must be one of %v", known)
	}
	if until := a.Answer == model.AnswerSnoozeUntil; until && (!a.Until.After(now) || a.Until.After(now.Add(longestDefer))) {
		faults["until"] = "must lie ahead, within 14 days"
	} else if !until && !a.Until.IsZero() {
		faults["until"] = "belongs to snooze_until"
	}
	if a.Reason != "" && (!snooze || !slices.Contains(DeferReasons(), a.Reason)) {
		faults["reason"] = fmt.Sprintf("belongs to putting off, and must be one of %v", DeferReasons())
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the answer has faults", Fields: faults}
	}
	return nil
}

// cardsOf are the cards that the prompts are on, in the order of their ids.
func (e *Engine) cardsOf(ctx context.Context, a PageAnswer) ([]int64, error) {
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Touch{}).
		Where("id IN ? AND rep_id = ? AND state = ? AND channel IN ?", a.Touches, a.RepID, model.TouchAccepted, e.Channels.digests()).
		Distinct().Order("dispatch_id").Pluck("dispatch_id", &ids).Error
	return ids, wrap("find the cards of prompts", err)
}

// answerPart settles what an answer says about one card, inside the transaction
// in ctx.
func (e *Engine) answerPart(ctx context.Context, dispatchID int64, a PageAnswer, what pressed) ([]model.Touch, error) {
	open, err := e.lockCard(ctx, dispatchID)
	if err != nil {
		return nil, err
	}
	var meant []model.Touch
	for _, t := range open {
		if t.RepID == a.RepID && slices.Contains(a.Touches, t.ID) {
			meant = append(meant, t)
		}
	}
	if len(meant) == 0 {
		return nil, nil
	}
	until, err := e.settlePart(ctx, dispatchID, open, meant, what)
	if err != nil {
		return nil, err
	}
	for _, t := range meant {
		if err := e.recordPageAnswer(ctx, dispatchID, t, a.Answer); err != nil {
			return nil, err
		}
	}
	return meant, e.showPageAnswer(ctx, dispatchID, meant, a.Answer, until)
}

// recordPageAnswer puts the answer into the contact's story, as a press on the
// card would.
func (e *Engine) recordPageAnswer(ctx context.Context, dispatchID int64, t model.Touch, answer string) error {
	return e.Record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%d:%d", model.ActivityPromptAnswered, dispatchID, t.ID),
		Kind:      model.ActivityPromptAnswered, ContactID: t.ContactID, RepID: t.RepID, RelationshipID: t.RelationshipID,
		OccurredAt: e.DB.Now(ctx), Data: model.AsJSON(model.ActivityData{Answer: answer, TouchID: t.ID}),
	})
}

// showPageAnswer has the card show what was said elsewhere. The code by which it
// can be changed unasked works once; without it the next press brings a fresh one.
func (e *Engine) showPageAnswer(ctx context.Context, dispatchID int64, meant []model.Touch, answer string, until *time.Time) error {
	var d model.Dispatch
	if err := e.DB.Conn(ctx).Take(&d, dispatchID).Error; err != nil {
		return fmt.Errorf("load card %d: %w", dispatchID, err)
	}
	if d.CardCode == "" {
		return e.owe(ctx, d, answer)
	}
	if err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ?", d.ID).Update("card_code", "").Error; err != nil {
		return fmt.Errorf("use up the code of card %d: %w", d.ID, err)
	}
	change := model.CardUpdate{
		DispatchID: d.ID, UserID: d.Payload.V.UserID, ResponseCode: d.CardCode, Answer: answer, Until: until, ExpiresAt: d.SentAt.Add(codeLife),
	}
	if len(meant) == 1 {
		change.ContactID = meant[0].ContactID
	}
	return e.changeCard(ctx, change)
}

// owe notes that a card does not show what was recorded: a press of one of its
// buttons has it changed. A change that is yet to be made shows it anyway.
func (e *Engine) owe(ctx context.Context, d model.Dispatch, answer string) error {
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.CardUpdate{}).
		Where("dispatch_id = ? AND state IN ?", d.ID, []model.CardUpdateState{model.CardDone, model.CardFailed}).
		Updates(map[string]any{"state": model.CardFailed, "answer": answer, "number": gorm.Expr("number + 1"), "updated_at": now})
	if res.Error != nil || res.RowsAffected > 0 {
		return wrap(fmt.Sprintf("note that card %d is behind", d.ID), res.Error)
	}
	u := model.CardUpdate{
		DispatchID: d.ID, UserID: d.Payload.V.UserID, Answer: answer, State: model.CardFailed, Number: 1,
		NextAt: now, ExpiresAt: now, LastError: "no code to change the card with", CreatedAt: now, UpdatedAt: now,
	}
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&u).Error
	return wrap(fmt.Sprintf("note that card %d is behind", d.ID), err)
}
