package handler_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestAPI_showsWhereEverybodyIsAndWhatCameOfIt(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "before the first version", URL: "/api/v1/sops/1/flow", As: handlertest.Reader, Status: 200, Contains: []string{`"enrolled":0,"nodes":[{"step_key":""`}},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
		)
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		app.Run(t,
			handlertest.Scenario{Name: "the flow", URL: "/api/v1/sops/1/flow", As: handlertest.Reader, Status: 200, Contains: []string{
				`"enrolled":1`, `"step_key":"hello","name":"问候"`, `"reached":1,"here":[{"state":"active","reason":"","text":"","count":1}]`,
			}},
			handlertest.Scenario{Name: "who is there", URL: "/api/v1/sops/1/people?at=hello&state=active", As: handlertest.Reader, Status: 200, Contains: []string{`"contact_name":"王小明"`, `"steps":{"hello":{"touch_id":1,"fate":"waiting"}}`}},
			handlertest.Scenario{Name: "nobody waits at the entrance", URL: "/api/v1/sops/1/people?at=", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "no such step", URL: "/api/v1/sops/1/people?reached=x", As: handlertest.Reader, Status: 400, Contains: []string{`"reached":"这个 SOP 没有这个步骤"`}},
			handlertest.Scenario{Name: "no such version", URL: "/api/v1/sops/1/flow?version=7", As: handlertest.Reader, Status: 404, Contains: []string{"没有版本 7"}},
			handlertest.Scenario{Name: "results", URL: "/api/v1/sops/1/results?version=1", As: handlertest.Reader, Status: 200, Contains: []string{`"due":1,"fates":{"waiting":1}`, `"due":0,"fates":{}`}},
			handlertest.Scenario{Name: "the story", URL: "/api/v1/enrollments/1/story", As: handlertest.Reader, Status: 200, Contains: []string{
				`"sop_name":"新好友"`, `"text":"进行中：待下发"`, `"text":"将在 2026-03-05 10:00 进行"`, `手动加入，进入 SOP`,
			}},
			handlertest.Scenario{Name: "nobody's story", URL: "/api/v1/enrollments/9/story", As: handlertest.Reader, Status: 404},
		)
	})
}

// What a screen shows of the day has its rows: each count is asked for as the
// screen's link does.
func TestAPI_tellsTheDayAndItsRows(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		now, conn := app.DB.Now(t.Context()), app.DB.Conn(t.Context())
		app.Person(t, "anna", "王小明")
		touch := func(state model.TouchState, reason, channel string, due time.Time, sent *time.Time) {
			row := model.Touch{
				ContactID: 1, RepID: 1, Channel: channel, State: state, Reason: reason, DueAt: due, NotBefore: due, PlannedAt: due, ExpireAt: due, SentAt: sent, LocalDay: "2026-03-02",
			}
			require.NoError(t, conn.Create(&row).Error)
		}
		at := func(d time.Duration) *time.Time { u := now.Add(d); return &u }
		touch(model.TouchDelivered, "", "welcome", now, at(2*time.Second))
		touch(model.TouchDelivered, "", "welcome", now, at(30*time.Second))
		touch(model.TouchDelivered, "", "welcome", now, at(4*time.Second))
		touch(model.TouchSkipped, "quota", "group_message", now.Add(2*time.Hour), nil)
		touch(model.TouchAccepted, "", "group_message", now.Add(2*time.Hour), nil)
		calls := []model.Dispatch{
			{Channel: "group_message", RepID: 1, State: model.DispatchSent, NextAt: now, CreatedAt: now, SentAt: at(-time.Hour), Recipients: 3},
			{Channel: "group_message", RepID: 1, State: model.DispatchSent, NextAt: now, CreatedAt: now, SentAt: at(-25 * time.Hour), Recipients: 2},
			{Channel: "group_message", RepID: 1, State: model.DispatchStuck, NextAt: now, CreatedAt: now},
		}
		require.NoError(t, conn.Create(&calls).Error)
		soon := now.Add(3 * time.Hour)
		tomorrow := now.Add(24 * time.Hour)
		for i, next := range []time.Time{soon, tomorrow} {
			en := model.Enrollment{SOPID: 1, VersionID: 1, ContactID: int64(i + 1), RepID: 1, Run: 1, State: model.EnrollmentActive, NextDueAt: &next, AnchorAt: now, EnrolledAt: now}
			require.NoError(t, conn.Create(&en).Error)
		}
		app.Run(t,
			handlertest.Scenario{Name: "the day", URL: "/api/v1/today", As: handlertest.Reader, Status: 200, Contains: []string{
				`"day":"2026-03-02"`, `"zone":"Asia/Shanghai"`, `"more":false,"fates":{"sent":3,"skipped":1,"waiting":1}`,
				`{"hour":10,"fates":{"sent":3},"ahead":0},{"hour":11,"fates":{},"ahead":0},{"hour":12,"fates":{"skipped":1,"waiting":1},"ahead":0},{"hour":13,"fates":{},"ahead":1}`,
				`{"fate":"skipped","reason":"quota","text":"企业微信的群发次数已用完","count":1}`,
				`{"rep_id":1,"rep_name":"销售anna","fresh":1,"overdue":1,"people":5,`, `{"state":"upcoming","count":1,`, `{"state":"stuck","count":1,`,
				`"welcome":{"count":3,"late":1,"limit_seconds":20,"p50_seconds":4,"p95_seconds":30,"slowest_seconds":30,"latest":[{"touch_id":1,`,
			}},
			handlertest.Scenario{Name: "rows of an hour", URL: "/api/v1/touches?day=2026-03-02&hour=12&fate=skipped&reason=quota", As: handlertest.Reader, Status: 200, Contains: []string{`"id":4`}, NotContains: []string{`"id":5`}},
			handlertest.Scenario{Name: "rows of another", URL: "/api/v1/touches?day=2026-03-02&hour=11", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "the day's welcomes", URL: "/api/v1/touches?day=2026-03-02&channel=welcome&fate=sent", As: handlertest.Reader, Status: 200, Contains: []string{`"id":1`, `"id":2`, `"id":3`}},
			handlertest.Scenario{Name: "an hour of no day", URL: "/api/v1/touches?hour=11", As: handlertest.Reader, Status: 400, Contains: []string{`"hour"`}},
			handlertest.Scenario{Name: "a reason of everything", URL: "/api/v1/touches?reason=quota&fate=skipped", As: handlertest.Reader, Status: 400, Contains: []string{`"reason"`, `"fate"`}},
			handlertest.Scenario{Name: "what the rep has not sent", URL: "/api/v1/queue?state=unconfirmed&rep_id=1", As: handlertest.Reader, Status: 200, Contains: []string{`"id":2`}, NotContains: []string{`"id":1,`}},
			handlertest.Scenario{Name: "what nobody in particular has", URL: "/api/v1/queue?state=unconfirmed&rep_id=0", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "what comes today", URL: "/api/v1/queue?state=upcoming", As: handlertest.Reader, Status: 200, Contains: []string{`"since":"2026-03-02T05:00:00Z"`}, NotContains: []string{"2026-03-03"}},
		)
		first := app.Do(t, handlertest.Request{URL: "/api/v1/today", As: handlertest.Reader})
		app.Clock.Advance(10 * time.Second)
		same := app.Do(t, handlertest.Request{URL: "/api/v1/today", As: handlertest.Reader, Header: http.Header{"If-None-Match": {first.Header().Get("ETag")}}})
		require.Equal(t, 304, same.Code)
		require.Empty(t, same.Body.String())
		touch(model.TouchFailed, "not_friend", "group_message", now, nil)
		app.Clock.Advance(time.Second)
		again := app.Do(t, handlertest.Request{URL: "/api/v1/today", As: handlertest.Reader, Header: http.Header{"If-None-Match": {first.Header().Get("ETag")}}})
		require.Equal(t, 304, again.Code, "within seconds everybody gets the same picture")
		app.Clock.Advance(3 * time.Second)
		news := app.Do(t, handlertest.Request{URL: "/api/v1/today", As: handlertest.Reader, Header: http.Header{"If-None-Match": {first.Header().Get("ETag")}}})
		require.Equal(t, 200, news.Code)
		require.Contains(t, news.Body.String(), `"failed":1`)
	})
}
