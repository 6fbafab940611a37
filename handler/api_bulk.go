package handler

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/sop"
)

type bulkRequest struct {
	Source     string          `json:"source"`
	ContactIDs []int64         `json:"contact_ids"`
	AudienceID int64           `json:"audience_id"`
	Filter     audience.Filter `json:"filter"`
	Anchor     string          `json:"anchor"`
	DryRun     bool            `json:"dry_run"`
}

type jobResponse struct {
	ID          int64          `json:"id"`
	SOPID       int64          `json:"sop_id"`
	Source      string         `json:"source"`
	AudienceID  int64          `json:"audience_id,omitempty"`
	Anchor      string         `json:"anchor"`
	DryRun      bool           `json:"dry_run"`
	State       model.JobState `json:"state"`
	Total       int            `json:"total"`
	Entered     int            `json:"entered"`
	AlreadyIn   int            `json:"already_in"`
	Past        int            `json:"past"`
	Unreachable int            `json:"unreachable"`
	Failed      int            `json:"failed"`
	LastError   string         `json:"last_error,omitempty"`
	CreatedBy   string         `json:"created_by"`
	CreatedAt   time.Time      `json:"created_at"`
	UpdatedAt   time.Time      `json:"updated_at"`
	FinishedAt  *time.Time     `json:"finished_at"`
}

func jobOf(j model.EnrollmentJob) jobResponse {
	return jobResponse{
		ID: j.ID, SOPID: j.SOPID, Source: j.Source, AudienceID: j.AudienceID, Anchor: j.Anchor, DryRun: j.DryRun, State: j.State,
		Total: j.Total, Entered: j.Entered, AlreadyIn: j.AlreadyIn, Past: j.Past, Unreachable: j.Unreachable, Failed: j.Failed,
		LastError: j.LastError, CreatedBy: j.CreatedBy, CreatedAt: j.CreatedAt, UpdatedAt: j.UpdatedAt, FinishedAt: j.FinishedAt,
	}
}

func (s *server) enrollBulk(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[bulkRequest](c)
	if err != nil {
		return err
	}
	job, err := s.Engine.EnrollBulk(c.Request.Context(), id, sop.Bulk{
		Source: in.Source, ContactIDs: in.ContactIDs, AudienceID: in.AudienceID, Filter: in.Filter, Anchor: in.Anchor,
		DryRun: in.DryRun, By: principal(c).Name,
	})
	if err != nil {
		return err
	}
	c.Header("Location", fmt.Sprintf("%s/enrollment-jobs/%d", apiRoot, job.ID))
	c.JSON(http.StatusAccepted, jobOf(job))
	return nil
}

func (s *server) listJobs(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Engine.Jobs(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(j model.EnrollmentJob) int64 { return j.ID }, jobOf)
	return nil
}

func (s *server) getJob(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeJob(c, id)
}

func (s *server) cancelJob(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Engine.CancelJob(c.Request.Context(), id); err != nil {
		return err
	}
	return s.writeJob(c, id)
}

func (s *server) writeJob(c *gin.Context, id int64) error {
	job, err := s.Engine.Job(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, jobOf(job))
	return nil
}

type holdoutBody struct {
	Percent float64 `json:"percent"`
}

func (s *server) getHoldout(c *gin.Context) error {
	percent, err := s.Engine.GlobalHoldout(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, holdoutBody{percent})
	return nil
}

func (s *server) setHoldout(c *gin.Context) error {
	in, err := decode[holdoutBody](c)
	if err != nil {
		return err
	}
	if err := s.Engine.SetGlobalHoldout(c.Request.Context(), in.Percent); err != nil {
		return err
	}
	c.JSON(http.StatusOK, in)
	return nil
}
