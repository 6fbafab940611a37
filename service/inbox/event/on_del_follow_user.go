package event

import (
	"time"

	"sixtouch/model"
	"sixtouch/service/inbox"
)

// onDelFollowUser: the customer deleted the member. WeCom goes on listing the
// pair, so only a later start shows that they came together again.
func onDelFollowUser(d Deps) inbox.Handler {
	return d.departure("change_external_contact/del_follow_user",
		func(inbox.Event) model.RelationshipState { return model.RelationshipLost },
		time.Time.After)
}
