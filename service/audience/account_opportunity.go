package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// Opportunity is a deal of an account, as far as filters look.
type Opportunity struct {
	State model.OpportunityState
	Kind  model.OpportunityKind
}

// opportunityCondition is about the account's deals: whether one is, or none is,
// in any of these states; with kinds, among deals of these kinds.
//
//	{"f":"account.opportunity","is":"any","v":["open"]}
//	{"f":"account.opportunity","is":"none","v":["won"],"opt":{"kind":["cross-sell"]}}
type opportunityCondition struct {
	is            string
	states, kinds []string
}

func parseOpportunity(l leaf) (accountCondition, error) {
	c := opportunityCondition{is: l.is}
	if l.is != "any" && l.is != "none" {
		return nil, l.unknown("any, none")
	}
	var opt struct {
		Kind []string `json:"kind"`
	}
	if err := l.options(&opt); err != nil {
		return nil, err
	}
	var err error
	if c.states, err = l.words(); err != nil {
		return nil, err
	}
	if c.kinds = opt.Kind; c.kinds != nil {
		if err := checkWords("kind", c.kinds); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct{ have, possible []string }{{c.states, opportunityStates()}, {c.kinds, opportunityKinds()}} {
		for _, w := range part.have {
			if !slices.Contains(part.possible, w) {
				return nil, invalid("does not know the value %q for %q", w, l.field)
			}
		}
	}
	return c, nil
}

func opportunityStates() []string {
	return stringsOf(model.OpportunityOpen, model.OpportunityWon, model.OpportunityLost)
}

func opportunityKinds() []string {
	return stringsOf(model.OpportunityNew, model.OpportunityUpsell, model.OpportunityCrossSell, model.OpportunityRenewal)
}

func (c opportunityCondition) match(a Account) bool {
	fits := func(o Opportunity) bool {
		return slices.Contains(c.states, string(o.State)) && (c.kinds == nil || slices.Contains(c.kinds, string(o.Kind)))
	}
	return slices.ContainsFunc(a.Opportunities, fits) == (c.is == "any")
}

func (c opportunityCondition) sql(time.Time) (string, []any) {
	where, args := "EXISTS (SELECT 1 FROM opportunities o WHERE o.account_id = a.id AND o.state IN ?", []any{c.states}
	if c.kinds != nil {
		where, args = where+" AND o.kind IN ?", append(args, c.kinds)
	}
	if c.is == "none" {
		where = "NOT " + where
	}
	return where + ")", args
}
