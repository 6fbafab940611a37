package model

import "time"

// Clock tells the time. Everything that reads the time is handed one, so that
// a week of an SOP can run in a test's second and in the demo at a click.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the present instant in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC() }

// Instant brings t into the form in which instants are stored: UTC, whole
// microseconds (what DATETIME(6) keeps), so that a value read back equals the
// one written and SQLite's text comparison orders them.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
