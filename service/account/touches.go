package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// recently is how far back the weekly meeting looks.
const recently = 7 * 24 * time.Hour

// reached are the states of touches that reached their person: what was only
// given to a rep to send does not count.
func reached() []model.TouchState { return []model.TouchState{model.TouchDelivered, model.TouchDone} }

// touchesQuery joins the touches that count with the accounts that they are of:
// those of the people who were there when they got them.
func (s *Service) touchesQuery(ctx context.Context, accountIDs []int64) *gorm.DB {
	return s.DB.Read(ctx).Table(s.DB.Walk("account_members m", "ix_account_members_account")).
		Joins("JOIN touches t ON t.contact_id = m.contact_id AND t.sent_at >= m.from_at AND (m.to_at IS NULL OR t.sent_at < m.to_at)").
		Where("m.account_id IN ? AND m.voided_at IS NULL AND t.state IN ? AND t.channel <> ?", accountIDs, reached(), model.ChannelTag)
}

// Tally is what reached the people of an account.
type Tally struct {
	AccountID int64
	Marketing int
	Sales     int
	People    int // of them, each once
	Recent    int // in the last seven days
}

// Tallies counts the touches of a set of at most 500 accounts since an instant;
// the zero instant is ever. Accounts that nothing reached are left out.
func (s *Service) Tallies(ctx context.Context, accountIDs []int64, since time.Time) (map[int64]Tally, error) {
	out := map[int64]Tally{}
	if len(accountIDs) == 0 {
		return out, nil
	}
	var rows []Tally
	if err := s.talliesQuery(ctx, accountIDs, since).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count touches of accounts: %w", err)
	}
	for _, r := range rows {
		out[r.AccountID] = r
	}
	return out, nil
}

func (s *Service) talliesQuery(ctx context.Context, accountIDs []int64, since time.Time) *gorm.DB {
	q := s.touchesQuery(ctx, accountIDs).Select(`m.account_id, SUM(CASE WHEN t.channel = ? THEN 0 ELSE 1 END) AS marketing,
		SUM(CASE WHEN t.channel = ? THEN 1 ELSE 0 END) AS sales, COUNT(DISTINCT t.contact_id) AS people,
		SUM(CASE WHEN t.sent_at > ? THEN 1 ELSE 0 END) AS recent`,
		model.ChannelRepPrompt, model.ChannelRepPrompt, s.DB.Now(ctx).Add(-recently)).Group("m.account_id")
	if !since.IsZero() {
		q = q.Where("t.sent_at >= ?", model.Instant(since))
	}
	return q
}

// Cell is what reached a person in a week, by side.
type Cell struct {
	ContactID int64
	Week      string // the Monday, YYYY-MM-DD
	Marketing int
	Sales     int
	Responses int // of them, that the person responded to in time
}

// Cells is the contact–audience–action graph of an account: people by weeks by
// sides, of the weeks from the one that holds since on, in the order of people and
// weeks.
func (s *Service) Cells(ctx context.Context, accountID int64, since time.Time) ([]Cell, error) {
	var days []struct {
		ContactID int64
		LocalDay  string
		Channel   string
		N         int
		Responses int
	}
	err := s.touchesQuery(ctx, []int64{accountID}).Select(`t.contact_id, t.local_day, t.channel, COUNT(*) AS n,
		SUM(CASE WHEN t.responded_at IS NULL THEN 0 ELSE 1 END) AS responses`).
		Where("t.local_day >= ?", monday(since.In(s.Zone)).Format(time.DateOnly)).
		Group("t.contact_id, t.local_day, t.channel").Scan(&days).Error
	if err != nil {
		return nil, fmt.Errorf("count touches of account %d by week: %w", accountID, err)
	}
	cells := map[[2]string]*Cell{}
	for _, d := range days {
		day, err := time.Parse(time.DateOnly, d.LocalDay)
		if err != nil {
			return nil, fmt.Errorf("day of a touch: %w", err)
		}
		week := monday(day).Format(time.DateOnly)
		at := [2]string{fmt.Sprint(d.ContactID), week}
		if cells[at] == nil {
			cells[at] = &Cell{ContactID: d.ContactID, Week: week}
		}
		cells[at].Responses += d.Responses
		switch model.SideOf(d.Channel) {
		case model.SideMarketing:
			cells[at].Marketing += d.N
		case model.SideSales:
			cells[at].Sales += d.N
		}
	}
	out := make([]Cell, 0, len(cells))
	for _, c := range cells {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.ContactID, b.ContactID), cmp.Compare(a.Week, b.Week)) })
	return out, nil
}

// monday is the first day of the week that day is in.
func monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// RingRow is an account of the weekly meeting.
type RingRow struct {
	model.Account
	Ring Ring
}

// RingFilter says whose accounts the weekly meeting looks at: an owner's, a target
// list's, else all targets. Since bounds the touches that count; zero is ever.
type RingFilter struct {
	OwnerID int64
	Unowned bool // whose owner is nobody
	ListID  int64
	Since   time.Time
	Targets bool // of an owner's accounts only the targets
	Only    RingPart
}

// RingPart narrows the accounts down by their ring; empty does not.
type RingPart string

// The parts that the meeting's sums count.
const (
	RingUntouched RingPart = "untouched"
	RingFull      RingPart = "full"
)

func (p RingPart) has(r Ring) bool {
	return p == "" || p == RingUntouched && r.Total == 0 || p == RingFull && r.Full
}

// RingPlace is a place in the weekly meeting's list: behind the account with that
// id among those with Total touches.
type RingPlace struct {
	Total int
	ID    int64
}

// A page of the weekly meeting looks at this many accounts at a time, and at
// so many in all.
const (
	ringChunk  = 200
	ringBudget = 2000
)

// Rings lists accounts for the weekly meeting: those that nothing reached first,
// then by how many touches their ring holds, a full one being full; then by id.
// What a page costs does not grow with the number of accounts: it may end early,
// and then more tells that there is more to look at behind next.
func (s *Service) Rings(ctx context.Context, f RingFilter, after RingPlace, limit int) (rows []RingRow, next RingPlace, more bool, err error) {
	wants, err := s.Policies(ctx)
	if err != nil {
		return nil, after, false, err
	}
	most := 0
	for _, w := range wants {
		most = max(most, w.Touches)
	}
	last := most
	if f.Only == RingUntouched {
		last = 0
	}
	walk := ringWalk{s: s, filter: f, wants: wants, seen: map[int64]RingRow{}}
	next = after
	for looked := 0; next.Total <= last; {
		ids, err := walk.chunk(ctx, next.ID)
		if err != nil {
			return nil, after, false, err
		}
		if len(ids) == 0 {
			next = RingPlace{Total: next.Total + 1}
			continue
		}
		for _, id := range ids {
			next.ID = id
			row := walk.seen[id]
			if min(row.Ring.Total, most) != next.Total || !f.Only.has(row.Ring) {
				continue
			}
			if rows = append(rows, row); len(rows) == limit {
				return rows, next, true, nil
			}
		}
		if looked += len(ids); looked >= ringBudget {
			return rows, next, true, nil
		}
	}
	return rows, next, false, nil
}

// ringWalk goes through the filter's accounts, once for each number of touches.
type ringWalk struct {
	s      *Service
	filter RingFilter
	wants  map[model.Tier]Want
	seen   map[int64]RingRow
}

// chunk returns the next ids and has their rows in seen.
func (w *ringWalk) chunk(ctx context.Context, after int64) ([]int64, error) {
	var ids []int64
	if err := w.query(ctx, after).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("list accounts of the meeting: %w", err)
	}
	unseen := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { _, ok := w.seen[id]; return ok })
	if len(unseen) == 0 {
		return ids, nil
	}
	var accounts []model.Account
	if err := w.s.DB.Read(ctx).Find(&accounts, "id IN ?", unseen).Error; err != nil {
		return nil, fmt.Errorf("load accounts of the meeting: %w", err)
	}
	tallies, err := w.s.Tallies(ctx, unseen, w.filter.Since)
	if err != nil {
		return nil, err
	}
	own, err := w.s.ownWants(ctx, accounts, w.wants)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		w.seen[a.ID] = RingRow{a, ringOf(tallies[a.ID], own[a.ID])}
	}
	return ids, nil
}

func ringOf(t Tally, want Want) Ring {
	r := NewRing(t.Marketing, t.Sales, want.Touches)
	r.People, r.Recent = t.People, t.Recent
	return r
}

func (w *ringWalk) query(ctx context.Context, after int64) *gorm.DB {
	q := w.filtered(ctx, after)
	if w.filter.Unowned {
		q = q.Where("a.owner_id = 0")
	}
	return model.ScopeOf(ctx).OfAccounts(q, "a")
}

func (w *ringWalk) filtered(ctx context.Context, after int64) *gorm.DB {
	db := w.s.DB.Read(ctx)
	switch f := w.filter; {
	case f.ListID != 0:
		q := db.Table("target_members m").Select("m.account_id").Joins("JOIN accounts a ON a.id = m.account_id").
			Where("m.list_id = ? AND m.open_slot = 1 AND m.account_id > ? AND a.live_slot = 1", f.ListID, after)
		if f.OwnerID != 0 {
			q = q.Where("a.owner_id = ?", f.OwnerID)
		}
		return q.Order("m.account_id").Limit(ringChunk)
	case f.OwnerID != 0:
		q := db.Table(w.s.DB.Walk("accounts a", "ix_accounts_owner")).Select("a.id").
			Where("a.owner_id = ? AND a.id > ? AND a.live_slot = 1", f.OwnerID, after).Order("a.id").Limit(ringChunk)
		if f.Targets {
			q = q.Where("a.is_target = ?", true)
		}
		return q
	default:
		return db.Table(w.s.DB.Walk("accounts a", "ix_accounts_target")).Select("a.id").
			Where("a.is_target = ? AND a.id > ? AND a.live_slot = 1", true, after).Order("a.id").Limit(ringChunk)
	}
}
