package sop_test

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/service/activity"
	"sixtouch/service/audience"
	"sixtouch/sop"
)

// replica is an engine in a process.
type replica struct {
	*process
	ctx      context.Context
	engine   *sop.Engine
	pipeline *activity.Pipeline
}

// tally counts what has happened in all histories of a test: a property of a
// world in which nothing does holds by itself.
type tally struct{ played, died, stood, refused, received, edited int }

// enough demands that each of these has happened. A few histories may lack any of
// them by chance; so many never do.
func (c tally) enough(t require.TestingT, counts ...int) {
	for _, n := range counts {
		require.True(t, c.played < 40 || n > 0, "too little happens for the property to mean anything: %+v", c)
	}
}

func (c *tally) cut(p *process) {
	switch {
	case p.met && p.cut.how == stands:
		c.stood++
	case p.met && p.cut.how == refused:
		c.refused++
	case p.met:
		c.died++
	}
}

// play is a script on its way through the engines and through the model.
type play struct {
	*world
	t        *rapid.T
	script   script
	now      stamp
	model    reference
	replicas [2]*replica
	ids      map[string]int64 // of programmes and tags
	tally    *tally
	rels     []model.Relationship
	sent     []string // external ids of the people, in order
}

// yieldTicks is how often the other replica works while one stands still: long
// enough to find a call of unknown outcome and to make it again.
const yieldTicks = 4

// settleTicks are what a round takes at most, settlePause apart: not more than its
// quarter of an hour.
const (
	settleTicks = 20
	settlePause = 40 * time.Second
)

// newPlay begins a history in an empty database and a new WeCom.
func newPlay(w *world, t *rapid.T, s script, counted *tally) *play {
	w.clear()
	w.clock.Set(s.start.time())
	w.wecom = w.startWeCom()
	p := &play{world: w, t: t, script: s, now: s.start, ids: map[string]int64{}, tally: counted}
	for i := range p.replicas {
		p.replicas[i] = p.newReplica(cut{})
	}
	w.engine = p.replicas[0].engine
	w.limits(model.LimitRule{QuotaMode: model.QuotaNone})
	for _, rep := range refReps() {
		if w.reps[rep] == 0 {
			w.rep(rep)
		} else {
			w.wecom.Member(rep, rep)
		}
	}
	p.makeTags()
	for i := range s.sops {
		one := s.sops[i].copied()
		p.model.sops = append(p.model.sops, one)
		p.ids[one.name] = w.publish(one.name, p.document(one))
	}
	return p
}

// makeTags makes the tags that begin programmes, that step filters ask for and
// that tag steps put on people, in WeCom and in our table.
func (p *play) makeTags() {
	names := []string{"begin", "mark", "done"}
	var out struct {
		Tags []struct {
			ID string `json:"id"`
		} `json:"tags"`
	}
	p.wecom.Post("/sim/tags", map[string]any{"group": "group", "tags": names, "silent": true}, &out)
	for i, name := range names {
		tag := model.Tag{WeComID: out.Tags[i].ID, Name: name, Kind: model.TagCorp, CreatedAt: p.clock.Now(), UpdatedAt: p.clock.Now()}
		require.NoError(p.t, p.db.Conn(p.ctx).Create(&tag).Error)
		p.ids[name] = tag.ID
	}
}

func refReps() []string { return []string{"lin", "zhou"} }

func (p *play) document(s *refSOP) string {
	return s.document(p.ids["begin"], p.ids["mark"], p.ids["done"])
}

func (p *play) newReplica(c cut) *replica {
	r := &replica{process: &process{cut: c, seen: map[string]int{}}}
	r.engine = p.newEngine(func(d *sop.Deps) {
		d.Channels = watched(d.Channels)
		d.Config.PromptEvery, d.Config.Senders = 0, 1
		d.Config.LateSteps = 1000 // a backlog takes no turns: TestBacklog… is about that
		d.Chance = func(int) int { return 0 }
	})
	r.pipeline = activity.New(p.db, r.engine.Enroller(), r.engine.Responses())
	r.ctx = context.WithValue(p.ctx, processKey{}, r.process)
	return r
}

// run plays the script, holds every round against the model, and returns the
// story of it all.
func (p *play) run() []string {
	for _, a := range p.script.acts {
		p.now += stamp(a.wait)
		p.clock.Set(p.now.time())
		for i, c := range a.cuts {
			p.tally.cut(p.replicas[i].process)
			p.replicas[i] = p.newReplica(c)
		}
		for _, f := range a.faults {
			p.wecom.Fault(f)
		}
		p.happen(a)
		if !a.asleep {
			p.round(a)
			p.model.pass(p.now)
			p.check()
			p.checkCards()
		}
		p.wecom.ClearFaults()
		if a.confirm && !a.asleep {
			p.confirm()
		}
	}
	p.confirm()
	p.tally.received += len(p.model.ledger)
	return p.story()
}

// confirm has the reps send everything that they are asked to.
func (p *play) confirm() {
	p.wecom.Confirm(map[string]any{"all": true})
	p.model.confirm(p.now)
	p.checkLedger()
}

// happen does what the act says, in WeCom, in our tables and in the model.
func (p *play) happen(a act) {
	switch a.kind {
	case "add":
		for range a.many {
			p.addPerson(a)
		}
	case "begin":
		who := p.model.people[a.who]
		if who.begun || who.lost {
			return
		}
		p.wear(a, a.who, "begin")
		who.begun = true
		p.model.enter(who, true, p.now)
	case "mark", "unmark":
		for i, who := range p.model.people {
			if who.marked != (a.kind == "mark") && !who.lost {
				p.mark(a, i, who)
			}
		}
	case "lose":
		p.losePerson(a)
	case "edit":
		p.publishEdit(a)
	}
}

func (p *play) addPerson(a act) {
	n := len(p.model.people)
	who := &refPerson{name: fmt.Sprintf("P%d", n), rep: refReps()[n%3/2]}
	now := p.db.Now(p.ctx)
	c := model.Contact{
		ID: int64(n + 1), ExternalUserID: p.wecom.Follow(who.rep, who.name, map[string]any{"silent": true}),
		Name: who.name, Type: 1, FirstAddedAt: &now, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(p.t, p.db.Conn(p.ctx).Create(&c).Error)
	r := model.Relationship{RepID: p.reps[who.rep], ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now}
	require.NoError(p.t, p.db.Conn(p.ctx).Create(&r).Error)
	p.rels, p.sent = append(p.rels, r), append(p.sent, c.ExternalUserID)
	p.recordIn(a, model.Activity{Kind: model.ActivityContactAdded}, n)
	p.model.people = append(p.model.people, who)
	p.model.enter(who, false, p.now)
}

func (p *play) wear(a act, who int, tag string) {
	now, r := p.db.Now(p.ctx), p.rels[who]
	row := model.RelationshipTag{RelationshipID: r.ID, TagID: p.ids[tag], ContactID: r.ContactID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}
	require.NoError(p.t, p.db.Conn(p.ctx).Create(&row).Error)
	p.recordIn(a, model.Activity{Kind: model.ActivityTagAdded, Data: model.AsJSON(model.ActivityData{TagID: p.ids[tag]})}, who)
}

// mark puts on somebody, or takes off, the tag that step filters ask for.
func (p *play) mark(a act, i int, who *refPerson) {
	who.marked = !who.marked
	if who.marked {
		p.wear(a, i, "mark")
		return
	}
	require.NoError(p.t, p.db.Conn(p.ctx).Delete(&model.RelationshipTag{}, "relationship_id = ? AND tag_id = ?", p.rels[i].ID, p.ids["mark"]).Error)
	p.recordIn(a, model.Activity{Kind: model.ActivityTagRemoved, Data: model.AsJSON(model.ActivityData{TagID: p.ids["mark"]})}, i)
}

func (p *play) losePerson(a act) {
	who := p.model.people[a.who]
	if who.lost {
		return
	}
	p.wecom.Post("/sim/unfollows", map[string]any{"userid": who.rep, "external_userid": p.sent[a.who], "by": "customer"}, nil)
	require.NoError(p.t, p.db.Conn(p.ctx).Model(&model.Relationship{}).Where("id = ?", p.rels[a.who].ID).
		Updates(map[string]any{"state": model.RelationshipLost, "ended_at": p.db.Now(p.ctx)}).Error)
	p.recordIn(a, model.Activity{Kind: model.ActivityContactLost}, a.who)
	p.model.lose(who)
}

// recordIn records what somebody has done, again until a process has survived
// it, as the inbox does.
func (p *play) recordIn(act act, a model.Activity, who int) {
	r := p.rels[who]
	a.DedupeKey = fmt.Sprintf("%s %d %s", a.Kind, who, p.now)
	a.ContactID, a.RepID, a.RelationshipID, a.OccurredAt = r.ContactID, r.RepID, r.ID, p.db.Now(p.ctx)
	times := 1
	if act.twice {
		times = 2
	}
	for range times {
		p.survive(0, func(r *replica) error {
			return p.db.InTx(r.ctx, func(ctx context.Context) error { return r.pipeline.Record(ctx, a) })
		})
	}
}

// survive has a replica do something, and its successor again if it dies.
func (p *play) survive(i int, do func(r *replica) error) {
	for {
		r := p.alive(i)
		err := do(r)
		if !r.killed() {
			require.NoError(p.t, err)
			return
		}
	}
}

// alive is the replica, or its successor; in between another may be at work.
func (p *play) alive(i int) *replica {
	r := p.replicas[i]
	if r.killed() {
		p.tally.cut(r.process)
		r = p.newReplica(cut{})
		p.replicas[i] = r
	}
	r.yield = func() {
		other := p.replicas[1-i]
		if other.cut.how == stands {
			other.cut = cut{}
		}
		for range yieldTicks {
			p.clock.Advance(time.Duration(r.cut.pause) * time.Second)
			p.ticked(other)
		}
	}
	return r
}

func (p *play) publishEdit(a act) {
	s := p.model.sops[a.edit.sop]
	for _, key := range a.edit.reworded {
		s.texts[key]++
	}
	next := *s
	next.steps = a.edit.steps
	d, err := sop.ParseDefinition([]byte(p.document(&next)))
	require.NoError(p.t, err)
	how := sop.Publishing{By: "test", Move: a.edit.how != "new"}
	moves := func(*refRun) bool { return how.Move }
	if a.edit.how == "marked" {
		how.Filter, err = audience.Parse(fmt.Appendf(nil, `{"f":"tag","is":"any","v":[%d]}`, p.ids["mark"]))
		require.NoError(p.t, err)
		moves = func(run *refRun) bool { return run.who.marked }
	}
	id, versions := p.ids[s.name], p.versions(s)
	p.survive(0, func(r *replica) error {
		if p.versions(s) > versions {
			return nil // the process died after the commit
		}
		if _, err := r.engine.Update(r.ctx, id, s.name, d); err != nil {
			return err
		}
		_, err := r.engine.PublishWith(r.ctx, id, how)
		return err
	})
	p.tally.edited++
	p.model.edit(s, a.edit.steps, p.now, moves, a.edit.how == "all")
}

func (p *play) versions(s *refSOP) (n int64) {
	require.NoError(p.t, p.db.Conn(p.ctx).Model(&model.SOPVersion{}).Where("sop_id = ?", p.ids[s.name]).Count(&n).Error)
	return n
}

// round lets the replicas work, in turn or both at once, until nothing is left
// to do.
func (p *play) round(a act) {
	turn := 0
	if a.second {
		turn = 1
	}
	for range settleTicks {
		if a.atOnce {
			var both errgroup.Group
			for i := range p.replicas {
				r := p.alive(i)
				both.Go(func() error {
					if err := r.tick(); err != nil && !r.killed() {
						return err
					}
					return nil
				})
			}
			require.NoError(p.t, both.Wait())
		} else {
			p.ticked(p.alive(turn))
			turn = 1 - turn
		}
		if p.quiet() {
			return
		}
		p.clock.Advance(settlePause)
	}
	p.t.Fatalf("after a quarter of an hour there is still something to do at %s", p.now)
}

func (p *play) ticked(r *replica) {
	if r.killed() {
		return
	}
	if err := r.tick(); !r.killed() {
		require.NoError(p.t, err)
	}
}

// tick does once what the loops do all the time.
func (r *replica) tick() error {
	e := r.engine
	dispatch := func(ctx context.Context) error {
		for {
			if again, err := e.Dispatch(ctx); err != nil || !again {
				return err
			}
		}
	}
	noted := func(do func(ctx context.Context) (bool, error)) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := do(ctx)
			return err
		}
	}
	for _, do := range []func(context.Context) error{
		e.Plan, e.Group, dispatch, noted(e.UpdateCards), e.Rescue, noted(e.Reconcile), noted(e.Poll),
	} {
		if err := do(r.ctx); err != nil {
			return err
		}
	}
	return nil
}

// quiet tells whether nothing is due before the round's quarter of an hour is
// over, and no call's outcome is open.
func (p *play) quiet() bool {
	until := (p.now + 14).time()
	for _, r := range p.replicas {
		if r.killed() {
			return false // its successor looks once
		}
	}
	for _, open := range []*gorm.DB{
		p.db.Conn(p.ctx).Model(&model.Enrollment{}).Where("next_due_at <= ?", until),
		p.db.Conn(p.ctx).Model(&model.Touch{}).Where("state = ? AND not_before <= ? OR state = ?", model.TouchPlanned, until, model.TouchDispatched),
		p.db.Conn(p.ctx).Model(&model.Dispatch{}).Where("state IN ?", []model.DispatchState{model.DispatchQueued, model.DispatchSending, model.DispatchUnknown}),
		p.db.Conn(p.ctx).Model(&model.SOPChange{}).Where("state = ?", model.ChangeRunning),
	} {
		var n int64
		require.NoError(p.t, open.Count(&n).Error)
		if n > 0 {
			return false
		}
	}
	return true
}
