package sop

import (
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/service/calendar"
)

// Why a step does not happen at the instant that its offset names.
const (
	MovedHoliday = "holiday"       // a day off that a notice names
	MovedWeekend = "weekend"       // a day off that none names
	MovedWindow  = "window_closed" // outside the send window's hours
)

// Expected is one step of a forecast.
type Expected struct {
	Step    string    `json:"step"`
	Due     time.Time `json:"due"` // in the programme's zone
	Channel string    `json:"channel"`
	// Reason says why the calendar moved it, or why it will be skipped
	// (ReasonBeforeStart); empty when it is due just when its offset says.
	Reason  string `json:"reason,omitempty"`
	Holiday string `json:"holiday,omitempty"` // the holiday's name
	// Limit is the cap or quota that puts it off until At, or has it skipped; empty
	// when there is room on its day.
	Limit   string    `json:"limit,omitempty"`
	At      time.Time `json:"at,omitzero"` // in the programme's zone
	Skipped bool      `json:"skipped,omitempty"`
}

// Setting is what a forecast for somebody who is not known yet rests on.
type Setting struct {
	Zone *time.Location // the corp's
	Days calendar.Days
	// Channels and Limits let caps and quota be asked; without channels they are
	// not.
	Channels Channels
	Limits   Limits
}

// Forecast is what one contact with that anchor would get and when if nobody else
// asked for their attention, by the code that plans: the calendar, the caps and
// WeCom's quota. Filters are not asked: nobody is known yet.
func Forecast(d Definition, anchor time.Time, s Setting) ([]Expected, error) {
	w, err := d.schedule(s.Zone)
	if err != nil {
		return nil, err
	}
	w.days = s.Days
	v := &Version{Definition: d, window: w, corp: s.Zone, channels: s.Channels.infos(), limits: s.Limits}
	told := v.foretell(anchor, s)
	out := []Expected{}
	for _, step := range v.Steps {
		if step.Channel == ChannelWelcome {
			out = append(out, Expected{Step: step.Key, Due: anchor.In(w.zone), Channel: step.Channel})
		}
	}
	for _, step := range v.pending(anchor, nil) {
		e := Expected{Step: step.Key, Due: step.due.In(w.zone), Channel: step.Channel}
		if !d.Trigger.ahead() && step.Step.before(step.base, step.base, w) {
			e.Reason = ReasonBeforeStart
		} else {
			e.Reason, e.Holiday = w.moved(step.Offset.instant(step.base, w))
			e.limit(told[step.Key])
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Expected) int { return a.Due.Compare(b.Due) })
	return out, nil
}

// limit adds what the caps and the quota make of the step.
func (e *Expected) limit(t model.Touch) {
	for _, v := range t.Verdicts.V {
		if v.Gate == gateLimits {
			e.Limit = v.Reason
		}
	}
	switch {
	case e.Limit == "":
	case t.State == model.TouchSkipped:
		e.Skipped = true
	default:
		e.At = t.NotBefore.In(e.Due.Location())
	}
}

// foretell plays the programme for somebody nobody knows, as Outlook plays it for
// the people inside, and tells of each step its touch.
func (v *Version) foretell(anchor time.Time, s Setting) map[string]model.Touch {
	out := map[string]model.Touch{}
	pending := v.pending(anchor, nil)
	if len(s.Channels) == 0 || len(pending) == 0 || v.forGroups() {
		return out
	}
	begin, end := anchor, anchor
	for _, step := range pending {
		if v.Trigger.ahead() && step.due.Before(begin) {
			begin = step.due
		}
		end = later(end, step.due.Add(step.grace()))
	}
	anybody := *v
	anybody.Steps = slices.Clone(v.Steps)
	o := newOracle(&Engine{Deps: Deps{Channels: s.Channels, Config: Config{Zone: s.Zone}}}, begin, end)
	for i := range anybody.Steps {
		step := &anybody.Steps[i]
		step.Filter = audience.Filter{}
		said := model.StepContent{Content: model.AsJSON(model.Content{Text: "-"}), Variants: model.AsJSON(map[string]model.Content{})}
		for _, variant := range step.Variants {
			said.Variants.V[variant.Key] = said.Content.V
		}
		o.contents[contentKey{v.SOPID, step.Key}] = said
	}
	const nobody = 1
	o.people.contacts[nobody] = model.Contact{ID: nobody, Name: "-"}
	o.people.reps[nobody] = model.Rep{ID: nobody, Name: "-"}
	o.people.relationships[nobody] = []model.Relationship{{ID: nobody, ContactID: nobody, RepID: nobody, State: model.RelationshipActive}}
	en := model.Enrollment{
		ID: nobody, ContactID: nobody, RepID: nobody, RelationshipID: nobody, Run: 1, State: model.EnrollmentActive,
		AnchorAt: anchor, StartAt: &begin, NextDueAt: &pending[0].due,
	}
	o.versions[en.VersionID], o.sops[en.SOPID] = &anybody, model.SOP{State: model.SOPLive}
	o.seats, o.facts[en.ID] = []model.Enrollment{en}, o.people.factsFor(nobody, nobody)
	o.play()
	for _, p := range o.out.Touches {
		out[p.StepKey] = p.Touch
	}
	return out
}

// moved says why next does not leave t where it is.
func (w window) moved(t time.Time) (reason, holiday string) {
	local := t.In(w.zone)
	minute := clockTime(local.Hour()*60 + local.Minute())
	switch {
	case w.workdays && !w.days.Working(local):
		if name := w.days.Name(local); name != "" {
			return MovedHoliday, name
		}
		return MovedWeekend, ""
	case minute < w.from || minute >= w.to:
		return MovedWindow, ""
	}
	return "", ""
}
