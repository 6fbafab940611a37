package account

import (
	"context"
	"fmt"
	"unicode/utf8"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// The most that a policy may ask for.
const (
	maxWant       = 100
	maxTierSLA    = 10 * 24 * 60 // working minutes
	maxOwnerLevel = 32           // characters
	maxGiftBudget = 1_000_000_000
)

// tiers are those that a policy may be for; the empty one is all others.
func tiers() []model.Tier { return []model.Tier{"", model.TierA, model.TierB, model.TierC} }

// Policies returns what accounts of each tier ask for.
func (s *Service) Policies(ctx context.Context) (map[model.Tier]Want, error) {
	var rows []model.TierPolicy
	if err := s.DB.Read(ctx).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load policies of tiers: %w", err)
	}
	stored := map[model.Tier]Want{}
	for _, r := range rows {
		stored[r.Tier] = Want{
			Expected: r.Expected, Floor: r.Floor, Touches: r.Touches,
			Service: TierService{SLAMinutes: r.SLAMinutes, OwnerLevel: r.OwnerLevel, GiftBudget: r.GiftBudget},
		}
	}
	out := map[model.Tier]Want{}
	for _, tier := range tiers() {
		want, ok := stored[tier]
		if !ok {
			want, ok = stored[""]
		}
		if !ok {
			want = DefaultWant()
		}
		out[tier] = want
	}
	return out, nil
}

// SetPolicy says what accounts of a tier ask for from now on; the empty tier
// is for those of which nothing else is said.
func (s *Service) SetPolicy(ctx context.Context, tier model.Tier, want Want) error {
	faults := map[string]string{}
	if _, known := map[model.Tier]bool{"": true, model.TierA: true, model.TierB: true, model.TierC: true}[tier]; !known {
		faults["tier"] = "must be A, B or C, or nothing"
	}
	for field, n := range map[string]int{"expected": want.Expected, "floor": want.Floor, "touches": want.Touches} {
		if n < 1 || n > maxWant {
			faults[field] = "must be 1 to 100"
		}
	}
	if want.Floor > want.Expected {
		faults["floor"] = "must not be above what is expected"
	}
	want.Service.check(faults)
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the policy has faults", Fields: faults}
	}
	row := model.TierPolicy{
		Tier: tier, Expected: want.Expected, Floor: want.Floor, Touches: want.Touches,
		SLAMinutes: want.Service.SLAMinutes, OwnerLevel: want.Service.OwnerLevel, GiftBudget: want.Service.GiftBudget, UpdatedAt: s.DB.Now(ctx),
	}
	return wrap("store policy of a tier", s.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}

func (t TierService) check(faults map[string]string) {
	if t.SLAMinutes < 0 || t.SLAMinutes > maxTierSLA {
		faults["sla_minutes"] = "must be 0 to 14400 working minutes"
	}
	if utf8.RuneCountInString(t.OwnerLevel) > maxOwnerLevel {
		faults["owner_level"] = "is longer than 32 characters"
	}
	if t.GiftBudget < 0 || t.GiftBudget > maxGiftBudget {
		faults["gift_budget"] = "must be 0 to 1000000000 CNY"
	}
}

// ownWants returns what each account asks for: its plan's numbers, else its tier's.
func (s *Service) ownWants(ctx context.Context, accounts []model.Account, byTier map[model.Tier]Want) (map[int64]Want, error) {
	out := make(map[int64]Want, len(accounts))
	ids := make([]int64, 0, len(accounts))
	for _, a := range accounts {
		out[a.ID], ids = byTier[a.Tier], append(ids, a.ID)
	}
	var plans []model.AccountPlan
	err := s.DB.Read(ctx).Select("account_id", "expected_people", "expected_touch").
		Where("account_id IN ? AND (expected_people IS NOT NULL OR expected_touch IS NOT NULL)", ids).Find(&plans).Error
	if err != nil {
		return nil, fmt.Errorf("load what accounts ask for: %w", err)
	}
	for _, p := range plans {
		want := out[p.AccountID]
		if p.ExpectedPeople != nil {
			want.Expected, want.Floor = *p.ExpectedPeople, min(want.Floor, *p.ExpectedPeople)
		}
		if p.ExpectedTouch != nil {
			want.Touches = *p.ExpectedTouch
		}
		out[p.AccountID] = want
	}
	return out, nil
}
