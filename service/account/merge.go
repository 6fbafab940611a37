package account

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// sourceMerge is the source of an alias that was the name of a merged account.
const sourceMerge = "merge"

// Mover moves what is kept about an account when it is taken into another, and
// back. Name is kept with what was moved and must not change.
type Mover struct {
	Name string
	// Move gives rows of one account to another: all of them, or, where only is
	// not nil, those that have these ids. It returns the ids of what it moved.
	Move func(ctx context.Context, from, into int64, only []int64) ([]int64, error)
}

// MoveTable returns the mover of a table whose rows have an id and an account_id
// and of which an account may have any number.
func MoveTable(db *model.DB, table string) Mover {
	return Mover{Name: table, Move: func(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
		rows := db.Conn(ctx).Table(table).Where("account_id = ?", from)
		if only != nil {
			rows = rows.Where("id IN ?", only)
		}
		var ids []int64
		if err := rows.Order("id").Pluck("id", &ids).Error; err != nil {
			return nil, fmt.Errorf("list %s of account %d: %w", table, from, err)
		}
		for part := range slices.Chunk(ids, memberChunk) {
			if err := db.Conn(ctx).Table(table).Where("id IN ?", part).UpdateColumn("account_id", into).Error; err != nil {
				return nil, fmt.Errorf("move %s of account %d: %w", table, from, err)
			}
		}
		return ids, nil
	}}
}

// movers are all that move, in their order.
func (s *Service) movers() []Mover {
	own := []Mover{
		{Name: "account_aliases", Move: s.moveNames("account_aliases", "alias_key")},
		{Name: "account_domains", Move: s.moveNames("account_domains", "domain")},
		{Name: "target_members", Move: s.moveTargets},
		{Name: "target_members closed", Move: s.closeTargets},
	}
	for _, table := range []string{"account_actions", "account_events", "account_notes"} {
		own = append(own, MoveTable(s.DB, table))
	}
	return append(own, s.Movers...)
}

// moveNames moves what an account is called, but for what the other is called
// too: that stays behind, where nobody reads it, for the way back.
func (s *Service) moveNames(table, key string) func(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
	return func(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
		if only == nil {
			err := s.DB.Conn(ctx).Table(table).Where("account_id = ?", from).
				Where(key+" NOT IN (?)", s.DB.Conn(ctx).Table(table).Select(key).Where("account_id = ?", into)).Pluck("id", &only).Error
			if err != nil {
				return nil, fmt.Errorf("list %s of account %d: %w", table, from, err)
			}
		}
		return MoveTable(s.DB, table).Move(ctx, from, into, notNil(only))
	}
}

// moveTargets moves an account's present places on target lists, but for lists
// that the other is on: who is on them twice is so once.
func (s *Service) moveTargets(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
	if only == nil {
		table := "target_members"
		err := s.DB.Conn(ctx).Table(table).Where("account_id = ? AND open_slot = 1", from).
			Where("list_id NOT IN (?)", s.DB.Conn(ctx).Table(table).Select("list_id").Where("account_id = ? AND open_slot = 1", into)).Pluck("id", &only).Error
		if err != nil {
			return nil, fmt.Errorf("list target lists of account %d: %w", from, err)
		}
	}
	return MoveTable(s.DB, "target_members").Move(ctx, from, into, notNil(only))
}

// closeTargets ends, at a merge, an account's places on lists that the other is on
// too, and opens them again on the way back, but for lists closed meanwhile.
func (s *Service) closeTargets(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
	rows := s.DB.Conn(ctx).Model(&model.TargetMember{})
	if only != nil {
		live := s.DB.Conn(ctx).Model(&model.TargetList{}).Select("id").Where("closed_at IS NULL")
		err := rows.Where("id IN ? AND account_id = ? AND list_id IN (?)", only, into, live).Updates(map[string]any{"open_slot": 1, "to_at": nil}).Error
		return nil, wrap(fmt.Sprintf("open places of account %d on target lists", into), err)
	}
	ids := []int64{}
	if err := rows.Where("account_id = ? AND open_slot = 1", from).Order("id").Pluck("id", &ids).Error; err != nil {
		return nil, fmt.Errorf("list target lists that both accounts are on: %w", err)
	}
	err := s.DB.Conn(ctx).Model(&model.TargetMember{}).Where("id IN ?", ids).Updates(map[string]any{"open_slot": nil, "to_at": s.DB.Now(ctx)}).Error
	return ids, wrap(fmt.Sprintf("close places of account %d on target lists", from), err)
}

// notNil is an empty list for none: a mover takes nil for all.
func notNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// Names under which a merge keeps what it did beside moving rows.
const (
	mergedName    = "name"    // the alias that the merged account's name became
	mergedMembers = "members" // stretches that no decision began
)

// Merge takes one account into another: its people with their history, its names
// and what movers move. Its name becomes an alias. The account stays for the way
// back. Merging what is merged so already changes nothing.
func (s *Service) Merge(ctx context.Context, from, into int64, author string) (model.AccountMerge, error) {
	var m model.AccountMerge
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		m = model.AccountMerge{}
		if from == into {
			return model.Invalid("into", "must be another account")
		}
		if err := s.identityTurn(ctx); err != nil {
			return err
		}
		err := s.DB.Conn(ctx).Limit(1).Find(&m, "from_id = ? AND into_id = ? AND undone_at IS NULL", from, into).Error
		if err != nil || m.ID != 0 {
			return wrap("look for the merge", err)
		}
		pair := map[int64]model.Account{}
		for _, id := range []int64{min(from, into), max(from, into)} {
			if pair[id], err = s.lockLive(ctx, id); err != nil {
				return err
			}
		}
		m = model.AccountMerge{FromID: from, IntoID: into, Author: author, Moved: model.AsJSON(map[string][]int64{})}
		if err := s.marking(ctx, []int64{from, into}, func() error { return s.moveAll(ctx, m) }); err != nil {
			return err
		}
		if err := s.takeName(ctx, pair[from], m); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		err = s.DB.Conn(ctx).Model(&model.Account{}).Where("id = ?", from).
			Updates(map[string]any{"live_slot": nil, "merged_into": into, "rescore_at": nil, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("close account %d: %w", from, err)
		}
		if err := s.rescore(ctx, into); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Create(&m).Error; err != nil {
			return fmt.Errorf("store merge: %w", err)
		}
		return s.accountChanged(ctx, from, into)
	})
	return m, wrap(fmt.Sprintf("merge account %d into %d", from, into), err)
}

// moveAll moves people and rows, and notes in m which.
func (s *Service) moveAll(ctx context.Context, m model.AccountMerge) error {
	for _, mover := range s.movers() {
		ids, err := mover.Move(ctx, m.FromID, m.IntoID, nil)
		if err != nil {
			return fmt.Errorf("move %s: %w", mover.Name, err)
		}
		m.Moved.V[mover.Name] = ids
	}
	members := s.DB.Conn(ctx).Model(&model.AccountMember{}).Where("account_id = ?", m.FromID)
	var own []int64
	if err := members.Where("decision_id = 0").Pluck("id", &own).Error; err != nil {
		return fmt.Errorf("list memberships: %w", err)
	}
	m.Moved.V[mergedMembers] = own
	for _, table := range []string{"account_members", "contacts"} {
		err := s.DB.Conn(ctx).Table(table).Where("account_id = ?", m.FromID).
			Updates(map[string]any{"account_id": m.IntoID, "updated_at": s.DB.Now(ctx)}).Error
		if err != nil {
			return fmt.Errorf("move people: %w", err)
		}
	}
	return nil
}

// takeName makes the name of a merged account an alias of the other.
func (s *Service) takeName(ctx context.Context, from model.Account, m model.AccountMerge) error {
	alias := model.AccountAlias{AccountID: m.IntoID, Alias: from.Name, AliasKey: from.NameKey, Source: sourceMerge, Author: m.Author}
	made := s.DB.Conn(ctx).Clauses(skipKnown()).Create(&alias)
	if made.Error != nil {
		return fmt.Errorf("keep the name as an alias: %w", made.Error)
	}
	if made.RowsAffected == 1 {
		m.Moved.V[mergedName] = []int64{alias.ID}
	}
	return nil
}

// rescore asks for new scores of accounts and their people.
func (s *Service) rescore(ctx context.Context, ids ...int64) error {
	err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", ids).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	if err != nil {
		return fmt.Errorf("ask for new scores: %w", err)
	}
	return s.rescorePeople(ctx, ids...)
}

// rescorePeople asks for new scores of accounts' people.
func (s *Service) rescorePeople(ctx context.Context, ids ...int64) error {
	err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("account_id IN ?", ids).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	return wrap("ask for new scores of people", err)
}

// UndoMerge takes a merge back: what went along returns, unless it has gone on
// elsewhere; who was assigned to the other account since then stays there. Of
// merges that followed each other any may be taken back.
func (s *Service) UndoMerge(ctx context.Context, id int64, author string) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.identityTurn(ctx); err != nil {
			return err
		}
		var m model.AccountMerge
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&m, "id = ?", id).Error; err != nil {
			return notFound("merge", err)
		}
		switch {
		case m.UndoneAt != nil && m.UndoneBy == author:
			return nil
		case m.UndoneAt != nil:
			return model.Conflict("somebody else has taken this merge back already")
		}
		var from model.Account
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&from, "id = ?", m.FromID).Error; err != nil {
			return notFound("account", err)
		}
		standing, err := s.standing(ctx, []int64{m.IntoID})
		if err != nil {
			return err
		}
		holder := standing[m.IntoID]
		if err := s.marking(ctx, []int64{from.ID, holder}, func() error { return s.giveBack(ctx, m, holder) }); err != nil {
			return err
		}
		if err := s.refuseTaken(ctx, from); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		err = taken(s.DB.Conn(ctx).Model(&from).Updates(map[string]any{"live_slot": 1, "merged_into": nil, "updated_at": now}).Error)
		if err != nil {
			return fmt.Errorf("open account %d again: %w", from.ID, err)
		}
		if err := s.rescore(ctx, from.ID, holder); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Model(&m).Updates(map[string]any{"undone_by": author, "undone_at": now}).Error; err != nil {
			return fmt.Errorf("mark merge as undone: %w", err)
		}
		return s.accountChanged(ctx, from.ID, holder)
	})
	return wrap(fmt.Sprintf("take back merge %d", id), err)
}

// giveBack returns what a merge has moved to who stands for the other account now.
func (s *Service) giveBack(ctx context.Context, m model.AccountMerge, holder int64) error {
	for _, mover := range s.movers() {
		if _, err := mover.Move(ctx, holder, m.FromID, notNil(m.Moved.V[mover.Name])); err != nil {
			return fmt.Errorf("move %s back: %w", mover.Name, err)
		}
	}
	err := s.DB.Conn(ctx).Delete(&model.AccountAlias{}, "id IN ? AND account_id = ?", notNil(m.Moved.V[mergedName]), holder).Error
	if err != nil {
		return fmt.Errorf("forget the name: %w", err)
	}
	// The people are those whom a decision puts at the account, or at one that it
	// had taken in itself.
	family, err := s.family(ctx, m.FromID)
	if err != nil {
		return err
	}
	decided := s.DB.Conn(ctx).Model(&model.MatchDecision{}).Select("id").Where("account_id IN ?", family)
	err = s.DB.Conn(ctx).Model(&model.AccountMember{}).
		Where("account_id = ? AND (decision_id IN (?) OR id IN ?)", holder, decided, notNil(m.Moved.V[mergedMembers])).
		Updates(map[string]any{"account_id": m.FromID, "updated_at": s.DB.Now(ctx)}).Error
	if err != nil {
		return fmt.Errorf("give memberships back: %w", err)
	}
	there := s.DB.Conn(ctx).Model(&model.AccountMember{}).Select("contact_id").Where("account_id = ? AND open_slot = 1", m.FromID)
	err = s.DB.Conn(ctx).Model(&model.Contact{}).Where("account_id = ? AND id IN (?)", holder, there).
		Updates(map[string]any{"account_id": m.FromID, "updated_at": s.DB.Now(ctx)}).Error
	return wrap("give people back", err)
}

// family is an account and all that it has taken in, directly or not.
func (s *Service) family(ctx context.Context, id int64) ([]int64, error) {
	all, next := []int64{id}, []int64{id}
	for len(next) > 0 {
		var found []int64
		if err := s.DB.Conn(ctx).Model(&model.Account{}).Where("merged_into IN ?", next).Pluck("id", &found).Error; err != nil {
			return nil, fmt.Errorf("look for what account %d has taken in: %w", id, err)
		}
		all, next = append(all, found...), found
	}
	return all, nil
}

// Split parts people from an account: they are at the other one, and always were.
func (s *Service) Split(ctx context.Context, from, into int64, contactIDs []int64, author string) error {
	if from == into {
		return model.Invalid("into", "must be another account")
	}
	list := make([]Assignment, len(contactIDs))
	for i, id := range contactIDs {
		list[i] = Assignment{ContactID: id, AccountID: into, Effect: model.MatchCorrect, Source: SourceSplit, Author: author}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var there int64
		err := s.DB.Conn(ctx).Model(&model.AccountMember{}).Where("contact_id IN ? AND open_slot = 1 AND account_id IN ?", contactIDs, []int64{from, into}).Count(&there).Error
		if err != nil {
			return fmt.Errorf("look for people of account %d: %w", from, err)
		}
		if there != int64(len(contactIDs)) {
			return model.Conflict("some of these people are not at the account: choose again")
		}
		faults, err := s.AssignMany(ctx, list)
		if err != nil {
			return err
		}
		for _, fault := range faults {
			if fault != nil {
				return fault
			}
		}
		return nil
	})
}
