package stage

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// RenewalDate is the contacts' date that tells when their account's contract ends.
const RenewalDate = "contract_end"

// Renewals is the accounts whose contract ended, or ends, in one month, and how
// many of them have renewed. Rate = Renewed ÷ Ended.
//
// A contract ends on the day that a renewal deal is expected to close, or on the
// contract_end of any of the account's people: that date moves on to the next
// contract once it is signed, while the deal keeps the old one. Whoever has such
// a date and no renewal deal in the month has not renewed. An account counts once
// a month; a renewal deal without an expected close is in no month.
type Renewals struct {
	Month   string // YYYY-MM
	Ended   int
	Renewed int
	Open    int // not renewed, and a renewal deal is open still
	Rate    *float64
}

// Renewals counts renewals by the months that a window touches, of the accounts
// that the list of accounts shows; months in which no contract ends are left out.
func (s *Service) Renewals(ctx context.Context, w Window) ([]Renewals, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	months := s.months(w)
	first := months[0].name + "-01"
	end := months[len(months)-1].end.In(s.Zone).Format(time.DateOnly)
	var rows []struct {
		Month                string
		Ended, Renewed, Open int
	}
	deals := s.DB.Read(ctx).Table("opportunities o").
		Select(`o.account_id, SUBSTR(o.expected_close, 1, 7) AS ends_in, CASE WHEN o.state = 'won' THEN 1 ELSE 0 END AS is_won,
  CASE WHEN o.state = 'open' THEN 1 ELSE 0 END AS is_open`).
		Where("o.kind = ? AND o.expected_close >= ? AND o.expected_close < ?", model.OpportunityRenewal, first, end)
	dates := s.DB.Read(ctx).Table("contact_dates d").Select("c.account_id, SUBSTR(d.day, 1, 7), 0, 0").Joins("JOIN contacts c ON c.id = d.contact_id").
		Where("d.field = ? AND d.day >= ? AND d.day < ? AND c.account_id IS NOT NULL", RenewalDate, first, end)
	err := s.DB.Read(ctx).Raw("SELECT ends_in AS `month`, COUNT(*) AS ended, SUM(is_won) AS renewed, SUM(CASE WHEN is_won = 0 THEN is_open ELSE 0 END) AS `open`"+` FROM (
  SELECT account_id, ends_in, MAX(is_won) AS is_won, MAX(is_open) AS is_open FROM (? UNION ALL ?) e
  GROUP BY account_id, ends_in) x
GROUP BY ends_in ORDER BY ends_in`, ofAccounts(ctx, deals, "o.account_id"), ofAccounts(ctx, dates, "c.account_id")).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count renewals: %w", err)
	}
	out := make([]Renewals, len(rows))
	for i, r := range rows {
		out[i] = Renewals{Month: r.Month, Ended: r.Ended, Renewed: r.Renewed, Open: r.Open, Rate: ratio(r.Renewed, r.Ended)}
	}
	return out, nil
}

// ofAccounts leaves the rows whose account somebody in scope works on.
func ofAccounts(ctx context.Context, q *gorm.DB, column string) *gorm.DB {
	scope := model.ScopeOf(ctx)
	if scope.All {
		return q
	}
	return scope.OfAccounts(q.Joins("JOIN accounts a ON a.id = "+column), "a")
}
