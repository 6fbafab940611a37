package handler_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/service/auth"
)

// phone is a rep with a session on their phone.
func phone(t *testing.T, app *handlertest.App, userID string) (rep int64, session http.Header) {
	t.Helper()
	r := model.Rep{UserID: userID, Name: "销售" + userID, Status: 1, CanFollow: true}
	require.NoError(t, app.DB.Conn(t.Context()).Create(&r).Error)
	p, err := app.Auth.SignInMember(t.Context(), userID)
	require.NoError(t, err)
	value, err := app.Auth.StartSession(t.Context(), p, auth.Device{Way: auth.WayWeCom})
	require.NoError(t, err)
	return r.ID, http.Header{"Cookie": {"sixtouch_session=" + value}}
}

// askedOf is a customer of the rep's on whom a card of theirs asks for something.
func askedOf(t *testing.T, app *handlertest.App, rep int64, name string) (model.Contact, model.Touch) {
	t.Helper()
	conn, now := app.DB.Conn(t.Context()), app.Clock.Now()
	slot := int8(1)
	a := model.Account{Name: name + "公司", NameKey: name, LiveSlot: &slot, Tier: model.TierA, Lifecycle: model.LifecycleProspect, OwnerID: rep, Version: 1}
	require.NoError(t, conn.Create(&a).Error)
	c := model.Contact{ExternalUserID: "wm" + name, Name: name, Type: 1, FirstAddedAt: &now, AccountID: &a.ID}
	require.NoError(t, conn.Create(&c).Error)
	require.NoError(t, conn.Create(&model.Relationship{RepID: rep, ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now}).Error)
	d := model.Dispatch{Channel: "rep_prompt", RepID: rep, State: model.DispatchSent, NextAt: now, CreatedAt: now, UpdatedAt: now, SentAt: &now}
	require.NoError(t, conn.Create(&d).Error)
	touch := model.Touch{
		ContactID: c.ID, RepID: rep, Channel: "rep_prompt", State: model.TouchAccepted, DispatchID: &d.ID, DueAt: now, NotBefore: now,
		ExpireAt: now.Add(time.Hour), PlannedAt: now, SentAt: &now, LocalDay: "2026-03-02", UpdatedAt: now,
	}
	require.NoError(t, conn.Create(&touch).Error)
	d.Payload = model.AsJSON(model.DispatchPayload{Prompts: []model.Prompt{{Title: "回访", Text: "打个招呼", Names: []string{name}, Touches: []int64{touch.ID}}}})
	require.NoError(t, conn.Save(&d).Error)
	return c, touch
}

func TestAPI_aRepsPhone(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		lin, mine := phone(t, app, "lin")
		mei, hers := phone(t, app, "mei")
		c, touch := askedOf(t, app, lin, "甲")
		_, other := askedOf(t, app, mei, "乙")
		action := model.AccountAction{AccountID: *c.AccountID, Title: "寄样品", Side: model.SideSales, RepID: lin, DueDay: "2026-03-02"}
		require.NoError(t, app.DB.Conn(t.Context()).Create(&action).Error)
		prompts := func(ids, more string) string { return fmt.Sprintf(`{"touch_ids":[%s],%s}`, ids, more) }
		app.Run(t,
			handlertest.Scenario{Name: "nobody's phone", URL: "/api/v1/me/day", As: handlertest.Admin, Status: 403, Contains: []string{"请用企业微信登录"}},
			handlertest.Scenario{
				Name: "one queue", URL: "/api/v1/me/day", Header: mine, Status: 200,
				Contains: []string{`"rep_name":"销售lin"`, `"kind":"prompt"`, `"text":"打个招呼"`, `"kind":"action"`, `"tier":"A"`}, NotContains: []string{"乙"},
			},
			handlertest.Scenario{Name: "why", URL: fmt.Sprintf("/api/v1/me/touches/%d/why", touch.ID), Header: mine, Status: 200, Contains: []string{`"chain":[`}},
			handlertest.Scenario{Name: "why of another's", URL: fmt.Sprintf("/api/v1/me/touches/%d/why", other.ID), Header: mine, Status: 404},
			handlertest.Scenario{
				Name: "the customer in the chat", URL: "/api/v1/me/contact?external_userid=wm甲", Header: mine, Status: 200,
				Contains: []string{`"name":"甲"`, `"name":"甲公司"`, `"owner_name":"销售lin"`, `"text":"打个招呼"`, `"level":"red"`},
			},
			handlertest.Scenario{Name: "another's customer", URL: "/api/v1/me/contact?external_userid=wm甲", Header: hers, Status: 404},
			handlertest.Scenario{Name: "no customer", URL: "/api/v1/me/contact", Header: mine, Status: 400, Contains: []string{"请指明聊天中的客户"}},
			handlertest.Scenario{Name: "an answer that is none", Method: "POST", URL: "/api/v1/me/prompts", Header: mine, Status: 400, Body: prompts("1", `"answer":"later"`), Contains: []string{`"answer"`}},
			handlertest.Scenario{
				Name: "done, and another's left alone", Method: "POST", URL: "/api/v1/me/prompts", Header: mine, Status: 200,
				Body: prompts(fmt.Sprintf("%d,%d", touch.ID, other.ID), `"answer":"sent"`), Contains: []string{fmt.Sprintf(`"settled":[%d]`, touch.ID), fmt.Sprintf(`"gone":[%d]`, other.ID)},
			},
			handlertest.Scenario{
				Name: "once", Method: "POST", URL: "/api/v1/me/prompts", Header: mine, Status: 200,
				Body: prompts(fmt.Sprint(touch.ID), `"answer":"done"`), Contains: []string{`"settled":[]`},
			},
			handlertest.Scenario{Name: "another's action", Method: "POST", URL: fmt.Sprintf("/api/v1/me/actions/%d", action.ID), Header: hers, Status: 404, Body: `{"done":true}`},
			handlertest.Scenario{Name: "an action done", Method: "POST", URL: fmt.Sprintf("/api/v1/me/actions/%d", action.ID), Header: mine, Status: 204, Body: `{"done":true}`},
			handlertest.Scenario{Name: "nothing is left", URL: "/api/v1/me/day", Header: mine, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "taken back", Method: "POST", URL: fmt.Sprintf("/api/v1/me/actions/%d", action.ID), Header: mine, Status: 204, Body: `{"done":false}`},
			handlertest.Scenario{
				Name: "put off", Method: "POST", URL: "/api/v1/me/marks", Header: mine, Status: 204,
				Body: fmt.Sprintf(`{"kind":"action","id":%d,"until":"2026-03-03T01:00:00Z","reason":"busy"}`, action.ID),
			},
			handlertest.Scenario{Name: "later", URL: "/api/v1/me/day", Header: mine, Status: 200, Contains: []string{`"items":[]`, `"why":"busy"`}},
			handlertest.Scenario{Name: "put off by a wrong word", Method: "POST", URL: "/api/v1/me/marks", Header: mine, Status: 400, Body: `{"kind":"prompt","id":1}`, Contains: []string{`"kind"`}},
			handlertest.Scenario{Name: "no alerts", URL: "/api/v1/me/alerts", Header: mine, Status: 200, Contains: []string{`"items":[]`, `"seen":[]`}},
			handlertest.Scenario{Name: "names of companies", URL: "/api/v1/me/companies?q=乙公", Header: mine, Status: 200, Contains: []string{`"name":"乙公司"`}},
			handlertest.Scenario{Name: "no name", URL: "/api/v1/me/companies?q=", Header: mine, Status: 200, Contains: []string{`"items":[]`}},
		)
	})
}

func TestAPI_onlyPhonePagesOfOursAreSigned(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		_, mine := phone(t, app, "lin")
		var list []handlertest.Scenario
		for url, status := range map[string]int{
			"http://example.com/m/contact":          200,
			"http://example.com/m/contact%3Fas%3Dx": 200,
			"http://example.com/accounts":           400,
			"http://example.com/m":                  400,
			"https://example.com/m/contact":         400,
			"http://example.com.evil.test/m/day":    400,
			"http://x@example.com/m/day":            400,
			"":                                      400,
		} {
			s := handlertest.Scenario{Name: url, URL: "/api/v1/me/page-signature?url=" + url, Header: mine, Status: status}
			if status == 200 {
				s.Contains = []string{`"signature":"`, `"corp_id"`}
			}
			list = append(list, s)
		}
		app.Run(t, list...)
	})
}

// In the demo a page on a simulated phone speaks in the name of its member; the
// header is nothing anywhere else, and nothing to anybody else.
func TestAPI_theDemoPlaysMembers(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		_, mine := phone(t, app, "lin")
		phone(t, app, "mei")
		as := http.Header{"X-Sim-As": {"mei"}}
		app.Run(t, handlertest.Scenario{Name: "no demo", URL: "/api/v1/me/day", As: handlertest.Admin, Header: as, Status: 403})

		demo := handlertest.New(t, app.DB, app.Clock, func(d *handler.Deps) { d.PlayAs = app.Auth.SignInMember })
		demo.Run(t,
			handlertest.Scenario{Name: "played", URL: "/api/v1/me/day", As: handlertest.Admin, Header: as, Status: 200, Contains: []string{`"rep_name":"销售mei"`}},
			handlertest.Scenario{Name: "nobody of that name", URL: "/api/v1/me/day", As: handlertest.Admin, Header: http.Header{"X-Sim-As": {"nobody"}}, Status: 401},
			handlertest.Scenario{
				Name: "a rep is themselves", URL: "/api/v1/me/day", Status: 200, Contains: []string{`"rep_name":"销售lin"`},
				Header: http.Header{"X-Sim-As": {"mei"}, "Cookie": mine["Cookie"]},
			},
		)
	})
}
