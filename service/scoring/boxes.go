package scoring

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// Listed is an account with the copies of its numbers. Known is how many of its
// people we know.
type Listed struct {
	ID              int64
	Name            string
	Tier            model.Tier
	OwnerID         int64
	OwnerName       string `gorm:"-"`
	Fit             float64
	Engagement      float64
	EngagementLevel string
	Engaged         bool
	Spike           *float64
	Known           int     `gorm:"-"`
	Priority        float64 `gorm:"-"`
}

const listedColumns = "id, name, tier, owner_id, fit, engagement, engagement_level, engaged, spike"

// considered bounds how many accounts with a spike Monday's list chooses from.
const considered = 500

// Priorities is Monday's list: the accounts that warm up, fit and lack people we
// know, by fit × spike × gap. Only those with a spike are looked at.
func (s *Service) Priorities(ctx context.Context, limit int) ([]Listed, error) {
	var list []Listed
	q := model.ScopeOf(ctx).OfAccounts(s.DB.Read(ctx).Table(s.DB.Walk("accounts", "ix_accounts_spike")), "accounts")
	err := q.Select(listedColumns).
		Where("spike > 0 AND live_slot = 1 AND fit IS NOT NULL").Order("fit * spike DESC, id").Limit(considered).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("find accounts that warm up: %w", err)
	}
	if err := s.rank(ctx, list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b Listed) int { return cmp.Compare(b.Priority, a.Priority) })
	return list[:min(limit, len(list))], nil
}

// rank counts the people, works out the priority of accounts and names who owns them.
func (s *Service) rank(ctx context.Context, list []Listed) error {
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	var counts []struct {
		AccountID int64
		N         int
	}
	err := s.DB.Read(ctx).Model(&model.Contact{}).Select("account_id, COUNT(*) AS n").Where("account_id IN ?", ids).Group("account_id").Find(&counts).Error
	if err != nil {
		return fmt.Errorf("count the people of accounts: %w", err)
	}
	known := map[int64]int{}
	for _, c := range counts {
		known[c.AccountID] = c.N
	}
	owners := make([]int64, len(list))
	for i, a := range list {
		owners[i] = a.OwnerID
	}
	names, err := s.DB.RepNames(ctx, owners)
	if err != nil {
		return err
	}
	for i, a := range list {
		list[i].OwnerName = names[a.OwnerID]
		list[i].Known, list[i].Priority = known[a.ID], Priority(a.Fit, a.Spike, known[a.ID])
	}
	return nil
}

// Boxes counts the target accounts in the four boxes, in a scope those that it
// shows.
func (s *Service) Boxes(ctx context.Context) (map[Box]int64, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Box Box
		N   int64
	}
	err = model.ScopeOf(ctx).OfAccounts(s.DB.Read(ctx).Model(&model.Account{}), "accounts").
		Select("CASE WHEN fit >= ? THEN CASE WHEN engaged THEN 'sell' ELSE 'open' END ELSE CASE WHEN engaged THEN 'check' ELSE 'leave' END END AS box, COUNT(*) AS n", b.Grades.B).
		Where("is_target = ? AND live_slot = 1 AND fit IS NOT NULL", true).Group("box").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count accounts by box: %w", err)
	}
	out := map[Box]int64{BoxSell: 0, BoxOpen: 0, BoxCheck: 0, BoxLeave: 0}
	for _, r := range rows {
		out[r.Box] = r.N
	}
	return out, nil
}

// InBox lists the target accounts of a box by id.
func (s *Service) InBox(ctx context.Context, box Box, page model.Page) ([]Listed, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	fit := "fit >= ?"
	if box == BoxCheck || box == BoxLeave {
		fit = "fit < ?"
	}
	var list []Listed
	err = model.ScopeOf(ctx).OfAccounts(s.DB.Read(ctx).Model(&model.Account{}), "accounts").Select(listedColumns).
		Where("is_target = ? AND live_slot = 1 AND engaged = ? AND id > ?", true, box == BoxSell || box == BoxCheck, page.After).
		Where(fit, b.Grades.B).Order("id").Limit(page.Size()).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list accounts of a box: %w", err)
	}
	return list, s.rank(ctx, list)
}
