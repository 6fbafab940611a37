package contact

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sixtouch/model"
)

// maxReason bounds why somebody changed preferences, in characters.
const maxReason = 200

// Preferences are what a person wants of us.
type Preferences struct {
	Consent     model.Consent // empty: nobody asked
	ContactLess bool
	HeldUntil   *time.Time // after a "no": nothing is to come before; not set by hand
}

// Preferences returns a contact's.
func (s *Service) Preferences(ctx context.Context, contactID int64) (Preferences, error) {
	var c model.Contact
	if err := s.db.Read(ctx).Select("consent", "contact_less", "held_until").Take(&c, contactID).Error; err != nil {
		return Preferences{}, notFound("contact", err)
	}
	return Preferences{c.Consent, c.ContactLess, c.HeldUntil}, nil
}

// SetPreferences stores what a contact wants of us, and why we know. Each change
// is an activity; setting what is set already changes nothing. Consent that is
// granted ends what a "no" had held back.
func (s *Service) SetPreferences(ctx context.Context, contactID int64, p Preferences, reason string) (Preferences, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case p.Consent != "" && p.Consent != model.ConsentGranted && p.Consent != model.ConsentRefused:
		return p, model.Invalid("consent", "must be granted, refused or empty")
	case utf8.RuneCountInString(reason) > maxReason:
		return p, model.Invalid("reason", fmt.Sprintf("has more than %d characters", maxReason))
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var c model.Contact
		err := s.db.Conn(ctx).Clauses(forUpdate()).Select("id", "consent", "contact_less", "held_until", "erased_at").Take(&c, contactID).Error
		if err != nil {
			return notFound("contact", err)
		}
		if c.ErasedAt != nil {
			return model.Conflict("what was known of this person was erased: nothing is kept about them any more")
		}
		p.HeldUntil = c.HeldUntil
		if p.Consent == model.ConsentGranted && c.Consent != p.Consent {
			p.HeldUntil = nil
		}
		var changed []string
		if p.Consent != c.Consent {
			changed = append(changed, model.FieldConsent)
		}
		if p.ContactLess != c.ContactLess {
			changed = append(changed, model.FieldContactLess)
		}
		if len(changed) == 0 {
			return nil
		}
		now := s.db.Now(ctx)
		set := map[string]any{"consent": p.Consent, "contact_less": p.ContactLess, "held_until": p.HeldUntil, "updated_at": now}
		if err := s.db.Conn(ctx).Model(&model.Contact{}).Where("id = ?", contactID).Updates(set).Error; err != nil {
			return fmt.Errorf("store preferences: %w", err)
		}
		for _, field := range changed {
			err := s.record(ctx, model.Activity{
				DedupeKey: fmt.Sprintf("%s:%d:%s:%d", model.ActivityProfileChanged, contactID, field, now.UnixMicro()),
				Kind:      model.ActivityProfileChanged, ContactID: contactID, OccurredAt: now,
				Data: model.AsJSON(model.ActivityData{Field: field, Reason: reason}),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return p, wrap(fmt.Sprintf("set preferences of contact %d", contactID), err)
}

// Holder keeps us quiet for a while after a contact has said no.
type Holder struct {
	DB  *model.DB
	For time.Duration // 0 holds nothing back
}

// Name implements activity.Reactor.
func (Holder) Name() string { return "holder" }

// React implements activity.Reactor. A later "no" holds for longer; nothing makes
// it shorter.
func (h Holder) React(ctx context.Context, a model.Activity) error {
	if a.Kind != model.ActivityDeclined || h.For == 0 {
		return nil
	}
	until := model.Instant(a.OccurredAt.Add(h.For))
	err := h.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND (held_until IS NULL OR held_until < ?)", a.ContactID, until).
		Updates(map[string]any{"held_until": until, "updated_at": h.DB.Now(ctx)}).Error
	return wrap(fmt.Sprintf("keep quiet towards contact %d", a.ContactID), err)
}
