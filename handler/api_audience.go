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

// audienceLine is an audience in a list, with its filter in words.
type audienceLine struct {
	audienceResponse
	Sentence string `json:"sentence"`
}

func audienceOf(a model.Audience) audienceResponse {
	return audienceResponse{ID: a.ID, Name: a.Name, Filter: a.Filter.V}
}

// audienceDetail is an audience with who is in it, and who enters by it.
type audienceDetail struct {
	audienceResponse
	Count  int64    `json:"count"`
	UsedBy []usedBy `json:"used_by"`
}

type usedBy struct {
	ID    int64          `json:"id"`
	Name  string         `json:"name"`
	State model.SOPState `json:"state"`
}

func usedByOf(sops []model.SOP) []usedBy {
	out := make([]usedBy, len(sops))
	for i, p := range sops {
		out[i] = usedBy{p.ID, p.Name, p.State}
	}
	return out
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
	sentences, err := s.audienceSentences(c, rows)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(a model.Audience) int64 { return a.ID }, func(a model.Audience) audienceLine {
		return audienceLine{audienceOf(a), sentences[a.ID]}
	})
	return nil
}

// audienceSentences puts the filters of many audiences into words, with one look
// at the names of everything that they name.
func (s *server) audienceSentences(c *gin.Context, rows []model.Audience) (map[int64]string, error) {
	said, all := map[int64]*audience.Phrase{}, audience.Phrase{Op: "and"}
	for _, a := range rows {
		f, err := audience.Parse(a.Filter.V)
		if err != nil {
			return nil, err
		}
		if said[a.ID] = f.Describe(); said[a.ID] != nil {
			all.Of = append(all.Of, *said[a.ID])
		}
	}
	names, err := s.Audiences.Names(c.Request.Context(), &all)
	if err != nil {
		return nil, err
	}
	lang, out := language(c), map[int64]string{}
	for id, p := range said {
		out[id] = s.Texts.Text(lang, "filter.everybody")
		if p != nil {
			out[id] = filterTeller{s.Texts, lang, names}.tell(*p, false)
		}
	}
	return out, nil
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

// getAudience tells how many are in it now, and which programmes let people in
// by it, too.
func (s *server) getAudience(c *gin.Context) error {
	a, filter, err := s.audience(c)
	if err != nil {
		return err
	}
	n, err := s.Audiences.Count(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	sops, err := s.Engine.EnterBy(c.Request.Context(), a.ID)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, audienceDetail{audienceOf(a), n, usedByOf(sops)})
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
