package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstPause = 100 * time.Millisecond // after the first error in a row
	leastPause = time.Second            // the longest pause of a loop that ticks faster than this
	mostPause  = 30 * time.Second       // the longest pause of any loop
)

// errStarted is returned when something that runs is started again.
var errStarted = errors.New("already started")

// Loop calls one function over and over: once at its start, then whenever it
// is woken, whenever its period has passed, and at once while the function says
// that there is more to do. Calls never overlap. An error, or a panic, is
// logged and answered with a growing pause that a wake does not cut short: a
// database that is down is not helped by more callers.
//
// A Loop may be started again after it was stopped.
type Loop struct {
	// Ran tells tests that a call has ended.
	Ran Signal[struct{}]

	name  string
	every time.Duration
	log   *slog.Logger
	once  func(ctx context.Context) (again bool, err error)
	wake  chan struct{}

	mu   sync.Mutex
	quit chan struct{} // closed by Stop; nil when not running
	done chan struct{} // closed when the goroutine has ended
}

// NewLoop returns a loop that is not yet started. With every ≤ 0 it runs only
// at its start and when woken. The name appears in its log lines. once reports
// whether more work waits; its ctx ends when the ctx given to Start does.
func NewLoop(name string, every time.Duration, log *slog.Logger, once func(ctx context.Context) (again bool, err error)) *Loop {
	return &Loop{
		name:  name,
		every: every,
		log:   log.With("loop", name),
		once:  once,
		wake:  make(chan struct{}, 1),
	}
}

// Wake makes the loop call its function soon. It never blocks; any number of
// wakes during one call lead to one more call.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Start begins the loop and returns. It fails when the loop runs already.
func (l *Loop) Start(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quit != nil {
		return fmt.Errorf("start loop %s: %w", l.name, errStarted)
	}
	quit, done := make(chan struct{}), make(chan struct{})
	l.quit, l.done = quit, done
	go func() {
		defer close(done)
		l.run(ctx, quit)
	}()
	return nil
}

// Stop lets the call in hand finish and waits for it. The call is interrupted
// only by the ctx given to Start, which Group ends when its budget is used up.
func (l *Loop) Stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quit == nil {
		return
	}
	close(l.quit)
	<-l.done
	l.quit = nil
}

func (l *Loop) run(ctx context.Context, quit <-chan struct{}) {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval:     firstPause,
		RandomizationFactor: 0.2,
		Multiplier:          2,
		MaxInterval:         min(max(l.every, leastPause), mostPause),
	}
	pauses.Reset()
	for {
		again, err := l.call(ctx)
		l.Ran.Emit(struct{}{})
		wake, wait := (<-chan struct{})(l.wake), l.every
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wake, wait = nil, pauses.NextBackOff()
			l.log.ErrorContext(ctx, "loop failed", "err", err, "pause", wait)
		default:
			pauses.Reset()
			if again {
				wait = time.Nanosecond
			}
		}
		if !sleep(ctx, quit, wake, wait) {
			return
		}
	}
}

// call runs the function once and turns a panic into an error.
func (l *Loop) call(ctx context.Context) (again bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			again, err = false, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return l.once(ctx)
}

// sleep waits until it is time to run again and reports whether it is. A wait
// ≤ 0 has no end of its own.
func sleep(ctx context.Context, quit, wake <-chan struct{}, wait time.Duration) bool {
	// A loop with endless work must still see that it is to stop: select picks
	// at random among what is ready.
	select {
	case <-quit:
		return false
	default:
	}
	var timeUp <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-quit:
		return false
	case <-wake:
		return true
	case <-timeUp:
		return true
	}
}
