package sop

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// ahead is a touch on its way to its dispatch.
type ahead struct {
	touch   model.Touch
	version *Version
	anchor  time.Time // zero where the calendar's part is not known
	at      time.Time // when the gate is asked next
	silent  bool
}

// meetPeople loads people and remembers them.
func (o *oracle) meetPeople(ctx context.Context, contactIDs []int64, filters []audience.Filter) (people, error) {
	found, err := o.engine.people(ctx, contactIDs, filters)
	if err != nil {
		return found, err
	}
	maps.Copy(o.people.contacts, found.contacts)
	maps.Copy(o.people.relationships, found.relationships)
	maps.Copy(o.people.reps, found.reps)
	maps.Copy(o.people.audience, found.audience)
	maps.Copy(o.people.groups, found.groups)
	maps.Copy(o.people.owners, found.owners)
	return found, nil
}

// compete adds what else goes on with the same contacts: it takes the room that
// limits leave, and is not told.
func (o *oracle) compete(ctx context.Context, ids []int64) error {
	asked := map[int64]bool{}
	for _, id := range ids {
		asked[id] = true
	}
	contacts := map[int64]bool{}
	for _, en := range o.seats {
		contacts[en.ContactID] = true
	}
	for page := range slices.Chunk(slices.Sorted(maps.Keys(contacts)), chunk) {
		var list []model.Enrollment
		err := o.engine.DB.Read(ctx).Table(o.engine.DB.Walk("enrollments", "ix_enrollments_contact")).Order("id").
			Find(&list, "contact_id IN ? AND state = ? AND next_due_at <= ?", page, model.EnrollmentActive, o.until).Error
		if err != nil {
			return fmt.Errorf("load what competes: %w", err)
		}
		list = slices.DeleteFunc(list, func(en model.Enrollment) bool { return asked[en.ID] })
		for _, en := range list {
			o.silent[en.ID] = true
		}
		if err := o.planAhead(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

// openBook reads what is taken of everybody's attention. Nothing is reserved.
func (o *oracle) openBook(ctx context.Context) error {
	contacts, reps := map[int64]bool{}, map[int64]bool{}
	for _, en := range o.seats {
		contacts[en.ContactID] = true
		if f := o.facts[en.ID]; f.Voice != nil {
			reps[f.Rep.ID] = true
		}
	}
	for _, a := range o.open {
		contacts[a.touch.ContactID], reps[a.touch.RepID] = true, true
	}
	var err error
	o.book, err = o.engine.readBook(ctx, contacts, reps, anyExclusive(o.versions))
	return err
}

// play lets everything happen in the order of time: at each instant what is due
// is planned, then what may go passes the gate, as in a tick.
func (o *oracle) play() {
	o.seats = slices.DeleteFunc(o.seats, func(en model.Enrollment) bool { return en.NextDueAt == nil })
	slices.SortFunc(o.seats, bySeat)
	slices.SortStableFunc(o.open, byTime)
	last := int64(0) // touches are told apart by ids that are not given yet
	for at, ok := o.nextInstant(); ok; at, ok = o.nextInstant() {
		n := 0
		for n < len(o.seats) && !o.seats[n].NextDueAt.After(at) {
			n++
		}
		due := slices.Clone(o.seats[:n])
		o.seats = o.seats[n:]
		inTurn(due, o.versions)
		for _, en := range due {
			for _, t := range o.plan(&en, at) {
				last--
				t.ID = last
				o.book.enter(o.versions[en.VersionID], t)
				o.send(o.aheadOf(en, t))
			}
			if en.NextDueAt != nil {
				place, _ := slices.BinarySearchFunc(o.seats, en, bySeat)
				o.seats = slices.Insert(o.seats, place, en)
			}
		}
		o.dispatch(at)
	}
}

func bySeat(a, b model.Enrollment) int {
	return cmp.Or(a.NextDueAt.Compare(*b.NextDueAt), cmp.Compare(a.ID, b.ID))
}

func byTime(a, b *ahead) int { return a.at.Compare(b.at) }

// nextInstant is when something happens next before the horizon.
func (o *oracle) nextInstant() (at time.Time, ok bool) {
	at = o.until.Add(time.Nanosecond)
	if len(o.seats) > 0 && o.seats[0].NextDueAt.Before(at) {
		at = *o.seats[0].NextDueAt
	}
	if len(o.open) > 0 && o.open[0].at.Before(at) {
		at = o.open[0].at
	}
	at = later(at, o.now)
	return at, !at.After(o.until)
}

// plan plans one enrollment and moves it on.
func (o *oracle) plan(en *model.Enrollment, at time.Time) []model.Touch {
	v, f := o.versions[en.VersionID], o.facts[en.ID]
	f.Audience.Now = at.In(o.engine.Config.Zone)
	f.Uses = slices.Concat(o.book.of(en.ContactID, f.Rep.ID), o.expected(*en, at))
	p := MakePlan(*en, v, f, at)
	for _, t := range p.Touches {
		f = f.having(t, v.follows())
	}
	o.facts[en.ID] = f
	en.NextDueAt = p.NextDue
	if p.NextDue != nil && !p.NextDue.After(at) {
		en.NextDueAt = nil
	}
	return p.Touches
}

// expected is what the contact's rival programmes will probably send soon.
func (o *oracle) expected(en model.Enrollment, at time.Time) []Use {
	group := o.versions[en.VersionID].Exclusivity
	if group == "" {
		return nil
	}
	var out []Use
	for _, rival := range o.seats {
		v := o.versions[rival.VersionID]
		if rival.ContactID == en.ContactID && rival.ID != en.ID && v.Exclusivity == group && o.sops[v.SOPID].State == model.SOPLive {
			out = append(out, v.expected(rival, o.facts[rival.ID], at)...)
		}
	}
	return out
}

func (o *oracle) aheadOf(en model.Enrollment, t model.Touch) *ahead {
	v := o.versions[en.VersionID]
	a := &ahead{touch: t, version: v.shifted(en.Shift), anchor: en.AnchorAt, at: t.NotBefore, silent: o.silent[en.ID]}
	if v.chained() {
		a.anchor = time.Time{} // no step but the first counts from it
	}
	return a
}

// send puts a touch on its way, or tells at once why it is skipped.
func (o *oracle) send(a *ahead) {
	if a.touch.State != model.TouchPlanned {
		a.at = a.touch.PlannedAt
		o.note(a, model.DispatchPayload{})
		return
	}
	o.await(a)
}

func (o *oracle) await(a *ahead) {
	place, _ := slices.BinarySearchFunc(o.open, a, func(b, a *ahead) int { return cmp.Or(byTime(b, a), -1) })
	o.open = slices.Insert(o.open, place, a)
}

// dispatch asks the gate about everything that may go now.
func (o *oracle) dispatch(at time.Time) {
	for len(o.open) > 0 && !o.open[0].at.After(at) {
		a := o.open[0]
		o.open = o.open[1:]
		o.pass(a, at)
	}
}

// pass lets one touch pass the gate, or puts it off.
func (o *oracle) pass(a *ahead, at time.Time) {
	t := &a.touch
	g := &gate{
		people: o.people, left: map[int64]bool{}, versions: map[int64]*Version{t.VersionID: a.version},
		content: o.contents[contentKey{t.SOPID, t.StepKey}], tags: o.tags, asked: map[int64]bool{}, book: o.book,
	}
	known := o.people.audience[t.ContactID]
	known.Now = at.In(o.engine.Config.Zone)
	o.people.audience[t.ContactID] = known
	if a.version.asksAnew(*t, at) {
		g.asked[t.ID] = true
		o.book.strike(*t)
	}
	p := g.open(*t, at)
	switch {
	case p.free():
		o.book.strike(*t)
		t.LimitDay, t.State = p.day, model.TouchDispatched
		o.book.enter(a.version, *t)
		t.State, a.at = model.TouchPlanned, at
		o.note(a, p.load)
		return
	case p.held != nil:
		*t = *p.held
	case p.skip != "":
		o.book.strike(*t)
		t.State, t.Reason = model.TouchSkipped, p.skip
	case p.voice != nil:
		t.RepID, t.RelationshipID, t.LimitDay = p.voice.RepID, p.voice.ID, ""
		o.pass(a, at)
		return
	default:
		t.NotBefore = model.Instant(p.until)
	}
	a.at = t.NotBefore
	if t.State != model.TouchPlanned {
		a.at = at
		o.note(a, model.DispatchPayload{})
		return
	}
	o.await(a)
}
