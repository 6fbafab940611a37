package sop_test

import (
	"context"
	"errors"
	"sync"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

var errKilled = errors.New("the process has been killed")

type processKey struct{}

// process is a replica's: from its cut on, nothing that it asks of the database
// or of WeCom is done any more, as if it had been killed between the two.
type process struct {
	mu    sync.Mutex
	cut   cut
	seen  map[string]int
	met   bool // the cut has been reached
	dead  bool
	yield func()
}

func processOf(ctx context.Context) *process {
	p, _ := ctx.Value(processKey{}).(*process)
	return p
}

// reach counts a place and cuts there. A process yields outside transactions
// only: inside it may hold what the other waits for.
func (p *process) reach(ctx context.Context, place string) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	p.seen[place]++
	if !p.met && p.cut.place == place && p.seen[place] >= p.cut.n && (p.cut.how != stands || !model.InTransaction(ctx)) {
		p.met, p.dead = true, p.cut.how == dies
		switch p.cut.how {
		case stands:
			p.mu.Unlock()
			p.yield()
			return nil
		case refused:
			p.mu.Unlock()
			return &mysql.MySQLError{Number: 1213, Message: "Deadlock found when trying to get lock"}
		}
	}
	defer p.mu.Unlock()
	if p.dead {
		return errKilled
	}
	return nil
}

func (p *process) killed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// watchStatements has the database ask the process behind each statement.
func watchStatements(w *world) {
	w.t.Helper()
	ask := func(places ...string) func(tx *gorm.DB) {
		return func(tx *gorm.DB) {
			ctx := tx.Statement.Context
			for _, place := range places {
				if err := processOf(ctx).reach(ctx, place); err != nil {
					_ = tx.AddError(err)
					return
				}
			}
		}
	}
	read, write := ask(atStatement), ask(atStatement, atWrite)
	pools := []*gorm.DB{w.db.Conn(w.ctx)}
	if w.db.Dialect() == model.SQLite {
		pools = append(pools, w.db.Read(w.ctx))
	}
	for _, pool := range pools {
		on := pool.Callback()
		for _, err := range []error{
			on.Query().Before("*").Register("watch", read), on.Row().Before("*").Register("watch", read),
			on.Create().Before("*").Register("watch", write), on.Update().Before("*").Register("watch", write),
			on.Delete().Before("*").Register("watch", write), on.Raw().Before("*").Register("watch", write),
		} {
			require.NoError(w.t, err)
		}
	}
}

type (
	watchedMessage struct{ channel.GroupMessage }
	watchedPrompt  struct{ channel.RepPrompt }
	watchedTag     struct{ channel.Tag }
	sending        func(ctx context.Context, b sop.Batch) (sop.Receipt, error)
)

func (c watchedMessage) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	return watchCall(ctx, b, c.GroupMessage.Send)
}

func (c watchedPrompt) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	return watchCall(ctx, b, c.RepPrompt.Send)
}

func (c watchedTag) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	return watchCall(ctx, b, c.Tag.Send)
}

// watchCall asks the process before a call and after WeCom's deed.
func watchCall(ctx context.Context, b sop.Batch, send sending) (sop.Receipt, error) {
	p := processOf(ctx)
	if err := p.reach(ctx, atCall); err != nil {
		return sop.Receipt{}, err
	}
	r, err := send(ctx, b)
	if gone := p.reach(ctx, atAnswer); gone != nil {
		return sop.Receipt{}, gone
	}
	return r, err
}

func watched(all sop.Channels) sop.Channels {
	out := sop.Channels{}
	for name, c := range all {
		switch c := c.(type) {
		case channel.GroupMessage:
			out[name] = watchedMessage{c}
		case channel.RepPrompt:
			out[name] = watchedPrompt{c}
		case channel.Tag:
			out[name] = watchedTag{c}
		default:
			out[name] = c
		}
	}
	return out
}
