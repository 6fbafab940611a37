package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/sop"
)

type flowStep struct {
	StepKey string     `json:"step_key"`
	Name    string     `json:"name"`
	Channel string     `json:"channel"`
	Offset  sop.Offset `json:"offset"`
	Tested  bool       `json:"tested"`
	Removed bool       `json:"removed"`
}

func flowStepOf(s sop.FlowStep) flowStep {
	return flowStep{StepKey: s.Key, Name: s.Name, Channel: s.Channel, Offset: s.Offset, Tested: s.Tested, Removed: s.Removed}
}

type flowResponse struct {
	Version  int        `json:"version"`
	Enrolled int        `json:"enrolled"`
	Nodes    []flowNode `json:"nodes"`
}

type flowNode struct {
	flowStep
	Reached int         `json:"reached"`
	Here    []flowCount `json:"here"`
}

type flowCount struct {
	State  model.EnrollmentState `json:"state"`
	Reason string                `json:"reason"`
	Text   string                `json:"text"`
	Count  int                   `json:"count"`
}

// getFlow shows where the people of a programme are.
func (s *server) getFlow(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	number := q.id("version")
	if err := q.err(); err != nil {
		return err
	}
	f, err := s.Engine.Flow(c.Request.Context(), id, int(number))
	if err != nil {
		return err
	}
	out := flowResponse{Version: f.Number, Enrolled: f.Enrolled, Nodes: make([]flowNode, len(f.Nodes))}
	for i, n := range f.Nodes {
		out.Nodes[i] = flowNode{flowStep: flowStepOf(n.FlowStep), Reached: n.Reached, Here: make([]flowCount, len(n.Here))}
		for k, h := range n.Here {
			out.Nodes[i].Here[k] = flowCount{State: h.State, Reason: h.Reason, Text: s.words(language(c), "reason", h.Reason), Count: h.Count}
		}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type insideResponse struct {
	ID          int64                   `json:"id"`
	ContactID   int64                   `json:"contact_id"`
	GroupID     int64                   `json:"group_id"`
	ContactName string                  `json:"contact_name"`
	CorpName    string                  `json:"corp_name"`
	RepID       int64                   `json:"rep_id"`
	RepName     string                  `json:"rep_name"`
	Run         int                     `json:"run"`
	State       model.EnrollmentState   `json:"state"`
	Reason      string                  `json:"reason"`
	ReasonText  string                  `json:"reason_text"`
	AnchorAt    time.Time               `json:"anchor_at"`
	EnrolledAt  time.Time               `json:"enrolled_at"`
	EndedAt     *time.Time              `json:"ended_at"`
	NextDueAt   *time.Time              `json:"next_due_at"`
	LastError   string                  `json:"last_error"`
	Steps       map[string]insideStatus `json:"steps"`
}

type insideStatus struct {
	TouchID int64      `json:"touch_id"`
	Fate    model.Fate `json:"fate"`
}

func (s *server) insideOf(c *gin.Context, p sop.PersonInside) insideResponse {
	out := insideResponse{
		ID: p.ID, ContactID: model.ContactOf(p.ContactID), GroupID: model.GroupOf(p.ContactID), ContactName: p.ContactName, CorpName: p.CorpName,
		RepID: p.RepID, RepName: p.RepName, Run: p.Run, State: p.State, Reason: p.ExitReason, ReasonText: s.words(language(c), "reason", p.ExitReason),
		AnchorAt: p.AnchorAt, EnrolledAt: p.EnrolledAt, EndedAt: p.EndedAt, NextDueAt: p.NextDueAt, LastError: p.LastError,
		Steps: make(map[string]insideStatus, len(p.Steps)),
	}
	for key, step := range p.Steps {
		out.Steps[key] = insideStatus(step)
	}
	return out
}

// stateInside asks for everybody who has not left.
const stateInside model.EnrollmentState = "inside"

// peopleInside lists the people of a programme.
func (s *server) peopleInside(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	page := q.page()
	f := sop.PeopleFilter{
		Number: int(q.id("version")), Reached: q.text("reached"), Reason: q.text("reason"), Due: q.day("due"),
		State: oneOf(q, "state", stateInside, model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentCompleted, model.EnrollmentExited, model.EnrollmentParked),
	}
	if f.State == stateInside {
		f.State, f.Inside = "", true
	}
	if _, given := c.GetQuery("at"); given {
		at := q.text("at")
		f.At = &at
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Engine.People(c.Request.Context(), id, f, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(p sop.PersonInside) int64 { return p.ID }, func(p sop.PersonInside) insideResponse { return s.insideOf(c, p) })
	return nil
}

type storyResponse struct {
	insideResponse
	SOPID   int64          `json:"sop_id"`
	SOPName string         `json:"sop_name"`
	Version int            `json:"version"`
	Entered linkResponse   `json:"entered"`
	Story   []storyElement `json:"story"`
}

type storyElement struct {
	flowStep
	Day     int            `json:"day"`
	DueAt   *time.Time     `json:"due_at"`
	TouchID *int64         `json:"touch_id"`
	Fate    *model.Fate    `json:"fate"`
	Text    string         `json:"text"` // what became of it, as a sentence
	Chain   []linkResponse `json:"chain"`
}

// getStory tells somebody's run through a programme in order.
func (s *server) getStory(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	story, err := s.Engine.Story(c.Request.Context(), id)
	if err != nil {
		return err
	}
	t := teller{s.Texts, language(c), s.Engine.Config.Zone}
	out := storyResponse{
		insideResponse: s.insideOf(c, story.PersonInside), SOPID: story.SOPID, SOPName: story.SOPName, Version: story.Number,
		Entered: t.linkOf(story.Entered), Story: make([]storyElement, len(story.Steps)),
	}
	for i, step := range story.Steps {
		e := storyElement{flowStep: flowStepOf(step.FlowStep), Day: step.Day, DueAt: step.Due, Text: t.step(step), Chain: convert(step.Chain, t.linkOf)}
		if step.Touch != nil {
			fate := step.Touch.Fate()
			e.TouchID, e.Fate = &step.Touch.ID, &fate
		}
		out.Story[i] = e
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// step says what became of a step: what was done, or why not.
func (t teller) step(s sop.StoryStep) string {
	switch {
	case s.Touch == nil && s.Due == nil:
		return t.texts.Text(t.lang, "story.never")
	case s.Touch == nil:
		return t.texts.Text(t.lang, "story.ahead", t.minute(s.Due))
	}
	fate := s.Touch.Fate()
	key := "story." + string(fate)
	switch fate {
	case model.FateSent:
		return t.texts.Text(t.lang, key, t.minute(s.Touch.SentAt))
	case model.FateDeferred:
		return t.texts.Text(t.lang, key, t.minute(&s.Touch.NotBefore)) + t.because(lastReason(*s.Touch))
	case model.FateWaiting:
		return t.texts.Text(t.lang, key, t.word(string(s.Touch.State), "state"))
	case model.FateSkipped, model.FateFailed, model.FateExpired, model.FateExited:
	}
	return t.texts.Text(t.lang, key) + t.because(s.Touch.Reason)
}

// lastReason is why a touch was put off last.
func lastReason(t model.Touch) string {
	reason := ""
	for _, v := range t.Verdicts.V {
		if v.Reason != "" {
			reason = v.Reason
		}
	}
	return reason
}

type resultsResponse struct {
	Version int          `json:"version"`
	Steps   []stepResult `json:"steps"`
}

type stepResult struct {
	flowStep
	Due       int                `json:"due"`
	Fates     map[model.Fate]int `json:"fates"`
	Reasons   []fateReason       `json:"reasons"`
	Responses int                `json:"responses"`
}

// getResults tells what came of every step of a programme.
func (s *server) getResults(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	number := q.id("version")
	if err := q.err(); err != nil {
		return err
	}
	r, err := s.Engine.Results(c.Request.Context(), id, int(number))
	if err != nil {
		return err
	}
	out := resultsResponse{Version: r.Number, Steps: make([]stepResult, len(r.Steps))}
	for i, step := range r.Steps {
		out.Steps[i] = stepResult{
			flowStep: flowStepOf(step.FlowStep), Due: step.Due, Fates: step.Fates, Responses: step.Responses,
			Reasons: convert(step.Reasons, func(x sop.ResultReason) fateReason {
				return fateReason{Fate: x.Fate, Reason: x.Reason, Text: s.words(language(c), "reason", x.Reason), Count: x.Count}
			}),
		}
	}
	c.JSON(http.StatusOK, out)
	return nil
}
