package handler_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestAPI_tellsWhy(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p := app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "first", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "second", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "publish too", Method: "POST", URL: "/api/v1/sops/2/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "never in", URL: fmt.Sprintf("/api/v1/why?contact_id=%d&sop_id=1&step_key=hello", p.ContactID), As: handlertest.Reader, Status: 200, Contains: []string{`"touch_id":null`, `"kind":"never"`, "从未进入"}},
		)
		for sop := 1; sop <= 2; sop++ {
			app.Run(t, handlertest.Scenario{Name: "enroll", Method: "POST", URL: fmt.Sprintf("/api/v1/sops/%d/enrollments", sop), As: handlertest.Admin, Body: fmt.Sprintf(`{"contact_ids":[%d]}`, p.ContactID), Status: 200})
		}
		app.Run(t, handlertest.Scenario{Name: "not yet", URL: fmt.Sprintf("/api/v1/why?contact_id=%d&sop_id=1&step_key=hello", p.ContactID), As: handlertest.Reader, Status: 200, Contains: []string{`"kind":"next"`}})
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		require.NoError(t, app.Engine.Group(t.Context()))
		_, err := app.Engine.Dispatch(t.Context())
		require.NoError(t, err)
		app.Run(t,
			handlertest.Scenario{
				Name: "called", URL: "/api/v1/touches/1/why", As: handlertest.Reader, Status: 200,
				Contains: []string{`"kind":"enrolled"`, "手动加入", `"kind":"planned"`, `"kind":"queued"`, `"kind":"called"`, "第 1 次调用企业微信", `"kind":"result"`, `"word":"failed"`},
			},
			handlertest.Scenario{
				Name: "not sent, in numbers", URL: "/api/v1/touches/2/why", As: handlertest.Reader, Status: 200,
				Contains: []string{`"gate":"limits"`, `"used":1`, `"limit":1`, "频次与配额：跳过，客户当天的触达已满（1／1）", `"kind":"result"`},
			},
			handlertest.Scenario{
				Name: "in English", URL: fmt.Sprintf("/api/v1/why?contact_id=%d&sop_id=2&step_key=hello", p.ContactID), As: handlertest.Reader, Status: 200,
				Header: http.Header{"Accept-Language": {"en"}}, Contains: []string{"the contact's day is full (1 of 1)", `"touch_id":2`},
			},
			handlertest.Scenario{Name: "half a question", URL: "/api/v1/why?contact_id=1", As: handlertest.Reader, Status: 400, Contains: []string{"contact_id"}},
			handlertest.Scenario{Name: "no such touch", URL: "/api/v1/touches/99/why", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "no such programme", URL: "/api/v1/why?contact_id=1&sop_id=9&step_key=hello", As: handlertest.Reader, Status: 404},
		)
	})
}
