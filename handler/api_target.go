package handler

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
)

type targetResponse struct {
	ID          int64            `json:"id"`
	Name        string           `json:"name"`
	Kind        model.TargetKind `json:"kind"`
	Purposes    []string         `json:"purposes"`
	Filter      json.RawMessage  `json:"filter"`
	Accounts    int64            `json:"accounts"`
	Author      string           `json:"author"`
	Version     int64            `json:"version"`
	RefreshedAt *time.Time       `json:"refreshed_at"`
	ClosedAt    *time.Time       `json:"closed_at"`
	CreatedAt   time.Time        `json:"created_at"`
}

func targetOf(l account.TargetRow) targetResponse {
	out := targetResponse{
		ID: l.ID, Name: l.Name, Kind: l.Kind, Purposes: l.Purposes.V, Filter: l.Filter.V, Accounts: l.Accounts, Author: l.Author, Version: l.Version,
		RefreshedAt: l.RefreshedAt, ClosedAt: l.ClosedAt, CreatedAt: l.CreatedAt,
	}
	if out.Purposes == nil {
		out.Purposes = []string{}
	}
	return out
}

type targetRequest struct {
	Version  int64           `json:"version"`
	Name     string          `json:"name"`
	Purposes []string        `json:"purposes"`
	Filter   json.RawMessage `json:"filter"`
}

func (r targetRequest) input() account.TargetInput {
	in := account.TargetInput{Name: r.Name, Purposes: r.Purposes, Filter: r.Filter}
	if string(r.Filter) == "null" {
		in.Filter = nil
	}
	return in
}

func (s *server) listTargets(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.Targets(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(l account.TargetRow) int64 { return l.ID }, targetOf)
	return nil
}

func (s *server) createTarget(c *gin.Context) error {
	in, err := decode[targetRequest](c)
	if err != nil {
		return err
	}
	l, err := s.Accounts.CreateTarget(c.Request.Context(), in.input(), principal(c).Name)
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/target-lists/"+strconv.FormatInt(l.ID, 10))
	return s.writeTarget(c, http.StatusCreated, l.ID)
}

func (s *server) writeTarget(c *gin.Context, status int, id int64) error {
	l, err := s.Accounts.Target(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(status, targetOf(l))
	return nil
}

func (s *server) getTarget(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeTarget(c, http.StatusOK, id)
}

func (s *server) updateTarget(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[targetRequest](c)
	if err != nil {
		return err
	}
	if _, err := s.Accounts.UpdateTarget(c.Request.Context(), id, in.Version, in.input()); err != nil {
		return err
	}
	return s.writeTarget(c, http.StatusOK, id)
}

func (s *server) closeTarget(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Accounts.CloseTarget(c.Request.Context(), id); err != nil {
		return err
	}
	return s.writeTarget(c, http.StatusOK, id)
}

func (s *server) refreshTarget(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Accounts.RefreshTarget(c.Request.Context(), id); err != nil {
		return err
	}
	return s.writeTarget(c, http.StatusOK, id)
}

type targetAccountResponse struct {
	AccountID   int64      `json:"account_id"`
	Name        string     `json:"name"`
	Tier        model.Tier `json:"tier"`
	RepID       int64      `json:"rep_id"`
	Large       bool       `json:"large"`
	Profitable  bool       `json:"profitable"`
	SuccessCase bool       `json:"success_case"`
	Note        string     `json:"note"`
	FromAt      time.Time  `json:"from_at"`
	ToAt        *time.Time `json:"to_at"`
}

// listTargetAccounts lists who is on the list, or who was at the end of a day.
func (s *server) listTargetAccounts(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	page, day := q.page(), q.day("on")
	if err := q.err(); err != nil {
		return err
	}
	at := s.Clock.Now()
	if !day.IsZero() {
		at = s.Accounts.EndOf(day)
	}
	rows, err := s.Accounts.TargetAccounts(c.Request.Context(), id, at, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(m account.TargetAccount) int64 { return m.AccountID }, func(m account.TargetAccount) targetAccountResponse {
		return targetAccountResponse{
			AccountID: m.AccountID, Name: m.Name, Tier: m.Tier, RepID: m.RepID,
			Large: m.Large, Profitable: m.Profitable, SuccessCase: m.SuccessCase, Note: m.Note, FromAt: m.FromAt, ToAt: m.ToAt,
		}
	})
	return nil
}

type nominationRequest struct {
	AccountID   int64  `json:"account_id"`
	RepID       int64  `json:"rep_id"`
	Large       bool   `json:"large"`
	Profitable  bool   `json:"profitable"`
	SuccessCase bool   `json:"success_case"`
	Note        string `json:"note"`
}

type twiceResponse struct {
	AccountID int64   `json:"account_id"`
	Name      string  `json:"name"`
	RepIDs    []int64 `json:"rep_ids"`
}

// nominate puts accounts on a list, or tells what that would come to.
func (s *server) nominate(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		DryRun      bool                `json:"dry_run"`
		Nominations []nominationRequest `json:"nominations"`
	}](c)
	if err != nil {
		return err
	}
	set := convert(in.Nominations, func(n nominationRequest) account.Nomination { return account.Nomination(n) })
	n, err := s.Accounts.Nominate(c.Request.Context(), id, set, in.DryRun, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, struct {
		Reps       int             `json:"reps"`
		Named      int             `json:"named"`
		Duplicates int             `json:"duplicates"`
		Accounts   int             `json:"accounts"`
		Already    int             `json:"already"`
		Added      int             `json:"added"`
		Twice      []twiceResponse `json:"twice"`
	}{
		n.Reps, n.Named, n.Duplicates, n.Accounts, n.Already, n.Added,
		convert(n.Twice, func(t account.Twice) twiceResponse { return twiceResponse(t) }),
	})
	return nil
}

// sizeWeeks is how many weeks the history of a list's size shows.
const sizeWeeks = 26

// listSizes counts a list's accounts at the end of each of the last weeks' days of
// this name, today's being the last.
func (s *server) listSizes(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	at := make([]time.Time, sizeWeeks)
	for i := range at {
		at[i] = now.AddDate(0, 0, -7*(sizeWeeks-1-i))
	}
	counts, err := s.Accounts.Sizes(c.Request.Context(), id, at)
	if err != nil {
		return err
	}
	type size struct {
		At       time.Time `json:"at"`
		Accounts int64     `json:"accounts"`
	}
	out := make([]size, len(at))
	for i, n := range counts {
		out[i] = size{at[i], n}
	}
	c.JSON(http.StatusOK, gin.H{"items": out})
	return nil
}

// listTemplates lists the ready filters of target lists.
func (s *server) listTemplates(c *gin.Context) error {
	type template struct {
		Key      string          `json:"key"`
		Name     string          `json:"name"`
		Purposes []string        `json:"purposes"`
		Filter   json.RawMessage `json:"filter"`
		Ask      string          `json:"ask"`
	}
	c.JSON(http.StatusOK, gin.H{"items": convert(account.Templates(), func(t account.Template) template {
		return template{t.Key, s.Texts.Text(language(c), "target.template."+t.Key), t.Purposes, t.Filter, t.Ask}
	})})
	return nil
}
