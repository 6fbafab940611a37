package handler

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/experiment"
	"sixtouch/sop"
	"sixtouch/web"
)

type variantsResponse struct {
	StepKey  string            `json:"step_key"`
	Test     sop.Test          `json:"test"`
	Outcome  string            `json:"outcome"`
	Text     string            `json:"text"` // the verdict as a sentence
	Leader   string            `json:"leader"`
	P        *float64          `json:"p"`
	SplitP   *float64          `json:"split_p"`
	Needed   int               `json:"needed"`
	Variants []variantResponse `json:"variants"`
	Winner   *winnerResponse   `json:"winner"`
	Revoked  []winnerResponse  `json:"revoked"`
	Partial  bool              `json:"partial"`
}

type variantResponse struct {
	Key       string   `json:"key"`
	Weight    int      `json:"weight"`
	Sent      int      `json:"sent"`
	Delivered int      `json:"delivered"`
	Responses int      `json:"responses"`
	People    int      `json:"people"`
	Responded int      `json:"responded"`
	Rate      *float64 `json:"rate"` // null while nobody can be counted
	RateLow   *float64 `json:"rate_low"`
	RateHigh  *float64 `json:"rate_high"`
	Best      *float64 `json:"best"`
}

type winnerResponse struct {
	Variant    string               `json:"variant"`
	Automatic  bool                 `json:"automatic"`
	DeclaredAt time.Time            `json:"declared_at"`
	DeclaredBy string               `json:"declared_by"`
	RevokedAt  *time.Time           `json:"revoked_at"`
	RevokedBy  string               `json:"revoked_by"`
	Counts     []model.VariantTally `json:"counts"`
}

func winnerOf(w model.Winner) winnerResponse {
	return winnerResponse{
		Variant: w.Variant, Automatic: w.Automatic, DeclaredAt: w.DeclaredAt, DeclaredBy: w.DeclaredBy,
		RevokedAt: w.RevokedAt, RevokedBy: w.RevokedBy, Counts: w.Reason.V,
	}
}

// outcomeSingle is said where there is nothing to compare.
const outcomeSingle = "single"

func (s *server) writeVariants(c *gin.Context, id int64) error {
	key := c.Param("key")
	r, err := s.Engine.Variants(c.Request.Context(), id, key)
	if err != nil {
		return err
	}
	out := variantsResponse{
		StepKey: key, Test: r.Test, Outcome: outcomeSingle, Variants: make([]variantResponse, len(r.Variants)),
		Revoked: make([]winnerResponse, len(r.Revoked)), Partial: r.Partial,
	}
	for i, v := range r.Variants {
		out.Variants[i] = variantResponse{
			Key: v.Key, Weight: v.Weight, Sent: v.Sent, Delivered: v.Delivered, Responses: v.Responses, People: v.People, Responded: v.Responded,
		}
	}
	if v := r.Verdict; v != nil {
		out.Outcome, out.Leader, out.P, out.SplitP, out.Needed = string(v.Outcome), v.Leader, &v.P, &v.SplitP, v.Needed
	}
	for _, a := range r.Arms {
		out.rate(a, !r.Partial)
	}
	out.Text = verdictText(s.Texts, language(c), r)
	if r.Winner != nil {
		w := winnerOf(*r.Winner)
		out.Winner = &w
	}
	for i, w := range r.Revoked {
		out.Revoked[i] = winnerOf(w)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// rate fills in what a variant has brought; that it is the best is a verdict and
// said of everybody only.
func (r *variantsResponse) rate(a experiment.ArmResult, everybody bool) {
	for i := range r.Variants {
		v := &r.Variants[i]
		if v.Key != a.Key || a.Units == 0 {
			continue
		}
		v.Rate, v.RateLow, v.RateHigh = &a.Rate.Value, &a.Rate.Low, &a.Rate.High
		if everybody {
			v.Best = &a.Best
		}
	}
}

// verdictText says what the counts prove, and honestly what they do not.
func verdictText(texts *web.Catalogue, lang web.Lang, r sop.VariantReport) string {
	v := r.Verdict
	if v == nil {
		return texts.Text(lang, "experiment."+outcomeSingle)
	}
	key := "experiment." + string(v.Outcome)
	leader, rate, best := v.Leader, "", 0.0
	for _, a := range v.Arms {
		if a.Key == v.Leader {
			rate, best = fmt.Sprintf("%.1f%% (%d/%d)", 100*a.Rate.Value, a.Successes, a.Units), a.Best
		}
	}
	switch v.Outcome {
	case experiment.UnequalSplit:
		return texts.Text(lang, key)
	case experiment.TooEarly:
		return texts.Text(lang, key, r.Test.MinPeople, r.Test.Within)
	case experiment.NoDifference:
		return texts.Text(lang, key, r.Test.Effect)
	case experiment.Leading:
		return texts.Text(lang, key, leader, rate, 100*best, v.Needed)
	case experiment.Winner:
		return texts.Text(lang, key, leader, rate, v.P)
	case experiment.Undecided:
	}
	return texts.Text(lang, key, leader, rate, v.Needed)
}

func (s *server) getVariants(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeVariants(c, id)
}

func (s *server) declareWinner(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Variant string `json:"variant"`
	}](c)
	if err != nil {
		return err
	}
	at := sop.Place{SOPID: id, StepKey: c.Param("key"), Variant: in.Variant}
	if err := s.Engine.Declare(c.Request.Context(), at, principal(c).Name); err != nil {
		return err
	}
	return s.writeVariants(c, id)
}

func (s *server) revokeWinner(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	at := sop.Place{SOPID: id, StepKey: c.Param("key")}
	if err := s.Engine.Revoke(c.Request.Context(), at, principal(c).Name); err != nil {
		return err
	}
	return s.writeVariants(c, id)
}
