package account

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Accept says that a suggestion is right. Its text becomes a name of the account
// for everybody, unless it is known as one already. For a person who is at
// another account effect says what the new one means for that (see Assignment);
// otherwise it is not looked at.
func (s *Service) Accept(ctx context.Context, id int64, effect model.MatchEffect, author string) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		d, people, err := s.lockDecision(ctx, id)
		if err != nil {
			return err
		}
		if d.State == model.MatchAccepted && d.Author == author {
			return nil
		}
		if err := undecided(d); err != nil {
			return err
		}
		standing, err := s.standing(ctx, []int64{d.AccountID})
		if err != nil {
			return err
		}
		now, account := s.DB.Now(ctx), standing[d.AccountID]
		word := Assignment{ContactID: d.ContactID, AccountID: account, Effect: effect, Author: author}
		switch accountOf(people[0]) {
		case 0:
			word.Effect = model.MatchJoin
		case account:
			word.Effect = model.MatchCorrect
		}
		if err := word.fault(people[0], true, map[int64]bool{account: true}, now); err != nil {
			return err
		}
		if d.AliasID, err = s.teach(ctx, d, account, author); err != nil {
			return err
		}
		next := word.decision(now)
		if accountOf(people[0]) == account {
			next.Effect = ""
		}
		err = s.DB.Conn(ctx).Model(&d).Updates(map[string]any{
			"state": model.MatchAccepted, "open_slot": nil, "effect": next.Effect, "since": next.Since, "author": author,
			"acted_at": now, "alias_id": d.AliasID, "updated_at": now,
		}).Error
		if err != nil {
			return fmt.Errorf("mark as accepted: %w", err)
		}
		if err := s.answered(ctx, people); err != nil {
			return err
		}
		return s.settle(ctx, people, nil)
	})
	return wrap(fmt.Sprintf("accept suggestion %d", id), err)
}

// Reject says that a suggestion is wrong: its text never means the account again,
// whoever bears it.
func (s *Service) Reject(ctx context.Context, id int64, author string) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		d, _, err := s.lockDecision(ctx, id)
		if err != nil {
			return err
		}
		if d.State == model.MatchRejected && d.Author == author {
			return nil
		}
		if err := undecided(d); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		pair := model.MatchRejection{EvidenceKey: d.EvidenceKey, AccountID: d.AccountID, DecisionID: d.ID, Author: author, CreatedAt: now}
		if err := s.DB.Conn(ctx).Clauses(skipKnown()).Create(&pair).Error; err != nil {
			return fmt.Errorf("remember the rejected pair: %w", err)
		}
		err = s.DB.Conn(ctx).Model(&d).Updates(map[string]any{
			"state": model.MatchRejected, "open_slot": nil, "author": author, "acted_at": now, "updated_at": now,
		}).Error
		if err != nil {
			return fmt.Errorf("mark as rejected: %w", err)
		}
		return s.enqueue(ctx, d.ContactID) // something else may be meant
	})
	return wrap(fmt.Sprintf("reject suggestion %d", id), err)
}

// undecided refuses what is not, or no longer, to be decided.
func undecided(d model.MatchDecision) error {
	switch d.State {
	case model.MatchSuggested:
		return nil
	case model.MatchAccepted, model.MatchRejected, model.MatchUndone:
		return model.Conflict("somebody else has decided this suggestion already")
	case model.MatchAutomatic, model.MatchNone, model.MatchSuperseded:
	}
	return model.Conflict("this is no open suggestion any more: something newer has answered it")
}

// teach makes a text a name of the account. One that is a name already, of
// whatever account, is not taught: it would decide nothing, or two things. It
// returns the alias' id, 0 when nothing was taught.
func (s *Service) teach(ctx context.Context, d model.MatchDecision, accountID int64, author string) (int64, error) {
	if d.EvidenceKey == "" || d.Source == sourceEmail {
		return 0, nil
	}
	if err := s.identityTurn(ctx); err != nil {
		return 0, err
	}
	if known, err := s.owners(ctx, []string{d.EvidenceKey}, nil); err != nil || len(known) > 0 {
		return 0, err
	}
	alias := model.AccountAlias{AccountID: accountID, Alias: d.Evidence, AliasKey: d.EvidenceKey, Source: SourceDecision, Author: author}
	err := s.DB.Conn(ctx).Create(&alias).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return 0, nil // of an account that is merged into this one
	}
	if err != nil {
		return 0, fmt.Errorf("store alias: %w", err)
	}
	return alias.ID, s.accountChanged(ctx, accountID)
}

// unlearn forgets what accepting a decision has taught.
func (s *Service) unlearn(ctx context.Context, d model.MatchDecision) error {
	if d.AliasID == 0 {
		return nil
	}
	var alias model.AccountAlias
	if err := s.DB.Conn(ctx).Limit(1).Find(&alias, "id = ?", d.AliasID).Error; err != nil || alias.ID == 0 {
		return wrap("load the alias", err)
	}
	if err := s.DB.Conn(ctx).Delete(&alias).Error; err != nil {
		return fmt.Errorf("forget the alias: %w", err)
	}
	return s.accountChanged(ctx, alias.AccountID)
}
