// Package stage owns the ladder that contacts climb from reachable to customer:
// MAL → MIL → MQL → SAL → SQL → opportunity → won or lost → renewal. It decides
// by versioned rules who enters the first three rungs, keeps every move as an
// event with its reason, hands MQLs over to sales, and owns the opportunities.
//
// It imports model only; the calendar and the pipeline of activities are
// handed in.
package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Deps equips a Service. Responsible may be left out.
type Deps struct {
	DB   *model.DB
	Zone *time.Location // the corp's, of working hours and months
	// Record records an activity inside the transaction in ctx.
	Record func(ctx context.Context, a model.Activity) error
	// Working returns the calendar in force: whether the local day of an instant is
	// worked.
	Working func(ctx context.Context) (func(time.Time) bool, error)
	// Responsible names the rep who takes an account's MQLs now, 0 for nobody.
	// Without it that is the account's SDR, else their backup, of those who are
	// still with us.
	Responsible func(ctx context.Context, accountID int64) (int64, error)
}

// Service owns stages, hand-overs and opportunities. It is safe for concurrent
// use, and by several replicas.
type Service struct{ Deps }

// New returns a service.
func New(deps Deps) *Service {
	s := &Service{deps}
	if s.Responsible == nil {
		s.Responsible = s.sdr
	}
	return s
}

// person is what a decision about a contact's stage looks at.
type person struct {
	ID         int64
	AccountID  *int64
	Source     string
	Stage      string
	StageAt    *time.Time
	Fit        *float64
	Engagement *float64
	Score      *float64
	ErasedAt   *time.Time
}

func (s *Service) person(ctx context.Context, contactID int64) (person, error) {
	var p person
	err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ?", contactID).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return p, model.NotFound("contact")
	}
	if err != nil {
		return p, fmt.Errorf("load contact %d: %w", contactID, err)
	}
	return p, nil
}

// sdr is the account's SDR, else their backup; 0 when both are missing or have
// left.
func (s *Service) sdr(ctx context.Context, accountID int64) (int64, error) {
	var found []int64
	err := s.DB.Conn(ctx).Table("accounts a").Joins("JOIN reps r ON r.id IN (a.sdr_id, a.sdr_backup_id) AND r.left_at IS NULL").
		Where("a.id = ?", accountID).Order("CASE WHEN r.id = a.sdr_id THEN 0 ELSE 1 END").Limit(1).Pluck("r.id", &found).Error
	if err != nil || len(found) == 0 {
		return 0, wrap("find the account's SDR", err)
	}
	return found[0], nil
}

// repOf is who follows the contact: the rep of the latest active relationship, 0
// for nobody.
func (s *Service) repOf(ctx context.Context, contactID int64) (int64, error) {
	var found []int64
	err := s.DB.Conn(ctx).Model(&model.Relationship{}).Where("contact_id = ? AND state = ?", contactID, model.RelationshipActive).
		Order("added_at DESC, id DESC").Limit(1).Pluck("rep_id", &found).Error
	if err != nil || len(found) == 0 {
		return 0, wrap("find the contact's rep", err)
	}
	return found[0], nil
}

func wrap(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
