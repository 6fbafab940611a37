package event

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"sixtouch/model"
	"sixtouch/service/inbox"
)

// taskPrefix begins the task id of the cards that a dispatch of ours sent.
const taskPrefix = "sixtouch_"

// onTemplateCard: a rep pressed a button of a prompt. The prompt's owner settles
// it; the contacts that it was about get it into their story.
func onTemplateCard(d Deps) inbox.Handler {
	return handler[nothing]{
		key: "template_card_event",
		apply: func(ctx context.Context, e inbox.Event, _ nothing) error {
			id, ours := dispatchOf(e.TaskID)
			if !ours {
				return nil
			}
			if err := d.Prompts.Answered(ctx, id, e.FromUser, e.Event.EventKey); err != nil {
				return fmt.Errorf("settle prompt %d: %w", id, err)
			}
			return d.recordAnswer(ctx, e, id)
		},
	}
}

// dispatchOf reads the dispatch from a card's task id; ours is false for the
// card of another program.
func dispatchOf(taskID string) (id int64, ours bool) {
	number, ours := strings.CutPrefix(taskID, taskPrefix)
	if !ours {
		return 0, false
	}
	id, err := strconv.ParseInt(number, 10, 64)
	return id, err == nil
}

func (d Deps) recordAnswer(ctx context.Context, e inbox.Event, dispatchID int64) error {
	var touches []model.Touch
	err := d.DB.Conn(ctx).Joins("JOIN reps ON reps.id = touches.rep_id AND reps.userid = ?", e.FromUser).
		Where("touches.dispatch_id = ?", dispatchID).Order("touches.id").Find(&touches).Error
	if err != nil {
		return fmt.Errorf("load touches of prompt %d: %w", dispatchID, err)
	}
	for _, t := range touches {
		err := d.Record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%d", model.ActivityPromptAnswered, t.ID),
			Kind:      model.ActivityPromptAnswered, ContactID: t.ContactID, RepID: t.RepID,
			RelationshipID: t.RelationshipID, OccurredAt: e.CreateTime,
			Data: model.AsJSON(model.ActivityData{Answer: e.Event.EventKey, TouchID: t.ID}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
