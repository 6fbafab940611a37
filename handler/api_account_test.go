package handler_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_keepsAccountsAndTheirPage(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const admin, reader, put, post, del = handlertest.Admin, handlertest.Reader, http.MethodPut, http.MethodPost, http.MethodDelete
		first := app.Person(t, "anna", "王小明")
		app.Person(t, "bert", "李雷")
		app.Run(t,
			handlertest.Scenario{Name: "none yet", URL: "/api/v1/accounts", As: reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "a reader makes none", Method: post, URL: "/api/v1/accounts", As: reader, Body: `{"name":"星辰科技"}`, Status: 403},
			handlertest.Scenario{Name: "create", Method: post, URL: "/api/v1/accounts", As: admin, Body: `{"name":"星辰科技有限公司","tier":"A","employees":300,"owner_id":1,"owner_backup_id":2}`, Status: 201, Contains: []string{`"version":1`, `"lifecycle":"prospect"`, `"acv":null`}},
			handlertest.Scenario{Name: "twice is a conflict that names it", Method: post, URL: "/api/v1/accounts", As: admin, Body: `{"name":"星辰科技（有限公司）","tier":"X"}`, Status: 400, Contains: []string{`"tier"`}},
			handlertest.Scenario{Name: "in another width", Method: post, URL: "/api/v1/accounts", As: admin, Body: `{"name":"星辰科技 有限公司"}`, Status: 409, Contains: []string{"已有同名公司：[星辰科技有限公司]（公司编号 1）"}},
			handlertest.Scenario{Name: "an unknown field", Method: post, URL: "/api/v1/accounts", As: admin, Body: `{"name":"x","colour":"red"}`, Status: 400, Contains: []string{`"colour"`}},
			handlertest.Scenario{Name: "change", Method: put, URL: "/api/v1/accounts/1", As: admin, Body: `{"version":1,"name":"星辰科技","tier":"A","owner_id":1,"owner_backup_id":2}`, Status: 200, Contains: []string{`"version":2`, `"name":"星辰科技"`}},
			handlertest.Scenario{Name: "somebody else was faster", Method: put, URL: "/api/v1/accounts/1", As: admin, Body: `{"version":1,"name":"慢"}`, Status: 409},
			handlertest.Scenario{Name: "another name", Method: post, URL: "/api/v1/accounts/1/aliases", As: admin, Body: `{"alias":"Star Tech"}`, Status: 201, Contains: []string{`"source":"manual"`}},
			handlertest.Scenario{Name: "a domain", Method: post, URL: "/api/v1/accounts/1/domains", As: admin, Body: `{"domain":"https://www.xingchen.com.cn/about"}`, Status: 201, Contains: []string{`"name":"xingchen.com.cn"`}},
			handlertest.Scenario{Name: "a free-mail domain", Method: post, URL: "/api/v1/accounts/1/domains", As: admin, Body: `{"domain":"163.com"}`, Status: 400, Contains: []string{`"domain"`}},
			handlertest.Scenario{Name: "it is gone again", Method: del, URL: "/api/v1/accounts/1/domains/1", As: admin, Status: 204},
			handlertest.Scenario{Name: "it was gone", Method: del, URL: "/api/v1/accounts/1/domains/1", As: admin, Status: 404},
			handlertest.Scenario{Name: "search by its other name", URL: "/api/v1/accounts?q=star", As: reader, Status: 200, Contains: []string{`"id":1`, `"owner_name":"销售anna","sdr_name":"","ring":{"marketing":0`, `"coverage":{"people":0`}},
			handlertest.Scenario{Name: "who lacks an SDR", URL: "/api/v1/accounts?lacks=sdr&owner_id=1&tier=A", As: reader, Status: 200, Contains: []string{`"id":1`}},
			handlertest.Scenario{Name: "and how many do", URL: "/api/v1/accounts/quality", As: reader, Status: 200, Contains: []string{`"sdr":1`, `"owner":0`}},
			handlertest.Scenario{Name: "a filter that is none", URL: "/api/v1/accounts?lacks=luck&target=yes", As: reader, Status: 400, Contains: []string{`"lacks"`, `"target"`}},

			handlertest.Scenario{Name: "a plan", Method: put, URL: "/api/v1/accounts/1/plan", As: admin, Body: `{"version":0,"goals":"拿下总部","expected_people":3,"review":true}`, Status: 200, Contains: []string{`"version":1`, `"expected_people":3`}},
			handlertest.Scenario{Name: "the weekly review", URL: "/api/v1/accounts?review=1", As: reader, Status: 200, Contains: []string{`"id":1`}},
			handlertest.Scenario{Name: "a next action", Method: post, URL: "/api/v1/accounts/1/actions", As: admin, Body: `{"title":"约演示","side":"sales","rep_id":1,"due_day":"2026-03-09"}`, Status: 201, Contains: []string{`"done_at":null`}},
			handlertest.Scenario{Name: "no day", Method: post, URL: "/api/v1/accounts/1/actions", As: admin, Body: `{"title":"x","side":"sales","rep_id":1,"due_day":"soon"}`, Status: 400, Contains: []string{`"due_day"`}},
			handlertest.Scenario{Name: "done", Method: put, URL: "/api/v1/accounts/1/actions/1", As: admin, Body: `{"title":"约演示","side":"sales","rep_id":1,"due_day":"2026-03-09","done":true}`, Status: 200, Contains: []string{`"done_at":"2026-03-02T02:00:00Z"`}},
			handlertest.Scenario{Name: "a reason to call", Method: post, URL: "/api/v1/accounts/1/events", As: admin, Body: `{"kind":"funding","title":"B 轮融资","url":"https://example.com/a","at":"2026-02-20T00:00:00Z"}`, Status: 201},
			handlertest.Scenario{Name: "a note", Method: post, URL: "/api/v1/accounts/1/notes", As: admin, Body: `{"text":"下周沙龙"}`, Status: 201, Contains: []string{`"text":"下周沙龙"`}},
			handlertest.Scenario{Name: "the notes", URL: "/api/v1/accounts/1/notes", As: reader, Status: 200, Contains: []string{"下周沙龙"}},
			handlertest.Scenario{Name: "its owner is away", Method: post, URL: "/api/v1/absences", As: admin, Body: `{"rep_id":1,"from_day":"2026-03-01","to_day":"2026-03-08"}`, Status: 201},
			handlertest.Scenario{Name: "who is away", URL: "/api/v1/absences?rep_id=1", As: reader, Status: 200, Contains: []string{`"to_day":"2026-03-08"`}},
			handlertest.Scenario{Name: "what tiers ask for", URL: "/api/v1/tiers", As: reader, Status: 200, Contains: []string{`{"tier":"A","expected":7,"floor":3,"touches":6,"sla_minutes":0,"owner_level":"","gift_budget":0}`}},
			handlertest.Scenario{Name: "tier A asks for eight touches", Method: put, URL: "/api/v1/tiers", As: admin, Body: `{"tier":"A","expected":9,"floor":2,"touches":8,"sla_minutes":30,"owner_level":"总监","gift_budget":5000}`, Status: 204},
			handlertest.Scenario{Name: "which every rep sees", URL: "/api/v1/tiers", As: reader, Status: 200, Contains: []string{`"touches":8,"sla_minutes":30,"owner_level":"总监","gift_budget":5000}`}},
			handlertest.Scenario{Name: "no time to answer", Method: put, URL: "/api/v1/tiers", As: admin, Body: `{"tier":"A","expected":9,"floor":2,"touches":8,"sla_minutes":-1,"gift_budget":-1}`, Status: 400, Contains: []string{`"sla_minutes"`, `"gift_budget"`}},
			handlertest.Scenario{Name: "no policy", Method: put, URL: "/api/v1/tiers", As: admin, Body: `{"tier":"A","expected":0,"floor":2,"touches":8}`, Status: 400, Contains: []string{`"expected"`, `"floor"`}},
		)
		conn, now, one, account := app.DB.Conn(t.Context()), app.DB.Now(t.Context()), int8(1), int64(1)
		require.NoError(t, conn.Model(&model.Contact{ID: first.ContactID}).Updates(map[string]any{"account_id": account, "position": "产品经理"}).Error)
		require.NoError(t, conn.Create(&model.AccountMember{ContactID: first.ContactID, AccountID: account, OpenSlot: &one, FromAt: now}).Error)
		for _, channel := range []string{"group_message", model.ChannelRepPrompt} {
			require.NoError(t, conn.Create(&model.Touch{
				ContactID: first.ContactID, RepID: 1, Channel: channel, State: model.TouchDelivered, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, SentAt: &now, LocalDay: "2026-03-02",
			}).Error)
		}
		app.Run(t,
			handlertest.Scenario{
				Name: "the page", URL: "/api/v1/accounts/1?weeks=2", As: reader, Status: 200,
				Contains: []string{
					`"owner":{"rep_id":2,"away":1,"reason":"backup"}`, `"sdr":{"rep_id":0,"away":0,"reason":"nobody"}`, `"weeks":["2026-02-23","2026-03-02"]`,
					`"cells":[{"contact_id":1,"week":"2026-03-02","marketing":1,"sales":1,"responses":0}]`, `"ring":{"marketing":1,"sales":1,"total":2,"need":8,"people":1,"recent":2,"full":false}`,
					`"why_now":{"id":1`, `"level":"red"`, `"code":"no_decision_maker","text":"还没找到拍板的人"`, `认识 0 人，少于下限 2 人`, `"last_touch":"2026-03-02"`, `"score":{"account_id":1,`, `"1":"销售anna"`,
				},
			},
			handlertest.Scenario{Name: "too wide a graph", URL: "/api/v1/accounts/1?weeks=54", As: reader, Status: 400, Contains: []string{`"weeks"`}},
			handlertest.Scenario{Name: "no such account", URL: "/api/v1/accounts/9", As: reader, Status: 404},
			handlertest.Scenario{Name: "say who they are", Method: put, URL: "/api/v1/contacts/1/person", As: admin, Body: `{"role":"boss","email":"wang@xingchen.com.cn"}`, Status: 200, Contains: []string{`"role":"boss","role_confidence":1,"role_source":"person"`}},
			handlertest.Scenario{Name: "nonsense", Method: put, URL: "/api/v1/contacts/1/person", As: admin, Body: `{"role":"king"}`, Status: 400, Contains: []string{`"role"`}},
			handlertest.Scenario{Name: "nobody is unsure", URL: "/api/v1/roles/unconfirmed?rep_id=1", As: reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "take the word back", Method: put, URL: "/api/v1/contacts/1/person", As: admin, Body: `{"role":""}`, Status: 200, Contains: []string{`"role":""`, `"role_source":"guess"`}},
			handlertest.Scenario{Name: "then somebody should say it", URL: "/api/v1/roles/unconfirmed?rep_id=1", As: reader, Status: 200, Contains: []string{`"guess":"influencer"`, `"keyword":"产品经理"`}},
			handlertest.Scenario{Name: "drop the note", Method: del, URL: "/api/v1/accounts/1/notes/1", As: admin, Status: 204},
			handlertest.Scenario{Name: "drop the event", Method: del, URL: "/api/v1/accounts/1/events/1", As: admin, Status: 204},
			handlertest.Scenario{Name: "drop the action", Method: del, URL: "/api/v1/accounts/1/actions/1", As: admin, Status: 204},
			handlertest.Scenario{Name: "back early", Method: del, URL: "/api/v1/absences/1", As: admin, Status: 204},
		)
	})
}

func TestAPI_keepsTargetListsAndTheWeeklyMeeting(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const admin, reader, put, post, del = handlertest.Admin, handlertest.Reader, http.MethodPut, http.MethodPost, http.MethodDelete
		app.Person(t, "anna", "王小明")
		app.Person(t, "bert", "李雷")
		for _, name := range []string{"星辰科技", "北辰银行", "南辰药业"} {
			app.Run(t, handlertest.Scenario{Name: name, Method: post, URL: "/api/v1/accounts", As: admin, Body: `{"name":"` + name + `","tier":"B","owner_id":1}`, Status: 201})
		}
		const names = `[{"account_id":1,"rep_id":1,"large":true,"profitable":true,"success_case":true},{"account_id":2,"rep_id":1,"note":"标杆"},{"account_id":1,"rep_id":2,"note":"我也提名"}]`
		app.Run(t,
			handlertest.Scenario{Name: "a list", Method: post, URL: "/api/v1/target-lists", As: admin, Body: `{"name":"年度目标","purposes":["named"]}`, Status: 201, Contains: []string{`"kind":"fixed"`, `"accounts":0`, `"filter":null`}},
			handlertest.Scenario{Name: "no such purpose", Method: post, URL: "/api/v1/target-lists", As: admin, Body: `{"name":"x","purposes":["fun"]}`, Status: 400, Contains: []string{`"purposes"`}},
			handlertest.Scenario{Name: "what the nominations come to", Method: post, URL: "/api/v1/target-lists/1/nominations", As: admin, Body: `{"dry_run":true,"nominations":` + names + `}`, Status: 200, Contains: []string{`"reps":2,"named":3,"duplicates":1,"accounts":2,"already":0,"added":0`, `"rep_ids":[1,2]`}},
			handlertest.Scenario{Name: "nobody is on it", URL: "/api/v1/target-lists/1/accounts", As: reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "put them on", Method: post, URL: "/api/v1/target-lists/1/nominations", As: admin, Body: `{"nominations":` + names + `}`, Status: 200, Contains: []string{`"added":2`}},
			handlertest.Scenario{Name: "the selection test", Method: post, URL: "/api/v1/target-lists/1/nominations", As: admin, Body: `{"nominations":[{"account_id":3,"large":true}]}`, Status: 400, Contains: []string{"第 1 家没有全部满足选择标准"}},
			handlertest.Scenario{Name: "who is on it", URL: "/api/v1/target-lists/1/accounts?limit=1", As: reader, Status: 200, Contains: []string{`"name":"星辰科技"`, `"next_cursor"`}},
			handlertest.Scenario{Name: "who was yesterday", URL: "/api/v1/target-lists/1/accounts?on=2026-03-01", As: reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "who is tonight", URL: "/api/v1/target-lists/1/accounts?on=2026-03-02", As: reader, Status: 200, Contains: []string{`"account_id":2`}},
			handlertest.Scenario{Name: "its size", URL: "/api/v1/target-lists/1/sizes", As: reader, Status: 200, Contains: []string{`{"at":"2026-03-02T02:00:00Z","accounts":2}`}},
			handlertest.Scenario{Name: "the meeting of targets", URL: "/api/v1/accounts/rings?limit=1", As: reader, Status: 200, Contains: []string{`"name":"星辰科技"`, `"total":0`, `"next_cursor"`}},
			handlertest.Scenario{Name: "of a list and an owner", URL: "/api/v1/accounts/rings?list_id=1&owner_id=1&days=90", As: reader, Status: 200, Contains: []string{`"id":2`}, NotContains: []string{`"id":3`}},
			handlertest.Scenario{Name: "the meeting itself", URL: "/api/v1/meeting?limit=1", As: reader, Status: 200, Contains: []string{`"name":"星辰科技"`, `"owner_name":"销售anna"`, `"week":{"marketing":0,"sales":0},"last_touch":null,"next":null`, `"next_cursor"`}},
			handlertest.Scenario{Name: "by owner", URL: "/api/v1/meeting/owners?days=90", As: reader, Status: 200, Contains: []string{`{"items":[{"owner_id":1,"owner_name":"销售anna","accounts":2,"zero":2,"full":0,"marketing":0,"sales":0,"recent":0}],"more":false}`}},
			handlertest.Scenario{Name: "a cursor of nobody's", URL: "/api/v1/accounts/rings?cursor=zzz&days=1000", As: reader, Status: 400, Contains: []string{`"cursor"`, `"days"`}},
			handlertest.Scenario{Name: "take one off", Method: del, URL: "/api/v1/target-lists/1/accounts/2", As: admin, Status: 204},
			handlertest.Scenario{Name: "rename", Method: put, URL: "/api/v1/target-lists/1", As: admin, Body: `{"version":1,"name":"重点客户"}`, Status: 200, Contains: []string{`"name":"重点客户"`, `"accounts":1`, `"version":2`}},
			handlertest.Scenario{Name: "ready filters", URL: "/api/v1/target-lists/templates", As: reader, Status: 200, Contains: []string{`"key":"renew"`, "续约"}},
			handlertest.Scenario{Name: "a dynamic list", Method: post, URL: "/api/v1/target-lists", As: admin, Body: `{"name":"B 级","filter":{"v":1,"op":"and","of":[{"f":"tier","is":"in","v":["B"]}]}}`, Status: 201, Contains: []string{`"kind":"dynamic"`, `"accounts":3`}},
			handlertest.Scenario{Name: "a filter that says nothing we know", Method: post, URL: "/api/v1/target-lists", As: admin, Body: `{"name":"x","filter":{"v":1,"op":"and","of":[{"f":"luck","is":"yes"}]}}`, Status: 400},
			handlertest.Scenario{Name: "refresh", Method: post, URL: "/api/v1/target-lists/2/refresh", As: admin, Status: 200, Contains: []string{`"accounts":3`}},
			handlertest.Scenario{Name: "all are targets", URL: "/api/v1/accounts?target=1&list_id=2", As: reader, Status: 200, Contains: []string{`"id":3`}},
			handlertest.Scenario{Name: "close", Method: post, URL: "/api/v1/target-lists/2/close", As: admin, Status: 200, Contains: []string{`"accounts":0`, `"closed_at":"2026`}},
			handlertest.Scenario{Name: "closed is closed", Method: post, URL: "/api/v1/target-lists/2/refresh", As: admin, Status: 409},
			handlertest.Scenario{Name: "one stays a target", URL: "/api/v1/accounts?target=1", As: reader, Status: 200, Contains: []string{`"id":1`}, NotContains: []string{`"id":3`}},
			handlertest.Scenario{Name: "the lists", URL: "/api/v1/target-lists", As: reader, Status: 200, Contains: []string{`"name":"重点客户"`}},
			handlertest.Scenario{Name: "one list", URL: "/api/v1/target-lists/1", As: reader, Status: 200, Contains: []string{`"accounts":1`}},
			handlertest.Scenario{Name: "no such list", URL: "/api/v1/target-lists/9", As: reader, Status: 404},
		)
	})
}
