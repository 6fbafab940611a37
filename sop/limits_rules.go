package sop

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Bounds of what a rule may say; no corp means more.
const (
	maxLimit = 10_000
	maxRules = 200
)

// datedLimits are the rules as they were at an instant.
type datedLimits struct {
	limits Limits
	at     time.Time
}

// limits returns the corp's rules, read at most once a minute: every plan asks.
func (e *Engine) limits(ctx context.Context) (Limits, error) {
	now := e.DB.Now(ctx)
	if c := e.rules.Load(); c != nil && now.Sub(c.at).Abs() < calendarLife {
		return c.limits, nil
	}
	rows, err := e.loadLimits(ctx)
	if err != nil {
		return Limits{}, err
	}
	e.rules.Store(&datedLimits{Limits{rows}, now})
	return Limits{rows}, nil
}

// LimitRules returns the corp's rules, the earliest first, and the one that holds
// today; before the first, that is DefaultLimits.
func (e *Engine) LimitRules(ctx context.Context) (rules []model.LimitRule, today model.LimitRule, err error) {
	if rules, err = e.loadLimits(ctx); err != nil {
		return nil, today, err
	}
	return rules, Limits{rules}.on(localDay(e.DB.Now(ctx), e.Config.Zone)), nil
}

func (e *Engine) loadLimits(ctx context.Context) ([]model.LimitRule, error) {
	var rows []model.LimitRule
	if err := e.DB.Read(ctx).Order("valid_from").Limit(maxRules).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load limits: %w", err)
	}
	return rows, nil
}

// SetLimits sets the rule that holds from a day of the corp on, until the next
// begins. What is reserved already stays. Other replicas follow within a minute.
func (e *Engine) SetLimits(ctx context.Context, rule model.LimitRule) error {
	if err := checkLimits(rule); err != nil {
		return err
	}
	rule.UpdatedAt = e.DB.Now(ctx)
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&rule).Error; err != nil {
		return fmt.Errorf("store limits from %s: %w", rule.ValidFrom, err)
	}
	e.rules.Store(nil)
	return nil
}

func checkLimits(rule model.LimitRule) error {
	f := faults{}
	if _, err := time.Parse(time.DateOnly, rule.ValidFrom); err != nil {
		f.add("valid_from", "write the day as YYYY-MM-DD")
	}
	// 0 elsewhere means "none" or "never": here only the absence means no limit.
	for field, n := range map[string]*int{
		"contact_day": rule.ContactDay, "contact_week": rule.ContactWeek, "rep_day": rule.RepDay, "quota_count": rule.QuotaCount,
	} {
		if n != nil && (*n < 1 || *n > maxLimit) {
			f.add(field, "must be 1 to %d; leave it out for no limit", maxLimit)
		}
	}
	switch rule.QuotaMode {
	case model.QuotaMonth, model.QuotaWeek, model.QuotaDay:
	case model.QuotaNone:
		if rule.QuotaCount != nil {
			f.add("quota_count", "belongs to a quota that is counted")
		}
	default:
		f.add("quota_mode", "must be month, week, day or none")
	}
	if len(f) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the limits have faults", Fields: f}
}
