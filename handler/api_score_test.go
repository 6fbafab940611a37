package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/service/scoring"
)

func TestAPI_explainsScores(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		conn := app.DB.Conn(t.Context())
		p := app.Person(t, "anna", "王小明")
		quiet := app.Person(t, "anna", "安静")
		one, now := int8(1), app.Clock.Now()
		a := model.Account{Name: "甲公司", NameKey: "甲公司", LiveSlot: &one, Lifecycle: model.LifecycleProspect, Version: 1}
		require.NoError(t, conn.Create(&a).Error)
		require.NoError(t, conn.Create(&model.AccountMember{ContactID: p.ContactID, AccountID: a.ID, OpenSlot: &one, FromAt: now, Reason: "manual"}).Error)
		require.NoError(t, conn.Exec("UPDATE contacts SET account_id = ?, role = 'boss' WHERE id = ?", a.ID, p.ContactID).Error)
		did := func(kind model.ActivityKind, data model.ActivityData) {
			require.NoError(t, app.DB.InTx(t.Context(), func(ctx context.Context) error {
				return app.Record(ctx, model.Activity{
					DedupeKey: fmt.Sprintf("%s:%d", kind, app.Clock.Now().UnixMicro()), Kind: kind, ContactID: p.ContactID, RepID: p.RepID,
					OccurredAt: app.Clock.Now(), Data: model.AsJSON(data),
				})
			}))
		}
		did(model.ActivityMeetingHeld, model.ActivityData{})
		app.Clock.Advance(24 * time.Hour)
		did(model.ActivityNeedAnswered, model.ActivityData{Key: "budget"})

		contact, account := fmt.Sprintf("/api/v1/contacts/%d/score", p.ContactID), fmt.Sprintf("/api/v1/accounts/%d/score", a.ID)
		app.Run(t,
			handlertest.Scenario{
				Name: "a contact's", URL: contact, As: handlertest.Reader, Status: 200,
				Contains: []string{
					`"rules_version":0`, `"grade":"B"`, "昨天：完成会面，现在值", "今天：确认预算，现在值 4 分", "互动 72 分，贡献 32.8 分",
					"如果没有新互动，", "达到 MQL", "行业还没有设理想客户标准", `"field":"role","points":25,"max":25,"say":"match"`,
				},
			},
			handlertest.Scenario{Name: "in English", URL: contact, As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}}, Contains: []string{"yesterday: a meeting", "an MQL"}},
			handlertest.Scenario{
				Name: "of somebody unknown", URL: fmt.Sprintf("/api/v1/contacts/%d/score", quiet.ContactID), As: handlertest.Reader, Status: 200,
				Contains: []string{`"contributions":[]`, `"fading":null`, "问清角色，最多加 7 分", "角色未知"},
			},
			handlertest.Scenario{Name: "of nobody", URL: "/api/v1/contacts/999/score", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{
				Name: "an account's", URL: account, As: handlertest.Reader, Status: 200,
				Contains: []string{`"engaged":false`, "✓ 互动分 78.2（至少 40）", "✗ 近期活跃 1 人（至少 2 人）", "王小明", `"level":"aware"`, `"box":"leave"`, "本周没有明显升温"},
			},
			handlertest.Scenario{Name: "of no account", URL: "/api/v1/accounts/999/score", As: handlertest.Reader, Status: 404},
		)
		require.NoError(t, conn.Create(&model.AccountEvent{AccountID: a.ID, Kind: "funding", Title: "B 轮融资", At: app.Clock.Now()}).Error)
		app.Run(t, handlertest.Scenario{Name: "with news of the company", URL: contact, As: handlertest.Reader, Status: 200, Contains: []string{"今天：公司动态“B 轮融资”，现在值 4 分"}})
		spike := 3.
		require.NoError(t, conn.Model(&a).UpdateColumns(map[string]any{"fit": 80, "spike": spike, "is_target": true, "industry": "制造", "owner_id": 1}).Error)
		winner := model.Account{Name: "乙", NameKey: "乙", LiveSlot: &one, Industry: "制造"}
		require.NoError(t, conn.Create(&winner).Error)
		require.NoError(t, conn.Create(&model.Opportunity{AccountID: winner.ID, State: model.OpportunityWon, Amount: 5, OpenedAt: now, ClosedAt: &now}).Error)
		app.Run(t,
			handlertest.Scenario{Name: "whom to work", URL: "/api/v1/account-priorities", As: handlertest.Reader, Status: 200, Contains: []string{"甲公司", `"owner_name":"销售anna"`, `"known_people":1`}},
			handlertest.Scenario{Name: "boxes", URL: "/api/v1/account-boxes", As: handlertest.Reader, Status: 200, Contains: []string{`{"box":"open","count":1,"text":"匹配但未互动：再找一位联系人"}`}},
			handlertest.Scenario{Name: "a box", URL: "/api/v1/account-box?box=open", As: handlertest.Reader, Status: 200, Contains: []string{"甲公司"}},
			handlertest.Scenario{Name: "no box", URL: "/api/v1/account-box", As: handlertest.Reader, Status: 400, Contains: []string{"只能是 sell、open、check 或 leave"}},
			handlertest.Scenario{Name: "the ideal", URL: "/api/v1/ideal-profile", As: handlertest.Reader, Status: 200, Contains: []string{`"items":[]`}},
			handlertest.Scenario{Name: "like winners", URL: "/api/v1/look-alikes", As: handlertest.Reader, Status: 200, Contains: []string{"甲公司", `"similarity":1`, `"value":"制造"`}},
		)
		app.Clock.Advance(44 * 24 * time.Hour)
		app.Run(t,
			handlertest.Scenario{Name: "silent", URL: "/api/v1/silent?band=45&limit=1", As: handlertest.Reader, Status: 200, Contains: []string{"安静", "已沉默 45 天", "next_cursor"}, NotContains: []string{"王小明"}},
			handlertest.Scenario{Name: "silent, not so long", URL: "/api/v1/silent?band=30", As: handlertest.Reader, Status: 200, Contains: []string{"王小明", "已沉默 44 天"}, NotContains: []string{"安静"}},
			handlertest.Scenario{Name: "of no band", URL: "/api/v1/silent?band=31", As: handlertest.Reader, Status: 400, Contains: []string{"band"}},
			handlertest.Scenario{Name: "without a band", URL: "/api/v1/silent", As: handlertest.Reader, Status: 400, Contains: []string{"只能是 30、45 或 60"}},
			handlertest.Scenario{Name: "behind nowhere", URL: "/api/v1/silent?band=30&cursor=x", As: handlertest.Reader, Status: 400, Contains: []string{"cursor"}},
		)
	})
}

func TestAPI_editsScoreRules(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		r := scoring.Defaults()
		r.Events[0].Points = 50
		good, err := json.Marshal(map[string]any{"rules": r, "note": "价格更重要"})
		require.NoError(t, err)
		r.Silence = []scoring.SilenceStep{{Days: 30, Points: -20}}
		both, err := json.Marshal(map[string]any{"rules": r})
		require.NoError(t, err)
		app.Run(t,
			handlertest.Scenario{Name: "defaults", URL: "/api/v1/score-rules/live", As: handlertest.Reader, Status: 200, Contains: []string{`"version":0`, `"half_life_days":30`}},
			handlertest.Scenario{Name: "both fading and silence", Method: "POST", URL: "/api/v1/score-rules", As: handlertest.Admin, Body: string(both), Status: 400, Contains: []string{`"silence":"随时间衰减和沉默扣分会重复扣：请二选一"`}},
			handlertest.Scenario{Name: "nothing", Method: "POST", URL: "/api/v1/score-rules", As: handlertest.Admin, Body: `{"rules":{"weight":1}}`, Status: 400},
			handlertest.Scenario{Name: "by a reader", Method: "POST", URL: "/api/v1/score-rules", As: handlertest.Reader, Body: string(good), Status: 403},
			handlertest.Scenario{Name: "draft", Method: "POST", URL: "/api/v1/score-rules", As: handlertest.Admin, Body: string(good), Status: 201, Contains: []string{`"version":null`, `"points":50`}},
			handlertest.Scenario{Name: "change", Method: "PUT", URL: "/api/v1/score-rules/1", As: handlertest.Admin, Body: string(good), Status: 200},
			handlertest.Scenario{Name: "try", Method: "POST", URL: "/api/v1/score-rules/1/try", As: handlertest.Admin, Status: 202, Contains: []string{`"state":"queued"`}},
		)
		_, err = app.Scores.Rescore(t.Context())
		require.NoError(t, err)
		app.Run(t,
			handlertest.Scenario{Name: "tried", URL: "/api/v1/score-jobs/1", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"done"`, `"become_mql":0`, `"contacts":1`}},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/score-rules/1/publish", As: handlertest.Admin, Status: 200, Contains: []string{`"version":1`}},
			handlertest.Scenario{Name: "again", Method: "POST", URL: "/api/v1/score-rules/1/publish", As: handlertest.Admin, Status: 409},
			handlertest.Scenario{Name: "change what is published", Method: "PUT", URL: "/api/v1/score-rules/1", As: handlertest.Admin, Body: string(good), Status: 409, Contains: []string{"请另存为草稿再改"}},
			handlertest.Scenario{Name: "live", URL: "/api/v1/score-rules/live", As: handlertest.Reader, Status: 200, Contains: []string{`"version":1`}},
			handlertest.Scenario{Name: "list", URL: "/api/v1/score-rules", As: handlertest.Reader, Status: 200, Contains: []string{"价格更重要"}},
			handlertest.Scenario{Name: "get", URL: "/api/v1/score-rules/1", As: handlertest.Reader, Status: 200},
			handlertest.Scenario{Name: "none", URL: "/api/v1/score-rules/9", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "no job", URL: "/api/v1/score-jobs/9", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "try none", Method: "POST", URL: "/api/v1/score-rules/9/try", As: handlertest.Admin, Status: 404},
		)
	})
}
