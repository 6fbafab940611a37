package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// touchBody is one touch with its story.
type touchBody struct {
	touchView
	Story []storyLine
}

type storyLine struct {
	At   *time.Time
	Text string
}

func (p *Pages) touch(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := p.Touches.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	why, err := p.Engine.WhyTouch(c.Request.Context(), id)
	if err != nil {
		return err
	}
	body, teller := touchBody{touchView: touchViewOf(row)}, teller{p.Texts, language(c), p.Zone}
	for _, l := range why.Chain {
		body.Story = append(body.Story, storyLine{l.At, teller.link(l)})
	}
	return p.show(c, http.StatusOK, "touch", body)
}
