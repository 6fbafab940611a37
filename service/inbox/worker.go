package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sixtouch/model"
	"sixtouch/service/runner"
	"sixtouch/wecom"
)

const (
	// maxClaim bounds one claim, so that what is claimed is begun at once.
	maxClaim = 64
	// maxAttempts is after how many failures an item is parked; with the pauses
	// below that is more than half an hour of trying.
	maxAttempts = 8
	// lease is how long a worker owns what it claimed; attemptTime ends earlier.
	defaultLease = time.Minute
	attemptTime  = 40 * time.Second
	// meetPause bounds how long what stepped back waits before it is claimed again.
	meetPause = 200 * time.Millisecond
	// releaseTime bounds the last write about an item while shutting down.
	releaseTime = 5 * time.Second
	poll        = time.Second
	rescueEvery = 5 * time.Second
	maxError    = 1000 // bytes of an error that are kept
)

// pauses are how long an item waits after each failure; the last one repeats.
func pauses() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// WorkerOptions equips a Worker; zero numbers mean defaults.
type WorkerOptions struct {
	Logger  *slog.Logger
	Metrics prometheus.Registerer
	// Normal and Welcome are how many items of each lane are processed at once;
	// 16 unless given.
	Normal, Welcome int
	// Lease is how long a claim lasts; a minute unless given.
	Lease time.Duration
}

// Worker processes inbox items: in order per subject, in parallel otherwise,
// welcomes in a lane of their own. Any number of workers may run on one
// database. It is a runner.Service.
type Worker struct {
	// Processed tells tests what became of each attempt.
	Processed runner.Signal[Outcome]

	db       *model.DB
	handlers map[wecom.EventKey]Handler
	log      *slog.Logger
	metrics  *workerMetrics
	lease    time.Duration
	lanes    [2]*lane
	rescuer  *runner.Loop
}

// Outcome is what became of one attempt at an item.
type Outcome struct {
	ItemID int64
	State  model.InboxState // retry, done, ignored or dead; processing: the lease was lost
}

// lane is the loop of one lane and the places for items in process.
type lane struct {
	loop   *runner.Loop
	places chan struct{}
	busy   sync.WaitGroup
}

// NewWorker returns a worker that is not yet started. Two handlers for the same
// kind of event are an error.
func NewWorker(db *model.DB, handlers []Handler, opts WorkerOptions) (*Worker, error) {
	byKey, err := register(handlers)
	if err != nil {
		return nil, err
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Lease == 0 {
		opts.Lease = defaultLease
	}
	w := &Worker{db: db, handlers: byKey, log: opts.Logger, metrics: newWorkerMetrics(opts.Metrics), lease: opts.Lease}
	w.lanes[model.LaneNormal] = w.newLane(model.LaneNormal, "inbox normal", opts.Normal)
	w.lanes[model.LaneWelcome] = w.newLane(model.LaneWelcome, "inbox welcome", opts.Welcome)
	w.rescuer = runner.NewLoop("inbox rescue", rescueEvery, w.log, func(ctx context.Context) (bool, error) {
		return false, w.Rescue(ctx)
	})
	return w, nil
}

func (w *Worker) newLane(id model.Lane, name string, places int) *lane {
	if places <= 0 {
		places = 16
	}
	l := &lane{places: make(chan struct{}, places)}
	l.loop = runner.NewLoop(name, poll, w.log, func(ctx context.Context) (bool, error) {
		return w.fill(ctx, id, l)
	})
	return l
}

// Wake has the lane looked at soon. It never blocks.
func (w *Worker) Wake(lane model.Lane) { w.lanes[lane].loop.Wake() }

// Start begins to process items.
func (w *Worker) Start(ctx context.Context) error {
	for i, loop := range w.loops() {
		if err := loop.Start(ctx); err != nil {
			for _, started := range w.loops()[:i] {
				started.Stop()
			}
			return fmt.Errorf("start inbox worker: %w", err)
		}
	}
	return nil
}

// Stop claims nothing more, finishes what is in process and returns.
func (w *Worker) Stop() {
	for _, loop := range w.loops() {
		loop.Stop()
	}
	for _, l := range w.lanes {
		l.busy.Wait()
	}
}

func (w *Worker) loops() []*runner.Loop {
	return []*runner.Loop{w.rescuer, w.lanes[model.LaneNormal].loop, w.lanes[model.LaneWelcome].loop}
}

// fill claims as many items as the lane has places for and begins them. The end
// of each wakes the loop. Each welcome in process takes a place from the normal
// lane: what must leave within seconds does not share the database with what
// can wait.
func (w *Worker) fill(ctx context.Context, id model.Lane, l *lane) (bool, error) {
	free := min(cap(l.places)-len(l.places), maxClaim)
	if id == model.LaneNormal {
		free -= len(w.lanes[model.LaneWelcome].places)
	}
	if free <= 0 {
		return false, nil
	}
	items, err := w.claim(ctx, id, free)
	for _, it := range items {
		l.places <- struct{}{}
		l.busy.Go(func() {
			defer w.lanes[model.LaneNormal].loop.Wake()
			defer l.loop.Wake()
			defer func() { <-l.places }()
			w.process(ctx, it)
		})
	}
	return len(items) == free, err
}

// RunOnce claims items of a lane and processes them, one after the other, until
// none is due, and returns how many attempts it made. It is what the loops do,
// for tests and for a demo's "next" button.
func (w *Worker) RunOnce(ctx context.Context, lane model.Lane) (int, error) {
	for n := 0; ; {
		items, err := w.claim(ctx, lane, maxClaim)
		if err != nil || len(items) == 0 {
			return n, err
		}
		for _, it := range items {
			w.process(ctx, it)
			n++
		}
	}
}

// process makes one attempt at a claimed item and releases it.
func (w *Worker) process(ctx context.Context, it model.InboxItem) {
	state, err := w.attempt(ctx, it)
	if err != nil {
		state, err = w.failed(ctx, it, err)
	}
	log := w.log.With("item", it.ID, "event", it.EventKey, "state", state, "attempts", it.Attempts)
	if err != nil {
		log.WarnContext(ctx, "inbox item not done", "err", err)
	} else {
		log.DebugContext(ctx, "inbox item processed")
	}
	w.metrics.processed.WithLabelValues(string(state)).Inc()
	if state == model.InboxDone {
		lane := map[model.Lane]string{model.LaneNormal: "normal", model.LaneWelcome: "welcome"}[it.Lane]
		w.metrics.latency.WithLabelValues(lane).Observe(w.db.Clock().Now().Sub(it.ReceivedAt).Seconds())
	}
	w.Processed.Emit(Outcome{ItemID: it.ID, State: state})
}

// attempt processes an item and, unless it fails, releases it.
func (w *Worker) attempt(ctx context.Context, it model.InboxItem) (state model.InboxState, err error) {
	defer func() {
		if p := recover(); p != nil {
			state, err = "", fmt.Errorf("panic: %v", p)
			w.log.ErrorContext(ctx, "event handler panicked", "item", it.ID, "event", it.EventKey, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	e, err := wecom.ParseEvent(it.Payload)
	if err != nil {
		return "", Permanent(err)
	}
	handler, ok := w.handlers[e.Key()]
	if !ok {
		return model.InboxIgnored, w.finish(ctx, it, model.InboxIgnored)
	}
	event := Event{Event: e, ItemID: it.ID, ReceivedAt: it.ReceivedAt}
	facts, err := handler.Fetch(ctx, event)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	err = w.db.InTx(ctx, func(ctx context.Context) error {
		if err := handler.Apply(ctx, event, facts); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		return w.finish(ctx, it, model.InboxDone)
	})
	return model.InboxDone, err
}

func (w *Worker) finish(ctx context.Context, it model.InboxItem, state model.InboxState) error {
	return w.release(ctx, it, map[string]any{"state": state, "done_at": w.db.Now(ctx), "last_error": ""})
}

// failed releases an item whose attempt failed: to be tried again after a pause,
// at once when it was only interrupted, never when that would be in vain.
func (w *Worker) failed(ctx context.Context, it model.InboxItem, cause error) (model.InboxState, error) {
	if errors.Is(cause, errFenced) {
		return model.InboxProcessing, cause
	}
	interrupted := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	now := w.db.Now(ctx)
	state := model.InboxRetry
	change := map[string]any{"last_error": shorten(cause.Error())}
	switch {
	case interrupted:
		change["attempts"], change["next_at"] = it.Attempts-1, now
	case isPermanent(cause), it.Attempts >= maxAttempts:
		state = model.InboxDead
		change["done_at"] = now
	default:
		change["next_at"] = model.Instant(now.Add(max(pause(it.Attempts), retryAfter(cause))))
	}
	change["state"] = state
	// What made the attempt fail may be a database that is away for a moment.
	err := w.db.InTx(ctx, func(ctx context.Context) error { return w.release(ctx, it, change) })
	if err != nil {
		return model.InboxProcessing, errors.Join(cause, err)
	}
	return state, cause
}

// pause is how long to wait after the given number of attempts, give or take a
// fifth, so that items that failed together do not come back together.
func pause(attempts int) time.Duration {
	all := pauses()
	d := all[min(max(attempts, 1), len(all))-1]
	return d*4/5 + rand.N(d*2/5) //nolint:gosec // spreads load, hides nothing
}

func retryAfter(err error) time.Duration {
	var e *wecom.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

func shorten(s string) string {
	if len(s) > maxError {
		s = s[:maxError]
	}
	return strings.ToValidUTF8(s, "")
}
