package account

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// ListRow is an account of a list, with how far it is worked.
type ListRow struct {
	model.Account
	Ring     Ring
	Coverage Coverage
	// OwnerName and SDRName are said to whoever sees the account: also where the
	// asker does not see the colleague's own work.
	OwnerName, SDRName string
}

// Rows lists accounts like List, with rings and coverages, in a fixed number of
// queries.
func (s *Service) Rows(ctx context.Context, f Filter, page model.Page) ([]ListRow, error) {
	accounts, err := s.List(ctx, f, page)
	if err != nil || len(accounts) == 0 {
		return []ListRow{}, err
	}
	ids := make([]int64, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	byTier, err := s.Policies(ctx)
	if err != nil {
		return nil, err
	}
	wants, err := s.ownWants(ctx, accounts, byTier)
	if err != nil {
		return nil, err
	}
	tallies, err := s.Tallies(ctx, ids, time.Time{})
	if err != nil {
		return nil, err
	}
	seats, err := s.seats(ctx, ids)
	if err != nil {
		return nil, err
	}
	charged := make([]int64, 0, 2*len(accounts))
	for _, a := range accounts {
		charged = append(charged, a.OwnerID, a.SDRID)
	}
	names, err := s.DB.RepNames(ctx, charged)
	if err != nil {
		return nil, err
	}
	rows := make([]ListRow, len(accounts))
	for i, a := range accounts {
		rows[i] = ListRow{
			Account: a, Ring: ringOf(tallies[a.ID], wants[a.ID]), Coverage: Cover(seats[a.ID], wants[a.ID]),
			OwnerName: names[a.OwnerID], SDRName: names[a.SDRID],
		}
	}
	return rows, nil
}

// seats are the people who are at the accounts now.
func (s *Service) seats(ctx context.Context, accountIDs []int64) (map[int64][]Seat, error) {
	var touched []struct{ AccountID, ContactID int64 }
	err := s.touchesQuery(ctx, accountIDs).Select("m.account_id, m.contact_id").Group("m.account_id, m.contact_id").Scan(&touched).Error
	if err != nil {
		return nil, fmt.Errorf("look for people who were reached: %w", err)
	}
	reached := make(map[[2]int64]bool, len(touched))
	for _, t := range touched {
		reached[[2]int64{t.AccountID, t.ContactID}] = true
	}
	var people []model.Contact
	err = s.DB.Read(ctx).Select("id", "account_id", "role", "is_kp").Find(&people, "account_id IN ?", accountIDs).Error
	if err != nil {
		return nil, fmt.Errorf("load people of accounts: %w", err)
	}
	out := make(map[int64][]Seat, len(accountIDs))
	for _, p := range people {
		out[*p.AccountID] = append(out[*p.AccountID], Seat{Role: p.Role, IsKP: p.IsKP, Touched: reached[[2]int64{*p.AccountID, p.ID}]})
	}
	return out, nil
}
