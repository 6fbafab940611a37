package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// TagGroupFacts is a group of the tag library as WeCom gives it.
type TagGroupFacts struct {
	WeComID   string
	Name      string
	SortOrder int64
	Deleted   bool
	Tags      []TagFacts
}

// TagFacts is a tag of a group.
type TagFacts struct {
	WeComID   string
	Name      string
	Kind      model.TagKind // TagCorp when zero
	SortOrder int64
	Deleted   bool
}

// SaveTags stores groups with their tags. When groups are the whole library as
// read at the instant wholeAt, which is zero for a part of it, what they lack was
// deleted, unless it became known since. A deleted tag is off everybody; that is
// the library's doing and not each contact's, so it makes no activities.
func (s *Service) SaveTags(ctx context.Context, groups []TagGroupFacts, wholeAt time.Time) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		kept := map[string]bool{}
		ours, err := s.cohortTags(ctx, "deleted_at IS NULL")
		if err != nil {
			return err
		}
		for _, g := range groups {
			whole := len(g.Tags)
			g.Tags = slices.DeleteFunc(slices.Clone(g.Tags), func(t TagFacts) bool { return ours[t.WeComID] })
			if whole > 0 && len(g.Tags) == 0 {
				continue // the engine's own group
			}
			if err := s.saveTagGroup(ctx, g, kept); err != nil {
				return err
			}
		}
		if wholeAt.IsZero() {
			return nil
		}
		return s.dropOtherTags(ctx, kept, model.Instant(wholeAt))
	})
	return wrap("save tag library", err)
}

func (s *Service) saveTagGroup(ctx context.Context, g TagGroupFacts, kept map[string]bool) error {
	now := s.db.Now(ctx)
	row := model.TagGroup{WeComID: g.WeComID, Name: g.Name, SortOrder: g.SortOrder, DeletedAt: deletedAt(g.Deleted, now)}
	err := s.db.Conn(ctx).Clauses(upsert("wecom_id", "name", "sort_order", "deleted_at", "updated_at")).Create(&row).Error
	if err != nil {
		return fmt.Errorf("save tag group: %w", err)
	}
	// An upsert does not tell the id of a row that was there.
	var stored model.TagGroup
	if err := s.db.Conn(ctx).Where("wecom_id = ?", g.WeComID).Take(&stored).Error; err != nil {
		return notFound("tag group", err)
	}
	kept[g.WeComID] = !g.Deleted
	for _, t := range g.Tags {
		tag := model.Tag{
			WeComID: t.WeComID, TagGroupID: stored.ID, Name: t.Name, Kind: max(t.Kind, model.TagCorp),
			SortOrder: t.SortOrder, DeletedAt: deletedAt(t.Deleted || g.Deleted, now),
		}
		err := s.db.Conn(ctx).
			Clauses(upsert("wecom_id", "tag_group_id", "name", "kind", "sort_order", "deleted_at", "updated_at")).Create(&tag).Error
		if err != nil {
			return fmt.Errorf("save tag: %w", err)
		}
		kept[t.WeComID] = !t.Deleted && !g.Deleted
		if !kept[t.WeComID] {
			if err := s.dropTags(ctx, "wecom_id = ?", t.WeComID); err != nil {
				return err
			}
		}
	}
	return nil
}

func deletedAt(deleted bool, now time.Time) *time.Time {
	if deleted {
		return &now
	}
	return nil
}

func upsert(key string, columns ...string) clause.OnConflict {
	return clause.OnConflict{Columns: []clause.Column{{Name: key}}, DoUpdates: clause.AssignmentColumns(columns)}
}

// dropOtherTags deletes corp tags and groups that the library no longer names.
func (s *Service) dropOtherTags(ctx context.Context, kept map[string]bool, readAt time.Time) error {
	var groups []model.TagGroup
	if err := s.db.Conn(ctx).Where("deleted_at IS NULL AND updated_at <= ?", readAt).Find(&groups).Error; err != nil {
		return fmt.Errorf("load tag groups: %w", err)
	}
	for _, g := range groups {
		if !kept[g.WeComID] {
			if err := s.dropGroup(ctx, g); err != nil {
				return err
			}
		}
	}
	var tags []model.Tag
	if err := s.db.Conn(ctx).Where("deleted_at IS NULL AND kind = ? AND updated_at <= ?", model.TagCorp, readAt).Find(&tags).Error; err != nil {
		return fmt.Errorf("load tags: %w", err)
	}
	for _, t := range tags {
		if !kept[t.WeComID] {
			if err := s.dropTags(ctx, "id = ?", t.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// DeleteTag stores that a tag, named by WeCom's id, was deleted.
func (s *Service) DeleteTag(ctx context.Context, wecomID string) error {
	return wrap("delete tag", s.db.InTx(ctx, func(ctx context.Context) error {
		return s.dropTags(ctx, "wecom_id = ?", wecomID)
	}))
}

// DeleteTagGroup stores that a group was deleted and its tags with it, for
// which WeCom sends no events of their own.
func (s *Service) DeleteTagGroup(ctx context.Context, wecomID string) error {
	return wrap("delete tag group", s.db.InTx(ctx, func(ctx context.Context) error {
		var g model.TagGroup
		found := s.db.Conn(ctx).Where("wecom_id = ?", wecomID).Limit(1).Find(&g)
		if found.Error != nil || found.RowsAffected == 0 {
			return found.Error
		}
		return s.dropGroup(ctx, g)
	}))
}

func (s *Service) dropGroup(ctx context.Context, g model.TagGroup) error {
	err := s.db.Conn(ctx).Model(&model.TagGroup{}).Where("id = ?", g.ID).Update("deleted_at", s.db.Now(ctx)).Error
	if err != nil {
		return fmt.Errorf("delete tag group %d: %w", g.ID, err)
	}
	return s.dropTags(ctx, "tag_group_id = ?", g.ID)
}

func (s *Service) dropTags(ctx context.Context, condition string, value any) error {
	now := s.db.Now(ctx)
	var ids []int64
	if err := s.db.Conn(ctx).Model(&model.Tag{}).Where(condition, value).Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("find tags: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	err := s.db.Conn(ctx).Model(&model.Tag{}).Where("id IN ? AND deleted_at IS NULL", ids).Update("deleted_at", now).Error
	if err != nil {
		return fmt.Errorf("delete tags: %w", err)
	}
	err = s.db.Conn(ctx).Model(&model.RelationshipTag{}).
		Where("tag_id IN ? AND removed_at IS NULL", ids).UpdateColumn("removed_at", now).Error
	return wrap("take deleted tags off", err)
}
