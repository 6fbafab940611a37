package sop

import (
	"fmt"
	"time"

	"sixtouch/model"
	"sixtouch/service/calendar"
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
// it: to the next opening, or to the next day that it is open on.
func (s Step) due(anchor time.Time, w window) time.Time {
	return model.Instant(w.next(s.Offset.instant(anchor, w)))
}

// instant is where the offset points, before the send window has its say.
func (o Offset) instant(anchor time.Time, w window) time.Time {
	if !o.dated() {
		return anchor.Add(time.Duration(o.After) + w.shift)
	}
	local := anchor.In(w.zone)
	clock, err := parseClock(o.At)
	if o.At == "" || err != nil {
		clock = clockTime(local.Hour()*60 + local.Minute())
	}
	year, month, day := local.Date()
	switch {
	case o.Workday != 0:
		year, month, day = w.workdaysAfter(local, o.Workday).Date()
	case o.Month != 0:
		year, month, day = monthsAfter(year, month, day, o.Month)
	case o.Week != 0:
		day += 7 * o.Week
	default:
		day += *o.Day
	}
	return wallClock(year, month, day+w.shiftDays(), clock, w.zone)
}

// monthsAfter is the same day n months later, or the last of a shorter month:
// Go's own month addition would run over into the next.
func monthsAfter(year int, month time.Month, day, n int) (int, time.Month, int) {
	month += time.Month(n)
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	return last.Year(), last.Month(), min(day, last.Day())
}

// before tells whether the step's instant lies before the start, which is the
// anchor itself unless somebody came in at another time: "day 0 at 10:00" of
// somebody added at 15:00 has never been.
func (s Step) before(anchor, start time.Time, w window) bool {
	w.shift = 0
	return s.Offset.instant(anchor, w).Before(start.Truncate(time.Minute))
}

// window is a Window with its zone and calendar, ready for computing.
type window struct {
	zone     *time.Location
	from, to clockTime
	workdays bool
	days     calendar.Days
	// shift is how long pauses have put one enrollment's dates off.
	shift time.Duration
}

// workdaysAfter is the date n working days after t's; before it, if n is
// negative.
func (w window) workdaysAfter(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		t = t.AddDate(0, 0, step)
		if w.days.Working(t) {
			n--
		}
	}
	return t
}

// clockTime is a wall-clock time in minutes since midnight.
type clockTime int

func parseClock(s string) (clockTime, error) {
	// Planning reads one for every step of everybody.
	if len(s) == 5 && s[2] == ':' {
		hour, minute := twoDigits(s[:2]), twoDigits(s[3:])
		if hour >= 0 && hour < 24 && minute >= 0 && minute < 60 {
			return clockTime(hour*60 + minute), nil
		}
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: write HH:MM", s)
	}
	return clockTime(t.Hour()*60 + t.Minute()), nil
}

// twoDigits is negative for anything else.
func twoDigits(s string) int {
	tens, ones := int(s[0])-'0', int(s[1])-'0'
	if tens < 0 || tens > 9 || ones < 0 || ones > 9 {
		return -1
	}
	return 10*tens + ones
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
	return window{zone: zone, from: b[0], to: b[1], workdays: d.Window.Workdays}, nil
}

// next is t itself inside the window. When the day must move, the time of day
// is kept; when only the time is outside, the next opening is meant.
func (w window) next(t time.Time) time.Time {
	for {
		local := t.In(w.zone)
		minute := clockTime(local.Hour()*60 + local.Minute())
		year, month, day := local.Date()
		switch {
		case w.workdays && !w.days.Working(local):
			t = wallClock(year, month, day+1, minute, w.zone)
		case minute < w.from:
			return wallClock(year, month, day, w.from, w.zone)
		case minute >= w.to:
			t = wallClock(year, month, day+1, w.from, w.zone)
		default:
			return t
		}
	}
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
