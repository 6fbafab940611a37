package report

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sixtouch/model"
)

// metricsAge is how long counts are given out again: any number of scrapers
// costs the database the same.
const metricsAge = 5 * time.Second

// metricsTime bounds one reading of the database.
const metricsTime = 3 * time.Second

// Metrics are gauges that are read from the database when somebody asks: every
// replica says the same. Each costs what is open, never what is done.
type Metrics struct {
	db  *model.DB
	log *slog.Logger

	inboxItems, inboxLag, dueLag, dispatches, backlog, parked *prometheus.Desc

	mu   sync.Mutex
	at   time.Time
	last []prometheus.Metric
}

// NewMetrics returns a collector, to be registered by the caller.
func NewMetrics(db *model.DB, log *slog.Logger) *Metrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("sixtouch_"+name, help, labels, nil)
	}
	return &Metrics{
		db: db, log: log,
		inboxItems: desc("inbox_items", "Callbacks that are neither done nor ignored, by state.", "state"),
		inboxLag:   desc("inbox_lag_seconds", "How long the oldest callback that could be processed has waited."),
		dueLag:     desc("due_lag_seconds", "How long the longest due enrollment has waited for the planner."),
		dispatches: desc("dispatches", "Outgoing calls by state. Those that went well are not counted, failed ones for a day.", "state"),
		backlog:    desc("reconciler_backlog", "Outgoing calls of which nobody knows whether they were made: being found out, or waiting for a person."),
		parked:     desc("enrollments_parked", "Enrollments whose planning failed and that need attention."),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.inboxItems, m.inboxLag, m.dueLag, m.dispatches, m.backlog, m.parked} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read is left out and
// logged.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// The interface hands no context in; the database's own bounds it.
	ctx, cancel := context.WithTimeout(context.Background(), metricsTime) //nolint:forbidigo // see above
	defer cancel()
	if now := m.db.Now(ctx); m.last == nil || now.Sub(m.at) >= metricsAge || now.Before(m.at) {
		m.last, m.at = m.read(ctx, now), now
	}
	for _, metric := range m.last {
		to <- metric
	}
}

func (m *Metrics) read(ctx context.Context, now time.Time) []prometheus.Metric {
	out := []prometheus.Metric{}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out = append(out, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...))
	}
	for _, read := range []func() error{
		func() error { return m.readInbox(ctx, now, gauge) },
		func() error { return m.readDue(ctx, now, gauge) },
		func() error { return m.readDispatches(ctx, now, gauge) },
		func() error { return m.readParked(ctx, gauge) },
	} {
		if err := read(); err != nil {
			m.log.ErrorContext(ctx, "metrics not read", "error", err)
		}
	}
	return out
}

type gaugeFunc func(d *prometheus.Desc, value float64, labels ...string)

// failedFor is how long a failed call is counted: somebody should look, but not
// for ever.
const failedFor = 24 * time.Hour

func (m *Metrics) readDispatches(ctx context.Context, now time.Time, gauge gaugeFunc) error {
	found, err := m.byState(ctx, "dispatches", m.dispatches, gauge, []string{
		string(model.DispatchQueued), string(model.DispatchSending), string(model.DispatchSent),
		string(model.DispatchUnknown), string(model.DispatchStuck),
	})
	if err != nil {
		return err
	}
	var failed int64
	err = m.db.Read(ctx).Table(m.db.Walk("dispatches", "ix_dispatches_claim")).
		Where("state = ? AND next_at > ?", model.DispatchFailed, now.Add(-failedFor)).Count(&failed).Error
	if err != nil {
		return fmt.Errorf("count failed dispatches: %w", err)
	}
	gauge(m.dispatches, float64(failed), string(model.DispatchFailed))
	gauge(m.backlog, float64(found[string(model.DispatchUnknown)]+found[string(model.DispatchStuck)]))
	return nil
}

// byState counts a table's rows in some states; a state without rows is 0.
func (m *Metrics) byState(ctx context.Context, table string, d *prometheus.Desc, gauge gaugeFunc, states []string) (map[string]int, error) {
	var rows []struct {
		State string
		Count int
	}
	q := m.db.Read(ctx).Table(table).Select("state, COUNT(*) AS count").Where("state IN ?", states).Group("state")
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count %s: %w", table, err)
	}
	found := make(map[string]int, len(rows))
	for _, r := range rows {
		found[r.State] = r.Count
	}
	for _, s := range states {
		gauge(d, float64(found[s]), s)
	}
	return found, nil
}

func (m *Metrics) readInbox(ctx context.Context, now time.Time, gauge gaugeFunc) error {
	_, err := m.byState(ctx, "inbox_items", m.inboxItems, gauge, []string{
		string(model.InboxReceived), string(model.InboxProcessing), string(model.InboxRetry), string(model.InboxDead),
	})
	if err != nil {
		return err
	}
	// An item may be taken from its next_at: the instant it came in, or its next
	// attempt. The claim's index ends with it, one end per state and lane.
	oldest, err := m.oldest(ctx, `SELECT next_at AS at FROM inbox_items WHERE state = ? AND lane = ? ORDER BY next_at LIMIT 1`,
		[]any{model.InboxReceived, model.LaneNormal}, []any{model.InboxReceived, model.LaneWelcome},
		[]any{model.InboxRetry, model.LaneNormal}, []any{model.InboxRetry, model.LaneWelcome})
	if err != nil {
		return err
	}
	gauge(m.inboxLag, lag(now, oldest))
	return nil
}

func (m *Metrics) readDue(ctx context.Context, now time.Time, gauge gaugeFunc) error {
	shards := make([][]any, model.EnrollmentShards)
	for i := range shards {
		shards[i] = []any{i}
	}
	oldest, err := m.oldest(ctx, `SELECT next_due_at AS at FROM enrollments WHERE shard = ? AND next_due_at IS NOT NULL ORDER BY next_due_at LIMIT 1`, shards...)
	if err != nil {
		return err
	}
	gauge(m.dueLag, lag(now, oldest))
	return nil
}

// oldest runs a query that finds at most one instant "at", once per set of
// arguments, and returns the earliest; nil when there is none.
func (m *Metrics) oldest(ctx context.Context, query string, argSets ...[]any) (*time.Time, error) {
	var first *time.Time
	for _, args := range argSets {
		var found []struct{ At time.Time }
		if err := m.db.Read(ctx).Raw(query, args...).Scan(&found).Error; err != nil {
			return nil, fmt.Errorf("find the oldest open row: %w", err)
		}
		if len(found) > 0 && (first == nil || found[0].At.Before(*first)) {
			first = &found[0].At
		}
	}
	return first, nil
}

func lag(now time.Time, since *time.Time) float64 {
	if since == nil {
		return 0
	}
	return max(0, now.Sub(*since).Seconds())
}

func (m *Metrics) readParked(ctx context.Context, gauge gaugeFunc) error {
	var n int64
	// By programme, because the index begins with it.
	err := m.db.Read(ctx).Model(&model.Enrollment{}).
		Where("sop_id IN (SELECT id FROM sops) AND state = ?", model.EnrollmentParked).Count(&n).Error
	if err != nil {
		return fmt.Errorf("count parked enrollments: %w", err)
	}
	gauge(m.parked, float64(n))
	return nil
}
