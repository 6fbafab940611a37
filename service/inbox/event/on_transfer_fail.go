package event

import (
	"context"
	"errors"
	"fmt"

	"sixtouch/model"
	"sixtouch/service/inbox"
)

// onTransferFail: a customer was not handed over to the member, because they
// refused or the member has too many. Nothing changes but the contact's story.
func onTransferFail(d Deps) inbox.Handler {
	return handler[nothing]{
		key: "change_external_contact/transfer_fail",
		apply: func(ctx context.Context, e inbox.Event, _ nothing) error {
			known, err := d.Contacts.Lookup(ctx, e.ExternalUserID, e.UserID)
			if errors.Is(err, model.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			return d.Record(ctx, model.Activity{
				DedupeKey: fmt.Sprintf("%s:%d:%d:%d", model.ActivityTransferFailed, known.ContactID, known.RepID, e.CreateTime.Unix()),
				Kind:      model.ActivityTransferFailed, ContactID: known.ContactID, RepID: known.RepID,
				RelationshipID: known.RelationshipID, OccurredAt: e.CreateTime,
				Data: model.AsJSON(model.ActivityData{Reason: e.FailReason}),
			})
		},
	}
}
