package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/stage"
)

type handoverResponse struct {
	ID           int64               `json:"id"`
	ContactID    int64               `json:"contact_id"`
	ContactName  string              `json:"contact_name"`
	CorpName     string              `json:"corp_name"`
	AccountID    *int64              `json:"account_id"`
	AccountName  string              `json:"account_name"`
	RepID        int64               `json:"rep_id"`
	RepName      string              `json:"rep_name"`
	State        model.HandoverState `json:"state"`
	Because      becauseResponse     `json:"because"`
	Score        *float64            `json:"score"`
	AskedAt      time.Time           `json:"asked_at"`
	DueAt        time.Time           `json:"due_at"`
	MinutesLeft  int                 `json:"minutes_left"`
	DecidedAt    *time.Time          `json:"decided_at"`
	DecidedBy    string              `json:"decided_by"`
	RejectReason string              `json:"reject_reason"`
	Note         string              `json:"note"`
}

func (s *server) listHandovers(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	filter := stage.HandoverFilter{
		RepID:   q.id("rep_id"),
		State:   oneOf(q, "state", model.HandoverOpen, model.HandoverAccepted, model.HandoverRejected, model.HandoverWithdrawn),
		Overdue: oneOf(q, "overdue", "true", "false") == "true",
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.Inbox(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(h stage.InboxRow) int64 { return h.ID }, func(h stage.InboxRow) handoverResponse {
		return handoverResponse{
			ID: h.ID, ContactID: h.ContactID, ContactName: h.ContactName, CorpName: h.CorpName, AccountID: h.AccountID, AccountName: h.AccountName,
			RepID: h.RepID, RepName: h.RepName, State: h.State, Because: s.because(lang, h.Reason, h.Detail.V), Score: h.Score,
			AskedAt: h.AskedAt, DueAt: h.DueAt, MinutesLeft: h.Left, DecidedAt: h.DecidedAt, DecidedBy: h.DecidedBy,
			RejectReason: h.RejectReason, Note: h.Note,
		}
	})
	return nil
}

func (s *server) acceptHandover(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Stages.Accept(c.Request.Context(), id, principal(c).Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) rejectHandover(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Reason string `json:"reason"`
		Note   string `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.Stages.Reject(c.Request.Context(), id, in.Reason, in.Note, principal(c).Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type handoverRuleBody struct {
	SLAMinutes int    `json:"sla_minutes"`
	WorkFrom   string `json:"work_from"`
	WorkTo     string `json:"work_to"`
	AutoAccept bool   `json:"auto_accept"`
	LeakDays   int    `json:"leak_days"`
}

func (s *server) getHandoverRule(c *gin.Context) error {
	r, err := s.Stages.HandoverRule(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, handoverRuleBody{
		SLAMinutes: r.SLAMinutes, WorkFrom: r.WorkFrom, WorkTo: r.WorkTo, AutoAccept: r.AutoAccept, LeakDays: r.LeakDays,
	})
	return nil
}

func (s *server) setHandoverRule(c *gin.Context) error {
	in, err := decode[handoverRuleBody](c)
	if err != nil {
		return err
	}
	err = s.Stages.SetHandoverRule(c.Request.Context(), model.HandoverRule{
		SLAMinutes: in.SLAMinutes, WorkFrom: in.WorkFrom, WorkTo: in.WorkTo, AutoAccept: in.AutoAccept, LeakDays: in.LeakDays,
	})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, in)
	return nil
}
