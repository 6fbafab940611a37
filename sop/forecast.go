package sop

import (
	"slices"
	"time"

	"sixtouch/service/calendar"
)

// Why a step does not happen at the instant that its offset names.
const (
	MovedHoliday = "holiday"       // a day off that a notice names
	MovedWeekend = "weekend"       // a day off that none names
	MovedWindow  = "window_closed" // outside the send window's hours
)

// Expected is one step of a forecast.
type Expected struct {
	Step    string    `json:"step"`
	Due     time.Time `json:"due"` // in the programme's zone
	Channel string    `json:"channel"`
	// Reason says why the calendar moved it, or why it will be skipped
	// (ReasonBeforeStart); empty when it is due just when its offset says.
	Reason  string `json:"reason,omitempty"`
	Holiday string `json:"holiday,omitempty"` // the holiday's name
}

// Forecast is what one contact with that anchor would get and when, by the very
// code that plans. Filters and limits are not asked: nobody is known yet.
func Forecast(d Definition, anchor time.Time, zone *time.Location, days calendar.Days) ([]Expected, error) {
	w, err := d.schedule(zone)
	if err != nil {
		return nil, err
	}
	w.days = days
	v := &Version{Definition: d, window: w}
	out := []Expected{}
	for _, s := range v.Steps {
		if s.Channel == ChannelWelcome {
			out = append(out, Expected{Step: s.Key, Due: anchor.In(w.zone), Channel: s.Channel})
		}
	}
	for _, s := range v.pending(anchor, nil) {
		e := Expected{Step: s.Key, Due: s.due.In(w.zone), Channel: s.Channel}
		if !d.Trigger.ahead() && s.Step.before(s.base, s.base, w) {
			e.Reason = ReasonBeforeStart
		} else {
			e.Reason, e.Holiday = w.moved(s.Offset.instant(s.base, w))
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Expected) int { return a.Due.Compare(b.Due) })
	return out, nil
}

// moved says why next does not leave t where it is.
func (w window) moved(t time.Time) (reason, holiday string) {
	local := t.In(w.zone)
	minute := clockTime(local.Hour()*60 + local.Minute())
	switch {
	case w.workdays && !w.days.Working(local):
		if name := w.days.Name(local); name != "" {
			return MovedHoliday, name
		}
		return MovedWeekend, ""
	case minute < w.from || minute >= w.to:
		return MovedWindow, ""
	}
	return "", ""
}
