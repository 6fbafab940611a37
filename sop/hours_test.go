package sop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// evening is a programme with one message at nine in the evening of its day 1.
func evening(more string) string {
	return `{"trigger":{"kind":"contact_added"},` + more + `"steps":[{"key":"m","offset":{"day":1,"at":"21:00"},"grace":"2d","channel":"group_message","content":{"text":"一"}}]}`
}

func TestSendHours_holdForProgrammesThatNameNone(t *testing.T) {
	each(t, func(w *world) {
		hours, err := w.engine.SendHours(w.ctx)
		require.NoError(w.t, err)
		require.Equal(w.t, sop.DefaultHours(), hours)
		w.rep("lin")
		follows := w.publish("跟随", evening(""))
		owns := w.publish("自定", evening(`"window":{"from":"10:00","to":"18:00"},`))
		require.NoError(w.t, w.engine.SetSendHours(w.ctx, sop.Window{From: "08:00", To: "22:00"}))
		w.add("lin", "甲", "")
		w.at("2026-03-03 21:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", follows)[0].State, "the corp sends until ten")
		w.at("2026-03-04 10:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", owns)[0].State, "its own hours stay")
	})
}

func TestSendHours_narrowerOnesHoldBackWhatIsNotOutYet(t *testing.T) {
	each(t, func(w *world) {
		require.NoError(w.t, w.engine.SetSendHours(w.ctx, sop.Window{From: "08:00", To: "22:00"}))
		w.rep("lin")
		id := w.publish("跟随", evening(""))
		w.add("lin", "甲", "")
		w.at("2026-03-03 20:59")
		require.NoError(w.t, w.engine.SetSendHours(w.ctx, sop.Window{From: "11:00", To: "18:00", Workdays: true}))
		w.at("2026-03-04 10:59")
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		w.at("2026-03-04 11:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", id)[0].State)
	})
}

func TestSendHours_workdaysOfTheCorpHoldToo(t *testing.T) {
	each(t, func(w *world) {
		require.NoError(w.t, w.engine.SetSendHours(w.ctx, sop.Window{From: "09:00", To: "22:00", Workdays: true}))
		w.rep("lin")
		id := w.publish("跟随", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"m","offset":{"day":5,"at":"10:00"},"grace":"4d","channel":"group_message","content":{"text":"一"}}]}`)
		w.add("lin", "甲", "")
		w.at("2026-03-08 12:00") // a Sunday
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		w.at("2026-03-09 10:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", id)[0].State)
	})
}

func TestSendHours_thatMakeNoSenseAreRefused(t *testing.T) {
	each(t, func(w *world) {
		for _, hours := range []sop.Window{{From: "", To: "20:00"}, {From: "9 Uhr", To: "20:00"}, {From: "09:00", To: "09:00"}, {From: "09:00", To: "24:30"}} {
			require.Equal(w.t, model.CodeInvalid, model.CodeOf(w.engine.SetSendHours(w.ctx, hours)), "%v", hours)
		}
		hours, err := w.engine.SendHours(w.ctx)
		require.NoError(w.t, err)
		require.Equal(w.t, sop.DefaultHours(), hours)
	})
}
