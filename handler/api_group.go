package handler

import (
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/service/contact"
)

type groupResponse struct {
	ID          int64      `json:"id"`
	ChatID      string     `json:"chat_id"`
	Name        string     `json:"name"`
	OwnerUserID string     `json:"owner_userid"`
	RepID       int64      `json:"rep_id"` // the owner; 0 when nobody that we know
	RepName     string     `json:"rep_name"`
	Members     int        `json:"members"`
	FormedAt    time.Time  `json:"formed_at"`
	DismissedAt *time.Time `json:"dismissed_at"`
}

// listGroups lists customer groups, of one owner or all.
func (s *server) listGroups(c *gin.Context) error {
	q := queryOf(c)
	repID, page := q.id("rep_id"), q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Contacts.Groups(c.Request.Context(), repID, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(g contact.Group) int64 { return g.ID }, func(g contact.Group) groupResponse {
		return groupResponse{
			ID: g.ID, ChatID: g.ChatID, Name: g.Name, OwnerUserID: g.OwnerUserID, RepID: g.RepID, RepName: g.RepName,
			Members: g.MemberCount, FormedAt: g.FormedAt, DismissedAt: g.DismissedAt,
		}
	})
	return nil
}
