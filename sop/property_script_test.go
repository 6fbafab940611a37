package sop_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"sixtouch/wecom/sim"
)

// script is one random history, drawn before it is played, so that it can be
// played again without its crashes.
type script struct {
	start stamp
	sops  []refSOP
	acts  []act
}

// act is what happens next: after a while something happens in the world, and
// then the engines run, unless they are asleep.
type act struct {
	wait    int // minutes
	kind    string
	who     int
	many    int // added at once
	edit    edit
	twice   bool // what is recorded is recorded twice
	asleep  bool
	confirm bool // the reps send what they are asked to
	faults  []sim.Fault
	cuts    [2]cut // what befalls each replica
	second  bool   // the second replica goes first
	atOnce  bool   // both run at the same time
}

// edit publishes other steps; how is new, all or marked.
type edit struct {
	sop      int
	steps    []refStep
	reworded []string
	how      string
}

// cut is the n-th statement or call at which a process dies, stands still while
// another does all there is to do, or is refused by the database for the moment.
type cut struct {
	place, how string
	n          int
	pause      int // seconds between the other's ticks while this one stands still
}

// What happens at cuts.
const (
	dies    = "dies"
	stands  = "stands"
	refused = "refused"
)

// Places of cuts: a statement of the database, one that writes, before a call of
// WeCom, and between WeCom's answer and our commit.
const (
	atStatement = "statement"
	atWrite     = "write"
	atCall      = "call"
	atAnswer    = "answer"
)

// options choose what a script may contain.
type options struct{ edits, atOnce bool }

// GoString is how rapid prints a failing history.
func (s script) GoString() string {
	out := fmt.Sprintf("from %s\n", s.start)
	for _, one := range s.sops {
		out += fmt.Sprintf("  %s window %s, working days only: %t, begins with a tag: %t\n", one.name, clocks(one.from, one.to), one.workdays, one.onTag)
		out += listed(one.steps)
	}
	now := s.start
	for _, a := range s.acts {
		now += stamp(a.wait)
		out += fmt.Sprintf("  %s %s %d %+v\n", now, a.kind, a.who, a)
	}
	return out
}

func clocks(from, to int) string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", from/60, from%60, to/60, to%60)
}

func listed(steps []refStep) string {
	out := ""
	for _, step := range steps {
		out += fmt.Sprintf("    %+v\n", step)
	}
	return out
}

// All events and rounds of the engines begin at minute 10 or 40 and are over a
// quarter of an hour later; what the rules make of them falls on minutes 0, 25,
// 30 and 55. So a round is one instant to the model, however long crashes and
// faults draw it out.
func drawScript(t *rapid.T, o options) script {
	return rapid.Custom(func(t *rapid.T) script { return newScript(t, o) }).Draw(t, "history")
}

func newScript(t *rapid.T, o options) script {
	s := script{start: at(dayOf(2026, rapid.IntRange(1, 8).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "date")), 8*hour+10)}
	for i := range rapid.IntRange(1, 4).Draw(t, "programmes") {
		s.sops = append(s.sops, drawSOP(t, fmt.Sprintf("S%d", i)))
	}
	steps := make([][]refStep, len(s.sops))
	for i := range s.sops {
		steps[i] = s.sops[i].steps
	}
	people := 0
	for i := range rapid.IntRange(6, 12).Draw(t, "acts") {
		a := drawAct(t, o, people)
		switch a.kind {
		case "add":
			people += a.many
		case "edit":
			a.edit = drawEdit(t, steps, i)
			steps[a.edit.sop] = a.edit.steps
		}
		s.acts = append(s.acts, a)
	}
	return s
}

func drawSOP(t *rapid.T, name string) refSOP {
	window := rapid.SampledFrom([][2]int{{9 * hour, 20*hour + 30}, {9 * hour, 20*hour + 30}, {8 * hour, 22 * hour}, {10 * hour, 18 * hour}}).Draw(t, "window")
	s := refSOP{
		name: name, from: window[0], to: window[1],
		onTag: rapid.IntRange(0, 3).Draw(t, "on tag") == 3, workdays: rapid.IntRange(0, 3).Draw(t, "workdays") == 3,
	}
	for i := range rapid.IntRange(2, 6).Draw(t, "steps") {
		s.steps = append(s.steps, drawStep(t, fmt.Sprintf("k%d", i)))
	}
	return s
}

func drawStep(t *rapid.T, key string) refStep {
	s := refStep{
		key: key, grace: hour * rapid.SampledFrom([]int{24, 12, 48, 3, 1}).Draw(t, "grace"),
		channel:  rapid.SampledFrom([]string{toMessage, toMessage, toMessage, toPrompt, toTag}).Draw(t, "channel"),
		filter:   rapid.SampledFrom([]string{"", "none", "any", ""}).Draw(t, "filter"),
		personal: rapid.IntRange(0, 2).Draw(t, "personal") == 2,
	}
	return drawOffset(t, s)
}

func drawOffset(t *rapid.T, s refStep) refStep {
	s.unit = rapid.SampledFrom([]string{"day", "day", "day", "after", "after", "week", "month", "workday"}).Draw(t, "unit")
	s.at = 30 * rapid.SampledFrom([]int{20, 19, 22, 28, 36, 40, 12, 45}).Draw(t, "at")
	switch s.unit {
	case "after":
		s.n, s.at = 15+30*rapid.IntRange(0, 72).Draw(t, "half hours"), 0
	case "day":
		s.n = rapid.IntRange(0, 3).Draw(t, "days")
	case "workday":
		s.n = rapid.IntRange(1, 3).Draw(t, "days")
	default:
		s.n = 1
	}
	return s
}

func drawAct(t *rapid.T, o options, people int) act {
	wait := rapid.SampledFrom([][2]int{{20, 50}, {1, 6}, {2, 10}, {8, 40}, {40, 80}, {90, 400}}).Draw(t, "how long")
	a := act{
		wait: 30 * rapid.IntRange(wait[0], wait[1]).Draw(t, "half hours"), kind: "add", many: rapid.IntRange(2, 4).Draw(t, "many"),
		twice: rapid.Bool().Draw(t, "twice"), asleep: rapid.IntRange(0, 4).Draw(t, "asleep") == 4,
		confirm: rapid.Bool().Draw(t, "confirm"), second: rapid.Bool().Draw(t, "second first"), atOnce: o.atOnce,
	}
	if people > 0 {
		kinds := []string{"add", "mark", "add", "unmark", "none", "begin", "lose"}
		if o.edits {
			kinds = append(kinds, "edit", "edit", "edit")
		}
		a.kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		a.who = rapid.IntRange(0, people-1).Draw(t, "who")
	}
	for range rapid.SampledFrom([]int{0, 1, 0, 1, 2}).Draw(t, "faults") {
		a.faults = append(a.faults, drawFault(t))
	}
	for i := range a.cuts {
		a.cuts[i] = drawCut(t, o)
	}
	if !o.atOnce && rapid.IntRange(0, 5).Draw(t, "hangs") == 5 {
		// What chance seldom brings together: who hears of a failed call wakes up
		// when the other has long made it again.
		hang := cut{place: atAnswer, how: stands, n: 1, pause: 70}
		a.faults, a.cuts = []sim.Fault{drawFault(t)}, [2]cut{hang, hang}
	}
	return a
}

// drawFault leaves the calls alone that the gateway repeats by itself: that
// takes real time.
func drawFault(t *rapid.T) sim.Fault {
	f := rapid.SampledFrom([]sim.Fault{
		{Errcode: -1}, {Errcode: 42001}, {Errcode: 45009}, {Errcode: 45033}, {AcceptThenTimeout: true}, {AcceptThenTimeout: true}, {Status: 500}, {Drop: true},
	}).Draw(t, "fault")
	f.Path, f.N = addTemplate, 1
	return f
}

func drawCut(t *rapid.T, o options) cut {
	if rapid.IntRange(0, 2).Draw(t, "cut") == 0 {
		return cut{}
	}
	c := cut{place: rapid.SampledFrom([]string{atAnswer, atWrite, atWrite, atStatement, atAnswer, atCall}).Draw(t, "place")}
	most := map[string]int{atWrite: 20, atStatement: 120, atAnswer: 3, atCall: 3}[c.place]
	c.n = rapid.IntRange(1, most).Draw(t, "nth")
	hows := []string{dies}
	if !o.atOnce {
		hows = append(hows, stands)
	}
	if c.place == atWrite {
		hows = append(hows, refused)
	}
	if c.how = rapid.SampledFrom(hows).Draw(t, "how"); c.how == stands {
		c.pause = rapid.SampledFrom([]int{70, 0, 30}).Draw(t, "pause")
	}
	if c.place == atCall {
		c.pause = 0 // a call is not made by a holder past its lease: its context has ended
	}
	return c
}

// drawEdit moves, removes, adds and rewords steps of one programme.
func drawEdit(t *rapid.T, sops [][]refStep, round int) edit {
	e := edit{sop: rapid.IntRange(0, len(sops)-1).Draw(t, "edited"), how: rapid.SampledFrom([]string{"all", "all", "new", "marked"}).Draw(t, "who moves")}
	for _, s := range sops[e.sop] {
		switch rapid.SampledFrom([]string{"keep", "keep", "move", "reword", "remove"}).Draw(t, "edit") {
		case "move":
			s = drawOffset(t, s)
		case "reword":
			e.reworded = append(e.reworded, s.key)
		case "remove":
			continue
		}
		e.steps = append(e.steps, s)
	}
	if len(e.steps) == 0 || rapid.Bool().Draw(t, "new step") {
		e.steps = append(e.steps, drawStep(t, fmt.Sprintf("e%d", round)))
	}
	return e
}

// document is the definition as the API takes it; begin and mark are tags of
// ours, done is what tag steps put on people.
func (s *refSOP) document(begin, mark, done int64) string {
	type object = map[string]any
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
	trigger := object{"kind": "contact_added"}
	if s.onTag {
		trigger = object{"kind": "tag_added", "tag_id": begin}
	}
	steps := []object{}
	for _, step := range s.steps {
		offset := object{step.unit: step.n, "at": clock(step.at)}
		if step.unit == "after" {
			offset = object{"after": fmt.Sprintf("%dm", step.n)}
		}
		out := object{"key": step.key, "offset": offset, "channel": step.channel, "grace": fmt.Sprintf("%dm", step.grace)}
		if step.channel == toTag {
			out["add_tags"] = []int64{done}
		} else {
			out["content"] = object{"text": s.say(step, "{name}")}
		}
		if step.filter != "" {
			out["filter"] = object{"f": "tag", "is": step.filter, "v": []int64{mark}}
		}
		steps = append(steps, out)
	}
	doc, _ := json.Marshal(object{
		"trigger": trigger, "window": object{"from": clock(s.from), "to": clock(s.to), "workdays": s.workdays}, "steps": steps,
	})
	return string(doc)
}

// copied is the programme before anything has happened.
func (s refSOP) copied() *refSOP {
	s.steps, s.texts = slices.Clone(s.steps), map[string]int{}
	return &s
}

// calm is the same history without death and faults.
func (s script) calm() script {
	s.acts = slices.Clone(s.acts)
	for i := range s.acts {
		s.acts[i].faults, s.acts[i].cuts = nil, [2]cut{}
	}
	return s
}
