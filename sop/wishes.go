package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Reasons of what contacts have asked of us: they refused to be contacted, asked
// to hear less, or have just said no.
const (
	ReasonConsentRefused = model.ReasonConsentRefused
	ReasonContactLess    = "contact_less"
	ReasonDeclined       = "declined"
)

const gateWishes = "wishes"

// lessDays is in how many days one touch is enough for who asked to hear less,
// unless the configuration says otherwise.
const lessDays = 30

func (c Config) lessDays() int {
	if c.LessDays > 0 {
		return c.LessDays
	}
	return lessDays
}

// Wish is what a contact has asked of us. It stands among the uses of their
// attention, so that whoever books sees it.
type Wish struct {
	LessDays int    // one touch in so many days is enough; 0 without that wish
	Until    string // local day before which nothing is to come; empty without
}

// refuses tells whether the contact wants nothing of what the channel brings, be
// it by the rep's mouth. Groups and what takes nobody's attention are no matter
// of theirs.
func (v *Version) refuses(channel string, f audience.Facts) bool {
	reach := v.channels[channel].Reach
	return f.Consent == model.ConsentRefused && (reach == ReachContact || reach == ReachRep)
}

// wishes tells whether the contact's wishes limit what the channel brings now.
func (v *Version) wishes(channel string, f audience.Facts, now time.Time) bool {
	return v.channels[channel].Reach == ReachContact && (f.ContactLess || f.HeldUntil != nil && f.HeldUntil.After(now))
}

// wished finds the limit that the contact's wishes are on that day, or why nothing
// may come; neither where they have none.
func wished(day time.Time, uses []Use) (limits []limit, short *shortage) {
	for _, u := range uses {
		if u.Wish.Until > day.Format(time.DateOnly) {
			return nil, &shortage{gate: gateWishes, reason: ReasonDeclined}
		}
		if n := u.Wish.LessDays; n > 0 {
			one := 1
			limits = append(limits, limit{
				reason: ReasonContactLess, reach: ReachContact,
				most:   func(model.LimitRule, time.Time) *int { return &one },
				period: func(_ model.LimitRule, day time.Time) (from, to time.Time) { return day.AddDate(0, 0, 1-n), day },
				counts: func(u Use) bool { return u.Contact },
			})
		}
	}
	return limits, nil
}

// readWishes puts the wishes of contacts into the book, and tells who asked to
// hear less: of them more days count.
func (e *Engine) readWishes(ctx context.Context, b *book, contactIDs []int64) (less []int64, err error) {
	now := e.DB.Now(ctx)
	var rows []model.Contact
	err = e.DB.Conn(ctx).Select("id", "contact_less", "held_until").
		Find(&rows, "id IN ? AND (contact_less = ? OR held_until > ?)", contactIDs, true, now).Error
	if err != nil {
		return nil, fmt.Errorf("load what contacts have asked for: %w", err)
	}
	for _, c := range rows {
		var w Wish
		if c.ContactLess {
			w.LessDays, less = e.Config.lessDays(), append(less, c.ID)
		}
		if c.HeldUntil != nil && c.HeldUntil.After(now) {
			w.Until = localDay(*c.HeldUntil, e.Config.Zone)
		}
		b.contacts[c.ID] = append(b.contacts[c.ID], Use{Wish: w})
	}
	return less, nil
}

// readContacts reads what is taken of these contacts' attention since that day,
// and what they have asked of us.
func (e *Engine) readContacts(ctx context.Context, b *book, ids []int64, since string, claims bool) error {
	less, err := e.readWishes(ctx, b, ids)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(less, id) })
	long := min(since, dateOf(e.DB.Now(ctx), e.Config.Zone).AddDate(0, 0, 1-e.Config.lessDays()).Format(time.DateOnly))
	if len(less) > 0 {
		if err := e.readTouches(ctx, b, less, long, claims); err != nil {
			return err
		}
	}
	if len(others) > 0 {
		if err := e.readTouches(ctx, b, others, since, claims); err != nil {
			return err
		}
	}
	return e.readOutside(ctx, b, ids, since)
}

// Wishes returns what takes contacts out of dispatches that nobody has begun to
// send, once they have asked something of us: the gates are asked again.
func (e *Engine) Wishes() *Wishes { return &Wishes{e} }

// Wishes reacts to contacts' wishes.
type Wishes struct{ e *Engine }

// Name implements activity.Reactor.
func (*Wishes) Name() string { return "wishes" }

// React implements activity.Reactor.
func (w *Wishes) React(ctx context.Context, a model.Activity) error {
	asked := a.Kind == model.ActivityDeclined ||
		a.Kind == model.ActivityProfileChanged && (a.Data.V.Field == model.FieldConsent || a.Data.V.Field == model.FieldContactLess)
	if !asked {
		return nil
	}
	var queued []int64
	err := w.e.DB.Conn(ctx).Model(&model.Touch{}).Joins("JOIN dispatches ON dispatches.id = touches.dispatch_id").
		Where("touches.contact_id = ? AND touches.state = ? AND dispatches.state = ?", a.ContactID, model.TouchDispatched, model.DispatchQueued).
		Where("dispatches.channel <> ?", ChannelWelcome).Distinct().Pluck("touches.dispatch_id", &queued).Error
	if err != nil {
		return fmt.Errorf("find what is about to leave for contact %d: %w", a.ContactID, err)
	}
	return w.e.takeBack(ctx, queued)
}
