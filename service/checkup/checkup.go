// Package checkup has the installation looked at while it runs: what the doctor
// of the command line finds, as a job that anybody may watch. There is one at a
// time and one is kept, whatever the number of replicas. It imports model only;
// the checks themselves are given to it.
package checkup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

const (
	// patience bounds all checks together; after the lease another replica does
	// them anew.
	patience = time.Minute
	lease    = 2 * time.Minute
	// releaseTime bounds the last write of a run that was interrupted.
	releaseTime = 5 * time.Second
)

// errLost says that another replica has taken the check-up over.
var errLost = errors.New("another replica has taken the check-up over")

// Deps equips a Service.
type Deps struct {
	DB *model.DB
	// Examine runs every check and tells what each found as it goes.
	Examine func(ctx context.Context, found func(model.Finding))
	// Wake has a replica with background work begin.
	Wake func()
}

// Service keeps the check-up.
type Service struct{ Deps }

// New returns a service.
func New(d Deps) *Service { return &Service{d} }

// Ask queues a check-up, unless one is queued or under way already.
func (s *Service) Ask(ctx context.Context, by string) (model.Checkup, error) {
	now := s.DB.Now(ctx)
	row := model.Checkup{
		ID: model.CheckupID, State: model.CheckupQueued, Findings: model.AsJSON([]model.Finding{}), AskedBy: by,
		LeaseUntil: now, CreatedAt: now, UpdatedAt: now,
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		res := s.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil || res.RowsAffected > 0 {
			return res.Error
		}
		return s.DB.Conn(ctx).Model(&model.Checkup{}).
			Where("id = ? AND (state = ? OR state = ? AND lease_until < ?)", model.CheckupID, model.CheckupDone, model.CheckupRunning, now).
			Updates(map[string]any{
				"state": model.CheckupQueued, "findings": row.Findings, "asked_by": by, "lease_token": "", "created_at": now, "finished_at": nil,
			}).Error
	})
	if err != nil {
		return model.Checkup{}, fmt.Errorf("ask for a check-up: %w", err)
	}
	s.Wake()
	return s.Last(ctx)
}

// Last returns the latest check-up; model.ErrNotFound before the first.
func (s *Service) Last(ctx context.Context) (model.Checkup, error) {
	var row model.Checkup
	err := s.DB.Read(ctx).Take(&row, model.CheckupID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, model.NotFound("check-up")
	}
	if err != nil {
		return row, fmt.Errorf("load the check-up: %w", err)
	}
	return row, nil
}

// Run does the check-up that waits, if one does; what each check finds can be
// seen at once.
func (s *Service) Run(ctx context.Context) (again bool, err error) {
	now, token := s.DB.Now(ctx), rand.Text()
	res := s.DB.Conn(ctx).Model(&model.Checkup{}).
		Where("id = ? AND (state = ? OR state = ? AND lease_until < ?)", model.CheckupID, model.CheckupQueued, model.CheckupRunning, now).
		Updates(map[string]any{
			"state": model.CheckupRunning, "findings": model.AsJSON([]model.Finding{}), "lease_token": token, "lease_until": now.Add(lease),
		})
	if res.Error != nil {
		return false, fmt.Errorf("claim the check-up: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return false, nil
	}
	work, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	list := []model.Finding{}
	s.Examine(work, func(f model.Finding) {
		list = append(list, f)
		if err == nil {
			err = s.store(work, token, map[string]any{"findings": model.AsJSON(list)})
		}
		if err != nil {
			cancel()
		}
	})
	if errors.Is(err, errLost) {
		return false, nil
	}
	// What has ended is told also when we are being stopped.
	last, release := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer release()
	return false, s.store(last, token, map[string]any{
		"state": model.CheckupDone, "findings": model.AsJSON(list), "finished_at": s.DB.Now(last),
	})
}

func (s *Service) store(ctx context.Context, token string, change map[string]any) error {
	res := s.DB.Conn(ctx).Model(&model.Checkup{}).Where("id = ? AND lease_token = ?", model.CheckupID, token).Updates(change)
	if res.Error != nil {
		return fmt.Errorf("store what the check-up found: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errLost
	}
	return nil
}
