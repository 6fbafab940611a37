package handler

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/sop"
)

type sopRequest struct {
	Name       string         `json:"name"`
	Definition sop.Definition `json:"definition"`
}

type sopEdit struct {
	sopRequest
	Revision string `json:"revision"`
}

type sopResponse struct {
	ID          int64                         `json:"id"`
	Name        string                        `json:"name"`
	State       model.SOPState                `json:"state"`
	LiveSince   *time.Time                    `json:"live_since"`
	CreatedAt   time.Time                     `json:"created_at"`
	UpdatedAt   time.Time                     `json:"updated_at"`
	Enrollments map[model.EnrollmentState]int `json:"enrollments"`
}

type sopDetail struct {
	sopResponse
	Version    int                      `json:"version"` // 0 before the first
	Revision   string                   `json:"revision"`
	Definition json.RawMessage          `json:"definition"`
	Contents   map[string]model.Content `json:"contents"`
	// Variants are the contents of steps with variants, by step and variant.
	Variants map[string]map[string]model.Content `json:"variants"`
	Draft    json.RawMessage                     `json:"draft"`
}

func sopOf(p report.ProgrammeRow) sopResponse {
	return sopResponse{
		ID: p.ID, Name: p.Name, State: p.State, LiveSince: p.LiveSince,
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, Enrollments: p.Enrollments,
	}
}

func (s *server) listSOPs(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Reports.Programmes(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(p report.ProgrammeRow) int64 { return p.ID }, sopOf)
	return nil
}

func (s *server) createSOP(c *gin.Context) error {
	in, err := decode[sopRequest](c)
	if err != nil {
		return err
	}
	made, err := s.Engine.Create(c.Request.Context(), in.Name, in.Definition)
	if err != nil {
		return err
	}
	c.Header("Location", fmt.Sprintf("%s/sops/%d", apiRoot, made.ID))
	return s.writeSOP(c, http.StatusCreated, made.ID)
}

func (s *server) getSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeSOP(c, http.StatusOK, id)
}

func (s *server) writeSOP(c *gin.Context, status int, id int64) error {
	p, err := s.Reports.Programme(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := sopDetail{sopResponse: sopOf(p.ProgrammeRow), Version: p.Number, Contents: p.Contents, Variants: p.Variants, Draft: p.Draft.V}
	out.Revision = sop.Revision(p.Name, p.Draft.V)
	out.Definition = json.RawMessage("null")
	if p.Number > 0 {
		out.Definition = p.Definition
	}
	c.JSON(status, out)
	return nil
}

func (s *server) updateSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[sopEdit](c)
	if err != nil {
		return err
	}
	if _, err := s.Engine.UpdateFrom(c.Request.Context(), id, in.Revision, in.Name, in.Definition); err != nil {
		return err
	}
	return s.writeSOP(c, http.StatusOK, id)
}

// moveSOP makes the endpoint of a command that takes nothing but the SOP.
func (s *server) moveSOP(move func(ctx context.Context, id int64) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		if err := move(c.Request.Context(), id); err != nil {
			return err
		}
		return s.writeSOP(c, http.StatusOK, id)
	}
}

func (s *server) setContent(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	content, err := decode[model.Content](c)
	if err != nil {
		return err
	}
	at := sop.Place{SOPID: id, StepKey: c.Param("key"), Variant: c.Query("variant")}
	if err := s.Engine.SetContent(c.Request.Context(), at, content); err != nil {
		return err
	}
	return s.writeSOP(c, http.StatusOK, id)
}

type summaryResponse struct {
	Steps       []stepSummary                 `json:"steps"`
	Enrollments map[model.EnrollmentState]int `json:"enrollments"`
}

type stepSummary struct {
	StepKey string                   `json:"step_key"`
	Total   int                      `json:"total"`
	States  map[model.TouchState]int `json:"states"`
	Reasons map[string]int           `json:"reasons"`
}

func (s *server) summarizeSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if _, err := s.Reports.Programme(c.Request.Context(), id); err != nil {
		return err
	}
	sum, err := s.Touches.Summary(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := summaryResponse{Steps: make([]stepSummary, len(sum.Steps)), Enrollments: sum.Enrollments}
	for i, step := range sum.Steps {
		out.Steps[i] = stepSummary(step)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type enrollmentResponse struct {
	ID             int64                 `json:"id"`
	SOPID          int64                 `json:"sop_id"`
	VersionID      int64                 `json:"version_id"`
	ContactID      int64                 `json:"contact_id"` // 0 for a customer group
	GroupID        int64                 `json:"group_id"`   // 0 for a contact
	ContactName    string                `json:"contact_name"`
	ExternalUserID string                `json:"external_userid"`
	RepID          int64                 `json:"rep_id"`
	RepName        string                `json:"rep_name"`
	Run            int                   `json:"run"`
	State          model.EnrollmentState `json:"state"`
	ExitReason     string                `json:"exit_reason,omitempty"`
	AnchorAt       time.Time             `json:"anchor_at"`
	AnchorKind     string                `json:"anchor_kind"`
	NextDueAt      *time.Time            `json:"next_due_at"`
	LastError      string                `json:"last_error,omitempty"`
	EnrolledAt     time.Time             `json:"enrolled_at"`
	EndedAt        *time.Time            `json:"ended_at"`
}

func enrollmentOf(e report.Enrollment) enrollmentResponse {
	return enrollmentResponse{
		ID: e.ID, SOPID: e.SOPID, VersionID: e.VersionID, ContactID: model.ContactOf(e.ContactID), GroupID: model.GroupOf(e.ContactID), ContactName: e.ContactName,
		ExternalUserID: e.ExternalUserID, RepID: e.RepID, RepName: e.RepName, Run: e.Run, State: e.State,
		ExitReason: e.ExitReason, AnchorAt: e.AnchorAt, AnchorKind: e.AnchorKind, NextDueAt: e.NextDueAt,
		LastError: e.LastError, EnrolledAt: e.EnrolledAt, EndedAt: e.EndedAt,
	}
}

func (s *server) listEnrollments(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	page := q.page()
	state := oneOf(q, "state", model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentCompleted,
		model.EnrollmentExited, model.EnrollmentParked)
	if err := q.err(); err != nil {
		return err
	}
	if _, err := s.Reports.Programme(c.Request.Context(), id); err != nil {
		return err
	}
	rows, err := s.Reports.Enrollments(c.Request.Context(), id, state, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(e report.Enrollment) int64 { return e.ID }, enrollmentOf)
	return nil
}

func (s *server) enroll(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		ContactIDs []int64 `json:"contact_ids"`
		GroupIDs   []int64 `json:"group_ids"`
		Anchor     string  `json:"anchor"` // of groups
	}](c)
	if err != nil {
		return err
	}
	if len(in.GroupIDs) > 0 == (len(in.ContactIDs) > 0) || in.Anchor != "" && len(in.GroupIDs) == 0 {
		return model.Invalid("contact_ids", "name contacts, or customer groups and their anchor")
	}
	enroll := func() (int, error) { return s.Engine.Enroll(c.Request.Context(), id, in.ContactIDs) }
	if len(in.GroupIDs) > 0 {
		enroll = func() (int, error) { return s.Engine.EnrollGroups(c.Request.Context(), id, in.GroupIDs, in.Anchor) }
	}
	n, err := enroll()
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"enrolled": n})
	return nil
}

func (s *server) exit(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Engine.Exit(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
