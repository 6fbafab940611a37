package experiment_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/service/experiment"
)

// The seed's example: 17 of 87 against 6 of 52, and three and ten times that.
var (
	seedA, seedB     = arm("A", 87, 17), arm("B", 52, 6)
	tripleA, tripleB = arm("A", 261, 51), arm("B", 156, 18)
	tenA, tenB       = arm("A", 870, 170), arm("B", 520, 60)
)

func arm(key string, units, successes int) experiment.Arm {
	return experiment.Arm{Key: key, Units: units, Successes: successes}
}

// plan is sequential; once is the same read a single time.
func plan() experiment.Plan {
	return experiment.Plan{Alpha: 0.05, Power: 0.8, Effect: 0.08, MinUnits: 50}
}

func once() experiment.Plan {
	p := plan()
	p.FixedHorizon = true
	return p
}

func judge(t require.TestingT, p experiment.Plan, arms ...experiment.Arm) experiment.Verdict {
	v, err := experiment.Judge(p, arms)
	require.NoError(t, err)
	return v
}

func TestJudge_goldenComparisons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                    string
		a, b                    experiment.Arm
		z, p, fisher, low, high float64
		best                    float64
		once, sequential        experiment.Outcome
	}{
		{"seed", seedA, seedB, 1.2285, 0.2193, 0.2478, -0.0539, 0.1935, 0.8795, experiment.Leading, experiment.Leading},
		{"three times", tripleA, tripleB, 2.1278, 0.0334, 0.0406, 0.0062, 0.1466, 0.9832, experiment.Winner, experiment.Leading},
		{"ten times", tenA, tenB, 3.8847, 0.0001, 0.0001, 0.0407, 0.1171, 1.0000, experiment.Winner, experiment.Winner},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, once(), c.b, c.a)
			require.Len(t, v.Comparisons, 1)
			got := v.Comparisons[0]
			require.Equal(t, [2]string{"B", "A"}, [2]string{got.Control, got.Variant})
			require.InDelta(t, c.z, got.Z, 5e-5)
			require.InDelta(t, c.p, got.P, 5e-5)
			require.False(t, got.Exact)
			require.InDelta(t, 0.0800, got.Difference.Value, 5e-5)
			require.InDelta(t, c.low, got.Difference.Low, 5e-5)
			require.InDelta(t, c.high, got.Difference.High, 5e-5)
			require.InDelta(t, c.fisher, experiment.Fisher(c.a, c.b), 5e-5)
			require.InDelta(t, c.best, v.Arms[1].Best, 5e-5)
			require.InDelta(t, 0.6935, got.Lift.Value, 5e-5)
			require.Equal(t, "A", v.Leader)
			require.Equal(t, c.once, v.Outcome)
			require.Equal(t, c.sequential, judge(t, plan(), c.b, c.a).Outcome)
		})
	}
}

func TestArm_WilsonGolden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		arm       experiment.Arm
		low, high float64
	}{
		{seedA, 0.1257, 0.2908},
		{seedB, 0.0540, 0.2297},
		{arm("none", 0, 0), 0, 1},
		{arm("no success", 10, 0), 0, 0.2775},
		{arm("all", 10, 10), 0.7225, 1},
	} {
		got := c.arm.Wilson(0.05)
		require.InDelta(t, c.low, got.Low, 5e-5, c.arm.Key)
		require.InDelta(t, c.high, got.High, 5e-5, c.arm.Key)
	}
}

func TestSampleSize_golden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to float64
		units    int
	}{
		{0.1154, 0.1954, 321},
		{seedB.Rate(), seedA.Rate(), 321},
		{0.10, 0.15, 686},
		{0.15, 0.10, 686},
		{0.10, 0.20, 199},
		{0.10, 0.12, 3841},
		{0.10, 0.10, 0},
		{0.10, 0.10 + 1e-12, 1_000_000_000},
	} {
		require.Equal(t, c.units, experiment.SampleSize(c.from, c.to, 0.05, 0.8), c)
	}
	require.Equal(t, 321, judge(t, once(), seedA, seedB).Needed)
}

func TestPlan_SampleSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Float64Range(0.01, 0.5).Draw(t, "from")
		gap := rapid.Float64Range(0.01, 0.3).Draw(t, "gap")
		arms := rapid.IntRange(2, 8).Draw(t, "arms")
		look, always := once().SampleSize(from, from+gap, arms), plan().SampleSize(from, from+gap, arms)
		require.Less(t, look, always, "looking at any time has its price")
		require.LessOrEqual(t, plan().SampleSize(from, from+gap*1.1, arms), always, "a larger gap needs fewer")
		require.Less(t, always, plan().SampleSize(from, from+gap, arms+1), "more arms need more")
	})
	require.Zero(t, plan().SampleSize(0.1, 0.1, 2))
	require.Equal(t, 1_000_000_000, plan().SampleSize(0.1, 0.1+1e-12, 2))
}

func TestFisher_knownTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b experiment.Arm
		p    float64
	}{
		{arm("", 4, 3), arm("", 4, 1), 34.0 / 70},             // the lady tasting tea
		{arm("", 5, 0), arm("", 5, 5), 2.0 / 252},             // all or nothing
		{arm("", 12, 1), arm("", 12, 9), 5_412.0 / 1_961_256}, // a textbook table
		{arm("", 10, 0), arm("", 20, 0), 1},                   // nothing to tell
		{arm("", 0, 0), arm("", 3, 2), 1},                     // nothing to compare
		{arm("", 50_000, 3), arm("", 50_000, 0), 2.0 / 8},     // rare: a coin thrown three times
		{arm("", 50_000, 49_997), arm("", 50_000, 50_000), 2.0 / 8},
	} {
		require.InDelta(t, c.p, experiment.Fisher(c.a, c.b), 1e-4, c)
	}
}

func TestFisher_countsTiesInSpiteOfRounding(t *testing.T) {
	t.Parallel()
	// When half of all units are successes, turning the table round changes no
	// probability.
	for m := 1; m <= 20; m++ {
		for n := m % 2; n <= 20; n += 2 {
			half := (m + n) / 2
			for k := max(0, half-n); k <= min(m, half); k++ {
				p := experiment.Fisher(arm("", m, k), arm("", n, half-k))
				turned := experiment.Fisher(arm("", m, m-k), arm("", n, n-half+k))
				require.InDelta(t, p, turned, 1e-9, "%d of %d, %d of %d", k, m, half-k, n)
			}
		}
	}
}

func TestJudge_takesFisherForSmallCounts(t *testing.T) {
	t.Parallel()
	a, b := arm("A", 60, 1), arm("B", 60, 7)
	p := once()
	got := judge(t, p, a, b).Comparisons[0]
	require.True(t, got.Exact)
	require.Equal(t, experiment.Fisher(a, b), got.P)
	require.Equal(t, 1.0, got.AlwaysP)
	require.Equal(t, experiment.TooEarly, judge(t, plan(), a, b).Outcome, "the sequential test waits for answers")
}

func TestJudge_outcomes(t *testing.T) {
	t.Parallel()
	shares := func(a experiment.Arm, share float64) experiment.Arm {
		a.Share = share
		return a
	}
	for _, c := range []struct {
		name    string
		plan    experiment.Plan
		arms    []experiment.Arm
		outcome experiment.Outcome
		leader  string
	}{
		{"nobody yet", plan(), []experiment.Arm{arm("A", 0, 0), arm("B", 0, 0)}, experiment.TooEarly, "A"},
		{"one arm below the minimum", plan(), []experiment.Arm{arm("A", 900, 90), arm("B", 49, 40)}, experiment.TooEarly, "B"},
		{"few answers", plan(), []experiment.Arm{arm("A", 300, 1), arm("B", 300, 2)}, experiment.TooEarly, "B"},
		{"side by side", plan(), []experiment.Arm{arm("A", 300, 60), arm("B", 300, 62)}, experiment.Undecided, "B"},
		{"equal rates", plan(), []experiment.Arm{arm("A", 300, 60), arm("B", 300, 60)}, experiment.Undecided, "A"},
		{"side by side for long", plan(), []experiment.Arm{arm("A", 3000, 600), arm("B", 3000, 620)}, experiment.NoDifference, "B"},
		{"three arms, one far behind", plan(), []experiment.Arm{arm("A", 900, 180), arm("B", 900, 178), arm("C", 900, 20)}, experiment.Undecided, "A"},
		{"three arms, one ahead", plan(), []experiment.Arm{arm("A", 900, 90), arm("B", 900, 85), arm("C", 900, 190)}, experiment.Winner, "C"},
		{"the control wins", plan(), []experiment.Arm{arm("A", 900, 190), arm("B", 900, 90)}, experiment.Winner, "A"},
		{"shares kept", plan(), []experiment.Arm{shares(arm("A", 900, 90), 9), shares(arm("B", 100, 30), 1)}, experiment.Winner, "B"},
		{"shares lost", plan(), []experiment.Arm{shares(arm("A", 900, 90), 1), shares(arm("B", 600, 160), 1)}, experiment.UnequalSplit, "B"},
		{"units without a share", plan(), []experiment.Arm{shares(arm("A", 900, 90), 1), arm("B", 60, 16)}, experiment.UnequalSplit, "B"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, c.plan, c.arms...)
			require.Equal(t, c.outcome, v.Outcome, "%+v", v)
			require.Equal(t, c.leader, v.Leader)
		})
	}
}

func TestJudge_correctsForTheNumberOfArms(t *testing.T) {
	t.Parallel()
	v := judge(t, once(), arm("A", 1000, 100), arm("B", 1000, 120), arm("C", 1000, 131), arm("D", 1000, 90))
	b, c, d := v.Comparisons[0], v.Comparisons[1], v.Comparisons[2]
	require.InDelta(t, 3*c.P, c.Adjusted, 1e-12, "the smallest, times all")
	require.InDelta(t, 2*b.P, b.Adjusted, 1e-12, "the next, times the rest")
	require.InDelta(t, d.P, d.Adjusted, 1e-12)
	require.Equal(t, "C", v.Leader)
	require.Equal(t, 1.0, v.P, "C is not better than B")

	v = judge(t, once(), arm("A", 1000, 100), arm("B", 1000, 130), arm("C", 1000, 131))
	b, c = v.Comparisons[0], v.Comparisons[1]
	require.Less(t, b.P, 2*c.P)
	require.InDelta(t, 2*c.P, b.Adjusted, 1e-12, "never below that of a smaller p-value")

	// At most 4.9 points apart for two arms; for three the interval is wider.
	p := once()
	p.Effect = 0.05
	a, like := arm("A", 1000, 200), arm("B", 1000, 214)
	require.Equal(t, experiment.NoDifference, judge(t, p, a, like).Outcome)
	require.Equal(t, experiment.Undecided, judge(t, p, a, like, arm("C", 1000, 214)).Outcome)
}

func TestJudge_refuses(t *testing.T) {
	t.Parallel()
	change := func(f func(*experiment.Plan)) experiment.Plan {
		p := plan()
		f(&p)
		return p
	}
	two := []experiment.Arm{seedA, seedB}
	for name, c := range map[string]struct {
		plan experiment.Plan
		arms []experiment.Arm
		says string
	}{
		"no alpha":       {change(func(p *experiment.Plan) { p.Alpha = 0 }), two, "alpha"},
		"no power":       {change(func(p *experiment.Plan) { p.Power = 0 }), two, "power"},
		"no effect":      {change(func(p *experiment.Plan) { p.Effect = 0 }), two, "effect"},
		"infinite share": {plan(), []experiment.Arm{seedA, {Key: "B", Share: math.Inf(1)}}, `arm "B"`},
		"not a number":   {change(func(p *experiment.Plan) { p.Effect = math.NaN() }), two, "effect"},
		"no minimum":     {change(func(p *experiment.Plan) { p.MinUnits = 0 }), two, "minimum"},
		"one arm":        {plan(), two[:1], "fewer than two"},
		"the same twice": {plan(), []experiment.Arm{seedA, seedA}, `two arms "A"`},
		"too many hits":  {plan(), []experiment.Arm{seedA, arm("B", 3, 4)}, `arm "B"`},
		"less than none": {plan(), []experiment.Arm{seedA, arm("B", 3, -1)}, `arm "B"`},
		"negative share": {plan(), []experiment.Arm{seedA, {Key: "B", Share: -1}}, `arm "B"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := experiment.Judge(c.plan, c.arms)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "judge experiment")
		})
	}
}

// drawArm is any arm, of any size up to a hundred thousand.
func drawArm(t *rapid.T, key string) experiment.Arm {
	units := rapid.OneOf(rapid.IntRange(0, 60), rapid.IntRange(0, 3_000), rapid.IntRange(0, 100_000)).Draw(t, key+" units")
	return arm(key, units, rapid.IntRange(0, units).Draw(t, key+" successes"))
}

func TestJudge_isSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawArm(t, "A"), drawArm(t, "B")
		p := plan()
		p.FixedHorizon = rapid.Bool().Draw(t, "once")
		v, w := judge(t, p, a, b), judge(t, p, b, a)
		x, y := v.Comparisons[0], w.Comparisons[0]
		const close = 1e-7
		require.InDelta(t, x.Z, -y.Z, close)
		require.InDelta(t, x.P, y.P, close)
		require.InDelta(t, x.AlwaysP, y.AlwaysP, close)
		require.InDelta(t, x.Difference.Low, -y.Difference.High, close)
		require.InDelta(t, x.Always.Low, -y.Always.High, close)
		require.InDelta(t, v.Arms[0].Best, w.Arms[1].Best, close)
		require.Equal(t, v.Outcome, w.Outcome)
		require.Equal(t, v.Needed, w.Needed)
		require.InDelta(t, v.P, w.P, close)
		if a.Rate() != b.Rate() {
			require.Equal(t, v.Leader, w.Leader)
		}
	})
}

func TestJudge_numbersAgreeWithEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		arms := make([]experiment.Arm, rapid.IntRange(2, 5).Draw(t, "arms"))
		for i := range arms {
			arms[i] = drawArm(t, fmt.Sprint(i))
		}
		v := judge(t, plan(), arms...)
		sum := 0.0
		for _, a := range v.Arms {
			sum += a.Best
			requireHolds(t, a.Rate)
		}
		require.InDelta(t, 1, sum, 1e-7)
		for i, c := range v.Comparisons {
			requireWider(t, c, arms[0], arms[i+1])
			requireHolds(t, c.Difference)
			requireHolds(t, c.Always)
			require.GreaterOrEqual(t, c.Adjusted, c.AlwaysP)
			if !c.Exact {
				require.GreaterOrEqual(t, c.AlwaysP, c.P, "looks are never free")
			}
			for _, p := range []float64{c.P, c.AlwaysP, c.Adjusted, v.P, v.SplitP} {
				require.True(t, p >= 0 && p <= 1, "%v", p)
			}
			requireSameSide(t, c)
		}
		if len(arms) == 2 {
			require.InDelta(t, v.Comparisons[0].Adjusted, v.P, 1e-12)
		}
		if v.Outcome == experiment.Winner {
			require.LessOrEqual(t, v.P, plan().Alpha)
		}
	})
}

// requireHolds asks that the interval hold its value.
func requireHolds(t require.TestingT, i experiment.Interval) {
	require.LessOrEqual(t, i.Low, i.Value)
	require.GreaterOrEqual(t, i.High, i.Value)
}

// requireWider asks that the interval for every look be wider than the plain
// one for a single look.
func requireWider(t require.TestingT, c experiment.Comparison, a, b experiment.Arm) {
	if a.Units == 0 || b.Units == 0 {
		return
	}
	plain := 1.96 * math.Sqrt(a.Rate()*(1-a.Rate())/float64(a.Units)+b.Rate()*(1-b.Rate())/float64(b.Units))
	require.GreaterOrEqual(t, c.Always.High, min(1, c.Always.Value+plain))
	require.LessOrEqual(t, c.Always.Low, max(-1, c.Always.Value-plain))
}

// requireSameSide asks that what says the same in two ways agree, except where
// rounding decides.
func requireSameSide(t require.TestingT, c experiment.Comparison) {
	const edge = 1e-9
	excludes := func(i experiment.Interval) bool { return i.Low > 0 || i.High < 0 }
	nearZero := func(i experiment.Interval) bool { return math.Abs(i.Low) < edge || math.Abs(i.High) < edge }
	if math.Abs(c.AlwaysP-plan().Alpha) > edge && !nearZero(c.Always) {
		require.Equal(t, c.AlwaysP < plan().Alpha, excludes(c.Always), "%+v", c)
	}
	if c.Lift == nil {
		return
	}
	requireHolds(t, *c.Lift)
	if !nearZero(c.Difference) && !nearZero(*c.Lift) {
		require.Equal(t, excludes(c.Difference), excludes(*c.Lift), "%+v %+v", c, *c.Lift)
	}
}

func TestJudge_liftNeedsASuccessOfTheControl(t *testing.T) {
	t.Parallel()
	require.Nil(t, judge(t, plan(), arm("A", 100, 0), arm("B", 100, 9)).Comparisons[0].Lift)
	lift := judge(t, plan(), arm("A", 100, 9), arm("B", 100, 0)).Comparisons[0].Lift
	require.Equal(t, -1.0, lift.Value)
	require.Equal(t, -1.0, lift.Low)
	require.Less(t, lift.High, 0.0)
}

func TestProbabilityBest_isExactForPowers(t *testing.T) {
	t.Parallel()
	// Arms without a failure have posteriors with F(x) = x^a, a = units + 1,
	// whose probabilities of being best are as a to each other.
	for _, units := range [][]int{{0, 0}, {0, 0, 2}, {1, 2, 3, 4, 5}, {0, 9, 99, 9_999}, {10, 1_000_000}} {
		arms, total := make([]experiment.Arm, len(units)), 0.0
		for i, n := range units {
			arms[i] = arm(fmt.Sprint(i), n, n)
			total += float64(n + 1)
		}
		for i, best := range experiment.ProbabilityBest(arms) {
			require.InDelta(t, float64(units[i]+1)/total, best, 1e-8, units)
		}
	}
}

func TestProbabilityBest_equalsTheFiniteSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawArm(t, "A"), drawArm(t, "B")
		best := experiment.ProbabilityBest([]experiment.Arm{a, b})
		require.InDelta(t, finiteSum(a, b), best[1], 1e-7)
	})
}

// finiteSum is the closed form of P(b > a) for two beta posteriors.
func finiteSum(a, b experiment.Arm) float64 {
	beta := func(x, y float64) float64 {
		p, _ := math.Lgamma(x)
		q, _ := math.Lgamma(y)
		r, _ := math.Lgamma(x + y)
		return p + q - r
	}
	aHit, aMiss := float64(1+a.Successes), float64(1+a.Units-a.Successes)
	bMiss := float64(1 + b.Units - b.Successes)
	sum := 0.0
	for i := range 1 + b.Successes {
		k := float64(i)
		sum += math.Exp(beta(aHit+k, aMiss+bMiss) - math.Log(bMiss+k) - beta(1+k, bMiss) - beta(aHit, aMiss))
	}
	return sum
}

func TestProbabilityBest_risesWithASuccess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		arms := []experiment.Arm{drawArm(t, "A"), drawArm(t, "B"), drawArm(t, "C")}
		if arms[0].Successes == arms[0].Units {
			t.Skip("no failure to turn")
		}
		before := experiment.ProbabilityBest(arms)
		arms[0].Successes++
		after := experiment.ProbabilityBest(arms)
		require.GreaterOrEqual(t, after[0], before[0]-1e-9)
		require.LessOrEqual(t, after[1], before[1]+1e-9)
	})
}

func TestProbabilityBest_atTenMillionUnits(t *testing.T) {
	t.Parallel()
	const n = 10_000_000
	best := experiment.ProbabilityBest([]experiment.Arm{arm("a", n, n/10), arm("b", n, n/10+1_000), arm("unused", 0, 0)})
	// Two normals 1,000 apart of variance n/10 × 9/10 each: z = 0.7454. Both
	// are below the unused arm's uniform rate nine times in ten.
	require.InDelta(t, 0.10012*0.7720, best[1], 1e-5)
	require.InDelta(t, 0.10012*0.2280, best[0], 1e-5)
	require.InDelta(t, 0.89988, best[2], 1e-5) // above the higher of the two
}
