package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
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

// control speaks with the test's simulator.
type control struct{ url string }

const week = `{"name":"新好友","definition":{"trigger":{"kind":"manual"},"steps":[
	{"key":"hello","name":"问候","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"你好 <b>"}},
	{"key":"vip","name":"专属","offset":{"day":1,"at":"10:00"},"channel":"group_message","filter":{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[7]}]},"content":{"text":"方案"}},
	{"key":"late","name":"三天后","offset":{"after":"3d"},"channel":"group_message","content":{"text":"资料","attachments":[{"type":"link","link":{"title":"手册","url":"https://example.com/a"}}]}}]}}`

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

// demo is a server with the console of a simulated corp.
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
				Simulator: simulator, NewCustomer: func(int) handler.NewCustomer {
					return handler.NewCustomer{Name: "赵六", Company: "上海某某有限公司"}
				},
				Settle: func(context.Context) error { return nil },
				Moved:  func(context.Context) error { *moved++; return nil },
				Busy:   func(context.Context) (int64, error) { return 3, nil },
				Script: []byte("wx"),
			},
		})
		require.NoError(t, err)
		d.Mount, d.ProblemPage, d.EnterToken = []func(open, guarded gin.IRoutes){pages.Mount}, pages.Problem, "let me in"
	})
	simulator.url = app.WeCom.URL
	return app, moved
}

// played is a call of the console, and its answer.
func played(t *testing.T, app *handlertest.App, method, path, body string, status int, header ...string) map[string]any {
	t.Helper()
	r := handlertest.Request{Method: method, URL: "/api/demo" + path, As: handlertest.Session, Body: body, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := app.Do(t, r)
	require.Equal(t, status, answer.Code, "%s %s: %s", method, path, answer.Body)
	got := map[string]any{}
	if answer.Body.Len() > 0 {
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &got))
	}
	return got
}

func TestConsole_playsTheCorp(t *testing.T) {
	t.Parallel()
	app, moved := demo(t)
	app.WeCom.Member("anna", "安娜")
	added := played(t, app, "POST", "/follows", `{"state":"expo"}`, http.StatusCreated)
	require.Equal(t, "anna", added["userid"], "there is nobody else")
	require.Equal(t, "上海某某有限公司", added["company"])
	require.Equal(t, 1, *moved)
	customer := added["external_userid"].(string)
	people := played(t, app, "GET", "/people?kind=customer&q=%E8%B5%B5", "", http.StatusOK)
	require.InDelta(t, 1, people["total"], 0)

	nobody := played(t, app, "POST", "/follows", `{"userid":"ghost"}`, http.StatusConflict)
	require.Contains(t, nobody["detail"], "做不了这件事")
	require.Equal(t, 1, *moved, "nothing has happened")

	played(t, app, "POST", "/messages", `{"from":"customer","userid":"anna","external_userid":"`+customer+`","text":"在吗"}`, http.StatusOK)
	ledger := played(t, app, "GET", "/ledger?kinds=chat", "", http.StatusOK)
	require.Equal(t, "在吗", ledger["entries"].([]any)[0].(map[string]any)["text"])
	played(t, app, "GET", "/ledger?kind=chat", "", http.StatusBadRequest)

	clock := played(t, app, "POST", "/clock", `{"to":"morning"}`, http.StatusOK)
	now, err := time.Parse(time.RFC3339, clock["now"].(string))
	require.NoError(t, err)
	require.Equal(t, "2026-03-03T09:01", now.In(time.FixedZone("", 8*60*60)).Format("2006-01-02T15:04"))
	require.InDelta(t, 3, clock["busy"], 0)
	played(t, app, "POST", "/clock", `{"to":"yesterday"}`, http.StatusBadRequest)
}

func TestConsole_showsWhatIsAskedAndWhatArrived(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	app.WeCom.Member("anna", "安娜")
	customer := app.WeCom.Follow("anna", "李雷", map[string]any{"silent": true})
	app.Person(t, "anna", "李雷")
	require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = 1").Update("external_userid", customer).Error)
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

	look := "/phones?members=anna&customers=" + customer + "&chats=anna:" + customer
	shown := played(t, app, "GET", look, "", http.StatusOK)
	require.InDelta(t, 1, shown["contacts"].(map[string]any)[customer], 0, "the page can lead to the contact")
	task := shown["phones"].(map[string]any)["members"].([]any)[0].(map[string]any)["tasks"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"pending", "你好 <b>"}, []any{task["status"], task["text"]})
	played(t, app, "POST", "/confirm", `{"userid":"anna","msgid":"`+task["msgid"].(string)+`"}`, http.StatusOK)
	again := played(t, app, "POST", "/confirm", `{"userid":"anna","msgid":"`+task["msgid"].(string)+`"}`, http.StatusConflict)
	require.Equal(t, "conflict", again["code"])
	shown = played(t, app, "GET", look, "", http.StatusOK)
	lines := shown["phones"].(map[string]any)["chats"].([]any)[0].(map[string]any)["lines"].([]any)
	require.Equal(t, "groupmsg", lines[0].(map[string]any)["kind"])
}

func TestConsole_makesAndEndsTroubles(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	on := func(answer map[string]any) (names []string) {
		for _, f := range answer["faults"].([]any) {
			if f.(map[string]any)["on"] == true {
				names = append(names, f.(map[string]any)["name"].(string))
			}
		}
		return names
	}
	require.Empty(t, on(played(t, app, "GET", "/faults", "", http.StatusOK)))
	for _, name := range []string{"outage", "busy", "limit", "slow", "lost_answer", "late_events", "twice", "twice"} {
		require.Contains(t, on(played(t, app, "PUT", "/faults/"+name, "", http.StatusOK)), name)
	}
	require.Len(t, on(played(t, app, "DELETE", "/faults/twice", "", http.StatusOK)), 6)
	played(t, app, "PUT", "/faults/earthquake", "", http.StatusNotFound)
}

func TestConsole_sendsFromTheSidebarOfOnePhone(t *testing.T) {
	t.Parallel()
	app, moved := demo(t)
	app.WeCom.Member("anna", "安娜")
	customer := app.WeCom.Follow("anna", "李雷", map[string]any{"silent": true})
	body := `{"external_userid":"` + customer + `","msgtype":"text","text":{"content":"方案"},"userid":"somebody"}`
	played(t, app, "POST", "/jssdk/send", body, http.StatusForbidden)
	played(t, app, "POST", "/jssdk/send", body, http.StatusNoContent, "X-Sim-As", "anna")
	require.Equal(t, 1, *moved)
	entry := app.WeCom.Ledger()[0]
	require.Equal(t, []string{"anna", "方案", "jssdk"}, []string{entry.UserID, entry.Text, entry.Via})
	check := played(t, app, "POST", "/jssdk/check", `{"corpid":"wwOther","url":"http://x","timestamp":1}`, http.StatusOK)
	require.Equal(t, false, check["ok"])
	require.Equal(t, "wx", app.Do(t, handlertest.Request{URL: "/sim/wx.js"}).Body.String())
}

func TestConsole_isForAdministrators(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	for _, r := range app.Router.Routes() {
		if path, ours := strings.CutPrefix(r.Path, "/api/demo"); ours {
			require.Equal(t, http.StatusUnauthorized, app.Do(t, handlertest.Request{Method: r.Method, URL: r.Path}).Code, path)
			if !strings.HasPrefix(path, "/jssdk/") {
				require.Equal(t, http.StatusForbidden, app.Do(t, handlertest.Request{Method: r.Method, URL: r.Path, As: handlertest.Reader, Body: "{}"}).Code, path)
			}
		}
	}
}

func TestConsole_letsInByItsLinkOnly(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	wrong := app.Do(t, handlertest.Request{URL: "/enter/nonsense", Header: http.Header{"Accept": {"text/html"}}})
	require.Equal(t, http.StatusUnauthorized, wrong.Code)
	require.Empty(t, wrong.Result().Cookies())
	right := app.Do(t, handlertest.Request{URL: "/enter/let%20me%20in?next=/sops"})
	require.Equal(t, "/sops", right.Header().Get("Location"))
	cookie := right.Result().Cookies()[0]
	require.True(t, cookie.HttpOnly)
	mine := app.Do(t, handlertest.Request{URL: "/api/demo/clock", Header: http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}})
	require.Equal(t, http.StatusOK, mine.Code)
}
