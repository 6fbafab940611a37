package handler

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/calendar"
	"sixtouch/web"
)

type calendarResponse struct {
	Year  int                   `json:"year"`
	Known bool                  `json:"known"` // its holidays have been announced or entered
	Days  []calendarDayResponse `json:"days"`
}

type calendarDayResponse struct {
	Day  string `json:"day"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	Own  bool   `json:"own"` // the corp's, not the announced one
}

func (s *server) getCalendar(c *gin.Context) error {
	year := s.Clock.Now().Year()
	if text, given := c.GetQuery("year"); given {
		var err error
		if year, err = strconv.Atoi(text); err != nil || year < 2000 || year > 2100 {
			return invalidQuery(map[string]string{"year": "must be a year from 2000 to 2100"})
		}
	}
	days, err := s.Calendar.Days(c.Request.Context())
	if err != nil {
		return err
	}
	out := calendarResponse{Year: year, Known: days.Covers(year), Days: []calendarDayResponse{}}
	for _, d := range days.Year(year) {
		day := calendarDayResponse{Day: d.Day, Kind: d.Kind, Name: d.Name, Own: !d.UpdatedAt.IsZero()}
		if !day.Own {
			day.Name = s.holiday(language(c), d.Name)
		}
		out.Days = append(out.Days, day)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// holiday is the name of an announced holiday in the reader's language; a day
// that the corp has named keeps its name.
func (s *server) holiday(lang web.Lang, name string) string {
	if key := calendar.HolidayKey(name); key != "" {
		return s.Texts.Text(lang, "holiday."+key)
	}
	return name
}

func (s *server) setCalendarDay(c *gin.Context) error {
	in, err := decode[struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	}](c)
	if err != nil {
		return err
	}
	day, err := pathDay(c)
	if err != nil {
		return err
	}
	if err := s.Calendar.Set(c.Request.Context(), model.CalendarDay{Day: day, Kind: in.Kind, Name: in.Name}); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) unsetCalendarDay(c *gin.Context) error {
	day, err := pathDay(c)
	if err != nil {
		return err
	}
	if err := s.Calendar.Unset(c.Request.Context(), day); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func pathDay(c *gin.Context) (string, error) {
	day := c.Param("day")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", model.NotFound("page")
	}
	return day, nil
}
