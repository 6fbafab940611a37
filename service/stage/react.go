package stage

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// Stager reacts to activities: it moves contacts up the ladder, and MQLs that
// have faded back down. It belongs behind whoever writes scores and before the
// programmes.
type Stager struct{ stages *Service }

// Stager returns the reactor to put into the activity pipeline.
func (s *Service) Stager() Stager { return Stager{s} }

// Name implements activity.Reactor.
func (Stager) Name() string { return "stages" }

// attempts bounds how often a move is decided anew because somebody else has
// moved the contact.
const attempts = 3

// React implements activity.Reactor.
func (r Stager) React(ctx context.Context, a model.Activity) error {
	if a.Kind == model.ActivityContactErased {
		return r.stages.withdraw(ctx, a.ContactID)
	}
	if a.ContactID <= 0 || a.Kind != model.ActivityScoreChanged && !reaches(a) {
		return nil // a customer group, or nothing that a rule looks at
	}
	return r.stages.apply(ctx, a.ContactID, a)
}

// apply moves the contact where the rules in force take them now. a is the zero
// activity where it is time that has passed.
func (s *Service) apply(ctx context.Context, contactID int64, a model.Activity) error {
	number, rules, err := s.InForce(ctx)
	if err != nil {
		return err
	}
	for range attempts {
		p, err := s.person(ctx, contactID)
		if err != nil {
			return err
		}
		if p.ErasedAt != nil {
			return nil // until they come anew, nobody is to be told of them
		}
		now := s.DB.Now(ctx)
		st, ok := rules.decide(p, a, now)
		if !ok {
			return nil
		}
		if st.reason == ReasonScore && p.Stage == model.StageMIL {
			if recent, err := s.refused(ctx, p.ID, now.Add(-rules.fallAfter())); err != nil || recent {
				return err
			}
		}
		m := move{step: st, at: now, rules: number, author: model.StageBySystem, repID: a.RepID, activity: a}
		if p.Stage == "" && st.to == model.StageMAL && a.OccurredAt.Before(now) {
			m.at = a.OccurredAt // a synchronisation finds friends of long standing
		}
		if _, moved, err := s.enter(ctx, p, m); err != nil || moved {
			return err
		}
	}
	return fmt.Errorf("move contact %d: others keep moving them", contactID)
}

// refused tells whether sales sent the contact back after that instant: then
// the score that made them an MQL makes them none again so soon. An action does.
func (s *Service) refused(ctx context.Context, contactID int64, after time.Time) (bool, error) {
	var last []model.StageEvent
	err := s.DB.Conn(ctx).Select("reason", "entered_at").Where("contact_id = ?", contactID).Order("id DESC").Limit(1).Find(&last).Error
	if err != nil || len(last) == 0 {
		return false, wrap("load last stage event", err)
	}
	return last[0].Reason == ReasonRejected && last[0].EnteredAt.After(after), nil
}
