package inbox

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func TestWorker_normalItemsMakeRoomForWelcomes(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	b := New(db, slog.New(slog.DiscardHandler), nil)
	require.NoError(t, b.insert(context.Background(), []*waiting{wait(db, "<xml>a</xml>"), wait(db, "<xml>b</xml>")}))
	w, err := NewWorker(db, nil, WorkerOptions{Normal: 2, Welcome: 4})
	require.NoError(t, err)
	normal, welcomes := w.lanes[model.LaneNormal], w.lanes[model.LaneWelcome].places
	begun := func() int {
		done := w.Processed.Listen()
		_, err := w.fill(context.Background(), model.LaneNormal, normal)
		require.NoError(t, err)
		normal.busy.Wait()
		return len(done)
	}
	for range 3 {
		welcomes <- struct{}{}
	}
	require.Zero(t, begun())
	<-welcomes
	require.Zero(t, begun())
	<-welcomes
	require.Equal(t, 1, begun())
	<-welcomes
	require.Equal(t, 2, begun())
}

func TestInsert_ofAnySizeIsOneStatement(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := New(db, slog.New(slog.DiscardHandler), nil)
		stored := int64(0)
		for _, size := range []int{1, 3, 3, maxPrepared, maxPrepared + 1, maxBatch} {
			batch := make([]*waiting, size)
			for i := range batch {
				stored++
				batch[i] = wait(db, "<xml>"+string(rune('a'+stored%26))+string(rune(0x4e00+stored))+"</xml>")
			}
			require.NoError(t, b.insert(context.Background(), batch))
			// The same again, as WeCom's retries are.
			require.NoError(t, b.insert(context.Background(), batch))
			var n int64
			require.NoError(t, db.Read(context.Background()).Model(&model.InboxItem{}).Count(&n).Error)
			require.Equal(t, stored, n)
		}
		if db.Dialect() == model.MySQL {
			require.Len(t, b.prepared, 3)
		}
		b.forget()
		require.Empty(t, b.prepared)
	})
}
