package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model/modeltest"
)

// page is a request of a browser that is signed in, and what it is shown.
func page(path string, contains ...string) handlertest.Scenario {
	return handlertest.Scenario{
		Name: path, URL: path, As: handlertest.Session, Status: 200, Contains: contains,
		Header: http.Header{"Accept": {"text/html"}},
	}
}

const week = `{"name":"新好友","definition":{"trigger":{"kind":"manual"},"steps":[
	{"key":"hello","name":"问候","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"你好 <b>"}},
	{"key":"vip","name":"专属","offset":{"day":1,"at":"10:00"},"channel":"group_message","filter":{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[7]}]},"content":{"text":"方案"}},
	{"key":"late","name":"三天后","offset":{"after":"3d"},"channel":"group_message","content":{"text":"资料","attachments":[{"type":"link","link":{"title":"手册","url":"https://example.com/a"}}]}}]}}`

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
