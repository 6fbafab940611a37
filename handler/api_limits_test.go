package handler_test

import (
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_keepsDatedLimits(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const url = "/api/v1/limits"
		app.Run(t,
			handlertest.Scenario{Name: "the default", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`"items":[]`, `"today":{"valid_from":"","contact_day":1,"contact_week":3,"rep_day":30,"quota_mode":"month"`}},
			handlertest.Scenario{Name: "a reader sets none", Method: "PUT", URL: url, As: handlertest.Reader, Body: `{"valid_from":"2026-03-01","quota_mode":"day"}`, Status: 403},
			handlertest.Scenario{Name: "from a day on", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"valid_from":"2026-03-01","contact_day":2,"quota_mode":"week"}`, Status: 204},
			handlertest.Scenario{Name: "from a later day on", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"valid_from":"2026-04-01","quota_mode":"month","quota_count":4}`, Status: 204},
			handlertest.Scenario{
				Name: "the one in force", URL: url, As: handlertest.Reader, Status: 200,
				Contains: []string{`"today":{"valid_from":"2026-03-01","contact_day":2,"contact_week":null,"rep_day":null,"quota_mode":"week","quota_count":null}`, `"quota_count":4`},
			},
			handlertest.Scenario{
				Name: "0 is not 'none'", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"valid_from":"1 March","contact_day":0,"quota_mode":"none","quota_count":4}`, Status: 400,
				Contains: []string{`"valid_from"`, `"contact_day"`, `"quota_count"`, "不限制请留空"},
			},
		)
	})
}

func TestAPI_keepsTheSendHours(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const url = "/api/v1/settings/send-hours"
		app.Run(t,
			handlertest.Scenario{Name: "the default", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`{"from":"09:00","to":"20:30","workdays":false}`}},
			handlertest.Scenario{Name: "a reader sets none", Method: "PUT", URL: url, As: handlertest.Reader, Body: `{"from":"10:00","to":"18:00","workdays":true}`, Status: 403},
			handlertest.Scenario{Name: "narrower", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"from":"10:00","to":"18:00","workdays":true}`, Status: 200},
			handlertest.Scenario{Name: "they stay", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`{"from":"10:00","to":"18:00","workdays":true}`}},
			handlertest.Scenario{Name: "over night", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"from":"20:00","to":"08:00","workdays":false}`, Status: 400, Contains: []string{`"to"`, "开始要早于结束"}},
			handlertest.Scenario{Name: "no time", Method: "PUT", URL: url, As: handlertest.Admin, Body: `{"from":"29:00","to":"08:00","workdays":false}`, Status: 400, Contains: []string{`"from"`, "不是时刻"}},
		)
	})
}
