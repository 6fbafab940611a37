package account_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/account"
)

// statements returns a counter of the statements that the database is sent.
func (w *world) statements() *atomic.Int64 {
	w.t.Helper()
	n := &atomic.Int64{}
	handles := []*gorm.DB{w.db.Conn(w.t.Context())}
	if w.db.Dialect() == model.SQLite {
		handles = append(handles, w.db.Read(w.t.Context())) // a pool of its own
	}
	add := func(*gorm.DB) { n.Add(1) }
	for _, g := range handles {
		c := g.Callback()
		require.NoError(w.t, c.Query().Register("count", add))
		require.NoError(w.t, c.Create().Register("count", add))
		require.NoError(w.t, c.Update().Register("count", add))
		require.NoError(w.t, c.Row().Register("count", add))
		require.NoError(w.t, c.Raw().Register("count", add))
	}
	return n
}

func TestCost_doesNotGrowWithTheRows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, n := t.Context(), w.statements()
		cost := func(do func()) int64 {
			before := n.Load()
			do()
			return n.Load() - before
		}
		bring := func(from, to int) func() {
			var rows []account.Row
			for i := from; i < to; i++ {
				rows = append(rows, account.Row{Input: account.Input{Name: fmt.Sprintf("公司%d号", i)}, Aliases: []string{fmt.Sprintf("别名%d号", i)}})
			}
			return func() {
				_, err := w.EnsureMany(ctx, rows, account.Ensuring{Source: account.SourceImport})
				require.NoError(t, err)
			}
		}
		few := cost(bring(0, 5))
		require.Positive(t, few)
		// Twice the chunks where 400 rows have 800 names.
		require.LessOrEqual(t, cost(bring(5, 405)), few+4)

		page := func() {
			_, err := w.Overview(ctx, 1, 13)
			require.NoError(t, err)
		}
		w.person(1, model.Contact{Name: "一"})
		one := cost(page)
		for i := range 20 {
			c := w.person(1, model.Contact{Name: fmt.Sprintf("人%d", i)})
			w.touch(c.ID, "moment", w.clock.Now())
		}
		require.Equal(t, one, cost(page))
	})
}
