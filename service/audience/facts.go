package audience

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Facts is what a filter looks at, of one contact at one instant. What is left
// out is missing: comparisons with it are false.
type Facts struct {
	Now         time.Time // its location is the zone of calendar days
	ContactType int       // 1 WeChat user, 2 WeCom user
	CorpName    string
	AddedAt     *time.Time // the earliest relationship's start
	LastInbound *time.Time // when the contact last did something towards us

	Role                model.Role
	Seniority           model.Seniority
	IsKP                bool
	Awareness           model.Awareness
	Source              string
	HasEmail, HasMobile bool
	Consent             model.Consent
	ContactLess         bool
	HeldUntil           *time.Time // after a "no": nothing is to come before

	Stage                          string
	StageAt                        *time.Time
	Fit, Engagement, Intent, Score *float64
	Grade                          string

	AccountID int64    // 0 is none
	Account   *Account // nil without one

	// TagIDs are the tags worn with any rep. A tag may repeat.
	TagIDs []int64
	// TaggedAt says since when each tag is worn, once per rep it is worn with.
	TaggedAt map[int64][]time.Time

	Relationships []Relationship
	Touches       []Touch      // sent ones only
	Enrollments   []Enrollment // every run in every SOP
	Doings        []Doing      // of the kinds that filters may ask for
}

// Relationship is one rep's with the contact; ended ones are among them.
type Relationship struct {
	RepID        int64
	Department   int64 // the rep's main one
	State        model.RelationshipState
	ChannelState string
	HasMobile    bool // the rep has noted a number
}

// Touch is a message that reached the contact or is on its way.
type Touch struct {
	Channel string
	SentAt  time.Time
}

// Doing is something that the contact did.
type Doing struct {
	Kind string
	At   time.Time
}

// Enrollment is one run of the contact in one SOP. Inside says that it still
// occupies the contact's place there.
type Enrollment struct {
	SOPID  int64
	State  model.EnrollmentState
	Reason string
	Inside bool
}

// facet is a set of facts that cost a query each.
type facet int

const (
	facetTags facet = 1 << iota
	facetRelationships
	facetTouches
	facetEnrollments
	facetInbound
	facetDoings
	facetLead    // what is known of the person beyond what WeCom says
	facetAccount // the account itself
	facetPeople  // how many are at it, and their roles
	facetLists
	facetOpportunities
	facetAll = facetTags | facetRelationships | facetTouches | facetEnrollments | facetInbound | facetDoings | facetLead |
		facetAccount | facetPeople | facetLists | facetOpportunities
)

// loadChunk bounds the contacts of one query.
const loadChunk = 1000

// Load reads the facts of contacts in sets, as of now, whose zone is that of
// calendar days. Contacts that do not exist are left out. With filters, only
// what they look at is read; without, everything.
func Load(ctx context.Context, db *model.DB, now time.Time, contactIDs []int64, filters ...Filter) (map[int64]Facts, error) {
	l := &loader{db: db, now: model.Instant(now).In(now.Location()), needs: facetAll, kinds: doings(), facts: make(map[int64]*Facts, len(contactIDs))}
	if len(filters) > 0 {
		l.needs, l.rollUps = needsOf(filters)
		l.kinds, l.since = doneOf(filters, l.now)
	}
	for ids := range slices.Chunk(contactIDs, loadChunk) {
		l.ids, l.conn = ids, db.Conn(ctx)
		if err := l.load(ctx); err != nil {
			return nil, fmt.Errorf("load facts of contacts: %w", err)
		}
	}
	out := make(map[int64]Facts, len(l.facts))
	for id, f := range l.facts {
		out[id] = *f
	}
	return out, nil
}

// needsOf is what filters look at, and their roll-ups, each once.
func needsOf(filters []Filter) (needs facet, rollUps map[string]Filter) {
	registry := fields()
	rollUps = map[string]Filter{}
	for _, f := range filters {
		f.each(func(n *node) {
			name := n.leaf.field
			if _, ok := n.is.(itself); ok {
				name = ofAccount + name
			}
			needs |= registry[name].needs
			if r, ok := rollUpOf(n.is); ok {
				rollUps[r.key] = r.of
			}
		})
	}
	return needs, rollUps
}

type loader struct {
	db      *model.DB
	now     time.Time
	conn    *gorm.DB
	needs   facet
	rollUps map[string]Filter
	kinds   []string  // of doings
	since   time.Time // no older ones
	ids     []int64
	facts   map[int64]*Facts
}

func (l *loader) load(ctx context.Context) error {
	if err := l.contacts(); err != nil {
		return err
	}
	for _, part := range []struct {
		facet facet
		read  func() error
	}{
		{facetTags, l.tags},
		{facetRelationships, l.relationships},
		{facetTouches, l.touches},
		{facetEnrollments, l.enrollments},
		{facetInbound, l.inbound},
		{facetDoings, l.doings},
		{facetAccount, func() error { return l.accounts(ctx) }},
	} {
		if l.needs&part.facet == 0 {
			continue
		}
		if err := part.read(); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) contacts() error {
	columns := []string{"id", "type", "corp_name", "first_added_at", "account_id", "consent", "contact_less", "held_until"}
	if l.needs&facetLead != 0 {
		columns = append(columns, "role", "seniority", "is_kp", "awareness", "source", "email", "mobile",
			"stage", "stage_at", "fit", "engagement", "intent", "score", "grade")
	}
	var rows []model.Contact
	if err := l.conn.Select(columns).Find(&rows, "id IN ?", l.ids).Error; err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	for _, c := range rows {
		f := &Facts{
			Now: l.now, ContactType: c.Type, CorpName: c.CorpName, AddedAt: c.FirstAddedAt,
			Role: c.Role, Seniority: c.Seniority, IsKP: c.IsKP, Awareness: c.Awareness, Source: c.Source,
			HasEmail: c.Email != "", HasMobile: c.Mobile != "", Consent: c.Consent, ContactLess: c.ContactLess, HeldUntil: c.HeldUntil,
			Stage: c.Stage, StageAt: c.StageAt, Fit: c.Fit, Engagement: c.Engagement, Intent: c.Intent, Score: c.Score, Grade: c.Grade,
		}
		if c.AccountID != nil {
			f.AccountID = *c.AccountID
		}
		l.facts[c.ID] = f
	}
	return nil
}

func (l *loader) inbound() error {
	var rows []model.LastActive
	if err := l.conn.Find(&rows, "contact_id IN ?", l.ids).Error; err != nil {
		return fmt.Errorf("what they last did: %w", err)
	}
	for _, r := range rows {
		if f, ok := l.facts[r.ContactID]; ok {
			f.LastInbound = &r.At
		}
	}
	return nil
}

// accounts gives the contacts of l.ids their accounts.
func (l *loader) accounts(ctx context.Context) error {
	at := map[int64]bool{}
	for _, id := range l.ids {
		if f, ok := l.facts[id]; ok && f.AccountID != 0 {
			at[f.AccountID] = true
		}
	}
	known, err := loadAccounts(ctx, l.db, l.now, slices.Collect(maps.Keys(at)), l.needs, l.rollUps)
	if err != nil {
		return err
	}
	for _, id := range l.ids {
		if f, ok := l.facts[id]; ok {
			f.Account = known[f.AccountID]
		}
	}
	return nil
}

func (l *loader) tags() error {
	var rows []model.RelationshipTag
	err := l.conn.Select("contact_id", "tag_id", "added_at").Find(&rows, "contact_id IN ? AND removed_at IS NULL", l.ids).Error
	if err != nil {
		return fmt.Errorf("tags: %w", err)
	}
	for _, r := range rows {
		f, ok := l.facts[r.ContactID]
		if !ok {
			continue
		}
		if f.TaggedAt == nil {
			f.TaggedAt = map[int64][]time.Time{}
		}
		f.TagIDs = append(f.TagIDs, r.TagID)
		f.TaggedAt[r.TagID] = append(f.TaggedAt[r.TagID], r.AddedAt)
	}
	return nil
}

func (l *loader) relationships() error {
	var rows []struct {
		ContactID int64
		Relationship
	}
	err := l.conn.Raw(`SELECT r.contact_id, r.rep_id, COALESCE(p.main_department, 0) AS department, r.state, r.channel_state, `+hasMobile+` AS has_mobile
		FROM relationships r LEFT JOIN reps p ON p.id = r.rep_id WHERE r.contact_id IN ?`, l.ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("relationships: %w", err)
	}
	for _, r := range rows {
		if f, ok := l.facts[r.ContactID]; ok {
			f.Relationships = append(f.Relationships, r.Relationship)
		}
	}
	return nil
}

func (l *loader) touches() error {
	var rows []struct {
		ContactID int64
		Touch
	}
	err := l.conn.Raw("SELECT t.contact_id, t.channel, t.sent_at FROM touches t WHERE t.contact_id IN ? AND "+sentTouch, l.ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("touches: %w", err)
	}
	for _, r := range rows {
		if f, ok := l.facts[r.ContactID]; ok {
			f.Touches = append(f.Touches, r.Touch)
		}
	}
	return nil
}

func (l *loader) enrollments() error {
	var rows []model.Enrollment
	err := l.conn.Select("contact_id", "sop_id", "state", "exit_reason", "active_slot").Find(&rows, "contact_id IN ?", l.ids).Error
	if err != nil {
		return fmt.Errorf("enrollments: %w", err)
	}
	for _, r := range rows {
		if f, ok := l.facts[r.ContactID]; ok {
			f.Enrollments = append(f.Enrollments, Enrollment{r.SOPID, r.State, r.ExitReason, r.ActiveSlot != nil})
		}
	}
	return nil
}

func (l *loader) doings() error {
	q := l.conn.Model(&model.Activity{}).Select("contact_id", "kind", "occurred_at").Where("contact_id IN ? AND kind IN ?", l.ids, l.kinds)
	if !l.since.IsZero() {
		q = q.Where("occurred_at >= ?", l.since.UTC())
	}
	var rows []struct {
		ContactID  int64
		Kind       string
		OccurredAt time.Time
	}
	if err := q.Find(&rows).Error; err != nil {
		return fmt.Errorf("what they did: %w", err)
	}
	for _, r := range rows {
		if f, ok := l.facts[r.ContactID]; ok {
			f.Doings = append(f.Doings, Doing{r.Kind, r.OccurredAt})
		}
	}
	return nil
}
