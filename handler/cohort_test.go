package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestCohorts_areListedWithTheTagBudget(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		conn, now := app.DB.Conn(t.Context()), app.Clock.Now()
		tag := model.CohortTag{SOPID: 1, Cohort: "2026-03-02", Serial: 1, Name: "SOP1 2026-03-02 #1", WeComID: "et1", Marks: 3, LookAt: now}
		gone := model.CohortTag{SOPID: 1, Cohort: "2026-03-01", Serial: 1, Name: "SOP1 2026-03-01 #1", WeComID: "et0", LookAt: now, DeletedAt: &now}
		require.NoError(t, conn.Create(&[]*model.CohortTag{&tag, &gone}).Error)
		require.NoError(t, conn.Create(&[]model.CohortMember{{CohortTagID: tag.ID, RelationshipID: 1}, {CohortTagID: tag.ID, RelationshipID: 2}}).Error)
		require.NoError(t, conn.Create(&model.Tag{WeComID: "etVIP", Name: "VIP", Kind: model.TagCorp}).Error)
		app.Run(t,
			handlertest.Scenario{
				Name: "list", URL: "/api/v1/cohorts", As: handlertest.Reader, Status: 200,
				Contains: []string{`"cohort":"2026-03-02"`, `"members":2`, `"marks":3`}, NotContains: []string{"2026-03-01"},
			},
			handlertest.Scenario{Name: "budget", URL: "/api/v1/cohorts/budget", As: handlertest.Reader, Status: 200, Contains: []string{`{"cohorts":1,"limit":10000,"used":2}`}},
			handlertest.Scenario{Name: "a stranger", URL: "/api/v1/cohorts", Status: 401},
		)
	})
}
