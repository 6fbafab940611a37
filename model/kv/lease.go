package kv

import (
	"context"
	"time"

	"github.com/go-redsync/redsync/v4"
)

// Lease lets one replica do what all of them could. It only avoids wasted
// work: what must not happen twice is decided in the database.
type Lease struct {
	k *KV
}

// Leases returns the leases shared by all replicas.
func (k *KV) Leases() *Lease { return &Lease{k: k} }

// TryAcquire takes the lease on name for at most ttl, without waiting. It
// returns false when another holder has it, or ctx has ended. When Redis does not answer it
// returns true: work done twice is better than work not done. release is never
// nil and may be called once.
func (l *Lease) TryAcquire(ctx context.Context, name string, ttl time.Duration) (release func(), ok bool) {
	mutex := l.k.locks.NewMutex(prefix+"lease:"+name, redsync.WithExpiry(ttl), redsync.WithTimeoutFactor(patience))
	switch err := mutex.TryLockContext(ctx); {
	case err == nil:
		return func() { l.k.release(ctx, mutex) }, true
	case isTaken(err), ctx.Err() != nil:
		return func() {}, false
	default:
		l.k.log.WarnContext(ctx, "no lease without redis; working without one", "lease", name, "err", err)
		return func() {}, true
	}
}
