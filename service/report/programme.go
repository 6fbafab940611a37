package report

import (
	"context"
	"encoding/json"
	"fmt"

	"sixtouch/model"
)

// ProgrammeRow is an SOP in a list, with how many people whom the asker sees are
// in it.
type ProgrammeRow struct {
	model.SOP
	Enrollments map[model.EnrollmentState]int
}

// Programme is an SOP with where its people are.
type Programme struct {
	ProgrammeRow
	Number     int                      // of the version that runs; 0 before the first
	Definition json.RawMessage          // the version's, or else the draft
	Contents   map[string]model.Content // by step key
	// Variants are the contents of steps with variants, by step and variant.
	Variants map[string]map[string]model.Content
}

// Programmes lists SOPs, the newest first.
func (s *Service) Programmes(ctx context.Context, page model.Page) ([]ProgrammeRow, error) {
	q := s.db.Read(ctx).Model(&model.SOP{}).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var sops []model.SOP
	if err := q.Find(&sops).Error; err != nil {
		return nil, fmt.Errorf("list SOPs: %w", err)
	}
	return s.withEnrollments(ctx, sops)
}

func (s *Service) withEnrollments(ctx context.Context, sops []model.SOP) ([]ProgrammeRow, error) {
	ids := make([]int64, len(sops))
	for i, p := range sops {
		ids[i] = p.ID
	}
	var found []struct {
		SOPID int64
		State model.EnrollmentState
		Count int
	}
	db, scope := s.db.Read(ctx), model.ScopeOf(ctx)
	q := db.Table("enrollments e")
	if !scope.All {
		q = db.Table("(?) w", scope.Who(ctx, s.db)).Joins(s.db.Then() + s.db.Walk("enrollments e", "ix_enrollments_contact") + " ON e.contact_id = w.id")
	}
	if err := q.Select("e.sop_id, e.state, COUNT(*) AS count").Where("e.sop_id IN ?", ids).Group("e.sop_id, e.state").Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("count enrollments of SOPs: %w", err)
	}
	rows := make([]ProgrammeRow, len(sops))
	for i, p := range sops {
		rows[i] = ProgrammeRow{SOP: p, Enrollments: map[model.EnrollmentState]int{}}
		for _, f := range found {
			if f.SOPID == p.ID {
				rows[i].Enrollments[f.State] = f.Count
			}
		}
	}
	return rows, nil
}

// Programme loads one SOP; model.ErrNotFound when there is none.
func (s *Service) Programme(ctx context.Context, id int64) (Programme, error) {
	var sops []model.SOP
	if err := s.db.Read(ctx).Limit(1).Find(&sops, id).Error; err != nil {
		return Programme{}, fmt.Errorf("load SOP %d: %w", id, err)
	}
	if len(sops) == 0 {
		return Programme{}, model.NotFound(fmt.Sprintf("SOP %d", id))
	}
	rows, err := s.withEnrollments(ctx, sops)
	if err != nil {
		return Programme{}, err
	}
	p := Programme{
		ProgrammeRow: rows[0], Definition: rows[0].Draft.V,
		Contents: map[string]model.Content{}, Variants: map[string]map[string]model.Content{},
	}
	if err := s.loadVersion(ctx, &p); err != nil {
		return p, fmt.Errorf("load version of SOP %d: %w", id, err)
	}
	return p, nil
}

func (s *Service) loadVersion(ctx context.Context, p *Programme) error {
	if p.VersionID == 0 {
		return nil
	}
	var v model.SOPVersion
	if err := s.db.Read(ctx).Take(&v, p.VersionID).Error; err != nil {
		return err
	}
	p.Number, p.Definition = v.Number, v.Definition.V
	var contents []model.StepContent
	if err := s.db.Read(ctx).Find(&contents, "sop_id = ?", p.ID).Error; err != nil {
		return err
	}
	for _, c := range contents {
		if len(c.Variants.V) > 0 {
			p.Variants[c.StepKey] = c.Variants.V
		}
		if c.Content.V.Text != "" || len(c.Content.V.Attachments) > 0 {
			p.Contents[c.StepKey] = c.Content.V
		}
	}
	return nil
}
