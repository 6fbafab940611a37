package experiment

import (
	"cmp"
	"math"
	"slices"
)

// alwaysP is the p-value of the mixture sequential probability ratio test
// (mSPRT: Robbins 1970; for A/B tests Johari, Pekelis and Walsh, "Always Valid
// Inference", 2017). With d the difference of rates, V its variance and a
// normal mixture of variance τ² over the true difference, the likelihood ratio
//
//	Λ = √(V/(V+τ²)) · exp(τ² d² / (2V(V+τ²)))
//
// is a martingale while there is no difference, so that by Ville's inequality
// it ever reaches 1/α with probability at most α: 1/Λ may be read after every
// answer. τ is the smallest effect worth finding, where the test is sharpest.
//
// The normal approximation needs some answers, so it is 1 while a cell is
// expected below 5.
func alwaysP(a, b Arm, effect float64) float64 {
	if few(a, b) {
		return 1
	}
	v, t, d := spread(a, b), effect*effect, a.Rate()-b.Rate()
	return min(1, math.Sqrt((v+t)/v)*math.Exp(-t*d*d/(2*v*(v+t))))
}

// always is the difference variant − control with the confidence sequence dual
// to alwaysP: it holds the true difference at every look at once with
// probability 1 − alpha, and excludes 0 exactly when alwaysP ≤ alpha. While a
// cell is expected below 5 it is −1 to 1.
func always(control, variant Arm, alpha, effect float64) Interval {
	d := variant.Rate() - control.Rate()
	if few(control, variant) {
		return Interval{Value: d, Low: -1, High: 1}
	}
	half := boundary(spread(control, variant), alpha, effect)
	return Interval{Value: d, Low: max(-1, d-half), High: min(1, d+half)}
}

// boundary is the difference at which 1/Λ is alpha, for a variance v.
func boundary(v, alpha, effect float64) float64 {
	t := effect * effect
	return math.Sqrt(v * (v + t) / t * (2*math.Log(1/alpha) + math.Log((v+t)/v)))
}

// spread is the larger of the pooled and the separate variance of the
// difference: the test and its interval share it, and neither is too sure when
// a small arm's rate is far from a large one's.
func spread(a, b Arm) float64 {
	return max(pooled(a, b), variance(a.Rate())/float64(a.Units)+variance(b.Rate())/float64(b.Units))
}

// variance is that of one unit's success.
func variance(rate float64) float64 { return rate * (1 - rate) }

// splitP is an always valid p-value for the split of the units between the
// arms being the one that their shares ask for (sequential sample ratio test,
// Lindon and Malek 2022): 1 over the Bayes factor of a uniform Dirichlet prior
//
//	Γ(k) ∏Γ(nᵢ+1) / (Γ(n+k) ∏wᵢ^nᵢ)
//
// A split that went wrong says that the arms lost different people, and then
// their rates cannot be compared.
func splitP(arms []Arm) float64 {
	units, shares := 0, 0.0
	for _, a := range arms {
		units += a.Units
		shares += a.Share
	}
	if shares == 0 {
		return 1
	}
	log := gamma(float64(len(arms))) - gamma(float64(units+len(arms)))
	for _, a := range arms {
		if a.Units > 0 {
			log += gamma(float64(a.Units+1)) - float64(a.Units)*math.Log(a.Share/shares)
		}
	}
	return min(1, math.Exp(-log))
}

// holm corrects p-values for there being several of them (Holm 1979): the
// smallest of m times m, the next times m − 1, and so on, never falling.
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ps[i], ps[j]) })
	adjusted, floor := make([]float64, len(ps)), 0.0
	for rank, i := range order {
		floor = max(floor, min(1, float64(len(ps)-rank)*ps[i]))
		adjusted[i] = floor
	}
	return adjusted
}
