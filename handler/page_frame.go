package handler

import (
	"io/fs"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/contact"
	"sixtouch/service/report"
	"sixtouch/service/touch"
	"sixtouch/sop"
	"sixtouch/web"
)

// PageDeps equips the server-rendered pages. Demo may be left out.
type PageDeps struct {
	Texts    *web.Catalogue
	Zone     *time.Location
	Clock    model.Clock // the engine's: pages speak of its time
	Contacts *contact.Service
	Touches  *touch.Log
	Reports  *report.Service
	Engine   *sop.Engine
	Auth     *auth.Service
	Demo     *Demo
}

// Pages are the server-rendered pages.
type Pages struct {
	PageDeps
	views  *web.Pages
	static fs.FS
}

// NewPages parses the templates.
func NewPages(d PageDeps) (*Pages, error) {
	p := &Pages{PageDeps: d}
	var err error
	if p.views, err = web.NewPages(d.Texts, d.Zone); err != nil {
		return nil, err
	}
	if p.static, err = web.Static(); err != nil {
		return nil, err
	}
	return p, nil
}

// Mount adds the pages' routes; it fits Deps.Mount.
func (p *Pages) Mount(open, guarded gin.IRoutes) {
	open.GET("/language", p.language)
	open.GET("/static/:name", p.asset)
	if p.Demo == nil {
		return
	}
	p.mountConsole(open, guarded)
}

// contentPolicy lets a page load and do nothing but what is ours.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// show writes a page.
func (p *Pages) show(c *gin.Context, status int, name string, body any) error {
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Security-Policy", contentPolicy)
	c.Header("Cache-Control", "no-store")
	c.Header("Vary", "Cookie, Accept-Language")
	c.Status(status)
	return p.views.Render(c.Writer, language(c), web.Frame{
		Page: name, Now: p.Clock.Now(), Here: c.Request.URL.RequestURI(),
		SignedIn: principal(c).Role != "", Demo: p.Demo != nil, Body: body,
	})
}

// problemBody is what the problem page shows.
type problemBody struct {
	Title, Hint, Detail, RequestID string
}

// Problem shows a problem to a person; it fits Deps.ProblemPage.
func (p *Pages) Problem(c *gin.Context, problem Problem) {
	body := problemBody{Title: problem.Title, Hint: "problem." + string(problem.Code) + ".hint", RequestID: problem.RequestID}
	if problem.Code == model.CodeInvalid || problem.Code == model.CodeConflict {
		body.Detail = problem.Detail
	}
	if err := p.show(c, problem.Status, "problem", body); err != nil {
		_ = c.Error(err) // returns what it was given
	}
}

// languageLife is how long a browser remembers the language, in seconds.
const languageLife = 365 * 24 * 60 * 60

func (p *Pages) language(c *gin.Context) {
	setCookie(c, languageCookie, string(web.Match(c.Query("to"))), languageLife)
	c.Redirect(http.StatusSeeOther, localPath(c.Query("back")))
}

// setCookie sets a cookie that no script sees; on HTTPS it stays there.
func setCookie(c *gin.Context, name, value string, maxAge int) {
	secure := c.Request.TLS != nil
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // a browser keeps no Secure cookie of a plain http:// page
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

// asset serves a file whose address names its version, so it never changes.
func (p *Pages) asset(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(c.Writer, c.Request, p.static, c.Param("name"))
}
