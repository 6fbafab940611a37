package handler_test

import (
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_webhooks(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Run(t,
			handlertest.Scenario{Name: "none yet", URL: "/api/v1/webhooks", As: handlertest.Admin, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "no reader's business", URL: "/api/v1/webhooks", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{
				Name: "a new one", Method: "POST", URL: "/api/v1/webhooks", As: handlertest.Admin, Status: 201,
				Body: `{"url":"https://crm.example.com/hooks","events":["mql","touch"]}`, Contains: []string{`"secret":"whsec_`, `"active":true`},
			},
			handlertest.Scenario{Name: "the secret is told once", URL: "/api/v1/webhooks", As: handlertest.Admin, Status: 200, Contains: []string{`"url":"https://crm.example.com/hooks"`}, NotContains: []string{"whsec_", "sealed"}},
			handlertest.Scenario{
				Name: "without TLS", Method: "PUT", URL: "/api/v1/webhooks/1", As: handlertest.Admin, Status: 400,
				Body: `{"url":"http://crm.example.com/hooks","events":[]}`, Contains: []string{"必须以 https:// 开头", `"events"`},
			},
			handlertest.Scenario{Name: "tested", Method: "POST", URL: "/api/v1/webhooks/1/test", As: handlertest.Admin, Status: 202},
			handlertest.Scenario{Name: "its deliveries", URL: "/api/v1/webhooks/1/deliveries?state=waiting", As: handlertest.Admin, Status: 200, Contains: []string{`"event":"test"`, `"state":"waiting"`}},
			handlertest.Scenario{Name: "nothing was given up", Method: "POST", URL: "/api/v1/webhooks/1/redrive", As: handlertest.Admin, Status: 200, Contains: []string{`"redriven":0`}},
			handlertest.Scenario{Name: "switched off", Method: "PUT", URL: "/api/v1/webhooks/1", As: handlertest.Admin, Status: 200, Body: `{"url":"https://crm.example.com/hooks","events":["mql"],"active":false}`, Contains: []string{`"active":false`}},
			handlertest.Scenario{Name: "deleted", Method: "DELETE", URL: "/api/v1/webhooks/1", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "gone", URL: "/api/v1/webhooks/1/deliveries", As: handlertest.Admin, Status: 404},
		)
	})
}
