package audience

import (
	"context"
	"fmt"
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

	// TagIDs are the tags worn with any rep. A tag may repeat.
	TagIDs []int64
	// TaggedAt says since when each tag is worn, once per rep it is worn with.
	TaggedAt map[int64][]time.Time

	Relationships []Relationship
	Touches       []Touch      // sent ones only
	Enrollments   []Enrollment // every run in every SOP
}

// Relationship is one rep's with the contact; ended ones are among them.
type Relationship struct {
	RepID        int64
	Department   int64 // the rep's main one
	State        model.RelationshipState
	ChannelState string
}

// Touch is a message that reached the contact or is on its way.
type Touch struct {
	Channel string
	SentAt  time.Time
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
	facetAll = facetTags | facetRelationships | facetTouches | facetEnrollments
)

// loadChunk bounds the contacts of one query.
const loadChunk = 1000

// Load reads the facts of contacts in sets, as of now, whose zone is that of
// calendar days. Contacts that do not exist are left out. With filters, only
// what they look at is read; without, everything.
func Load(ctx context.Context, db *model.DB, now time.Time, contactIDs []int64, filters ...Filter) (map[int64]Facts, error) {
	needs := facetAll
	if len(filters) > 0 {
		needs = 0
	}
	registry := fields()
	for _, f := range filters {
		f.each(func(n *node) { needs |= registry[n.leaf.field].needs })
	}
	l := &loader{now: model.Instant(now).In(now.Location()), facts: make(map[int64]*Facts, len(contactIDs))}
	for ids := range slices.Chunk(contactIDs, loadChunk) {
		l.ids, l.conn = ids, db.Conn(ctx)
		if err := l.load(needs); err != nil {
			return nil, fmt.Errorf("load facts of contacts: %w", err)
		}
	}
	out := make(map[int64]Facts, len(l.facts))
	for id, f := range l.facts {
		out[id] = *f
	}
	return out, nil
}

type loader struct {
	now   time.Time
	conn  *gorm.DB
	ids   []int64
	facts map[int64]*Facts
}

func (l *loader) load(needs facet) error {
	var contacts []model.Contact
	err := l.conn.Select("id", "type", "corp_name", "first_added_at").Find(&contacts, "id IN ?", l.ids).Error
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	for _, c := range contacts {
		l.facts[c.ID] = &Facts{Now: l.now, ContactType: c.Type, CorpName: c.CorpName, AddedAt: c.FirstAddedAt}
	}
	for _, part := range []struct {
		facet facet
		read  func() error
	}{{facetTags, l.tags}, {facetRelationships, l.relationships}, {facetTouches, l.touches}, {facetEnrollments, l.enrollments}} {
		if needs&part.facet == 0 {
			continue
		}
		if err := part.read(); err != nil {
			return err
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
	err := l.conn.Raw(`SELECT r.contact_id, r.rep_id, COALESCE(p.main_department, 0) AS department, r.state, r.channel_state
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
