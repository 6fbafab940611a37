package handler_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestAPI_showsACheckUpInTheReadersLanguage(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Run(t,
			handlertest.Scenario{Name: "never yet", URL: "/api/v1/doctor", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"never"`, `"asked_at":null`}},
			handlertest.Scenario{Name: "not by a reader", Method: "POST", URL: "/api/v1/doctor", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{
				Name: "ask", Method: "POST", URL: "/api/v1/doctor", As: handlertest.Admin, Status: 202,
				Contains: []string{`"state":"queued"`, `"expected":15`, `"findings":[]`},
			},
		)
		_, err := app.Checkup.Run(t.Context())
		require.NoError(t, err)
		app.Run(t,
			handlertest.Scenario{
				Name: "done", URL: "/api/v1/doctor", As: handlertest.Reader, Status: 200,
				Contains: []string{`"state":"done"`, `"expected":2`, `"title":"应用"`, `"advice":"请启用它"`, `"place":"https://work.weixin.qq.com/`},
			},
			handlertest.Scenario{
				Name: "in English", URL: "/api/v1/doctor", As: handlertest.Reader, Header: http.Header{"Accept-Language": {"en"}}, Status: 200,
				Contains: []string{`"detail":"disabled"`, `"advice":"enable it"`},
			},
		)
	})
}
