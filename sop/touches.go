package sop

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"sixtouch/model"
)

const (
	// cohortMin is from how many touches on a statement over the enrollments is
	// cheaper than a list of values.
	cohortMin = 20
	// shapesKept is how many shapes a touch is compared with; a page has a few,
	// or one for nearly every touch.
	shapesKept = 8
)

// ofEnrollment are a touch's columns that its enrollment knows too.
func ofEnrollment() map[string]string {
	return map[string]string{"enrollment_id": "id", "contact_id": "contact_id", "rep_id": "rep_id", "relationship_id": "relationship_id"}
}

// cohort is touches that differ in nothing but their enrollment.
type cohort struct {
	shape   model.Touch // without what the enrollment knows
	touches []model.Touch
}

// storePlanned stores new touches of stored enrollments. What a cohort shares is
// sent to the database once: it makes the rows from the enrollments, which
// costs a third less than reading a value for each column.
func (e *Engine) storePlanned(ctx context.Context, list []model.Enrollment, touches []model.Touch) error {
	known := make(map[int64]*model.Enrollment, len(list))
	for i := range list {
		known[list[i].ID] = &list[i]
	}
	var cohorts []*cohort
	var single []model.Touch
	for _, t := range touches {
		en := known[*t.EnrollmentID]
		if en == nil || en.ContactID != t.ContactID || en.RepID != t.RepID || en.RelationshipID != t.RelationshipID {
			single = append(single, t)
			continue
		}
		shape := t
		shape.EnrollmentID, shape.ContactID, shape.RepID, shape.RelationshipID = nil, 0, 0, 0
		recent := cohorts[max(0, len(cohorts)-shapesKept):]
		at := slices.IndexFunc(recent, func(c *cohort) bool { return reflect.DeepEqual(c.shape, shape) })
		if at < 0 {
			cohorts = append(cohorts, &cohort{shape: shape, touches: []model.Touch{t}})
			continue
		}
		recent[at].touches = append(recent[at].touches, t)
	}
	for _, c := range cohorts {
		if len(c.touches) < cohortMin {
			single = append(single, c.touches...)
			continue
		}
		if err := e.insertCohort(ctx, c); err != nil {
			return err
		}
	}
	return e.insertTouches(ctx, single)
}

func (e *Engine) insertCohort(ctx context.Context, c *cohort) error {
	stmt := &gorm.Statement{DB: e.DB.Conn(ctx)}
	if err := stmt.Parse(&model.Touch{}); err != nil {
		return fmt.Errorf("read columns of touches: %w", err)
	}
	sql, args := cohortStatement(ctx, stmt.Schema, c)
	err := e.DB.Conn(ctx).Exec(sql, args...).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return e.insertTouches(ctx, c.touches)
	}
	return wrap("store touches of a cohort", err)
}

func cohortStatement(ctx context.Context, s *schema.Schema, c *cohort) (string, []any) {
	var columns, values []string
	var args []any
	from := ofEnrollment()
	for _, name := range s.DBNames {
		if name == "id" {
			continue
		}
		columns = append(columns, name)
		if of, ok := from[name]; ok {
			values = append(values, of)
			continue
		}
		v, _ := s.FieldsByDBName[name].ValueOf(ctx, reflect.ValueOf(&c.shape).Elem())
		values, args = append(values, "?"), append(args, v)
	}
	ids := make([]int64, len(c.touches))
	for i, t := range c.touches {
		ids[i] = *t.EnrollmentID
	}
	return "INSERT INTO touches (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") +
		" FROM enrollments WHERE id IN ? ORDER BY id", append(args, ids)
}

// insertTouches stores new touches; one that exists already stays as it is.
func (e *Engine) insertTouches(ctx context.Context, touches []model.Touch) error {
	if len(touches) == 0 {
		return nil
	}
	// Asked to pass over duplicates, MySQL locks the gaps between rows, and the
	// planners of neighbouring enrollments would wait for each other.
	err := e.DB.Conn(ctx).CreateInBatches(touches, chunk).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(touches, chunk).Error
	}
	return wrap("store touches", err)
}
