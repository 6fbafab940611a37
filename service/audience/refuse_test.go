package audience_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/audience"
)

// A leaf that would be read differently from how it was meant is refused when
// it is saved.
func TestFilter_refusesLeavesThatWouldMislead(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"f":"account.colour","is":"in","v":["A"]}`:                                                     "does not know the field",
		`{"f":"account.tier","is":"in","v":["E"]}`:                                                       `value "E"`,
		`{"f":"account.tier","is":"any","v":["A"]}`:                                                      "in, not_in, known, unknown",
		`{"f":"account.people","is":"known"}`:                                                            "at_least, at_most, between",
		`{"f":"account.roles","is":"at_least","v":0}`:                                                    "different roles",
		`{"f":"account.roles","is":"any","v":["king"]}`:                                                  `"king"`,
		`{"f":"account.target","is":"in","v":[true]}`:                                                    "yes, no",
		`{"f":"account.any","v":{"f":"is_kp","is":"yes"}}`:                                               `{"filter":{…}}`,
		`{"f":"account.any","v":{"filter":null}}`:                                                        `{"filter":{…}}`,
		`{"f":"account.any","is":"yes","v":{"filter":{"f":"is_kp","is":"yes"}}}`:                         `no "is"`,
		`{"f":"account.any","v":{"filter":{"f":"is_kp","is":"yes"},"n":2}}`:                              "[2] people",
		`{"f":"account.at_least","v":{"filter":{"f":"is_kp","is":"yes"}}}`:                               "[0] people",
		`{"f":"account.any","v":{"filter":{"f":"account.any","v":{"filter":{"f":"is_kp","is":"yes"}}}}}`: "roll-up inside a roll-up",
		`{"f":"score","is":"at_least","v":"60"}`:                                                         "a number",
		`{"f":"score","is":"at_least","v":1e300}`:                                                        "too big",
		`{"f":"score","is":"between","v":{"min":2,"max":1}}`:                                             `"max"`,
		`{"f":"score","is":"between","v":{"min":2}}`:                                                     `"max"`,
		`{"f":"stage","is":"in","v":["MQ"]}`:                                                             `"mq"`,
		`{"f":"activity","is":"known"}`:                                                                  "list of words",
		`{"f":"activity","is":"any","v":["replied"]}`:                                                    "in, not_in",
		`{"f":"activity","is":"in","v":["contact_added"]}`:                                               `"contact_added"`,
		`{"f":"activity","is":"in","v":["replied"],"opt":{"times":0}}`:                                   "[0] times",
		`{"f":"activity","is":"in","v":["replied"],"opt":{"within":{"n":0,"unit":"day"}}}`:               "span of [0]",
		`{"f":"account.list","is":"known"}`:                                                              "in, not_in",
		`{"f":"account.opportunity","is":"any","v":["maybe"]}`:                                           `"maybe"`,
		`{"f":"account.opportunity","is":"any","v":["open"],"opt":{"kind":["big"]}}`:                     `"big"`,
		`{"f":"role","is":"in","v":["king"]}`:                                                            `"king"`,
		`{"f":"grade","is":"in","v":["E"]}`:                                                              `"E"`,
		`{"f":"stage","is":"known","v":["MQL"]}`:                                                         `no "v"`,
		`{"f":"account","is":"in","v":[0]}`:                                                              "positive number",
		`{"f":"last_inbound","is":"known","opt":{"null":"include"}}`:                                     `no "v" and no "opt"`,
		`{"f":"tag","is":"any","v":[0]}`:                                                                 "an id is a positive number",
		`{"f":"tag","is":"empty","v":[1]}`:                                                               `takes no "v"`,
		`{"f":"tag","is":"any","v":[1],"opt":{"before":1}}`:                                              "before",
		`{"f":"tag","is":"any","v":[1],"opt":{"since":{"is":"known"}}}`:                                  "newer_than",
		`{"f":"owner","is":"any","v":[1]}`:                                                               "in, not_in",
		`{"f":"owner","is":"in","v":[1],"opt":{"x":1}}`:                                                  `no "opt"`,
		`{"f":"owner","is":"in","v":["lin"]}`:                                                            "list of rep ids",
		`{"f":"channel_state","is":"in","v":[""]}`:                                                       "blanks",
		`{"f":"channel_state","is":"in","v":["a "]}`:                                                     "blanks",
		`{"f":"friend","is":"in","v":["best"]}`:                                                          `"best"`,
		`{"f":"contact_type","is":"in","v":[1]}`:                                                         "list of words",
		`{"f":"corp_name","is":"in","v":["x"]}`:                                                          "known, unknown",
		`{"f":"corp_name","is":"known","v":["x"]}`:                                                       `no "v"`,
		`{"f":"added_at","is":"older_than","v":{"n":0,"unit":"day"}}`:                                    "span of [0]",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"month"}}`:                                  "unit",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"day","by":"moon"}}`:                        "moon",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"hour","by":"calendar"}}`:                   "not hours",
		`{"f":"added_at","is":"older_than","v":30}`:                                                      "span like",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-02","to":"2026-02-01"}}`:                    "end before its start",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-30","to":"2026-03-01"}}`:                    "2026-02-30",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-01"}}`:                                      "needs days",
		`{"f":"added_at","is":"newer_than","v":{"n":1,"unit":"day"},"opt":{"null":""}}`:                  `no "opt"`,
		`{"f":"last_touch","is":"older_than","v":{"n":1,"unit":"day"},"opt":{"null":"maybe"}}`:           "maybe",
		`{"f":"touches","is":"at_least","v":1}`:                                                          "between",
		`{"f":"touches","is":"between","v":{"min":3,"max":1}}`:                                           "3 to 1",
		`{"f":"touches","is":"between","v":{"min":-1}}`:                                                  "-1",
		`{"f":"touches","is":"between","v":{"min":1},"opt":{"channel":[]}}`:                              "empty list",
		`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":1}}}`:                          "unit",
		`{"f":"sop","is":"in","v":[]}`:                                                                   "empty list",
		`{"f":"sop","is":"in","v":[1],"opt":{"reason":["left"]}}`:                                        `no "opt"`,
		`{"f":"sop","is":"left","v":[1]}`:                                                                "in, finished, exited, never",
	} {
		_, err := audience.Parse([]byte(doc))
		require.ErrorContains(t, err, want, doc)
	}
}

func TestAccountFilter_knowsOnlyWhatAccountsHave(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"f":"account.tier","is":"in","v":["A"]}`:                                                                    "does not know the field",
		`{"f":"stage","is":"in","v":["MQL"]}`:                                                                         "does not know the field",
		`{"f":"any","v":{"filter":{"f":"tier","is":"in","v":["A"]}}}`:                                                 "does not know the field",
		`{"f":"any","v":{"filter":{"f":"account.any","v":{"filter":{"f":"is_kp","is":"yes"}}}}}`:                      "roll-up inside a roll-up",
		`{"f":"any","v":{"filter":` + strings.Repeat(`{"op":"not","of":[`, 3) + boss + strings.Repeat(`]}`, 3) + `}}`: "deeper",
	} {
		_, err := audience.ParseAccountFilter([]byte(doc))
		require.ErrorContains(t, err, want, doc)
	}
	const doc = `{"v":1,"op":"and","of":[{"f":"tier","is":"in","v":["A"]},{"f":"at_least","v":{"filter":{"f":"is_kp","is":"yes"},"n":2}}]}`
	f := parseAccounts(t, doc)
	again, err := json.Marshal(f)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(again))
	require.Equal(t, []string{"at_least", "is_kp", "tier"}, f.Fields())
	inside := parseAccounts(t, `{"f":"any","v":{"filter":{"f":"account.target","is":"yes"}}}`)
	require.Equal(t, []string{"any", "target"}, inside.Fields())
	require.False(t, f.Everything())
}

func TestFilter_namesTheFieldsItLooksAt(t *testing.T) {
	t.Parallel()
	f := parse(t, `{"op":"and","of":[{"f":"tag","is":"empty"},{"op":"not","of":[{"f":"sop","is":"in","v":[1]}]},{"f":"tag","is":"any","v":[1]}]}`)
	require.Equal(t, []string{"sop", "tag"}, f.Fields())
	require.Empty(t, audience.Filter{}.Fields())
}
