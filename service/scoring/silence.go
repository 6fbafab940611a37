package scoring

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Bands are the days from which on a silent contact is in the band of that name;
// exactly so many times 24 hours count.
func Bands() []int { return []int{30, 45, 60} }

// BandOf is the band of who has been silent since then; 0 for who is not silent.
func BandOf(since, now time.Time) int {
	band := 0
	for _, days := range Bands() {
		if now.Sub(since) >= time.Duration(days)*day {
			band = days
		}
	}
	return band
}

// Silent is a contact who has done nothing for a while. Since is their last
// doing, else when they were added.
type Silent struct {
	ContactID int64
	Name      string
	AccountID *int64
	Since     time.Time
	Days      int `gorm:"-"`
	Band      int `gorm:"-"`
}

// SilentPlace is behind a row of the list of silent contacts.
type SilentPlace struct {
	Since time.Time
	ID    int64
}

// Silent lists the reachable contacts of a band (30, 45 or 60), those who fell
// silent first ahead; doings of ours do not end a silence, and the contact's own
// do wherever they show: with a colleague, in an event, in a content.
func (s *Service) Silent(ctx context.Context, band int, after SilentPlace, limit int) ([]Silent, error) {
	now := s.DB.Now(ctx)
	to := now.Add(-time.Duration(band) * day)
	from := SilentPlace{Since: time.Unix(0, 0).UTC(), ID: maxID}
	for _, days := range Bands() {
		if days > band {
			from.Since = now.Add(-time.Duration(days) * day) // exactly so long is the next band's
			break
		}
	}
	if after.Since.After(from.Since) {
		from = after
	}
	// Who was heard of, by their last doing; and who never was, by when they came.
	const reachable = "EXISTS (SELECT 1 FROM relationships r WHERE r.contact_id = c.id AND r.state = 'active')"
	var list, never []Silent
	scope := model.ScopeOf(ctx)
	err := scope.OfContacts(s.DB.Read(ctx).Table(s.DB.Walk("last_actives la", "ix_last_actives_at")), "c.id").Joins("JOIN contacts c ON c.id = la.contact_id").
		Select("c.id AS contact_id, c.name, c.account_id, la.at AS since").Where(reachable).
		Where("la.at <= ? AND la.at >= ? AND (la.at > ? OR la.contact_id > ?)", to, from.Since, from.Since, from.ID).
		Order("la.at, la.contact_id").Limit(limit).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list silent contacts: %w", err)
	}
	err = scope.OfContacts(s.DB.Read(ctx).Table(s.DB.Walk("contacts c", "ix_contacts_added")), "c.id").
		Select("c.id AS contact_id, c.name, c.account_id, c.first_added_at AS since").Where(reachable).
		Joins("LEFT JOIN last_actives la ON la.contact_id = c.id").Where("la.contact_id IS NULL").
		Where("c.first_added_at <= ? AND c.first_added_at >= ? AND (c.first_added_at > ? OR c.id > ?)", to, from.Since, from.Since, from.ID).
		Order("c.first_added_at, c.id").Limit(limit).Find(&never).Error
	if err != nil {
		return nil, fmt.Errorf("list contacts never heard of: %w", err)
	}
	list = append(list, never...)
	slices.SortFunc(list, func(a, b Silent) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ContactID, b.ContactID))
	})
	list = list[:min(limit, len(list))]
	for i := range list {
		list[i].Days, list[i].Band = int(now.Sub(list[i].Since)/day), BandOf(list[i].Since, now)
	}
	return list, nil
}
