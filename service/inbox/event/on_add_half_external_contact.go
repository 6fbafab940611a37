package event

import (
	"sixtouch/model"
	"sixtouch/service/inbox"
)

// onAddHalfExternalContact: the customer added the member, who has not
// confirmed; until then WeCom answers reads with "no relation".
func onAddHalfExternalContact(d Deps) inbox.Handler {
	return d.arrival("change_external_contact/add_half_external_contact", model.RelationshipHalf)
}
