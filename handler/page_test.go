package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model/modeltest"
)

func TestPages_speakTheLanguageThatWasChosen(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	choose := app.Do(t, handlertest.Request{URL: "/language?to=en&back=/sops%3Fa=b"})
	require.Equal(t, "/sops?a=b", choose.Header().Get("Location"))
	require.Equal(t, "/", app.Do(t, handlertest.Request{URL: "/language?to=en&back=//evil.example"}).Header().Get("Location"))
	cookie := choose.Result().Cookies()[0]
	ask := func(cookie string, languages string) string {
		return app.Do(t, handlertest.Request{URL: "/nowhere", As: handlertest.Session, Header: http.Header{
			"Cookie": {cookie}, "Accept-Language": {languages}, "Accept": {"text/html"},
		}}).Body.String()
	}
	english := ask(cookie.Name+"="+cookie.Value, "zh")
	require.Contains(t, english, "Not found")
	require.Contains(t, english, `lang="en"`)
	require.Contains(t, ask("", "en-GB"), "Not found")
	require.Contains(t, ask("", "fr"), "没有找到")
}

func TestPages_loadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock)
	lost := app.Do(t, handlertest.Request{URL: "/nowhere", As: handlertest.Session, Header: http.Header{"Accept": {"text/html"}}})
	require.Contains(t, lost.Header().Get("Content-Security-Policy"), "default-src 'none'")
	require.Equal(t, "no-store", lost.Header().Get("Cache-Control"))
	require.NotContains(t, lost.Body.String(), "style=")
	_, rest, found := strings.Cut(lost.Body.String(), `href="/static/app.css?v=`)
	require.True(t, found)
	version, _, _ := strings.Cut(rest, `"`)
	css := app.Do(t, handlertest.Request{URL: "/static/app.css?v=" + version})
	require.Equal(t, http.StatusOK, css.Code)
	require.Contains(t, css.Header().Get("Cache-Control"), "immutable")
	require.Equal(t, http.StatusNotFound, app.Do(t, handlertest.Request{URL: "/static/nope.css"}).Code)
	require.NotEqual(t, http.StatusOK, app.Do(t, handlertest.Request{URL: "/static/..%2Fweb.go"}).Code)
	require.Equal(t, http.StatusNotFound, app.Do(t, handlertest.Request{URL: "/phones", As: handlertest.Session}).Code, "phones belong to the demo")
}
