package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/inbox"
	"sixtouch/service/runner"
	"sixtouch/service/runner/runnertest"
	"sixtouch/wecom"
)

const editKey = wecom.EventKey("change_external_contact/edit_external_contact")

// handler calls functions; a nil one does nothing.
type handler struct {
	key   wecom.EventKey
	fetch func(ctx context.Context, e inbox.Event) (any, error)
	apply func(ctx context.Context, e inbox.Event, facts any) error
}

func (h handler) Key() wecom.EventKey { return h.key }

func (h handler) Fetch(ctx context.Context, e inbox.Event) (any, error) {
	if h.fetch == nil {
		return nil, nil
	}
	return h.fetch(ctx, e)
}

func (h handler) Apply(ctx context.Context, e inbox.Event, facts any) error {
	if h.apply == nil {
		return nil
	}
	return h.apply(ctx, e, facts)
}

func newWorker(t *testing.T, db *model.DB, handlers ...inbox.Handler) *inbox.Worker {
	t.Helper()
	w, err := inbox.NewWorker(db, handlers, inbox.WorkerOptions{})
	require.NoError(t, err)
	return w
}

// accept stores events in order.
func accept(t *testing.T, db *model.DB, plains ...[]byte) {
	t.Helper()
	b := start(t, db)
	for _, p := range plains {
		require.NoError(t, b.Accept(t.Context(), "contact", p))
	}
}

func edit(externalUserID, remark string) []byte {
	return change("edit_external_contact", "lin.qiao", externalUserID, "<State>"+remark+"</State>")
}

func states(t *testing.T, db *model.DB) []model.InboxState {
	t.Helper()
	var out []model.InboxState
	for _, it := range rows(t, db) {
		out = append(out, it.State)
	}
	return out
}

func runOnce(t *testing.T, w *inbox.Worker) int {
	t.Helper()
	n, err := w.RunOnce(t.Context(), model.LaneNormal)
	require.NoError(t, err)
	return n
}

func TestWorker_conforms(t *testing.T) {
	db, _ := modeltest.New(t)
	runnertest.Exercise(t, func(t *testing.T) runner.Service { return newWorker(t, db) })
}

func TestNewWorker_refusesTwoHandlersOfOneEvent(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	_, err := inbox.NewWorker(db, []inbox.Handler{handler{key: editKey}, handler{key: editKey}}, inbox.WorkerOptions{})
	require.ErrorContains(t, err, "two for change_external_contact/edit_external_contact")
}

func TestWorker_fetchesOutsideAndAppliesInsideOneTransaction(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		received := clock.Now()
		accept(t, db, edit("wm1", "a"))
		clock.Advance(time.Second)
		w := newWorker(t, db, handler{
			key: editKey,
			fetch: func(ctx context.Context, e inbox.Event) (any, error) {
				require.False(t, model.InTransaction(ctx))
				require.True(t, e.ReceivedAt.Equal(received))
				return "facts of " + e.ExternalUserID, nil
			},
			apply: func(ctx context.Context, e inbox.Event, facts any) error {
				require.True(t, model.InTransaction(ctx))
				require.Equal(t, "facts of wm1", facts)
				require.EqualValues(t, 1, e.ItemID)
				return db.Conn(ctx).Create(&model.Department{ID: 7}).Error
			},
		})
		require.Equal(t, 1, runOnce(t, w))
		it := rows(t, db)[0]
		require.Equal(t, model.InboxDone, it.State)
		require.True(t, it.DoneAt.Equal(clock.Now()))
		require.Empty(t, it.LeaseToken)
		require.Zero(t, runOnce(t, w))
	})
}

func TestWorker_keepsTheOrderOfOneSubjectAndOnlyOfThat(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		var plains [][]byte
		const contacts, events = 20, 5
		for i := range events {
			for c := range contacts {
				plains = append(plains, edit(fmt.Sprint("wm", c), fmt.Sprint(i)))
			}
		}
		accept(t, db, plains...)
		var mu sync.Mutex
		seen := map[string][]string{}
		note := handler{key: editKey, apply: func(_ context.Context, e inbox.Event, _ any) error {
			mu.Lock()
			defer mu.Unlock()
			seen[e.ExternalUserID] = append(seen[e.ExternalUserID], e.State)
			return nil
		}}
		// Two replicas compete for the same rows.
		var done []<-chan inbox.Outcome
		for range 2 {
			w := newWorker(t, db, note)
			done = append(done, w.Processed.Listen())
			require.NoError(t, w.Start(t.Context()))
			defer w.Stop()
		}
		for range contacts * events {
			select {
			case o := <-done[0]:
				require.Equal(t, model.InboxDone, o.State)
			case o := <-done[1]:
				require.Equal(t, model.InboxDone, o.State)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for c := range contacts {
			require.Equal(t, []string{"0", "1", "2", "3", "4"}, seen[fmt.Sprint("wm", c)])
		}
	})
}

func TestWorker_repeatsWithGrowingPausesThenParks(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		accept(t, db, edit("wm1", "a"), edit("wm1", "b"))
		broken := true
		w := newWorker(t, db, handler{key: editKey, fetch: func(context.Context, inbox.Event) (any, error) {
			if broken {
				return nil, errors.New("WeCom is down")
			}
			return nil, nil
		}})
		var pauses []time.Duration
		for range 7 {
			require.Equal(t, 1, runOnce(t, w), "the second event of the subject waits for the first")
			it := rows(t, db)[0]
			require.Equal(t, model.InboxRetry, it.State)
			require.Contains(t, it.LastError, "fetch: WeCom is down")
			pauses = append(pauses, it.NextAt.Sub(clock.Now()))
			clock.Set(it.NextAt)
		}
		require.Equal(t, 2, runOnce(t, w), "a parked event does not hold up the next")
		require.Equal(t, []model.InboxState{model.InboxDead, model.InboxRetry}, states(t, db))
		for i, about := range []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
			require.InDelta(t, about, pauses[i], float64(about)/5+1)
		}

		broken = false
		parked, err := w.Parked(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Len(t, parked, 1)
		n, err := w.Redrive(t.Context(), []int64{parked[0].ID, 2})
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		clock.Advance(time.Minute)
		require.Equal(t, 2, runOnce(t, w))
		require.Equal(t, []model.InboxState{model.InboxDone, model.InboxDone}, states(t, db))
	})
}

func TestWorker_panicIsRepeatedNotLost(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		accept(t, db, edit("wm1", "a"))
		panics := true
		w := newWorker(t, db, handler{key: editKey, apply: func(ctx context.Context, _ inbox.Event, _ any) error {
			require.NoError(t, db.Conn(ctx).Create(&model.Department{ID: 7}).Error)
			if panics {
				panic("nil map")
			}
			return nil
		}})
		require.Equal(t, 1, runOnce(t, w))
		require.Equal(t, model.InboxRetry, rows(t, db)[0].State)
		require.Contains(t, rows(t, db)[0].LastError, "panic: nil map")
		panics = false
		clock.Advance(time.Minute)
		require.Equal(t, 1, runOnce(t, w))
		require.Equal(t, model.InboxDone, rows(t, db)[0].State)
	})
}

func TestWorker_unknownEventIsKeptAndMarked(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	accept(t, db, change("brand_new_change", "a", "wm1", ""))
	require.Equal(t, 1, runOnce(t, newWorker(t, db)))
	require.Equal(t, []model.InboxState{model.InboxIgnored}, states(t, db))
}

// An event that nobody knew is processed once a handler ships, in order.
func TestWorker_ignoredEventsAreProcessedOnceThereIsAHandler(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		const key = wecom.EventKey("change_external_contact/brand_new_change")
		accept(t, db, change("brand_new_change", "a", "wm1", ""), change("other_change", "a", "wm1", ""), change("brand_new_change", "b", "wm2", ""))
		old := newWorker(t, db)
		require.Equal(t, 3, runOnce(t, old))
		n, err := old.RedriveIgnored(t.Context(), key)
		require.NoError(t, err)
		require.Zero(t, n, "there is still no handler")
		clock.Advance(time.Hour)
		w := newWorker(t, db, handler{key: key})
		n, err = w.RedriveIgnored(t.Context(), key)
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		require.Equal(t, 2, runOnce(t, w))
		require.Equal(t, []model.InboxState{model.InboxDone, model.InboxIgnored, model.InboxDone}, states(t, db))
		n, err = w.RedriveIgnored(t.Context(), key)
		require.NoError(t, err)
		require.Zero(t, n, "what is done stays done")
	})
}

func TestWorker_parksAtOnceWhatNoRepetitionMends(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	accept(t, db, []byte("no xml"), edit("wm1", "a"))
	w := newWorker(t, db, handler{key: editKey, fetch: func(context.Context, inbox.Event) (any, error) {
		return nil, inbox.Permanent(errors.New("no such thing"))
	}})
	require.Equal(t, 2, runOnce(t, w))
	require.Equal(t, []model.InboxState{model.InboxDead, model.InboxDead}, states(t, db))
	n, err := w.RedriveAll(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

// A holder that was paused past its lease must not finish what another took over.
func TestWorker_holderPastItsLeaseIsFenced(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		accept(t, db, edit("wm1", "a"))
		applied := 0
		second := newWorker(t, db, handler{key: editKey, apply: func(ctx context.Context, _ inbox.Event, _ any) error {
			applied++
			return db.Conn(ctx).Create(&model.Department{ID: 2}).Error
		}})
		first := newWorker(t, db, handler{
			key: editKey,
			fetch: func(ctx context.Context, _ inbox.Event) (any, error) {
				clock.Advance(2 * time.Minute)
				require.NoError(t, second.Rescue(ctx))
				n, err := second.RunOnce(ctx, model.LaneNormal)
				require.Equal(t, 1, n)
				return nil, err
			},
			apply: func(ctx context.Context, _ inbox.Event, _ any) error {
				applied++
				return db.Conn(ctx).Create(&model.Department{ID: 1}).Error
			},
		})
		outcomes := first.Processed.Listen()
		require.Equal(t, 1, runOnce(t, first))
		require.Equal(t, inbox.Outcome{ItemID: 1, State: model.InboxProcessing}, <-outcomes)
		require.Equal(t, 2, applied)
		var departments []int64
		require.NoError(t, db.Read(t.Context()).Model(&model.Department{}).Pluck("id", &departments).Error)
		require.Equal(t, []int64{2}, departments)
		require.Equal(t, model.InboxDone, rows(t, db)[0].State)
		require.Equal(t, 2, rows(t, db)[0].Attempts)
	})
}

func TestWorker_itemThatKillsItsHoldersIsParked(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		accept(t, db, edit("wm1", "a"))
		w := newWorker(t, db)
		until := clock.Now().Add(time.Minute)
		crash := func(attempts int) {
			require.NoError(t, db.Conn(t.Context()).Model(&model.InboxItem{}).Where("id = 1").UpdateColumns(map[string]any{
				"state": model.InboxProcessing, "attempts": attempts, "lease_token": "gone", "lease_until": until,
			}).Error)
		}
		crash(1)
		require.NoError(t, w.Rescue(t.Context()))
		require.Equal(t, model.InboxProcessing, rows(t, db)[0].State)
		clock.Advance(time.Minute + time.Second)
		require.NoError(t, w.Rescue(t.Context()))
		require.Equal(t, model.InboxRetry, rows(t, db)[0].State)
		crash(8)
		require.NoError(t, w.Rescue(t.Context()))
		require.Equal(t, model.InboxDead, rows(t, db)[0].State)
	})
}

func TestWorker_welcomeDoesNotWaitForAnotherLane(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		add := "change_external_contact/add_external_contact"
		code := "<WelcomeCode>c</WelcomeCode>"
		accept(t, db, edit("wm1", "a"), change("add_external_contact", "lin.qiao", "wm1", code), edit("wm1", "b"))
		w := newWorker(t, db,
			handler{key: editKey, fetch: func(context.Context, inbox.Event) (any, error) { return nil, errors.New("WeCom hangs") }},
			handler{key: wecom.EventKey(add)})
		require.Equal(t, 1, runOnce(t, w))
		n, err := w.RunOnce(t.Context(), model.LaneWelcome)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, []model.InboxState{model.InboxRetry, model.InboxDone, model.InboxReceived}, states(t, db))
	})
}

func TestWorker_shutdownHandsBackWhatItHolds(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		accept(t, db, edit("wm1", "a"))
		begun := make(chan struct{})
		w := newWorker(t, db, handler{key: editKey, fetch: func(ctx context.Context, _ inbox.Event) (any, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		ctx, interrupt := context.WithCancel(t.Context())
		require.NoError(t, w.Start(ctx))
		<-begun
		interrupt()
		w.Stop()
		it := rows(t, db)[0]
		require.Equal(t, model.InboxRetry, it.State)
		require.Zero(t, it.Attempts)
		require.Empty(t, it.LeaseToken)
	})
}

func TestWorker_slowItemDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	accept(t, db, edit("slow", "a"), edit("wm1", "a"))
	release := make(chan struct{})
	w, err := inbox.NewWorker(db, []inbox.Handler{handler{key: editKey, fetch: func(_ context.Context, e inbox.Event) (any, error) {
		if e.ExternalUserID == "slow" {
			<-release
		}
		return nil, nil
	}}}, inbox.WorkerOptions{Normal: 2})
	require.NoError(t, err)
	done := w.Processed.Listen()
	require.NoError(t, w.Start(t.Context()))
	defer w.Stop()
	require.EqualValues(t, 2, (<-done).ItemID)
	accept(t, db, edit("wm2", "a"))
	w.Wake(model.LaneNormal)
	require.EqualValues(t, 3, (<-done).ItemID)
	close(release)
	require.EqualValues(t, 1, (<-done).ItemID)
}

func TestLag_tellsWhatIsBehind(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorker(t, db, handler{key: editKey, fetch: func(context.Context, inbox.Event) (any, error) {
			return nil, errors.New(strings.Repeat("很", 4000))
		}})
		lag, err := w.Lag(t.Context())
		require.NoError(t, err)
		require.Nil(t, lag.Oldest)
		first := clock.Now()
		accept(t, db, edit("wm1", "a"))
		clock.Advance(time.Minute)
		accept(t, db, edit("wm2", "a"), change("unknown", "a", "wm3", ""))
		require.Equal(t, 3, runOnce(t, w))
		accept(t, db, edit("wm4", "a"))
		lag, err = w.Lag(t.Context())
		require.NoError(t, err)
		require.True(t, lag.Oldest.Equal(first))
		require.Equal(t, map[model.InboxState]int64{model.InboxRetry: 2, model.InboxReceived: 1}, lag.Counts)
	})
}
