package inbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func TestPurge_deletesWhatIsLongDoneAndNothingElse(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w, err := NewWorker(db, nil, WorkerOptions{})
		require.NoError(t, err)
		now := clock.Now()
		var items []model.InboxItem
		add := func(n int, state model.InboxState, lane model.Lane, age time.Duration) {
			for range n {
				at := now.Add(-age)
				items = append(items, model.InboxItem{
					DedupeKey: fmt.Appendf(nil, "%032d", len(items)), EventKey: string(state), State: state, Lane: lane, Payload: []byte{}, NextAt: at, OccurredAt: at, ReceivedAt: at,
				})
			}
		}
		const keep = 24 * time.Hour
		add(purgePage+10, model.InboxDone, model.LaneNormal, 2*keep)
		add(1, model.InboxDone, model.LaneWelcome, 2*keep)
		add(1, model.InboxIgnored, model.LaneNormal, 2*keep)
		add(2, model.InboxDone, model.LaneNormal, keep/2)
		for _, state := range []model.InboxState{model.InboxDead, model.InboxRetry, model.InboxReceived, model.InboxProcessing} {
			add(1, state, model.LaneNormal, 2*keep)
		}
		require.NoError(t, db.Conn(context.Background()).CreateInBatches(items, 100).Error)
		n, err := w.Purge(context.Background(), keep)
		require.NoError(t, err)
		require.Equal(t, purgePage+12, n)
		var left int64
		require.NoError(t, db.Read(context.Background()).Model(&model.InboxItem{}).Count(&left).Error)
		require.EqualValues(t, 6, left)
	})
}
