package sop

import (
	"fmt"
	"time"

	"sixtouch/model"
)

// defaultGrace is how late a step may still be carried out.
const defaultGrace = 12 * time.Hour

// grace is how late the step may still be carried out.
func (s Step) grace() time.Duration {
	if s.Grace > 0 {
		return time.Duration(s.Grace)
	}
	return defaultGrace
}

// due is when the step is due for somebody with that anchor: anchor-based, so
// a late step never shifts the next. The send window moves an instant outside
// it to the next opening.
func (s Step) due(anchor time.Time, w window) time.Time {
	at := anchor.Add(time.Duration(s.Offset.After))
	if s.Offset.Day != nil {
		clock, err := parseClock(s.Offset.At)
		if err != nil { // publishing checked it
			clock = w.from
		}
		local := anchor.In(w.zone)
		at = wallClock(local.Year(), local.Month(), local.Day()+*s.Offset.Day, clock, w.zone)
	}
	return model.Instant(w.next(at))
}

// before tells whether the step's instant lies before the anchor itself: "day
// 0 at 10:00" of somebody added at 15:00 has never been.
func (s Step) before(anchor time.Time, w window) bool {
	if s.Offset.Day == nil || *s.Offset.Day > 0 {
		return false
	}
	clock, err := parseClock(s.Offset.At)
	if err != nil {
		return false
	}
	local := anchor.In(w.zone)
	return wallClock(local.Year(), local.Month(), local.Day(), clock, w.zone).Before(anchor)
}

// window is a Window with its zone, ready for computing.
type window struct {
	zone     *time.Location
	from, to clockTime
}

// clockTime is a wall-clock time in minutes since midnight.
type clockTime int

func parseClock(s string) (clockTime, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: write HH:MM", s)
	}
	return clockTime(t.Hour()*60 + t.Minute()), nil
}

func (w Window) bounds() ([2]clockTime, error) {
	out := [2]clockTime{9 * 60, 20*60 + 30}
	for i, text := range []string{w.From, w.To} {
		if text == "" {
			continue
		}
		t, err := parseClock(text)
		if err != nil {
			return out, err
		}
		out[i] = t
	}
	if out[0] >= out[1] {
		return out, fmt.Errorf("must open before it closes")
	}
	return out, nil
}

// schedule compiles the definition's window; zone is the corp's, for
// definitions without one.
func (d Definition) schedule(zone *time.Location) (window, error) {
	if d.Timezone != "" {
		z, err := time.LoadLocation(d.Timezone)
		if err != nil {
			return window{}, fmt.Errorf("load time zone %q: %w", d.Timezone, err)
		}
		zone = z
	}
	b, err := d.Window.bounds()
	if err != nil {
		return window{}, fmt.Errorf("read send window: %w", err)
	}
	return window{zone: zone, from: b[0], to: b[1]}, nil
}

// next is t itself inside the window, else the next opening.
func (w window) next(t time.Time) time.Time {
	local := t.In(w.zone)
	minute := clockTime(local.Hour()*60 + local.Minute())
	switch {
	case minute < w.from:
		return wallClock(local.Year(), local.Month(), local.Day(), w.from, w.zone)
	case minute >= w.to:
		return wallClock(local.Year(), local.Month(), local.Day()+1, w.from, w.zone)
	}
	return t
}

// wallClock is the instant that a local clock shows that time. A time that
// does not exist (clocks go forward) moves forward by the gap; one that
// exists twice means the first.
func wallClock(year int, month time.Month, day int, at clockTime, zone *time.Location) time.Time {
	t := time.Date(year, month, day, int(at)/60, int(at)%60, 0, 0, zone)
	earlier := t.Add(-time.Hour)
	if earlier.Hour() == t.Hour() && earlier.Minute() == t.Minute() {
		return earlier
	}
	if t.Hour()*60+t.Minute() < int(at)%(24*60) {
		// In a gap Go picks the offset before or after it; both must mean "later".
		return t.Add(time.Duration(int(at)-t.Hour()*60-t.Minute()) * time.Minute)
	}
	return t
}

// localDay is t's date in zone, as YYYY-MM-DD.
func localDay(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }
