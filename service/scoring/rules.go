// Package scoring says what contacts and accounts are worth following up, and
// why. What an activity is worth is a line of a ledger; a score is a pure
// function of the ledger, the fields and the instant, and the numbers on a
// contact's or an account's row are copies of it that a loop renews before they
// are off by a point.
package scoring

import (
	"math"
	"time"

	"sixtouch/model"
)

// day is 24 hours: ages and half-lives know no calendar.
const day = 24 * time.Hour

// Unknown is the key of the role that nobody knows.
const Unknown = "unknown"

// Rules is one version of how scores are made. A contact's score is
//
//	weights.fit × F + weights.engagement × E + weights.intent × I
//
// each 0 to 100, with E = 100 × (1 − e^(−R ÷ saturation)) and
// R = Σ points × role weight × 0.5^(age in days ÷ half-life).
type Rules struct {
	Weights Weights `json:"weights"`
	// Either Decay or Silence: a quiet contact is not marked down twice.
	Decay          *Decay                 `json:"decay,omitempty"`
	Silence        []SilenceStep          `json:"silence,omitempty"`
	Saturation     float64                `json:"saturation"`
	IntentHalfLife float64                `json:"intent_half_life_days"`
	RoleWeights    map[model.Role]float64 `json:"role_weights"`
	Events         []EventRule            `json:"events"`
	Intent         []IntentRule           `json:"intent"`
	Fit            FitRules               `json:"fit"`
	Grades         Grades                 `json:"grades"`
	Engaged        EngagedRules           `json:"engaged"`
}

// Weights of the three parts; their sum is 1.
type Weights struct {
	Fit        float64 `json:"fit"`
	Engagement float64 `json:"engagement"`
	Intent     float64 `json:"intent"`
}

// Decay is how fast engagement fades.
type Decay struct {
	HalfLifeDays float64 `json:"half_life_days"`
}

// SilenceStep takes Points (below 0) off the whole score of who has been silent
// for Days or longer; the longest step that is reached replaces the others.
type SilenceStep struct {
	Days   int     `json:"days"`
	Points float64 `json:"points"`
}

// EventRule says what one doing of a contact is worth. The first rule of the
// list that an activity fits counts, and no other.
type EventRule struct {
	Key        string               `json:"key"`
	Name       string               `json:"name,omitempty"` // for people, where the catalogue knows none
	On         []model.ActivityKind `json:"on"`
	Keys       []string             `json:"keys,omitempty"`        // of these contents, forms, events; empty = any
	Tags       []int64              `json:"tags,omitempty"`        // tag_added: these tags
	MinSeconds int                  `json:"min_seconds,omitempty"` // of viewing or talking
	Points     float64              `json:"points"`
	Cap        *Cap                 `json:"cap,omitempty"`
	HighValue  bool                 `json:"high_value,omitempty"`
}

// Cap bounds how often a rule counts.
type Cap struct {
	Times int `json:"times"`
	// Per is day (local), subject, subject_week (local, from Monday) or once. The
	// subject is the content, the form or the event. What is over once its line
	// has expired may count again.
	Per string `json:"per"`
}

// The windows of a cap.
const (
	PerDay         = "day"
	PerSubject     = "subject"
	PerSubjectWeek = "subject_week"
	PerOnce        = "once"
)

// IntentRule says what a known answer about budget, authority, need or timing,
// or a reason to act now, is worth. Only the latest answer of a key counts.
type IntentRule struct {
	Key    string  `json:"key"` // what need_answered's key says
	Points float64 `json:"points"`
	Fades  bool    `json:"fades,omitempty"` // by intent_half_life_days
	Days   int     `json:"days,omitempty"`  // it counts for so long; 0 = always
}

// FitRules say how well somebody fits the ideal customer. A list or a range that
// is empty is not judged: the field then gives what an unknown one gives.
type FitRules struct {
	Roles      map[model.Role]float64 `json:"roles"` // points by role; "unknown" too
	Industries []string               `json:"industries"`
	Regions    []string               `json:"regions"`
	Employees  Range                  `json:"employees"`
	ACV        Range                  `json:"acv"`        // CNY a year
	TechSpend  Range                  `json:"tech_spend"` // CNY a year
	Points     FitPoints              `json:"points"`
	// Prior is the share of its points, 0 to 1, that an unknown field gives: about
	// what the field gives on average.
	Prior float64 `json:"prior"`
}

// FitPoints is what a match is worth, beside the role's.
type FitPoints struct {
	Industry float64 `json:"industry"`
	Size     float64 `json:"size"`
	Region   float64 `json:"region"`
	Budget   float64 `json:"budget"`
	Process  float64 `json:"process"`
}

// Range is from Min to Max, both within; nil is open.
type Range struct {
	Min *int64 `json:"min,omitempty"`
	Max *int64 `json:"max,omitempty"`
}

func (r Range) empty() bool { return r.Min == nil && r.Max == nil }

func (r Range) holds(n int64) bool {
	return (r.Min == nil || *r.Min <= n) && (r.Max == nil || n <= *r.Max)
}

// Grades are the fits from which on a grade is given; below C it is D.
type Grades struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
	C float64 `json:"c"`
}

func (g Grades) of(fit float64) string {
	switch {
	case fit >= g.A:
		return "A"
	case fit >= g.B:
		return "B"
	case fit >= g.C:
		return "C"
	}
	return "D"
}

// EngagedRules say when an account is engaged: one click is not.
type EngagedRules struct {
	Points    float64      `json:"points"`     // of the account's engagement, at least
	People    int          `json:"people"`     // who did something within Days
	HighValue int          `json:"high_value"` // different high-value doings within Days
	Days      int          `json:"days"`
	KPTiers   []model.Tier `json:"kp_tiers"` // where a key person must be among them
	Roles     int          `json:"roles"`    // different ones among them make it multi-threaded
}

// Defaults are the rules that hold until others are published: version 0.
func Defaults() Rules {
	return Rules{
		Weights: Weights{Fit: .35, Engagement: .45, Intent: .2},
		Decay:   &Decay{HalfLifeDays: 30}, Saturation: 60, IntentHalfLife: 60,
		RoleWeights: map[model.Role]float64{
			model.RoleBoss: 2, model.RoleDecisionMaker: 2, model.RoleCTO: 2, model.RoleCIO: 2,
			model.RoleInfluencer: 1.5, model.RolePurchasing: 1.5, model.RoleDepartmentHead: 1.5,
			model.RolePractitioner: 1, model.RoleIntern: .5, Unknown: .5, model.RoleCompetitor: 0,
		},
		Events: defaultEvents(),
		Intent: []IntentRule{
			{Key: "budget", Points: 20},
			{Key: "authority", Points: 20},
			{Key: "need", Points: 20},
			{Key: "timing", Points: 20, Fades: true},
			{Key: "trigger", Points: 20, Fades: true, Days: 30},
		},
		Fit: FitRules{
			Roles: map[model.Role]float64{
				model.RoleBoss: 25, model.RoleDecisionMaker: 25, model.RoleCTO: 25, model.RoleCIO: 25, model.RoleDepartmentHead: 20,
				model.RoleInfluencer: 15, model.RolePurchasing: 15, model.RolePractitioner: 8, Unknown: 5,
				model.RoleIntern: 0, model.RoleCompetitor: 0,
			},
			Industries: []string{}, Regions: []string{},
			Points: FitPoints{Industry: 20, Size: 20, Region: 10, Budget: 15, Process: 10}, Prior: .5,
		},
		Grades:  Grades{A: 80, B: 60, C: 40},
		Engaged: EngagedRules{Points: 40, People: 2, HighValue: 2, Days: 30, KPTiers: []model.Tier{model.TierA}, Roles: 3},
	}
}

func defaultEvents() []EventRule {
	viewed := []model.ActivityKind{model.ActivityContentViewed}
	on := func(kinds ...model.ActivityKind) []model.ActivityKind { return kinds }
	return []EventRule{
		{Key: "price_asked", On: on(model.ActivityPriceAsked, model.ActivityTagAdded), Points: 30, Cap: &Cap{1, PerDay}, HighValue: true},
		{Key: "meeting_held", On: on(model.ActivityMeetingHeld), Points: 40, HighValue: true},
		{Key: "trial_opened", On: on(model.ActivityTrialOpened), Points: 40, Cap: &Cap{1, PerOnce}, HighValue: true},
		{Key: "trial_activated", On: on(model.ActivityTrialActivated), Points: 30, Cap: &Cap{1, PerOnce}, HighValue: true},
		{Key: "visit_booked", On: on(model.ActivityVisitBooked), Points: 20, Cap: &Cap{1, PerDay}, HighValue: true},
		{Key: "replied", On: on(model.ActivityReplied, model.ActivityConversationLogged, model.ActivityPromptAnswered), Points: 15, Cap: &Cap{2, PerDay}},
		{Key: "call_answered", On: on(model.ActivityCallAnswered), MinSeconds: 60, Points: 15, Cap: &Cap{1, PerDay}},
		{Key: "event_attended", On: on(model.ActivityEventAttended), Points: 30, Cap: &Cap{1, PerSubject}},
		{Key: "event_registered", On: on(model.ActivityEventRegistered), Points: 10, Cap: &Cap{1, PerSubject}},
		{Key: "careers_viewed", On: viewed, Keys: []string{"careers"}, Points: -10, Cap: &Cap{1, PerOnce}},
		{Key: "price_viewed", On: viewed, Keys: []string{"price"}, Points: 15, Cap: &Cap{1, PerDay}, HighValue: true},
		{Key: "watched", On: viewed, MinSeconds: 1200, Points: 20, Cap: &Cap{1, PerSubject}, HighValue: true},
		{Key: "content_viewed", On: viewed, MinSeconds: 60, Points: 10, Cap: &Cap{1, PerSubjectWeek}, HighValue: true},
		{Key: "form_submitted", On: on(model.ActivityFormSubmitted), Points: 10, Cap: &Cap{1, PerSubject}},
		{Key: "qr_scanned", On: on(model.ActivityContactAdded), Points: 10, Cap: &Cap{1, PerSubject}},
		{Key: "moment_liked", On: on(model.ActivityMomentLiked), Points: 3, Cap: &Cap{2, PerDay}},
		{Key: "moment_commented", On: on(model.ActivityMomentCommented), Points: 5, Cap: &Cap{2, PerDay}},
		{Key: "declined", On: on(model.ActivityDeclined), Points: -20, Cap: &Cap{1, PerDay}},
	}
}

// faded is what is left of 1 after age: 0.5^(age ÷ half-life). Without a half-life
// nothing fades.
func faded(age time.Duration, halfLifeDays float64) float64 {
	if halfLifeDays <= 0 || age <= 0 {
		return 1
	}
	return math.Exp2(-age.Hours() / 24 / halfLifeDays)
}

// halfLife of engagement in days; 0 where it does not fade.
func (r Rules) halfLife() float64 {
	if r.Decay == nil {
		return 0
	}
	return r.Decay.HalfLifeDays
}

// roleWeight is what a person's doings are multiplied by; a key person counts at
// least like an influencer.
func (r Rules) roleWeight(role model.Role, kp bool) float64 {
	return byRole(r.RoleWeights, role, kp)
}

func byRole(table map[model.Role]float64, role model.Role, kp bool) float64 {
	weight, ok := table[role]
	if !ok {
		weight = table[Unknown]
	}
	if kp && role != model.RoleCompetitor {
		weight = max(weight, table[model.RoleInfluencer])
	}
	return weight
}
