package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"sixtouch/config"
	"sixtouch/model"
	"sixtouch/model/migrate"
	"sixtouch/service/audience"
	"sixtouch/service/calendar"
	"sixtouch/sop"
)

// planStart is the day on which everybody in the benchmark was added; a step is
// due at ten each week after it, in the corp's zone, within every cap.
const planStart = "2026-03-02 14:00:00"

// lateStart is the anchor of those who are enrolled and never due here.
const lateStart = "2026-12-01 14:00:00"

// planWorld is a company on a scratch database with the engine on it.
type planWorld struct {
	scratch
	db     *model.DB
	clock  *setClock
	zone   *time.Location
	engine *sop.Engine
	out    *takesAll
	sopID  int64
	step   int // the last one that was planned
}

// setClock shows what it was last set to.
type setClock struct{ at atomic.Pointer[time.Time] }

// Now implements model.Clock.
func (c *setClock) Now() time.Time { return *c.at.Load() }

func (c *setClock) set(t time.Time) { c.at.Store(&t) }

// openPlanWorld makes a company of that size; what it returns must be closed
// even if there is an error.
func openPlanWorld(ctx context.Context, e env, server, name string, o planOptions) (*planWorld, error) {
	base, err := scratchMySQL(ctx, server, name, e.Clock)
	if err != nil {
		return nil, err
	}
	w := &planWorld{scratch: base, clock: &setClock{}, out: &takesAll{}, step: seededSteps}
	if w.zone, err = time.LoadLocation("Asia/Shanghai"); err != nil {
		return w, fmt.Errorf("load time zone: %w", err)
	}
	w.clock.set(w.due(seededSteps).Add(time.Hour))
	// Columns that the seed does not name get their type's zero.
	if w.db, err = model.Open(ctx, base.dsn+"?sql_mode=''", model.Options{Clock: w.clock}); err != nil {
		return w, fmt.Errorf("open scratch database: %w", err)
	}
	m, err := migrate.New(ctx, w.db)
	if err != nil {
		return w, err
	}
	if err := m.Up(ctx); err != nil {
		return w, err
	}
	if w.engine, err = w.newEngine(w.db); err != nil {
		return w, err
	}
	return w, w.seed(ctx, o)
}

// due is when that step is due.
func (w *planWorld) due(step int) time.Time { return time.Date(2026, 3, 2+7*step, 10, 0, 0, 0, w.zone) }

// newEngine is a replica's engine, with a channel that takes everything.
func (w *planWorld) newEngine(db *model.DB) (*sop.Engine, error) {
	days, err := calendar.New(db)
	if err != nil {
		return nil, err
	}
	cfg := config.Defaults().SOP
	return sop.New(sop.Deps{
		DB: db, Calendar: days.Days, Logger: slog.New(slog.DiscardHandler), Channels: sop.NewChannels(w.out),
		Config: sop.Config{Zone: w.zone, PageSize: cfg.PageSize, Planners: planners, Lease: cfg.Lease, Settle: cfg.UnknownSettle, Senders: senders},
	}), nil
}

func (w *planWorld) close(ctx context.Context) error {
	if w == nil {
		return nil
	}
	var errs []error
	if w.db != nil {
		errs = append(errs, w.db.Close())
	}
	return errors.Join(append(errs, w.drop(ctx))...)
}

// programme has a step a week, each with a filter that lets everybody pass who
// does not wear a tag that nobody wears.
func (w *planWorld) programme(ctx context.Context) (sopID, versionID int64, err error) {
	d := sop.Definition{Trigger: sop.Trigger{Kind: sop.TriggerManual}}
	everybody, err := audience.Parse([]byte(`{"f":"tag","is":"none","v":[99]}`))
	if err != nil {
		return 0, 0, fmt.Errorf("make filter: %w", err)
	}
	for i := range benchSteps {
		week := i + 1
		d.Steps = append(d.Steps, sop.Step{
			Key: fmt.Sprintf("w%d", week), Offset: sop.Offset{Week: week, At: "10:00"}, Channel: takesAllName, Filter: everybody,
			Content: &model.Content{Text: "今天的消息"},
		})
	}
	// A step a day for all: the caps are asked and leave room.
	one, days := 1, 7
	rule := model.LimitRule{ValidFrom: "2000-01-01", ContactDay: &one, ContactWeek: &days, QuotaMode: model.QuotaMonth}
	if err := w.engine.SetLimits(ctx, rule); err != nil {
		return 0, 0, err
	}
	s, err := w.engine.Create(ctx, "bench", d)
	if err != nil {
		return 0, 0, err
	}
	v, err := w.engine.Publish(ctx, s.ID, "bench")
	return s.ID, v.ID, err
}

// seed writes the company by statements over sets.
func (w *planWorld) seed(ctx context.Context, o planOptions) error {
	sopID, versionID, err := w.programme(ctx)
	if err != nil {
		return err
	}
	if err := w.number(ctx, o.contacts); err != nil {
		return err
	}
	args := map[string]any{
		"start": planStart, "late": lateStart, "next": w.due(seededSteps + 1), "contacts": o.contacts, "enrollments": o.enrollments, "due": o.due,
		"sop": sopID, "version": versionID, "shards": model.EnrollmentShards, "steps": seededSteps, "channel": takesAllName,
	}
	for _, statement := range []string{
		`INSERT INTO reps (id, userid, name, department_ids, status, can_follow, created_at, updated_at)
SELECT n, CONCAT('rep', n), CONCAT('销售', n), '[]', 1, TRUE, @start, @start FROM bench_numbers WHERE n <= 200`,
		`INSERT INTO contacts (id, external_userid, name, type, first_added_at, created_at, updated_at)
SELECT n, CONCAT('wmBENCH', LPAD(n, 25, '0')), CONCAT('客户', n), 1, @start, @start, @start FROM bench_numbers`,
		`INSERT INTO relationships (id, rep_id, contact_id, state, remark_mobiles, personal_tags, added_at, seen_at, created_at, updated_at)
SELECT n, 1 + n % LEAST(200, @contacts), n, 'active', '[]', '[]', @start, @start, @start, @start FROM bench_numbers`,
		`INSERT INTO relationship_tags (relationship_id, tag_id, contact_id, first_seen_at, added_at, last_seen_at)
SELECT n, 1 + n % 10, n, @start, @start, @start FROM bench_numbers`,
		`INSERT INTO enrollments (id, sop_id, version_id, contact_id, rep_id, relationship_id, run, state, active_slot, anchor_at, anchor_kind, shard, next_due_at, last_error, enrolled_at, updated_at)
SELECT n, @sop, @version, n, 1 + n % LEAST(200, @contacts), n, 1, 'active', 1, IF(n <= @due, @start, @late), 'manual', n % @shards, IF(n <= @due, @next, @late), '', @start, @start
FROM bench_numbers WHERE n <= @enrollments`,
		`INSERT INTO touches (enrollment_id, sop_id, version_id, step_key, run, contact_id, rep_id, relationship_id, channel, state, verdicts, due_at, not_before, expire_at, planned_at, sent_at, final_at, local_day, updated_at)
SELECT e.id, e.sop_id, e.version_id, CONCAT('w', s.n), 1, e.contact_id, e.rep_id, e.relationship_id, @channel, 'delivered', '[]',
 @start, @start, @start, @start, @start, @start, '2026-03-03', @start
FROM enrollments e JOIN bench_numbers s ON s.n <= @steps WHERE e.id <= @due ORDER BY s.n, e.id`,
	} {
		if err := w.db.Conn(ctx).Exec(statement, args).Error; err != nil {
			return fmt.Errorf("seed by %.40q…: %w", statement, err)
		}
	}
	for _, statement := range []string{
		`CREATE TABLE bench_bound LIKE touches`,
		`INSERT INTO bench_bound SELECT * FROM touches`,
		`ANALYZE TABLE reps, contacts, relationships, relationship_tags, enrollments, touches, bench_bound`,
	} {
		if err := w.db.Conn(ctx).Exec(statement).Error; err != nil {
			return fmt.Errorf("prepare by %.40q…: %w", statement, err)
		}
	}
	w.sopID = sopID
	return nil
}

// number makes a table of the numbers 1 to n.
func (w *planWorld) number(ctx context.Context, n int) error {
	conn := w.db.Conn(ctx)
	err := errors.Join(conn.Exec("CREATE TABLE bench_numbers (n BIGINT NOT NULL PRIMARY KEY)").Error, conn.Exec("INSERT INTO bench_numbers VALUES (1)").Error)
	for have := 1; err == nil && have < n; have *= 2 {
		err = conn.Exec("INSERT INTO bench_numbers SELECT n + ? FROM bench_numbers WHERE n + ? <= ?", have, have, n).Error
	}
	if err != nil {
		return fmt.Errorf("count to %d: %w", n, err)
	}
	return nil
}
