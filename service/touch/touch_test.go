package touch_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/touch"
)

// fill stores people, programmes and a log: each contact got the first step
// of one programme, and every third was left out of its second.
func fill(t *testing.T, db *model.DB, contacts, programmes int) {
	t.Helper()
	conn, now := db.Conn(t.Context()), db.Now(t.Context())
	reps := make([]model.Rep, 10)
	for i := range reps {
		reps[i] = model.Rep{UserID: fmt.Sprintf("rep%d", i), Name: fmt.Sprintf("销售%d", i)}
	}
	require.NoError(t, conn.Create(&reps).Error)
	people := make([]model.Contact, contacts)
	for i := range people {
		people[i] = model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i), Name: fmt.Sprintf("客户%d", i)}
	}
	require.NoError(t, conn.CreateInBatches(people, 500).Error)
	for id := int64(1); id <= int64(programmes); id++ {
		sop := model.SOP{Name: fmt.Sprintf("SOP %d", id), State: model.SOPLive, VersionID: id, Draft: model.AsJSON(json.RawMessage("{}"))}
		require.NoError(t, conn.Create(&sop).Error)
		definition := json.RawMessage(`{"trigger":{"kind":"manual"},"steps":[{"key":"a","name":"第一步"},{"key":"b","name":"第二步"}]}`)
		require.NoError(t, conn.Create(&model.SOPVersion{SOPID: id, Number: 1, Definition: model.AsJSON(definition), PublishedAt: now}).Error)
	}
	var log []model.Touch
	for i := range people {
		sop := int64(1 + i%programmes)
		row := model.Touch{
			SOPID: sop, VersionID: sop, StepKey: "a", Run: 1, ContactID: people[i].ID, RepID: reps[i%len(reps)].ID, Channel: "group_message",
			State: model.TouchDelivered, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now,
			LocalDay: now.AddDate(0, 0, i%30).Format(time.DateOnly),
		}
		log = append(log, row)
		if i%3 == 0 {
			row.StepKey, row.Variant, row.State, row.Reason = "b", string(rune('A'+i%2)), model.TouchSkipped, "filter"
			log = append(log, row)
		}
	}
	require.NoError(t, conn.CreateInBatches(log, 500).Error)
}

func TestLog_listsByEveryFilter(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		fill(t, db, 60, 2)
		log := touch.New(db)
		for name, c := range map[string]struct {
			filter touch.Filter
			want   int
			all    func(touch.Row) bool
		}{
			"everything":   {touch.Filter{}, 80, func(touch.Row) bool { return true }},
			"of a contact": {touch.Filter{ContactID: 1}, 2, func(r touch.Row) bool { return r.ContactName == "客户0" && r.ExternalUserID == "wm0" }},
			"of a rep":     {touch.Filter{RepID: 2}, 8, func(r touch.Row) bool { return r.RepName == "销售1" && r.RepUserID == "rep1" }},
			"of an SOP":    {touch.Filter{SOPID: 2}, 40, func(r touch.Row) bool { return r.SOPName == "SOP 2" }},
			"of a step": {touch.Filter{SOPID: 1, StepKey: "b"}, 10, func(r touch.Row) bool {
				return r.StepName == "第二步" && r.Reason == "filter"
			}},
			"of a variant":        {touch.Filter{SOPID: 1, StepKey: "b", Variant: "A"}, 10, func(r touch.Row) bool { return r.Variant == "A" }},
			"of no such variant":  {touch.Filter{SOPID: 1, StepKey: "b", Variant: "B"}, 0, nil},
			"of a state of a rep": {touch.Filter{RepID: 1, State: model.TouchSkipped}, 2, func(r touch.Row) bool { return r.State == model.TouchSkipped }},
			"of a day":            {touch.Filter{Day: "2026-03-02"}, 4, func(r touch.Row) bool { return r.LocalDay == "2026-03-02" }},
			"of nobody":           {touch.Filter{ContactID: 999}, 0, nil},
		} {
			rows, err := log.List(t.Context(), c.filter, model.Page{Limit: model.PageLimit})
			require.NoError(t, err, name)
			require.Len(t, rows, c.want, name)
			for i, r := range rows {
				require.True(t, c.all(r), "%s: %+v", name, r)
				require.True(t, i == 0 || r.ID < rows[i-1].ID, "%s: newest first", name)
			}
		}
	})
}

func TestLog_refusesFiltersThatReadTheWholeTable(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	for name, f := range map[string]touch.Filter{
		"state":    {State: model.TouchFailed},
		"step_key": {StepKey: "a", RepID: 1},
		"variant":  {Variant: "A", SOPID: 1},
		"day":      {Day: "2026-3-2"},
		"unsent":   {Unsent: touch.UnsentAll, RepID: 1},
	} {
		_, err := touch.New(db).List(t.Context(), f, model.Page{})
		var e *model.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, model.CodeInvalid, e.Code)
		require.Contains(t, e.Fields, name)
	}
}

func TestLog_readsNamesInSets(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	fill(t, db, 90, 2)
	var queries atomic.Int32
	require.NoError(t, db.Read(t.Context()).Callback().Query().After("gorm:query").Register("count", func(*gorm.DB) { queries.Add(1) }))
	log := touch.New(db)
	_, err := log.List(t.Context(), touch.Filter{}, model.Page{Limit: 2})
	require.NoError(t, err)
	few := queries.Swap(0)
	_, err = log.List(t.Context(), touch.Filter{}, model.Page{Limit: 100})
	require.NoError(t, err)
	require.Equal(t, few, queries.Load(), "more rows must not mean more queries")
}

func TestLog_summaryBalances(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		fill(t, db, 60, 2)
		now := db.Now(t.Context())
		for i, state := range []model.EnrollmentState{model.EnrollmentActive, model.EnrollmentActive, model.EnrollmentExited} {
			require.NoError(t, db.Conn(t.Context()).Create(&model.Enrollment{
				SOPID: 1, VersionID: 1, ContactID: int64(i + 1), Run: 1, State: state, AnchorAt: now, EnrolledAt: now,
			}).Error)
		}
		sum, err := touch.New(db).Summary(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, touch.Summary{
			Steps: []touch.StepSummary{
				{StepKey: "a", Total: 30, States: map[model.TouchState]int{model.TouchDelivered: 30}, Reasons: map[string]int{}},
				{StepKey: "b", Total: 10, States: map[model.TouchState]int{model.TouchSkipped: 10}, Reasons: map[string]int{"filter": 10}},
			},
			Enrollments: map[model.EnrollmentState]int{model.EnrollmentActive: 2, model.EnrollmentExited: 1},
		}, sum)
		empty, err := touch.New(db).Summary(t.Context(), 99)
		require.NoError(t, err)
		require.Equal(t, touch.Summary{Steps: []touch.StepSummary{}, Enrollments: map[model.EnrollmentState]int{}}, empty)
	})
}

// Every query of the log is recorded and explained: each has its index, and the
// lists come in the index's order.
func TestLog_everyFilterHasItsIndex(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	fill(t, db, 6000, 20)
	require.NoError(t, db.Conn(t.Context()).Exec("ANALYZE TABLE touches").Error)
	var statements []string
	require.NoError(t, db.Read(t.Context()).Callback().Query().After("gorm:query").Register("record", func(tx *gorm.DB) {
		if sql := tx.Statement.SQL.String(); strings.Contains(strings.ReplaceAll(sql, "`", ""), "FROM touches ") {
			statements = append(statements, tx.Dialector.Explain(sql, tx.Statement.Vars...))
		}
	}))
	log := touch.New(db)
	explain := func(sql string) map[string]any {
		var plan []map[string]any
		require.NoError(t, db.Conn(t.Context()).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		require.Len(t, plan, 1)
		return plan[0]
	}
	for key, f := range map[string]touch.Filter{
		"PRIMARY":            {},
		"ix_touches_contact": {ContactID: 3000},
		"ix_touches_rep":     {RepID: 3},
		"ix_touches_day":     {Day: "2026-03-05"},
		"ix_touches_sop_log": {SOPID: 1},
	} {
		for _, page := range []model.Page{{Limit: 50}, {Limit: 50, After: 4000}} {
			statements = nil
			_, err := log.List(t.Context(), f, page)
			require.NoError(t, err)
			plan := explain(statements[0])
			require.Equal(t, key, plan["key"], "%s\n%v", statements[0], plan)
			require.NotContains(t, fmt.Sprint(plan["Extra"]), "filesort", statements[0])
		}
	}
	// For somebody's part each touch's contact is looked up, in the same order.
	statements = nil
	_, err := log.List(model.WithScope(t.Context(), model.Scope{Reps: []int64{3}}), touch.Filter{SOPID: 1}, model.Page{Limit: 50, After: 4000})
	require.NoError(t, err)
	var plan []map[string]any
	require.NoError(t, db.Conn(t.Context()).Raw("EXPLAIN "+statements[0]).Scan(&plan).Error)
	require.Equal(t, "ix_touches_sop_log", plan[0]["key"], plan[0])
	require.NotContains(t, fmt.Sprint(plan[0]["Extra"]), "filesort", statements[0])
	for _, row := range plan {
		if table := fmt.Sprint(row["table"]); table != "so" && table != "a" { // a handful, if any
			require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", statements[0], row)
		}
	}
	statements = nil
	_, err = log.Summary(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, statements, 2)
	counts, reasons := explain(statements[0]), explain(statements[1])
	require.Equal(t, "ix_touches_sop", counts["key"])
	require.Contains(t, counts["Extra"], "Using index", "counting must not touch the rows")
	require.Contains(t, []any{"ix_touches_sop", "ix_touches_sop_log"}, reasons["key"])
}
