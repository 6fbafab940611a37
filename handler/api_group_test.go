package handler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_customerGroupsEnterAndAreFound(t *testing.T) {
	const chat = `{"name":"新群","definition":{"trigger":{"kind":"group_created"},"steps":[` +
		`{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_chat","content":{"text":"群里好"}}]}}`
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		g := model.CustomerGroup{ChatID: "wr1", Name: "雅思群", OwnerUserID: "anna", MemberCount: 3, FormedAt: app.Clock.Now()}
		require.NoError(t, app.DB.Conn(t.Context()).Create(&g).Error)
		admin, reader := handlertest.Admin, handlertest.Reader
		app.Run(t,
			handlertest.Scenario{Name: "list", URL: "/api/v1/groups?rep_id=1", As: reader, Status: 200, Contains: []string{`"chat_id":"wr1"`, `"rep_name":"销售anna"`, `"members":3`}},
			handlertest.Scenario{Name: "of another", URL: "/api/v1/groups?rep_id=9", As: reader, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: admin, Body: chat, Status: 201},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: admin, Status: 200},
			handlertest.Scenario{Name: "both", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: admin, Body: `{"contact_ids":[1],"group_ids":[1]}`, Status: 400},
			handlertest.Scenario{Name: "a contact", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: admin, Body: `{"contact_ids":[1]}`, Status: 409, Contains: []string{"此 SOP 面向客户群，不能加入客户"}},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: admin, Body: `{"group_ids":[1],"anchor":"formed_at"}`, Status: 200, Contains: []string{`"enrolled":1`}},
			handlertest.Scenario{Name: "inside", URL: "/api/v1/sops/1/enrollments", As: reader, Status: 200, Contains: []string{`"contact_id":0`, `"group_id":1`, `"contact_name":"雅思群"`, `"external_userid":"wr1"`}},
			handlertest.Scenario{Name: "ahead", URL: "/api/v1/forecast?group=1", As: reader, Status: 200, Contains: []string{`"group_id":1`, `"contact_name":"雅思群"`, `"total":1`}},
			handlertest.Scenario{Name: "ahead of its owner", URL: "/api/v1/forecast?rep=1", As: reader, Status: 200, Contains: []string{`"group_id":1`}},
			handlertest.Scenario{Name: "two questions", URL: "/api/v1/forecast?group=1&contact=1", As: reader, Status: 400},
		)
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		app.Run(t,
			handlertest.Scenario{Name: "log", URL: "/api/v1/touches?group_id=1", As: reader, Status: 200, Contains: []string{`"group_id":1`, `"contact_name":"雅思群"`, `"channel":"group_chat"`}},
			handlertest.Scenario{Name: "why", URL: "/api/v1/why?group_id=1&sop_id=1&step_key=d1", As: reader, Status: 200, Contains: []string{"从建群时间算起"}},
			handlertest.Scenario{Name: "queue", URL: "/api/v1/queue?state=waiting", As: reader, Status: 200, Contains: []string{`"group_id":1`, `"contact_name":"雅思群"`}},
		)
	})
}
