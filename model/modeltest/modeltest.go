// Package modeltest gives tests real databases and a clock that obeys.
package modeltest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/migrate"
)

// Start is where a test's clock stands: Monday 2026-03-02, 10:00 in Shanghai.
func Start() time.Time { return time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) }

// Clock is a clock that moves only when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at Start.
func NewClock() *Clock { return &Clock{now: Start()} }

// Now returns the instant last set.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC()
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Each runs the test on SQLite and, where SIXTOUCH_TEST_MYSQL names a server
// ("mysql://root@127.0.0.1:3306/"), on MySQL or MariaDB: a fresh, migrated
// database each.
//
// The race detector slows SQLite, which is Go itself, down twelvefold. Under it
// the test runs on the server alone where there is one, and make test runs
// SQLite's half without.
func Each(t *testing.T, test func(t *testing.T, db *model.DB, clock *Clock)) {
	t.Helper()
	if !SQLiteIsSlow() {
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			test(t, Open(t, SQLiteDSN(t), clock), clock)
		})
	}
	t.Run("mysql", func(t *testing.T) {
		t.Parallel()
		dsn := MySQLDSN(t)
		clock := NewClock()
		test(t, Open(t, dsn, clock), clock)
	})
}

// SQLiteIsSlow tells whether what is played on SQLite, too, is left to the run
// without the race detector (see Each).
func SQLiteIsSlow() bool { return underRace && os.Getenv("SIXTOUCH_TEST_MYSQL") != "" }

// Quick returns a migrated database of the kind on which a large test takes the
// least time: SQLite, but for the race detector (see Each).
func Quick(t testing.TB) (*model.DB, *Clock) {
	t.Helper()
	if !SQLiteIsSlow() {
		return New(t)
	}
	clock := NewClock()
	return Open(t, MySQLDSN(t), clock), clock
}

// New returns a migrated SQLite database in a temporary folder.
func New(t testing.TB) (*model.DB, *Clock) {
	t.Helper()
	clock := NewClock()
	return Open(t, SQLiteDSN(t), clock), clock
}

// SQLiteDSN names a new SQLite file in the test's folder.
func SQLiteDSN(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "sixtouch.db")
}

// MySQLDSN creates a database that is dropped after the test; without a
// server the test is skipped, which `make test` never lets happen.
func MySQLDSN(t testing.TB) string {
	t.Helper()
	server := os.Getenv("SIXTOUCH_TEST_MYSQL")
	if server == "" {
		t.Skip("SIXTOUCH_TEST_MYSQL names no server; make test starts one")
	}
	dsn := CreateDatabase(t, server)
	t.Cleanup(func() { exec(t, server, "DROP DATABASE "+dsn[strings.LastIndex(dsn, "/")+1:]) })
	return dsn
}

func exec(t testing.TB, server, statement string) {
	t.Helper()
	native, err := model.MySQLDSN(server)
	require.NoError(t, err)
	pool, err := sql.Open("mysql", native)
	require.NoError(t, err)
	defer func() { require.NoError(t, pool.Close()) }()
	_, err = pool.ExecContext(context.Background(), statement)
	require.NoError(t, err, fmt.Sprintf("run %q", statement))
}

// Open opens and migrates the database at dsn and closes it after the test.
func Open(t testing.TB, dsn string, clock model.Clock) *model.DB {
	t.Helper()
	file, isFile := strings.CutPrefix(dsn, "sqlite:")
	if isFile {
		data, err := migrated()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, data, 0o600))
	}
	db, err := open(dsn, clock, !isFile)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func open(dsn string, clock model.Clock, up bool) (*model.DB, error) {
	db, err := model.Open(context.Background(), dsn, model.Options{Clock: clock, MaxOpen: 16})
	if err != nil || !up {
		return db, err
	}
	m, err := migrate.New(context.Background(), db)
	if err == nil {
		err = m.Up(context.Background())
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// migrated is a migrated SQLite file that each test gets a copy of: under the
// race detector the migrations take longer than most tests.
var migrated = sync.OnceValues(func() (data []byte, err error) {
	dir, err := os.MkdirTemp("", "sixtouch")
	if err != nil {
		return nil, fmt.Errorf("make folder for the template: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "template.db")
	db, err := open("sqlite:"+file, NewClock(), true)
	if err != nil {
		return nil, fmt.Errorf("make the template: %w", err)
	}
	if err := db.Close(); err != nil {
		return nil, fmt.Errorf("close the template: %w", err)
	}
	return os.ReadFile(file)
})

// CreateDatabase makes a database on the server at that URL and returns its
// DSN; the server is the caller's, and so is what is left on it.
func CreateDatabase(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	name := "t_" + strings.ToLower(rand.Text()[:16])
	exec(t, server, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	u.Path = "/" + name
	return u.String()
}
