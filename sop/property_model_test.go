package sop_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The reference model says what everybody must get, from the rules of the
// product alone: it shares no code with the engine, not even the calendar, and
// it knows neither crashes nor faults, because they must change nothing.

// stamp is a time in minutes since 1970 on the clocks of Shanghai, which have
// not been moved since 1991.
type stamp int64

const (
	hour   = 60
	oneDay = 24 * hour
	never  = stamp(1) << 60
)

func stampOf(t time.Time) stamp { return stamp(t.Unix()/60) + 8*hour }

func (m stamp) time() time.Time { return time.Unix(int64(m-8*hour)*60, 0).UTC() }

func (m stamp) day() int { return int(m / oneDay) }

func (m stamp) clock() int { return int(m % oneDay) }

func at(day, clock int) stamp { return stamp(day)*oneDay + stamp(clock) }

func (m stamp) String() string {
	y, mon, d := civil(m.day())
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d", y, mon, d, m.clock()/60, m.clock()%60)
}

// monthLength is how many days that month has.
func monthLength(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// civil is the date of a day counted from 1970-01-01, found by counting.
func civil(day int) (year, month, date int) {
	year, month = 1970, 1
	for day >= monthLength(year, month) {
		day -= monthLength(year, month)
		if month++; month > 12 {
			year, month = year+1, 1
		}
	}
	return year, month, day + 1
}

// dayOf is the number of the day of a date, found by counting.
func dayOf(year, month, date int) int {
	n := date - 1
	for y, m := 1970, 1; y < year || m < month; {
		n += monthLength(y, m)
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	return n
}

// worked tells whether a day of 2026 is worked, as the State Council has it.
func worked(day int) bool {
	_, month, date := civil(day)
	md := month*100 + date
	for _, off := range [][2]int{{101, 103}, {215, 223}, {404, 406}, {501, 505}, {619, 621}, {925, 927}, {1001, 1007}} {
		if off[0] <= md && md <= off[1] {
			return false
		}
	}
	if slices.Contains([]int{104, 214, 228, 509, 920, 1010}, md) {
		return true
	}
	weekday := (day + 4) % 7 // 1970-01-01 was a Thursday; 0 is Sunday
	return weekday != 0 && weekday != 6
}

// Channels of the model's steps.
const (
	toMessage = "group_message"
	toPrompt  = "rep_prompt"
	toTag     = "tag"
)

// refStep is a step: so many units after the anchor, at a clock time, except
// for "after", which counts minutes.
type refStep struct {
	key, unit string
	n, at     int
	grace     int // minutes
	channel   string
	filter    string // any: for those who are marked, none: for the others
	personal  bool
}

// refSOP is a programme; its texts are by step key, of all versions.
type refSOP struct {
	name     string
	onTag    bool // begins with a tag, else with the addition
	from, to int  // the send window, minutes after midnight
	workdays bool
	steps    []refStep
	texts    map[string]int // step key → how often its text has been edited
}

// say is what a step says now; the name of programme and step is in every text.
func (s *refSOP) say(step refStep, who string) string {
	out := fmt.Sprintf("%s·%s·%d", s.name, step.key, s.texts[step.key])
	if step.personal {
		out += "·" + who
	}
	return out
}

// due is when the step is due for that anchor, and where its offset points
// before the window has its say.
func (s *refSOP) due(step refStep, anchor stamp) (due, raw stamp) {
	day := anchor.day()
	switch step.unit {
	case "after":
		raw = anchor + stamp(step.n)
		return s.opens(raw), raw
	case "day":
		day += step.n
	case "week":
		day += 7 * step.n
	case "workday":
		for left := step.n; left > 0; {
			if day++; worked(day) {
				left--
			}
		}
	case "month":
		year, month, date := civil(day)
		month += step.n
		year, month = year+(month-1)/12, (month-1)%12+1
		day = dayOf(year, month, min(date, monthLength(year, month)))
	}
	raw = at(day, step.at)
	return s.opens(raw), raw
}

// opens is m inside the window: a day that is not worked moves the day, an hour
// outside moves to the next opening.
func (s *refSOP) opens(m stamp) stamp {
	for {
		switch {
		case s.workdays && !worked(m.day()):
			m += oneDay
		case m.clock() < s.from:
			return at(m.day(), s.from)
		case m.clock() >= s.to:
			m = at(m.day()+1, s.from)
		default:
			return m
		}
	}
}

// refPerson is a customer of one rep.
type refPerson struct {
	name, rep string
	marked    bool // wears the tag that step filters ask for
	begun     bool // wears, or wore, the tag that programmes begin with
	lost      bool // has deleted the rep
}

// refTouch is where a step stands for somebody. sent is never while it has not
// gone out.
type refTouch struct {
	step               refStep
	state, reason      string
	text               string
	due, opens, expire stamp
	sent, confirmed    stamp
}

// refRun is one person in one programme.
type refRun struct {
	sop     *refSOP
	who     *refPerson
	steps   []refStep // its version's
	anchor  stamp
	state   string // active, completed, exited
	next    stamp
	touches map[string]*refTouch
}

// received is a message in somebody's chat.
type received struct {
	who, text string
	at        stamp
}

// reference is the world as it must be.
type reference struct {
	sops   []*refSOP
	people []*refPerson
	runs   []*refRun
	ledger []received
}

func (r *reference) enter(who *refPerson, onTag bool, now stamp) {
	for _, s := range r.sops {
		inside := slices.ContainsFunc(r.runs, func(run *refRun) bool { return run.sop == s && run.who == who })
		if s.onTag != onTag || inside {
			continue
		}
		run := &refRun{sop: s, who: who, steps: s.steps, anchor: now, state: "active", next: never, touches: map[string]*refTouch{}}
		for _, step := range s.steps {
			due, _ := s.due(step, now)
			run.next = min(run.next, due)
		}
		r.runs = append(r.runs, run)
	}
}

// lose ends what is open; what has gone out is the rep's to send.
func (r *reference) lose(who *refPerson) {
	who.lost = true
	for _, run := range r.runs {
		if run.who != who || run.state != "active" {
			continue
		}
		run.state, run.next = "exited", never
		for _, t := range run.touches {
			if t.state == "planned" {
				t.state, t.reason = "cancelled", "contact_lost"
			}
		}
	}
}

// pass lets everything happen that is due by now.
func (r *reference) pass(now stamp) {
	for _, run := range r.runs {
		if run.state == "active" && run.next <= now {
			run.plan(now)
		}
	}
	for _, run := range r.runs {
		for _, t := range run.touches {
			if t.state == "planned" && t.opens <= now {
				run.ask(t, now)
			}
		}
	}
}

// pending are the steps without a touch, earliest first.
func (run *refRun) pending() []refStep {
	var out []refStep
	for _, s := range run.steps {
		if run.touches[s.key] == nil {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b refStep) int {
		x, _ := run.sop.due(a, run.anchor)
		y, _ := run.sop.due(b, run.anchor)
		return cmp.Compare(x, y)
	})
	return out
}

// plan: one step that is more than an hour late at a time, the next an hour on.
func (run *refRun) plan(now stamp) {
	run.next = never
	caughtUp := never
	for _, s := range run.pending() {
		due, raw := run.sop.due(s, run.anchor)
		late := now-due > hour
		switch {
		case due > now:
			run.next = min(run.next, due)
			continue
		case late && caughtUp != never && due != caughtUp:
			run.next = min(run.next, now+hour)
			continue
		}
		t := &refTouch{step: s, state: "planned", due: due, opens: run.sop.opens(now), expire: due + stamp(s.grace), sent: never, confirmed: never}
		run.touches[s.key] = t
		switch {
		case raw < run.anchor:
			t.state, t.reason = "skipped", "before_start"
		case !run.means(s):
			t.state, t.reason = "skipped", "filter"
		case now > t.expire || t.opens > t.expire:
			t.state, t.reason = "skipped", "expired"
		case late:
			caughtUp = due
		}
	}
	if run.next == never {
		run.state = "completed"
	}
}

func (run *refRun) means(s refStep) bool {
	return s.filter == "" || (s.filter == "any") == run.who.marked
}

// ask is the last look before it goes out.
func (run *refRun) ask(t *refTouch, now stamp) {
	opens := run.sop.opens(now)
	switch {
	case now > t.expire:
		t.state, t.reason = "skipped", "expired"
	case run.who.lost:
		t.state, t.reason = "skipped", "not_friend"
	case !run.means(t.step):
		t.state, t.reason = "skipped", "filter"
	case opens > t.expire:
		t.state, t.reason = "skipped", "expired"
	case opens > now:
		t.opens = opens
	default:
		t.state, t.sent, t.text = "accepted", now, run.sop.say(t.step, run.who.name)
		if t.step.channel == toTag {
			t.state = "done"
		}
	}
}

// confirm has all reps send what they are asked to.
func (r *reference) confirm(now stamp) {
	for _, run := range r.runs {
		for _, t := range run.touches {
			if t.state != "accepted" || t.step.channel != toMessage || t.confirmed != never {
				continue
			}
			t.confirmed = now
			if !run.who.lost {
				r.ledger = append(r.ledger, received{run.who.name, t.text, now})
			}
		}
	}
}

// edit brings a programme to another list of steps; moves tells who goes there.
func (r *reference) edit(s *refSOP, steps []refStep, now stamp, moves func(*refRun) bool, everybody bool) {
	s.steps = steps
	for _, run := range r.runs {
		if run.sop != s {
			continue
		}
		switch {
		case run.state == "active" && moves(run):
			run.move(steps, now)
		case run.state == "completed" && everybody:
			run.drop(steps)
		}
	}
}

// move: what has run never runs again, a new step whose time is over is
// skipped, and what is gone is not sent.
func (run *refRun) move(steps []refStep, now stamp) {
	before := run.steps
	run.steps, run.next = steps, never
	run.drop(steps)
	for _, s := range run.pending() {
		due, _ := run.sop.due(s, run.anchor)
		known := slices.ContainsFunc(before, func(b refStep) bool { return b.key == s.key })
		if !known && due <= now {
			run.touches[s.key] = &refTouch{step: s, state: "skipped", reason: "passed", due: due, sent: never, confirmed: never}
			continue
		}
		run.next = min(run.next, due)
	}
	if run.next == never {
		run.state = "completed"
	}
	for _, t := range run.touches {
		at := slices.IndexFunc(steps, func(s refStep) bool { return s.key == t.step.key })
		if t.state == "planned" && at >= 0 {
			t.step = steps[at]
		}
	}
}

// drop cancels what waits of steps that are gone.
func (run *refRun) drop(steps []refStep) {
	for key, t := range run.touches {
		kept := slices.ContainsFunc(steps, func(s refStep) bool { return s.key == key })
		if t.state == "planned" && !kept {
			t.state, t.reason = "cancelled", "step_removed"
		}
	}
}

// outcome is what a touch must look like, as "programme person step: state
// reason". What has gone out is one state here: how far it has got since is
// WeCom's and the rep's matter.
func outcome(sop, who, key, state, reason string) string {
	switch state {
	case "accepted", "delivered", "done", "failed", "expired":
		state, reason = "sent", ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s: %s %s", sop, who, key, state, reason))
}

func (r *reference) outcomes() []string {
	out := []string{}
	for _, run := range r.runs {
		for key, t := range run.touches {
			out = append(out, outcome(run.sop.name, run.who.name, key, t.state, t.reason))
		}
	}
	slices.Sort(out)
	return out
}
