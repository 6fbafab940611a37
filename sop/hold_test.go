package sop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

// enqueue brings everything that is due into the queue and calls nobody.
func (w *world) enqueue(stamp string) {
	w.t.Helper()
	w.set(stamp)
	require.NoError(w.t, w.engine.Plan(w.ctx))
	require.NoError(w.t, w.engine.Group(w.ctx))
}

// set moves the clock to a wall-clock time in Shanghai.
func (w *world) set(stamp string) {
	w.t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(w.t, err)
	to, err := time.ParseInLocation("2006-01-02 15:04", stamp, zone)
	require.NoError(w.t, err)
	w.clock.Set(to)
}

func (w *world) enrollment(contactID int64) model.Enrollment {
	w.t.Helper()
	var e model.Enrollment
	require.NoError(w.t, w.db.Read(w.ctx).Take(&e, "contact_id = ?", contactID).Error)
	return e
}

// also has a contact that is there already add another rep.
func (w *world) also(userID string, c model.Contact, state string) model.Relationship {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	w.wecom.Follow(userID, c.Name, map[string]any{"silent": true, "external_userid": c.ExternalUserID, "state": state})
	r := model.Relationship{
		RepID: w.reps[userID], ContactID: c.ID, State: model.RelationshipActive, ChannelState: state,
		AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&r).Error)
	w.record(model.Activity{
		DedupeKey: "also:" + userID + c.ExternalUserID, Kind: model.ActivityContactAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID,
		OccurredAt: now, Data: model.AsJSON(model.ActivityData{ChannelState: state}),
	})
	return r
}

// Resumed at night, a programme does not send what was in its queue by day: the
// rep's phone stays quiet until the window opens.
func TestEngine_pausedOverTheWindowSendsWhenItOpensAgain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"d1","offset":{"day":1,"at":"20:00"},"grace":"1d","channel":"group_message","content":{"text":"一次"}}]}`)
		w.add("lin", "甲", "")
		w.enqueue("2026-03-03 20:00")
		require.Len(w.t, w.dispatches(), 1)
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.at("2026-03-03 23:00")
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
		w.tick()
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		touch := w.touches("1 = 1")[0]
		require.Equal(w.t, model.TouchPlanned, touch.State)
		require.Equal(w.t, sop.ReasonPaused, touch.Verdicts.V[len(touch.Verdicts.V)-1].Reason)
		w.at("2026-03-04 09:00")
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
	})
}

// What has passed is skipped if the one who resumes says so, and the log knows.
func TestEngine_pausedBeyondTheGraceSkipsWhatWasQueued(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.enqueue("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.at("2026-03-06 10:00")
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeSkip, "test"))
		w.tick()
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		touch := w.touches("1 = 1")[0]
		require.Equal(w.t, model.TouchSkipped, touch.State)
		require.Equal(w.t, sop.ReasonPaused, touch.Reason)
		require.Empty(w.t, w.dispatches())
	})
}

// No worker ran for a while: a dispatch that waits in the queue is not called
// without asking the gates again.
func TestEngine_staleQueueIsNotCalled(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.enqueue("2026-03-03 10:00")
		w.set("2026-03-03 21:00")
		_, err := w.engine.Dispatch(w.ctx)
		require.NoError(w.t, err)
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		w.tick()
		require.Equal(w.t, sop.ReasonExpired, w.touches("1 = 1")[0].Reason, "the window opens beyond the grace")
	})
}

// Who leaves between planning and sending gets nothing; whoever shared the
// dispatch does.
func TestEngine_exitBetweenQueueAndSendingIsHonoured(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		leaver, r := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.enqueue("2026-03-03 10:00")
		require.Equal(w.t, 2, w.dispatches()[0].Recipients)
		// All their steps are planned: only an enrollment that goes on can be left.
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("contact_id = ?", leaver.ID).
			Updates(map[string]any{"state": model.EnrollmentActive, "active_slot": 1, "ended_at": nil}).Error)
		require.NoError(w.t, w.engine.Exit(w.ctx, w.enrollment(leaver.ID).ID))
		w.tick()
		require.Equal(w.t, map[string]int{"1": 1}, w.wecom.Confirm(map[string]any{"all": true}))
		require.Equal(w.t, []string{"乙 ← 一次"}, w.got())
		touch := w.touches("relationship_id = ?", r.ID)[0]
		require.Equal(w.t, model.TouchCancelled, touch.State)
		require.Equal(w.t, "manual", touch.Reason)
	})
}

// An archived programme leaves no touch open: neither one that waits for the
// window, nor one whose call turns out not to have been made.
func TestEngine_archiveClosesEveryTouch(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		waiting := w.publish("等窗口", `{"trigger":{"kind":"contact_added"},"window":{"from":"08:00","to":"09:00"},"steps":[{"key":"d","offset":{"day":1,"at":"08:30"},"grace":"3d","channel":"group_message","content":{"text":"等窗口"}}]}`)
		lost := w.publish("没送到", one("没送到"))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Drop: true})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.TouchPlanned, w.touches("sop_id = ?", waiting)[0].State)
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		require.NoError(w.t, w.engine.Archive(w.ctx, waiting))
		require.NoError(w.t, w.engine.Archive(w.ctx, lost))
		w.at("2026-03-03 10:02")
		w.at("2026-03-03 10:04")
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchCancelled, touch.State, touch.StepKey)
			require.Equal(w.t, "sop_closed", touch.Reason)
		}
	})
}

// Somebody came in while the programme was being closed: who closed it did not
// see them.
func TestEngine_whoComesInWhileTheProgrammeIsClosedLeavesIt(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("关着进来", one("一次"))
		w.add("lin", "甲", "")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.SOP{}).Where("id = ?", id).Update("state", model.SOPArchived).Error)
		w.at("2026-03-03 10:00")
		var en model.Enrollment
		require.NoError(w.t, w.db.Conn(w.ctx).Take(&en, "sop_id = ?", id).Error)
		require.Equal(w.t, model.EnrollmentExited, en.State)
		require.Equal(w.t, "sop_closed", en.ExitReason)
		require.Empty(w.t, w.touches("1 = 1"))
	})
}

// The contact passed to another rep between planning and sending: the touch
// follows the new voice.
func TestEngine_handOverBetweenPlanningAndSendingFollowsTheNewVoice(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("新好友", one("一次"))
		c, old := w.add("lin", "甲", "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		now := w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("id = ?", old.ID).
			Updates(map[string]any{"state": model.RelationshipTransferred, "ended_at": now}).Error)
		w.tick()
		require.Zero(w.t, w.wecom.Calls(addTemplate), "the new rep's relationship is not there yet")
		require.Equal(w.t, model.TouchPlanned, w.touches("1 = 1")[0].State)
		next := w.also("zhou", c, "")
		w.at("2026-03-03 10:05")
		touch := w.touches("1 = 1")[0]
		require.Equal(w.t, w.reps["zhou"], touch.RepID)
		require.Equal(w.t, next.ID, touch.RelationshipID)
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 一次"}, w.got())
		require.Equal(w.t, "zhou", w.wecom.Ledger()[0].UserID)
	})
}

// A customer who deletes rep A ends what speaks through A; what speaks through
// rep B goes on, and what A has said stays as it is.
func TestEngine_customerWhoDeletesRepAKeepsRepB(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		steps := `"steps":[` + message("d1", `{"day":1,"at":"10:00"}`, "第一天") + `,` + message("d2", `{"day":2,"at":"10:00"}`, "第二天") + `]}`
		viaA := w.publish("甲路", `{"trigger":{"kind":"contact_added","states":["a"]},`+steps)
		viaB := w.publish("乙路", `{"trigger":{"kind":"contact_added","states":["b"]},`+steps)
		c, a := w.add("lin", "客", "a")
		b := w.also("zhou", c, "b")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 11:00")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("id = ?", a.ID).
			Updates(map[string]any{"state": model.RelationshipLost, "ended_at": w.db.Now(w.ctx)}).Error)
		w.record(model.Activity{DedupeKey: "lost", Kind: model.ActivityContactLost, ContactID: c.ID, RepID: a.RepID, RelationshipID: a.ID, OccurredAt: w.clock.Now()})
		w.at("2026-03-04 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-04 11:00")
		states := map[int64][]model.TouchState{}
		for _, touch := range w.touches("1 = 1") {
			states[touch.SOPID] = append(states[touch.SOPID], touch.State)
			require.Equal(w.t, map[int64]int64{viaA: a.ID, viaB: b.ID}[touch.SOPID], touch.RelationshipID)
		}
		require.Equal(w.t, map[int64][]model.TouchState{
			viaA: {model.TouchDelivered}, viaB: {model.TouchDelivered, model.TouchDelivered},
		}, states)
	})
}

// One customer of two reps gets the same text from both: a result of one says
// nothing of the other.
func TestEngine_resultsAreMatchedByCustomerAndRep(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		first := w.publish("甲路", `{"trigger":{"kind":"contact_added","states":["a"]},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "同样的话")+`]}`)
		w.publish("乙路", `{"trigger":{"kind":"contact_added","states":["b"]},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "同样的话")+`]}`)
		c, _ := w.add("lin", "客", "a")
		w.also("zhou", c, "b")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"userid": "lin"})
		w.at("2026-03-03 10:10")
		for _, touch := range w.touches("1 = 1") {
			want := model.TouchAccepted
			if touch.SOPID == first {
				want = model.TouchDelivered
			}
			require.Equal(w.t, want, touch.State)
		}
	})
}

// One broken programme does not hold up the others' messages.
func TestEngine_groupThatFailsHoldsUpNobody(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		broken := w.publish("坏", one("坏"))
		w.publish("好", one("好"))
		w.add("lin", "甲", "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Touch{}).Where("sop_id = ?", broken).Update("channel", "pigeon").Error)
		require.ErrorContains(w.t, w.engine.Group(w.ctx), "pigeon")
		_, err := w.engine.Dispatch(w.ctx)
		require.NoError(w.t, err)
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 好"}, w.got())
	})
}

// A rep may press the button before we know that the card is out: the answer
// must come again instead of being forgotten.
func TestEngine_answerBeforeThePromptIsKnownToBeSentIsKept(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("提醒", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"call","offset":{"after":"2h"},"channel":"rep_prompt","content":{"text":"打个电话"}}]}`)
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/message/send", N: 3, AcceptThenTimeout: true})
		w.at("2026-03-02 12:00")
		d := w.dispatches()[0]
		require.Equal(w.t, model.DispatchUnknown, d.State)
		_, err := w.engine.Answered(w.ctx, model.PromptAnswer{DispatchID: d.ID, UserID: "lin", Answer: "done"})
		require.Error(w.t, err)
		w.answer(d, "nobody", "done")
		w.at("2026-03-02 12:02")
		w.tick()
		w.answer(d, "lin", "done")
		require.Equal(w.t, model.TouchDone, w.touches("1 = 1")[0].State)
		w.answer(d, "lin", "positive")
		require.Equal(w.t, "done", w.touches("1 = 1")[0].Reason)
	})
}

// A task that WeCom will no longer tell about is not asked about for ever.
func TestEngine_resultsThatCannotBeReadExpire(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/get_groupmsg_task", N: 100, Errcode: 41062})
		w.at("2026-03-10 11:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("1 = 1")[0].State)
		w.at("2026-03-11 11:00")
		require.Equal(w.t, model.TouchExpired, w.touches("1 = 1")[0].State)
	})
}

func TestEngine_enrollingByHandCountsWhoCameIn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		id := w.publish("手工", `{"trigger":{"kind":"manual"},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "一次")+`]}`)
		n, err := w.engine.Enroll(w.ctx, id, []int64{c.ID, c.ID, 999})
		require.NoError(w.t, err)
		require.Equal(w.t, 1, n)
		n, err = w.engine.Enroll(w.ctx, id, []int64{c.ID})
		require.NoError(w.t, err)
		require.Zero(w.t, n)
	})
}

// A half-added customer is greeted at once and comes in when the rep confirms,
// by an event whose code no longer works: the greeting is the welcome step's
// touch, and there is no other.
func TestEngine_welcomeBeforeTheEnrollmentIsItsTouch(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]*model.Dispatch{
		"without a second code": nil,
		"with a second code":    {Channel: sop.ChannelWelcome, State: model.DispatchFailed, LastError: model.WelcomedElsewhere},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				id := w.publish("新好友", `{"trigger":{"kind":"contact_added","states":["b"]},"steps":[{"key":"hi","offset":{},"channel":"welcome","content":{"text":"你好"}},`+
					message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`]}`)
				c, r := w.add("lin", "甲", "a")
				now := w.db.Now(w.ctx)
				greeting := model.Touch{
					SOPID: id, StepKey: "hi", ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, Channel: sop.ChannelWelcome, State: model.TouchDelivered,
					DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, SentAt: &now, FinalAt: &now, LocalDay: "2026-03-02",
				}
				require.NoError(w.t, w.db.Conn(w.ctx).Create(&greeting).Error)
				data := model.ActivityData{ChannelState: "b"}
				if second != nil {
					d := *second
					d.RepID, d.SOPID, d.StepKey, d.NextAt = r.RepID, id, "hi", now
					require.NoError(w.t, w.db.Conn(w.ctx).Create(&d).Error)
					data.WelcomeDispatchID = d.ID
				}
				w.record(model.Activity{
					DedupeKey: "confirmed", Kind: model.ActivityContactAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID,
					OccurredAt: now, Data: model.AsJSON(data),
				})
				touches := w.touches("contact_id = ?", c.ID)
				require.Len(w.t, touches, 1)
				require.Equal(w.t, greeting.ID, touches[0].ID)
				require.Equal(w.t, w.enrollment(c.ID).ID, *touches[0].EnrollmentID)
				require.Equal(w.t, model.TouchDelivered, touches[0].State)
			})
		})
	}
}

// A welcome that another programme sent is no failure of this one's.
func TestEngine_welcomeOfAnotherProgrammeIsASkip(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"hi","offset":{},"channel":"welcome","content":{"text":"你好"}}]}`)
		now := w.db.Now(w.ctx)
		d := model.Dispatch{Channel: sop.ChannelWelcome, State: model.DispatchConfirmed, SOPID: 99, StepKey: "hi", NextAt: now}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&d).Error)
		w.record(model.Activity{
			DedupeKey: "added", Kind: model.ActivityContactAdded, ContactID: 5, RepID: 1, RelationshipID: 7,
			OccurredAt: now, Data: model.AsJSON(model.ActivityData{WelcomeDispatchID: d.ID}),
		})
		touch := w.touches("1 = 1")[0]
		require.Equal(w.t, model.TouchSkipped, touch.State)
		require.Equal(w.t, model.WelcomedElsewhere, touch.Reason)
	})
}

// kill -9 at each point of a dispatch: whatever was done before, WeCom has one
// task after the recovery.
func TestEngine_deathAtEachPointMakesOneTask(t *testing.T) {
	t.Parallel()
	for name, die := range map[string]func(w *world, d model.Dispatch){
		"before the call": func(w *world, d model.Dispatch) { w.abandon(d) },
		"after the call, before the commit": func(w *world, d model.Dispatch) {
			w.abandon(d)
			_, err := w.engine.Channels["group_message"].Send(w.ctx, sop.Batch{DispatchID: d.ID, Payload: d.Payload.V})
			require.NoError(w.t, err)
		},
		"after the commit": func(w *world, _ model.Dispatch) {
			_, err := w.engine.Dispatch(w.ctx)
			require.NoError(w.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				w.publish("新好友", one("一次"))
				w.add("lin", "甲", "")
				w.enqueue("2026-03-03 10:00")
				die(w, w.dispatches()[0])
				next := w.newEngine()
				for range 5 {
					w.clock.Advance(2 * time.Minute)
					tick(w.t, next)
				}
				require.Len(w.t, w.wecom.Tasks(""), 1)
				w.wecom.Confirm(map[string]any{"all": true})
				require.Equal(w.t, []string{"甲 ← 一次"}, w.got())
				w.clock.Advance(time.Hour)
				tick(w.t, next)
				require.Equal(w.t, model.TouchDelivered, w.touches("1 = 1")[0].State)
			})
		})
	}
}

// abandon leaves a dispatch as a holder that was killed does.
func (w *world) abandon(d model.Dispatch) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	require.NoError(w.t, w.db.Conn(w.ctx).Model(&d).Updates(map[string]any{
		"state": model.DispatchSending, "lease_token": "dead", "lease_until": now.Add(time.Minute), "called_at": now, "updated_at": now,
	}).Error)
}
