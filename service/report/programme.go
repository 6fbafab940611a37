package report

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

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
	Steps    []StepCount
}

// StepCount is how many touches of a step are in a state for a reason.
type StepCount struct {
	StepKey string
	State   model.TouchState
	Reason  string
	Count   int
}

// Participant is one contact, or customer group, inside a programme.
type Participant struct {
	model.Enrollment
	ContactName string
	CorpName    string
	RepName     string
	// Done is the state of each step that has a touch, by step key.
	Done map[string]model.TouchState `gorm:"-"`
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
	p, err := s.Outline(ctx, id)
	if err != nil {
		return p, err
	}
	err = s.db.Read(ctx).Model(&model.Touch{}).Select("step_key, state, reason, COUNT(*) AS count").
		Where("sop_id = ?", id).Group("step_key, state, reason").Order("step_key, state, reason").Scan(&p.Steps).Error
	if err != nil {
		return p, fmt.Errorf("count touches of SOP %d: %w", id, err)
	}
	return p, nil
}

// Outline loads one SOP without counting its touches, which costs as much as
// there are; model.ErrNotFound when there is none.
func (s *Service) Outline(ctx context.Context, id int64) (Programme, error) {
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

// Participants lists who is or was inside an SOP, the newest first.
func (s *Service) Participants(ctx context.Context, sopID int64, page model.Page) ([]Participant, error) {
	return s.participants(ctx, page, func(q *gorm.DB) *gorm.DB { return q.Where("enrollments.sop_id = ?", sopID) })
}

// Participations lists the SOPs that a contact is or was inside, the newest
// first, as participants of them.
func (s *Service) Participations(ctx context.Context, contactID int64) ([]Participant, error) {
	return s.participants(ctx, model.Page{}, func(q *gorm.DB) *gorm.DB { return q.Where("enrollments.contact_id = ?", contactID) })
}

func (s *Service) participants(ctx context.Context, page model.Page, narrow func(*gorm.DB) *gorm.DB) ([]Participant, error) {
	q := narrow(s.db.Read(ctx).Model(&model.Enrollment{})).
		Select("enrollments.*, COALESCE(contacts.name, customer_groups.name, '') AS contact_name, COALESCE(contacts.corp_name, '') AS corp_name, reps.name AS rep_name").
		Joins("LEFT JOIN contacts ON contacts.id = enrollments.contact_id").
		Joins("LEFT JOIN customer_groups ON customer_groups.id = -enrollments.contact_id").
		Joins("LEFT JOIN reps ON reps.id = enrollments.rep_id").
		Order("enrollments.id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("enrollments.id < ?", page.After)
	}
	var rows []Participant
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list participants: %w", err)
	}
	ids, at := make([]int64, len(rows)), make(map[int64]*Participant, len(rows))
	for i := range rows {
		rows[i].Done = map[string]model.TouchState{}
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	var done []struct {
		EnrollmentID int64
		StepKey      string
		State        model.TouchState
	}
	err := s.db.Read(ctx).Model(&model.Touch{}).Select("enrollment_id, step_key, state").
		Where("enrollment_id IN ?", ids).Scan(&done).Error
	if err != nil {
		return nil, fmt.Errorf("load touches of participants: %w", err)
	}
	for _, d := range done {
		at[d.EnrollmentID].Done[d.StepKey] = d.State
	}
	return rows, nil
}

// Happening is one thing in a contact's life with us: an activity with the
// names that it speaks of.
type Happening struct {
	Kind       model.ActivityKind
	OccurredAt time.Time
	Data       model.JSON[model.ActivityData]
	RepName    string
	TagName    string `gorm:"-"`
}

// Happenings lists a contact's activities, the newest first.
func (s *Service) Happenings(ctx context.Context, contactID int64, page model.Page) ([]Happening, error) {
	var rows []Happening
	err := s.db.Read(ctx).Model(&model.Activity{}).
		Select("activities.kind, activities.occurred_at, activities.data, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN reps ON reps.id = activities.rep_id").
		Where("activities.contact_id = ?", contactID).Order("activities.id DESC").Limit(page.Size()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list activities of contact %d: %w", contactID, err)
	}
	var ids []int64
	for _, r := range rows {
		if id := r.Data.V.TagID; id != 0 {
			ids = append(ids, id)
		}
	}
	var tags []model.Tag
	if err := s.db.Read(ctx).Select("id", "name").Find(&tags, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load tags of activities: %w", err)
	}
	names := map[int64]string{}
	for _, t := range tags {
		names[t.ID] = t.Name
	}
	for i := range rows {
		rows[i].TagName = names[rows[i].Data.V.TagID]
	}
	return rows, nil
}
