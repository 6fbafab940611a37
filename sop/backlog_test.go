package sop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// Eight programmes' messages have been due for hours when the engine comes back:
// the rep gets three in each half hour, and what is due now at once. The forecast
// has said so.
func TestBacklog_repFindsThreeMessagesAnHalfHourAfterAnOutage(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		for i := range 8 {
			w.publish(fmt.Sprint("SOP", i), one(fmt.Sprint("第", i)))
		}
		w.publish("准时", `{"trigger":{"kind":"contact_added"},"steps":[`+message("now", `{"day":1,"at":"15:10"}`, "准时")+`]}`)
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.add("zhou", "丙", "")
		w.set("2026-03-03 15:10") // from 10:00 on nothing has run
		o, err := w.engine.Outlook(w.ctx, sop.Question{Days: 1})
		require.NoError(w.t, err)
		told := map[string]int{}
		for _, p := range o.Touches {
			told[fmt.Sprint(p.RepID, " ", shanghai(p.At))]++
		}
		got := map[string]int{}
		for _, stamp := range []string{"15:10", "15:29", "15:30", "15:45", "16:00", "16:30"} {
			w.at("2026-03-03 " + stamp)
		}
		for _, d := range w.dispatches() {
			got[fmt.Sprint(d.RepID, " ", shanghai(d.CreatedAt))] += d.Recipients
		}
		require.Equal(w.t, told, got)
		lin := fmt.Sprint(w.reps["lin"])
		require.Equal(w.t, map[string]int{
			lin + " 2026-03-03 15:10": 2 * 4, lin + " 2026-03-03 15:30": 2 * 3, lin + " 2026-03-03 16:00": 2 * 2,
			fmt.Sprint(w.reps["zhou"]) + " 2026-03-03 15:10": 4, fmt.Sprint(w.reps["zhou"]) + " 2026-03-03 15:30": 3, fmt.Sprint(w.reps["zhou"]) + " 2026-03-03 16:00": 2,
		}, got)
		waited := w.touches("sop_id = 8")[0]
		require.Equal(w.t, []string{"backlog", "backlog"}, []string{waited.Verdicts.V[0].Reason, waited.Verdicts.V[1].Reason})
	})
}

// Nothing waits for its turn beyond its grace or its window's last day.
func TestBacklog_nothingExpiresWhileItWaits(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		for i := range 5 {
			w.publish(fmt.Sprint("SOP", i), strings.Replace(one(fmt.Sprint("第", i)), `"key":"d1",`, `"key":"d1","grace":"2h",`, 1))
		}
		w.add("lin", "甲", "")
		w.at("2026-03-03 11:50")
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 5, "at noon they would be too late")
	})
}
