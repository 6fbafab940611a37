package sop

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// dateSweep finds whose date comes near. It walks the days, each once: its cost
// is that of those whose day it is.
type dateSweep struct {
	e *Engine
	v *Version
}

func newDateSweep(e *Engine, v *Version) sweep { return dateSweep{e, v} }

func (s dateSweep) subject() string { return TriggerContactDate + ":" + s.v.Trigger.Field }

func (s dateSweep) page(ctx context.Context, row *model.Sweep) (bool, error) {
	now := s.e.DB.Now(ctx)
	day, err := time.ParseInLocation(time.DateOnly, row.Day, s.v.window.zone)
	if err != nil {
		return false, fmt.Errorf("read the day of the sweep: %w", err)
	}
	if day.After(s.v.horizon(now)) {
		return false, nil
	}
	ids, err := s.born(ctx, day, row.AfterID)
	if err != nil {
		return false, err
	}
	at := anchor{model.Instant(day), &now}
	list := make([]found, len(ids))
	for i, id := range ids {
		list[i] = found{id, at}
	}
	if len(ids) == sweepPage {
		row.AfterID = ids[len(ids)-1]
	} else {
		row.Day, row.AfterID = day.AddDate(0, 0, 1).Format(time.DateOnly), 0
	}
	if s.v.over(at) {
		return true, nil // the sweep comes after an outage: nothing is left to do for them
	}
	return true, s.e.enterFound(ctx, s.v, list)
}

// born lists a page of the contacts whose day it is.
func (s dateSweep) born(ctx context.Context, day time.Time, after int64) ([]int64, error) {
	index, column, days := "ix_contact_dates_day", "day", []string{day.Format(time.DateOnly)}
	if s.v.Trigger.Yearly {
		index, column, days = "ix_contact_dates_month_day", "month_day", []string{day.Format(monthDay)}
		if days[0] == "02-28" && day.AddDate(0, 0, 1).Month() == time.March {
			days = append(days, "02-29")
		}
	}
	var ids []int64
	err := s.e.DB.Conn(ctx).Table(s.e.DB.Walk("contact_dates", index)).
		Where("field = ? AND "+column+" IN ? AND contact_id > ?", s.v.Trigger.Field, days, after).
		Order("contact_id").Limit(sweepPage).Pluck("contact_id", &ids).Error
	return ids, wrap("find whose day it is", err)
}

// monthDay is the layout of a day that comes round every year.
const monthDay = "01-02"

// reasonDateChanged is why people leave a programme that counted from a date
// that has moved or gone.
const reasonDateChanged = "date_changed"

// endOldDates ends the contact's runs that count from another day of the date
// field than it has now.
func (e *Engine) endOldDates(ctx context.Context, a model.Activity) error {
	sops, versions, err := e.listeners(ctx, func(t triggerKind) bool { return t.on != nil && t.sweep != nil })
	if err != nil {
		return err
	}
	for _, s := range sops {
		v := versions[s.ID]
		if v.Trigger.Field != a.Data.V.Field {
			continue
		}
		var stays time.Time // the zero instant is nobody's anchor
		if day, err := time.ParseInLocation(time.DateOnly, a.Data.V.Day, v.window.zone); err == nil {
			if v.Trigger.Yearly {
				day = v.nextRound(day, a.OccurredAt)
			}
			stays = model.Instant(day)
		}
		err := e.endEnrollments(ctx, reasonDateChanged, "contact_id = ? AND sop_id = ? AND anchor_kind = ? AND anchor_at <> ?",
			a.ContactID, s.ID, TriggerContactDate, stays)
		if err != nil {
			return err
		}
	}
	return nil
}
