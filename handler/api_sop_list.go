package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/sop"
)

type sopLine struct {
	sopResponse
	Version int          `json:"version"`
	Stopped bool         `json:"stopped"`
	Trigger sop.Trigger  `json:"trigger"`
	Steps   []stepOnLine `json:"steps"`
	Due     []int        `json:"due"`
	DueTo   string       `json:"due_to"`
	Waiting int          `json:"waiting"`
	Failed  int          `json:"failed"`
}

type stepOnLine struct {
	Key     string     `json:"key"`
	Name    string     `json:"name,omitempty"`
	Offset  sop.Offset `json:"offset"`
	Channel string     `json:"channel"`
}

// listSOPLines lists programmes as people look at them.
func (s *server) listSOPLines(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	f := report.ProgrammeFilter{
		Query: q.text("q"),
		State: oneOf(q, "state", model.SOPDraft, model.SOPLive, model.SOPPaused, model.SOPArchived),
	}
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Reports.ProgrammeLines(c.Request.Context(), f, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(p report.ProgrammeLine) int64 { return p.ID }, sopLineOf)
	return nil
}

func sopLineOf(p report.ProgrammeLine) sopLine {
	out := sopLine{
		sopResponse: sopOf(p.ProgrammeRow), Version: p.Number, Stopped: p.StoppedAt != nil, Steps: []stepOnLine{},
		Due: p.Due[:], DueTo: p.DueTo, Waiting: p.Waiting, Failed: p.Failed,
	}
	// What was stored has been checked; a definition of a later version of ours
	// shows no steps rather than hide the list.
	if d, err := sop.ParseDefinition(p.Definition); err == nil {
		out.Trigger, out.Steps = d.Trigger, stepsOnLine(d)
	}
	return out
}

func stepsOnLine(d sop.Definition) []stepOnLine {
	out := make([]stepOnLine, len(d.Steps))
	for i, s := range d.Steps {
		out[i] = stepOnLine{Key: s.Key, Name: s.Name, Offset: s.Offset, Channel: s.Channel}
	}
	return out
}

type templateResponse struct {
	Key        string         `json:"key"`
	Name       string         `json:"name"`
	Purpose    string         `json:"purpose"`
	Definition sop.Definition `json:"definition"`
}

// listSOPTemplates lists programmes to begin with, in the reader's language.
func (s *server) listSOPTemplates(c *gin.Context) error {
	lang := language(c)
	templates, err := sop.Templates(string(lang))
	if err != nil {
		return err
	}
	out := list[templateResponse]{Items: make([]templateResponse, len(templates))}
	for i, t := range templates {
		out.Items[i] = templateResponse{t.Key, t.Name, s.Texts.Text(lang, "template."+t.Key), t.Definition}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type checkResponse struct {
	Name       string          `json:"name"`
	Definition sop.Definition  `json:"definition"`
	Findings   []importFinding `json:"findings"`
}

// checkSOPFile tells what importing a file would bring, and makes nothing.
func (s *server) checkSOPFile(c *gin.Context) error {
	doc, err := readYAML(c)
	if err != nil {
		return err
	}
	f, found, err := s.Engine.Examine(c.Request.Context(), doc)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, checkResponse{f.Name, f.Definition, findingsOf(s.Texts, language(c), found)})
	return nil
}
