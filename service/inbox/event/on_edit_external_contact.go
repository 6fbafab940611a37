package event

import (
	"context"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/service/inbox"
)

// onEditExternalContact: a member changed remark, description, phone numbers or
// tags; WeCom does not say which, so everything is read again. It is nobody's
// arrival, whatever it finds.
func onEditExternalContact(d Deps) inbox.Handler {
	return handler[contact.Facts]{
		key: "change_external_contact/edit_external_contact",
		fetch: func(ctx context.Context, e inbox.Event) (contact.Facts, error) {
			l := &lookup{d: d, id: e.ExternalUserID}
			if err := l.read(ctx); err != nil {
				return contact.Facts{}, err
			}
			f, ok := l.facts(e)
			if !ok {
				f.State, f.Reason = model.RelationshipRemoved, reasonUnread
			}
			return f, nil
		},
		apply: func(ctx context.Context, _ inbox.Event, f contact.Facts) error {
			_, err := d.Contacts.Apply(ctx, f)
			return err
		},
	}
}
