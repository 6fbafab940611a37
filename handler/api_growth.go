package handler

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/growth"
)

// whole reads a whole number, and fallback when it is not given.
func (q *query) whole(name string, fallback int64) int64 {
	text, given := q.c.GetQuery(name)
	if !given {
		return fallback
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		q.faults[name] = "must be a whole number"
	}
	return n
}

// decimal reads a number, and fallback when it is not given.
func (q *query) decimal(name string, fallback float64) float64 {
	text, given := q.c.GetQuery(name)
	if !given {
		return fallback
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		q.faults[name] = "must be a number such as 0.2"
		return fallback
	}
	return x
}

type growthModelResponse struct {
	Model    growth.Motion   `json:"model"`
	From     int64           `json:"from"`
	To       *int64          `json:"to"` // null: no end
	Approach growth.Approach `json:"approach"`
	SDR      bool            `json:"sdr"`
}

func (s *server) growthModel(c *gin.Context) error {
	q := queryOf(c)
	acv, focused := q.whole("acv", -1), oneOf(q, "focus", "true", "false") != "false"
	if err := q.err(); err != nil {
		return err
	}
	m, err := growth.ModelFor(acv)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, growthModelResponse{Model: m.Motion, From: m.From, To: m.To, Approach: m.Advice(focused), SDR: m.SDR})
	return nil
}

type growthCapacityResponse struct {
	Tiers    []growthTierResponse `json:"tiers"`
	Capacity float64              `json:"capacity"`
	ListSize int64                `json:"list_size"`
	Over     bool                 `json:"over"` // the list holds more than can be worked
}

type growthTierResponse struct {
	Tier     model.Tier `json:"tier"`
	Reps     int64      `json:"reps"`
	Accounts float64    `json:"accounts"`
}

func (s *server) growthCapacity(c *gin.Context) error {
	q := queryOf(c)
	hours, perRep := q.decimal("hours_per_week", 0), q.whole("accounts_per_rep", 0)
	var crews []growth.Crew
	for _, tier := range []model.Tier{model.TierA, model.TierB, model.TierC} {
		name := strings.ToLower(string(tier))
		crew := growth.Crew{Tier: tier, Reps: q.whole("reps_"+name, 0), HoursPerWeek: hours, HoursPerAccount: q.decimal("hours_"+name, 0)}
		if crew.Reps != 0 {
			crews = append(crews, crew)
		}
	}
	if err := q.err(); err != nil {
		return err
	}
	out, reps := growthCapacityResponse{Tiers: make([]growthTierResponse, len(crews))}, int64(0)
	for i, crew := range crews {
		accounts, err := crew.Accounts()
		if err != nil {
			return err
		}
		out.Tiers[i] = growthTierResponse{Tier: crew.Tier, Reps: crew.Reps, Accounts: accounts}
		reps += crew.Reps
	}
	var err error
	if out.Capacity, err = growth.Capacity(crews); err != nil {
		return err
	}
	if out.ListSize, err = growth.ListSize(reps, perRep); err != nil {
		return err
	}
	out.Over = float64(out.ListSize) > out.Capacity
	c.JSON(http.StatusOK, out)
	return nil
}

type growthQuotaResponse struct {
	OpportunityMRR     int64   `json:"opportunity_mrr"`
	ExpectedMRR        float64 `json:"expected_mrr"`
	MRR                float64 `json:"mrr"`
	Opportunities      int64   `json:"opportunities"`
	ARRByOpportunities int64   `json:"arr_by_opportunities"`
	ARRByMRR           int64   `json:"arr_by_mrr"`
}

func (s *server) growthQuota(c *gin.Context) error {
	q := queryOf(c)
	goal := growth.Goal{ARR: q.whole("arr", 0), SDRs: q.whole("sdrs", 0), CloseRate: q.decimal("close_rate", 0), MRR: q.whole("mrr", 0)}
	users, price := q.whole("users", 0), q.whole("price", 0)
	if goal.MRR != 0 && users != 0 {
		q.faults["users"] = "stands instead of mrr, with price: name one of them"
	}
	if err := q.err(); err != nil {
		return err
	}
	var err error
	if users != 0 || price != 0 {
		if goal.MRR, err = growth.OpportunityMRR(users, price); err != nil {
			return err
		}
	}
	quota, err := goal.Quota()
	if err != nil {
		return err
	}
	expected, err := growth.ExpectedMRR(goal.MRR, goal.CloseRate)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, growthQuotaResponse{
		OpportunityMRR: goal.MRR, ExpectedMRR: expected, MRR: quota.MRR, Opportunities: quota.Opportunities,
		ARRByOpportunities: quota.ARRByOpportunities, ARRByMRR: quota.ARRByMRR,
	})
	return nil
}

type growthStaffingResponse struct {
	SDRs          int64    `json:"sdrs"`
	Sales         int64    `json:"sales"`
	Opportunities int64    `json:"opportunities"`
	SalesAlone    int64    `json:"sales_alone"`
	Ratio         *float64 `json:"ratio"` // sales per SDR; null without SDRs
	InBand        bool     `json:"in_band"`
}

func (s *server) growthStaffing(c *gin.Context) error {
	q, load := queryOf(c), growth.DefaultLoad()
	leads := q.whole("leads", -1)
	load.LeadsPerSDR = q.whole("leads_per_sdr", load.LeadsPerSDR)
	load.OpportunitiesPerSales = q.whole("opportunities_per_sales", load.OpportunitiesPerSales)
	load.LeadsPerSalesAlone = q.whole("leads_per_sales_alone", load.LeadsPerSalesAlone)
	load.MQLRate = q.decimal("mql_rate", load.MQLRate)
	load.OpportunityRate = q.decimal("opportunity_rate", load.OpportunityRate)
	if err := q.err(); err != nil {
		return err
	}
	staff, err := load.Staffing(leads)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, growthStaffingResponse{
		SDRs: staff.SDRs, Sales: staff.Sales, Opportunities: staff.Opportunities, SalesAlone: staff.SalesAlone,
		Ratio: staff.Ratio, InBand: staff.InBand,
	})
	return nil
}

type growthFunnelResponse struct {
	ExactWins     float64 `json:"exact_wins"`
	Wins          int64   `json:"wins"`
	Opportunities int64   `json:"opportunities"`
	MQL           int64   `json:"mql"`
}

func (s *server) growthFunnel(c *gin.Context) error {
	q := queryOf(c)
	goal := growth.Backwards{ARR: q.whole("arr", 0), MRR: q.whole("mrr", 0), WinRate: q.decimal("win_rate", 0), OpportunityRate: q.decimal("opportunity_rate", 0)}
	if err := q.err(); err != nil {
		return err
	}
	f, err := goal.Funnel()
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, growthFunnelResponse{ExactWins: f.ExactWins, Wins: f.Wins, Opportunities: f.Opportunities, MQL: f.MQL})
	return nil
}
