package sop

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
)

// ahead is a touch on its way to its dispatch.
type ahead struct {
	touch   model.Touch
	version *Version
	anchor  time.Time // zero where the calendar's part is not known
	at      time.Time // when the gate is asked next
	silent  bool
}

// meetPeople loads people and remembers them, with all that the filters of the
// versions met so far look at: what is known of somebody never grows less.
func (o *oracle) meetPeople(ctx context.Context, contactIDs []int64) (people, error) {
	found, err := o.engine.people(ctx, contactIDs, o.filters)
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
// limits leave, and is not told. Beyond the horizon too a rival's step may win a
// day.
func (o *oracle) compete(ctx context.Context, ids []int64) error {
	asked, contacts := map[int64]bool{}, map[int64]bool{}
	for _, id := range ids {
		asked[id] = true
	}
	for _, en := range o.seats {
		contacts[en.ContactID] = true
	}
	for _, a := range o.open {
		contacts[a.touch.ContactID] = true
	}
	until := o.until
	if anyExclusive(o.versions) {
		until = until.Add(rivalsAhead)
	}
	for page := range slices.Chunk(slices.Sorted(maps.Keys(contacts)), chunk) {
		var list []model.Enrollment
		err := o.engine.DB.Read(ctx).Table(o.engine.DB.Walk("enrollments", "ix_enrollments_contact")).Order("id").
			Find(&list, "contact_id IN ? AND state = ? AND next_due_at <= ?", page, model.EnrollmentActive, until).Error
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
		if err := o.competing(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

// competing adds the touches of contacts that wait already and are not asked for.
func (o *oracle) competing(ctx context.Context, contactIDs []int64) error {
	limits, err := o.engine.limits(ctx)
	if err != nil {
		return err
	}
	var list []model.Touch
	err = o.engine.DB.Read(ctx).Table(o.engine.DB.Walk("touches", "ix_touches_limit")).Order("id").
		Find(&list, "contact_id IN ? AND limit_day >= ? AND state = ? AND not_before <= ?",
			contactIDs, limits.countedFrom(dateOf(o.now, o.engine.Config.Zone)), model.TouchPlanned, o.until).Error
	if err != nil {
		return fmt.Errorf("load touches that compete: %w", err)
	}
	known := map[int64]bool{}
	for _, a := range o.open {
		known[a.touch.ID] = true
	}
	list = slices.DeleteFunc(list, func(t model.Touch) bool { return known[t.ID] })
	first := len(o.open)
	if err := o.waitingPage(ctx, list); err != nil {
		return err
	}
	for _, a := range o.open[first:] {
		a.silent = true
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
	if o.book, err = o.engine.readBook(ctx, contacts, reps, anyExclusive(o.versions)); err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(reps)), chunk) {
		given, err := o.engine.given(ctx, ids)
		if err != nil {
			return err
		}
		for rep, steps := range given {
			o.given[turnKey{rep, o.now.Truncate(backlogSlot)}] = steps
		}
	}
	return nil
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
		var yield []int64
		for _, en := range due {
			v := o.versions[en.VersionID]
			for _, t := range o.plan(&en, at) {
				last--
				t.ID = last
				o.book.enter(v, t)
				yield = append(yield, o.book.yielding(v, t)...)
				o.send(o.aheadOf(en, t))
			}
			if en.NextDueAt != nil {
				place, _ := slices.BinarySearchFunc(o.seats, en, bySeat)
				o.seats = slices.Insert(o.seats, place, en)
			}
		}
		o.giveWay(yield, at)
		o.dispatch(at)
	}
}

// giveWay books touches anew whose day a rival has taken, as planning does.
func (o *oracle) giveWay(ids []int64, at time.Time) {
	moved := map[*ahead]bool{}
	s := shelf{
		book: o.book, version: func(id int64) (*Version, error) { return o.versions[id], nil },
		uses: func(v *Version, t model.Touch) []Use {
			return slices.Concat(o.book.of(t.ContactID, t.RepID), o.expected(t.ContactID, v.Exclusivity, at))
		},
		find: func(ids []int64) ([]*model.Touch, error) {
			var out []*model.Touch
			for _, a := range o.open {
				if slices.Contains(ids, a.touch.ID) {
					moved[a], out = true, append(out, &a.touch)
				}
			}
			return out, nil
		},
	}
	_ = s.giveWay(ids, at) // nothing in it can fail
	o.open = slices.DeleteFunc(o.open, func(a *ahead) bool { return moved[a] })
	for a := range moved {
		o.putOff(a, at)
	}
}

// putOff has a touch wait until it may go, or tells at what instant it was
// skipped.
func (o *oracle) putOff(a *ahead, at time.Time) {
	if a.touch.State != model.TouchPlanned {
		a.at = at
		o.note(a, model.DispatchPayload{})
		return
	}
	a.at = a.touch.NotBefore
	o.await(a)
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
	f.Uses = slices.Concat(o.book.of(en.ContactID, f.Rep.ID), o.expected(en.ContactID, v.Exclusivity, at))
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

// expected is what the contact's programmes of that exclusivity group will
// probably send soon.
func (o *oracle) expected(contactID int64, group string, at time.Time) []Use {
	if group == "" {
		return nil
	}
	var out []Use
	for _, en := range o.seats {
		v := o.versions[en.VersionID]
		if en.ContactID == contactID && v.Exclusivity == group && o.sops[v.SOPID].State == model.SOPLive {
			f := o.facts[en.ID]
			f.Audience.Now = at.In(o.engine.Config.Zone)
			out = append(out, v.expected(en, f, at)...)
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

// dispatch asks the gate about everything that may go now, in the order in which
// the grouper does.
func (o *oracle) dispatch(at time.Time) {
	n := 0
	for n < len(o.open) && !o.open[n].at.After(at) {
		n++
	}
	batch := slices.Clone(o.open[:n])
	o.open = o.open[n:]
	slices.SortStableFunc(batch, func(a, b *ahead) int { return o.engine.Channels.inQueue(groupOf(a.touch), groupOf(b.touch)) })
	for len(batch) > 0 {
		n, g := 0, groupOf(batch[0].touch)
		var touches []model.Touch
		for n < len(batch) && groupOf(batch[n].touch) == g {
			touches = append(touches, batch[n].touch)
			n++
		}
		var turn time.Time
		if o.engine.Channels.info(g.Channel).tasks() {
			turn = waitsAt(touches, o.versions, o.given[turnKey{g.RepID, at.Truncate(backlogSlot)}], o.engine.Config.lateSteps(), at)
		}
		for _, a := range batch[:n] {
			o.pass(a, at, turn)
		}
		batch = batch[n:]
	}
}

// pass lets one touch pass the gate, or puts it off; if it may go, to its rep's
// turn.
func (o *oracle) pass(a *ahead, at, turn time.Time) {
	t := &a.touch
	g := &gate{
		people: o.people, left: map[int64]bool{}, versions: map[int64]*Version{t.VersionID: a.version},
		content: o.contents[contentKey{t.SOPID, t.StepKey}], tags: o.tags, asked: map[int64]bool{}, book: o.book,
	}
	known := o.people.audience[t.ContactID]
	known.Now = at.In(o.engine.Config.Zone)
	o.people.audience[t.ContactID] = known
	if a.version.asksAnew(*t, at) || a.version.wishes(t.Channel, known, at) {
		g.asked[t.ID] = true
		o.book.strike(*t)
	}
	p := g.open(*t, at).inTurnOf(turn)
	switch {
	case p.free():
		t.LimitDay = p.day
		o.book.strike(*t)
		t.State = model.TouchDispatched
		o.book.enter(a.version, *t)
		t.State, a.at = model.TouchPlanned, at
		o.give(*t, at)
		o.note(a, p.load)
		return
	case p.held != nil:
		*t = *p.held
	case p.skip != "":
		o.book.strike(*t)
		t.State, t.Reason = model.TouchSkipped, p.skip
	case p.voice != nil:
		t.RepID, t.RelationshipID, t.LimitDay = p.voice.RepID, p.voice.ID, ""
		o.pass(a, at, turn)
		return
	default:
		t.NotBefore = model.Instant(p.until)
		t.Verdicts.V = append(slices.Clip(t.Verdicts.V), model.Verdict{Reason: p.wait})
	}
	o.putOff(a, at)
}

// give notes that the rep is asked to send a step's message.
func (o *oracle) give(t model.Touch, at time.Time) {
	if !o.engine.Channels.info(t.Channel).tasks() {
		return
	}
	key := turnKey{t.RepID, at.Truncate(backlogSlot)}
	if o.given[key] == nil {
		o.given[key] = map[stepOf]bool{}
	}
	o.given[key][stepOf{t.SOPID, t.StepKey}] = true
}
