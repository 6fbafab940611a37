package event

import (
	"context"
	"errors"

	"sixtouch/model"
	"sixtouch/service/inbox"
	"sixtouch/service/welcome"
	"sixtouch/wecom"
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
		RepName: func(ctx context.Context) (string, error) { return l.d.repName(ctx, e.UserID) },
	}
}

// repName reads a member's name, empty where WeCom would not tell it.
func (d Deps) repName(ctx context.Context, userID string) (string, error) {
	m, err := d.Client.Member(ctx, userID)
	var refused *wecom.Error
	if errors.As(err, &refused) && !refused.Retryable() {
		return "", nil
	}
	return m.Name, err
}
