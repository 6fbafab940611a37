package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// page is a request of a browser that is signed in, and what it is shown.
func page(path string, contains ...string) handlertest.Scenario {
	return handlertest.Scenario{
		Name: path, URL: path, As: handlertest.Session, Status: 200, Contains: contains,
		Header: http.Header{"Accept": {"text/html"}},
	}
}

const week = `{"name":"新好友","definition":{"trigger":{"kind":"manual"},"steps":[
	{"key":"hello","name":"问候","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"你好 <b>"}},
	{"key":"vip","name":"专属","offset":{"day":1,"at":"10:00"},"channel":"group_message","filter":{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[7]}]},"content":{"text":"方案"}},
	{"key":"late","name":"三天后","offset":{"after":"3d"},"channel":"group_message","content":{"text":"资料","attachments":[{"type":"link","link":{"title":"手册","url":"https://example.com/a"}}]}}]}}`

func TestPages_speakTheLanguageThatWasChosen(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	choose := app.Do(t, handlertest.Request{URL: "/language?to=en&back=/sops%3Fa=b"})
	require.Equal(t, "/sops?a=b", choose.Header().Get("Location"))
	require.Equal(t, "/", app.Do(t, handlertest.Request{URL: "/language?to=en&back=//evil.example"}).Header().Get("Location"))
	cookie := choose.Result().Cookies()[0]
	english := app.Do(t, handlertest.Request{URL: "/login", Header: http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}, "Accept-Language": {"zh"}}})
	require.Contains(t, english.Body.String(), "Administrator&#39;s password")
	require.Contains(t, english.Body.String(), `lang="en"`)
	byBrowser := app.Do(t, handlertest.Request{URL: "/login", Header: http.Header{"Accept-Language": {"en-GB"}}})
	require.Contains(t, byBrowser.Body.String(), "Administrator&#39;s password")
	require.Contains(t, app.Do(t, handlertest.Request{URL: "/login?fault=unauthenticated"}).Body.String(), "密码不对")
	require.Contains(t, app.Do(t, handlertest.Request{URL: "/login?fault=limited"}).Body.String(), "15 分钟")
}

func TestPages_loadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	login := app.Do(t, handlertest.Request{URL: "/login"})
	require.Contains(t, login.Header().Get("Content-Security-Policy"), "default-src 'none'")
	require.Equal(t, "no-store", login.Header().Get("Cache-Control"))
	require.NotContains(t, login.Body.String(), "style=")
	_, rest, found := strings.Cut(login.Body.String(), `href="/static/app.css?v=`)
	require.True(t, found)
	version, _, _ := strings.Cut(rest, `"`)
	css := app.Do(t, handlertest.Request{URL: "/static/app.css?v=" + version})
	require.Equal(t, http.StatusOK, css.Code)
	require.Contains(t, css.Header().Get("Cache-Control"), "immutable")
	require.Equal(t, http.StatusNotFound, app.Do(t, handlertest.Request{URL: "/static/nope.css"}).Code)
	require.NotEqual(t, http.StatusOK, app.Do(t, handlertest.Request{URL: "/static/..%2Fweb.go"}).Code)
	require.Equal(t, http.StatusNotFound, app.Do(t, handlertest.Request{URL: "/phones", As: handlertest.Session}).Code, "phones belong to the demo")
}

// control speaks with the test's simulator.
type control struct{ url string }

func (s *control) Call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, &body)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		var refusal struct{ Error string }
		return errors.Join(json.NewDecoder(res.Body).Decode(&refusal), errors.New(refusal.Error))
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// demo is a server whose pages have the phones.
func demo(t *testing.T) (*handlertest.App, *int) {
	t.Helper()
	db, clock := modeltest.New(t)
	simulator, moved := &control{}, new(int)
	app := handlertest.New(t, db, clock, func(d *handler.Deps) {
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(t, err)
		pages, err := handler.NewPages(handler.PageDeps{
			Texts: d.Texts, Zone: zone, Clock: d.Clock, Contacts: d.Contacts, Touches: d.Touches, Reports: d.Reports, Engine: d.Engine, Auth: d.Auth,
			Demo: &handler.Demo{
				Simulator: simulator, EnterToken: "let me in", NewCustomer: func(int) handler.NewCustomer {
					return handler.NewCustomer{Name: "赵六", Company: "上海某某有限公司"}
				},
				Settle: func(context.Context) error { return nil },
				Moved:  func(context.Context) error { *moved++; return nil },
			},
		})
		require.NoError(t, err)
		d.Mount, d.ProblemPage = []func(open, guarded gin.IRoutes){pages.Mount}, pages.Problem
	})
	simulator.url = app.WeCom.URL
	return app, moved
}

func press(t *testing.T, app *handlertest.App, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return app.Do(t, handlertest.Request{
		Method: "POST", URL: path, As: handlertest.Session, Body: form.Encode(),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"text/html"}},
	})
}

func TestPhones_playTheCorp(t *testing.T) {
	t.Parallel()
	app, moved := demo(t)
	app.WeCom.Member("anna", "安娜")

	added := press(t, app, "/phones/follow", url.Values{"back": {"/touches?day=x"}, "state": {"expo"}})
	require.Equal(t, http.StatusSeeOther, added.Code)
	require.Equal(t, "/touches?day=x", added.Header().Get("Location"))
	require.Equal(t, 1, *moved)

	var state struct{ Relations int }
	app.WeCom.Get("/sim/state", &state)
	require.Equal(t, 1, state.Relations)

	nobody := press(t, app, "/phones/follow", url.Values{"userid": {"ghost"}})
	require.Equal(t, http.StatusConflict, nobody.Code)
	require.Contains(t, nobody.Body.String(), "模拟器没有照做")

	require.Equal(t, "/", press(t, app, "/phones/clock", url.Values{"to": {"morning"}, "back": {"https://evil.example/"}}).Header().Get("Location"))
	var clock struct{ Now time.Time }
	app.WeCom.Get("/sim/clock", &clock)
	require.Equal(t, "2026-03-03T09:01:00+08:00", clock.Now.In(time.FixedZone("", 8*60*60)).Format(time.RFC3339))
}

func TestPhones_showWhatIsAskedAndWhatArrived(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	app.WeCom.Member("anna", "安娜")
	customer := app.WeCom.Follow("anna", "李雷", map[string]any{"silent": true})
	app.Person(t, "anna", "李雷")
	require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = 1").Update("external_userid", customer).Error)
	require.Equal(t, 200, app.Do(t, handlertest.Request{URL: "/phones", As: handlertest.Session}).Code)
	for _, r := range []handlertest.Request{
		{Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: week},
		{Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin},
		{Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`},
	} {
		require.Less(t, app.Do(t, r).Code, 300)
	}
	app.Clock.Advance(24 * time.Hour)
	require.NoError(t, app.Engine.Plan(t.Context()))
	require.NoError(t, app.Engine.Group(t.Context()))
	_, err := app.Engine.Dispatch(t.Context())
	require.NoError(t, err)

	app.Run(t, page("/phones", "安娜", "发给 1 位客户", "李雷", "你好 &lt;b&gt;", "确认发送", "还没有客户收到消息"))
	require.Equal(t, http.StatusSeeOther, press(t, app, "/phones/confirm", url.Values{"back": {"/phones"}}).Code)
	app.Run(t, page("/phones", "没有员工需要处理的事", "共收到 1 条", `<a href="/contacts/1">李雷</a>`))
}

func TestPhones_letInByTheirLinkOnly(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	wrong := app.Do(t, handlertest.Request{URL: "/enter/nonsense", Header: http.Header{"Accept": {"text/html"}}})
	require.Equal(t, http.StatusUnauthorized, wrong.Code)
	require.Empty(t, wrong.Result().Cookies())
	right := app.Do(t, handlertest.Request{URL: "/enter/let%20me%20in?next=/sops"})
	require.Equal(t, "/sops", right.Header().Get("Location"))
	cookie := right.Result().Cookies()[0]
	require.True(t, cookie.HttpOnly)
	mine := app.Do(t, handlertest.Request{URL: "/phones", Header: http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}})
	require.Equal(t, http.StatusOK, mine.Code)
	require.Equal(t, http.StatusUnauthorized, app.Do(t, handlertest.Request{Method: "POST", URL: "/phones/clock"}).Code)
}
