package wecom

import (
	"context"

	"github.com/silenceper/wechat/v2/work/externalcontact"
)

// GroupChat is a customer group with its members. Times are Unix seconds. A
// member's Type is 1 employee, 2 external; JoinScene 1 invited, 2 by link, 3 by
// QR code.
type GroupChat = externalcontact.GroupChat

// GroupChatMember is one member of a customer group.
type GroupChatMember = externalcontact.GroupChatMember

// GroupChatSummary is a customer group in the list. Status is 0 in order,
// 1 owner resigned, 2 being handed over, 3 handed over.
type GroupChatSummary = externalcontact.GroupChatList

// GroupChatPage is one page of customer groups; the last has no NextCursor.
type GroupChatPage struct {
	Chats      []GroupChatSummary
	NextCursor string
}

const groupChatsPerPage = 1000

// GroupChats reads one page of the groups owned by the given members, at most
// 100; without owners all of the app's range, which WeCom refuses (81017) when
// that has more than 1000 owners.
func (c *Client) GroupChats(ctx context.Context, cursor string, owners []string) (GroupChatPage, error) {
	type filter struct {
		UserIDs []string `json:"userid_list"`
	}
	req := struct {
		Owners *filter `json:"owner_filter,omitempty"`
		Cursor string  `json:"cursor,omitempty"`
		Limit  int     `json:"limit"`
	}{Cursor: cursor, Limit: groupChatsPerPage}
	if len(owners) > 0 {
		req.Owners = &filter{owners}
	}
	var res externalcontact.GroupChatListResponse
	err := c.repeat(ctx, "externalcontact/groupchat/list", req, &res)
	return GroupChatPage{Chats: res.GroupChatList, NextCursor: res.NextCursor}, err
}

// GroupChat reads one customer group with the names of its members. Right after
// a change event it may still show the state of about two seconds before.
func (c *Client) GroupChat(ctx context.Context, chatID string) (GroupChat, error) {
	var res externalcontact.GroupChatDetailResponse
	req := externalcontact.GroupChatDetailRequest{ChatID: chatID, NeedName: 1}
	err := c.repeat(ctx, "externalcontact/groupchat/get", req, &res)
	return res.GroupChat, err
}
