package event

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// lookup reads a customer at most once while one event is handled: the welcome
// may need the name before the rest is wanted.
type lookup struct {
	d      Deps
	id     string
	done   bool
	gone   bool // WeCom knows no relation
	detail wecom.ContactDetail
	readAt time.Time
	err    error
}

func (l *lookup) read(ctx context.Context) error {
	if l.done {
		return l.err
	}
	l.done, l.readAt = true, l.d.DB.Clock().Now()
	l.detail, l.err = l.d.Client.Contact(ctx, l.id)
	if classOf(l.err) == wecom.Gone {
		l.gone, l.err = true, nil
	}
	if l.err != nil {
		l.err = fmt.Errorf("read customer: %w", l.err)
	}
	return l.err
}

// name returns the customer's name, empty while WeCom does not tell it.
func (l *lookup) name(ctx context.Context) (string, error) {
	err := l.read(ctx)
	return l.detail.Customer.Name, err
}

// follow returns the relation of a member, if WeCom lists it.
func (l *lookup) follow(userID string) (wecom.Follow, bool) {
	for _, f := range l.detail.Follows {
		if strings.EqualFold(f.UserID, userID) {
			return f, true
		}
	}
	return wecom.Follow{}, false
}

// facts is what was read about the event's pair, as an active relationship; ok
// is false when WeCom does not list the pair, and then State is for the caller.
func (l *lookup) facts(e inbox.Event) (f contact.Facts, ok bool) {
	f = contact.Facts{
		ExternalUserID: e.ExternalUserID, RepUserID: e.UserID, At: e.CreateTime, ReadAt: l.readAt, ChannelState: e.State,
	}
	if !l.gone {
		f.Profile = profileOf(l.detail.Customer)
	}
	follow, ok := l.follow(e.UserID)
	if ok {
		f.State, f.Follow = model.RelationshipActive, followOf(follow)
	}
	return f, ok
}

func profileOf(c wecom.Customer) *contact.Profile {
	return &contact.Profile{
		Name: c.Name, Avatar: c.Avatar, Type: c.Type, Gender: c.Gender, UnionID: c.UnionID,
		Position: c.Position, CorpName: c.CorpName, CorpFullName: c.CorpFullName,
	}
}

func followOf(w wecom.Follow) *contact.Follow {
	f := &contact.Follow{
		Remark: w.Remark, Description: w.Description, RemarkCompany: w.RemarkCorpName, RemarkMobiles: w.RemarkMobiles,
		PersonalTags: []string{}, AddWay: w.AddWay, ChannelState: w.State, AddedAt: w.CreateTime.Time,
	}
	for _, t := range w.Tags {
		if t.Type == wecom.TagPersonal {
			f.PersonalTags = append(f.PersonalTags, t.Name)
			continue
		}
		f.Tags = append(f.Tags, contact.TagRef{WeComID: t.ID, Name: t.Name, Kind: model.TagKind(t.Type)})
	}
	return f
}

// reasonUnread is kept with a relationship that was gone before it was read.
const reasonUnread = "gone_before_read"

// arrival handles an event that brings somebody: the welcome first, because its
// code dies within 20 s, then everything that may be slow. unlisted is the state
// of a pair that WeCom does not list.
func (d Deps) arrival(key wecom.EventKey, unlisted model.RelationshipState) inbox.Handler {
	return handler[contact.Facts]{
		key: key,
		fetch: func(ctx context.Context, e inbox.Event) (contact.Facts, error) {
			l := &lookup{d: d, id: e.ExternalUserID}
			dispatchID, err := d.greet(ctx, e, l)
			if err != nil {
				return contact.Facts{}, err
			}
			if err := l.read(ctx); err != nil {
				return contact.Facts{}, err
			}
			f, ok := l.facts(e)
			f.Added, f.WelcomeDispatchID = true, dispatchID
			if !ok {
				f.State = unlisted
			}
			if f.State == model.RelationshipRemoved {
				f.Reason = reasonUnread
			}
			return f, nil
		},
		apply: func(ctx context.Context, _ inbox.Event, f contact.Facts) error {
			changes, err := d.Contacts.Apply(ctx, f)
			if err != nil || f.WelcomeDispatchID == 0 {
				return err
			}
			c := changes[0]
			return d.Welcomes.Touch(ctx, f.WelcomeDispatchID, c.ContactID, c.RepID, c.RelationshipID)
		},
	}
}

func (d Deps) greet(ctx context.Context, e inbox.Event, l *lookup) (int64, error) {
	if e.WelcomeCode == "" {
		return 0, nil
	}
	return d.Welcomes.Send(ctx, welcomeRequest(e, l))
}

// departure handles an event that ends a relationship. again tells from the
// start that WeCom lists whether the pair came together again since.
func (d Deps) departure(key wecom.EventKey, state func(inbox.Event) model.RelationshipState,
	again func(startedAt, endedAt time.Time) bool,
) inbox.Handler {
	return handler[contact.Facts]{
		key: key,
		fetch: func(ctx context.Context, e inbox.Event) (contact.Facts, error) {
			l := &lookup{d: d, id: e.ExternalUserID}
			if err := l.read(ctx); err != nil {
				return contact.Facts{}, err
			}
			f, ok := l.facts(e)
			if !ok || !again(f.Follow.AddedAt, e.CreateTime) {
				f.State = state(e)
			}
			return f, nil
		},
		apply: func(ctx context.Context, _ inbox.Event, f contact.Facts) error {
			_, err := d.Contacts.Apply(ctx, f)
			return err
		},
	}
}
