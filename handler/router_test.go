package handler_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// open lists what a stranger may ask for. A route that is added here is open
// to the world.
func open() []string {
	return []string{
		"GET /healthz", "GET /readyz", "GET /language", "GET /static/:name", "POST /setup/:token",
		"GET /login/wecom", "GET /login/wecom/back", "POST /api/v1/session", "GET /api/v1/sign-in",
	}
}

func TestRouter_opensNothingElseToStrangers(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	var found []string
	for _, r := range app.Router.Routes() {
		url := regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "1")
		if slices.Contains(open(), r.Method+" "+r.Path) {
			found = append(found, r.Method+" "+r.Path)
			continue
		}
		for name, header := range map[string]http.Header{
			"nothing":              {},
			"a made-up token":      {"Authorization": {"Bearer stx_made_up"}},
			"another scheme":       {"Authorization": {"Basic YWRtaW46YWRtaW4="}},
			"an empty token":       {"Authorization": {"Bearer "}},
			"a forged session":     {"Cookie": {"sixtouch_session=MTIzNDU2Nzg5MHxleUp1SWpvaVlXUnRhVzRpZlE9PXzi"}},
			"a setup token's role": {"Authorization": {"Bearer stx_"}},
		} {
			answer := app.Do(t, handlertest.Request{Method: r.Method, URL: url, Header: header})
			require.Equal(t, http.StatusUnauthorized, answer.Code, "%s %s with %s", r.Method, r.Path, name)
		}
		answer := app.Do(t, handlertest.Request{Method: r.Method, URL: url, Header: http.Header{"Accept": {"text/html"}}})
		if strings.HasPrefix(r.Path, "/api/") {
			require.Equal(t, http.StatusUnauthorized, answer.Code)
			continue
		}
		require.Equal(t, http.StatusSeeOther, answer.Code, "%s %s for a browser", r.Method, r.Path)
		require.True(t, strings.HasPrefix(answer.Header().Get("Location"), "/login"), "%s %s", r.Method, r.Path)
	}
	require.ElementsMatch(t, open(), found, "the list of open routes names one that is not there")
	require.Equal(t, http.StatusUnauthorized, app.Do(t, handlertest.Request{URL: "/nothing/here"}).Code, "what exists is nobody's business")
}

func TestRouter_letsReadersReadOnly(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	for _, r := range app.Router.Routes() {
		mayRead := r.Method == http.MethodGet && r.Path != "/api/v1/tokens"
		own := strings.HasSuffix(r.Path, "/session") || r.Path == "/api/v1/sessions/:id" || r.Path == "/logout" || strings.HasPrefix(r.Path, "/setup/")
		asks := slices.Contains([]string{"/api/v1/audiences/count", "/api/v1/audiences/describe", "/api/v1/audiences/members", "/api/v1/routing/dry-run"}, r.Path) // with a body, and changes nothing
		if mayRead || own || asks {
			continue
		}
		url := regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "1")
		answer := app.Do(t, handlertest.Request{Method: r.Method, URL: url, As: handlertest.Reader, Body: "{}"})
		require.Equal(t, http.StatusForbidden, answer.Code, "%s %s", r.Method, r.Path)
	}
}

func TestRouter_agreesWithTheSpecification(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	require.NoError(t, app.Spec.Validate(t.Context()))

	var routes, described []string
	for _, r := range app.Router.Routes() {
		if path, ok := strings.CutPrefix(r.Path, "/api/v1"); ok {
			routes = append(routes, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}"))
		}
	}
	for path, item := range app.Spec.Paths.Map() {
		for method, operation := range item.Operations() {
			described = append(described, method+" "+path)
			if method != http.MethodGet {
				continue
			}
			// Every parameter that is described is known, and no other.
			url := "/api/v1" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "1") + "?"
			for _, p := range operation.Parameters {
				if p.Value.In == "query" {
					url += p.Value.Name + "=%20&"
				}
			}
			answer := app.Do(t, handlertest.Request{URL: url + "surely_unknown=1", As: handlertest.Admin})
			require.Equal(t, http.StatusBadRequest, answer.Code)
			require.Equal(t, 1, strings.Count(answer.Body.String(), "surely_unknown"), "%s", answer.Body)
			for _, p := range operation.Parameters {
				if p.Value.In == "query" {
					require.NotContains(t, answer.Body.String(), `"`+p.Value.Name+`"`, "%s %s does not know %s", method, path, p.Value.Name)
				}
			}
		}
	}
	require.ElementsMatch(t, described, routes)
}

func TestRouter_refusesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	const url = "/api/v1/tokens"
	post := func(name, body string, status int, contains ...string) handlertest.Scenario {
		return handlertest.Scenario{
			Name: name, Method: "POST", URL: url, As: handlertest.Admin, Body: body, Status: status, Contains: contains,
			Header: http.Header{"Accept-Language": {"en"}},
		}
	}
	app.Run(t,
		post("no JSON", `{"name":`, 400, `"code":"invalid"`, `"body"`),
		post("an array", `[]`, 400, `"code":"invalid"`),
		post("two documents", `{"name":"a","role":"read"}{}`, 400, "behind its end"),
		post("an unknown field", `{"name":"a","role":"read","rights":1}`, 400, `"fields":{"rights":`),
		post("a wrong type", `{"name":7,"role":"read"}`, 400, `"fields":{"name":`),
		post("an unknown role", `{"name":"a","role":"root"}`, 400, `"fields":{"role":`),
		post("oversize", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, 413, `"code":"too_large"`),
		post("deep", strings.Repeat(`[`, 20000), 400),
		handlertest.Scenario{Name: "no body", Method: "POST", URL: url, As: handlertest.Admin, Status: 400, Contains: []string{"Content-Type"}},
		handlertest.Scenario{
			Name: "a form", Method: "POST", URL: url, As: handlertest.Admin, Body: "name=a", Status: 400,
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		},
		handlertest.Scenario{Name: "limit 0", URL: url + "?limit=0", As: handlertest.Admin, Status: 400, Contains: []string{`"limit"`}},
		handlertest.Scenario{Name: "limit 201", URL: url + "?limit=201", As: handlertest.Admin, Status: 400, Contains: []string{`"limit"`}},
		handlertest.Scenario{Name: "a made-up cursor", URL: url + "?cursor=MTIz", As: handlertest.Admin, Status: 400, Contains: []string{`"cursor"`}},
		handlertest.Scenario{Name: "a parameter twice", URL: url + "?limit=1&limit=2", As: handlertest.Admin, Status: 400, Contains: []string{`"limit"`}},
		handlertest.Scenario{Name: "an id that is none", URL: "/api/v1/sops/abc", As: handlertest.Admin, Status: 404},
		handlertest.Scenario{Name: "an id too large", URL: "/api/v1/sops/99999999999999999999", As: handlertest.Admin, Status: 404},
		handlertest.Scenario{Name: "another method", Method: "PATCH", URL: url, As: handlertest.Admin, Status: 405, Contains: []string{"method_not_allowed"}},
		handlertest.Scenario{Name: "another path", URL: "/api/v1/nothing", As: handlertest.Admin, Status: 404, Contains: []string{"not_found"}},
	)
}

func TestRouter_refusesOtherSites(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	start := func(name string, status int, header http.Header) handlertest.Scenario {
		return handlertest.Scenario{Name: name, Method: "POST", URL: "/api/v1/syncs", As: handlertest.Session, Status: status, Header: header}
	}
	app.Run(t,
		start("a form on another site", 403, http.Header{"Sec-Fetch-Site": {"cross-site"}}),
		start("a sister domain", 403, http.Header{"Sec-Fetch-Site": {"same-site"}}),
		start("an older browser on another site", 403, http.Header{"Origin": {"https://evil.example.org"}}),
		start("our own page", 202, http.Header{"Sec-Fetch-Site": {"same-origin"}}),
		start("our own page in an older browser", 202, http.Header{"Origin": {"http://example.com"}}),
		handlertest.Scenario{
			Name: "signing somebody in from another site", Method: "POST", URL: "/api/v1/session", Status: 403,
			Header: http.Header{"Sec-Fetch-Site": {"cross-site"}},
		},
	)
	require.Equal(t, 2, app.Synced)
}

func TestRouter_tellsProblemsInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Run(t,
		handlertest.Scenario{
			Name: "Chinese first", URL: "/api/v1/sops/7", As: handlertest.Admin, Status: 404,
			Contains: []string{`"title":"没有找到"`, `"code":"not_found"`, `"status":404`, `"type":"urn:sixtouch:problem:not_found"`},
		},
		handlertest.Scenario{
			Name: "English when asked", URL: "/api/v1/sops/7", As: handlertest.Admin, Status: 404,
			Header: http.Header{"Accept-Language": {"en-GB,en;q=0.9"}}, Contains: []string{`"detail":"SOP 7 not found"`}, NotContains: []string{"没有找到"},
		},
		handlertest.Scenario{
			Name: "a language that we lack", URL: "/api/v1/sops/7", As: handlertest.Admin, Status: 404,
			Header: http.Header{"Accept-Language": {"fr"}}, Contains: []string{"没有找到"},
		},
	)
}

func TestRouter_hidesWhatWentWrongInside(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Router.GET("/test/error", func(c *gin.Context) { _ = c.Error(db.Conn(c).Exec("SELECT 1 FROM secret_place").Error) })
	app.Router.GET("/test/panic", func(*gin.Context) { panic("secret place") })
	for _, url := range []string{"/test/error", "/test/panic"} {
		answer := app.Do(t, handlertest.Request{URL: url, Header: http.Header{"X-Request-Id": {"from-the-proxy-1"}}})
		require.Equal(t, http.StatusInternalServerError, answer.Code)
		require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
		require.Equal(t, "from-the-proxy-1", answer.Header().Get("X-Request-Id"))
		require.Contains(t, answer.Body.String(), `"request_id":"from-the-proxy-1"`)
		require.NotContains(t, answer.Body.String(), "secret")
		require.Contains(t, app.Log.String(), "secret", "the log must tell")
	}
}

func TestRouter_logsNoSecrets(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Do(t, handlertest.Request{Method: "POST", URL: "/setup/stx_very_secret"})
	app.Do(t, handlertest.Request{URL: "/api/v1/contacts?q=王小明", As: handlertest.Admin})
	app.Do(t, handlertest.Request{URL: "/api/v1/sops", Header: http.Header{"Authorization": {"Bearer stx_very_secret"}}})
	app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: `{"user":"admin","password":"very secret"}`})
	app.Do(t, handlertest.Request{URL: "/healthz", Header: http.Header{"X-Request-Id": {"two words\nlevel=ERROR"}}})
	log := app.Log.String()
	require.Contains(t, log, "route=/setup/:token")
	require.Contains(t, log, "route=/api/v1/contacts")
	for _, secret := range []string{"very_secret", "very secret", "王小明", "%E7%8E%8B", "two words"} {
		require.NotContains(t, log, secret)
	}
}

func TestReadyz_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Run(t, handlertest.Scenario{Name: "ready", URL: "/readyz", Status: 200, Contains: []string{`"status":"ready"`, `"name":"part","ok":true`}})
	app.Ready = &model.Error{Code: model.CodeUnavailable, Message: "the database does not answer", Err: http.ErrServerClosed}
	app.Run(t, handlertest.Scenario{
		Name: "not ready", URL: "/readyz", Status: 503, Header: http.Header{"Accept-Language": {"en"}},
		Contains: []string{`"status":"not_ready"`, "the database does not answer"}, NotContains: []string{"Server closed"},
	})
	app.Ready = http.ErrServerClosed
	app.Run(t,
		handlertest.Scenario{Name: "a raw error stays inside", URL: "/readyz", Status: 503, NotContains: []string{"Server closed"}},
		handlertest.Scenario{Name: "the process lives all the same", URL: "/healthz", Status: 200},
	)
}

func TestMetrics_needASession(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Run(t,
		handlertest.Scenario{Name: "a stranger", URL: "/metrics", Status: 401, NotContains: []string{"sixtouch_http_seconds"}},
		handlertest.Scenario{
			Name: "a token", URL: "/metrics", As: handlertest.Reader, Status: 200,
			Contains: []string{`sixtouch_http_seconds_count{method="GET",route="/metrics",status="401"} 1`},
		},
	)
}

func TestRouter_givesEveryRequestADeadline(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	app.Router.GET("/test/wait", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), time.Nanosecond)
		defer cancel()
		_, bounded := c.Request.Context().Deadline()
		require.True(t, bounded)
		<-ctx.Done()
		_ = c.Error(fmt.Errorf("load people: %w", ctx.Err()))
	})
	app.Run(t, handlertest.Scenario{Name: "too late", URL: "/test/wait", Status: 503, Contains: []string{`"code":"unavailable"`}})
}
