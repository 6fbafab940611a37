package model

import (
	"strings"
	"time"

	"gorm.io/gorm"
)

// HoursOfDay is how many hours a picture of a day shows.
const HoursOfDay = 24

// hourColumn is the instant by which a touch belongs to its local day.
const hourColumn = "COALESCE(sent_at, due_at)"

// Hour is an hour of a local day. The first also takes what lies before it and
// the last what lies behind: a touch is of the day that it is filed under.
type Hour struct {
	Day  time.Time // any instant whose date in its own zone is the day
	Hour int       // 0 to 23
}

// begin is when the hour begins.
func (h Hour) begin() time.Time {
	year, month, day := h.Day.Date()
	return Instant(time.Date(year, month, day, h.Hour, 0, 0, 0, h.Day.Location()))
}

// Where narrows touches of the day to the hour.
func (h Hour) Where(q *gorm.DB) *gorm.DB {
	if h.Hour > 0 {
		q = q.Where(hourColumn+" >= ?", h.begin())
	}
	if h.Hour < HoursOfDay-1 {
		q = q.Where(hourColumn+" < ?", Hour{h.Day, h.Hour + 1}.begin())
	}
	return q
}

// HourSQL tells the hour of touches of a local day, with its parameters.
func HourSQL(day time.Time) (expression string, args []any) { return HourOfSQL(hourColumn, day) }

// HourOfSQL tells the hour of the local day that a column's instant lies in.
func HourOfSQL(column string, day time.Time) (expression string, args []any) {
	var b strings.Builder
	b.WriteString("CASE")
	for h := range HoursOfDay - 1 {
		b.WriteString(" WHEN " + column + " < ? THEN ?")
		args = append(args, Hour{day, h + 1}.begin(), h)
	}
	b.WriteString(" ELSE ? END")
	return b.String(), append(args, HoursOfDay-1)
}
