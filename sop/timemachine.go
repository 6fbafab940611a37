package sop

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Bounds of the time machine: how many days back it goes, and how many
// activities one leg reads at most.
const (
	MaxMachineDays = 92
	machineLeg     = 20_000
	machinePage    = chunk
)

// Leg asks for a part of a run of the time machine: the first, or the one that
// the leg before says.
type Leg struct {
	SOPID int64
	Days  int       // 1 to MaxMachineDays
	Until time.Time // the first leg's; zero for the first
	After int64     // the last activity of the leg before
	Most  int       // activities to read at most, of any kind; 0 is machineLeg, which is also the bound
}

// Past is what a programme's draft would have done with real activities. The
// legs of a run add up.
type Past struct {
	From, Until time.Time
	Next        *Leg    // nil when this was the last leg
	Progress    float64 // of the whole run, 0 to 1
	Activities  int     // read in this leg
	Entered     int
	Load        []Load // by day and rep; Calls is not known
}

// TimeMachine runs the programme's draft against the activities of the past
// days: who would have entered, what that would have asked of whom on which
// day. Filters are asked about today's facts, nobody's having left counts, and
// everybody enters once: it estimates a volume. Cost is bounded per leg. It
// answers CodeConflict for a trigger that no activity announces.
func (e *Engine) TimeMachine(ctx context.Context, leg Leg) (Past, error) {
	v, err := e.compileDraft(ctx, leg.SOPID)
	if err != nil {
		return Past{}, fmt.Errorf("travel back: %w", err)
	}
	if leg.Days < 1 || leg.Days > MaxMachineDays {
		return Past{}, model.Invalid("days", fmt.Sprintf("must be 1 to %d", MaxMachineDays))
	}
	kind := triggers()[v.Trigger.Kind]
	if len(kind.on) == 0 || kind.sweep != nil {
		return Past{}, model.Conflict("no activity lets people into this programme: there is no past to try it on")
	}
	if leg.Until.IsZero() {
		leg.Until = e.DB.Now(ctx)
	}
	if leg.Most <= 0 || leg.Most > machineLeg {
		leg.Most = machineLeg
	}
	m := &machine{
		engine: e, version: v, on: kind.on, until: leg.Until, from: leg.Until.Add(-time.Duration(leg.Days) * 24 * time.Hour), load: map[loadKey]*Load{},
	}
	p, err := m.travel(ctx, leg)
	if err != nil {
		return p, fmt.Errorf("travel back: %w", err)
	}
	return p, nil
}

// machine is one leg.
type machine struct {
	engine      *Engine
	version     *Version
	on          []model.ActivityKind
	from, until time.Time
	first       int64 // activity of the whole run
	past        Past
	load        map[loadKey]*Load
}

func (m *machine) travel(ctx context.Context, leg Leg) (Past, error) {
	m.past = Past{From: m.from, Until: m.until, Progress: 1}
	last, err := m.span(ctx)
	if err != nil || last == 0 {
		return m.past, err
	}
	after := max(leg.After, m.first-1)
	end := min(last, after+int64(leg.Most))
	for from := after; from < end; {
		var page []model.Activity
		err := m.engine.DB.Read(ctx).Order("id").Limit(machinePage).
			Find(&page, "id > ? AND id <= ? AND kind IN ?", from, end, m.on).Error
		if err != nil {
			return m.past, fmt.Errorf("read activities: %w", err)
		}
		if len(page) == 0 {
			break
		}
		from = page[len(page)-1].ID
		m.past.Activities += len(page)
		if err := m.replay(ctx, page); err != nil {
			return m.past, err
		}
	}
	if end < last {
		m.past.Progress = float64(end-m.first+1) / float64(last-m.first+1)
		m.past.Next = &Leg{SOPID: leg.SOPID, Days: leg.Days, Until: m.until, After: end, Most: leg.Most}
	}
	for _, l := range m.load {
		m.past.Load = append(m.past.Load, *l)
	}
	slices.SortFunc(m.past.Load, func(a, b Load) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.RepID, b.RepID)) })
	return m.past, nil
}

// span finds the first activity of the run and returns the last; 0 when there
// is none. Activities are recorded in the order of their ids, which have no
// index by time: a few looks find the place.
func (m *machine) span(ctx context.Context) (last int64, err error) {
	conn := m.engine.DB.Read(ctx)
	var edge struct{ Low, High int64 }
	if err := conn.Model(&model.Activity{}).Select("COALESCE(MIN(id), 0) AS low, COALESCE(MAX(id), 0) AS high").Scan(&edge).Error; err != nil {
		return 0, fmt.Errorf("find the latest activity: %w", err)
	}
	if edge.High == 0 {
		return 0, nil
	}
	n := sort.Search(int(edge.High-edge.Low)+1, func(i int) bool {
		var at []time.Time
		if err == nil {
			err = m.engine.DB.Read(ctx).Model(&model.Activity{}).Where("id >= ?", edge.Low+int64(i)).Order("id").Limit(1).Pluck("recorded_at", &at).Error
		}
		return err != nil || len(at) == 0 || !at[0].Before(m.from)
	})
	m.first = edge.Low + int64(n)
	if err != nil || m.first > edge.High {
		return 0, wrap("find the first activity", err)
	}
	return edge.High, nil
}

// replay lets those of a page enter whom no earlier activity of the run has let
// in, and counts what they would have got by now.
func (m *machine) replay(ctx context.Context, page []model.Activity) error {
	byContact := map[int64][]model.Activity{}
	for _, a := range page {
		byContact[a.ContactID] = nil
	}
	ids := slices.Sorted(maps.Keys(byContact))
	var all []model.Activity
	err := m.engine.DB.Read(ctx).Order("id").
		Find(&all, "contact_id IN ? AND id >= ? AND id <= ? AND kind IN ?", ids, m.first, page[len(page)-1].ID, m.on).Error
	if err != nil {
		return fmt.Errorf("read the contacts' activities: %w", err)
	}
	for _, a := range all {
		byContact[a.ContactID] = append(byContact[a.ContactID], a)
	}
	v := m.version
	people, err := m.engine.people(ctx, ids, append(v.stepFilters(), v.Filter))
	if err != nil {
		return err
	}
	for _, id := range ids {
		a, at, entered := v.firstEntry(byContact[id], people.audience[id], m.from, m.until)
		if entered && a.ID >= page[0].ID {
			m.past.Entered++
			m.enter(a, at, people)
		}
	}
	return nil
}

// firstEntry is the first of a contact's activities that lets them in.
func (v *Version) firstEntry(list []model.Activity, facts audience.Facts, from, until time.Time) (model.Activity, anchor, bool) {
	if !v.Filter.Match(facts) {
		return model.Activity{}, anchor{}, false
	}
	for _, a := range list {
		// What a synchronisation found later of an earlier past is no event.
		if a.OccurredAt.Before(from) || a.OccurredAt.After(until) {
			continue
		}
		if at, ok := v.anchored(a); ok {
			return a, at, true
		}
	}
	return model.Activity{}, anchor{}, false
}

// enter plays one person's run, through the rep of those days.
func (m *machine) enter(a model.Activity, at anchor, people people) {
	v := m.version
	f := people.factsFor(a.ContactID, a.RelationshipID)
	if a.RepID != 0 {
		f.Voice = &model.Relationship{ID: a.RelationshipID, RepID: a.RepID, ContactID: a.ContactID, State: model.RelationshipActive}
		f.Rep = model.Rep{ID: a.RepID, Name: people.reps[a.RepID].Name}
	}
	if f.Voice == nil {
		return
	}
	en := v.enrollment(entry{
		contactID: a.ContactID, repID: f.Voice.RepID, relationshipID: f.Voice.ID, anchor: at, kind: v.Trigger.Kind, activity: a,
	}, 0, a.OccurredAt)
	m.play(en, f, a.OccurredAt)
}

// play plans one enrollment whenever it is due, from then on.
func (m *machine) play(en model.Enrollment, f Facts, at time.Time) {
	if en.NextDueAt == nil {
		return
	}
	at = later(*en.NextDueAt, at)
	for !at.After(m.until) {
		f.Audience.Now = at.In(m.engine.Config.Zone)
		p := MakePlan(en, m.version, f, at)
		for _, t := range p.Touches {
			f = f.having(t, m.version.follows())
			if t.State == model.TouchPlanned {
				f.Uses = append(f.Uses, m.version.use(t))
			}
			m.count(t, f.Rep.Name)
		}
		if p.NextDue == nil || !p.NextDue.After(at) {
			return
		}
		at = *p.NextDue
	}
}

func (m *machine) count(t model.Touch, rep string) {
	if t.NotBefore.After(m.until) || m.engine.Channels[t.Channel].Info().Immediate {
		return
	}
	at := t.NotBefore
	if t.State == model.TouchSkipped {
		at = t.PlannedAt
	}
	key := loadKey{localDay(at, m.engine.Config.Zone), t.RepID}
	l := m.load[key]
	if l == nil {
		l = &Load{Day: key.day, RepID: t.RepID, RepName: rep}
		m.load[key] = l
	}
	if t.State == model.TouchSkipped {
		l.Skipped++
		return
	}
	l.Touches++
}
