package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/web"
)

type sessionResponse struct {
	Name     string      `json:"name"`
	Role     auth.Role   `json:"role"`
	Reach    model.Reach `json:"reach"`
	RepID    *int64      `json:"rep_id"`
	Language web.Lang    `json:"language"`
	Demo     bool        `json:"demo"`
	Refused  []refusal   `json:"refused"`
}

func (s *server) sessionOf(c *gin.Context, p auth.Principal) sessionResponse {
	out := sessionResponse{Name: p.Name, Role: p.Role, Reach: p.Reach, Language: language(c), Demo: s.Demo, Refused: s.refusals(p)}
	if p.RepID != 0 {
		out.RepID = &p.RepID
	}
	return out
}

// signInOptions tells the sign-in page which ways in there are.
func (s *server) signInOptions(c *gin.Context) error {
	c.JSON(http.StatusOK, gin.H{"password": s.Auth.HasPassword(), "wecom": s.SignIn.On(), "inside_wecom": insideWeCom(c), "demo": s.Demo})
	return nil
}

func (s *server) whoAmI(c *gin.Context) error {
	c.JSON(http.StatusOK, s.sessionOf(c, principal(c)))
	return nil
}

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
		s.noteRefusal(c, auth.WayPassword, err)
		return err
	}
	if err := s.openSession(c, p, auth.WayPassword); err != nil {
		return err
	}
	c.JSON(http.StatusOK, s.sessionOf(c, p))
	return nil
}

func (s *server) signOut(c *gin.Context) error {
	if err := s.Auth.EndSession(c.Request.Context(), principal(c).SessionID); err != nil {
		return err
	}
	s.setSession(c, "", -1)
	c.Status(http.StatusNoContent)
	return nil
}

type openedSession struct {
	ID        int64     `json:"id"`
	RepID     *int64    `json:"rep_id"`
	Name      string    `json:"name"`
	Way       string    `json:"way"`
	Agent     string    `json:"agent"`
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Current   bool      `json:"current"`
}

func (s *server) listSessions(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	everybodys := oneOf(q, "of", "me", "all") == "all"
	if err := q.err(); err != nil {
		return err
	}
	p := principal(c)
	if everybodys && p.Role != auth.RoleAdmin {
		return &model.Error{Code: model.CodeForbidden, Message: "your role may not do this: ask an administrator"}
	}
	rows, err := s.Auth.Sessions(c.Request.Context(), p, everybodys, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r auth.OpenedSession) int64 { return r.ID }, func(r auth.OpenedSession) openedSession {
		out := openedSession{
			ID: r.ID, Name: r.Name, Way: r.Way, Agent: r.Agent, Address: r.Address, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt,
			ExpiresAt: r.ExpiresAt, Current: r.ID == p.SessionID,
		}
		switch {
		case r.RepID == 0:
			out.Name = auth.Admin
		case r.Name == "":
			out.Name = r.UserID
		}
		if r.RepID != 0 {
			out.RepID = &r.RepID
		}
		return out
	})
	return nil
}

func (s *server) revokeSession(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Auth.RevokeSession(c.Request.Context(), principal(c), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
