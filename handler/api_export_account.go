package handler

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
)

const accountQuery = "q owner_id sdr_id tier lifecycle list_id target review lacks"

func accountFilter(q *query) account.Filter {
	return account.Filter{
		Query: q.text("q"), OwnerID: q.id("owner_id"), SDRID: q.id("sdr_id"), ListID: q.id("list_id"),
		Tier: oneOf(q, "tier", model.TierA, model.TierB, model.TierC), Lifecycle: oneOf(q, "lifecycle", account.Lifecycles()...),
		Target: q.flag("target"), Review: q.flag("review"), Lacks: oneOf(q, "lacks", account.Lacks()...),
	}
}

func numberOrBlank(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// exportAccounts gives companies, or those on a target list, in columns that an
// import understands.
func (s *server) exportAccounts(c *gin.Context) error {
	q := queryOf(c)
	filter, format := accountFilter(q), formatOf(q)
	if err := q.err(); err != nil {
		return err
	}
	reps, err := s.Imports.UserIDs(c.Request.Context())
	if err != nil {
		return err
	}
	type row = model.Account
	yes := map[bool]string{true: "是"}
	return export(s, c, format, exporting[row]{
		name: "accounts", id: func(a row) int64 { return a.ID },
		page: func(ctx context.Context, page model.Page) ([]row, error) { return s.Accounts.List(ctx, filter, page) },
		columns: []column[row]{
			{"id", false, func(a row) string { return strconv.FormatInt(a.ID, 10) }},
			{"company", false, func(a row) string { return a.Name }},
			{"credit_code", false, func(a row) string { return a.CreditCode }},
			{"tier", false, func(a row) string { return string(a.Tier) }},
			{"lifecycle", false, func(a row) string { return string(a.Lifecycle) }},
			{"industry", false, func(a row) string { return a.Industry }},
			{"region", false, func(a row) string { return a.Region }},
			{"employees", false, func(a row) string { return numberOrBlank(a.Employees) }},
			{"tech_spend", false, func(a row) string { return numberOrBlank(a.TechSpend) }},
			{"acv", false, func(a row) string { return numberOrBlank(a.ACV) }},
			{"owner_userid", false, func(a row) string { return reps[a.OwnerID] }},
			{"owner_backup", false, func(a row) string { return reps[a.OwnerBackupID] }},
			{"sdr", false, func(a row) string { return reps[a.SDRID] }},
			{"sdr_backup", false, func(a row) string { return reps[a.SDRBackupID] }},
			{"strategic", false, func(a row) string { return yes[a.Strategic] }},
			{"target", false, func(a row) string { return yes[a.IsTarget] }},
			{"fit", false, func(a row) string { return score(a.Fit) }},
			{"engagement", false, func(a row) string { return score(a.Engagement) }},
			{"engagement_level", false, func(a row) string { return a.EngagementLevel }},
		},
	})
}
