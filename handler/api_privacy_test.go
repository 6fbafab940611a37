package handler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_erasesAPersonInTheMiddleOfAProgramme(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		anna := app.Person(t, "anna", "王小明")
		other := app.Person(t, "anna", "李雷")
		rename := app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", anna.ContactID)
		require.NoError(t, rename.Update("external_userid", "wmErased").Error)
		const me = "/api/v1/contacts/1"
		read := func(name, url string, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, URL: url, As: handlertest.Admin, Status: 200, Contains: contains}
		}
		post := func(name, url, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "POST", URL: url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			post("create", "/api/v1/sops", strings.Replace(programme, "你好", "你好，{name}", 1), 201),
			post("publish", "/api/v1/sops/1/publish", "", 200),
			post("enroll", "/api/v1/sops/1/enrollments", `{"contact_ids":[1,2]}`, 200),
		)
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		require.NoError(t, app.Engine.Group(t.Context()))
		var named int64
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Dispatch{}).Where("INSTR(payload, ?) > 0", "王小明").Count(&named).Error)
		require.EqualValues(t, 1, named)
		app.Run(t,
			read("what is known", me+"/personal-data", `"王小明"`, `"remark"`, `"text":"你好，王小明"`),
			handlertest.Scenario{Name: "not for readers", URL: me + "/personal-data", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "nor to be erased by them", Method: "POST", URL: me + "/erase", As: handlertest.Reader, Body: `{}`, Status: 403},
			post("unconfirmed", me+"/erase", `{"confirm":"yes","reason":"requested"}`, 400, `"confirm"`),
			post("without a reason", me+"/erase", `{"confirm":"wmErased","reason":"just so"}`, 400, `"reason"`),
			post("nobody", "/api/v1/contacts/99/erase", `{"confirm":"x","reason":"requested"}`, 404),
			post("erase", me+"/erase", `{"confirm":"wmErased","reason":"requested"}`, 200, `"state":"done"`, `"requested_by":"test admin"`),
			handlertest.Scenario{Name: "consent comes back with the person only", Method: "PUT", URL: me + "/preferences", As: handlertest.Admin, Body: `{"consent":"granted"}`, Status: 409},
			read("the record of it", "/api/v1/erasures?contact_id=1", `"reason":"requested"`),
			read("who has left", "/api/v1/sops/1/enrollments?state=exited", `"exit_reason":"contact_erased"`),
			read("who has not", "/api/v1/sops/1/enrollments?state=active", `"contact_name":"李雷"`),
			read("what stays of them", me, `"name":""`),
			read("everybody is still counted", "/api/v1/sops/1/summary", `"exited":1`, `"active":1`),
			read("the touch with its reason", "/api/v1/touches?contact_id=1", `"state":"cancelled"`, `"reason":"contact_erased"`),
		)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Dispatch{}).Where("INSTR(payload, ?) > 0", "王小明").Count(&named).Error)
		require.Zero(t, named)
		require.NotContains(t, app.Log.String(), "王小明")

		require.NoError(t, app.Engine.Group(t.Context()))
		var waiting []model.Touch
		require.NoError(t, app.DB.Conn(t.Context()).Find(&waiting, "state = ?", model.TouchDispatched).Error)
		require.Len(t, waiting, 1)
		require.Equal(t, other.ContactID, waiting[0].ContactID, "what shared a call with them goes on")
	})
}
