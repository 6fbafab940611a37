package kv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Attempts counts failures of all replicas together, so that guessing can be
// stopped. A server that is flushed forgets them: some more guesses, no fact.
type Attempts struct{ k *KV }

// Attempts returns the shared counters.
func (k *KV) Attempts() *Attempts { return &Attempts{k: k} }

// Count tells how many failures stand under key.
func (a *Attempts) Count(ctx context.Context, key string) (int, error) {
	n, err := a.k.client.Get(ctx, attemptsKey(key)).Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("count attempts: %w", err)
	}
	return n, nil
}

// Fail adds a failure under key. All failures under it are forgotten once
// window has passed since the last one.
func (a *Attempts) Fail(ctx context.Context, key string, window time.Duration) error {
	pipe := a.k.client.TxPipeline()
	pipe.Incr(ctx, attemptsKey(key))
	pipe.PExpire(ctx, attemptsKey(key), window)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("count a failed attempt: %w", err)
	}
	return nil
}

// Clear forgets the failures under key.
func (a *Attempts) Clear(ctx context.Context, key string) error {
	if err := a.k.client.Del(ctx, attemptsKey(key)).Err(); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

func attemptsKey(key string) string { return prefix + "attempts:" + key }
