package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"sixtouch/config"
	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/service/runner"
	"sixtouch/wecom/sim"
)

// The demo's rhythm: somebody sits in front of it and waits.
const (
	demoTick = time.Second
	demoPoll = 2 * time.Second
)

func demoCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "demo", Short: "Everything in one process, nothing to install: server, simulated WeCom, a seeded company", Args: cobra.NoArgs,
		Long: "Starts the server on SQLite with a simulated WeCom, 20 reps, 2,000 contacts and a live SOP,\n" +
			"on a clock that can be moved. It keeps its data; --fresh starts over. It reads no settings.\n" +
			"With --db it plays on another database, which must be empty at first.",
	}
	addr := cmd.Flags().String("addr", "127.0.0.1:8080", "listen address")
	data := cmd.Flags().String("data", "./data/demo", "folder of the demo's data")
	fresh := cmd.Flags().Bool("fresh", false, "forget the old demo and start over")
	db := cmd.Flags().String("db", "", "database instead of the folder's own, such as mysql://user:password@host/name")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *fresh && *db != "" {
			return model.Invalid("fresh", "empties the folder, not the database of --db: empty that yourself and choose another folder with --data")
		}
		return runDemo(cmd.Context(), e, demoOptions{addr: *addr, data: *data, fresh: *fresh, db: *db})
	}
	return cmd
}

// demoOptions are what the command is told.
type demoOptions struct {
	addr, data string
	fresh      bool
	db         string // DSN; empty: SQLite in the folder
}

// runDemo runs until ctx ends. The port comes first, and then the folder: while
// another demo holds either, that demo's data are left alone.
func runDemo(ctx context.Context, e env, o demoOptions) error {
	mux := http.NewServeMux()
	log := slog.New(slog.DiscardHandler)
	public, err := listen(ctx, o.addr, mux, log)
	if err != nil {
		return err
	}
	defer public.listener.Close() // closed by the server, if it came to serve
	lock, err := lockDemoFolder(o.data)
	if err != nil {
		return err
	}
	defer lock.Close() // one that cannot be closed ends with the process
	folder, err := openDemoFolder(o.data, o.fresh)
	if err != nil {
		return err
	}
	logFile, err := os.OpenFile(folder.file(demoLogFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the demo's log: %w", err)
	}
	defer logFile.Close() // a log that cannot be closed is no reason to fail
	d := &demo{env: e, db: o.db, folder: folder, public: public, mux: mux, log: slog.New(slog.NewTextHandler(logFile, nil))}
	return d.run(ctx)
}

// demo is the product and the simulated WeCom in one process.
type demo struct {
	env
	db     string // DSN; empty: SQLite in the folder
	folder *demoFolder
	public *httpServer // the product, for people and for callbacks
	wecom  *httpServer // the simulated WeCom, for the product alone
	mux    *http.ServeMux
	log    *slog.Logger
	sim    *sim.Sim
	app    *app
}

func (d *demo) run(ctx context.Context) (err error) {
	d.sim, err = sim.New(sim.Options{Now: d.Now, StateFile: d.folder.file(demoSimFile), Logger: d.log})
	if err != nil {
		return fmt.Errorf("start simulator: %w", err)
	}
	defer func() { err = errors.Join(err, d.sim.Close()) }()
	if d.wecom, err = listen(ctx, "127.0.0.1:0", d.sim.Handler(), d.log); err != nil {
		return err
	}
	defer d.wecom.listener.Close() // closed by the server, if it came to serve
	control := inProcess{d.sim.Handler()}
	play := &handler.Demo{Simulator: control, NewCustomer: cast{}.customer, Script: sim.Script()}
	d.app, err = newApp(ctx, appDeps{
		cfg: d.config(), clock: d.sim.Clock(), machine: d.Clock, log: d.log, role: roleAll, migrate: true, demo: play, enter: d.folder.EnterToken,
	})
	if err != nil {
		return err
	}
	defer d.app.close()
	play.Settle = func(ctx context.Context) error { return d.settle(ctx, control) }
	play.Busy = func(ctx context.Context) (int64, error) { return d.busy(ctx, control) }
	play.Moved = d.moved
	d.mount()
	d.sim.SetCallbacks(sim.Callbacks{
		Contact: sim.Receiver{URL: d.url("/callback/contact"), Token: d.folder.ContactToken, AESKey: d.folder.ContactKey},
		App:     sim.Receiver{URL: d.url("/callback/app"), Token: d.folder.AppToken, AESKey: d.folder.AppKey},
	})
	return runUntilDone(ctx, runner.NewGroup(d.log, shutdownBudget, d.members(control)...), d.public)
}

// members are the parts in the order of their start: the product can only be
// seeded when WeCom answers, and is only then shown.
func (d *demo) members(control simulatorControl) []runner.Member {
	list := []runner.Member{
		{Name: "simulated WeCom", Service: d.wecom},
		{Name: "seed", Service: runner.Hook{OnStart: func(ctx context.Context) error { return d.seed(ctx, control) }}},
	}
	list = append(list, d.app.members()...)
	return append(list,
		runner.Member{Name: "hurry", Service: heartbeat(d.log, []job{{"look at results at once", every(demoPoll), d.moved}})},
		runner.Member{Name: "http", Service: d.public},
		runner.Member{Name: "greeting", Service: runner.Hook{OnStart: func(context.Context) error { return d.greet(d.Out) }}},
	)
}

func (d *demo) seed(ctx context.Context, control simulatorControl) error {
	if d.folder.Seeded {
		return nil
	}
	switch _, err := d.app.sync.Last(ctx); {
	case err == nil:
		return model.Conflict("the database holds data already: give --db an empty one, and --data the folder that belongs to it")
	case model.CodeOf(err) != model.CodeNotFound:
		return fmt.Errorf("look whether the database is empty: %w", err)
	}
	fmt.Fprintln(d.Out, "正在准备演示数据…  Preparing the demo…")
	if err := seedDemo(ctx, d.app, control); err != nil {
		return err
	}
	return d.folder.setSeeded()
}

// config is the demo's own: it reads no environment and no file.
func (d *demo) config() config.Config {
	cfg := config.Defaults()
	cfg.HTTP.Addr, cfg.PublicURL = d.public.Addr(), d.url("")
	cfg.DB.DSN = config.DSN(cmp.Or(d.db, "sqlite:"+d.folder.file(demoDBFile)))
	cfg.AdminPassword, cfg.SecretKey = config.Secret(d.folder.Password), config.Secret(d.folder.SecretKey)
	cfg.SOP.Tick, cfg.SOP.PollEvery = demoTick, demoPoll
	w := &cfg.WeCom
	w.BaseURL, w.CorpID, w.AgentID, w.Secret = "http://"+d.wecom.Addr(), sim.DefaultCorpID, sim.DefaultAgentID, sim.DefaultSecret
	if d.simulatorShown() {
		w.AuthorizeURL, w.LoginURL = d.url("/sim"), d.url("/sim")
	} else {
		w.AuthorizeURL, w.LoginURL = "", ""
	}
	w.ContactToken, w.ContactAESKey = config.Secret(d.folder.ContactToken), config.Secret(d.folder.ContactKey)
	w.AppToken, w.AppAESKey = config.Secret(d.folder.AppToken), config.Secret(d.folder.AppKey)
	return cfg
}

// mount serves the product, and the simulator beside it where nobody but this
// machine can reach it: whoever reaches it plays everybody.
func (d *demo) mount() {
	d.mux.Handle("/", d.app.handler)
	if d.simulatorShown() {
		simulator := http.NewCrossOriginProtection().Handler(d.sim.Handler())
		d.mux.Handle("/sim/", simulator)
		d.mux.Handle("/sim/wx.js", d.app.handler)
		d.mux.Handle("/cgi-bin/", simulator)
	}
}

func (d *demo) simulatorShown() bool {
	host, _, err := net.SplitHostPort(d.public.Addr())
	return err == nil && net.ParseIP(host).IsLoopback()
}

// url is an address of the product, as this machine reaches it.
func (d *demo) url(path string) string {
	host, port, err := net.SplitHostPort(d.public.Addr())
	if err != nil {
		return "http://" + d.public.Addr() + path
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + path
}

// Bounds of waiting for callbacks to be processed.
const (
	settleFor   = 5 * time.Second
	settleEvery = 20 * time.Millisecond
)

// settle waits until no callback is on its way or unprocessed. It gives up
// after settleFor: a clock that never moves would be worse.
func (d *demo) settle(ctx context.Context, control simulatorControl) error {
	ctx, cancel := context.WithTimeout(ctx, settleFor)
	defer cancel()
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		open, err := d.unprocessed(ctx, control)
		if err == nil && open == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// unprocessed counts the callbacks on their way or waiting.
func (d *demo) unprocessed(ctx context.Context, control simulatorControl) (int64, error) {
	var corp struct{ Callbacks struct{ Pending int64 } }
	if err := control.Call(ctx, http.MethodGet, "/sim/state", nil, &corp); err != nil {
		return 0, fmt.Errorf("ask for callbacks under way: %w", err)
	}
	var open int64
	err := d.app.db.Read(ctx).Model(&model.InboxItem{}).
		Where("state IN ?", []model.InboxState{model.InboxReceived, model.InboxProcessing}).Count(&open).Error
	if err != nil {
		return 0, fmt.Errorf("count callbacks to process: %w", err)
	}
	return open + corp.Callbacks.Pending, nil
}

// busy counts what the engine has yet to do at the clock's time.
func (d *demo) busy(ctx context.Context, control simulatorControl) (int64, error) {
	total, err := d.unprocessed(ctx, control)
	if err != nil {
		return 0, err
	}
	now := d.app.db.Now(ctx)
	for what, q := range map[string]*gorm.DB{
		"steps to plan":         d.app.db.Read(ctx).Model(&model.Enrollment{}).Where("state = ? AND next_due_at <= ?", model.EnrollmentActive, now),
		"messages to hand over": d.app.db.Read(ctx).Model(&model.Dispatch{}).Where("state IN ? AND next_at <= ?", []model.DispatchState{model.DispatchQueued, model.DispatchSending}, now),
	} {
		var n int64
		if err := q.Count(&n).Error; err != nil {
			return 0, fmt.Errorf("count %s: %w", what, err)
		}
		total += n
	}
	return total, nil
}

// moved lets the engine look now at what it would look at in a while: time has
// jumped, or a rep has confirmed in front of somebody's eyes.
func (d *demo) moved(ctx context.Context) error {
	now := d.app.db.Now(ctx)
	err := d.app.db.Conn(ctx).Model(&model.Dispatch{}).
		Where("state = ? AND channel = 'group_message' AND next_at > ?", model.DispatchSent, now).Update("next_at", now).Error
	if err != nil {
		return fmt.Errorf("bring result polling forward: %w", err)
	}
	d.app.planner.Wake()
	d.app.sweeper.Wake()
	d.app.scorer.Wake()
	d.app.sender.Wake()
	d.app.follower.Wake()
	return nil
}

// greet prints where to go and what to try.
func (d *demo) greet(w io.Writer) error {
	_, err := fmt.Fprintf(w, `
  六触 Sixtouch 演示 · demo

  打开 open      %[1]s
  密码 password  %[2]s
  数据 data      %[3]s

  导览 tour      %[1]s?next=/phones
  模拟手机里有七步导览：看客户、员工和六触各看到什么；也可以自己拨时间、开故障。
  The simulated phones have a tour of seven clicks: what a customer, a rep and
  Sixtouch see; or move the clock and switch faults on yourself.

  Ctrl-C 结束，数据保留；--fresh 重新开始          Ctrl-C stops and keeps the data; --fresh starts over

`, d.url("/enter/"+d.folder.EnterToken), d.folder.Password, d.folder.path)
	return err
}

// inProcess calls a handler as if over HTTP.
type inProcess struct{ handler http.Handler }

// Call sends in as JSON and reads the answer into out; both may be nil. What
// the simulator refuses is an error in its words.
func (p inProcess) Call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://simulator"+path, &body)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	w := &answer{header: http.Header{}, status: http.StatusOK}
	p.handler.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		var refusal struct{ Error string }
		if err := json.Unmarshal(w.body.Bytes(), &refusal); err != nil || refusal.Error == "" {
			return fmt.Errorf("the simulator answered %d", w.status)
		}
		return errors.New(refusal.Error)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(w.body.Bytes(), out); err != nil {
		return fmt.Errorf("read the simulator's answer: %w", err)
	}
	return nil
}

// answer keeps a response in memory.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
