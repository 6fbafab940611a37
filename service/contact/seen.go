package contact

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// SeenBy lists the external_userids of a rep's relationships that a full
// synchronisation saw.
func (s *Service) SeenBy(ctx context.Context, repID, syncID int64) ([]string, error) {
	var ids []string
	err := s.db.Conn(ctx).Model(&model.Relationship{}).
		Joins("JOIN contacts ON contacts.id = relationships.contact_id").
		Where("relationships.rep_id = ? AND relationships.sync_id = ?", repID, syncID).
		Pluck("contacts.external_userid", &ids).Error
	return ids, wrap("list seen relationships", err)
}

// UnseenBy lists the external_userids of a rep's active relationships that a
// full synchronisation did not see. Half ones are not listed by WeCom and lost
// ones have ended already.
func (s *Service) UnseenBy(ctx context.Context, repID, syncID int64) ([]string, error) {
	var ids []string
	err := s.db.Conn(ctx).Model(&model.Relationship{}).
		Joins("JOIN contacts ON contacts.id = relationships.contact_id").
		Where("relationships.rep_id = ? AND relationships.state = ? AND relationships.sync_id <> ?", repID, model.RelationshipActive, syncID).
		Order("relationships.id").Pluck("contacts.external_userid", &ids).Error
	return ids, wrap("list unseen relationships", err)
}

// StaleGroups lists the chat ids, after the given one, of customer groups that
// are not dismissed and were last stored before an instant.
func (s *Service) StaleGroups(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	var ids []string
	err := s.db.Conn(ctx).Model(&model.CustomerGroup{}).
		Where("dismissed_at IS NULL AND updated_at < ? AND chat_id > ?", before, after).
		Order("chat_id").Limit(limit).Pluck("chat_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("list stale customer groups: %w", err)
	}
	return ids, nil
}
