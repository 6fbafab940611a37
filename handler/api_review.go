package handler

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/sop"
)

type reviewResponse struct {
	Now      time.Time     `json:"now"`
	Revision string        `json:"revision"`
	Faults   []draftFault  `json:"faults"`
	Findings []draftRemark `json:"findings"`
}

type draftFault struct {
	Field   string `json:"field"`
	StepKey string `json:"step_key"`
	Text    string `json:"text"`
}

type draftRemark struct {
	Code    string `json:"code"`
	StepKey string `json:"step_key"`
	Text    string `json:"text"`
}

func (s *server) reviewSOP(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	r, err := s.Engine.Review(c.Request.Context(), id)
	if err != nil {
		return err
	}
	lang := language(c)
	out := reviewResponse{Now: r.Now, Revision: r.Revision, Faults: make([]draftFault, 0, len(r.Faults)), Findings: make([]draftRemark, len(r.Findings))}
	for field, message := range r.Faults {
		key, within := placeOf(r.Draft, field)
		out.Faults = append(out.Faults, draftFault{Field: within, StepKey: key, Text: s.say(lang, message)})
	}
	slices.SortFunc(out.Faults, func(a, b draftFault) int {
		return cmp.Or(cmp.Compare(a.StepKey, b.StepKey), cmp.Compare(a.Field, b.Field))
	})
	for i, f := range r.Findings {
		named := f
		named.Step, named.Other = stepName(r.Draft, f.Step), stepName(r.Draft, f.Other)
		out.Findings[i] = draftRemark{Code: f.Code, StepKey: f.Step, Text: findingSentence(s.Texts, lang, named)}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// placeOf finds the step that a field such as steps[2].offset belongs to, and
// what the field is called within it.
func placeOf(d sop.Definition, field string) (key, within string) {
	var i int
	if n, err := fmt.Sscanf(field, "steps[%d]", &i); n != 1 || err != nil || i >= len(d.Steps) {
		return "", field
	}
	_, within, _ = strings.Cut(field, "]")
	return d.Steps[i].Key, strings.TrimPrefix(within, ".")
}

// stepName is what a step's author calls it, or else its number; what is no
// step stays as it is.
func stepName(d sop.Definition, key string) string {
	for i, s := range d.Steps {
		if s.Key == key {
			return cmp.Or(s.Name, strconv.Itoa(i+1))
		}
	}
	return key
}
