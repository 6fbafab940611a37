package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/handler/handlertest"
	"sixtouch/model/modeltest"
)

// withApp serves the applications in the browser, with or without the console.
func withApp(t *testing.T, demo bool) func(*handler.Deps) {
	t.Helper()
	app, err := handler.NewApp(demo)
	require.NoError(t, err)
	return func(d *handler.Deps) {
		d.App = app
		d.Mount = append(d.Mount, app.Mount)
	}
}

func TestApp_answersEveryAddressOfAPage(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	app := handlertest.New(t, db, clock, withApp(t, false))
	open := func(path, accept, lang string) (int, http.Header, string) {
		res := app.Do(t, handlertest.Request{URL: path, Header: http.Header{"Accept": {accept}, "Accept-Language": {lang}, "Accept-Encoding": {"gzip"}}})
		return res.Code, res.Header(), res.Body.String()
	}
	status, header, page := open("/sops/1", "text/html", "en-GB")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, `<html lang="en">`)
	require.Contains(t, header.Get("Content-Security-Policy"), "script-src 'self';")
	require.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	_, _, phone := open("/m/day", "text/html", "")
	require.Contains(t, phone, `<html lang="zh">`)
	require.NotEqual(t, page, phone)

	_, rest, found := strings.Cut(page, `src="`)
	require.True(t, found)
	script, _, _ := strings.Cut(rest, `"`)
	status, header, _ = open(script, "*/*", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, header.Get("Cache-Control"), "immutable")
	require.Equal(t, "gzip", header.Get("Content-Encoding"))
	require.Contains(t, header.Get("Content-Type"), "javascript")

	status, _, _ = open("/assets/nothing.js", "*/*", "")
	require.Equal(t, http.StatusNotFound, status)
	status, _, _ = open("/api/v1/nothing", "text/html", "")
	require.Equal(t, http.StatusUnauthorized, status, "the API has no pages")
}

func TestApp_framesThePhonePagesInTheDemoOnly(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	for demo, policy := range map[bool]string{true: "frame-ancestors 'self'", false: "frame-ancestors 'none'"} {
		app := handlertest.New(t, db, clock, withApp(t, demo))
		res := app.Do(t, handlertest.Request{URL: "/m/day", Header: http.Header{"Accept": {"text/html"}}})
		require.Contains(t, res.Header().Get("Content-Security-Policy"), policy)
		require.Equal(t, demo, res.Header().Get("X-Frame-Options") == "SAMEORIGIN")
		require.Equal(t, demo, strings.Contains(res.Body.String(), `src="/sim/wx.js"`))
		require.Equal(t, !demo, strings.Contains(res.Header().Get("Content-Security-Policy"), "https://open.work.weixin.qq.com"))
		res = app.Do(t, handlertest.Request{URL: "/contacts", Header: http.Header{"Accept": {"text/html"}}})
		require.Equal(t, "DENY", res.Header().Get("X-Frame-Options"))
	}
}
