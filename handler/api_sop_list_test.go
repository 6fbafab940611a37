package handler_test

import (
	"net/http"
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_listsProgrammesAsPeopleLookAtThem(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		yaml := http.Header{"Content-Type": {"application/yaml"}}
		const body = `{"name":"双十一_大促","definition":{"trigger":{"kind":"manual"},"steps":[{"key":"d1","name":"第一天","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"一"}}]}}`
		app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "none yet", URL: "/api/v1/sops/lines", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "make one", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Status: 201, Body: body},
			handlertest.Scenario{Name: "a draft", URL: "/api/v1/sops/lines?state=draft", As: handlertest.Reader, Status: 200, Contains: []string{`"version":0`, `"trigger":{"kind":"manual"}`, `"key":"d1"`, `"due":[0,0,0,0,0,0,0]`}},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "let somebody in", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Status: 200, Body: `{"contact_ids":[1]}`},
			handlertest.Scenario{Name: "with the day that is due", URL: "/api/v1/sops/lines?state=live", As: handlertest.Reader, Status: 200, Contains: []string{`"version":1`, `"due":[0,1,0,0,0,0,0]`, `"enrollments":{"active":1}`}},
			handlertest.Scenario{Name: "by a part of the name", URL: "/api/v1/sops/lines?q=一_大", As: handlertest.Reader, Status: 200, Contains: []string{`"id":1`}},
			handlertest.Scenario{Name: "signs of the database mean themselves", URL: "/api/v1/sops/lines?q=双%25", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "no such state", URL: "/api/v1/sops/lines?state=asleep", As: handlertest.Reader, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "templates", URL: "/api/v1/sop-templates", As: handlertest.Reader, Status: 200, Contains: []string{`"key":"new-friend"`, `"name":"续约"`, `"key":"silent"`}},
			handlertest.Scenario{Name: "look into a file", Method: "POST", URL: "/api/v1/sops/file/check", As: handlertest.Admin, Header: yaml, Body: "name: 试试\ntrigger: {kind: manual}\nsteps:\n- {key: d1, offset: {day: 1}, channel: group_message, content: {text: 您好}}\n", Status: 200, Contains: []string{`"name":"试试"`, `"code":"moved"`}},
			handlertest.Scenario{Name: "with faults", Method: "POST", URL: "/api/v1/sops/file/check", As: handlertest.Admin, Header: yaml, Body: "name: 试试\ntrigger: {kind: manual}\nsteps: []\n", Status: 400, Contains: []string{`"steps"`}},
			handlertest.Scenario{Name: "nothing was made", URL: "/api/v1/sops/lines?state=draft", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "a reader looks into no file", Method: "POST", URL: "/api/v1/sops/file/check", As: handlertest.Reader, Header: yaml, Body: "x", Status: 403},
		)
	})
}
