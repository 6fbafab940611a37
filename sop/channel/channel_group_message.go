package channel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// GroupMessage asks a rep to send one content to many of their contacts
// (externalcontact/add_msg_template, chat_type single). Nobody but the rep can
// send it, and WeCom knows no idempotency key for the task.
type GroupMessage struct {
	api   WeCom
	media Media
	clock model.Clock
}

// Info implements sop.Channel.
func (GroupMessage) Info() sop.ChannelInfo {
	return sop.ChannelInfo{
		Name: "group_message", MaxRecipients: 10_000, Variants: true, PollEvery: 30 * time.Second, PollFor: 7 * 24 * time.Hour,
		Reach: sop.ReachContact, Quota: true,
	}
}

// Check implements sop.Channel.
func (GroupMessage) Check(s sop.Step) error { return checkContent(s) }

// Send implements sop.Channel. It always names sender and recipients: without
// either WeCom would choose for itself.
func (g GroupMessage) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	return g.send(ctx, b, wecom.GroupMessage{ChatType: wecom.ChatSingle, ExternalUserIDs: b.Payload.ExternalUserIDs})
}

// send creates the task, with the batch's sender and content.
func (g GroupMessage) send(ctx context.Context, b sop.Batch, task wecom.GroupMessage) (sop.Receipt, error) {
	message, err := g.media.Message(ctx, b.Payload.Content, model.MediaForMessage)
	if err != nil {
		return sop.Receipt{}, mediaFailure(err)
	}
	task.Sender, task.Message = b.Payload.UserID, message
	r, err := g.api.SendGroupMessage(ctx, task)
	if err != nil {
		return sop.Receipt{}, sent(ctx, g.media, b.Payload.Content, model.MediaForMessage, err)
	}
	return sop.Receipt{RemoteID: r.MsgID, Refused: r.FailList}, nil
}

// Cancel implements sop.Canceller: a rep who has not sent the message no longer
// can (cancel_groupmsg_send). What was sent stays sent.
func (g GroupMessage) Cancel(ctx context.Context, b sop.Batch) error {
	if err := g.api.CancelGroupMessage(ctx, b.RemoteID); err != nil {
		return failure(err)
	}
	return nil
}

// Poll implements sop.Channel.
func (g GroupMessage) Poll(ctx context.Context, b sop.Batch) ([]sop.Outcome, error) {
	tasks, err := g.api.GroupMessageTasks(ctx, b.RemoteID)
	if err != nil {
		return nil, fmt.Errorf("read task of message %s: %w", b.RemoteID, err)
	}
	sent := slices.ContainsFunc(tasks, func(t wecom.GroupMessageTask) bool {
		return strings.EqualFold(t.UserID, b.Payload.UserID) && t.Status == wecom.TaskDone
	})
	if !sent {
		return nil, nil
	}
	return g.outcomes(ctx, b.RemoteID, b.Payload.UserID)
}

// outcomes are what became of one sender's recipients.
func (g GroupMessage) outcomes(ctx context.Context, id, userID string) ([]sop.Outcome, error) {
	results, err := g.api.GroupMessageResults(ctx, id, userID)
	if err != nil {
		return nil, fmt.Errorf("read results of message %s: %w", id, err)
	}
	var out []sop.Outcome
	for _, r := range results {
		o := sop.Outcome{ExternalUserID: cmp.Or(r.ExternalUserID, r.ChatID), State: model.TouchAccepted, At: r.SendTime.Time}
		switch r.Status {
		case wecom.SendDone:
			o.State = model.TouchDelivered
		case wecom.SendNotContact:
			o.State, o.Reason = model.TouchFailed, sop.ReasonNotFriend
			if r.ChatID != "" {
				o.Reason = sop.ReasonNotOwner
			}
		case wecom.SendQuotaExceeded:
			o.State, o.Reason = model.TouchFailed, sop.ReasonOverQuota
		}
		out = append(out, o)
	}
	return out, nil
}

// Remind implements sop.Reminder: WeCom tells the rep of the unsent task, at
// most three times a task and day (41094).
func (g GroupMessage) Remind(ctx context.Context, b sop.Batch) error {
	if err := g.api.RemindGroupMessage(ctx, b.RemoteID); err != nil {
		return failure(err)
	}
	return nil
}

// Find implements sop.Channel: a task is ours when the corp made it since
// then, it says the same, our rep is to send it, and it goes to our recipients
// and to nobody else.
func (g GroupMessage) Find(ctx context.Context, b sop.Batch, since time.Time) ([]sop.Receipt, error) {
	return g.find(ctx, wecom.ChatSingle, b, since, g.receipt)
}

// find lists the corp's tasks since then that say what b says, and returns those
// that receipt takes for ours.
func (g GroupMessage) find(
	ctx context.Context, chat wecom.ChatType, b sop.Batch, since time.Time,
	receipt func(ctx context.Context, msgID string, b sop.Batch) (sop.Receipt, bool, error),
) ([]sop.Receipt, error) {
	var found []sop.Receipt
	for cursor := ""; ; {
		page, err := g.api.GroupMessages(ctx, chat, since, g.clock.Now().Add(time.Minute), cursor)
		if err != nil {
			return nil, fmt.Errorf("list group messages: %w", err)
		}
		for _, m := range page.Messages {
			if m.Creator != "" || !sameParts(m.Message, b.Payload.Content) {
				continue
			}
			r, ok, err := receipt(ctx, m.MsgID, b)
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, r)
			}
		}
		if cursor = page.NextCursor; cursor == "" {
			return found, nil
		}
	}
}

// receipt rebuilds what add_msg_template answered: recipients without a result
// row are those that it left out.
func (g GroupMessage) receipt(ctx context.Context, msgID string, b sop.Batch) (sop.Receipt, bool, error) {
	tasks, err := g.api.GroupMessageTasks(ctx, msgID)
	if err != nil {
		return sop.Receipt{}, false, fmt.Errorf("read task of message %s: %w", msgID, err)
	}
	if len(tasks) != 1 || !strings.EqualFold(tasks[0].UserID, b.Payload.UserID) {
		return sop.Receipt{}, false, nil
	}
	results, err := g.api.GroupMessageResults(ctx, msgID, b.Payload.UserID)
	if err != nil {
		return sop.Receipt{}, false, fmt.Errorf("read results of message %s: %w", msgID, err)
	}
	left := map[string]bool{}
	for _, id := range b.Payload.ExternalUserIDs {
		left[id] = true
	}
	for _, r := range results {
		if !left[r.ExternalUserID] {
			return sop.Receipt{}, false, nil
		}
		delete(left, r.ExternalUserID)
	}
	r := sop.Receipt{RemoteID: msgID}
	for id := range left {
		r.Refused = append(r.Refused, id)
	}
	return r, len(results) > 0, nil
}

// sameParts compares what WeCom kept with what we sent. It adds fields to media
// (such as pic_url), so those are compared by their kind.
func sameParts(m wecom.Message, c model.Content) bool {
	if m.Text != c.Text || len(m.Attachments) != len(c.Attachments) {
		return false
	}
	for i, a := range m.Attachments {
		ours := c.Attachments[i]
		if a.MsgType != ours.Type || a.Link != nil && ours.Link != nil && a.Link.URL != ours.Link.URL {
			return false
		}
	}
	return true
}
