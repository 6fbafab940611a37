package channel

import (
	"context"
	"fmt"
	"time"

	"sixtouch/sop"
	"sixtouch/wecom"
)

// Outside implements sop.Outsider (externalcontact/get_groupmsg_list_v2, which
// lists the corp's and the members' own messages, whatever tool made them).
func (g GroupMessage) Outside(ctx context.Context, from, to time.Time, cursor string) ([]sop.OutsideTask, string, error) {
	return g.outside(ctx, wecom.ChatSingle, from, to, cursor)
}

func (g GroupMessage) outside(ctx context.Context, chat wecom.ChatType, from, to time.Time, cursor string) ([]sop.OutsideTask, string, error) {
	page, err := g.api.GroupMessages(ctx, chat, from, to, cursor)
	if err != nil {
		return nil, "", fmt.Errorf("list group messages: %w", err)
	}
	var tasks []sop.OutsideTask
	for _, m := range page.Messages {
		tasks = append(tasks, sop.OutsideTask{ID: m.MsgID, CreatedAt: m.CreateTime.Time})
	}
	return tasks, page.NextCursor, nil
}

// OutsideSenders implements sop.Outsider.
func (g GroupMessage) OutsideSenders(ctx context.Context, id string) (sent []string, waiting bool, err error) {
	tasks, err := g.api.GroupMessageTasks(ctx, id)
	if err != nil {
		return nil, false, fmt.Errorf("read task of message %s: %w", id, err)
	}
	for _, t := range tasks {
		if t.Status == wecom.TaskDone {
			sent = append(sent, t.UserID)
		} else {
			waiting = true
		}
	}
	return sent, waiting, nil
}

// OutsideResults implements sop.Outsider.
func (g GroupMessage) OutsideResults(ctx context.Context, id, userID string) ([]sop.Outcome, error) {
	return g.outcomes(ctx, id, userID)
}
