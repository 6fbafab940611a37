package sop_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

// changed are the cards that have taken the place of others.
func (w *world) changed() []cardSeen {
	w.t.Helper()
	return w.cardsIn("card_update")
}

// options lists what a card's drop-down offers.
func (c cardSeen) options() []string {
	var out []string
	for _, o := range c.Choice.Options {
		out = append(out, o.Text)
	}
	return out
}

// outcome counts touches by contact, state and reason.
func (w *world) outcome() map[string]int {
	w.t.Helper()
	var contacts []model.Contact
	require.NoError(w.t, w.db.Read(w.ctx).Find(&contacts).Error)
	names := map[int64]string{}
	for _, c := range contacts {
		names[c.ID] = c.Name
	}
	out := map[string]int{}
	for _, touch := range w.touches("1 = 1") {
		out[fmt.Sprintf("%s %s %s", names[touch.ContactID], touch.State, touch.Reason)]++
	}
	return out
}

// One card is about many customers, and the rep talks to them one by one: each
// is answered for alone, from the card, and who is left stays on it.
func TestAnswer_eachCustomerIsAnsweredForFromTheCardItself(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		for _, name := range []string{"甲", "乙", "丙"} {
			w.add("lin", name, "")
		}
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.Equal(w.t, []string{"全部 3 位客户", "甲", "乙", "丙"}, card.options())
		require.Equal(w.t, "客户", card.Choice.Title)

		require.Len(w.t, w.pressFor(card, "甲", model.AnswerPositive), 2)
		require.Empty(w.t, w.pressFor(card, "甲", model.AnswerNoInterest), "the card still shows what is settled")
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(updatePath), "of two changes the last is made")
		left := w.changed()[0]
		require.Equal(w.t, "今日待跟进 2 位客户", left.Main.Title)
		require.Equal(w.t, "乙、丙", left.Rows[0].Value)
		require.Equal(w.t, []string{"全部 2 位客户", "乙", "丙"}, left.options())
		require.NotEqual(w.t, card.TaskID, left.TaskID, "a task id is used once")

		require.Len(w.t, w.pressFor(left, "乙", model.AnswerSnoozeHour), 2)
		w.tick()
		left = w.changed()[1]
		require.Equal(w.t, "乙：已推迟到 3 月 3 日 11:00", left.Quote.Text)
		require.Empty(w.t, left.options(), "nobody is left to choose from")
		require.Equal(w.t, "丙", left.Rows[0].Value)

		require.Len(w.t, w.press(left, model.AnswerDone), 2)
		w.tick()
		require.Equal(w.t, "lin: 已全部记录", w.recorded()[2])
		require.Equal(w.t, model.DispatchConfirmed, w.dispatches()[0].State)
		require.Equal(w.t, map[string]int{"甲 done positive": 2, "乙 planned ": 2, "丙 done done": 2}, w.outcome())
		w.at("2026-03-03 11:00")
		require.Equal(w.t, "乙", w.cards()[1].Rows[0].Value)
	})
}

// What nobody answers for expires with the card; what was answered stays.
func TestAnswer_customersNobodyAnswersForExpire(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		for i := range 12 {
			w.add("lin", fmt.Sprintf("客户%d", i+1), "")
		}
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.Len(w.t, card.options(), 10, "WeCom shows no more")
		require.Equal(w.t, "客户（另有 3 位）", card.Choice.Title)
		w.pressFor(card, "客户1", model.AnswerNoInterest)
		w.tick()
		require.Equal(w.t, "客户（另有 2 位）", w.changed()[0].Choice.Title)
		require.Contains(w.t, w.changed()[0].options(), "客户10", "the next comes up")
		w.at("2026-03-06 10:00")
		require.Equal(w.t, model.DispatchExpired, w.dispatches()[0].State)
		require.Len(w.t, w.touches("state = ?", model.TouchExpired), 11)
		require.Len(w.t, w.touches("state = ? AND reason = ?", model.TouchDone, model.AnswerNoInterest), 1)
	})
}

// Two answers at once, of two replicas, settle the card together.
func TestAnswer_lastOfTwoAtOnceClosesTheCard(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		first, _ := w.add("lin", "甲", "")
		second, _ := w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		var wg sync.WaitGroup
		for _, who := range []string{first.ExternalUserID, second.ExternalUserID} {
			engine := w.newEngine()
			wg.Go(func() {
				err := w.db.InTx(w.ctx, func(ctx context.Context) error {
					_, err := engine.Answered(ctx, model.PromptAnswer{
						DispatchID: w.dispatches()[0].ID, UserID: "lin", ExternalUserID: who, Answer: model.AnswerDone, ResponseCode: "code of " + who,
					})
					return err
				})
				if err != nil {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(w.t, model.DispatchConfirmed, w.dispatches()[0].State)
		require.Len(w.t, w.touches("state = ?", model.TouchDone), 2)
		var change model.CardUpdate
		require.NoError(w.t, w.db.Read(w.ctx).Take(&change).Error)
		require.Equal(w.t, 2, change.Number)
	})
}
