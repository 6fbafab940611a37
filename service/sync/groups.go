package sync

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/wecom"
)

const (
	// maxOwners is how many owners one list of groups may name.
	maxOwners = 100
	// staleGroups is how many groups that no list named are looked up at a time.
	staleGroups = 100
)

// groups reads every customer group, by owners, and looks at those that no list
// named any more. WeCom has no call that reads several.
func (r *run) groups(ctx context.Context) error {
	followers, err := r.followers(ctx)
	if err != nil {
		return err
	}
	r.batch = maxOwners
	for {
		owners := r.next(followers)
		if len(owners) == 0 {
			return r.dismissed(ctx)
		}
		if err := r.groupsOf(ctx, owners); err != nil {
			return err
		}
	}
}

// groupsOf reads the groups of some owners, page by page.
func (r *run) groupsOf(ctx context.Context, owners []string) error {
	for {
		at := r.row.Position.V
		page, err := r.Client.GroupChats(ctx, at.Cursor, owners)
		if wecom.CodeOf(err) == codeBadCursor && at.Cursor != "" {
			page, err = r.Client.GroupChats(ctx, "", owners)
		}
		if err != nil {
			return fmt.Errorf("list customer groups: %w", err)
		}
		for _, chat := range page.Chats {
			if err := r.readGroup(ctx, chat.ChatID, 1); err != nil {
				return err
			}
		}
		next := r.row
		next.Position.V = model.SyncPosition{After: at.After, Until: owners[len(owners)-1], Cursor: page.NextCursor}
		if page.NextCursor == "" {
			next.Position.V = model.SyncPosition{After: owners[len(owners)-1]}
		}
		if err := r.save(ctx, next); err != nil || page.NextCursor == "" {
			return err
		}
	}
}

// readGroup stores one group with its members; count is what it adds to the
// number of groups. One that cannot be read makes the result partial.
func (r *run) readGroup(ctx context.Context, chatID string, count int) error {
	chat, err := r.Client.GroupChat(ctx, chatID)
	switch {
	case noSuchChat(wecom.CodeOf(err)):
		return r.Contacts.DismissGroup(ctx, chatID, r.DB.Now(ctx))
	case err != nil && (ctx.Err() != nil || classOf(err) == wecom.Limited || classOf(err) == ""):
		return fmt.Errorf("read customer group: %w", err)
	case err != nil:
		r.Logger.WarnContext(ctx, "customer group cannot be read", "chat", chatID, "err", err)
		next := r.row
		next.Counts.V.UnreadGroups++
		return r.save(ctx, next)
	}
	f := contact.GroupFacts{
		ChatID: chat.ChatID, Name: chat.Name, OwnerUserID: chat.Owner, Notice: chat.Notice,
		MemberVersion: chat.MemberVersion, FormedAt: time.Unix(chat.CreateTime, 0),
	}
	for _, m := range chat.MemberList {
		f.Members = append(f.Members, contact.GroupMemberFacts{
			ID: m.UserID, Kind: m.Type, JoinScene: m.JoinScene, ChannelState: m.State, JoinedAt: time.Unix(int64(m.JoinTime), 0),
		})
	}
	return r.inTx(ctx, func(ctx context.Context, next *model.Sync) error {
		next.Counts.V.Groups += count
		return r.Contacts.SaveGroup(ctx, f)
	})
}

// noSuchChat tells the errcodes for a chat that is no customer group (any more).
func noSuchChat(code int) bool {
	switch code {
	case 40050, 86001, 86003, 90501, 90509:
		return true
	}
	return false
}

// dismissed looks at the groups that were not stored in this run: dismissed, or
// of an owner who may no longer follow customers.
func (r *run) dismissed(ctx context.Context) error {
	for after := ""; ; {
		stale, err := r.Contacts.StaleGroups(ctx, r.row.StartedAt, after, staleGroups)
		if err != nil {
			return err
		}
		for _, id := range stale {
			if err := r.readGroup(ctx, id, 0); err != nil {
				return err
			}
			after = id
		}
		if len(stale) < staleGroups {
			return nil
		}
	}
}
