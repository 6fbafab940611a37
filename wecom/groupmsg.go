package wecom

import (
	"context"
	"errors"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// ChatType tells whether a group message goes to customers or to customer
// groups.
type ChatType string

// The chat types.
const (
	ChatSingle ChatType = "single"
	ChatGroup  ChatType = "group"
)

const (
	maxRecipients    = 10_000
	maxGroupChats    = 2_000
	resultsPerPage   = 1_000
	groupMsgsPerPage = 100
)

// States of a group message: of a member's task (0 or 2) and of one recipient.
const (
	SendPending       = 0 // the member has not pressed send
	SendDone          = 1 // the recipient got it
	TaskDone          = 2 // a member's task: the member pressed send
	SendNotContact    = 2 // a recipient: no longer the member's contact
	SendQuotaExceeded = 3 // a recipient: got the most mass messages allowed
)

// GroupMessage asks a member to send a message to customers or groups. Nothing
// reaches anyone before the member presses send.
type GroupMessage struct {
	// ChatType is ChatSingle when empty.
	ChatType ChatType
	// Sender is the member; required, since without one WeCom picks members.
	Sender string
	// ExternalUserIDs, at most 10 000, for ChatSingle; required, since without
	// any WeCom takes all of the sender's customers.
	ExternalUserIDs []string
	// ChatIDs, at most 2000, for ChatGroup; required for the same reason.
	ChatIDs []string
	Message Message
}

// GroupMessageReceipt is WeCom's word that the task exists. FailList has those
// recipients who are left out because they are not the sender's contacts.
type GroupMessageReceipt struct {
	MsgID    string
	FailList []string
}

// GroupMessageRecord is a group message as WeCom lists it. Creator is empty for
// one made through the API. CreateType is 0 for the corp's, 1 for a member's own.
type GroupMessageRecord struct {
	MsgID      string
	Creator    string
	CreateTime Time
	CreateType int
	Message    Message
}

// GroupMessagePage is one page of records; the last has no NextCursor.
type GroupMessagePage struct {
	Messages   []GroupMessageRecord
	NextCursor string
}

// GroupMessageTask is one member's part of a group message: SendPending or
// TaskDone.
type GroupMessageTask struct {
	UserID   string `json:"userid"`
	Status   int    `json:"status"`
	SendTime Time   `json:"send_time"`
}

// SendResult is what became of one recipient. ChatID is set for groups, which
// are listed only once sent to.
type SendResult struct {
	ExternalUserID string `json:"external_userid"`
	ChatID         string `json:"chat_id"`
	UserID         string `json:"userid"`
	Status         int    `json:"status"`
	SendTime       Time   `json:"send_time"`
}

// Validate reports every fault that WeCom would refuse or misunderstand.
func (g GroupMessage) Validate() error {
	faults := []error{required("sender", g.Sender), g.Message.Validate()}
	if g.ChatType == ChatGroup {
		faults = append(faults, within("chat_id_list", len(g.ChatIDs), maxGroupChats, "items"))
		if len(g.ChatIDs) == 0 || len(g.ExternalUserIDs) > 0 {
			faults = append(faults, &FieldError{Field: "chat_id_list", Reason: "a message to groups needs chat ids and no customers"})
		}
		return errors.Join(faults...)
	}
	faults = append(faults, within("external_userid", len(g.ExternalUserIDs), maxRecipients, "items"))
	if len(g.ExternalUserIDs) == 0 || len(g.ChatIDs) > 0 {
		faults = append(faults, &FieldError{Field: "external_userid", Reason: "a message to customers needs customers and no chat ids"})
	}
	return errors.Join(faults...)
}

// SendWelcome greets a customer who was just added, with the code of the event.
// WeCom takes it once and within 20 s: 41050 too late, 41051 already greeted,
// 41096 another app is at it. It is sent without the member's doing.
func (c *Client) SendWelcome(ctx context.Context, code string, m Message) error {
	const path = "externalcontact/send_welcome_msg"
	if err := errors.Join(required("welcome_code", code), m.Validate()); err != nil {
		return &Error{Path: path, Message: "invalid message", Err: err}
	}
	req := struct {
		Code        string       `json:"welcome_code"`
		Text        *textBody    `json:"text,omitempty"`
		Attachments []Attachment `json:"attachments,omitempty"`
	}{code, m.textBody(), m.Attachments}
	return c.once(ctx, path, req, &bare{})
}

// SendGroupMessage makes the task for the sender. WeCom has no duplicate check,
// so this is never tried twice: an error that is Unknown must be looked up with
// GroupMessages before trying again; any other error means that no task exists.
// 41048 means that none of the recipients can be sent to.
func (c *Client) SendGroupMessage(ctx context.Context, g GroupMessage) (GroupMessageReceipt, error) {
	const path = "externalcontact/add_msg_template"
	if g.ChatType == "" {
		g.ChatType = ChatSingle
	}
	if err := g.Validate(); err != nil {
		return GroupMessageReceipt{}, &Error{Path: path, Message: "invalid message", Err: err}
	}
	req := struct {
		ChatType    ChatType     `json:"chat_type"`
		ExternalIDs []string     `json:"external_userid,omitempty"`
		ChatIDs     []string     `json:"chat_id_list,omitempty"`
		Sender      string       `json:"sender"`
		Text        *textBody    `json:"text,omitempty"`
		Attachments []Attachment `json:"attachments,omitempty"`
	}{g.ChatType, g.ExternalUserIDs, g.ChatIDs, g.Sender, g.Message.textBody(), g.Message.Attachments}
	var res struct {
		util.CommonError
		MsgID    string   `json:"msgid"`
		FailList []string `json:"fail_list"`
	}
	if err := c.once(ctx, path, req, &res); err != nil {
		return GroupMessageReceipt{}, err
	}
	return GroupMessageReceipt{MsgID: res.MsgID, FailList: res.FailList}, nil
}

// GroupMessages lists the messages to customers or to customer groups created
// from from to to, at most a month apart, by the corp and by members. Start with
// an empty cursor.
func (c *Client) GroupMessages(ctx context.Context, chat ChatType, from, to time.Time, cursor string) (GroupMessagePage, error) {
	req := struct {
		ChatType ChatType `json:"chat_type"`
		From     int64    `json:"start_time"`
		To       int64    `json:"end_time"`
		Filter   int      `json:"filter_type"`
		Limit    int      `json:"limit"`
		Cursor   string   `json:"cursor,omitempty"`
	}{chat, from.Unix(), to.Unix(), 2, groupMsgsPerPage, cursor}
	var res struct {
		util.CommonError
		NextCursor string `json:"next_cursor"`
		List       []struct {
			MsgID       string       `json:"msgid"`
			Creator     string       `json:"creator"`
			CreateTime  Time         `json:"create_time"`
			CreateType  int          `json:"create_type"`
			Text        textBody     `json:"text"`
			Attachments []Attachment `json:"attachments"`
		} `json:"group_msg_list"`
	}
	if err := c.repeat(ctx, "externalcontact/get_groupmsg_list_v2", req, &res); err != nil {
		return GroupMessagePage{}, err
	}
	page := GroupMessagePage{NextCursor: res.NextCursor}
	for _, m := range res.List {
		page.Messages = append(page.Messages, GroupMessageRecord{
			MsgID: m.MsgID, Creator: m.Creator, CreateTime: m.CreateTime, CreateType: m.CreateType,
			Message: Message{Text: m.Text.Content, Attachments: m.Attachments},
		})
	}
	return page, nil
}

// GroupMessageTasks lists which members were asked and who has pressed send.
// Right after creation WeCom may still be dispatching (41063); the client tries
// a few times.
func (c *Client) GroupMessageTasks(ctx context.Context, msgID string) ([]GroupMessageTask, error) {
	const path = "externalcontact/get_groupmsg_task"
	var tasks []GroupMessageTask
	err := eachPage(path, func(cursor string) (string, error) {
		var res struct {
			util.CommonError
			NextCursor string             `json:"next_cursor"`
			Tasks      []GroupMessageTask `json:"task_list"`
		}
		err := c.repeat(ctx, path, resultQuery{MsgID: msgID, Limit: resultsPerPage, Cursor: cursor}, &res)
		tasks = append(tasks, res.Tasks...)
		return res.NextCursor, err
	})
	if err != nil {
		return nil, err
	}
	return tasks, nil
}

// GroupMessageResults lists what became of each recipient of one member.
func (c *Client) GroupMessageResults(ctx context.Context, msgID, userID string) ([]SendResult, error) {
	const path = "externalcontact/get_groupmsg_send_result"
	var results []SendResult
	err := eachPage(path, func(cursor string) (string, error) {
		var res struct {
			util.CommonError
			NextCursor string       `json:"next_cursor"`
			Results    []SendResult `json:"send_list"`
		}
		err := c.repeat(ctx, path, resultQuery{MsgID: msgID, UserID: userID, Limit: resultsPerPage, Cursor: cursor}, &res)
		results = append(results, res.Results...)
		return res.NextCursor, err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

type resultQuery struct {
	MsgID  string `json:"msgid"`
	UserID string `json:"userid,omitempty"`
	Limit  int    `json:"limit,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

// RemindGroupMessage reminds the members who have not pressed send; at most
// three times a day (41094).
func (c *Client) RemindGroupMessage(ctx context.Context, msgID string) error {
	return c.once(ctx, "externalcontact/remind_groupmsg_send", resultQuery{MsgID: msgID}, &bare{})
}

// CancelGroupMessage keeps those who have not pressed send from doing so. What
// was sent stays sent.
func (c *Client) CancelGroupMessage(ctx context.Context, msgID string) error {
	return c.repeat(ctx, "externalcontact/cancel_groupmsg_send", resultQuery{MsgID: msgID}, &bare{})
}
