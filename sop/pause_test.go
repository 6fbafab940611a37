package sop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/report"
	"sixtouch/sop"
)

// held is a programme of three days, paused before the first and resumed on the
// morning of the fifth, when all three have passed.
func held(w *world, how model.ChangeKind) {
	w.t.Helper()
	w.rep("lin")
	id := w.publish("新好友", threeDays())
	w.add("lin", "甲", "")
	w.set("2026-03-03 08:00")
	require.NoError(w.t, w.engine.Pause(w.ctx, id))
	for _, day := range []string{"03", "04", "05", "06"} {
		w.at("2026-03-" + day + " 10:00")
	}
	require.Zero(w.t, w.wecom.Calls(addTemplate))
	before, err := w.engine.PreviewResume(w.ctx, id)
	require.NoError(w.t, err)
	require.Equal(w.t, 3, before.Waiting)
	require.Equal(w.t, 3, before.Passed)
	w.set("2026-03-07 09:30")
	require.NoError(w.t, w.engine.Resume(w.ctx, id, how, "test"))
	w.tick()
}

// send has every rep send what they were asked to.
func (w *world) send() {
	w.t.Helper()
	w.wecom.Confirm(map[string]any{"all": true})
	w.clock.Advance(5 * time.Minute)
	w.tick()
}

func TestResume_shiftPutsEveryOpenDateOffByThePause(t *testing.T) {
	each(t, func(w *world) {
		held(w, model.ChangeShift)
		require.Zero(w.t, w.wecom.Calls(addTemplate), "paused for four days: day one is today at ten")
		for i, day := range []string{"07", "08", "09"} {
			w.at("2026-03-" + day + " 09:59")
			require.Equal(w.t, i, w.wecom.Calls(addTemplate))
			w.at("2026-03-" + day + " 10:00")
			require.Equal(w.t, i+1, w.wecom.Calls(addTemplate))
			w.send()
		}
		require.Equal(w.t, []string{"甲 ← 第一天", "甲 ← 第二天", "甲 ← 第三天"}, w.got())
	})
}

func TestResume_skipKeepsTheDatesAndSkipsWhatPassed(t *testing.T) {
	each(t, func(w *world) {
		held(w, model.ChangeSkip)
		w.at("2026-03-09 10:00")
		require.Zero(w.t, w.wecom.Calls(addTemplate))
		for _, touch := range w.touches("1 = 1") {
			require.Equal(w.t, model.TouchSkipped, touch.State)
			require.Equal(w.t, sop.ReasonPaused, touch.Reason)
		}
	})
}

// Burst after a pause: what has passed goes out one by one, an hour apart.
func TestResume_sendSendsWhatPassedOneByOne(t *testing.T) {
	each(t, func(w *world) {
		held(w, model.ChangeSend)
		for i, at := range []string{"09:30", "10:30", "11:30"} {
			w.at("2026-03-07 " + at)
			require.Equal(w.t, i+1, w.wecom.Calls(addTemplate))
			w.at("2026-03-07 " + at[:3] + "55")
			require.Equal(w.t, i+1, w.wecom.Calls(addTemplate))
		}
		w.send()
		require.ElementsMatch(w.t, []string{"甲 ← 第一天", "甲 ← 第二天", "甲 ← 第三天"}, w.got())
	})
}

// Whoever came in during the pause is put off by their own part of it only, and
// two pauses add up.
func TestResume_shiftCountsFromTheOwnStart(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		early, _ := w.add("lin", "早", "") // 03-02
		w.set("2026-03-02 18:00")
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.set("2026-03-05 18:00")
		late, _ := w.add("lin", "晚", "")
		w.set("2026-03-06 18:00")
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		next := func(c model.Contact) string {
			return w.enrollment(c.ID).NextDueAt.Add(8 * time.Hour).Format("01-02 15:04")
		}
		require.Equal(w.t, "03-07 10:00", next(early))
		require.Equal(w.t, "03-07 10:00", next(late))
		w.at("2026-03-07 10:00")
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate), "both in one call")
		w.set("2026-03-07 12:00")
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.set("2026-03-09 12:00")
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		require.Equal(w.t, "03-10 10:00", next(early))
		require.Equal(w.t, "03-10 10:00", next(late))
		require.Equal(w.t, 6*24*time.Hour, w.enrollment(early.ID).Shift)
	})
}

// Nothing goes out before everybody's dates are settled: a large programme stays
// paused until the last page.
func TestResume_largeProgrammeStaysPausedUntilEverybodyIsSettled(t *testing.T) {
	w := newBigWorld(t)
	w.rep("lin")
	w.publish("新好友", `{"trigger":{"kind":"manual"},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "一次")+`,`+message("d2", `{"day":9,"at":"10:00"}`, "两次")+`]}`)
	w.addMany("lin", 1200)
	w.set("2026-03-02 18:00")
	require.NoError(t, w.engine.Pause(w.ctx, 1))
	w.at("2026-03-03 10:00")
	w.set("2026-03-04 18:00")
	require.NoError(t, w.engine.Resume(w.ctx, 1, model.ChangeShift, "test"))
	var change model.SOPChange
	require.NoError(t, w.db.Read(w.ctx).Take(&change).Error)
	require.Equal(t, model.ChangeDone, change.State)
	require.Equal(t, 2400, change.Changed, "everybody, and everybody's open touch")
	w.at("2026-03-05 10:00")
	w.send()
	require.Len(t, w.got(), 1200)
}

// A resume that a crash interrupts goes on where it was, and shifts nobody twice.
func TestResume_interruptedGoesOnAndShiftsNobodyTwice(t *testing.T) {
	w := newBigWorld(t)
	w.rep("lin")
	w.publish("新好友", `{"trigger":{"kind":"manual"},"steps":[`+message("d1", `{"day":5,"at":"10:00"}`, "一次")+`]}`)
	w.addMany("lin", 1200)
	require.NoError(t, w.engine.Pause(w.ctx, 1))
	since := w.clock.Now()
	w.clock.Advance(48 * time.Hour)
	now := w.db.Now(w.ctx)
	c := model.SOPChange{
		SOPID: 1, Kind: model.ChangeShift, State: model.ChangeRunning, CreatedAt: now, UpdatedAt: now,
		Params:   model.AsJSON(model.ChangeParams{PausedAt: &since}),
		Position: model.AsJSON(model.ChangePosition{Phase: 1, ID: 500}),
	}
	require.NoError(t, w.db.Conn(w.ctx).Create(&c).Error)
	require.NoError(t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("id <= 500").
		Updates(map[string]any{"shift": 48 * time.Hour, "shifted_at": now}).Error)
	require.Equal(t, model.CodeConflict, model.CodeOf(w.engine.Resume(w.ctx, 1, model.ChangeSend, "test")), "one resume at a time")
	w.tick()
	var shifts []int64
	require.NoError(t, w.db.Read(w.ctx).Model(&model.Enrollment{}).Distinct().Pluck("shift", &shifts).Error)
	require.Equal(t, []int64{int64(48 * time.Hour)}, shifts)
	var s model.SOP
	require.NoError(t, w.db.Read(w.ctx).Take(&s, 1).Error)
	require.Equal(t, model.SOPLive, s.State)
	require.Nil(t, s.PausedAt)
}

// No statement of a change reads a whole table.
func TestChange_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	id := w.publish("新好友", threeDays())
	w.addMany("lin", 1500)
	for i := range 5 {
		w.publish(fmt.Sprintf("旁边 %d", i), one("别的"))
	}
	w.at("2026-03-03 10:00")
	require.NoError(t, w.engine.Pause(w.ctx, id))
	w.at("2026-03-04 10:00")
	w.fill()
	w.analyze()
	statements := record(t, w)
	_, err := w.engine.PreviewResume(w.ctx, id)
	require.NoError(t, err)
	require.NoError(t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
	require.NoError(t, w.engine.Pause(w.ctx, id))
	w.clock.Advance(time.Hour)
	require.NoError(t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
	requireNoScans(t, w, statements())
}

// The queue view reads what is on its way, not what has been.
func TestBacklog_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	id := w.publish("新好友", threeDays())
	w.addMany("lin", 600)
	w.at("2026-03-03 10:00")
	w.send()
	w.set("2026-03-04 10:00")
	require.NoError(t, w.engine.Pause(w.ctx, id))
	require.NoError(t, w.engine.Plan(w.ctx))
	require.NoError(t, w.db.Conn(w.ctx).Exec("UPDATE enrollments SET state = 'parked', next_due_at = NULL WHERE id <= 10").Error)
	w.fill()
	w.analyze()
	statements := record(t, w)
	reports := report.New(w.db, time.UTC)
	counts, err := reports.Backlog(w.ctx)
	require.NoError(t, err)
	got := map[report.BacklogState]int{}
	for _, c := range counts {
		got[c.State] = c.Count
		_, err := reports.BacklogRows(w.ctx, report.BacklogFilter{State: c.State}, report.BacklogPlace{Since: clock.Now().Add(-time.Hour), ID: 5}, 20)
		require.NoError(t, err)
	}
	day, err := reports.Today(w.ctx)
	require.NoError(t, err)
	require.NotEmpty(t, day.Fates)
	part := model.WithScope(w.ctx, model.Scope{Reps: []int64{1, 2, 3}})
	theirs, err := reports.Today(part)
	require.NoError(t, err)
	require.Equal(t, day.Fates, theirs.Fates, "all of it is their rep's")
	none, err := reports.Today(model.WithScope(w.ctx, model.Scope{Reps: []int64{7}}))
	require.NoError(t, err)
	require.Empty(t, none.Fates)
	for _, ctx := range []context.Context{w.ctx, part} {
		for _, state := range report.QueueStates() {
			_, err = reports.Queue(ctx, report.QueueFilter{State: state}, model.Page{After: 5, Limit: 20})
			require.NoError(t, err)
		}
	}
	for _, c := range theirs.Backlog {
		_, err := reports.BacklogRows(part, report.BacklogFilter{State: c.State}, report.BacklogPlace{Since: clock.Now().Add(-time.Hour), ID: 5}, 20)
		require.NoError(t, err)
	}
	_, err = w.engine.People(w.ctx, id, sop.PeopleFilter{Reached: "d1", State: model.EnrollmentActive}, model.Page{})
	require.NoError(t, err)
	_, err = w.engine.Results(w.ctx, id, 0)
	require.NoError(t, err)
	require.Equal(t, 10, got[report.BacklogParked])
	require.GreaterOrEqual(t, got[report.BacklogWaiting], 600)
	requireNoScans(t, w, statements())
}

// fill puts strangers' rows beside the world's, so that an index is worth using.
func (w *world) fill() {
	w.t.Helper()
	const columns = "sop_id, version_id, contact_id, rep_id, relationship_id, run, state"
	for k := range 4 {
		shift := 1_000_000 << k
		for _, sql := range []string{
			`INSERT INTO enrollments (sop_id, version_id, contact_id, rep_id, relationship_id, run, state, anchor_at, anchor_kind, shard, last_error, enrolled_at, updated_at)
			 SELECT sop_id + ?, version_id, contact_id, rep_id, relationship_id, run, state, anchor_at, anchor_kind, shard, last_error, enrolled_at, updated_at FROM enrollments`,
			`INSERT INTO touches (enrollment_id, step_key, channel, verdicts, due_at, not_before, expire_at, planned_at, local_day, updated_at, ` + columns + `)
			 SELECT enrollment_id + ?, step_key, channel, verdicts, due_at, not_before, expire_at, planned_at, local_day, updated_at, ` + strings.Replace(columns, "sop_id", fmt.Sprintf("sop_id + %d", shift), 1) + ` FROM touches`,
		} {
			require.NoError(w.t, w.db.Conn(w.ctx).Exec(sql, shift).Error)
		}
	}
}
