package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtouch/model"
)

// Why a contact entered a rung, as stage events say it; what each means to a
// person is in the catalogue under "stage.reason.<code>", with the event's values.
const (
	ReasonReachable = "reachable"  // added a rep of ours
	ReasonEngaged   = "engagement" // values: engagement, threshold
	ReasonViewed    = "viewed"     // seconds, threshold
	ReasonScore     = "score"      // score, threshold, fit, threshold
	ReasonAction    = "action"     // the activity's kind
	ReasonFaded     = "faded"      // score, threshold, days
	ReasonAccepted  = "accepted"   // who
	ReasonClock     = "clock"      // nobody answered in time, and the clock accepts; minutes
	ReasonRejected  = "rejected"   // why, a loss reason
	ReasonQualified = "qualified"  // how many of the four questions are answered
	ReasonOpened    = "opened"     // the opportunity's id
	ReasonWon       = "won"        // the opportunity's id
	ReasonLost      = "lost"       // why, a loss reason
	ReasonReopened  = "reopened"   // the opportunity's id
	ReasonByHand    = "by_hand"    // why, a loss reason, where one was given
)

// Rules say who enters the rungs that nobody decides on by hand. A contact is a
// MAL once they can be reached, which no rule changes.
type Rules struct {
	MIL MILRule `json:"mil"`
	MQL MQLRule `json:"mql"`
}

// MILRule makes a MIL; either is enough.
type MILRule struct {
	Engagement  float64 `json:"engagement"`   // 0 to 100, at least
	ViewSeconds int     `json:"view_seconds"` // of one content, at least
}

// MQLRule makes an MQL: score and fit together, or any of the actions. Whoever has been an MQL
// for FallAfterDays goes back as soon as the score is below FallBelow; the gap
// between the two thresholds keeps people from going up and down.
type MQLRule struct {
	Score         float64              `json:"score"` // at least
	Fit           float64              `json:"fit"`   // at least
	Actions       []model.ActivityKind `json:"actions"`
	FallBelow     float64              `json:"fall_below"`
	FallAfterDays int                  `json:"fall_after_days"` // 24 hours each
}

// DefaultRules are version 0: what holds until marketing and sales have signed
// something else.
func DefaultRules() Rules {
	return Rules{
		MIL: MILRule{Engagement: 25, ViewSeconds: 60},
		MQL: MQLRule{
			Score: 60, Fit: 40, FallBelow: 50, FallAfterDays: 14,
			Actions: []model.ActivityKind{model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityVisitBooked},
		},
	}
}

// ActionKinds are the activities that rules may make an MQL of.
func ActionKinds() []model.ActivityKind {
	return []model.ActivityKind{
		model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityTrialActivated, model.ActivityVisitBooked, model.ActivityMeetingHeld,
		model.ActivityFormSubmitted, model.ActivityEventRegistered, model.ActivityEventAttended, model.ActivityConversationLogged,
	}
}

// maxFallDays bounds how long an MQL may be kept whatever the score.
const maxFallDays = 365

// ParseRules reads and checks rules; every fault is told at once.
func ParseRules(doc []byte) (Rules, error) {
	var r Rules
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, &model.Error{Code: model.CodeInvalid, Message: "the rules are not the JSON object that is asked for", Err: err}
	}
	return r, r.check()
}

func (r Rules) check() error {
	faults := map[string]string{}
	for field, v := range map[string]float64{
		"mil.engagement": r.MIL.Engagement, "mql.score": r.MQL.Score, "mql.fit": r.MQL.Fit, "mql.fall_below": r.MQL.FallBelow,
	} {
		if v < 0 || v > 100 {
			faults[field] = "must be 0 to 100"
		}
	}
	if r.MIL.ViewSeconds < 1 || r.MIL.ViewSeconds > 3600 {
		faults["mil.view_seconds"] = "must be 1 to 3600 seconds"
	}
	if r.MQL.FallAfterDays < 1 || r.MQL.FallAfterDays > maxFallDays {
		faults["mql.fall_after_days"] = "must be 1 to 365 days"
	}
	if faults["mql.fall_below"] == "" && r.MQL.FallBelow > r.MQL.Score {
		faults["mql.fall_below"] = "must not be above the score that makes an MQL"
	}
	if len(r.MQL.Actions) > len(ActionKinds()) {
		faults["mql.actions"] = "names an action twice"
	}
	for i, kind := range r.MQL.Actions {
		switch {
		case !slices.Contains(ActionKinds(), kind):
			faults["mql.actions"] = fmt.Sprintf("%q is none of %v", kind, ActionKinds())
		case slices.Contains(r.MQL.Actions[:i], kind):
			faults["mql.actions"] = "names an action twice"
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the rules have faults", Fields: faults}
}

// step is a move that rules ask for.
type step struct {
	to     string
	reason string
	values []string
}

// decide tells where an activity, or the passing of time (the zero activity),
// takes a contact; ok is false when they stay. Sales' rungs are people's acts:
// nobody enters or leaves them by rules, and a customer is none of their
// business. Who was lost comes back by an action only.
func (r Rules) decide(p person, a model.Activity, now time.Time) (step, bool) {
	at := Rank(p.Stage)
	switch {
	case at > Rank(model.StageMQL):
	case p.Stage == model.StageMQL && slices.Contains(r.MQL.Actions, a.Kind):
		// Whoever asks again is one anew: the days until they may fade begin again.
		if p.StageAt != nil && now.Sub(*p.StageAt) >= renewAfter {
			return step{model.StageMQL, ReasonAction, []string{string(a.Kind)}}, true
		}
	case p.Stage == model.StageMQL:
		if r.faded(p, now) {
			return step{model.StageMIL, ReasonFaded, []string{number(*p.Score), number(r.MQL.FallBelow), strconv.Itoa(r.MQL.FallAfterDays)}}, true
		}
	case slices.Contains(r.MQL.Actions, a.Kind):
		return step{model.StageMQL, ReasonAction, []string{string(a.Kind)}}, true
	case p.Stage == model.StageLost:
	case atLeast(p.Score, r.MQL.Score) && atLeast(p.Fit, r.MQL.Fit):
		return step{model.StageMQL, ReasonScore, []string{number(*p.Score), number(r.MQL.Score), number(*p.Fit), number(r.MQL.Fit)}}, true
	case p.Stage == model.StageMIL:
	case atLeast(p.Engagement, r.MIL.Engagement):
		return step{model.StageMIL, ReasonEngaged, []string{number(*p.Engagement), number(r.MIL.Engagement)}}, true
	case a.Kind == model.ActivityContentViewed && a.Data.V.Seconds >= r.MIL.ViewSeconds:
		return step{model.StageMIL, ReasonViewed, []string{strconv.Itoa(a.Data.V.Seconds), strconv.Itoa(r.MIL.ViewSeconds)}}, true
	case p.Stage == "" && reaches(a):
		return step{model.StageMAL, ReasonReachable, nil}, true
	}
	return step{}, false
}

// renewAfter is how old an MQL is before another action makes them one anew: not
// every click is an event.
const renewAfter = 24 * time.Hour

// faded tells whether an MQL is to go back: the score is known, too low, and
// they have been one for long enough.
func (r Rules) faded(p person, now time.Time) bool {
	return p.StageAt != nil && !now.Before(p.StageAt.Add(r.fallAfter())) && p.Score != nil && *p.Score < r.MQL.FallBelow
}

func (r Rules) fallAfter() time.Duration { return time.Duration(r.MQL.FallAfterDays) * 24 * time.Hour }

// reaches tells whether an activity shows that the contact can be reached.
func reaches(a model.Activity) bool { return a.ByContact() || a.Kind == model.ActivityTakenOver }

func atLeast(v *float64, threshold float64) bool { return v != nil && *v >= threshold }

// number writes a score for people: without needless decimals, and never rounded
// up to a threshold that it has not reached.
func number(v float64) string {
	text := strconv.FormatFloat(float64(int(v*10))/10, 'f', 1, 64)
	return strings.TrimSuffix(text, ".0")
}

// Change is one difference between two versions of the rules. Field is the path
// of a value, From and To are as the document writes them.
type Change struct {
	Field, From, To string
}

// Diff lists what differs between two rule sets, in the order of the document.
func Diff(from, to Rules) []Change {
	out := []Change{}
	for _, f := range []struct {
		name string
		of   func(Rules) any
	}{
		{"mil.engagement", func(r Rules) any { return r.MIL.Engagement }},
		{"mil.view_seconds", func(r Rules) any { return r.MIL.ViewSeconds }},
		{"mql.score", func(r Rules) any { return r.MQL.Score }},
		{"mql.fit", func(r Rules) any { return r.MQL.Fit }},
		{"mql.actions", func(r Rules) any { return slices.Sorted(slices.Values(r.MQL.Actions)) }},
		{"mql.fall_below", func(r Rules) any { return r.MQL.FallBelow }},
		{"mql.fall_after_days", func(r Rules) any { return r.MQL.FallAfterDays }},
	} {
		if a, b := fmt.Sprint(f.of(from)), fmt.Sprint(f.of(to)); a != b {
			out = append(out, Change{f.name, a, b})
		}
	}
	return out
}
