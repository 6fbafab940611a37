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
