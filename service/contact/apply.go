package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Apply stores facts about relationships and records what changed as
// activities, all in one transaction. Applying the same facts again changes
// nothing. Changes are in the order of facts.
func (s *Service) Apply(ctx context.Context, facts ...Facts) ([]Change, error) {
	var changes []Change
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		changes = changes[:0]
		p, err := s.load(ctx, facts)
		if err != nil {
			return err
		}
		for _, f := range facts {
			change, err := s.applyOne(ctx, p, f)
			if err != nil {
				return err
			}
			changes = append(changes, change)
		}
		return s.confirm(ctx, p)
	})
	return changes, wrap("apply relationship facts", err)
}

type pair struct{ contactID, repID int64 }

// page is everything that one Apply works on, loaded in sets.
type page struct {
	now           time.Time
	reps          map[string]model.Rep // by Key(userid)
	contacts      map[string]*model.Contact
	relationships map[pair]*model.Relationship
	tags          map[string]model.Tag // by WeCom's id
	worn          map[int64]map[int64]*model.RelationshipTag
	unchanged     map[seen][]int64 // relationships that only need to be marked as seen
	tagsSeen      []int64          // relationships whose tags were read
}

// seen is when and by which synchronisation a relationship was confirmed.
type seen struct {
	at     time.Time
	syncID int64
}

func (s *Service) load(ctx context.Context, facts []Facts) (*page, error) {
	p := &page{now: s.db.Now(ctx), unchanged: map[seen][]int64{}}
	var userIDs []string
	var tags []TagRef
	for _, f := range facts {
		userIDs = append(userIDs, f.RepUserID)
		if f.Follow != nil {
			tags = append(tags, f.Follow.Tags...)
		}
	}
	var err error
	if p.reps, err = s.EnsureReps(ctx, userIDs); err != nil {
		return nil, err
	}
	if p.tags, err = s.ensureTags(ctx, tags); err != nil {
		return nil, err
	}
	if err := s.loadContacts(ctx, p, facts); err != nil {
		return nil, err
	}
	return p, s.loadRelationships(ctx, p)
}

// loadContacts makes sure that the contacts exist and locks their rows. Every
// writer of a contact's relationships holds that lock, so what is read after it
// stays true until the commit.
func (s *Service) loadContacts(ctx context.Context, p *page, facts []Facts) error {
	ids := make([]string, 0, len(facts))
	for _, f := range facts {
		ids = append(ids, f.ExternalUserID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var known []string
	if err := s.db.Conn(ctx).Model(&model.Contact{}).Where("external_userid IN ?", ids).Pluck("external_userid", &known).Error; err != nil {
		return fmt.Errorf("look up contacts: %w", err)
	}
	var missing []model.Contact
	for _, id := range ids {
		if !slices.Contains(known, id) {
			missing = append(missing, model.Contact{ExternalUserID: id})
		}
	}
	if len(missing) > 0 {
		if err := s.db.Conn(ctx).Clauses(skipKnown()).Create(&missing).Error; err != nil {
			return fmt.Errorf("insert contacts: %w", err)
		}
	}
	var rows []model.Contact
	if err := s.db.Conn(ctx).Clauses(forUpdate()).Where("external_userid IN ?", ids).Order("external_userid").Find(&rows).Error; err != nil {
		return fmt.Errorf("lock contacts: %w", err)
	}
	p.contacts = make(map[string]*model.Contact, len(rows))
	for i := range rows {
		p.contacts[rows[i].ExternalUserID] = &rows[i]
	}
	return nil
}

func (s *Service) loadRelationships(ctx context.Context, p *page) error {
	contactIDs := make([]int64, 0, len(p.contacts))
	for _, c := range p.contacts {
		contactIDs = append(contactIDs, c.ID)
	}
	repIDs := make([]int64, 0, len(p.reps))
	for _, r := range p.reps {
		repIDs = append(repIDs, r.ID)
	}
	var rows []model.Relationship
	if err := s.db.Conn(ctx).Where("contact_id IN ? AND rep_id IN ?", contactIDs, repIDs).Find(&rows).Error; err != nil {
		return fmt.Errorf("load relationships: %w", err)
	}
	p.relationships = make(map[pair]*model.Relationship, len(rows))
	ids := make([]int64, 0, len(rows))
	for i := range rows {
		p.relationships[pair{rows[i].ContactID, rows[i].RepID}] = &rows[i]
		ids = append(ids, rows[i].ID)
	}
	return s.loadWorn(ctx, p, ids)
}

func (s *Service) applyOne(ctx context.Context, p *page, f Facts) (Change, error) {
	contact, ok := p.contacts[f.ExternalUserID]
	if !ok {
		return Change{}, fmt.Errorf("contact %s vanished", f.ExternalUserID)
	}
	rep, ok := p.reps[Key(f.RepUserID)]
	if !ok {
		return Change{}, fmt.Errorf("rep %s vanished", f.RepUserID)
	}
	at := pair{contact.ID, rep.ID}
	prev := p.relationships[at]
	// A synchronisation's page may be older than an event that overtook it: it
	// would take tags off that the event has put on. (Events of one contact come
	// one after the other, so their own reads are never older.)
	if f.SyncID != 0 && prev != nil && f.ReadAt.Before(prev.SeenAt) {
		f.Profile, f.Follow = nil, nil
	}
	fresh := beginsAnew(*contact, f)
	if contact.ErasedAt != nil && !fresh {
		f = forgetful(f)
	}
	next := merge(prev, f, p.now)
	next.ContactID, next.RepID = contact.ID, rep.ID
	change := Change{ContactID: contact.ID, RepID: rep.ID, After: next.State}
	if prev != nil {
		change.Before = prev.State
	}
	before := *contact
	if fresh {
		if err := s.startAfresh(ctx, contact); err != nil {
			return Change{}, err
		}
	}
	if err := s.saveContact(ctx, contact, f.Profile, next); err != nil {
		return Change{}, err
	}
	switch {
	case prev == nil:
		if err := s.db.Conn(ctx).Create(&next).Error; err != nil {
			return Change{}, fmt.Errorf("insert relationship: %w", err)
		}
	case sameRelationship(*prev, next):
		key := seen{next.SeenAt, next.SyncID}
		p.unchanged[key] = append(p.unchanged[key], next.ID)
	default:
		if err := s.db.Conn(ctx).Save(&next).Error; err != nil {
			return Change{}, fmt.Errorf("update relationship %d: %w", next.ID, err)
		}
	}
	p.relationships[at] = &next
	change.RelationshipID = next.ID
	if err := s.follow(ctx, p, f, change, next); err != nil || prev == nil || activityOf(prev.State, next) != "" {
		return change, err // a beginning or an end says so itself
	}
	return change, s.recordProfile(ctx, p, next, changedFields(before, *contact, *prev, next))
}

// follow stores the tags and records the activities of one change.
func (s *Service) follow(ctx context.Context, p *page, f Facts, change Change, r model.Relationship) error {
	var moved []tagMove
	if f.Follow != nil && !ended(r.State) {
		var err error
		if moved, err = s.wear(ctx, p, r, f.Follow.Tags); err != nil {
			return err
		}
		p.tagsSeen = append(p.tagsSeen, r.ID)
	}
	kind := activityOf(change.Before, r)
	if kind != "" {
		if err := s.record(ctx, lifeActivity(kind, f, r, p.now)); err != nil {
			return err
		}
	}
	// WeCom hands the tags over too: nobody has put them on.
	if change.Before == "" && f.SyncID != 0 || kind == model.ActivityTakenOver {
		return nil
	}
	return s.recordMoves(ctx, r, moved, p.now)
}

func lifeActivity(kind model.ActivityKind, f Facts, r model.Relationship, now time.Time) model.Activity {
	at := f.At
	switch {
	case kind == model.ActivityContactAdded, kind == model.ActivityTakenOver:
		at = r.AddedAt
	case r.EndedAt != nil:
		at = *r.EndedAt
	case at.IsZero():
		at = now
	}
	return model.Activity{
		DedupeKey: dedupeKey(kind, r.ID, 0, at), Kind: kind,
		ContactID: r.ContactID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: at,
		Data: model.AsJSON(model.ActivityData{
			ChannelState: r.ChannelState, Reason: f.Reason, WelcomeDispatchID: f.WelcomeDispatchID,
		}),
	}
}

func dedupeKey(kind model.ActivityKind, relationshipID, tagID int64, at time.Time) string {
	return fmt.Sprintf("%s:%d:%d:%d", kind, relationshipID, tagID, at.UnixMicro())
}

// merge returns prev as it is after f.
func merge(prev *model.Relationship, f Facts, now time.Time) model.Relationship {
	next := model.Relationship{AddedAt: model.Instant(startOf(f, now)), ChannelState: f.ChannelState}
	var before model.RelationshipState
	if prev != nil {
		next, before = *prev, prev.State
	}
	next.State = nextState(prev, f)
	if next.SeenAt = now; !f.ReadAt.IsZero() {
		next.SeenAt = model.Instant(f.ReadAt)
	}
	if prev != nil && next.SeenAt.Before(prev.SeenAt) {
		next.SeenAt = prev.SeenAt
	}
	next.SyncID = max(next.SyncID, f.SyncID)
	switch {
	case ended(next.State) && !ended(before):
		end := f.At
		if end.IsZero() {
			end = now
		}
		end = model.Instant(end)
		next.EndedAt = &end
	case !ended(next.State):
		next.EndedAt = nil
		if start := model.Instant(startAfter(prev, f, now)); start.After(next.AddedAt) {
			next.AddedAt = start
		}
	}
	if f.Follow != nil && !ended(next.State) {
		takeFollow(&next, f)
	}
	return next
}

// startAfter is the instant at which f says that the relationship, known as
// prev, began; it never precedes an end that f undoes, although WeCom may leave
// the time of the start as it was. An event that only confirms a relationship
// moves nothing.
func startAfter(prev *model.Relationship, f Facts, now time.Time) time.Time {
	start := startOf(f, now)
	switch {
	case prev == nil:
		return start
	case prev.EndedAt == nil:
		if prev.State == f.State && (f.Follow == nil || f.Follow.AddedAt.IsZero()) {
			return prev.AddedAt
		}
		return start
	case start.After(*prev.EndedAt):
		return start
	case f.Added && !f.At.Before(*prev.EndedAt):
		return f.At
	}
	return now
}

// startOf is the instant at which f says that the relationship began.
func startOf(f Facts, now time.Time) time.Time {
	switch {
	case f.Follow != nil && !f.Follow.AddedAt.IsZero():
		return f.Follow.AddedAt
	case !f.At.IsZero():
		return f.At
	}
	return now
}

func takeFollow(r *model.Relationship, f Facts) {
	w := f.Follow
	r.Remark, r.Description, r.RemarkCompany = w.Remark, w.Description, w.RemarkCompany
	r.RemarkMobiles = model.AsJSON(orNil(w.RemarkMobiles))
	if w.PersonalTags != nil {
		r.PersonalTags = model.AsJSON(orNil(w.PersonalTags))
	}
	r.AddWay = w.AddWay
	switch {
	case w.ChannelState != "":
		r.ChannelState = w.ChannelState
	case f.ChannelState != "":
		r.ChannelState = f.ChannelState
	}
}

// orNil makes an empty list nil, so that it equals one read from the store.
func orNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func sameRelationship(a, b model.Relationship) bool {
	return a.State == b.State && a.Remark == b.Remark && a.Description == b.Description &&
		a.RemarkCompany == b.RemarkCompany && slices.Equal(a.RemarkMobiles.V, b.RemarkMobiles.V) &&
		slices.Equal(a.PersonalTags.V, b.PersonalTags.V) && a.AddWay == b.AddWay &&
		a.ChannelState == b.ChannelState && a.AddedAt.Equal(b.AddedAt) && sameInstant(a.EndedAt, b.EndedAt)
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// saveContact stores the profile and the first start of any relationship.
func (s *Service) saveContact(ctx context.Context, c *model.Contact, profile *Profile, r model.Relationship) error {
	next := *c
	if profile != nil {
		next.Name, next.Avatar, next.Type, next.Gender = profile.Name, profile.Avatar, profile.Type, profile.Gender
		next.Position, next.CorpName, next.CorpFullName = profile.Position, profile.CorpName, profile.CorpFullName
		if profile.UnionID != "" {
			next.UnionID = profile.UnionID
		}
	}
	if next.FirstAddedAt == nil || r.AddedAt.Before(*next.FirstAddedAt) {
		at := r.AddedAt
		next.FirstAddedAt = &at
	}
	if sameContact(next, *c) {
		return nil
	}
	// Only what WeCom says: the rest of the row has other writers.
	if err := s.db.Conn(ctx).Model(&next).Select(profileColumns()).Updates(&next).Error; err != nil {
		return fmt.Errorf("update contact %d: %w", next.ID, err)
	}
	*c = next
	return nil
}

func profileColumns() []string {
	return []string{"name", "avatar", "type", "gender", "position", "corp_name", "corp_full_name", "union_id", "first_added_at", "updated_at"}
}

func sameContact(a, b model.Contact) bool {
	same := sameInstant(a.FirstAddedAt, b.FirstAddedAt)
	a.FirstAddedAt, b.FirstAddedAt = nil, nil
	return same && a == b
}

// confirm marks what was seen unchanged, in one statement per synchronisation.
func (s *Service) confirm(ctx context.Context, p *page) error {
	for key, ids := range p.unchanged {
		err := s.db.Conn(ctx).Model(&model.Relationship{}).Where("id IN ?", ids).
			UpdateColumns(map[string]any{"seen_at": key.at, "sync_id": key.syncID}).Error
		if err != nil {
			return fmt.Errorf("mark relationships as seen: %w", err)
		}
	}
	if len(p.tagsSeen) == 0 {
		return nil
	}
	err := s.db.Conn(ctx).Model(&model.RelationshipTag{}).
		Where("relationship_id IN ? AND removed_at IS NULL", p.tagsSeen).
		UpdateColumn("last_seen_at", p.now).Error
	return wrap("mark tags as seen", err)
}
