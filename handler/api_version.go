package handler

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/sop"
	"sixtouch/web"
)

type publishRequest struct {
	Move         bool             `json:"move"`
	Filter       audience.Filter  `json:"filter"`
	FinishedDays int              `json:"finished_days"`
	Resume       model.ChangeKind `json:"resume"`
}

func (s *server) publishSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decodeOptional[publishRequest](c)
	if err != nil {
		return err
	}
	_, err = s.Engine.PublishWith(c.Request.Context(), id, sop.Publishing{
		By: principal(c).Name, Move: in.Move, Filter: in.Filter, FinishedDays: in.FinishedDays, Resume: in.Resume,
	})
	if err != nil {
		return err
	}
	return s.writeSOP(c, http.StatusOK, id)
}

// decodeOptional reads a JSON body that may be left out.
func decodeOptional[T any](c *gin.Context) (T, error) {
	if c.Request.ContentLength == 0 {
		var none T
		return none, nil
	}
	return decode[T](c)
}

func (s *server) resumeSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decodeOptional[resumeRequest](c)
	if err != nil {
		return err
	}
	if err := s.Engine.Resume(c.Request.Context(), id, in.how(), principal(c).Name); err != nil {
		return err
	}
	return s.writeSOP(c, http.StatusOK, id)
}

type resumeRequest struct {
	How model.ChangeKind `json:"how"`
}

// how is shift unless the request says otherwise.
func (r resumeRequest) how() model.ChangeKind {
	if r.How == "" {
		return model.ChangeShift
	}
	return r.How
}

type resumePreview struct {
	PausedAt time.Time `json:"paused_at"`
	Stopped  bool      `json:"stopped"`
	Resuming bool      `json:"resuming"`
	People   int       `json:"people"`
	Waiting  int       `json:"waiting"`
	Passed   int       `json:"passed"`
}

func (s *server) previewResume(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	p, err := s.Engine.PreviewResume(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, resumePreview(p))
	return nil
}

type diffResponse struct {
	From   int            `json:"from"`
	To     int            `json:"to"`
	Edits  []editResponse `json:"edits"`
	People diffCounts     `json:"people"`
}

type editResponse struct {
	Kind     string    `json:"kind"`
	StepKey  string    `json:"step_key,omitempty"`
	Number   int       `json:"number,omitempty"`
	From     *sop.Step `json:"from,omitempty"`
	To       *sop.Step `json:"to,omitempty"`
	Affected int       `json:"affected"`
	Passed   int       `json:"passed"`
	Sentence string    `json:"sentence"`
}

type diffCounts struct {
	Counted int  `json:"counted"`
	Partial bool `json:"partial"`
	Stay    int  `json:"stay"`
	Move    int  `json:"move"`
	Gain    int  `json:"gain"`
	Lose    int  `json:"lose"`
	Earlier int  `json:"earlier"`
	Passed  int  `json:"passed"`
}

// number reads a version's number; 0 when it is not given.
func (q *query) number(name string) int {
	text, given := q.c.GetQuery(name)
	n, err := strconv.Atoi(text)
	if given && (err != nil || n < 0) {
		q.faults[name] = "must be a version's number"
	}
	return n
}

func (s *server) diffSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	from, to := q.number("from"), q.number("to")
	if err := q.err(); err != nil {
		return err
	}
	d, err := s.Engine.Diff(c.Request.Context(), id, from, to)
	if err != nil {
		return err
	}
	out := diffResponse{From: d.From, To: d.To, Edits: make([]editResponse, len(d.Edits)), People: diffCounts(d.People)}
	for i, e := range d.Edits {
		out.Edits[i] = editResponse{
			Kind: e.Kind, StepKey: e.StepKey(), Number: e.Number, From: e.From, To: e.To,
			Affected: e.Affected, Passed: e.Passed, Sentence: editSentence(s.Texts, language(c), e),
		}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type diffPerson struct {
	EnrollmentID int64      `json:"enrollment_id"`
	ContactID    int64      `json:"contact_id"` // 0 for a customer group
	GroupID      int64      `json:"group_id"`   // 0 for a contact
	ContactName  string     `json:"contact_name"`
	NextDueAt    *time.Time `json:"next_due_at"`
	NewDueAt     *time.Time `json:"new_due_at"`
	Gained       []string   `json:"gained"`
	Lost         []string   `json:"lost"`
	Passed       []string   `json:"passed"`
}

func (s *server) diffPeople(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	page, to, way := q.page(), q.number("to"), q.text("way")
	if err := q.err(); err != nil {
		return err
	}
	rows, next, err := s.Engine.DiffPeople(c.Request.Context(), id, to, way, page)
	if err != nil {
		return err
	}
	out := list[diffPerson]{Items: make([]diffPerson, len(rows))}
	for i, r := range rows {
		out.Items[i] = diffPerson{
			EnrollmentID: r.Enrollment.ID, NextDueAt: r.Enrollment.NextDueAt, NewDueAt: r.Next,
			ContactID: model.ContactOf(r.Enrollment.ContactID), GroupID: model.GroupOf(r.Enrollment.ContactID), ContactName: r.Name,
			Gained: append([]string{}, r.Gained...), Lost: append([]string{}, r.Lost...), Passed: append([]string{}, r.Passed...),
		}
	}
	if next > 0 {
		out.NextCursor = cursorAt(next)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// editSentence says in words what an edit changes, such as "step 4 moves from
// day 3 to day 5: 212 people affected, 18 have passed it".
func editSentence(texts *web.Catalogue, lang web.Lang, e sop.Edit) string {
	say := func(key string, args ...any) string { return texts.Text(lang, key, args...) }
	what := say("edit." + e.Kind)
	switch {
	case e.From == nil && e.To == nil:
		return say("edit.programme", what, e.Affected)
	case e.From == nil:
		what = say("edit.step_added.to", offsetWords(texts, lang, e.To.Offset), channelWord(texts, lang, e.To.Channel))
	case e.To == nil:
		what = say("edit.step_removed.from", offsetWords(texts, lang, e.From.Offset), channelWord(texts, lang, e.From.Channel))
	case e.Kind == sop.EditStepMoved:
		what = say("edit.step_moved.between", offsetWords(texts, lang, e.From.Offset), offsetWords(texts, lang, e.To.Offset))
	case e.Kind == sop.EditStepChannel:
		what = say("edit.step_channel.between", channelWord(texts, lang, e.From.Channel), channelWord(texts, lang, e.To.Channel))
	}
	name := e.StepKey()
	if e.To != nil && e.To.Name != "" {
		name = e.To.Name
	} else if e.To == nil && e.From.Name != "" {
		name = e.From.Name
	}
	return say("edit.step", e.Number, name, what, e.Affected, e.Passed)
}

func channelWord(texts *web.Catalogue, lang web.Lang, name string) string {
	if key := "channel." + name; texts.Has(key) {
		return texts.Text(lang, key)
	}
	return name
}

// offsetWords says when a step is due.
func offsetWords(texts *web.Catalogue, lang web.Lang, o sop.Offset) string {
	var words string
	switch {
	case o.Workday != 0:
		words = texts.Text(lang, "offset.workday", o.Workday)
	case o.Month != 0:
		words = texts.Text(lang, "offset.month", o.Month)
	case o.Week != 0:
		words = texts.Text(lang, "offset.week", o.Week)
	case o.Day != nil:
		words = texts.Text(lang, "sop.day", *o.Day)
	case o.After != 0:
		return texts.Text(lang, "sop.after", o.After.String())
	default:
		return texts.Text(lang, "sop.at_once")
	}
	if o.At != "" {
		words += " " + o.At
	}
	return words
}

// changeResponse is work on a programme's people, under way or done.
type changeResponse struct {
	ID         int64             `json:"id"`
	Kind       model.ChangeKind  `json:"kind"`
	State      model.ChangeState `json:"state"`
	Changed    int               `json:"changed"`
	CreatedAt  time.Time         `json:"created_at"`
	CreatedBy  string            `json:"created_by"`
	FinishedAt *time.Time        `json:"finished_at"`
}

func (s *server) listChanges(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Engine.Changes(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r model.SOPChange) int64 { return r.ID }, func(r model.SOPChange) changeResponse {
		return changeResponse{ID: r.ID, Kind: r.Kind, State: r.State, Changed: r.Changed, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, FinishedAt: r.FinishedAt}
	})
	return nil
}

type versionResponse struct {
	Number      int             `json:"number"`
	Definition  json.RawMessage `json:"definition"`
	PublishedAt time.Time       `json:"published_at"`
	PublishedBy string          `json:"published_by"`
}

func (s *server) listVersions(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Engine.Versions(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(v model.SOPVersion) int64 { return v.ID }, func(v model.SOPVersion) versionResponse {
		return versionResponse{Number: v.Number, Definition: v.Definition.V, PublishedAt: v.PublishedAt, PublishedBy: v.PublishedBy}
	})
	return nil
}
