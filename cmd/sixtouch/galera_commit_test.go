//go:build galera

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// counting is two nodes that change the same few rows at the same time.
type counting struct {
	nodes    []*model.DB
	again    atomic.Int64 // transactions that were run again
	mu       sync.Mutex
	outcomes map[string]error
}

// until has one of many clients count until ctx ends. Each transaction leaves a
// line of its own and adds to a row that all want.
func (c *counting) until(ctx context.Context, db *model.DB, client string, row int) {
	for i := 0; ctx.Err() == nil; i++ {
		token, runs := fmt.Sprint(client, i), 0
		err := db.InTx(context.Background(), func(ctx context.Context) error {
			if runs++; runs > 1 {
				c.again.Add(1)
			}
			if err := db.Conn(ctx).Exec("INSERT INTO kept (token) VALUES (?)", token).Error; err != nil {
				return err
			}
			return db.Conn(ctx).Exec("UPDATE wanted SET n = n + 1 WHERE id = ?", row).Error
		})
		c.mu.Lock()
		c.outcomes[token] = err
		c.mu.Unlock()
		<-time.After(5 * time.Millisecond)
	}
}

// Whatever happens to the nodes: each transaction that was acknowledged is kept
// once, each that failed is not kept, and of those whose outcome is unknown none
// is kept twice.
func TestGalera_acknowledgedIsKeptOnceAndRefusedIsNot(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	cluster := startCluster(t)
	dsn := modeltest.CreateDatabase(t, cluster.server(3))
	name := dsn[strings.LastIndex(dsn, "/")+1:]
	c := &counting{outcomes: map[string]error{}}
	for node := range 3 {
		db, err := model.Open(t.Context(), cluster.server(node+1)+name, model.Options{Clock: model.SystemClock{}})
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		c.nodes = append(c.nodes, db)
	}
	witness := c.nodes[2]
	for _, statement := range []string{
		"CREATE TABLE kept (id INT AUTO_INCREMENT PRIMARY KEY, token VARCHAR(40) NOT NULL)",
		"CREATE TABLE wanted (id INT PRIMARY KEY, n INT NOT NULL)",
		"INSERT INTO wanted VALUES (0, 0), (1, 0), (2, 0)",
	} {
		require.NoError(t, witness.Conn(t.Context()).Exec(statement).Error)
	}
	ctx, stop := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	for node, db := range c.nodes[:2] {
		for row := range 3 {
			clients.Go(func() { c.until(ctx, db, fmt.Sprintf("%d %d ", node, row), row) })
		}
	}
	pause := func() { <-time.After(2 * time.Second) }
	pause()
	cluster.do("cut", "2")
	pause()
	cluster.do("heal", "2")
	pause()
	cluster.do("kill", "1")
	pause()
	cluster.start()
	pause()
	stop()
	clients.Wait()
	c.check(t, witness)
}

// check compares what the clients were told with what is there.
func (c *counting) check(t *testing.T, witness *model.DB) {
	t.Helper()
	var rows []struct {
		Token string
		N     int
	}
	require.NoError(t, witness.Read(t.Context()).Raw("SELECT token, COUNT(*) AS n FROM kept GROUP BY token").Scan(&rows).Error)
	kept, total := map[string]int{}, 0
	for _, r := range rows {
		kept[r.Token] = r.N
		total += r.N
	}
	counts := map[string]int{}
	for token, err := range c.outcomes {
		switch {
		case err == nil:
			counts["acknowledged"]++
			require.Equal(t, 1, kept[token], token)
		case errors.Is(err, model.ErrOutcomeUnknown):
			counts["unknown"]++
			require.LessOrEqual(t, kept[token], 1, token)
		default:
			counts["refused"]++
			require.Zero(t, kept[token], "%s: %v", token, err)
		}
	}
	var added int
	require.NoError(t, witness.Read(t.Context()).Raw("SELECT SUM(n) FROM wanted").Scan(&added).Error)
	require.Equal(t, total, added)
	require.Positive(t, c.again.Load(), "the nodes never collided")
	t.Logf("%v, %d times again", counts, c.again.Load())
}
