package experiment

import (
	"errors"
	"fmt"
	"math"
)

// Plan is what was decided before the start. Changing it after a look at the
// counts undoes what the verdict promises.
type Plan struct {
	// Alpha is the accepted probability of declaring a winner that is not
	// better than all others, such as 0.05.
	Alpha float64
	// Power is the wanted probability of finding a difference of Effect, such
	// as 0.8.
	Power float64
	// Effect is the smallest difference of rates worth finding, such as 0.05
	// for 5 points. Smaller ones count as no difference.
	Effect float64
	// MinUnits is how many units every arm has before anything is declared.
	MinUnits int
	// FixedHorizon says that the counts are read once only, when every arm has
	// its MinUnits. It proves more with the same units, and promises nothing
	// when there is a second look. Without it, look as often as you like.
	FixedHorizon bool
}

// check finds what the arms or the plan lack for a verdict.
func (p Plan) check(arms []Arm) error {
	switch {
	case !between(p.Alpha, 0, 0.5):
		return errors.New("alpha is not between 0 and 0.5")
	case !between(p.Power, 0.5, 1):
		return errors.New("power is not between 0.5 and 1")
	case !between(p.Effect, 0, 1):
		return errors.New("effect is not between 0 and 1")
	case p.MinUnits < 1:
		return errors.New("the minimum of units is below 1")
	case len(arms) < 2:
		return errors.New("fewer than two arms")
	}
	seen := map[string]bool{}
	for _, a := range arms {
		if seen[a.Key] {
			return fmt.Errorf("two arms %q", a.Key)
		}
		seen[a.Key] = true
		if a.Successes < 0 || a.Successes > a.Units || a.Share != 0 && !between(a.Share, 0, math.Inf(1)) {
			return fmt.Errorf("arm %q: %d successes of %d units, share %v", a.Key, a.Successes, a.Units, a.Share)
		}
	}
	return nil
}

// between tells whether x lies inside the limits; no NaN does.
func between(x, low, high float64) bool { return low < x && x < high }

// Outcome is the verdict in one word; its text is the catalogue's.
type Outcome string

// The outcomes.
const (
	// UnequalSplit: the arms have not the shares of units they should have
	// (SplitP below 0.001), so their rates are not comparable. Find out why.
	UnequalSplit Outcome = "unequal_split"
	// TooEarly: an arm has fewer than MinUnits, or so few answers that the
	// sequential test cannot say anything yet.
	TooEarly Outcome = "too_early"
	// Undecided: nothing proven, and nobody clearly ahead.
	Undecided Outcome = "undecided"
	// Leading: Leader is best with a probability of 0.8 or more, not proven.
	Leading Outcome = "leading"
	// Winner: Leader is proven better than every other arm.
	Winner Outcome = "winner"
	// NoDifference: Leader and each other arm are proven to be less than
	// Effect apart. Whichever is used, nothing worth having is lost.
	NoDifference Outcome = "no_difference"
)

const (
	splitLimit  = 0.001 // a split less likely than this stops the verdict
	leadingFrom = 0.8   // the probability of being best that is worth a word
)

// ArmResult is an arm with its rate, Wilson's interval and the probability
// that it is the best; see ProbabilityBest.
type ArmResult struct {
	Arm
	Rate Interval
	Best float64
}

// Verdict is what the counts say, and the numbers to say it with.
type Verdict struct {
	Outcome Outcome
	// Leader is the arm with the highest rate; among equals the first.
	Leader string
	// P is the p-value of Leader's being better than every other arm: the
	// weakest of its k − 1 comparisons, times k − 1. A false winner has beaten
	// a best arm, which has k − 1 others, so whatever the true rates are this
	// is at most Alpha with at most that probability, at all looks together.
	P float64
	// SplitP is the always valid p-value of the split; 1 when unchecked.
	SplitP float64
	// Needed is how many units per arm would prove, with the plan's power, a
	// difference as large as that between the two highest rates. 0 when these
	// are the same.
	Needed int
	Arms   []ArmResult
	// Comparisons set every other arm against the first, the control.
	Comparisons []Comparison
}

// Judge reads the counts. The first arm is the control.
//
// It keeps no memory. A verdict of Winner or NoDifference stands once it is
// given; the caller stores it and assigns no more, for a later look may take
// the word back without making the first one wrong.
func Judge(p Plan, arms []Arm) (Verdict, error) {
	if err := p.check(arms); err != nil {
		return Verdict{}, fmt.Errorf("judge experiment: %w", err)
	}
	leader, second := ranked(arms)
	v := Verdict{
		Leader:      arms[leader].Key,
		SplitP:      splitP(arms),
		Needed:      p.SampleSize(arms[second].Rate(), arms[leader].Rate(), len(arms)),
		Comparisons: p.againstControl(arms),
	}
	for i, best := range ProbabilityBest(arms) {
		v.Arms = append(v.Arms, ArmResult{Arm: arms[i], Rate: arms[i].Wilson(p.Alpha), Best: best})
	}
	var alike bool
	v.P, alike = p.againstAll(arms, leader)
	switch {
	case v.SplitP < splitLimit:
		v.Outcome = UnequalSplit
	case p.early(arms):
		v.Outcome = TooEarly
	case v.P <= p.Alpha:
		v.Outcome = Winner
	case alike:
		v.Outcome = NoDifference
	case v.Arms[leader].Best >= leadingFrom:
		v.Outcome = Leading
	default:
		v.Outcome = Undecided
	}
	return v, nil
}

// ranked are the places of the highest and the second highest rate.
func ranked(arms []Arm) (leader, second int) {
	second = 1
	if arms[1].Rate() > arms[0].Rate() {
		leader, second = 1, 0
	}
	for i := 2; i < len(arms); i++ {
		switch rate := arms[i].Rate(); {
		case rate > arms[leader].Rate():
			leader, second = i, leader
		case rate > arms[second].Rate():
			second = i
		}
	}
	return leader, second
}

// early tells whether an arm has too few units, or the sequential test too few
// answers.
func (p Plan) early(arms []Arm) bool {
	for i, a := range arms {
		if a.Units < p.MinUnits {
			return true
		}
		if i > 0 && !p.FixedHorizon && few(arms[0], a) {
			return true
		}
	}
	return false
}

func (p Plan) againstControl(arms []Arm) []Comparison {
	var all []Comparison
	var ps []float64
	for _, a := range arms[1:] {
		c := compare(arms[0], a, p.Alpha, p.Effect)
		value, _ := c.deciding(p)
		all, ps = append(all, c), append(ps, value)
	}
	for i, adjusted := range holm(ps) {
		all[i].Adjusted = adjusted
	}
	return all
}

// againstAll is the p-value of the leader's being better than every other arm,
// and whether each is proven to be less than the effect away from it.
func (p Plan) againstAll(arms []Arm, leader int) (worst float64, alike bool) {
	others := float64(len(arms) - 1)
	alike = true
	for i, a := range arms {
		if i == leader {
			continue
		}
		c := compare(a, arms[leader], p.Alpha/others, p.Effect)
		value, interval := c.deciding(p)
		worst = max(worst, min(1, others*value))
		alike = alike && interval.within(p.Effect)
	}
	return worst, alike
}
