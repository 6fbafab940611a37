package stage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Window is a stretch of time [From, To).
type Window struct{ From, To time.Time }

// maxMonths bounds the cohorts of one report.
const maxMonths = 36

func (w Window) check() error {
	switch {
	case !w.From.Before(w.To):
		return model.Invalid("to", "must be later than the beginning")
	case w.To.After(w.From.AddDate(0, maxMonths, 0)):
		return model.Invalid("to", "must be within 36 months of the beginning")
	}
	return nil
}

// Cohort is the contacts who entered the ladder in one month, and how far they
// have got since, whenever that was. A skipped rung counts as passed; going back
// takes nothing away. Rates are null where they would divide by nothing.
type Cohort struct {
	Month string // YYYY-MM in the corp's zone
	Leads int    // who entered the ladder, on whatever rung
	MIL   int
	MQL   int
	SAL   int
	SQL   int
	Opps  int
	Won   int

	LeadToMQL *float64
	MQLToOpp  *float64
	OppToWon  *float64
	LeadToWon *float64
}

// Funnel counts the cohorts of a window, month by month, of the contacts in
// scope. Months in which nobody came are left out.
func (s *Service) Funnel(ctx context.Context, w Window) ([]Cohort, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	months := s.months(w)
	var cases strings.Builder
	args := []any{}
	for i, m := range months {
		fmt.Fprintf(&cases, " WHEN e.entered_at < ? THEN %d", i)
		args = append(args, m.end)
	}
	var ranks strings.Builder
	for i, stage := range Ladder() {
		fmt.Fprintf(&ranks, " WHEN '%s' THEN %d", stage, i+1)
	}
	var rows []struct {
		Cohort                            int
		Leads, MIL, MQL, SAL, SQL, Opp, W int
	}
	came := s.DB.Read(ctx).Table("stage_events e").Select("e.contact_id, CASE"+cases.String()+" END AS cohort", args...).
		Where("e.from_stage = '' AND e.entered_at >= ? AND e.entered_at < ?", w.From, w.To)
	err := s.DB.Read(ctx).Raw(`WITH came AS (?),
got AS (
  SELECT came.cohort, e.contact_id, MAX(CASE e.to_stage`+ranks.String()+` ELSE 0 END) AS top
  FROM came JOIN stage_events e ON e.contact_id = came.contact_id GROUP BY came.cohort, e.contact_id)
SELECT cohort, COUNT(*) AS leads, SUM(top >= 2) AS mil, SUM(top >= 3) AS mql, SUM(top >= 4) AS sal, SUM(top >= 5) AS `+"`sql`"+`,
  SUM(top >= 6) AS opp, SUM(top >= 7) AS w
FROM got GROUP BY cohort ORDER BY cohort`, model.ScopeOf(ctx).OfContacts(came, "e.contact_id")).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count the funnel: %w", err)
	}
	out := make([]Cohort, len(rows))
	for i, r := range rows {
		out[i] = Cohort{
			Month: months[r.Cohort].name, Leads: r.Leads, MIL: r.MIL, MQL: r.MQL, SAL: r.SAL, SQL: r.SQL, Opps: r.Opp, Won: r.W,
			LeadToMQL: ratio(r.MQL, r.Leads), MQLToOpp: ratio(r.Opp, r.MQL), OppToWon: ratio(r.W, r.Opp), LeadToWon: ratio(r.W, r.Leads),
		}
	}
	return out, nil
}

type month struct {
	name string
	end  time.Time
}

// months are the calendar months that a window touches.
func (s *Service) months(w Window) []month {
	year, m, _ := w.From.In(s.Zone).Date()
	var out []month
	for at := time.Date(year, m, 1, 0, 0, 0, 0, s.Zone); at.Before(w.To); at = at.AddDate(0, 1, 0) {
		out = append(out, month{at.Format("2006-01"), model.Instant(at.AddDate(0, 1, 0))})
	}
	return out
}

// ratio is part ÷ whole; nil where there is no whole.
func ratio[T int | int64](part, whole T) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(part) / float64(whole)
	return &r
}

// Growth is who won the new customers of a window: accounts whose first won deal
// lies in it and is a new one. MLG = marketing ÷ (marketing + sales); partners'
// are on neither side.
type Growth struct {
	Marketing, Sales, Partner int
	MLG                       *float64
}

// ofDeals leaves the deals o that the list of deals shows: those of a rep in
// scope, and those at the accounts that one works on.
func ofDeals(ctx context.Context, q *gorm.DB) *gorm.DB {
	scope := model.ScopeOf(ctx)
	if scope.All {
		return q
	}
	return scope.OfReps(q.Joins("LEFT JOIN accounts a ON a.id = o.account_id"), "o.owner_id", "a.owner_id", "a.sdr_id", "a.owner_backup_id", "a.sdr_backup_id")
}

// Growth counts new customers by origin: of the deals in scope, though which deal
// was the customer's first is the same for everybody.
func (s *Service) Growth(ctx context.Context, w Window) (Growth, error) {
	var g Growth
	if err := w.check(); err != nil {
		return g, err
	}
	var rows []struct {
		Origin model.DealOrigin
		N      int
	}
	q := s.DB.Read(ctx).Table("opportunities o").Select("o.origin, COUNT(*) AS n").
		Where("o.state = 'won' AND o.kind = 'new' AND o.closed_at >= ? AND o.closed_at < ?", w.From, w.To).
		Where(`NOT EXISTS (SELECT 1 FROM opportunities p WHERE p.account_id = o.account_id AND p.state = 'won'
  AND (p.closed_at < o.closed_at OR p.closed_at = o.closed_at AND p.id < o.id))`)
	err := ofDeals(ctx, q).Group("o.origin").Scan(&rows).Error
	if err != nil {
		return g, fmt.Errorf("count new customers: %w", err)
	}
	for _, r := range rows {
		switch r.Origin {
		case model.DealByMarketing:
			g.Marketing = r.N
		case model.DealBySales:
			g.Sales = r.N
		case model.DealByPartner:
			g.Partner = r.N
		}
	}
	g.MLG = ratio(g.Marketing, g.Marketing+g.Sales)
	return g, nil
}

// Pace is how long the deals of one kind took that were won in a window, from
// opened to won, in days; how many were won of those closed; and how many are
// open still, which the first figures do not know of.
type Pace struct {
	Kind       model.OpportunityKind
	Won        int
	Lost       int
	WonAmount  int64 // CNY
	LostAmount int64
	WinRate    *float64 // won ÷ (won + lost), by count
	WinAmount  *float64 // the same by amount
	MeanDays   *float64
	MedianDays *float64
	P75Days    *float64
	Open       int
	OpenDays   *float64 // their mean age now
}

const secondsADay = 86400

// Paces counts the deals in scope by kind, in the order of Kinds.
func (s *Service) Paces(ctx context.Context, w Window) ([]Pace, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	var rows []struct {
		Kind                                   model.OpportunityKind
		Won, Lost                              int
		WonAmount, LostAmount                  int64
		MeanSeconds, MedianSeconds, P75Seconds *float64
	}
	closed := s.DB.Read(ctx).Table("opportunities o").Select(`o.kind, o.state, o.amount, o.open_seconds,
  ROW_NUMBER() OVER (PARTITION BY o.kind, o.state ORDER BY o.open_seconds, o.id) AS rn, COUNT(*) OVER (PARTITION BY o.kind, o.state) AS n`).
		Where("o.state IN ('won', 'lost') AND o.closed_at >= ? AND o.closed_at < ?", w.From, w.To)
	err := s.DB.Read(ctx).Raw(`WITH closed AS (?)
SELECT kind, SUM(state = 'won') AS won, SUM(state = 'lost') AS lost,
  SUM(CASE WHEN state = 'won' THEN amount ELSE 0 END) AS won_amount, SUM(CASE WHEN state = 'lost' THEN amount ELSE 0 END) AS lost_amount,
  AVG(CASE WHEN state = 'won' THEN open_seconds END) AS mean_seconds,
  AVG(CASE WHEN state = 'won' AND 2 * rn IN (n, n + 1, n + 2) THEN open_seconds END) AS median_seconds,
  MAX(CASE WHEN state = 'won' AND 4 * rn >= 3 * n AND 4 * (rn - 1) < 3 * n THEN open_seconds END) AS p75_seconds
FROM closed GROUP BY kind`, ofDeals(ctx, closed)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count closed opportunities: %w", err)
	}
	open, err := s.openAges(ctx)
	if err != nil {
		return nil, err
	}
	out := []Pace{}
	for _, kind := range Kinds() {
		p := Pace{Kind: kind, Open: open[kind].n, OpenDays: open[kind].days}
		for _, r := range rows {
			if r.Kind != kind {
				continue
			}
			p.Won, p.Lost, p.WonAmount, p.LostAmount = r.Won, r.Lost, r.WonAmount, r.LostAmount
			p.WinRate, p.WinAmount = ratio(r.Won, r.Won+r.Lost), ratio(r.WonAmount, r.WonAmount+r.LostAmount)
			p.MeanDays, p.MedianDays, p.P75Days = days(r.MeanSeconds), days(r.MedianSeconds), days(r.P75Seconds)
		}
		out = append(out, p)
	}
	return out, nil
}

func days(seconds *float64) *float64 {
	if seconds == nil {
		return nil
	}
	d := *seconds / secondsADay
	return &d
}

type age struct {
	n    int
	days *float64
}

// openAges are how many deals are open, and their mean age. Ages count from noon
// (UTC) of the day of opening, so that what is read stays small.
func (s *Service) openAges(ctx context.Context) (map[model.OpportunityKind]age, error) {
	var rows []struct {
		Kind model.OpportunityKind
		Day  string
		N    int
	}
	q := s.DB.Read(ctx).Table("opportunities o").Select("o.kind, SUBSTR(o.opened_at, 1, 10) AS day, COUNT(*) AS n").Where("o.state = 'open'")
	err := ofDeals(ctx, q).Group("o.kind, SUBSTR(o.opened_at, 1, 10)").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count open opportunities: %w", err)
	}
	now, sum, out := s.DB.Now(ctx), map[model.OpportunityKind]float64{}, map[model.OpportunityKind]age{}
	for _, r := range rows {
		day, err := time.Parse(time.DateOnly, r.Day)
		if err != nil {
			return nil, fmt.Errorf("read the day of opening: %w", err)
		}
		sum[r.Kind] += float64(r.N) * max(now.Sub(day.Add(12*time.Hour)).Hours()/24, 0)
		a := out[r.Kind]
		a.n += r.N
		mean := sum[r.Kind] / float64(a.n)
		a.days = &mean
		out[r.Kind] = a
	}
	return out, nil
}

// Disagreement is what sales said of the MQLs that they were asked about in a
// window. Rate = rejected ÷ (accepted + rejected).
type Disagreement struct {
	Asked, Accepted, Rejected, Open, Overdue int
	Rate                                     *float64
	Reasons                                  map[string]int // of the rejected
}

// Disagreement counts the hand-overs in scope of a window by their answer.
func (s *Service) Disagreement(ctx context.Context, w Window) (Disagreement, error) {
	d := Disagreement{Reasons: map[string]int{}}
	if err := w.check(); err != nil {
		return d, err
	}
	var rows []struct {
		State        model.HandoverState
		RejectReason string
		N, Late      int
	}
	q := s.DB.Read(ctx).Table("handovers h").Select("h.state, h.reject_reason, COUNT(*) AS n, SUM(h.due_at <= ?) AS late", s.DB.Now(ctx)).
		Where("h.asked_at >= ? AND h.asked_at < ?", w.From, w.To)
	err := model.ScopeOf(ctx).OfContactsOrReps(q, "h.contact_id", "h.rep_id").Group("h.state, h.reject_reason").Scan(&rows).Error
	if err != nil {
		return d, fmt.Errorf("count hand-overs: %w", err)
	}
	for _, r := range rows {
		d.Asked += r.N
		switch r.State {
		case model.HandoverAccepted:
			d.Accepted += r.N
		case model.HandoverRejected:
			d.Rejected += r.N
			d.Reasons[r.RejectReason] += r.N
		case model.HandoverOpen:
			d.Open += r.N
			d.Overdue += r.Late
		case model.HandoverWithdrawn:
		}
	}
	d.Rate = ratio(d.Rejected, d.Accepted+d.Rejected)
	return d, nil
}
