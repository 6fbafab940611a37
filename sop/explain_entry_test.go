package sop_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/sop"
)

// What lets people in without an activity reads by its indexes, whatever the
// number of contacts: silence, dates, audiences and bulk jobs.
func TestEntry_noSweepAndNoJobScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	ids := w.crowd("lin", 16_000)
	conn, now := w.db.Conn(w.ctx), w.db.Now(w.ctx)
	doings, dates := make([]model.LastActive, len(ids)), make([]model.ContactDate, len(ids))
	for i, id := range ids {
		doings[i] = model.LastActive{ContactID: id, At: now.Add(-time.Duration(i) * time.Hour)}
		day := now.AddDate(0, 0, i%300)
		dates[i] = model.ContactDate{ContactID: id, Field: "trial", Day: day.Format(time.DateOnly), MonthDay: day.Format("01-02"), UpdatedAt: now}
	}
	require.NoError(t, conn.CreateInBatches(doings, 1000).Error)
	require.NoError(t, conn.CreateInBatches(dates, 1000).Error)
	saved := model.Audience{Name: "全部", Filter: model.AsJSON(json.RawMessage(`{"f":"friend","is":"in","v":["active"]}`))}
	require.NoError(t, conn.Create(&saved).Error)
	step := `"steps":[` + message("d1", `{"day":1,"at":"10:00"}`, "一次") + `]}`
	w.publish("沉默", `{"trigger":{"kind":"silent","days":30},`+step)
	w.publish("日期", `{"trigger":{"kind":"contact_date","field":"trial"},`+step)
	w.publish("每年", `{"trigger":{"kind":"contact_date","field":"trial","yearly":true},`+step)
	w.publish("人群", fmt.Sprintf(`{"trigger":{"kind":"audience_entered","audience_id":%d},`, saved.ID)+step)
	manual := w.publish("批量", byHand())
	grows := []string{
		"contacts", "c", "relationships", "l", "r", "enrollments", "touches", "last_actives", "contact_dates",
		"sweep_members", "enrollment_job_contacts", "activities",
	}
	w.sweep("2026-03-02 10:01") // the audience sweep learns who is inside
	for _, table := range []string{"contacts", "relationships", "enrollments", "last_actives", "contact_dates", "sweep_members"} {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}

	statements := record(t, w)
	w.sweep("2026-03-04 10:01")
	w.bulk(manual, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids[:700]})
	w.runJobs(w.engine)
	matching := w.bulk(manual, sop.Bulk{Source: sop.SourceMatching})
	worker := w.newEngine()
	worker.Wake = func() { require.NoError(t, w.engine.CancelJob(w.ctx, matching)) } // a page will do
	w.runJobs(worker)
	w.happens(model.Contact{ID: ids[15_999]}, model.ActivityReplied, model.ActivityData{})
	require.Greater(t, w.inside(manual), 700)
	w.sweep("2026-03-04 10:05") // the audience sweep looks at whom something has happened to

	list := statements()
	require.Greater(t, len(list), 20)
	walked := 0
	for _, sql := range list {
		if strings.Contains(strings.ToUpper(sql), "COUNT(") { // counting whom a job means reads them all, once a job
			continue
		}
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		if strings.Contains(sql, "FORCE INDEX (PRIMARY)") { // a job's page begins at its place among the contacts
			require.Equal(t, "c range", fmt.Sprint(plan[0]["table"], " ", plan[0]["type"]), "%s\n%v", sql, plan)
			walked++
		}
		for _, row := range plan {
			if slices.Contains(grows, fmt.Sprint(row["table"])) {
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
	require.Positive(t, walked)
}
