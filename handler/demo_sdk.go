package handler

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
)

// asHeader names the member on whose simulated phone a page is open.
const asHeader = "X-Sim-As"

// mountSDK serves what stands in for WeCom's client under the pages of reps'
// phones.
func (p *Pages) mountSDK(guarded gin.IRoutes) {
	guarded.POST(demoRoot+"/jssdk/check", allow(everybody), strictQuery(""), wrap(p.play("/sim/jssdk/check")))
	guarded.POST(demoRoot+"/jssdk/send", allow(everybody), strictQuery(""), wrap(p.moved(p.sendFromSidebar)))
}

func (p *Pages) wxScript(c *gin.Context) {
	c.Header("Cache-Control", "no-cache")
	c.Data(http.StatusOK, "text/javascript; charset=utf-8", p.Demo.Script)
}

// sendFromSidebar delivers what a page sends by JS-SDK in the name of the member
// on whose phone it is.
func (p *Pages) sendFromSidebar(c *gin.Context) error {
	in, err := decode[map[string]json.RawMessage](c)
	if err != nil {
		return err
	}
	as := c.GetHeader(asHeader)
	if err := p.maySpeakAs(c, as); err != nil {
		return err
	}
	if in["userid"], err = json.Marshal(as); err != nil {
		return err
	}
	if err := p.ask(c.Request.Context(), http.MethodPost, "/sim/jssdk/send", in, nil); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// maySpeakAs lets the administrator send in anybody's name, and a member in their
// own.
func (p *Pages) maySpeakAs(c *gin.Context, userID string) error {
	who := principal(c)
	if userID != "" && who.Role == auth.RoleAdmin {
		return nil
	}
	if member, err := p.Auth.SignInMember(c.Request.Context(), userID); err == nil && who.RepID != 0 && member.RepID == who.RepID {
		return nil
	}
	return &model.Error{Code: model.CodeForbidden, Message: "your role may not do this: ask an administrator"}
}

// playing has a page on a simulated phone speak in the name of the member whose
// phone it is. Only an administrator of the demo plays others.
func (s *server) playing(c *gin.Context, p auth.Principal) (auth.Principal, error) {
	as := c.GetHeader(asHeader)
	if s.PlayAs == nil || as == "" || p.Role != auth.RoleAdmin || !strings.HasPrefix(c.Request.URL.Path, apiRoot+"/") {
		return p, nil
	}
	return s.PlayAs(c.Request.Context(), as)
}
