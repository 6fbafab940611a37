package handler

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/report"
	"sixtouch/wecom"
)

type dispatchResponse struct {
	ID         int64               `json:"id"`
	Channel    string              `json:"channel"`
	RepID      int64               `json:"rep_id"`
	RepName    string              `json:"rep_name"`
	SOPID      int64               `json:"sop_id"`
	SOPName    string              `json:"sop_name"`
	StepKey    string              `json:"step_key"`
	StepName   string              `json:"step_name"`
	State      model.DispatchState `json:"state"`
	Attempts   int                 `json:"attempts"`
	Recipients int                 `json:"recipients"`
	RemoteID   string              `json:"remote_id"`
	Candidates []string            `json:"candidates"`
	LastError  string              `json:"last_error"`
	AgeSeconds float64             `json:"age_seconds"`
	NextAt     time.Time           `json:"next_at"`
	CreatedAt  time.Time           `json:"created_at"`
	CalledAt   *time.Time          `json:"called_at"`
	SentAt     *time.Time          `json:"sent_at"`
	FinalAt    *time.Time          `json:"final_at"`
}

func dispatchOf(d report.QueueRow) dispatchResponse {
	return dispatchResponse{
		ID: d.ID, Channel: d.Channel, RepID: d.RepID, RepName: d.RepName, SOPID: d.SOPID, SOPName: d.SOPName,
		StepKey: d.StepKey, StepName: d.StepName, State: d.State, Attempts: d.Attempts, Recipients: d.Recipients, RemoteID: d.RemoteID,
		Candidates: append([]string{}, d.Candidates.V...), LastError: cmp.Or(d.StopError, d.LastError), AgeSeconds: d.Age.Seconds(),
		NextAt: d.NextAt, CreatedAt: d.CreatedAt, CalledAt: d.CalledAt, SentAt: d.SentAt, FinalAt: d.FinalAt,
	}
}

func (s *server) listDispatches(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	f := report.QueueFilter{State: oneOf(q, "state", report.QueueStates()...), SOPID: q.id("sop_id")}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Reports.Queue(c.Request.Context(), f, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(d report.QueueRow) int64 { return d.ID }, dispatchOf)
	return nil
}

// retryDispatch settles by hand what the engine leaves to a person. An empty
// remote_id sends again; another adopts that WeCom task.
func (s *server) retryDispatch(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		RemoteID string `json:"remote_id"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.Engine.Decide(c.Request.Context(), id, in.RemoteID); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type welcomeRequest struct {
	Scope   model.WelcomeScope `json:"scope"`
	Key     string             `json:"key"`
	Content model.Content      `json:"content"`
	Enabled bool               `json:"enabled"`
}

type welcomeResponse struct {
	ID        int64              `json:"id"`
	Scope     model.WelcomeScope `json:"scope"`
	Key       string             `json:"key"`
	Content   model.Content      `json:"content"`
	Enabled   bool               `json:"enabled"`
	UpdatedAt time.Time          `json:"updated_at"`
}

func welcomeOf(w model.Welcome) welcomeResponse {
	return welcomeResponse{ID: w.ID, Scope: w.Scope, Key: w.ScopeKey, Content: w.Content.V, Enabled: w.Enabled, UpdatedAt: w.UpdatedAt}
}

func (s *server) listWelcomes(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Welcomes.List(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(w model.Welcome) int64 { return w.ID }, welcomeOf)
	return nil
}

func (s *server) setWelcome(c *gin.Context) error {
	in, err := decode[welcomeRequest](c)
	if err != nil {
		return err
	}
	stored, err := s.Welcomes.Set(c.Request.Context(), model.Welcome{
		Scope: in.Scope, ScopeKey: in.Key, Content: model.AsJSON(in.Content), Enabled: in.Enabled,
	})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, welcomeOf(stored))
	return nil
}

func (s *server) deleteWelcome(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Welcomes.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type parkedResponse struct {
	ID         int64     `json:"id"`
	Receiver   string    `json:"receiver"`
	EventKey   string    `json:"event_key"`
	Subject    string    `json:"subject"`
	Attempts   int       `json:"attempts"`
	LastError  string    `json:"last_error"`
	OccurredAt time.Time `json:"occurred_at"`
	ReceivedAt time.Time `json:"received_at"`
}

func (s *server) listParked(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Inbox.Parked(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(i model.InboxItem) int64 { return i.ID }, func(i model.InboxItem) parkedResponse {
		return parkedResponse{
			ID: i.ID, Receiver: i.Receiver, EventKey: i.EventKey, Subject: i.Subject, Attempts: i.Attempts,
			LastError: i.LastError, OccurredAt: i.OccurredAt, ReceivedAt: i.ReceivedAt,
		}
	})
	return nil
}

// maxRedrive bounds how many parked items one request names.
const maxRedrive = 200

func (s *server) redrive(c *gin.Context) error {
	in, err := decode[struct {
		IDs      []int64        `json:"ids"`
		All      bool           `json:"all"`
		EventKey wecom.EventKey `json:"event_key"` // of ignored ones
	}](c)
	if err != nil {
		return err
	}
	asked := 0
	for _, given := range []bool{in.All, len(in.IDs) > 0, in.EventKey != ""} {
		if given {
			asked++
		}
	}
	var n int64
	switch {
	case asked != 1 || len(in.IDs) > maxRedrive:
		return malformed("ids", "name 1 to 200 ids, or all", nil)
	case in.All:
		n, err = s.Inbox.RedriveAll(c.Request.Context())
	case in.EventKey != "":
		n, err = s.Inbox.RedriveIgnored(c.Request.Context(), in.EventKey)
	default:
		n, err = s.Inbox.Redrive(c.Request.Context(), in.IDs)
	}
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"redriven": n})
	return nil
}

type lagResponse struct {
	Counts     map[model.InboxState]int64 `json:"counts"`
	OldestAt   *time.Time                 `json:"oldest_at"`
	LagSeconds float64                    `json:"lag_seconds"`
}

func (s *server) inboxLag(c *gin.Context) error {
	lag, err := s.Inbox.Lag(c.Request.Context())
	if err != nil {
		return err
	}
	out := lagResponse{Counts: lag.Counts, OldestAt: lag.Oldest}
	if lag.Oldest != nil {
		out.LagSeconds = max(0, s.Clock.Now().Sub(*lag.Oldest).Seconds())
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type syncResponse struct {
	ID         int64            `json:"id"`
	State      model.SyncState  `json:"state"`
	Phase      string           `json:"phase"`
	Counts     model.SyncCounts `json:"counts"`
	LastError  string           `json:"last_error"`
	StartedAt  time.Time        `json:"started_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
	FinishedAt *time.Time       `json:"finished_at"`
}

func (s *server) lastSync(c *gin.Context) error {
	last, err := s.Syncs.Last(c.Request.Context())
	if errors.Is(err, model.ErrNotFound) {
		c.Status(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, syncResponse{
		ID: last.ID, State: last.State, Phase: last.Phase, Counts: last.Counts.V, LastError: last.LastError,
		StartedAt: last.StartedAt, UpdatedAt: last.UpdatedAt, FinishedAt: last.FinishedAt,
	})
	return nil
}

func (s *server) startSync(c *gin.Context) error {
	if err := s.StartSync(c.Request.Context()); err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, gin.H{"status": "asked for"})
	return nil
}

type tokenResponse struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Token      string     `json:"token,omitempty"` // told once, when it is made
}

func tokenOf(t model.Token) tokenResponse {
	return tokenResponse{ID: t.ID, Name: t.Name, Role: t.Role, CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt}
}

func (s *server) listTokens(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Auth.Tokens(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(t model.Token) int64 { return t.ID }, tokenOf)
	return nil
}

func (s *server) createToken(c *gin.Context) error {
	in, err := decode[struct {
		Name string    `json:"name"`
		Role auth.Role `json:"role"`
	}](c)
	if err != nil {
		return err
	}
	row, text, err := s.Auth.CreateToken(c.Request.Context(), in.Name, in.Role)
	if err != nil {
		return err
	}
	out := tokenOf(row)
	out.Token = text
	c.Header("Location", fmt.Sprintf("%s/tokens/%d", apiRoot, row.ID))
	c.JSON(http.StatusCreated, out)
	return nil
}

func (s *server) revokeToken(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Auth.RevokeToken(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
