package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/stage"
)

// window reads from and to, which are instants, the end not included.
func (q *query) window() stage.Window {
	var w stage.Window
	for name, at := range map[string]*time.Time{"from": &w.From, "to": &w.To} {
		t, err := time.Parse(time.RFC3339, q.c.Query(name))
		if err != nil {
			q.faults[name] = "write the instant as 2026-03-01T00:00:00Z"
		}
		*at = model.Instant(t)
	}
	return w
}

type funnelResponse struct {
	Month     string   `json:"month"`
	Leads     int      `json:"leads"`
	MIL       int      `json:"mil"`
	MQL       int      `json:"mql"`
	SAL       int      `json:"sal"`
	SQL       int      `json:"sql"`
	Opps      int      `json:"opportunities"`
	Won       int      `json:"won"`
	LeadToMQL *float64 `json:"lead_to_mql"`
	MQLToOpp  *float64 `json:"mql_to_opportunity"`
	OppToWon  *float64 `json:"opportunity_to_won"`
	LeadToWon *float64 `json:"lead_to_won"`
}

func (s *server) funnel(c *gin.Context) error {
	q := queryOf(c)
	w := q.window()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.Funnel(c.Request.Context(), w)
	if err != nil {
		return err
	}
	out := make([]funnelResponse, len(rows))
	for i, r := range rows {
		out[i] = funnelResponse(r)
	}
	c.JSON(http.StatusOK, gin.H{"cohorts": out})
	return nil
}

type paceResponse struct {
	Kind       model.OpportunityKind `json:"kind"`
	Won        int                   `json:"won"`
	Lost       int                   `json:"lost"`
	WonAmount  int64                 `json:"won_amount"`
	LostAmount int64                 `json:"lost_amount"`
	WinRate    *float64              `json:"win_rate"`
	WinAmount  *float64              `json:"win_rate_by_amount"`
	MeanDays   *float64              `json:"mean_days"`
	MedianDays *float64              `json:"median_days"`
	P75Days    *float64              `json:"p75_days"`
	Open       int                   `json:"open"`
	OpenDays   *float64              `json:"open_mean_days"`
}

// pipeline tells what came of deals and hand-overs in a window.
func (s *server) pipeline(c *gin.Context) error {
	q := queryOf(c)
	w := q.window()
	if err := q.err(); err != nil {
		return err
	}
	ctx := c.Request.Context()
	growth, err := s.Stages.Growth(ctx, w)
	if err != nil {
		return err
	}
	paces, err := s.Stages.Paces(ctx, w)
	if err != nil {
		return err
	}
	d, err := s.Stages.Disagreement(ctx, w)
	if err != nil {
		return err
	}
	kinds := make([]paceResponse, len(paces))
	for i, p := range paces {
		kinds[i] = paceResponse(p)
	}
	c.JSON(http.StatusOK, gin.H{
		"new_customers": gin.H{"marketing": growth.Marketing, "sales": growth.Sales, "partner": growth.Partner, "mlg": growth.MLG},
		"kinds":         kinds,
		"handovers": gin.H{
			"asked": d.Asked, "accepted": d.Accepted, "rejected": d.Rejected, "open": d.Open, "overdue": d.Overdue,
			"rejected_rate": d.Rate, "reasons": d.Reasons,
		},
	})
	return nil
}

type renewalResponse struct {
	Month   string   `json:"month"`
	Ended   int      `json:"ended"`
	Renewed int      `json:"renewed"`
	Open    int      `json:"open"`
	Rate    *float64 `json:"rate"`
}

// renewals tells of how many accounts the contract was renewed, by the month of
// its end.
func (s *server) renewals(c *gin.Context) error {
	q := queryOf(c)
	w := q.window()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.Renewals(c.Request.Context(), w)
	if err != nil {
		return err
	}
	out := make([]renewalResponse, len(rows))
	for i, r := range rows {
		out[i] = renewalResponse(r)
	}
	c.JSON(http.StatusOK, gin.H{"cohorts": out})
	return nil
}

type lossResponse struct {
	Kind     stage.LossKind `json:"kind"`
	Stage    string         `json:"stage"`
	Reason   string         `json:"reason"`
	Sentence string         `json:"sentence"`
	Count    int            `json:"count"`
}

// losses tells why contacts and deals were lost or went back in a window.
func (s *server) losses(c *gin.Context) error {
	q := queryOf(c)
	w := q.window()
	if err := q.err(); err != nil {
		return err
	}
	list, err := s.Stages.Losses(c.Request.Context(), w)
	if err != nil {
		return err
	}
	items, totals := make([]lossResponse, len(list.Items)), gin.H{}
	for i, l := range list.Items {
		items[i] = lossResponse{Kind: l.Kind, Stage: l.Stage, Reason: l.Reason, Sentence: s.Texts.Text(language(c), "loss."+l.Reason), Count: l.Count}
	}
	for _, kind := range stage.LossKinds() {
		totals[string(kind)] = list.Totals[kind]
	}
	c.JSON(http.StatusOK, gin.H{"items": items, "totals": totals})
	return nil
}

type leakResponse struct {
	ContactID   int64      `json:"contact_id"`
	ContactName string     `json:"contact_name"`
	CorpName    string     `json:"corp_name"`
	AccountID   *int64     `json:"account_id"`
	Stage       string     `json:"stage"`
	StageAt     *time.Time `json:"stage_at"`
	Team        string     `json:"team"`
	NoOwner     bool       `json:"no_owner"`
}

func (s *server) countLeaks(c *gin.Context) error {
	rows, err := s.Stages.Leaks(c.Request.Context())
	if err != nil {
		return err
	}
	out := make([]gin.H, len(rows))
	for i, r := range rows {
		out[i] = gin.H{"team": r.Team, "stage": r.Stage, "no_owner": r.NoOwner, "no_next_step": r.NoSteps}
	}
	c.JSON(http.StatusOK, gin.H{"items": out})
	return nil
}

func (s *server) listLeaks(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	team := oneOf(q, "team", stage.Teams()...)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Stages.LeakList(c.Request.Context(), team, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(l stage.Leak) int64 { return l.ContactID }, func(l stage.Leak) leakResponse { return leakResponse(l) })
	return nil
}
