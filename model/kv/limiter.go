package kv

import (
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// burstShare is the part of a minute's calls, one in four, that may be made at
// once.
const burstShare = 4

// Limiter counts calls of all replicas together.
type Limiter struct {
	limiter *redis_rate.Limiter
}

// Limiter returns the shared rate limiter.
func (k *KV) Limiter() *Limiter { return &Limiter{limiter: redis_rate.NewLimiter(k.client)} }

// Allow asks for one call under key. A wait of zero grants it; otherwise the
// call is not granted and may be asked for again after that time. No minute,
// wherever it begins, sees more than perMinute calls granted: a quarter of
// them may come at once, the rest spread evenly. perMinute ≤ 0 means no limit.
func (l *Limiter) Allow(ctx context.Context, key string, perMinute int) (wait time.Duration, err error) {
	if perMinute <= 0 {
		return 0, nil
	}
	// A bucket grants its burst and its refill within one minute, and the last
	// of the refill falls on the next minute's first instant.
	burst := max(1, perMinute/burstShare)
	limit := redis_rate.Limit{Rate: perMinute - burst + 1, Burst: burst, Period: time.Minute}
	result, err := l.limiter.Allow(ctx, prefix+key, limit)
	if err != nil {
		return 0, fmt.Errorf("ask limiter for %s: %w", key, err)
	}
	if result.Allowed > 0 {
		return 0, nil
	}
	return result.RetryAfter, nil
}
