package wecom

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// MemberByCode tells which member a sign-in code stands for; empty for somebody
// who is no member. A code works once, for five minutes.
func (c *Client) MemberByCode(ctx context.Context, code string) (string, error) {
	var res struct {
		util.CommonError
		UserID string `json:"userid"`
	}
	err := c.do(ctx, get("auth/getuserinfo", url.Values{"code": {code}}), &res)
	return res.UserID, err
}

// SignIn says where browsers are sent to sign in.
type SignIn struct {
	AuthorizeURL string // of the silent sign-in inside WeCom, without a path
	LoginURL     string // of the page with the QR code, without a path
	CorpID       string
	AgentID      int
}

// On tells whether signing in with WeCom is set up.
func (s SignIn) On() bool { return s.AuthorizeURL != "" && s.LoginURL != "" && s.CorpID != "" }

// Authorize is the address for a browser inside WeCom. State is letters and
// digits; it comes back with the code.
func (s SignIn) Authorize(back, state string) string {
	q := url.Values{
		"appid": {s.CorpID}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"snsapi_base"},
		"state": {state}, "agentid": {strconv.Itoa(s.AgentID)},
	}
	return s.AuthorizeURL + "/connect/oauth2/authorize?" + q.Encode() + "#wechat_redirect"
}

// QR is the address of the page with the QR code.
func (s SignIn) QR(back, state, lang string) string {
	q := url.Values{
		"login_type": {"CorpApp"}, "appid": {s.CorpID}, "agentid": {strconv.Itoa(s.AgentID)},
		"redirect_uri": {back}, "state": {state}, "lang": {lang},
	}
	return s.LoginURL + "/wwlogin/sso/login?" + q.Encode()
}

// Inside tells whether a browser is the one inside WeCom.
func Inside(userAgent string) bool { return strings.Contains(strings.ToLower(userAgent), "wxwork") }
