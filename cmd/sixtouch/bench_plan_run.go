package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sixtouch/model"
	"sixtouch/sop"
)

// workerCounts are how many replicas plan and claim at once.
func workerCounts() []int { return []int{1, 8} }

const takesAllName = "takes_all"

// takesAll is a way out that takes everything at once and counts it.
type takesAll struct{ sent atomic.Int64 }

// Info implements sop.Channel.
func (*takesAll) Info() sop.ChannelInfo {
	return sop.ChannelInfo{Name: takesAllName, MaxRecipients: 10_000, PollEvery: time.Hour, PollFor: time.Hour, Reach: sop.ReachContact, Quota: true}
}

// Check implements sop.Channel.
func (*takesAll) Check(sop.Step) error { return nil }

// Send implements sop.Channel.
func (c *takesAll) Send(_ context.Context, b sop.Batch) (sop.Receipt, error) {
	c.sent.Add(1)
	return sop.Receipt{RemoteID: strconv.FormatInt(b.DispatchID, 10)}, nil
}

// Poll implements sop.Channel.
func (*takesAll) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, nil }

// Find implements sop.Channel.
func (*takesAll) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) { return nil, nil }

// series collects one row of the table, round by round.
type series struct {
	name          string
	rates, ratios []float64
	toOne         []float64
	deadlocks     int64
}

// measurePlan runs `bench plan`.
func measurePlan(ctx context.Context, e env, o planOptions) (report planReport, err error) {
	name := "sixtouch_bench_" + strings.ToLower(rand.Text()[:10])
	big, err := openPlanWorld(ctx, e, o.mysql, name, o)
	defer func() { err = errors.Join(err, big.close(context.WithoutCancel(ctx))) }()
	if err != nil {
		return report, err
	}
	report = planReport{Machine: machine(), Server: big.note, Contacts: o.contacts, Enrollments: o.enrollments, Due: o.due, Rounds: o.rounds}
	fewer := o
	fewer.contacts, fewer.enrollments, fewer.due = o.contacts/idleShare, max(1, o.enrollments/idleShare), max(1, o.due/idleShare)
	small, err := openPlanWorld(ctx, e, o.mysql, name+"_small", fewer)
	defer func() { err = errors.Join(err, small.close(context.WithoutCancel(ctx))) }()
	if err != nil {
		return report, err
	}
	for _, w := range []*planWorld{small, big} {
		row, err := w.idle(ctx, e.Now)
		if err != nil {
			return report, fmt.Errorf("measure an idle tick: %w", err)
		}
		if row.Contacts, row.Enrollments = o.contacts, o.enrollments; w == small {
			row.Contacts, row.Enrollments = fewer.contacts, fewer.enrollments
		}
		report.Idle = append(report.Idle, row)
	}
	rows, err := big.race(ctx, e, o)
	for _, s := range rows {
		report.Rows = append(report.Rows, planRow{
			Name: s.name, RowsPerSecond: median(s.rates), RatioToBound: median(s.ratios), RatioToOne: median(s.toOne), Deadlocks: s.deadlocks,
		})
	}
	return report, err
}

// race measures the rows in turns; the first turn only warms up.
func (w *planWorld) race(ctx context.Context, e env, o planOptions) ([]*series, error) {
	bound := &series{name: "one INSERT … SELECT of the touches (bound)"}
	rows := []*series{bound}
	var plans, claims []*series
	for _, n := range workerCounts() {
		plans = append(plans, &series{name: fmt.Sprintf("filter, caps, quota, touch, next due: planned by %s", replicas(n))})
		claims = append(claims, &series{name: fmt.Sprintf("dispatches claimed and settled by %s", replicas(n))})
	}
	rows = append(append(rows, plans...), claims...)
	var before float64
	for round := range o.rounds + 1 {
		var one float64
		for i, n := range workerCounts() {
			last, err := w.lastTouch(ctx)
			if err != nil {
				return rows, err
			}
			rate, deadlocks, err := w.timed(ctx, e.Now, o.due, func() error { return w.plan(ctx, n) })
			if err == nil {
				err = w.complete(ctx, last, o.due)
			}
			if err != nil {
				return rows, fmt.Errorf("plan with %d workers: %w", n, err)
			}
			after, _, err := w.timed(ctx, e.Now, o.due, func() error {
				return w.db.Conn(ctx).Exec("INSERT INTO bench_bound SELECT * FROM touches WHERE id > ?", last).Error
			})
			if err != nil {
				return rows, fmt.Errorf("measure the bound: %w", err)
			}
			if n == 1 {
				one = rate
			}
			if round > 0 {
				plans[i].keep(rate, 2*rate/(before+after), rate/one, deadlocks)
				bound.keep(after, 1, 0, 0)
			}
			before = after
		}
		for i, n := range workerCounts() {
			rate, deadlocks, err := w.claim(ctx, e.Now, o.dispatches, n)
			if err != nil {
				return rows, fmt.Errorf("claim with %d workers: %w", n, err)
			}
			if n == 1 {
				one = rate
			}
			if round > 0 {
				claims[i].keep(rate, 0, rate/one, deadlocks)
			}
		}
	}
	return rows, nil
}

func (s *series) keep(rate, ratio, toOne float64, deadlocks int64) {
	s.rates, s.ratios, s.toOne = append(s.rates, rate), append(s.ratios, ratio), append(s.toOne, toOne)
	s.deadlocks += deadlocks
}

func replicas(n int) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}

// timed runs work over so many rows and returns its rate and how many deadlocks
// the server saw meanwhile.
func (w *planWorld) timed(ctx context.Context, now func() time.Time, rows int, work func() error) (rate float64, deadlocks int64, err error) {
	before, err := w.deadlocks(ctx)
	if err != nil {
		return 0, 0, err
	}
	runtime.GC()
	begun := now()
	if err := work(); err != nil {
		return 0, 0, err
	}
	took := now().Sub(begun)
	after, err := w.deadlocks(ctx)
	return float64(rows) / took.Seconds(), after - before, err
}

func (w *planWorld) deadlocks(ctx context.Context) (n int64, err error) {
	err = w.db.Conn(ctx).Raw("SELECT COALESCE(MAX(count), 0) FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'").Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("read the server's count of deadlocks: %w", err)
	}
	return n, nil
}

// plan moves to the next step's day and has replicas plan what is due.
func (w *planWorld) plan(ctx context.Context, replicas int) error {
	w.step++
	w.clock.set(w.due(w.step))
	return w.all(replicas, func(e *sop.Engine) error { return e.Plan(ctx) })
}

// all runs work on so many engines at once, as replicas would.
func (w *planWorld) all(replicas int, work func(*sop.Engine) error) error {
	var group errgroup.Group
	for range replicas {
		engine, err := w.newEngine(w.db)
		if err != nil {
			return err
		}
		group.Go(func() error { return work(engine) })
	}
	return group.Wait()
}

func (w *planWorld) lastTouch(ctx context.Context) (id int64, err error) {
	if err := w.db.Conn(ctx).Model(&model.Touch{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("find last touch: %w", err)
	}
	return id, nil
}

// complete checks that a plan has written one planned touch for each that was due.
func (w *planWorld) complete(ctx context.Context, last int64, due int) error {
	var touches, left int64
	err := w.db.Conn(ctx).Model(&model.Touch{}).Where("id > ? AND state = ?", last, model.TouchPlanned).Count(&touches).Error
	if err != nil {
		return fmt.Errorf("count touches: %w", err)
	}
	if err := w.db.Conn(ctx).Model(&model.Enrollment{}).Where("next_due_at <= ?", w.db.Now(ctx)).Count(&left).Error; err != nil {
		return fmt.Errorf("count due enrollments: %w", err)
	}
	if touches != int64(due) || left != 0 {
		return fmt.Errorf("%d of %d due steps were planned, %d enrollments are still due", touches, due, left)
	}
	return nil
}

// claim queues n dispatches and has replicas claim, call and settle them.
func (w *planWorld) claim(ctx context.Context, now func() time.Time, n, replicas int) (rate float64, deadlocks int64, err error) {
	err = w.db.Conn(ctx).Exec(`INSERT INTO dispatches (channel, rep_id, sop_id, step_key, payload, state, next_at, last_error, candidates, created_at, updated_at)
SELECT @channel, 1, @sop, 'w1', '{}', 'queued', @now, '', '[]', @now, @now FROM bench_numbers WHERE n <= @n`,
		map[string]any{"channel": takesAllName, "sop": w.sopID, "now": w.db.Now(ctx), "n": n}).Error
	if err != nil {
		return 0, 0, fmt.Errorf("queue dispatches: %w", err)
	}
	w.out.sent.Store(0)
	rate, deadlocks, err = w.timed(ctx, now, n, func() error {
		return w.all(replicas, func(e *sop.Engine) error {
			for w.out.sent.Load() < int64(n) {
				if _, err := e.Dispatch(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return 0, 0, err
	}
	if sent := w.out.sent.Load(); sent != int64(n) {
		return 0, 0, fmt.Errorf("%d dispatches were called %d times", n, sent)
	}
	return rate, deadlocks, nil
}

// idle runs a whole tick while nothing is due, on a single connection, so that
// the counters of its session are the tick's.
func (w *planWorld) idle(ctx context.Context, now func() time.Time) (row idleRow, err error) {
	db, err := model.Open(ctx, w.dsn, model.Options{Clock: w.clock, MaxOpen: 1})
	if err != nil {
		return row, fmt.Errorf("open a single connection: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	engine, err := w.newEngine(db)
	if err != nil {
		return row, err
	}
	if err := tickOnce(ctx, engine); err != nil { // fills caches
		return row, err
	}
	unread, err := rowsRead(ctx, db)
	if err != nil {
		return row, err
	}
	before, err := rowsRead(ctx, db)
	if err != nil {
		return row, err
	}
	begun := now()
	if err := tickOnce(ctx, engine); err != nil {
		return row, err
	}
	row.Millis = milliseconds(now().Sub(begun))
	after, err := rowsRead(ctx, db)
	row.RowsRead = after - before - (before - unread) // reading the counters counts too
	return row, err
}

// tickOnce does once what the engine's loops do at a heartbeat.
func tickOnce(ctx context.Context, e *sop.Engine) error {
	err := errors.Join(e.Plan(ctx), e.Group(ctx), e.Rescue(ctx))
	for _, step := range []func(context.Context) (bool, error){e.Dispatch, e.Reconcile, e.Poll} {
		_, failed := step(ctx)
		err = errors.Join(err, failed)
	}
	return err
}

// rowsRead sums what the session has asked its storage engines for.
func rowsRead(ctx context.Context, db *model.DB) (int64, error) {
	var counters []struct {
		Name  string `gorm:"column:Variable_name"`
		Value int64  `gorm:"column:Value"`
	}
	if err := db.Conn(ctx).Raw("SHOW SESSION STATUS LIKE 'Handler_read%'").Scan(&counters).Error; err != nil {
		return 0, fmt.Errorf("read the session's counters: %w", err)
	}
	sum := int64(0)
	for _, c := range counters {
		sum += c.Value
	}
	return sum, nil
}
