package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/sop"
)

type limitRule struct {
	ValidFrom   string          `json:"valid_from"`
	ContactDay  *int            `json:"contact_day"`
	ContactWeek *int            `json:"contact_week"`
	RepDay      *int            `json:"rep_day"`
	QuotaMode   model.QuotaMode `json:"quota_mode"`
	QuotaCount  *int            `json:"quota_count"`
}

func limitRuleOf(r model.LimitRule) limitRule {
	return limitRule{
		ValidFrom: r.ValidFrom, ContactDay: r.ContactDay, ContactWeek: r.ContactWeek, RepDay: r.RepDay,
		QuotaMode: r.QuotaMode, QuotaCount: r.QuotaCount,
	}
}

func (s *server) listLimits(c *gin.Context) error {
	rules, today, err := s.Engine.LimitRules(c.Request.Context())
	if err != nil {
		return err
	}
	items := make([]limitRule, len(rules))
	for i, r := range rules {
		items[i] = limitRuleOf(r)
	}
	c.JSON(http.StatusOK, gin.H{"items": items, "today": limitRuleOf(today)})
	return nil
}

func (s *server) setLimits(c *gin.Context) error {
	in, err := decode[limitRule](c)
	if err != nil {
		return err
	}
	err = s.Engine.SetLimits(c.Request.Context(), model.LimitRule{
		ValidFrom: in.ValidFrom, ContactDay: in.ContactDay, ContactWeek: in.ContactWeek, RepDay: in.RepDay,
		QuotaMode: in.QuotaMode, QuotaCount: in.QuotaCount,
	})
	if err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type sendHours struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Workdays bool   `json:"workdays"`
}

func (s *server) getSendHours(c *gin.Context) error {
	hours, err := s.Engine.SendHours(c.Request.Context())
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, sendHours{From: hours.From, To: hours.To, Workdays: hours.Workdays})
	return nil
}

func (s *server) setSendHours(c *gin.Context) error {
	in, err := decode[sendHours](c)
	if err != nil {
		return err
	}
	if err := s.Engine.SetSendHours(c.Request.Context(), sop.Window{From: in.From, To: in.To, Workdays: in.Workdays}); err != nil {
		return err
	}
	c.JSON(http.StatusOK, in)
	return nil
}
