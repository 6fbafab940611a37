package growth

// Load is what people carry and what becomes of leads on the way to them.
type Load struct {
	LeadsPerSDR           int64
	OpportunitiesPerSales int64
	LeadsPerSalesAlone    int64   // where sales qualifies the leads itself
	MQLRate               float64 // MQL ÷ leads
	OpportunityRate       float64 // opportunities ÷ MQL
}

// DefaultLoad is a start until a team knows its own.
func DefaultLoad() Load {
	return Load{LeadsPerSDR: 500, OpportunitiesPerSales: 10, LeadsPerSalesAlone: 125, MQLRate: 0.1, OpportunityRate: 0.5}
}

// Staff is who a number of leads needs, with SDRs or without.
type Staff struct {
	SDRs, Sales   int64
	Opportunities int64
	SalesAlone    int64
	Ratio         *float64 // Sales ÷ SDRs; nil without leads
	InBand        bool
}

// Staffing rounds every number of people up: SDRs by leads, sales by the
// opportunities that leads × MQL rate × opportunity rate come to.
func (l Load) Staffing(leads int64) (Staff, error) {
	err := firstFault(
		within("leads", leads, 0, maxCount), within("leads_per_sdr", l.LeadsPerSDR, 1, maxCount),
		within("opportunities_per_sales", l.OpportunitiesPerSales, 1, maxCount), within("leads_per_sales_alone", l.LeadsPerSalesAlone, 1, maxCount),
		share("mql_rate", l.MQLRate), share("opportunity_rate", l.OpportunityRate),
	)
	if err != nil {
		return Staff{}, err
	}
	opportunities := float64(leads) * l.MQLRate * l.OpportunityRate
	s := Staff{
		SDRs:          ceil(float64(leads) / float64(l.LeadsPerSDR)),
		Sales:         ceil(opportunities / float64(l.OpportunitiesPerSales)),
		Opportunities: ceil(opportunities),
		SalesAlone:    ceil(float64(leads) / float64(l.LeadsPerSalesAlone)),
	}
	s.Ratio, s.InBand = Ratio(s.Sales, s.SDRs)
	return s, nil
}

// Ratio is sales ÷ SDRs, nil without SDRs; from 2 to 3 is in the usual band, 1
// the ideal.
func Ratio(sales, sdrs int64) (ratio *float64, inBand bool) {
	if sdrs == 0 {
		return nil, false
	}
	r := float64(sales) / float64(sdrs)
	return &r, r >= 2 && r <= 3
}
