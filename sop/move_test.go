package sop_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/sop"
)

// edit replaces the programme's draft.
func (w *world) edit(id int64, doc string) {
	w.t.Helper()
	d, err := sop.ParseDefinition([]byte(doc))
	require.NoError(w.t, err)
	_, err = w.engine.Update(w.ctx, id, "新好友", d)
	require.NoError(w.t, err)
}

func steps(list ...string) string {
	return `{"trigger":{"kind":"contact_added"},"steps":[` + strings.Join(list, ",") + `]}`
}

func (w *world) publishWith(id int64, p sop.Publishing) {
	w.t.Helper()
	_, err := w.engine.PublishWith(w.ctx, id, p)
	require.NoError(w.t, err)
}

// run lets days pass, at ten o'clock each, with reps who send what they are asked to.
func (w *world) run(days ...string) {
	w.t.Helper()
	for _, day := range days {
		w.at("2026-" + day + " 10:00")
		w.send()
	}
}

func TestPublish_newPeopleOnlyLeavesOthersOnTheirVersion(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		w.add("lin", "老", "")
		w.run("03-03")
		w.edit(id, steps(message("d1", `{"day":1,"at":"10:00"}`, "第一天"), message("d2", `{"day":2,"at":"10:00"}`, "第二天")))
		w.publishWith(id, sop.Publishing{By: "test"})
		w.add("lin", "新", "") // 03-03
		w.run("03-04", "03-05", "03-06")
		require.ElementsMatch(w.t, []string{
			"老 ← 第一天", "老 ← 第二天", "老 ← 第三天", "新 ← 第一天", "新 ← 第二天",
		}, w.got())
	})
}

// An edit of a live SOP never re-sends a passed step, whatever it does to it; a
// step that is pulled forward comes at its new time, a new one that lies behind
// is skipped and recorded, and one that is gone is not sent.
func TestPublish_moveFollowsTheEditAndRepeatsNothing(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", steps(
			message("d1", `{"day":1,"at":"10:00"}`, "第一天"), message("d2", `{"day":2,"at":"10:00"}`, "第二天"),
			message("d5", `{"day":5,"at":"10:00"}`, "第五天"), message("d9", `{"day":9,"at":"10:00"}`, "第九天")))
		c, _ := w.add("lin", "甲", "") // 03-02
		w.run("03-03")
		w.edit(id, steps(
			message("d1", `{"day":8,"at":"10:00"}`, "第一天"), message("new", `{"day":1,"at":"09:00"}`, "迟了"),
			message("d2", `{"day":2,"at":"10:00"}`, "第二天"), message("d9", `{"day":3,"at":"10:00"}`, "提前了"), message("d4", `{"day":4,"at":"10:00"}`, "新的")))
		d, err := w.engine.Diff(w.ctx, id, 0, 0)
		require.NoError(w.t, err)
		require.Equal(w.t, sop.DiffCounts{Counted: 1, Move: 1, Gain: 1, Lose: 1, Passed: 1}, d.People)
		w.publishWith(id, sop.Publishing{By: "test", Move: true})
		require.Equal(w.t, "03-04 10:00", w.enrollment(c.ID).NextDueAt.Add(8*time.Hour).Format("01-02 15:04"))
		w.run("03-04", "03-05", "03-06", "03-07", "03-10", "03-11")
		require.Equal(w.t, []string{"甲 ← 第一天", "甲 ← 第二天", "甲 ← 提前了", "甲 ← 新的"}, w.got())
		passed := w.touches("step_key = ?", "new")
		require.Len(w.t, passed, 1)
		require.Equal(w.t, model.TouchSkipped, passed[0].State)
		require.Equal(w.t, sop.ReasonPassed, passed[0].Reason)
		require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(c.ID).State)
	})
}

// A deleted step cancels its open touches, in a queue too; the next date is its
// own, not "at once".
func TestPublish_deletedStepCancelsItsOpenTouches(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		c, _ := w.add("lin", "甲", "")
		w.enqueue("2026-03-03 10:00")
		require.Equal(w.t, model.TouchDispatched, w.touches("1 = 1")[0].State)
		w.edit(id, steps(message("d3", `{"day":3,"at":"10:00"}`, "第三天")))
		w.publishWith(id, sop.Publishing{By: "test", Move: true})
		touch := w.touches("step_key = 'd1'")[0]
		require.Equal(w.t, model.TouchCancelled, touch.State)
		require.Equal(w.t, sop.ReasonStepRemoved, touch.Reason)
		require.Equal(w.t, "03-05 10:00", w.enrollment(c.ID).NextDueAt.Add(8*time.Hour).Format("01-02 15:04"))
		w.run("03-03", "03-04")
		require.Empty(w.t, w.got())
		w.run("03-05")
		require.Equal(w.t, []string{"甲 ← 第三天"}, w.got())
	})
}

// Even who has no step left ahead does not get what was deleted.
func TestPublish_deletedLastStepIsNotSent(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", steps(message("d1", `{"day":1,"at":"10:00"}`, "第一天"), message("d2", `{"day":2,"at":"10:00"}`, "第二天")))
		c, _ := w.add("lin", "甲", "")
		w.run("03-03")
		w.set("2026-03-04 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(c.ID).State)
		w.edit(id, steps(message("d1", `{"day":1,"at":"10:00"}`, "第一天")))
		w.publishWith(id, sop.Publishing{By: "test", Move: true})
		w.run("03-04")
		require.Equal(w.t, []string{"甲 ← 第一天"}, w.got())
		require.Equal(w.t, sop.ReasonStepRemoved, w.touches("step_key = 'd2'")[0].Reason)
	})
}

func TestPublish_filterMovesOnlyWhomItMeans(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		id := w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.add("zhou", "乙", "")
		w.edit(id, steps(message("d1", `{"day":2,"at":"10:00"}`, "第一天")))
		filter, err := audience.Parse([]byte(`{"f":"owner","is":"in","v":[` + itoa(w.reps["zhou"]) + `]}`))
		require.NoError(w.t, err)
		w.publishWith(id, sop.Publishing{By: "test", Move: true, Filter: filter})
		w.run("03-03", "03-04", "03-05")
		require.ElementsMatch(w.t, []string{"甲 ← 第一天", "甲 ← 第二天", "甲 ← 第三天", "乙 ← 第一天"}, w.got())
	})
}

// A new last step reaches people already past the end, if they finished a short
// while ago: at its own time, or else on the next day at that time of day.
func TestPublish_appendsNewStepsForWhoFinishedLately(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", one("一次"))
		w.add("lin", "早", "") // finishes 03-03
		w.run("03-03")
		w.set("2026-03-10 11:00")
		w.add("lin", "晚", "") // finishes 03-11
		w.run("03-11")
		w.set("2026-03-14 12:00")
		w.edit(id, steps(message("d1", `{"day":1,"at":"10:00"}`, "一次"), message("d3", `{"day":3,"at":"10:00"}`, "补充")))
		w.publishWith(id, sop.Publishing{By: "test", Move: true, FinishedDays: 5})
		w.run("03-14")
		require.Len(w.t, w.got(), 2, "not at once")
		w.run("03-15", "03-16")
		require.Equal(w.t, []string{"早 ← 一次", "晚 ← 一次", "晚 ← 补充"}, w.got())
	})
}

func TestPublish_pausedStaysPausedUnlessAsked(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.publishWith(id, sop.Publishing{By: "test"})
		w.run("03-03")
		require.Empty(w.t, w.got())
		w.set("2026-03-03 12:00")
		w.publishWith(id, sop.Publishing{By: "test", Move: true, Resume: model.ChangeSend})
		w.tick()
		w.send()
		require.Equal(w.t, []string{"甲 ← 第一天"}, w.got())
		require.Error(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		_, err := w.engine.PublishWith(w.ctx, id, sop.Publishing{FinishedDays: 3})
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(err))
	})
}

func TestCompare_namesEachEdit(t *testing.T) {
	t.Parallel()
	parse := func(doc string) sop.Definition {
		d, err := sop.ParseDefinition([]byte(doc))
		require.NoError(t, err)
		return d
	}
	from := parse(steps(message("a", `{"day":1}`, "一"), message("b", `{"day":2}`, "二"), message("c", `{"day":3}`, "三")))
	to := parse(`{"trigger":{"kind":"manual"},"window":{"from":"08:00"},"steps":[` +
		message("a", `{"day":1}`, "改过的文字不算") + `,{"key":"b","offset":{"day":5},"channel":"rep_prompt","grace":"2h"},` + message("d", `{"day":4}`, "四") + `]}`)
	var got []string
	for _, e := range sop.Compare(from, to) {
		got = append(got, strings.TrimSuffix(e.Kind+" "+e.StepKey(), " "))
	}
	require.Equal(t, []string{
		"trigger", "window", "step_moved b", "step_channel b", "step_grace b", "step_added d", "step_removed c",
	}, got)
	require.Empty(t, sop.Compare(from, from))
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// 10,000 people move in bounded pages, and the difference says beforehand what
// it will mean for them.
func TestPublish_manyPeopleMoveInPages(t *testing.T) {
	w := newBigWorld(t)
	w.rep("lin")
	first := `{"trigger":{"kind":"manual"},"steps":[` + message("d1", `{"day":1,"at":"10:00"}`, "一") + `,` + message("d5", `{"day":5,"at":"10:00"}`, "五") + `]}`
	id := w.publish("新好友", first)
	w.addMany("lin", 1600)
	w.at("2026-03-03 10:00")
	w.edit(id, strings.Replace(first, `"day":5`, `"day":3`, 1))
	d, err := w.engine.Diff(w.ctx, id, 0, 0)
	require.NoError(t, err)
	require.Equal(t, sop.DiffCounts{Counted: 1600, Move: 1600, Earlier: 1600}, d.People)
	require.Len(t, d.Edits, 1)
	require.Equal(t, 1600, d.Edits[0].Affected)
	people, next, err := w.engine.DiffPeople(w.ctx, id, 0, "earlier", model.Page{After: 1500, Limit: 90})
	require.NoError(t, err)
	require.Len(t, people, 90)
	require.Equal(t, int64(1590), next)
	w.publishWith(id, sop.Publishing{By: "test", Move: true})
	w.at("2026-03-05 10:00")
	require.Len(t, w.touches("step_key = 'd5' AND state = ?", model.TouchAccepted), 1600)
}

// In a chain a new step's place is what counts, not a date: before a step that
// has run it is skipped, after it it comes in its turn.
func TestPublish_moveKeepsTheOrderOfAChain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		chain := func(list ...string) string {
			return strings.Replace(steps(list...), `{"trigger"`, `{"mode":"chained","trigger"`, 1)
		}
		first, second := message("a", `{"day":1,"at":"10:00"}`, "甲步"), message("b", `{"day":1,"at":"10:00"}`, "乙步")
		id := w.publish("新好友", chain(first, second))
		w.add("lin", "客", "")
		w.run("03-03")
		w.edit(id, chain(message("zero", `{"day":1,"at":"10:00"}`, "零步"), first, message("half", `{"day":1,"at":"10:00"}`, "半步"), second))
		w.publishWith(id, sop.Publishing{By: "test", Move: true})
		w.run("03-04", "03-05", "03-06", "03-07")
		require.Equal(w.t, []string{"客 ← 甲步", "客 ← 半步", "客 ← 乙步"}, w.got())
		require.Equal(w.t, sop.ReasonPassed, w.touches("step_key = 'zero'")[0].Reason)
	})
}

// Two replicas carry one change on at the same time: nobody is moved twice and
// nobody is left.
func TestChange_twoReplicasShareTheWork(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		doc := `{"trigger":{"kind":"manual"},"steps":[` + message("d1", `{"day":5,"at":"10:00"}`, "一次") + `]}`
		id := w.publish("新好友", doc)
		w.addMany("lin", 1300)
		w.edit(id, strings.Replace(doc, `"day":5`, `"day":6`, 1))
		_, err := w.engine.Publish(w.ctx, id, "test")
		require.NoError(w.t, err)
		now := w.db.Now(w.ctx)
		c := model.SOPChange{
			SOPID: id, Kind: model.ChangeMove, State: model.ChangeRunning, CreatedAt: now, UpdatedAt: now,
			Params: model.AsJSON(model.ChangeParams{VersionID: w.versionOf(id)}),
		}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&c).Error)
		var group errgroup.Group
		for range 2 {
			engine := w.newEngine()
			group.Go(func() error { return engine.Plan(w.ctx) })
		}
		require.NoError(w.t, group.Wait())
		require.NoError(w.t, w.db.Read(w.ctx).Take(&c, c.ID).Error)
		require.Equal(w.t, model.ChangeDone, c.State)
		require.Equal(w.t, 1300, c.Changed)
		w.at("2026-03-08 10:00")
		w.send()
		require.Len(w.t, w.got(), 1300)
	})
}
