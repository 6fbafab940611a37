package event

import (
	"context"

	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// noted returns handlers of events that are known and ask for nothing: what a
// member does in the app's own menu and chat, and who carries which tag of the
// address list. Events that we have no use for yet are not among them: they are
// kept as ignored and can be processed once we have.
func noted() []inbox.Handler {
	keys := []wecom.EventKey{
		"subscribe", "unsubscribe", "enter_agent", "LOCATION", "click", "view", "view_miniprogram",
		"template_card_menu_event", "change_contact/update_tag", "batch_job_result",
		"message/text", "message/image", "message/voice", "message/video", "message/location", "message/link",
	}
	handlers := make([]inbox.Handler, 0, len(keys))
	for _, key := range keys {
		handlers = append(handlers, handler[nothing]{
			key:   key,
			apply: func(context.Context, inbox.Event, nothing) error { return nil },
		})
	}
	return handlers
}
