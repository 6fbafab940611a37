package sop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// A prompt can be put off so often; after that it counts as not done.
const (
	maxSnoozes      = 3
	gateRep         = "rep"
	reasonSnoozed   = "snoozed"
	reasonSnoozeEnd = "snooze_limit"
)

// codeLife is how long WeCom lets an interactive card be changed.
const codeLife = 72 * time.Hour

// maxCardCalls bounds how often the change of a card is tried when WeCom says
// "later".
const maxCardCalls = 5

// CardUpdater is a channel whose messages can be changed once they are answered.
type CardUpdater interface {
	// UpdateCard shows what was recorded. Errors are *Failure.
	UpdateCard(ctx context.Context, c CardChange) error
}

// CardChange is what a card is changed to.
type CardChange struct {
	model.CardUpdate
	Name string // of the only contact whom the answer was about
	// Left is what the card still asks for; nil when nothing is left.
	Left *model.DispatchPayload
}

var errPromptOpen = errors.New("the prompt is not yet known to be sent")

// Answered settles a rep's prompts: the button they pressed is the outcome, or
// puts them off, for one contact of the card or for all that are still open. It
// runs inside the transaction that processes the event and returns the touches
// that the answer concerned; a press by anybody but the card's rep, or about
// somebody who is settled already, concerns none. One that comes before the card
// is known to be sent is an error: it must be handed in again.
func (e *Engine) Answered(ctx context.Context, a model.PromptAnswer) ([]model.Touch, error) {
	var d model.Dispatch
	err := e.DB.Conn(ctx).Joins("JOIN reps ON reps.id = dispatches.rep_id AND reps.userid = ?", a.UserID).
		Limit(1).Find(&d, "dispatches.id = ?", a.DispatchID).Error
	if err != nil {
		return nil, fmt.Errorf("load prompt %d: %w", a.DispatchID, err)
	}
	switch d.State {
	case model.DispatchSent, model.DispatchCancelling:
	case model.DispatchQueued, model.DispatchSending, model.DispatchUnknown:
		// The rep was quicker than our own commit, or than the reconciler.
		return nil, fmt.Errorf("settle prompt %d: %w", a.DispatchID, errPromptOpen)
	case model.DispatchExpired:
		return nil, e.changeCard(ctx, model.CardUpdate{DispatchID: d.ID, UserID: a.UserID, ResponseCode: a.ResponseCode, Answer: model.AnswerLate})
	case model.DispatchConfirmed:
		return nil, e.showAgain(ctx, a)
	case model.DispatchCancelled:
		return nil, e.changeCard(ctx, model.CardUpdate{DispatchID: d.ID, UserID: a.UserID, ResponseCode: a.ResponseCode, Answer: model.AnswerStopped})
	default: // none, another rep's, refused
		return nil, nil
	}
	if !slices.Contains(answers(), a.Answer) {
		return nil, nil
	}
	open, err := e.lockCard(ctx, d.ID)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	change := model.CardUpdate{DispatchID: d.ID, UserID: a.UserID, ResponseCode: a.ResponseCode, Answer: a.Answer}
	meant := open
	if a.ExternalUserID != "" {
		if meant, err = e.meant(ctx, open, a.ExternalUserID); err != nil {
			return nil, err
		}
		change.Answer = "" // nobody's, unless somebody is meant
		if len(meant) > 0 {
			change.Answer, change.ContactID = a.Answer, meant[0].ContactID
		}
	}
	if change.Until, err = e.settlePart(ctx, d.ID, open, meant, pressed{answer: a.Answer}); err != nil {
		return nil, err
	}
	return meant, e.changeCard(ctx, change)
}

// settlePart settles those of a card's open touches who are meant, and the card
// when nobody is left. It returns when the first of those put off comes back.
func (e *Engine) settlePart(ctx context.Context, dispatchID int64, open, meant []model.Touch, what pressed) (*time.Time, error) {
	until, err := e.settleAnswer(ctx, meant, what)
	if err != nil {
		return nil, fmt.Errorf("settle touches of prompt %d: %w", dispatchID, err)
	}
	if err := e.proceed(ctx, meant); err != nil {
		return nil, err
	}
	if len(meant) == len(open) {
		return until, e.finishDispatch(ctx, dispatchID, model.DispatchConfirmed, "")
	}
	return until, nil
}

// lockCard makes this transaction the only one that settles what a card asks for
// that is sent, or about to be taken back, and loads what is still open. The row is written first, so that on a
// cluster too one of two answers must begin again.
func (e *Engine) lockCard(ctx context.Context, dispatchID int64) ([]model.Touch, error) {
	res := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state IN ?", dispatchID, []model.DispatchState{model.DispatchSent, model.DispatchCancelling}).
		Update("updated_at", e.DB.Now(ctx))
	if res.Error != nil || res.RowsAffected == 0 {
		return nil, wrap(fmt.Sprintf("lock card %d", dispatchID), res.Error)
	}
	var open []model.Touch
	err := e.DB.Conn(ctx).Clauses(forUpdate()).Order("id").Find(&open, "dispatch_id = ? AND state = ?", dispatchID, model.TouchAccepted).Error
	return open, wrap(fmt.Sprintf("lock touches of card %d", dispatchID), err)
}

// meant are the touches that are about one contact.
func (e *Engine) meant(ctx context.Context, open []model.Touch, externalUserID string) ([]model.Touch, error) {
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Contact{}).Where("external_userid = ?", externalUserID).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("find whom an answer is about: %w", err)
	}
	var out []model.Touch
	for _, t := range open {
		if slices.Contains(ids, t.ContactID) {
			out = append(out, t)
		}
	}
	return out, nil
}

// answers lists what the buttons of a card say.
func answers() []string {
	return []string{model.AnswerDone, model.AnswerPositive, model.AnswerNoInterest, model.AnswerSnoozeHour, model.AnswerSnoozeTomorrow}
}

// pressed is what a rep has answered.
type pressed struct {
	answer string
	until  time.Time // of AnswerSnoozeUntil
	reason string    // why it is put off: reasonSnoozed when empty
}

// settleAnswer writes what an answer means for its touches. It returns when
// the first of those put off comes back; nil when none does.
func (e *Engine) settleAnswer(ctx context.Context, touches []model.Touch, what pressed) (*time.Time, error) {
	now, answer := e.DB.Now(ctx), what.answer
	snooze := answer == model.AnswerSnoozeHour || answer == model.AnswerSnoozeTomorrow || answer == model.AnswerSnoozeUntil
	var first *time.Time
	changed := slices.Clone(touches)
	for i := range changed {
		t := &changed[i]
		t.UpdatedAt = now
		switch {
		case !snooze:
			t.State, t.Reason, t.ConfirmedAt, t.FinalAt = model.TouchDone, answer, &now, &now
		case snoozes(*t) >= maxSnoozes:
			t.State, t.Reason, t.FinalAt = model.TouchExpired, reasonSnoozeEnd, &now
			t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateRep, Say: "skip", Reason: reasonSnoozeEnd})
		default:
			v, err := e.version(ctx, t.VersionID)
			if err != nil {
				return nil, err
			}
			putOff(t, v, what, now)
			if first == nil || t.NotBefore.Before(*first) {
				first = &t.NotBefore
			}
		}
	}
	if err := e.saveTouches(ctx, changed); err != nil {
		return nil, err
	}
	over := make([]int64, len(changed))
	for i, t := range changed {
		over[i] = t.ID
	}
	return first, e.settled(ctx, over)
}

// putOff plans a prompt anew. The rep's own wish extends the step's grace, so
// that the prompt comes back; it is bounded by maxSnoozes.
func putOff(t *model.Touch, v *Version, what pressed, now time.Time) {
	until := v.window.next(now.Add(time.Hour))
	switch what.answer {
	case model.AnswerSnoozeTomorrow:
		until = v.window.nextMorning(now)
	case model.AnswerSnoozeUntil:
		until = v.window.next(what.until)
	}
	t.State, t.DispatchID, t.SentAt, t.NotBefore = model.TouchPlanned, nil, nil, model.Instant(until)
	grace := defaultGrace
	if s, ok := v.step(t.StepKey); ok {
		grace = s.grace()
	}
	if latest := t.NotBefore.Add(grace); latest.After(t.ExpireAt) {
		t.ExpireAt = latest
	}
	back := t.NotBefore
	t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateRep, Say: "defer", Reason: cmp.Or(what.reason, reasonSnoozed), Until: &back})
}

// nextMorning is the window's first opening after today.
func (w window) nextMorning(now time.Time) time.Time {
	year, month, day := now.In(w.zone).Date()
	return w.next(wallClock(year, month, day+1, w.from, w.zone))
}

// snoozes counts how often a touch has been put off by its rep.
func snoozes(t model.Touch) int {
	n := 0
	for _, v := range t.Verdicts.V {
		if putOffByRep(v) {
			n++
		}
	}
	return n
}

// putOffByRep tells a rep's own wish from what other gates put off.
func putOffByRep(v model.Verdict) bool { return v.Gate == gateRep && v.Say == "defer" }

// lastByRep tells whether the rep's wish is what a touch waits for.
func lastByRep(t model.Touch) bool {
	n := len(t.Verdicts.V)
	return n > 0 && putOffByRep(t.Verdicts.V[n-1])
}

// changeCard has the card changed, after the transaction and off its path. Of
// several changes the last counts: it shows all that was recorded by then.
func (e *Engine) changeCard(ctx context.Context, u model.CardUpdate) error {
	if u.ResponseCode == "" {
		return nil
	}
	now := e.DB.Now(ctx)
	u.State, u.Number, u.NextAt, u.CreatedAt, u.UpdatedAt = model.CardWaiting, 1, now, now, now
	if u.ExpiresAt.IsZero() {
		u.ExpiresAt = now.Add(codeLife)
	}
	anew := clause.AssignmentColumns([]string{
		"userid", "response_code", "answer", "contact_id", "until", "state", "attempts", "next_at", "expires_at", "updated_at",
	})
	anew = append(anew, clause.Assignment{Column: clause.Column{Name: "number"}, Value: gorm.Expr("card_updates.number + 1")})
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoUpdates: anew}).Create(&u).Error; err != nil {
		return fmt.Errorf("note change of card %d: %w", u.DispatchID, err)
	}
	model.AfterCommit(ctx, e.Wake)
	return nil
}

// showAgain tries once more to change a card that still had its buttons: its
// press has brought a fresh code.
func (e *Engine) showAgain(ctx context.Context, a model.PromptAnswer) error {
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.CardUpdate{}).Where("dispatch_id = ? AND state = ?", a.DispatchID, model.CardFailed).
		Updates(map[string]any{
			"response_code": a.ResponseCode, "state": model.CardWaiting, "attempts": 0, "next_at": now, "expires_at": now.Add(codeLife), "updated_at": now,
		})
	if res.RowsAffected > 0 {
		model.AfterCommit(ctx, e.Wake)
	}
	return wrap(fmt.Sprintf("change card %d again", a.DispatchID), res.Error)
}

// UpdateCards shows reps, on their cards, what was recorded. A code works once,
// so a call of unknown outcome is not made again; the answer is kept either
// way. It tells whether there may be more.
func (e *Engine) UpdateCards(ctx context.Context) (again bool, err error) {
	now := e.DB.Now(ctx)
	var list []model.CardUpdate
	err = e.DB.Conn(ctx).Order("next_at").Limit(e.Config.Senders).
		Find(&list, "state = ? AND next_at <= ?", model.CardWaiting, now).Error
	if err != nil {
		return false, fmt.Errorf("find cards to change: %w", err)
	}
	for _, u := range list {
		if err := e.updateCard(ctx, u); err != nil {
			return false, fmt.Errorf("change card %d: %w", u.DispatchID, err)
		}
	}
	return len(list) > 0 && len(list) == e.Config.Senders, nil
}

func (e *Engine) updateCard(ctx context.Context, u model.CardUpdate) error {
	now := e.DB.Now(ctx)
	to := model.CardCalling
	if now.After(u.ExpiresAt) {
		to = model.CardFailed
	}
	res := e.DB.Conn(ctx).Model(&model.CardUpdate{}).
		Where("dispatch_id = ? AND state = ? AND next_at = ? AND number = ?", u.DispatchID, model.CardWaiting, u.NextAt, u.Number).
		Updates(map[string]any{"state": to, "attempts": u.Attempts + 1, "updated_at": now})
	if res.Error != nil || res.RowsAffected == 0 || to == model.CardFailed {
		return res.Error
	}
	if u.Until != nil {
		local := u.Until.In(e.Config.Zone)
		u.Until = &local
	}
	call, cancel := context.WithTimeout(ctx, e.Config.Lease)
	err := e.callCard(call, u)
	cancel()
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), e.Config.Lease)
	defer cancel()
	set := map[string]any{"state": model.CardDone, "last_error": "", "updated_at": e.DB.Now(ctx)}
	if err != nil {
		f := failureOf(err)
		e.Logger.WarnContext(ctx, "card not changed", "dispatch", u.DispatchID, "reason", f.Reason, "error", f.Err)
		set["state"], set["last_error"] = model.CardFailed, f.Error()
		if f.Kind == Later && u.Attempts+1 < maxCardCalls {
			set["state"], set["next_at"] = model.CardWaiting, now.Add(max(f.After, backOff(u.Attempts+1)))
		}
	}
	// A press may have come meanwhile: its change is still to be made.
	return e.DB.Conn(ctx).Model(&model.CardUpdate{}).
		Where("dispatch_id = ? AND state = ? AND number = ?", u.DispatchID, model.CardCalling, u.Number).Updates(set).Error
}

func (e *Engine) callCard(ctx context.Context, u model.CardUpdate) error {
	change := CardChange{CardUpdate: u}
	d, err := e.cardLeft(ctx, &change)
	if err != nil {
		return &Failure{Kind: Later, Reason: "database", Err: err}
	}
	if updater, ok := e.Channels[d.Channel].(CardUpdater); ok {
		return updater.UpdateCard(ctx, change)
	}
	return &Failure{Kind: Refused, Reason: "no_channel", Err: fmt.Errorf("no channel changes card %d", u.DispatchID)}
}

// cardLeft loads a card's dispatch and notes what the card still asks for.
func (e *Engine) cardLeft(ctx context.Context, c *CardChange) (model.Dispatch, error) {
	var d model.Dispatch
	if err := e.DB.Conn(ctx).Limit(1).Find(&d, "id = ?", c.DispatchID).Error; err != nil {
		return d, fmt.Errorf("load dispatch %d: %w", c.DispatchID, err)
	}
	var touches []model.Touch
	err := e.DB.Conn(ctx).Select("id", "verdicts").Find(&touches, "dispatch_id = ? AND state = ?", d.ID, model.TouchAccepted).Error
	if err != nil {
		return d, fmt.Errorf("load what card %d still asks for: %w", d.ID, err)
	}
	if c.ContactID != 0 {
		var names []string
		if err := e.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ?", c.ContactID).Pluck("name", &names).Error; err != nil {
			return d, fmt.Errorf("load whom the answer was about: %w", err)
		}
		c.Name = strings.Join(names, "")
	}
	if len(touches) == 0 || d.State != model.DispatchSent {
		return d, nil
	}
	open, settled := map[int64]bool{}, true
	for _, t := range touches {
		open[t.ID] = true
		settled = settled && snoozes(t) >= maxSnoozes
	}
	left := d.Payload.V.Left(open)
	left.Settled = settled
	c.Left = &left
	return d, nil
}
