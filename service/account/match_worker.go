package account

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"sixtouch/model"
	"sixtouch/service/match"
)

// MatchDue matches a page of the people who wait for it, and finds those who wait
// for an account that has changed; more says that there may be others. Any number
// of replicas may call it at once.
func (s *Service) MatchDue(ctx context.Context) (more bool, err error) {
	fanned, err := s.fan(ctx)
	if err != nil {
		return false, err
	}
	ids, token, err := s.claim(ctx, &model.MatchTask{}, "contact_id")
	if err != nil || len(ids) == 0 {
		return fanned, err
	}
	err = s.matchPage(ctx, ids, token)
	if err == nil {
		return true, nil
	}
	if ctx.Err() != nil || model.Transient(err) || errors.Is(err, model.ErrOutcomeUnknown) {
		return false, err
	}
	s.Logger.ErrorContext(ctx, "a page of contacts was not matched; now one by one", "error", err)
	for _, id := range ids {
		if err := s.matchPage(ctx, []int64{id}, token); err != nil {
			s.Logger.ErrorContext(ctx, "a contact was not matched", "contact_id", id, "error", err)
			if err := s.putOff(ctx, id, token); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// putOff has a task that failed wait, each time twice as long.
func (s *Service) putOff(ctx context.Context, id int64, token string) error {
	var task model.MatchTask
	err := s.DB.Conn(ctx).Limit(1).Find(&task, "contact_id = ? AND lease_token = ?", id, token).Error
	if err != nil || task.ContactID == 0 {
		return wrap("read a failed task", err)
	}
	wait := min(firstRetry<<min(task.Failures, 16), lastRetry)
	err = s.DB.Conn(ctx).Model(&task).Where("lease_token = ?", token).
		Updates(map[string]any{"failures": task.Failures + 1, "due_at": s.DB.Now(ctx).Add(wait), "lease_token": "", "lease_until": nil}).Error
	return wrap("put a failed task off", err)
}

func (s *Service) matchPage(ctx context.Context, ids []int64, token string) error {
	index, _, err := s.follow(ctx)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		p, err := s.loadPage(ctx, ids)
		if err != nil {
			return err
		}
		now, answers := s.DB.Now(ctx), make([]answer, len(p.people))
		for i, c := range p.people {
			answers[i] = p.answer(index, c, now)
		}
		if err := s.storeAnswers(ctx, p, answers); err != nil {
			return err
		}
		return s.finish(ctx, ids, token, answers)
	})
	return wrap("match a page of contacts", err)
}

// storeAnswers stores what has been found, over what was open before.
func (s *Service) storeAnswers(ctx context.Context, p *matchBatch, answers []answer) error {
	var fresh []model.MatchDecision
	var joining []model.Contact
	var stale []int64
	for _, a := range answers {
		kept := int64(0)
		if old, ok := p.before(a); ok {
			kept = old.ID
			next := a.decision
			next.ID, next.CreatedAt, next.UpdatedAt = old.ID, old.CreatedAt, old.UpdatedAt
			if !reflect.DeepEqual(next, old) {
				if err := s.DB.Conn(ctx).Save(&next).Error; err != nil {
					return fmt.Errorf("renew decision %d: %w", old.ID, err)
				}
			}
		} else if a.decision.State != "" {
			fresh = append(fresh, a.decision)
		}
		if a.decision.Effect != "" {
			joining = append(joining, a.contact)
		}
		for _, d := range p.decisions[a.contact.ID] {
			if (d.State == model.MatchSuggested || d.State == model.MatchNone) && d.ID != kept {
				stale = append(stale, d.ID)
			}
		}
	}
	for part := range slices.Chunk(stale, memberChunk) {
		err := s.DB.Conn(ctx).Model(&model.MatchDecision{}).Where("id IN ?", part).
			Updates(map[string]any{"state": model.MatchSuperseded, "open_slot": nil, "updated_at": s.DB.Now(ctx)}).Error
		if err != nil {
			return fmt.Errorf("close what is answered: %w", err)
		}
	}
	if len(fresh) > 0 {
		if err := s.DB.Conn(ctx).CreateInBatches(&fresh, memberChunk).Error; err != nil {
			return fmt.Errorf("store decisions: %w", err)
		}
	}
	if err := s.storeWaiting(ctx, answers); err != nil {
		return err
	}
	return s.settle(ctx, joining, nil)
}

// before is the row that already says, or once said, what an answer says, if that
// may be said again.
func (p *matchBatch) before(a answer) (model.MatchDecision, bool) {
	if a.decision.State != model.MatchSuggested && a.decision.State != model.MatchNone {
		return model.MatchDecision{}, false
	}
	for _, d := range p.decisions[a.contact.ID] {
		open := d.State == model.MatchSuggested || d.State == model.MatchNone || d.State == model.MatchSuperseded
		if open && d.AccountID == a.decision.AccountID {
			return d, true
		}
	}
	return model.MatchDecision{}, false
}

func (s *Service) storeWaiting(ctx context.Context, answers []answer) error {
	ids := make([]int64, len(answers))
	var keys []model.MatchKey
	for i, a := range answers {
		ids[i] = a.contact.ID
		for _, key := range a.waits {
			keys = append(keys, model.MatchKey{Key: key, ContactID: a.contact.ID})
		}
	}
	if err := s.DB.Conn(ctx).Delete(&model.MatchKey{}, "contact_id IN ?", ids).Error; err != nil {
		return fmt.Errorf("forget what contacts waited for: %w", err)
	}
	if len(keys) == 0 {
		return nil
	}
	err := s.DB.Conn(ctx).CreateInBatches(&keys, memberChunk).Error
	return wrap("note what contacts wait for", err)
}

// finish ends the page's tasks. An account that has changed since the names were
// read may have missed who had not been noted as waiting yet: those keep their
// task. So do people about whom something has changed meanwhile, whose task has
// lost the token.
func (s *Service) finish(ctx context.Context, ids []int64, token string, answers []answer) error {
	_, changed, err := s.follow(ctx)
	if err != nil {
		return err
	}
	if again := concerned(changed, answers); len(again) > 0 {
		err := s.DB.Conn(ctx).Model(&model.MatchTask{}).Where("contact_id IN ? AND lease_token = ?", again, token).
			Updates(map[string]any{"lease_token": "", "lease_until": nil}).Error
		if err != nil {
			return fmt.Errorf("keep tasks of those who may match now: %w", err)
		}
	}
	err = s.DB.Conn(ctx).Delete(&model.MatchTask{}, "contact_id IN ? AND lease_token = ?", ids, token).Error
	return wrap("finish tasks", err)
}

// concerned are the people who wait for one of the accounts.
func concerned(accounts []match.Account, answers []answer) []int64 {
	keys := map[string]bool{}
	for _, a := range accounts {
		for _, key := range a.Keys() {
			keys[key] = true
		}
	}
	var ids []int64
	for _, a := range answers {
		if slices.ContainsFunc(a.waits, func(key string) bool { return keys[key] }) {
			ids = append(ids, a.contact.ID)
		}
	}
	return ids
}
