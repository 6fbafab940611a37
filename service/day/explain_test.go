package day

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// What a rep's day asks of the tables that grow with everybody's touches costs
// what waits for that rep.
func TestDay_readsNoTableThatGrows(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), clock)
	conn, now := db.Conn(t.Context()), clock.Now()
	var touches []model.Touch
	var people []model.Contact
	for i := range 3000 {
		state := model.TouchDelivered
		if i%100 == 0 {
			state = model.TouchAccepted
		}
		touches = append(touches, model.Touch{
			ContactID: int64(i + 1), RepID: int64(i % 10), Channel: "group_message", State: state, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, LocalDay: "2026-03-02",
		})
		at := now.Add(-time.Duration(i) * time.Hour)
		people = append(people, model.Contact{ExternalUserID: fmt.Sprint("wm", i), Stage: model.StageMQL, StageAt: &at})
	}
	require.NoError(t, conn.CreateInBatches(touches, 500).Error)
	require.NoError(t, conn.CreateInBatches(people, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE touches, contacts").Error)

	s := New(db, time.UTC)
	for name, c := range map[string]struct {
		query *gorm.DB
		key   string
	}{
		"prompts": {s.promptsQuery(t.Context(), 1), "ix_touches_rep_state"},
		"sends":   {s.sendsQuery(t.Context(), 1), "ix_touches_rep_state"},
		"hot":     {s.hotQuery(t.Context(), 1), "ix_contacts_stage_at"},
	} {
		statement := c.query.Session(&gorm.Session{DryRun: true}).Find(&[]map[string]any{}).Statement
		var plan []map[string]any
		require.NoError(t, conn.Raw("EXPLAIN "+statement.SQL.String(), statement.Vars...).Scan(&plan).Error, name)
		used := map[string]bool{}
		for _, row := range plan {
			require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s: %v", name, row)
			used[fmt.Sprint(row["key"])] = true
		}
		require.True(t, used[c.key], "%s: %v", name, plan)
	}
}
