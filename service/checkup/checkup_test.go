package checkup_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/checkup"
)

func finding(check string) model.Finding { return model.Finding{Check: check, Status: "ok"} }

func TestCheckup_showsWhatItFindsWhileItRuns(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx := t.Context()
		var service *checkup.Service
		var seen []int
		wakes := 0
		service = checkup.New(checkup.Deps{DB: db, Wake: func() { wakes++ }, Examine: func(ctx context.Context, found func(model.Finding)) {
			for _, check := range []string{"database", "redis"} {
				found(finding(check))
				row, err := service.Last(ctx)
				require.NoError(t, err)
				require.Equal(t, model.CheckupRunning, row.State)
				seen = append(seen, len(row.Findings.V))
			}
		}})
		_, err := service.Last(ctx)
		require.ErrorIs(t, err, model.ErrNotFound)

		asked, err := service.Ask(ctx, "lin")
		require.NoError(t, err)
		require.Equal(t, model.CheckupQueued, asked.State)
		require.Equal(t, 1, wakes)
		again, err := service.Run(ctx)
		require.NoError(t, err)
		require.False(t, again)
		require.Equal(t, []int{1, 2}, seen)

		done, err := service.Last(ctx)
		require.NoError(t, err)
		require.Equal(t, model.CheckupDone, done.State)
		require.NotNil(t, done.FinishedAt)
		require.Equal(t, "lin", done.AskedBy)
		require.Equal(t, "redis", done.Findings.V[1].Check)
		_, err = service.Run(ctx)
		require.NoError(t, err)
		require.Len(t, seen, 2, "nothing waited")
	})
}

func TestCheckup_isDoneOnceHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx := t.Context()
		var service *checkup.Service
		runs := 0
		service = checkup.New(checkup.Deps{DB: db, Wake: func() {}, Examine: func(ctx context.Context, found func(model.Finding)) {
			runs++
			row, err := service.Ask(ctx, "wu")
			require.NoError(t, err)
			require.Equal(t, model.CheckupRunning, row.State)
			_, err = service.Run(ctx) // another replica
			require.NoError(t, err)
			found(finding("database"))
		}})
		for range 2 {
			_, err := service.Ask(ctx, "lin")
			require.NoError(t, err)
		}
		_, err := service.Run(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, runs)
	})
}

func TestCheckup_ofAReplicaThatDiedIsDoneByAnother(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		ctx := t.Context()
		second := checkup.New(checkup.Deps{DB: db, Wake: func() {}, Examine: func(_ context.Context, found func(model.Finding)) {
			found(finding("database"))
			found(finding("redis"))
		}})
		first := checkup.New(checkup.Deps{DB: db, Wake: func() {}, Examine: func(ctx context.Context, found func(model.Finding)) {
			clock.Advance(3 * time.Minute) // silent for longer than its lease
			_, err := second.Run(context.WithoutCancel(ctx))
			require.NoError(t, err)
			found(finding("stale"))
		}})
		_, err := first.Ask(ctx, "lin")
		require.NoError(t, err)
		_, err = first.Run(ctx)
		require.NoError(t, err)
		row, err := second.Last(ctx)
		require.NoError(t, err)
		require.Equal(t, model.CheckupDone, row.State)
		require.Len(t, row.Findings.V, 2)
		require.Equal(t, "database", row.Findings.V[0].Check)
	})
}
