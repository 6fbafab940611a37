package report_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/report"
)

func create[T any](t *testing.T, db *model.DB, rows ...T) {
	t.Helper()
	require.NoError(t, db.Conn(t.Context()).CreateInBatches(&rows, 200).Error)
}

func TestQueue_putsEachDispatchIntoOneState(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		now := db.Now(t.Context())
		create(t, db, model.SOP{Name: "在跑", State: model.SOPLive}, model.SOP{Name: "停着", State: model.SOPPaused})
		create(t, db, model.Rep{UserID: "lin", Name: "林"})
		earlier := now.Add(-10 * time.Minute)
		dispatch := func(sopID int64, state model.DispatchState, next time.Time) model.Dispatch {
			return model.Dispatch{
				Channel: "group_message", RepID: 1, SOPID: sopID, State: state, NextAt: next, CreatedAt: now.Add(-time.Hour), CalledAt: &earlier,
			}
		}
		create(t, db,
			dispatch(1, model.DispatchQueued, now), dispatch(1, model.DispatchQueued, now.Add(time.Minute)), dispatch(2, model.DispatchQueued, now),
			dispatch(1, model.DispatchSending, now), dispatch(1, model.DispatchSent, now), dispatch(1, model.DispatchUnknown, now),
			dispatch(1, model.DispatchStuck, now), dispatch(1, model.DispatchFailed, now), dispatch(1, model.DispatchConfirmed, now),
			dispatch(0, model.DispatchSending, now))
		reports := report.New(db, time.UTC)
		want := map[report.QueueState][]int64{
			report.QueueDue: {1}, report.QueueWaiting: {2, 3}, report.QueueClaimed: {4, 10}, report.QueueSubmitted: {5},
			report.QueueUnknown: {6}, report.QueueStuck: {7}, report.QueueFailed: {8},
		}
		for _, state := range report.QueueStates() {
			rows, err := reports.Queue(t.Context(), report.QueueFilter{State: state}, model.Page{})
			require.NoError(t, err)
			var ids []int64
			for _, r := range rows {
				ids = append(ids, r.ID)
				age := 10 * time.Minute
				if r.State == model.DispatchQueued {
					age = time.Hour
				}
				require.Equal(t, age, r.Age, "%s", state)
				require.Equal(t, "林", r.RepName)
			}
			require.Equal(t, want[state], ids, "%s", state)
		}
		_, err := reports.Queue(t.Context(), report.QueueFilter{State: "odd"}, model.Page{})
		require.Equal(t, model.CodeInvalid, model.CodeOf(err))
	})
}

func TestSteps_areCalledAsTheRunningVersionCallsThem(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		now := db.Now(t.Context())
		version := func(number int, definition string) model.SOPVersion {
			v := model.SOPVersion{SOPID: 1, Number: number, PublishedAt: now}
			v.Definition.V = json.RawMessage(definition)
			return v
		}
		create(t, db, version(1, `{"steps":[{"key":"a","name":"旧名"},{"key":"gone","name":"没了"}]}`), version(2, `{"steps":[{"key":"a","name":"新名"}]}`))
		create(t, db, model.SOP{Name: "在跑", State: model.SOPLive, VersionID: 2})
		for _, key := range []string{"a", "gone"} {
			create(t, db, model.Dispatch{Channel: "group_message", SOPID: 1, StepKey: key, State: model.DispatchStuck, NextAt: now, CreatedAt: now})
		}
		reports := report.New(db, time.UTC)

		calls, err := reports.Queue(t.Context(), report.QueueFilter{State: report.QueueStuck}, model.Page{})
		require.NoError(t, err)
		rows, err := reports.BacklogRows(t.Context(), report.BacklogFilter{State: report.BacklogStuck}, report.BacklogPlace{}, 10)
		require.NoError(t, err)

		require.Len(t, calls, 2)
		require.Len(t, rows, 2)
		require.Equal(t, []string{"新名", ""}, []string{calls[0].StepName, calls[1].StepName})
		require.Equal(t, []string{"新名", ""}, []string{rows[0].StepName, rows[1].StepName})
	})
}

func TestEnrollments_areNamedAndPaged(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		now := db.Now(t.Context())
		create(t, db, model.Rep{UserID: "lin", Name: "林"})
		for i := range 5 {
			create(t, db, model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i), Name: fmt.Sprintf("客户%d", i)})
			state := model.EnrollmentActive
			if i == 2 {
				state = model.EnrollmentParked
			}
			create(t, db, model.Enrollment{SOPID: 1, VersionID: 1, ContactID: int64(i + 1), RepID: 1, Run: 1, State: state, AnchorAt: now, EnrolledAt: now})
		}
		reports := report.New(db, time.UTC)
		first, err := reports.Enrollments(t.Context(), 1, "", model.Page{Limit: 2})
		require.NoError(t, err)
		require.Equal(t, []string{"客户4", "客户3"}, []string{first[0].ContactName, first[1].ContactName})
		rest, err := reports.Enrollments(t.Context(), 1, "", model.Page{Limit: 9, After: first[1].ID})
		require.NoError(t, err)
		require.Len(t, rest, 3)
		parked, err := reports.Enrollments(t.Context(), 1, model.EnrollmentParked, model.Page{})
		require.NoError(t, err)
		require.Len(t, parked, 1)
		require.Equal(t, "wm2", parked[0].ExternalUserID)
		require.Equal(t, "林", parked[0].RepName)
	})
}

func TestMetrics_tellWhatWaits(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		now := db.Now(t.Context())
		metrics := report.NewMetrics(db, slog.New(slog.DiscardHandler))
		idle := `
# HELP sixtouch_due_lag_seconds How long the longest due enrollment has waited for the planner.
# TYPE sixtouch_due_lag_seconds gauge
sixtouch_due_lag_seconds 0
# HELP sixtouch_inbox_lag_seconds How long the oldest callback that could be processed has waited.
# TYPE sixtouch_inbox_lag_seconds gauge
sixtouch_inbox_lag_seconds 0
`
		lags := []string{"sixtouch_due_lag_seconds", "sixtouch_inbox_lag_seconds"}
		require.NoError(t, testutil.CollectAndCompare(metrics, strings.NewReader(idle), lags...))

		item := func(i int, state model.InboxState, at time.Time) model.InboxItem {
			return model.InboxItem{Receiver: "contact", DedupeKey: fmt.Appendf(nil, "%032d", i), Payload: []byte("x"), State: state, NextAt: at, ReceivedAt: at, OccurredAt: at, Lane: model.Lane(i % 2)}
		}
		create(t, db, item(1, model.InboxReceived, now.Add(-30*time.Second)), item(2, model.InboxReceived, now.Add(-50*time.Second)),
			item(3, model.InboxDead, now.Add(-time.Hour)), item(4, model.InboxDone, now.Add(-time.Hour)), item(5, model.InboxRetry, now.Add(-70*time.Second)))
		create(t, db, model.SOP{Name: "甲", State: model.SOPLive})
		due, later := now.Add(-2*time.Minute), now.Add(time.Hour)
		enrollment := func(contact int64, state model.EnrollmentState, next *time.Time) model.Enrollment {
			return model.Enrollment{
				SOPID: 1, VersionID: 1, ContactID: contact, RepID: 1, Run: 1, State: state, Shard: int(contact % model.EnrollmentShards),
				NextDueAt: next, AnchorAt: now, EnrolledAt: now,
			}
		}
		create(t, db, enrollment(1, model.EnrollmentActive, &later), enrollment(2, model.EnrollmentActive, &due), enrollment(3, model.EnrollmentParked, nil))
		create(t, db, model.Dispatch{Channel: "c", State: model.DispatchStuck, NextAt: now}, model.Dispatch{Channel: "c", State: model.DispatchConfirmed, NextAt: now},
			model.Dispatch{Channel: "c", State: model.DispatchFailed, NextAt: now}, model.Dispatch{Channel: "c", State: model.DispatchFailed, NextAt: now.Add(-25 * time.Hour)})

		require.NoError(t, testutil.CollectAndCompare(metrics, strings.NewReader(idle), lags...), "within five seconds the last counts are given out again")
		clock.Advance(5 * time.Second)
		require.NoError(t, testutil.CollectAndCompare(metrics, strings.NewReader(`
# HELP sixtouch_dispatches Outgoing calls by state. Those that went well are not counted, failed ones for a day.
# TYPE sixtouch_dispatches gauge
sixtouch_dispatches{state="failed"} 1
sixtouch_dispatches{state="queued"} 0
sixtouch_dispatches{state="sending"} 0
sixtouch_dispatches{state="sent"} 0
sixtouch_dispatches{state="stuck"} 1
sixtouch_dispatches{state="unknown"} 0
# HELP sixtouch_due_lag_seconds How long the longest due enrollment has waited for the planner.
# TYPE sixtouch_due_lag_seconds gauge
sixtouch_due_lag_seconds 125
# HELP sixtouch_enrollments_parked Enrollments whose planning failed and that need attention.
# TYPE sixtouch_enrollments_parked gauge
sixtouch_enrollments_parked 1
# HELP sixtouch_inbox_items Callbacks that are neither done nor ignored, by state.
# TYPE sixtouch_inbox_items gauge
sixtouch_inbox_items{state="dead"} 1
sixtouch_inbox_items{state="processing"} 0
sixtouch_inbox_items{state="received"} 2
sixtouch_inbox_items{state="retry"} 1
# HELP sixtouch_inbox_lag_seconds How long the oldest callback that could be processed has waited.
# TYPE sixtouch_inbox_lag_seconds gauge
sixtouch_inbox_lag_seconds 75
# HELP sixtouch_reconciler_backlog Outgoing calls of which nobody knows whether they were made: being found out, or waiting for a person.
# TYPE sixtouch_reconciler_backlog gauge
sixtouch_reconciler_backlog 1
`)))
	})
}

func TestMetrics_leaveOutWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	require.NoError(t, db.Conn(t.Context()).Exec("DROP TABLE dispatches").Error)
	metrics := report.NewMetrics(db, slog.New(slog.DiscardHandler))
	registry := prometheus.NewRegistry()
	require.NoError(t, registry.Register(metrics))
	families, err := registry.Gather()
	require.NoError(t, err)
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
	}
	require.Equal(t, []string{"sixtouch_due_lag_seconds", "sixtouch_enrollments_parked", "sixtouch_inbox_items", "sixtouch_inbox_lag_seconds"}, names)
}

// The gauges are read every few seconds for ever: none may read a table that
// grows, however much is done and over.
func TestMetrics_costWhatIsOpen(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	now := db.Now(t.Context())
	create(t, db, model.SOP{Name: "甲", State: model.SOPLive})
	items, people, calls := make([]model.InboxItem, 3000), make([]model.Enrollment, 3000), make([]model.Dispatch, 3000)
	for i := range items {
		items[i] = model.InboxItem{Receiver: "contact", DedupeKey: fmt.Appendf(nil, "%032d", i), Payload: []byte("x"), State: model.InboxDone, NextAt: now, ReceivedAt: now, OccurredAt: now}
		people[i] = model.Enrollment{SOPID: 1, VersionID: 1, ContactID: int64(i + 1), RepID: 1, Run: 1, State: model.EnrollmentCompleted, Shard: i % 8, AnchorAt: now, EnrolledAt: now}
		calls[i] = model.Dispatch{Channel: "c", State: model.DispatchConfirmed, NextAt: now}
	}
	for i := range 10 {
		items[i].State, people[i].State, people[i].NextDueAt, calls[i].State = model.InboxReceived, model.EnrollmentActive, &now, model.DispatchQueued
	}
	create(t, db, items...)
	create(t, db, people...)
	create(t, db, calls...)
	for _, table := range []string{"inbox_items", "enrollments", "dispatches"} {
		require.NoError(t, db.Conn(t.Context()).Exec("ANALYZE TABLE "+table).Error)
	}
	var statements []string
	record := func(tx *gorm.DB) {
		statements = append(statements, tx.Dialector.Explain(tx.Statement.SQL.String(), tx.Statement.Vars...))
	}
	callbacks := db.Read(t.Context()).Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("record", record))
	require.NoError(t, callbacks.Row().After("gorm:row").Register("record", record))
	testutil.CollectAndCount(report.NewMetrics(db, slog.New(slog.DiscardHandler)))
	seen := statements
	require.Len(t, seen, 16, "two states' counts, the failed, an oldest per lane and state and per shard, the parked")
	for _, sql := range seen {
		var plan []map[string]any
		require.NoError(t, db.Conn(t.Context()).Raw("EXPLAIN "+sql).Scan(&plan).Error)
		for _, row := range plan {
			if row["table"] != "sops" { // a handful
				require.NotContains(t, []any{"ALL", "index"}, row["type"], "%s\n%v", sql, row)
			}
		}
	}
}
