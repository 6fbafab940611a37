package privacy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"sixtouch/model"
	"sixtouch/service/privacy"
)

// newService records activities without anybody reacting to them.
func newService(db *model.DB) *privacy.Service {
	return privacy.New(privacy.Deps{DB: db, Logger: slog.New(slog.DiscardHandler), Record: func(ctx context.Context, a model.Activity) error {
		return db.Conn(ctx).Create(&a).Error
	}})
}

// secret is what everything personal of a seeded person contains.
func secret(contactID int64) string { return fmt.Sprintf("秘%d号", contactID) }

// seed stores one row about the contact in each table that has a rule, with
// something personal in every column that may hold it.
func seed(t *testing.T, db *model.DB, contactID int64) {
	t.Helper()
	conn := db.Conn(t.Context())
	for _, r := range privacy.Rows() {
		if _, ok := r.Row.(model.Erasure); ok {
			continue
		}
		row := reflect.New(reflect.TypeOf(r.Row))
		s, err := schema.Parse(r.Row, &sync.Map{}, conn.NamingStrategy)
		require.NoError(t, err)
		for _, f := range s.Fields {
			personal := f.StructField.Tag.Get("personal") != ""
			to := row.Elem().FieldByIndex(f.StructField.Index)
			switch {
			case f.DBName == "contact_id" || f.DBName == "relationship_id":
				setInt(to, contactID)
			case s.Table == "contacts" && f.DBName == "id", s.Table == "relationships" && f.DBName == "id":
				setInt(to, contactID)
			case f.DBName == "external_userid", f.DBName == "member_id":
				to.SetString(external(contactID))
			case s.Table == "activities" && f.DBName == "data":
				to.Set(reflect.ValueOf(model.AsJSON(model.ActivityData{Day: secret(contactID), TagID: 7})))
			case to.Kind() == reflect.String && (personal || r.Also(f.DBName)):
				to.SetString(secret(contactID))
			case to.Kind() == reflect.String && strings.HasSuffix(f.DBName, "_key"):
				to.SetString(fmt.Sprint(f.DBName, contactID))
			case to.Type() == reflect.TypeFor[model.JSON[[]string]]() && personal:
				to.Set(reflect.ValueOf(model.AsJSON([]string{secret(contactID)})))
			case to.Type() == reflect.TypeFor[model.JSON[[]model.MatchReason]]():
				to.Set(reflect.ValueOf(model.AsJSON([]model.MatchReason{{Code: "x", Values: []string{secret(contactID)}}})))
			case f.DBName == "dispatch_id" && to.Kind() == reflect.Int64, f.DBName == "rep_id" || f.DBName == "activity_id" || f.DBName == "import_id" || f.DBName == "sop_id" || f.DBName == "run":
				setInt(to, contactID) // a unique key may hang on it
			}
		}
		require.NoError(t, conn.Create(row.Interface()).Error, s.Table)
	}
}

func external(contactID int64) string { return fmt.Sprintf("wmPerson%dx", contactID) }

func setInt(to reflect.Value, n int64) {
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.ValueOf(&n))
		return
	}
	to.SetInt(n)
}

// dump is the text of every row of every table, by table.
func dump(t *testing.T, db *model.DB) map[string][]string {
	t.Helper()
	tables, err := db.Conn(t.Context()).Migrator().GetTables()
	tables = slices.DeleteFunc(tables, func(name string) bool { return name == "sqlite_sequence" })
	require.NoError(t, err)
	require.Greater(t, len(tables), 40)
	out := map[string][]string{}
	for _, table := range tables {
		var rows []map[string]any
		require.NoError(t, db.Conn(t.Context()).Table(table).Find(&rows).Error)
		for _, row := range rows {
			var line strings.Builder
			for column, v := range row {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				fmt.Fprintf(&line, "%s=%v ", column, v)
			}
			out[table] = append(out[table], line.String())
		}
	}
	return out
}

// naming counts the rows with a text, by table.
func naming(tables map[string][]string, text string) map[string]int {
	out := map[string]int{}
	for table, rows := range tables {
		for _, row := range rows {
			if strings.Contains(row, text) {
				out[table]++
			}
		}
	}
	return out
}

// sizes counts rows, by table.
func sizes(tables map[string][]string) map[string]int {
	out := map[string]int{}
	for table, rows := range tables {
		out[table] = len(rows)
	}
	return out
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}
