package audience_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/audience"
)

func TestLoad_readsOnlyWhatFiltersLookAt(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx, now := t.Context(), modeltest.Start().In(zone())
		reps(t, db, 1, 2)
		people(t, db, cast())

		facts, err := audience.Load(ctx, db, now, []int64{2, 3, 99}, parse(t, `{"f":"tag","is":"empty"}`))
		require.NoError(t, err)
		require.Len(t, facts, 2, "contact 99 does not exist")
		require.ElementsMatch(t, []int64{1, 2}, facts[3].TagIDs)
		require.Empty(t, facts[3].Relationships)
		require.Empty(t, facts[3].Touches)
		require.Empty(t, facts[3].Enrollments)

		facts, err = audience.Load(ctx, db, now, []int64{3})
		require.NoError(t, err)
		require.Equal(t, now, facts[3].Now)
		require.Len(t, facts[3].TaggedAt, 2)
		require.ElementsMatch(t, []audience.Relationship{
			{RepID: 1, Department: 1, State: model.RelationshipLost, ChannelState: "web"},
			{RepID: 2, Department: 2, State: model.RelationshipActive},
		}, facts[3].Relationships)
		require.Len(t, facts[3].Touches, 2)
		require.ElementsMatch(t, []audience.Enrollment{
			{SOPID: 7, State: model.EnrollmentPaused, Inside: true},
			{SOPID: 8, State: model.EnrollmentCompleted},
		}, facts[3].Enrollments)
	})
}

func TestLoad_readsManyInChunks(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	rows, ids := make([]model.Contact, 2500), make([]int64, 2500)
	for i := range rows {
		ids[i] = int64(i + 1)
		rows[i] = model.Contact{ID: ids[i], ExternalUserID: string(rune('一' + i))}
	}
	require.NoError(t, db.Conn(t.Context()).CreateInBatches(rows, 500).Error)
	facts, err := audience.Load(t.Context(), db, modeltest.Start(), ids)
	require.NoError(t, err)
	require.Len(t, facts, len(ids))
}
