package handler

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/sop"
	"sixtouch/web"
)

type stopResponse struct {
	StoppedAt    *time.Time `json:"stopped_at"`
	StoppedBy    string     `json:"stopped_by,omitempty"`
	Held         int        `json:"held"`
	Open         int        `json:"open"`
	Cancelling   int        `json:"cancelling"`
	Cancelled    int        `json:"cancelled"`
	NotStoppable int        `json:"not_stoppable"`
}

// writeStop answers with how far a kill switch is; 0 is the corp's.
func (s *server) writeStop(c *gin.Context, sopID int64) error {
	st, err := s.Engine.StopStatus(c.Request.Context(), sopID)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, stopResponse{
		StoppedAt: st.At, StoppedBy: st.By, Held: st.Held, Open: st.Open,
		Cancelling: st.Cancelling, Cancelled: st.Cancelled, NotStoppable: st.NotStoppable,
	})
	return nil
}

func (s *server) stopStatus(c *gin.Context) error { return s.writeStop(c, 0) }

func (s *server) stopAll(c *gin.Context) error {
	if err := s.Engine.StopAll(c.Request.Context(), principal(c).Name); err != nil {
		return err
	}
	return s.writeStop(c, 0)
}

func (s *server) resumeAll(c *gin.Context) error {
	in, err := decodeOptional[resumeRequest](c)
	if err != nil {
		return err
	}
	if err := s.Engine.ResumeAll(c.Request.Context(), in.how(), principal(c).Name); err != nil {
		return err
	}
	return s.writeStop(c, 0)
}

func (s *server) sopStopStatus(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeStop(c, id)
}

func (s *server) stopSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Engine.Stop(c.Request.Context(), id); err != nil {
		return err
	}
	return s.writeStop(c, id)
}

func (s *server) redriveEnrollment(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Engine.Redrive(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) redriveSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	n, err := s.Engine.RedriveAll(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"redriven": n})
	return nil
}

type backlogCount struct {
	State            report.BacklogState `json:"state"`
	Count            int                 `json:"count"`
	More             bool                `json:"more"`
	OldestAt         *time.Time          `json:"oldest_at"`
	OldestAgeSeconds float64             `json:"oldest_age_seconds"`
}

type backlogRow struct {
	ID          int64     `json:"id"`
	Since       time.Time `json:"since"`
	AgeSeconds  float64   `json:"age_seconds"`
	SOPID       int64     `json:"sop_id"`
	SOPName     string    `json:"sop_name"`
	StepKey     string    `json:"step_key"`
	StepName    string    `json:"step_name"`
	Channel     string    `json:"channel"`
	RepID       int64     `json:"rep_id"`
	RepName     string    `json:"rep_name"`
	ContactID   int64     `json:"contact_id"` // 0 for a customer group
	GroupID     int64     `json:"group_id"`   // 0 for a contact
	ContactName string    `json:"contact_name"`
	Recipients  int       `json:"recipients"`
	Error       string    `json:"error"`
}

// queueView answers with the counts of every state, or with the rows of one.
func (s *server) queueView(c *gin.Context) error {
	ctx := c.Request.Context()
	q := queryOf(c)
	state := oneOf(q, "state", report.BacklogStates()...)
	filter := report.BacklogFilter{State: state}
	if text, given := c.GetQuery("rep_id"); given && text == "0" {
		filter.RepID = new(int64)
	} else if id := q.id("rep_id"); id != 0 {
		filter.RepID = &id
	}
	limit, after := q.place()
	if err := q.err(); err != nil {
		return err
	}
	now := s.Clock.Now()
	if state == "" {
		counts, err := s.Reports.Backlog(ctx)
		if err != nil {
			return err
		}
		out := make([]backlogCount, len(counts))
		for i, n := range counts {
			out[i] = backlogCount{State: n.State, Count: n.Count, More: n.More, OldestAt: n.Oldest}
			if n.Oldest != nil {
				out[i].OldestAgeSeconds = max(0, now.Sub(*n.Oldest).Seconds())
			}
		}
		c.JSON(http.StatusOK, gin.H{"states": out})
		return nil
	}
	rows, err := s.Reports.BacklogRows(ctx, filter, after, limit)
	if err != nil {
		return err
	}
	out := list[backlogRow]{Items: make([]backlogRow, len(rows))}
	for i, r := range rows {
		out.Items[i] = backlogRow{
			ID: r.ID, Since: r.Since, AgeSeconds: max(0, now.Sub(r.Since).Seconds()), SOPID: r.SOPID, SOPName: r.SOPName,
			StepKey: r.StepKey, StepName: r.StepName, Channel: r.Channel, RepID: r.RepID, RepName: r.RepName,
			ContactID: model.ContactOf(r.ContactID), GroupID: model.GroupOf(r.ContactID), ContactName: r.ContactName,
			Recipients: r.Recipients, Error: r.Error,
		}
	}
	if len(rows) > 0 && len(rows) == (model.Page{Limit: limit}).Size() {
		last := rows[len(rows)-1]
		out.NextCursor = cursorAtPlace(report.BacklogPlace{Since: last.Since, ID: last.ID})
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// exportSOP writes the programme as the file that importSOP reads.
func (s *server) exportSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	f, err := s.Engine.File(c.Request.Context(), id)
	if err != nil {
		return err
	}
	doc, err := f.Write()
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf("attachment; filename=\"sop-%d.yaml\"", id))
	c.Data(http.StatusOK, yamlType, doc)
	return nil
}

const yamlType = "application/yaml"

type importResponse struct {
	ID       int64           `json:"id"`
	Name     string          `json:"name"`
	State    model.SOPState  `json:"state"`
	Findings []importFinding `json:"findings"`
}

type importFinding struct {
	sop.Finding
	Sentence string `json:"sentence"`
}

func (s *server) importSOP(c *gin.Context) error {
	doc, err := readYAML(c)
	if err != nil {
		return err
	}
	made, found, err := s.Engine.Import(c.Request.Context(), doc)
	if err != nil {
		return err
	}
	out := importResponse{ID: made.ID, Name: made.Name, State: made.State, Findings: findingsOf(s.Texts, language(c), found)}
	c.Header("Location", fmt.Sprintf("%s/sops/%d", apiRoot, made.ID))
	c.JSON(http.StatusCreated, out)
	return nil
}

// readYAML reads a request's body, a programme as a file.
func readYAML(c *gin.Context) ([]byte, error) {
	if c.ContentType() != yamlType {
		return nil, model.Invalid("Content-Type", "must be application/yaml")
	}
	doc, err := io.ReadAll(c.Request.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, bodyFault(err)
	case err != nil:
		return nil, fmt.Errorf("read programme file: %w", err)
	}
	return doc, nil
}

func findingsOf(texts *web.Catalogue, lang web.Lang, found []sop.Finding) []importFinding {
	out := make([]importFinding, len(found))
	for i, f := range found {
		out[i] = importFinding{f, findingSentence(texts, lang, f)}
	}
	return out
}

// findingSentence says what the linter found.
func findingSentence(texts *web.Catalogue, lang web.Lang, f sop.Finding) string {
	return texts.Text(lang, "lint."+f.Code, f.Args()...)
}
