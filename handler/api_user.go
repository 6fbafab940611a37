package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
)

// accessRoutes are about who may come in and who did what.
func (s *server) accessRoutes() []route {
	return []route{
		{method: "GET", path: "/session", may: everybody, scope: shared, do: s.whoAmI},
		{method: "DELETE", path: "/session", may: everybody, scope: shared, do: s.signOut},
		{method: "GET", path: "/sessions", may: everybody, scope: shared, query: "of" + paged, do: s.listSessions},
		{method: "DELETE", path: "/sessions/:id", may: everybody, scope: shared, do: s.revokeSession},
		{method: "GET", path: "/users", may: admins, scope: shared, query: "q role" + paged, do: s.listUsers},
		{method: "PUT", path: "/users/:id", may: admins, scope: shared, do: s.setUser},
		{method: "GET", path: "/audit", may: admins, scope: shared, query: "who object_kind object_id from to" + paged, do: s.listAudit},
		{method: "GET", path: "/tokens", may: admins, scope: shared, query: paged, do: s.listTokens},
		{method: "POST", path: "/tokens", may: admins, scope: shared, do: s.createToken},
		{method: "DELETE", path: "/tokens/:id", may: admins, scope: shared, do: s.revokeToken},
	}
}

type userResponse struct {
	RepID         int64       `json:"rep_id"`
	UserID        string      `json:"userid"`
	Name          string      `json:"name"`
	CanFollow     bool        `json:"can_follow"`
	Role          auth.Role   `json:"role"`
	Given         bool        `json:"given"`
	Reach         model.Reach `json:"reach"`
	DepartmentIDs []int64     `json:"department_ids"`
	Blocked       bool        `json:"blocked"`
	SeenAt        *time.Time  `json:"seen_at"`
}

func userOf(m auth.Member) userResponse {
	role, reach := m.Standing()
	out := userResponse{
		RepID: m.RepID, UserID: m.UserID, Name: m.Name, CanFollow: m.CanFollow, Role: role, Given: m.Role != "", Reach: reach,
		DepartmentIDs: m.DepartmentIDs, Blocked: m.BlockedAt != nil, SeenAt: m.SeenAt,
	}
	if out.DepartmentIDs == nil {
		out.DepartmentIDs = []int64{}
	}
	return out
}

func (s *server) listUsers(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	f := auth.MemberFilter{
		Query: q.text("q"), Role: oneOf(q, "role", auth.RoleAdmin, auth.RoleMarketer, auth.RoleManager, auth.RoleRep, auth.RoleRead),
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Auth.Members(c.Request.Context(), f, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(m auth.Member) int64 { return m.RepID }, userOf)
	return nil
}

func (s *server) setUser(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Role          auth.Role   `json:"role"`
		Reach         model.Reach `json:"reach"`
		DepartmentIDs []int64     `json:"department_ids"`
		Blocked       bool        `json:"blocked"`
	}](c)
	if err != nil {
		return err
	}
	m, err := s.Auth.Give(c.Request.Context(), principal(c), id, auth.Grant(in))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, userOf(m))
	return nil
}
