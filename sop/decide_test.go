package sop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"sixtouch/model"
	"sixtouch/wecom/sim"
)

// ambiguous leaves two dispatches that say the same to the same person, whose
// calls both seemed to fail: nobody can tell which of WeCom's tasks is whose.
func ambiguous(w *world) []model.Dispatch {
	w.t.Helper()
	w.rep("lin")
	w.publish("甲", one("一模一样"))
	w.publish("乙", one("一模一样"))
	w.add("lin", "王小明", "")
	w.wecom.Fault(sim.Fault{Path: addTemplate, N: 2, AcceptThenTimeout: true})
	w.at("2026-03-03 10:00")
	w.at("2026-03-03 10:05")
	list := w.dispatches()
	require.Len(w.t, list, 2)
	for _, d := range list {
		require.Equal(w.t, model.DispatchStuck, d.State)
		require.Len(w.t, d.Candidates.V, 2)
	}
	return list
}

func TestDecide_adoptsTheTaskThatAPersonChose(t *testing.T) {
	each(t, func(w *world) {
		list := ambiguous(w)
		first, second := list[0].Candidates.V[0], list[0].Candidates.V[1]
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(w.engine.Decide(w.ctx, list[0].ID, "msg-of-nobody")))
		require.NoError(w.t, w.engine.Decide(w.ctx, list[0].ID, first))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Decide(w.ctx, list[1].ID, first)), "one task answers for one dispatch")
		require.NoError(w.t, w.engine.Decide(w.ctx, list[1].ID, second))
		w.wecom.Confirm(map[string]any{"all": true})
		w.clock.Advance(5 * time.Minute)
		w.tick()
		require.Len(w.t, w.touches("state = ?", model.TouchDelivered), 2)
		require.Equal(w.t, 2, w.wecom.Calls(addTemplate), "adopting sends nothing")
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Decide(w.ctx, list[0].ID, "")), "it is settled")
	})
}

func TestDecide_sendsAgainWhatAPersonSaysWasNotSent(t *testing.T) {
	each(t, func(w *world) {
		list := ambiguous(w)
		require.NoError(w.t, w.engine.Decide(w.ctx, list[0].ID, ""))
		w.tick()
		require.Equal(w.t, 3, w.wecom.Calls(addTemplate))
		again := w.dispatches()[0]
		require.Equal(w.t, model.DispatchSent, again.State)
		require.NotContains(w.t, list[0].Candidates.V, again.RemoteID)
		require.Empty(w.t, again.Candidates.V)
	})
}

func TestDecide_plansARefusedDispatchAnewThroughAllGates(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		sopID := w.publish("新好友", one("第一天"))
		w.add("lin", "留下的", "")
		gone, r := w.add("lin", "走的", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Errcode: 40058})
		w.at("2026-03-03 10:00")
		failed := w.dispatches()[0]
		require.Equal(w.t, model.DispatchFailed, failed.State)
		require.Len(w.t, w.touches("state = ?", model.TouchFailed), 2)

		require.NoError(w.t, w.db.Conn(w.ctx).Model(&r).Update("state", model.RelationshipLost).Error)
		w.clock.Advance(24 * time.Hour) // beyond the step's grace
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(w.engine.Decide(w.ctx, failed.ID, "msg")))
		require.NoError(w.t, w.engine.Decide(w.ctx, failed.ID, ""))
		w.tick()
		w.wecom.Confirm(map[string]any{"all": true})
		w.clock.Advance(5 * time.Minute)
		w.tick()
		require.Equal(w.t, []string{"留下的 ← 第一天"}, w.got(), "who has left meanwhile gets nothing")
		skipped := w.touches("contact_id = ?", gone.ID)
		require.Equal(w.t, model.TouchSkipped, skipped[0].State)
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Decide(w.ctx, failed.ID, "")), "nothing is left of it")

		require.NoError(w.t, w.engine.Archive(w.ctx, sopID))
		require.ErrorIs(w.t, w.engine.Decide(w.ctx, 999, ""), model.ErrNotFound)
	})
}

// Two replicas have found the same task for two dispatches of one rep: one of
// these adopts it, and the other is looked for again.
func TestReconcile_twoAtOnceDoNotAdoptOneTask(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		for i := range 10 {
			task := fmt.Sprint("msg", i)
			var both errgroup.Group
			for range 2 {
				d := model.Dispatch{
					Channel: "group_message", RepID: w.reps["lin"], State: model.DispatchUnknown, NextAt: w.clock.Now(), LeaseToken: "lost",
					CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now(),
				}
				require.NoError(w.t, w.db.Conn(w.ctx).Create(&d).Error)
				replica := w.newEngine()
				both.Go(func() error { return replica.AdoptFound(w.ctx, d, task) })
			}
			require.NoError(w.t, both.Wait())
			var n int64
			require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Dispatch{}).Where("remote_id = ?", task).Count(&n).Error)
			require.EqualValues(w.t, 1, n)
		}
	})
}
