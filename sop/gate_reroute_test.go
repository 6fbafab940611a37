package sop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// quits has a rep leave the company; WeCom keeps their relationships until an
// administrator hands them over.
func (w *world) quits(userID string) {
	w.t.Helper()
	require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Rep{}).Where("userid = ?", userID).
		Updates(map[string]any{"status": 5, "left_at": w.db.Now(w.ctx), "can_follow": false}).Error)
}

// Whoever leaves takes no customer's programme along: a colleague who knows the
// customer goes on, the one who has known them for the shortest time; where there
// is none, the log says why nothing came.
func TestEngine_colleagueGoesOnForARepWhoLeft(t *testing.T) {
	each(t, func(w *world) {
		for _, rep := range []string{"lin", "zhou", "wu"} {
			w.rep(rep)
		}
		w.publish("新好友", `{"trigger":{"kind":"contact_added","rep_ids":[1]},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`,`+
			message("d2", `{"day":2,"at":"10:00"}`, "第二天")+`]}`)
		known, _ := w.add("lin", "甲", "")
		alone, _ := w.add("lin", "乙", "")
		w.also("zhou", known, "")
		w.set("2026-03-02 11:00")
		w.also("wu", known, "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		w.quits("lin")
		w.at("2026-03-03 10:00") // planned for the one who left, dispatched by the colleague
		w.quits("wu")
		w.at("2026-03-04 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(w.t, []string{"甲 ← 第一天", "甲 ← 第二天"}, w.got())
		touches := w.touches("contact_id = ?", known.ID)
		require.Equal(w.t, []int64{w.reps["wu"], w.reps["zhou"]}, []int64{touches[0].RepID, touches[1].RepID})
		require.Equal(w.t, "new_voice", last(touches[0]).Reason)
		var en model.Enrollment
		require.NoError(w.t, w.db.Read(w.ctx).Take(&en, "contact_id = ?", known.ID).Error)
		require.Equal(w.t, w.reps["zhou"], en.RepID, "the position follows")
		for _, touch := range w.touches("contact_id = ?", alone.ID) {
			require.Equal(w.t, []any{model.TouchSkipped, sop.ReasonRepGone}, []any{touch.State, touch.Reason})
		}
	})
}
