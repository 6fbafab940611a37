package contact

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Dates lists a contact's date fields by name.
func (s *Service) Dates(ctx context.Context, contactID int64) ([]model.ContactDate, error) {
	var list []model.ContactDate
	err := s.db.Read(ctx).Order("field").Limit(model.PageLimit).Find(&list, "contact_id = ?", contactID).Error
	return list, wrap("list dates of the contact", err)
}

// SetDate makes a day the value of one of a contact's date fields; a nil day
// clears it. Programmes that count from the field hear of it. Setting what is
// set already changes nothing.
func (s *Service) SetDate(ctx context.Context, contactID int64, field string, day *time.Time) error {
	if !model.ValidDateField(field) {
		return model.Invalid("field", fmt.Sprintf("%q must be 1 to 32 of a–z, 0–9 and _, and begin with a letter", field))
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.db.Conn(ctx).Clauses(forUpdate()).Take(&model.Contact{}, contactID).Error; err != nil {
			return notFound("contact", err)
		}
		var known []model.ContactDate
		if err := s.db.Conn(ctx).Find(&known, "contact_id = ? AND field = ?", contactID, field).Error; err != nil {
			return fmt.Errorf("load date: %w", err)
		}
		text, before := "", ""
		if day != nil {
			text = day.Format(time.DateOnly)
		}
		if len(known) > 0 {
			before = known[0].Day
		}
		if text == before {
			return nil
		}
		if err := s.saveDate(ctx, contactID, field, text); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		return s.record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%d:%s:%d", model.ActivityDateSet, contactID, field, now.UnixMicro()),
			Kind:      model.ActivityDateSet, ContactID: contactID, OccurredAt: now,
			Data: model.AsJSON(model.ActivityData{Field: field, Day: text}),
		})
	})
	return wrap(fmt.Sprintf("set date of contact %d", contactID), err)
}

func (s *Service) saveDate(ctx context.Context, contactID int64, field, day string) error {
	if day == "" {
		err := s.db.Conn(ctx).Delete(&model.ContactDate{ContactID: contactID, Field: field}).Error
		return wrap("clear date", err)
	}
	row := model.ContactDate{ContactID: contactID, Field: field, Day: day, MonthDay: day[len("2006-"):], UpdatedAt: s.db.Now(ctx)}
	return wrap("store date", s.db.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}
