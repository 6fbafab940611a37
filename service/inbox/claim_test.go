package inbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// arrived stores an item about one contact under that id: on a cluster ids are
// not in the order in which items are stored.
func arrived(t *testing.T, db *model.DB, id int64) {
	t.Helper()
	it := describe("contact", []byte("<xml><ExternalUserID>wm1</ExternalUserID><MsgId>"+string(rune('a'+id))+"</MsgId></xml>"), db.Now(t.Context()))
	it.ID, it.State = id, model.InboxReceived
	require.NoError(t, db.Conn(t.Context()).Create(&it).Error)
}

func ids(items []model.InboxItem) []int64 {
	out := []int64{}
	for _, it := range items {
		out = append(out, it.ID)
	}
	return out
}

func TestClaim_lowerIDThatComesInLaterWaits(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		w, err := NewWorker(db, nil, WorkerOptions{})
		require.NoError(t, err)
		claim := func() []model.InboxItem {
			items, err := w.claim(t.Context(), model.LaneNormal, 10)
			require.NoError(t, err)
			return items
		}
		arrived(t, db, 10)
		first := claim()
		require.Equal(t, []int64{10}, ids(first))
		arrived(t, db, 5)
		require.Empty(t, claim())
		require.NoError(t, w.finish(t.Context(), first[0], model.InboxDone))
		require.Equal(t, []int64{5}, ids(claim()))
	})
}

func TestClaim_twoOfOneSubjectAtOnceAreNotBothKept(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w, err := NewWorker(db, nil, WorkerOptions{})
		require.NoError(t, err)
		arrived(t, db, 5)
		arrived(t, db, 10)
		for id, token := range map[int64]string{10: "theirs", 5: "ours"} {
			taken, err := w.take(t.Context(), []int64{id}, token)
			require.NoError(t, err)
			require.EqualValues(t, 1, taken)
		}
		ours, err := w.keep(t.Context(), []int64{5}, "ours")
		require.NoError(t, err)
		require.Empty(t, ours)
		theirs, err := w.keep(t.Context(), []int64{10}, "theirs")
		require.NoError(t, err)
		require.Equal(t, []int64{10}, ids(theirs))

		require.NoError(t, w.finish(t.Context(), theirs[0], model.InboxDone))
		clock.Advance(time.Second)
		ours, err = w.claim(t.Context(), model.LaneNormal, 10)
		require.NoError(t, err)
		require.Equal(t, []int64{5}, ids(ours))
		require.Equal(t, 1, ours[0].Attempts, "to step back is no attempt")
	})
}
