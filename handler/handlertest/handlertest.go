// Package handlertest runs requests through the whole router, with real
// services on a real database and a simulated WeCom, and holds every answer of
// the JSON API against openapi.yaml. Tests import it, nothing else.
package handlertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/model/kv" //nolint:depguard // only tests import this package
	"sixtouch/model/modeltest"
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
	"sixtouch/service/media"
	"sixtouch/service/privacy"
	"sixtouch/service/report"
	"sixtouch/service/routing"
	"sixtouch/service/scoring"
	"sixtouch/service/stage"
	"sixtouch/service/sync"
	"sixtouch/service/touch"
	"sixtouch/service/transfer"
	"sixtouch/service/webhook"
	"sixtouch/service/welcome"
	"sixtouch/sop"
	"sixtouch/sop/channel"
	"sixtouch/web"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"         //nolint:depguard // only tests import this package
	"sixtouch/wecom/sim/simtest" //nolint:depguard // only tests import this package
)

// Password is the administrator's.
const Password = "correct horse battery staple"

// Who sends a request.
const (
	Nobody  = ""
	Admin   = "admin" // tokens with these roles
	Market  = "marketer"
	Manager = "manager"
	Reader  = "read"
	Session = "session" // the administrator's browser
)

// App is a whole server without listener and loops.
type App struct {
	DB       *model.DB
	Clock    *modeltest.Clock
	WeCom    *simtest.World
	Engine   *sop.Engine
	Scores   *scoring.Service
	Record   func(ctx context.Context, a model.Activity) error // through the pipeline, inside a transaction
	Auth     *auth.Service
	Imports  *transfer.Service
	Accounts *account.Service
	Router   *gin.Engine
	Texts    *web.Catalogue
	Spec     *openapi3.T
	Log      *Buffer // what the handlers logged
	Checkup  *checkup.Service
	Synced   int   // how often a synchronisation was asked for
	Ready    error // what the readiness check "part" answers
	Metrics  *prometheus.Registry

	tokens  map[string]string
	session string
	paths   routers.Router
}

// Buffer is a log that many goroutines write to.
type Buffer struct {
	mu  gosync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns what was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// checkup finds one fault that is mended in WeCom's console.
func (a *App) checkup(db *model.DB) *checkup.Service {
	text := func(zh, en string) model.Bilingual { return model.Bilingual{ZH: zh, EN: en} }
	a.Checkup = checkup.New(checkup.Deps{DB: db, Wake: func() {}, Examine: func(_ context.Context, found func(model.Finding)) {
		found(model.Finding{Check: "database", Status: "ok", Title: text("数据库", "database"), Detail: text("可以连接", "reachable")})
		found(model.Finding{
			Check: "agent", Status: "fault", Title: text("应用", "app"), Detail: text("已被停用", "disabled"), Advice: text("请启用它", "enable it"),
		})
	}})
	return a.Checkup
}

// New builds the server on db. Each option may change its settings.
func New(t *testing.T, db *model.DB, clock *modeltest.Clock, options ...func(*handler.Deps)) *App {
	t.Helper()
	a := &App{DB: db, Clock: clock, Log: &Buffer{}, Metrics: prometheus.NewRegistry(), tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(a.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	client := a.client(t, log)
	store, err := kv.Open(t.Context(), "", log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })

	files := media.New(db, client)
	days, err := calendar.New(db)
	require.NoError(t, err)
	texts, err := web.LoadCatalogue()
	require.NoError(t, err)
	a.Texts = texts
	a.Engine = sop.New(sop.Deps{
		DB: db, Calendar: days.Days, Logger: log, Channels: sop.NewChannels(channel.All(client, files, clock, texts.In(web.Chinese))...),
		CheckMedia: files.Check, Config: sop.Config{Zone: zone, PageSize: 100, Lease: time.Minute, Settle: time.Minute, Senders: 8},
	})
	var pipeline *activity.Pipeline
	record := func(ctx context.Context, happening model.Activity) error { return pipeline.Record(ctx, happening) }
	routes := routing.New(db, record)
	var stages *stage.Service
	a.Scores = scoring.New(scoring.Deps{DB: db, Record: record, Zone: zone, MQL: func(ctx context.Context) (scoring.MQLMark, error) {
		_, rules, err := stages.InForce(ctx)
		return scoring.MQLMark{Score: rules.MQL.Score, Fit: rules.MQL.Fit, Actions: rules.MQL.Actions}, err
	}})
	a.Record = record
	stages = stage.New(stage.Deps{
		DB: db, Zone: zone, Record: record,
		Working: func(ctx context.Context) (func(time.Time) bool, error) {
			d, err := days.Days(ctx)
			return d.Working, err
		},
	})
	contacts := contact.New(db, record)
	accounts := account.New(account.Deps{DB: db, Record: record, Zone: zone, Logger: log})
	a.Accounts = accounts
	a.Imports = transfer.New(transfer.Deps{DB: db, Accounts: accounts, Contacts: contacts, Stages: stages, Wake: func() {}, Logger: log})
	hooks, err := webhook.New(webhook.Deps{DB: db, Logger: log, SecretKey: "a key for tests"})
	require.NoError(t, err)
	pipeline = activity.New(db, a.Imports.Appeared(), accounts.Guesser(), accounts.Matcher(), routes.Reactor(),
		contact.Holder{DB: db, For: 30 * 24 * time.Hour}, a.Scores, stages.Stager(), a.Engine.Wishes(), a.Engine.Enroller(), a.Engine.Responses(), hooks.Reactor())
	a.Auth, err = auth.New(auth.Deps{
		DB: db, Attempts: store.Attempts(), Logger: log, Clock: clock, Password: Password, SecretKey: "a key for tests",
	})
	require.NoError(t, err)
	worker, err := inbox.NewWorker(db, nil, inbox.WorkerOptions{Logger: log})
	require.NoError(t, err)
	deps := handler.Deps{
		Engine: a.Engine, Contacts: contacts, Touches: touch.New(db), Privacy: privacy.New(privacy.Deps{DB: db, Record: record, Logger: log}), Reports: report.New(db, zone),
		Audiences: audience.New(db, zone), Calendar: days, Routes: routes, Webhooks: hooks, Scores: a.Scores, Stages: stages,
		Imports: a.Imports, Accounts: accounts, Days: day.New(db, zone), Signer: client,
		Auth: a.Auth, Inbox: worker, Welcomes: welcome.New(welcome.Deps{DB: db, Sender: client, Messages: files, Zone: zone, Logger: log}),
		Media: files,
		Audit: audit.New(db),
		SignIn: handler.SignIn{Member: client.MemberByCode, SignIn: wecom.SignIn{
			AuthorizeURL: a.WeCom.URL + "/sim", LoginURL: a.WeCom.URL + "/sim", CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID,
		}},
		Checkup:   a.checkup(db),
		Syncs:     sync.New(sync.Deps{DB: db, Client: client, Contacts: contacts, Logger: log, Metrics: a.Metrics}),
		StartSync: func(context.Context) error { a.Synced++; return nil },
		Texts:     texts, Logger: log, Clock: clock, Machine: clock, Metrics: a.Metrics, PublicURL: "http://example.com",
		Ready: []handler.Check{{Name: "part", Run: func(context.Context) error { return a.Ready }}},
	}
	pages, err := handler.NewPages(handler.PageDeps{
		Texts: texts, Zone: zone, Clock: clock, Contacts: deps.Contacts, Touches: deps.Touches, Reports: deps.Reports,
		Engine: a.Engine, Auth: a.Auth,
	})
	require.NoError(t, err)
	deps.Mount = []func(open, guarded gin.IRoutes){pages.Mount}
	deps.ProblemPage = pages.Problem
	for _, o := range options {
		o(&deps)
	}
	a.Router, err = handler.New(deps)
	require.NoError(t, err)
	a.signIn(t)
	a.loadSpec(t)
	return a
}

func (a *App) client(t *testing.T, log *slog.Logger) *wecom.Client {
	t.Helper()
	callbacks := sim.Callbacks{App: sim.Receiver{URL: "http://127.0.0.1:1/", Token: "token", AESKey: strings.Repeat("a", 43)}}
	a.WeCom = simtest.Start(t, sim.Options{Now: a.Clock.Now, Callbacks: callbacks})
	transport := wecom.NewTransport(nil)
	t.Cleanup(transport.CloseIdleConnections)
	client, err := wecom.New(wecom.Config{
		BaseURL: a.WeCom.URL, CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Timeout: 5 * time.Second,
	}, wecom.Deps{Clock: a.Clock, Logger: log, Transport: transport, Guard: func(ctx context.Context) error {
		if model.InTransaction(ctx) {
			return model.Conflict("a call inside a transaction")
		}
		return nil
	}})
	require.NoError(t, err)
	return client
}

func (a *App) signIn(t *testing.T) {
	t.Helper()
	for _, role := range []auth.Role{auth.RoleAdmin, auth.RoleMarketer, auth.RoleManager, auth.RoleRead} {
		_, text, err := a.Auth.CreateToken(t.Context(), "test "+string(role), role)
		require.NoError(t, err)
		a.tokens[string(role)] = text
	}
	var err error
	a.session, err = a.Auth.StartSession(t.Context(), auth.Administrator(), auth.Device{Way: auth.WayPassword})
	require.NoError(t, err)
}

// Bearer is the header of a token with that role.
func (a *App) Bearer(role string) http.Header {
	return http.Header{"Authorization": {"Bearer " + a.tokens[role]}}
}

func (a *App) loadSpec(t *testing.T) {
	t.Helper()
	answer := a.Do(t, Request{URL: "/api/openapi.json", As: Reader})
	require.Equal(t, http.StatusOK, answer.Code)
	var err error
	a.Spec, err = openapi3.NewLoader().LoadFromData(answer.Body.Bytes())
	require.NoError(t, err, "read the specification")
	a.paths, err = legacy.NewRouter(a.Spec)
	require.NoError(t, err, "the specification is faulty")
}

// Request is one request; Method is GET unless given.
type Request struct {
	Method string
	URL    string
	As     string
	Body   string // JSON
	Header http.Header
}

// Do sends a request. An answer of the API must be what openapi.yaml promises.
func (a *App) Do(t *testing.T, r Request) *httptest.ResponseRecorder {
	t.Helper()
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	req := httptest.NewRequestWithContext(t.Context(), r.Method, r.URL, strings.NewReader(r.Body))
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	switch {
	case r.As == Session:
		req.AddCookie(&http.Cookie{Name: "sixtouch_session", Value: a.session})
	case r.As != Nobody:
		req.Header.Set("Authorization", "Bearer "+a.tokens[r.As])
	}
	answer := httptest.NewRecorder()
	a.Router.ServeHTTP(answer, req)
	if a.paths != nil && strings.HasPrefix(req.URL.Path, "/api/v1/") {
		a.holdToSpec(t, req, answer)
	}
	return answer
}

func (a *App) holdToSpec(t *testing.T, req *http.Request, answer *httptest.ResponseRecorder) {
	t.Helper()
	route, params, err := a.paths.FindRoute(req)
	if err != nil {
		require.GreaterOrEqual(t, answer.Code, 400, "an answer that the specification does not know: %s %s", req.Method, req.URL.Path)
		return
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 answer.Code,
		Header:                 answer.Header(),
		Body:                   io.NopCloser(bytes.NewReader(answer.Body.Bytes())),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true},
	})
	require.NoError(t, err, "%s %s answered %d, unlike the specification: %s", req.Method, req.URL, answer.Code, answer.Body)
}

// Scenario is a request with what must come of it. Touches and Sends are how
// many rows of the touch log and calls to WeCom it makes: silence unless said.
type Scenario struct {
	Name        string
	Method      string
	URL         string
	As          string
	Body        string
	Header      http.Header
	Status      int
	Contains    []string
	NotContains []string
	Touches     int
	Sends       int
}

// Run plays scenarios in order on the same server.
func (a *App) Run(t *testing.T, scenarios ...Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			touches, sends := a.count(t)
			answer := a.Do(t, Request{Method: s.Method, URL: s.URL, As: s.As, Body: s.Body, Header: s.Header})
			require.Equal(t, s.Status, answer.Code, "%s", answer.Body)
			for _, part := range s.Contains {
				require.Contains(t, answer.Body.String(), part)
			}
			for _, part := range s.NotContains {
				require.NotContains(t, answer.Body.String(), part)
			}
			touchesAfter, sendsAfter := a.count(t)
			require.Equal(t, s.Touches, touchesAfter-touches, "rows in the touch log")
			require.Equal(t, s.Sends, sendsAfter-sends, "calls to WeCom")
		})
	}
}

func (a *App) count(t *testing.T) (touches, sends int) {
	t.Helper()
	var n int64
	require.NoError(t, a.DB.Read(t.Context()).Model(&model.Touch{}).Count(&n).Error)
	for _, path := range []string{"externalcontact/add_msg_template", "externalcontact/send_welcome_msg", "message/send", "externalcontact/mark_tag"} {
		sends += a.WeCom.Calls("/cgi-bin/" + path)
	}
	return int(n), sends
}

// Rep stores a member who may have customers.
func (a *App) Rep(t *testing.T, userID string, departments ...int64) int64 {
	t.Helper()
	rep := model.Rep{UserID: userID, Name: "销售" + userID, Status: 1, CanFollow: true, DepartmentIDs: model.AsJSON(departments)}
	require.NoError(t, a.DB.Conn(t.Context()).Create(&rep).Error)
	return rep.ID
}

// Person stores a rep (once per userid), a contact and their relationship.
func (a *App) Person(t *testing.T, userID, name string) model.Relationship {
	t.Helper()
	conn, now := a.DB.Conn(t.Context()), a.DB.Now(t.Context())
	rep := model.Rep{UserID: userID, Name: "销售" + userID, Status: 1, CanFollow: true}
	require.NoError(t, conn.Where("userid = ?", userID).FirstOrCreate(&rep).Error)
	c := model.Contact{ExternalUserID: fmt.Sprintf("wm-%s-%s", userID, name), Name: name, Type: 1, FirstAddedAt: &now}
	require.NoError(t, conn.Create(&c).Error)
	r := model.Relationship{RepID: rep.ID, ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now}
	require.NoError(t, conn.Create(&r).Error)
	return r
}
