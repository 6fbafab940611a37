package handler

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/wecom"
)

// SignIn signs members in with WeCom; the zero value does not.
type SignIn struct {
	wecom.SignIn
	// Member tells which member a code stands for; empty for somebody else.
	Member func(ctx context.Context, code string) (string, error)
}

// stateCookie binds a sign-in that is under way to the browser that began it. It
// holds the state that WeCom brings back and, behind a dot, the page to go to.
const (
	stateCookie = "sixtouch_state"
	stateLife   = 10 * 60 // seconds
	statePath   = "/login/wecom"
)

// repsHome is where reps arrive who wanted no page in particular.
const repsHome = "/m/day"

// What the sign-in page is told of a sign-in that came to nothing.
const (
	faultState     = "state"     // not begun here, or too long ago
	faultCancelled = "cancelled" // WeCom brought no code
	faultRefused   = "refused"   // the member has no access
	faultWeCom     = "wecom"     // WeCom did not tell who it is
)

func insideWeCom(c *gin.Context) bool { return wecom.Inside(c.Request.UserAgent()) }

// beginWeCom sends the browser to WeCom.
func (s *server) beginWeCom(c *gin.Context) error {
	if !s.SignIn.On() {
		return model.NotFound("page")
	}
	state := rand.Text()
	next := base64.RawURLEncoding.EncodeToString([]byte(localPath(c.Query("next"))))
	s.setCookie(c, stateCookie, state+"."+next, statePath, stateLife)
	back := strings.TrimRight(s.PublicURL, "/") + statePath + "/back"
	to := s.SignIn.QR(back, state, string(language(c)))
	if insideWeCom(c) {
		to = s.SignIn.Authorize(back, state)
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// endWeCom takes the browser that comes back from WeCom in. The state is used up
// whatever becomes of it.
func (s *server) endWeCom(c *gin.Context) error {
	cookie, _ := c.Cookie(stateCookie) // without one it is empty, and matches nothing
	s.setCookie(c, stateCookie, "", statePath, -1)
	state, encoded, _ := strings.Cut(cookie, ".")
	plain, _ := base64.RawURLEncoding.DecodeString(encoded) // what is no path becomes /
	next := localPath(string(plain))
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(c.Query("state"))) != 1 {
		return s.backToSignIn(c, faultState, next)
	}
	code := c.Query("code")
	if code == "" || len(code) > 512 {
		return s.backToSignIn(c, faultCancelled, next)
	}
	way := auth.WayQR
	if insideWeCom(c) {
		way = auth.WayWeCom
	}
	userID, err := s.SignIn.Member(c.Request.Context(), code)
	if err != nil {
		s.Logger.WarnContext(c.Request.Context(), "WeCom did not tell who signs in", "request_id", c.GetString(requestIDHeader), "error", err)
		return s.backToSignIn(c, faultWeCom, next)
	}
	p, err := s.Auth.SignInMember(c.Request.Context(), userID)
	switch {
	case model.CodeOf(err) == model.CodeUnauthenticated:
		s.noteRefusal(c, way, err)
		return s.backToSignIn(c, faultRefused, next)
	case err != nil:
		return err
	}
	if err := s.openSession(c, p, way); err != nil {
		return err
	}
	if next == "/" && p.Role == auth.RoleRep {
		next = repsHome
	}
	c.Redirect(http.StatusSeeOther, next)
	return nil
}

func (s *server) backToSignIn(c *gin.Context, fault, next string) error {
	back := url.Values{"fault": {fault}}
	if next != "/" {
		back.Set("next", next)
	}
	c.Redirect(http.StatusSeeOther, "/login?"+back.Encode())
	return nil
}
