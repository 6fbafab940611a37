package report_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/report"
)

// What screens ask every few seconds reads what is open and what is filed under
// the day, for who sees a part of the company as for who sees all of it, and
// never what is over.
func TestToday_costsWhatIsOpen(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	ctx, now := t.Context(), db.Now(t.Context())
	create(t, db, model.SOP{Name: "甲", State: model.SOPLive}, model.SOP{Name: "乙", State: model.SOPLive}, model.SOP{Name: "丙", State: model.SOPPaused})
	create(t, db, model.Switch{Name: model.SwitchAll, StoppedAt: &now, UpdatedAt: now}) // thrown
	const n = 3000
	people, calls, touches := make([]model.Enrollment, n), make([]model.Dispatch, n), make([]model.Touch, n)
	for i := range n {
		rep, programme := int64(i%20+1), int64(i%3+1)
		people[i] = model.Enrollment{SOPID: programme, VersionID: 1, ContactID: int64(i + 1), RepID: rep, Run: 1, State: model.EnrollmentCompleted, Shard: i % model.EnrollmentShards, AnchorAt: now, EnrolledAt: now}
		calls[i] = model.Dispatch{Channel: "c", RepID: rep, State: model.DispatchConfirmed, NextAt: now, CreatedAt: now}
		touches[i] = model.Touch{
			ContactID: int64(i + 1), SOPID: programme, RepID: rep, Channel: "c", State: model.TouchDelivered, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, LocalDay: "2026-02-01",
		}
	}
	states := []model.DispatchState{model.DispatchQueued, model.DispatchSending, model.DispatchSent, model.DispatchUnknown, model.DispatchStuck, model.DispatchFailed, model.DispatchCancelling, model.DispatchCancelled}
	for i := range 60 {
		people[i].State, people[i].NextDueAt = model.EnrollmentActive, &now
		calls[i].State, calls[i].SentAt = states[i%len(states)], &now
		touches[i].State, touches[i].LocalDay = model.TouchPlanned, "2026-03-02"
	}
	create(t, db, people...)
	create(t, db, calls...)
	create(t, db, touches...)
	for _, table := range []string{"enrollments", "dispatches", "touches"} {
		require.NoError(t, db.Conn(ctx).Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, db)
	reports := report.New(db, time.UTC)
	for _, ctx := range []context.Context{ctx, model.WithScope(ctx, model.Scope{Reps: []int64{3, 4}})} {
		day, err := reports.Today(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, day.Fates)
		for _, b := range day.Backlog {
			_, err := reports.BacklogRows(ctx, report.BacklogFilter{State: b.State}, report.BacklogPlace{Since: now.Add(-time.Hour), ID: 5}, 20)
			require.NoError(t, err)
		}
		for _, state := range report.QueueStates() {
			_, err := reports.Queue(ctx, report.QueueFilter{State: state}, model.Page{After: 5, Limit: 20})
			require.NoError(t, err)
		}
		_, err = reports.Enrollments(ctx, 1, model.EnrollmentActive, model.Page{After: 2000})
		require.NoError(t, err)
	}
	lines, err := reports.ProgrammeLines(ctx, report.ProgrammeFilter{}, model.Page{After: 3})
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Positive(t, lines[0].Due[0])
	seen := statements()
	require.Greater(t, len(seen), 60)
	for _, sql := range seen {
		var plan []map[string]any
		require.NoError(t, db.Conn(ctx).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			switch fmt.Sprint(row["table"]) {
			case "enrollments", "dispatches", "touches":
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
}

// For who sees a part of the company the list of programmes counts their people,
// found by the reps', and asks of nobody else but who is due or waits.
func TestProgrammeLines_costThoseSeen(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		now, conn := db.Now(t.Context()), db.Conn(t.Context())
		const n = 3000
		people, runs, touches := make([]model.Contact, n), make([]model.Enrollment, n), make([]model.Touch, n)
		follows, groups, accounts, open := make([]model.Relationship, n), make([]model.CustomerGroup, n), make([]model.Account, n), int8(1)
		for i := range n {
			id, rep := int64(i+1), int64(i%100+1)
			accounts[i] = model.Account{Name: fmt.Sprint("公司", i), NameKey: fmt.Sprint("公司", i), LiveSlot: &open, OwnerID: rep}
			people[i] = model.Contact{ExternalUserID: fmt.Sprint("wm", i), AccountID: &id}
			follows[i] = model.Relationship{RepID: rep, ContactID: id, State: model.RelationshipActive, AddedAt: now, SeenAt: now}
			groups[i] = model.CustomerGroup{ChatID: fmt.Sprint("g", i), OwnerUserID: fmt.Sprint("rep", rep), FormedAt: now}
			runs[i] = model.Enrollment{SOPID: int64(i%3 + 1), VersionID: 1, ContactID: id, RepID: rep, Run: 1, State: model.EnrollmentCompleted, Shard: i % model.EnrollmentShards, AnchorAt: now, EnrolledAt: now}
			touches[i] = model.Touch{ContactID: id, SOPID: int64(i%3 + 1), StepKey: "a", RepID: rep, Channel: "c", State: model.TouchDelivered, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, LocalDay: "2026-02-01"}
		}
		for i := range 200 {
			runs[i].State, runs[i].NextDueAt, touches[i].State = model.EnrollmentActive, &now, model.TouchAccepted
		}
		create(t, db, model.SOP{Name: "甲", State: model.SOPLive}, model.SOP{Name: "乙", State: model.SOPLive}, model.SOP{Name: "丙", State: model.SOPPaused})
		create(t, db, model.Rep{UserID: "rep1"}, model.Rep{UserID: "rep2"})
		create(t, db, accounts...)
		create(t, db, people...)
		create(t, db, follows...)
		create(t, db, groups...)
		create(t, db, runs...)
		create(t, db, touches...)
		explain := "EXPLAIN QUERY PLAN "
		if db.Dialect() == model.MySQL {
			explain = "EXPLAIN "
			require.NoError(t, conn.Exec("ANALYZE TABLE accounts, contacts, relationships, customer_groups, enrollments, touches").Error)
		} else {
			require.NoError(t, conn.Exec("ANALYZE").Error)
		}
		statements := record(t, db)
		lines, err := report.New(db, time.UTC).ProgrammeLines(model.WithScope(t.Context(), model.Scope{Reps: []int64{1, 2}}), report.ProgrammeFilter{}, model.Page{})
		require.NoError(t, err)
		inside, due, waiting := 0, 0, 0
		for _, l := range lines {
			inside, due, waiting = inside+l.Enrollments[model.EnrollmentActive]+l.Enrollments[model.EnrollmentCompleted], due+l.Due[0], waiting+l.Waiting
		}
		require.Equal(t, []int{60, 4, 4}, []int{inside, due, waiting})
		seen := statements()
		require.Len(t, seen, 5)
		for _, sql := range seen {
			var plan []map[string]any
			require.NoError(t, conn.Raw(explain+sql).Scan(&plan).Error, sql)
			for _, row := range plan {
				for table, alias := range map[string]string{"enrollments": "e", "touches": "touches", "relationships": "sr", "contacts": "sc", "customer_groups": "sg"} {
					if name := fmt.Sprint(row["table"]); name == table || name == alias {
						require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
					}
					require.NotRegexp(t, "^SCAN ("+table+"|"+alias+")( |$)", fmt.Sprint(row["detail"]), sql)
				}
			}
		}
	})
}

// record collects the statements that read rows, one of each shape.
func record(t *testing.T, db *model.DB) func() []string {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]string{}
	keep := func(tx *gorm.DB) {
		if tx.DryRun { // a part of the statement around it
			return
		}
		mu.Lock()
		defer mu.Unlock()
		sql := tx.Statement.SQL.String()
		seen[sql] = tx.Dialector.Explain(sql, tx.Statement.Vars...)
	}
	callbacks := db.Read(t.Context()).Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("record", keep))
	require.NoError(t, callbacks.Row().After("gorm:row").Register("record", keep))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := make([]string, 0, len(seen))
		for _, sql := range seen {
			out = append(out, sql)
		}
		return out
	}
}
