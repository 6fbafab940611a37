package sop

import (
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/service/calendar"
)

// catchUpPause spaces overdue steps of one contact after an outage.
const catchUpPause = time.Hour

// overdue is from how late on a step counts as caught up, not as on time.
const overdue = time.Hour

// handOver is how long a contact on the way to another rep is waited for, with
// a look every handOverPause.
const (
	handOver      = 48 * time.Hour
	handOverPause = 5 * time.Minute
)

// reasonWindow says that a touch waits for the send window to open.
const reasonWindow = "window_closed"

// gateReachable asks whether anybody can send.
const gateReachable = "reachable"

// Facts are what planning knows of one enrolled contact at one instant.
type Facts struct {
	Contact  model.Contact       // id, external_userid and name; empty when planning
	Group    model.CustomerGroup // instead of a contact, in programmes for groups
	Audience audience.Facts
	// Voice is the relationship that speaks: the enrollment's own while it is
	// active and its rep employed, else the contact's most recent such one; nil
	// when none is active.
	Voice *model.Relationship
	// Own is the enrollment's relationship, whatever its state.
	Own model.Relationship
	Rep model.Rep // the voice's
	// Done holds the keys of steps that have a touch in this run.
	Done map[string]bool
	// Kept are the variants that the contact had in earlier runs, and Winners
	// those declared for new people, by step key.
	Kept, Winners map[string]string
	// Progress is how far the touches of steps have got, by step key; known only
	// where the programme follows it.
	Progress map[string]Progress
	// Uses are what the contact, and the voice's rep, have been asked to bear
	// already or will be.
	Uses []Use
}

// passing tells whether the contact is on the way to another rep, or the group's
// owner has just left.
func (f Facts) passing(now time.Time) bool {
	if f.Voice != nil {
		return f.Group.ID != 0 && f.Rep.LeftAt != nil && now.Before(f.Rep.LeftAt.Add(handOver))
	}
	ended := f.Own.EndedAt
	return f.Own.State == model.RelationshipTransferred && ended != nil && now.Before(ended.Add(handOver))
}

// Plan is what one enrollment does now.
type Plan struct {
	Touches []model.Touch
	NextDue *time.Time // nil when nothing is left
	Exit    string     // reason, when the enrollment ends
}

// MakePlan is pure: the same facts, definition and instant give the same plan,
// whoever asks. zone and window come from the compiled version.
func MakePlan(e model.Enrollment, v *Version, f Facts, now time.Time) Plan {
	if f.passing(now) {
		later := now.Add(handOverPause)
		return Plan{NextDue: &later}
	}
	if f.Voice == nil {
		return Plan{Exit: f.gone()}
	}
	v = v.shifted(e.Shift)
	if v.givesUp(f, now) {
		return skipRest(e, v, f, now)
	}
	var p Plan
	var caughtUp *time.Time
	f.Uses = slices.Clip(f.Uses) // what is appended here is nobody else's
	steps, look := v.upNext(e, f, now)
	for _, s := range steps {
		wait := s.due
		switch {
		case s.due.After(now):
		case caughtUp != nil && now.Sub(s.due) > overdue && !s.due.Equal(*caughtUp):
			wait = now.Add(catchUpPause)
		default:
			t := planTouch(e, v, s, f, now)
			p.Touches = append(p.Touches, t)
			if t.State == model.TouchPlanned {
				f.Uses = append(f.Uses, v.use(t))
			}
			if t.State == model.TouchPlanned && now.Sub(s.due) > overdue {
				caughtUp = &s.due
			}
			continue
		}
		if p.NextDue == nil || wait.Before(*p.NextDue) {
			next := wait
			p.NextDue = &next
		}
	}
	p.NextDue = earlier(p.NextDue, look)
	return p
}

// newTouch is a step's touch before anything is said of it.
func newTouch(e model.Enrollment, v *Version, s dueStep, f Facts, now time.Time) model.Touch {
	return model.Touch{
		EnrollmentID: &e.ID, SOPID: e.SOPID, VersionID: e.VersionID, StepKey: s.Key, Run: e.Run,
		ContactID: e.ContactID, RepID: f.Voice.RepID, RelationshipID: f.Voice.ID,
		Channel: s.Channel, State: model.TouchPlanned, DueAt: s.due, ExpireAt: s.due.Add(s.grace()),
		NotBefore: v.window.next(now).UTC(), PlannedAt: now, UpdatedAt: now, LocalDay: localDay(s.due, v.corp),
	}
}

func planTouch(e model.Enrollment, v *Version, s dueStep, f Facts, now time.Time) model.Touch {
	t := newTouch(e, v, s, f, now)
	skip := func(gate, reason string) model.Touch {
		t.State, t.Reason, t.FinalAt = model.TouchSkipped, reason, &now
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gate, Say: "skip", Reason: reason})
		return t
	}
	switch {
	case s.Step.before(s.base, s.start(e), v.window):
		return skip("lateness", ReasonBeforeStart)
	case f.Rep.LeftAt != nil:
		return skip(gateReachable, ReasonRepGone)
	case v.refuses(s.Channel, f.Audience):
		return skip(gateWishes, ReasonConsentRefused)
	case !s.Filter.Match(f.Audience):
		return skip("step_filter", ReasonFilter)
	case now.After(t.ExpireAt) || t.NotBefore.After(t.ExpireAt):
		return skip("lateness", ReasonExpired)
	case e.Holdout != "":
		return skip("holdout", ReasonHoldout)
	}
	if t.NotBefore.After(now) {
		until := t.NotBefore
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: "window", Say: "defer", Reason: reasonWindow, Until: &until})
	}
	t.Variant, t.VariantBy = v.variant(*s.Step, e.ContactID, f)
	v.book(&t, *s.Step, f.Uses, now)
	return t
}

// startOf is from when on the enrollment's steps count.
func startOf(e model.Enrollment) time.Time {
	if e.StartAt != nil {
		return *e.StartAt
	}
	return e.AnchorAt
}

// Version is a published definition, compiled.
type Version struct {
	ID, SOPID   int64
	publishedAt time.Time
	Definition
	window   window
	corp     *time.Location // in whose days limits are counted
	channels map[string]ChannelInfo
	limits   Limits
}

// stepFilters are the filters that planning and dispatching ask.
func (v *Version) stepFilters() []audience.Filter {
	var out []audience.Filter
	for _, s := range v.Steps {
		if !s.Filter.Everybody() {
			out = append(out, s.Filter)
		}
	}
	return out
}

// under returns the version with that calendar, those limits and the corp's send
// hours.
func (v *Version) under(days calendar.Days, limits Limits, hours Window) (*Version, error) {
	own := v.within(hours).Window
	bounds, err := own.bounds()
	if err != nil {
		return nil, fmt.Errorf("read send window: %w", err)
	}
	out := *v
	out.window.from, out.window.to, out.window.workdays = bounds[0], bounds[1], own.Workdays
	out.window.days, out.limits = days, limits
	return &out, nil
}

// dueStep is a step at its instant for one anchor, or for what else it counts
// from.
type dueStep struct {
	*Step
	base, due time.Time
}

// start is from when on the step counts: a chained one from its base.
func (s dueStep) start(e model.Enrollment) time.Time {
	if s.base.Equal(e.AnchorAt) {
		return startOf(e)
	}
	return s.base
}

// pending lists the steps without a touch, earliest due first; the welcome has
// its own path.
func (v *Version) pending(anchor time.Time, done map[string]bool) []dueStep {
	if v.chained() {
		return v.chain(anchor, done)
	}
	out := make([]dueStep, 0, len(v.Steps))
	for i := range v.Steps {
		s := &v.Steps[i]
		if s.Channel != ChannelWelcome && !done[s.Key] {
			out = append(out, dueStep{s, anchor, s.due(anchor, v.window)})
		}
	}
	slices.SortStableFunc(out, func(a, b dueStep) int { return a.due.Compare(b.due) })
	return out
}

// first is when a contact with that anchor is first due; nil for a programme
// that is nothing but a welcome.
func (v *Version) first(anchor time.Time) *time.Time {
	if p := v.pending(anchor, nil); len(p) > 0 {
		return &p[0].due
	}
	return nil
}
