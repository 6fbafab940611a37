package inbox

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

const (
	// purgePage is how many items one statement deletes.
	purgePage = 500
	// purgePages bounds one Purge; what is left waits for the next.
	purgePages = 200
)

// Purge deletes what has been done, or ignored, for that long, and returns how
// much. Parked items stay. A callback that is delivered once more after that
// would be processed again: WeCom repeats one for seconds, so days are plenty.
// Any number of replicas may do it at once.
func (w *Worker) Purge(ctx context.Context, age time.Duration) (int, error) {
	before, total := w.db.Now(ctx).Add(-age), 0
	for range purgePages {
		var ids []int64
		err := w.db.Conn(ctx).Table(w.db.Walk("inbox_items", "ix_inbox_claim")).
			Where("state IN ? AND lane IN ? AND next_at < ?",
				[]model.InboxState{model.InboxDone, model.InboxIgnored}, []model.Lane{model.LaneNormal, model.LaneWelcome}, before).
			Limit(purgePage).Pluck("id", &ids).Error
		if err != nil {
			return total, fmt.Errorf("find old inbox items: %w", err)
		}
		if len(ids) == 0 {
			return total, nil
		}
		if err := w.db.Conn(ctx).Delete(&model.InboxItem{}, ids).Error; err != nil {
			return total, fmt.Errorf("delete old inbox items: %w", err)
		}
		total += len(ids)
	}
	return total, nil
}
