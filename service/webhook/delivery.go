package webhook

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// Deliveries lists what an endpoint was told or is to be told, the newest first;
// of all states when state is empty.
func (s *Service) Deliveries(ctx context.Context, id int64, state model.DeliveryState, page model.Page) ([]model.WebhookDelivery, error) {
	if _, err := s.get(ctx, id); err != nil {
		return nil, err
	}
	q := s.DB.Read(ctx).Where("webhook_id = ?", id).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	var list []model.WebhookDelivery
	if err := q.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list deliveries of endpoint %d: %w", id, err)
	}
	return list, nil
}

// Redrive has all parked deliveries of an endpoint tried again, and returns how
// many they are. They have another day.
func (s *Service) Redrive(ctx context.Context, id int64) (int64, error) {
	var n int64
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.get(ctx, id); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		res := s.DB.Conn(ctx).Model(&model.WebhookDelivery{}).Where("webhook_id = ? AND state = ?", id, model.DeliveryParked).
			Updates(map[string]any{"state": model.DeliveryWaiting, "attempts": 0, "next_at": now, "created_at": now, "ended_at": nil})
		if res.Error != nil {
			return fmt.Errorf("redrive deliveries of endpoint %d: %w", id, res.Error)
		}
		n = res.RowsAffected
		s.wake(ctx)
		return nil
	})
	return n, err
}

// purgeMost bounds the rows that one purge deletes at a time.
const purgeMost = 1000

// Purge deletes deliveries that were made long ago.
func (s *Service) Purge(ctx context.Context, keep time.Duration) error {
	before := s.DB.Now(ctx).Add(-keep)
	for {
		var ids []int64
		err := s.DB.Conn(ctx).Model(&model.WebhookDelivery{}).Where("state = ? AND next_at < ?", model.DeliveryDelivered, before).
			Order("next_at").Limit(purgeMost).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("look for old deliveries: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := s.DB.Conn(ctx).Delete(&model.WebhookDelivery{}, ids).Error; err != nil {
			return fmt.Errorf("delete old deliveries: %w", err)
		}
	}
}
