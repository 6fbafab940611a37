package sop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

const recallPath = "/cgi-bin/message/recall"

// A card is about several programmes: the kill switch of one takes its part off,
// and the rep goes on with the rest. What is taken off waits for the resume.
func TestStop_takesItsPartOffACardAndLeavesTheOthers(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		stopped := w.publish("停", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.publish("走", asking(ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.Len(w.t, w.pressFor(card, "甲", model.AnswerDone), 2)
		w.tick()
		require.NoError(w.t, w.engine.Stop(w.ctx, stopped))
		w.tick()
		w.tick()
		left := w.changed()[1]
		require.Equal(w.t, "乙事", left.Main.Title)
		require.Equal(w.t, "乙", left.Main.Desc)
		require.Equal(w.t, "部分跟进已停止，不用再处理", left.Quote.Text)
		require.Zero(w.t, w.wecom.Calls(recallPath))
		require.Equal(w.t, map[string]int{"甲 done done": 2, "乙 planned ": 1, "乙 accepted ": 1}, w.outcome())
		off := w.touches("state = ?", model.TouchPlanned)[0]
		require.Equal(w.t, stopped, off.SOPID)
		require.Equal(w.t, "stopped", off.LastReason())

		require.Len(w.t, w.press(left, model.AnswerPositive), 1, "what is left")
		require.Equal(w.t, model.DispatchConfirmed, w.dispatches()[0].State)
		w.set("2026-03-03 13:00")
		require.NoError(w.t, w.engine.Resume(w.ctx, stopped, model.ChangeSend, "test"))
		w.tick()
		require.Len(w.t, w.cards(), 2)
		require.Equal(w.t, "甲事", w.cards()[1].Main.Title)
		require.Equal(w.t, "乙", w.cards()[1].Main.Desc)
	})
}

// A card of the stopped programme alone goes off the rep's phone, and its touches
// wait for the resume.
func TestStop_takesACardOfOneProgrammeOffThePhone(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		first := w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.NoError(w.t, w.engine.Stop(w.ctx, first))
		w.recall()
		require.Equal(w.t, 1, w.wecom.Calls(recallPath))
		w.set("2026-03-03 10:05")
		w.recall()
		require.Equal(w.t, model.DispatchCancelled, w.dispatches()[0].State)
		require.Equal(w.t, model.TouchPlanned, w.touches("1 = 1")[0].State)
		require.Empty(w.t, w.answer(w.dispatches()[0], "lin", model.AnswerDone), "a press that was under way")
		require.NoError(w.t, w.engine.Resume(w.ctx, first, model.ChangeSend, "test"))
		w.tick()
		require.Len(w.t, w.cards(), 2, "a card that was taken back does not hold up the next")
		require.NotEqual(w.t, card.TaskID, w.cards()[1].TaskID)
	})
}

// Everything stopped, a shared card goes off the phone as a whole; an answer
// that was given before we heard that it is gone still counts.
func TestStopAll_countsAnAnswerGivenBeforeTheCardWasGone(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.publish("二", asking(ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		c, _ := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		require.NoError(w.t, w.engine.StopAll(w.ctx, "老板"))
		w.recall()
		require.Equal(w.t, model.DispatchCancelling, w.dispatches()[0].State)
		touches, err := w.engine.Answered(w.ctx, model.PromptAnswer{
			DispatchID: w.dispatches()[0].ID, UserID: "lin", ExternalUserID: c.ExternalUserID, Answer: model.AnswerPositive,
		})
		require.NoError(w.t, err)
		require.Len(w.t, touches, 2)
		w.set("2026-03-03 10:05")
		w.recall()
		require.Equal(w.t, map[string]int{"甲 done positive": 2, "乙 planned ": 2}, w.outcome())
		require.NoError(w.t, w.engine.ResumeAll(w.ctx, model.ChangeSend, "老板"))
		w.tick()
		w.tick()
		require.Equal(w.t, "今日待跟进 1 位客户", w.cards()[1].Main.Title)
	})
}
