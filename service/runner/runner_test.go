package runner_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/service/runner"
	"sixtouch/service/runner/runnertest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestLoop_conforms(t *testing.T) {
	runnertest.Exercise(t, func(*testing.T) runner.Service {
		return runner.NewLoop("exercise", time.Millisecond, quiet(), func(context.Context) (bool, error) {
			return true, nil
		})
	})
}

func TestGroup_conforms(t *testing.T) {
	runnertest.Exercise(t, func(*testing.T) runner.Service {
		loop := func() runner.Service {
			return runner.NewLoop("exercise", time.Millisecond, quiet(), func(context.Context) (bool, error) {
				return false, nil
			})
		}
		return runner.NewGroup(quiet(), time.Second, runner.Member{Name: "a", Service: loop()}, runner.Member{Name: "b", Service: loop()})
	})
}

func TestLoop_runsAtStartAndEachPeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls int
		l := runner.NewLoop("tick", time.Minute, quiet(), func(context.Context) (bool, error) {
			calls++
			return false, nil
		})
		require.NoError(t, l.Start(t.Context()))
		time.Sleep(2*time.Minute + time.Second) // virtual time: this returns at once
		l.Stop()
		require.Equal(t, 3, calls)
	})
}

func TestLoop_doesNotWaitWhileThereIsMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := 5
		l := runner.NewLoop("more", time.Hour, quiet(), func(context.Context) (bool, error) {
			left--
			return left > 0, nil
		})
		require.NoError(t, l.Start(t.Context()))
		time.Sleep(time.Second)
		l.Stop()
		require.Zero(t, left)
	})
}

func TestLoop_manyWakesDuringACallMakeOneMoreCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls int
		release := make(chan struct{})
		l := runner.NewLoop("wake", 0, quiet(), func(context.Context) (bool, error) {
			calls++
			<-release
			return false, nil
		})
		require.NoError(t, l.Start(t.Context()))
		synctest.Wait()
		for range 10 {
			l.Wake()
		}
		close(release)
		synctest.Wait()
		l.Stop()
		require.Equal(t, 2, calls)
	})
}

func TestLoop_errorsBackOffAndWakesDoNotCutThePauseShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls int
		var logged bytes.Buffer
		l := runner.NewLoop("fail", 0, slog.New(slog.NewTextHandler(&logged, nil)), func(context.Context) (bool, error) {
			calls++
			return false, errors.New("database is down")
		})
		require.NoError(t, l.Start(t.Context()))
		for range 100 {
			l.Wake()
			time.Sleep(100 * time.Millisecond)
		}
		l.Stop()
		// 10 s of pauses that grow from 0.1 s to 1 s, each give or take a fifth.
		require.Greater(t, calls, 8)
		require.Less(t, calls, 25)
		require.Contains(t, logged.String(), "database is down")
	})
}

func TestLoop_panicBecomesALoggedErrorAndTheLoopGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls int
		var logged bytes.Buffer
		l := runner.NewLoop("panic", 0, slog.New(slog.NewTextHandler(&logged, nil)), func(context.Context) (bool, error) {
			calls++
			if calls == 1 {
				panic("nil map")
			}
			return false, nil
		})
		require.NoError(t, l.Start(t.Context()))
		time.Sleep(time.Second)
		l.Stop()
		require.Equal(t, 2, calls)
		require.Contains(t, logged.String(), "panic: nil map")
	})
}

func TestLoop_stopLetsTheCallInHandFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var finished bool
		l := runner.NewLoop("slow", 0, quiet(), func(ctx context.Context) (bool, error) {
			select {
			case <-time.After(time.Minute):
				finished = true
			case <-ctx.Done():
			}
			return true, nil
		})
		require.NoError(t, l.Start(t.Context()))
		synctest.Wait()
		l.Stop()
		require.True(t, finished)
	})
}

func TestLoop_startedTwiceIsRefused(t *testing.T) {
	t.Parallel()
	l := runner.NewLoop("twice", 0, quiet(), func(context.Context) (bool, error) { return false, nil })
	require.NoError(t, l.Start(t.Context()))
	defer l.Stop()
	require.ErrorContains(t, l.Start(t.Context()), "already started")
}

// recorder notes when it is started and stopped.
func recorder(name string, notes *[]string, fail error) runner.Member {
	return runner.Member{Name: name, Service: runner.Hook{
		OnStart: func(context.Context) error {
			*notes = append(*notes, "start "+name)
			return fail
		},
		OnStop: func() { *notes = append(*notes, "stop "+name) },
	}}
}

func TestGroup_startsInOrderAndStopsInReverse(t *testing.T) {
	t.Parallel()
	var notes []string
	g := runner.NewGroup(quiet(), time.Second, recorder("a", &notes, nil), recorder("b", &notes, nil))
	require.NoError(t, g.Start(t.Context()))
	g.Stop()
	g.Stop()
	require.Equal(t, []string{"start a", "start b", "stop b", "stop a"}, notes)
}

func TestGroup_failedStartStopsOnlyWhatHadStarted(t *testing.T) {
	t.Parallel()
	var notes []string
	busy := errors.New("port is busy")
	g := runner.NewGroup(quiet(), time.Second,
		recorder("a", &notes, nil), recorder("b", &notes, busy), recorder("c", &notes, nil))
	err := g.Start(t.Context())
	require.ErrorIs(t, err, busy)
	require.ErrorContains(t, err, "start b")
	require.Equal(t, []string{"start a", "start b", "stop a"}, notes)
}

func TestGroup_membersOutliveTheContextOfStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		l := runner.NewLoop("alive", time.Second, quiet(), func(context.Context) (bool, error) {
			calls.Add(1)
			return false, nil
		})
		g := runner.NewGroup(quiet(), time.Second, runner.Member{Name: "alive", Service: l})
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, g.Start(ctx))
		cancel()
		time.Sleep(3*time.Second + time.Millisecond)
		g.Stop()
		require.EqualValues(t, 4, calls.Load())
	})
}

func TestGroup_interruptsWhatOutlastsTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		l := runner.NewLoop("endless", 0, quiet(), func(ctx context.Context) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		})
		g := runner.NewGroup(quiet(), 25*time.Second, runner.Member{Name: "endless", Service: l})
		require.NoError(t, g.Start(t.Context()))
		g.Stop()
		require.Equal(t, 25*time.Second, time.Since(start))
	})
}

func TestGroup_leavesBehindAndNamesWhatNeverStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var logged bytes.Buffer
		g := runner.NewGroup(slog.New(slog.NewTextHandler(&logged, nil)), time.Second,
			runner.Member{Name: "stuck", Service: runner.Hook{OnStop: func() { <-release }}})
		require.NoError(t, g.Start(t.Context()))
		g.Stop()
		require.Contains(t, logged.String(), "service=stuck")
		close(release)
	})
}

func TestSignal_isInertUntilListenedTo(t *testing.T) {
	t.Parallel()
	var s runner.Signal[int]
	s.Emit(1)
	heard := s.Listen()
	s.Emit(2)
	require.Equal(t, 2, <-heard)
	require.Empty(t, heard)
}
