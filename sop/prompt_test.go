package sop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

const (
	sendPath   = "/cgi-bin/message/send"
	updatePath = "/cgi-bin/message/update_template_card"
)

// ask is a step that asks the rep to do something.
func ask(key, name, offset, text string) string {
	return fmt.Sprintf(`{"key":%q,"name":%q,"offset":%s,"channel":"rep_prompt","grace":"1d","content":{"text":%q}}`, key, name, offset, text)
}

func asking(steps ...string) string {
	doc := `{"trigger":{"kind":"contact_added"},"steps":[`
	for i, s := range steps {
		if i > 0 {
			doc += ","
		}
		doc += s
	}
	return doc + `]}`
}

// answer is a rep's press, as the event handler hands it in.
func (w *world) answer(d model.Dispatch, userID, answer string) []model.Touch {
	w.t.Helper()
	var touches []model.Touch
	require.NoError(w.t, w.db.InTx(w.ctx, func(ctx context.Context) error {
		var err error
		touches, err = w.engine.Answered(ctx, model.PromptAnswer{DispatchID: d.ID, UserID: userID, Answer: answer})
		return err
	}))
	return touches
}

// press has the rep press a button in the simulator and hands in what its
// event says.
func (w *world) press(card cardSeen, answer string) []model.Touch {
	w.t.Helper()
	return w.pressFor(card, "", answer)
}

// pressFor is press with a customer chosen by name; nobody leaves the drop-down
// as it is.
func (w *world) pressFor(card cardSeen, who, answer string) []model.Touch {
	w.t.Helper()
	chosen := ""
	for _, o := range card.Choice.Options {
		if o.Text == who {
			chosen = o.ID
		}
	}
	require.Equal(w.t, who == "", chosen == "", "%s is not on the card", who)
	var out struct {
		ResponseCode string `json:"response_code"`
	}
	w.wecom.Post("/sim/clicks", map[string]any{"userid": card.UserID, "msgid": card.MsgID, "key": answer, "option": chosen}, &out)
	id, ours := model.PromptOf(card.TaskID)
	require.True(w.t, ours)
	var touches []model.Touch
	require.NoError(w.t, w.db.InTx(w.ctx, func(ctx context.Context) error {
		var err error
		touches, err = w.engine.Answered(ctx, model.PromptAnswer{
			DispatchID: id, UserID: card.UserID, ExternalUserID: chosen, Answer: answer, ResponseCode: out.ResponseCode,
		})
		return err
	}))
	return touches
}

// cardSeen is a card that a rep has in fact received.
type cardSeen struct {
	simtest.Entry
	TaskID string `json:"task_id"`
	Main   struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	SubTitle string `json:"sub_title_text"`
	Rows     []struct {
		Key   string `json:"keyname"`
		Value string `json:"value"`
	} `json:"horizontal_content_list"`
	Quote struct {
		Text string `json:"quote_text"`
	} `json:"quote_area"`
	Choice struct {
		Title   string `json:"title"`
		Options []struct {
			ID   string `json:"id"`
			Text string `json:"text"`
		} `json:"option_list"`
	} `json:"button_selection"`
	Buttons []struct {
		Key string `json:"key"`
	} `json:"button_list"`
}

func (w *world) cards() []cardSeen {
	w.t.Helper()
	return w.cardsIn("app_message")
}

func (w *world) cardsIn(kind string) []cardSeen {
	w.t.Helper()
	var out []cardSeen
	for _, e := range w.wecom.Ledger() {
		if e.Kind != kind || len(e.Attachments) == 0 {
			continue
		}
		var part struct {
			Card cardSeen `json:"template_card"`
		}
		require.NoError(w.t, json.Unmarshal(e.Attachments[0], &part))
		part.Card.Entry = e
		out = append(out, part.Card)
	}
	return out
}

// recorded lists what reps' cards were changed to.
func (w *world) recorded() []string {
	w.t.Helper()
	var out []string
	for _, e := range w.wecom.Ledger() {
		if e.Kind == "card_update" {
			out = append(out, e.UserID+": "+e.Text)
		}
	}
	return out
}

// One reminder per customer and step is a storm on a rep's phone.
func TestDigest_hundredPromptsDueAtNineAreOneCard(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("第一套", asking(ask("call", "回访", `{"day":1,"at":"09:00"}`, "打个电话"), ask("note", "记录", `{"day":1,"at":"09:00"}`, "写下需求")))
		w.publish("第二套", asking(ask("send", "发资料", `{"day":1,"at":"09:00"}`, "发送报价单")))
		for i := range 34 {
			w.add("lin", fmt.Sprintf("客户%d", i), "")
		}
		w.at("2026-03-03 09:00")
		w.tick()
		cards := w.cards()
		require.Len(w.t, cards, 1)
		require.Equal(w.t, 1, w.wecom.Calls(sendPath))
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 102)
		require.Equal(w.t, "今日待跟进 34 位客户", cards[0].Main.Title)
		require.Len(w.t, cards[0].Rows, 3)
		require.Equal(w.t, "回访", cards[0].Rows[0].Key)
		require.Regexp(w.t, `^客户\d+、客户\d+.* 等 34 人$`, cards[0].Rows[0].Value)
		require.Equal(w.t, "回访：打个电话\n记录：写下需求\n发资料：发送报价单", cards[0].SubTitle)
	})
}

func TestDigest_onePromptSaysEverythingItself(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("call", "首次回访", `{"day":1,"at":"10:00"}`, "问{name}用得怎么样")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.Equal(w.t, "首次回访", card.Main.Title)
		require.Equal(w.t, "甲", card.Main.Desc)
		require.Equal(w.t, "问甲用得怎么样", card.SubTitle)
		require.Empty(w.t, card.Rows)
		require.Len(w.t, card.Buttons, 5)
	})
}

func TestDigest_laterPromptsWaitForTheNextCard(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), ask("b", "乙事", `{"day":1,"at":"10:30"}`, "二"), ask("c", "丙事", `{"day":1,"at":"11:30"}`, "三")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.add("zhou", "乙", "")
		w.at("2026-03-03 10:30")
		w.at("2026-03-03 11:30")
		require.Len(w.t, w.cards(), 1)
		waiting := w.touches("step_key = 'b'")[0]
		require.Equal(w.t, model.TouchPlanned, waiting.State)
		require.Equal(w.t, "digest", waiting.LastReason())
		require.Equal(w.t, "defer", waiting.Verdicts.V[0].Say)
		require.Equal(w.t, waiting.NotBefore, *waiting.Verdicts.V[0].Until)
		w.at("2026-03-03 12:00")
		cards := w.cards()
		require.Len(w.t, cards, 2)
		require.Len(w.t, cards[1].Rows, 2)
		w.at("2026-03-04 10:00")
		require.Equal(w.t, "zhou", w.cards()[2].UserID, "one rep's card does not hold up another's")
	})
}

// A card that goes before its time, as a rep asked, takes along what waits for
// the next, and does not put it off once more.
func TestDigest_earlierCardTakesTheWaitingAlong(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), ask("b", "乙事", `{"day":1,"at":"10:30"}`, "二"), ask("c", "丙事", `{"day":1,"at":"10:40"}`, "三")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.set("2026-03-03 10:05")
		w.press(w.cards()[0], model.AnswerSnoozeHour)
		w.at("2026-03-03 10:30")
		w.at("2026-03-03 10:40")
		require.Len(w.t, w.touches("step_key = 'b'")[0].Verdicts.V, 1)
		w.at("2026-03-03 11:05")
		cards := w.cards()
		require.Len(w.t, cards, 2)
		require.Len(w.t, cards[1].Rows, 3)
		require.Len(w.t, w.touches("step_key = 'b'")[0].Verdicts.V, 1, "it was put off once")
	})
}

// A wait for company never costs a prompt its grace or its day.
func TestDigest_whatCannotWaitGoesAlone(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		short := `{"key":"b","offset":{"day":1,"at":"10:30"},"channel":"rep_prompt","grace":"30m","content":{"text":"急"}}`
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), short, ask("c", "晚", `{"day":1,"at":"19:00"}`, "晚"), ask("d", "更晚", `{"day":1,"at":"19:30"}`, "更晚")))
		w.add("lin", "甲", "")
		for i, at := range []string{"10:00", "10:30", "19:00", "19:30"} {
			w.at("2026-03-03 " + at)
			require.Len(w.t, w.cards(), i+1, at)
		}
	})
}

// Replicas plan at their own pace: the first to look at the queue must not make
// a card of what happens to be there while others are still due.
func TestDigest_gathersWhatReplicasPlanAMomentApart(t *testing.T) {
	each(t, func(w *world) {
		w.engine.Config.PromptGather = 10 * time.Second
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		late, _ := w.add("lin", "乙", "")
		due := func(at time.Time) {
			require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("contact_id = ?", late.ID).Update("next_due_at", at).Error)
		}
		w.set("2026-03-03 10:00")
		due(w.clock.Now().Add(time.Second))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		due(w.clock.Now())
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.Empty(w.t, w.dispatches(), "somebody is due whom no replica has come to")
		w.clock.Advance(3 * time.Second)
		w.tick()
		require.Len(w.t, w.cards(), 1)
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 2)
	})
}

// Planning that never ends holds no card up for long.
func TestDigest_gathersForAMomentOnly(t *testing.T) {
	each(t, func(w *world) {
		w.engine.Config.PromptGather = 10 * time.Second
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		w.add("lin", "乙", "")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("state = ?", model.EnrollmentActive).Update("next_due_at", w.clock.Now()).Error)
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.Empty(w.t, w.dispatches())
		w.clock.Advance(10 * time.Second)
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.Len(w.t, w.dispatches(), 1)
	})
}

func TestDigest_replicasMakeOneCardTogether(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一套", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		for i := range 20 {
			w.add("lin", fmt.Sprintf("客户%d", i), "")
		}
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		var wg sync.WaitGroup
		for range 3 {
			engine := w.newEngine()
			wg.Go(func() { tick(w.t, engine) })
		}
		wg.Wait()
		w.tick()
		require.Len(w.t, w.cards(), 1)
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 40)
	})
}

// A digest is about several programmes: pausing or closing one of them takes
// its part out, and the rest goes as if nothing had been.
func TestDigest_pausedOrArchivedProgrammeLeavesTheOthersCard(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(w *world, id int64) error{
		"paused":   func(w *world, id int64) error { return w.engine.Pause(w.ctx, id) },
		"archived": func(w *world, id int64) error { return w.engine.Archive(w.ctx, id) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				stopped := w.publish("停", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "停")))
				w.publish("走", asking(ask("b", "乙事", `{"day":1,"at":"10:00"}`, "走")))
				w.add("lin", "甲", "")
				w.enqueue("2026-03-03 10:00")
				require.Zero(w.t, w.dispatches()[0].SOPID)
				require.NoError(w.t, stop(w, stopped))
				w.tick()
				cards := w.cards()
				require.Len(w.t, cards, 1)
				require.Equal(w.t, "走", cards[0].SubTitle)
				want := map[string]model.TouchState{"paused": model.TouchPlanned, "archived": model.TouchCancelled}[name]
				require.Equal(w.t, want, w.touches("sop_id = ?", stopped)[0].State)
			})
		})
	}
}

// A digest that WeCom refused can be decided by hand like any dispatch.
func TestDigest_refusedCardIsPlannedAnew(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.publish("二", asking(ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: sendPath, N: 1, Errcode: 81013})
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.DispatchFailed, w.dispatches()[0].State)
		require.NoError(w.t, w.engine.Decide(w.ctx, w.dispatches()[0].ID, ""))
		w.tick()
		require.Len(w.t, w.cards(), 1, "a card that never left does not hold up the next")
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 2)
	})
}

func TestAnswer_settlesTheDigestOnceAndShowsItOnTheCard(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一"), ask("b", "乙事", `{"day":1,"at":"10:00"}`, "二")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		card := w.cards()[0]
		require.Len(w.t, w.press(card, model.AnswerPositive), 2)
		require.Zero(w.t, w.wecom.Calls(updatePath), "not while the event is handled")
		w.tick()
		require.Equal(w.t, []string{"lin: 已记录：客户积极"}, w.recorded())
		require.Empty(w.t, w.press(card, model.AnswerNoInterest), "a second press concerns nothing")
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(updatePath))
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchDone, touch.State)
			require.Equal(w.t, model.AnswerPositive, touch.Reason)
		}
	})
}

func TestAnswer_anotherPersonsPressIsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Empty(w.t, w.answer(w.dispatches()[0], "zhou", model.AnswerDone))
		require.Equal(w.t, model.TouchAccepted, w.touches("1 = 1")[0].State)
		require.Empty(w.t, w.answer(w.dispatches()[0], "lin", "made up"))
		require.Equal(w.t, model.DispatchSent, w.dispatches()[0].State)
		require.Len(w.t, w.answer(w.dispatches()[0], "LIN", model.AnswerDone), 1)
	})
}

func TestAnswer_snoozedPromptComesBackThreeTimes(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.press(w.cards()[0], model.AnswerSnoozeHour), 1)
		touch := w.touches("1 = 1")[0]
		require.Equal(w.t, model.TouchPlanned, touch.State)
		require.Equal(w.t, "snoozed", touch.LastReason())
		require.Nil(w.t, touch.DispatchID)
		require.Nil(w.t, touch.SentAt)
		w.at("2026-03-03 10:59")
		require.Equal(w.t, []string{"lin: 已推迟到 3 月 3 日 11:00"}, w.recorded())
		require.Len(w.t, w.cards(), 1)
		w.at("2026-03-03 11:00")
		require.Len(w.t, w.cards(), 2, "at the hour that the rep asked for")
		w.press(w.cards()[1], model.AnswerSnoozeTomorrow)
		w.at("2026-03-04 08:59")
		require.Len(w.t, w.cards(), 2)
		w.at("2026-03-04 09:00")
		require.Len(w.t, w.cards(), 3)
		w.press(w.cards()[2], model.AnswerSnoozeTomorrow)
		w.at("2026-03-05 09:00")
		require.Len(w.t, w.cards()[3].Buttons, 3, "it can be put off no more")
		require.Len(w.t, w.answer(w.dispatches()[3], "lin", model.AnswerSnoozeHour), 1)
		touch = w.touches("1 = 1")[0]
		require.Equal(w.t, model.TouchExpired, touch.State)
		require.Equal(w.t, "snooze_limit", touch.Reason)
	})
}

// An hour from late evening on is tomorrow morning: the phone stays quiet.
func TestAnswer_snoozeEndsInsideTheWindow(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"20:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 20:00")
		w.press(w.cards()[0], model.AnswerSnoozeHour)
		w.at("2026-03-03 21:00")
		require.Equal(w.t, []string{"lin: 已推迟到 3 月 4 日 09:00"}, w.recorded())
		require.Len(w.t, w.cards(), 1)
		w.at("2026-03-04 09:00")
		require.Len(w.t, w.cards(), 2)
	})
}

// The code of a card works once: a change that may have happened is not made
// again, and the answer stands whatever became of it.
func TestCardUpdate_failureHarmsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault sim.Fault
		after time.Duration
		want  []string
		calls int
	}{
		"unknown outcome": {sim.Fault{Path: updatePath, N: 1, AcceptThenTimeout: true}, time.Hour, []string{"lin: 已记录：已完成"}, 1},
		"refused":         {sim.Fault{Path: updatePath, N: 1, Errcode: 60140}, time.Hour, nil, 1},
		"try again later": {sim.Fault{Path: updatePath, N: 1, Errcode: 45009}, time.Hour, []string{"lin: 已记录：已完成"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
				w.add("lin", "甲", "")
				w.at("2026-03-03 10:00")
				w.wecom.Fault(c.fault)
				w.press(w.cards()[0], model.AnswerDone)
				w.tick()
				require.Equal(w.t, model.TouchDone, w.touches("1 = 1")[0].State)
				w.clock.Advance(c.after)
				w.tick()
				w.tick()
				require.Equal(w.t, c.want, w.recorded())
				require.Equal(w.t, c.calls, w.wecom.Calls(updatePath))
			})
		})
	}
}

// A card that kept its buttons because its change failed is mended by the next
// press; one that is answered too late says so.
func TestCardUpdate_nextPressMendsTheCard(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Fault(sim.Fault{Path: updatePath, N: 1, Errcode: 60140})
		w.press(w.cards()[0], model.AnswerPositive)
		w.tick()
		require.Empty(w.t, w.recorded())
		w.press(w.cards()[0], model.AnswerNoInterest)
		w.tick()
		require.Equal(w.t, []string{"lin: 已记录：客户积极"}, w.recorded(), "what was recorded, not what was pressed")
	})
}

func TestCardUpdate_lateAnswerIsToldSo(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.at("2026-03-06 10:00")
		require.Equal(w.t, model.TouchExpired, w.touches("1 = 1")[0].State)
		require.Empty(w.t, w.press(w.cards()[0], model.AnswerDone))
		w.tick()
		require.Equal(w.t, []string{"lin: 已过期"}, w.recorded())
	})
}

// A card whose sending was lost sight of for longer than WeCom's duplicate
// check is known by its task id.
func TestDigest_cardSentLongAgoIsKnownByItsTaskID(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	w.rep("lin")
	w.publish("一", asking(ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")))
	w.add("lin", "甲", "")
	w.wecom.Fault(sim.Fault{Path: sendPath, N: 3, AcceptThenTimeout: true})
	w.at("2026-03-03 10:00")
	require.Equal(t, model.DispatchUnknown, w.dispatches()[0].State)
	w.at("2026-03-03 15:00")
	w.tick()
	require.Len(t, w.cards(), 1)
	require.Equal(t, model.DispatchSent, w.dispatches()[0].State)
}
