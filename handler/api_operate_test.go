package handler_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_stopsAndRedrives(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "a draft cannot be stopped", Method: "POST", URL: "/api/v1/sops/1/stop", As: handlertest.Admin, Status: 409},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{Name: "a reader stops nothing", Method: "POST", URL: "/api/v1/stop", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "stop everything", Method: "POST", URL: "/api/v1/stop", As: handlertest.Admin, Status: 200, Contains: []string{`"stopped_by":"test admin"`}},
			handlertest.Scenario{Name: "stop again", Method: "POST", URL: "/api/v1/stop", As: handlertest.Admin, Status: 409},
		)
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		require.NoError(t, app.Engine.Group(t.Context()))
		app.Run(t,
			handlertest.Scenario{Name: "what waits", URL: "/api/v1/queue", As: handlertest.Reader, Status: 200, Contains: []string{`{"state":"waiting","count":1,"more":false`}},
			handlertest.Scenario{Name: "what it is", URL: "/api/v1/queue?state=waiting", As: handlertest.Reader, Status: 200, Contains: []string{`"step_key":"hello","step_name":"问候"`}},
			handlertest.Scenario{Name: "go on", Method: "POST", URL: "/api/v1/stop/resume", As: handlertest.Admin, Body: `{"how":"send"}`, Status: 200, Contains: []string{`"stopped_at":null`}},
			handlertest.Scenario{Name: "stop one", Method: "POST", URL: "/api/v1/sops/1/stop", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "how far", URL: "/api/v1/sops/1/stop", As: handlertest.Reader, Status: 200, Contains: []string{`"not_stoppable":0`}},
			handlertest.Scenario{Name: "nobody is parked", Method: "POST", URL: "/api/v1/enrollments/1/redrive", As: handlertest.Admin, Status: 404},
			handlertest.Scenario{Name: "nobody at all", Method: "POST", URL: "/api/v1/sops/1/redrive", As: handlertest.Admin, Status: 200, Contains: []string{`{"redriven":0}`}},
		)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Enrollment{}).Where("id = 1").
			Updates(map[string]any{"state": model.EnrollmentParked, "next_due_at": nil, "last_error": "broken"}).Error)
		app.Run(t,
			handlertest.Scenario{Name: "parked", URL: "/api/v1/queue?state=parked", As: handlertest.Reader, Status: 200, Contains: []string{`"error":"broken"`, `"contact_name":"王小明"`}},
			handlertest.Scenario{Name: "redrive", Method: "POST", URL: "/api/v1/enrollments/1/redrive", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "due", URL: "/api/v1/queue?state=due&limit=1", As: handlertest.Reader, Status: 200, Contains: []string{`"sop_name":"新好友"`, `"next_cursor"`}},
			handlertest.Scenario{Name: "no such state", URL: "/api/v1/queue?state=lost", As: handlertest.Reader, Status: 400},
			handlertest.Scenario{Name: "no cursor", URL: "/api/v1/queue?state=due&cursor=x", As: handlertest.Reader, Status: 400},
		)
	})
}

func TestAPI_programmeGoesOutAndInAsAFile(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		yaml := http.Header{"Content-Type": {"application/yaml"}}
		app.Run(t, handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201})
		file := app.Do(t, handlertest.Request{URL: "/api/v1/sops/1/file", As: handlertest.Reader})
		require.Equal(t, 200, file.Code)
		require.Contains(t, file.Body.String(), "name: 新好友")
		app.Run(t,
			handlertest.Scenario{
				Name: "in", Method: "POST", URL: "/api/v1/sops/file", As: handlertest.Admin, Header: yaml, Status: 201,
				Body: strings.Replace(file.Body.String(), "day: 1", "day: 2", 1), Contains: []string{`"id":2`, `"state":"draft"`, `"findings":[`},
			},
			handlertest.Scenario{
				Name: "with faults", Method: "POST", URL: "/api/v1/sops/file", As: handlertest.Admin, Header: yaml, Status: 400,
				Body: "name: x\ntrigger: {kind: full_moon}\nsteps: []\n", Contains: []string{`"trigger.kind"`, `"steps"`},
			},
			handlertest.Scenario{Name: "not YAML", Method: "POST", URL: "/api/v1/sops/file", As: handlertest.Admin, Body: `{}`, Status: 400},
			handlertest.Scenario{Name: "too large", Method: "POST", URL: "/api/v1/sops/file", As: handlertest.Admin, Header: yaml, Body: strings.Repeat("#", 1<<20+1), Status: 413},
		)
	})
}
