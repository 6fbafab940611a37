package handler_test

import (
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_saysWhatContactsWantOfUs(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		const url = "/api/v1/contacts/1/preferences"
		put := func(name, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: url, As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			handlertest.Scenario{Name: "nobody asked", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`{"consent":"","contact_less":false,"held_until":null}`}},
			handlertest.Scenario{Name: "a reader says nothing", Method: "PUT", URL: url, As: handlertest.Reader, Body: `{"consent":"refused","contact_less":false}`, Status: 403},
			put("refused", `{"consent":"refused","contact_less":true,"reason":"来电说明"}`, 200, `{"consent":"refused","contact_less":true,"held_until":null}`),
			handlertest.Scenario{Name: "is kept", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`"consent":"refused"`}},
			put("again", `{"consent":"refused","contact_less":true}`, 200),
			put("granted", `{"consent":"granted","contact_less":false}`, 200, `"consent":"granted"`),
			put("neither", `{"consent":"maybe","contact_less":false}`, 400, "必须是 granted、refused 或空"),
			handlertest.Scenario{Name: "filters know it", Method: "POST", URL: "/api/v1/audiences/count", As: handlertest.Reader, Body: `{"filter":{"f":"consent","is":"in","v":["granted"]}}`, Status: 200, Contains: []string{`{"count":1}`}},
			handlertest.Scenario{Name: "of nobody", URL: "/api/v1/contacts/9/preferences", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "of nobody", Method: "PUT", URL: "/api/v1/contacts/9/preferences", As: handlertest.Admin, Body: `{"consent":"","contact_less":true}`, Status: 404},
		)
	})
}
