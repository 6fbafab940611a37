package inbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/wecom"
)

// errFenced says that the lease had run out, or belonged to somebody else, when
// the work was done: nothing of it is kept.
var errFenced = errors.New("the lease is no longer ours")

// claimable finds items of one state and lane that are due and whose subject has
// nothing earlier under way, nor anything in process: in a cluster something
// with a lower id may come in later. A welcome waits only for welcomes: its code
// dies after 20 s, while something else of the same contact may be waiting for
// its next attempt for minutes.
//
// MySQL is told the indexes: with statistics from a quiet night it would look
// for earlier items among all that wait instead of among those of the subject.
func claimable(db *model.DB) string {
	others := db.Walk("inbox_items e", "ix_inbox_subject") + " WHERE e.subject = i.subject AND e.lane >= i.lane AND "
	return "SELECT i.id FROM " + db.Walk("inbox_items i", "ix_inbox_claim") + `
WHERE i.state = ? AND i.lane = ? AND i.next_at <= ?
  AND NOT EXISTS (SELECT 1 FROM ` + others + `e.state IN ('received', 'retry', 'processing') AND e.id < i.id)
  AND NOT EXISTS (SELECT 1 FROM ` + others + `e.state = 'processing' AND e.id > i.id)
ORDER BY i.next_at, i.id LIMIT ?`
}

// claimed reads what a token has claimed, and which of it met another claim for
// the same subject.
func claimed(db *model.DB) string {
	return "SELECT i.*, EXISTS (SELECT 1 FROM " + db.Walk("inbox_items e", "ix_inbox_subject") + `
  WHERE e.subject = i.subject AND e.state = 'processing' AND e.lane >= i.lane AND e.id <> i.id) AS met
FROM inbox_items i WHERE i.id IN ? AND i.lease_token = ? AND i.state = 'processing' ORDER BY i.id`
}

// claim takes up to limit due items of a lane for the length of the lease. Of
// any number of workers that see an item, the conditional update lets one win.
func (w *Worker) claim(ctx context.Context, lane model.Lane, limit int) ([]model.InboxItem, error) {
	now := w.db.Now(ctx)
	// Repeated items get a share of their own, so that a flood of new ones does
	// not hold them up for ever.
	ids, err := w.due(ctx, model.InboxRetry, lane, now, limit/4+1)
	if err != nil {
		return nil, err
	}
	fresh, err := w.due(ctx, model.InboxReceived, lane, now, limit-min(limit, len(ids)))
	if err != nil {
		return nil, err
	}
	if ids = append(ids, fresh...); len(ids) == 0 {
		return nil, nil
	}
	token := rand.Text()
	taken, err := w.take(ctx, ids, token)
	if err != nil || taken == 0 {
		return nil, err
	}
	return w.keep(ctx, ids, token)
}

// take leases the items that nobody else has taken meanwhile, and tells how many.
func (w *Worker) take(ctx context.Context, ids []int64, token string) (taken int64, err error) {
	err = w.db.InTx(ctx, func(ctx context.Context) error {
		res := w.db.Conn(ctx).Exec(`UPDATE inbox_items SET state = ?, attempts = attempts + 1, lease_token = ?, lease_until = ?
WHERE id IN ? AND state IN ('received', 'retry')`, model.InboxProcessing, token, w.db.Now(ctx).Add(w.lease), ids)
		taken = res.RowsAffected
		return res.Error
	})
	if err != nil {
		return 0, fmt.Errorf("claim inbox items: %w", err)
	}
	return taken, nil
}

// keep reads what was taken. Two items of one subject may be taken at the same
// moment by two who did not see each other, because one of them was stored just
// then. So everybody looks again now that what they took is stored: who comes
// second sees the first, and steps back.
func (w *Worker) keep(ctx context.Context, ids []int64, token string) ([]model.InboxItem, error) {
	var found []struct {
		model.InboxItem `gorm:"embedded"`
		Met             bool
	}
	if err := w.db.Conn(ctx).Raw(claimed(w.db), ids, token).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read claimed inbox items: %w", err)
	}
	items := make([]model.InboxItem, 0, len(found))
	for _, f := range found {
		if !f.Met {
			items = append(items, f.InboxItem)
			continue
		}
		if err := w.stepBack(ctx, f.InboxItem); err != nil {
			return items, err
		}
	}
	return items, nil
}

// stepBack gives an item back that nobody has looked at. Should both who met do
// so, chance keeps them from meeting again.
func (w *Worker) stepBack(ctx context.Context, it model.InboxItem) error {
	return w.release(ctx, it, map[string]any{
		"state": model.InboxRetry, "attempts": it.Attempts - 1, "next_at": model.Instant(w.db.Now(ctx).Add(mathrand.N(meetPause))), //nolint:gosec // spreads load, hides nothing
	})
}

func (w *Worker) due(ctx context.Context, state model.InboxState, lane model.Lane, now time.Time, limit int) ([]int64, error) {
	var ids []int64
	if limit <= 0 {
		return nil, nil
	}
	err := w.db.Read(ctx).Raw(claimable(w.db), state, lane, now, limit).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("find due inbox items: %w", err)
	}
	return ids, nil
}

// release ends the lease on an item with its new state; errFenced when the lease
// is not ours any more.
func (w *Worker) release(ctx context.Context, it model.InboxItem, change map[string]any) error {
	now := w.db.Now(ctx)
	change["lease_token"], change["lease_until"] = "", nil
	done := w.db.Conn(ctx).Model(&model.InboxItem{}).
		Where("id = ? AND state = ? AND lease_token = ? AND lease_until > ?", it.ID, model.InboxProcessing, it.LeaseToken, now).
		UpdateColumns(change)
	if done.Error != nil {
		return fmt.Errorf("release inbox item %d: %w", it.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("release inbox item %d: %w", it.ID, errFenced)
	}
	return nil
}

// Rescue takes back items whose holder did not come back in time. One that was
// tried too often may be what kills its holders: it is parked.
func (w *Worker) Rescue(ctx context.Context) error {
	now := w.db.Now(ctx)
	for _, to := range []struct {
		state    model.InboxState
		attempts string
	}{{model.InboxDead, "attempts >= ?"}, {model.InboxRetry, "attempts < ?"}} {
		expired := func(db *gorm.DB) *gorm.DB {
			return db.Model(&model.InboxItem{}).Where("state = ? AND lease_until < ?", model.InboxProcessing, now).Where(to.attempts, maxAttempts)
		}
		// Reading first keeps the update from locking all that is in process.
		var ids []int64
		if err := expired(w.db.Read(ctx)).Pluck("id", &ids).Error; err != nil {
			return fmt.Errorf("find inbox items to rescue: %w", err)
		}
		if len(ids) == 0 {
			continue
		}
		taken := expired(w.db.Conn(ctx)).Where("id IN ?", ids).UpdateColumns(map[string]any{
			"state": to.state, "next_at": now, "lease_token": "", "lease_until": nil,
			"last_error": "the worker that held it did not come back",
		})
		if taken.Error != nil {
			return fmt.Errorf("rescue inbox items: %w", taken.Error)
		}
		w.metrics.rescued.Add(float64(taken.RowsAffected))
	}
	return nil
}

// Parked lists the items that were given up, the latest first.
func (w *Worker) Parked(ctx context.Context, page model.Page) ([]model.InboxItem, error) {
	q := w.db.Read(ctx).Where("state = ?", model.InboxDead).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var items []model.InboxItem
	if err := q.Find(&items).Error; err != nil {
		return nil, fmt.Errorf("list parked inbox items: %w", err)
	}
	return items, nil
}

// Redrive has the given parked items processed again, from the first attempt,
// and returns how many there were. Ids of items that are not parked are passed
// over.
func (w *Worker) Redrive(ctx context.Context, ids []int64) (int64, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return w.redrive(ctx, "state = ? AND id IN ?", model.InboxDead, ids)
}

// RedriveAll has every parked item processed again.
func (w *Worker) RedriveAll(ctx context.Context) (int64, error) {
	return w.redrive(ctx, "state = ?", model.InboxDead)
}

// redrivePage bounds how many rows one statement brings back.
const redrivePage = 500

// RedriveIgnored has the kept items of one kind of event processed, once there
// is a handler for it, and returns how many there were; none while there is no
// handler. Those that came in before stay in order per subject.
func (w *Worker) RedriveIgnored(ctx context.Context, key wecom.EventKey) (int64, error) {
	if _, ok := w.handlers[key]; !ok {
		return 0, nil
	}
	for total := int64(0); ; {
		var ids []int64
		err := w.db.Conn(ctx).Model(&model.InboxItem{}).Where("state = ? AND event_key = ?", model.InboxIgnored, clip(string(key))).
			Limit(redrivePage).Pluck("id", &ids).Error
		if err != nil {
			return total, fmt.Errorf("find ignored inbox items: %w", err)
		}
		if len(ids) == 0 {
			return total, nil
		}
		n, err := w.redrive(ctx, "state = ? AND id IN ?", model.InboxIgnored, ids)
		if err != nil {
			return total, err
		}
		total += n
	}
}

func (w *Worker) redrive(ctx context.Context, condition string, args ...any) (int64, error) {
	done := w.db.Conn(ctx).Model(&model.InboxItem{}).Where(condition, args...).UpdateColumns(map[string]any{
		"state": model.InboxRetry, "attempts": 0, "next_at": w.db.Now(ctx), "done_at": nil,
	})
	if done.Error != nil {
		return 0, fmt.Errorf("redrive inbox items: %w", done.Error)
	}
	w.Wake(model.LaneWelcome)
	w.Wake(model.LaneNormal)
	return done.RowsAffected, nil
}

// Lag tells how far behind the inbox is.
type Lag struct {
	// Counts are the items that are neither done nor ignored, by state.
	Counts map[model.InboxState]int64
	// Oldest is when the oldest item that is still to be done came in; nil when
	// there is none.
	Oldest *time.Time
}

// Lag reads how far behind the inbox is; it costs what is behind, not what is
// done.
func (w *Worker) Lag(ctx context.Context) (Lag, error) {
	var rows []struct {
		State model.InboxState
		N     int64
	}
	err := w.db.Read(ctx).Raw(`SELECT state, COUNT(*) AS n FROM inbox_items
WHERE state IN ('received', 'retry', 'processing', 'dead') GROUP BY state`).Scan(&rows).Error
	if err != nil {
		return Lag{}, fmt.Errorf("count inbox items: %w", err)
	}
	lag := Lag{Counts: make(map[model.InboxState]int64, len(rows))}
	for _, r := range rows {
		lag.Counts[r.State] = r.N
	}
	var oldest []model.InboxItem
	err = w.db.Read(ctx).Select("received_at").Where("state IN ('received', 'retry', 'processing')").
		Order("received_at").Limit(1).Find(&oldest).Error
	if err != nil {
		return Lag{}, fmt.Errorf("find oldest inbox item: %w", err)
	}
	if len(oldest) > 0 {
		lag.Oldest = &oldest[0].ReceivedAt
	}
	return lag, nil
}
