package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

type dateResponse struct {
	Field     string    `json:"field"`
	Day       string    `json:"day"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (s *server) listDates(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if _, err := s.Contacts.Contact(c.Request.Context(), id); err != nil {
		return err
	}
	rows, err := s.Contacts.Dates(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := list[dateResponse]{Items: make([]dateResponse, len(rows))}
	for i, d := range rows {
		out.Items[i] = dateResponse{Field: d.Field, Day: d.Day, UpdatedAt: d.UpdatedAt}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// Years that dates of people may be in.
const (
	firstYear = 1900
	lastYear  = 2999
)

func (s *server) setDate(c *gin.Context) error {
	in, err := decode[struct {
		Day string `json:"day"`
	}](c)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, in.Day)
	if err != nil || day.Year() < firstYear || day.Year() > lastYear {
		return model.Invalid("day", "must be a day between 1900 and 2999, such as 2026-05-20")
	}
	return s.changeDate(c, &day)
}

func (s *server) clearDate(c *gin.Context) error { return s.changeDate(c, nil) }

func (s *server) changeDate(c *gin.Context, day *time.Time) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Contacts.SetDate(c.Request.Context(), id, c.Param("field"), day); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
