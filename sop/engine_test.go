package sop_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

func TestEngine_everyoneGetsTheirOwnDayOneTwoThree(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.add("lin", "乙", "")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-04 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-05 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-06 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-07 10:00")
		got := w.got()
		require.Equal(w.t, "甲 ← 第一天", got[0])
		require.ElementsMatch(w.t, []string{"甲 ← 第二天", "乙 ← 第一天"}, got[1:3])
		require.ElementsMatch(w.t, []string{"甲 ← 第三天", "乙 ← 第二天"}, got[3:5])
		require.Equal(w.t, []string{"乙 ← 第三天"}, got[5:])
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchDelivered, touch.State, "%+v", touch)
			require.NotNil(w.t, touch.ConfirmedAt)
		}
		var open int64
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.Enrollment{}).Where("state <> ?", model.EnrollmentCompleted).Count(&open).Error)
		require.Zero(w.t, open)
	})
}

func TestEngine_nothingIsDueBeforeItsTime(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.at("2026-03-03 09:59")
		require.Empty(w.t, w.touches("1 = 1"))
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.touches("1 = 1"), 1)
		w.tick()
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
	})
}

func TestEngine_oneCallPerRepAndContent(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("新好友", one("大家好"))
		for i := range 30 {
			w.add([]string{"lin", "zhou"}[i%2], fmt.Sprintf("客户%d", i), "")
		}
		w.at("2026-03-03 10:00")
		require.Equal(w.t, 2, w.wecom.Calls(addTemplate))
		require.Equal(w.t, map[string]int{"1": 30}, w.wecom.Confirm(map[string]any{"all": true}))
	})
}

func TestEngine_personalFieldsMakeAMessageEach(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("{name}，我是{rep}"))
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(w.t, []string{"甲 ← 甲，我是销售lin", "乙 ← 乙，我是销售lin"}, w.got())
	})
}

func TestEngine_twoProgrammesOfOneRepDoNotMix(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("甲类", `{"trigger":{"kind":"contact_added","states":["a"]},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "给甲类")+`]}`)
		w.publish("乙类", `{"trigger":{"kind":"contact_added","states":["b"]},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "给乙类")+`]}`)
		w.add("lin", "甲", "a")
		w.add("lin", "乙", "b")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(w.t, []string{"甲 ← 给甲类", "乙 ← 给乙类"}, w.got())
	})
}

func TestEngine_aTimeoutThatHidASuccessIsNotSentAgain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, AcceptThenTimeout: true})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		w.at("2026-03-03 10:02")
		require.Equal(w.t, model.DispatchSent, w.dispatches()[0].State)
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 11:00")
		require.Equal(w.t, []string{"甲 ← 一次"}, w.got())
		require.Equal(w.t, model.TouchDelivered, w.touches("1 = 1")[0].State)
	})
}

func TestEngine_aCallThatNeverArrivedIsSentAgain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Drop: true})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		w.at("2026-03-03 10:02")
		w.tick()
		require.Equal(w.t, model.DispatchSent, w.dispatches()[0].State)
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 一次"}, w.got())
	})
}

func TestEngine_frequencyLimitWaitsForItsWindow(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Errcode: 45009})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.DispatchQueued, w.dispatches()[0].State)
		w.at("2026-03-03 10:00")
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate), "within the window nothing is tried")
		w.at("2026-03-03 10:02")
		require.Equal(w.t, model.DispatchSent, w.dispatches()[0].State)
	})
}

func TestEngine_oneInvalidRepOfTenBlocksNobody(t *testing.T) {
	each(t, func(w *world) {
		w.publish("新好友", one("一次"))
		for i := range 10 {
			rep := fmt.Sprintf("rep%d", i)
			w.rep(rep)
			w.add(rep, fmt.Sprintf("客户%d", i), "")
		}
		w.wecom.Post("/sim/members/remove", map[string]any{"userid": "rep7"}, nil)
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 11:00")
		require.Len(w.t, w.got(), 9)
		failed := w.touches("state = ?", model.TouchFailed)
		require.Len(w.t, failed, 1)
		require.Equal(w.t, w.reps["rep7"], failed[0].RepID)
		require.Contains(w.t, failed[0].Reason, "wecom_")
	})
}

func TestEngine_leftOutRecipientsSayWhy(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		c, _ := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin", "external_userid": c.ExternalUserID, "by": "member"}, nil)
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 11:00")
		require.Equal(w.t, []string{"乙 ← 一次"}, w.got())
		require.Equal(w.t, sop.ReasonNotSendable, w.touches("contact_id = ?", c.ID)[0].Reason)
	})
}

func TestEngine_customerWhoDeletedTheRepLeavesAndTheOthersGoOn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		c, r := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 11:00")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("id = ?", r.ID).Update("state", model.RelationshipLost).Error)
		w.record(model.Activity{DedupeKey: "lost", Kind: model.ActivityContactLost, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: w.clock.Now()})
		for _, day := range []string{"04", "05"} {
			w.at("2026-03-" + day + " 10:00")
			w.wecom.Confirm(map[string]any{"all": true})
		}
		w.at("2026-03-06 10:00")
		got := w.got()
		require.ElementsMatch(w.t, []string{"甲 ← 第一天", "乙 ← 第一天"}, got[:2])
		require.Equal(w.t, []string{"乙 ← 第二天", "乙 ← 第三天"}, got[2:])
		var e model.Enrollment
		require.NoError(w.t, w.db.Read(w.ctx).Take(&e, "contact_id = ?", c.ID).Error)
		require.Equal(w.t, "contact_lost", e.ExitReason)
		require.Equal(w.t, model.TouchDelivered, w.touches("contact_id = ?", c.ID)[0].State, "finished history is untouched")
	})
}

func TestEngine_resultsTellWhoWasNotReached(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		gone, _ := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin", "external_userid": gone.ExternalUserID, "by": "customer"}, nil)
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:10")
		touch := w.touches("contact_id = ?", gone.ID)[0]
		require.Equal(w.t, model.TouchFailed, touch.State)
		require.Equal(w.t, sop.ReasonNotFriend, touch.Reason)
		var e model.Enrollment
		require.NoError(w.t, w.db.Read(w.ctx).Take(&e, "contact_id = ?", gone.ID).Error)
		require.Equal(w.t, model.EnrollmentExited, e.State)
	})
}

func TestEngine_quotaLossIsLearnedFromTheResult(t *testing.T) {
	each(t, func(w *world) {
		w.wecom.Post("/sim/rules", map[string]any{"quota": "day"}, nil)
		w.rep("lin")
		w.publish("一", one("先"))
		w.publish("二", one("后"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:10")
		states := map[string]int{}
		for _, touch := range w.touches("1 = 1") {
			states[string(touch.State)+" "+touch.Reason]++
		}
		require.Equal(w.t, map[string]int{"delivered ": 1, "failed over_quota": 1}, states)
	})
}

func TestEngine_pauseBetweenPlanningAndSendingHolds(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.clock.Set(w.clock.Now().Add(24 * time.Hour))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.tick()
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
	})
}

func TestEngine_textIsFollowedUntilTheDispatchIsMade(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.NoError(w.t, w.engine.SetContent(w.ctx, sop.Place{SOPID: id, StepKey: "d2"}, model.Content{Text: "改过的第二天"}))
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-04 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 第一天", "甲 ← 改过的第二天"}, w.got())
	})
}

func TestEngine_archiveCancelsWhatHasNotGoneOut(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.clock.Set(w.clock.Now().Add(24 * time.Hour))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.NoError(w.t, w.engine.Archive(w.ctx, id))
		w.tick()
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		require.Equal(w.t, model.TouchCancelled, w.touches("1 = 1")[0].State)
	})
}

func TestEngine_stoppedSchedulerSendsWithinGraceAndSkipsBeyond(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.at("2026-03-04 14:00") // day 1 is 28 h late, day 2 only 4 h
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 第二天"}, w.got())
		d1 := w.touches("step_key = 'd1'")[0]
		require.Equal(w.t, model.TouchSkipped, d1.State)
		require.Equal(w.t, sop.ReasonExpired, d1.Reason)
		require.Equal(w.t, "lateness", d1.Verdicts.V[0].Gate)
	})
}

func TestEngine_lateStepWaitsForTheWindowToOpen(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 21:00") // 11 h late; the window opens in 12 h, beyond the grace
		require.Equal(w.t, sop.ReasonExpired, w.touches("1 = 1")[0].Reason)
		require.Zero(w.t, w.wecom.Calls(addTemplate))
	})
}

func TestEngine_filtersChooseByTag(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		tag := model.Tag{WeComID: "et1", Name: "高", Kind: model.TagCorp, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&tag).Error)
		w.publish("打标", fmt.Sprintf(`{"trigger":{"kind":"tag_added","tag_id":%d},"steps":[`+message("s", `{"after":"30m"}`, "标签后半小时")+`]}`, tag.ID))
		w.publish("新好友", fmt.Sprintf(`{"trigger":{"kind":"contact_added"},"steps":[{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"只给高意向"},"filter":{"f":"tag","is":"any","v":[%d]}}]}`, tag.ID))
		c, r := w.add("lin", "甲", "")
		other, _ := w.add("lin", "乙", "")
		now := w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.RelationshipTag{RelationshipID: r.ID, TagID: tag.ID, ContactID: c.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}).Error)
		w.record(model.Activity{DedupeKey: "tag", Kind: model.ActivityTagAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: now, Data: model.AsJSON(model.ActivityData{TagID: tag.ID})})
		w.at("2026-03-02 10:30")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 标签后半小时", "甲 ← 只给高意向"}, w.got())
		require.Equal(w.t, sop.ReasonFilter, w.touches("contact_id = ?", other.ID)[0].Reason)
	})
}

func TestEngine_filtersSeeWhoOwnsTheContact(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		only := fmt.Sprintf(`{"f":"owner","is":"not_in","v":[%d]}`, w.reps["zhou"])
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","filter":`+only+`,"content":{"text":"一次"}}]}`)
		w.publish("入口", `{"trigger":{"kind":"contact_added"},"filter":`+only+`,"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "入口")+`]}`)
		w.add("lin", "甲", "")
		w.add("zhou", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(w.t, []string{"甲 ← 一次", "甲 ← 入口"}, w.got())
	})
}

func TestEngine_promptIsOneCardAndItsButtonSettlesIt(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("提醒", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"call","name":"首次回访","offset":{"after":"2h"},"channel":"rep_prompt","content":{"text":"打个电话"}}]}`)
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/message/send", N: 1, AcceptThenTimeout: true})
		w.at("2026-03-02 12:00")
		w.at("2026-03-02 12:02")
		w.tick()
		cards := 0
		for _, e := range w.wecom.Ledger() {
			if e.Kind == "app_message" {
				cards++
			}
		}
		require.Equal(w.t, 1, cards, "WeCom drops the repeated card")
		d := w.dispatches()[0]
		require.Equal(w.t, model.DispatchSent, d.State)
		w.answer(d, "nobody", "done")
		require.Equal(w.t, model.TouchAccepted, w.touches("1 = 1")[0].State, "only the prompt's rep can answer")
		w.answer(d, "LIN", "positive")
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchDone, touch.State)
			require.Equal(w.t, "positive", touch.Reason)
		}
	})
}

func TestEngine_tagActionMarksEachContactOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		var out struct {
			Tags []struct {
				ID string `json:"id"`
			} `json:"tags"`
		}
		w.wecom.Post("/sim/tags", map[string]any{"group": "阶段", "tags": []string{"已跟进"}, "silent": true}, &out)
		tag := model.Tag{WeComID: out.Tags[0].ID, Name: "已跟进", Kind: model.TagCorp, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&tag).Error)
		w.publish("打标", fmt.Sprintf(`{"trigger":{"kind":"contact_added"},"steps":[{"key":"t","offset":{"after":"1h"},"channel":"tag","add_tags":[%d]}]}`, tag.ID))
		w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.at("2026-03-02 11:00")
		marked := 0
		w.marked.Range(func(any, any) bool { marked++; return true })
		require.Equal(w.t, 2, marked)
		require.Equal(w.t, 2, w.wecom.Calls("/cgi-bin/externalcontact/mark_tag"))
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchDone, touch.State)
		}
	})
}

func TestEngine_whoComesBackIsNotEnrolledAgain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"hi","offset":{},"channel":"welcome","content":{"text":"你好"}},`+
			message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`]}`)
		c, r := w.add("lin", "甲", "")
		w.add("lin", "乙", "")
		w.clock.Advance(time.Hour)
		w.record(model.Activity{DedupeKey: "again", Kind: model.ActivityContactAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: w.clock.Now()})
		var n int64
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.Enrollment{}).Count(&n).Error)
		require.EqualValues(w.t, 2, n)
		require.Len(w.t, w.touches("contact_id = ?", c.ID), 1)
		require.Len(w.t, w.touches("1 = 1"), 2)
	})
}

func TestEngine_unconfirmedTouchesExpire(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.at("2026-03-11 10:00")
		require.Equal(w.t, model.TouchExpired, w.touches("1 = 1")[0].State)
		require.Equal(w.t, model.DispatchExpired, w.dispatches()[0].State)
	})
}

func TestEngine_replicasPlanAndSendEverythingOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		const people = 300
		for i := range people {
			w.add("lin", fmt.Sprintf("客户%d", i), "")
		}
		w.clock.Set(w.clock.Now().Add(24 * time.Hour))
		var wg sync.WaitGroup
		for range 4 {
			engine := w.newEngine()
			wg.Go(func() {
				for range 3 {
					tick(w.t, engine)
				}
			})
		}
		wg.Wait()
		w.wecom.Confirm(map[string]any{"all": true})
		got := w.got()
		slices.Sort(got)
		require.Len(w.t, got, people)
		require.Len(w.t, slices.Compact(got), people, "nobody twice")
	})
}

func TestEngine_pausedHolderPastItsLeaseDoesNotSend(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		// The call reaches WeCom only after the holder's lease, or never.
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Delay: "1500ms", Drop: true})
		w.clock.Set(w.clock.Now().Add(24 * time.Hour))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Group(w.ctx))
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := w.engine.Dispatch(w.ctx)
			require.NoError(w.t, err)
		}()
		require.Eventually(w.t, func() bool { return w.dispatches()[0].State == model.DispatchSending }, 5*time.Second, time.Millisecond)
		other := w.newEngine()
		w.clock.Advance(3 * time.Minute)
		require.NoError(w.t, other.Rescue(w.ctx))
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		<-done
		// Depending on where the holder stood, its call or the next one met the fault.
		for range 6 {
			w.clock.Advance(3 * time.Minute)
			tick(w.t, other)
		}
		require.Equal(w.t, model.DispatchSent, w.dispatches()[0].State, "%+v", w.dispatches())
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"甲 ← 一次"}, w.got())
	})
}

func TestEngine_pageWithACulpritParksItAlone(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", one("一次"))
		bad, _ := w.add("lin", "坏", "")
		for i := range 20 {
			w.add("lin", fmt.Sprintf("客户%d", i), "")
		}
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("contact_id = ?", bad.ID).Update("version_id", 9999).Error)
		w.at("2026-03-03 10:00")
		var parked []model.Enrollment
		require.NoError(w.t, w.db.Read(w.ctx).Find(&parked, "state = ?", model.EnrollmentParked).Error)
		require.Len(w.t, parked, 1)
		require.Equal(w.t, bad.ID, parked[0].ContactID)
		require.Contains(w.t, parked[0].LastError, "9999")
		require.Len(w.t, w.touches("1 = 1"), 20)
	})
}

func TestEngine_manyRecipientsMakeChunksThatAllReconcile(t *testing.T) {
	w := newBigWorld(t)
	w.rep("lin")
	w.publish("新好友", one("一次"))
	w.addMany("lin", 25_000)
	w.clock.Set(w.clock.Now().Add(24 * time.Hour))
	require.Equal(t, map[string]int{addTemplate: 3}, w.calls())
	require.Equal(t, map[string]int{"1": 25_000}, w.wecom.Confirm(map[string]any{"all": true}))
	w.clock.Advance(time.Minute)
	before := w.paths()
	w.tick()
	require.Equal(t, map[string]int{
		"/cgi-bin/externalcontact/get_groupmsg_task": 3, "/cgi-bin/externalcontact/get_groupmsg_send_result": 25,
	}, w.since(before), "a page of results for each thousand people")
	var delivered int64
	require.NoError(t, w.db.Read(w.ctx).Model(&model.Touch{}).Where("state = ?", model.TouchDelivered).Count(&delivered).Error)
	require.EqualValues(t, 25_000, delivered)
	ids := map[string]bool{}
	for _, d := range w.dispatches() {
		ids[d.RemoteID] = true
		require.Equal(t, model.DispatchConfirmed, d.State)
	}
	require.Len(t, ids, 3)
}
