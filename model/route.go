package model

import "time"

// Origin is who brought a lead.
type Origin string

// The origins.
const (
	OriginMarketing Origin = "marketing"
	OriginRep       Origin = "rep"
	OriginPartner   Origin = "partner"
	OriginOther     Origin = "other"
)

// LeadSource is where leads come from. A new contact is of the first source, by
// Position, that knows the state of its contact way or WeCom's add_way; a state
// that ends in * stands for all that begin so.
type LeadSource struct {
	ID            int64 `gorm:"primaryKey"`
	Code          string
	Name          string
	Origin        Origin
	ChannelStates JSON[[]string]
	AddWays       JSON[[]int]
	Weight        float64 // what the experts give it, 0 to 100
	Position      int
	Leads         int64      // that came in the time looked back on
	Won           int64      // of these
	Outcome       *float64   // what they were worth, 0 to 100: the best source has 100; nil before anybody won
	RatedAt       *time.Time // when the three were counted
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// RoutingVersion is one set of routing rules; the newest is in force.
type RoutingVersion struct {
	ID        int64 `gorm:"primaryKey"`
	Rules     JSON[RoutingRules]
	Author    string
	CreatedAt time.Time
}

// RoutingRules say where new leads go. Rules are asked in order; the first that
// fits decides.
type RoutingRules struct {
	// ByOutcome has sources judged by what came of their leads instead of by the
	// experts' weights.
	ByOutcome bool `json:"by_outcome"`
	// PseudoLeads is how many leads of average worth every source is credited
	// with, so that three lucky ones make no best source.
	PseudoLeads float64       `json:"pseudo_leads"`
	Pool        []int64       `json:"pool"` // reps who take leads of nobody
	Rules       []RoutingRule `json:"rules"`
}

// RoutingRule sends who fits its conditions, all of them, one way. A condition
// that is left out fits everybody.
type RoutingRule struct {
	Key           string   `json:"key"`
	Origins       []Origin `json:"origins,omitempty"`
	Sources       []string `json:"sources,omitempty"`
	MinQuality    float64  `json:"min_quality,omitempty"` // of the source, 0 to 100
	TargetAccount bool     `json:"target_account,omitempty"`
	Route         Route    `json:"route"`
}

// Route is a way for a lead: to the rep whom it added, to an SDR at once, or into
// the programmes that nurture.
type Route string

// The routes.
const (
	RouteRep     Route = "rep"
	RouteSDR     Route = "sdr"
	RouteNurture Route = "nurture"
)

// RouteState is where a routed lead stands.
type RouteState string

// Open: waits for the rep. Taken: the rep works on it. Nurturing: nobody's for
// now. Superseded: a later decision, on better knowledge, took its place.
const (
	RouteOpen       RouteState = "open"
	RouteTaken      RouteState = "taken"
	RouteNurturing  RouteState = "nurturing"
	RouteSuperseded RouteState = "superseded"
)

// LeadRoute is one decision about a lead, made because of one activity.
type LeadRoute struct {
	ID             int64 `gorm:"primaryKey"`
	ActivityID     int64
	ContactID      int64
	RelationshipID int64
	AdderID        int64 // the rep whom the contact added
	RepID          int64 // who is to act; 0 is nobody
	Route          Route
	RuleKey        string
	Version        int64 // RoutingVersion; 0 is the product's own rules
	Source         string
	Quality        float64
	AssignedBy     string // adder, account (its SDR), load (the least loaded of the pool); empty when nobody
	State          RouteState
	TakenAt        *time.Time
	CreatedAt      time.Time
}
