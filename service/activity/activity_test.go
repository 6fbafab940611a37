package activity_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
)

// reactor calls a function and notes what it saw.
type reactor struct {
	name  string
	notes *[]string
	react func(ctx context.Context, a model.Activity) error
}

func (r reactor) Name() string { return r.name }

func (r reactor) React(ctx context.Context, a model.Activity) error {
	*r.notes = append(*r.notes, r.name+" "+a.DedupeKey)
	if r.react == nil {
		return nil
	}
	return r.react(ctx, a)
}

func added(key string) model.Activity {
	return model.Activity{DedupeKey: key, Kind: model.ActivityContactAdded, ContactID: 1, OccurredAt: modeltest.Start()}
}

func count(t *testing.T, db *model.DB) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.Read(t.Context()).Model(&model.Activity{}).Count(&n).Error)
	return n
}

func TestPipeline_refusesToRecordOutsideATransaction(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	require.ErrorContains(t, activity.New(db).Record(t.Context(), added("a")), "not inside a transaction")
	require.Zero(t, count(t, db))
}

func TestPipeline_reactorsReactOnceAndInOrder(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		var notes []string
		p := activity.New(db, reactor{name: "first", notes: &notes}, reactor{name: "second", notes: &notes})
		for range 2 {
			require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
				return errors.Join(p.Record(ctx, added("a")), p.Record(ctx, added("a")))
			}))
		}
		require.Equal(t, []string{"first a", "second a"}, notes)
		require.EqualValues(t, 1, count(t, db))
	})
}

func TestPipeline_derivedActivitiesWaitUntilAllHaveReacted(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	var notes []string
	var p *activity.Pipeline
	p = activity.New(db,
		reactor{name: "first", notes: &notes, react: func(ctx context.Context, a model.Activity) error {
			if a.DedupeKey == "a" {
				return p.Record(ctx, added("b"))
			}
			return nil
		}},
		reactor{name: "second", notes: &notes})
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error { return p.Record(ctx, added("a")) }))
	require.Equal(t, []string{"first a", "second a", "first b", "second b"}, notes)
}

func TestPipeline_endlessDerivationIsAnErrorAndLeavesNothing(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	var notes []string
	var p *activity.Pipeline
	p = activity.New(db, reactor{name: "loop", notes: &notes, react: func(ctx context.Context, _ model.Activity) error {
		return p.Record(ctx, added("a"+strconv.Itoa(len(notes))))
	}})
	err := db.InTx(t.Context(), func(ctx context.Context) error { return p.Record(ctx, added("a")) })
	require.ErrorContains(t, err, "without end")
	require.Len(t, notes, 8)
	require.Zero(t, count(t, db))
}

func TestPipeline_failingReactorUndoesTheActivity(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	var notes []string
	fail := errors.New("no such stage")
	p := activity.New(db, reactor{name: "stager", notes: &notes, react: func(context.Context, model.Activity) error { return fail }})
	err := db.InTx(t.Context(), func(ctx context.Context) error { return p.Record(ctx, added("a")) })
	require.ErrorIs(t, err, fail)
	require.ErrorContains(t, err, "stager reacts to contact_added")
	require.Zero(t, count(t, db))
}
