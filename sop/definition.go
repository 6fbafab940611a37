package sop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// maxSteps bounds a programme; nobody follows more.
const maxSteps = 200

// Definition is the structure of a programme: who enters, when which step is
// due, through which channel. Publishing freezes it, without the contents.
type Definition struct {
	Trigger  Trigger         `json:"trigger"`
	Timezone string          `json:"timezone,omitempty"` // IANA name; default is the corp's
	Filter   audience.Filter `json:"filter,omitzero"`
	Window   Window          `json:"window,omitzero"`  // the corp's send hours when it names none
	Entry    Entry           `json:"entry,omitzero"`   // who may come in again
	Holdout  float64         `json:"holdout,omitzero"` // percent of its people who get nothing but its welcome, 0 to 10
	Mode     string          `json:"mode,omitempty"`   // anchor (default) or chained
	// ExitStages end the programme for whoever enters one of them: what has not
	// gone out is cancelled, and what the stage lets them into begins in the same
	// transaction. "*" is every stage.
	ExitStages []string `json:"exit_stages,omitempty"`
	// Programmes of one exclusivity group do not reach a contact on the same day:
	// the higher priority wins, and the loser is put off at most MaxDeferrals times
	// (default 3) before its step is skipped. Priority also decides who takes what
	// room the caps leave.
	Priority     int    `json:"priority,omitempty"`
	Exclusivity  string `json:"exclusivity,omitempty"`
	MaxDeferrals *int   `json:"max_deferrals,omitempty"`
	Steps        []Step `json:"steps"`
}

// defaultDeferrals is how often a conflict's loser is put off before it is skipped.
const defaultDeferrals = 3

func (d Definition) maxDeferrals() int {
	if d.MaxDeferrals != nil {
		return *d.MaxDeferrals
	}
	return defaultDeferrals
}

// Bounds of what decides between programmes.
const (
	maxPriority    = 1000
	maxExclusivity = 64 // characters
	mostDeferrals  = 30
)

func (d Definition) checkLimits(f faults) {
	if d.Priority < -maxPriority || d.Priority > maxPriority {
		f.add("priority", "must be %d to %d", -maxPriority, maxPriority)
	}
	if len([]rune(d.Exclusivity)) > maxExclusivity || d.Exclusivity != strings.TrimSpace(d.Exclusivity) {
		f.add("exclusivity", "name the group in at most %d characters, without spaces around it", maxExclusivity)
	}
	if n := d.maxDeferrals(); n < 0 || n > mostDeferrals {
		f.add("max_deferrals", "must be 0 to %d", mostDeferrals)
	}
}

// Step is one thing to do at one relative time. Key survives versions.
type Step struct {
	Key        string          `json:"key"`
	Name       string          `json:"name,omitempty"`
	Offset     Offset          `json:"offset"`
	Channel    string          `json:"channel"`
	Filter     audience.Filter `json:"filter,omitzero"`
	Grace      Duration        `json:"grace,omitzero"`        // default 12 h
	AddTags    []int64         `json:"add_tags,omitempty"`    // channel tag
	RemoveTags []int64         `json:"remove_tags,omitempty"` // channel tag
	Content    *model.Content  `json:"content,omitempty"`     // in drafts; versions keep none
	Variants   []Variant       `json:"variants,omitempty"`    // instead of one content
	Test       *Test           `json:"test,omitempty"`        // how the variants are compared
	AdvanceOn  Advance         `json:"advance_on,omitzero"`   // what completes the step
}

// Offset is a relative time: so many days, weeks, months or Chinese working
// days after the anchor's local date, at a wall-clock time (the anchor's own,
// unless given), or a duration after the anchor. Day 0 is the anchor's own day.
// Before an anchor that lies ahead, such as an event's start, it is negative.
type Offset struct {
	Day     *int     `json:"day,omitempty"`
	Week    int      `json:"week,omitempty"`    // 7 days
	Month   int      `json:"month,omitempty"`   // the same day of a later month, else its last
	Workday int      `json:"workday,omitempty"` // make-up working days count, holidays do not
	At      string   `json:"at,omitempty"`      // HH:MM
	After   Duration `json:"after,omitzero"`
}

// Window is when messages may go out, as wall-clock times of the SOP's zone.
type Window struct {
	From     string `json:"from,omitempty"`     // HH:MM, inclusive; 09:00 when only the end is named
	To       string `json:"to,omitempty"`       // HH:MM, exclusive; 20:30 when only the beginning is named
	Workdays bool   `json:"workdays,omitempty"` // on working days only
}

// Duration reads and writes "90s", "30m", "4h", "3d", "-2h".
type Duration time.Duration

// UnmarshalJSON reads a duration; days are 24 hours.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return model.Invalid("", `a duration is text such as "30m", "4h" or "3d"`)
	}
	parsed, err := parseDuration(s)
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

func parseDuration(s string) (time.Duration, error) {
	var days int64
	if n, err := fmt.Sscanf(s, "%dd", &days); n == 1 && err == nil && s == fmt.Sprintf("%dd", days) && -maxDays <= days && days <= maxDays {
		return time.Duration(days) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, model.Invalid("", fmt.Sprintf(`%q is no duration: write "30m", "4h" or "3d"`, s))
	}
	return d, nil
}

// MarshalJSON writes whole days as "3d", everything else as Go does.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String implements fmt.Stringer.
func (d Duration) String() string {
	v := time.Duration(d)
	if v != 0 && v%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", v/(24*time.Hour))
	}
	return v.String()
}

// ParseDefinition reads a definition; unknown keys are errors.
func ParseDefinition(doc []byte) (Definition, error) {
	var d Definition
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		var e *model.Error
		if errors.As(err, &e) {
			return d, e
		}
		return d, model.Invalid("definition", "is not a programme: "+err.Error())
	}
	return d, nil
}

// faults collects everything wrong with a definition, by field, so that the
// author mends it in one go.
type faults map[string]string

func (f faults) add(field, format string, args ...any) {
	if _, taken := f[field]; !taken {
		f[field] = fmt.Sprintf(format, args...)
	}
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the programme has faults", Fields: f}
}

// Check validates a draft for publishing: structure, and each step by its
// channel. Every fault is reported at once, keyed by its place.
func (d Definition) Check(channels Channels) error {
	f := faults{}
	d.Trigger.check(f)
	d.checkEntry(f)
	d.checkHoldout(f)
	d.checkMode(f)
	d.checkGroups(f)
	d.checkExit(f)
	if _, err := time.LoadLocation(d.Timezone); err != nil {
		f.add("timezone", "%q is no time zone of the IANA list, such as Asia/Shanghai", d.Timezone)
	}
	if _, err := d.Window.bounds(); err != nil {
		f.add("window", "%v", err)
	}
	d.checkLimits(f)
	if len(d.Steps) == 0 || len(d.Steps) > maxSteps {
		f.add("steps", "needs 1 to %d steps, has %d", maxSteps, len(d.Steps))
	}
	seen := map[string]bool{}
	for i, s := range d.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		if seen[s.Key] {
			f.add(at+".key", "%q is used twice", s.Key)
		}
		seen[s.Key] = true
		s.check(f, at, channels, d.Trigger.ahead())
		if s.Channel == ChannelWelcome && d.Trigger.Kind != TriggerContactAdded {
			f.add(at+".channel", "a welcome needs the trigger %s", TriggerContactAdded)
		}
	}
	return f.err()
}

func (s Step) check(f faults, at string, channels Channels, ahead bool) {
	if !validKey(s.Key) {
		f.add(at+".key", "%q must be 1 to 64 of a–z, 0–9, - and _", s.Key)
	}
	if s.Channel != ChannelWelcome {
		if msg := s.Offset.fault(ahead); msg != "" {
			f.add(at+".offset", "%s", msg)
		}
	}
	if s.Grace < 0 {
		f.add(at+".grace", "a time to wait cannot be negative")
	}
	s.AdvanceOn.check(f, at+".advance_on")
	channel, ok := channels[s.Channel]
	if !ok {
		f.add(at+".channel", "%q is none of %v", s.Channel, channels.Names())
		return
	}
	if len(s.Variants) > 0 || s.Test != nil {
		s.checkVariants(f, at, channel)
		return
	}
	if err := channel.Check(s); err != nil {
		f.add(at, "%s", sentence(err))
	}
}

// validKey tells whether a step or a variant may be called so.
func validKey(key string) bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`).MatchString(key)
}

// sentence is what an error says to a person.
func sentence(err error) string {
	var e *model.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// maxDays bounds how far from its anchor a step may be.
const maxDays = 3650

// dated tells whether the offset counts in calendar days.
func (o Offset) dated() bool { return o.Day != nil || o.Week != 0 || o.Month != 0 || o.Workday != 0 }

// days is how far the offset reaches at most, in calendar days.
func (o Offset) days() int {
	days := o.Week*7 + o.Month*31 + int(time.Duration(o.After)/(24*time.Hour))
	if o.Day != nil {
		days += *o.Day
	}
	return days + o.Workday*2
}

// longestHoliday is more than the days off in a row that any calendar has.
const longestHoliday = 15

// lead is how many days before its anchor the step may be due, at most.
func (o Offset) lead() int {
	lead := -o.days()
	if o.Workday < 0 {
		lead += longestHoliday
	}
	if o.After < 0 {
		lead++
	}
	return max(lead, 0)
}

// fault says what is wrong with the offset; ahead allows it to be negative.
func (o Offset) fault(ahead bool) string {
	kinds := 0
	for _, given := range []bool{o.Day != nil, o.Week != 0, o.Month != 0, o.Workday != 0} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds > 1 || kinds == 1 && o.After != 0:
		return "counts in two ways: choose one of day, week, month, workday, after"
	case kinds == 0 && o.At != "":
		return "has a time but no day"
	case (o.days() < 0 || o.After < 0) && !ahead:
		return "lies before the anchor, which is only for triggers whose anchor lies ahead: an event's start, a contact's date"
	case o.days() < -maxDays || o.days() > maxDays:
		return "must lie within ten years of the anchor"
	case o.At == "":
		return ""
	}
	if _, err := parseClock(o.At); err != nil {
		return "needs the time of day as HH:MM"
	}
	return ""
}

// step returns the step with that key.
func (d Definition) step(key string) (Step, bool) {
	i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Key == key })
	if i < 0 {
		return Step{}, false
	}
	return d.Steps[i], true
}
