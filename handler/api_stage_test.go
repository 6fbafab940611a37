package handler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

// A lead's road over the API: the rep logs what happened, sales answers, a deal
// is opened and won, and the figures tell it.
func TestAPI_contactClimbsTheLadder(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Person(t, "anna", "李雷")
		slot, account := int8(1), int64(1)
		conn := app.DB.Conn(t.Context())
		require.NoError(t, conn.Create(&model.Account{Name: "云杉", NameKey: "云杉", LiveSlot: &slot, Lifecycle: model.LifecycleProspect, IsTarget: true, Version: 1}).Error)
		require.NoError(t, conn.Model(&model.Contact{}).Where("id = 1").Update("account_id", &account).Error)
		post := func(name, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "POST", URL: "/api/v1" + url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		get := func(name, url string, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, URL: "/api/v1" + url, As: handlertest.Reader, Status: 200, Contains: contains}
		}
		app.Run(t,
			get("nowhere yet", "/contacts/1/stage", `"stage":""`, `"needs":[]`),
			post("what is not logged", "/contacts/1/activities", `{"kind":"replied"}`, 400, `"kind"`),
			post("who asks for the price", "/contacts/1/activities", `{"kind":"price_asked"}`, 204),
			post("is an MQL, and so is who opens a trial", "/contacts/2/activities", `{"kind":"trial_opened","once":"t1"}`, 204),
			get("all of it on one line of time", "/contacts/1/timeline?limit=1", `"kind":`, `"next_cursor"`),
			get("the ladder alone", "/contacts/1/timeline?only=stage", `"to":"mql"`),
			get("what the contact did", "/contacts/1/timeline?only=activity", `"kind":"price_asked"`, `"by_contact":true`),
			get("who is on the rung", "/contacts?stage=mql&min_score=1&ids=1,2", `"name":"王小明"`, `"name":"李雷"`),
			get("because of that", "/contacts/1/stage-events", `"to":"mql"`, `"sentence":"高意向动作：询问价格、试用或合同"`, `"rules":0`, `"author":"system"`),
			get("and waits for sales", "/handovers?state=open", `"contact_name":"王小明"`, `"account_name":"云杉"`, `"rep_name":"销售anna"`, `"minutes_left":120`),
			get("nobody is late", "/handovers?overdue=true", `{"items":[]}`),
			post("sales says no, with a reason", "/handovers/2/reject", `{"reason":"no_budget","note":"明年"}`, 204),
			post("once only", "/handovers/2/accept", ``, 409),
			post("not any reason", "/handovers/1/reject", `{"reason":"mood"}`, 400, `"reason"`),
			get("which is a step back", "/contacts/2/stage-events?limit=1", `"regression":true`, `"sentence":"销售退回：没有预算"`, `"next_cursor"`),
			post("sales says yes", "/handovers/1/accept", ``, 204),
			post("nobody has talked yet", "/contacts/1/stage", `{"to":"sql"}`, 409, "双向沟通"),
			post("now somebody has", "/contacts/1/activities", `{"kind":"conversation_logged","rep_id":1,"occurred_at":"2026-03-01T02:00:00Z"}`, 204),
			post("qualified", "/contacts/1/stage", `{"to":"sql","needs":{"budget":"二十万","timing":"三季度"}}`, 200, `"to":"sql"`, `"sentence":"销售已沟通确认，需求四问已答 2 项"`),
			get("with answers", "/contacts/1/stage", `"stage":"sql"`, `"reached":"sql"`, `"answer":"二十万"`),
			post("a deal without a name", "/opportunities", `{"contact_id":1,"name":"","kind":"new"}`, 400, `"name"`),
			post("a deal of nobody's company", "/opportunities", `{"contact_id":2,"name":"甲","kind":"new"}`, 400, `"account_id"`),
			post("a deal", "/opportunities", `{"contact_id":1,"name":"云杉首单","amount":200000,"kind":"new"}`, 201, `"stage":"discovery"`, `"origin":"sales"`, `"target_account":true`, `"field":"created"`),
			post("is accepted", "/opportunities/1/accept", ``, 200, `"accepted_by":"test admin"`),
			post("goes on", "/opportunities/1/move", `{"stage":"quote"}`, 200, `"stage":"quote"`, `"version":3`),
			post("is lost without a reason", "/opportunities/1/move", `{"state":"lost"}`, 400, `"reason"`),
			handlertest.Scenario{Name: "is edited by who has read an old one", Method: "PUT", URL: "/api/v1/opportunities/1", As: handlertest.Admin, Body: `{"name":"云杉首单","amount":1,"kind":"new","version":1}`, Status: 409},
			handlertest.Scenario{Name: "is edited", Method: "PUT", URL: "/api/v1/opportunities/1", As: handlertest.Admin, Body: `{"name":"云杉首单","amount":180000,"kind":"new","version":3,"expected_close":"2026-06-30"}`, Status: 200, Contains: []string{`"amount":180000`, `"from":"200000"`}},
			post("is won", "/opportunities/1/move", `{"state":"won"}`, 200, `"state":"won"`),
			post("for good", "/opportunities/1/move", `{"state":"lost","reason":"price"}`, 409),
			get("with its contact", "/contacts/1/stage", `"stage":"won"`),
			get("in the list", "/opportunities?state=won&account_id=1&kind=new&origin=sales", `"name":"云杉首单"`),
			get("in the funnel", "/figures/funnel?from=2026-01-31T16:00:00Z&to=2026-04-30T16:00:00Z", `{"month":"2026-03","leads":2,"mil":2,"mql":2,"sal":1,"sql":1,"opportunities":1,"won":1,"lead_to_mql":1,"mql_to_opportunity":0.5,"opportunity_to_won":1,"lead_to_won":0.5}`),
			get("in no renewal", "/figures/renewals?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", `{"cohorts":[]}`),
			get("in the losses", "/figures/losses?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", `{"kind":"rejected","stage":"mql","reason":"no_budget","sentence":"没有预算","count":1}`, `"rejected":1`, `"deal":0`),
			get("and in the other figures", "/figures/pipeline?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", `"mlg":0`, `"rejected_rate":0.5`, `"reasons":{"no_budget":1}`, `"won_amount":180000`),
			handlertest.Scenario{Name: "of no window", URL: "/api/v1/figures/funnel?from=now", As: handlertest.Reader, Status: 400, Contains: []string{`"from"`, `"to"`}},
			handlertest.Scenario{Name: "a reader logs nothing", Method: "POST", URL: "/api/v1/contacts/1/activities", As: handlertest.Reader, Body: `{"kind":"declined"}`, Status: 403},
		)
		app.Clock.Advance(20 * 24 * time.Hour)
		app.Run(t,
			get("whom nobody looks after", "/leaks?team=marketing", `"contact_id":2`, `"no_owner":false`),
			get("is counted", "/figures/leaks", `{"no_next_step":1,"no_owner":0,"stage":"mil","team":"marketing"}`),
			get("for its team only", "/leaks?team=sales", `{"items":[]}`),
		)
	})
}

func TestAPI_marketingAndSalesSignTheRules(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const rules = `{"rules":{"mil":{"engagement":30,"view_seconds":60},"mql":{"score":70,"fit":40,"actions":["visit_booked"],"fall_below":50,"fall_after_days":14}},"note":"春季"}`
		as := func(who, method, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: method + url, Method: method, URL: "/api/v1" + url, As: who, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			as(handlertest.Reader, "GET", "/stage-rules/current", "", 200, `"number":0`, `"score":60`),
			as(handlertest.Admin, "POST", "/stage-rules", `{"rules":{"mql":{"score":40,"fall_below":200,"actions":["sneeze"]}}}`, 400, `"mql.fall_below"`, `"mql.actions"`, `"mil.view_seconds"`),
			as(handlertest.Admin, "POST", "/stage-rules", rules, 201, `"number":1`, `"state":"draft"`),
			as(handlertest.Admin, "POST", "/stage-rules", rules, 409),
			as(handlertest.Reader, "GET", "/stage-rules/1/diff", "", 200, `{"field":"mql.score","from":"60","to":"70"}`, `"mil.engagement"`, `"mql.actions"`),
			as(handlertest.Admin, "POST", "/stage-rules/1/sign", `{"team":"marketing"}`, 200, `"marketing_by":"test admin"`, `"state":"draft"`),
			as(handlertest.Admin, "POST", "/stage-rules/1/sign", `{"team":"sales"}`, 409, "两个人"),
			as(handlertest.Admin, "PUT", "/stage-rules/1", rules, 200, `"marketing_by":""`),
			as(handlertest.Admin, "POST", "/stage-rules/1/sign", `{"team":"marketing"}`, 200),
			as(handlertest.Session, "POST", "/stage-rules/1/sign", `{"team":"sales"}`, 200, `"state":"live"`, `"sales_by":"admin"`),
			as(handlertest.Reader, "GET", "/stage-rules/current", "", 200, `"number":1`, `"score":70`),
			as(handlertest.Admin, "PUT", "/stage-rules/1", rules, 409),
			as(handlertest.Admin, "POST", "/stage-rules", rules, 201, `"number":2`),
			as(handlertest.Admin, "DELETE", "/stage-rules/2", "", 204),
			as(handlertest.Reader, "GET", "/stage-rules", "", 200, `"note":"春季"`),
			as(handlertest.Reader, "GET", "/stage-rules/2", "", 404),
			as(handlertest.Reader, "GET", "/stages", "", 200, `"key":"mql","team":"sdr"`, `"key":"contract"`),
			as(handlertest.Admin, "PUT", "/stages/mql", `{"team":"marketing","label_zh":"成熟线索","label_en":"Ripe"}`, 204),
			as(handlertest.Admin, "PUT", "/stages/nirvana", `{"team":"marketing","label_zh":"无","label_en":"None"}`, 404),
			as(handlertest.Admin, "PUT", "/opportunity-stages", `{"stages":[{"key":"a","team":"sales","label_zh":"甲","label_en":"A"}]}`, 400, `"stages"`),
			as(handlertest.Admin, "PUT", "/opportunity-stages", `{"stages":[{"key":"a","team":"sales","label_zh":"甲","label_en":"A"},{"key":"b","team":"sales","label_zh":"乙","label_en":"B"},{"key":"c","team":"sales","label_zh":"丙","label_en":"C"},{"key":"d","team":"sales","label_zh":"丁","label_en":"D"},{"key":"quote","team":"sales","label_zh":"戊","label_en":"E"}]}`, 204),
			as(handlertest.Reader, "GET", "/stages", "", 200, `"label_zh":"成熟线索"`, `"opportunity":[{"key":"a"`),
			as(handlertest.Reader, "GET", "/settings/handover", "", 200, `"sla_minutes":120`, `"auto_accept":false`),
			as(handlertest.Admin, "PUT", "/settings/handover", `{"sla_minutes":60,"work_from":"10:00","work_to":"19:00","auto_accept":true,"leak_days":7}`, 200, `"sla_minutes":60`),
			as(handlertest.Admin, "PUT", "/settings/handover", `{"sla_minutes":0,"work_from":"19:00","work_to":"10:00","auto_accept":true,"leak_days":7}`, 400, `"work_to"`),
		)
	})
}
