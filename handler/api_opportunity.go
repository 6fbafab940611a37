package handler

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/stage"
)

type opportunityResponse struct {
	ID            int64                  `json:"id"`
	AccountID     int64                  `json:"account_id"`
	AccountName   string                 `json:"account_name"`
	TargetAccount bool                   `json:"target_account"`
	ContactID     int64                  `json:"contact_id"`
	ContactName   string                 `json:"contact_name"`
	Name          string                 `json:"name"`
	Amount        int64                  `json:"amount"`
	Kind          model.OpportunityKind  `json:"kind"`
	Stage         string                 `json:"stage"`
	State         model.OpportunityState `json:"state"`
	CloseReason   string                 `json:"close_reason"`
	Origin        model.DealOrigin       `json:"origin"`
	OriginReason  string                 `json:"origin_reason"`
	OwnerID       int64                  `json:"owner_id"`
	OwnerName     string                 `json:"owner_name"`
	AcceptedAt    *time.Time             `json:"accepted_at"`
	AcceptedBy    string                 `json:"accepted_by"`
	ExpectedClose string                 `json:"expected_close"`
	OpenedAt      time.Time              `json:"opened_at"`
	ClosedAt      *time.Time             `json:"closed_at"`
	Version       int64                  `json:"version"`
}

func opportunityOf(r stage.OpportunityRow) opportunityResponse {
	return opportunityResponse{
		ID: r.ID, AccountID: r.AccountID, AccountName: r.AccountName, TargetAccount: r.IsTarget, ContactID: r.ContactID, ContactName: r.ContactName,
		Name: r.Name, Amount: r.Amount, Kind: r.Kind, Stage: r.Stage, State: r.State, CloseReason: r.CloseReason,
		Origin: r.Origin, OriginReason: r.OriginReason, OwnerID: r.OwnerID, OwnerName: r.OwnerName,
		AcceptedAt: r.AcceptedAt, AcceptedBy: r.AcceptedBy, ExpectedClose: r.ExpectedClose, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt, Version: r.Version,
	}
}

type opportunityEventResponse struct {
	At     time.Time `json:"at"`
	Field  string    `json:"field"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	Reason string    `json:"reason"`
	Author string    `json:"author"`
}

func (s *server) listOpportunities(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	filter := opportunityFilter(q)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.Opportunities(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r stage.OpportunityRow) int64 { return r.ID }, opportunityOf)
	return nil
}

func (s *server) openOpportunity(c *gin.Context) error {
	in, err := decode[struct {
		AccountID     int64                 `json:"account_id"`
		ContactID     int64                 `json:"contact_id"`
		Name          string                `json:"name"`
		Amount        int64                 `json:"amount"`
		Kind          model.OpportunityKind `json:"kind"`
		Stage         string                `json:"stage"`
		Origin        model.DealOrigin      `json:"origin"`
		OwnerID       int64                 `json:"owner_id"`
		ExpectedClose string                `json:"expected_close"`
	}](c)
	if err != nil {
		return err
	}
	if err := errors.Join(s.sees(c, auth.Account, in.AccountID), s.sees(c, auth.Contact, in.ContactID), s.sees(c, auth.Rep, in.OwnerID)); err != nil {
		return err
	}
	o, err := s.Stages.Open(c.Request.Context(), stage.Deal{
		AccountID: in.AccountID, ContactID: in.ContactID, Name: in.Name, Amount: in.Amount, Kind: in.Kind, Stage: in.Stage, Origin: in.Origin,
		OwnerID: in.OwnerID, ExpectedClose: in.ExpectedClose, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/opportunities/"+strconv.FormatInt(o.ID, 10))
	return s.writeOpportunity(c, o.ID, http.StatusCreated)
}

// writeOpportunity answers with the deal as it is now, and its history.
func (s *server) writeOpportunity(c *gin.Context, id int64, status int) error {
	row, events, err := s.Stages.Opportunity(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := struct {
		opportunityResponse
		Events []opportunityEventResponse `json:"events"`
	}{opportunityOf(row), make([]opportunityEventResponse, len(events))}
	for i, e := range events {
		out.Events[i] = opportunityEventResponse{At: e.At, Field: e.Field, From: e.FromValue, To: e.ToValue, Reason: e.Reason, Author: e.Author}
	}
	c.JSON(status, out)
	return nil
}

func (s *server) getOpportunity(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeOpportunity(c, id, http.StatusOK)
}

func (s *server) editOpportunity(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Name          string                `json:"name"`
		Amount        int64                 `json:"amount"`
		Kind          model.OpportunityKind `json:"kind"`
		OwnerID       int64                 `json:"owner_id"`
		ExpectedClose string                `json:"expected_close"`
		Version       int64                 `json:"version"`
	}](c)
	if err != nil {
		return err
	}
	_, err = s.Stages.Edit(c.Request.Context(), id, in.Version, stage.Deal{
		Name: in.Name, Amount: in.Amount, Kind: in.Kind, OwnerID: in.OwnerID, ExpectedClose: in.ExpectedClose, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	return s.writeOpportunity(c, id, http.StatusOK)
}

func (s *server) turnOpportunity(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Stage   string                 `json:"stage"`
		State   model.OpportunityState `json:"state"`
		Reason  string                 `json:"reason"`
		Version int64                  `json:"version"`
	}](c)
	if err != nil {
		return err
	}
	_, err = s.Stages.Turn(c.Request.Context(), id, stage.Turn{
		Stage: in.Stage, State: in.State, Reason: in.Reason, Version: in.Version, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	return s.writeOpportunity(c, id, http.StatusOK)
}

func (s *server) acceptOpportunity(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if _, err := s.Stages.AcceptOpportunity(c.Request.Context(), id, principal(c).Name); err != nil {
		return err
	}
	return s.writeOpportunity(c, id, http.StatusOK)
}
