package handler

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/experiment"
	"sixtouch/service/routing"
)

type sourceRequest struct {
	Code          string       `json:"code"`
	Name          string       `json:"name"`
	Origin        model.Origin `json:"origin"`
	ChannelStates []string     `json:"channel_states"`
	AddWays       []int        `json:"add_ways"`
	Weight        float64      `json:"weight"`
	Position      int          `json:"position"`
}

func (r sourceRequest) source() model.LeadSource {
	return model.LeadSource{
		Code: r.Code, Name: r.Name, Origin: r.Origin, Weight: r.Weight, Position: r.Position,
		ChannelStates: model.AsJSON(listOf(r.ChannelStates)), AddWays: model.AsJSON(listOf(r.AddWays)),
	}
}

type sourceResponse struct {
	ID int64 `json:"id"`
	sourceRequest
	Leads   int64      `json:"leads"`
	Won     int64      `json:"won"`
	Rate    *rateOf    `json:"rate"`
	Outcome *float64   `json:"outcome"`
	RatedAt *time.Time `json:"rated_at"`
}

// rateOf is a rate with its 95 % interval (Wilson).
type rateOf struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func sourceOf(s model.LeadSource) sourceResponse {
	out := sourceResponse{
		ID: s.ID, Leads: s.Leads, Won: s.Won, Outcome: s.Outcome, RatedAt: s.RatedAt,
		sourceRequest: sourceRequest{
			Code: s.Code, Name: s.Name, Origin: s.Origin, Weight: s.Weight, Position: s.Position,
			ChannelStates: listOf(s.ChannelStates.V), AddWays: listOf(s.AddWays.V),
		},
	}
	if s.Leads > 0 {
		i := experiment.Arm{Units: int(s.Leads), Successes: int(s.Won)}.Wilson(0.05)
		out.Rate = &rateOf{i.Value, i.Low, i.High}
	}
	return out
}

// listOf has an empty list written as [] and not as null.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *server) listSources(c *gin.Context) error {
	sources, err := s.Routes.Sources(c.Request.Context())
	if err != nil {
		return err
	}
	out := list[sourceResponse]{Items: []sourceResponse{}}
	for _, source := range sources {
		out.Items = append(out.Items, sourceOf(source))
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) createSource(c *gin.Context) error {
	in, err := decode[sourceRequest](c)
	if err != nil {
		return err
	}
	source, err := s.Routes.CreateSource(c.Request.Context(), in.source())
	if err != nil {
		return err
	}
	c.Header("Location", apiRoot+"/sources/"+strconv.FormatInt(source.ID, 10))
	c.JSON(http.StatusCreated, sourceOf(source))
	return nil
}

func (s *server) updateSource(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[sourceRequest](c)
	if err != nil {
		return err
	}
	source, err := s.Routes.UpdateSource(c.Request.Context(), id, in.source())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, sourceOf(source))
	return nil
}

func (s *server) getRouting(c *gin.Context) error {
	rules, version, err := s.Routes.Rules(c.Request.Context())
	if err != nil {
		return err
	}
	rules.Pool = listOf(rules.Pool)
	c.JSON(http.StatusOK, gin.H{"version": version, "rules": rules})
	return nil
}

func (s *server) setRouting(c *gin.Context) error {
	rules, err := decode[model.RoutingRules](c)
	if err != nil {
		return err
	}
	version, err := s.Routes.SetRules(c.Request.Context(), rules, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"version": version, "rules": rules})
	return nil
}

type routingTry struct {
	Days  int                `json:"days"`
	Rules model.RoutingRules `json:"rules"`
}

type routingTried struct {
	Leads   int                 `json:"leads"`
	Cut     bool                `json:"cut"`
	Changed int                 `json:"changed"`
	ByRoute map[model.Route]int `json:"by_route"`
	ByRule  map[string]int      `json:"by_rule"`
	ByRep   []repLeads          `json:"by_rep"`
}

type repLeads struct {
	RepID int64 `json:"rep_id"`
	Leads int   `json:"leads"`
}

func (s *server) tryRouting(c *gin.Context) error {
	in, err := decode[routingTry](c)
	if err != nil {
		return err
	}
	if in.Days < 1 || in.Days > 90 {
		return malformed("days", "must be from 1 to 90", nil)
	}
	run, err := s.Routes.Try(c.Request.Context(), in.Rules, time.Duration(in.Days)*24*time.Hour)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, triedOf(run))
	return nil
}

func triedOf(run routing.DryRun) routingTried {
	out := routingTried{Leads: run.Leads, Cut: run.Cut, Changed: run.Changed, ByRoute: run.ByRoute, ByRule: run.ByRule, ByRep: []repLeads{}}
	for _, id := range slices.SortedFunc(maps.Keys(run.ByRep), func(a, b int64) int {
		return cmp.Or(run.ByRep[b]-run.ByRep[a], cmp.Compare(a, b))
	}) {
		out.ByRep = append(out.ByRep, repLeads{id, run.ByRep[id]})
	}
	return out
}

type leadResponse struct {
	ID         int64            `json:"id"`
	ContactID  int64            `json:"contact_id"`
	AdderID    int64            `json:"adder_id"`
	RepID      int64            `json:"rep_id"`
	Route      model.Route      `json:"route"`
	Rule       string           `json:"rule"`
	Version    int64            `json:"version"`
	Source     string           `json:"source"`
	Quality    float64          `json:"quality"`
	AssignedBy string           `json:"assigned_by"`
	State      model.RouteState `json:"state"`
	TakenAt    *time.Time       `json:"taken_at"`
	CreatedAt  time.Time        `json:"created_at"`
}

func leadOf(l model.LeadRoute) leadResponse {
	return leadResponse{
		ID: l.ID, ContactID: l.ContactID, AdderID: l.AdderID, RepID: l.RepID, Route: l.Route, Rule: l.RuleKey, Version: l.Version,
		Source: l.Source, Quality: l.Quality, AssignedBy: l.AssignedBy, State: l.State, TakenAt: l.TakenAt, CreatedAt: l.CreatedAt,
	}
}

func (s *server) listLeads(c *gin.Context) error {
	q := queryOf(c)
	filter := routing.LeadFilter{
		RepID: q.id("rep_id"), ContactID: q.id("contact_id"),
		State: oneOf(q, "state", model.RouteOpen, model.RouteTaken, model.RouteNurturing, model.RouteSuperseded),
	}
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Routes.Leads(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(l model.LeadRoute) int64 { return l.ID }, leadOf)
	return nil
}

func (s *server) takeLead(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	lead, err := s.Routes.Take(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, leadOf(lead))
	return nil
}
