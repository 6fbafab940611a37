package handler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

type lineAnswer struct {
	Enrollments     map[string]int
	Due             []int
	DueTo           string `json:"due_to"`
	Waiting, Failed int
}

type summaryAnswer struct {
	Steps []struct {
		StepKey string `json:"step_key"`
		States  map[string]int
		Reasons map[string]int
	}
	Enrollments map[string]int
}

// follows puts n people whom the rep follows into programme 1: of each one is due
// tomorrow, one is parked and one has left, with a touch that waits and one that failed.
func (p parts) follows(t *testing.T, name string, of half, n int) {
	t.Helper()
	now := p.app.DB.Now(t.Context())
	tomorrow := now.AddDate(0, 0, 1)
	for i := range n {
		states := map[model.EnrollmentState]*time.Time{model.EnrollmentActive: &tomorrow, model.EnrollmentParked: nil, model.EnrollmentExited: nil}
		for state, due := range states {
			who := p.app.Person(t, name, fmt.Sprintf("%s%s%d", name, state, i)).ContactID
			en := model.Enrollment{SOPID: 1, VersionID: 1, ContactID: who, RepID: of.rep, Run: 1, State: state, NextDueAt: due, AnchorAt: now, EnrolledAt: now}
			p.create(t, &en)
			touch := model.Touch{
				EnrollmentID: &en.ID, SOPID: 1, VersionID: 1, StepKey: "1", Run: 1, ContactID: who, RepID: of.rep, Channel: "group_message", State: model.TouchAccepted,
				DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, LocalDay: "2026-03-02",
			}
			if state == model.EnrollmentExited {
				touch.State, touch.Reason = model.TouchFailed, "not_friend"
			}
			p.create(t, &touch)
		}
	}
}

func TestScope_aProgrammesNumbersAreOfTheDepartmentAsTheirRowsAre(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		inside(t, app)
		p := partsOf(t, app)
		p.follows(t, "east", p.east, 1)
		p.follows(t, "west", p.west, 2)
		today := app.DB.Now(t.Context())
		day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
		for who, n := range map[string]int{"east": 1, "west": 2, "everybody": 3} {
			halves := map[bool]int{true: 2, false: 1}[n == 3] // each half has one more who is due now
			lines := see[struct{ Items []lineAnswer }](t, p, who, "/sops/lines").Items
			require.Len(t, lines, 1, "everybody sees the programme")
			line := lines[0]
			require.Equal(t, map[string]int{"active": n + halves, "parked": n, "exited": n}, line.Enrollments, who)
			require.Equal(t, []int{halves, n, 0, 0, 0, 0, 0}, line.Due, who)
			require.Equal(t, []int{2 * n, n}, []int{line.Waiting, line.Failed}, who)

			people := func(query string) int { return p.rows(t, who, "/sops/1/people?"+query) }
			touches := func(query string) int { return p.rows(t, who, "/touches?sop_id=1&"+query) }
			for state, count := range line.Enrollments {
				require.Equal(t, count, people("state="+state), "%s: %s", who, state)
				require.Equal(t, count, p.rows(t, who, "/sops/1/enrollments?state="+state), "%s: %s", who, state)
			}
			require.Equal(t, line.Enrollments["active"]+line.Enrollments["parked"], people("state=inside"), who)
			require.Equal(t, line.Due[0], people("due="+day(0)), who)
			require.Equal(t, day(6), line.DueTo)
			require.Equal(t, line.Due[0]+line.Due[1], people("due="+line.DueTo), who)
			require.Equal(t, line.Waiting, touches("state=accepted"), who)
			require.Equal(t, line.Failed, touches("state=failed"), who)

			sum := see[summaryAnswer](t, p, who, "/sops/1/summary")
			require.Equal(t, line.Enrollments, sum.Enrollments, who)
			require.Len(t, sum.Steps, 1)
			for state, count := range sum.Steps[0].States {
				require.Equal(t, count, touches("step_key=1&state="+state), "%s: %s", who, state)
			}
			require.Equal(t, map[string]int{"not_friend": n}, sum.Steps[0].Reasons, who)
			require.Equal(t, n, touches("step_key=1&reason=not_friend"), who)

			one := see[lineAnswer](t, p, who, "/sops/1")
			require.Equal(t, line.Enrollments, one.Enrollments, "%s: its own page", who)
			all := see[struct{ Items []lineAnswer }](t, p, who, "/sops").Items
			require.Equal(t, line.Enrollments, all[0].Enrollments, "%s: the list for programs", who)
		}
	})
}

func TestScope_aTargetListsNumbersAreOfTheDepartmentAsTheirRowsAre(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		inside(t, app)
		p := partsOf(t, app)
		type target struct{ Accounts int }
		for who, n := range map[string]int{"east": 1, "west": 1, "everybody": 2} {
			lists := see[struct{ Items []target }](t, p, who, "/target-lists").Items
			require.Equal(t, []target{{n}}, lists, who)
			require.Equal(t, target{n}, see[target](t, p, who, "/target-lists/1"), who)
			require.Equal(t, n, p.rows(t, who, "/accounts?list_id=1"), who)
			require.Equal(t, n, p.rows(t, who, "/target-lists/1/accounts"), who)
			sizes := see[struct{ Items []target }](t, p, who, "/target-lists/1/sizes").Items
			require.Equal(t, []target{{0}, {n}}, sizes[len(sizes)-2:], who)
		}
	})
}

type stopAnswer struct {
	Held, Open, Cancelling, Cancelled int
	NotStoppable                      int `json:"not_stoppable"`
}

func (s stopAnswer) parts() map[string]int {
	return map[string]int{"held": s.Held, "open": s.Open, "cancelling": s.Cancelling, "cancelled": s.Cancelled, "not_stoppable": s.NotStoppable}
}

func TestScope_aKillSwitchesNumbersLeadToTheirRows(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		inside(t, app)
		p := partsOf(t, app)
		now := app.DB.Now(t.Context())
		before := now.Add(-time.Hour)
		conn := app.DB.Conn(t.Context())
		require.NoError(t, conn.Model(&model.SOP{}).Where("id = 1").Updates(map[string]any{"state": model.SOPPaused, "paused_at": before, "stopped_at": before}).Error)
		p.create(t, &model.Switch{Name: model.SwitchAll, StoppedAt: &before, ChangedBy: "anna"})
		call := func(of half, sop int64, state model.DispatchState, final *time.Time, why string) {
			p.create(t, &model.Dispatch{Channel: "group_message", SOPID: sop, RepID: of.rep, State: state, NextAt: now, CreatedAt: now, FinalAt: final, StopError: why})
		}
		long := before.Add(-time.Hour)
		for of, n := range map[*half]int{&p.east: 1, &p.west: 2} {
			for range n {
				for _, sop := range []int64{1, 2} {
					call(*of, sop, model.DispatchQueued, nil, "")
					call(*of, sop, model.DispatchSent, nil, "")
					call(*of, sop, model.DispatchCancelling, nil, "")
					call(*of, sop, model.DispatchCancelled, &now, "")
					call(*of, sop, model.DispatchCancelled, &long, "")
					call(*of, sop, model.DispatchSent, nil, "too late")
				}
			}
		}
		p.create(t, &model.Dispatch{Channel: "welcome", SOPID: 1, RepID: p.east.rep, State: model.DispatchQueued, NextAt: now, CreatedAt: now})
		for who, n := range map[string]int{"east": 1, "west": 2, "everybody": 3} {
			of := see[stopAnswer](t, p, who, "/sops/1/stop")
			require.Equal(t, stopAnswer{n, n, n, n, n}, of, who)
			for part, count := range of.parts() {
				require.Equal(t, count, p.rows(t, who, "/dispatches?sop_id=1&state="+part), "%s: %s", who, part)
			}
			all := see[stopAnswer](t, p, who, "/stop")
			require.Equal(t, stopAnswer{2 * n, 2 * n, 2 * n, 2 * n, 2 * n}, all, who)
			for part, count := range all.parts() {
				require.Equal(t, count, p.rows(t, who, "/dispatches?state="+part), "%s: %s", who, part)
			}
		}
		require.NoError(t, conn.Model(&model.Switch{}).Where("name = ?", model.SwitchAll).Update("stopped_at", nil).Error)
		for part, count := range see[stopAnswer](t, p, "everybody", "/stop").parts() {
			require.Zero(t, count, part)
			require.Zero(t, p.rows(t, "everybody", "/dispatches?state="+part), part)
		}
	})
}

func TestScope_whatAResumeDecidesAboutIsThere(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		inside(t, app)
		p := partsOf(t, app)
		now := app.DB.Now(t.Context())
		later := now.Add(time.Hour)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.SOP{}).Where("id = 1").Updates(map[string]any{"state": model.SOPPaused, "paused_at": now}).Error)
		for of, n := range map[*half]int{&p.east: 1, &p.west: 2} {
			queued := model.Dispatch{Channel: "group_message", SOPID: 1, RepID: of.rep, State: model.DispatchQueued, NextAt: now, CreatedAt: now}
			sending := queued
			sending.State = model.DispatchSending
			p.create(t, &queued)
			p.create(t, &sending)
			for i := range n {
				for step, touch := range map[string]model.Touch{
					"planned": {State: model.TouchPlanned, DueAt: now}, "later": {State: model.TouchPlanned, DueAt: later},
					"queued": {State: model.TouchDispatched, DueAt: now, DispatchID: &queued.ID}, "sending": {State: model.TouchDispatched, DueAt: now, DispatchID: &sending.ID},
				} {
					touch.SOPID, touch.VersionID, touch.StepKey, touch.Run, touch.ContactID, touch.RepID, touch.Channel = 1, 1, step, i+1, of.objects["contact"], of.rep, "group_message"
					touch.NotBefore, touch.ExpireAt, touch.PlannedAt, touch.LocalDay = touch.DueAt, later, now, "2026-03-02"
					p.create(t, &touch)
				}
			}
		}
		for who, n := range map[string]int{"east": 1, "west": 2, "everybody": 3} {
			preview := see[struct{ People, Waiting, Passed int }](t, p, who, "/sops/1/resume")
			require.Equal(t, []int{3 * n, 2 * n}, []int{preview.Waiting, preview.Passed}, who)
			require.Equal(t, preview.People, p.rows(t, who, "/sops/1/people?state=inside"), who)
			require.Equal(t, preview.Waiting, p.rows(t, who, "/touches?sop_id=1&unsent=all"), who)
			require.Equal(t, preview.Passed, p.rows(t, who, "/touches?sop_id=1&unsent=passed"), who)
		}
	})
}
