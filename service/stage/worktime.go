package stage

import (
	"fmt"
	"time"
)

// hours are the corp's working hours, on the days that the calendar has worked.
type hours struct {
	zone     *time.Location
	from, to time.Duration // since midnight
	working  func(time.Time) bool
}

// longestBreak bounds how many days in a row nobody works: a calendar without a
// working day would otherwise be searched for ever.
const longestBreak = 60

// add returns the instant by which so many working minutes have passed since
// at. On a calendar without working days it counts every minute.
func (h hours) add(at time.Time, minutes int) time.Time {
	left, off := time.Duration(minutes)*time.Minute, 0
	for day := h.midnight(at); off < longestBreak; day = day.AddDate(0, 0, 1) {
		open, end := h.opens(day, at)
		if !open.Before(end) {
			off++
			continue
		}
		off = 0
		if rest := end.Sub(open); left > rest {
			left -= rest
			continue
		}
		return open.Add(left).UTC()
	}
	return at.Add(time.Duration(minutes) * time.Minute).UTC()
}

// between counts the working minutes from a until before b, whole ones; 0 when
// b is not after a.
func (h hours) between(a, b time.Time) int {
	var sum time.Duration
	for day := h.midnight(a); day.Before(b); day = day.AddDate(0, 0, 1) {
		open, end := h.opens(day, a)
		if b.Before(end) {
			end = b
		}
		if open.Before(end) {
			sum += end.Sub(open)
		}
	}
	return int(sum / time.Minute)
}

// opens is the working time of a day that lies at or after an instant; empty
// when the first is not before the second.
func (h hours) opens(day, after time.Time) (open, end time.Time) {
	if !h.working(day) {
		return day, day
	}
	open, end = day.Add(h.from), day.Add(h.to)
	if open.Before(after) {
		open = after
	}
	return open, end
}

func (h hours) midnight(t time.Time) time.Time {
	year, month, day := t.In(h.zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, h.zone)
}

// clockTime reads HH:MM as the time since midnight; 24:00 is the end of a day.
func clockTime(text string) (time.Duration, error) {
	var hour, minute int
	n, err := fmt.Sscanf(text, "%d:%d", &hour, &minute)
	if err != nil || n != 2 || text != fmt.Sprintf("%02d:%02d", hour, minute) || hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return 0, fmt.Errorf("%q is no time of day", text)
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, nil
}
