package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/touch"
)

// touchView is a touch as pages show it.
type touchView struct {
	touch.Row
	At time.Time // when it went out, or was due
}

func touchViewOf(r touch.Row) touchView {
	v := touchView{Row: r, At: r.DueAt}
	if r.SentAt != nil {
		v.At = *r.SentAt
	}
	return v
}

// GroupID is the customer group; 0 for a contact.
func (v touchView) GroupID() int64 { return model.GroupOf(v.ContactID) }

// Why is the reason, unless the state says it already.
func (v touchView) Why() string {
	if v.Reason == string(v.State) {
		return ""
	}
	return v.Reason
}

// Verdicts are the gates' words.
func (v touchView) Verdicts() []model.Verdict { return v.Touch.Verdicts.V }

type touchesBody struct {
	ContactID  int64
	GroupID    int64
	Day        string
	SOPs, Reps []option
	States     []option
	Filtered   bool
	Rows       []touchView
	More       string
}

func (p *Pages) touches(c *gin.Context) error {
	ctx := c.Request.Context()
	q := queryOf(c)
	page := q.page()
	f := touch.Filter{
		ContactID: q.who("contact_id", "group_id"), SOPID: q.id("sop_id"), RepID: q.id("rep_id"), Day: q.text("day"),
		State: oneOf(q, "state", touchStates()...),
	}
	if err := q.err(); err != nil {
		return err
	}
	if f == (touch.Filter{State: f.State}) && f.State != "" {
		f.Day = p.Clock.Now().In(p.Zone).Format(time.DateOnly) // a state alone would read the whole log
	}
	rows, err := p.Touches.List(ctx, f, page)
	if err != nil {
		return err
	}
	body := touchesBody{
		ContactID: model.ContactOf(f.ContactID), GroupID: model.GroupOf(f.ContactID), Day: f.Day, Filtered: f != touch.Filter{},
		More: nextPage(c, page, len(rows), func() int64 { return rows[len(rows)-1].ID }),
	}
	for _, r := range rows {
		body.Rows = append(body.Rows, touchViewOf(r))
	}
	for _, state := range touchStates() {
		body.States = append(body.States, option{Value: string(state), Chosen: state == f.State})
	}
	if body.Reps, err = p.repOptions(c, f.RepID); err != nil {
		return err
	}
	sops, err := p.Reports.Programmes(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return err
	}
	for _, s := range sops {
		body.SOPs = append(body.SOPs, optionOf(s.ID, s.Name, f.SOPID))
	}
	return p.show(c, http.StatusOK, "touches", body)
}
