package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Filter narrows the list of accounts; zero fields do not.
type Filter struct {
	Query     string // a part of the name, or the beginning of an alias or a domain
	OwnerID   int64
	SDRID     int64
	Tier      model.Tier
	Lifecycle model.Lifecycle
	ListID    int64 // on that target list now
	Target    bool  // on any
	Review    bool  // asked for in the weekly review
	Lacks     string
}

// What an account can lack: a data-quality alert.
const (
	LacksOwner  = "owner"
	LacksSDR    = "sdr"
	LacksBackup = "backup" // of its owner or its SDR
	LacksTier   = "tier"
	LacksPeople = "people"
)

// Lacks lists what an account can lack.
func Lacks() []string { return []string{LacksOwner, LacksSDR, LacksBackup, LacksTier, LacksPeople} }

// List lists live accounts, the newest first.
func (s *Service) List(ctx context.Context, f Filter, page model.Page) ([]model.Account, error) {
	named, err := s.namedLike(ctx, f.Query)
	if err != nil {
		return nil, err
	}
	var ids []int64
	if err := s.idsQuery(ctx, f, named, page).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	if len(ids) == 0 {
		return []model.Account{}, nil
	}
	var rows []model.Account
	err = s.DB.Read(ctx).Where("id IN ?", ids).Order("id DESC").Find(&rows).Error
	return rows, wrap("list accounts", err)
}

// idsQuery finds a page of account ids. It walks the one index that has the
// filter's accounts in the order of their ids and stops when the page is full.
func (s *Service) idsQuery(ctx context.Context, f Filter, named []int64, page model.Page) *gorm.DB {
	db := s.DB.Read(ctx)
	where := []string{"a.live_slot = 1"}
	var from string
	var args []any
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	switch {
	case f.ListID != 0:
		from = "target_members m JOIN accounts a ON a.id = m.account_id"
		add("m.list_id = ? AND m.open_slot = 1", f.ListID)
	case f.Review:
		from = "account_plans p JOIN accounts a ON a.id = p.account_id"
	case f.OwnerID != 0 || f.Lacks == LacksOwner:
		from = s.DB.Walk("accounts a", "ix_accounts_owner")
	case f.SDRID != 0 || f.Lacks == LacksSDR:
		from = s.DB.Walk("accounts a", "ix_accounts_sdr")
	case f.Target:
		from = s.DB.Walk("accounts a", "ix_accounts_target")
	default:
		from = "accounts a"
	}
	if f.Review && f.ListID == 0 {
		add("p.review_since IS NOT NULL")
	}
	if f.Review && f.ListID != 0 {
		add("EXISTS (SELECT 1 FROM account_plans p WHERE p.account_id = a.id AND p.review_since IS NOT NULL)")
	}
	for _, c := range []struct {
		condition string
		value     any
		set       bool
	}{
		{"a.owner_id = ?", f.OwnerID, f.OwnerID != 0},
		{"a.sdr_id = ?", f.SDRID, f.SDRID != 0},
		{"a.is_target = ?", true, f.Target},
		{"a.tier = ?", f.Tier, f.Tier != ""},
		{"a.lifecycle = ?", f.Lifecycle, f.Lifecycle != ""},
	} {
		if c.set {
			add(c.condition, c.value)
		}
	}
	if lacking := lacking(f.Lacks); lacking != "" {
		add(lacking)
	}
	if f.Query != "" {
		add("(a.name LIKE ? ESCAPE '!' OR a.id IN ?)", "%"+escapeLike(f.Query)+"%", append(slices.Clone(named), 0))
	}
	id := "a.id"
	if f.ListID != 0 {
		id = "m.account_id"
	}
	if page.After > 0 {
		add(id+" < ?", page.After)
	}
	q := model.ScopeOf(ctx).OfAccounts(db.Table(from), "a")
	return q.Select(id).Where(strings.Join(where, " AND "), args...).Order(id + " DESC").Limit(page.Size())
}

// lacking is the condition of a data-quality alert.
func lacking(what string) string {
	return map[string]string{
		LacksOwner:  "a.owner_id = 0",
		LacksSDR:    "a.sdr_id = 0",
		LacksBackup: "(a.owner_id <> 0 AND a.owner_backup_id = 0 OR a.sdr_id <> 0 AND a.sdr_backup_id = 0)",
		LacksTier:   "a.tier = ''",
		LacksPeople: "NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = a.id)",
	}[what]
}

// namedLike finds accounts with an alias or a domain that begins like text, at
// most a page of each.
func (s *Service) namedLike(ctx context.Context, text string) ([]int64, error) {
	var out []int64
	if text == "" {
		return out, nil
	}
	for _, q := range []struct{ table, column, prefix string }{
		{"account_aliases", "alias_key", nameKey(text)}, {"account_domains", "domain", strings.ToLower(text)},
	} {
		if q.prefix == "" {
			continue
		}
		var ids []int64
		err := s.DB.Read(ctx).Table(q.table).Where(q.column+" LIKE ? ESCAPE '!'", escapeLike(q.prefix)+"%").
			Order(q.column).Limit(model.PageLimit).Pluck("account_id", &ids).Error
		if err != nil {
			return nil, fmt.Errorf("look for accounts by %s: %w", q.column, err)
		}
		out = append(out, ids...)
	}
	return out, nil
}

// escapeLike takes the special meaning from LIKE's characters. The escape is
// "!", because a backslash means different things to the two databases.
func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// Quality counts the live accounts in scope that lack something: the data-quality
// alerts, by the words of Lacks.
func (s *Service) Quality(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	for _, what := range Lacks() {
		var n int64
		q := model.ScopeOf(ctx).OfAccounts(s.DB.Read(ctx).Table("accounts a"), "a")
		err := q.Where("a.live_slot = 1 AND " + lacking(what)).Count(&n).Error
		if err != nil {
			return nil, fmt.Errorf("count accounts that lack %s: %w", what, err)
		}
		out[what] = n
	}
	return out, nil
}
