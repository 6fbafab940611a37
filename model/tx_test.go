package model_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// counter is a row to fight for.
func newCounters(t *testing.T, db *model.DB) {
	t.Helper()
	conn := db.Conn(t.Context())
	require.NoError(t, conn.Exec("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)").Error)
	require.NoError(t, conn.Exec("INSERT INTO counters VALUES (1, 0), (2, 0)").Error)
}

func count(ctx context.Context, db *model.DB, id int) error {
	return db.Conn(ctx).Exec("UPDATE counters SET n = n + 1 WHERE id = ?", id).Error
}

func counted(t *testing.T, db *model.DB, id int) int {
	t.Helper()
	var n int
	require.NoError(t, db.Read(t.Context()).Raw("SELECT n FROM counters WHERE id = ?", id).Scan(&n).Error)
	return n
}

// openMySQL opens a database of its own with parameters for its sessions.
func openMySQL(t *testing.T, dsn, params string) *model.DB {
	t.Helper()
	db, err := model.Open(t.Context(), dsn+params, model.Options{Clock: model.SystemClock{}, MaxOpen: 4})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestSnapshot_readsOneStateWhateverIsWrittenMeanwhile(t *testing.T) {
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		newCounters(t, db)
		require.NoError(t, db.Snapshot(t.Context(), func(ctx context.Context) error {
			read := func() (n int) {
				require.NoError(t, db.Read(ctx).Raw("SELECT n FROM counters WHERE id = 1").Scan(&n).Error)
				return n
			}
			before := read()
			require.NoError(t, count(t.Context(), db, 1))
			require.Equal(t, before, read())
			require.Error(t, count(ctx, db, 1), "a snapshot only reads")
			return nil
		}))
		require.Equal(t, 1, counted(t, db, 1))
	})
}

func TestInTx_deadlockVictimRunsAgainAndOnlyTheCommittedRunAnnounces(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db, err := model.Open(t.Context(), modeltest.MySQLDSN(t), model.Options{
		Clock: model.SystemClock{}, MaxOpen: 4, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	newCounters(t, db)
	var runs, announced atomic.Int64
	var met sync.WaitGroup
	met.Add(2)
	cross := func(first, second int) error {
		var once sync.Once
		return db.InTx(t.Context(), func(ctx context.Context) error {
			runs.Add(1)
			model.AfterCommit(ctx, func() { announced.Add(1) })
			if err := count(ctx, db, first); err != nil {
				return err
			}
			once.Do(func() { met.Done(); met.Wait() })
			return count(ctx, db, second)
		})
	}
	var other error
	var group sync.WaitGroup
	group.Go(func() { other = cross(2, 1) })
	require.NoError(t, cross(1, 2))
	group.Wait()
	require.NoError(t, other)
	require.NotContains(t, log.String(), "Deadlock", "what runs again is no fault")
	require.Equal(t, int64(3), runs.Load())
	require.Equal(t, int64(2), announced.Load())
	require.Equal(t, 2, counted(t, db, 1))
	require.Equal(t, 2, counted(t, db, 2))
}

func TestInTx_waitForALockThatIsTooLongRunsAgain(t *testing.T) {
	t.Parallel()
	db := openMySQL(t, modeltest.MySQLDSN(t), "?innodb_lock_wait_timeout=1")
	newCounters(t, db)
	locked, release := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		_ = db.InTx(t.Context(), func(ctx context.Context) error { // what comes of it shows in the count
			err := count(ctx, db, 1)
			close(locked)
			<-release
			return err
		})
	})
	<-locked
	var faults []error
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		err := count(ctx, db, 1)
		if err != nil && len(faults) == 0 {
			close(release)
			faults = append(faults, err)
		}
		return err
	})
	holder.Wait()
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.True(t, model.Transient(faults[0]))
	require.Equal(t, 2, counted(t, db, 1))
}

func TestInTx_connectionLostBeforeTheCommitRunsAgain(t *testing.T) {
	t.Parallel()
	db := openMySQL(t, modeltest.MySQLDSN(t), "")
	newCounters(t, db)
	runs := 0
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		runs++
		if err := count(ctx, db, 1); err != nil || runs > 1 {
			return err
		}
		var id int64
		if err := db.Conn(ctx).Raw("SELECT CONNECTION_ID()").Scan(&id).Error; err != nil {
			return err
		}
		require.NoError(t, db.Conn(t.Context()).Exec("KILL ?", id).Error)
		return count(ctx, db, 2)
	})
	require.NoError(t, err)
	require.Equal(t, 2, runs)
	require.Equal(t, 1, counted(t, db, 1))
	require.Equal(t, 0, counted(t, db, 2))
}

// A commit whose answer is lost may have happened: it is not for InTx to run
// the work a second time.
func TestInTx_commitWithoutAnAnswerIsUnknownAndNotRepeated(t *testing.T) {
	t.Parallel()
	for name, forward := range map[string]bool{"lost on the way there": false, "lost on the way back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := modeltest.MySQLDSN(t)
			direct := openMySQL(t, dsn, "")
			newCounters(t, direct)
			db := openMySQL(t, through(t, dsn, forward), "")
			runs, announced := 0, 0
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				runs++
				model.AfterCommit(ctx, func() { announced++ })
				return count(ctx, db, 1)
			})
			require.ErrorIs(t, err, model.ErrOutcomeUnknown)
			require.True(t, model.Transient(err))
			require.Equal(t, 1, runs)
			require.Zero(t, announced)
			want := 0
			if forward {
				want = 1
			}
			require.Equal(t, want, counted(t, direct, 1))
		})
	}
}

// through puts a line in front of the server that breaks at each COMMIT: before
// the server has seen it, or after.
func through(t *testing.T, dsn string, forward bool) string {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	server := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var open sync.WaitGroup
	t.Cleanup(func() { require.NoError(t, l.Close()); open.Wait() })
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { breakAtCommit(client, server, forward) })
		}
	})
	u.Host = l.Addr().String()
	return u.String()
}

func breakAtCommit(client net.Conn, server string, forward bool) {
	defer client.Close()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	answers := make(chan struct{})
	var mute atomic.Bool
	go func() {
		defer close(answers)
		buf := make([]byte, 64<<10)
		for {
			n, err := upstream.Read(buf)
			if mute.Load() || err != nil {
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		commit := bytes.HasSuffix(buf[:n], []byte("COMMIT")) // "READ COMMITTED" does not end so
		if commit && !forward {
			return
		}
		mute.Store(commit)
		if _, err := upstream.Write(buf[:n]); err != nil {
			return
		}
		if commit {
			<-answers // the server has answered, and nobody hears it
			return
		}
	}
}

func TestTransient_blamesTheDatabaseOnlyForWhatIsItsFault(t *testing.T) {
	t.Parallel()
	db := openMySQL(t, modeltest.MySQLDSN(t), "")
	newCounters(t, db)
	require.False(t, model.Transient(nil))
	require.False(t, model.Transient(db.Conn(t.Context()).Exec("SELECT nonsense").Error))
	require.False(t, model.Transient(db.Conn(t.Context()).Exec("INSERT INTO counters VALUES (1, 1)").Error))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, model.Transient(db.Conn(cancelled).Exec("SELECT 1").Error))
	_, err := model.Open(t.Context(), "mysql://root@127.0.0.1:1/x", model.Options{Clock: model.SystemClock{}})
	require.True(t, model.Transient(err))
}

func TestOpen_logsFaultsWithoutValues(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{modeltest.SQLiteDSN(t), modeltest.MySQLDSN(t)} {
		var log bytes.Buffer
		db, err := model.Open(t.Context(), dsn, model.Options{Clock: model.SystemClock{}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		require.Error(t, db.Conn(t.Context()).Exec("UPDATE nowhere SET phone = ?", "13800138000").Error)
		var n int
		require.Error(t, db.Conn(t.Context()).Raw("SELECT n FROM nobody WHERE name = ? AND phone = ?", "O'Hara \"\\", "13800138000").Scan(&n).Error)
		require.NoError(t, db.Close())
		require.Contains(t, log.String(), "nowhere")
		require.Contains(t, log.String(), "nobody")
		require.NotContains(t, log.String(), "Hara")
		require.NotContains(t, log.String(), "13800138000")
	}
}
