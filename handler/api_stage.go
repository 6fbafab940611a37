package handler

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/stage"
	"sixtouch/web"
)

type stageDefResponse struct {
	Key     string `json:"key"`
	Team    string `json:"team"`
	LabelZH string `json:"label_zh"`
	LabelEN string `json:"label_en"`
}

// listStages tells how the ladder's rungs and the opportunities' stages are called.
func (s *server) listStages(c *gin.Context) error {
	list, err := s.Stages.Definitions(c.Request.Context())
	if err != nil {
		return err
	}
	out := map[string][]stageDefResponse{model.StageKindLadder: {}, model.StageKindOpportunity: {}}
	for _, d := range list {
		out[d.Kind] = append(out[d.Kind], stageDefResponse{Key: d.StageKey, Team: d.Team, LabelZH: d.LabelZH, LabelEN: d.LabelEN})
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) nameStage(c *gin.Context) error {
	in, err := decode[struct {
		Team    string `json:"team"`
		LabelZH string `json:"label_zh"`
		LabelEN string `json:"label_en"`
	}](c)
	if err != nil {
		return err
	}
	err = s.Stages.Name(c.Request.Context(), stage.Naming{Key: c.Param("key"), Team: in.Team, LabelZH: in.LabelZH, LabelEN: in.LabelEN})
	if err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) setOpportunityStages(c *gin.Context) error {
	in, err := decode[struct {
		Stages []stageDefResponse `json:"stages"`
	}](c)
	if err != nil {
		return err
	}
	list := make([]stage.Naming, len(in.Stages))
	for i, d := range in.Stages {
		list[i] = stage.Naming(d)
	}
	if err := s.Stages.SetOpportunityStages(c.Request.Context(), list); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type stageRuleResponse struct {
	Number      int                  `json:"number"`
	State       model.StageRuleState `json:"state"`
	Rules       json.RawMessage      `json:"rules"`
	Note        string               `json:"note"`
	CreatedBy   string               `json:"created_by"`
	CreatedAt   time.Time            `json:"created_at"`
	MarketingBy string               `json:"marketing_by"`
	MarketingAt *time.Time           `json:"marketing_at"`
	SalesBy     string               `json:"sales_by"`
	SalesAt     *time.Time           `json:"sales_at"`
	LiveAt      *time.Time           `json:"live_at"`
	RetiredAt   *time.Time           `json:"retired_at"`
}

func stageRuleOf(v model.StageRule) stageRuleResponse {
	return stageRuleResponse{
		Number: v.Number, State: v.State, Rules: v.Document.V, Note: v.Note, CreatedBy: v.CreatedBy, CreatedAt: v.CreatedAt,
		MarketingBy: v.MarketingBy, MarketingAt: v.MarketingAt, SalesBy: v.SalesBy, SalesAt: v.SalesAt, LiveAt: v.LiveAt, RetiredAt: v.RetiredAt,
	}
}

func (s *server) listStageRules(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.Versions(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(v model.StageRule) int64 { return v.ID }, stageRuleOf)
	return nil
}

// currentStageRules are those in force, whoever has signed them.
func (s *server) currentStageRules(c *gin.Context) error {
	number, rules, err := s.Stages.InForce(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"number": number, "rules": rules})
	return nil
}

type stageRuleRequest struct {
	Rules json.RawMessage `json:"rules"`
	Note  string          `json:"note"`
}

func (s *server) draftStageRules(c *gin.Context) error {
	in, err := decode[stageRuleRequest](c)
	if err != nil {
		return err
	}
	rules, err := stage.ParseRules(in.Rules)
	if err != nil {
		return err
	}
	v, err := s.Stages.Draft(c.Request.Context(), rules, in.Note, principal(c).Name)
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/stage-rules/"+strconv.Itoa(v.Number))
	c.JSON(http.StatusCreated, stageRuleOf(v))
	return nil
}

func (s *server) redraftStageRules(c *gin.Context) error {
	number, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[stageRuleRequest](c)
	if err != nil {
		return err
	}
	rules, err := stage.ParseRules(in.Rules)
	if err != nil {
		return err
	}
	v, err := s.Stages.Redraft(c.Request.Context(), int(number), rules, in.Note)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, stageRuleOf(v))
	return nil
}

func (s *server) discardStageRules(c *gin.Context) error {
	number, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Stages.Discard(c.Request.Context(), int(number)); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) getStageRules(c *gin.Context) error {
	number, err := pathID(c)
	if err != nil {
		return err
	}
	v, _, err := s.Stages.Version(c.Request.Context(), int(number))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, stageRuleOf(v))
	return nil
}

func (s *server) signStageRules(c *gin.Context) error {
	number, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Team string `json:"team"`
	}](c)
	if err != nil {
		return err
	}
	v, err := s.Stages.Sign(c.Request.Context(), int(number), in.Team, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, stageRuleOf(v))
	return nil
}

// diffStageRules compares a version with another; 0, or none, is the version that
// comes with the product.
func (s *server) diffStageRules(c *gin.Context) error {
	number, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	from := q.id("from")
	if err := q.err(); err != nil {
		return err
	}
	changes, err := s.Stages.DiffVersions(c.Request.Context(), int(from), int(number))
	if err != nil {
		return err
	}
	out := make([]gin.H, len(changes))
	for i, d := range changes {
		out[i] = gin.H{"field": d.Field, "from": d.From, "to": d.To}
	}
	c.JSON(http.StatusOK, gin.H{"items": out})
	return nil
}

type stageEventResponse struct {
	ID         int64             `json:"id"`
	AccountID  *int64            `json:"account_id"`
	From       string            `json:"from"`
	To         string            `json:"to"`
	EnteredAt  time.Time         `json:"entered_at"`
	Because    becauseResponse   `json:"because"`
	Rules      int               `json:"rules"`
	Author     model.StageAuthor `json:"author"`
	AuthorName string            `json:"author_name"`
	RepID      int64             `json:"rep_id"`
	Regression bool              `json:"regression"`
}

// becauseResponse is a reason as a code with its values, and in words.
type becauseResponse struct {
	Code     string   `json:"code"`
	Values   []string `json:"values"`
	Sentence string   `json:"sentence"`
}

func (s *server) because(lang web.Lang, code string, values []string) becauseResponse {
	words := make([]any, len(values))
	for i, v := range values {
		words[i] = v
		for _, prefix := range []string{"activity.", "loss."} {
			if s.Texts.Has(prefix + v) {
				words[i] = s.Texts.Text(lang, prefix+v)
			}
		}
	}
	return becauseResponse{Code: code, Values: append([]string{}, values...), Sentence: strings.TrimSpace(s.Texts.Text(lang, "stage.reason."+code, words...))}
}

func (s *server) stageEventOf(lang web.Lang) func(model.StageEvent) stageEventResponse {
	return func(e model.StageEvent) stageEventResponse {
		return stageEventResponse{
			ID: e.ID, AccountID: e.AccountID, From: e.FromStage, To: e.ToStage, EnteredAt: e.EnteredAt, Because: s.because(lang, e.Reason, e.Detail.V),
			Rules: e.Rules, Author: e.Author, AuthorName: e.AuthorName, RepID: e.RepID, Regression: e.Regression,
		}
	}
}

func (s *server) getStanding(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	st, err := s.Stages.Standing(c.Request.Context(), id)
	if err != nil {
		return err
	}
	needs := make([]gin.H, len(st.Needs))
	for i, n := range st.Needs {
		needs[i] = gin.H{"key": n.NeedKey, "answer": n.Answer, "author": n.Author, "at": n.At}
	}
	c.JSON(http.StatusOK, gin.H{"stage": st.Stage, "since": st.Since, "reached": st.Reached, "needs": needs})
	return nil
}

func (s *server) listStageEvents(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Stages.History(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(e model.StageEvent) int64 { return e.ID }, s.stageEventOf(language(c)))
	return nil
}

func (s *server) moveContact(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		To     string            `json:"to"`
		Reason string            `json:"reason"`
		Needs  map[string]string `json:"needs"`
	}](c)
	if err != nil {
		return err
	}
	e, err := s.Stages.Move(c.Request.Context(), id, stage.Act{To: in.To, Reason: in.Reason, Needs: in.Needs, By: principal(c).Name})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, s.stageEventOf(language(c))(e))
	return nil
}

func (s *server) logActivity(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Kind       model.ActivityKind `json:"kind"`
		RepID      int64              `json:"rep_id"`
		OccurredAt *time.Time         `json:"occurred_at"`
		Seconds    int                `json:"seconds"`
		Key        string             `json:"key"`
		Answer     string             `json:"answer"`
		Once       string             `json:"once"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.sees(c, auth.Rep, in.RepID); err != nil {
		return err
	}
	h := stage.Happening{
		ContactID: id, RepID: in.RepID, Kind: in.Kind, Seconds: in.Seconds, Key: in.Key, Answer: in.Answer, Once: in.Once, By: principal(c).Name,
	}
	if in.OccurredAt != nil {
		h.At = *in.OccurredAt
	}
	if err := s.Stages.Log(c.Request.Context(), h); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
