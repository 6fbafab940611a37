package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Assignment is somebody's word on where a person is.
type Assignment struct {
	ContactID int64
	AccountID int64 // 0: at none
	// Effect says what it means for the time before. Join is for people who are
	// nowhere, and refused for others; Correct says that the present account was
	// a mistake; Move that the person was there and went.
	Effect model.MatchEffect
	Since  time.Time // move: when the person went; zero is now
	Source string    // SourceManual, SourceImport or SourceSplit
	Author string
}

// Assign puts a person at an account by somebody's word, which automation does
// not overrule. Saying what is true already changes nothing.
func (s *Service) Assign(ctx context.Context, a Assignment) error {
	faults, err := s.AssignMany(ctx, []Assignment{a})
	if err != nil {
		return err
	}
	return faults[0]
}

// AssignMany puts people at accounts, at most 500, each person once; the faults
// are in the order of the list, nil for what was done.
func (s *Service) AssignMany(ctx context.Context, list []Assignment) ([]error, error) {
	if len(list) > memberChunk {
		return nil, model.Invalid("contact_ids", "name at most 500 people at once")
	}
	var faults []error
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		faults = make([]error, len(list))
		return s.assign(ctx, list, faults)
	})
	return faults, wrap("assign contacts to accounts", err)
}

func (s *Service) assign(ctx context.Context, list []Assignment, faults []error) error {
	contacts, accounts := make([]int64, len(list)), make([]int64, len(list))
	for i, a := range list {
		contacts[i], accounts[i] = a.ContactID, a.AccountID
	}
	people, err := s.lockContacts(ctx, contacts)
	if err != nil {
		return err
	}
	standing, err := s.standing(ctx, accounts)
	if err != nil {
		return err
	}
	known, err := s.existing(ctx, standing)
	if err != nil {
		return err
	}
	byID := make(map[int64]model.Contact, len(people))
	for _, c := range people {
		byID[c.ID] = c
	}
	now := s.DB.Now(ctx)
	var fresh []model.MatchDecision
	var touched []model.Contact
	for i, a := range list {
		a.AccountID = standing[a.AccountID]
		c, ok := byID[a.ContactID]
		delete(byID, a.ContactID)
		if faults[i] = a.fault(c, ok, known, now); faults[i] != nil || accountOf(c) == a.AccountID {
			continue
		}
		fresh, touched = append(fresh, a.decision(now)), append(touched, c)
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).CreateInBatches(&fresh, memberChunk).Error; err != nil {
		return fmt.Errorf("store decisions: %w", err)
	}
	if err := s.answered(ctx, touched); err != nil {
		return err
	}
	return s.settle(ctx, touched, nil)
}

// fault says why an assignment cannot be.
func (a Assignment) fault(c model.Contact, known bool, accounts map[int64]bool, now time.Time) error {
	switch {
	case !known:
		return model.NotFound("contact")
	case a.AccountID != 0 && !accounts[a.AccountID]:
		return model.NotFound("account")
	case !slices.Contains([]model.MatchEffect{model.MatchJoin, model.MatchCorrect, model.MatchMove}, a.Effect):
		return model.Invalid("effect", "must be join, correct or move")
	case a.Since.After(now):
		return model.Invalid("since", "must not be in the future")
	case a.Effect == model.MatchJoin && a.AccountID == 0:
		return model.Invalid("effect", "must be correct or move to take somebody out of an account")
	case a.Effect == model.MatchJoin && c.AccountID != nil && *c.AccountID != a.AccountID:
		return model.Conflict("this person is at another account: say whether that was a mistake (correct) or they went (move)")
	}
	return nil
}

func (a Assignment) decision(now time.Time) model.MatchDecision {
	d := model.MatchDecision{
		ContactID: a.ContactID, AccountID: a.AccountID, State: model.MatchAccepted, Effect: a.Effect,
		Source: a.Source, Author: a.Author, ActedAt: &now,
	}
	if a.Effect == model.MatchMove {
		since := now
		if !a.Since.IsZero() {
			since = model.Instant(a.Since)
		}
		d.Since = &since
	}
	return d
}

// accountOf is the account that a person is at; 0 is none.
func accountOf(c model.Contact) int64 {
	if c.AccountID == nil {
		return 0
	}
	return *c.AccountID
}

// existing tells which of the accounts that stand for others there are.
func (s *Service) existing(ctx context.Context, standing map[int64]int64) (map[int64]bool, error) {
	ids := make([]int64, 0, len(standing))
	for _, id := range standing {
		ids = append(ids, id)
	}
	var known []int64
	if err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", ids).Pluck("id", &known).Error; err != nil {
		return nil, fmt.Errorf("look up accounts: %w", err)
	}
	out := make(map[int64]bool, len(known))
	for _, id := range known {
		out[id] = true
	}
	return out, nil
}

// answered closes what is open about people of whom somebody has just said where
// they are: suggestions, and what they were waiting for.
func (s *Service) answered(ctx context.Context, people []model.Contact) error {
	ids := make([]int64, len(people))
	for i, c := range people {
		ids[i] = c.ID
	}
	err := s.DB.Conn(ctx).Model(&model.MatchDecision{}).Where("contact_id IN ? AND state IN ?", ids, []model.MatchState{model.MatchSuggested, model.MatchNone}).
		Updates(map[string]any{"state": model.MatchSuperseded, "open_slot": nil, "updated_at": s.DB.Now(ctx)}).Error
	if err != nil {
		return fmt.Errorf("close suggestions: %w", err)
	}
	return wrap("forget what contacts wait for", s.DB.Conn(ctx).Delete(&model.MatchKey{}, "contact_id IN ?", ids).Error)
}

// Undo takes a decision back; what was decided since stands. An acceptance takes
// the name that it taught along. A suggestion that was accepted or rejected is
// open again.
func (s *Service) Undo(ctx context.Context, id int64, author string) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		d, people, err := s.lockDecision(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case d.State == model.MatchUndone && d.UndoneBy == author:
			return nil
		case d.State == model.MatchUndone:
			return model.Conflict("somebody else has taken this decision back already")
		case d.State == model.MatchRejected:
			return s.undoRejection(ctx, d, people[0])
		case d.State != model.MatchAutomatic && d.State != model.MatchAccepted:
			return model.Conflict("nothing was decided here that could be taken back")
		}
		if err := s.unlearn(ctx, d); err != nil {
			return err
		}
		now, accepted := s.DB.Now(ctx), d
		err = s.DB.Conn(ctx).Model(&d).Updates(map[string]any{"state": model.MatchUndone, "undone_by": author, "undone_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("mark as undone: %w", err)
		}
		if err := s.settle(ctx, people, map[int64]string{d.ContactID: fmt.Sprintf("%d:undone", d.ID)}); err != nil {
			return err
		}
		if err := s.suggestAgain(ctx, accepted); err != nil {
			return err
		}
		return s.enqueue(ctx, d.ContactID)
	})
	return wrap(fmt.Sprintf("take back decision %d", id), err)
}

// lockDecision locks the person and then reads the decision: the order of all who
// decide.
func (s *Service) lockDecision(ctx context.Context, id int64) (model.MatchDecision, []model.Contact, error) {
	var d model.MatchDecision
	if err := s.DB.Conn(ctx).Select("id", "contact_id").Take(&d, "id = ?", id).Error; err != nil {
		return d, nil, notFound("decision", err)
	}
	people, err := s.lockContacts(ctx, []int64{d.ContactID})
	if err != nil {
		return d, nil, err
	}
	if len(people) == 0 {
		return d, nil, model.NotFound("contact")
	}
	if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&d, "id = ?", id).Error; err != nil {
		return d, nil, notFound("decision", err)
	}
	return d, people, nil
}

// suggestAgain opens what was accepted as a suggestion of its own: the row that
// was accepted stays for the history.
func (s *Service) suggestAgain(ctx context.Context, accepted model.MatchDecision) error {
	if accepted.State != model.MatchAccepted || accepted.EvidenceKey == "" {
		return nil
	}
	var earlier model.MatchDecision
	err := s.DB.Conn(ctx).Order("id").Limit(1).
		Find(&earlier, "contact_id = ? AND account_id = ? AND state IN ?", accepted.ContactID, accepted.AccountID, []model.MatchState{model.MatchSuggested, model.MatchSuperseded}).Error
	if err != nil {
		return fmt.Errorf("look for an earlier suggestion: %w", err)
	}
	again := model.MatchDecision{
		ID: earlier.ID, CreatedAt: earlier.CreatedAt, ContactID: accepted.ContactID, AccountID: accepted.AccountID,
		State: model.MatchSuggested, OpenSlot: live(), Source: accepted.Source, Evidence: accepted.Evidence, EvidenceKey: accepted.EvidenceKey,
		Tier: accepted.Tier, Score: accepted.Score, Reasons: accepted.Reasons, RunnerUp: accepted.RunnerUp, RunnerUpScore: accepted.RunnerUpScore,
	}
	return wrap("suggest again what was accepted", s.DB.Conn(ctx).Save(&again).Error)
}

func (s *Service) undoRejection(ctx context.Context, d model.MatchDecision, c model.Contact) error {
	if err := s.DB.Conn(ctx).Delete(&model.MatchRejection{}, "decision_id = ?", d.ID).Error; err != nil {
		return fmt.Errorf("forget the rejected pair: %w", err)
	}
	var since int64
	err := s.DB.Conn(ctx).Model(&model.MatchDecision{}).
		Where("contact_id = ? AND effect <> '' AND state <> ? AND acted_at > ?", d.ContactID, model.MatchUndone, d.ActedAt).Count(&since).Error
	if err != nil {
		return fmt.Errorf("look for what has been decided since: %w", err)
	}
	set := map[string]any{"state": model.MatchSuperseded, "author": "", "acted_at": nil, "updated_at": s.DB.Now(ctx)}
	if c.AccountID == nil || since == 0 {
		set["state"], set["open_slot"] = model.MatchSuggested, 1
	}
	return wrap("open the suggestion again", s.DB.Conn(ctx).Model(&d).Updates(set).Error)
}
