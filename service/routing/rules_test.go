package routing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

func TestSourceOf_statesComeBeforeWaysAndTheFirstSourceWins(t *testing.T) {
	t.Parallel()
	sources := []model.LeadSource{
		{Code: "shared", AddWays: model.AsJSON([]int{3})},
		{Code: "expo", ChannelStates: model.AsJSON([]string{"expo*"})},
		{Code: "expo_beijing", ChannelStates: model.AsJSON([]string{"expo-beijing"})},
		{Code: "web", ChannelStates: model.AsJSON([]string{"web"}), AddWays: model.AsJSON([]int{1})},
	}
	for _, tc := range []struct {
		state string
		way   int
		want  string
	}{
		{"expo-beijing", 3, "expo"},
		{"web", 3, "web"},
		{"web2", 3, "shared"},
		{"", 1, "web"},
		{"", 7, ""},
	} {
		require.Equal(t, tc.want, sourceOf(sources, tc.state, tc.way).Code, "%s %d", tc.state, tc.way)
	}
}

func TestOutcomes_shrinkTowardsTheMean(t *testing.T) {
	t.Parallel()
	counts := map[string]Outcome{"lucky": {Leads: 3, Won: 1}, "steady": {Leads: 400, Won: 40}, "new": {}}
	// mean 41/403; lucky (1+50m)/53, steady (40+50m)/450, new m.
	got := Outcomes(counts, 50)
	require.InDelta(t, 100, got["lucky"], 1e-9)
	require.InDelta(t, 87.24, got["steady"], 0.005)
	require.InDelta(t, 88.585, got["new"], 0.005)
	require.InDelta(t, 30, Outcomes(counts, 0)["steady"], 1e-9, "without pseudo-leads three lucky leads beat 400")
	require.Nil(t, Outcomes(map[string]Outcome{"a": {Leads: 10}}, 50), "nobody has won: nothing is known")
}

func TestDecide_asksTheRulesInOrder(t *testing.T) {
	t.Parallel()
	rules := DefaultRules()
	rules.Pool = []int64{7, 8}
	shared, expo := model.LeadSource{Origin: model.OriginRep}, model.LeadSource{Origin: model.OriginMarketing}
	for name, tc := range map[string]struct {
		lead Lead
		want Decision
	}{
		"a rep's stays with the rep":      {Lead{Source: shared, Adder: 1, Quality: 90, Target: true, SDR: 5}, Decision{"shared", model.RouteRep, 1, byAdder}},
		"a target's goes to its SDR":      {Lead{Source: expo, Adder: 1, Target: true, SDR: 5}, Decision{"target", model.RouteSDR, 5, byAccount}},
		"a good source's, least loaded":   {Lead{Source: expo, Adder: 1, Quality: 60}, Decision{"good_source", model.RouteSDR, 8, byLoad}},
		"a poor source's is nurtured":     {Lead{Source: expo, Adder: 1, Quality: 59.9}, Decision{Rule: "rest", Route: model.RouteNurture}},
		"of no known source, is nurtured": {Lead{Adder: 1}, Decision{Rule: "rest", Route: model.RouteNurture}},
	} {
		require.Equal(t, tc.want, Decide(tc.lead, rules, map[int64]int{7: 2, 8: 1}), name)
	}
	rules.Pool = nil
	require.Equal(t, Decision{"good_source", model.RouteSDR, 1, byAdder}, Decide(Lead{Source: expo, Adder: 1, Quality: 60}, rules, map[int64]int{}), "without a pool")
}

func TestDecide_spreadsALoadEvenly(t *testing.T) {
	t.Parallel()
	rules, load := DefaultRules(), map[int64]int{7: 4}
	rules.Pool = []int64{7, 8, 9}
	for range 8 {
		Decide(Lead{Quality: 80, Adder: 1}, rules, load)
	}
	require.Equal(t, map[int64]int{7: 4, 8: 4, 9: 4}, load)
}

func TestShape_refusesRulesThatLeaveALeadWithoutAWay(t *testing.T) {
	t.Parallel()
	require.Empty(t, shape(DefaultRules()))
	rules := DefaultRules()
	rules.Rules = rules.Rules[:3]
	require.Contains(t, shape(rules), "rules[2]")
	rules.Rules = nil
	require.Contains(t, shape(rules), "rules")
	rules.Rules = []model.RoutingRule{
		{Key: "Rest", Origins: []model.Origin{"moon"}, MinQuality: 101, Route: "away"},
		{Key: "rest", Route: model.RouteNurture},
		{Key: "rest", Route: model.RouteNurture},
	}
	faults := shape(rules)
	for _, field := range []string{"rules[0].key", "rules[0].origins", "rules[0].min_quality", "rules[0].route", "rules[2].key"} {
		require.Contains(t, faults, field)
	}
}
