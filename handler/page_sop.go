package handler

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/sop"
)

func (p *Pages) sops(c *gin.Context) error {
	rows, err := p.Reports.Programmes(c.Request.Context(), model.Page{Limit: model.PageLimit})
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "sops", rows)
}

func (p *Pages) moveSOP(move func(context.Context, int64) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		if err := move(c.Request.Context(), id); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, fmt.Sprintf("/sops/%d", id))
		return nil
	}
}

type sopBody struct {
	report.Programme
	Definition           sop.Definition
	WindowFrom, WindowTo string
	Steps                []stepView
	Ruler                *ruler
	EnrollmentStates     []named
	Resume               *sop.ResumePreview // paused
	Parked               []report.Enrollment
	People               []personView
	More                 string
}

// stepView is a step with its place in time and what became of it.
type stepView struct {
	Number   int
	Key      string
	Name     string
	Channel  string
	Offset   time.Duration // from the start of the anchor's day, or from the anchor
	Welcome  bool
	HasDay   bool
	Day      int
	At       string
	After    string
	Filtered bool
	Content  *model.Content
	TagNames []string
	Bar      bar
}

// personView is who is where.
type personView struct {
	report.Participant
	Beads    []bead
	NextStep string
}

type bead struct {
	Number int
	State  model.TouchState
}

func (p *Pages) sop(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	programme, err := p.Reports.Programme(ctx, id)
	if err != nil {
		return err
	}
	body := sopBody{Programme: programme, WindowFrom: "09:00", WindowTo: "20:30"}
	if body.Definition, err = sop.ParseDefinition(programme.Definition); err != nil {
		return fmt.Errorf("read definition of SOP %d: %w", id, err)
	}
	body.WindowFrom = cmp.Or(body.Definition.Window.From, body.WindowFrom)
	body.WindowTo = cmp.Or(body.Definition.Window.To, body.WindowTo)
	tags, err := p.tagNames(ctx)
	if err != nil {
		return err
	}
	body.Steps = stepViews(programme, body.Definition, tags)
	body.Ruler = rulerOf(body.Steps)
	for _, state := range []model.EnrollmentState{
		model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentCompleted, model.EnrollmentExited, model.EnrollmentParked,
	} {
		if n := programme.Enrollments[state]; n > 0 {
			body.EnrollmentStates = append(body.EnrollmentStates, named{string(state), n})
		}
	}
	if programme.State == model.SOPPaused {
		preview, err := p.Engine.PreviewResume(ctx, id)
		if err != nil {
			return err
		}
		body.Resume = &preview
	}
	if programme.Enrollments[model.EnrollmentParked] > 0 {
		body.Parked, err = p.Reports.Enrollments(ctx, id, model.EnrollmentParked, model.Page{Limit: parkedShown})
		if err != nil {
			return err
		}
	}
	people, err := p.Reports.Participants(ctx, id, page)
	if err != nil {
		return err
	}
	for _, someone := range people {
		body.People = append(body.People, personViewOf(someone, body.Steps))
	}
	body.More = nextPage(c, page, len(people), func() int64 { return people[len(people)-1].ID })
	return p.show(c, http.StatusOK, "sop", body)
}

func (p *Pages) tagNames(ctx context.Context) (map[int64]string, error) {
	tags, err := p.Contacts.Tags(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(tags))
	for _, t := range tags {
		names[t.ID] = t.Name
	}
	return names, nil
}

// stepViews lists the steps in the order in which they fall due.
func stepViews(p report.Programme, d sop.Definition, tags map[int64]string) []stepView {
	views := make([]stepView, len(d.Steps))
	for i, s := range d.Steps {
		v := stepView{
			Key: s.Key, Name: s.Name, Channel: s.Channel, Welcome: s.Channel == sop.ChannelWelcome,
			At: s.Offset.At, After: s.Offset.After.String(), Offset: time.Duration(s.Offset.After),
			Filtered: !s.Filter.Everybody(), Content: s.Content,
		}
		if s.Offset.Day != nil {
			v.HasDay, v.Day = true, *s.Offset.Day
			v.Offset = time.Duration(v.Day)*24*time.Hour + timeOfDay(s.Offset.At)
		}
		if content, ok := p.Contents[s.Key]; ok {
			v.Content = &content
		}
		for _, id := range slices.Concat(s.AddTags, s.RemoveTags) {
			v.TagNames = append(v.TagNames, tags[id])
		}
		var counts []report.StepCount
		for _, n := range p.Steps {
			if n.StepKey == s.Key {
				counts = append(counts, n)
			}
		}
		v.Bar = barOf(counts, "sop.none_due")
		views[i] = v
	}
	slices.SortStableFunc(views, func(a, b stepView) int { return cmp.Compare(a.Offset, b.Offset) })
	for i := range views {
		views[i].Number = i + 1
	}
	return views
}

func timeOfDay(hhmm string) time.Duration {
	t, err := time.Parse("15:04", hhmm)
	if err != nil { // publishing checked it; a draft may lack it
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

func personViewOf(someone report.Participant, steps []stepView) personView {
	v := personView{Participant: someone}
	for _, s := range steps {
		state := someone.Done[s.Key]
		v.Beads = append(v.Beads, bead{s.Number, state})
		if state == "" && !s.Welcome && v.NextStep == "" {
			v.NextStep = cmp.Or(s.Name, s.Key)
		}
	}
	return v
}

// ruler draws the steps to scale on a line of days. Its measures are pixels.
type ruler struct {
	Width, From, To int
	Days            []rulerDay
	Marks           []rulerMark
}

type rulerDay struct{ X, Day int }

type rulerMark struct {
	X, Y, TextY int
	Number      int
	Channel     string
}

const (
	rulerWidth  = 1080
	rulerMargin = 24
	rulerDayMin = 44 // narrower days would run into each other's names
	rulerLine   = 40
	rulerAbove  = 16 // where a mark goes that would cover its neighbour
	rulerDot    = 20 // a mark with the air around it
)

// rulerOf returns nil for steps that span no time.
func rulerOf(steps []stepView) *ruler {
	if len(steps) == 0 {
		return nil
	}
	days := int(steps[len(steps)-1].Offset/(24*time.Hour)) + 1
	perDay := max(rulerDayMin, (rulerWidth-2*rulerMargin)/days)
	r := &ruler{Width: days*perDay + 2*rulerMargin, From: rulerMargin, To: rulerMargin + days*perDay}
	for day := range days {
		r.Days = append(r.Days, rulerDay{rulerMargin + day*perDay, day})
	}
	last := -rulerDot
	for _, s := range steps {
		m := rulerMark{X: rulerMargin + int(s.Offset.Hours()/24*float64(perDay)), Y: rulerLine, Number: s.Number, Channel: s.Channel}
		if m.X-last < rulerDot {
			m.Y = rulerAbove
		}
		m.TextY = m.Y + 4
		last = m.X
		r.Marks = append(r.Marks, m)
	}
	return r
}
