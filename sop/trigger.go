package sop

import (
	"maps"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
)

// Trigger kinds: what lets a contact, or a customer group, in. What each means is in triggers.
const (
	TriggerContactAdded    = "contact_added"
	TriggerTagAdded        = "tag_added"
	TriggerStageEntered    = "stage_entered"
	TriggerScoreReached    = "score_reached"
	TriggerFormSubmitted   = "form_submitted"
	TriggerEventRegistered = "event_registered"
	TriggerEventAttended   = "event_attended"
	TriggerLeadRouted      = "lead_routed"
	TriggerContentViewed   = "content_viewed"
	TriggerSilent          = "silent"
	TriggerContactDate     = "contact_date"
	TriggerAudienceEntered = "audience_entered"
	TriggerManual          = "manual"
	TriggerGroupCreated    = "group_created"
	// TriggerOpportunityOpened lets in with whom a deal begins, whatever its source.
	TriggerOpportunityOpened = "opportunity_opened"
)

// Trigger says what enrolls a contact or a customer group.
type Trigger struct {
	Kind       string   `json:"kind"`
	States     []string `json:"states,omitempty"`      // contact_added: channel states; empty = any
	RepIDs     []int64  `json:"rep_ids,omitempty"`     // contact_added, group_created: by these reps; empty = any
	From       string   `json:"from,omitempty"`        // contact_added: HH:MM, inclusive
	To         string   `json:"to,omitempty"`          // contact_added: HH:MM, exclusive; before From it means the next morning
	TagID      int64    `json:"tag_id,omitempty"`      // tag_added
	Stage      string   `json:"stage,omitempty"`       // stage_entered
	Score      *int     `json:"score,omitempty"`       // score_reached: from below it to it or above
	Key        string   `json:"key,omitempty"`         // form, event, content, kind of deal: which; empty = any
	Anchor     string   `json:"anchor,omitempty"`      // event_*: entry (default), start or end of the event
	Days       int      `json:"days,omitempty"`        // silent: 24 hours each
	Field      string   `json:"field,omitempty"`       // contact_date
	Yearly     bool     `json:"yearly,omitempty"`      // contact_date: the day comes round every year
	AudienceID int64    `json:"audience_id,omitempty"` // audience_entered: a saved audience
	// NameContains is a part of the name of the groups meant; empty = any.
	NameContains string `json:"name_contains,omitempty"` // group_created
}

// Anchors of events.
const (
	anchorEntry = "entry"
	anchorStart = "start"
	anchorEnd   = "end"
)

// triggerKind is an entry of the registry: everything that the engine knows of
// one kind of trigger.
type triggerKind struct {
	// on are the activities that let people in.
	on []model.ActivityKind
	// sweep finds people whom no activity announces; nil for the others.
	sweep func(e *Engine, v *Version) sweep
	// takes names the parameters, as they are written; the others must be absent.
	takes []string
	// check adds the faults of the parameters; nil when none is possible.
	check func(t Trigger, f faults)
	// admit tells whether one of the activities is meant; nil means all are.
	admit func(v *Version, a model.Activity) bool
	// anchor is what the activity's contact counts from; nil means its instant.
	anchor func(v *Version, a model.Activity) anchor
	// ahead tells whether the anchor may lie ahead of the entry, so that steps
	// may come before it; nil means it never does.
	ahead func(t Trigger) bool
	// again is the re-entry policy of definitions that choose none.
	again string
	// groups kinds let customer groups in, not people.
	groups bool
	// steady kinds cannot bounce: each entry has an anchor of its own.
	steady bool
}

// anchor is an instant that relative time counts from.
type anchor struct {
	at time.Time // zero: there is none, the activity lets nobody in
	// start is from when on steps count, where that is not the anchor itself.
	start *time.Time
}

// triggers is the registry of what may let a contact in.
func triggers() map[string]triggerKind {
	keyed := func(kind model.ActivityKind) triggerKind {
		return triggerKind{on: []model.ActivityKind{kind}, takes: []string{"key"}, admit: admitsKey}
	}
	event := func(kind model.ActivityKind, ahead func(Trigger) bool) triggerKind {
		return triggerKind{
			on: []model.ActivityKind{kind}, takes: []string{"key", "anchor"}, check: checkEvent,
			admit: admitsKey, anchor: eventAnchor, ahead: ahead,
		}
	}
	return map[string]triggerKind{
		TriggerContactAdded: {
			on: []model.ActivityKind{model.ActivityContactAdded}, takes: []string{"states", "rep_ids", "from", "to"},
			check: checkAdded, admit: func(v *Version, a model.Activity) bool {
				return v.welcomes(a.Data.V.ChannelState, a.RepID, a.OccurredAt)
			},
		},
		TriggerTagAdded: {
			on: []model.ActivityKind{model.ActivityTagAdded}, takes: []string{"tag_id"},
			check: func(t Trigger, f faults) {
				if t.TagID <= 0 {
					f.add("trigger.tag_id", "name the tag that lets people in")
				}
			},
			admit: func(v *Version, a model.Activity) bool { return v.Trigger.TagID == a.Data.V.TagID },
		},
		TriggerStageEntered: {
			on: []model.ActivityKind{model.ActivityStageEntered}, takes: []string{"stage"},
			check: func(t Trigger, f faults) {
				if strings.TrimSpace(t.Stage) == "" {
					f.add("trigger.stage", "name the stage that lets people in")
				}
			},
			admit: func(v *Version, a model.Activity) bool { return v.Trigger.Stage == a.Data.V.Stage },
		},
		TriggerScoreReached: {
			on: []model.ActivityKind{model.ActivityScoreChanged}, takes: []string{"score"},
			check: func(t Trigger, f faults) {
				if t.Score == nil {
					f.add("trigger.score", "name the score that lets people in")
				}
			},
			admit: func(v *Version, a model.Activity) bool {
				return a.Data.V.ScoreBefore < *v.Trigger.Score && *v.Trigger.Score <= a.Data.V.Score
			},
		},
		TriggerFormSubmitted:     keyed(model.ActivityFormSubmitted),
		TriggerContentViewed:     keyed(model.ActivityContentViewed),
		TriggerOpportunityOpened: keyed(model.ActivityOpportunityOpened),
		TriggerLeadRouted:        keyed(model.ActivityLeadRouted),
		TriggerEventRegistered:   event(model.ActivityEventRegistered, func(t Trigger) bool { return t.Anchor == anchorStart || t.Anchor == anchorEnd }),
		TriggerEventAttended:     event(model.ActivityEventAttended, nil),
		TriggerSilent:            {sweep: newSilenceSweep, takes: []string{"days"}, check: checkSilent, again: AgainAlways, steady: true},
		TriggerContactDate: {
			on: []model.ActivityKind{model.ActivityDateSet}, sweep: newDateSweep, takes: []string{"field", "yearly"}, check: checkDate,
			admit: func(v *Version, a model.Activity) bool {
				return v.Trigger.Field == a.Data.V.Field && a.Data.V.Day != ""
			},
			anchor: dateAnchor, ahead: func(Trigger) bool { return true }, again: AgainAlways, steady: true,
		},
		TriggerAudienceEntered: {
			sweep: newAudienceSweep, takes: []string{"audience_id"},
			check: func(t Trigger, f faults) {
				if t.AudienceID <= 0 {
					f.add("trigger.audience_id", "name the saved audience that lets people in")
				}
			},
		},
		TriggerManual: {},
		TriggerGroupCreated: {
			on: []model.ActivityKind{model.ActivityGroupCreated}, takes: []string{"rep_ids", "name_contains"},
			admit: (*Version).admitsGroup, groups: true,
		},
	}
}

// TriggerKinds lists what may let a contact in, sorted.
func TriggerKinds() []string { return slices.Sorted(maps.Keys(triggers())) }

// given names the parameters that the trigger has.
func (t Trigger) given() []string {
	var out []string
	for _, p := range []struct {
		name  string
		given bool
	}{
		{"states", len(t.States) > 0},
		{"rep_ids", len(t.RepIDs) > 0},
		{"from", t.From != ""},
		{"to", t.To != ""},
		{"tag_id", t.TagID != 0},
		{"stage", t.Stage != ""},
		{"score", t.Score != nil},
		{"key", t.Key != ""},
		{"anchor", t.Anchor != ""},
		{"days", t.Days != 0},
		{"field", t.Field != ""},
		{"yearly", t.Yearly},
		{"audience_id", t.AudienceID != 0},
		{"name_contains", t.NameContains != ""},
	} {
		if p.given {
			out = append(out, p.name)
		}
	}
	return out
}

// maxWord bounds the bytes of a name that others give, such as a form's key.
const maxWord = 128

func (t Trigger) check(f faults) {
	kind, ok := triggers()[t.Kind]
	if !ok {
		f.add("trigger.kind", "%q is none of %v", t.Kind, TriggerKinds())
		return
	}
	for _, name := range t.given() {
		if !slices.Contains(kind.takes, name) {
			f.add("trigger."+name, "is no parameter of this trigger")
		}
	}
	for name, word := range map[string]string{"stage": t.Stage, "key": t.Key, "name_contains": t.NameContains} {
		if len(word) > maxWord {
			f.add("trigger."+name, "is longer than %d bytes", maxWord)
		}
	}
	if kind.check != nil {
		kind.check(t, f)
	}
}

// ahead tells whether steps may come before the anchor.
func (t Trigger) ahead() bool {
	kind := triggers()[t.Kind]
	return kind.ahead != nil && kind.ahead(t)
}

func checkAdded(t Trigger, f faults) {
	if (t.From == "") != (t.To == "") {
		f.add("trigger.from", "a time of day has a beginning and an end")
		return
	}
	for name, text := range map[string]string{"from": t.From, "to": t.To} {
		if _, err := parseClock(text); text != "" && err != nil {
			f.add("trigger."+name, "needs the time of day as HH:MM")
		}
	}
	if t.From != "" && t.From == t.To {
		f.add("trigger.to", "must differ from the beginning")
	}
}

// welcomes tells whether a contact is meant who comes by this channel state to
// this rep at that instant.
func (v *Version) welcomes(state string, repID int64, at time.Time) bool {
	t := v.Trigger
	if len(t.States) > 0 && !slices.Contains(t.States, state) || len(t.RepIDs) > 0 && !slices.Contains(t.RepIDs, repID) {
		return false
	}
	from, errFrom := parseClock(t.From)
	to, errTo := parseClock(t.To)
	if errFrom != nil || errTo != nil {
		return true // any time
	}
	local := at.In(v.window.zone)
	clock := clockTime(local.Hour()*60 + local.Minute())
	if from < to {
		return from <= clock && clock < to
	}
	return clock >= from || clock < to
}

func admitsKey(v *Version, a model.Activity) bool {
	return v.Trigger.Key == "" || v.Trigger.Key == a.Data.V.Key
}

func checkEvent(t Trigger, f faults) {
	if !slices.Contains([]string{"", anchorEntry, anchorStart, anchorEnd}, t.Anchor) {
		f.add("trigger.anchor", "%q is none of entry, start, end", t.Anchor)
	}
}

func eventAnchor(v *Version, a model.Activity) anchor {
	at := &a.OccurredAt
	switch v.Trigger.Anchor {
	case anchorStart:
		at = a.Data.V.StartsAt
	case anchorEnd:
		at = a.Data.V.EndsAt
	}
	switch {
	case at == nil:
		return anchor{} // the event has no such time
	case at.Equal(a.OccurredAt):
		return anchor{at: *at}
	}
	return anchor{model.Instant(*at), &a.OccurredAt}
}

// maxSilence bounds the days of silence that a programme may wait for.
const maxSilence = 3650

func checkSilent(t Trigger, f faults) {
	if t.Days < 1 || t.Days > maxSilence {
		f.add("trigger.days", "must be 1 to %d", maxSilence)
	}
}

func checkDate(t Trigger, f faults) {
	if !model.ValidDateField(t.Field) {
		f.add("trigger.field", "%q must be 1 to 32 of a–z, 0–9 and _, and begin with a letter", t.Field)
	}
}

// dateAnchor is the date that was just set, if the sweep has passed it already;
// else the sweep will find it. A date whose steps are all over lets nobody in.
func dateAnchor(v *Version, a model.Activity) anchor {
	day, err := time.ParseInLocation(time.DateOnly, a.Data.V.Day, v.window.zone)
	if err != nil {
		return anchor{}
	}
	if v.Trigger.Yearly {
		day = v.nextRound(day, a.OccurredAt)
	}
	at := anchor{model.Instant(day), &a.OccurredAt}
	if day.After(v.horizon(a.OccurredAt)) || v.over(at) {
		return anchor{}
	}
	return at
}

// nextRound is the first day of that month and day that is not over at now.
func (v *Version) nextRound(day, now time.Time) time.Time {
	year, month, today := now.In(v.window.zone).Date()
	next := roundOf(year, day)
	if next.Before(time.Date(year, month, today, 0, 0, 0, 0, v.window.zone)) {
		next = roundOf(year+1, day)
	}
	return next
}

// roundOf is the day in that year; 29 February is the 28th in most.
func roundOf(year int, day time.Time) time.Time {
	_, month, d := day.Date()
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month, min(d, last), 0, 0, 0, 0, day.Location())
}

// over tells whether all steps of somebody with that anchor lie before their
// start.
func (v *Version) over(a anchor) bool {
	start := a.at
	if a.start != nil {
		start = *a.start
	}
	return !slices.ContainsFunc(v.Steps, func(s Step) bool {
		return s.Channel != ChannelWelcome && !s.before(a.at, start, v.window)
	})
}

// horizon is the last day whose people must be in at now, because a step may
// come before their date: the day of the earliest step and one more.
func (v *Version) horizon(now time.Time) time.Time {
	lead := 1
	for _, s := range v.Steps {
		lead = max(lead, 1+s.Offset.lead())
	}
	year, month, day := now.In(v.window.zone).Date()
	return time.Date(year, month, day+lead, 0, 0, 0, 0, v.window.zone)
}
