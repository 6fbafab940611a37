package sop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

const cancelPath = "/cgi-bin/externalcontact/cancel_groupmsg_send"

// The kill switch takes effect at the next claim: what is planned or queued
// stays with us, what WeCom has and no rep has sent is taken back, and what was
// sent stays sent. Reverting it is a resume like any other.
func TestStop_takesBackWhatNoRepHasSent(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		id := w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.add("zhou", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"userid": "lin"}) // and we do not know it yet
		w.set("2026-03-03 10:20")
		require.NoError(w.t, w.engine.Stop(w.ctx, id))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Stop(w.ctx, id)))
		w.recall()
		require.Equal(w.t, 2, w.wecom.Calls(cancelPath))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Resume(w.ctx, id, model.ChangeShift, "test")), "what was sent is still being read")
		w.clock.Advance(2 * time.Minute)
		w.recall()
		st, err := w.engine.StopStatus(w.ctx, id)
		require.NoError(w.t, err)
		require.NotNil(w.t, st.At)
		require.Equal(w.t, 1, st.Cancelled)
		require.Zero(w.t, st.Open+st.Cancelling+st.NotStoppable)
		states := map[model.TouchState]int{}
		for _, touch := range w.touches("step_key = 'd1'") {
			states[touch.State]++
		}
		require.Equal(w.t, map[model.TouchState]int{model.TouchDelivered: 1, model.TouchPlanned: 1}, states)
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 第一天"}, w.got(), "a task that was taken back cannot be sent")

		w.at("2026-03-04 10:00")
		w.set("2026-03-06 10:30") // stopped for three days
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		w.tick()
		w.send()
		w.run("03-07", "03-08", "03-09")
		require.ElementsMatch(w.t, []string{
			"甲 ← 第一天", "乙 ← 第一天", "甲 ← 第二天", "乙 ← 第二天", "甲 ← 第三天", "乙 ← 第三天",
		}, w.got())
	})
}

func (w *world) recall() {
	w.t.Helper()
	_, err := w.engine.Recall(w.ctx)
	require.NoError(w.t, err)
}

// The corp's switch stops every programme within a tick, and a paused one stays
// paused when it is reverted.
func TestStopAll_stopsEverythingAndRevertsByChoice(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		first := w.publish("甲路", one("甲路的话"))
		w.publish("乙路", one("乙路的话"))
		paused := w.publish("丙路", one("丙路的话"))
		w.add("lin", "客", "")
		require.NoError(w.t, w.engine.Pause(w.ctx, paused))
		w.enqueue("2026-03-03 10:00")
		require.NoError(w.t, w.engine.StopAll(w.ctx, "老板"))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.StopAll(w.ctx, "老板")))
		w.tick()
		w.recall()
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		st, err := w.engine.StopStatus(w.ctx, 0)
		require.NoError(w.t, err)
		require.Equal(w.t, "老板", st.By)
		require.Equal(w.t, 2, st.Held)
		w.at("2026-03-05 09:30")
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		require.NoError(w.t, w.engine.ResumeAll(w.ctx, model.ChangeShift, "老板"))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.ResumeAll(w.ctx, model.ChangeShift, "老板")))
		w.run("03-05")
		require.ElementsMatch(w.t, []string{"客 ← 甲路的话", "客 ← 乙路的话"}, w.got())
		var s model.SOP
		require.NoError(w.t, w.db.Read(w.ctx).Take(&s, first).Error)
		require.Equal(w.t, model.SOPLive, s.State)
		var p model.SOP
		require.NoError(w.t, w.db.Read(w.ctx).Take(&p, paused).Error)
		require.Equal(w.t, model.SOPPaused, p.State)
	})
}

// What WeCom will not take back is reported, and its results are followed.
func TestStop_reportsWhatCannotBeStopped(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "一次")+`,
			{"key":"call","offset":{"day":1,"at":"10:00"},"channel":"rep_prompt","content":{"text":"打个电话"}}]}`)
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.dispatches(), 2)
		w.wecom.Fault(sim.Fault{Path: cancelPath, N: 1, Errcode: 41093})
		require.NoError(w.t, w.engine.Stop(w.ctx, id))
		w.recall()
		w.recall()
		require.Equal(w.t, 1, w.wecom.Calls(cancelPath), "a refusal is not asked again")
		st, err := w.engine.StopStatus(w.ctx, id)
		require.NoError(w.t, err)
		require.Equal(w.t, 1, st.NotStoppable)
		require.Equal(w.t, 1, st.Cancelling, "the rep's card")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:10")
		require.Equal(w.t, model.TouchDelivered, w.touches("step_key = 'd1'")[0].State)
	})
}

// A task whose results can no longer be read must not keep the programme stopped
// for ever, and is not sent again.
func TestStop_unreadableResultsExpire(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Stop(w.ctx, id))
		w.recall()
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/get_groupmsg_task", N: 100, Errcode: 41062})
		w.at("2026-03-03 10:30")
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Resume(w.ctx, id, model.ChangeSend, "test")))
		w.at("2026-03-03 11:30")
		require.Equal(w.t, model.TouchExpired, w.touches("1 = 1")[0].State)
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
	})
}

// A call that is under way while the switch is thrown is taken back once it is
// known to have been made.
func TestStop_catchesACallWhoseOutcomeWasUnknown(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, AcceptThenTimeout: true})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		require.NoError(w.t, w.engine.Stop(w.ctx, id))
		w.clock.Advance(2 * time.Minute)
		w.tick()
		w.recall()
		w.clock.Advance(2 * time.Minute)
		w.recall()
		require.Equal(w.t, model.DispatchCancelled, w.dispatches()[0].State)
		w.wecom.Confirm(map[string]any{"all": true})
		require.Empty(w.t, w.got())
	})
}

// "Send again" at night waits for the send window, like everything else.
func TestDecide_sendAgainWaitsForTheWindow(t *testing.T) {
	each(t, func(w *world) {
		list := ambiguous(w)
		w.set("2026-03-03 23:00")
		require.NoError(w.t, w.engine.Decide(w.ctx, list[0].ID, ""))
		w.tick()
		require.Equal(w.t, 2, w.wecom.Calls(addTemplate))
		w.at("2026-03-04 09:00")
		require.Equal(w.t, 3, w.wecom.Calls(addTemplate))
	})
}

// "Too many" is no attempt used up: the channel rests, then begins with one
// call and doubles; others go on meanwhile.
func TestPressure_tooManyCallsSlowTheChannelAndCostNoAttempt(t *testing.T) {
	t.Parallel()
	for _, code := range []int{45009, 45033} {
		t.Run(itoa(int64(code)), func(t *testing.T) {
			each(t, func(w *world) {
				for _, rep := range strings.Fields("a b c d e f g h i j k l") {
					w.rep(rep)
				}
				w.publish("新好友", one("一次"))
				for rep := range w.reps {
					w.add(rep, "客户"+rep, "")
				}
				w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Errcode: code})
				w.enqueue("2026-03-03 10:00")
				dispatch := func() int {
					before := w.wecom.Calls(addTemplate)
					_, err := w.engine.Dispatch(w.ctx)
					require.NoError(w.t, err)
					return w.wecom.Calls(addTemplate) - before
				}
				dispatch()
				sent := len(w.wecom.Tasks(""))
				require.Less(w.t, sent, 8)
				require.Zero(w.t, dispatch(), "the channel rests")
				for _, d := range w.dispatches() {
					if d.State == model.DispatchQueued {
						require.Zero(w.t, d.Attempts)
					}
				}
				w.clock.Advance(61 * time.Second)
				require.Equal(w.t, 1, dispatch())
				require.Equal(w.t, 2, dispatch())
				for range 4 {
					dispatch()
				}
				require.Len(w.t, w.wecom.Tasks(""), 12)
			})
		})
	}
}

func TestRedrive_letsParkedPeopleGoOn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		c, _ := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("sop_id = ?", id).
			Updates(map[string]any{"state": model.EnrollmentParked, "next_due_at": nil, "last_error": "no such version"}).Error)
		w.at("2026-03-03 10:00")
		require.Empty(w.t, w.touches("1 = 1"))
		require.NoError(w.t, w.engine.Redrive(w.ctx, w.enrollment(c.ID).ID))
		require.ErrorIs(w.t, w.engine.Redrive(w.ctx, w.enrollment(c.ID).ID), model.ErrNotFound, "it goes on already")
		n, err := w.engine.RedriveAll(w.ctx, id)
		require.NoError(w.t, err)
		require.Equal(w.t, 1, n)
		w.tick()
		w.send()
		require.ElementsMatch(w.t, []string{"甲 ← 第一天", "乙 ← 第一天"}, w.got())
	})
}

func TestFile_goesOutAndComesIn(t *testing.T) {
	each(t, func(w *world) {
		id := w.publish("新好友", threeDays())
		f, err := w.engine.File(w.ctx, id)
		require.NoError(w.t, err)
		doc, err := f.Write()
		require.NoError(w.t, err)
		made, findings, err := w.engine.Import(w.ctx, doc)
		require.NoError(w.t, err)
		require.Equal(w.t, model.SOPDraft, made.State)
		require.Empty(w.t, findings)
		again, err := w.engine.File(w.ctx, made.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, f, again)
		_, _, err = w.engine.Import(w.ctx, []byte("name: x\ntrigger: {kind: full_moon}\nsteps: []\n"))
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(err))
		require.Equal(w.t, sop.TriggerContactAdded, again.Trigger.Kind)
	})
}
