package stage

import (
	"context"
	"fmt"
	"time"

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

// Renewals counts renewals by the months that a window touches; months in which
// no contract ends are left out.
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
	err := s.DB.Read(ctx).Raw("SELECT ends_in AS `month`, COUNT(*) AS ended, SUM(is_won) AS renewed, SUM(CASE WHEN is_won = 0 THEN is_open ELSE 0 END) AS `open`"+` FROM (
  SELECT account_id, ends_in, MAX(is_won) AS is_won, MAX(is_open) AS is_open FROM (
    SELECT o.account_id, SUBSTR(o.expected_close, 1, 7) AS ends_in, CASE WHEN o.state = 'won' THEN 1 ELSE 0 END AS is_won,
      CASE WHEN o.state = 'open' THEN 1 ELSE 0 END AS is_open
    FROM opportunities o WHERE o.kind = ? AND o.expected_close >= ? AND o.expected_close < ?
    UNION ALL
    SELECT c.account_id, SUBSTR(d.day, 1, 7), 0, 0 FROM contact_dates d JOIN contacts c ON c.id = d.contact_id
    WHERE d.field = ? AND d.day >= ? AND d.day < ? AND c.account_id IS NOT NULL) e
  GROUP BY account_id, ends_in) a
GROUP BY ends_in ORDER BY ends_in`, model.OpportunityRenewal, first, end, RenewalDate, first, end).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count renewals: %w", err)
	}
	out := make([]Renewals, len(rows))
	for i, r := range rows {
		out[i] = Renewals{Month: r.Month, Ended: r.Ended, Renewed: r.Renewed, Open: r.Open, Rate: ratio(r.Renewed, r.Ended)}
	}
	return out, nil
}
