package growth_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/growth"
)

func TestModelFor_boundariesBelongToMarketing(t *testing.T) {
	t.Parallel()
	for acv, want := range map[int64]growth.Motion{
		0: growth.ProductLed, 19_999: growth.ProductLed,
		20_000: growth.MarketingLed, 300_000: growth.MarketingLed,
		300_001: growth.SalesLed, 5_000_000: growth.SalesLed,
	} {
		m, err := growth.ModelFor(acv)
		require.NoError(t, err)
		require.Equal(t, want, m.Motion, acv)
		require.LessOrEqual(t, m.From, acv)
		require.True(t, m.To == nil || *m.To >= acv, acv)
		require.Equal(t, want == growth.MarketingLed, m.SDR)
	}
	_, err := growth.ModelFor(-1)
	require.Equal(t, model.CodeInvalid, model.CodeOf(err))
}

func TestAdvice_withoutFocusIsInbound(t *testing.T) {
	t.Parallel()
	for acv, want := range map[int64]growth.Approach{
		19_999: growth.Inbound, 20_000: growth.Both, 300_000: growth.Both, 300_001: growth.ABM,
	} {
		m, err := growth.ModelFor(acv)
		require.NoError(t, err)
		require.Equal(t, want, m.Advice(true), acv)
		require.Equal(t, growth.Inbound, m.Advice(false), acv)
	}
}

func TestListSize_isRepsTimesAccounts(t *testing.T) {
	t.Parallel()
	size, err := growth.ListSize(20, 20)
	require.NoError(t, err)
	require.EqualValues(t, 400, size)
	_, err = growth.ListSize(math.MaxInt64, 20)
	require.Error(t, err)
}

func TestCapacity_sumsTheTiers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		crews []growth.Crew
		want  float64
	}{
		"nobody":         {nil, 0},
		"one rep":        {[]growth.Crew{{Tier: model.TierA, Reps: 1, HoursPerWeek: 40, HoursPerAccount: 4}}, 43.3},
		"tier after all": {[]growth.Crew{{Tier: model.TierA, Reps: 2, HoursPerWeek: 30, HoursPerAccount: 10}, {Tier: model.TierC, Reps: 20, HoursPerWeek: 30, HoursPerAccount: 0.5}}, 25.98 + 5196},
		"no time":        {[]growth.Crew{{Tier: model.TierB, Reps: 3, HoursPerAccount: 4}}, 0},
	} {
		got, err := growth.Capacity(c.crews)
		require.NoError(t, err, name)
		require.InDelta(t, c.want, got, 0.005, name)
	}
	for name, c := range map[string]growth.Crew{
		"accounts take no time": {Tier: model.TierA, Reps: 1, HoursPerWeek: 40},
		"more than a week":      {Tier: model.TierA, Reps: 1, HoursPerWeek: 169, HoursPerAccount: 1},
		"no number":             {Tier: model.TierA, Reps: 1, HoursPerWeek: math.NaN(), HoursPerAccount: 1},
		"fewer than nobody":     {Tier: model.TierA, Reps: -1, HoursPerWeek: 40, HoursPerAccount: 1},
	} {
		_, err := growth.Capacity([]growth.Crew{c})
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
	}
}

func TestOpportunity_valueAndExpectation(t *testing.T) {
	t.Parallel()
	mrr, err := growth.OpportunityMRR(25, 200)
	require.NoError(t, err)
	require.EqualValues(t, 5000, mrr)
	for _, c := range []struct {
		mrr        int64
		rate, want float64
	}{{1000, .30, 300}, {5000, .15, 750}} {
		got, err := growth.ExpectedMRR(c.mrr, c.rate)
		require.NoError(t, err)
		require.InDelta(t, c.want, got, 0.005)
	}
}

func TestCloseRate_isOfTheBandAndNeedsTwenty(t *testing.T) {
	t.Parallel()
	bands := []growth.Band{{To: 2000, Won: 6, Closed: 20}, {From: 2000, To: 8000, Won: 15, Closed: 100}, {From: 8000, Won: 9, Closed: 19}}
	require.InDelta(t, .30, *growth.CloseRate(bands, 1999), 1e-9)
	require.InDelta(t, .15, *growth.CloseRate(bands, 2000), 1e-9)
	require.Nil(t, growth.CloseRate(bands, 8000))
	require.Nil(t, growth.CloseRate(nil, 1))
}

func TestQuota_showsBothRoundings(t *testing.T) {
	t.Parallel()
	q, err := growth.Goal{ARR: 2_000_000, SDRs: 10, CloseRate: .2, MRR: 5000}.Quota()
	require.NoError(t, err)
	require.InDelta(t, 83_333.33, q.MRR, 0.005)
	require.EqualValues(t, 17, q.Opportunities)
	require.EqualValues(t, 2_040_000, q.ARRByOpportunities)
	require.EqualValues(t, 1_999_992, q.ARRByMRR)

	for name, g := range map[string]growth.Goal{
		"nobody":      {ARR: 2_000_000, CloseRate: .2, MRR: 5000},
		"nothing won": {ARR: 2_000_000, SDRs: 10, MRR: 5000},
		"worthless":   {ARR: 2_000_000, SDRs: 10, CloseRate: .2},
		"too often":   {ARR: 2_000_000, SDRs: 10, CloseRate: 1.01, MRR: 5000},
	} {
		_, err := g.Quota()
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
	}
}

func TestQuota_doesNotRoundUpFromAWholeNumber(t *testing.T) {
	t.Parallel()
	for sdrs := int64(1); sdrs <= 30; sdrs++ {
		for _, rate := range []float64{.07, .1, .15, .2, .3, .35, .6} {
			g := growth.Goal{SDRs: sdrs, CloseRate: rate, MRR: 5000}
			g.ARR = int64(math.Round(17 * 5000 * 12 * float64(sdrs) * rate))
			q, err := g.Quota()
			require.NoError(t, err)
			require.EqualValues(t, 17, q.Opportunities, "%d SDRs at %v", sdrs, rate)
		}
	}
}

func TestFunnel_readBackwards(t *testing.T) {
	t.Parallel()
	f, err := growth.Backwards{ARR: 2_000_000, MRR: 5000, WinRate: .6, OpportunityRate: .5}.Funnel()
	require.NoError(t, err)
	require.InDelta(t, 33.33, f.ExactWins, 0.005)
	require.Equal(t, [3]int64{34, 57, 114}, [3]int64{f.Wins, f.Opportunities, f.MQL})
	_, err = growth.Backwards{ARR: 2_000_000, MRR: 5000, WinRate: .6}.Funnel()
	require.Equal(t, model.CodeInvalid, model.CodeOf(err))
}

func TestStaffing_ofAThousandLeads(t *testing.T) {
	t.Parallel()
	s, err := growth.DefaultLoad().Staffing(1000)
	require.NoError(t, err)
	require.EqualValues(t, 2, s.SDRs)
	require.EqualValues(t, 50, s.Opportunities)
	require.EqualValues(t, 5, s.Sales)
	require.EqualValues(t, 8, s.SalesAlone)
	require.InDelta(t, 2.5, *s.Ratio, 1e-9)
	require.True(t, s.InBand)

	s, err = growth.DefaultLoad().Staffing(1001)
	require.NoError(t, err)
	require.Equal(t, [3]int64{3, 6, 9}, [3]int64{s.SDRs, s.Sales, s.SalesAlone})

	s, err = growth.DefaultLoad().Staffing(0)
	require.NoError(t, err)
	require.Nil(t, s.Ratio)
	require.False(t, s.InBand)

	none := growth.DefaultLoad()
	none.LeadsPerSDR = 0
	_, err = none.Staffing(1000)
	require.Equal(t, model.CodeInvalid, model.CodeOf(err))
}

func TestRatio_bandIncludesItsEnds(t *testing.T) {
	t.Parallel()
	for sales, in := range map[int64]bool{19: false, 20: true, 25: true, 30: true, 31: false} {
		r, got := growth.Ratio(sales, 10)
		require.InDelta(t, float64(sales)/10, *r, 1e-9)
		require.Equal(t, in, got, sales)
	}
	r, in := growth.Ratio(5, 0)
	require.Nil(t, r)
	require.False(t, in)
}
