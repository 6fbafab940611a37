package sop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/service/calendar"
	"sixtouch/sop"
)

// few plays one in so many of rapid's checks: what goes through two engines
// takes long. A seed or a file that is given is always played, and so is
// everything after a failure.
func few(w *world, oneIn int, play func(t *rapid.T, counted *tally)) tally {
	w.t.Helper()
	var counted tally
	runs, failed := 0, false
	rapid.Check(w.t, func(t *rapid.T) {
		runs++
		if !failed && (runs-1)%oneIn != 0 {
			return
		}
		counted.played++
		done := false
		defer func() { failed = failed || !done }()
		play(t, &counted)
		done = true
	})
	w.t.Logf("%+v", counted)
	return counted
}

// The model counts days by itself; on its dates rests all the rest.
func TestProperty_everyStepIsDueWhenTheModelSays(t *testing.T) {
	t.Parallel()
	days, err := calendar.Announced()
	require.NoError(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Custom(func(t *rapid.T) refSOP { return drawSOP(t, "S") }).Draw(t, "programme")
		d, err := sop.ParseDefinition([]byte(s.document(1, 2, 3)))
		require.NoError(t, err)
		for range 20 {
			anchor := at(dayOf(2026, 1, 1)+rapid.IntRange(0, 300).Draw(t, "day"), rapid.IntRange(0, oneDay-1).Draw(t, "minute"))
			got, err := d.Dues(zone, days, anchor.time())
			require.NoError(t, err)
			for i, step := range s.steps {
				want, _ := s.due(step, anchor)
				require.Equal(t, want.String(), stampOf(got[i]).String(), "%+v of somebody added at %s", step, anchor)
			}
		}
	})
}

// Properties 1, 2 and 8: two replicas that die at random statements and calls,
// or stand still while the other takes over, among WeCom's faults, do just what
// a model says that knows of none of it.
func TestProperty_everybodyGetsWhatTheModelSays(t *testing.T) {
	each(t, func(w *world) {
		watchStatements(w)
		n := few(w, 8, func(t *rapid.T, counted *tally) { newPlay(w, t, drawScript(t, options{}), counted).run() })
		n.enough(w.t, n.died, n.stood, n.refused, n.received)
	})
}

// Property 1 once more, with both replicas really at the same time: they may
// meet at any statement, inside transactions too.
func TestProperty_replicasAtTheSameTimeGiveNobodyATouchTwice(t *testing.T) {
	each(t, func(w *world) {
		watchStatements(w)
		n := few(w, 10, func(t *rapid.T, counted *tally) { newPlay(w, t, drawScript(t, options{atOnce: true}), counted).run() })
		n.enough(w.t, n.died, n.received)
	})
}

// Property 7: publishing other steps for people who are under way, all of them,
// some or none, never sends again what somebody has passed.
func TestProperty_editOfALiveProgrammeNeverSendsAPassedStepAgain(t *testing.T) {
	each(t, func(w *world) {
		watchStatements(w)
		n := few(w, 10, func(t *rapid.T, counted *tally) { newPlay(w, t, drawScript(t, options{edits: true}), counted).run() })
		n.enough(w.t, n.edited, n.received)
	})
}

// Property 9: whatever dies at whatever moment, and whatever WeCom answers, the
// ledgers are those of a world in which nothing ever failed.
func TestProperty_deathAtAnyMomentChangesNothingInTheLedger(t *testing.T) {
	each(t, func(w *world) {
		watchStatements(w)
		n := few(w, 16, func(t *rapid.T, counted *tally) {
			s := drawScript(t, options{edits: true})
			hurt := newPlay(w, t, s, counted).run()
			calm := newPlay(w, t, s.calm(), &tally{}).run()
			require.Equal(t, calm, hurt)
		})
		n.enough(w.t, n.died, n.received)
	})
}
