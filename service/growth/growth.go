// Package growth is the planner's arithmetic: which growth model fits a size of
// contract, how many accounts a team can work, what a year's target asks of each
// SDR, how many people a number of leads needs, and the funnel read backwards. It
// is pure and ships no averages of an industry: every rate is the caller's own.
//
// Money is CNY, in whole numbers. ARR is revenue of a year, MRR of a month.
package growth

import (
	"fmt"
	"math"

	"sixtouch/model"
)

// What is taken in, so that no product or quotient leaves the whole numbers.
const (
	maxMoney = 1_000_000_000_000
	maxCount = 1_000_000_000
	minShare = 0.0001
)

// Motion is who leads a company's growth.
type Motion string

// The motions.
const (
	ProductLed   Motion = "plg"
	MarketingLed Motion = "mlg"
	SalesLed     Motion = "slg"
)

// Approach is how accounts are come by.
type Approach string

// The approaches: who pays little comes by themselves, who pays much is sought.
const (
	Inbound Approach = "inbound"
	Both    Approach = "both"
	ABM     Approach = "abm"
)

// Model is what fits contracts of From to To CNY a year, both included. It
// proposes defaults and forbids nothing.
type Model struct {
	Motion   Motion
	From     int64
	To       *int64 // nil: no end
	Approach Approach
	SDR      bool // leads are qualified before sales sees them
}

// Advice tells how to come by accounts: the approach of the model for those who
// have a list or an industry to focus on, and inbound for those who have none,
// whatever the contract value. Both ways stay allowed.
func (m Model) Advice(focused bool) Approach {
	if !focused {
		return Inbound
	}
	return m.Approach
}

// ModelFor chooses by the annual contract value: below 20 000 the product leads,
// from 20 000 to 300 000 marketing, above 300 000 sales.
func ModelFor(acv int64) (Model, error) {
	const marketing, sales = 20_000, 300_000
	switch err := within("acv", acv, 0, maxMoney); {
	case err != nil:
		return Model{}, err
	case acv < marketing:
		return Model{Motion: ProductLed, To: new(int64(marketing - 1)), Approach: Inbound}, nil
	case acv <= sales:
		return Model{Motion: MarketingLed, From: marketing, To: new(int64(sales)), Approach: Both, SDR: true}, nil
	}
	return Model{Motion: SalesLed, From: sales + 1, Approach: ABM}, nil
}

// OpportunityMRR is what an opportunity is worth a month: users × price per user.
func OpportunityMRR(users, price int64) (int64, error) {
	if err := within("users", users, 1, 1_000_000); err != nil {
		return 0, err
	}
	return users * price, within("price", price, 1, 1_000_000)
}

// ExpectedMRR is what an open opportunity is worth on average: MRR × close rate.
func ExpectedMRR(mrr int64, closeRate float64) (float64, error) {
	if err := within("mrr", mrr, 1, maxMoney); err != nil {
		return 0, err
	}
	return float64(mrr) * closeRate, share("close_rate", closeRate)
}

// Band is what became of closed opportunities of From up to before To MRR; To 0
// is no end.
type Band struct {
	From, To    int64
	Won, Closed int
}

// MinHistory is how many closed opportunities a band needs before its rate says
// anything.
const MinHistory = 20

// CloseRate is the rate of the band that mrr falls into: large deals close less
// often than small ones, so one rate for all misleads. It is nil where the
// history is too short.
func CloseRate(bands []Band, mrr int64) *float64 {
	for _, b := range bands {
		if mrr >= b.From && (b.To == 0 || mrr < b.To) && b.Closed >= MinHistory {
			return new(float64(b.Won) / float64(b.Closed))
		}
	}
	return nil
}

func within(field string, v, low, high int64) error {
	if v < low || v > high {
		return model.Invalid(field, fmt.Sprintf("must be %d to %d", low, high))
	}
	return nil
}

func share(field string, v float64) error {
	if !(v >= minShare && v <= 1) { // NaN is neither
		return model.Invalid(field, "must be 0.0001 to 1")
	}
	return nil
}

// ceil is the next whole number, where what floating point adds to one does not
// count.
func ceil(x float64) int64 { return int64(math.Ceil(x - 1e-9*max(1, x))) }

// firstFault is the first error there is.
func firstFault(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
