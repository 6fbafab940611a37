package sop_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/wecom/sim"
)

// A database refuses what deadlocks, and a cluster what it cannot certify:
// wherever that happens on the way of a message, it is written again at once,
// and nothing is left lying or sent twice.
func TestEngine_refusedWriteIsDoneAgainWhereverItHappens(t *testing.T) {
	each(t, func(w *world) {
		watchStatements(w)
		w.rep("lin")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+message("s", `{"after":"1h"}`, "一次")+`]}`)
		want := []string{}
		refusals := 0
		for n := range 14 {
			name := fmt.Sprint("客户", n)
			want = append(want, name+" ← 一次")
			w.add("lin", name, "")
			w.clock.Advance(time.Hour)
			w.wecom.Fault([]sim.Fault{{Path: addTemplate, Errcode: -1}, {Path: addTemplate, AcceptThenTimeout: true}}[n%2])
			p := &process{cut: cut{place: atWrite, n: n/2 + 1, how: refused}, seen: map[string]int{}}
			r := &replica{process: p, ctx: context.WithValue(w.ctx, processKey{}, p), engine: w.engine}
			for range 3 {
				require.NoError(w.t, r.tick(), "refused at write %d", n/2+1)
				w.clock.Advance(90 * time.Second)
			}
			if p.met {
				refusals++
			}
			w.wecom.Confirm(map[string]any{"all": true})
			w.clock.Set(modeltest.Start().AddDate(0, 0, n+1))
		}
		require.Greater(w.t, refusals, 10)
		require.ElementsMatch(w.t, want, w.got())
		require.Empty(w.t, w.touches("state IN ?", []model.TouchState{model.TouchPlanned, model.TouchDispatched}))
	})
}
