package event

import (
	"context"
	"fmt"

	"sixtouch/model"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// onTemplateCard: a rep pressed a button of a prompt. The prompt's owner settles
// it; the contacts that it was about get it into their story.
func onTemplateCard(d Deps) inbox.Handler {
	return handler[nothing]{
		key: "template_card_event",
		apply: func(ctx context.Context, e inbox.Event, _ nothing) error {
			id, ours := model.PromptOf(e.TaskID)
			if !ours {
				return nil
			}
			touches, err := d.Prompts.Answered(ctx, model.PromptAnswer{
				DispatchID: id, UserID: e.FromUser, ExternalUserID: chosen(e.Selected), Answer: e.Event.EventKey, ResponseCode: e.ResponseCode,
			})
			if err != nil {
				return fmt.Errorf("settle prompt %d: %w", id, err)
			}
			return d.recordAnswer(ctx, e, id, touches)
		},
	}
}

// chosen is the contact that the rep has chosen in the card's only drop-down;
// empty for all.
func chosen(selected []wecom.Selection) string {
	for _, s := range selected {
		for _, id := range s.OptionIDs {
			if id != model.AnswerAll {
				return id
			}
		}
	}
	return ""
}

// recordAnswer puts the answer into the story of each contact that the card was
// about. The same prompt may be answered again on a later card: a snooze first,
// its outcome then.
func (d Deps) recordAnswer(ctx context.Context, e inbox.Event, dispatchID int64, touches []model.Touch) error {
	for _, t := range touches {
		err := d.Record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%d:%d", model.ActivityPromptAnswered, dispatchID, t.ID),
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
