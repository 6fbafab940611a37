package contact

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// changedFields names what is different about a person whom we had known: what
// tells of the company, and the position. The beginning of a relationship is an
// activity of its own.
func changedFields(before, after model.Contact, prev, next model.Relationship) []string {
	var fields []string
	if before.CorpName != after.CorpName || before.CorpFullName != after.CorpFullName || prev.RemarkCompany != next.RemarkCompany ||
		prev.Remark != next.Remark || prev.Description != next.Description || !slices.Equal(prev.RemarkMobiles.V, next.RemarkMobiles.V) {
		fields = append(fields, model.FieldCompany)
	}
	if before.Position != after.Position {
		fields = append(fields, model.FieldPosition)
	}
	return fields
}

func (s *Service) recordProfile(ctx context.Context, p *page, r model.Relationship, fields []string) error {
	for _, field := range fields {
		err := s.record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%s:%d:%d", model.ActivityProfileChanged, field, r.ID, p.now.UnixMicro()), Kind: model.ActivityProfileChanged,
			ContactID: r.ContactID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: p.now,
			Data: model.AsJSON(model.ActivityData{Field: field}),
		})
		if err != nil {
			return fmt.Errorf("record change of %s: %w", field, err)
		}
	}
	return nil
}
