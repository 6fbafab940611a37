package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/sop"
)

type cohortResponse struct {
	ID        int64     `json:"id"`
	SOPID     int64     `json:"sop_id"`
	SOPName   string    `json:"sop_name"`
	Cohort    string    `json:"cohort"`
	Serial    int       `json:"serial"`
	Tag       string    `json:"tag"`
	Members   int       `json:"members"`
	Marks     int       `json:"marks"`
	CreatedAt time.Time `json:"created_at"`
}

func cohortOf(c sop.Cohort) cohortResponse {
	return cohortResponse{
		ID: c.ID, SOPID: c.SOPID, SOPName: c.SOPName, Cohort: c.Cohort, Serial: c.Serial, Tag: c.Name,
		Members: c.Members, Marks: c.Marks, CreatedAt: c.CreatedAt,
	}
}

func (s *server) listCohorts(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Engine.Cohorts(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r sop.Cohort) int64 { return r.ID }, cohortOf)
	return nil
}

func (s *server) tagBudget(c *gin.Context) error {
	b, err := s.Engine.TagBudget(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"limit": b.Limit, "used": b.Used, "cohorts": b.Cohorts})
	return nil
}
