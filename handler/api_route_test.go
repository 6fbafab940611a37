package handler_test

import (
	"testing"

	"sixtouch/handler/handlertest"
)

func TestAPI_sourcesAndRouting(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const rules = `{"pool":[],"pseudo_leads":50,"rules":[{"key":"fair","sources":["trade_fair"],"route":"sdr"},{"key":"rest","route":"nurture"}]}`
		app.Run(t,
			handlertest.Scenario{Name: "the product's own sources", URL: "/api/v1/sources", As: handlertest.Reader, Status: 200, Contains: []string{`"code":"rep_shared"`, `"rate":null`}},
			handlertest.Scenario{
				Name: "a new one", Method: "POST", URL: "/api/v1/sources", As: handlertest.Admin, Status: 201,
				Body:     `{"code":"trade_fair","name":"展会","origin":"marketing","channel_states":["fair*"],"weight":80,"position":1}`,
				Contains: []string{`"code":"trade_fair"`, `"add_ways":[]`},
			},
			handlertest.Scenario{
				Name: "a faulty one", Method: "POST", URL: "/api/v1/sources", As: handlertest.Admin, Status: 400,
				Body: `{"code":"T","name":"","origin":"moon","weight":120}`, Contains: []string{`"code"`, `"name"`, `"origin"`, `"weight"`, "必须在 0 到 100 之间"},
			},
			handlertest.Scenario{Name: "the product's own rules", URL: "/api/v1/routing", As: handlertest.Reader, Status: 200, Contains: []string{`"version":0`, `"key":"good_source"`}},
			handlertest.Scenario{
				Name: "rules without an end", Method: "PUT", URL: "/api/v1/routing", As: handlertest.Admin, Status: 400,
				Body: `{"rules":[{"key":"fair","min_quality":60,"route":"sdr"}]}`, Contains: []string{`"rules[0]"`, "最后一条规则不能有条件"},
			},
			handlertest.Scenario{Name: "tried first", Method: "POST", URL: "/api/v1/routing/dry-run", As: handlertest.Reader, Body: `{"days":30,"rules":` + rules + `}`, Status: 200, Contains: []string{`"leads":0`, `"by_rep":[]`}},
			handlertest.Scenario{Name: "for too long", Method: "POST", URL: "/api/v1/routing/dry-run", As: handlertest.Reader, Body: `{"days":91,"rules":` + rules + `}`, Status: 400, Contains: []string{`"days"`}},
			handlertest.Scenario{Name: "put in force", Method: "PUT", URL: "/api/v1/routing", As: handlertest.Admin, Body: rules, Status: 200, Contains: []string{`"version":1`}},
			handlertest.Scenario{Name: "in force", URL: "/api/v1/routing", As: handlertest.Reader, Status: 200, Contains: []string{`"version":1`, `"key":"fair"`}},
			handlertest.Scenario{Name: "nobody has come", URL: "/api/v1/leads?state=open&rep_id=1", As: handlertest.Reader, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "of no state", URL: "/api/v1/leads?state=lost", As: handlertest.Reader, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "nobody to take", Method: "POST", URL: "/api/v1/leads/7/take", As: handlertest.Admin, Status: 404},
		)
	})
}
