package routing

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// LeadFilter selects decisions; what is left out does not limit.
type LeadFilter struct {
	RepID     int64
	ContactID int64
	State     model.RouteState
}

// Leads lists decisions, the newest first.
func (s *Service) Leads(ctx context.Context, f LeadFilter, page model.Page) ([]model.LeadRoute, error) {
	q := s.db.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	if f.RepID > 0 {
		q = q.Where("rep_id = ?", f.RepID)
	}
	if f.ContactID > 0 {
		q = q.Where("contact_id = ?", f.ContactID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	q = model.ScopeOf(ctx).OfContactsOrReps(q, "lead_routes.contact_id", "rep_id")
	var list []model.LeadRoute
	if err := q.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list leads: %w", err)
	}
	return list, nil
}

// Take says that the rep works on an open lead; doing so again changes nothing.
func (s *Service) Take(ctx context.Context, id int64) (model.LeadRoute, error) {
	var row model.LeadRoute
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		now := s.db.Now(ctx)
		err := s.db.Conn(ctx).Model(&model.LeadRoute{}).Where("id = ? AND state = ?", id, model.RouteOpen).
			Updates(map[string]any{"state": model.RouteTaken, "taken_at": now}).Error
		if err != nil {
			return fmt.Errorf("take lead %d: %w", id, err)
		}
		err = s.db.Conn(ctx).Take(&row, id).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return model.NotFound("lead")
		}
		if err != nil {
			return fmt.Errorf("load lead %d: %w", id, err)
		}
		if row.State != model.RouteTaken {
			return model.Conflict("the lead waits for nobody: a later decision has taken its place, or it is nurtured")
		}
		return nil
	})
	return row, err
}
