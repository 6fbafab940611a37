package audience_test

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/audience"
)

func parseAccounts(t require.TestingT, doc string) audience.AccountFilter {
	f, err := audience.ParseAccountFilter([]byte(doc))
	require.NoError(t, err, doc)
	return f
}

// accountsInSQL and accountsInMemory are the two evaluators, over the accounts 1 to n.
func accountsInSQL(t require.TestingT, db *model.DB, f audience.AccountFilter) []int64 {
	ids := []int64{}
	where, args := f.SQL(modeltest.Start().In(zone()))
	require.NoError(t, db.Read(context.Background()).Raw("SELECT a.id FROM accounts a WHERE "+where+" ORDER BY a.id", args...).Scan(&ids).Error)
	return ids
}

func accountsInMemory(t require.TestingT, db *model.DB, n int, f audience.AccountFilter) []int64 {
	all := make([]int64, n)
	for i := range all {
		all[i] = int64(i + 1)
	}
	facts, err := audience.LoadAccounts(context.Background(), db, modeltest.Start().In(zone()), all, f)
	require.NoError(t, err)
	ids := []int64{}
	for _, id := range all {
		if a, ok := facts[id]; ok && f.Match(a) {
			ids = append(ids, id)
		}
	}
	return ids
}

// drawLeadLeaf draws a leaf on what is known of a person beyond what WeCom says.
func drawLeadLeaf(t *rapid.T) string {
	switch field := rapid.SampledFrom([]string{
		"stage", "awareness", "source", "grade", "role", "seniority", "consent", "score", "fit", "engagement", "intent", "is_kp", "contact_less", "email", "phone", "account",
	}).Draw(t, "lead field"); field {
	case "score", "fit", "engagement", "intent":
		return drawNumber(t, field, true)
	case "is_kp", "contact_less":
		return drawFlag(t, field)
	case "email", "phone":
		return fmt.Sprintf(`{"f":%q,"is":%q}`, field, rapid.SampledFrom([]string{"known", "unknown"}).Draw(t, "known"))
	case "account":
		return drawOneOf(t, field, "[2,4]", "[1]")
	case "awareness":
		return drawOneOf(t, field, `["problem","product"]`, `["solution"]`)
	case "grade":
		return drawOneOf(t, field, `["A","B"]`, `["C"]`)
	case "role":
		return drawOneOf(t, field, `["boss"]`, `["cio","cto"]`)
	case "seniority":
		return drawOneOf(t, field, `["executive"]`, `["manager"]`)
	case "consent":
		return drawOneOf(t, field, `["refused"]`, `["granted"]`)
	default:
		return drawOneOf(t, field, `["MQL","expo"]`, `["other"]`)
	}
}

// drawAccountLeaf draws a leaf of the language over accounts.
func drawAccountLeaf(t *rapid.T) string {
	switch field := rapid.SampledFrom([]string{
		"tier", "lifecycle", "target", "strategic", "industry", "region", "employees", "tech_spend", "acv", "owner", "sdr", "engaged", "engagement",
		"engagement_level", "people", "roles", "any", "all", "at_least", "any", "all", "at_least",
	}).Draw(t, "account field"); field {
	case "tier":
		return drawOneOf(t, field, `["A"]`, `["B","C"]`)
	case "lifecycle":
		return drawOneOf(t, field, `["prospect"]`, `["customer"]`)
	case "industry", "region", "engagement_level":
		return drawOneOf(t, field, `["IT","深圳","aware"]`, `["other"]`)
	case "owner", "sdr":
		return drawOneOf(t, field, `[1]`, `[1,2]`)
	case "target", "strategic", "engaged":
		return drawFlag(t, field)
	case "people":
		return drawNumber(t, field, false)
	case "roles":
		return rapid.SampledFrom([]string{
			`{"f":"roles","is":"any","v":["boss"]}`, `{"f":"roles","is":"all","v":["boss","cio"]}`,
			`{"f":"roles","is":"none","v":["cio","cto"]}`, `{"f":"roles","is":"at_least","v":2}`,
		}).Draw(t, "roles")
	case "any", "all", "at_least":
		n := ""
		if field == "at_least" {
			n = fmt.Sprintf(`,"n":%d`, rapid.IntRange(1, 3).Draw(t, "n"))
		}
		return fmt.Sprintf(`{"f":%q,"v":{"filter":%s%s}}`, field, drawFilter(t, 1, drawPlainLeaf), n)
	default:
		return drawNumber(t, field, true)
	}
}

// drawPlainLeaf draws a leaf that may stand inside a roll-up.
func drawPlainLeaf(t *rapid.T) string {
	return rapid.SampledFrom([]func(*rapid.T) string{
		drawLeadLeaf, drawTagLeaf, func(t *rapid.T) string { return drawDate(t, "last_inbound", "") },
		func(t *rapid.T) string { return `{"f":"account.people","is":"at_least","v":2}` },
	}).Draw(t, "plain")(t)
}

func drawOneOf(t *rapid.T, field string, values ...string) string {
	switch is := rapid.SampledFrom([]string{"in", "not_in", "known", "unknown"}).Draw(t, "is"); is {
	case "known", "unknown":
		return fmt.Sprintf(`{"f":%q,"is":%q}`, field, is)
	default:
		return fmt.Sprintf(`{"f":%q,"is":%q,"v":%s}`, field, is, rapid.SampledFrom(values).Draw(t, "values"))
	}
}

func drawFlag(t *rapid.T, field string) string {
	return fmt.Sprintf(`{"f":%q,"is":%q}`, field, rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "flag"))
}

func drawNumber(t *rapid.T, field string, missing bool) string {
	rest := []string{`"at_least","v":50`, `"at_most","v":49.99`, `"at_least","v":101`, `"between","v":{"min":0,"max":60}`, `"at_least","v":2`, `"at_most","v":1`}
	if missing {
		rest = append(rest, `"known"`, `"unknown"`)
	}
	return fmt.Sprintf(`{"f":%q,"is":%s}`, field, rapid.SampledFrom(rest).Draw(t, "number"))
}
