package stage

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

const (
	sweepReachable = "reachable"
	// catchUpPages is how many pages of contacts one scheduled pass takes: old
	// friends are in no hurry, and each is an activity that others react to.
	catchUpPages = 5
)

// catchUp puts those onto the ladder, once and a few at a time, who could be
// reached before there was one: nothing that they do may ever announce them. They
// are entered as of when they were added, so cohorts count them where they
// belong, and programmes take them for the past that they are.
func (s *Service) catchUp(ctx context.Context) error {
	for range catchUpPages {
		more := false
		err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
			more, err = s.catchUpPage(ctx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// catchUpPage goes on after the last contact that was looked at. The row's
// instant is the beginning of time until nobody is left.
func (s *Service) catchUpPage(ctx context.Context) (more bool, err error) {
	var at []model.StageSweep
	if err := s.DB.Conn(ctx).Where("subject = ?", sweepReachable).Limit(1).Find(&at).Error; err != nil {
		return false, fmt.Errorf("load the pass: %w", err)
	}
	pass := model.StageSweep{Subject: sweepReachable, PassedAt: time.Unix(0, 0).UTC()}
	if len(at) > 0 {
		pass = at[0]
	}
	if pass.PassedAt.Unix() > 0 {
		return false, nil
	}
	var ids []int64
	err = s.DB.Conn(ctx).Table(s.DB.Walk("contacts", "ix_contacts_stage")).Where("stage = '' AND id > ?", pass.AfterID).
		Order("id").Limit(tickPage).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("find contacts without a rung: %w", err)
	}
	pass.UpdatedAt = s.DB.Now(ctx)
	if len(ids) == 0 {
		pass.PassedAt = model.Instant(pass.UpdatedAt)
		return false, s.DB.Conn(ctx).Save(&pass).Error
	}
	var friends []model.Contact
	err = s.DB.Conn(ctx).Select("id", "first_added_at").Where("id IN ? AND erased_at IS NULL", ids).
		Where("EXISTS (SELECT 1 FROM relationships r WHERE r.contact_id = contacts.id AND r.state = ?)", model.RelationshipActive).
		Order("id").Find(&friends).Error
	if err != nil {
		return false, fmt.Errorf("find who can be reached: %w", err)
	}
	for _, c := range friends {
		added := model.Activity{Kind: model.ActivityContactAdded, ContactID: c.ID, OccurredAt: pass.UpdatedAt}
		if c.FirstAddedAt != nil {
			added.OccurredAt = *c.FirstAddedAt
		}
		if err := s.apply(ctx, c.ID, added); err != nil {
			return false, err
		}
	}
	pass.AfterID = ids[len(ids)-1]
	return true, s.DB.Conn(ctx).Save(&pass).Error
}
