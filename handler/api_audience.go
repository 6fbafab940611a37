package handler

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/audience"
)

type audienceResponse struct {
	ID     int64           `json:"id"`
	Name   string          `json:"name"`
	Filter json.RawMessage `json:"filter"`
}

func audienceOf(a model.Audience) audienceResponse {
	return audienceResponse{ID: a.ID, Name: a.Name, Filter: a.Filter.V}
}

type audienceRequest struct {
	Name   string          `json:"name"`
	Filter audience.Filter `json:"filter"`
}

func (s *server) listAudiences(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Audiences.List(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(a model.Audience) int64 { return a.ID }, audienceOf)
	return nil
}

func (s *server) createAudience(c *gin.Context) error {
	in, err := decode[audienceRequest](c)
	if err != nil {
		return err
	}
	a, err := s.Audiences.Create(c.Request.Context(), in.Name, in.Filter)
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/audiences/"+strconv.FormatInt(a.ID, 10))
	c.JSON(http.StatusCreated, audienceOf(a))
	return nil
}

func (s *server) updateAudience(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[audienceRequest](c)
	if err != nil {
		return err
	}
	a, err := s.Audiences.Update(c.Request.Context(), id, in.Name, in.Filter)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, audienceOf(a))
	return nil
}

func (s *server) deleteAudience(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Audiences.Delete(c.Request.Context(), id, s.Engine.KeepAudience); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// getAudience tells how many are in it now, too.
func (s *server) getAudience(c *gin.Context) error {
	a, filter, err := s.audience(c)
	if err != nil {
		return err
	}
	n, err := s.Audiences.Count(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, struct {
		audienceResponse
		Count int64 `json:"count"`
	}{audienceOf(a), n})
	return nil
}

type memberResponse struct {
	ID             int64  `json:"id"`
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
	CorpName       string `json:"corp_name"`
}

func (s *server) listMembers(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	_, filter, err := s.audience(c)
	if err != nil {
		return err
	}
	return s.writeMembers(c, filter, page)
}

// previewMembers lists whom a filter selects that is still being written.
func (s *server) previewMembers(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	in, err := decode[filterRequest](c)
	if err != nil {
		return err
	}
	return s.writeMembers(c, in.Filter, page)
}

func (s *server) writeMembers(c *gin.Context, filter audience.Filter, page model.Page) error {
	rows, err := s.Audiences.Members(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(m model.Contact) int64 { return m.ID }, func(m model.Contact) memberResponse {
		return memberResponse{ID: m.ID, ExternalUserID: m.ExternalUserID, Name: m.Name, CorpName: m.CorpName}
	})
	return nil
}

// filterRequest is a filter that is still being written.
type filterRequest struct {
	Filter audience.Filter `json:"filter"`
}

// countAudience counts a filter that is still being written.
func (s *server) countAudience(c *gin.Context) error {
	in, err := decode[filterRequest](c)
	if err != nil {
		return err
	}
	n, err := s.Audiences.Count(c.Request.Context(), in.Filter)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"count": n})
	return nil
}

func (s *server) audience(c *gin.Context) (model.Audience, audience.Filter, error) {
	id, err := pathID(c)
	if err != nil {
		return model.Audience{}, audience.Filter{}, err
	}
	a, err := s.Audiences.Get(c.Request.Context(), id)
	if err != nil {
		return a, audience.Filter{}, err
	}
	filter, err := audience.Parse(a.Filter.V)
	return a, filter, err
}
