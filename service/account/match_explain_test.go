package account

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/match"
)

// What the matcher does again and again reads no whole table.
func TestMatchDue_scansNothing(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), clock)
	s := New(Deps{DB: db, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler), Record: func(context.Context, model.Activity) error { return nil }})
	crowd(t, db, 1000)
	ctx, conn := t.Context(), db.Conn(t.Context())
	var keys []model.MatchKey
	var tasks []model.MatchTask
	for i := range 3000 {
		keys = append(keys, model.MatchKey{Key: fmt.Sprint("k", i), ContactID: int64(i + 1)})
		tasks = append(tasks, model.MatchTask{ContactID: int64(i + 1), DueAt: clock.Now().Add(time.Hour)})
	}
	require.NoError(t, conn.CreateInBatches(keys, 500).Error)
	require.NoError(t, conn.CreateInBatches(tasks, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE match_keys, match_tasks").Error)
	_, _, err := s.follow(ctx) // everything, once
	require.NoError(t, err)
	clock.Advance(10 * time.Minute)

	var mu sync.Mutex
	seen := map[string]string{}
	keep := func(tx *gorm.DB) {
		sql := tx.Statement.SQL.String()
		if strings.HasPrefix(sql, "SELECT") || strings.HasPrefix(sql, "UPDATE") || strings.HasPrefix(sql, "DELETE") {
			mu.Lock()
			defer mu.Unlock()
			seen[sql] = tx.Dialector.Explain(sql, tx.Statement.Vars...)
		}
	}
	on := conn.Callback()
	require.NoError(t, on.Query().After("gorm:query").Register("keep", keep))
	require.NoError(t, on.Update().After("gorm:update").Register("keep", keep))
	require.NoError(t, on.Delete().After("gorm:delete").Register("keep", keep))
	require.NoError(t, s.Rematch(ctx, 1, 2, 3))
	require.NoError(t, db.InTx(ctx, func(ctx context.Context) error { return s.accountChanged(ctx, 1) }))
	for more := true; more; {
		more, err = s.MatchDue(ctx)
		require.NoError(t, err)
	}
	_, err = s.Suggestions(ctx, 0, model.Page{})
	require.NoError(t, err)

	mu.Lock()
	statements := maps.Clone(seen)
	mu.Unlock()
	require.Greater(t, len(statements), 15)
	for _, sql := range statements {
		var rows []map[string]any
		require.NoError(t, conn.Raw("EXPLAIN "+sql).Scan(&rows).Error)
		for _, r := range rows {
			table, kind := fmt.Sprintf("%s", r["table"]), fmt.Sprintf("%s", r["type"])
			if slices.Contains([]string{"match_keys", "match_tasks", "contacts", "accounts", "account_members", "touches"}, table) {
				require.NotContains(t, []string{"ALL", "index"}, kind, "%s\n%v", sql, r)
			}
		}
	}
}

// An account that comes while a page is being matched finds nobody waiting yet:
// the page itself keeps those whom it may mean.
func TestConcerned_whoMayBeMeantByWhatCameMeanwhileKeepsTheTask(t *testing.T) {
	t.Parallel()
	waiting := func(id int64, company string) answer {
		l := match.Lead{Texts: []match.Text{{Value: company, Source: match.SourceRemarkCompany}}}
		return answer{contact: model.Contact{ID: id}, waits: l.Keys()}
	}
	answers := []answer{waiting(1, "北京蓝天科技有限公司"), waiting(2, "上海白云软件有限公司"), {contact: model.Contact{ID: 3}}}
	require.Equal(t, []int64{2}, concerned([]match.Account{{ID: 9, Name: "白云软件"}}, answers))
	require.Empty(t, concerned(nil, answers))
}
