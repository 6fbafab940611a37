package account

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Purposes lists what a target list can be for: accounts by name, large ones, one
// industry's, those at one stage, or repeat business.
func Purposes() []string { return []string{"named", "large", "vertical", "stage", "repeat"} }

// maxListName bounds a target list's name, in characters.
const maxListName = 100

// TargetInput is what is said of a target list. A dynamic one has an account
// filter; Filter is nil for a fixed one.
type TargetInput struct {
	Name     string
	Purposes []string
	Filter   json.RawMessage
}

func (s *Service) targetFaults(in *TargetInput) error {
	in.Name = strings.TrimSpace(in.Name)
	slices.Sort(in.Purposes)
	in.Purposes = slices.Compact(in.Purposes)
	faults := map[string]string{}
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > maxListName {
		faults["name"] = "must have 1 to 100 characters"
	}
	for _, p := range in.Purposes {
		if !slices.Contains(Purposes(), p) {
			faults["purposes"] = "must be some of named, large, vertical, stage and repeat"
		}
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the target list has faults", Fields: faults}
	}
	return nil
}

// CreateTarget stores a new target list; a dynamic one is filled at once. A name
// that is taken is a conflict.
func (s *Service) CreateTarget(ctx context.Context, in TargetInput, author string) (model.TargetList, error) {
	l := model.TargetList{Author: author, Version: 1, Kind: model.TargetFixed}
	if err := s.targetFaults(&in); err != nil {
		return l, err
	}
	if in.Filter != nil {
		l.Kind = model.TargetDynamic
		if err := checkFilter(in.Filter); err != nil {
			return l, err
		}
	}
	l.Name, l.Purposes, l.Filter = in.Name, model.AsJSON(in.Purposes), model.AsJSON(in.Filter)
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l.ID, l.RefreshedAt = 0, nil
		if err := takenList(s.DB.Conn(ctx).Create(&l).Error); err != nil {
			return err
		}
		return s.refresh(ctx, &l)
	})
	return l, wrap("create target list", err)
}

// UpdateTarget replaces what is said of the list that the editor saw as version.
// What a dynamic list's new filter says holds at once; the kind stays.
func (s *Service) UpdateTarget(ctx context.Context, id, version int64, in TargetInput) (model.TargetList, error) {
	var l model.TargetList
	if err := s.targetFaults(&in); err != nil {
		return l, err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if l, err = s.lockTarget(ctx, id); err != nil {
			return err
		}
		switch {
		case l.Version != version:
			return changedMeanwhile()
		case (in.Filter != nil) != (l.Kind == model.TargetDynamic):
			return model.Conflict("a list stays fixed or dynamic: make another one")
		}
		if in.Filter != nil {
			if err := checkFilter(in.Filter); err != nil {
				return err
			}
		}
		l.Name, l.Purposes, l.Filter, l.Version = in.Name, model.AsJSON(in.Purposes), model.AsJSON(in.Filter), version+1
		if err := takenList(s.DB.Conn(ctx).Save(&l).Error); err != nil {
			return err
		}
		return s.refresh(ctx, &l)
	})
	return l, wrap(fmt.Sprintf("change target list %d", id), err)
}

func takenList(err error) error {
	if duplicated(err) {
		return model.Conflict("there is a target list of this name already")
	}
	return err
}

// lockTarget returns an open list and holds its row until the commit.
func (s *Service) lockTarget(ctx context.Context, id int64) (model.TargetList, error) {
	var l model.TargetList
	if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&l, id).Error; err != nil {
		return l, notFound("target list", err)
	}
	if l.ClosedAt != nil {
		return l, model.Conflict("the target list is closed")
	}
	return l, nil
}

// CloseTarget ends a list: it is kept for its history and makes nobody a target.
func (s *Service) CloseTarget(ctx context.Context, id int64) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l, err := s.lockTarget(ctx, id)
		if err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		l.ClosedAt, l.Version = &now, l.Version+1
		if err := s.DB.Conn(ctx).Save(&l).Error; err != nil {
			return err
		}
		on, err := s.onList(ctx, id)
		if err != nil {
			return err
		}
		return s.takeOff(ctx, id, on)
	})
	return wrap(fmt.Sprintf("close target list %d", id), err)
}

// TargetRow is a target list with the number of accounts that are on it now: in a
// scope, of those that it shows.
type TargetRow struct {
	model.TargetList
	Accounts int64
}

// Targets lists target lists, the newest first.
func (s *Service) Targets(ctx context.Context, page model.Page) ([]TargetRow, error) {
	q := s.DB.Read(ctx).Model(&model.TargetList{})
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	rows := []TargetRow{}
	counted := s.members(ctx).Select("COUNT(*)").Where("m.list_id = target_lists.id AND m.open_slot = 1")
	err := q.Select("target_lists.*, (?) AS accounts", counted).
		Order("id DESC").Limit(page.Size()).Scan(&rows).Error
	return rows, wrap("list target lists", err)
}

// Target returns a target list; model.ErrNotFound.
func (s *Service) Target(ctx context.Context, id int64) (TargetRow, error) {
	var l model.TargetList
	if err := s.DB.Read(ctx).Take(&l, id).Error; err != nil {
		return TargetRow{}, notFound("target list", err)
	}
	var n int64
	err := s.members(ctx).Where("m.list_id = ? AND m.open_slot = 1", id).Count(&n).Error
	return TargetRow{l, n}, wrap("count accounts of a target list", err)
}

// members are the places on target lists, in a scope those of the accounts that
// it shows.
func (s *Service) members(ctx context.Context) *gorm.DB {
	q, scope := s.DB.Read(ctx).Table("target_members m"), model.ScopeOf(ctx)
	if scope.All {
		return q
	}
	return scope.OfAccounts(q.Joins("JOIN accounts a ON a.id = m.account_id"), "a")
}

// TargetAccount is an account that was on a list at some time.
type TargetAccount struct {
	model.TargetMember
	Name string
	Tier model.Tier
}

// TargetAccounts lists the accounts that were on the list at that instant, by id:
// in a scope, those that it shows.
func (s *Service) TargetAccounts(ctx context.Context, id int64, at time.Time, page model.Page) ([]TargetAccount, error) {
	at = model.Instant(at)
	rows := []TargetAccount{}
	err := model.ScopeOf(ctx).OfAccounts(s.DB.Read(ctx).Table("target_members m"), "a").Select("m.*, a.name, a.tier").Joins("JOIN accounts a ON a.id = m.account_id").
		Where("m.list_id = ? AND m.account_id > ? AND m.from_at <= ? AND (m.to_at IS NULL OR m.to_at > ?)", id, page.After, at, at).
		Order("m.account_id").Limit(page.Size()).Scan(&rows).Error
	return rows, wrap(fmt.Sprintf("list accounts of target list %d", id), err)
}

// EndOf is the instant at which a day of the corp's zone is over.
func (s *Service) EndOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, s.Zone)
}

// maxSizes bounds the instants of Sizes.
const maxSizes = 60

// Sizes counts the accounts that were on the list at each of at most 60 instants:
// in a scope, those that it shows.
func (s *Service) Sizes(ctx context.Context, id int64, at []time.Time) ([]int64, error) {
	if len(at) > maxSizes {
		return nil, model.Invalid("days", "must be at most 60")
	}
	out := make([]int64, len(at))
	var rows []model.TargetMember
	q := s.DB.Read(ctx).Model(&model.TargetMember{}).Select("id", "from_at", "to_at").Where("list_id = ?", id)
	if scope := model.ScopeOf(ctx); !scope.All {
		q = q.Where("account_id IN (?)", scope.OfAccounts(s.DB.Read(ctx).Table("accounts a").Select("a.id"), "a"))
	}
	err := q.
		FindInBatches(&rows, 1000, func(*gorm.DB, int) error {
			for _, m := range rows {
				for i, t := range at {
					if !m.FromAt.After(t) && (m.ToAt == nil || m.ToAt.After(t)) {
						out[i]++
					}
				}
			}
			return nil
		}).Error
	return out, wrap(fmt.Sprintf("count accounts of target list %d", id), err)
}

// Nomination is an account that is to come on a list, with the answers of the
// selection test: large, profitable, and we have a success case like it.
type Nomination struct {
	AccountID   int64
	RepID       int64 // who names it; 0 is nobody
	Large       bool
	Profitable  bool
	SuccessCase bool
	Note        string // why all the same, when one of the three is not so
}

// Nominated is what a set of nominations comes to.
type Nominated struct {
	Reps       int // who named any
	Named      int // nominations
	Duplicates int // of them, of accounts that had been named before
	Accounts   int // Named − Duplicates
	Already    int // of the accounts, those on the list
	Added      int // 0 in a trial
	Twice      []Twice
}

// Twice is an account that several named; the first has it.
type Twice struct {
	AccountID int64
	Name      string
	RepIDs    []int64
}

// maxNominations bounds a set.
const maxNominations = 5000

// Nominate puts accounts on a fixed list, each once whoever names it first, and
// says what the nominations come to; a trial writes nothing. An account on the
// list stays as it is.
func (s *Service) Nominate(ctx context.Context, listID int64, set []Nomination, trial bool, author string) (Nominated, error) {
	if len(set) > maxNominations {
		return Nominated{}, model.Invalid("nominations", "must be at most 5000")
	}
	var out Nominated
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l, err := s.lockTarget(ctx, listID)
		if err != nil {
			return err
		}
		if l.Kind == model.TargetDynamic {
			return model.Conflict("the list's filter says who is on it: change that")
		}
		names, err := s.checkNominations(ctx, set)
		if err != nil {
			return err
		}
		var chosen []Nomination
		chosen, out = count(set, names)
		on, err := s.onList(ctx, listID)
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(chosen, func(n Nomination) bool { return slices.Contains(on, n.AccountID) })
		out.Already = out.Accounts - len(fresh)
		if trial {
			return nil
		}
		out.Added = len(fresh)
		return s.putOn(ctx, listID, fresh, author)
	})
	return out, wrap(fmt.Sprintf("put accounts on target list %d", listID), err)
}

// count takes each account's first nomination and says what they come to.
func count(set []Nomination, names map[int64]string) ([]Nomination, Nominated) {
	out := Nominated{Named: len(set), Twice: []Twice{}}
	staff, by := map[int64]bool{}, map[int64][]int64{}
	var chosen []Nomination
	for _, n := range set {
		if n.RepID != 0 {
			staff[n.RepID] = true
		}
		if by[n.AccountID] == nil {
			chosen = append(chosen, n)
		}
		by[n.AccountID] = append(by[n.AccountID], n.RepID)
	}
	for id, who := range by {
		if len(who) > 1 {
			out.Twice = append(out.Twice, Twice{AccountID: id, Name: names[id], RepIDs: who})
		}
	}
	slices.SortFunc(out.Twice, func(a, b Twice) int { return cmp.Compare(a.AccountID, b.AccountID) })
	out.Reps, out.Accounts = len(staff), len(chosen)
	out.Duplicates = out.Named - out.Accounts
	return chosen, out
}

// checkNominations refuses what the selection test refuses, reps and accounts that
// are not there; it returns the accounts' names.
func (s *Service) checkNominations(ctx context.Context, set []Nomination) (map[int64]string, error) {
	var ids, staff []int64
	for i, n := range set {
		if utf8.RuneCountInString(n.Note) > maxShortNote {
			return nil, model.Invalid("nominations", fmt.Sprintf("number %d: the note must have at most 500 characters", i+1))
		}
		if !(n.Large && n.Profitable && n.SuccessCase) && strings.TrimSpace(n.Note) == "" {
			return nil, model.Invalid("nominations", fmt.Sprintf("number %d fails the selection test (large, profitable, success case): say in a note why all the same", i+1))
		}
		ids = append(ids, n.AccountID)
		if n.RepID != 0 {
			staff = append(staff, n.RepID)
		}
	}
	able, err := s.ableReps(ctx, staff)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), setSize) {
		var found []model.Account
		if err := s.DB.Conn(ctx).Select("id", "name").Find(&found, "id IN ? AND live_slot = 1", some).Error; err != nil {
			return nil, fmt.Errorf("look up accounts: %w", err)
		}
		for _, a := range found {
			names[a.ID] = a.Name
		}
	}
	for i, n := range set {
		if _, ok := names[n.AccountID]; !ok {
			return nil, model.Invalid("nominations", fmt.Sprintf("number %d is no account", i+1))
		}
		if n.RepID != 0 && !able[n.RepID] {
			return nil, model.Invalid("nominations", fmt.Sprintf("number %d is named by nobody who is here", i+1))
		}
	}
	return names, nil
}

// maxShortNote bounds the note of a nomination, in characters.
const maxShortNote = 500

// onList returns the accounts that are on a list now, by id.
func (s *Service) onList(ctx context.Context, listID int64) ([]int64, error) {
	var ids []int64
	err := s.DB.Conn(ctx).Model(&model.TargetMember{}).Where("list_id = ? AND open_slot = 1", listID).Order("account_id").Pluck("account_id", &ids).Error
	return ids, wrap("load accounts of a target list", err)
}

// putOn begins the accounts' stretches on a list.
func (s *Service) putOn(ctx context.Context, listID int64, set []Nomination, author string) error {
	now := s.DB.Now(ctx)
	rows, ids := make([]model.TargetMember, len(set)), make([]int64, len(set))
	for i, n := range set {
		ids[i] = n.AccountID
		rows[i] = model.TargetMember{
			ListID: listID, AccountID: n.AccountID, OpenSlot: live(), FromAt: now, RepID: n.RepID,
			Large: n.Large, Profitable: n.Profitable, SuccessCase: n.SuccessCase, Note: strings.TrimSpace(n.Note), Author: author,
		}
	}
	return s.marking(ctx, ids, func() error {
		if len(rows) == 0 {
			return nil
		}
		return wrap("put accounts on a target list", s.DB.Conn(ctx).CreateInBatches(rows, setSize).Error)
	})
}

// takeOff ends the accounts' stretches on a list.
func (s *Service) takeOff(ctx context.Context, listID int64, ids []int64) error {
	now := s.DB.Now(ctx)
	return s.marking(ctx, ids, func() error {
		for some := range slices.Chunk(ids, setSize) {
			err := s.DB.Conn(ctx).Model(&model.TargetMember{}).Where("list_id = ? AND open_slot = 1 AND account_id IN ?", listID, some).
				Updates(map[string]any{"open_slot": nil, "to_at": now}).Error
			if err != nil {
				return fmt.Errorf("take accounts off a target list: %w", err)
			}
		}
		return nil
	})
}

// RemoveFromTarget takes an account off a fixed list; model.ErrNotFound when it is
// not on it.
func (s *Service) RemoveFromTarget(ctx context.Context, listID, accountID int64) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l, err := s.lockTarget(ctx, listID)
		if err != nil {
			return err
		}
		if l.Kind == model.TargetDynamic {
			return model.Conflict("the list's filter says who is on it: change that")
		}
		on, err := s.onList(ctx, listID)
		if err != nil {
			return err
		}
		if !slices.Contains(on, accountID) {
			return model.NotFound("account of the target list")
		}
		return s.takeOff(ctx, listID, []int64{accountID})
	})
	return wrap(fmt.Sprintf("take account %d off target list %d", accountID, listID), err)
}

// marking runs change and then makes accounts.is_target say again whether each of
// the accounts is on a list. The accounts' rows are written before and after, so
// that two lists that change at once do not each see half of it.
func (s *Service) marking(ctx context.Context, ids []int64, change func() error) error {
	slices.Sort(ids)
	now := s.DB.Now(ctx)
	for some := range slices.Chunk(ids, setSize) {
		if err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", some).UpdateColumn("updated_at", now).Error; err != nil {
			return fmt.Errorf("hold accounts of a target list: %w", err)
		}
	}
	if err := change(); err != nil {
		return err
	}
	for some := range slices.Chunk(ids, setSize) {
		var on []int64
		err := s.DB.Conn(ctx).Model(&model.TargetMember{}).Distinct("account_id").Where("account_id IN ? AND open_slot = 1", some).Pluck("account_id", &on).Error
		if err != nil {
			return fmt.Errorf("look which accounts are targets: %w", err)
		}
		off := slices.DeleteFunc(slices.Clone(some), func(id int64) bool { return slices.Contains(on, id) })
		for target, list := range map[bool][]int64{true: on, false: off} {
			if len(list) == 0 {
				continue
			}
			if err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", list).UpdateColumn("is_target", target).Error; err != nil {
				return fmt.Errorf("mark targets: %w", err)
			}
		}
	}
	return nil
}
