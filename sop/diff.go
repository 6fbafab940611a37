package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// What an edit changes.
const (
	EditStepAdded   = "step_added"
	EditStepRemoved = "step_removed"
	EditStepMoved   = "step_moved" // its offset
	EditStepChannel = "step_channel"
	EditStepFilter  = "step_filter"
	EditStepGrace   = "step_grace"
	EditStepOther   = "step_other" // anything else of its structure
	EditTrigger     = "trigger"
	EditFilter      = "filter"
	EditWindow      = "window"
	EditTimezone    = "timezone"
	EditOther       = "other" // anything else of the programme's structure
)

// Edit is one difference between two versions. From and To are the step before
// and after; nil where there is none.
type Edit struct {
	Kind     string
	Number   int // the step's place, from 1: in the later version, or else in the earlier
	From, To *Step
	// Affected people have the step ahead of them, Passed ones behind.
	Affected, Passed int
}

// StepKey is the key of the step that the edit is about; empty for the whole
// programme's.
func (d Edit) StepKey() string {
	switch {
	case d.To != nil:
		return d.To.Key
	case d.From != nil:
		return d.From.Key
	}
	return ""
}

// Compare lists what differs between two definitions, step by key; contents are
// not part of the structure.
func Compare(from, to Definition) []Edit {
	out := []Edit{}
	for _, part := range []struct {
		kind string
		a, b any
	}{
		{EditTrigger, from.Trigger, to.Trigger},
		{EditFilter, from.Filter, to.Filter},
		{EditWindow, from.Window, to.Window},
		{EditTimezone, from.Timezone, to.Timezone},
		{EditOther, from.rest(), to.rest()},
	} {
		if !sameJSON(part.a, part.b) {
			out = append(out, Edit{Kind: part.kind})
		}
	}
	for i, s := range to.Steps {
		old, known := from.step(s.Key)
		if !known {
			out = append(out, Edit{Kind: EditStepAdded, Number: i + 1, To: &s})
			continue
		}
		for _, kind := range stepEdits(old, s) {
			out = append(out, Edit{Kind: kind, Number: i + 1, From: &old, To: &s})
		}
	}
	for i, s := range from.Steps {
		if _, kept := to.step(s.Key); !kept {
			out = append(out, Edit{Kind: EditStepRemoved, Number: i + 1, From: &s})
		}
	}
	return out
}

// rest is what no other kind of edit names.
func (d Definition) rest() Definition {
	d.Trigger, d.Filter, d.Window, d.Timezone, d.Steps = Trigger{}, audience.Filter{}, Window{}, "", nil
	return d
}

func (s Step) rest() Step {
	s.silence()
	s.Offset, s.Channel, s.Filter, s.Grace = Offset{}, "", audience.Filter{}, 0
	return s
}

func stepEdits(a, b Step) []string {
	var out []string
	for _, part := range []struct {
		kind string
		a, b any
	}{
		{EditStepMoved, a.Offset, b.Offset},
		{EditStepChannel, a.Channel, b.Channel},
		{EditStepFilter, a.Filter, b.Filter},
		{EditStepGrace, a.grace(), b.grace()},
		{EditStepOther, a.rest(), b.rest()},
	} {
		if !sameJSON(part.a, part.b) {
			out = append(out, part.kind)
		}
	}
	return out
}

// diffRows bounds how many people a difference is counted for.
const diffRows = 20_000

// Diff is what differs between two versions of a programme, and what moving
// everybody who is inside from wherever they are to the later one would mean.
type Diff struct {
	From, To int // version numbers; 0 is the draft
	Edits    []Edit
	People   DiffCounts
}

// DiffCounts are people inside the programme. Counted is how many were looked
// at, at most 20 000; the other numbers are of those.
type DiffCounts struct {
	Counted int
	Partial bool // there are more
	Stay    int  // nothing changes for them
	Move    int  // something does
	Gain    int  // a new step lies ahead of them
	Lose    int  // a step that lay ahead of them is gone
	Earlier int  // their next date comes earlier
	Passed  int  // their day for a new step is over: it is skipped
}

// Effect is what a move means for one person.
type Effect struct {
	Enrollment model.Enrollment
	Next       *time.Time // after the move; nil when nothing is left
	Gained     []string   // step keys
	Lost       []string
	Passed     []string
	// Name is the contact's or the customer group's; DiffPeople alone fills it in.
	Name string
}

// Earlier tells whether the next date comes earlier.
func (f Effect) Earlier() bool {
	return f.Next != nil && f.Enrollment.NextDueAt != nil && f.Next.Before(*f.Enrollment.NextDueAt)
}

// Stays tells whether nothing changes.
func (f Effect) Stays() bool {
	a, b := f.Enrollment.NextDueAt, f.Next
	return len(f.Gained)+len(f.Lost)+len(f.Passed) == 0 && (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
}

// Diff compares two versions by number. from 0 is the version that runs, to 0
// the draft, which must be ready for publishing. It counts everybody, whoever
// asks: who publishes it does it to everybody.
func (e *Engine) Diff(ctx context.Context, sopID int64, from, to int) (Diff, error) {
	ctx = model.WithScope(ctx, model.Scope{All: true})
	s, earlier, later, err := e.compared(ctx, sopID, from, to)
	if err != nil {
		return Diff{}, err
	}
	d := Diff{From: from, To: to, Edits: Compare(earlier.Definition, later.Definition)}
	if from == 0 {
		var row model.SOPVersion
		if err := e.DB.Read(ctx).Select("number").Take(&row, s.VersionID).Error; err != nil {
			return d, fmt.Errorf("load running version of SOP %d: %w", sopID, err)
		}
		d.From = row.Number
	}
	after := int64(0)
	for d.People.Counted < diffRows {
		page, err := e.effects(ctx, sopID, later, after)
		if err != nil {
			return d, err
		}
		for _, p := range page {
			d.count(p)
			after = p.Enrollment.ID
		}
		if len(page) < changeRows {
			return d, nil
		}
	}
	d.People.Partial = true
	return d, nil
}

// effect is one person's, with the steps behind them.
type effect struct {
	Effect
	done map[string]bool
}

func (d *Diff) count(p effect) {
	c := &d.People
	c.Counted++
	for _, n := range []struct {
		into *int
		yes  bool
	}{
		{&c.Stay, p.Stays()},
		{&c.Move, !p.Stays()},
		{&c.Gain, len(p.Gained) > 0},
		{&c.Lose, len(p.Lost) > 0},
		{&c.Earlier, p.Earlier()},
		{&c.Passed, len(p.Passed) > 0},
	} {
		if n.yes {
			*n.into++
		}
	}
	for i := range d.Edits {
		edit := &d.Edits[i]
		key := edit.StepKey()
		switch {
		case key == "":
			edit.Affected++
		case p.done[key] || slices.Contains(p.Passed, key):
			edit.Passed++
		default:
			edit.Affected++
		}
	}
}

// effects reads the next page of people inside whom the scope shows, by id, and
// what moving them would mean.
func (e *Engine) effects(ctx context.Context, sopID int64, to *Version, after int64) ([]effect, error) {
	var list []model.Enrollment
	q := e.DB.Read(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_sop")).Order("id").Limit(changeRows)
	err := model.ScopeOf(ctx).OfWho(q, "enrollments.contact_id").
		Find(&list, "sop_id = ? AND state = ? AND id > ?", sopID, model.EnrollmentActive, after).Error
	if err != nil || len(list) == 0 {
		return nil, wrap("load people inside", err)
	}
	done, err := e.doneSteps(ctx, list)
	if err != nil {
		return nil, err
	}
	now := e.DB.Now(ctx)
	out := make([]effect, len(list))
	for i, en := range list {
		from, err := e.version(ctx, en.VersionID)
		if err != nil {
			return nil, err
		}
		t := moveTo(en, from, to, done[en.ID], now)
		out[i] = effect{Effect{Enrollment: en, Next: t.next, Gained: t.gained, Lost: t.lost}, done[en.ID]}
		for _, s := range t.passed {
			out[i].Passed = append(out[i].Passed, s.Key)
		}
	}
	return out, nil
}

// DiffPeople lists whom moving to that version would touch in a way: "stay", "move",
// "earlier", "gain", "lose" or "passed", by enrollment. It looks at 20 000 people at most;
// next is where to go on, 0 at the end.
func (e *Engine) DiffPeople(ctx context.Context, sopID int64, to int, way string, page model.Page) (list []Effect, next int64, err error) {
	ways := map[string]func(Effect) bool{
		"stay":    Effect.Stays,
		"move":    func(f Effect) bool { return !f.Stays() },
		"earlier": Effect.Earlier,
		"gain":    func(f Effect) bool { return len(f.Gained) > 0 },
		"lose":    func(f Effect) bool { return len(f.Lost) > 0 },
		"passed":  func(f Effect) bool { return len(f.Passed) > 0 },
	}
	if ways[way] == nil {
		return nil, 0, model.Invalid("way", "must be stay, move, earlier, gain, lose or passed")
	}
	_, _, later, err := e.compared(ctx, sopID, 0, to)
	if err != nil {
		return nil, 0, err
	}
	next = page.After
	for range diffRows / changeRows {
		rows, err := e.effects(ctx, sopID, later, next)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range rows {
			next = p.Enrollment.ID
			if !ways[way](p.Effect) {
				continue
			}
			if list = append(list, p.Effect); len(list) == page.Size() {
				return list, next, e.nameEffects(ctx, list)
			}
		}
		if len(rows) < changeRows {
			return list, 0, e.nameEffects(ctx, list)
		}
	}
	return list, next, e.nameEffects(ctx, list)
}

// nameEffects fills the names in, of a page at once.
func (e *Engine) nameEffects(ctx context.Context, list []Effect) error {
	ids, groups := make([]int64, 0, len(list)), false
	for _, f := range list {
		id := f.Enrollment.ContactID
		if group := model.GroupOf(id); group != 0 {
			id, groups = group, true
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID   int64
		Name string
	}
	of := e.DB.Read(ctx).Model(&model.Contact{})
	if groups { // a programme has people or customer groups, never both
		of = e.DB.Read(ctx).Model(&model.CustomerGroup{})
	}
	if err := of.Select("id", "name").Where("id IN ?", ids).Scan(&rows).Error; err != nil {
		return fmt.Errorf("load names of people inside: %w", err)
	}
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	for i := range list {
		list[i].Name = names[ids[i]]
	}
	return nil
}

// compared loads the two versions of a comparison.
func (e *Engine) compared(ctx context.Context, sopID int64, from, to int) (s model.SOP, earlier, later *Version, err error) {
	if s, err = e.sop(ctx, sopID); err != nil {
		return s, nil, nil, err
	}
	if s.VersionID == 0 {
		return s, nil, nil, model.Conflict("the SOP has no version to compare with")
	}
	if from == 0 {
		earlier, err = e.version(ctx, s.VersionID)
	} else {
		earlier, err = e.numbered(ctx, s, from)
	}
	if err != nil {
		return s, nil, nil, err
	}
	later, err = e.numbered(ctx, s, to)
	return s, earlier, later, err
}
