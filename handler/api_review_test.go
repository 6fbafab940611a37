package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestReview_saysWhatIsWrongWhereItIs(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		faulty := strings.NewReplacer(`"at":"10:00"`, `"at":"25:00"`, `你好`, `{name}你好`).Replace(programme)
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: faulty, Status: 201},
			handlertest.Scenario{Name: "a fault at its field", URL: "/api/v1/sops/1/review", As: handlertest.Reader, Status: 200, Contains: []string{
				`{"field":"offset","step_key":"hello","text":"`, `{"code":"no_fallback","step_key":"hello","text":"步骤 问候：`,
			}},
			handlertest.Scenario{Name: "no words of another language", URL: "/api/v1/sops/1/review", As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}}, Contains: []string{
				`needs the time of day as HH:MM`,
			}},
			handlertest.Scenario{Name: "mend it", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: programme, Status: 200},
			handlertest.Scenario{Name: "nothing is wrong", URL: "/api/v1/sops/1/review", As: handlertest.Reader, Status: 200, Contains: []string{`"faults":[]`}},
			handlertest.Scenario{Name: "no such programme", URL: "/api/v1/sops/9/review", As: handlertest.Reader, Status: 404},
		)
	})
}

func TestDraft_isNotOverwrittenUnseen(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Run(t, handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201})
		answer := app.Do(t, handlertest.Request{URL: "/api/v1/sops/1", As: handlertest.Admin})
		began := read[struct {
			Revision string `json:"revision"`
		}](t, answer).Revision
		require.NotEmpty(t, began)
		from := func(revision, name string) string {
			return strings.NewReplacer(`"name":"新好友"`, `"revision":"`+revision+`","name":"`+name+`"`).Replace(programme)
		}
		app.Run(t,
			handlertest.Scenario{Name: "the first saves", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: from(began, "甲的"), Status: 200},
			handlertest.Scenario{Name: "the second is told", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: from(began, "乙的"), Status: 409, Contains: []string{"别人"}},
			handlertest.Scenario{Name: "nothing was lost", URL: "/api/v1/sops/1", As: handlertest.Reader, Status: 200, Contains: []string{`"name":"甲的"`}},
			handlertest.Scenario{Name: "and may insist", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: from("", "乙的"), Status: 200, Contains: []string{`"name":"乙的"`}},
		)
	})
}
