package model

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
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

// txAttempts bounds how often a transaction that the database chose as a
// deadlock's victim is run again.
const txAttempts = 4

func txOf(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{}).(*tx)
	return t
}

// InTransaction tells whether ctx carries a transaction; the WeCom client
// refuses calls then, because a network call must not hold database locks.
func InTransaction(ctx context.Context) bool { return txOf(ctx) != nil }

// InTx runs fn in one transaction and commits if it returns nil. Inside an
// outer InTx it joins that one. fn may run again after a deadlock, so its only
// side effects are the database's and AfterCommit's.
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if InTransaction(ctx) {
		return fn(ctx)
	}
	for attempt := 1; ; attempt++ {
		err := d.runTx(ctx, fn)
		if err == nil || attempt == txAttempts || !isDeadlock(err) {
			return err
		}
		if err := pause(ctx, time.Duration(attempt)*time.Duration(5+rand.IntN(20))*time.Millisecond); err != nil {
			return err
		}
	}
}

func (d *DB) runTx(ctx context.Context, fn func(ctx context.Context) error) error {
	t := &tx{now: Instant(d.clock.Now())}
	err := d.writer.WithContext(ctx).Transaction(func(conn *gorm.DB) error {
		t.conn = conn
		return fn(context.WithValue(ctx, txKey{}, t))
	}, d.txOptions()...)
	if err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	return nil
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

// isDeadlock recognises MySQL's "deadlock found" (1213) and Galera's
// certification failure, which has the same number: both ask for a retry.
func isDeadlock(err error) bool {
	var me *mysql.MySQLError
	return errors.As(err, &me) && me.Number == 1213
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
