package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/model/migrate"
	"sixtouch/service/inbox"
	"sixtouch/service/runner"
	"sixtouch/wecom"
)

// What stands for the corp's secrets in a benchmark.
const (
	benchCorp   = "ww0f1e2d3c4b5a6978"
	benchToken  = "BenchToken0123456789"
	benchAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// acceptFunc stores one opened callback.
type acceptFunc func(ctx context.Context, receiver string, plain []byte) error

// contender is one way to take callbacks in, at a route of its own.
type contender struct {
	row     ingestRow
	prefix  string
	store   *benchStore // nil without storage
	accept  acceptFunc
	decoder bool // decodes as the bound does instead of as the product does

	rates, ratios, p50s, p99s []float64
}

// measureIngest runs `bench ingest`.
func measureIngest(ctx context.Context, e env, o ingestOptions) (report ingestReport, err error) {
	gin.SetMode(gin.ReleaseMode)
	report = ingestReport{Machine: machine(), Requests: o.requests, Connections: o.conns, Rounds: o.rounds}
	stores, err := openStores(ctx, e, o)
	defer func() {
		for _, s := range stores {
			err = errors.Join(err, s.close(context.WithoutCancel(ctx)))
		}
	}()
	if err != nil {
		return report, err
	}
	all := contenders(stores)
	if report.BodyBytes, err = race(ctx, e, o, all); err != nil {
		return report, err
	}
	for _, c := range all {
		report.Rows = append(report.Rows, c.result())
	}
	for _, s := range stores {
		processed, welcome, err := measureLatency(ctx, e, o, s)
		if err != nil {
			return report, fmt.Errorf("measure processing on %s: %w", s.name, err)
		}
		report.AckToProcessed, report.Welcome = append(report.AckToProcessed, processed), append(report.Welcome, welcome)
	}
	return report, nil
}

// race lets the contenders run in turns, so that what else the machine does
// hits all of them.
func race(ctx context.Context, e env, o ingestOptions, all []*contender) (bodyBytes int, err error) {
	engine := gin.New()
	receiver, err := wecom.NewReceiver(benchCorp, benchToken, benchAESKey)
	if err != nil {
		return 0, fmt.Errorf("make receiver: %w", err)
	}
	for _, c := range all {
		c.register(engine, receiver, e)
	}
	server, err := listen(ctx, "127.0.0.1:0", engine, benchLog(e))
	if err != nil {
		return 0, err
	}
	if err := server.Start(ctx); err != nil {
		return 0, err
	}
	defer server.Stop()
	l := load{addr: server.Addr(), conns: o.conns, now: e.Now}
	for i := range o.requests {
		tail, err := benchSealer().post("/callback/contact", l.addr, benchEvent(i, e.Now()), e.Now())
		if err != nil {
			return 0, err
		}
		l.tails = append(l.tails, tail)
	}
	warm := l
	warm.tails = l.tails[:resent]
	for _, c := range all {
		if _, err := c.run(ctx, warm); err != nil {
			return 0, err
		}
	}
	for _, c := range all {
		c.row.Acknowledged, c.row.Lost = 0, 0
	}
	for range o.rounds {
		if err := round(ctx, l, all); err != nil {
			return 0, err
		}
	}
	_, body, _ := strings.Cut(string(l.tails[0]), "\r\n\r\n")
	return len(body), resend(ctx, warm, all)
}

// round runs every contender once, between two runs of the bound, and compares
// it with their mean: these machines change their speed within seconds, and a
// database goes on working behind what it has answered.
func round(ctx context.Context, l load, all []*contender) error {
	bound := all[0]
	before, err := bound.measure(ctx, l)
	if err != nil {
		return err
	}
	bound.ratios = append(bound.ratios, 1)
	for _, c := range all[1:] {
		if c.row.Skipped != "" {
			continue
		}
		rate, err := c.measure(ctx, l)
		if err != nil {
			return err
		}
		after, err := bound.measure(ctx, l)
		if err != nil {
			return err
		}
		c.ratios = append(c.ratios, 2*rate/(before+after))
		before = after
	}
	return nil
}

// measure runs the load once and keeps its figures.
func (c *contender) measure(ctx context.Context, l load) (rate float64, err error) {
	r, err := c.run(ctx, l)
	if err != nil {
		return 0, err
	}
	rate = float64(r.acked) / r.elapsed.Seconds()
	c.rates = append(c.rates, rate)
	c.p50s, c.p99s = append(c.p50s, quantile(r.took, .5)), append(c.p99s, quantile(r.took, .99))
	return rate, nil
}

// run empties the contender's store, runs the load and counts what is stored.
func (c *contender) run(ctx context.Context, l load) (result, error) {
	if c.row.Skipped != "" {
		return result{}, nil
	}
	if c.store != nil {
		if err := c.store.clear(ctx); err != nil {
			return result{}, err
		}
	}
	runtime.GC()
	r, err := l.run(ctx, c.prefix)
	if err != nil {
		return result{}, err
	}
	c.row.Acknowledged += r.acked
	if c.store != nil {
		stored, err := c.store.count(ctx)
		if err != nil {
			return result{}, err
		}
		c.row.Lost += r.acked - min(stored, r.acked)
	}
	return r, nil
}

// resend stores some callbacks and sends them again: nothing may be added.
func resend(ctx context.Context, l load, all []*contender) error {
	for _, c := range all {
		if c.store == nil || c.row.Skipped != "" {
			continue
		}
		if err := c.store.clear(ctx); err != nil {
			return err
		}
		for range 2 {
			if _, err := l.run(ctx, c.prefix); err != nil {
				return err
			}
		}
		stored, err := c.store.count(ctx)
		if err != nil {
			return err
		}
		c.row.Duplicates = stored - len(l.tails)
	}
	return nil
}

func (c *contender) result() ingestRow {
	c.row.RequestsPerSecond, c.row.RatioToBound = median(c.rates), median(c.ratios)
	c.row.P50, c.row.P99 = median(c.p50s), median(c.p99s)
	return c.row
}

// contenders lists the rows of the table, the bound first.
func contenders(stores []*benchStore) []*contender {
	none := func(context.Context, string, []byte) error { return nil }
	all := []*contender{
		{prefix: "/bound", decoder: true, accept: none, row: ingestRow{
			Name: "decode only, no storage (bound)",
			Does: "reads the body, encoding/xml for the envelope, verifies the signature, decrypts, encoding/xml for the event, answers 200",
		}},
		{prefix: "/ours", accept: none, row: ingestRow{
			Name: "decode only, our scanner, no storage",
			Does: "the product's callback route with a store that does nothing: signature and decryption as in the bound, our scanner instead of encoding/xml for the envelope",
		}},
	}
	for _, s := range stores {
		all = append(all,
			&contender{prefix: "/durable-" + s.name, store: s, accept: s.accept, row: ingestRow{
				Name: "durable, " + s.name, Skipped: s.skipped,
				Does: "the product's callback route and inbox: waiting callbacks share one commit; " + s.note,
			}},
			&contender{prefix: "/single-" + s.name, store: s, accept: s.insertOne, decoder: true, row: ingestRow{
				Name: "one INSERT per request, " + s.name, Skipped: s.skipped,
				Does: "what others do: decodes as the bound, then one prepared INSERT of the same row over database/sql, a commit each, before it answers",
			}},
			&contender{prefix: "/single-ours-" + s.name, store: s, accept: s.insertOne, row: ingestRow{
				Name: "one INSERT per request, our decoding, " + s.name, Skipped: s.skipped,
				Does: "the product's callback route with that INSERT: what sharing the commit alone is worth",
			}},
		)
	}
	return all
}

func (c *contender) register(engine *gin.Engine, receiver *wecom.Receiver, e env) {
	group := engine.Group(c.prefix)
	if c.decoder {
		group.POST("/callback/contact", decodeAsOthers(receiver, c.accept))
		return
	}
	handler.RegisterCallbacks(group, map[string]*wecom.Receiver{"contact": receiver}, c.accept, benchLog(e), nil)
}

// decodeAsOthers is a callback route built from the standard library's parts.
func decodeAsOthers(receiver *wecom.Receiver, accept acceptFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, 64<<10))
		if err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		var envelope struct {
			ToUserName, AgentID, Encrypt string
		}
		if err := xml.Unmarshal(body, &envelope); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		// The check of a URL is the same verification and decryption of one text.
		plain, err := receiver.VerifyURL(c.Query("msg_signature"), c.Query("timestamp"), c.Query("nonce"), envelope.Encrypt)
		if err != nil {
			c.Status(http.StatusForbidden)
			return
		}
		var event struct {
			ToUserName, FromUserName, MsgType, Event, ChangeType string
			UserID, ExternalUserID, State, WelcomeCode           string
			CreateTime                                           int64
		}
		if err := xml.Unmarshal(plain, &event); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		if err := accept(c.Request.Context(), "contact", plain); err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		c.Status(http.StatusOK)
	}
}

func benchSealer() sealer { return sealer{benchCorp, benchToken, benchAESKey} }

// benchEvent is a new customer's event, the longest of the frequent ones.
func benchEvent(n int, at time.Time) []byte {
	return contactEvent("add_external_contact", "lin.qiao", fmt.Sprintf("wmBENCH%025d", n), fmt.Sprintf("wcode-%034d", n), at)
}

func contactEvent(changeType, userID, externalUserID, welcomeCode string, at time.Time) []byte {
	more := ""
	if welcomeCode != "" {
		more = "<State><![CDATA[ch_20260901_a]]></State><WelcomeCode><![CDATA[" + welcomeCode + "]]></WelcomeCode>"
	}
	return fmt.Appendf(nil, "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"+
		"<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>"+
		"<ChangeType><![CDATA[%s]]></ChangeType><UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID>%s</xml>",
		benchCorp, at.Unix(), changeType, userID, externalUserID, more)
}

// benchStore is a scratch database with an inbox on it.
type benchStore struct {
	scratch
	name    string
	skipped string // why there is nothing to measure
	db      *model.DB
	inbox   runner.Service
	accept  acceptFunc
	single  *sql.Stmt
	clock   model.Clock
}

// openStores opens the scratch databases; what it returns must be closed even
// if there is an error.
func openStores(ctx context.Context, e env, o ingestOptions) ([]*benchStore, error) {
	files, err := scratchSQLite(o.sqlite)
	if err != nil {
		return nil, err
	}
	stores := []*benchStore{{name: "SQLite", scratch: files, clock: e.Clock}}
	if err := stores[0].open(ctx, e, o.conns); err != nil {
		return stores, err
	}
	if o.mysql == "" {
		return append(stores, &benchStore{name: "MySQL", skipped: "not measured: pass --mysql mysql://user:password@host:3306/"}), nil
	}
	base, err := scratchMySQL(ctx, o.mysql, "sixtouch_bench_"+strings.ToLower(rand.Text()[:10]), e.Clock)
	if err != nil {
		return stores, err
	}
	s := &benchStore{name: "MySQL", scratch: base, clock: e.Clock}
	return append(stores, s), s.open(ctx, e, o.conns)
}

const singleInsert = `INSERT INTO inbox_items (receiver, dedupe_key, event_key, subject, lane, payload, state, next_at, last_error, occurred_at, received_at)
VALUES (?,?,?,?,?,?,?,?,'',?,?)`

func (s *benchStore) open(ctx context.Context, e env, conns int) (err error) {
	if s.db, err = model.Open(ctx, s.dsn, model.Options{Clock: s.clock, MaxOpen: conns}); err != nil {
		return fmt.Errorf("open %s: %w", s.name, err)
	}
	m, err := migrate.New(ctx, s.db)
	if err != nil {
		return err
	}
	if err := m.Up(ctx); err != nil {
		return err
	}
	box := inbox.New(s.db, benchLog(e), nil)
	if err := box.Start(ctx); err != nil {
		return err
	}
	s.inbox, s.accept = box, box.Accept
	statement := singleInsert + " ON CONFLICT (dedupe_key) DO NOTHING"
	if s.db.Dialect() == model.MySQL {
		statement = singleInsert + " ON DUPLICATE KEY UPDATE dedupe_key = dedupe_key"
	}
	pool, err := s.db.Conn(ctx).DB()
	if err != nil {
		return fmt.Errorf("reach connection pool: %w", err)
	}
	if s.single, err = pool.PrepareContext(ctx, statement); err != nil {
		return fmt.Errorf("prepare single INSERT on %s: %w", s.name, err)
	}
	return nil
}

// insertOne stores the row that the inbox would store, in a commit of its own.
func (s *benchStore) insertOne(ctx context.Context, receiver string, plain []byte) error {
	head, ok := wecom.Scan(plain)
	if !ok {
		return errors.New("event not flat")
	}
	key, now := sha256.Sum256(plain), s.clock.Now()
	_, err := s.single.ExecContext(ctx, receiver, key[:], string(head.Key()), string(head.ExternalUserID), model.LaneWelcome, plain,
		string(model.InboxReceived), now, head.CreateTime(), now)
	return err
}

func (s *benchStore) clear(ctx context.Context) error {
	statement := "DELETE FROM inbox_items"
	if s.db.Dialect() == model.MySQL {
		statement = "TRUNCATE TABLE inbox_items"
	}
	if err := s.db.Conn(ctx).Exec(statement).Error; err != nil {
		return fmt.Errorf("empty inbox on %s: %w", s.name, err)
	}
	return nil
}

func (s *benchStore) count(ctx context.Context) (int, error) {
	var n int64
	if err := s.db.Conn(ctx).Model(&model.InboxItem{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count inbox on %s: %w", s.name, err)
	}
	return int(n), nil
}

// close closes the database and drops it.
func (s *benchStore) close(ctx context.Context) error {
	var errs []error
	if s.inbox != nil {
		s.inbox.Stop()
	}
	if s.single != nil {
		errs = append(errs, s.single.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.drop != nil {
		errs = append(errs, s.drop(ctx))
	}
	return errors.Join(errs...)
}
