package report

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// ContactRun is one run of a contact in a programme.
type ContactRun struct {
	model.Enrollment
	SOPName string
	RepName string
}

// ProgrammesOf lists the programmes that a contact is or was in, the latest run
// first.
func (s *Service) ProgrammesOf(ctx context.Context, contactID int64, page model.Page) ([]ContactRun, error) {
	var known int64
	if err := s.db.Read(ctx).Model(&model.Contact{}).Where("id = ?", contactID).Count(&known).Error; err != nil {
		return nil, fmt.Errorf("look for contact %d: %w", contactID, err)
	}
	if known == 0 {
		return nil, model.NotFound("contact")
	}
	q := s.db.Read(ctx).Model(&model.Enrollment{}).
		Select("enrollments.*, COALESCE(sops.name, '') AS sop_name, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN sops ON sops.id = enrollments.sop_id").
		Joins("LEFT JOIN reps ON reps.id = enrollments.rep_id").
		Where("enrollments.contact_id = ?", contactID).Order("enrollments.id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("enrollments.id < ?", page.After)
	}
	rows := []ContactRun{}
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the programmes of contact %d: %w", contactID, err)
	}
	return rows, nil
}
