package experiment

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	runs = 500
	look = 25 // answers from one look to the next
)

// stops is the share of simulated experiments, of that many units in all, in
// which what happens at one of the looks. The arms take turns at random, by
// equal shares.
func stops(seed uint64, units int, rates []float64, what func([]Arm) bool) float64 {
	random := rand.New(rand.NewPCG(seed, 6))
	stopped := 0
	for range runs {
		arms := make([]Arm, len(rates))
		for i := range arms {
			arms[i].Key, arms[i].Share = fmt.Sprint(i), 1
		}
		for n := 1; n <= units; n++ {
			i := random.IntN(len(arms))
			arms[i].Units++
			if random.Float64() < rates[i] {
				arms[i].Successes++
			}
			if n%look == 0 && what(arms) {
				stopped++
				break
			}
		}
	}
	return float64(stopped) / runs
}

func sequential(effect float64) Plan {
	return Plan{Alpha: 0.05, Power: 0.8, Effect: effect, MinUnits: 1}
}

// wins tells whether that arm, or any for −1, is declared the winner.
func (p Plan) wins(arm int) func([]Arm) bool {
	return func(arms []Arm) bool {
		leader, _ := ranked(arms)
		worst, _ := p.againstAll(arms, leader)
		return worst <= p.Alpha && (arm < 0 || leader == arm)
	}
}

func TestJudge_looksDoNotRaiseFalseAlarms(t *testing.T) {
	t.Parallel()
	for i, c := range []struct{ rate, effect float64 }{
		{0.02, 0.01}, {0.05, 0.05}, {0.2, 0.05}, {0.5, 0.2}, {0.9, 0.05},
	} {
		p := sequential(c.effect)
		require.LessOrEqual(t, stops(uint64(i), 3_000, []float64{c.rate, c.rate}, p.wins(-1)), p.Alpha, c)
	}
}

func TestJudge_looksWouldRaiseThoseOfTheFixedTest(t *testing.T) {
	t.Parallel()
	p := sequential(0.05)
	p.FixedHorizon = true
	require.Greater(t, stops(2, 3_000, []float64{0.2, 0.2}, p.wins(-1)), 4*p.Alpha)
}

func TestJudge_moreArmsDoNotRaiseFalseAlarms(t *testing.T) {
	t.Parallel()
	p := sequential(0.1)
	require.LessOrEqual(t, stops(11, 3_000, []float64{0.3, 0.3, 0.3}, p.wins(-1)), p.Alpha, "all equal")
	require.LessOrEqual(t, stops(12, 3_000, []float64{0.3, 0.3, 0.05, 0.05}, p.wins(-1)), p.Alpha, "two best")
}

func TestJudge_findsTheEffectWithinTheSample(t *testing.T) {
	t.Parallel()
	p := sequential(0.08)
	rates := []float64{0.12, 0.20}
	found := stops(21, 2*p.SampleSize(rates[0], rates[1], 2), rates, p.wins(1))
	require.GreaterOrEqual(t, found, p.Power)
	require.Zero(t, stops(22, 2*p.SampleSize(rates[0], rates[1], 2), rates, p.wins(0)), "the worse never wins")
}

func TestJudge_findsTheBestOfThreeWithinTheSample(t *testing.T) {
	t.Parallel()
	p := sequential(0.1)
	rates := []float64{0.15, 0.05, 0.25}
	require.GreaterOrEqual(t, stops(23, 3*p.SampleSize(rates[0], rates[2], 3), rates, p.wins(2)), p.Power)
}

func TestJudge_oneLookFindsTheEffectWithItsPower(t *testing.T) {
	t.Parallel()
	p := sequential(0.08)
	p.FixedHorizon = true
	rates := []float64{0.12, 0.20}
	units := 2 * p.SampleSize(rates[0], rates[1], 2) / look * look
	last := func(arms []Arm) bool { return arms[0].Units+arms[1].Units == units && p.wins(1)(arms) }
	require.InDelta(t, p.Power, stops(24, units, rates, last), 0.05) // 3 standard deviations
}

func TestJudge_looksDoNotHideADifference(t *testing.T) {
	t.Parallel()
	p := sequential(0.1)
	alike := func(arms []Arm) bool {
		leader, _ := ranked(arms)
		_, alike := p.againstAll(arms, leader)
		return alike
	}
	require.LessOrEqual(t, stops(31, 3_000, []float64{0.2, 0.3}, alike), p.Alpha, "as large as the effect")
	require.Greater(t, stops(32, 6_000, []float64{0.2, 0.2}, alike), 0.9, "none at all")
}

func TestJudge_looksDoNotBlameTheSplit(t *testing.T) {
	t.Parallel()
	off := func(arms []Arm) bool { return splitP(arms) <= 0.05 }
	require.LessOrEqual(t, stops(41, 2_000, []float64{0, 0, 0}, off), 0.05)
	wrong := func(arms []Arm) bool {
		skewed := []Arm{arms[0], arms[1]}
		skewed[1].Share = 1.5
		return splitP(skewed) < splitLimit
	}
	require.Greater(t, stops(42, 2_000, []float64{0, 0}, wrong), 0.95)
}
