package handler

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/web"
)

// App serves the applications in the browser. Their pages hold nothing secret:
// whoever is not signed in is asked to by the first call of the API.
type App struct {
	files *web.App
	demo  bool // there is a simulated corp, with a console to play it
}

// NewApp reads the built applications.
func NewApp(demo bool) (*App, error) {
	files, err := web.NewApp()
	if err != nil {
		return nil, err
	}
	return &App{files: files, demo: demo}, nil
}

// Mount adds the files that the pages load; it fits Deps.Mount. The pages
// themselves are what Page answers to any other address.
func (a *App) Mount(open, _ gin.IRoutes) {
	open.GET("/assets/:name", wrap(func(c *gin.Context) error {
		c.Header("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash
		return a.file(c, "assets/"+c.Param("name"))
	}))
	for _, name := range []string{"icon.svg", "robots.txt"} {
		open.GET("/"+name, wrap(func(c *gin.Context) error {
			c.Header("Cache-Control", "public, max-age=3600")
			return a.file(c, name)
		}))
	}
}

func (a *App) file(c *gin.Context, name string) error {
	f, ok := a.files.File(name)
	if !ok {
		c.Header("Cache-Control", "no-store")
		return model.NotFound("page")
	}
	c.Header("Vary", "Accept-Encoding")
	if f.Gzipped != nil && strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		c.Header("Content-Encoding", "gzip")
		c.Data(http.StatusOK, f.Type, f.Gzipped)
		return nil
	}
	c.Data(http.StatusOK, f.Type, f.Data)
	return nil
}

// appPolicy lets a page load and do nothing but what is ours. The component
// library writes its style sheets at run time; scripts come from files only.
const appPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// phonePolicy lets the pages of reps' phones load WeCom's JS-SDK too.
func phonePolicy() string {
	return strings.Replace(appPolicy, "script-src 'self'", "script-src 'self' https://res.wx.qq.com https://open.work.weixin.qq.com", 1)
}

// Page answers with the application that the address belongs to; it tells
// whether there is one. Which page of it that is, it finds out itself.
func (a *App) Page(c *gin.Context) bool {
	if c.Request.Method != http.MethodGet || !wantsPage(c) {
		return false
	}
	entry := web.EntryAdmin
	switch path := c.Request.URL.Path; {
	case path == "/m" || strings.HasPrefix(path, "/m/"):
		entry = web.EntryPhone
	case a.demo && path == "/phones":
		entry = web.EntryConsole
	}
	page, ok := a.files.Page(entry, language(c))
	if !ok {
		return false
	}
	policy := appPolicy
	switch {
	case entry != web.EntryPhone:
	case a.demo:
		page, policy = onSimulatedPhone(c, page)
	default:
		policy = phonePolicy()
	}
	c.Header("Content-Security-Policy", policy)
	c.Header("Cache-Control", "no-store")
	c.Header("Vary", "Cookie, Accept-Language")
	c.Data(http.StatusOK, "text/html; charset=utf-8", page)
	return true
}

// onSimulatedPhone lets the console frame a page of reps' phones, and puts the
// simulator's wx object where WeCom's client would put its own.
func onSimulatedPhone(c *gin.Context, page []byte) (withScript []byte, policy string) {
	c.Header("X-Frame-Options", "SAMEORIGIN")
	return bytes.Replace(page, []byte("</head>"), []byte(`<script src="/sim/wx.js"></script></head>`), 1),
		strings.Replace(appPolicy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1)
}
