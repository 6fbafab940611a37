package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sixtouch/model"
)

// reasonViewed marks a change of awareness that contents made, not a person.
const reasonViewed = string(model.ActivityContentViewed)

// lookedBack bounds the changes of a contact among which the last of the
// awareness is looked for; where it is older, a person's word is taken to stand.
const lookedBack = 50

// awarenesses are the levels, the lowest first.
func awarenesses() []model.Awareness {
	return []model.Awareness{"", model.AwarenessProblem, model.AwarenessSolution, model.AwarenessProduct}
}

// awarenessOf is what somebody knows of who views a content of this key: keys
// that begin with problem_, solution_ or product_ say it, others nothing.
func awarenessOf(key string) model.Awareness {
	word, _, ok := strings.Cut(key, "_")
	if level := model.Awareness(word); ok && slices.Contains(awarenesses(), level) {
		return level
	}
	return ""
}

// viewed raises a contact's awareness to that of a content they viewed. It is
// never lowered, and what a person has said of it stays.
func (s *Service) viewed(ctx context.Context, a model.Activity) error {
	level := awarenessOf(a.Data.V.Key)
	if level == "" || a.ContactID <= 0 {
		return nil
	}
	var c model.Contact
	if err := s.DB.Conn(ctx).Select("id", "awareness").Take(&c, a.ContactID).Error; err != nil {
		return notFound("contact", err)
	}
	if slices.Index(awarenesses(), level) <= slices.Index(awarenesses(), c.Awareness) {
		return nil
	}
	if c.Awareness != "" {
		told, err := s.awarenessTold(ctx, c.ID)
		if err != nil || told {
			return err
		}
	}
	raised := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND awareness = ?", c.ID, c.Awareness).UpdateColumn("awareness", level)
	if raised.Error != nil || raised.RowsAffected == 0 {
		return wrap(fmt.Sprintf("raise the awareness of contact %d", c.ID), raised.Error)
	}
	err := s.Record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%s:%d", model.ActivityProfileChanged, model.FieldAwareness, a.ID), Kind: model.ActivityProfileChanged,
		ContactID: c.ID, OccurredAt: a.OccurredAt,
		Data: model.AsJSON(model.ActivityData{Field: model.FieldAwareness, Key: string(level), Reason: reasonViewed}),
	})
	return wrap("record change of awareness", err)
}

// awarenessTold tells whether it was a person who last set a contact's awareness.
func (s *Service) awarenessTold(ctx context.Context, contactID int64) (bool, error) {
	var changes []model.Activity
	err := s.DB.Conn(ctx).Where("contact_id = ? AND kind = ?", contactID, model.ActivityProfileChanged).
		Order("id DESC").Limit(lookedBack).Find(&changes).Error
	if err != nil {
		return false, fmt.Errorf("look who set the awareness of contact %d: %w", contactID, err)
	}
	for _, a := range changes {
		if a.Data.V.Field == model.FieldAwareness {
			return a.Data.V.Reason != reasonViewed, nil
		}
	}
	return true, nil
}
