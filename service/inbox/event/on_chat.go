package event

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// errLagging asks for another attempt: right after a change WeCom may still
// answer with the group as it was, for about two seconds.
var errLagging = errors.New("the group is still read as it was before the change")

// onChatCreate: a customer group was made.
func onChatCreate(d Deps) inbox.Handler { return d.readChat("change_external_chat/create") }

// onChatUpdate: a customer group's members, name, owner or notice changed.
func onChatUpdate(d Deps) inbox.Handler { return d.readChat("change_external_chat/update") }

// onChatDismiss: a customer group is no more.
func onChatDismiss(d Deps) inbox.Handler {
	return handler[nothing]{
		key: "change_external_chat/dismiss",
		apply: func(ctx context.Context, e inbox.Event, _ nothing) error {
			return d.Contacts.DismissGroup(ctx, e.ChatID, e.CreateTime)
		},
	}
}

// readChat stores the group as WeCom has it now; nil facts mean that it is gone.
func (d Deps) readChat(key wecom.EventKey) inbox.Handler {
	return handler[*contact.GroupFacts]{
		key: key,
		fetch: func(ctx context.Context, e inbox.Event) (*contact.GroupFacts, error) {
			chat, err := d.Client.GroupChat(ctx, e.ChatID)
			switch {
			case noSuchChat(wecom.CodeOf(err)):
				return nil, nil
			case err != nil:
				return nil, fmt.Errorf("read customer group: %w", err)
			case e.CurMemVer != e.LastMemVer && chat.MemberVersion == e.LastMemVer:
				return nil, errLagging
			}
			f := groupOf(chat)
			return &f, nil
		},
		apply: func(ctx context.Context, e inbox.Event, f *contact.GroupFacts) error {
			if f == nil {
				return d.Contacts.DismissGroup(ctx, e.ChatID, e.CreateTime)
			}
			return d.Contacts.SaveGroup(ctx, *f)
		},
	}
}

// noSuchChat tells the errcodes for a chat that is no customer group (any more).
func noSuchChat(code int) bool {
	switch code {
	case 40050, 86001, 86003, 90501, 90509:
		return true
	}
	return false
}

func groupOf(g wecom.GroupChat) contact.GroupFacts {
	f := contact.GroupFacts{
		ChatID: g.ChatID, Name: g.Name, OwnerUserID: g.Owner, Notice: g.Notice,
		MemberVersion: g.MemberVersion, FormedAt: time.Unix(g.CreateTime, 0),
	}
	for _, m := range g.MemberList {
		f.Members = append(f.Members, contact.GroupMemberFacts{
			ID: m.UserID, Kind: m.Type, JoinScene: m.JoinScene, ChannelState: m.State, JoinedAt: time.Unix(int64(m.JoinTime), 0),
		})
	}
	return f
}
