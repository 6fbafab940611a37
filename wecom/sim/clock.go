package sim

import (
	"sync"
	"time"
)

// OffsetClock is a clock that runs at the speed of another one and can be moved.
// Every window of the simulator (token life, welcome code, quotas, rate limits)
// is measured on it. It is safe for concurrent use.
type OffsetClock struct {
	base  func() time.Time
	moved func()

	mu     sync.Mutex
	offset time.Duration
}

// Now returns the simulated time.
func (c *OffsetClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset)
}

// Set moves the clock to t; it runs on from there.
func (c *OffsetClock) Set(t time.Time) {
	c.mu.Lock()
	c.offset = t.Sub(c.base())
	c.mu.Unlock()
	c.moved()
}

// Advance moves the clock by d, which may be negative.
func (c *OffsetClock) Advance(d time.Duration) {
	c.mu.Lock()
	c.offset += d
	c.mu.Unlock()
	c.moved()
}

// Offset returns how far the clock is ahead of the one it runs on.
func (c *OffsetClock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}
