package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// rivalsAhead is how far planning looks for the steps of programmes that exclude
// the one at hand.
const rivalsAhead = 7 * 24 * time.Hour

// book is what is taken and reserved of the attention of some contacts and reps,
// in one transaction that nobody else can reserve beside.
type book struct {
	contacts map[int64][]Use
	reps     map[int64][]Use
}

// of is what counts for a touch of that contact by that rep.
func (b *book) of(contactID, repID int64) []Use {
	return slices.Concat(b.contacts[contactID], b.reps[repID])
}

// enter adds a booked touch.
func (b *book) enter(v *Version, t model.Touch) {
	if t.LimitDay == "" || t.State.Final() {
		return
	}
	u := v.use(t)
	if u.Rep {
		b.reps[t.RepID] = append(b.reps[t.RepID], Use{Day: u.Day, N: 1, Rep: true})
	}
	u.Rep = false
	b.contacts[t.ContactID] = append(b.contacts[t.ContactID], u)
}

// strike takes a touch out that is to be booked anew.
func (b *book) strike(t model.Touch) {
	b.contacts[t.ContactID] = slices.DeleteFunc(b.contacts[t.ContactID], func(u Use) bool { return u.TouchID == t.ID })
	for i, u := range b.reps[t.RepID] {
		if u.Rep && u.Day == t.LimitDay {
			b.reps[t.RepID][i].N--
			return
		}
	}
}

// planBook opens the book of a page's contacts and reps, with the steps that
// rivals will plan.
func (e *Engine) planBook(ctx context.Context, list, rivals []model.Enrollment, versions map[int64]*Version, facts map[int64]Facts) (*book, error) {
	contacts, reps := map[int64]bool{}, map[int64]bool{}
	for _, en := range list {
		v, f := versions[en.VersionID], facts[en.ID]
		if f.Voice == nil {
			continue
		}
		for _, s := range v.Steps {
			switch v.channels[s.Channel].Reach {
			case ReachContact, ReachGroup:
				contacts[en.ContactID] = true
			case ReachRep:
				contacts[en.ContactID], reps[f.Rep.ID] = true, true
			case ReachNobody:
			}
		}
	}
	b, err := e.openBook(ctx, contacts, reps, len(rivals) > 0 || anyExclusive(versions))
	if err != nil {
		return nil, err
	}
	now := e.DB.Now(ctx)
	for _, en := range rivals {
		b.expect(versions[en.VersionID], en, facts[en.ID], now)
	}
	return b, nil
}

// expect adds what an enrollment will probably send, for its rivals to see.
func (b *book) expect(v *Version, en model.Enrollment, f Facts, now time.Time) {
	b.contacts[en.ContactID] = append(b.contacts[en.ContactID], v.expected(en, f, now)...)
}

// done are the facts with these touches made; where the programme follows its
// touches nothing is known of how far they have got.
func (f Facts) done(touches []model.Touch) Facts {
	for _, t := range touches {
		f.Done[t.StepKey] = true
	}
	return f
}

func anyExclusive(versions map[int64]*Version) bool {
	for _, v := range versions {
		if v.Exclusivity != "" {
			return true
		}
	}
	return false
}

// openBook makes everybody else wait who wants to reserve attention of these
// contacts and reps, and reads what is taken. claims says whether to tell which
// programme took it.
func (e *Engine) openBook(ctx context.Context, contacts, reps map[int64]bool, claims bool) (*book, error) {
	contactIDs, repIDs := slices.Sorted(maps.Keys(contacts)), slices.Sorted(maps.Keys(reps))
	if len(contactIDs) == 0 {
		return &book{contacts: map[int64][]Use{}, reps: map[int64][]Use{}}, nil
	}
	if err := e.takeLimits(ctx, contactIDs, repIDs); err != nil {
		return nil, err
	}
	return e.readBook(ctx, contacts, reps, claims)
}

// readBook reads what is taken and reserves nothing.
func (e *Engine) readBook(ctx context.Context, contacts, reps map[int64]bool, claims bool) (*book, error) {
	b := &book{contacts: map[int64][]Use{}, reps: map[int64][]Use{}}
	contactIDs, repIDs := slices.Sorted(maps.Keys(contacts)), slices.Sorted(maps.Keys(reps))
	now := e.DB.Now(ctx)
	today := dateOf(now, e.Config.Zone)
	limits, err := e.limits(ctx)
	if err != nil {
		return nil, err
	}
	since := limits.countedFrom(today)
	for ids := range slices.Chunk(contactIDs, chunk) {
		if err := e.readContacts(ctx, b, ids, since, claims); err != nil {
			return nil, err
		}
	}
	for ids := range slices.Chunk(repIDs, chunk) {
		if err := e.readPrompts(ctx, b, ids, today.Format(time.DateOnly)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// takeLimits takes the turn of each shard of contacts and of each rep, in order. A
// page is of one shard, and a shard's pages are planned one at a time anyway, so
// a row for each contact would keep nobody less waiting.
func (e *Engine) takeLimits(ctx context.Context, contactIDs, repIDs []int64) error {
	shards := map[int64]bool{}
	for _, id := range contactIDs {
		shards[id%model.EnrollmentShards] = true
	}
	var rows []model.LimitTurn
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		rows = append(rows, model.LimitTurn{Kind: "shard", SubjectID: shard})
	}
	for _, id := range repIDs {
		rows = append(rows, model.LimitTurn{Kind: "rep", SubjectID: id})
	}
	return e.takeTurns(ctx, rows)
}

// takeTurns writes these rows: whoever comes second waits for our commit, or on a
// cluster fails and runs again.
func (e *Engine) takeTurns(ctx context.Context, rows []model.LimitTurn) error {
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "kind"}, {Name: "subject_id"}},
		DoUpdates: clause.Assignments(map[string]any{"turn": gorm.Expr("limit_turns.turn + 1")}),
	}).CreateInBatches(rows, chunk).Error
	return wrap("take turns", err)
}

// standing are the states in which a touch takes attention, or has taken it.
func standing() []model.TouchState {
	return []model.TouchState{model.TouchPlanned, model.TouchDispatched, model.TouchAccepted, model.TouchDelivered, model.TouchDone}
}

func (e *Engine) readTouches(ctx context.Context, b *book, contactIDs []int64, since string, claims bool) error {
	var rows []model.Touch
	err := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_limit")).
		Select("id", "contact_id", "sop_id", "version_id", "channel", "state", "limit_day", "due_at").
		Where("contact_id IN ? AND limit_day >= ?", contactIDs, since).
		Where("state IN ? OR state = ? AND reason = ?", standing(), model.TouchFailed, ReasonOverQuota).Find(&rows).Error
	if err != nil {
		return fmt.Errorf("load touches that count for limits: %w", err)
	}
	for _, t := range rows {
		info := e.Channels.info(t.Channel)
		u := Use{
			TouchID: t.ID, Day: t.LimitDay, N: 1, Contact: info.Reach == ReachContact, Quota: info.Quota,
			Refused: t.State == model.TouchFailed, Gone: t.State != model.TouchPlanned,
		}
		if claims && t.VersionID != 0 {
			v, err := e.version(ctx, t.VersionID)
			if err != nil {
				return err
			}
			u.Claim = v.claim(t.DueAt)
		}
		b.contacts[t.ContactID] = append(b.contacts[t.ContactID], u)
	}
	return nil
}

func (e *Engine) readOutside(ctx context.Context, b *book, contactIDs []int64, since string) error {
	var rows []model.OutsideSend
	if err := e.DB.Conn(ctx).Find(&rows, "contact_id IN ? AND day >= ?", contactIDs, since).Error; err != nil {
		return fmt.Errorf("load what other tools sent: %w", err)
	}
	for _, r := range rows {
		b.contacts[r.ContactID] = append(b.contacts[r.ContactID], Use{Day: r.Day, N: 1, Quota: true, Refused: r.Refused, Gone: true})
	}
	return nil
}

func (e *Engine) readPrompts(ctx context.Context, b *book, repIDs []int64, since string) error {
	var channels []string
	for name, c := range e.Channels {
		if c.Info().Reach == ReachRep {
			channels = append(channels, name)
		}
	}
	var rows []struct {
		RepID    int64
		LimitDay string
		N        int
	}
	err := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_prompts")).Select("rep_id, limit_day, COUNT(*) AS n").
		Where("rep_id IN ? AND channel IN ? AND limit_day >= ? AND state IN ?", repIDs, channels, since, standing()).
		Group("rep_id, limit_day").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("count prompts of reps: %w", err)
	}
	for _, r := range rows {
		b.reps[r.RepID] = append(b.reps[r.RepID], Use{Day: r.LimitDay, N: r.N, Rep: true})
	}
	return nil
}

// rivals loads the active enrollments of the page's contacts in other running
// programmes of the same exclusivity group, and puts their versions to those at
// hand: a step of theirs that is due soon may win a day.
func (e *Engine) rivals(ctx context.Context, list []model.Enrollment, versions map[int64]*Version) ([]model.Enrollment, error) {
	groups, page := map[string]bool{}, map[int64]bool{}
	var contactIDs []int64
	for _, en := range list {
		page[en.ID] = true
		if g := versions[en.VersionID].Exclusivity; g != "" {
			groups[g], contactIDs = true, append(contactIDs, en.ContactID)
		}
	}
	var out []model.Enrollment
	for ids := range slices.Chunk(contactIDs, chunk) {
		var rows []model.Enrollment
		err := e.DB.Conn(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_contact")).
			Where("contact_id IN ? AND state = ? AND next_due_at <= ?", ids, model.EnrollmentActive, e.DB.Now(ctx).Add(rivalsAhead)).
			Where("sop_id IN (SELECT id FROM sops WHERE state = ?)", model.SOPLive).Find(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("load rival enrollments: %w", err)
		}
		for _, en := range rows {
			v, err := e.version(ctx, en.VersionID)
			if err != nil {
				return nil, err
			}
			if !page[en.ID] && groups[v.Exclusivity] {
				versions[en.VersionID], out = v, append(out, en)
			}
		}
	}
	return out, nil
}

// expected is what an enrollment that is not being planned will probably send.
func (v *Version) expected(en model.Enrollment, f Facts, now time.Time) []Use {
	var out []Use
	if en.Holdout != "" {
		return nil
	}
	steps, _ := v.shifted(en.Shift).upNext(en, f, now)
	for _, s := range steps {
		if s.due.After(now.Add(rivalsAhead)) {
			break
		}
		at := now
		if s.due.After(now) {
			at = s.due
		}
		at = v.window.next(at)
		if v.channels[s.Channel].Reach == ReachNobody || s.before(s.base, s.start(en), v.window) || at.After(s.due.Add(s.grace())) || !s.Filter.Match(f.Audience) {
			continue
		}
		out = append(out, Use{Day: localDay(at, v.corp), Expected: true, Claim: v.claim(s.due)})
	}
	return out
}

// inTurn sorts a page so that the higher priority, and then the earlier due,
// takes what room there is.
func inTurn(list []model.Enrollment, versions map[int64]*Version) {
	slices.SortFunc(list, func(a, b model.Enrollment) int {
		if d := versions[b.VersionID].Priority - versions[a.VersionID].Priority; d != 0 {
			return d
		}
		if d := a.NextDueAt.Compare(*b.NextDueAt); d != 0 {
			return d
		}
		return int(a.ID - b.ID)
	})
}

// dispatchBook opens the book for the touches of a group that are asked anew:
// those that lost their day, that were planned on an earlier one, whose programme
// excludes others, or whose contact has asked something of us. The rest keep what was reserved at planning.
func (e *Engine) dispatchBook(ctx context.Context, g *gate, touches []model.Touch) error {
	now := e.DB.Now(ctx)
	contacts, reps, claims := map[int64]bool{}, map[int64]bool{}, false
	for _, t := range touches {
		v := g.versions[t.VersionID]
		reach := v.channels[t.Channel].Reach
		if !v.asksAnew(t, now) && !v.wishes(t.Channel, g.people.audience[t.ContactID], now) {
			continue
		}
		g.asked[t.ID], contacts[t.ContactID] = true, true
		claims = claims || v.Exclusivity != ""
		if reach == ReachRep {
			reps[t.RepID] = true
		}
	}
	var err error
	if g.book, err = e.openBook(ctx, contacts, reps, claims); err != nil {
		return err
	}
	for _, t := range touches {
		if g.asked[t.ID] {
			g.book.strike(t)
		}
	}
	return nil
}

// asksAnew tells whether the limits are asked again before the touch goes.
func (v *Version) asksAnew(t model.Touch, now time.Time) bool {
	if v.channels[t.Channel].Reach == ReachNobody {
		return false
	}
	today := localDay(now, v.corp)
	return v.Exclusivity != "" || t.LimitDay != localDay(v.window.next(now), v.corp) || localDay(t.PlannedAt, v.corp) != today
}

// keepDay stores that touches were booked anew for today, before others of the
// same transaction are.
func (e *Engine) keepDay(ctx context.Context, ids []int64) error {
	now := e.DB.Now(ctx)
	for part := range slices.Chunk(ids, chunk) {
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ?", part).
			Updates(map[string]any{"limit_day": localDay(now, e.Config.Zone), "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("store day that prompts count on: %w", err)
		}
	}
	return nil
}
