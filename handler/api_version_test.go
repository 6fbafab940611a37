package handler_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestAPI_showsTheDifferenceAndMovesPeople(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		edited := strings.NewReplacer(`"day":1`, `"day":2`, `{"after":"3d"}`, `{"week":1}`).Replace(programme)
		english := http.Header{"Accept-Language": {"en"}}
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "nothing to compare with", URL: "/api/v1/sops/1/diff", As: handlertest.Reader, Status: 409},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{Name: "edit", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: edited, Status: 200},
			handlertest.Scenario{Name: "the difference", URL: "/api/v1/sops/1/diff", As: handlertest.Reader, Status: 200, Contains: []string{
				`"from":1,"to":0`, `第 1 步「问候」从第 1 天 10:00改到第 2 天 10:00：影响 1 人，0 人已过`, `"counted":1`, `"move":1`,
			}},
			handlertest.Scenario{Name: "in English", URL: "/api/v1/sops/1/diff", As: handlertest.Reader, Header: english, Status: 200, Contains: []string{
				`step 1 “问候” moves from`, `1 people affected, 0 have passed it`,
			}},
			handlertest.Scenario{Name: "whose date comes earlier", URL: "/api/v1/sops/1/diff/people?way=earlier", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "a step is added", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Status: 200, Body: strings.Replace(
				edited, `"steps":[`, `"steps":[{"key":"last","offset":{"day":9,"at":"10:00"},"channel":"group_message","content":{"text":"再见"}},`, 1)},
			handlertest.Scenario{Name: "who gains it, by name", URL: "/api/v1/sops/1/diff/people?way=gain", As: handlertest.Reader, Status: 200, Contains: []string{
				`"contact_id":1,"group_id":0,"contact_name":"王小明"`, `"gained":["last"]`,
			}},
			handlertest.Scenario{Name: "and is taken out again", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: edited, Status: 200},
			handlertest.Scenario{Name: "whom it changes something for", URL: "/api/v1/sops/1/diff/people?way=move", As: handlertest.Reader, Status: 200, Contains: []string{`"contact_name":"王小明"`}},
			handlertest.Scenario{Name: "whom it changes nothing for", URL: "/api/v1/sops/1/diff/people?way=stay", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "no such way", URL: "/api/v1/sops/1/diff/people?way=sideways", As: handlertest.Reader, Status: 400},
			handlertest.Scenario{Name: "no such version", URL: "/api/v1/sops/1/diff?to=7", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "no number", URL: "/api/v1/sops/1/diff?to=x", As: handlertest.Reader, Status: 400, Contains: []string{`"to"`}},
			handlertest.Scenario{Name: "a filter without a move", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Body: `{"finished_days":3}`, Status: 400},
			handlertest.Scenario{Name: "publish for everybody", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Body: `{"move":true}`, Status: 200, Contains: []string{`"version":2`}},
			handlertest.Scenario{Name: "they have moved", URL: "/api/v1/sops/1/enrollments", As: handlertest.Reader, Status: 200, Contains: []string{`"version_id":2`, `"next_due_at":"2026-03-04T02:00:00Z"`}},
			handlertest.Scenario{Name: "what was done", URL: "/api/v1/sops/1/changes", As: handlertest.Reader, Status: 200, Contains: []string{`"kind":"move","state":"done","changed":1`}},
			handlertest.Scenario{Name: "versions", URL: "/api/v1/sops/1/versions", As: handlertest.Reader, Status: 200, Contains: []string{`"number":2`, `"number":1`}},
		)
	})
}

func TestAPI_resumesAsAsked(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{Name: "not paused", URL: "/api/v1/sops/1/resume", As: handlertest.Reader, Status: 409},
			handlertest.Scenario{Name: "pause", Method: "POST", URL: "/api/v1/sops/1/pause", As: handlertest.Admin, Status: 200},
		)
		for range 2 {
			app.Clock.Advance(24 * time.Hour)
			require.NoError(t, app.Engine.Plan(t.Context()))
		}
		app.Run(t,
			handlertest.Scenario{Name: "what it would do", URL: "/api/v1/sops/1/resume", As: handlertest.Reader, Status: 200, Contains: []string{`"people":1,"waiting":1,"passed":1`}},
			handlertest.Scenario{Name: "no such way", Method: "POST", URL: "/api/v1/sops/1/resume", As: handlertest.Admin, Body: `{"how":"maybe"}`, Status: 400},
			handlertest.Scenario{Name: "skip", Method: "POST", URL: "/api/v1/sops/1/resume", As: handlertest.Admin, Body: `{"how":"skip"}`, Status: 200, Contains: []string{`"state":"live"`}},
			handlertest.Scenario{Name: "skipped", URL: "/api/v1/touches?sop_id=1", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"skipped"`, `"reason":"paused"`}},
		)
	})
}
