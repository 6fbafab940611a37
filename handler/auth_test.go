package handler_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model/modeltest"
	"sixtouch/service/auth"
)

func credentials(password string) string {
	return fmt.Sprintf(`{"user":"admin","password":%q}`, password)
}

func TestSession_livesFromSignInToSignOut(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password)})
	require.Equal(t, http.StatusOK, answer.Code)
	cookie := answer.Result().Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	require.False(t, cookie.Secure, "the public URL is plain HTTP")
	mine := http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}

	app.Run(t, handlertest.Scenario{Name: "signed in", URL: "/api/v1/session", Header: mine, Status: 200, Contains: []string{`"role":"admin"`}})
	answer = app.Do(t, handlertest.Request{Method: "DELETE", URL: "/api/v1/session", Header: mine})
	require.Equal(t, http.StatusNoContent, answer.Code)
	require.Negative(t, answer.Result().Cookies()[0].MaxAge, "the browser must forget the session")

	app.Run(t, handlertest.Scenario{Name: "a bad token beside a good session is refused", URL: "/api/v1/session", Status: 401, Header: http.Header{"Cookie": mine["Cookie"], "Authorization": {"Bearer nonsense"}}})
	clock.Advance(auth.SessionLife)
	app.Run(t, handlertest.Scenario{Name: "a session ends by itself", URL: "/api/v1/session", Header: mine, Status: 401})
}

func TestSession_isForHTTPSOnlyWhereThatIsUsed(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock, func(d *handler.Deps) { d.PublicURL = "https://scrm.example.com" })
	answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(handlertest.Password)})
	require.True(t, answer.Result().Cookies()[0].Secure)
}

func TestSignIn_locksOutAfterTenFailures(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	try := func(password string, status int) {
		t.Helper()
		answer := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials(password)})
		require.Equal(t, status, answer.Code)
	}
	for range 10 {
		try("guess", http.StatusUnauthorized)
	}
	try("guess", http.StatusTooManyRequests)
	locked := app.Do(t, handlertest.Request{Method: "POST", URL: "/api/v1/session", Body: credentials("guess")})
	require.Equal(t, "900", locked.Header().Get("Retry-After"), "seconds")
	try(handlertest.Password, http.StatusTooManyRequests)
	form := app.Do(t, handlertest.Request{
		Method: "POST", URL: "/login", Body: url.Values{"user": {"admin"}, "password": {handlertest.Password}}.Encode(),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Forwarded-For": {"203.0.113.9"}},
	})
	require.Equal(t, "/login?fault=limited", form.Header().Get("Location"), "the form has the same lock, and nobody's word is taken for their address")
}

func TestSignInForm_leadsToThePageThatWasAskedFor(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	ask := app.Do(t, handlertest.Request{URL: "/contacts?q=a", Header: http.Header{"Accept": {"text/html"}}})
	require.Equal(t, "/login?next=%2Fcontacts%3Fq%3Da", ask.Header().Get("Location"))
	for next, to := range map[string]string{
		"/contacts?q=a": "/contacts?q=a", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/",
		"javascript:alert(1)": "/", "/%5Cevil": "/%5Cevil",
	} {
		answer := app.Do(t, handlertest.Request{
			Method: "POST", URL: "/login", Body: url.Values{"user": {"admin"}, "password": {handlertest.Password}, "next": {next}}.Encode(),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		})
		require.Equal(t, http.StatusSeeOther, answer.Code)
		require.Equal(t, to, answer.Header().Get("Location"), "next=%s", next)
		require.Len(t, answer.Result().Cookies(), 1)
	}
	wrong := app.Do(t, handlertest.Request{
		Method: "POST", URL: "/login", Body: "user=admin&password=x&next=%2Fsops", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	})
	require.Equal(t, "/login?fault=unauthenticated&next=%2Fsops", wrong.Header().Get("Location"))
	require.Empty(t, wrong.Result().Cookies())
}

func TestSetUpLink_worksOnceAndForAnHour(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	var service *auth.Service
	app := handlertest.New(t, db, clock, func(d *handler.Deps) {
		var err error
		service, err = auth.New(auth.Deps{DB: db, Attempts: d.Auth.Attempts, Logger: d.Logger, Clock: clock, SecretKey: "k"})
		require.NoError(t, err)
		d.Auth = service
	})
	link, err := service.SetupToken(t.Context())
	require.NoError(t, err)
	app.Run(t, handlertest.Scenario{Name: "it is no token", URL: "/api/v1/sops", Header: http.Header{"Authorization": {"Bearer " + link}}, Status: 401})
	for range 2 { // a preview of the link does not use it up
		app.Do(t, handlertest.Request{URL: "/setup/" + link})
	}
	first := app.Do(t, handlertest.Request{Method: "POST", URL: "/setup/" + link})
	require.Equal(t, http.StatusSeeOther, first.Code)
	cookie := first.Result().Cookies()[0]
	app.Run(t,
		handlertest.Scenario{Name: "the session is the administrator's", URL: "/api/v1/session", Header: http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}, Status: 200, Contains: []string{`"role":"admin"`}},
		handlertest.Scenario{Name: "not twice", Method: "POST", URL: "/setup/" + link, Status: 401},
		handlertest.Scenario{Name: "no password signs in", Method: "POST", URL: "/api/v1/session", Body: credentials(""), Status: 401},
	)
	late, err := service.SetupToken(t.Context())
	require.NoError(t, err)
	clock.Advance(time.Hour)
	app.Run(t, handlertest.Scenario{Name: "too late", Method: "POST", URL: "/setup/" + late, Status: 401})
	require.NotContains(t, app.Log.String(), strings.TrimPrefix(link, "stx_"))
}
