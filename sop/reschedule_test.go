package sop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// Everybody who counts from an event follows it, forward and back: no step runs
// twice, none is made up for at once, and what only waited to leave is put off.
func TestReschedule_runsFollowTheirEventAndNothingComesTwiceOrAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("活动", `{"trigger":{"kind":"event_registered","anchor":"start"},"steps":[`+
			message("week", `{"day":-7,"at":"10:00"}`, "下周见")+`,`+message("three", `{"day":-3,"at":"10:00"}`, "三天后见")+`,`+
			message("eve", `{"day":-1,"at":"10:00"}`, "明天见")+`,`+message("after", `{"day":1,"at":"10:00"}`, "谢谢")+`]}`)
		c, _ := w.add("lin", "甲", "")
		other, _ := w.add("lin", "乙", "")
		at := func(day int) *time.Time {
			start := time.Date(2026, 3, day, 6, 0, 0, 0, time.UTC) // 14:00 in Shanghai
			return &start
		}
		w.happens(c, model.ActivityEventRegistered, model.ActivityData{Key: "expo", StartsAt: at(20)})
		w.happens(other, model.ActivityEventRegistered, model.ActivityData{Key: "salon", StartsAt: at(20)})
		w.at("2026-03-13 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.enqueue("2026-03-17 10:00") // "in three days" has not left yet

		w.happens(c, model.ActivityEventMoved, model.ActivityData{Key: "expo", StartsAt: at(27)})
		w.tick()
		require.ElementsMatch(w.t, []string{"甲 ← 下周见", "乙 ← 下周见"}, w.got())
		three := w.touches("contact_id = ? AND step_key = 'three'", c.ID)[0]
		require.Equal(w.t, model.TouchPlanned, three.State)
		require.Equal(w.t, "event_moved", three.LastReason())
		require.Equal(w.t, "2026-03-24T02:00:00Z", three.NotBefore.Format(time.RFC3339))
		w.at("2026-03-19 10:00")
		w.at("2026-03-21 10:00")
		w.at("2026-03-24 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(w.t, []string{"甲 ← 下周见", "乙 ← 下周见", "乙 ← 三天后见", "乙 ← 明天见", "乙 ← 谢谢", "甲 ← 三天后见"}, w.got())

		// Registering anew says when the event is, too: it is today.
		w.happens(c, model.ActivityEventRegistered, model.ActivityData{Key: "expo", StartsAt: at(24)})
		w.tick()
		run := w.runs(id, c.ID)
		require.Len(w.t, run, 1)
		require.Equal(w.t, at(24).UTC(), run[0].AnchorAt.UTC())
		w.at("2026-03-25 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, "甲 ← 谢谢", w.got()[6])
		require.Len(w.t, w.got(), 7)
		eve := w.touches("contact_id = ? AND step_key = 'eve'", c.ID)[0]
		require.Equal(w.t, model.TouchSkipped, eve.State)
		require.Equal(w.t, sop.ReasonPassed, eve.Reason)
	})
}
