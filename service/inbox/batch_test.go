package inbox

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func wait(db *model.DB, plain string) *waiting {
	return &waiting{item: describe("contact", []byte(plain), model.Instant(db.Clock().Now())), answer: make(chan error, 1)}
}

func TestStore_oneThatCannotBeStoredDoesNotTakeTheOthersWithIt(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := New(db, slog.New(slog.DiscardHandler), nil)
		batch := []*waiting{wait(db, "<xml>a</xml>"), wait(db, "<xml>b</xml>"), wait(db, "<xml>c</xml>")}
		batch[1].item.DedupeKey = nil
		b.store(context.Background(), batch)
		require.NoError(t, <-batch[0].answer)
		require.Equal(t, model.CodeUnavailable, model.CodeOf(<-batch[1].answer))
		require.NoError(t, <-batch[2].answer)
	})
}

func TestDrain_takesWhatIsQueuedUpToItsBounds(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	queue := make(chan *waiting, 2*maxBatch)
	for range maxBatch {
		queue <- wait(db, "<xml/>")
	}
	require.Len(t, drain([]*waiting{wait(db, "<xml/>")}, queue), maxBatch)
	require.Len(t, queue, 1)
	require.Len(t, drain([]*waiting{wait(db, "<xml/>")}, queue), 2)

	large := wait(db, "<xml/>")
	large.item.Payload = make([]byte, maxBatchBytes)
	queue <- wait(db, "<xml/>")
	require.Len(t, drain([]*waiting{large}, queue), 1)
}
