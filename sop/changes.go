package sop

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"sixtouch/model"
)

// changeChunk bounds how many enrollments one statement moves on: a column that
// differs for each of them costs a comparison with each.
const changeChunk = 250

// storeChanges writes what differs between the enrollments as they were read
// and as they are now, in the same order: a statement for a chunk of them that
// names only the columns that changed. Rows whose due instant is the same share
// one value, so that a cohort costs little more than its index entries.
func (e *Engine) storeChanges(ctx context.Context, before, after []model.Enrollment) error {
	stmt := &gorm.Statement{DB: e.DB.Conn(ctx)}
	if err := stmt.Parse(&model.Enrollment{}); err != nil {
		return fmt.Errorf("read columns of enrollments: %w", err)
	}
	for from := 0; from < len(after); from += changeChunk {
		to := min(from+changeChunk, len(after))
		sql, args := changeStatement(ctx, stmt.Schema, before[from:to], after[from:to])
		if sql == "" {
			continue
		}
		if err := e.DB.Conn(ctx).Exec(sql, args...).Error; err != nil {
			return fmt.Errorf("advance enrollments: %w", err)
		}
	}
	return nil
}

// change is a column with its new values and the rows that take each.
type change struct {
	column string
	values []any
	ids    [][]int64
}

// changeStatement is empty when nothing differs.
func changeStatement(ctx context.Context, s *schema.Schema, before, after []model.Enrollment) (string, []any) {
	var changes []change
	touched := map[int64]bool{}
	for _, name := range s.DBNames {
		c := changed(ctx, s.FieldsByDBName[name], before, after)
		for _, ids := range c.ids {
			for _, id := range ids {
				touched[id] = true
			}
		}
		if len(c.values) > 0 {
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 {
		return "", nil
	}
	var sets []string
	var args []any
	for _, c := range changes {
		if len(c.ids[0]) == len(touched) {
			sets, args = append(sets, c.column+" = ?"), append(args, c.values[0])
			continue
		}
		for i, v := range c.values {
			args = append(args, c.ids[i], v)
		}
		sets = append(sets, c.column+" = CASE"+strings.Repeat(" WHEN id IN ? THEN ?", len(c.values))+" ELSE "+c.column+" END")
	}
	return "UPDATE enrollments SET " + strings.Join(sets, ", ") + " WHERE id IN ?", append(args, slices.Sorted(maps.Keys(touched)))
}

// changed finds a column's new values.
func changed(ctx context.Context, f *schema.Field, before, after []model.Enrollment) change {
	c := change{column: f.DBName}
	for i := range after {
		row := reflect.ValueOf(&after[i]).Elem()
		if f.ReflectValueOf(ctx, reflect.ValueOf(&before[i]).Elem()).Equal(f.ReflectValueOf(ctx, row)) {
			continue
		}
		is, _ := f.ValueOf(ctx, row)
		at := slices.IndexFunc(c.values, func(v any) bool { return reflect.DeepEqual(v, is) })
		if at < 0 {
			at, c.values, c.ids = len(c.values), append(c.values, is), append(c.ids, nil)
		}
		c.ids[at] = append(c.ids[at], after[i].ID)
	}
	return c
}
