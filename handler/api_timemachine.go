package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/sop"
)

// legOf is a leg of the time machine, as it is asked for and as it is answered
// for the next request.
type legOf struct {
	Days  int        `json:"days"`
	Until *time.Time `json:"until,omitempty"`
	After int64      `json:"after,omitempty"`
	Most  int        `json:"most,omitempty"`
}

type pastResponse struct {
	From       time.Time  `json:"from"`
	Until      time.Time  `json:"until"`
	Progress   float64    `json:"progress"`
	Activities int        `json:"activities"`
	Entered    int        `json:"entered"`
	Load       []pastLoad `json:"load"`
	Next       *legOf     `json:"next"`
}

type pastLoad struct {
	Day     string `json:"day"`
	RepID   int64  `json:"rep_id"`
	RepName string `json:"rep_name"`
	Touches int    `json:"touches"`
	Skipped int    `json:"skipped"`
}

func (s *server) timeMachine(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[legOf](c)
	if err != nil {
		return err
	}
	leg := sop.Leg{SOPID: id, Days: in.Days, After: in.After, Most: in.Most}
	if in.Until != nil {
		leg.Until = *in.Until
	}
	p, err := s.Engine.TimeMachine(c.Request.Context(), leg)
	if err != nil {
		return err
	}
	out := pastResponse{
		From: p.From, Until: p.Until, Progress: p.Progress, Activities: p.Activities, Entered: p.Entered, Load: make([]pastLoad, len(p.Load)),
	}
	for i, l := range p.Load {
		out.Load[i] = pastLoad{Day: l.Day, RepID: l.RepID, RepName: l.RepName, Touches: l.Touches, Skipped: l.Skipped}
	}
	if p.Next != nil {
		out.Next = &legOf{Days: p.Next.Days, Until: &p.Next.Until, After: p.Next.After, Most: p.Next.Most}
	}
	c.JSON(http.StatusOK, out)
	return nil
}
