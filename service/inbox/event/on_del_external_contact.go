package event

import (
	"time"

	"sixtouch/model"
	"sixtouch/service/inbox"
)

// deletedByTransfer is the Source of a deletion that handed the customer over.
const deletedByTransfer = "DELETE_BY_TRANSFER"

// onDelExternalContact: the member deleted the customer, or handed them over. A
// pair that WeCom lists with a start that is no earlier came together again.
func onDelExternalContact(d Deps) inbox.Handler {
	return d.departure("change_external_contact/del_external_contact",
		func(e inbox.Event) model.RelationshipState {
			if e.Source == deletedByTransfer {
				return model.RelationshipTransferred
			}
			return model.RelationshipRemoved
		},
		func(startedAt, endedAt time.Time) bool { return !startedAt.Before(endedAt) })
}
