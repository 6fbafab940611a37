package handler_test

import (
	"cmp"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/service/audience"
	"sixtouch/web"
)

func TestAPI_putsFiltersIntoWords(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		say := func(doc, want string) handlertest.Scenario {
			return handlertest.Scenario{
				Name: doc, Method: "POST", URL: "/api/v1/audiences/describe", As: handlertest.Reader, Status: 200,
				Body: `{"filter":` + doc + `}`, Contains: []string{`{"sentence":"` + want + `"}`}, NotContains: []string{"filter."},
			}
		}
		const boss = `{"f":"role","is":"in","v":["boss","cio"]}`
		app.Run(t,
			handlertest.Scenario{Name: "what can be asked for", URL: "/api/v1/audiences/fields", As: handlertest.Reader, Status: 200, Contains: []string{`{"name":"stage","label":"阶段","operators":["in","not_in","known","unknown"]}`}, NotContains: []string{"filter.field"}},
			say(`null`, "所有人"),
			say(`{"f":"tag","is":"none","v":[90]}`, "没有标签 #90"),
			say(`{"f":"owner","is":"in","v":[1]}`, "跟进员工是 销售anna"),
			say(`{"f":"stage","is":"in","v":["MIL","won"]}`, "阶段是 MIL、赢单"),
			say(`{"f":"score","is":"between","v":{"min":49.5,"max":60}}`, "总分在 49.5 到 60 之间"),
			say(`{"f":"contact_less","is":"yes"}`, "要求少联系"),
			say(`{"f":"is_kp","is":"no"}`, "不是关键人"),
			say(`{"f":"added_at","is":"between","v":{"from":"2026-01-01","to":"2026-01-31"}}`, "添加时间在 2026-01-01 至 2026-01-31"),
			say(`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"exclude"}}`, "最近一次互动已超过 30 天（24 小时）（从未发生的不算）"),
			say(`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":2,"unit":"week","by":"calendar"},"channel":["welcome"]}}`,
				"触达次数不低于 1（在最近 2 个自然周（按天算） 内）（触达渠道是 welcome）"),
			say(`{"f":"tag","is":"any","v":[7],"opt":{"since":{"is":"newer_than","v":{"n":7,"unit":"day","by":"calendar"}}}}`,
				"有标签 #7 之一（打标签的时间在最近 7 个自然日 内）"),
			say(`{"op":"and","of":[`+boss+`,{"op":"not","of":[{"op":"or","of":[{"f":"account.tier","is":"in","v":["A"]},{"f":"account","is":"unknown"}]}]}]}`,
				"角色是 老板、CIO，且不满足：（公司层级是 A，或公司未知）"),
			say(`{"f":"account.at_least","v":{"filter":{"op":"and","of":[`+boss+`,{"f":"account.target","is":"yes"}]},"n":2}}`,
				"公司里至少 2 人满足：（角色是 老板、CIO，且公司在目标名单上）"),
			say(`{"f":"activity","is":"in","v":["price_asked"],"opt":{"within":{"n":30,"unit":"day","by":"calendar"},"times":3}}`, "有过 询问价格（在最近 30 个自然日 内）（满 3 次）"),
			say(`{"f":"activity","is":"not_in","v":["meeting_held","visit_booked"]}`, "没有过 会面或拜访、预约拜访"),
			say(`{"f":"account.opportunity","is":"none","v":["won"],"opt":{"kind":["cross-sell"]}}`, "公司没有状态为 赢单 的商机（商机类型是 交叉销售）"),
			handlertest.Scenario{
				Name: "a filter over accounts", Method: "POST", URL: "/api/v1/audiences/describe", As: handlertest.Reader, Status: 200,
				Body:     `{"account_filter":{"op":"or","of":[{"f":"owner","is":"in","v":[1]},{"f":"any","v":{"filter":` + boss + `}}]}}`,
				Contains: []string{`{"sentence":"公司负责人是 销售anna，或公司里有人满足：角色是 老板、CIO"}`},
			},
			handlertest.Scenario{
				Name: "in English", Method: "POST", URL: "/api/v1/audiences/describe", As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}},
				Body: `{"filter":{"f":"account.all","v":{"filter":` + boss + `}}}`, Contains: []string{`everybody at the account satisfies: role is boss, CIO`},
			},
			handlertest.Scenario{
				Name: "a filter with faults", Method: "POST", URL: "/api/v1/audiences/describe", As: handlertest.Reader, Status: 400,
				Body: `{"filter":{"f":"stage","is":"in","v":["MQ"]}}`,
			},
		)
	})
}

// Every condition of the language can be said: each field with each operator that
// it takes, in both languages.
func TestCatalogue_saysEveryConditionOfAFilter(t *testing.T) {
	t.Parallel()
	texts, err := web.LoadCatalogue()
	require.NoError(t, err)
	for _, lang := range web.Languages() {
		for field, operators := range audience.Operators() {
			for _, is := range operators {
				own, common := "filter."+field+"."+cmp.Or(is, "is"), "filter.is."+is
				known := texts.Has(own) || texts.Has(common) && texts.Has("filter.field."+field)
				require.True(t, known, "%s: %s %s", lang, field, is)
			}
			require.True(t, texts.Has("filter.field."+field), field)
		}
	}
}
