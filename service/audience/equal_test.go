package audience_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/audience"
)

// inSQL and inMemory are the two evaluators, over the contacts 1 to n.
func inSQL(t require.TestingT, db *model.DB, f audience.Filter) []int64 {
	ids := []int64{}
	where, args := f.SQL(modeltest.Start().In(zone()))
	require.NoError(t, db.Read(context.Background()).Raw("SELECT c.id FROM contacts c WHERE "+where+" ORDER BY c.id", args...).Scan(&ids).Error)
	return ids
}

func inMemory(t require.TestingT, db *model.DB, n int, f audience.Filter) []int64 {
	all := make([]int64, n)
	for i := range all {
		all[i] = int64(i + 1)
	}
	facts, err := audience.Load(context.Background(), db, modeltest.Start().In(zone()), all, f)
	require.NoError(t, err)
	require.Len(t, facts, n)
	ids := []int64{}
	for _, id := range all {
		if f.Match(facts[id]) {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestFilter_sqlAndMemoryAgree(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		reps(t, db, 1, 2) // the third rep of a contact is unknown
		rapid.Check(t, func(t *rapid.T) {
			persons := rapid.SliceOfN(rapid.Custom(drawPerson), 0, 6).Draw(t, "people")
			people(t, db, persons)
			accounts := rapid.SliceOfN(rapid.Custom(drawCompany), 0, 3).Draw(t, "companies")
			companies(t, db, accounts)
			drawDeals(t, db)
			for range 5 {
				f := parse(t, drawFilter(t, 3, drawLeaf))
				require.Equal(t, inMemory(t, db, len(persons), f), inSQL(t, db, f), text(t, f))
			}
			for range 3 {
				f := parseAccounts(t, drawFilter(t, 2, drawAccountLeaf))
				require.Equal(t, accountsInMemory(t, db, len(accounts), f), accountsInSQL(t, db, f), "accounts")
			}
		})
	})
}

func text(t require.TestingT, f audience.Filter) string {
	doc, err := json.Marshal(f)
	require.NoError(t, err)
	return string(doc)
}

// drawFilter draws a tree of leaves.
func drawFilter(t *rapid.T, depth int, leaf func(*rapid.T) string) string {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return leaf(t)
	}
	op := rapid.SampledFrom([]string{"and", "or", "not"}).Draw(t, "op")
	n := 1
	if op != "not" {
		n = rapid.IntRange(1, 3).Draw(t, "n")
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = drawFilter(t, depth-1, leaf)
	}
	return `{"op":"` + op + `","of":[` + strings.Join(parts, ",") + `]}`
}

// drawTagLeaf draws a leaf that bitmaps can answer.
func drawTagLeaf(t *rapid.T) string {
	is := rapid.SampledFrom([]string{"any", "all", "none", "exactly", "empty"}).Draw(t, "is")
	if is == "empty" {
		return `{"f":"tag","is":"empty"}`
	}
	return fmt.Sprintf(`{"f":"tag","is":%q,"v":%s}`, is, drawIDs(t, 5))
}

// drawLeaf draws a leaf of any field, with any operator and option.
func drawLeaf(t *rapid.T) string {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	in := func() string { return pick("in", "in", "not_in") }
	switch pick("field", "tag", "tag since", "owner", "department", "channel_state", "friend", "added_at", "contact_type", "corp_name", "touches", "last_touch", "sop",
		"last_inbound", "stage_at", "lead", "lead", "account", "account", "activity", "activity") {
	case "activity":
		return drawDoneLeaf(t)
	case "lead":
		return drawLeadLeaf(t)
	case "account":
		return `{"f":"account.` + strings.TrimPrefix(drawAccountLeaf(t), `{"f":"`)
	case "last_inbound":
		return drawDate(t, "last_inbound", pick("null", "", `,"opt":{"null":"exclude"}`, `,"opt":{"null":"include"}`))
	case "stage_at":
		return drawDate(t, "stage_at", "")
	case "tag":
		return drawTagLeaf(t)
	case "tag since":
		return strings.TrimSuffix(drawTagLeaf(t), "}") + `,"opt":{"since":{` + drawWhen(t) + `}}}`
	case "owner":
		return fmt.Sprintf(`{"f":"owner","is":%q,"v":%s}`, in(), drawIDs(t, 4))
	case "department":
		return fmt.Sprintf(`{"f":"department","is":%q,"v":%s}`, in(), drawIDs(t, 3))
	case "channel_state":
		return fmt.Sprintf(`{"f":"channel_state","is":%q,"v":[%s]}`, in(), pick("states", `"expo"`, `"web","EXPO"`))
	case "friend":
		return fmt.Sprintf(`{"f":"friend","is":%q,"v":[%s]}`, in(), pick("friend", `"active"`, `"lost","half"`, `"removed"`, `"transferred"`))
	case "contact_type":
		return fmt.Sprintf(`{"f":"contact_type","is":%q,"v":[%s]}`, in(), pick("types", `"wechat"`, `"wecom"`, `"wecom","wechat"`))
	case "corp_name":
		return fmt.Sprintf(`{"f":"corp_name","is":%q}`, pick("known", "known", "unknown"))
	case "touches":
		low := rapid.IntRange(0, 2).Draw(t, "min")
		opt := pick("opt", "", `,"opt":{"within":{"n":2,"unit":"day"}}`, `,"opt":{"within":{"n":1,"unit":"week","by":"calendar"},"channel":["welcome"]}`, `,"opt":{"channel":["group_message","rep_prompt"]}`)
		return fmt.Sprintf(`{"f":"touches","is":"between","v":{"min":%d%s}%s}`, low, pick("max", "", fmt.Sprintf(`,"max":%d`, low+1)), opt)
	case "sop":
		is := pick("sop", "in", "finished", "exited", "never")
		opt := ""
		if is == "exited" {
			opt = pick("reason", "", `,"opt":{"reason":["replied"]}`)
		}
		return fmt.Sprintf(`{"f":"sop","is":%q,"v":%s%s}`, is, drawIDs(t, 3), opt)
	case "last_touch":
		return drawDate(t, "last_touch", pick("null", "", `,"opt":{"null":"exclude"}`, `,"opt":{"null":"include"}`, `,"opt":{"null":"use_added_at"}`))
	default:
		return drawDate(t, "added_at", "")
	}
}

func drawDoneLeaf(t *rapid.T) string {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	return fmt.Sprintf(`{"f":"activity","is":%q,"v":[%s]%s}`, pick("done", "in", "not_in"),
		pick("kinds", `"replied"`, `"price_asked","replied"`, `"visit_booked"`),
		pick("how", "", `,"opt":{"times":2}`, `,"opt":{"within":{"n":1,"unit":"day"}}`, `,"opt":{"times":2,"within":{"n":3,"unit":"day","by":"calendar"}}`))
}

func drawDate(t *rapid.T, field, opt string) string {
	if rapid.IntRange(0, 4).Draw(t, "known or a date") == 0 {
		return fmt.Sprintf(`{"f":%q,"is":%q}`, field, rapid.SampledFrom([]string{"known", "unknown"}).Draw(t, "known"))
	}
	return fmt.Sprintf(`{"f":%q,%s%s}`, field, drawWhen(t), opt)
}

func drawWhen(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "span or days") == 0 {
		from := rapid.IntRange(24, 28).Draw(t, "from")
		return fmt.Sprintf(`"is":"between","v":{"from":"2026-02-%d","to":"2026-03-%02d"}`, from, rapid.IntRange(1, 3).Draw(t, "to"))
	}
	return fmt.Sprintf(`"is":%q,"v":{"n":%d,%s}`,
		rapid.SampledFrom([]string{"newer_than", "older_than"}).Draw(t, "direction"),
		rapid.IntRange(1, 5).Draw(t, "n"),
		rapid.SampledFrom([]string{`"unit":"hour"`, `"unit":"day"`, `"unit":"week"`, `"unit":"day","by":"elapsed"`, `"unit":"day","by":"calendar"`, `"unit":"week","by":"calendar"`}).Draw(t, "unit"))
}

func drawIDs(t *rapid.T, highest int64) string {
	ids, err := json.Marshal(rapid.SliceOfN(rapid.Int64Range(1, highest), 1, 4).Draw(t, "ids"))
	require.NoError(t, err)
	return string(ids)
}
