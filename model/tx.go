package model

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

type txKey struct{}

type tx struct {
	conn  *gorm.DB
	now   time.Time
	after []func()
}

// txAttempts bounds how often a transaction is run; with the pauses between
// them that is about two seconds.
const txAttempts = 8

// maxLockWaits bounds how often one of those runs may have waited in vain for a
// lock, which takes ten seconds each.
const maxLockWaits = 2

// The pause before a transaction runs again doubles from the first to the last.
const (
	firstPause = 10 * time.Millisecond
	lastPause  = 500 * time.Millisecond
)

// ErrOutcomeUnknown says that the database did not answer a COMMIT: what the
// transaction wrote may have been kept, or not.
var ErrOutcomeUnknown = errors.New("the connection was lost during the commit, which may have happened")

func txOf(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{}).(*tx)
	return t
}

// InTransaction tells whether ctx carries a transaction; the WeCom client
// refuses calls then, because a network call must not hold database locks.
func InTransaction(ctx context.Context) bool { return txOf(ctx) != nil }

// InTx runs fn in one transaction and commits if it returns nil. Inside an
// outer InTx it joins that one.
//
// What is certain not to have been kept is run again, the whole transaction, a
// bounded number of times with growing, jittered pauses: a deadlock's victim, a
// write that a cluster did not certify, a wait for a lock that was too long, a
// node that is not ready, a connection lost before the commit. So fn must read
// what it decides on inside the transaction, set (not add to) what it returns
// through variables, and have no side effects but the database's and
// AfterCommit's.
//
// A connection lost during the commit is ErrOutcomeUnknown and is not run
// again: fn need not be idempotent. Whoever handles that error must find out
// from the database, by state, whether it happened before it does the work
// again; claims, leases and unique keys do so of themselves. AfterCommit's
// functions do not run then: they may only hasten what a heartbeat finds too.
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if InTransaction(ctx) {
		return fn(ctx)
	}
	wait, lockWaits := firstPause, 0
	for attempt := 1; ; attempt++ {
		err := d.runTx(ctx, fn)
		if err == nil || attempt == txAttempts || !Transient(err) || errors.Is(err, ErrOutcomeUnknown) {
			return err
		}
		if numbered(err, errLockWait) {
			if lockWaits++; lockWaits == maxLockWaits {
				return err
			}
		}
		// Half of it by chance, so that those who collided do not meet again.
		if paused := pause(ctx, wait/2+rand.N(wait)); paused != nil {
			return errors.Join(paused, err)
		}
		wait = min(2*wait, lastPause)
	}
}

func (d *DB) runTx(ctx context.Context, fn func(ctx context.Context) error) error {
	t := &tx{now: Instant(d.clock.Now()), conn: d.writer.WithContext(ctx).Begin(d.txOptions()...)}
	if err := t.conn.Error; err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	committing := false
	defer func() {
		if !committing {
			t.conn.Rollback() // a connection that cannot roll back is closed, which does
		}
	}()
	inside := context.WithValue(ctx, txKey{}, t)
	if err := fn(inside); err != nil {
		return err
	}
	beside := besideOf(ctx)
	if err := beside.run(inside); err != nil {
		return err
	}
	committing = true
	if err := t.conn.Commit().Error; err != nil {
		return commitFault(err)
	}
	beside.kept()
	for _, f := range t.after {
		f()
	}
	return nil
}

// commitFault tells a commit that surely failed from one that nobody knows of.
// A cluster's "not certified" and a context that ended before the COMMIT was
// sent are sure; of every other error, also of those that a server sends while
// it loses its cluster, the outcome is unknown.
func commitFault(err error) error {
	if numbered(err, errDeadlock) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
}

// Snapshot runs fn, which only reads, on the state that the database has at its
// first read: what fn counts in several queries agrees. Inside a transaction it
// joins that one.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if InTransaction(ctx) {
		return fn(ctx)
	}
	var opts *sql.TxOptions
	if d.dialect == MySQL {
		opts = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	t := &tx{now: Instant(d.clock.Now()), conn: d.reader.WithContext(ctx).Begin(opts)}
	if err := t.conn.Error; err != nil {
		return fmt.Errorf("begin snapshot: %w", err)
	}
	defer t.conn.Rollback() // there is nothing to keep
	return fn(context.WithValue(ctx, txKey{}, t))
}

// txOptions asks MySQL for READ COMMITTED: its default takes gap locks, which
// make concurrent inserts of unrelated rows deadlock. (A session variable
// would save the round trip, but its name differs between MySQL and MariaDB.)
func (d *DB) txOptions() []*sql.TxOptions {
	if d.dialect == MySQL {
		return []*sql.TxOptions{{Isolation: sql.LevelReadCommitted}}
	}
	return nil
}

// AfterCommit runs fn once the transaction in ctx has committed (never, if it
// rolls back); at once when there is none.
func AfterCommit(ctx context.Context, fn func()) {
	if t := txOf(ctx); t != nil {
		t.after = append(t.after, fn)
		return
	}
	fn()
}

// Numbers of MySQL's, MariaDB's and Galera's errors after which the same work
// may succeed.
const (
	errNotPrepared      = 1047 // a Galera node outside its cluster ("WSREP has not yet prepared node")
	errShutdown         = 1053
	errLockWait         = 1205
	errDeadlock         = 1213 // and a certification failure
	errConnectionKilled = 1927
)

// numbered tells whether the server answered with that error.
func numbered(err error, number uint16) bool {
	var me *mysql.MySQLError
	return errors.As(err, &me) && me.Number == number
}

// Transient tells whether err comes from the state of the database or of the
// line to it, not from what was asked of it: the same work may succeed later.
func Transient(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var me *mysql.MySQLError
	if errors.As(err, &me) {
		switch me.Number {
		case errNotPrepared, errShutdown, errLockWait, errDeadlock, errConnectionKilled:
			return true
		}
		return false
	}
	var line *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, ErrOutcomeUnknown) || errors.As(err, &line)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to retry transaction: %w", ctx.Err())
	}
}
