package handler

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
)

// sessionCookie holds the session's random id.
const sessionCookie = "sixtouch_session"

// principalKey is where guard leaves who is asking.
const principalKey = "principal"

// guard lets nobody on who has not shown who they are, by a bearer token or by
// a session. Browsers without either are sent to the sign-in page.
func (s *server) guard(c *gin.Context) {
	p, err := s.authenticate(c)
	if err == nil {
		p, err = s.playing(c, p)
	}
	switch {
	case err == nil:
		c.Set(principalKey, p)
		c.Request = c.Request.WithContext(model.WithScope(c.Request.Context(), p.Scope))
	case wantsPage(c) && model.CodeOf(err) == model.CodeUnauthenticated:
		next := ""
		if c.Request.Method == http.MethodGet && c.Request.URL.Path != "/" {
			next = "?" + url.Values{"next": {c.Request.URL.RequestURI()}}.Encode()
		}
		c.Redirect(http.StatusSeeOther, "/login"+next)
		c.Abort()
	default:
		_ = c.Error(err) // returns what it was given
		c.Abort()
	}
}

func (s *server) authenticate(c *gin.Context) (auth.Principal, error) {
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return auth.Principal{}, signInFirst()
		}
		return s.Auth.VerifyToken(c.Request.Context(), strings.TrimSpace(token))
	}
	value, err := c.Cookie(sessionCookie)
	if err != nil || value == "" {
		return auth.Principal{}, signInFirst()
	}
	return s.Auth.OpenSession(c.Request.Context(), value)
}

func signInFirst() error {
	return &model.Error{Code: model.CodeUnauthenticated, Message: "sign in first"}
}

// principal is who is asking; the zero value on open routes.
func principal(c *gin.Context) auth.Principal {
	p, _ := c.Value(principalKey).(auth.Principal)
	return p
}

// openSession gives the browser a new session and ends the one it had.
func (s *server) openSession(c *gin.Context, p auth.Principal, way string) error {
	ctx := c.Request.Context()
	if value, err := c.Cookie(sessionCookie); err == nil && value != "" {
		if before, err := s.Auth.OpenSession(ctx, value); err == nil {
			if err := s.Auth.EndSession(ctx, before.SessionID); err != nil {
				return err
			}
		}
	}
	value, err := s.Auth.StartSession(ctx, p, auth.Device{Way: way, Agent: c.Request.UserAgent(), Address: c.ClientIP()})
	if err != nil {
		return err
	}
	s.setSession(c, value, int(auth.SessionLife.Seconds()))
	s.noteSignIn(c, p, way)
	return nil
}

func (s *server) setSession(c *gin.Context, value string, maxAge int) {
	s.setCookie(c, sessionCookie, value, "/", maxAge)
}

// setCookie sets a cookie that no script sees and that no other site sends
// along, but by a link; where the public URL is HTTPS it stays there.
func (s *server) setCookie(c *gin.Context, name, value, path string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure follows the public URL: plain HTTP has no other choice
		Name: name, Value: value, Path: path, MaxAge: maxAge, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// signOutByForm is what a page without script can do too.
func (s *server) signOutByForm(c *gin.Context) error {
	if err := s.Auth.EndSession(c.Request.Context(), principal(c).SessionID); err != nil {
		return err
	}
	s.setSession(c, "", -1)
	c.Redirect(http.StatusSeeOther, "/login")
	return nil
}

// setUp uses the one-time set-up link up. That takes a press of its page's
// button: who only looks at the link, as previews in chats do, leaves it whole.
func (s *server) setUp(c *gin.Context) error {
	return s.enterBy(c, func(ctx context.Context) (auth.Principal, error) { return s.Auth.SetUp(ctx, c.Param("token")) })
}

// enter opens the administrator's session by the link that the demo prints.
func (s *server) enter(c *gin.Context) error {
	return s.enterBy(c, func(context.Context) (auth.Principal, error) {
		if subtle.ConstantTimeCompare([]byte(c.Param("token")), []byte(s.EnterToken)) != 1 {
			return auth.Principal{}, &model.Error{Code: model.CodeUnauthenticated, Message: "the link is not valid"}
		}
		return auth.Administrator(), nil
	})
}

// enterBy opens a session by a link.
func (s *server) enterBy(c *gin.Context, admit func(context.Context) (auth.Principal, error)) error {
	p, err := admit(c.Request.Context())
	if err != nil {
		s.noteRefusal(c, auth.WayLink, err)
		return err
	}
	if err := s.openSession(c, p, auth.WayLink); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, localPath(c.Query("next")))
	return nil
}

// localPath keeps a link from sending people to another site after sign-in.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}
