package handler_test

import (
	"net/http"
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_savesAudiencesAndCountsThem(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Person(t, "anna", "李雷")
		const wang = `{"v":1,"op":"and","of":[{"f":"owner","is":"in","v":[1]}]}`
		app.Run(t,
			handlertest.Scenario{Name: "none yet", URL: "/api/v1/audiences", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "count before saving", Method: "POST", URL: "/api/v1/audiences/count", As: handlertest.Reader, Body: `{"filter":` + wang + `}`, Status: 200, Contains: []string{`{"count":2}`}},
			handlertest.Scenario{Name: "everybody", Method: "POST", URL: "/api/v1/audiences/count", As: handlertest.Reader, Body: `{"filter":null}`, Status: 200, Contains: []string{`{"count":2}`}},
			handlertest.Scenario{Name: "a filter that says nothing we know", Method: "POST", URL: "/api/v1/audiences/count", As: handlertest.Reader, Body: `{"filter":{"v":1,"op":"xor","of":[]}}`, Status: 400},
			handlertest.Scenario{Name: "who it is before saving", Method: "POST", URL: "/api/v1/audiences/members?limit=1", As: handlertest.Reader, Body: `{"filter":` + wang + `}`, Status: 200, Contains: []string{`"name":"王小明"`, `"next_cursor"`}},
			handlertest.Scenario{Name: "nobody of a filter that says nothing we know", Method: "POST", URL: "/api/v1/audiences/members", As: handlertest.Reader, Body: `{"filter":{"v":1,"op":"xor","of":[]}}`, Status: 400},
			handlertest.Scenario{Name: "a reader saves nothing", Method: "POST", URL: "/api/v1/audiences", As: handlertest.Reader, Body: `{"name":"安娜的","filter":` + wang + `}`, Status: 403},
			handlertest.Scenario{Name: "save", Method: "POST", URL: "/api/v1/audiences", As: handlertest.Admin, Body: `{"name":"安娜的","filter":` + wang + `}`, Status: 201, Contains: []string{`"id":1`, `"name":"安娜的"`, `"f":"owner"`}},
			handlertest.Scenario{Name: "the name is taken", Method: "POST", URL: "/api/v1/audiences", As: handlertest.Admin, Body: `{"name":"安娜的","filter":null}`, Status: 409},
			handlertest.Scenario{Name: "no name", Method: "POST", URL: "/api/v1/audiences", As: handlertest.Admin, Body: `{"name":" ","filter":null}`, Status: 400, Contains: []string{`"name"`}},
			handlertest.Scenario{Name: "one, with its count", URL: "/api/v1/audiences/1", As: handlertest.Reader, Status: 200, Contains: []string{`"count":2`}},
			handlertest.Scenario{Name: "who is in it", URL: "/api/v1/audiences/1/members?limit=1", As: handlertest.Reader, Status: 200, Contains: []string{`"name":"王小明"`, `"next_cursor"`}},
			handlertest.Scenario{Name: "all, in words", URL: "/api/v1/audiences", As: handlertest.Reader, Status: 200, Contains: []string{`"sentence":"跟进员工是 `}},
			handlertest.Scenario{Name: "change", Method: "PUT", URL: "/api/v1/audiences/1", As: handlertest.Admin, Body: `{"name":"所有人","filter":null}`, Status: 200, Contains: []string{`"name":"所有人"`, `"filter":null`}},
			handlertest.Scenario{Name: "a programme lets people in by it", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Status: 201, Body: `{"name":"双十一","definition":{"trigger":{"kind":"audience_entered","audience_id":1},"steps":[{"key":"d1","offset":{"day":1},"channel":"group_message","content":{"text":"一"}}]}}`},
			handlertest.Scenario{Name: "and is live", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "which it says", URL: "/api/v1/audiences/1", As: handlertest.Reader, Status: 200, Contains: []string{`"used_by":[{"id":1,"name":"双十一","state":"live"}]`}},
			handlertest.Scenario{Name: "it stays", Method: "DELETE", URL: "/api/v1/audiences/1", As: handlertest.Admin, Status: 409, Contains: []string{"[双十一] 按此人群让客户进入"}},
			handlertest.Scenario{Name: "until the programme is archived", Method: "POST", URL: "/api/v1/sops/1/archive", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "delete", Method: "DELETE", URL: "/api/v1/audiences/1", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "it is gone", URL: "/api/v1/audiences/1", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "nobody is in what is gone", URL: "/api/v1/audiences/1/members", As: handlertest.Reader, Status: 404},
		)
	})
}

func TestAPI_theCorpChangesItsCalendar(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Run(t,
			handlertest.Scenario{Name: "the announced year", URL: "/api/v1/calendar?year=2026", As: handlertest.Reader, Status: 200, Contains: []string{`"known":true`, `{"day":"2026-02-14","kind":"work","name":"春节","own":false}`}},
			handlertest.Scenario{Name: "in English", URL: "/api/v1/calendar?year=2026", As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}}, Contains: []string{`"name":"Spring Festival"`, `"name":"National Day"`}},
			handlertest.Scenario{Name: "a year nobody has announced", URL: "/api/v1/calendar?year=2031", As: handlertest.Reader, Status: 200, Contains: []string{`{"year":2031,"known":false,"days":[]}`}},
			handlertest.Scenario{Name: "no year", URL: "/api/v1/calendar?year=soon", As: handlertest.Reader, Status: 400, Contains: []string{`"year"`}},
			handlertest.Scenario{Name: "a day of the corp's own", Method: "PUT", URL: "/api/v1/calendar/2031-06-06", As: handlertest.Admin, Body: `{"kind":"off","name":"厂庆"}`, Status: 204},
			handlertest.Scenario{Name: "does not make the year known", URL: "/api/v1/calendar?year=2031", As: handlertest.Reader, Status: 200, Contains: []string{`"known":false`, `{"day":"2031-06-06","kind":"off","name":"厂庆","own":true}`}},
			handlertest.Scenario{Name: "and keeps the name it was given", URL: "/api/v1/calendar?year=2031", As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}}, Contains: []string{`"name":"厂庆"`}},
			handlertest.Scenario{Name: "neither off nor work", Method: "PUT", URL: "/api/v1/calendar/2031-06-06", As: handlertest.Admin, Body: `{"kind":"half"}`, Status: 400, Contains: []string{`"kind"`}},
			handlertest.Scenario{Name: "no day", Method: "PUT", URL: "/api/v1/calendar/2031-02-30", As: handlertest.Admin, Body: `{"kind":"off"}`, Status: 404},
			handlertest.Scenario{Name: "back to the announced one", Method: "DELETE", URL: "/api/v1/calendar/2031-06-06", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "as before", URL: "/api/v1/calendar?year=2031", As: handlertest.Reader, Status: 200, Contains: []string{`"days":[]`}},
		)
	})
}
