package sop_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// What limits read grows with the page, not with the corp: no statement of
// programmes that exclude each other, of prompts, or of the reading of others'
// messages walks a table.
func TestLimits_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.publish("一", `{"trigger":{"kind":"contact_added"},"exclusivity":"促销","priority":1,"steps":[`+message("m", `{"day":1,"at":"10:00"}`, "一")+`,`+message("n", `{"day":3,"at":"10:00"}`, "三")+`]}`)
	w.addMany("lin", 2000)
	w.publish("二", `{"trigger":{"kind":"contact_added"},"exclusivity":"促销","steps":[`+message("m", `{"day":1,"at":"11:00"}`, "二")+
		`,{"key":"p","offset":{"day":1,"at":"11:00"},"channel":"rep_prompt","content":{"text":"打电话"}}]}`)
	w.at("2026-03-03 10:00")
	w.wecom.Confirm(map[string]any{"all": true})
	w.at("2026-03-03 10:05")
	for i := range 5 {
		w.add("lin", fmt.Sprintf("新%d", i), "")
	}
	now := w.db.Now(w.ctx)
	sends := make([]model.OutsideSend, 2000)
	messages := make([]model.OutsideMessage, 2000)
	for i := range sends {
		sends[i] = model.OutsideSend{ContactID: int64(i + 1), RemoteID: fmt.Sprint("m", i), Day: "2026-03-01"}
		messages[i] = model.OutsideMessage{RemoteID: fmt.Sprint("m", i), CreatedAt: now, UpdatedAt: now}
	}
	require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(sends, 500).Error)
	require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(messages, 500).Error)
	grows := []string{"contacts", "enrollments", "touches", "limit_turns", "outside_sends", "outside_messages"}
	for _, table := range grows {
		require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, w)
	w.at("2026-03-04 10:00")
	w.at("2026-03-04 11:00")
	w.readAll(w.engine)
	list := statements()
	require.NotEmpty(t, w.touches("channel = 'rep_prompt'"))
	conn, seen := w.db.Conn(w.ctx), 0
	for _, sql := range list {
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			table := fmt.Sprint(row["table"])
			for _, name := range grows {
				if table == name {
					seen++
					require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
				}
			}
		}
	}
	require.Greater(t, seen, 10)
}
