package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"sixtouch/config"
	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/model/kv"
	"sixtouch/service/account"
	"sixtouch/service/activity"
	"sixtouch/service/audience"
	"sixtouch/service/audit"
	"sixtouch/service/auth"
	"sixtouch/service/calendar"
	"sixtouch/service/checkup"
	"sixtouch/service/contact"
	"sixtouch/service/day"
	"sixtouch/service/inbox"
	"sixtouch/service/inbox/event"
	"sixtouch/service/media"
	"sixtouch/service/privacy"
	"sixtouch/service/report"
	"sixtouch/service/routing"
	"sixtouch/service/runner"
	"sixtouch/service/scoring"
	ladder "sixtouch/service/stage"
	"sixtouch/service/sync"
	"sixtouch/service/touch"
	"sixtouch/service/transfer"
	"sixtouch/service/webhook"
	"sixtouch/service/welcome"
	"sixtouch/sop"
	"sixtouch/sop/channel"
	"sixtouch/web"
	"sixtouch/wecom"
)

// senders is how many WeCom calls of the dispatcher are under way at once.
const senders = 8

// planners is how many shards of due enrollments a replica plans at once.
const planners = 4

// stalled is how long the planner may be silent before the replica says that
// it is not ready.
const stalled = 2 * time.Minute

// countsEvery is how often a replica that answers requests refreshes what it
// counts audiences by.
const countsEvery = time.Minute

// Topics of wake-ups between replicas.
const (
	topicNormal  = "inbox"
	topicWelcome = "welcome"
	topicEngine  = "engine"
	topicMatch   = "match"
)

// appDeps is what a command gives to the product.
type appDeps struct {
	cfg     config.Config
	clock   model.Clock // the engine's; the demo's can be moved
	machine model.Clock // the machine's: sessions must not age with a moved clock
	log     *slog.Logger
	role    string
	migrate bool
	demo    *handler.Demo // nil outside the demo
	enter   string        // what opens the administrator's session by a link; the demo's
}

// app is the product, put together.
type app struct {
	appDeps
	zone     *time.Location
	record   func(ctx context.Context, happening model.Activity) error // what has happened, and all that follows
	db       *model.DB
	kv       *kv.KV
	texts    *web.Catalogue
	client   *wecom.Client
	inbox    *inbox.Inbox
	worker   *inbox.Worker
	contacts *contact.Service
	accounts *account.Service
	audience *audience.Service
	calendar *calendar.Service
	checkup  *checkup.Service
	privacy  *privacy.Service
	routes   *routing.Service
	webhooks *webhook.Service
	scores   *scoring.Service
	stages   *ladder.Service
	imports  *transfer.Service
	welcomes *welcome.Service
	media    *media.Service
	auth     *auth.Service
	audit    *audit.Service
	engine   *sop.Engine
	sync     *sync.Syncer
	handler  http.Handler
	metrics  *prometheus.Registry

	planner, sender, follower, syncer, outsider *runner.Loop
	counts                                      *runner.Loop // of audiences, kept ready
	sweeper, filler, scorer, climber            *runner.Loop
	importer, matcher                           *runner.Loop
	teller                                      *runner.Loop // tells other systems
	hooker                                      *webhook.Sender
	eraser                                      *runner.Loop
	examiner                                    *runner.Loop
	pulse                                       *handler.Pulse            // of the planner
	syncAsked                                   atomic.Pointer[time.Time] // a full synchronisation that begins no earlier
	wakes                                       map[string]*runner.Loop   // by topic: tells the other replicas
}

// newApp puts the product together; nothing runs before its members start.
func newApp(ctx context.Context, deps appDeps) (*app, error) {
	a := &app{appDeps: deps, metrics: prometheus.NewRegistry(), pulse: handler.NewPulse(deps.machine)}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, step := range []func(context.Context) error{a.openStores, a.openWeCom, a.buildServices, a.buildHandler} {
		if err := step(ctx); err != nil {
			a.close()
			return nil, err
		}
	}
	return a, nil
}

func (a *app) openStores(ctx context.Context) (err error) {
	if a.zone, err = time.LoadLocation(a.cfg.Timezone); err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	if a.db, err = openDatabase(ctx, a.cfg, a.clock, a.log); err != nil {
		return err
	}
	if err = a.checkSchema(ctx, a.migrate); err != nil {
		return err
	}
	kv.LogClient(a.log)
	if a.kv, err = kv.Open(ctx, a.cfg.Redis.URL.Reveal(), a.log); err != nil {
		return fmt.Errorf("open Redis: %w", err)
	}
	return nil
}

func (a *app) openWeCom(context.Context) (err error) {
	transport := wecom.NewTransport(nil)
	transport.Install()
	w := a.cfg.WeCom
	a.client, err = wecom.New(wecom.Config{
		BaseURL: w.BaseURL, CorpID: w.CorpID, AgentID: w.AgentID, Secret: w.Secret.Reveal(), Timeout: w.Timeout,
	}, wecom.Deps{
		Tokens: a.kv.Tokens(), Limiter: a.kv.Limiter(), Clock: a.clock, Logger: a.log, Metrics: a.metrics,
		Guard: refuseInTransaction, Transport: transport,
	})
	return err
}

// refuseInTransaction keeps network calls out of transactions, whose locks
// they would hold.
func refuseInTransaction(ctx context.Context) error {
	if model.InTransaction(ctx) {
		return errors.New("a WeCom call inside a database transaction")
	}
	return nil
}

func (a *app) buildServices(context.Context) (err error) {
	a.loops()
	if a.texts, err = web.LoadCatalogue(); err != nil {
		return fmt.Errorf("load texts: %w", err)
	}
	// The line that is the product's flow: who reacts to a happening, in order.
	var pipeline *activity.Pipeline
	record := func(ctx context.Context, happening model.Activity) error { return pipeline.Record(ctx, happening) }
	a.record = record
	a.contacts = contact.New(a.db, record)
	a.accounts = account.New(account.Deps{DB: a.db, Record: record, Zone: a.zone, Logger: a.log, WakeMatcher: a.wakeMatcher, Movers: a.movers()})
	a.privacy = privacy.New(privacy.Deps{DB: a.db, Record: record, Logger: a.log})
	a.audience = audience.New(a.db, a.zone)
	a.routes = routing.New(a.db, record)
	a.webhooks, err = webhook.New(webhook.Deps{
		DB: a.db, Logger: a.log, SecretKey: a.cfg.SecretKey.Reveal(), Private: a.cfg.Webhook.Private, Wake: a.teller.Wake,
	})
	if err != nil {
		return err
	}
	a.hooker = a.webhooks.Sender()
	a.scores = scoring.New(scoring.Deps{DB: a.db, Record: record, Zone: a.zone, MQL: a.mqlMark})
	if a.calendar, err = calendar.New(a.db); err != nil {
		return err
	}
	a.checkup = checkup.New(checkup.Deps{DB: a.db, Examine: a.examine, Wake: a.wakeEngine})
	a.media = media.New(a.db, a.client)
	channels := channel.All(a.client, a.media, a.clock, a.texts.In(web.Lang(a.cfg.Language)))
	a.engine = sop.New(sop.Deps{
		DB: a.db, Calendar: a.calendar.Days, Channels: sop.NewChannels(channels...), Logger: a.log, Wake: a.wakeEngine, TagsMarked: a.contacts.TagsMarked,
		TouchesSettled: a.webhooks.TouchesSettled, CheckMedia: a.media.Check, Record: record,
		Config: sop.Config{
			Zone: a.zone, PageSize: a.cfg.SOP.PageSize, Planners: planners, Lease: a.cfg.SOP.Lease, Settle: a.cfg.SOP.UnknownSettle, Senders: senders,
			PromptGather: a.cfg.SOP.PromptGather, PromptEvery: a.cfg.SOP.PromptEvery,
			LessDays: a.cfg.SOP.LessDays, RemindAfter: a.cfg.SOP.RemindAfter, EscalateTo: userIDs(a.cfg.SOP.EscalateTo), Link: a.cfg.PublicURL + "/touches",
		},
	})
	a.stages = ladder.New(ladder.Deps{DB: a.db, Zone: a.zone, Record: record, Working: a.workdays, Responsible: a.takesMQLs})
	a.imports = transfer.New(transfer.Deps{
		DB: a.db, Accounts: a.accounts, Contacts: a.contacts, Stages: a.stages, Wake: a.wakeEngine, Logger: a.log, Page: a.cfg.Import.PageSize,
	})
	pipeline = activity.New(a.db, a.imports.Appeared(), a.accounts.Guesser(), a.accounts.Matcher(), a.routes.Reactor(),
		contact.Holder{DB: a.db, For: a.cfg.SOP.DeclinedHold}, a.scores, a.stages.Stager(),
		a.engine.Wishes(), a.engine.Enroller(), a.engine.Responses(), a.webhooks.Reactor())
	a.welcomes = welcome.New(welcome.Deps{DB: a.db, Sender: a.client, Messages: a.media, Choose: a.chooseWelcome, Zone: a.zone, Logger: a.log, Metrics: a.metrics})
	a.sync = sync.New(sync.Deps{DB: a.db, Client: a.client, Contacts: a.contacts, Logger: a.log, Metrics: a.metrics})
	a.inbox = inbox.New(a.db, a.log, a.metrics, a.wakeInbox)
	a.worker, err = inbox.NewWorker(a.db, event.All(event.Deps{
		DB: a.db, Client: a.client, Contacts: a.contacts, Welcomes: a.welcomes, Prompts: a.engine, Record: record,
	}), inbox.WorkerOptions{Logger: a.log, Metrics: a.metrics, Normal: a.cfg.Inbox.Workers, Welcome: a.cfg.Inbox.WelcomeWorkers})
	if err != nil {
		return err
	}
	a.audit = audit.New(a.db)
	a.auth, err = auth.New(auth.Deps{
		DB: a.db, Attempts: a.kv.Attempts(), Logger: a.log, Clock: a.machine,
		Password: a.cfg.AdminPassword.Reveal(), SecretKey: a.cfg.SecretKey.Reveal(),
	})
	return err
}

// chooseWelcome offers a programme's welcome step before the configured ones.
func (a *app) chooseWelcome(ctx context.Context, r welcome.Request) (int64, string, model.Content, bool, error) {
	g, ok, err := a.engine.WelcomeContent(ctx, sop.Arrival{
		ChannelState: r.ChannelState, RepUserID: r.RepUserID, ExternalUserID: r.ExternalID, At: r.EventAt,
	})
	return g.SOPID, g.StepKey, g.Content, ok, err
}

// workdays is the calendar in force, for services that only ask which days are
// worked.
func (a *app) workdays(ctx context.Context) (func(time.Time) bool, error) {
	days, err := a.calendar.Days(ctx)
	return days.Working, err
}

// examine runs the doctor's checks on this server.
func (a *app) examine(ctx context.Context, found func(model.Finding)) {
	d := newDoctor(env{Clock: a.clock, Now: a.machine.Now}, a.machine)
	d.found = found
	d.examineRunning(ctx, a.cfg)
}

// takesMQLs is the SDR of an account or who stands in today, 0 for nobody.
func (a *app) takesMQLs(ctx context.Context, accountID int64) (int64, error) {
	charge, err := a.accounts.Responsible(ctx, accountID, account.DutySDR, a.db.Now(ctx))
	if errors.Is(err, model.ErrNotFound) || charge.Reason == account.DutyBothAway {
		return 0, nil
	}
	return charge.RepID, err
}

// movers are what a merge of accounts takes along beside the accounts' own rows.
func (a *app) movers() []account.Mover {
	deals := func(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
		return a.stages.MoveAccount(ctx, from, into, only)
	}
	return []account.Mover{
		{Name: "opportunities", Move: deals}, account.MoveTable(a.db, "handovers"), account.MoveTable(a.db, "stage_events"),
	}
}

// loops are the background work that wakes on a signal or a heartbeat.
func (a *app) loops() {
	a.planner = runner.NewLoop("plan", 0, a.log, a.plan)
	a.sender = runner.NewLoop("send", 0, a.log, a.send)
	a.follower = runner.NewLoop("follow", 0, a.log, a.follow)
	a.scorer = runner.NewLoop("score", 0, a.log, func(ctx context.Context) (bool, error) { return a.scores.Rescore(ctx) })
	a.sweeper = runner.NewLoop("sweep", 0, a.log, func(ctx context.Context) (bool, error) { return a.engine.Sweep(ctx) })
	a.filler = runner.NewLoop("enroll in bulk", 0, a.log, func(ctx context.Context) (bool, error) { return a.engine.RunJobs(ctx) })
	a.importer = runner.NewLoop("import", 0, a.log, func(ctx context.Context) (bool, error) { return a.imports.Run(ctx) })
	a.matcher = runner.NewLoop("match", 0, a.log, func(ctx context.Context) (bool, error) { return a.accounts.MatchDue(ctx) })
	a.eraser = runner.NewLoop("erase", 0, a.log, func(ctx context.Context) (bool, error) { return a.privacy.Run(ctx) })
	a.examiner = runner.NewLoop("check-up", 0, a.log, func(ctx context.Context) (bool, error) { return a.checkup.Run(ctx) })
	a.syncer = runner.NewLoop("sync", 0, a.log, a.synchronise)
	a.outsider = runner.NewLoop("count what others sent", 0, a.log, func(ctx context.Context) (bool, error) { return a.engine.ReadOutside(ctx) })
	a.climber = runner.NewLoop("move stages by time", 0, a.log, func(ctx context.Context) (bool, error) { return a.stages.Tick(ctx) })
	a.counts = runner.NewLoop("audience counts", countsEvery, a.log, func(ctx context.Context) (bool, error) { return false, a.audience.Refresh(ctx) })
	a.teller = runner.NewLoop("tell other systems", 0, a.log, func(ctx context.Context) (bool, error) { return a.hooker.Send(ctx) })
	a.wakes = map[string]*runner.Loop{}
	for _, topic := range []string{topicNormal, topicWelcome, topicEngine, topicMatch} {
		a.wakes[topic] = runner.NewLoop("wake "+topic, 0, a.log, func(ctx context.Context) (bool, error) {
			return false, a.kv.Wakes().Publish(ctx, topic)
		})
	}
}

func (a *app) plan(ctx context.Context) (bool, error) {
	a.pulse.Beat()
	if err := a.engine.Plan(ctx); err != nil {
		return false, err
	}
	return false, a.engine.Group(ctx)
}

func (a *app) send(ctx context.Context) (bool, error) {
	calls, err := a.engine.Dispatch(ctx)
	if err != nil {
		return false, err
	}
	cards, err := a.engine.UpdateCards(ctx)
	return calls || cards, err
}

func (a *app) follow(ctx context.Context) (bool, error) {
	if err := a.engine.Rescue(ctx); err != nil {
		return false, err
	}
	unknown, err := a.engine.Reconcile(ctx)
	if err != nil {
		return false, err
	}
	recalled, err := a.engine.Recall(ctx)
	if err != nil {
		return false, err
	}
	sent, err := a.engine.Poll(ctx)
	if err != nil {
		return false, err
	}
	chased, err := a.engine.Chase(ctx)
	return unknown || recalled || sent || chased, err
}

// userIDs reads a list with commas.
func userIDs(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// wakeEngine, wakeMatcher, wakeInbox tell this replica and the others that there
// is work.
func (a *app) wakeEngine()  { a.heard(topicEngine); a.wakes[topicEngine].Wake() }
func (a *app) wakeMatcher() { a.heard(topicMatch); a.wakes[topicMatch].Wake() }

func (a *app) wakeInbox(lane model.Lane) {
	topic := topicNormal
	if lane == model.LaneWelcome {
		topic = topicWelcome
	}
	a.heard(topic)
	a.wakes[topic].Wake()
}

// heard wakes this replica's loops.
func (a *app) heard(topic string) {
	switch topic {
	case topicEngine:
		a.planner.Wake()
		a.sender.Wake()
		a.filler.Wake()
		a.importer.Wake()
		a.examiner.Wake()
	case topicMatch:
		a.matcher.Wake()
	case topicNormal:
		a.worker.Wake(model.LaneNormal)
	case topicWelcome:
		a.worker.Wake(model.LaneWelcome)
	}
}

// members are the services of the replica's role, in the order of their start.
func (a *app) members() []runner.Member {
	list := []runner.Member{{Name: "inbox", Service: a.inbox}}
	for topic, loop := range a.wakes {
		list = append(list, runner.Member{Name: "wake " + topic, Service: loop})
	}
	if a.role != roleWorker {
		list = append(list, runner.Member{Name: "audience counts", Service: a.counts})
	}
	if a.role == roleWeb {
		return list
	}
	return append(list,
		runner.Member{Name: "worker", Service: a.worker},
		runner.Member{Name: "send", Service: a.sender},
		runner.Member{Name: "follow", Service: a.follower},
		runner.Member{Name: "plan", Service: a.planner},
		runner.Member{Name: "sweep", Service: a.sweeper},
		runner.Member{Name: "score", Service: a.scorer},
		runner.Member{Name: "enroll in bulk", Service: a.filler},
		runner.Member{Name: "move stages by time", Service: a.climber},
		runner.Member{Name: "import", Service: a.importer},
		runner.Member{Name: "match", Service: a.matcher},
		runner.Member{Name: "erase", Service: a.eraser},
		runner.Member{Name: "check-up", Service: a.examiner},
		runner.Member{Name: "sync", Service: a.syncer},
		runner.Member{Name: "tell other systems", Service: a.teller},
		runner.Member{Name: "count what others sent", Service: a.outsider},
		runner.Member{Name: "listen for wake-ups", Service: a.listenForWakes()},
		runner.Member{Name: "heartbeat", Service: heartbeat(a.log, a.schedule())},
	)
}

func (a *app) listenForWakes() runner.Service {
	quit, done := make(chan struct{}), make(chan struct{})
	return runner.Hook{
		OnStart: func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			go func() { <-quit; cancel() }()
			go func() {
				defer close(done)
				a.kv.Wakes().Subscribe(ctx, a.heard)
			}()
			return nil
		},
		OnStop: func() { close(quit); <-done },
	}
}

// close closes what newApp opened.
func (a *app) close() {
	var errs []error
	if a.hooker != nil {
		a.hooker.Close()
	}
	if a.kv != nil {
		errs = append(errs, a.kv.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if err := errors.Join(errs...); err != nil {
		a.log.Warn("close stores", "error", err)
	}
}

func (a *app) buildHandler(context.Context) error {
	receivers, err := a.receivers()
	if err != nil {
		return err
	}
	reports, touches := report.New(a.db, a.zone), touch.New(a.db)
	pages, err := handler.NewPages(handler.PageDeps{
		Texts: a.texts, Zone: a.zone, Clock: a.clock, Contacts: a.contacts, Touches: touches, Reports: reports,
		Engine: a.engine, Auth: a.auth, Demo: a.demo,
	})
	if err != nil {
		return fmt.Errorf("build pages: %w", err)
	}
	a.metrics.MustRegister(report.NewMetrics(a.db, a.log))
	app, err := handler.NewApp(a.demo != nil)
	if err != nil {
		return fmt.Errorf("read the web app: %w", err)
	}
	deps := handler.Deps{
		Engine: a.engine, Contacts: a.contacts, Touches: touches, Reports: reports, Auth: a.auth, Privacy: a.privacy,
		Audiences: a.audience, Calendar: a.calendar, Routes: a.routes, Webhooks: a.webhooks, Scores: a.scores, Stages: a.stages,
		Imports: a.imports, Accounts: a.accounts, Days: day.New(a.db, a.zone), Signer: a.client,
		Inbox: a.worker, Welcomes: a.welcomes, Media: a.media, Syncs: a.sync, Checkup: a.checkup,
		StartSync: a.startSync,
		Texts:     a.texts, Logger: a.log, Clock: a.clock, Machine: a.machine, Metrics: a.metrics, PublicURL: a.cfg.PublicURL,
		Ready: a.checks(), Audit: a.audit, Demo: a.demo != nil, EnterToken: a.enter,
		SignIn: handler.SignIn{Member: a.client.MemberByCode, SignIn: wecom.SignIn{
			AuthorizeURL: a.cfg.WeCom.AuthorizeURL, LoginURL: a.cfg.WeCom.LoginURL, CorpID: a.cfg.WeCom.CorpID, AgentID: a.cfg.WeCom.AgentID,
		}},
		App: app,
		Mount: []func(open, guarded gin.IRoutes){pages.Mount, app.Mount, func(open, _ gin.IRoutes) {
			handler.RegisterCallbacks(open, receivers, a.inbox.Accept, a.log, a.metrics)
		}},
		ProblemPage: pages.Problem,
	}
	if a.demo != nil {
		deps.PlayAs = a.auth.SignInMember
	}
	if a.handler, err = handler.New(deps); err != nil {
		return fmt.Errorf("build routes: %w", err)
	}
	return nil
}

// checks are what must be right before traffic is let in. A worker that has
// stopped turning round is as bad as a database that is gone.
func (a *app) checks() []handler.Check {
	list := []handler.Check{
		{Name: "database", Run: a.db.Ping},
		{Name: "schema", Run: func(ctx context.Context) error { return a.checkSchema(ctx, false) }},
		{Name: "redis", Run: a.kv.Ping},
	}
	if a.role != roleWeb {
		list = append(list, a.pulse.Check("planner", stalled))
	}
	return list
}

// receivers are the callbacks that WeCom has been told of.
func (a *app) receivers() (map[string]*wecom.Receiver, error) {
	w := a.cfg.WeCom
	out := map[string]*wecom.Receiver{}
	for name, keys := range map[string][2]config.Secret{
		"contact": {w.ContactToken, w.ContactAESKey}, "app": {w.AppToken, w.AppAESKey}, "kf": {w.KFToken, w.KFAESKey},
	} {
		if keys[0] == "" {
			continue
		}
		r, err := wecom.NewReceiver(w.CorpID, keys[0].Reveal(), keys[1].Reveal())
		if err != nil {
			return nil, fmt.Errorf("callback %s: %w", name, err)
		}
		out[name] = r
	}
	return out, nil
}
