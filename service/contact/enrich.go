package contact

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Enrichment is what somebody other than WeCom says of a contact. Key names the
// word itself, so that telling it twice records one activity.
type Enrichment struct {
	ContactID int64
	Facts     model.ContactFacts
	Origin    string // import or form
	Key       string
}

// Enrich stores what others than WeCom say of contacts, in a fixed number of
// reads, and records profile_changed for each field that it changes. A company's
// name is kept as evidence for matching. The source is that of the first
// who named one, and a person's word about a role stays. Contacts whose data were
// erased are left alone. Fields are those that changed, beside each of list.
func (s *Service) Enrich(ctx context.Context, list ...Enrichment) (fields [][]string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		fields = make([][]string, len(list))
		contacts, companies, err := s.Known(ctx, list...)
		if err != nil {
			return err
		}
		for i, e := range list {
			c, ok := contacts[e.ContactID]
			if !ok || c.ErasedAt != nil {
				continue
			}
			set := e.Facts.Over(c, companies[e.ContactID])
			if fields[i], err = s.enrich(ctx, c, e, set); err != nil {
				return err
			}
			contacts[e.ContactID], companies[e.ContactID] = set.Contact, set.Company
		}
		return nil
	})
	return fields, wrap("enrich contacts", err)
}

// Known loads, and inside a transaction locks, the contacts that are spoken of,
// and the companies that the same origin has named for them.
func (s *Service) Known(ctx context.Context, list ...Enrichment) (map[int64]model.Contact, map[int64]string, error) {
	ids := make([]int64, 0, len(list))
	for _, e := range list {
		ids = append(ids, e.ContactID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	q := s.db.Conn(ctx).Where("id IN ?", ids).Order("id")
	if model.InTransaction(ctx) {
		q = q.Clauses(forUpdate())
	}
	var rows []model.Contact
	if err := q.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("load contacts: %w", err)
	}
	contacts, companies := make(map[int64]model.Contact, len(rows)), map[int64]string{}
	for _, c := range rows {
		contacts[c.ID] = c
	}
	if len(list) == 0 {
		return contacts, companies, nil
	}
	var named []model.ContactCompany
	if err := s.db.Conn(ctx).Where("contact_id IN ? AND origin = ?", ids, list[0].Origin).Find(&named).Error; err != nil {
		return nil, nil, fmt.Errorf("load companies of contacts: %w", err)
	}
	for _, n := range named {
		companies[n.ContactID] = n.Company
	}
	return contacts, companies, nil
}

func (s *Service) enrich(ctx context.Context, before model.Contact, e Enrichment, set model.ContactChange) ([]string, error) {
	if len(set.Fields) == 0 {
		return nil, nil
	}
	now := s.db.Now(ctx)
	if slices.Contains(set.Fields, "company") {
		row := model.ContactCompany{ContactID: before.ID, Origin: e.Origin, Company: set.Company, UpdatedAt: now}
		err := s.db.Conn(ctx).Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "contact_id"}, {Name: "origin"}}, DoUpdates: clause.AssignmentColumns([]string{"company", "updated_at"}),
		}).Create(&row).Error
		if err != nil {
			return nil, fmt.Errorf("store the company of contact %d: %w", before.ID, err)
		}
	}
	columns := append([]string{"updated_at"}, set.Columns...)
	set.Contact.UpdatedAt = now
	if err := s.db.Conn(ctx).Model(&set.Contact).Select(columns).Updates(&set.Contact).Error; err != nil {
		return nil, fmt.Errorf("update contact %d: %w", before.ID, err)
	}
	for _, field := range set.Fields {
		err := s.record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%d:%s:%s", model.ActivityProfileChanged, before.ID, field, e.Key), Kind: model.ActivityProfileChanged,
			ContactID: before.ID, OccurredAt: now, Data: model.AsJSON(model.ActivityData{Field: field}),
		})
		if err != nil {
			return nil, fmt.Errorf("record what changed of contact %d: %w", before.ID, err)
		}
	}
	return set.Fields, nil
}
