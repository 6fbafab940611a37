package handler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/touch"
	"sixtouch/sop"
)

func each(t *testing.T, test func(t *testing.T, app *handlertest.App)) {
	t.Helper()
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(t, handlertest.New(t, db, clock)) })
}

func read[T any](t *testing.T, answer *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &v), "%s", answer.Body)
	return v
}

const programme = `{"name":"新好友","definition":{"trigger":{"kind":"manual"},"steps":[
	{"key":"hello","name":"问候","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"你好"}},
	{"key":"more","offset":{"after":"3d"},"channel":"group_message","filter":{"v":1,"op":"and","of":[{"f":"tag","is":"none","v":[7]}]},"content":{"text":"资料",
	 "attachments":[{"type":"link","link":{"title":"手册","url":"https://example.com/a"}}]}}]}}`

func TestAPI_runsAProgramme(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		person := app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "no programme yet", URL: "/api/v1/sops", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201, Contains: []string{`"state":"draft"`, `"version":0`, `"definition":null`}},
			handlertest.Scenario{Name: "a draft takes nobody in", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 409},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"live"`, `"version":1`, `"hello":{"text":"你好"}`}},
			handlertest.Scenario{
				Name: "rename", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: strings.Replace(programme, "新好友", "老朋友", 1),
				Status: 200, Contains: []string{`"name":"老朋友"`},
			},
			handlertest.Scenario{
				Name: "change what a step says", Method: "PUT", URL: "/api/v1/sops/1/steps/hello/content", As: handlertest.Admin,
				Body: `{"text":"您好"}`, Status: 200, Contains: []string{`"hello":{"text":"您好"}`},
			},
			handlertest.Scenario{Name: "a content beyond WeCom's limits", Method: "PUT", URL: "/api/v1/sops/1/steps/hello/content", As: handlertest.Admin, Body: `{"text":"` + strings.Repeat("好", 1334) + `"}`, Status: 400},
			handlertest.Scenario{Name: "a step that is not there", Method: "PUT", URL: "/api/v1/sops/1/steps/nope/content", As: handlertest.Admin, Body: `{"text":"x"}`, Status: 404},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200, Contains: []string{`{"enrolled":1}`}},
			handlertest.Scenario{Name: "who is inside", URL: "/api/v1/sops/1/enrollments?state=active", As: handlertest.Reader, Status: 200, Contains: []string{`"contact_name":"王小明"`, `"rep_name":"销售anna"`}},
			handlertest.Scenario{Name: "who has left", URL: "/api/v1/sops/1/enrollments?state=exited", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "pause", Method: "POST", URL: "/api/v1/sops/1/pause", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"paused"`}},
			handlertest.Scenario{Name: "pause again", Method: "POST", URL: "/api/v1/sops/1/pause", As: handlertest.Admin, Status: 409, Contains: []string{`"code":"conflict"`}},
			handlertest.Scenario{Name: "resume", Method: "POST", URL: "/api/v1/sops/1/resume", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"live"`}},
		)
		_ = person
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		require.NoError(t, app.Engine.Group(t.Context()))
		app.Run(t,
			handlertest.Scenario{Name: "the queue", URL: "/api/v1/dispatches?state=due", As: handlertest.Reader, Status: 200, Contains: []string{`"sop_name":"老朋友"`, `"state":"queued"`, `"recipients":1`}},
			handlertest.Scenario{Name: "no state asked for", URL: "/api/v1/dispatches", As: handlertest.Reader, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "nothing to retry", Method: "POST", URL: "/api/v1/dispatches/1/retry", As: handlertest.Admin, Body: `{}`, Status: 409},
			handlertest.Scenario{Name: "counts", URL: "/api/v1/sops/1/summary", As: handlertest.Reader, Status: 200, Contains: []string{`"step_key":"hello","total":1,"states":{"dispatched":1}`, `"enrollments":{"active":1}`}},
			handlertest.Scenario{Name: "the log", URL: "/api/v1/touches?sop_id=1", As: handlertest.Reader, Status: 200, Contains: []string{`"step_name":"问候"`, `"contact_name":"王小明"`, `"state":"dispatched"`}},
			handlertest.Scenario{Name: "take out", Method: "DELETE", URL: "/api/v1/enrollments/1", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "nobody left to take out", Method: "DELETE", URL: "/api/v1/enrollments/1", As: handlertest.Admin, Status: 404},
			handlertest.Scenario{Name: "archive", Method: "POST", URL: "/api/v1/sops/1/archive", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"archived"`, `"enrollments":{"exited":1}`}},
			handlertest.Scenario{Name: "an archived one cannot be published", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 409},
			handlertest.Scenario{Name: "no such programme's people", URL: "/api/v1/sops/9/enrollments", As: handlertest.Admin, Status: 404},
			handlertest.Scenario{Name: "no such programme's counts", URL: "/api/v1/sops/9/summary", As: handlertest.Admin, Status: 404},
		)
	})
}

func TestAPI_looksAhead(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Person(t, "bob", "李雷")
		twice := strings.Replace(programme, `"key":"more"`, `"key":"again","offset":{"day":1,"at":"21:00"},"channel":"rep_prompt","content":{"text":"聊聊"}},{"key":"more"`, 1)
		const url = "/api/v1/forecast"
		app.Run(t,
			handlertest.Scenario{Name: "nobody is inside", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{`"total":0,"touches":[],"load":[]`}},
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: twice, Status: 201},
			handlertest.Scenario{
				Name: "the draft, for whom it would take in", URL: url + "?sop=1&draft=true&days=2", As: handlertest.Reader, Status: 200,
				Contains: []string{`"people":2`, `"total":4`, `"contact_name":"李雷"`, `"if_added_today":[{"step_key":"hello"`},
			},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll one", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{
				Name: "the corp", URL: url, As: handlertest.Reader, Status: 200,
				Contains: []string{
					`"people":1,"total":3`, `"sop_name":"新好友","step_key":"hello","step_name":"问候"`, `"at":"2026-03-03T02:00:00Z"`,
					`"moved":"window_closed","moved_text":"不在发送时段，顺延"`, `{"day":"2026-03-03","rep_id":1,"rep_name":"销售anna","touches":1,"calls":1,"skipped":0}`, `"if_added_today":[]`,
				},
			},
			handlertest.Scenario{Name: "one contact", URL: url + "?contact=1&days=1", As: handlertest.Reader, Status: 200, Contains: []string{`"total":1`}},
			handlertest.Scenario{Name: "another contact", URL: url + "?contact=2", As: handlertest.Reader, Status: 200, Contains: []string{`"total":0`}},
			handlertest.Scenario{Name: "one rep", URL: url + "?rep=1", As: handlertest.Reader, Status: 200, Contains: []string{`"total":3`}},
			handlertest.Scenario{Name: "another rep", URL: url + "?rep=2", As: handlertest.Reader, Status: 200, Contains: []string{`"total":0`}},
			handlertest.Scenario{Name: "who has been inside does not enter again", URL: url + "?sop=1&draft=true", As: handlertest.Reader, Status: 200, Contains: []string{`"people":1`}},
			handlertest.Scenario{Name: "pause", Method: "POST", URL: "/api/v1/sops/1/pause", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "what a pause holds", URL: url + "?sop=1&days=1", As: handlertest.Reader, Status: 200, Contains: []string{`"held":true`, `"touches":0,"calls":0`}},
			handlertest.Scenario{Name: "too far", URL: url + "?days=93", As: handlertest.Reader, Status: 400, Contains: []string{`"days"`}},
			handlertest.Scenario{Name: "two questions at once", URL: url + "?contact=1&rep=1", As: handlertest.Reader, Status: 400, Contains: []string{"三者只能给一个"}},
			handlertest.Scenario{Name: "a draft of what", URL: url + "?draft=true", As: handlertest.Reader, Status: 400, Contains: []string{`"draft"`}},
			handlertest.Scenario{Name: "no such programme", URL: url + "?sop=9", As: handlertest.Reader, Status: 404},
		)
	})
}

func TestAPI_travelsBack(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		person := app.Person(t, "anna", "王小明")
		conn, now := app.DB.Conn(t.Context()), app.DB.Now(t.Context())
		for i, at := range []time.Time{now.Add(-48 * time.Hour), now.Add(-47 * time.Hour)} {
			require.NoError(t, conn.Create(&model.Activity{
				DedupeKey: fmt.Sprint(i), Kind: model.ActivityContactAdded, ContactID: person.ContactID, RepID: person.RepID, RelationshipID: person.ID, OccurredAt: at, RecordedAt: at,
			}).Error)
		}
		const url = "/api/v1/sops/1/timemachine"
		added := strings.Replace(programme, "manual", "contact_added", 1)
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: added, Status: 201},
			handlertest.Scenario{
				Name: "the first part", Method: "POST", URL: url, As: handlertest.Admin, Body: `{"days":90,"most":1}`, Status: 200,
				Contains: []string{`"entered":1`, `"progress":0.5`, `"load":[{"day":"2026-03-01","rep_id":1,"rep_name":"销售anna","touches":1,"skipped":0}]`, `"next":{"days":90,"until":"2026-03-02T02:00:00Z","after":1,"most":1}`},
			},
			handlertest.Scenario{
				Name: "the rest", Method: "POST", URL: url, As: handlertest.Admin, Body: `{"days":90,"until":"2026-03-02T02:00:00Z","after":1,"most":1}`, Status: 200,
				Contains: []string{`"entered":0`, `"progress":1`, `"load":[],"next":null`},
			},
			handlertest.Scenario{Name: "too far back", Method: "POST", URL: url, As: handlertest.Admin, Body: `{"days":93}`, Status: 400, Contains: []string{`"days"`}},
			handlertest.Scenario{Name: "no past", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: programme, Status: 200},
			handlertest.Scenario{Name: "by hand only", Method: "POST", URL: url, As: handlertest.Admin, Body: `{"days":30}`, Status: 409, Contains: []string{"无法用过去的数据试算"}},
		)
	})
}

func TestAPI_comparesVariants(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		varied := `{"name":"比较","definition":{"trigger":{"kind":"manual"},"steps":[{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message",
			"variants":[{"key":"a","weight":1,"content":{"text":"甲"}},{"key":"b","weight":1,"content":{"text":"乙"}}],"test":{"min_people":20}}]}}`
		const at = "/api/v1/sops/1/steps/d1"
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: varied, Status: 201},
			handlertest.Scenario{Name: "a draft has no results", URL: at + "/variants", As: handlertest.Reader, Status: 409},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200, Contains: []string{`"variants":{"d1":{"a":{"text":"甲"},"b":{"text":"乙"}}}`}},
			handlertest.Scenario{
				Name: "say it otherwise", Method: "PUT", URL: at + "/content?variant=b", As: handlertest.Admin, Body: `{"text":"丙"}`, Status: 200, Contains: []string{`"b":{"text":"丙"}`},
			},
			handlertest.Scenario{Name: "which variant", Method: "PUT", URL: at + "/content", As: handlertest.Admin, Body: `{"text":"丙"}`, Status: 400, Contains: []string{`"variant"`}},
			handlertest.Scenario{
				Name: "nothing is known", URL: at + "/variants", As: handlertest.Reader, Status: 200,
				Contains: []string{`"outcome":"too_early"`, "还太早", `"winner":null`, `"rate":null`},
			},
			handlertest.Scenario{
				Name: "in English", URL: at + "/variants", As: handlertest.Reader, Header: http.Header{"Accept-Language": {"en"}}, Status: 200, Contains: []string{"Too early to say: each variant needs 20 people"},
			},
			handlertest.Scenario{Name: "no such step", URL: "/api/v1/sops/1/steps/d9/variants", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "a reader declares nothing", Method: "POST", URL: at + "/winner", As: handlertest.Reader, Body: `{"variant":"a"}`, Status: 403},
			handlertest.Scenario{Name: "no such variant", Method: "POST", URL: at + "/winner", As: handlertest.Admin, Body: `{"variant":"z"}`, Status: 404},
			handlertest.Scenario{Name: "declare", Method: "POST", URL: at + "/winner", As: handlertest.Admin, Body: `{"variant":"a"}`, Status: 200, Contains: []string{`"winner":{"variant":"a","automatic":false`}},
			handlertest.Scenario{Name: "declare another", Method: "POST", URL: at + "/winner", As: handlertest.Admin, Body: `{"variant":"b"}`, Status: 409},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			handlertest.Scenario{Name: "revoke", Method: "DELETE", URL: at + "/winner", As: handlertest.Admin, Status: 200, Contains: []string{`"winner":null`, `"revoked":[{"variant":"a"`}},
			handlertest.Scenario{Name: "nothing left to revoke", Method: "DELETE", URL: at + "/winner", As: handlertest.Admin, Status: 404},
		)
		require.NoError(t, app.Engine.Declare(t.Context(), sop.Place{SOPID: 1, StepKey: "d1", Variant: "b"}, "anna"))
		app.Clock.Advance(24 * time.Hour)
		require.NoError(t, app.Engine.Plan(t.Context()))
		app.Run(t, handlertest.Scenario{Name: "the log", URL: "/api/v1/touches?sop_id=1", As: handlertest.Reader, Status: 200, Contains: []string{`"variant":"b","variant_by":"winner"`}})
	})
}

func TestAPI_namesEveryFaultOfAProgramme(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		faulty := `{"name":"x","definition":{"trigger":{"kind":"full_moon"},"steps":[{"key":"A!","offset":{"day":1,"at":"25:00"},"channel":"pigeon"}]}}`
		app.Run(t,
			handlertest.Scenario{Name: "a draft may be unfinished", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: faulty, Status: 201},
			handlertest.Scenario{
				Name: "publishing names all faults", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 400,
				Contains: []string{`"trigger.kind"`, `"steps[0].key"`, `"steps[0].channel"`, `"steps[0].offset"`},
			},
			handlertest.Scenario{
				Name: "an unknown field of a step", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Status: 400,
				Body: `{"name":"x","definition":{"trigger":{"kind":"manual"},"steps":[{"key":"a","chanel":"x"}]}}`, Contains: []string{`"fields":{"chanel":`},
			},
			handlertest.Scenario{
				Name: "a filter that means nothing", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Status: 400,
				Body: `{"name":"x","definition":{"trigger":{"kind":"manual"},"filter":{"f":"tag","is":"like","v":[1]},"steps":[]}}`, Contains: []string{`"filter"`},
			},
			handlertest.Scenario{Name: "no name", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: `{"name":" ","definition":{"trigger":{"kind":"manual"},"steps":[]}}`, Status: 400, Contains: []string{`"name"`}},
			handlertest.Scenario{Name: "an empty request", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: `{}`, Status: 400},
		)
	})
}

func TestAPI_showsPeople(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		first, _ := app.Person(t, "anna", "王小明"), app.Person(t, "bob", "李雷")
		conn, now := app.DB.Conn(t.Context()), app.DB.Now(t.Context())
		group := model.TagGroup{WeComID: "g1", Name: "意向"}
		require.NoError(t, conn.Create(&group).Error)
		tag := model.Tag{WeComID: "t1", TagGroupID: group.ID, Name: "高", Kind: model.TagCorp}
		require.NoError(t, conn.Create(&tag).Error)
		require.NoError(t, conn.Create(&model.RelationshipTag{
			RelationshipID: first.ID, TagID: tag.ID, ContactID: first.ContactID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now,
		}).Error)
		require.NoError(t, conn.Create(&model.Department{ID: 1, Name: "销售部"}).Error)
		list := func(name, url string, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, URL: url, As: handlertest.Reader, Status: 200, Contains: contains}
		}
		without := func(s handlertest.Scenario, parts ...string) handlertest.Scenario {
			s.NotContains = parts
			return s
		}
		app.Run(t,
			list("all, newest first", "/api/v1/contacts", "王小明", "李雷"),
			without(list("of a rep", fmt.Sprintf("/api/v1/contacts?rep_id=%d", first.RepID), "王小明"), "李雷"),
			without(list("with a tag", fmt.Sprintf("/api/v1/contacts?tag_id=%d", tag.ID), "王小明", `"group":"意向"`), "李雷"),
			without(list("by a part of the name", "/api/v1/contacts?q=小明", "王小明"), "李雷"),
			list("lost ones", "/api/v1/contacts?state=lost", `{"items":[]}`),
			list("one", fmt.Sprintf("/api/v1/contacts/%d", first.ContactID), `"rep_userid":"anna"`, `"state":"active"`, `"name":"高"`),
			list("reps", "/api/v1/reps", `"userid":"anna"`, `"userid":"bob"`, `"department_ids":[]`),
			list("tags", "/api/v1/tags", `"wecom_id":"t1"`, `"group":"意向"`),
			list("departments", "/api/v1/departments", `"name":"销售部"`),
			handlertest.Scenario{Name: "nobody", URL: "/api/v1/contacts/99", As: handlertest.Reader, Status: 404},
			handlertest.Scenario{Name: "no state of ours", URL: "/api/v1/contacts?state=married", As: handlertest.Reader, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "a misspelt filter lists nobody", URL: "/api/v1/contacts?rep=1", As: handlertest.Reader, Status: 400, Contains: []string{`"rep"`}},
		)
	})
}

func TestAPI_walksListsWithoutGaps(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		const rows = 500
		contacts := make([]model.Contact, rows)
		for i := range contacts {
			contacts[i] = model.Contact{ExternalUserID: fmt.Sprintf("wm%04d", i), Name: "人"}
		}
		require.NoError(t, app.DB.Conn(t.Context()).CreateInBatches(contacts, 100).Error)
		tags := make([]model.Tag, rows)
		for i := range tags {
			tags[i] = model.Tag{WeComID: fmt.Sprintf("t%04d", i), Name: "标签"}
		}
		require.NoError(t, app.DB.Conn(t.Context()).CreateInBatches(tags, 100).Error)
		for _, path := range []string{"/api/v1/contacts", "/api/v1/tags"} {
			for _, limit := range []int{7, 100, 200} { // 100 divides 500: the last page is empty
				seen := map[int64]bool{}
				for cursor, pages := "", 0; ; pages++ {
					require.Less(t, pages, rows, "the walk does not end")
					url := fmt.Sprintf("%s?limit=%d", path, limit)
					if cursor != "" {
						url += "&cursor=" + cursor
					}
					page := read[struct {
						Items      []struct{ ID int64 }
						NextCursor string `json:"next_cursor"`
					}](t, app.Do(t, handlertest.Request{URL: url, As: handlertest.Reader}))
					for _, item := range page.Items {
						require.False(t, seen[item.ID], "row %d came twice", item.ID)
						seen[item.ID] = true
					}
					// Somebody new must not shift the pages.
					if pages == 1 && path == "/api/v1/contacts" {
						require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Contact{ExternalUserID: fmt.Sprintf("new%d", limit)}).Error)
					}
					if cursor = page.NextCursor; cursor == "" {
						break
					}
				}
				for _, c := range contacts {
					require.True(t, path != "/api/v1/contacts" || seen[c.ID], "contact %d is missing", c.ID)
				}
				require.GreaterOrEqual(t, len(seen), rows)
			}
		}
	})
}

func TestAPI_explainsATouch(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p, now := app.Person(t, "anna", "王小明"), app.DB.Now(t.Context())
		row := model.Touch{
			ContactID: p.ContactID, RepID: p.RepID, RelationshipID: p.ID, Channel: "group_message", State: model.TouchSkipped,
			Reason: "filter", DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, FinalAt: &now, LocalDay: "2026-03-02",
			Verdicts: model.AsJSON([]model.Verdict{{At: now, Gate: "step_filter", Say: "skip", Reason: "filter"}}),
		}
		require.NoError(t, app.DB.Conn(t.Context()).Create(&row).Error)
		url := fmt.Sprintf("/api/v1/touches/%d", row.ID)
		app.Run(t,
			handlertest.Scenario{Name: "in Chinese", URL: url, As: handlertest.Reader, Status: 200, Contains: []string{"步骤筛选：跳过，不符合这一步的筛选条件", `"sop_name":""`}},
			handlertest.Scenario{
				Name: "in English", URL: url, As: handlertest.Reader, Status: 200, Header: http.Header{"Accept-Language": {"en"}},
				NotContains: []string{"跳过", "verdict."},
			},
			handlertest.Scenario{Name: "of a day", URL: "/api/v1/touches?day=2026-03-02&state=skipped", As: handlertest.Reader, Status: 200, Contains: []string{`"reason":"filter"`, `"reason_text":"不符合这一步的筛选条件"`}},
			handlertest.Scenario{Name: "of another day", URL: "/api/v1/touches?day=2026-03-03", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
			handlertest.Scenario{Name: "of no day", URL: "/api/v1/touches?day=yesterday", As: handlertest.Reader, Status: 400, Contains: []string{`"day"`}},
			handlertest.Scenario{Name: "by state alone", URL: "/api/v1/touches?state=skipped", As: handlertest.Reader, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "none", URL: "/api/v1/touches/99", As: handlertest.Reader, Status: 404},
		)
		_, err := touch.New(app.DB).Get(t.Context(), 99)
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}

func TestAPI_keepsWelcomes(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		put := func(name, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "PUT", URL: "/api/v1/welcomes", As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			put("the default", `{"scope":"default","key":"","content":{"text":"您好，{name}"},"enabled":true}`, 200, `"id":1`, `"enabled":true`),
			put("replace it", `{"scope":"default","content":{"text":"欢迎"},"enabled":false}`, 200, `"id":1`, `"text":"欢迎"`, `"enabled":false`),
			put("a rep's", `{"scope":"rep","key":"anna","content":{"text":"我是安娜"},"enabled":true}`, 200, `"key":"anna"`),
			put("of nothing we know", `{"scope":"world","content":{"text":"x"},"enabled":true}`, 400, `"scope"`),
			put("that says nothing", `{"scope":"default","content":{},"enabled":true}`, 400, `"content"`),
			handlertest.Scenario{Name: "list", URL: "/api/v1/welcomes", As: handlertest.Reader, Status: 200, Contains: []string{"欢迎", "我是安娜"}},
			handlertest.Scenario{Name: "delete", Method: "DELETE", URL: "/api/v1/welcomes/1", As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "delete again", Method: "DELETE", URL: "/api/v1/welcomes/1", As: handlertest.Admin, Status: 404},
		)
	})
}

func TestAPI_showsAndRedrivesTheInbox(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		now := app.DB.Now(t.Context())
		for i, state := range []model.InboxState{model.InboxDead, model.InboxDead, model.InboxReceived, model.InboxDone} {
			require.NoError(t, app.DB.Conn(t.Context()).Create(&model.InboxItem{
				Receiver: "contact", DedupeKey: fmt.Appendf(nil, "%032d", i), EventKey: "change_contact/create_user", Subject: "anna",
				Payload: []byte("<xml><Secret/></xml>"), State: state, NextAt: now, LastError: "no luck", OccurredAt: now, ReceivedAt: now,
			}).Error)
		}
		app.Clock.Advance(90 * time.Second)
		redrive := func(name, body string, status int, contains ...string) handlertest.Scenario {
			return handlertest.Scenario{Name: name, Method: "POST", URL: "/api/v1/inbox/redrive", As: handlertest.Admin, Body: body, Status: status, Contains: contains}
		}
		app.Run(t,
			handlertest.Scenario{
				Name: "parked", URL: "/api/v1/inbox/parked", As: handlertest.Reader, Status: 200,
				Contains: []string{`"id":1`, `"id":2`, "no luck"}, NotContains: []string{`"id":3`, "Secret"},
			},
			handlertest.Scenario{Name: "lag", URL: "/api/v1/inbox/lag", As: handlertest.Reader, Status: 200, Contains: []string{`"lag_seconds":90`, `"dead":2`, `"received":1`}},
			redrive("neither ids nor all", `{}`, 400, `"ids"`),
			redrive("both", `{"ids":[1],"all":true}`, 400, `"ids"`),
			redrive("one, and one that is not parked", `{"ids":[1,4]}`, 200, `{"redriven":1}`),
			redrive("all that are left", `{"all":true}`, 200, `{"redriven":1}`),
			redrive("both ways", `{"event_key":"change_contact/create_user","all":true}`, 400, `"ids"`),
			redrive("ignored ones without a handler", `{"event_key":"change_contact/create_user"}`, 200, `{"redriven":0}`),
			handlertest.Scenario{Name: "none left", URL: "/api/v1/inbox/parked", As: handlertest.Reader, Status: 200, Contains: []string{`{"items":[]}`}},
		)
	})
}

func TestAPI_synchronises(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Run(t,
			handlertest.Scenario{Name: "never yet", URL: "/api/v1/syncs/last", As: handlertest.Reader, Status: 204},
			handlertest.Scenario{Name: "start", Method: "POST", URL: "/api/v1/syncs", As: handlertest.Admin, Status: 202},
		)
		require.Equal(t, 1, app.Synced)
		now := app.DB.Now(t.Context())
		require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Sync{
			State: model.SyncPartial, Phase: "contacts", Counts: model.AsJSON(model.SyncCounts{Expected: 10, Stored: 9, UnreadReps: []string{"bob"}}), StartedAt: now, UpdatedAt: now,
		}).Error)
		app.Run(t, handlertest.Scenario{Name: "partial says so", URL: "/api/v1/syncs/last", As: handlertest.Reader, Status: 200, Contains: []string{`"state":"partial"`, `"unread_reps":["bob"]`, `"expected":10`}})
	})
}

func TestAPI_makesAndRevokesTokens(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/tokens", As: handlertest.Session, Body: `{"name":"CRM","role":"read"}`})
		require.Equal(t, http.StatusCreated, answer.Code)
		made := read[struct {
			ID    int64
			Token string
		}](t, answer)
		bearer := http.Header{"Authorization": {"Bearer " + made.Token}}
		app.Run(t,
			handlertest.Scenario{Name: "it works", URL: "/api/v1/session", Header: bearer, Status: 200, Contains: []string{`{"name":"CRM","role":"read","reach":"all","rep_id":null`}},
			handlertest.Scenario{Name: "it is listed without its text", URL: "/api/v1/tokens", As: handlertest.Admin, Status: 200, Contains: []string{`"name":"CRM"`}, NotContains: []string{"stx_"}},
			handlertest.Scenario{Name: "readers do not see tokens", URL: "/api/v1/tokens", Header: bearer, Status: 403},
			handlertest.Scenario{Name: "revoke", Method: "DELETE", URL: fmt.Sprintf("/api/v1/tokens/%d", made.ID), As: handlertest.Admin, Status: 204},
			handlertest.Scenario{Name: "it works no more", URL: "/api/v1/session", Header: bearer, Status: 401},
			handlertest.Scenario{Name: "revoke again", Method: "DELETE", URL: fmt.Sprintf("/api/v1/tokens/%d", made.ID), As: handlertest.Admin, Status: 404},
		)
	})
}
