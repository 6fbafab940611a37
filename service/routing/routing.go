// Package routing knows where leads come from, what each source is worth, and which
// way a new lead goes: to the rep who was added, to an SDR at once, or into the
// programmes that nurture. It imports model only. Programmes hear of a decision
// by the activity lead_routed.
package routing

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Recorder records an activity in the transaction of ctx.
type Recorder func(ctx context.Context, a model.Activity) error

// Service keeps sources and rules, and routes leads as they come. It is safe for
// concurrent use.
type Service struct {
	db     *model.DB
	record Recorder
}

// New returns a service that records activities through record.
func New(db *model.DB, record Recorder) *Service { return &Service{db: db, record: record} }

// Rules returns the rules in force and their version, which is 0 for those that
// the product comes with.
func (s *Service) Rules(ctx context.Context) (model.RoutingRules, int64, error) {
	var v model.RoutingVersion
	err := s.db.Read(ctx).Order("id DESC").Take(&v).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return DefaultRules(), 0, nil
	}
	if err != nil {
		return model.RoutingRules{}, 0, fmt.Errorf("load routing rules: %w", err)
	}
	return v.Rules.V, v.ID, nil
}

// SetRules puts rules in force and returns their version. Decisions that were
// made stay as they are.
func (s *Service) SetRules(ctx context.Context, rules model.RoutingRules, author string) (int64, error) {
	v := model.RoutingVersion{Rules: model.AsJSON(rules), Author: author}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.check(ctx, rules); err != nil {
			return err
		}
		v.ID = 0
		if err := s.db.Conn(ctx).Create(&v).Error; err != nil {
			return fmt.Errorf("save routing rules: %w", err)
		}
		return nil
	})
	return v.ID, err
}
