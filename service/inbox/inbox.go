package inbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sixtouch/model"
	"sixtouch/wecom"
)

const (
	// maxBatch and maxBatchBytes bound one commit; the latter keeps it below the
	// packet size of a MySQL server that nobody has configured.
	maxBatch      = 512
	maxBatchBytes = 4 << 20
	// storeTimeout is shorter than the 5 s after which WeCom drops the connection.
	storeTimeout = 4 * time.Second
	// maxTries bounds how often a batch that was refused for the moment is
	// inserted.
	maxTries = 3
	// maxPrepared is up to which size a batch has a prepared statement on MySQL,
	// where parsing the text costs as much as inserting the rows. The driver of
	// SQLite compiles the text each time anyway.
	maxPrepared = 64
	// maxName is the width of the columns event_key and subject.
	maxName = 96
	// unreadable is the event key of what is no XML that we can read.
	unreadable = "unreadable"
)

var (
	errStarted = errors.New("start inbox: already started")
	errStopped = &model.Error{Code: model.CodeUnavailable, Message: "the inbox is not running"}
)

// Inbox makes callbacks durable. Callbacks that wait at the same time share one
// commit: a single writer blocks for the first one, takes what else is queued,
// commits and answers all. It is a runner.Service.
type Inbox struct {
	db      *model.DB
	log     *slog.Logger
	metrics *intakeMetrics
	stored  []func(model.Lane)
	// prepared are the statements by batch size. Only the writer uses them.
	prepared map[int]*sql.Stmt

	mu    sync.RWMutex
	queue chan *waiting // nil when not running
	done  chan struct{}
}

// waiting is a callback whose sender waits for the commit.
type waiting struct {
	item   model.InboxItem
	answer chan error
}

// New returns an inbox that is not yet started. After each commit it calls every
// stored function with each lane that got something; they must not block.
func New(db *model.DB, log *slog.Logger, metrics prometheus.Registerer, stored ...func(model.Lane)) *Inbox {
	return &Inbox{db: db, log: log, metrics: newIntakeMetrics(metrics), stored: stored, prepared: map[int]*sql.Stmt{}}
}

// Start begins to take callbacks.
func (b *Inbox) Start(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.queue != nil {
		return errStarted
	}
	queue, done := make(chan *waiting, maxBatch), make(chan struct{})
	b.queue, b.done = queue, done
	go func() {
		defer close(done)
		defer b.forget()
		b.write(ctx, queue)
	}()
	return nil
}

// Stop refuses further callbacks, stores those that wait and returns.
func (b *Inbox) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.queue == nil {
		return
	}
	close(b.queue)
	<-b.done
	b.queue = nil
}

// Accept stores the plaintext of a verified callback that came in by receiver
// ("contact", "app", "kf") and returns when it is durable. The same plaintext
// again is no error and is stored once. An error of code unavailable means that
// it was not stored, or that nobody knows: WeCom has to send it again.
func (b *Inbox) Accept(ctx context.Context, receiver string, plain []byte) error {
	begin := b.db.Clock().Now()
	w := &waiting{item: describe(receiver, plain, model.Instant(begin)), answer: make(chan error, 1)}
	if err := b.enqueue(ctx, w); err != nil {
		return err
	}
	select {
	case err := <-w.answer:
		b.metrics.accept.Observe(b.db.Clock().Now().Sub(begin).Seconds())
		b.metrics.age.Observe(w.item.ReceivedAt.Sub(w.item.OccurredAt).Seconds())
		return err
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

func (b *Inbox) enqueue(ctx context.Context, w *waiting) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.queue == nil {
		return errStopped
	}
	select {
	case b.queue <- w:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

func unavailable(err error) error {
	return &model.Error{Code: model.CodeUnavailable, Message: "the callback could not be stored", Err: err}
}

func (b *Inbox) write(ctx context.Context, queue <-chan *waiting) {
	batch := make([]*waiting, 0, maxBatch)
	for first := range queue {
		// The first one to wait wakes the writer at once. Those that are about to
		// queue up go first, so that they share the commit.
		runtime.Gosched()
		batch = drain(append(batch[:0], first), queue)
		b.store(ctx, batch)
	}
}

// drain adds what is queued already to batch.
func drain(batch []*waiting, queue <-chan *waiting) []*waiting {
	size := len(batch[0].item.Payload)
	for len(batch) < maxBatch && size < maxBatchBytes {
		select {
		case w, ok := <-queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
			size += len(w.item.Payload)
		default:
			return batch
		}
	}
	return batch
}

// store commits a batch and answers everyone in it. When the database refuses
// the batch, each callback is tried alone, so that one that cannot be stored
// does not take the others with it.
func (b *Inbox) store(ctx context.Context, batch []*waiting) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	b.metrics.batch.Observe(float64(len(batch)))
	err := b.insert(ctx, batch)
	if err == nil || len(batch) == 1 || b.db.Ping(ctx) != nil {
		b.answer(ctx, batch, err)
		return
	}
	for i := range batch {
		b.answer(ctx, batch[i:i+1], b.insert(ctx, batch[i:i+1]))
	}
}

func (b *Inbox) answer(ctx context.Context, batch []*waiting, err error) {
	if err != nil {
		b.metrics.failed.Add(float64(len(batch)))
		b.log.ErrorContext(ctx, "callbacks not stored", "callbacks", len(batch), "err", err)
		err = unavailable(err)
	}
	var lanes [2]bool
	for _, w := range batch {
		lanes[w.item.Lane] = true
		w.answer <- err
	}
	if err != nil {
		return
	}
	for _, lane := range []model.Lane{model.LaneWelcome, model.LaneNormal} {
		if !lanes[lane] {
			continue
		}
		for _, wake := range b.stored {
			wake(lane)
		}
	}
}

const (
	insertHead = `INSERT INTO inbox_items (receiver, dedupe_key, event_key, subject, lane, payload, state, next_at, last_error, occurred_at, received_at) VALUES `
	insertRow  = `(?,?,?,?,?,?,?,?,'',?,?)`
	insertArgs = 10
)

// insert is hand-written: an ORM's insert costs more than the commit.
func (b *Inbox) insert(ctx context.Context, batch []*waiting) error {
	args := make([]any, 0, len(batch)*insertArgs)
	for _, w := range batch {
		it := &w.item
		args = append(args, it.Receiver, it.DedupeKey, it.EventKey, it.Subject, it.Lane, it.Payload,
			model.InboxReceived, it.NextAt, it.OccurredAt, it.ReceivedAt)
	}
	err := b.execute(ctx, len(batch), args)
	// What is stored already is passed over, so that whatever a database or a
	// cluster refuses for the moment may be repeated.
	for try := 1; try < maxTries && model.Transient(err); try++ {
		err = b.execute(ctx, len(batch), args)
	}
	if err != nil {
		return fmt.Errorf("insert %d inbox items: %w", len(batch), err)
	}
	return nil
}

// execute inserts so many rows in one statement, which is one commit.
func (b *Inbox) execute(ctx context.Context, rows int, args []any) error {
	pool, err := b.db.Conn(ctx).DB()
	if err != nil {
		return fmt.Errorf("reach connection pool: %w", err)
	}
	if rows > maxPrepared || b.db.Dialect() != model.MySQL {
		_, err := pool.ExecContext(ctx, b.statement(rows), args...)
		return err
	}
	prepared, ok := b.prepared[rows]
	if !ok {
		if prepared, err = pool.PrepareContext(ctx, b.statement(rows)); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		b.prepared[rows] = prepared
	}
	_, err = prepared.ExecContext(ctx, args...)
	return err
}

func (b *Inbox) statement(rows int) string {
	text := insertHead + strings.Repeat(insertRow+",", rows-1) + insertRow
	// INSERT IGNORE would hide a value that was cut off.
	if b.db.Dialect() == model.MySQL {
		return text + " ON DUPLICATE KEY UPDATE dedupe_key = dedupe_key"
	}
	return text + " ON CONFLICT (dedupe_key) DO NOTHING"
}

// forget closes the prepared statements.
func (b *Inbox) forget() {
	for size, prepared := range b.prepared {
		if err := prepared.Close(); err != nil {
			b.log.Warn("close prepared statement", "err", err)
		}
		delete(b.prepared, size)
	}
}

// describe makes the row of a callback. What cannot be read is stored as it is:
// it was signed by WeCom, and a later version may understand it.
func describe(receiver string, plain []byte, now time.Time) model.InboxItem {
	hash := sha256.New()
	hash.Write([]byte(receiver))
	hash.Write([]byte{0})
	hash.Write(plain)
	key := hash.Sum(nil)
	it := model.InboxItem{
		Receiver: receiver, DedupeKey: key, EventKey: unreadable, Payload: plain,
		NextAt: now, OccurredAt: now, ReceivedAt: now,
	}
	if h, ok := headOf(plain); ok {
		it.EventKey, it.Subject = clip(string(h.key)), clip(h.subject)
		if h.welcome {
			it.Lane = model.LaneWelcome
		}
		if plausible(h.at, now) {
			it.OccurredAt = model.Instant(h.at)
		}
	}
	if it.Subject == "" {
		// Concerns nobody: nothing has to wait for it, nor it for anything.
		it.Subject = "#" + hex.EncodeToString(key[:16])
	}
	return it
}

// head is what intake needs to know of an event.
type head struct {
	key     wecom.EventKey
	subject string
	welcome bool
	at      time.Time
}

func headOf(plain []byte) (head, bool) {
	if h, ok := wecom.Scan(plain); ok {
		return head{
			key: h.Key(), at: h.CreateTime(), welcome: len(h.WelcomeCode) > 0,
			subject: subject(string(h.ExternalUserID), string(h.ChatID), string(h.UserID), string(h.ID), string(h.FromUser)),
		}, true
	}
	e, err := wecom.ParseEvent(plain)
	if err != nil {
		return head{}, false
	}
	return head{
		key: e.Key(), at: e.CreateTime, welcome: e.WelcomeCode != "",
		subject: subject(e.ExternalUserID, e.ChatID, e.UserID, e.ID, e.FromUser),
	}, true
}

// subject names whom or what an event concerns. WeCom matches userids without
// regard to case.
func subject(externalUserID, chatID, userID, id, from string) string {
	switch {
	case externalUserID != "":
		return externalUserID
	case chatID != "":
		return chatID
	case userID != "":
		return strings.ToLower(userID)
	case id != "":
		return id
	case from != "sys":
		return strings.ToLower(from)
	}
	return ""
}

// clip shortens s to the width of its column.
func clip(s string) string {
	if len(s) <= maxName {
		return s
	}
	return strings.ToValidUTF8(s[:maxName], "")
}

// plausible keeps a broken time from becoming a row that no database takes.
func plausible(at, now time.Time) bool {
	return at.Year() >= 2000 && at.Before(now.AddDate(100, 0, 0))
}
