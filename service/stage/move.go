package stage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sixtouch/model"
)

// LossReasons are why somebody is sent back or lost; what each means to a person
// is in the catalogue under "loss.<code>".
func LossReasons() []string {
	return []string{
		"not_fit", "no_need", "no_budget", "no_authority", "bad_timing", "competitor", "price", "no_response",
		"wrong_contact", "duplicate", "other",
	}
}

func checkLoss(field, reason string) error {
	if !slices.Contains(LossReasons(), reason) {
		return model.Invalid(field, fmt.Sprintf("%q is none of %v", reason, LossReasons()))
	}
	return nil
}

// move is a contact's step onto another rung.
type move struct {
	step
	at       time.Time
	rules    int // number of the rules in force
	author   model.StageAuthor
	name     string         // of a user
	repID    int64          // who acted or followed, where that is known
	activity model.Activity // what led to it; zero for what people do by hand
}

// enter puts the contact onto the rung and records what follows from it: the
// event, the hand-over of an MQL, the activity that programmes react to. It
// tells false when somebody else has moved the contact meanwhile. It must be
// called inside a transaction.
func (s *Service) enter(ctx context.Context, p person, m move) (model.StageEvent, bool, error) {
	m.at = model.Instant(m.at)
	e := model.StageEvent{
		ContactID: p.ID, AccountID: p.AccountID, FromStage: p.Stage, ToStage: m.to, EnteredAt: m.at, Reason: m.reason,
		Detail: model.AsJSON(append([]string{}, m.values...)), Rules: m.rules, Author: m.author, AuthorName: m.name, RepID: m.repID,
		ActivityID: m.activity.ID, Regression: regresses(p.Stage, m.to),
	}
	// Of two that move the contact at once, one finds it moved.
	q := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND stage = ?", p.ID, p.Stage)
	if p.StageAt == nil {
		q = q.Where("stage_at IS NULL")
	} else {
		q = q.Where("stage_at = ?", *p.StageAt)
	}
	res := q.Updates(map[string]any{"stage": m.to, "stage_at": m.at, "updated_at": s.DB.Now(ctx)})
	if res.Error != nil || res.RowsAffected == 0 {
		return e, false, wrap("move contact", res.Error)
	}
	if err := s.DB.Conn(ctx).Create(&e).Error; err != nil {
		return e, false, fmt.Errorf("store stage event: %w", err)
	}
	if p.Stage == m.to {
		return e, true, nil // an MQL anew: nothing else follows
	}
	if p.Stage == model.StageMQL {
		if err := s.closeHandover(ctx, e); err != nil {
			return e, false, err
		}
	}
	if m.to == model.StageMQL {
		if err := s.handOver(ctx, p, e); err != nil {
			return e, false, err
		}
	}
	err := s.Record(ctx, model.Activity{
		DedupeKey: "stage:" + strconv.FormatInt(e.ID, 10), Kind: model.ActivityStageEntered, ContactID: p.ID,
		RepID: m.activity.RepID, RelationshipID: m.activity.RelationshipID, OccurredAt: m.at,
		Data: model.AsJSON(model.ActivityData{From: p.Stage, Stage: m.to, Reason: m.reason}),
	})
	return e, true, wrap("record stage", err)
}

// Act is what a person does about a contact's stage.
type Act struct {
	To     string
	Reason string            // a loss reason: why they are lost or go back
	Needs  map[string]string // to SQL: what is known of budget, authority, need and timing
	By     string            // who acts
}

// Needs are the four questions (BANT) that an SQL is asked.
func Needs() []string { return []string{"budget", "authority", "need", "timing"} }

// maxAnswer bounds an answer, in characters.
const maxAnswer = 200

// conversations are the activities that show that somebody talked with the
// contact, both ways.
func conversations() []model.ActivityKind {
	return []model.ActivityKind{model.ActivityReplied, model.ActivityConversationLogged, model.ActivityMeetingHeld}
}

// Move moves a contact by hand. An SQL needs a conversation, and an opportunity
// is made, not entered: both are told. Steps back and losses need a reason.
func (s *Service) Move(ctx context.Context, contactID int64, act Act) (model.StageEvent, error) {
	var e model.StageEvent
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		p, err := s.person(ctx, contactID)
		if err != nil {
			return err
		}
		if err := s.checkAct(ctx, p, act); err != nil {
			return err
		}
		m := move{step: step{to: act.To, reason: ReasonByHand, values: []string{act.Reason}}, at: s.DB.Now(ctx), author: model.StageByUser, name: act.By}
		switch act.To {
		case model.StageSAL:
			m.reason, m.values = ReasonAccepted, []string{act.By}
		case model.StageSQL:
			if m.values, err = s.keepNeeds(ctx, p.ID, act); err != nil {
				return err
			}
			m.reason = ReasonQualified
		case model.StageLost:
			m.reason = ReasonLost
		}
		e, err = s.moveByHand(ctx, p, m)
		return err
	})
	return e, wrap(fmt.Sprintf("move contact %d", contactID), err)
}

// moveByHand enters the rung under the rules in force, or says that another was
// quicker.
func (s *Service) moveByHand(ctx context.Context, p person, m move) (model.StageEvent, error) {
	number, _, err := s.InForce(ctx)
	if err != nil {
		return model.StageEvent{}, err
	}
	m.rules = number
	e, moved, err := s.enter(ctx, p, m)
	if err == nil && !moved {
		err = model.Conflict("the contact has just been moved by somebody else: look again")
	}
	return e, err
}

func (s *Service) checkAct(ctx context.Context, p person, act Act) error {
	switch {
	case act.To == p.Stage:
		return model.Conflict("the contact is on that rung already")
	case act.To == model.StageOpportunity || act.To == model.StageWon || act.To == model.StageRenewal:
		return model.Invalid("to", "is entered by opportunities: open one, win one or renew one")
	case Rank(act.To) == 0 && act.To != model.StageLost:
		return model.Invalid("to", fmt.Sprintf("%q is none of %v", act.To, append(Ladder(), model.StageLost)))
	case act.To == model.StageLost || regresses(p.Stage, act.To):
		return checkLoss("reason", act.Reason)
	case act.Reason != "":
		return model.Invalid("reason", "belongs to steps back and losses")
	case act.To != model.StageSQL && len(act.Needs) > 0:
		return model.Invalid("needs", "belong to the step to SQL")
	case act.To == model.StageSQL:
		return s.checkTalked(ctx, p.ID)
	}
	return nil
}

func (s *Service) checkTalked(ctx context.Context, contactID int64) error {
	var found []int64
	err := s.DB.Conn(ctx).Model(&model.Activity{}).Where("contact_id = ? AND kind IN ?", contactID, conversations()).Limit(1).Pluck("id", &found).Error
	if err == nil && len(found) == 0 {
		return model.Conflict("nobody has talked with the contact yet: log the conversation first")
	}
	return wrap("look for a conversation", err)
}

// keepNeeds stores what the step to SQL says of the four questions, records each
// as an activity, and tells how many of them are answered.
func (s *Service) keepNeeds(ctx context.Context, contactID int64, act Act) ([]string, error) {
	for _, key := range Needs() {
		answer, given := act.Needs[key]
		if !given {
			continue
		}
		err := s.record(ctx, Happening{ContactID: contactID, Kind: model.ActivityNeedAnswered, Key: key, Answer: answer, By: act.By, At: s.DB.Now(ctx)})
		if err != nil {
			return nil, err
		}
	}
	for key := range act.Needs {
		if !slices.Contains(Needs(), key) {
			return nil, model.Invalid("needs", fmt.Sprintf("%q is none of %v", key, Needs()))
		}
	}
	var answered int64
	err := s.DB.Conn(ctx).Model(&model.ContactNeed{}).Where("contact_id = ?", contactID).Count(&answered).Error
	return []string{strconv.FormatInt(answered, 10)}, wrap("count answers", err)
}

// Standing is where a contact stands, and what is known of the four questions.
type Standing struct {
	ContactID int64
	Stage     string
	Since     *time.Time
	Reached   string // the highest rung that they have ever been on
	Needs     []model.ContactNeed
}

// Standing returns where a contact stands.
func (s *Service) Standing(ctx context.Context, contactID int64) (Standing, error) {
	p, err := s.person(ctx, contactID)
	if err != nil {
		return Standing{}, err
	}
	out := Standing{ContactID: p.ID, Stage: p.Stage, Since: p.StageAt}
	var been []string
	if err := s.DB.Read(ctx).Model(&model.StageEvent{}).Where("contact_id = ?", contactID).Distinct().Pluck("to_stage", &been).Error; err != nil {
		return out, fmt.Errorf("load rungs of contact %d: %w", contactID, err)
	}
	for _, stage := range been {
		if Rank(stage) > Rank(out.Reached) {
			out.Reached = stage
		}
	}
	err = s.DB.Read(ctx).Order("need_key").Find(&out.Needs, "contact_id = ?", contactID).Error
	return out, wrap("load answers", err)
}

// History lists a contact's stage events, the newest first.
func (s *Service) History(ctx context.Context, contactID int64, page model.Page) ([]model.StageEvent, error) {
	q := s.DB.Read(ctx).Where("contact_id = ?", contactID)
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var list []model.StageEvent
	err := q.Order("id DESC").Limit(page.Size()).Find(&list).Error
	return list, wrap("load stage events", err)
}
