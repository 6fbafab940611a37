package handler

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/sop"
)

// parkedShown is how many parked people a programme's page names.
const parkedShown = 10

// draftBody shows what publishing a draft would mean.
type draftBody struct {
	ID        int64
	Name      string
	Sentences []string
	People    sop.DiffCounts
}

func (p *Pages) draft(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	programme, err := p.Reports.Outline(c.Request.Context(), id)
	if err != nil {
		return err
	}
	d, err := p.Engine.Diff(c.Request.Context(), id, 0, 0)
	if err != nil {
		return err
	}
	body := draftBody{ID: id, Name: programme.Name, People: d.People}
	for _, e := range d.Edits {
		body.Sentences = append(body.Sentences, editSentence(p.Texts, language(c), e))
	}
	return p.show(c, http.StatusOK, "draft", body)
}

func (p *Pages) publish(c *gin.Context) error {
	return p.moveSOP(func(ctx context.Context, id int64) error {
		_, err := p.Engine.PublishWith(ctx, id, sop.Publishing{By: principal(c).Name, Move: c.PostForm("move") != ""})
		return err
	})(c)
}

func (p *Pages) resumeSOP(c *gin.Context) error {
	return p.moveSOP(func(ctx context.Context, id int64) error {
		return p.Engine.Resume(ctx, id, howOf(c), principal(c).Name)
	})(c)
}

// howOf reads the choice of a form that resumes something.
func howOf(c *gin.Context) model.ChangeKind {
	return resumeRequest{How: model.ChangeKind(c.PostForm("how"))}.how()
}

// redrive lets a programme's parked people go on: one, or all.
func (p *Pages) redrive(c *gin.Context) error {
	return p.moveSOP(func(ctx context.Context, id int64) error {
		if text := c.PostForm("enrollment"); text != "" {
			var one int64
			if _, err := fmt.Sscan(text, &one); err != nil {
				return model.NotFound("page")
			}
			return p.Engine.Redrive(ctx, one)
		}
		_, err := p.Engine.RedriveAll(ctx, id)
		return err
	})(c)
}

func (p *Pages) stopAll(c *gin.Context) error {
	if err := p.Engine.StopAll(c.Request.Context(), principal(c).Name); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
	return nil
}

func (p *Pages) resumeAll(c *gin.Context) error {
	if err := p.Engine.ResumeAll(c.Request.Context(), howOf(c), principal(c).Name); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
	return nil
}

// backlogOf leaves out the states that nothing is in.
func backlogOf(counts []report.BacklogCount) []report.BacklogCount {
	var out []report.BacklogCount
	for _, n := range counts {
		if n.Count > 0 {
			out = append(out, n)
		}
	}
	return out
}
