package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"sixtouch/config"
	"sixtouch/model"
	"sixtouch/service/runner"
	"sixtouch/wecom/sim"
)

const (
	// Of a hundred callbacks in the burst, so many are new customers with a
	// welcome code, customers who delete their rep, and events that ask nothing
	// of us; the others are edits of known customers.
	addsPercent, losesPercent, idlePercent = 5, 5, 10

	drainPoll    = 50 * time.Millisecond
	drainTimeout = 10 * time.Minute
)

// burst is the product on one database, with a simulated WeCom around it and a
// flood of events that are all true there.
type burst struct {
	env     env
	store   *benchStore
	app     *app
	control simulatorControl
	wecom   *wecomWatch
	server  *httpServer
	at      time.Time
	tails   [][]byte
	adds    map[string]int // welcome code → index of its callback
}

// wecomWatch notes when each welcome arrives at the simulator.
type wecomWatch struct {
	next http.Handler
	now  func() time.Time

	mu       sync.Mutex
	welcomes map[string]time.Time // by welcome code
}

// ServeHTTP implements http.Handler.
func (w *wecomWatch) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/send_welcome_msg") {
		at := w.now()
		body, err := io.ReadAll(r.Body)
		var call struct {
			Code string `json:"welcome_code"`
		}
		if err == nil && json.Unmarshal(body, &call) == nil {
			w.mu.Lock()
			if _, again := w.welcomes[call.Code]; !again {
				w.welcomes[call.Code] = at
			}
			w.mu.Unlock()
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.next.ServeHTTP(rw, r)
}

// measureLatency sends one burst to the whole product and reports how long
// callbacks took to be processed and welcomes to be sent.
func measureLatency(ctx context.Context, e env, o ingestOptions, s *benchStore) (processed, welcome latencyRow, err error) {
	processed = latencyRow{Database: s.name, What: "from receipt to processed", Skipped: s.skipped}
	welcome = latencyRow{Database: s.name, What: "from callback to welcome sent", Skipped: s.skipped}
	if s.skipped != "" {
		return processed, welcome, nil
	}
	if err := s.clear(ctx); err != nil {
		return processed, welcome, err
	}
	s.inbox.Stop()
	simulated, err := sim.New(sim.Options{
		Now: e.Now, CorpID: benchCorp, Logger: slog.New(slog.DiscardHandler), Rules: sim.Rules{CallsPerMinute: -1, CallsPerHour: -1},
	})
	if err != nil {
		return processed, welcome, fmt.Errorf("start simulator: %w", err)
	}
	defer func() { err = errors.Join(err, simulated.Close()) }()
	watch := &wecomWatch{next: simulated.Handler(), now: e.Now, welcomes: map[string]time.Time{}}
	remote, err := listen(ctx, "127.0.0.1:0", watch, benchLog(e))
	if err != nil {
		return processed, welcome, err
	}
	if err := remote.Start(ctx); err != nil {
		return processed, welcome, err
	}
	defer remote.Stop()
	b := &burst{env: e, store: s, control: inProcess{simulated.Handler()}, wecom: watch, adds: map[string]int{}}
	if b.app, err = newApp(ctx, appDeps{cfg: benchConfig(s.dsn, remote.Addr()), clock: e.Clock, machine: e.Clock, log: benchLog(e), role: roleAll}); err != nil {
		return processed, welcome, err
	}
	defer b.app.close()
	err = b.run(ctx, o, &processed, &welcome)
	return processed, welcome, err
}

func benchConfig(dsn, wecomAddr string) config.Config {
	cfg := config.Defaults()
	cfg.DB.DSN = config.DSN(dsn)
	cfg.SecretKey = config.Secret(strings.Repeat("k", 32))
	w := &cfg.WeCom
	w.BaseURL, w.CorpID, w.AgentID, w.Secret = "http://"+wecomAddr, benchCorp, sim.DefaultAgentID, sim.DefaultSecret
	w.ContactToken, w.ContactAESKey, w.AppToken, w.AppAESKey = benchToken, benchAESKey, benchToken, benchAESKey
	return cfg
}

func (b *burst) run(ctx context.Context, o ingestOptions, processed, welcome *latencyRow) (err error) {
	if err := seedDemo(ctx, b.app, b.control); err != nil {
		return fmt.Errorf("make a company: %w", err)
	}
	if b.server, err = listen(ctx, "127.0.0.1:0", b.app.handler, benchLog(b.env)); err != nil {
		return err
	}
	if err := b.happen(ctx, o.requests); err != nil {
		return fmt.Errorf("make events: %w", err)
	}
	group := runner.NewGroup(benchLog(b.env), shutdownBudget, append(b.app.members(), runner.Member{Name: "http", Service: b.server})...)
	if err := group.Start(ctx); err != nil {
		return errors.Join(err, b.server.listener.Close())
	}
	defer group.Stop()
	r, err := load{addr: b.server.Addr(), conns: o.conns, now: b.env.Now, tails: b.tails}.run(ctx, "")
	if err != nil {
		return err
	}
	if r.acked != o.requests {
		return fmt.Errorf("only %d of %d callbacks were acknowledged", r.acked, o.requests)
	}
	if err := b.drain(ctx); err != nil {
		return err
	}
	if err := b.readProcessed(ctx, processed); err != nil {
		return err
	}
	if processed.Count != o.requests {
		return fmt.Errorf("only %d of %d acknowledged callbacks were processed", processed.Count, o.requests)
	}
	return b.readWelcomes(r, welcome)
}

// happen makes n events happen in the simulator and writes their callbacks.
func (b *burst) happen(ctx context.Context, n int) error {
	var known []struct{ Userid, ExternalUserid string }
	err := b.app.db.Read(ctx).Raw(`SELECT p.userid, c.external_userid FROM relationships r
JOIN reps p ON p.id = r.rep_id JOIN contacts c ON c.id = r.contact_id WHERE r.state = 'active' ORDER BY r.id`).Scan(&known).Error
	if err != nil {
		return fmt.Errorf("list relationships: %w", err)
	}
	if len(known) == 0 {
		return errors.New("the company has no customers")
	}
	b.at = b.env.Now()
	for i := range n {
		who := known[i%len(known)]
		// The same change of the same two people happens a second apart.
		at := b.at.Add(-time.Duration(i/len(known)) * time.Second)
		path := "/callback/contact"
		var plain []byte
		switch kind := i % 100; {
		case kind < addsPercent:
			if plain, err = b.add(ctx, who.Userid, i); err != nil {
				return err
			}
		case kind < addsPercent+losesPercent && i < len(known):
			err := b.control.Call(ctx, http.MethodPost, "/sim/unfollows", map[string]any{"userid": who.Userid, "external_userid": who.ExternalUserid, "by": "customer"}, nil)
			if err != nil {
				return fmt.Errorf("customer deletes rep: %w", err)
			}
			plain = contactEvent("del_follow_user", who.Userid, who.ExternalUserid, "", at)
		case kind < addsPercent+losesPercent+idlePercent:
			path, plain = "/callback/app", fmt.Appendf(nil, "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"+
				"<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[enter_agent]]></Event><EventKey><![CDATA[%d]]></EventKey><AgentID>%d</AgentID></xml>",
				benchCorp, who.Userid, at.Unix(), i, sim.DefaultAgentID)
		default:
			plain = contactEvent("edit_external_contact", who.Userid, who.ExternalUserid, "", at)
		}
		tail, err := benchSealer().post(path, b.server.Addr(), plain, b.at)
		if err != nil {
			return err
		}
		b.tails = append(b.tails, tail)
	}
	return nil
}

// add lets a new customer add a rep.
func (b *burst) add(ctx context.Context, userID string, i int) ([]byte, error) {
	var made struct {
		ExternalUserID string `json:"external_userid"`
		WelcomeCode    string `json:"welcome_code"`
	}
	err := b.control.Call(ctx, http.MethodPost, "/sim/follows", map[string]any{
		"userid": userID, "external_userid": fmt.Sprintf("wmBENCHNEW%022d", i), "name": "新客户", "state": "ch_20260901_a",
	}, &made)
	if err != nil {
		return nil, fmt.Errorf("customer adds rep: %w", err)
	}
	b.adds[made.WelcomeCode] = i
	return contactEvent("add_external_contact", userID, made.ExternalUserID, made.WelcomeCode, b.at), nil
}

// drain waits until nothing is left to process.
func (b *burst) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	tick := time.NewTicker(drainPoll)
	defer tick.Stop()
	for {
		lag, err := b.app.worker.Lag(ctx)
		if err != nil {
			return fmt.Errorf("wait for the inbox: %w", err)
		}
		if lag.Oldest == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for the inbox: %w", ctx.Err())
		}
	}
}

func (b *burst) readProcessed(ctx context.Context, row *latencyRow) error {
	var items []model.InboxItem
	err := b.app.db.Read(ctx).Select("received_at", "done_at").Where("state IN ?", []model.InboxState{model.InboxDone, model.InboxIgnored}).Find(&items).Error
	if err != nil {
		return fmt.Errorf("read processed callbacks: %w", err)
	}
	var took []time.Duration
	var first, last time.Time
	for _, it := range items {
		took = append(took, it.DoneAt.Sub(it.ReceivedAt))
		if first.IsZero() || it.ReceivedAt.Before(first) {
			first = it.ReceivedAt
		}
		if it.DoneAt.After(last) {
			last = *it.DoneAt
		}
	}
	row.fill(took, last.Sub(first))
	return nil
}

func (b *burst) readWelcomes(r result, row *latencyRow) error {
	b.wecom.mu.Lock()
	defer b.wecom.mu.Unlock()
	var took []time.Duration
	last := r.began
	for code, i := range b.adds {
		at, sent := b.wecom.welcomes[code]
		if !sent {
			return fmt.Errorf("a welcome was never sent; %d of %d were", len(b.wecom.welcomes), len(b.adds))
		}
		took = append(took, at.Sub(r.sent[i]))
		if at.After(last) {
			last = at
		}
	}
	row.fill(took, last.Sub(r.began))
	return nil
}

func (r *latencyRow) fill(took []time.Duration, span time.Duration) {
	r.Count, r.P50, r.P99 = len(took), quantile(took, .5), quantile(took, .99)
	if span > 0 {
		r.PerSecond = float64(len(took)) / span.Seconds()
	}
}
