package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// PeopleFilter narrows the people of a programme; zero fields do not.
type PeopleFilter struct {
	Number  int     // of a version
	At      *string // whose latest step is that one; empty: who has had none
	Reached string  // who has had that step or a later one
	State   model.EnrollmentState
	Inside  bool      // who has not left: in any state of those
	Due     time.Time // whose next step is due by the end of that day of the corp's zone
	Reason  string    // why they left
}

// PersonInside is somebody who is or was inside a programme.
type PersonInside struct {
	model.Enrollment
	ContactName string
	CorpName    string
	RepName     string
	// Steps are the fates of the steps that they have had.
	Steps map[string]StepFate `gorm:"-"`
}

// StepFate is what became of a step for somebody.
type StepFate struct {
	TouchID int64
	Fate    model.Fate
}

// People lists who is or was inside a programme, the latest first: the rows
// behind Flow's counts, in a scope too.
func (e *Engine) People(ctx context.Context, sopID int64, f PeopleFilter, page model.Page) ([]PersonInside, error) {
	steps, versionID, err := e.stepsOf(ctx, sopID, f.Number)
	if err != nil {
		return nil, err
	}
	q, err := e.peopleQuery(ctx, sopID, versionID, f, steps)
	if err != nil {
		return nil, err
	}
	if page.After > 0 {
		q = q.Where("e.id < ?", page.After)
	}
	rows := []PersonInside{}
	if err := q.Order("e.id DESC").Limit(page.Size()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list people of SOP %d: %w", sopID, err)
	}
	return rows, e.addSteps(ctx, rows)
}

func (e *Engine) peopleQuery(ctx context.Context, sopID, versionID int64, f PeopleFilter, steps []FlowStep) (*gorm.DB, error) {
	q := e.DB.Read(ctx).Table("enrollments e").
		Select("e.*, COALESCE(contacts.name, customer_groups.name, '') AS contact_name, COALESCE(contacts.corp_name, '') AS corp_name, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN contacts ON contacts.id = e.contact_id").
		Joins("LEFT JOIN customer_groups ON customer_groups.id = -e.contact_id").
		Joins("LEFT JOIN reps ON reps.id = e.rep_id").Where("e.sop_id = ?", sopID)
	q = model.ScopeOf(ctx).OfWho(q, "e.contact_id")
	for _, c := range []struct {
		column string
		value  any
		set    bool
	}{
		{"e.version_id", versionID, versionID != 0},
		{"e.state", f.State, f.State != ""},
		{"e.exit_reason", f.Reason, f.Reason != ""},
	} {
		if c.set {
			q = q.Where(c.column+" = ?", c.value)
		}
	}
	if f.Inside {
		q = q.Where("e.state IN ?", openStates())
	}
	if !f.Due.IsZero() {
		year, month, day := f.Due.Date()
		q = q.Where("e.state = ? AND e.next_due_at < ?", model.EnrollmentActive, model.Instant(time.Date(year, month, day+1, 0, 0, 0, 0, e.Config.Zone)))
	}
	const had = "EXISTS (SELECT 1 FROM touches t WHERE t.enrollment_id = e.id AND t.step_key IN ?)"
	from := func(field, key string) (int, error) {
		i := slices.IndexFunc(steps, func(s FlowStep) bool { return s.Key == key })
		if i < 0 {
			return 0, model.Invalid(field, "is no step of this SOP")
		}
		return i, nil
	}
	if f.Reached != "" {
		i, err := from("reached", f.Reached)
		if err != nil {
			return nil, err
		}
		q = q.Where(had, stepKeys(steps[i:]))
	}
	if f.At == nil {
		return q, nil
	}
	later := steps
	if *f.At != "" {
		i, err := from("at", *f.At)
		if err != nil {
			return nil, err
		}
		q, later = q.Where(had, stepKeys(steps[i:i+1])), steps[i+1:]
	}
	if len(later) > 0 {
		q = q.Where("NOT "+had, stepKeys(later))
	}
	return q, nil
}

func stepKeys(steps []FlowStep) []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.Key
	}
	return out
}

// addSteps reads the fates of the people's steps, in one query.
func (e *Engine) addSteps(ctx context.Context, rows []PersonInside) error {
	ids, at := make([]int64, len(rows)), make(map[int64]int, len(rows))
	for i := range rows {
		rows[i].Steps = map[string]StepFate{}
		ids[i], at[rows[i].ID] = rows[i].ID, i
	}
	if len(ids) == 0 {
		return nil
	}
	var found []struct {
		ID           int64
		EnrollmentID int64
		StepKey      string
		Fate         model.Fate
	}
	err := e.DB.Read(ctx).Model(&model.Touch{}).Select("id, enrollment_id, step_key, "+model.FateSQL+" AS fate").
		Where("enrollment_id IN ?", ids).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("load steps of people: %w", err)
	}
	for _, f := range found {
		rows[at[f.EnrollmentID]].Steps[f.StepKey] = StepFate{f.ID, f.Fate}
	}
	return nil
}
