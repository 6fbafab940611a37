package sop

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/calendar"
)

// What a programme's linter finds. A finding is no fault: the programme can be
// published, but its author should know.
const (
	LintMoved      = "moved"       // Percent of people get the step when the window opens, not when it says
	LintNever      = "never"       // the step is skipped for everybody
	LintSame       = "same_time"   // Other is due at the same time on the same channel
	LintRepeated   = "repeated"    // Other says the same
	LintPersonal   = "personal"    // every contact is a send of its own
	LintGroupNames = "group_names" // {name} is the group's: every group is a send of its own
	LintNoFallback = "no_fallback" // contacts without a name are skipped
	LintNoCalendar = "no_calendar" // working days of Year are not known
	LintTooLong    = "too_long"    // with a long name, the text is more than WeCom takes
	LintGreetsAll  = "greets_all"  // the welcome goes to those who are held out too

	LintVariantSame   = "variant_same"   // variant Other says the same as an earlier one
	LintVariantUnused = "variant_unused" // variant Other has the weight 0
)

// movedFrom is from how many percent of moved sends on the author is told.
const movedFrom = 30

// Finding is one remark of the linter.
type Finding struct {
	Step    string `json:"step,omitempty"`
	Code    string `json:"code"`
	Percent int    `json:"percent,omitempty"`
	Other   string `json:"other,omitempty"`
	Year    int    `json:"year,omitempty"`
}

// Args are what the finding's sentence is about, in its order.
func (f Finding) Args() []any {
	switch f.Code {
	case LintMoved:
		return []any{f.Step, f.Percent}
	case LintSame, LintRepeated, LintVariantSame, LintVariantUnused:
		return []any{f.Step, f.Other}
	case LintNoCalendar:
		return []any{f.Year}
	}
	return []any{f.Step}
}

// Lint tells what an author would not expect of a valid definition. now says
// which years' holidays matter.
func Lint(d Definition, now time.Time, zone *time.Location, days calendar.Days) ([]Finding, error) {
	w, err := d.schedule(zone)
	if err != nil {
		return nil, err
	}
	w.days = days
	out := []Finding{}
	for i, s := range d.Steps {
		if s.Channel != ChannelWelcome {
			out = append(out, lintTime(s, w, now, d.Trigger.ahead())...)
		}
		out = append(out, lintContent(s)...)
		if s.Channel == ChannelWelcome && d.Holdout > 0 {
			out = append(out, Finding{Step: s.Key, Code: LintGreetsAll})
		}
		for _, other := range d.Steps[:i] {
			out = append(out, lintPair(s, other)...)
		}
	}
	if year := days.MissingYear(now.In(w.zone)); year != 0 && (w.workdays || usesWorkdays(d)) {
		out = append(out, Finding{Code: LintNoCalendar, Year: year})
	}
	return out, nil
}

func usesWorkdays(d Definition) bool {
	for _, s := range d.Steps {
		if s.Offset.Workday != 0 {
			return true
		}
	}
	return false
}

// lintTime tries the step for people who enter at every minute of a working
// week: customers add reps at all hours.
func lintTime(s Step, w window, now time.Time, ahead bool) []Finding {
	const minutes = 7 * 24 * 60
	moved, skipped := 0, 0
	for m := range minutes {
		anchor := now.Add(time.Duration(m) * time.Minute)
		if !ahead && s.before(anchor, anchor, w) {
			skipped++
			continue
		}
		if reason, _ := w.moved(s.Offset.instant(anchor, w)); reason != "" {
			moved++
		}
	}
	if skipped == minutes {
		return []Finding{{Step: s.Key, Code: LintNever}}
	}
	if percent := int(math.Round(100 * float64(moved) / minutes)); percent >= movedFrom {
		return []Finding{{Step: s.Key, Code: LintMoved, Percent: percent}}
	}
	return nil
}

func lintContent(s Step) []Finding {
	text := ""
	if s.Content != nil {
		text = s.Content.Text
	}
	var out []Finding
	long := s.Content != nil && overlong(*s.Content)
	for i, v := range s.Variants {
		if v.Content != nil {
			text += v.Content.Text
			long = long || overlong(*v.Content)
		}
		if v.Weight == 0 {
			out = append(out, Finding{Step: s.Key, Code: LintVariantUnused, Other: v.Key})
		}
		if slices.ContainsFunc(s.Variants[:i], func(w Variant) bool { return sameJSON(v.Content, w.Content) }) {
			out = append(out, Finding{Step: s.Key, Code: LintVariantSame, Other: v.Key})
		}
	}
	if strings.Contains(text, "{name") && s.Channel == ChannelGroupChat {
		return append(out, Finding{Step: s.Key, Code: LintGroupNames})
	}
	if strings.Contains(text, "{name") && s.Channel == "group_message" {
		out = append(out, Finding{Step: s.Key, Code: LintPersonal})
	}
	if strings.Contains(text, "{name}") {
		out = append(out, Finding{Step: s.Key, Code: LintNoFallback})
	}
	if long && s.Channel != "rep_prompt" {
		out = append(out, Finding{Step: s.Key, Code: LintTooLong})
	}
	return out
}

// longName is the longest name that WeChat lets people have: 32 characters.
const longName = 32

// overlong tells whether people with long names cannot get the text: they are
// skipped.
func overlong(c model.Content) bool {
	name := strings.Repeat("名", longName)
	long, err := c.Render(model.Fields{Name: name, Rep: name})
	return err == nil && len(long.Text) > model.MaxTextBytes
}

func lintPair(s, other Step) []Finding {
	var out []Finding
	if s.Channel == other.Channel && s.Channel != ChannelWelcome && sameJSON(s.Offset, other.Offset) && sameJSON(s.Filter, other.Filter) {
		out = append(out, Finding{Step: s.Key, Code: LintSame, Other: other.Key})
	}
	if s.Content != nil && other.Content != nil && sameJSON(s.Content, other.Content) {
		out = append(out, Finding{Step: s.Key, Code: LintRepeated, Other: other.Key})
	}
	return out
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
