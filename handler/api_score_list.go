package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/scoring"
)

type scoredAccount struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Tier       model.Tier `json:"tier"`
	OwnerID    int64      `json:"owner_id"`
	OwnerName  string     `json:"owner_name"`
	Fit        float64    `json:"fit"`
	Engagement float64    `json:"engagement"`
	Engaged    bool       `json:"engaged"`
	Level      string     `json:"level"`
	Spike      *float64   `json:"spike"`
	Known      int        `json:"known_people"`
	Priority   float64    `json:"priority"`
}

func scoredAccountOf(a scoring.Listed) scoredAccount {
	return scoredAccount{
		ID: a.ID, Name: a.Name, Tier: a.Tier, OwnerID: a.OwnerID, OwnerName: a.OwnerName, Fit: a.Fit, Engagement: a.Engagement, Engaged: a.Engaged,
		Level: a.EngagementLevel, Spike: a.Spike, Known: a.Known, Priority: a.Priority,
	}
}

func (s *server) accountPriorities(c *gin.Context) error {
	q := queryOf(c)
	limit := model.Page{Limit: q.limit()}.Size()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Scores.Priorities(c.Request.Context(), limit)
	if err != nil {
		return err
	}
	out := list[scoredAccount]{Items: make([]scoredAccount, len(rows))}
	for i, r := range rows {
		out.Items[i] = scoredAccountOf(r)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type accountBox struct {
	Box   scoring.Box `json:"box"`
	Count int64       `json:"count"`
	Text  string      `json:"text"`
}

// boxes are in the order in which they are worked.
func boxes() []scoring.Box {
	return []scoring.Box{scoring.BoxSell, scoring.BoxOpen, scoring.BoxCheck, scoring.BoxLeave}
}

func (s *server) accountBoxes(c *gin.Context) error {
	counts, err := s.Scores.Boxes(c.Request.Context())
	if err != nil {
		return err
	}
	out := list[accountBox]{Items: []accountBox{}}
	for _, box := range boxes() {
		out.Items = append(out.Items, accountBox{Box: box, Count: counts[box], Text: s.Texts.Text(language(c), "score.box."+string(box))})
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) listBox(c *gin.Context) error {
	q := queryOf(c)
	page, box := q.page(), oneOf(q, "box", boxes()...)
	if box == "" && q.faults["box"] == "" {
		q.faults["box"] = "must be sell, open, check or leave"
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Scores.InBox(c.Request.Context(), box, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(a scoring.Listed) int64 { return a.ID }, scoredAccountOf)
	return nil
}

type idealTrait struct {
	Field string  `json:"field"`
	Value string  `json:"value"`
	N     int     `json:"accounts"`
	Best  float64 `json:"share_of_best"`
	All   float64 `json:"share_of_all"`
	Lift  float64 `json:"lift"`
}

func (s *server) idealProfile(c *gin.Context) error {
	traits, err := s.Scores.Profile(c.Request.Context())
	if err != nil {
		return err
	}
	out := list[idealTrait]{Items: make([]idealTrait, len(traits))}
	for i, t := range traits {
		out.Items[i] = idealTrait{Field: t.Field, Value: t.Value, N: t.N, Best: t.Best, All: t.All, Lift: t.Lift}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type alikeAccount struct {
	ID         int64        `json:"id"`
	Name       string       `json:"name"`
	Similarity float64      `json:"similarity"`
	Traits     []alikeTrait `json:"traits"`
}

type alikeTrait struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

func (s *server) lookAlikes(c *gin.Context) error {
	q := queryOf(c)
	limit := model.Page{Limit: q.limit()}.Size()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Scores.Alike(c.Request.Context(), limit)
	if err != nil {
		return err
	}
	out := list[alikeAccount]{Items: make([]alikeAccount, len(rows))}
	for i, r := range rows {
		one := alikeAccount{ID: r.Account.ID, Name: r.Account.Name, Similarity: r.Similarity, Traits: make([]alikeTrait, len(r.Traits))}
		for j, t := range r.Traits {
			one.Traits[j] = alikeTrait{t.Field, t.Value}
		}
		out.Items[i] = one
	}
	c.JSON(http.StatusOK, out)
	return nil
}
