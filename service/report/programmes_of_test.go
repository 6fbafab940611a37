package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/report"
)

func TestProgrammesOf_listsEachRunTheLatestFirst(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		now := db.Now(t.Context())
		create(t, db, model.Rep{UserID: "lin", Name: "林"})
		create(t, db, model.SOP{Name: "新好友", State: model.SOPLive})
		create(t, db, model.SOP{Name: "续约", State: model.SOPLive})
		create(t, db, model.Contact{ExternalUserID: "wm1"})
		create(t, db, model.Contact{ExternalUserID: "wm2"})
		run := func(sop, contact int64, run int) model.Enrollment {
			return model.Enrollment{SOPID: sop, VersionID: 1, ContactID: contact, RepID: 1, Run: run, State: model.EnrollmentCompleted, AnchorAt: now, EnrolledAt: now}
		}
		create(t, db, run(1, 1, 1), run(1, 2, 1), run(2, 1, 1), run(1, 1, 2))
		reports := report.New(db, time.UTC)

		rows, err := reports.ProgrammesOf(t.Context(), 1, model.Page{Limit: 2})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Equal(t, []any{int64(4), "新好友", 2, "林"}, []any{rows[0].ID, rows[0].SOPName, rows[0].Run, rows[0].RepName})
		require.Equal(t, "续约", rows[1].SOPName)
		rows, err = reports.ProgrammesOf(t.Context(), 1, model.Page{Limit: 2, After: rows[1].ID})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, int64(1), rows[0].ID)
		_, err = reports.ProgrammesOf(t.Context(), 9, model.Page{})
		require.Equal(t, model.CodeNotFound, model.CodeOf(err))
	})
}

// However many people are in programmes, one person's runs are looked up.
func TestProgrammesOf_looksUpByTheContact(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		now, conn := db.Now(t.Context()), db.Conn(t.Context())
		create(t, db, model.Contact{ID: 7, ExternalUserID: "wm7"})
		many := make([]model.Enrollment, 2000)
		for i := range many {
			many[i] = model.Enrollment{SOPID: int64(i%5 + 1), VersionID: 1, ContactID: int64(i%400 + 1), Run: i/400 + 1, State: model.EnrollmentCompleted, AnchorAt: now, EnrolledAt: now}
		}
		create(t, db, many...)
		explain, use := "EXPLAIN ", "ix_enrollments_contact"
		if db.Dialect() == model.MySQL {
			require.NoError(t, conn.Exec("ANALYZE TABLE enrollments").Error)
		} else {
			explain, use = "EXPLAIN QUERY PLAN ", "SEARCH enrollments USING INDEX ix_enrollments_contact (contact_id=?"
			require.NoError(t, conn.Exec("ANALYZE").Error)
		}
		var statement string
		require.NoError(t, db.Read(t.Context()).Callback().Row().After("gorm:row").Register("keep", func(tx *gorm.DB) {
			statement = tx.Dialector.Explain(tx.Statement.SQL.String(), tx.Statement.Vars...)
		}))
		require.NoError(t, db.Read(t.Context()).Callback().Query().After("gorm:query").Register("keep", func(tx *gorm.DB) {
			statement = tx.Dialector.Explain(tx.Statement.SQL.String(), tx.Statement.Vars...)
		}))
		_, err := report.New(db, time.UTC).ProgrammesOf(t.Context(), 7, model.Page{Limit: 50, After: 1500})
		require.NoError(t, err)
		var plan []map[string]any
		sql := statement
		require.NoError(t, conn.Raw(explain+sql).Scan(&plan).Error, sql)
		require.Contains(t, fmt.Sprint(plan), use, sql)
		require.NotContains(t, fmt.Sprint(plan), "TEMP B-TREE", "the order is the index's")
	})
}
