package scoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"

	"sixtouch/model"
)

// Bounds of a document of rules.
const (
	maxRules  = 100
	maxWords  = 500  // in a list of industries, regions, keys
	maxPoints = 1000 // either way
	maxDays   = 3650
)

// Parse reads rules; a field that is not known is a fault, and so is everything
// that Check finds.
func Parse(doc json.RawMessage) (Rules, error) {
	var r Rules
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, &model.Error{Code: model.CodeInvalid, Message: "the rules are not the document that is asked for", Err: err}
	}
	return r, r.Check()
}

type faults map[string]string

func (f faults) add(field, format string, args ...any) {
	if _, known := f[field]; !known {
		f[field] = fmt.Sprintf(format, args...)
	}
}

func (f faults) between(field string, n float64, low, high int) {
	switch {
	case n >= float64(low) && n <= float64(high):
	case low < 0:
		f.add(field, "must be -%d to %d", -low, high)
	default:
		f.add(field, "must be %d to %d", low, high)
	}
}

// Check tells every fault of the rules by the path of its field.
func (r Rules) Check() error {
	f := faults{}
	w := r.Weights
	for name, n := range map[string]float64{"fit": w.Fit, "engagement": w.Engagement, "intent": w.Intent} {
		f.between("weights."+name, n, 0, 1)
	}
	if math.Abs(w.Fit+w.Engagement+w.Intent-1) > 1e-6 {
		f.add("weights", "the three weights must add up to 1")
	}
	r.checkFading(f)
	f.between("saturation", r.Saturation, 1, 10000)
	f.between("intent_half_life_days", r.IntentHalfLife, 1, maxDays)
	checkRoles(f, "role_weights", r.RoleWeights, 10)
	r.checkEvents(f)
	r.checkIntent(f)
	r.Fit.check(f)
	if g := r.Grades; g.A <= g.B || g.B <= g.C || g.C <= 0 || g.A > 100 {
		f.add("grades", "must fall from a to c, between 0 and 100")
	}
	e := r.Engaged
	f.between("engaged.points", e.Points, 0, 1000000)
	f.between("engaged.days", float64(e.Days), 1, 365)
	for name, n := range map[string]int{"people": e.People, "high_value": e.HighValue, "roles": e.Roles} {
		f.between("engaged."+name, float64(n), 0, 100)
	}
	if len(f) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the rules have faults", Fields: f}
}

func (r Rules) checkFading(f faults) {
	switch {
	case r.Decay != nil && len(r.Silence) > 0:
		f.add("silence", "fading and deductions for silence count the same thing twice: choose one")
	case r.Decay == nil && len(r.Silence) == 0:
		f.add("decay", "say how engagement fades, or what silence takes off")
	case r.Decay != nil:
		f.between("decay.half_life_days", r.Decay.HalfLifeDays, 1, 365)
	}
	if len(r.Silence) > 10 {
		f.add("silence", "has more than 10 steps")
	}
	for i, s := range r.Silence {
		f.between(fmt.Sprintf("silence[%d].days", i), float64(s.Days), 1, maxDays)
		f.between(fmt.Sprintf("silence[%d].points", i), s.Points, -100, 0)
		if i > 0 && s.Days <= r.Silence[i-1].Days {
			f.add(fmt.Sprintf("silence[%d].days", i), "must be longer than the step before")
		}
	}
}

func checkRoles(f faults, field string, table map[model.Role]float64, most int) {
	if _, ok := table[Unknown]; !ok {
		f.add(field, "say what the role %q gives", Unknown)
	}
	known := slices.Collect(maps.Keys(Defaults().RoleWeights))
	for role, n := range table {
		if !slices.Contains(known, role) {
			f.add(field, "%q is no role", role)
		}
		f.between(field+"."+string(role), n, 0, most)
	}
}

func word() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`) }

func (r Rules) checkEvents(f faults) {
	if len(r.Events) > maxRules {
		f.add("events", "has more than %d rules", maxRules)
		return
	}
	seen, shape := map[string]bool{ruleLost: true}, word()
	for i, e := range r.Events {
		at := fmt.Sprintf("events[%d].", i)
		if !shape.MatchString(e.Key) || seen[e.Key] {
			f.add(at+"key", "must be a word of a–z, 0–9 and _ that no other rule has")
		}
		seen[e.Key] = true
		if len(e.On) == 0 || len(e.On) > 20 {
			f.add(at+"on", "name 1 to 20 activities")
		}
		for _, kind := range e.On {
			if !scorable(kind) {
				f.add(at+"on", "%q is nothing that a contact does", kind)
			}
		}
		if len(e.Name) > 100 || len(e.Keys) > maxWords || len(e.Tags) > maxWords {
			f.add(at+"keys", "at most %d, and a name of 100 bytes", maxWords)
		}
		f.between(at+"points", e.Points, -maxPoints, maxPoints)
		f.between(at+"min_seconds", float64(e.MinSeconds), 0, 86400)
		if c := e.Cap; c != nil {
			f.between(at+"cap.times", float64(c.Times), 1, 1000)
			if !slices.Contains([]string{PerDay, PerSubject, PerSubjectWeek, PerOnce}, c.Per) {
				f.add(at+"cap.per", "is none of day, subject, subject_week, once")
			}
		}
	}
}

// scorable tells whether a rule may be about activities of that kind.
func scorable(kind model.ActivityKind) bool {
	if kind == model.ActivityTagAdded {
		return true
	}
	return model.Activity{Kind: kind, Data: model.AsJSON(model.ActivityData{Answer: "positive"})}.ByContact()
}

func (r Rules) checkIntent(f faults) {
	if len(r.Intent) > maxRules {
		f.add("intent", "has more than %d rules", maxRules)
		return
	}
	seen, shape, sum := map[string]bool{}, word(), 0.0
	for i, n := range r.Intent {
		at := fmt.Sprintf("intent[%d].", i)
		if !shape.MatchString(n.Key) || seen[n.Key] {
			f.add(at+"key", "must be a word of a–z, 0–9 and _ that no other rule has")
		}
		seen[n.Key] = true
		f.between(at+"points", n.Points, 0, 100)
		f.between(at+"days", float64(n.Days), 0, maxDays)
		sum += n.Points
	}
	if sum > 100+1e-6 {
		f.add("intent", "must add up to 100 points at most")
	}
}

func (r FitRules) check(f faults) {
	checkRoles(f, "fit.roles", r.Roles, 100)
	sum := r.roleMax()
	for name, n := range map[string]float64{
		"industry": r.Points.Industry, "size": r.Points.Size, "region": r.Points.Region, "budget": r.Points.Budget, "process": r.Points.Process,
	} {
		f.between("fit.points."+name, n, 0, 100)
		sum += n
	}
	if math.Abs(sum-100) > 1e-6 {
		f.add("fit.points", "with the best role they must add up to 100")
	}
	f.between("fit.prior", r.Prior, 0, 1)
	if len(r.Industries) > maxWords || len(r.Regions) > maxWords {
		f.add("fit.industries", "has more than %d words", maxWords)
	}
	for name, span := range map[string]Range{"employees": r.Employees, "acv": r.ACV, "tech_spend": r.TechSpend} {
		if span.Min != nil && *span.Min < 0 || span.Min != nil && span.Max != nil && *span.Max < *span.Min {
			f.add("fit."+name, "must be from min to max, and not below 0")
		}
	}
}

// roleMax is what the best role gives.
func (r FitRules) roleMax() float64 {
	best := 0.0
	for _, n := range r.Roles {
		best = max(best, n)
	}
	return best
}
