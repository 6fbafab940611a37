package handler

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/service/report"
	"sixtouch/service/touch"
)

type contactsBody struct {
	Query     string
	TagGroups []optionGroup
	Reps      []option
	Filtered  bool
	Rows      []contactView
	More      string
}

type optionGroup struct {
	Name string
	Tags []option
}

// contactView is a contact as pages show them.
type contactView struct{ contact.Row }

// Company is what WeCom says, else what a rep noted.
func (v contactView) Company() string {
	if v.CorpName != "" {
		return v.CorpName
	}
	for _, r := range v.Relationships {
		if r.RemarkCompany != "" {
			return r.RemarkCompany
		}
	}
	return ""
}

// TagNames are the tags that are on with any rep, each once.
func (v contactView) TagNames() []string {
	var names []string
	for _, t := range v.Tags {
		if t.RemovedAt == nil && !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

func (p *Pages) contacts(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	f := contact.Filter{RepID: q.id("rep_id"), TagID: q.id("tag_id"), Query: q.text("q")}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := p.Contacts.Contacts(c.Request.Context(), f, page)
	if err != nil {
		return err
	}
	body := contactsBody{
		Query: f.Query, Filtered: f != contact.Filter{},
		More: nextPage(c, page, len(rows), func() int64 { return rows[len(rows)-1].ID }),
	}
	for _, r := range rows {
		body.Rows = append(body.Rows, contactView{r})
	}
	if body.Reps, err = p.repOptions(c, f.RepID); err != nil {
		return err
	}
	if body.TagGroups, err = p.tagOptions(c.Request.Context(), f.TagID); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "contacts", body)
}

func (p *Pages) tagOptions(ctx context.Context, chosen int64) ([]optionGroup, error) {
	tags, err := p.Contacts.Tags(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return nil, err
	}
	var groups []optionGroup
	for _, t := range tags {
		i := slices.IndexFunc(groups, func(g optionGroup) bool { return g.Name == t.Group })
		if i < 0 {
			i = len(groups)
			groups = append(groups, optionGroup{Name: t.Group})
		}
		groups[i].Tags = append(groups[i].Tags, optionOf(t.ID, t.Name, chosen))
	}
	return groups, nil
}

type contactBody struct {
	contactView
	Events         []eventView
	Participations []participationView
}

// eventView is a line of the timeline: a touch of ours, or an activity.
type eventView struct {
	At           time.Time
	Touch        *touchView
	Kind         model.ActivityKind
	Detail       string
	Answer       string
	ChannelState string
	RepName      string
}

type participationView struct {
	report.Participant
	SOPName string
}

// timelineLength bounds each half of the timeline.
const timelineLength = 100

func (p *Pages) contact(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := p.Contacts.Contact(ctx, id)
	if err != nil {
		return err
	}
	body := contactBody{contactView: contactView{row}}
	page := model.Page{Limit: timelineLength}
	touches, err := p.Touches.List(ctx, touch.Filter{ContactID: id}, page)
	if err != nil {
		return err
	}
	happenings, err := p.Reports.Happenings(ctx, id, page)
	if err != nil {
		return err
	}
	body.Events = timeline(touches, happenings)
	if body.Participations, err = p.participations(ctx, id); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "contact", body)
}

// timeline joins what we did and what happened, the newest first.
func timeline(touches []touch.Row, happenings []report.Happening) []eventView {
	events := make([]eventView, 0, len(touches)+len(happenings))
	for _, t := range touches {
		view := touchViewOf(t)
		events = append(events, eventView{At: view.At, Touch: &view})
	}
	for _, h := range happenings {
		events = append(events, eventView{
			At: h.OccurredAt, Kind: h.Kind, Detail: h.TagName, Answer: h.Data.V.Answer,
			ChannelState: h.Data.V.ChannelState, RepName: h.RepName,
		})
	}
	slices.SortStableFunc(events, func(a, b eventView) int { return b.At.Compare(a.At) })
	return events
}

func (p *Pages) participations(ctx context.Context, contactID int64) ([]participationView, error) {
	found, err := p.Reports.Participations(ctx, contactID)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	sops, err := p.Reports.Programmes(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return nil, err
	}
	for _, s := range sops {
		names[s.ID] = s.Name
	}
	views := make([]participationView, len(found))
	for i, f := range found {
		views[i] = participationView{f, names[f.SOPID]}
	}
	return views, nil
}
