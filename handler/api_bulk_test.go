package handler_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestAPI_enrollsInBulk(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		for i := range 3 {
			app.Person(t, "anna", fmt.Sprint("客户", i))
		}
		jobs := func(name, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "POST", URL: "/api/v1/sops/1/enrollment-jobs", As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			jobs("a draft takes nobody in", `{"source":"matching"}`, 409),
			jobs("but can be counted", `{"source":"matching","dry_run":true}`, 202, `"state":"queued"`, `"total":3`, `"dry_run":true`, `"anchor":"now"`),
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			jobs("by ids", `{"source":"contacts","contact_ids":[1,2,99],"anchor":"added_at"}`, 202, `"total":3`, `"anchor":"added_at"`, `"created_by":"test admin"`),
			jobs("by filter", `{"source":"filter","filter":{"f":"owner","is":"in","v":[1]}}`, 202, `"source":"filter"`),
			jobs("by nothing", `{}`, 400, "必须是 contacts、audience、filter 或 matching"),
			jobs("by an audience that is not there", `{"source":"audience","audience_id":4}`, 404),
			jobs("by half a filter", `{"source":"filter","filter":{"f":"owner"}}`, 400),
			handlertest.Scenario{Name: "readers let nobody in", Method: "POST", URL: "/api/v1/sops/1/enrollment-jobs", As: handlertest.Reader, Body: `{"source":"matching"}`, Status: 403},
			handlertest.Scenario{Name: "cancel", Method: "POST", URL: "/api/v1/enrollment-jobs/3/cancel", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"cancelled"`}},
			handlertest.Scenario{Name: "cancel again", Method: "POST", URL: "/api/v1/enrollment-jobs/3/cancel", As: handlertest.Admin, Status: 409, Contains: []string{"任务已经取消"}},
		)
		for again := true; again; {
			var err error
			again, err = app.Engine.RunJobs(t.Context())
			require.NoError(t, err)
		}
		app.Run(t,
			handlertest.Scenario{Name: "counted", URL: "/api/v1/enrollment-jobs/1", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"done"`, `"entered":3`}},
			handlertest.Scenario{Name: "done", URL: "/api/v1/enrollment-jobs/2", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"done"`, `"entered":2`, `"failed":1`}},
			handlertest.Scenario{Name: "who is inside", URL: "/api/v1/sops/1/enrollments?state=active", As: handlertest.Reader, Status: 200, Contains: []string{`"contact_id":1`, `"contact_id":2`}, NotContains: []string{`"contact_id":3`}},
			handlertest.Scenario{Name: "the jobs of an SOP", URL: "/api/v1/sops/1/enrollment-jobs?limit=2", As: handlertest.Reader, Status: 200, Contains: []string{`"id":3`, `"id":2`, "next_cursor"}, NotContains: []string{`"id":1,`}},
			handlertest.Scenario{Name: "of no SOP", URL: "/api/v1/sops/9/enrollment-jobs", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "no job", URL: "/api/v1/enrollment-jobs/9", As: handlertest.Reader, Status: 404, Contains: []string{"没有这个批量加入任务"}},
		)
	})
}

func TestAPI_keepsDatesOfContacts(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		put := func(name, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: "/api/v1/contacts/" + url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			put("set", "1/dates/contract_end", `{"day":"2026-05-20"}`, 204),
			put("move", "1/dates/contract_end", `{"day":"2026-06-20"}`, 204),
			put("another", "1/dates/birthday", `{"day":"1992-02-29"}`, 204),
			put("no day", "1/dates/birthday", `{"day":"29.2.1992"}`, 400, "必须是 1900 到 2999 年之间的日期，例如 2026-05-20"),
			put("no such day", "1/dates/birthday", `{"day":"2026-02-29"}`, 400),
			put("no name for a field", "1/dates/Birth-Day", `{"day":"2026-02-28"}`, 400, `"field"`),
			put("nobody", "9/dates/birthday", `{"day":"2026-02-28"}`, 404),
			handlertest.Scenario{Name: "list", URL: "/api/v1/contacts/1/dates", As: handlertest.Reader, Status: 200, Contains: []string{`{"field":"birthday","day":"1992-02-29"`, `{"field":"contract_end","day":"2026-06-20"`}},
			handlertest.Scenario{Name: "clear", Method: "DELETE", URL: "/api/v1/contacts/1/dates/birthday", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "clear again", Method: "DELETE", URL: "/api/v1/contacts/1/dates/birthday", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "one is left", URL: "/api/v1/contacts/1/dates", As: handlertest.Reader, Status: 200, NotContains: []string{"birthday"}},
			handlertest.Scenario{Name: "of nobody", URL: "/api/v1/contacts/9/dates", As: handlertest.Reader, Status: 404},
		)
	})
}

func TestAPI_keepsTheGlobalHoldout(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		set := func(name, percent string, status int, contains string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: "/api/v1/settings/holdout", As: handlertest.Admin, Body: `{"percent":` + percent + `}`, Status: status, Contains: []string{contains}}
		}
		app.Run(t,
			handlertest.Scenario{Name: "none at first", URL: "/api/v1/settings/holdout", As: handlertest.Reader, Status: 200, Contains: []string{`{"percent":0}`}},
			set("set", "2.5", 200, `{"percent":2.5}`),
			set("too many", "5.01", 400, `"percent"`),
			set("finer than buckets", "0.001", 400, `"percent"`),
			handlertest.Scenario{Name: "it stays", URL: "/api/v1/settings/holdout", As: handlertest.Reader, Status: 200, Contains: []string{`{"percent":2.5}`}},
		)
	})
}
