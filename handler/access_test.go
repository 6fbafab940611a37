package handler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/auth"
)

// operation is an operation of the OpenAPI file with its rule.
type operation struct {
	name, method, path string // the path below /api/v1, as the file writes it
	roles              []string
	scope              string
	changes            bool
}

func (o operation) String() string { return o.method + " " + o.path }

// at is the operation's address with one id in all places.
func (o operation) at(id int64) string {
	return "/api/v1" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(o.path, fmt.Sprint(id))
}

// operations reads the rules from the OpenAPI file that the server serves. What
// has none is open to strangers, and there are two of those.
func operations(t *testing.T, app *handlertest.App) []operation {
	t.Helper()
	var out []operation
	var open []string
	for path, item := range app.Spec.Paths.Map() {
		for method, described := range item.Operations() {
			o := operation{name: described.OperationID, method: method, path: path}
			roles, _ := described.Extensions["x-roles"].([]any)
			for _, r := range roles {
				o.roles = append(o.roles, r.(string))
			}
			o.scope, _ = described.Extensions["x-scope"].(string)
			o.changes, _ = described.Extensions["x-changes"].(bool)
			if len(o.roles) == 0 || o.scope == "" {
				open = append(open, o.String())
				continue
			}
			out = append(out, o)
		}
	}
	require.ElementsMatch(t, []string{"POST /session", "GET /sign-in"}, open, "a route without a rule")
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

// What has a body and changes nothing is neither refused to readers nor noted;
// a route that is added here must not write.
func TestRules_knowWhatOnlyLooks(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	var looks []string
	for _, o := range operations(t, app) {
		require.False(t, o.changes && o.method == http.MethodGet, "%s", o)
		if !o.changes && o.method != http.MethodGet {
			looks = append(looks, o.String())
		}
	}
	require.ElementsMatch(t, []string{
		"POST /audiences/describe", "POST /audiences/count", "POST /audiences/members", "POST /routing/dry-run", "POST /sops/{id}/timemachine", "POST /sops/file/check",
	}, looks)
}

// session signs a member in, with that role and reach, and returns the cookie.
func session(t *testing.T, app *handlertest.App, rep int64, g auth.Grant) http.Header {
	t.Helper()
	_, err := app.Auth.Give(t.Context(), auth.Administrator(), rep, g)
	require.NoError(t, err)
	var row model.Rep
	require.NoError(t, app.DB.Read(t.Context()).Take(&row, rep).Error)
	p, err := app.Auth.SignInMember(t.Context(), row.UserID)
	require.NoError(t, err)
	value, err := app.Auth.StartSession(t.Context(), p, auth.Device{Way: auth.WayQR})
	require.NoError(t, err)
	return http.Header{"Cookie": {"sixtouch_session=" + value}}
}

func TestRules_everyRouteForEveryRole(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	require.NoError(t, db.Conn(t.Context()).Create(&model.Department{ID: 2, Name: "华东"}).Error)
	type person struct {
		role         string
		part, member bool // sees a part of the company, is a member of the corp
		header       http.Header
		told         []string
	}
	who := []person{
		{role: "rep", part: true, member: true, header: session(t, app, app.Rep(t, "anna"), auth.Grant{Role: auth.RoleRep, Reach: model.ReachOwn})},
		{role: "manager", part: true, member: true, header: session(t, app, app.Rep(t, "boss"), auth.Grant{Role: auth.RoleManager, Reach: model.ReachDepartments, DepartmentIDs: []int64{2}})},
	}
	for _, role := range []string{"admin", "marketer", "manager", "read"} {
		who = append(who, person{role: role, header: app.Bearer(role)})
	}
	for i, p := range who {
		who[i].told = toldRefused(t, app, p.header)
	}
	const nothing = 987654 // what has this id does not exist
	for _, o := range operations(t, app) {
		body := ""
		if o.method != http.MethodGet {
			body = "{}"
		}
		for _, p := range who {
			never := !slices.Contains(o.roles, p.role) || p.part && o.scope == "whole" || !p.member && o.scope == "mine"
			require.Equal(t, never, slices.Contains(p.told, o.name), "%s: what the session tells a %s", o, p.role)
			if p.member && o.String() == "DELETE /session" {
				continue // it would end the test's session
			}
			answer := app.Do(t, handlertest.Request{Method: o.method, URL: o.at(nothing), Body: body, Header: p.header.Clone()})
			refused := never || p.part && o.scope == "asked"
			require.Equal(t, refused, answer.Code == http.StatusForbidden, "%s as %s: %d %s", o, p.role, answer.Code, answer.Body)
			require.NotEqual(t, http.StatusInternalServerError, answer.Code, "%s as %s", o, p.role)
			require.NotEqual(t, http.StatusUnauthorized, answer.Code, "%s as %s", o, p.role)
		}
	}
}

// toldRefused are the operations that the session's answer says are not for who asks.
func toldRefused(t *testing.T, app *handlertest.App, header http.Header) []string {
	t.Helper()
	me := read[struct {
		Refused []struct{ Operations []string }
	}](t, app.Do(t, handlertest.Request{URL: "/api/v1/session", Header: header.Clone()}))
	var out []string
	for _, r := range me.Refused {
		out = append(out, r.Operations...)
	}
	return out
}

// What a role may do must not follow from the table alone.
func TestRules_areNarrow(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	for _, o := range operations(t, app) {
		part := strings.Split(o.path, "/")[1]
		if slices.Contains([]string{"tokens", "users", "audit", "webhooks", "erasures"}, part) || strings.HasSuffix(o.path, "/erase") || strings.HasSuffix(o.path, "/personal-data") {
			require.Equal(t, []string{"admin"}, o.roles, "%s", o)
		}
		if part == "sops" || part == "audiences" || part == "imports" || part == "limits" || part == "routing" || part == "stop" {
			require.NotContains(t, o.roles, "rep", "%s", o)
		}
		if o.changes && part != "session" && part != "sessions" { // their own are theirs
			require.NotContains(t, o.roles, "read", "%s", o)
		}
	}
}

// half is what is a department's: a rep, who follows a contact at an account.
type half struct {
	rep     int64
	objects map[string]int64 // by scope
}

func halfOf(t *testing.T, app *handlertest.App, name string, department int64) half {
	t.Helper()
	conn, now, open := app.DB.Conn(t.Context()), app.DB.Now(t.Context()), int8(1)
	require.NoError(t, conn.Create(&model.Department{ID: department, Name: name}).Error)
	h := half{rep: app.Rep(t, name, department)}
	create := func(row any) {
		t.Helper()
		require.NoError(t, conn.Create(row).Error)
	}
	fit := 99.
	account := model.Account{Name: name + "公司", NameKey: name, LiveSlot: &open, OwnerID: h.rep, Lifecycle: model.LifecycleProspect, IsTarget: true, Fit: &fit}
	create(&account)
	create(&model.TargetMember{ListID: 1, AccountID: account.ID, OpenSlot: &open, FromAt: now})
	followed := app.Person(t, name, name+"客户")
	require.NoError(t, conn.Model(&model.Contact{}).Where("id = ?", followed.ContactID).Updates(map[string]any{"account_id": account.ID, "role_source": model.SourceGuess}).Error)
	event := model.StageEvent{ContactID: followed.ContactID, ToStage: "mql", EnteredAt: now, Reason: "manual", Author: "user", Detail: model.AsJSON([]string{})}
	create(&event)
	handover := model.Handover{ContactID: followed.ContactID, EventID: event.ID, RepID: h.rep, State: model.HandoverOpen, AskedAt: now, DueAt: now}
	create(&handover)
	deal := model.Opportunity{AccountID: account.ID, Name: name + "商机", OwnerID: h.rep, Kind: model.OpportunityNew, Stage: "discovery", Origin: model.DealBySales, OriginReason: "default", State: model.OpportunityOpen, OpenedAt: now}
	create(&deal)
	lead := model.LeadRoute{ActivityID: department, ContactID: followed.ContactID, RepID: h.rep, Route: model.RouteRep, State: model.RouteOpen}
	create(&lead)
	decision := model.MatchDecision{ContactID: followed.ContactID, AccountID: account.ID, State: model.MatchSuggested, OpenSlot: &open, Source: "remark", Tier: "core", Evidence: name, Reasons: model.AsJSON([]model.MatchReason{})}
	create(&decision)
	touch := model.Touch{
		ContactID: followed.ContactID, RepID: h.rep, Channel: "group_message", State: model.TouchSkipped, Reason: name, DueAt: now, NotBefore: now,
		ExpireAt: now, PlannedAt: now, FinalAt: &now, LocalDay: "2026-03-02", Verdicts: model.AsJSON([]model.Verdict{}),
	}
	create(&touch)
	absence := model.RepAbsence{RepID: h.rep, FromDay: "2026-03-01", ToDay: "2026-03-09", Author: name}
	create(&absence)
	dispatch := model.Dispatch{Channel: "group_message", RepID: h.rep, State: model.DispatchFailed, NextAt: now, CreatedAt: now, LastError: name}
	create(&dispatch)
	create(&model.Chase{DispatchID: dispatch.ID, State: model.ChaseOver, NextAt: now})
	enrollment := model.Enrollment{
		SOPID: 1, VersionID: 1, ContactID: followed.ContactID, RepID: h.rep, Run: 1, State: model.EnrollmentActive, AnchorAt: now, EnrolledAt: now, NextDueAt: &now,
	}
	create(&enrollment)
	create(&model.CustomerGroup{ChatID: name, Name: name + "群", OwnerUserID: name, FormedAt: now})
	h.objects = map[string]int64{
		"contact": followed.ContactID, "account": account.ID, "handover": handover.ID, "opportunity": deal.ID, "lead": lead.ID,
		"decision": decision.ID, "touch": touch.ID, "absence": absence.ID, "dispatch": dispatch.ID, "enrollment": enrollment.ID,
	}
	return h
}

// inside makes what both halves are in: a programme, whose draft has a step more,
// an audience and a target list.
func inside(t *testing.T, app *handlertest.App) {
	t.Helper()
	step := func(key, more string) string {
		return fmt.Sprintf(`{"key":%q,"name":"问候","offset":{"day":1,"at":"10:00"},"channel":"group_message",%s}`, key, more)
	}
	definition := func(steps string) json.RawMessage {
		return json.RawMessage(`{"trigger":{"kind":"manual"},"steps":[` + steps + `]}`)
	}
	tested := step("1", `"variants":[{"key":"a","weight":1,"content":{"text":"甲"}},{"key":"b","weight":1,"content":{"text":"乙"}}]`)
	conn := app.DB.Conn(t.Context())
	require.NoError(t, conn.Create(&model.SOP{ID: 1, Name: "新好友", State: model.SOPLive, VersionID: 1, Draft: model.AsJSON(definition(tested + "," + step("2", `"content":{"text":"你好"}`)))}).Error)
	require.NoError(t, conn.Create(&model.Audience{ID: 1, Name: "所有人", Filter: model.AsJSON(json.RawMessage("null"))}).Error)
	require.NoError(t, conn.Create(&model.TargetList{ID: 1, Name: "目标", Kind: model.TargetFixed, Version: 1, Filter: model.AsJSON(json.RawMessage("null")), Purposes: model.AsJSON([]string{})}).Error)
	require.NoError(t, conn.Create(&model.SOPVersion{ID: 1, SOPID: 1, Number: 1, PublishedAt: app.DB.Now(t.Context()), Definition: model.AsJSON(definition(tested))}).Error)
}

func TestAccess_endsAtTheDepartment(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		inside(t, app)
		east, west := halfOf(t, app, "east", 2), halfOf(t, app, "west", 3)
		boss := app.Rep(t, "boss", 1)
		for who, header := range map[string]http.Header{
			"a rep":                 session(t, app, east.rep, auth.Grant{Role: auth.RoleRep, Reach: model.ReachOwn}),
			"a manager":             session(t, app, boss, auth.Grant{Role: auth.RoleManager, Reach: model.ReachDepartments, DepartmentIDs: []int64{2}}),
			"a department's reader": session(t, app, app.Rep(t, "guest", 1), auth.Grant{Role: auth.RoleRead, Reach: model.ReachDepartments, DepartmentIDs: []int64{2}}),
		} {
			ask := func(method, url, body string) *httptest.ResponseRecorder {
				return app.Do(t, handlertest.Request{Method: method, URL: url, Body: body, Header: header.Clone()})
			}
			role := map[string]string{"a rep": "rep", "a manager": "manager", "a department's reader": "read"}[who]
			lists := 0
			for _, o := range operations(t, app) {
				if !slices.Contains(o.roles, role) {
					continue
				}
				body := ""
				if o.method != http.MethodGet {
					body = "{}"
				}
				theirs, item := west.objects[o.scope]
				switch {
				case item:
					answer := ask(o.method, o.at(theirs), body)
					require.Equal(t, http.StatusNotFound, answer.Code, "%s: %s of the others", who, o)
					require.NotContains(t, answer.Body.String(), "not found", "it is said in words")
					if o.method == http.MethodGet && !strings.Contains(strings.TrimPrefix(o.path, "/"), "{part}") {
						require.NotContains(t, []int{401, 403, 500}, ask(o.method, o.at(east.objects[o.scope]), "").Code, "%s: %s of their own", who, o)
					}
				case o.scope == "listed" && !o.changes && o.method != http.MethodGet:
					if strings.HasPrefix(o.path, "/audiences/") {
						body = `{"filter":null}`
					}
					answer := ask(o.method, o.at(1), body)
					require.NotContains(t, []int{403, 404, 500}, answer.Code, "%s: %s: %s", who, o, answer.Body)
					require.NotContains(t, answer.Body.String(), "west", "%s: %s", who, o)
				case o.scope == "listed" && o.method == http.MethodGet:
					url := o.at(1)
					if strings.HasSuffix(o.path, "/export") {
						url += "?format=csv"
					}
					answer := ask(o.method, url, "")
					for _, choice := range []string{"?band=30", "?state=failed", "?way=gain", "?box=open", "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"} {
						if answer.Code == http.StatusBadRequest { // it asks for one
							answer = ask(o.method, url+choice, "")
						}
					}
					if o.name == "previewResume" {
						require.Equal(t, http.StatusConflict, answer.Code, "the programme is not paused")
						continue
					}
					require.Equal(t, http.StatusOK, answer.Code, "%s: %s: %s", who, o, answer.Body)
					require.NotContains(t, strings.ReplaceAll(answer.Body.String(), "slowest", ""), "west", "%s: %s", who, o)
					if strings.Contains(answer.Body.String(), "east") {
						lists++
					}
				case o.scope == "whole":
					require.Equal(t, http.StatusForbidden, ask(o.method, o.at(1), body).Code, "%s: %s", who, o)
				case o.scope == "asked":
					require.Equal(t, http.StatusNotFound, ask(o.method, fmt.Sprintf("%s?%s=%d", o.at(1), map[bool]string{true: "contact_id", false: "contact"}[o.path == "/why"], west.objects["contact"]), "").Code, "%s: %s", who, o)
				}
			}
			require.Greater(t, lists, 8, "%s: the lists show what is theirs", who)
			for filter, id := range map[string]int64{"contacts?rep_id": west.rep, "accounts?owner_id": west.rep, "touches?rep_id": west.rep, "touches?contact_id": west.objects["contact"], "opportunities?account_id": west.objects["account"], "handovers?rep_id": west.rep, "leads?contact_id": west.objects["contact"], "match/suggestions?rep_id": west.rep} {
				answer := ask("GET", fmt.Sprintf("/api/v1/%s=%d", filter, id), "")
				require.Equal(t, http.StatusOK, answer.Code, "%s: %s", filter, answer.Body)
				require.NotContains(t, answer.Body.String(), "west", "%s: %s", who, filter)
			}
			if role == "read" {
				continue
			}
			sidebar := ask("GET", "/api/v1/me/contact?external_userid=wm-west-west%E5%AE%A2%E6%88%B7", "")
			require.NotContains(t, sidebar.Body.String(), "west", "%s: the sidebar", who)
			require.Equal(t, http.StatusNotFound, ask("GET", fmt.Sprintf("/api/v1/me/touches/%d/why", west.objects["touch"]), "").Code)
			for url, body := range map[string]string{
				"/absences":      fmt.Sprintf(`{"rep_id":%d,"from_day":"2026-03-02","to_day":"2026-03-03"}`, west.rep),
				"/opportunities": fmt.Sprintf(`{"account_id":%d,"name":"x"}`, west.objects["account"]),
				"/accounts":      fmt.Sprintf(`{"name":"x","owner_id":%d}`, west.rep),
				fmt.Sprintf("/contacts/%d/activities", east.objects["contact"]): fmt.Sprintf(`{"kind":"call_logged","rep_id":%d}`, west.rep),
			} {
				require.Equal(t, http.StatusNotFound, ask("POST", "/api/v1"+url, body).Code, "%s: %s", who, url)
			}
		}
	})
}

func TestAccess_refusesOtherSitesEverywhere(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	for _, r := range app.Router.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		url := regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "1")
		for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}} {
			answer := app.Do(t, handlertest.Request{Method: r.Method, URL: url, As: handlertest.Session, Body: "{}", Header: header})
			require.Equal(t, http.StatusForbidden, answer.Code, "%s %s", r.Method, r.Path)
		}
	}
}

func TestAccess_answersWithSafeHeaders(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock, func(d *handler.Deps) {
		var err error
		d.PublicURL = "https://scrm.example.com"
		d.App, err = handler.NewApp(false)
		require.NoError(t, err)
		d.Mount = append(d.Mount, d.App.Mount)
	})
	for _, r := range []handlertest.Request{
		{URL: "/healthz"},
		{URL: "/readyz"},
		{URL: "/api/v1/session"},
		{URL: "/api/v1/session", As: handlertest.Reader},
		{URL: "/api/openapi.json", As: handlertest.Reader},
		{URL: "/api/v1/nothing", As: handlertest.Reader},
		{Method: "PATCH", URL: "/api/v1/tokens", As: handlertest.Admin},
		{URL: "/language?to=en"},
		{URL: "/login/wecom"},
		{URL: "/login/wecom/back"},
		{URL: "/icon.svg"},
		{URL: "/assets/nothing.js"},
		{URL: "/metrics", As: handlertest.Reader},
		{URL: "/login", Header: http.Header{"Accept": {"text/html"}}},
		{URL: "/", Header: http.Header{"Accept": {"text/html"}}},
		{URL: "/metrics", Header: http.Header{"Accept": {"text/html"}}},
		{URL: "/m/", Header: http.Header{"Accept": {"text/html"}}},
		{Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password)},
		{Method: "POST", URL: "/setup/x"},
	} {
		header := app.Do(t, r).Header()
		policy := header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", r.URL)
		require.Contains(t, policy, "base-uri 'none'", r.URL)
		require.Contains(t, policy, "frame-ancestors 'none'", r.URL)
		for part := range strings.SplitSeq(policy, ";") {
			if strings.Contains(part, "script-src") {
				require.NotRegexp(t, `unsafe|\*|http:|data:|blob:`, part, r.URL)
			}
		}
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), r.URL)
		require.Equal(t, "DENY", header.Get("X-Frame-Options"), r.URL)
		require.Equal(t, "same-origin", header.Get("Referrer-Policy"), r.URL)
		require.Contains(t, header.Get("Permissions-Policy"), "geolocation=()", r.URL)
		require.Contains(t, header.Get("Strict-Transport-Security"), "max-age=", r.URL)
		for _, c := range header.Values("Set-Cookie") {
			require.Contains(t, c, "HttpOnly", r.URL)
			require.Contains(t, c, "SameSite=Lax", r.URL)
		}
	}
}

// The log must have words for whatever can be in it.
func TestRules_haveWordsForEveryChange(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	var missing []string
	for _, lang := range []string{"zh", "en"} {
		for _, o := range operations(t, app) {
			action := o.method + " " + regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(o.path, ":$1")
			if o.changes && !app.Texts.Has("audit."+action) {
				missing = append(missing, lang+" audit."+action)
			}
		}
	}
	require.Empty(t, missing, "say in web/i18n what was done")
}

func TestAudit_notesWhoChangedWhatAndNoValues(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		type page struct {
			Items []struct {
				ID                                   int64
				Who, Role, Action, Text, Detail, Way string
				ObjectKind                           string `json:"object_kind"`
				ObjectID                             string `json:"object_id"`
			}
			NextCursor string `json:"next_cursor"`
		}
		log := func(query string) page {
			return read[page](t, app.Do(t, handlertest.Request{URL: "/api/v1/audit" + query, As: handlertest.Admin, Header: http.Header{"Accept-Language": {"en"}}}))
		}
		for _, r := range []handlertest.Request{
			{Method: "POST", URL: "/api/v1/sops", As: handlertest.Market, Body: programme},
			{Method: "PUT", URL: "/api/v1/sops/1/steps/hello/content", As: handlertest.Market, Body: `{"text":"秘密"}`},
			{Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Reader},
			{Method: "POST", URL: "/api/v1/sops/7/publish", As: handlertest.Admin},
			{Method: "POST", URL: "/api/v1/audiences/count", As: handlertest.Reader, Body: `{"filter":{"v":1,"op":"and","of":[]}}`},
			{Method: "PUT", URL: "/api/v1/contacts/1/preferences", As: handlertest.Session, Body: `{"consent":"refused","contact_less":true,"reason":"x"}`},
		} {
			app.Do(t, r)
		}
		all := log("?object_kind=sops")
		require.Len(t, all.Items, 2, "neither what was refused nor what came to nothing, and no look: %+v", all.Items)
		require.Equal(t, "created an SOP", all.Items[1].Text)
		require.Equal(t, "1", all.Items[1].ObjectID, "what has been made is named")
		require.Equal(t, "test marketer", all.Items[1].Who)
		require.Equal(t, "token", all.Items[1].Way)
		require.Equal(t, "key=hello", all.Items[0].Detail)
		mine := log("?who=admin&object_kind=contacts&object_id=1")
		require.Len(t, mine.Items, 1)
		require.Equal(t, "session", mine.Items[0].Way)
		whole, err := json.Marshal(log(""))
		require.NoError(t, err)
		for _, value := range []string{"秘密", "王小明", "新好友"} {
			require.NotContains(t, string(whole), value)
		}
		first := log("?limit=2")
		require.Len(t, first.Items, 2)
		require.Len(t, log("?limit=2&cursor="+first.NextCursor).Items, 1)
		require.Empty(t, log("?from=2026-03-03T00:00:00%2B08:00").Items)
		require.Len(t, log("?from=2026-03-02T00:00:00%2B08:00&to=2026-03-03T00:00:00%2B08:00").Items, 3)
	})
}
