package sop_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// Every statement of a tick is recorded and explained on MySQL: none may read
// a whole table that grows with the number of people.
func TestEngine_noStatementOfATickScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.publish("新好友", one("一次"))
	w.addMany("lin", 3000)
	w.at("2026-03-03 10:00")
	w.wecom.Confirm(map[string]any{"all": true})
	w.at("2026-03-03 10:05")
	gone, r := w.add("lin", "走的", "")
	for i := range 5 {
		w.add("lin", fmt.Sprintf("新%d", i), "")
	}
	conn := w.db.Conn(w.ctx)
	for _, table := range []string{"contacts", "relationships", "relationship_tags", "enrollments", "touches", "dispatches"} {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}

	statements := record(t, w)
	w.record(model.Activity{DedupeKey: "gone", Kind: model.ActivityContactLost, ContactID: gone.ID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: clock.Now()})
	w.at("2026-03-04 10:00")
	w.wecom.Confirm(map[string]any{"all": true})
	clock.Advance(5 * time.Minute)
	w.tick()

	list := statements()
	require.Greater(t, len(list), 15)
	requireNoScans(t, w, list)
}

// analyze refreshes what MySQL believes of the tables that grow with people.
func (w *world) analyze() {
	w.t.Helper()
	for _, table := range []string{"contacts", "relationships", "relationship_tags", "enrollments", "touches", "dispatches"} {
		require.NoError(w.t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE "+table).Error)
	}
}

// requireNoScans explains statements and refuses those that read a whole table
// that grows with the number of people.
func requireNoScans(t *testing.T, w *world, list []string) {
	t.Helper()
	conn := w.db.Conn(w.ctx)
	for _, sql := range list {
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			table, kind := fmt.Sprint(row["table"]), fmt.Sprint(row["type"])
			grows := slices.Contains([]string{"contacts", "relationships", "relationship_tags", "enrollments", "touches", "dispatches", "card_updates", "chases", "customer_groups"}, table)
			if grows && table != "dispatches" { // a handful of rows: any plan will do
				require.NotContains(t, []string{"ALL", "index"}, kind, "%s\n%v", sql, row)
			}
		}
	}
}

// Variants cost a page two statements at most, and a response one, none of
// which reads a table.
func TestVariants_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	id := w.publish("新好友", varied(1, 1, `,"test":{"auto_winner":true}`))
	w.addMany("lin", 2000)
	w.at("2026-03-03 10:00")
	c, r := w.add("lin", "王小明", "")
	w.again(id, model.Contact{ID: 1}, r)
	conn := w.db.Conn(w.ctx)
	for _, table := range []string{"contacts", "relationships", "enrollments", "touches"} {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, w)
	w.at("2026-03-04 10:00")
	clock.Advance(time.Hour)
	w.record(model.Activity{DedupeKey: "yes", Kind: model.ActivityPromptAnswered, ContactID: c.ID, OccurredAt: clock.Now(), Data: model.AsJSON(model.ActivityData{Answer: "positive"})})
	require.Len(t, w.touches("variant_by = ?", model.VariantKept), 1)
	require.Len(t, w.touches("contact_id = ? AND response = 'positive'", c.ID), 1)
	_, err := w.engine.Variants(w.ctx, id, "d1")
	require.NoError(t, err)
	explained := 0
	for _, sql := range statements() {
		if !strings.Contains(sql, "variant") || strings.Contains(sql, "variant_by = ") || strings.Contains(sql, "response = ") {
			continue // the test's own
		}
		explained++
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			if fmt.Sprint(row["table"]) == "touches" {
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
	require.GreaterOrEqual(t, explained, 4)
}

// record collects the statements run through the world's database.
func record(t *testing.T, w *world) func() []string {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]string{} // shape → statement
	keep := func(tx *gorm.DB) {
		sql := tx.Statement.SQL.String()
		values := strings.HasPrefix(sql, "INSERT") && !strings.Contains(sql, " SELECT ")
		part := tx.DryRun // of the statement around it
		if part || sql == "" || values || strings.HasPrefix(sql, "EXPLAIN") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		seen[sql] = tx.Dialector.Explain(sql, tx.Statement.Vars...)
	}
	callbacks := w.db.Conn(w.ctx).Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("record", keep))
	require.NoError(t, callbacks.Row().After("gorm:row").Register("record", keep))
	require.NoError(t, callbacks.Update().After("gorm:update").Register("record", keep))
	require.NoError(t, callbacks.Raw().After("gorm:raw").Register("record", keep))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		var out []string
		for _, sql := range seen {
			out = append(out, sql)
		}
		return out
	}
}
