package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/web"
)

// forecastDays is how far the forecast looks when it is not told.
const forecastDays = 14

type forecastResponse struct {
	From          time.Time          `json:"from"`
	Until         time.Time          `json:"until"`
	CompleteUntil time.Time          `json:"complete_until"`
	People        int                `json:"people"`
	Total         int                `json:"total"`
	Touches       []prospectResponse `json:"touches"`
	Load          []loadResponse     `json:"load"`
	IfAddedToday  []expectedResponse `json:"if_added_today"`
}

type prospectResponse struct {
	SOPID       int64            `json:"sop_id"`
	SOPName     string           `json:"sop_name"`
	StepKey     string           `json:"step_key"`
	StepName    string           `json:"step_name"`
	Variant     string           `json:"variant"`
	Channel     string           `json:"channel"`
	ContactID   int64            `json:"contact_id"` // 0 for a customer group
	GroupID     int64            `json:"group_id"`   // 0 for a contact
	ContactName string           `json:"contact_name"`
	RepID       int64            `json:"rep_id"`
	RepName     string           `json:"rep_name"`
	DueAt       time.Time        `json:"due_at"`
	At          time.Time        `json:"at"`
	State       model.TouchState `json:"state"`
	Reason      string           `json:"reason"`
	ReasonText  string           `json:"reason_text"`
	Moved       string           `json:"moved"`
	MovedText   string           `json:"moved_text"`
	Holiday     string           `json:"holiday"`
	Held        bool             `json:"held"`
}

type loadResponse struct {
	Day     string `json:"day"`
	RepID   int64  `json:"rep_id"`
	RepName string `json:"rep_name"`
	Touches int    `json:"touches"`
	Calls   int    `json:"calls"`
	Skipped int    `json:"skipped"`
}

type expectedResponse struct {
	StepKey    string    `json:"step_key"`
	Channel    string    `json:"channel"`
	DueAt      time.Time `json:"due_at"`
	Reason     string    `json:"reason"`
	ReasonText string    `json:"reason_text"`
	Holiday    string    `json:"holiday"`
	Limit      string    `json:"limit"`
	LimitText  string    `json:"limit_text"`
	At         time.Time `json:"at"`
	Skipped    bool      `json:"skipped"`
}

func (s *server) forecast(c *gin.Context) error {
	q := queryOf(c)
	ask := sop.Question{
		ContactID: q.who("contact", "group"), RepID: q.id("rep"), SOPID: q.id("sop"), Days: int(q.id("days")),
		Draft: oneOf(q, "draft", "true", "false") == "true",
	}
	if _, given := c.GetQuery("days"); !given {
		ask.Days = forecastDays
	}
	if err := q.err(); err != nil {
		return err
	}
	o, err := s.Engine.Outlook(c.Request.Context(), ask)
	if err != nil {
		return err
	}
	lang := language(c)
	out := forecastResponse{
		From: o.From, Until: o.Until, CompleteUntil: o.CompleteUntil, People: o.People, Total: o.Total,
		Touches: make([]prospectResponse, len(o.Touches)), Load: make([]loadResponse, len(o.Load)),
		IfAddedToday: make([]expectedResponse, len(o.IfAddedToday)),
	}
	for i, p := range o.Touches {
		out.Touches[i] = s.prospectOf(lang, p)
	}
	for i, l := range o.Load {
		out.Load[i] = loadResponse(l)
	}
	for i, x := range o.IfAddedToday {
		r := expectedResponse{
			StepKey: x.Step, Channel: x.Channel, DueAt: x.Due.UTC(), Reason: x.Reason, ReasonText: s.words(lang, "forecast", x.Reason), Holiday: s.holiday(lang, x.Holiday),
			Limit: x.Limit, LimitText: s.words(lang, "reason", x.Limit), At: x.Due.UTC(), Skipped: x.Skipped,
		}
		if !x.At.IsZero() {
			r.At = x.At.UTC()
		}
		out.IfAddedToday[i] = r
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) prospectOf(lang web.Lang, p sop.Prospect) prospectResponse {
	return prospectResponse{
		SOPID: p.SOPID, SOPName: p.SOPName, StepKey: p.StepKey, StepName: p.StepName, Variant: p.Variant, Channel: p.Channel,
		ContactID: model.ContactOf(p.ContactID), GroupID: model.GroupOf(p.ContactID), ContactName: p.ContactName, RepID: p.RepID, RepName: p.RepName, DueAt: p.DueAt, At: p.At,
		State: p.State, Reason: p.Reason, ReasonText: s.words(lang, "reason", p.Reason),
		Moved: p.Moved, MovedText: s.words(lang, "forecast", p.Moved), Holiday: s.holiday(lang, p.Holiday), Held: p.Held,
	}
}
