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

// drawDeals puts accounts 1 to 3 on lists 1 to 3, of which the third is closed, and
// gives them deals, in place of all that were there.
func drawDeals(t *rapid.T, db *model.DB) {
	start := modeltest.Start()
	var members []model.TargetMember
	var deals []model.Opportunity
	for account := range int64(3) {
		for list := range int64(3) {
			if on := rapid.IntRange(0, 3).Draw(t, "on the list"); on > 1 {
				m := model.TargetMember{ListID: list + 1, AccountID: account + 1, FromAt: start}
				if on == 3 {
					m.OpenSlot = ptr(int8(1))
				}
				members = append(members, m)
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "deals") {
			deals = append(deals, model.Opportunity{
				AccountID: account + 1,
				State:     rapid.SampledFrom([]model.OpportunityState{model.OpportunityOpen, model.OpportunityWon, model.OpportunityLost}).Draw(t, "state"),
				Kind:      rapid.SampledFrom([]model.OpportunityKind{model.OpportunityNew, model.OpportunityUpsell}).Draw(t, "kind"),
			})
		}
	}
	require.NoError(t, db.InTx(context.Background(), func(ctx context.Context) error {
		for _, table := range []string{"target_members", "target_lists", "opportunities"} {
			require.NoError(t, db.Conn(ctx).Exec("DELETE FROM "+table).Error)
		}
		create(ctx, t, db, []model.TargetList{{ID: 1, Name: "一"}, {ID: 2, Name: "二"}, {ID: 3, Name: "三", ClosedAt: &start}})
		create(ctx, t, db, members)
		create(ctx, t, db, deals)
		return nil
	}))
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
	case "stage":
		return drawOneOf(t, field, `["MQL"]`, `["won","SAL"]`)
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
		return drawOneOf(t, field, `["expo"]`, `["other"]`)
	}
}

// drawAccountLeaf draws a leaf of the language over accounts.
func drawAccountLeaf(t *rapid.T) string {
	switch field := rapid.SampledFrom([]string{
		"tier", "lifecycle", "target", "strategic", "industry", "region", "employees", "tech_spend", "acv", "owner", "sdr", "engaged", "engagement",
		"engagement_level", "people", "roles", "list", "opportunity", "any", "all", "at_least", "any", "all", "at_least",
	}).Draw(t, "account field"); field {
	case "tier":
		return drawOneOf(t, field, `["A"]`, `["B","C"]`)
	case "lifecycle":
		return drawOneOf(t, field, `["prospect"]`, `["customer"]`)
	case "industry", "region", "engagement_level":
		return drawOneOf(t, field, `["IT","深圳","aware"]`, `["other"]`)
	case "owner", "sdr":
		return drawOneOf(t, field, `[1]`, `[1,2]`)
	case "list":
		return rapid.SampledFrom([]string{`{"f":"list","is":"in","v":[1,2]}`, `{"f":"list","is":"not_in","v":[1,3]}`}).Draw(t, "list")
	case "opportunity":
		return rapid.SampledFrom([]string{
			`{"f":"opportunity","is":"any","v":["open","won"]}`, `{"f":"opportunity","is":"none","v":["won"],"opt":{"kind":["new","renewal"]}}`,
		}).Draw(t, "opportunity")
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
