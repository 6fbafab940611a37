package account

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// maxDynamic bounds a dynamic list.
const maxDynamic = 20_000

// checkFilter refuses an account filter that says nothing we know, or nothing.
func checkFilter(doc json.RawMessage) error {
	f, err := audience.ParseAccountFilter(doc)
	if err != nil {
		return err
	}
	if f.Everything() {
		return model.Invalid("filter", "must leave some accounts out")
	}
	if slices.Contains(f.Fields(), "target") {
		return model.Invalid("filter", "must not ask who is a target: that is what it decides")
	}
	if slices.Contains(f.Fields(), "list") {
		return model.Invalid("filter", "must not ask about lists: two that ask about each other would never settle")
	}
	return nil
}

// refresh makes a dynamic list, whose row is held, hold what its filter selects
// now.
func (s *Service) refresh(ctx context.Context, l *model.TargetList) error {
	if l.Kind != model.TargetDynamic {
		return nil
	}
	f, err := audience.ParseAccountFilter(l.Filter.V)
	if err != nil {
		return err
	}
	now := s.DB.Now(ctx)
	where, args := f.SQL(now)
	var ids []int64
	if err := s.DB.Conn(ctx).Table("accounts a").Where(where, args...).Order("a.id").Limit(maxDynamic+1).Pluck("a.id", &ids).Error; err != nil {
		return fmt.Errorf("select accounts by the list's filter: %w", err)
	}
	if len(ids) > maxDynamic {
		return model.Conflict("the filter selects more than 20000 accounts: narrow it down")
	}
	on, err := s.onList(ctx, l.ID)
	if err != nil {
		return err
	}
	var fresh []Nomination
	for _, id := range missing(ids, on) {
		fresh = append(fresh, Nomination{AccountID: id})
	}
	if err := s.putOn(ctx, l.ID, fresh, ""); err != nil {
		return err
	}
	if err := s.takeOff(ctx, l.ID, missing(on, ids)); err != nil {
		return err
	}
	l.RefreshedAt = &now
	err = s.DB.Conn(ctx).Model(&model.TargetList{ID: l.ID}).UpdateColumn("refreshed_at", now).Error
	return wrap("note when the list was refreshed", err)
}

// missing returns the ids of a that are not in b; both are sorted.
func missing(a, b []int64) []int64 {
	var out []int64
	for _, id := range a {
		if _, found := slices.BinarySearch(b, id); !found {
			out = append(out, id)
		}
	}
	return out
}

// RefreshTarget makes a dynamic list hold what its filter selects now.
func (s *Service) RefreshTarget(ctx context.Context, id int64) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l, err := s.lockTarget(ctx, id)
		if err != nil {
			return err
		}
		return s.refresh(ctx, &l)
	})
	return wrap(fmt.Sprintf("refresh target list %d", id), err)
}

// refreshEvery is how old a dynamic list may be.
const refreshEvery = time.Hour

// RefreshTargets refreshes the dynamic lists that are an hour old, at most a page
// of them. Replicas that meet at a list refresh it once more, which changes
// nothing.
func (s *Service) RefreshTargets(ctx context.Context) error {
	var due []int64
	err := s.DB.Read(ctx).Model(&model.TargetList{}).
		Where("kind = ? AND closed_at IS NULL AND (refreshed_at IS NULL OR refreshed_at <= ?)", model.TargetDynamic, s.DB.Now(ctx).Add(-refreshEvery)).
		Order("refreshed_at, id").Limit(model.PageLimit).Pluck("id", &due).Error
	if err != nil {
		return fmt.Errorf("look for target lists to refresh: %w", err)
	}
	for _, id := range due {
		if err := s.RefreshTarget(ctx, id); err != nil {
			if ctx.Err() != nil {
				return err
			}
			s.Logger.WarnContext(ctx, "target list not refreshed", "list", id, "error", err)
		}
	}
	return nil
}

// Template is a ready filter for a target list. Ask names the field whose values
// are examples, to be chosen by whoever makes the list.
type Template struct {
	Key      string
	Purposes []string
	Filter   json.RawMessage
	Ask      string
}

// Templates lists the ready filters: by what an account is to us (renewal and
// upselling, cross-selling, close to an opportunity, winning back), and by traits
// (industry, region, size, lighthouse).
func Templates() []Template {
	one := func(leaf string) json.RawMessage { return json.RawMessage(`{"v":1,"op":"and","of":[` + leaf + `]}`) }
	const customer, prospect = `{"f":"lifecycle","is":"in","v":["customer"]}`, `{"f":"lifecycle","is":"in","v":["prospect"]}`
	return []Template{
		{Key: "renew", Purposes: []string{"repeat", "stage"}, Filter: one(customer)},
		{Key: "cross_sell", Purposes: []string{"repeat"}, Filter: one(customer + `,{"f":"engaged","is":"yes"}`)},
		{Key: "near_opportunity", Purposes: []string{"stage"}, Filter: one(prospect + `,{"f":"engaged","is":"yes"}`)},
		{Key: "win_back", Purposes: []string{"stage"}, Filter: one(`{"f":"lifecycle","is":"in","v":["former"]}`)},
		{Key: "industry", Purposes: []string{"vertical"}, Filter: one(`{"f":"industry","is":"in","v":["软件"]}`), Ask: "industry"},
		{Key: "region", Purposes: []string{"named"}, Filter: one(`{"f":"region","is":"in","v":["上海"]}`), Ask: "region"},
		{Key: "large", Purposes: []string{"large"}, Filter: one(`{"f":"employees","is":"at_least","v":1000}`), Ask: "employees"},
		{Key: "lighthouse", Purposes: []string{"named"}, Filter: one(`{"f":"strategic","is":"yes"}`)},
	}
}
