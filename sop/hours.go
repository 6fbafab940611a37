package sop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// hoursID is the id of the one row of the corp's send hours.
const hoursID = 1

// datedHours are the corp's send hours as they were at an instant.
type datedHours struct {
	hours Window
	at    time.Time
}

// DefaultHours are the send hours of a corp that has set none.
func DefaultHours() Window { return Window{From: "09:00", To: "20:30"} }

// SendHours returns the corp's send hours: when programmes send that name no
// hours of their own.
func (e *Engine) SendHours(ctx context.Context) (Window, error) {
	var row model.SendHours
	err := e.DB.Read(ctx).Take(&row, "id = ?", hoursID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return DefaultHours(), nil
	}
	return Window{From: row.OpensAt, To: row.ClosesAt, Workdays: row.Workdays}, wrap("load the send hours", err)
}

// SetSendHours changes the corp's send hours. What is planned already waits for
// them where they have become narrower, and keeps its time where they have
// become wider. Other replicas follow within a minute.
func (e *Engine) SetSendHours(ctx context.Context, hours Window) error {
	f := faults{}
	for field, text := range map[string]string{"from": hours.From, "to": hours.To} {
		if _, err := parseClock(text); err != nil {
			f.add(field, "%q is no time of day: write HH:MM", text)
		}
	}
	if _, err := hours.bounds(); err != nil && len(f) == 0 {
		f.add("to", "%v", err)
	}
	if len(f) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the send hours have faults", Fields: f}
	}
	row := model.SendHours{ID: hoursID, OpensAt: hours.From, ClosesAt: hours.To, Workdays: hours.Workdays, UpdatedAt: e.DB.Now(ctx)}
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("store the send hours: %w", err)
	}
	e.sendHours.Store(nil)
	return nil
}

// hours returns the corp's send hours, read at most once a minute: every plan asks.
func (e *Engine) hours(ctx context.Context) (Window, error) {
	now := e.DB.Now(ctx)
	if c := e.sendHours.Load(); c != nil && now.Sub(c.at).Abs() < calendarLife {
		return c.hours, nil
	}
	hours, err := e.SendHours(ctx)
	if err != nil {
		return hours, err
	}
	e.sendHours.Store(&datedHours{hours, now})
	return hours, nil
}

// within is the definition with the corp's hours where it names none. One that
// asks for working days alone means the corp's hours on those.
func (d Definition) within(corp Window) Definition {
	if d.Window.From == "" && d.Window.To == "" {
		d.Window = Window{From: corp.From, To: corp.To, Workdays: corp.Workdays || d.Window.Workdays}
	}
	return d
}
