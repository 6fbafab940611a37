// Package activity owns the activities table and the one ordered line of
// reactors that every happening runs through: the line in the composition root
// is the product's flow. The package imports model only; reactors are handed in.
package activity

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxDepth bounds how far a happening may follow from another: a loop of
// reactors is a fault to be seen, not one to be run.
const maxDepth = 8

var (
	errNoTx  = errors.New("record activity: not inside a transaction")
	errDepth = errors.New("record activity: reactors follow from each other without end")
)

// Reactor does what follows from an activity, in the activity's transaction.
// It may record derived activities through the same pipeline; they are handled
// after all reactors have seen the present one.
type Reactor interface {
	// Name appears in errors.
	Name() string
	// React handles a. An error undoes the whole transaction.
	React(ctx context.Context, a model.Activity) error
}

// Pipeline records activities and shows each to all reactors, in order.
type Pipeline struct {
	db       *model.DB
	reactors []Reactor
}

// New returns a pipeline with its reactors in the order in which they react.
func New(db *model.DB, reactors ...Reactor) *Pipeline {
	return &Pipeline{db: db, reactors: reactors}
}

type runKey struct{}

// run is the queue of one outermost Record.
type run struct {
	queue []queued
	depth int // of the activity that reactors look at now
}

type queued struct {
	activity model.Activity
	depth    int
}

// Record stores a and has all reactors react. It must be called inside a
// transaction. Recording the same DedupeKey again does nothing. Called by a
// reactor, it queues a and returns.
func (p *Pipeline) Record(ctx context.Context, a model.Activity) error {
	if !model.InTransaction(ctx) {
		return errNoTx
	}
	if r, ok := ctx.Value(runKey{}).(*run); ok {
		if r.depth == maxDepth {
			return fmt.Errorf("%w: %s", errDepth, a.Kind)
		}
		r.queue = append(r.queue, queued{activity: a, depth: r.depth + 1})
		return nil
	}
	r := &run{queue: []queued{{activity: a, depth: 1}}}
	ctx = context.WithValue(ctx, runKey{}, r)
	for len(r.queue) > 0 {
		next := r.queue[0]
		r.queue, r.depth = r.queue[1:], next.depth
		if err := p.handle(ctx, next.activity); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) handle(ctx context.Context, a model.Activity) error {
	stored, err := p.store(ctx, &a)
	if err != nil {
		return fmt.Errorf("record activity %s: %w", a.Kind, err)
	}
	if !stored {
		return nil
	}
	for _, reactor := range p.reactors {
		if err := reactor.React(ctx, a); err != nil {
			return fmt.Errorf("%s reacts to %s: %w", reactor.Name(), a.Kind, err)
		}
	}
	return nil
}

// store inserts a and reports whether it was new. It looks first, because most
// repeats are old ones and a failed insert costs a line in the database log.
func (p *Pipeline) store(ctx context.Context, a *model.Activity) (bool, error) {
	var known int64
	err := p.db.Conn(ctx).Model(&model.Activity{}).Where("dedupe_key = ?", a.DedupeKey).Limit(1).Count(&known).Error
	if err != nil {
		return false, fmt.Errorf("look for a repeat: %w", err)
	}
	if known > 0 {
		return false, nil
	}
	a.RecordedAt = p.db.Now(ctx)
	a.OccurredAt = model.Instant(a.OccurredAt)
	err = p.db.Conn(ctx).Create(a).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("insert: %w", err)
	}
	return true, nil
}
