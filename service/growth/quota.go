package growth

import "math"

// Goal is a year's revenue that SDRs are to bring about.
type Goal struct {
	ARR       int64
	SDRs      int64
	CloseRate float64 // won ÷ opportunities
	MRR       int64   // of one opportunity
}

// Quota is each SDR's part of a goal. The convention counts what each month
// books at a full year's value.
type Quota struct {
	MRR           float64 // a month: ARR ÷ (12 × SDRs × close rate)
	Opportunities int64   // a month: that ÷ MRR of an opportunity, rounded up
	// What the year comes to with whole opportunities, and with the quota in whole
	// CNY: rounding is not hidden.
	ARRByOpportunities int64
	ARRByMRR           int64
}

// Quota divides the goal. Nobody to divide it by, or a close rate of 0, is an
// error.
func (g Goal) Quota() (Quota, error) {
	err := firstFault(within("arr", g.ARR, 1, maxMoney), within("sdrs", g.SDRs, 1, maxCount), share("close_rate", g.CloseRate), within("mrr", g.MRR, 1, maxMoney))
	if err != nil {
		return Quota{}, err
	}
	year := 12 * float64(g.SDRs) * g.CloseRate
	q := Quota{MRR: float64(g.ARR) / year}
	q.Opportunities = ceil(q.MRR / float64(g.MRR))
	q.ARRByOpportunities = int64(math.Round(float64(q.Opportunities) * float64(g.MRR) * year))
	q.ARRByMRR = int64(math.Round(math.Round(q.MRR) * year))
	return q, nil
}

// Backwards is a year's revenue to be won through a funnel.
type Backwards struct {
	ARR             int64
	MRR             int64   // of one opportunity
	WinRate         float64 // won ÷ opportunities
	OpportunityRate float64 // opportunities ÷ MQL
}

// Funnel is what a year needs at each rung.
type Funnel struct {
	ExactWins                float64
	Wins, Opportunities, MQL int64
}

// Funnel goes up from ARR ÷ (12 × MRR) wins; each rung is rounded up before the
// next is computed, since nobody wins a third of a customer.
func (b Backwards) Funnel() (Funnel, error) {
	err := firstFault(within("arr", b.ARR, 1, maxMoney), within("mrr", b.MRR, 1, maxMoney), share("win_rate", b.WinRate), share("opportunity_rate", b.OpportunityRate))
	if err != nil {
		return Funnel{}, err
	}
	f := Funnel{ExactWins: float64(b.ARR) / (12 * float64(b.MRR))}
	f.Wins = ceil(f.ExactWins)
	f.Opportunities = ceil(float64(f.Wins) / b.WinRate)
	f.MQL = ceil(float64(f.Opportunities) / b.OpportunityRate)
	return f, nil
}
