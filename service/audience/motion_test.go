package audience_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/audience"
)

// What is not known to be announced may change at any time: a field that is new
// is watched too closely rather than not enough.
func TestMotion_isThatOfTheMostRestlessCondition(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]audience.Motion{
		`null`:                           audience.ByActivity,
		`{"f":"tag","is":"any","v":[1]}`: audience.ByActivity,
		`{"f":"tag","is":"any","v":[1],"opt":{"since":{"is":"newer_than","v":{"n":2,"unit":"day"}}}}`:                 audience.Anytime,
		`{"f":"tag","is":"any","v":[1],"opt":{"since":{"is":"newer_than","v":{"n":2,"unit":"day","by":"calendar"}}}}`: audience.ByDay,
		`{"f":"added_at","is":"between","v":{"from":"2026-01-01","to":"2026-01-31"}}`:                                 audience.ByDay,
		`{"f":"added_at","is":"known"}`:                                                                                audience.ByActivity,
		`{"f":"added_at","is":"older_than","v":{"n":30,"unit":"day"}}`:                                                 audience.Anytime,
		`{"f":"last_touch","is":"known"}`:                                                                              audience.Anytime,
		`{"f":"sop","is":"never","v":[1]}`:                                                                             audience.Anytime,
		`{"f":"last_inbound","is":"known"}`:                                                                            audience.ByActivity,
		`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"}}`:                                             audience.Anytime,
		`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day","by":"calendar"}}`:                             audience.ByDay,
		`{"op":"and","of":[{"f":"stage","is":"in","v":["MQL"]},{"f":"account","is":"known"}]}`:                         audience.ByActivity,
		`{"f":"activity","is":"in","v":["price_asked"],"opt":{"times":3}}`:                                             audience.ByActivity,
		`{"f":"activity","is":"not_in","v":["replied"],"opt":{"within":{"n":30,"unit":"day","by":"calendar"}}}`:        audience.ByDay,
		`{"f":"activity","is":"in","v":["replied"],"opt":{"within":{"n":30,"unit":"day"}}}`:                            audience.Anytime,
		`{"f":"role","is":"known"}`:                                                                                    audience.ByActivity,
		`{"f":"score","is":"at_least","v":60}`:                                                                         audience.Anytime,
		`{"f":"account.tier","is":"in","v":["A"]}`:                                                                     audience.Anytime,
		`{"f":"account.any","v":{"filter":{"f":"stage","is":"in","v":["MQL"]}}}`:                                       audience.Anytime,
		`{"f":"department","is":"in","v":[1]}`:                                                                         audience.Anytime,
		`{"op":"or","of":[{"f":"owner","is":"in","v":[1]},{"op":"not","of":[{"f":"friend","is":"in","v":["lost"]}]}]}`: audience.ByActivity,
		`{"op":"and","of":[{"f":"owner","is":"in","v":[1]},{"f":"touches","is":"between","v":{"min":1}}]}`:             audience.Anytime,
	} {
		f, err := audience.Parse([]byte(doc))
		require.NoError(t, err, doc)
		require.Equal(t, want, f.Motion(), doc)
	}
}
