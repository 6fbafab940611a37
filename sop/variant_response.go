package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Responses reacts to activities: it notes with the touches that are compared
// how their contacts responded.
type Responses struct{ engine *Engine }

// Responses returns the reactor to put into the activity pipeline.
func (e *Engine) Responses() Responses { return Responses{e} }

// Name implements activity.Reactor.
func (Responses) Name() string { return "responses" }

// React implements activity.Reactor. The first response within the test's time
// counts, later ones add nothing.
func (r Responses) React(ctx context.Context, a model.Activity) error {
	word := response(a)
	if word == "" {
		return nil
	}
	e := r.engine
	q := e.DB.Conn(ctx).Select("id", "version_id", "step_key", "sent_at").
		Where("contact_id = ? AND variant <> '' AND responded_at IS NULL", a.ContactID).
		Where("sent_at <= ? AND sent_at > ?", a.OccurredAt, a.OccurredAt.Add(-maxWithin))
	if id := a.Data.V.TouchID; id != 0 {
		q = q.Where("id = ?", id) // it says what it answers
	}
	var sent []model.Touch
	if err := q.Find(&sent).Error; err != nil {
		return fmt.Errorf("find what contact %d may respond to: %w", a.ContactID, err)
	}
	var ids []int64
	for _, t := range sent {
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return err
		}
		if s, ok := v.step(t.StepKey); ok && a.OccurredAt.Sub(*t.SentAt) <= time.Duration(s.test().Within) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ?", ids).Updates(map[string]any{
		"response": word, "responded_at": a.OccurredAt, "updated_at": e.DB.Now(ctx),
	}).Error
	return wrap("note a response", err)
}

// response is the word for an activity by which a contact responds as hoped;
// empty for others. Leaving, or a rep's "no interest", is none.
func response(a model.Activity) string {
	switch {
	case a.Kind == model.ActivityPromptAnswered && a.Data.V.Answer == model.AnswerPositive:
		return model.AnswerPositive
	case slices.Contains([]model.ActivityKind{
		model.ActivityReplied, model.ActivityFormSubmitted, model.ActivityEventRegistered, model.ActivityEventAttended, model.ActivityContentViewed,
		model.ActivityMomentLiked, model.ActivityMomentCommented,
	}, a.Kind):
		return string(a.Kind)
	}
	return ""
}
