package experiment

import (
	"math"
	"sort"
)

// neverEnough stands for every number of units that nobody has.
const neverEnough = 1_000_000_000

// SampleSize is how many units each of two arms needs for a single look to
// find the difference between two rates, two-sided at alpha, with that power
// (Fleiss, Levin and Paik 2003, without continuity correction):
//
//	n = (z₁₋α⁄₂ √(2p̄(1−p̄)) + z_power √(p(1−p) + q(1−q)))² / (p−q)²
//
// It is 0 when the rates are the same, since no number would do, and never more
// than a thousand million.
func SampleSize(from, to, alpha, power float64) int {
	if from == to {
		return 0
	}
	middle := (from + to) / 2
	n := quantile(1-alpha/2)*math.Sqrt(2*variance(middle)) +
		quantile(power)*math.Sqrt(variance(from)+variance(to))
	return int(math.Ceil(min(neverEnough, n*n/((from-to)*(from-to)))))
}

// SampleSize is how many units each of that many arms needs for the plan to
// find the difference between two rates with its power. Under a fixed horizon
// this is the function of the same name, at alpha shared between the
// comparisons. Else it is when the difference is beyond the boundary of the
// sequential test with that probability: the price of looking every day is a
// larger number at worst, and a clear winner stops long before it. The bounds
// are those of the function.
func (p Plan) SampleSize(from, to float64, arms int) int {
	alpha := p.Alpha / float64(arms-1)
	if p.FixedHorizon || from == to {
		return SampleSize(from, to, alpha, p.Power)
	}
	separate, together := variance(from)+variance(to), 2*variance((from+to)/2)
	return 1 + sort.Search(neverEnough-1, func(n int) bool {
		units := float64(n + 1)
		return boundary(together/units, alpha, p.Effect)+quantile(p.Power)*math.Sqrt(separate/units) <= math.Abs(from-to)
	})
}
