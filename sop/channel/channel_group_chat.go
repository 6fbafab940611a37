package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/sop"
	"sixtouch/wecom"
)

// GroupChat asks the owner of customer groups to send one content into many of
// them (externalcontact/add_msg_template, chat_type group). It is the same task
// as GroupMessage's: the owner alone can send it, it is reminded of, taken back
// and asked about in the same way. A batch's recipients are chat_ids.
type GroupChat struct{ GroupMessage }

// Info implements sop.Channel. WeCom takes at most 2000 groups a call, and tells
// a task's groups only once they are sent to.
func (GroupChat) Info() sop.ChannelInfo {
	return sop.ChannelInfo{
		Name: sop.ChannelGroupChat, MaxRecipients: 2000, PollEvery: 30 * time.Second, PollFor: 7 * 24 * time.Hour,
		Reach: sop.ReachGroup, Quota: true, Faceless: true,
	}
}

// Send implements sop.Channel. It always names the groups: without any WeCom
// would take all of the owner's.
func (g GroupChat) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	return g.send(ctx, b, wecom.GroupMessage{ChatType: wecom.ChatGroup, ChatIDs: b.Payload.ExternalUserIDs})
}

// Find implements sop.Channel: a task is ours when the corp made it since then,
// it says the same, our owner is to send it, and it has gone into no other group.
func (g GroupChat) Find(ctx context.Context, b sop.Batch, since time.Time) ([]sop.Receipt, error) {
	return g.find(ctx, wecom.ChatGroup, b, since, g.receipt)
}

// receipt knows nothing of groups that were left out: WeCom does not tell.
func (g GroupChat) receipt(ctx context.Context, msgID string, b sop.Batch) (sop.Receipt, bool, error) {
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
	others := slices.ContainsFunc(results, func(r wecom.SendResult) bool { return !slices.Contains(b.Payload.ExternalUserIDs, r.ChatID) })
	return sop.Receipt{RemoteID: msgID}, !others, nil
}

// Outside implements sop.Outsider.
func (g GroupChat) Outside(ctx context.Context, from, to time.Time, cursor string) ([]sop.OutsideTask, string, error) {
	return g.outside(ctx, wecom.ChatGroup, from, to, cursor)
}
