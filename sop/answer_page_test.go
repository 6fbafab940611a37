package sop_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// onPage is what a rep says on our page about some customers' prompts.
func (w *world) onPage(userID string, answer sop.PageAnswer, names ...string) []model.Touch {
	w.t.Helper()
	var contacts []model.Contact
	require.NoError(w.t, w.db.Read(w.ctx).Find(&contacts, "name IN ?", names).Error)
	for _, c := range contacts {
		for _, t := range w.touches("contact_id = ? AND channel = 'rep_prompt'", c.ID) {
			answer.Touches = append(answer.Touches, t.ID)
		}
	}
	answer.RepID = w.reps[userID]
	settled, err := w.engine.AnswerOnPage(w.ctx, answer)
	require.NoError(w.t, err)
	return settled
}

func TestAnswerOnPage_settlesSeveralAtOnceAndTheCardShowsIt(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		for _, name := range []string{"甲", "乙", "丙"} {
			w.add("lin", name, "")
		}
		w.at("2026-03-03 10:00")

		require.Len(w.t, w.onPage("lin", sop.PageAnswer{Answer: model.AnswerDone}, "甲", "乙"), 2)
		require.Empty(w.t, w.onPage("lin", sop.PageAnswer{Answer: model.AnswerPositive}, "甲"), "once is enough")
		w.tick()
		require.Equal(w.t, "丙", w.changed()[0].Main.Desc, "the card asks for who is left, unasked")

		// The card's code is used up: its next press settles who is left, and no more.
		require.Len(w.t, w.onPage("lin", sop.PageAnswer{Answer: model.AnswerSent}, "丙"), 1)
		require.Equal(w.t, model.DispatchConfirmed, w.dispatches()[0].State)
		require.Empty(w.t, w.press(w.changed()[0], model.AnswerNoInterest), "the page was quicker")
		w.tick()
		require.Contains(w.t, w.recorded()[len(w.recorded())-1], "已全部记录")
		require.Equal(w.t, map[string]int{"甲 done done": 1, "乙 done done": 1, "丙 done sent": 1}, w.outcome())
		require.Equal(w.t, []string{"done", "done", "sent"}, w.answered())
	})
}

// answered are the answers in customers' stories.
func (w *world) answered() []string {
	w.t.Helper()
	var list []model.Activity
	require.NoError(w.t, w.db.Read(w.ctx).Order("id").Find(&list, "kind = ?", model.ActivityPromptAnswered).Error)
	var out []string
	for _, a := range list {
		out = append(out, a.Data.V.Answer)
	}
	return out
}

func TestAnswerOnPage_putsOffUntilTheRepsHourForTheirReason(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		until := w.clock.Now().Add(3 * 24 * time.Hour)
		require.Len(w.t, w.onPage("lin", sop.PageAnswer{Answer: model.AnswerSnoozeUntil, Until: until, Reason: "busy"}, "甲"), 1)
		touch := w.touches("channel = 'rep_prompt'")[0]
		require.Equal(w.t, model.TouchPlanned, touch.State)
		require.Equal(w.t, until, touch.NotBefore.UTC())
		require.Equal(w.t, "snoozed_busy", touch.LastReason())
		w.at("2026-03-06 10:00")
		require.Len(w.t, w.cards(), 2, "it comes back, though its grace was a day")
		for range 2 {
			require.Len(w.t, w.onPage("lin", sop.PageAnswer{Answer: model.AnswerSnoozeHour}, "甲"), 1)
			w.clock.Advance(time.Hour)
			w.tick()
		}
		w.onPage("lin", sop.PageAnswer{Answer: model.AnswerSnoozeHour}, "甲")
		require.Equal(w.t, map[string]int{"甲 expired snooze_limit": 1}, w.outcome(), "three times, whatever the reasons")
	})
}

func TestAnswerOnPage_touchesNobodyElsesPrompts(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("mei")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Empty(w.t, w.onPage("mei", sop.PageAnswer{Answer: model.AnswerDone}, "甲"))
		require.Equal(w.t, map[string]int{"甲 accepted ": 1}, w.outcome())
	})
}

// The card's button and the page at once, on two replicas: one of them settles.
func TestAnswerOnPage_andTheCardSettleOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		touch, d := w.touches("channel = 'rep_prompt'")[0], w.dispatches()[0]
		other := w.newEngine()
		var settled [2]int
		var wg sync.WaitGroup
		wg.Go(func() { settled[0] = len(w.answer(d, "lin", model.AnswerNoInterest)) })
		wg.Go(func() {
			list, err := other.AnswerOnPage(w.ctx, sop.PageAnswer{RepID: w.reps["lin"], Touches: []int64{touch.ID}, Answer: model.AnswerDone})
			if err == nil {
				settled[1] = len(list)
			}
		})
		wg.Wait()
		require.Equal(w.t, 1, settled[0]+settled[1])
	})
}

func TestAnswerOnPage_refusesWhatMakesNoSense(t *testing.T) {
	each(t, func(w *world) {
		for field, a := range map[string]sop.PageAnswer{
			"touch_ids": {Answer: model.AnswerDone},
			"answer":    {Touches: []int64{1}, Answer: "later"},
			"until":     {Touches: []int64{1}, Answer: model.AnswerSnoozeUntil, Until: w.clock.Now()},
			"reason":    {Touches: []int64{1}, Answer: model.AnswerDone, Reason: "busy"},
		} {
			_, err := w.engine.AnswerOnPage(w.ctx, a)
			require.Equal(w.t, model.CodeInvalid, model.CodeOf(err), field)
			var fault *model.Error
			require.ErrorAs(w.t, err, &fault)
			require.Contains(w.t, fault.Fields, field)
		}
	})
}
