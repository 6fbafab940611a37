package audience

import (
	"strings"
	"time"
)

// maxSpan bounds a span's number, well inside what a time can hold.
const maxSpan = 10_000

// span is a length of time before now. By "elapsed" (the default) a day is 24
// hours; by "calendar" days are local ones and today is the first.
type span struct {
	N    int    `json:"n"`
	Unit string `json:"unit"`
	By   string `json:"by,omitempty"`
}

func (s span) check(name string) error {
	if s.N < 1 || s.N > maxSpan {
		return invalid("has a span of [%d] for %q: 1 to %d are possible", s.N, name, maxSpan)
	}
	switch {
	case s.Unit != "hour" && s.Unit != "day" && s.Unit != "week":
		return invalid("does not know the unit %q: [hour, day, week]", s.Unit)
	case s.By != "" && s.By != "elapsed" && s.By != "calendar":
		return invalid("does not count by %q: [elapsed, calendar]", s.By)
	case s.By == "calendar" && s.Unit == "hour":
		return invalid("counts calendar days and weeks only, not hours")
	}
	return nil
}

// start is the first instant that is newer than the span.
func (s span) start(now time.Time) time.Time {
	days := s.N
	if s.Unit == "week" {
		days *= 7
	}
	switch {
	case s.By == "calendar":
		y, m, d := now.Date()
		return time.Date(y, m, d-days+1, 0, 0, 0, 0, now.Location())
	case s.Unit == "hour":
		return now.Add(-time.Duration(s.N)*time.Hour + time.Microsecond)
	}
	// "Older" includes the exact instant, and instants are whole microseconds.
	return now.Add(-time.Duration(days)*24*time.Hour + time.Microsecond)
}

// when is a condition on an instant: newer_than, older_than, between.
type when struct {
	is       string
	span     span
	from, to civil
}

// civil is a local day, both ends of "between" included.
type civil struct {
	year  int
	month time.Month
	day   int
}

const whenOperators = "newer_than, older_than, between"

// when reads an operator on instants from a leaf.
func (l leaf) when() (when, error) {
	w := when{is: l.is}
	switch l.is {
	case "newer_than", "older_than":
		if err := l.value(&w.span, `a span like {"n":30,"unit":"day"}`); err != nil {
			return w, err
		}
		return w, w.span.check(l.field)
	case "between":
		var v struct{ From, To string }
		if err := l.value(&v, `{"from":"2026-01-01","to":"2026-01-31"}`); err != nil {
			return w, err
		}
		var err error
		if w.from, err = parseDay(v.From); err != nil {
			return w, err
		}
		if w.to, err = parseDay(v.To); err != nil {
			return w, err
		}
		if v.To < v.From {
			return w, invalid("has an end before its start for %q", l.field)
		}
		return w, nil
	}
	return w, l.unknown(whenOperators)
}

func parseDay(s string) (civil, error) {
	t, err := time.Parse(time.DateOnly, s)
	// Databases and Go agree on these years.
	if err != nil || t.Year() < 1900 || t.Year() > 2999 {
		return civil{}, invalid("needs days like 2026-01-31, not %q", s)
	}
	y, m, d := t.Date()
	return civil{y, m, d}, nil
}

func (c civil) start(zone *time.Location) time.Time {
	return time.Date(c.year, c.month, c.day, 0, 0, 0, 0, zone)
}

// bounds are from (included) and to (excluded); zero means open.
func (w when) bounds(now time.Time) (from, to time.Time) {
	switch w.is {
	case "newer_than":
		return w.span.start(now), time.Time{}
	case "older_than":
		return time.Time{}, w.span.start(now)
	}
	end := w.to
	end.day++
	return w.from.start(now.Location()), end.start(now.Location())
}

func (w when) holds(t, now time.Time) bool {
	from, to := w.bounds(now)
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

// sql compares an expression that yields an instant.
func (w when) sql(expr string, now time.Time) (string, []any) {
	from, to := w.bounds(now)
	var parts []string
	var args []any
	if !from.IsZero() {
		parts, args = append(parts, expr+" >= ?"), append(args, from.UTC())
	}
	if !to.IsZero() {
		parts, args = append(parts, expr+" < ?"), append(args, to.UTC())
	}
	return strings.Join(parts, " AND "), args
}
