package contact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// tagMove is a tag that came or went.
type tagMove struct {
	tagID int64
	kind  model.ActivityKind
	at    time.Time
}

// ensureTags loads the tags named by refs. One that the library does not have
// yet is stored under its id as name until the next reading of the library.
func (s *Service) ensureTags(ctx context.Context, refs []TagRef) (map[string]model.Tag, error) {
	wanted := make(map[string]TagRef, len(refs))
	for _, r := range refs {
		wanted[r.WeComID] = r
	}
	ids := make([]string, 0, len(wanted))
	for id := range wanted {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	tags, err := s.tagsByWeComID(ctx, ids)
	if err != nil || len(tags) == len(ids) {
		return tags, err
	}
	ours, err := s.cohortTags(ctx, "wecom_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	var missing []model.Tag
	for _, id := range ids {
		if _, ok := tags[id]; ok || ours[id] {
			continue
		}
		t := model.Tag{WeComID: id, Name: wanted[id].Name, Kind: wanted[id].Kind}
		if t.Name == "" {
			t.Name = id
		}
		if t.Kind == 0 {
			t.Kind = model.TagCorp
		}
		missing = append(missing, t)
	}
	if len(missing) == 0 {
		return tags, nil
	}
	if err := s.db.Conn(ctx).Clauses(skipKnown()).Create(&missing).Error; err != nil {
		return nil, fmt.Errorf("insert unknown tags: %w", err)
	}
	return s.tagsByWeComID(ctx, ids)
}

// cohortTags are the tags that the engine puts on people to show them moments.
// They say nothing about a person, so they are no tags of the library and none
// of the contact's.
func (s *Service) cohortTags(ctx context.Context, where string, args ...any) (map[string]bool, error) {
	var ids []string
	if err := s.db.Conn(ctx).Model(&model.CohortTag{}).Where(where, args...).Pluck("wecom_id", &ids).Error; err != nil {
		return nil, fmt.Errorf("load cohort tags: %w", err)
	}
	ours := make(map[string]bool, len(ids))
	for _, id := range ids {
		ours[id] = true
	}
	return ours, nil
}

func (s *Service) tagsByWeComID(ctx context.Context, ids []string) (map[string]model.Tag, error) {
	tags := make(map[string]model.Tag, len(ids))
	if len(ids) == 0 {
		return tags, nil
	}
	var rows []model.Tag
	if err := s.db.Conn(ctx).Where("wecom_id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load tags: %w", err)
	}
	for _, t := range rows {
		tags[t.WeComID] = t
	}
	return tags, nil
}

func (s *Service) loadWorn(ctx context.Context, p *page, relationshipIDs []int64) error {
	p.worn = make(map[int64]map[int64]*model.RelationshipTag, len(relationshipIDs))
	if len(relationshipIDs) == 0 {
		return nil
	}
	var rows []model.RelationshipTag
	if err := s.db.Conn(ctx).Where("relationship_id IN ?", relationshipIDs).Find(&rows).Error; err != nil {
		return fmt.Errorf("load tags of relationships: %w", err)
	}
	for i := range rows {
		p.put(&rows[i])
	}
	return nil
}

func (p *page) put(t *model.RelationshipTag) {
	if p.worn[t.RelationshipID] == nil {
		p.worn[t.RelationshipID] = map[int64]*model.RelationshipTag{}
	}
	p.worn[t.RelationshipID][t.TagID] = t
}

// wear makes refs the tags of a relationship and says what came and went.
func (s *Service) wear(ctx context.Context, p *page, r model.Relationship, refs []TagRef) ([]tagMove, error) {
	var moves []tagMove
	wanted := make(map[int64]bool, len(refs))
	for _, ref := range refs {
		tag := p.tags[ref.WeComID]
		if tag.ID == 0 || wanted[tag.ID] {
			continue
		}
		wanted[tag.ID] = true
		moved, err := s.putOn(ctx, p, r, tag.ID)
		if err != nil {
			return nil, err
		}
		if moved {
			moves = append(moves, tagMove{tag.ID, model.ActivityTagAdded, p.now})
		}
	}
	var gone []int64
	for id, t := range p.worn[r.ID] {
		if !wanted[id] && t.RemovedAt == nil {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		if err := s.takeOff(ctx, p, r.ID, id); err != nil {
			return nil, err
		}
		moves = append(moves, tagMove{id, model.ActivityTagRemoved, p.now})
	}
	return moves, nil
}

// putOn reports whether the tag was not on before.
func (s *Service) putOn(ctx context.Context, p *page, r model.Relationship, tagID int64) (bool, error) {
	known := p.worn[r.ID][tagID]
	switch {
	case known == nil:
		known = &model.RelationshipTag{
			RelationshipID: r.ID, TagID: tagID, ContactID: r.ContactID,
			FirstSeenAt: p.now, AddedAt: p.now, LastSeenAt: p.now,
		}
		if err := s.db.Conn(ctx).Create(known).Error; err != nil {
			return false, fmt.Errorf("insert tag %d of relationship %d: %w", tagID, r.ID, err)
		}
		p.put(known)
		return true, nil
	case known.RemovedAt == nil:
		return false, nil
	}
	known.AddedAt, known.LastSeenAt, known.RemovedAt = p.now, p.now, nil
	return true, wrap("put tag back on", s.db.Conn(ctx).Save(known).Error)
}

func (s *Service) takeOff(ctx context.Context, p *page, relationshipID, tagID int64) error {
	t := p.worn[relationshipID][tagID]
	t.RemovedAt = &p.now
	return wrap("take tag off", s.db.Conn(ctx).Save(t).Error)
}

func (s *Service) recordMoves(ctx context.Context, r model.Relationship, moves []tagMove, now time.Time) error {
	for _, m := range moves {
		err := s.record(ctx, model.Activity{
			DedupeKey: dedupeKey(m.kind, r.ID, m.tagID, m.at), Kind: m.kind,
			ContactID: r.ContactID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: now,
			Data: model.AsJSON(model.ActivityData{TagID: m.tagID, ChannelState: r.ChannelState}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TagsMarked stores that we ourselves put tags on a relationship and took tags
// off it, for which WeCom sends no callback. Repeating it changes nothing.
func (s *Service) TagsMarked(ctx context.Context, relationshipID int64, add, remove []int64) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var r model.Relationship
		if err := s.db.Conn(ctx).Take(&r, relationshipID).Error; err != nil {
			return notFound("relationship", err)
		}
		// The contact's row is the lock of all its relationships; see loadContacts.
		if err := s.db.Conn(ctx).Clauses(forUpdate()).Take(&model.Contact{}, r.ContactID).Error; err != nil {
			return notFound("contact", err)
		}
		p := &page{now: s.db.Now(ctx)}
		if err := s.loadWorn(ctx, p, []int64{r.ID}); err != nil {
			return err
		}
		var moves []tagMove
		for _, id := range add {
			moved, err := s.putOn(ctx, p, r, id)
			if err != nil {
				return err
			}
			if moved {
				moves = append(moves, tagMove{id, model.ActivityTagAdded, p.now})
			}
		}
		for _, id := range remove {
			if t := p.worn[r.ID][id]; t == nil || t.RemovedAt != nil {
				continue
			}
			if err := s.takeOff(ctx, p, r.ID, id); err != nil {
				return err
			}
			moves = append(moves, tagMove{id, model.ActivityTagRemoved, p.now})
		}
		// What was read before does not know of it.
		seen := s.db.Conn(ctx).Model(&model.Relationship{}).Where("id = ? AND seen_at < ?", r.ID, p.now).UpdateColumn("seen_at", p.now)
		if seen.Error != nil {
			return fmt.Errorf("mark relationship as seen: %w", seen.Error)
		}
		return s.recordMoves(ctx, r, moves, p.now)
	})
	return wrap(fmt.Sprintf("mark tags of relationship %d", relationshipID), err)
}

func notFound(what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return model.NotFound(what)
	}
	return fmt.Errorf("load %s: %w", what, err)
}
