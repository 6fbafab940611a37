package event

import (
	"sixtouch/model"
	"sixtouch/service/inbox"
	"sixtouch/service/welcome"
)

// onAddExternalContact: a member and a customer became contacts. A pair that
// WeCom does not list any more was gone before we looked.
func onAddExternalContact(d Deps) inbox.Handler {
	return d.arrival("change_external_contact/add_external_contact", model.RelationshipRemoved)
}

func welcomeRequest(e inbox.Event, l *lookup) welcome.Request {
	return welcome.Request{
		Code: e.WelcomeCode, RepUserID: e.UserID, ExternalID: e.ExternalUserID, ChannelState: e.State,
		EventAt: e.CreateTime, ReceivedAt: e.ReceivedAt, ContactName: l.name,
	}
}
