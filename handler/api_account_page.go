package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
)

type chargeResponse struct {
	RepID  int64  `json:"rep_id"`
	Away   int64  `json:"away"`
	Reason string `json:"reason"`
}

type personResponse struct {
	ID                  int64           `json:"id"`
	Name                string          `json:"name"`
	Position            string          `json:"position"`
	Department          string          `json:"department"`
	Present             bool            `json:"present"`
	Role                model.Role      `json:"role"`
	RoleConfidence      float64         `json:"role_confidence"`
	RoleSource          string          `json:"role_source"`
	Seniority           model.Seniority `json:"seniority"`
	SeniorityConfidence float64         `json:"seniority_confidence"`
	SenioritySource     string          `json:"seniority_source"`
	IsKP                bool            `json:"is_kp"`
	Awareness           model.Awareness `json:"awareness"`
	Stage               string          `json:"stage"`
	StageAt             *time.Time      `json:"stage_at"`
	Score               *float64        `json:"score"`
	Grade               string          `json:"grade"`
	Marketing           int             `json:"marketing"`
	Sales               int             `json:"sales"`
	LastTouch           *string         `json:"last_touch"`
}

func personOf(p account.Person) personResponse {
	out := personResponse{
		ID: p.ID, Name: p.Name, Position: p.Position, Department: p.Department, Present: p.Present,
		Role: p.Role, RoleConfidence: p.RoleConfidence, RoleSource: p.RoleSource,
		Seniority: p.Seniority, SeniorityConfidence: p.SeniorityConfidence, SenioritySource: p.SenioritySource,
		IsKP: p.IsKP, Awareness: p.Awareness, Stage: p.Stage, StageAt: p.StageAt, Score: p.Score, Grade: p.Grade,
		Marketing: p.Marketing, Sales: p.Sales,
	}
	if p.LastTouch != "" {
		out.LastTouch = &p.LastTouch
	}
	return out
}

type cellResponse struct {
	ContactID int64  `json:"contact_id"`
	Week      string `json:"week"`
	Marketing int    `json:"marketing"`
	Sales     int    `json:"sales"`
	Responses int    `json:"responses"`
}

type reasonResponse struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

type coverageResponse struct {
	People         int              `json:"people"`
	Known          int              `json:"known"`
	Expected       int              `json:"expected"`
	Floor          int              `json:"floor"`
	Roles          []model.Role     `json:"roles"`
	RolesTouched   []model.Role     `json:"roles_touched"`
	KPKnown        int              `json:"kp_known"`
	KPTouched      int              `json:"kp_touched"`
	SingleThreaded bool             `json:"single_threaded"`
	Level          account.Level    `json:"level"`
	Reasons        []reasonResponse `json:"reasons"`
}

func (s *server) coverageOf(c *gin.Context, v account.Coverage) coverageResponse {
	out := coverageResponse{
		People: v.People, Known: v.Known, Expected: v.Expected, Floor: v.Floor, Roles: v.Roles, RolesTouched: v.RolesTouched,
		KPKnown: v.KPKnown, KPTouched: v.KPTouched, SingleThreaded: v.SingleThreaded, Level: v.Level, Reasons: []reasonResponse{},
	}
	for _, code := range v.Reasons {
		values := map[string][]any{account.CoverBelowFloor: {v.Known, v.Floor}, account.CoverFew: {v.Known, v.Expected}}[code]
		out.Reasons = append(out.Reasons, reasonResponse{Code: code, Text: s.Texts.Text(language(c), "coverage."+code, values...)})
	}
	return out
}

type accountPage struct {
	Account  accountResponse       `json:"account"`
	Aliases  []nameResponse        `json:"aliases"`
	Domains  []nameResponse        `json:"domains"`
	Reps     map[int64]string      `json:"reps"`
	Owner    chargeResponse        `json:"owner"`
	SDR      chargeResponse        `json:"sdr"`
	Lists    []listName            `json:"lists"`
	People   []personResponse      `json:"people"`
	Weeks    []string              `json:"weeks"`
	Cells    []cellResponse        `json:"cells"`
	Ring     ringResponse          `json:"ring"`
	Coverage coverageResponse      `json:"coverage"`
	Plan     planResponse          `json:"plan"`
	Actions  []actionResponse      `json:"actions"`
	Events   []eventResponse       `json:"events"`
	Notes    []noteResponse        `json:"notes"`
	WhyNow   *eventResponse        `json:"why_now"`
	Score    *accountScoreResponse `json:"score"`
}

type listName struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// defaultWeeks is the width of the graph unless asked otherwise: a quarter.
const defaultWeeks = 13

// getAccount is an account's page.
func (s *server) getAccount(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	weeks := q.id("weeks")
	if err := q.err(); err != nil {
		return err
	}
	if weeks == 0 {
		weeks = defaultWeeks
	}
	v, err := s.Accounts.Overview(c.Request.Context(), id, int(weeks))
	if err != nil {
		return err
	}
	out := accountPage{
		Account: accountOf(v.Account), Aliases: convert(v.Aliases, aliasOf), Domains: convert(v.Domains, domainOf), Reps: v.Reps,
		Owner: chargeResponse(v.Owner), SDR: chargeResponse(v.SDR),
		Lists:  convert(v.Lists, func(l model.TargetList) listName { return listName{l.ID, l.Name} }),
		People: convert(v.People, personOf), Weeks: v.Weeks, Cells: convert(v.Cells, func(c account.Cell) cellResponse { return cellResponse(c) }),
		Ring: ringOf(v.Ring), Coverage: s.coverageOf(c, v.Coverage), Plan: planOf(v.Plan),
		Actions: convert(v.Actions, actionOf), Events: convert(v.Events, eventOf), Notes: convert(v.Notes, noteOf),
	}
	if v.WhyNow != nil {
		e := eventOf(*v.WhyNow)
		out.WhyNow = &e
	}
	if v.LiveSlot != nil {
		score, err := s.explainAccount(c, id)
		if err != nil {
			return err
		}
		out.Score = &score
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// convert turns rows into what the API answers.
func convert[R, T any](rows []R, one func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = one(r)
	}
	return out
}
