package handler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/auth"
)

func credentials(password string) string {
	return fmt.Sprintf(`{"user":"admin","password":%q}`, password)
}

func TestSession_livesFromSignInToSignOut(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password)})
	require.Equal(t, http.StatusOK, answer.Code)
	cookie := answer.Result().Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.False(t, cookie.Secure, "the public URL is plain HTTP")
	mine := http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}

	app.Run(t, handlertest.Scenario{Name: "signed in", URL: "/api/v1/session", Header: mine, Status: 200, Contains: []string{`"role":"admin"`}})
	answer = app.Do(t, handlertest.Request{Method: "DELETE", URL: "/api/v1/session", Header: mine})
	require.Equal(t, http.StatusNoContent, answer.Code)
	require.Negative(t, answer.Result().Cookies()[0].MaxAge, "the browser must forget the session")

	app.Run(t, handlertest.Scenario{Name: "a bad token beside a good session is refused", URL: "/api/v1/session", Status: 401, Header: http.Header{"Cookie": mine["Cookie"], "Authorization": {"Bearer nonsense"}}})
	clock.Advance(auth.SessionLife)
	app.Run(t, handlertest.Scenario{Name: "a session ends by itself", URL: "/api/v1/session", Header: mine, Status: 401})
}

func TestSession_isForHTTPSOnlyWhereThatIsUsed(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock, func(d *handler.Deps) { d.PublicURL = "https://scrm.example.com" })
	answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password)})
	require.True(t, answer.Result().Cookies()[0].Secure)
}

func TestSignIn_locksOutAfterTenFailures(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	try := func(password string, status int) {
		t.Helper()
		answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(password)})
		require.Equal(t, status, answer.Code)
	}
	for range 10 {
		try("guess", http.StatusUnauthorized)
	}
	try("guess", http.StatusTooManyRequests)
	locked := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials("guess")})
	require.Equal(t, "900", locked.Header().Get("Retry-After"), "seconds")
	try(handlertest.Password, http.StatusTooManyRequests)
	elsewhere := app.Do(t, handlertest.Request{
		Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password), Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}},
	})
	require.Equal(t, http.StatusTooManyRequests, elsewhere.Code, "nobody's word is taken for their address")
}

func TestSignIn_isAskedForWithThePageThatWasWanted(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	ask := app.Do(t, handlertest.Request{URL: "/metrics?q=a", Header: http.Header{"Accept": {"text/html"}}})
	require.Equal(t, "/login?next=%2Fmetrics%3Fq%3Da", ask.Header().Get("Location"))
	app.Run(t, handlertest.Scenario{Name: "which ways in", URL: "/api/v1/sign-in", Status: 200, Contains: []string{`{"demo":false,"inside_wecom":false,"password":true,"wecom":true}`}})
}

// browser keeps cookies as one does.
type browser struct {
	t       *testing.T
	app     *handlertest.App
	agent   string
	cookies map[string]string
}

func (b *browser) get(target string) string {
	b.t.Helper()
	answer := b.ask("GET", target, "")
	require.Equal(b.t, http.StatusSeeOther, answer.Code, "%s: %s", target, answer.Body)
	return answer.Header().Get("Location")
}

func (b *browser) ask(method, target, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	header := http.Header{"User-Agent": {b.agent}}
	for name, value := range b.cookies {
		header.Add("Cookie", name+"="+value)
	}
	answer := b.app.Do(b.t, handlertest.Request{Method: method, URL: target, Body: body, Header: header})
	for _, c := range answer.Result().Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return answer
}

// begin presses the button and returns the state that WeCom is given.
func (b *browser) begin(next string) string {
	b.t.Helper()
	to, err := url.Parse(b.get("/login/wecom?next=" + url.QueryEscape(next)))
	require.NoError(b.t, err)
	require.True(b.t, strings.HasPrefix(to.String(), b.app.WeCom.URL+"/sim/"))
	require.Equal(b.t, "http://example.com/login/wecom/back", to.Query().Get("redirect_uri"))
	return to.Query().Get("state")
}

// back returns from WeCom with a fresh code of that member.
func (b *browser) back(member, state string) string {
	b.t.Helper()
	var made struct{ Code string }
	b.app.WeCom.Post("/sim/codes", map[string]string{"userid": member}, &made)
	return b.get("/login/wecom/back?" + url.Values{"code": {made.Code}, "state": {state}}.Encode())
}

func TestWeCom_signsMembersIn(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.WeCom.Member("lin.qiao", "林乔")
		app.WeCom.Member("anna", "安娜")
		rep := app.Rep(t, "lin.qiao")
		open := func() *browser { return &browser{t: t, app: app, cookies: map[string]string{}} }

		b := open()
		require.Equal(t, "/accounts?q=a", b.back("lin.qiao", b.begin("/accounts?q=a")))
		require.Contains(t, b.ask("GET", "/api/v1/session", "").Body.String(), fmt.Sprintf(`"role":"rep","reach":"own","rep_id":%d`, rep))
		before := b.cookies["sixtouch_session"]
		require.Equal(t, "/m/day", b.back("lin.qiao", b.begin("//evil.example")), "to no other site: to a rep's day")
		require.NotEqual(t, before, b.cookies["sixtouch_session"])
		stale := &browser{t: t, app: app, cookies: map[string]string{"sixtouch_session": before}}
		require.Equal(t, http.StatusUnauthorized, stale.ask("GET", "/api/v1/session", "").Code, "the session before is over")

		victim, thief := open(), open()
		state := victim.begin("/")
		thief.begin("/")
		require.Equal(t, "/login?fault=state", thief.back("lin.qiao", state), "a state is for the browser that it was made for")
		require.Equal(t, "/login?fault=state", open().back("lin.qiao", ""), "and is needed")
		require.Equal(t, "/m/day", victim.back("lin.qiao", state))
		require.Equal(t, "/login?fault=state", victim.back("lin.qiao", state), "it works once")
		require.Equal(t, "/login?fault=cancelled", victim.get("/login/wecom/back?state="+victim.begin("/")))
		require.Equal(t, "/login?fault=wecom&next=%2Fsops", victim.get("/login/wecom/back?code=made-up&state="+victim.begin("/sops")))
		stranger := open()
		require.Equal(t, "/login?fault=refused", stranger.back("anna", stranger.begin("/")), "who may have no customers and has no role")

		phone := &browser{t: t, app: app, agent: "Mozilla/5.0 wxwork/4.1", cookies: map[string]string{}}
		require.Contains(t, phone.get("/login/wecom"), "/connect/oauth2/authorize")

		admin := func(name, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: fmt.Sprintf("/api/v1/users/%d", rep), As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Department{ID: 3, Name: "华东"}).Error)
		app.Run(t,
			handlertest.Scenario{Name: "who is there", URL: "/api/v1/users?q=lin", As: handlertest.Admin, Status: 200, Contains: []string{`"role":"rep","given":false`}},
			admin("a role with a reach of another", `{"role":"marketer","reach":"own"}`, 400, `"reach"`),
			admin("departments that are not there", `{"role":"manager","reach":"departments","department_ids":[9]}`, 400, `"department_ids"`),
			admin("a role", `{"role":"manager","reach":"departments","department_ids":[3,3]}`, 200, `"role":"manager","given":true,"reach":"departments","department_ids":[3]`),
			handlertest.Scenario{Name: "nobody else", Method: "PUT", URL: "/api/v1/users/99", As: handlertest.Admin, Body: `{"role":"read","reach":"all"}`, Status: 404},
		)
		require.Equal(t, http.StatusUnauthorized, b.ask("GET", "/api/v1/session", "").Code, "another role ends the sessions")
		require.Equal(t, "/", b.back("lin.qiao", b.begin("/")))
		require.Contains(t, b.ask("GET", "/api/v1/session", "").Body.String(), `"role":"manager","reach":"departments"`)
		app.Run(t, admin("block", `{"role":"manager","reach":"all","blocked":true}`, 200, `"blocked":true`))
		require.Equal(t, "/login?fault=refused", b.back("lin.qiao", b.begin("/")))

		app.Run(t, handlertest.Scenario{
			Name: "the log", URL: "/api/v1/audit", As: handlertest.Admin, Status: 200,
			Contains: []string{`"action":"sign_in","text":"登录"`, `"action":"sign_in_refused"`, `"text":"修改了成员的角色","object_kind":"users","object_id":"1"`, `"who":"test admin"`},
		})
	})
}

func TestSessions_areListedAndRevoked(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		b := &browser{t: t, app: app, agent: "Firefox on the desk", cookies: map[string]string{}}
		require.Equal(t, http.StatusOK, b.ask("POST", "/api/v1/session", credentials(handlertest.Password)).Code)
		mine := read[struct {
			Items []struct {
				ID      int64
				Agent   string
				Current bool
			}
		}](t, b.ask("GET", "/api/v1/sessions", ""))
		require.Len(t, mine.Items, 2, "the test's own is the administrator's too")
		require.Equal(t, "Firefox on the desk", mine.Items[0].Agent)
		require.True(t, mine.Items[0].Current)
		app.Run(t,
			handlertest.Scenario{Name: "everybody's are for administrators", URL: "/api/v1/sessions?of=all", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "somebody else's cannot be ended", Method: "DELETE", URL: fmt.Sprintf("/api/v1/sessions/%d", mine.Items[0].ID), As: handlertest.Manager, Status: 404},
			handlertest.Scenario{Name: "one's own can", Method: "DELETE", URL: fmt.Sprintf("/api/v1/sessions/%d", mine.Items[0].ID), As: handlertest.Session, Status: 204},
		)
		require.Equal(t, http.StatusUnauthorized, b.ask("GET", "/api/v1/session", "").Code)
	})
}

func TestSetUpLink_worksOnceAndForAnHour(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	var service *auth.Service
	app := handlertest.New(t, db, clock, func(d *handler.Deps) {
		var err error
		service, err = auth.New(auth.Deps{DB: db, Attempts: d.Auth.Attempts, Logger: d.Logger, Clock: clock, SecretKey: "k"})
		require.NoError(t, err)
		d.Auth = service
	})
	link, err := service.SetupToken(t.Context())
	require.NoError(t, err)
	app.Run(t, handlertest.Scenario{Name: "it is no token", URL: "/api/v1/sops", Header: http.Header{"Authorization": {"Bearer " + link}}, Status: 401})
	for range 2 { // a preview of the link does not use it up
		app.Do(t, handlertest.Request{URL: "/setup/" + link})
	}
	first := app.Do(t, handlertest.Request{Method: "POST", URL: "/setup/" + link})
	require.Equal(t, http.StatusSeeOther, first.Code)
	cookie := first.Result().Cookies()[0]
	app.Run(t,
		handlertest.Scenario{Name: "the session is the administrator's", URL: "/api/v1/session", Header: http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}, Status: 200, Contains: []string{`"role":"admin"`}},
		handlertest.Scenario{Name: "not twice", Method: "POST", URL: "/setup/" + link, Status: 401},
		handlertest.Scenario{Name: "no password signs in", Method: "POST", URL: "/api/v1/session", Body: credentials(""), Status: 401},
	)
	late, err := service.SetupToken(t.Context())
	require.NoError(t, err)
	clock.Advance(time.Hour)
	app.Run(t, handlertest.Scenario{Name: "too late", Method: "POST", URL: "/setup/" + late, Status: 401})
	require.NotContains(t, app.Log.String(), strings.TrimPrefix(link, "stx_"))
}
