package inbox

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// plan is a line of EXPLAIN.
type plan struct {
	Table string
	Type  string
	Key   string
}

func explain(t *testing.T, db *model.DB, sql string, args ...any) []plan {
	t.Helper()
	var rows []map[string]any
	require.NoError(t, db.Conn(context.Background()).Raw("EXPLAIN "+sql, args...).Scan(&rows).Error)
	out := make([]plan, 0, len(rows))
	for _, r := range rows {
		text := func(k string) string {
			if b, ok := r[k].([]byte); ok {
				return string(b)
			}
			return fmt.Sprint(r[k])
		}
		out = append(out, plan{text("table"), text("type"), text("key")})
	}
	return out
}

// Many items are done, some wait, a few are in process: what is behind must not
// cost what is done.
func TestQueries_useTheirIndexes(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), clock)
	fill(t, db)
	now := clock.Now()
	for name, tc := range map[string]struct {
		sql  string
		args []any
		want map[string]string // table → key
	}{
		"claim: received": {
			claimable(db),
			[]any{model.InboxReceived, model.LaneNormal, now, 64},
			map[string]string{"i": "ix_inbox_claim", "e": "ix_inbox_subject"},
		},
		"claim: retry": {
			claimable(db),
			[]any{model.InboxRetry, model.LaneWelcome, now, 17},
			map[string]string{"i": "ix_inbox_claim", "e": "ix_inbox_subject"},
		},
		"claim: take": {
			"UPDATE inbox_items SET state = 'processing' WHERE id IN ? AND state IN ('received', 'retry')",
			[]any{[]int64{4001, 4002, 4003}},
			map[string]string{"inbox_items": "PRIMARY"},
		},
		"claim: read back": {
			claimed(db),
			[]any{[]int64{4101, 4102, 4103}, "T4102"},
			map[string]string{"i": "PRIMARY", "e": "ix_inbox_subject"},
		},
		"dedupe": {
			"SELECT id FROM inbox_items WHERE dedupe_key = (SELECT dedupe_key FROM inbox_items WHERE id = 4000)", nil,
			map[string]string{"inbox_items": "uq_inbox_dedupe|PRIMARY"},
		},
		"rescue": {
			"UPDATE inbox_items SET state = 'retry' WHERE state = 'processing' AND lease_until < ? AND attempts < 8",
			[]any{now},
			map[string]string{"inbox_items": "ix_inbox_claim"},
		},
		"lag": {
			"SELECT state, COUNT(*) FROM inbox_items WHERE state IN ('received', 'retry', 'processing', 'dead') GROUP BY state", nil,
			map[string]string{"inbox_items": "ix_inbox_claim"},
		},
	} {
		plans := explain(t, db, tc.sql, tc.args...)
		require.NotEmpty(t, plans, name)
		for _, p := range plans {
			require.NotEqual(t, "ALL", p.Type, "%s: full scan of %s", name, p.Table)
			require.Regexp(t, "^("+tc.want[p.Table]+")$", p.Key, "%s: %s", name, p.Table)
		}
	}
}

func fill(t *testing.T, db *model.DB) {
	t.Helper()
	b := New(db, slog.New(slog.DiscardHandler), nil)
	ctx := context.Background()
	for from := 0; from < 5000; from += maxBatch {
		var batch []*waiting
		for i := from; i < min(from+maxBatch, 5000); i++ {
			batch = append(batch, wait(db, fmt.Sprintf("<xml><ExternalUserID>wm%d</ExternalUserID><MsgId>%d</MsgId></xml>", i%700, i)))
		}
		require.NoError(t, b.insert(ctx, batch))
	}
	conn := db.Conn(ctx)
	require.NoError(t, conn.Exec("UPDATE inbox_items SET state = 'done' WHERE id <= 4000").Error)
	require.NoError(t, conn.Exec("UPDATE inbox_items SET state = 'retry' WHERE id BETWEEN 4001 AND 4100").Error)
	require.NoError(t, conn.Exec("UPDATE inbox_items SET state = 'processing', lease_token = CONCAT('T', id), lease_until = ? WHERE id BETWEEN 4101 AND 4130",
		db.Now(ctx).Add(time.Minute)).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE inbox_items").Error)
}
