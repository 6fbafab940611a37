package handler

import (
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
)

type contactRunResponse struct {
	ID         int64                 `json:"id"`
	SOPID      int64                 `json:"sop_id"`
	SOPName    string                `json:"sop_name"`
	RepID      int64                 `json:"rep_id"`
	RepName    string                `json:"rep_name"`
	Run        int                   `json:"run"`
	State      model.EnrollmentState `json:"state"`
	Reason     string                `json:"reason"`
	ReasonText string                `json:"reason_text"`
	AnchorAt   time.Time             `json:"anchor_at"`
	EnrolledAt time.Time             `json:"enrolled_at"`
	EndedAt    *time.Time            `json:"ended_at"`
	NextDueAt  *time.Time            `json:"next_due_at"`
}

// listProgrammesOf lists the programmes that a contact is or was in.
func (s *server) listProgrammesOf(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Reports.ProgrammesOf(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(r report.ContactRun) int64 { return r.ID }, func(r report.ContactRun) contactRunResponse {
		return contactRunResponse{
			ID: r.ID, SOPID: r.SOPID, SOPName: r.SOPName, RepID: r.RepID, RepName: r.RepName, Run: r.Run, State: r.State,
			Reason: r.ExitReason, ReasonText: s.words(lang, "reason", r.ExitReason),
			AnchorAt: r.AnchorAt, EnrolledAt: r.EnrolledAt, EndedAt: r.EndedAt, NextDueAt: r.NextDueAt,
		}
	})
	return nil
}
