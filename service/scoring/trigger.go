package scoring

import (
	"context"
	"fmt"

	"sixtouch/model"
)

const (
	// keyTrigger is the intent rule of a reason to act now.
	keyTrigger = "trigger"
	// freshEvent is how long something that happened to an account is one.
	freshEvent = 30 * day
)

// triggers are the lines that accounts' latest events are worth to their people,
// by account. They are read from the events at each scoring and never stored, so
// that an event that is corrected or deleted counts no more. Their activity is 0
// and their subject the event's title. A back-test leaves them out on both sides.
func (s *Service) triggers(ctx context.Context, b book, accountIDs []int64) (map[int64]model.ScoreEntry, error) {
	var rows []model.AccountEvent
	err := s.DB.Read(ctx).Table("account_events e").Select("e.account_id, e.title, e.at").
		Where("e.account_id IN ? AND e.at > ?", accountIDs, s.DB.Now(ctx).Add(-freshEvent)).
		Where("NOT EXISTS (SELECT 1 FROM account_events later WHERE later.account_id = e.account_id AND (later.at > e.at OR later.at = e.at AND later.id > e.id))").
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for fresh events of accounts: %w", err)
	}
	out := map[int64]model.ScoreEntry{}
	for _, row := range rows {
		if e, ok := b.trigger(row); ok {
			out[row.AccountID] = e
		}
	}
	return out, nil
}

// trigger is the line of an event; ok is false where the rules know no triggers.
func (b book) trigger(event model.AccountEvent) (e model.ScoreEntry, ok bool) {
	e, ok = b.intentLine(model.ScoreEntry{Subject: keyTrigger, RulesVersion: b.version, At: event.At})
	e.Subject = event.Title
	if last := event.At.Add(freshEvent); e.ExpiresAt.After(last) {
		e.ExpiresAt = last
	}
	return e, ok
}
