package handler_test

import (
	"testing"

	"sixtouch/handler/handlertest"
	"sixtouch/model/modeltest"
)

func TestAPI_plansGrowth(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	const url = "/api/v1/growth"
	ask := func(name, path string, status int, contains ...string) handlertest.Scenario {
		return handlertest.Scenario{Name: name, URL: url + path, As: handlertest.Reader, Status: status, Contains: contains}
	}
	app.Run(t,
		ask("the model at the upper boundary", "/model?acv=300000", 200, `"model":"mlg"`, `"from":20000,"to":300000`, `"sdr":true`),
		ask("the model without end", "/model?acv=300001", 200, `"model":"slg"`, `"to":null`),
		ask("large contracts are sought", "/model?acv=300001&focus=true", 200, `"approach":"abm"`),
		ask("nobody to seek", "/model?acv=300001&focus=false", 200, `"model":"slg"`, `"approach":"inbound"`),
		ask("half a focus", "/model?acv=1&focus=half", 400, `"focus"`),
		ask("no contract value", "/model", 400, `"acv"`),
		ask("a list as large as the team can work", "/capacity?reps_b=20&hours_per_week=10&hours_b=2&accounts_per_rep=20", 200, `"accounts":433`, `"list_size":400`, `"over":false`),
		ask("a list too large", "/capacity?reps_b=20&hours_per_week=10&hours_b=4&accounts_per_rep=20", 200, `"over":true`),
		ask("accounts that take no time", "/capacity?reps_b=20&hours_per_week=10", 400, `"hours_b"`),
		ask("a quota", "/quota?arr=2000000&sdrs=10&close_rate=0.2&users=25&price=200", 200,
			`"opportunity_mrr":5000`, `"expected_mrr":1000`, `"mrr":83333.33`, `"opportunities":17`, `"arr_by_opportunities":2040000`, `"arr_by_mrr":1999992`),
		ask("a quota of nobody", "/quota?arr=2000000&sdrs=0&close_rate=0.2&mrr=5000", 400, `"sdrs"`),
		ask("two sizes of opportunity", "/quota?arr=2000000&sdrs=10&close_rate=0.2&mrr=5000&users=25&price=200", 400, `"users"`),
		ask("staff", "/staffing?leads=1000", 200, `"sdrs":2,"sales":5,"opportunities":50,"sales_alone":8,"ratio":2.5,"in_band":true`),
		ask("staff for nothing", "/staffing?leads=0", 200, `"ratio":null`),
		ask("no share", "/staffing?leads=1000&mql_rate=NaN", 400, `"mql_rate"`),
		ask("the funnel backwards", "/reverse-funnel?arr=2000000&mrr=5000&win_rate=0.6&opportunity_rate=0.5", 200, `"exact_wins":33.33`, `"wins":34,"opportunities":57,"mql":114`),
		ask("an unknown parameter", "/reverse-funnel?arr=2000000&rate=1", 400, `"rate"`),
	)
}
