package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_listsTheProgrammesOfAContact(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Person(t, "anna", "李雷")
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{Name: "inside", URL: "/api/v1/contacts/1/enrollments", As: handlertest.Reader, Status: 200, Contains: []string{`"sop_id":1`, `"sop_name":"新好友"`, `"state":"active"`, `"run":1`, `"reason_text":""`}},
			handlertest.Scenario{Name: "stop", Method: "DELETE", URL: "/api/v1/enrollments/1", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "has left", URL: "/api/v1/contacts/1/enrollments", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"exited"`, `"reason":"manual"`}, NotContains: []string{`"reason_text":"manual"`, `"reason_text":""`}},
			handlertest.Scenario{Name: "in none", URL: "/api/v1/contacts/2/enrollments", As: handlertest.Reader, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "nobody", URL: "/api/v1/contacts/9/enrollments", As: handlertest.Reader, Status: 404},
		)
	})
}

// As in exports, how to reach people is for administrators; the others see that
// it is known.
func TestAPI_starsHowToReachAContact(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = 1").
			Updates(map[string]any{"email": "xiaoming@example.com", "mobile": "13812345678"}).Error)
		full, starred := []string{`"email":"xiaoming@example.com"`, `"mobile":"13812345678"`}, []string{`"email":"x****@example.com"`, `"mobile":"138****5678"`}
		for _, url := range []string{"/api/v1/contacts/1", "/api/v1/contacts"} {
			app.Run(t,
				handlertest.Scenario{Name: url + " for an administrator", URL: url, As: handlertest.Admin, Status: 200, Contains: full},
				handlertest.Scenario{Name: url + " for a marketer", URL: url, As: handlertest.Market, Status: 200, Contains: starred, NotContains: full},
				handlertest.Scenario{Name: url + " for a reader", URL: url, As: handlertest.Reader, Status: 200, Contains: starred, NotContains: full},
			)
		}
		for email, want := range map[string]string{"": "", "no address": "****", "@x.cn": "****"} {
			require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = 1").Updates(map[string]any{"email": email, "mobile": "5678"}).Error)
			app.Run(t, handlertest.Scenario{Name: email, URL: "/api/v1/contacts/1", As: handlertest.Reader, Status: 200, Contains: []string{`"email":"` + want + `"`, `"mobile":"****78"`}})
		}
	})
}
