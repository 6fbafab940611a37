package sop

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Bounds of an outlook: how far it looks, how many people it looks at, how many
// touches it lists. Load and Total count all of those people's.
const (
	MaxOutlookDays = 92
	outlookPeople  = 5000
	outlookTouches = 1000
)

// Question says whose future is asked for: a contact's (or a customer group's, by
// its Who), a rep's, a programme's, or, without any, everybody's who is inside a programme now.
type Question struct {
	ContactID, RepID, SOPID int64
	// Draft asks for the programme's draft, as if everybody who matches its
	// filter and has not been inside entered now.
	Draft bool
	Days  int // 1 to MaxOutlookDays
}

func (q Question) fault() error {
	f := faults{}
	if q.Days < 1 || q.Days > MaxOutlookDays {
		f.add("days", "must be 1 to %d", MaxOutlookDays)
	}
	named := 0
	for _, id := range []int64{q.ContactID, q.RepID, q.SOPID} {
		if id != 0 {
			named++
		}
	}
	if named > 1 {
		f.add("sop", "name one of contact, rep and sop")
	}
	if q.Draft && q.SOPID == 0 {
		f.add("draft", "needs the programme beside it")
	}
	if len(f) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the query has faults", Fields: f}
}

// Outlook is what will happen if reps confirm at once and nothing else happens:
// no answers, no new people, no edits.
type Outlook struct {
	From, Until time.Time
	// CompleteUntil is Until, or earlier when more people are due than are
	// looked at: touches before it are all there.
	CompleteUntil time.Time
	People        int
	Total         int        // touches and skips
	Touches       []Prospect // the first of them, in order
	Load          []Load     // by day and rep
	// IfAddedToday is what somebody who enters now would get; only with SOPID.
	IfAddedToday []Expected
}

// Prospect is a touch that is ahead: planned, or skipped with a reason.
type Prospect struct {
	model.Touch
	// At is when it goes to its channel, or is skipped. A rep's prompts gather
	// for their card: they may come some hours later.
	At          time.Time
	Held        bool   // its programme is paused: it waits
	Moved       string // why the calendar moved it, as in Expected
	Holiday     string
	SOPName     string
	StepName    string
	ContactName string
	RepName     string
}

// Load is what a day, in the corp's zone, asks of a rep.
type Load struct {
	Day     string
	RepID   int64
	RepName string
	Touches int // people who get something
	Calls   int // messages to confirm, cards to work through
	Skipped int
}

// oracle plans ahead, by the code that plans.
type oracle struct {
	engine     *Engine
	now, until time.Time
	people     people
	facts      map[int64]Facts // by enrollment
	seats      []model.Enrollment
	silent     map[int64]bool // enrollments that are not asked for, but compete
	open       []*ahead       // touches on their way
	book       *book
	given      map[turnKey]map[stepOf]bool
	versions   map[int64]*Version
	filters    []audience.Filter // of the versions
	contents   map[contentKey]model.StepContent
	tags       map[int64]string
	sops       map[int64]model.SOP
	calls      map[loadKey]map[string]bool
	load       map[loadKey]*Load
	out        Outlook
}

// turnKey is a rep's half hour.
type turnKey struct {
	repID int64
	slot  time.Time
}

type contentKey struct {
	sopID   int64
	stepKey string
}

type loadKey struct {
	day   string
	repID int64
}

func newOracle(e *Engine, now, until time.Time) *oracle {
	return &oracle{
		engine: e, now: now, until: until, people: newPeople(0), facts: map[int64]Facts{}, silent: map[int64]bool{},
		book: &book{contacts: map[int64][]Use{}, reps: map[int64][]Use{}}, given: map[turnKey]map[stepOf]bool{},
		versions: map[int64]*Version{}, contents: map[contentKey]model.StepContent{}, tags: map[int64]string{}, sops: map[int64]model.SOP{},
		calls: map[loadKey]map[string]bool{}, load: map[loadKey]*Load{},
		out: Outlook{From: now, Until: until, CompleteUntil: until},
	}
}

// Outlook answers the question with MakePlan, the gate before a dispatch, and
// the facts of now. Its cost follows what is due in those days, up to a bound.
func (e *Engine) Outlook(ctx context.Context, q Question) (Outlook, error) {
	if err := q.fault(); err != nil {
		return Outlook{}, err
	}
	now := e.DB.Now(ctx)
	o := newOracle(e, now, now.Add(time.Duration(q.Days)*24*time.Hour))
	look := o.enrolled
	if q.Draft {
		look = o.drafted
	}
	if err := look(ctx, q); err != nil {
		return Outlook{}, fmt.Errorf("look ahead: %w", err)
	}
	if err := o.openBook(ctx); err != nil {
		return Outlook{}, fmt.Errorf("look ahead: %w", err)
	}
	o.play()
	if err := o.ifAddedToday(ctx, q); err != nil {
		return Outlook{}, fmt.Errorf("look ahead: %w", err)
	}
	return o.answer(), nil
}

func (o *oracle) answer() Outlook {
	slices.SortStableFunc(o.out.Touches, func(a, b Prospect) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.SOPID, b.SOPID), cmp.Compare(a.StepKey, b.StepKey), cmp.Compare(a.ContactID, b.ContactID))
	})
	o.out.Total = len(o.out.Touches)
	o.out.Touches = o.out.Touches[:min(o.out.Total, outlookTouches)]
	for at, l := range o.load {
		l.Calls = len(o.calls[at])
		o.out.Load = append(o.out.Load, *l)
	}
	slices.SortFunc(o.out.Load, func(a, b Load) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.RepID, b.RepID)) })
	return o.out
}

// enrolled looks at the people inside, and at the touches that wait already.
func (o *oracle) enrolled(ctx context.Context, q Question) error {
	ids, err := o.due(ctx, q)
	if err != nil {
		return err
	}
	o.out.People = len(ids)
	for page := range slices.Chunk(ids, chunk) {
		var list []model.Enrollment
		err := o.engine.DB.Conn(ctx).Order("id").Find(&list, "id IN ? AND state = ?", page, model.EnrollmentActive).Error
		if err != nil {
			return fmt.Errorf("load enrollments: %w", err)
		}
		if err := o.planAhead(ctx, list); err != nil {
			return err
		}
	}
	if err := o.waiting(ctx, q); err != nil {
		return err
	}
	return o.compete(ctx, ids)
}

// due finds the enrollments that are due before the horizon, the soonest first.
func (o *oracle) due(ctx context.Context, q Question) ([]int64, error) {
	type row struct {
		ID        int64
		NextDueAt time.Time
	}
	var list []row
	find := func(tx *gorm.DB) error {
		var part []row
		err := tx.Select("enrollments.id", "enrollments.next_due_at").
			Where("enrollments.next_due_at <= ?", o.until).Order("enrollments.next_due_at, enrollments.id").
			Limit(outlookPeople + 1).Find(&part).Error
		list = append(list, part...)
		return wrap("find due enrollments", err)
	}
	conn, err := o.engine.DB.Read(ctx), error(nil)
	const active = "enrollments.state = ?"
	switch {
	case q.ContactID != 0:
		err = find(conn.Table("enrollments").Where(active, model.EnrollmentActive).Where("contact_id = ?", q.ContactID))
	case q.SOPID != 0:
		err = find(conn.Table(o.engine.DB.Walk("enrollments", "ix_enrollments_sop")).Where(active, model.EnrollmentActive).Where("sop_id = ?", q.SOPID))
	case q.RepID != 0:
		err = find(conn.Table("enrollments").Where(active, model.EnrollmentActive).
			Joins("JOIN relationships ON relationships.contact_id = enrollments.contact_id AND relationships.id = enrollments.relationship_id").
			Where("relationships.rep_id = ?", q.RepID))
		var groups []int64
		if err == nil {
			groups, err = o.engine.groupsOf(ctx, q.RepID)
		}
		for page := range slices.Chunk(groups, chunk) {
			if err == nil {
				err = find(conn.Table(o.engine.DB.Walk("enrollments", "ix_enrollments_contact")).Where(active, model.EnrollmentActive).
					Where("enrollments.contact_id IN ?", page))
			}
		}
	default:
		for shard := range model.EnrollmentShards {
			if err == nil {
				err = find(conn.Table(o.engine.DB.Walk("enrollments", "ix_enrollments_due")).Where("enrollments.shard = ?", shard))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b row) int { return cmp.Or(a.NextDueAt.Compare(b.NextDueAt), cmp.Compare(a.ID, b.ID)) })
	if len(list) > outlookPeople {
		o.out.CompleteUntil, list = list[outlookPeople].NextDueAt, list[:outlookPeople]
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	return ids, nil
}

// planAhead plans a page of enrollments until the horizon.
func (o *oracle) planAhead(ctx context.Context, list []model.Enrollment) error {
	var contactIDs []int64
	for _, en := range list {
		if err := o.read(ctx, en.VersionID); err != nil {
			return err
		}
		contactIDs = append(contactIDs, en.ContactID)
	}
	people, err := o.meetPeople(ctx, contactIDs)
	if err != nil {
		return err
	}
	facts, err := o.engine.factsOf(ctx, people, list)
	if err != nil {
		return err
	}
	if err := o.engine.loadVariants(ctx, list, o.versions, facts); err != nil {
		return err
	}
	if err := o.engine.loadProgress(ctx, list, o.versions, facts); err != nil {
		return err
	}
	maps.Copy(o.facts, facts)
	o.seats = append(o.seats, list...)
	return nil
}

// read loads a version with what its steps say.
func (o *oracle) read(ctx context.Context, id int64) error {
	if o.versions[id] != nil {
		return nil
	}
	v, err := o.engine.version(ctx, id)
	if err != nil {
		return err
	}
	o.versions[id], o.filters = v, append(o.filters, v.stepFilters()...)
	var rows []model.StepContent
	if err := o.engine.DB.Read(ctx).Find(&rows, "sop_id = ?", v.SOPID).Error; err != nil {
		return fmt.Errorf("load contents of SOP %d: %w", v.SOPID, err)
	}
	for _, row := range rows {
		o.contents[contentKey{v.SOPID, row.StepKey}] = row
	}
	return o.meet(ctx, v)
}

// meet loads the programme and the tags that a version names.
func (o *oracle) meet(ctx context.Context, v *Version) error {
	s, err := o.engine.sop(ctx, v.SOPID)
	if err != nil {
		return err
	}
	o.sops[s.ID] = s
	var ids []int64
	for _, step := range v.Steps {
		ids = append(append(ids, step.AddTags...), step.RemoveTags...)
	}
	if len(ids) == 0 {
		return nil
	}
	var tags []model.Tag
	if err := o.engine.DB.Read(ctx).Find(&tags, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("load tags of SOP %d: %w", v.SOPID, err)
	}
	for _, t := range tags {
		o.tags[t.ID] = t.WeComID
	}
	return nil
}

// having are the facts after that touch. Where the programme follows its
// touches, the rep is taken to confirm it as soon as it goes out.
func (f Facts) having(t model.Touch, follows bool) Facts {
	f.Done[t.StepKey] = true
	if !follows {
		return f
	}
	f.Progress = maps.Clone(f.Progress)
	if f.Progress == nil {
		f.Progress = map[string]Progress{}
	}
	p := Progress{State: t.State, NotBefore: t.NotBefore, FinalAt: t.FinalAt}
	if t.State == model.TouchPlanned {
		at := t.NotBefore
		p.State, p.SentAt, p.ConfirmedAt, p.FinalAt = model.TouchDelivered, &at, &at, &at
	}
	f.Progress[t.StepKey] = p
	return f
}

// note tells of a touch that goes out or is skipped at a.at.
func (o *oracle) note(a *ahead, load model.DispatchPayload) {
	if a.silent {
		return
	}
	e, t, v, anchor, at := o.engine, a.touch, a.version, a.anchor, a.at
	step, _ := v.step(t.StepKey)
	p := Prospect{
		Touch: t, At: at, SOPName: o.sops[t.SOPID].Name, StepName: step.Name, Held: o.sops[t.SOPID].State == model.SOPPaused,
		ContactName: o.people.contacts[t.ContactID].Name, RepName: o.people.reps[t.RepID].Name,
	}
	if !anchor.IsZero() {
		p.Moved, p.Holiday = v.window.moved(step.Offset.instant(anchor, v.window))
	}
	o.out.Touches = append(o.out.Touches, p)
	info := ChannelInfo{}
	if channel, ok := e.Channels[t.Channel]; ok {
		info = channel.Info()
	}
	if info.Immediate {
		return // nobody works on it
	}
	key := loadKey{localDay(at, e.Config.Zone), t.RepID}
	l := o.load[key]
	if l == nil {
		l = &Load{Day: key.day, RepID: key.repID, RepName: p.RepName}
		o.load[key], o.calls[key] = l, map[string]bool{}
	}
	switch {
	case t.State == model.TouchSkipped:
		l.Skipped++
	case !p.Held:
		l.Touches++
		o.calls[key][e.callOf(p, info, load)] = true
	}
}

// callOf names the message or card that a touch would share with others.
func (e *Engine) callOf(p Prospect, info ChannelInfo, load model.DispatchPayload) string {
	if info.Digest {
		return fmt.Sprintf("%s %d", p.Channel, p.At.Truncate(max(time.Second, e.Config.PromptEvery)).Unix())
	}
	return fmt.Sprintf("%s %d %s %s %d %s", p.Channel, p.SOPID, p.StepKey, p.Variant, p.At.Unix(), load.Content.Text)
}

// waiting adds the touches that are planned and have not gone: the send window,
// a limit or a pause holds them.
func (o *oracle) waiting(ctx context.Context, q Question) error {
	tx := o.engine.DB.Read(ctx).Table(o.engine.DB.Walk("touches", "ix_touches_queue"))
	switch {
	case q.ContactID != 0:
		tx = o.engine.DB.Read(ctx).Where("contact_id = ?", q.ContactID)
	case q.RepID != 0:
		tx = tx.Where("rep_id = ?", q.RepID)
	case q.SOPID != 0:
		tx = tx.Where("sop_id = ?", q.SOPID)
	}
	var list []model.Touch
	err := tx.Where("state = ? AND not_before <= ?", model.TouchPlanned, o.until).Order("not_before, id").Limit(outlookPeople + 1).Find(&list).Error
	if err != nil {
		return fmt.Errorf("load planned touches: %w", err)
	}
	if len(list) > outlookPeople {
		if next := list[outlookPeople].NotBefore; next.Before(o.out.CompleteUntil) {
			o.out.CompleteUntil = next
		}
		list = list[:outlookPeople]
	}
	for page := range slices.Chunk(list, chunk) {
		if err := o.waitingPage(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

func (o *oracle) waitingPage(ctx context.Context, list []model.Touch) error {
	var contactIDs []int64
	for _, t := range list {
		if err := o.read(ctx, t.VersionID); err != nil {
			return err
		}
		contactIDs = append(contactIDs, t.ContactID)
	}
	if _, err := o.meetPeople(ctx, contactIDs); err != nil {
		return err
	}
	for _, t := range list {
		o.open = append(o.open, &ahead{touch: t, version: o.versions[t.VersionID], at: later(t.NotBefore, o.now)})
	}
	return nil
}
