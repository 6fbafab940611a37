package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
)

type planResponse struct {
	Goals           string     `json:"goals"`
	ExpectedPeople  *int       `json:"expected_people"`
	ExpectedTouches *int       `json:"expected_touches"`
	ReviewSince     *time.Time `json:"review_since"`
	Author          string     `json:"author"`
	Version         int64      `json:"version"`
}

func planOf(p model.AccountPlan) planResponse {
	return planResponse{
		Goals: p.Goals, ExpectedPeople: p.ExpectedPeople, ExpectedTouches: p.ExpectedTouch, ReviewSince: p.ReviewSince, Author: p.Author, Version: p.Version,
	}
}

func (s *server) setPlan(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Version         int64  `json:"version"`
		Goals           string `json:"goals"`
		ExpectedPeople  *int   `json:"expected_people"`
		ExpectedTouches *int   `json:"expected_touches"`
		Review          bool   `json:"review"`
	}](c)
	if err != nil {
		return err
	}
	p, err := s.Accounts.SetPlan(c.Request.Context(), id, in.Version, account.PlanInput{
		Goals: in.Goals, ExpectedPeople: in.ExpectedPeople, ExpectedTouch: in.ExpectedTouches, Review: in.Review,
	}, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, planOf(p))
	return nil
}

type actionResponse struct {
	ID        int64      `json:"id"`
	Title     string     `json:"title"`
	Side      model.Side `json:"side"`
	RepID     int64      `json:"rep_id"`
	DueDay    string     `json:"due_day"`
	ContactID *int64     `json:"contact_id"`
	DoneAt    *time.Time `json:"done_at"`
	Author    string     `json:"author"`
}

func actionOf(a model.AccountAction) actionResponse {
	return actionResponse{
		ID: a.ID, Title: a.Title, Side: a.Side, RepID: a.RepID, DueDay: a.DueDay, ContactID: a.ContactID, DoneAt: a.DoneAt, Author: a.Author,
	}
}

func actionInput(c *gin.Context) (account.ActionInput, error) {
	in, err := decode[struct {
		Title     string     `json:"title"`
		Side      model.Side `json:"side"`
		RepID     int64      `json:"rep_id"`
		DueDay    string     `json:"due_day"`
		ContactID *int64     `json:"contact_id"`
		Done      bool       `json:"done"`
	}](c)
	if err != nil {
		return account.ActionInput{}, err
	}
	due, err := dayOf("due_day", in.DueDay)
	return account.ActionInput{Title: in.Title, Side: in.Side, RepID: in.RepID, Due: due, ContactID: in.ContactID, Done: in.Done}, err
}

// dayOf reads a day in a body.
func dayOf(field, text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, model.Invalid(field, "must look like 2026-03-02")
	}
	return day, nil
}

func (s *server) addAction(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := actionInput(c)
	if err != nil {
		return err
	}
	a, err := s.Accounts.AddAction(c.Request.Context(), id, in, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, actionOf(a))
	return nil
}

func (s *server) setAction(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	part, err := partID(c)
	if err != nil {
		return err
	}
	in, err := actionInput(c)
	if err != nil {
		return err
	}
	a, err := s.Accounts.SetAction(c.Request.Context(), id, part, in)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, actionOf(a))
	return nil
}

type eventResponse struct {
	ID     int64     `json:"id"`
	Kind   string    `json:"kind"`
	Title  string    `json:"title"`
	Source string    `json:"source"`
	URL    string    `json:"url"`
	At     time.Time `json:"at"`
	Author string    `json:"author"`
}

func eventOf(e model.AccountEvent) eventResponse {
	return eventResponse{ID: e.ID, Kind: e.Kind, Title: e.Title, Source: e.Source, URL: e.URL, At: e.At, Author: e.Author}
}

func (s *server) addAccountEvent(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Kind   string    `json:"kind"`
		Title  string    `json:"title"`
		Source string    `json:"source"`
		URL    string    `json:"url"`
		At     time.Time `json:"at"`
	}](c)
	if err != nil {
		return err
	}
	e, err := s.Accounts.AddEvent(c.Request.Context(), id, account.EventInput(in), principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, eventOf(e))
	return nil
}

type noteResponse struct {
	ID        int64     `json:"id"`
	Text      string    `json:"text"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

func noteOf(n model.AccountNote) noteResponse {
	return noteResponse{ID: n.ID, Text: n.Text, Author: n.Author, CreatedAt: n.CreatedAt}
}

func (s *server) listNotes(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Accounts.Notes(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(n model.AccountNote) int64 { return n.ID }, noteOf)
	return nil
}

func (s *server) addNote(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Text string `json:"text"`
	}](c)
	if err != nil {
		return err
	}
	n, err := s.Accounts.AddNote(c.Request.Context(), id, in.Text, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, noteOf(n))
	return nil
}

type tierResponse struct {
	Tier     model.Tier `json:"tier"`
	Expected int        `json:"expected"`
	Floor    int        `json:"floor"`
	Touches  int        `json:"touches"`

	SLAMinutes int    `json:"sla_minutes"`
	OwnerLevel string `json:"owner_level"`
	GiftBudget int64  `json:"gift_budget"`
}

// listTiers tells what accounts of each tier ask for.
func (s *server) listTiers(c *gin.Context) error {
	all, err := s.Accounts.Policies(c.Request.Context())
	if err != nil {
		return err
	}
	out := []tierResponse{}
	for _, tier := range []model.Tier{"", model.TierA, model.TierB, model.TierC} {
		want := all[tier]
		out = append(out, tierResponse{
			tier, want.Expected, want.Floor, want.Touches, want.Service.SLAMinutes, want.Service.OwnerLevel, want.Service.GiftBudget,
		})
	}
	c.JSON(http.StatusOK, gin.H{"items": out})
	return nil
}

func (s *server) setTier(c *gin.Context) error {
	in, err := decode[tierResponse](c)
	if err != nil {
		return err
	}
	want := account.Want{
		Expected: in.Expected, Floor: in.Floor, Touches: in.Touches,
		Service: account.TierService{SLAMinutes: in.SLAMinutes, OwnerLevel: in.OwnerLevel, GiftBudget: in.GiftBudget},
	}
	if err := s.Accounts.SetPolicy(c.Request.Context(), in.Tier, want); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
