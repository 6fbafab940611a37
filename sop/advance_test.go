package sop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// stepped is a step with its own words on what completes it.
func stepped(key, offset, advance string) string {
	return fmt.Sprintf(`{"key":%q,"offset":%s,"grace":"2d","channel":"group_message","advance_on":%s,"content":{"text":%q}}`, key, offset, advance, key)
}

func chained(steps ...string) string {
	return `{"mode":"chained",` + asking(steps...)[1:]
}

// sentSteps lists what customers were sent, in order.
func (w *world) sentSteps() []string {
	w.t.Helper()
	var out []string
	for _, e := range w.wecom.Ledger() {
		if e.Kind == "groupmsg" {
			out = append(out, e.Text)
		}
	}
	return out
}

func (w *world) confirm() { w.wecom.Confirm(map[string]any{"all": true}) }

func TestAdvance_lateTouchIsMarkedAndTheProgrammeGoesOn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", threeDays())
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.at("2026-03-04 09:50")
		require.Empty(w.t, w.touches("step_key = 'd1'")[0].Reason)
		w.at("2026-03-04 11:00")
		first := w.touches("step_key = 'd1'")[0]
		require.Equal(w.t, model.TouchAccepted, first.State, "the rep may yet send it")
		require.Equal(w.t, "unconfirmed", first.Reason)
		require.Len(w.t, w.touches("step_key = 'd2'"), 1)
		w.confirm()
		w.at("2026-03-04 12:30")
		first = w.touches("step_key = 'd1'")[0]
		require.Equal(w.t, model.TouchDelivered, first.State)
		require.Empty(w.t, first.Reason)
	})
}

func TestAdvance_unconfirmedStepMaySkipTheRest(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("新好友", asking(
			stepped("a", `{"day":1,"at":"10:00"}`, `{"timeout":"6h","then":"skip_rest"}`),
			stepped("b", `{"day":1,"at":"12:00"}`, `{}`),
			stepped("c", `{"day":2,"at":"10:00"}`, `{}`), stepped("d", `{"day":3,"at":"10:00"}`, `{}`)))
		late, _ := w.add("lin", "甲", "")
		quick, _ := w.add("zhou", "乙", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"userid": "zhou"})
		w.at("2026-03-03 12:00")
		require.Len(w.t, w.touches("step_key = 'b'"), 2, "its time is not up yet")
		w.at("2026-03-04 10:00")
		rest := w.touches("contact_id = ? AND state = ?", late.ID, model.TouchSkipped)
		require.Len(w.t, rest, 2)
		for _, touch := range rest {
			require.Equal(w.t, "unconfirmed", touch.Reason)
			require.Equal(w.t, "advance", touch.Verdicts.V[0].Gate)
		}
		require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(late.ID).State)
		require.Equal(w.t, model.TouchAccepted, w.touches("contact_id = ? AND step_key = 'c'", quick.ID)[0].State)
	})
}

func TestChained_nextStepCountsFromTheConfirmation(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", chained(
			stepped("a", `{"day":1,"at":"10:00"}`, `{}`), stepped("b", `{"after":"2h"}`, `{}`), stepped("c", `{"day":1,"at":"10:00"}`, `{}`)))
		c, _ := w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.touches("1 = 1"), 1)
		w.at("2026-03-03 13:00")
		require.Len(w.t, w.touches("1 = 1"), 1, "nothing follows before it is confirmed")
		w.confirm()
		w.at("2026-03-03 14:30") // the results are read, and say 13:00
		w.at("2026-03-03 15:00")
		second := w.touches("step_key = 'b'")
		require.Len(w.t, second, 1)
		require.Equal(w.t, "2026-03-03 15:00", second[0].DueAt.Add(8*time.Hour).Format("2006-01-02 15:04"))
		w.confirm()
		w.at("2026-03-03 16:30")
		w.at("2026-03-04 10:00")
		w.confirm()
		require.Equal(w.t, []string{"a", "b", "c"}, w.sentSteps())
		require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(c.ID).State)
	})
}

func TestChained_timeOutGoesOnOrSkipsTheRest(t *testing.T) {
	t.Parallel()
	for then, want := range map[string]model.TouchState{"go_on": model.TouchAccepted, "skip_rest": model.TouchSkipped} {
		t.Run(then, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				w.publish("新好友", chained(
					stepped("a", `{"day":1,"at":"10:00"}`, `{"timeout":"6h","then":"`+then+`"}`), stepped("b", `{"after":"1h"}`, `{}`)))
				c, _ := w.add("lin", "甲", "")
				w.at("2026-03-03 10:00")
				w.at("2026-03-03 16:00")
				w.at("2026-03-03 17:00")
				second := w.touches("step_key = 'b'")
				require.Len(w.t, second, 1)
				require.Equal(w.t, want, second[0].State)
				require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(c.ID).State)
			})
		})
	}
}

func TestChained_dispatchedStepsWaitForNobody(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", chained(
			stepped("a", `{"day":1,"at":"10:00"}`, `{"on":"dispatched"}`), stepped("b", `{"after":"10m"}`, `{"on":"dispatched"}`), stepped("c", `{"after":"10m"}`, `{}`)))
		c, _ := w.add("lin", "甲", "")
		ahead, err := w.engine.Outlook(w.ctx, sop.Question{ContactID: c.ID, Days: 3})
		require.NoError(w.t, err)
		for _, at := range []string{"10:00", "10:10", "10:20"} {
			w.at("2026-03-03 " + at)
		}
		real := w.touches("state = ?", model.TouchAccepted)
		require.Len(w.t, real, 3)
		require.Len(w.t, ahead.Touches, 3)
		for i, touch := range real {
			require.Equal(w.t, touch.StepKey, ahead.Touches[i].StepKey)
			require.Equal(w.t, touch.DueAt, ahead.Touches[i].DueAt)
		}
	})
}

// An answered prompt is completed by its answer, a snoozed one is not.
func TestChained_promptIsCompletedByItsAnswer(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", chained(ask("call", "回访", `{"day":1,"at":"10:00"}`, "打电话"), stepped("b", `{"after":"30m"}`, `{}`)))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.press(w.cards()[0], model.AnswerSnoozeHour)
		w.at("2026-03-03 10:30")
		require.Empty(w.t, w.touches("step_key = 'b'"))
		w.at("2026-03-03 11:00")
		w.set("2026-03-03 11:20")
		w.press(w.cards()[1], model.AnswerPositive)
		w.tick()
		require.Empty(w.t, w.touches("step_key = 'b'"))
		w.at("2026-03-03 11:50")
		require.Len(w.t, w.touches("step_key = 'b' AND state = ?", model.TouchAccepted), 1)
	})
}

// What is paused for a week neither forgets its people nor looks for them every
// few minutes.
func TestChained_pausedProgrammeGoesOnWhereItWas(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", chained(
			stepped("a", `{"day":1,"at":"10:00"}`, `{"on":"dispatched"}`), stepped("b", `{"after":"1h"}`, `{}`)))
		c, _ := w.add("lin", "甲", "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		looks := 0
		for range 48 {
			w.clock.Advance(30 * time.Minute)
			before := w.enrollment(c.ID).UpdatedAt
			w.tick()
			if w.enrollment(c.ID).UpdatedAt != before {
				looks++
			}
		}
		require.Positive(w.t, looks)
		require.Less(w.t, looks, 15)
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeShift, "test"))
		w.tick()
		w.clock.Advance(time.Hour)
		w.tick()
		require.Len(w.t, w.touches("state = ?", model.TouchAccepted), 2)
	})
}

// A forecast supposes that every step is completed when it is due.
func TestChained_forecastCountsFromStepToStep(t *testing.T) {
	t.Parallel()
	d, err := sop.ParseDefinition([]byte(chained(
		stepped("a", `{"day":1,"at":"10:00"}`, `{}`), stepped("b", `{"after":"2h"}`, `{}`), stepped("c", `{"day":1,"at":"10:00"}`, `{}`))))
	require.NoError(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	list, err := sop.Forecast(d, time.Date(2026, 3, 2, 15, 0, 0, 0, zone), sop.Setting{Zone: zone})
	require.NoError(t, err)
	var got []string
	for _, x := range list {
		got = append(got, x.Step+" "+x.Due.Format("01-02 15:04")+" "+x.Reason)
	}
	require.Equal(t, []string{"a 03-03 10:00 ", "b 03-03 12:00 ", "c 03-04 10:00 "}, got)
}

func TestAdvance_faultsAreNamedByPlace(t *testing.T) {
	t.Parallel()
	d, err := sop.ParseDefinition([]byte(`{"mode":"ring",` + asking(stepped("a", `{"day":1}`, `{"on":"read","timeout":"30m","then":"stop"}`))[1:]))
	require.NoError(t, err)
	err = d.Check(sop.NewChannels())
	require.ErrorContains(t, err, "mode")
	for _, field := range []string{"advance_on.on", "advance_on.timeout", "advance_on.then"} {
		require.ErrorContains(t, err, "steps[0]."+field)
	}
	d, err = sop.ParseDefinition([]byte(chained(stepped("a", `{"day":-1}`, `{}`))))
	require.NoError(t, err)
	require.ErrorContains(t, d.Check(sop.NewChannels()), "steps[0].offset")
}
