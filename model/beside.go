package model

import (
	"context"
	"sync/atomic"
)

// Beside is something to be written with whatever a request writes: its write
// runs at the end of the first transaction below its context and is committed
// with it.
type Beside struct {
	write func(ctx context.Context) error
	done  atomic.Bool
}

type besideKey struct{}

// WithBeside lets write be committed with the first transaction below the
// returned context. It may run several times, as transactions do.
func WithBeside(ctx context.Context, write func(ctx context.Context) error) (context.Context, *Beside) {
	b := &Beside{write: write}
	return context.WithValue(ctx, besideKey{}, b), b
}

func besideOf(ctx context.Context) *Beside {
	b, _ := ctx.Value(besideKey{}).(*Beside)
	return b
}

func (b *Beside) run(ctx context.Context) error {
	if b == nil || b.done.Load() {
		return nil
	}
	return b.write(ctx)
}

func (b *Beside) kept() {
	if b != nil {
		b.done.Store(true)
	}
}

// Finish writes what no transaction has taken along: the request wrote without
// one, or something that is not in the database.
func (b *Beside) Finish(ctx context.Context) error {
	if b.done.Load() {
		return nil
	}
	if err := b.write(ctx); err != nil {
		return err
	}
	b.kept()
	return nil
}
