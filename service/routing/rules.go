package routing

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"sixtouch/model"
)

// Bounds of a set of rules.
const (
	maxRules = 50
	maxPool  = 200
	maxNamed = 100 // sources in one rule
)

// DefaultRules are the product's own: what a rep brought stays with that rep, who
// comes from a target account or a good source goes to an SDR, the others are
// nurtured. 50 pseudo-leads shrink a source's outcome towards the mean.
func DefaultRules() model.RoutingRules {
	return model.RoutingRules{
		PseudoLeads: 50,
		Rules: []model.RoutingRule{
			{Key: "shared", Origins: []model.Origin{model.OriginRep}, Route: model.RouteRep},
			{Key: "target", TargetAccount: true, Route: model.RouteSDR},
			{Key: "good_source", MinQuality: 60, Route: model.RouteSDR},
			{Key: "rest", Route: model.RouteNurture},
		},
	}
}

// check refuses rules that would leave a lead without a way or name what is not
// there.
func (s *Service) check(ctx context.Context, rules model.RoutingRules) error {
	faults := shape(rules)
	var known []string
	if err := s.db.Conn(ctx).Model(&model.LeadSource{}).Pluck("code", &known).Error; err != nil {
		return fmt.Errorf("look up sources: %w", err)
	}
	for i, r := range rules.Rules {
		for _, code := range r.Sources {
			if !slices.Contains(known, code) {
				faults[fmt.Sprintf("rules[%d].sources", i)] = "there is no such source"
			}
		}
	}
	var reps []int64
	if err := s.db.Conn(ctx).Model(&model.Rep{}).Where("id IN ? AND left_at IS NULL", rules.Pool).Pluck("id", &reps).Error; err != nil {
		return fmt.Errorf("look up the pool: %w", err)
	}
	for _, id := range rules.Pool {
		if !slices.Contains(reps, id) {
			faults["pool"] = "names somebody who is no rep, or has left"
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the routing rules have faults", Fields: faults}
}

// shape is what can be said against rules without looking anything up.
func shape(rules model.RoutingRules) map[string]string {
	faults := map[string]string{}
	if rules.PseudoLeads < 0 || rules.PseudoLeads > 10_000 {
		faults["pseudo_leads"] = "must be from 0 to 10000"
	}
	if len(rules.Pool) > maxPool {
		faults["pool"] = "has too many reps"
	}
	if n := len(rules.Rules); n == 0 || n > maxRules {
		faults["rules"] = "must be 1 to 50 rules"
		return faults
	}
	key := regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	seen := map[string]bool{}
	for i, r := range rules.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		if !key.MatchString(r.Key) || seen[r.Key] {
			faults[at+"key"] = "must be a name of its own: a small letter, then letters, digits and _, 32 at most"
		}
		seen[r.Key] = true
		if r.MinQuality < 0 || r.MinQuality > 100 {
			faults[at+"min_quality"] = "must be from 0 to 100"
		}
		if len(r.Sources) > maxNamed {
			faults[at+"sources"] = "has too many sources"
		}
		for _, o := range r.Origins {
			if !slices.Contains(origins(), o) {
				faults[at+"origins"] = "must be marketing, rep, partner or other"
			}
		}
		if !slices.Contains([]model.Route{model.RouteRep, model.RouteSDR, model.RouteNurture}, r.Route) {
			faults[at+"route"] = "must be rep, sdr or nurture"
		}
	}
	if last := rules.Rules[len(rules.Rules)-1]; !everybody(last) {
		faults[fmt.Sprintf("rules[%d]", len(rules.Rules)-1)] = "the last rule must have no conditions: it is for whoever fits no other"
	}
	return faults
}

func everybody(r model.RoutingRule) bool {
	return len(r.Origins) == 0 && len(r.Sources) == 0 && r.MinQuality == 0 && !r.TargetAccount
}

func origins() []model.Origin {
	return []model.Origin{model.OriginMarketing, model.OriginRep, model.OriginPartner, model.OriginOther}
}

// Lead is what a decision looks at.
type Lead struct {
	Source  model.LeadSource // the zero value when no source knows the lead
	Quality float64          // of the source
	Adder   int64            // the rep whom the contact added
	Target  bool             // the account is on a target list
	SDR     int64            // of the account; 0 without
}

// Decision is where a lead goes.
type Decision struct {
	Rule       string
	Route      model.Route
	Rep        int64
	AssignedBy string
}

// Who a lead was given to, by what.
const (
	byAdder   = "adder"
	byAccount = "account"
	byLoad    = "load"
)

// Decide asks the rules in order. An SDR is the account's own, else the one of
// the pool with the least load, the first of equals; without a pool the lead
// stays with the rep whom it added. The chosen one's load grows by one.
func Decide(lead Lead, rules model.RoutingRules, load map[int64]int) Decision {
	for _, r := range rules.Rules {
		if !fits(lead, r) {
			continue
		}
		d := Decision{Rule: r.Key, Route: r.Route}
		switch {
		case r.Route == model.RouteNurture:
		case r.Route == model.RouteSDR && lead.SDR != 0:
			d.Rep, d.AssignedBy = lead.SDR, byAccount
		case r.Route == model.RouteSDR && len(rules.Pool) > 0:
			d.Rep = slices.MinFunc(rules.Pool, func(a, b int64) int { return load[a] - load[b] })
			d.AssignedBy = byLoad
		default:
			d.Rep, d.AssignedBy = lead.Adder, byAdder
		}
		load[d.Rep]++
		return d
	}
	return Decision{Route: model.RouteNurture}
}

func fits(lead Lead, r model.RoutingRule) bool {
	return (len(r.Origins) == 0 || slices.Contains(r.Origins, lead.Source.Origin)) &&
		(len(r.Sources) == 0 || slices.Contains(r.Sources, lead.Source.Code)) &&
		lead.Quality >= r.MinQuality && (!r.TargetAccount || lead.Target)
}
