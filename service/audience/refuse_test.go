package audience_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/audience"
)

// A leaf that would be read differently from how it was meant is refused when
// it is saved.
func TestFilter_refusesLeavesThatWouldMislead(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"f":"account.tier","is":"in","v":["A"]}`:                                             "does not know the field",
		`{"f":"tag","is":"any","v":[0]}`:                                                       "an id is a positive number",
		`{"f":"tag","is":"empty","v":[1]}`:                                                     `takes no "v"`,
		`{"f":"tag","is":"any","v":[1],"opt":{"before":1}}`:                                    "before",
		`{"f":"tag","is":"any","v":[1],"opt":{"since":{"is":"known"}}}`:                        "newer_than",
		`{"f":"owner","is":"any","v":[1]}`:                                                     "in, not_in",
		`{"f":"owner","is":"in","v":[1],"opt":{"x":1}}`:                                        `no "opt"`,
		`{"f":"owner","is":"in","v":["lin"]}`:                                                  "list of rep ids",
		`{"f":"channel_state","is":"in","v":[""]}`:                                             "blanks",
		`{"f":"channel_state","is":"in","v":["a "]}`:                                           "blanks",
		`{"f":"friend","is":"in","v":["best"]}`:                                                `"best"`,
		`{"f":"contact_type","is":"in","v":[1]}`:                                               "list of words",
		`{"f":"corp_name","is":"in","v":["x"]}`:                                                "known, unknown",
		`{"f":"corp_name","is":"known","v":["x"]}`:                                             `no "v"`,
		`{"f":"added_at","is":"older_than","v":{"n":0,"unit":"day"}}`:                          "span of [0]",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"month"}}`:                        "unit",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"day","by":"moon"}}`:              "moon",
		`{"f":"added_at","is":"older_than","v":{"n":1,"unit":"hour","by":"calendar"}}`:         "not hours",
		`{"f":"added_at","is":"older_than","v":30}`:                                            "span like",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-02","to":"2026-02-01"}}`:          "end before its start",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-30","to":"2026-03-01"}}`:          "2026-02-30",
		`{"f":"added_at","is":"between","v":{"from":"2026-02-01"}}`:                            "needs days",
		`{"f":"added_at","is":"newer_than","v":{"n":1,"unit":"day"},"opt":{"null":""}}`:        `no "opt"`,
		`{"f":"last_touch","is":"older_than","v":{"n":1,"unit":"day"},"opt":{"null":"maybe"}}`: "maybe",
		`{"f":"touches","is":"at_least","v":1}`:                                                "between",
		`{"f":"touches","is":"between","v":{"min":3,"max":1}}`:                                 "3 to 1",
		`{"f":"touches","is":"between","v":{"min":-1}}`:                                        "-1",
		`{"f":"touches","is":"between","v":{"min":1},"opt":{"channel":[]}}`:                    "empty list",
		`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":1}}}`:                "unit",
		`{"f":"sop","is":"in","v":[]}`:                                                         "empty list",
		`{"f":"sop","is":"in","v":[1],"opt":{"reason":["left"]}}`:                              `no "opt"`,
		`{"f":"sop","is":"left","v":[1]}`:                                                      "in, finished, exited, never",
	} {
		_, err := audience.Parse([]byte(doc))
		require.ErrorContains(t, err, want, doc)
	}
}

func TestFilter_namesTheFieldsItLooksAt(t *testing.T) {
	t.Parallel()
	f := parse(t, `{"op":"and","of":[{"f":"tag","is":"empty"},{"op":"not","of":[{"f":"sop","is":"in","v":[1]}]},{"f":"tag","is":"any","v":[1]}]}`)
	require.Equal(t, []string{"sop", "tag"}, f.Fields())
	require.Empty(t, audience.Filter{}.Fields())
}
