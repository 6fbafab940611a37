package scoring

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"sixtouch/model"
)

// Customer is an account with what tells how good a customer it is.
type Customer struct {
	model.Account
	Won    bool    // it has bought, ever
	Tenure float64 // days since it first bought
	Spend  float64 // CNY won
}

// Trait is a feature that the best customers have more often than others: a
// suggestion for the ideal customer profile.
type Trait struct {
	Field string // industry, region, size, budget, process
	Value string // the word, or the band as "100-999"
	N     int    // accounts that have it
	Best  float64
	All   float64
	Lift  float64
}

const (
	minLift = 1.5
	minHave = 10
)

// Ideal finds the traits of the best customers: the top quarter by tenure × spend
// among those who have bought. A trait's lift is its share among the best over
// its share among all accounts; it must be at least 1.5, and at least ten
// accounts must have the trait.
func Ideal(list []Customer) []Trait {
	var won []Customer
	for _, c := range list {
		if c.Won {
			won = append(won, c)
		}
	}
	if len(won) == 0 {
		return nil
	}
	slices.SortStableFunc(won, func(a, b Customer) int { return cmp.Compare(b.Tenure*b.Spend, a.Tenure*a.Spend) })
	best := won[:(len(won)+3)/4]
	all, top := map[Feature]int{}, map[Feature]int{}
	for _, c := range list {
		for _, f := range features(c.Account) {
			all[f]++
		}
	}
	for _, c := range best {
		for _, f := range features(c.Account) {
			top[f]++
		}
	}
	var out []Trait
	for f, n := range top {
		t := Trait{Field: f.Field, Value: f.Value, N: all[f], Best: float64(n) / float64(len(best)), All: float64(all[f]) / float64(len(list))}
		if t.Lift = t.Best / t.All; t.N >= minHave && t.Lift >= minLift {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b Trait) int {
		return cmp.Or(cmp.Compare(b.Lift, a.Lift), cmp.Compare(b.N, a.N), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// features are what is known of an account, numbers in bands.
func features(a model.Account) []Feature {
	var out []Feature
	word := func(field, value string) {
		if value != "" {
			out = append(out, Feature{field, value})
		}
	}
	word("industry", a.Industry)
	word("size", band(a.Employees, 100, 1000, 5000))
	word("budget", band(a.ACV, 20_000, 100_000, 300_000))
	word("region", a.Region)
	word("process", band(a.TechSpend, 100_000, 500_000, 2_000_000))
	return out
}

// band names the half-open span between edges that n is in; empty when n is not
// known.
func band(n *int64, edges ...int64) string {
	if n == nil {
		return ""
	}
	low := int64(0)
	for _, edge := range edges {
		if *n < edge {
			return fmt.Sprintf("%d-%d", low, edge-1)
		}
		low = edge
	}
	return fmt.Sprintf("%d-", low)
}

// weigh is how much a field says: what a match is worth for fit.
func (p FitPoints) weigh(field string) float64 {
	return map[string]float64{"industry": p.Industry, "size": p.Size, "budget": p.Budget, "region": p.Region, "process": p.Process}[field]
}

// Alike is an account that resembles winners.
type Alike struct {
	Account    model.Account
	Similarity float64   // cosine with the mean of the winners, 0 to 1
	Traits     []Feature // the (at most three) shared ones that say most
}

// Feature is a field with its value or band.
type Feature struct{ Field, Value string }

// LookAlike ranks accounts by the cosine between their features and the mean of
// the winners'. A feature is a field with its value or band, and weighs what a
// match of the field is worth for fit. Winners are left out of the ranking.
func LookAlike(points FitPoints, winners, others []model.Account, limit int) []Alike {
	centre := map[Feature]float64{}
	for _, w := range winners {
		for _, f := range features(w) {
			centre[f] += points.weigh(f.Field) / float64(len(winners))
		}
	}
	norm := 0.
	for _, x := range centre {
		norm += x * x
	}
	won := map[int64]bool{}
	for _, w := range winners {
		won[w.ID] = true
	}
	var out []Alike
	for _, a := range others {
		if won[a.ID] {
			continue
		}
		one := Alike{Account: a}
		dot, length := 0., 0.
		shared := slices.DeleteFunc(features(a), func(f Feature) bool {
			x := points.weigh(f.Field)
			dot, length = dot+x*centre[f], length+x*x
			return x*centre[f] == 0
		})
		if dot == 0 {
			continue
		}
		one.Similarity = dot / math.Sqrt(norm*length)
		slices.SortStableFunc(shared, func(x, y Feature) int {
			return cmp.Compare(points.weigh(y.Field)*centre[y], points.weigh(x.Field)*centre[x])
		})
		one.Traits = shared[:min(3, len(shared))]
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(x, y Alike) int {
		return cmp.Or(cmp.Compare(y.Similarity, x.Similarity), cmp.Compare(x.Account.ID, y.Account.ID))
	})
	return out[:min(limit, len(out))]
}

// idealAccounts bounds how many accounts a profile or a look-alike reads.
const idealAccounts = 100_000

// Profile suggests the ideal customer profile from who has bought.
func (s *Service) Profile(ctx context.Context) ([]Trait, error) {
	list, err := s.customers(ctx)
	return Ideal(list), err
}

// Alike lists the accounts that have never bought and are most like those that
// have: of those that the scope shows, like anybody's winners.
func (s *Service) Alike(ctx context.Context, limit int) ([]Alike, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.customers(ctx)
	if err != nil {
		return nil, err
	}
	scope := model.ScopeOf(ctx)
	var winners, others []model.Account
	for _, c := range list {
		switch {
		case c.Won:
			winners = append(winners, c.Account)
		case scope.WorksOn(c.Account) && c.Lifecycle != model.LifecycleCompetitor && c.Lifecycle != model.LifecyclePartner:
			others = append(others, c.Account)
		}
	}
	return LookAlike(b.Fit.Points, winners, others, limit), nil
}

// customers reads the features of all live accounts, and what they have bought.
func (s *Service) customers(ctx context.Context) ([]Customer, error) {
	var accounts []model.Account
	err := s.DB.Read(ctx).Select("id", "name", "lifecycle", "industry", "region", "employees", "tech_spend", "acv",
		"owner_id", "sdr_id", "owner_backup_id", "sdr_backup_id").
		Where("live_slot = 1").Order("id").Limit(idealAccounts).Find(&accounts).Error
	if err != nil {
		return nil, fmt.Errorf("read the features of accounts: %w", err)
	}
	now := s.DB.Now(ctx)
	var won []model.Opportunity
	err = s.DB.Read(ctx).Select("account_id", "amount", "closed_at").Where("state = ?", model.OpportunityWon).Order("id").Limit(idealAccounts).Find(&won).Error
	if err != nil {
		return nil, fmt.Errorf("read what was won: %w", err)
	}
	bought := map[int64]*Customer{}
	for _, o := range won {
		c := bought[o.AccountID]
		if c == nil {
			c = &Customer{}
			bought[o.AccountID] = c
		}
		c.Spend += float64(o.Amount)
		if o.ClosedAt != nil {
			c.Tenure = max(c.Tenure, now.Sub(*o.ClosedAt).Hours()/24)
		}
	}
	out := make([]Customer, len(accounts))
	for i, a := range accounts {
		out[i] = Customer{Account: a}
		if c := bought[a.ID]; c != nil {
			out[i].Won, out[i].Tenure, out[i].Spend = true, c.Tenure, c.Spend
		}
	}
	return out, nil
}
