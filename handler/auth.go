package handler

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
)

// sessionCookie holds the signed session.
const sessionCookie = "sixtouch_session"

// principalKey is where guard leaves who is asking.
const principalKey = "principal"

// guard lets nobody on who has not shown who they are, by a bearer token or by
// a session. Browsers without either are sent to the sign-in form.
func (s *server) guard(c *gin.Context) {
	p, err := s.authenticate(c)
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
	return s.Auth.OpenSession(value)
}

func signInFirst() error {
	return &model.Error{Code: model.CodeUnauthenticated, Message: "sign in first"}
}

// principal is who is asking; the zero value on open routes.
func principal(c *gin.Context) auth.Principal {
	p, _ := c.Value(principalKey).(auth.Principal)
	return p
}

// openSession gives the browser its session.
func (s *server) openSession(c *gin.Context, p auth.Principal) error {
	value, err := s.Auth.Session(p)
	if err != nil {
		return err
	}
	s.setSession(c, value, int(auth.SessionLife.Seconds()))
	return nil
}

func (s *server) setSession(c *gin.Context, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure follows the public URL: plain HTTP has no other choice
		Name: sessionCookie, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

type sessionResponse struct {
	Name string    `json:"name"`
	Role auth.Role `json:"role"`
}

func sessionOf(p auth.Principal) sessionResponse { return sessionResponse{Name: p.Name, Role: p.Role} }

func (s *server) signIn(c *gin.Context) error {
	in, err := decode[struct {
		User     string `json:"user"`
		Password string `json:"password"`
	}](c)
	if err != nil {
		return err
	}
	p, err := s.Auth.SignIn(c.Request.Context(), in.User, in.Password, c.ClientIP())
	if err != nil {
		return err
	}
	if err := s.openSession(c, p); err != nil {
		return err
	}
	c.JSON(http.StatusOK, sessionOf(p))
	return nil
}

func (s *server) whoAmI(c *gin.Context) error {
	c.JSON(http.StatusOK, sessionOf(principal(c)))
	return nil
}

func (s *server) signOut(c *gin.Context) error {
	s.setSession(c, "", -1)
	c.Status(http.StatusNoContent)
	return nil
}

// signInByForm takes the sign-in form: user, password, and next, the page that
// was asked for. A refusal goes back to the form with its code as "fault".
func (s *server) signInByForm(c *gin.Context) error {
	next := localPath(c.PostForm("next"))
	p, err := s.Auth.SignIn(c.Request.Context(), c.PostForm("user"), c.PostForm("password"), c.ClientIP())
	switch code := model.CodeOf(err); {
	case err == nil:
	case code == model.CodeUnauthenticated, code == model.CodeLimited:
		back := url.Values{"fault": {string(code)}}
		if next != "/" {
			back.Set("next", next)
		}
		c.Redirect(http.StatusSeeOther, "/login?"+back.Encode())
		return nil
	default:
		return err
	}
	if err := s.openSession(c, p); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, next)
	return nil
}

func (s *server) signOutByForm(c *gin.Context) error {
	s.setSession(c, "", -1)
	c.Redirect(http.StatusSeeOther, "/login")
	return nil
}

// setUp uses the one-time set-up link up. That takes a press of its page's
// button: who only looks at the link, as previews in chats do, leaves it whole.
func (s *server) setUp(c *gin.Context) error {
	p, err := s.Auth.SetUp(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.openSession(c, p); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
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
