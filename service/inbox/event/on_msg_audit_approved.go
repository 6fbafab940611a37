package event

import (
	"sixtouch/model"
	"sixtouch/service/inbox"
)

// onMsgAuditApproved: the customer agreed to the archiving of chats. Where that
// is asked for first, the welcome's code comes with this event.
func onMsgAuditApproved(d Deps) inbox.Handler {
	return d.arrival("change_external_contact/msg_audit_approved", model.RelationshipRemoved)
}
