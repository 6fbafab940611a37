package experiment

import "math"

// fewExpected is the expected count of a cell below which the normal
// approximation is not trusted (Cochran 1954).
const fewExpected = 5

// Arm is one variant and what came of it.
type Arm struct {
	Key string
	// Units were assigned to the arm and have had their time to answer; those
	// that were sent to yesterday count when the answer window is over.
	Units int
	// Successes are the units that answered as hoped, each counted once.
	Successes int
	// Share is the part of all units the arm should have, relative to the
	// other arms'. 0 in every arm leaves the split unchecked.
	Share float64
}

// Rate is the arm's success rate, 0 without units.
func (a Arm) Rate() float64 {
	if a.Units == 0 {
		return 0
	}
	return float64(a.Successes) / float64(a.Units)
}

// Interval is a value with its confidence limits.
type Interval struct{ Value, Low, High float64 }

// within tells whether the whole interval lies inside ±bound.
func (i Interval) within(bound float64) bool { return -bound < i.Low && i.High < bound }

// Wilson is the score interval of the arm's rate (Wilson 1927), two-sided at
// level 1 − alpha. Without units it is 0 to 1.
//
//	(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
func (a Arm) Wilson(alpha float64) Interval {
	if a.Units == 0 {
		return Interval{High: 1}
	}
	n, p, z := float64(a.Units), a.Rate(), quantile(1-alpha/2)
	center, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	// At 0 and n successes the limit is the rate itself; rounding may miss it.
	return Interval{Value: p, Low: max(0, min(p, (center-half)/scale)), High: min(1, max(p, (center+half)/scale))}
}

// Comparison is one arm against another. Rates are fractions of 1, so a
// difference of 0.08 is 8 points.
type Comparison struct {
	Control, Variant string
	// Difference is variant − control, with Newcombe's interval (1998, method
	// 10). Like P it is for one look, at a number planned beforehand.
	Difference Interval
	// Lift is variant ÷ control − 1, with limits from the same Wilson intervals
	// (Donner and Zou 2012), so that it excludes 0 exactly when Difference
	// does. Nil when the control has no success.
	Lift *Interval
	// Z is the pooled two-proportion statistic, 0 when both rates are 0 or 1.
	Z float64
	// P is two-sided: that of Z, or Fisher's when Exact.
	P float64
	// Exact says that a cell is expected below 5, so that P is Fisher's.
	Exact bool
	// Always is the difference with an interval that holds at every look at
	// once, and AlwaysP a p-value for any number of looks. Both are those of
	// the mixture sequential probability ratio test; see alwaysP.
	Always  Interval
	AlwaysP float64
	// Adjusted is the p-value that decides (P under a fixed horizon, else
	// AlwaysP) after Holm's correction (1979) for the verdict's comparisons.
	Adjusted float64
}

// deciding is the p-value and the interval that the plan goes by.
func (c Comparison) deciding(p Plan) (float64, Interval) {
	if p.FixedHorizon {
		return c.P, c.Difference
	}
	return c.AlwaysP, c.Always
}

// compare sets variant against control, with intervals at level 1 − alpha.
func compare(control, variant Arm, alpha, effect float64) Comparison {
	c := Comparison{
		Control: control.Key, Variant: variant.Key,
		Difference: newcombe(control, variant, alpha),
		Lift:       lift(control, variant, alpha),
		Exact:      few(control, variant),
	}
	if spread := pooled(control, variant); spread > 0 {
		c.Z = c.Difference.Value / math.Sqrt(spread)
	}
	c.P = twoSided(c.Z)
	if c.Exact {
		c.P = Fisher(control, variant)
	}
	c.AlwaysP = alwaysP(control, variant, effect)
	c.Always = always(control, variant, alpha, effect)
	return c
}

// pooled is the variance of the difference if both rates are the same:
// p(1−p)(1/m + 1/n) with p over both arms. 0 without units in either.
func pooled(a, b Arm) float64 {
	if a.Units == 0 || b.Units == 0 {
		return 0
	}
	p := float64(a.Successes+b.Successes) / float64(a.Units+b.Units)
	return p * (1 - p) * (1/float64(a.Units) + 1/float64(b.Units))
}

// few tells whether a cell of the two-by-two table is expected below
// fewExpected.
func few(a, b Arm) bool {
	hits := a.Successes + b.Successes
	misses := a.Units + b.Units - hits
	smallest := float64(min(a.Units, b.Units)) * float64(min(hits, misses))
	return smallest < fewExpected*float64(a.Units+b.Units) || a.Units+b.Units == 0
}

// newcombe combines the Wilson limits l, u of both arms:
//
//	d − √((p−l)² + (u'−p')²)  to  d + √((u−p)² + (p'−l')²)
func newcombe(control, variant Arm, alpha float64) Interval {
	v, c := variant.Wilson(alpha), control.Wilson(alpha)
	d := v.Value - c.Value
	return Interval{
		Value: d,
		Low:   d - math.Hypot(v.Value-v.Low, c.High-c.Value),
		High:  d + math.Hypot(v.High-v.Value, c.Value-c.Low),
	}
}

// lift is the ratio of rates, less 1. Its limits are the ratios r at which the
// interval of variant − r·control, built as newcombe's, ends at 0; the low one
// is written so that it does not divide by zero.
func lift(control, variant Arm, alpha float64) *Interval {
	if control.Successes == 0 {
		return nil
	}
	v, c := variant.Wilson(alpha), control.Wilson(alpha)
	product := v.Value * c.Value
	low := 0.0
	if product > 0 {
		inner := v.Low * (2*v.Value - v.Low)
		low = inner / (product + root(product*product-inner*c.High*(2*c.Value-c.High)))
	}
	inner := c.Low * (2*c.Value - c.Low)
	high := (product + root(product*product-inner*v.High*(2*v.Value-v.High))) / inner
	return &Interval{Value: v.Value/c.Value - 1, Low: low - 1, High: high - 1}
}

// Fisher is the two-sided p-value of Fisher's exact test: the probability,
// margins given, of all tables no likelier than this one. It takes time
// proportional to the smallest margin.
func Fisher(a, b Arm) float64 {
	hits := a.Successes + b.Successes
	log := func(k int) float64 {
		return choose(a.Units, k) + choose(b.Units, hits-k)
	}
	whole := choose(a.Units+b.Units, hits)
	// Tables exactly as likely differ by rounding.
	limit := log(a.Successes) + 1e-7
	sum := 0.0
	for k := max(0, hits-b.Units); k <= min(hits, a.Units); k++ {
		if l := log(k); l <= limit {
			sum += math.Exp(l - whole)
		}
	}
	return min(1, sum)
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	return gamma(float64(n+1)) - gamma(float64(k+1)) - gamma(float64(n-k+1))
}

// gamma is the logarithm of the gamma function of a positive x.
func gamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// root is the square root; what rounding put below 0 counts as 0.
func root(x float64) float64 { return math.Sqrt(max(0, x)) }

// quantile is the standard normal's.
func quantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// twoSided is the probability of a standard normal farther from 0 than z.
func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }
