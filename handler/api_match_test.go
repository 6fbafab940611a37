package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/service/account"
)

func TestAPI_decidesWhichAccountAContactIsAt(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		ctx := t.Context()
		for _, name := range []string{"深圳市腾讯计算机系统有限公司", "上海白云软件有限公司", "白云软件公司"} {
			_, err := app.Accounts.Create(ctx, account.Input{Name: name, Lifecycle: model.LifecycleProspect})
			require.NoError(t, err)
		}
		notes := []string{"腾迅", "腾迅", "深圳市腾讯计算机系统有限公司", ""}
		for i, note := range notes {
			r := app.Person(t, []string{"anna", "anna", "bert", "bert"}[i], []string{"王", "李", "张", "赵"}[i])
			require.NoError(t, app.DB.Conn(ctx).Model(&r).Update("remark_company", note).Error)
			require.NoError(t, app.Accounts.Rematch(ctx, r.ContactID))
		}
		for more := true; more; {
			var err error
			more, err = app.Accounts.MatchDue(ctx)
			require.NoError(t, err)
		}
		post := func(name, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "POST", URL: url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		put := func(name, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		get := func(name, url string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, URL: url, As: handlertest.Reader, Status: status, Contains: contains}
		}
		app.Run(t,
			get("what waits", "/api/v1/match/suggestions", 200, `"contact_name":"王"`, `"contact_name":"李"`, "可能属于“深圳市腾讯计算机系统有限公司”", "依据：备注的公司 [腾迅]"),
			get("one page", "/api/v1/match/suggestions?limit=1", 200, `"next_cursor"`),
			handlertest.Scenario{Name: "of one rep", URL: "/api/v1/match/suggestions?rep_id=2", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "a reader decides nothing", Method: "POST", URL: "/api/v1/match/suggestions/1/reject", As: handlertest.Reader, Status: 403},
			get("why", "/api/v1/contacts/3/match", 200, `"state":"automatic"`, "已自动归入“深圳市腾讯计算机系统有限公司”", `"stays":[{"account_id":1`),
			get("nobody", "/api/v1/contacts/99/match", 404),
			post("accept", "/api/v1/match/suggestions/1/accept", `{}`, 200, `"state":"accepted"`, `"present_account_id":1`),
			post("again", "/api/v1/match/suggestions/1/accept", `{}`, 200),
			post("too late", "/api/v1/match/suggestions/1/reject", ``, 409, "已有其他人处理了这条建议"),
			post("no such thing", "/api/v1/match/suggestions/99/reject", ``, 404),
			post("an effect that is none", "/api/v1/match/suggestions/2/accept", `{"effects":"x"}`, 400),
			post("undo", "/api/v1/match/decisions/1/undo", ``, 200, `"state":"undone"`, `"present_account_id":null`),
			get("and waits again", "/api/v1/match/suggestions", 200, `"contact_name":"王"`, `"contact_name":"李"`),
			post("reject", "/api/v1/match/suggestions/2/reject", ``, 200, `"state":"rejected"`),
			put("by hand", "/api/v1/contacts/4/account", `{"account_id":2,"effect":"join"}`, 200, `"source":"manual"`, `"account_name":"上海白云软件有限公司"`),
			put("at another", "/api/v1/contacts/4/account", `{"account_id":1,"effect":"join"}`, 409, "此人已属于另一家公司"),
			put("no effect", "/api/v1/contacts/4/account", `{"account_id":1}`, 400, `"effect"`),
			put("it was a mistake", "/api/v1/contacts/4/account", `{"account_id":3,"effect":"correct"}`, 200),
			post("merge", "/api/v1/accounts/3/merge", `{"into":2}`, 200, `"into_name":"上海白云软件有限公司"`),
			post("merge into itself", "/api/v1/accounts/2/merge", `{"into":2}`, 400, `"into"`),
			get("the person went along", "/api/v1/contacts/4/match", 200, `"stays":[{"account_id":2`),
			get("merges", "/api/v1/accounts/2/merges", 200, `"from_id":3`),
			post("undo the merge", "/api/v1/account-merges/1/undo", ``, 204),
			get("and came back", "/api/v1/contacts/4/match", 200, `"stays":[{"account_id":3`),
			post("split", "/api/v1/accounts/3/split", `{"into":1,"contact_ids":[4]}`, 204),
			post("who is not there", "/api/v1/accounts/3/split", `{"into":2,"contact_ids":[4]}`, 409, "其中有人不在这家公司"),
			put("gone", "/api/v1/contacts/4/account", `{"account_id":null,"effect":"move"}`, 200, "确认不属于任何公司"),
			get("domains", "/api/v1/match/domains", 200, `{"items":[]}`),
			put("an unknown domain", "/api/v1/match/domains/example.com", `{"shared":true}`, 404),
			put("no word on it", "/api/v1/match/domains/example.com", `{}`, 400, `"shared"`),
		)
	})
}
