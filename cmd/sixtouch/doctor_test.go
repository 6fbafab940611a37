package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"sixtouch/config"
	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

const doctorKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// patient is a healthy installation, to be made ill.
type patient struct {
	t     *testing.T
	wecom *simtest.World
	vars  map[string]string
	clock model.Clock
	now   func() time.Time
	front *httptest.Server
}

// shiftedClock is wrong by a fixed amount.
type shiftedClock time.Duration

func (s shiftedClock) Now() time.Time { return time.Now().Add(time.Duration(s)) }

func newPatient(t *testing.T, apps ...sim.App) *patient {
	t.Helper()
	p := &patient{t: t, wecom: simtest.Start(t, sim.Options{Now: time.Now, Apps: apps}), clock: model.SystemClock{}, now: time.Now}
	p.wecom.Member("lin.qiao", "林乔")
	p.front = httptest.NewServer(callbackRoutes(t, "token"))
	t.Cleanup(p.front.Close)
	p.vars = map[string]string{
		"SIXTOUCH_DB_DSN": "sqlite:" + filepath.Join(t.TempDir(), "sixtouch.db"), "SIXTOUCH_SECRET_KEY": strings.Repeat("k", 32),
		"SIXTOUCH_PUBLIC_URL": p.front.URL, "SIXTOUCH_WECOM_BASE_URL": p.wecom.URL,
		"SIXTOUCH_WECOM_CORP_ID": sim.DefaultCorpID, "SIXTOUCH_WECOM_AGENT_ID": fmt.Sprint(sim.DefaultAgentID), "SIXTOUCH_WECOM_SECRET": sim.DefaultSecret,
		"SIXTOUCH_WECOM_CONTACT_TOKEN": "token", "SIXTOUCH_WECOM_CONTACT_AES_KEY": doctorKey,
		"SIXTOUCH_WECOM_APP_TOKEN": "token", "SIXTOUCH_WECOM_APP_AES_KEY": doctorKey,
	}
	require.Zero(t, p.run(nil, "migrate", "up"))
	return p
}

// callbackRoutes are the callback routes of a server with the given token.
func callbackRoutes(t *testing.T, token string) http.Handler {
	t.Helper()
	r, err := wecom.NewReceiver(sim.DefaultCorpID, token, doctorKey)
	require.NoError(t, err)
	engine := gin.New()
	accept := func(context.Context, string, []byte) error { return nil }
	handler.RegisterCallbacks(engine, map[string]*wecom.Receiver{"contact": r, "app": r}, accept, slog.New(slog.DiscardHandler), nil)
	return engine
}

// event stores a callback that came in so long ago.
func (p *patient) event(ago time.Duration) {
	p.t.Helper()
	db, err := model.Open(p.t.Context(), p.vars["SIXTOUCH_DB_DSN"], model.Options{Clock: p.clock})
	require.NoError(p.t, err)
	at := time.Now().Add(-ago).UTC()
	require.NoError(p.t, db.Conn(p.t.Context()).Create(&model.InboxItem{
		Receiver: "contact", DedupeKey: make([]byte, 32), State: model.InboxDone, Payload: []byte("<xml/>"), NextAt: at, OccurredAt: at, ReceivedAt: at,
	}).Error)
	require.NoError(p.t, db.Close())
}

func (p *patient) run(out *bytes.Buffer, args ...string) int {
	if out == nil {
		out = &bytes.Buffer{}
	}
	var vars []string
	for name, value := range p.vars {
		vars = append(vars, name+"="+value)
	}
	return execute(p.t.Context(), env{Vars: vars, Out: out, Err: &bytes.Buffer{}, Clock: p.clock, Now: p.now}, args)
}

// examine runs doctor and returns what it found, by check.
func (p *patient) examine() (found map[string][]finding, code int) {
	p.t.Helper()
	var out bytes.Buffer
	code = p.run(&out, "doctor", "--json")
	var report struct {
		OK     bool      `json:"ok"`
		Checks []finding `json:"checks"`
	}
	require.NoError(p.t, json.Unmarshal(out.Bytes(), &report), out.String())
	require.Equal(p.t, code == 0, report.OK)
	found = map[string][]finding{}
	for _, f := range report.Checks {
		found[f.Check] = append(found[f.Check], f)
	}
	return found, code
}

func TestDoctor_findsNothingInAHealthyInstallation(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.event(time.Hour)
	found, code := p.examine()
	require.Zero(t, code)
	for check, findings := range found {
		for _, f := range findings {
			require.Equal(t, statusOK, f.Status, "%s: %+v", check, f)
			require.NotEmpty(t, f.Title)
			require.NotContains(t, f.Detail, "%!")
		}
	}
	for _, check := range []string{
		"config", "database", "schema", "events", "redis", "clock", "token", "agent", "departments",
		"followers", "tags", "groups", "messages", "callback",
	} {
		require.Contains(t, found, check)
	}
	require.Len(t, found["callback"], 2)
}

func TestDoctor_saysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		app    *sim.App
		harm   func(t *testing.T, p *patient)
		check  string
		status status
		detail string
		advice string
	}{
		{name: "a wrong secret", harm: with("SIXTOUCH_WECOM_SECRET", "wrong"), check: "token", status: statusFault, detail: "40001", advice: "Secret 不正确"},
		{name: "a wrong corp id", harm: with("SIXTOUCH_WECOM_CORP_ID", "ww0000000000000000"), check: "token", status: statusFault, detail: "40013", advice: "企业 ID 不正确"},
		{
			name: "an address that is not trusted", check: "token", status: statusFault, detail: "60020", advice: "企业微信看到的服务器地址是 127.0.0.1。服务器 IP 不在应用的企业可信 IP 中",
			harm: func(_ *testing.T, p *patient) {
				p.wecom.Fault(sim.Fault{Path: "/cgi-bin/getcallbackip", N: 9, Errcode: 60020})
			},
		},
		{
			name: "WeCom out of reach", harm: with("SIXTOUCH_WECOM_BASE_URL", "http://127.0.0.1:1"),
			check: "token", status: statusFault, detail: "无法访问企业微信", advice: "DNS",
		},
		{
			name: "no permission for customer contact", app: &sim.App{AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Name: "SCRM"},
			check: "followers", status: statusFault, detail: "48002", advice: "可调用接口的应用",
		},
		{
			name: "no permission for tags only", check: "tags", status: statusFault, detail: "48002", advice: "可调用接口的应用",
			harm: func(_ *testing.T, p *patient) {
				p.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/get_corp_tag_list", Errcode: 48002})
			},
		},
		{
			name: "a member without the permission", check: "followers", status: statusWarning, detail: "zhou.wei", advice: "权限配置",
			harm: func(_ *testing.T, p *patient) {
				p.wecom.Post("/sim/members", map[string]any{"userid": "zhou.wei", "contact_permission": false}, nil)
			},
		},
		{
			name: "nobody with the permission", check: "followers", status: statusFault, detail: "没有任何成员", advice: "使用范围",
			harm: func(_ *testing.T, p *patient) {
				p.wecom.Post("/sim/members/remove", map[string]any{"userid": "lin.qiao"}, nil)
			},
		},
		{name: "a disabled app", harm: withAgent(`{"errcode":0,"name":"SCRM","close":1}`), check: "agent", status: statusFault, detail: "停用", advice: "启用"},
		{name: "an empty visible range", harm: withAgent(`{"errcode":0,"name":"SCRM"}`), check: "agent", status: statusFault, detail: "可见范围为空", advice: "加入可见范围"},
		{
			name: "a clock that is fast", harm: func(_ *testing.T, p *patient) { p.clock = shiftedClock(45 * time.Second) },
			check: "clock", status: statusWarning, detail: "相差 4", advice: "时间同步",
		},
		{
			name: "a server that is down", harm: func(_ *testing.T, p *patient) { p.front.Close() },
			check: "callback", status: statusFault, detail: "无法访问", advice: "sixtouch serve",
		},
		{
			name: "a server with another token", harm: withFront(func(t *testing.T) http.Handler { return callbackRoutes(t, "other") }),
			check: "callback", status: statusFault, detail: "403", advice: "另一组 Token",
		},
		{
			name: "a proxy without a server", harm: withFront(func(*testing.T) http.Handler { return http.NotFoundHandler() }),
			check: "callback", status: statusFault, detail: "HTTP 404", advice: "反向代理",
		},
		{
			name: "a proxy that answers itself", check: "callback", status: statusFault, detail: "不是解密后的原文", advice: "登录页",
			harm: withFront(func(*testing.T) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "please sign in") })
			}),
		},
		{
			name: "a slow server", check: "callback", status: statusFault, detail: "超过企业微信的 1 秒限制", advice: "负载",
			harm: func(_ *testing.T, p *patient) {
				var asked time.Duration
				p.now = func() time.Time { asked += 2 * time.Second; return time.Unix(0, 0).Add(asked) }
			},
		},
		{name: "a file that is not there", harm: with("SIXTOUCH_DB_DSN", "sqlite:/nowhere/sixtouch.db"), check: "database", status: statusWarning, detail: "还不存在", advice: "migrate up"},
		{name: "a database that is down", harm: with("SIXTOUCH_DB_DSN", "mysql://u:hidden@127.0.0.1:1/x"), check: "database", status: statusFault, detail: "无法连接", advice: "SIXTOUCH_DB_DSN"},
		{
			name: "an old schema", harm: func(t *testing.T, p *patient) { require.Zero(t, p.run(nil, "migrate", "down")) },
			check: "schema", status: statusFault, detail: "不一致", advice: "migrate up",
		},
		{name: "a Redis that is down", harm: with("SIXTOUCH_REDIS_URL", "redis://:hidden@127.0.0.1:1"), check: "redis", status: statusFault, detail: "无法连接", advice: "SIXTOUCH_REDIS_URL"},
		{name: "no callback ever", check: "events", status: statusWarning, detail: "还没有收到过", advice: "接收事件服务器"},
		{name: "a long silence", harm: func(_ *testing.T, p *patient) { p.event(100 * time.Hour) }, check: "events", status: statusWarning, detail: "100h", advice: "回调地址"},
		{name: "a setting that is missing", harm: with("SIXTOUCH_WECOM_CONTACT_TOKEN", ""), check: "config", status: statusFault, detail: "wecom.contact_token"},
		{name: "a key of the wrong length", harm: with("SIXTOUCH_WECOM_APP_AES_KEY", "short"), check: "config", status: statusFault, detail: "43"},
		{
			name: "a server that WeCom cannot reach", harm: with("SIXTOUCH_WECOM_BASE_URL", "http://wecom.invalid"),
			check: "callback", status: statusWarning, detail: "本机地址", advice: "https",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var apps []sim.App
			if tc.app != nil {
				apps = append(apps, *tc.app)
			}
			p := newPatient(t, apps...)
			if tc.harm != nil {
				tc.harm(t, p)
			}
			found, code := p.examine()
			require.NotEmpty(t, found[tc.check])
			f := found[tc.check][0]
			require.Equal(t, tc.status, f.Status, "%+v", f)
			require.Contains(t, f.Detail, tc.detail)
			require.Contains(t, f.Advice, tc.advice)
			require.Equal(t, tc.advice == "", f.Advice == "")
			if tc.status == statusFault {
				require.Equal(t, 1, code)
			}
			for _, findings := range found {
				for _, f := range findings {
					require.NotContains(t, f.Detail+f.Advice, "hidden")
					require.NotContains(t, f.Detail+f.Advice, "%!")
				}
			}
		})
	}
}

func with(name, value string) func(*testing.T, *patient) {
	return func(_ *testing.T, p *patient) { p.vars[name] = value }
}

func withFront(routes func(t *testing.T) http.Handler) func(*testing.T, *patient) {
	return func(t *testing.T, p *patient) {
		front := httptest.NewServer(routes(t))
		t.Cleanup(front.Close)
		p.vars["SIXTOUCH_PUBLIC_URL"] = front.URL
	}
}

// withAgent has WeCom describe the app differently.
func withAgent(doc string) func(*testing.T, *patient) {
	return func(t *testing.T, p *patient) {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/cgi-bin/agent/get" {
				fmt.Fprint(w, doc)
				return
			}
			p.wecom.Sim.Handler().ServeHTTP(w, r)
		}))
		t.Cleanup(front.Close)
		p.vars["SIXTOUCH_WECOM_BASE_URL"] = front.URL
	}
}

func TestDoctor_asksNothingMoreAfterTheSecretWasRefused(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.vars["SIXTOUCH_WECOM_SECRET"] = "wrong"
	found, _ := p.examine()
	require.Equal(t, statusSkipped, found["tags"][0].Status)
	require.Equal(t, 1, p.wecom.Calls("/cgi-bin/gettoken"))
}

func TestDoctor_speaksTheLanguageOfTheTerminal(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.vars["SIXTOUCH_WECOM_SECRET"] = "wrong"
	for lang, words := range map[string][]string{
		"zh_CN.UTF-8": {"✗ 企业微信凭证: ", "→ 应用 Secret 不正确", "- 读取企业标签: 未检查"},
		"C.UTF-8":     {"✗ 企业微信凭证: "},
		"en_US.UTF-8": {"✗ WeCom token: ", "→ The app's secret is wrong", "- reading tags: not checked"},
	} {
		p.vars["LANG"] = lang
		var out bytes.Buffer
		require.Equal(t, 1, p.run(&out, "doctor"))
		for _, w := range words {
			require.Contains(t, out.String(), w, lang)
		}
	}
}

func TestDoctor_doubtsSecretsThatDoNotLookLikeWeComs(t *testing.T) {
	t.Parallel()
	good := config.WeCom{BaseURL: wecom.DefaultBaseURL, CorpID: "ww0f1e2d3c4b5a6978", Secret: config.Secret(doctorKey)}
	for name, tc := range map[string]struct {
		change func(w *config.WeCom)
		detail string
	}{
		"as WeCom's":       {func(*config.WeCom) {}, ""},
		"another corp id":  {func(w *config.WeCom) { w.CorpID = "1000012" }, "企业 ID"},
		"a cut-off secret": {func(w *config.WeCom) { w.Secret = w.Secret[:40] }, "Secret"},
		"a simulator's":    {func(w *config.WeCom) { w.BaseURL, w.Secret = "http://127.0.0.1:8090", "s" }, ""},
	} {
		d := &doctor{cfg: config.Config{WeCom: good}}
		tc.change(&d.cfg.WeCom)
		d.secrets()
		if tc.detail == "" {
			require.Empty(t, d.findings, name)
			continue
		}
		require.Len(t, d.findings, 1, name)
		require.Contains(t, d.findings[0].Detail.ZH, tc.detail, name)
	}
}

func TestDoctorTexts_areCompleteInBothLanguages(t *testing.T) {
	t.Parallel()
	for key, text := range doctorTexts() {
		require.NotEmpty(t, text.ZH, key)
		require.NotEmpty(t, text.EN, key)
		require.Equal(t, strings.Count(text.ZH, "%"), strings.Count(text.EN, "%"), key)
		if base, isAdvice := strings.CutSuffix(key, ".advice"); isAdvice {
			require.Contains(t, doctorTexts(), base)
		}
	}
}
