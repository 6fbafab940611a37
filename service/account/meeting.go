package account

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
)

// MeetingRow is what the weekly meeting says of an account. Ring counts the
// touches of the filter's time, Week those of the last seven days.
type MeetingRow struct {
	RingRow
	Week      Tally
	OwnerName string
	LastTouch string               // its day; empty without any
	Next      *model.AccountAction // the next action that is open
	NextBy    string               // who does it
	Late      bool                 // its day is over
	Stage     string               // the furthest rung of its people, in the ladder's order
	Deals     int                  // open ones
	Amount    int64                // what they are worth together, where that is known
	WhyNow    *model.AccountEvent
	Review    bool // somebody asked for it to be talked about
}

// Meeting lists accounts as Rings does, each with what there is to say of it, in
// a fixed number of queries more.
func (s *Service) Meeting(ctx context.Context, f RingFilter, after RingPlace, limit int) (rows []MeetingRow, next RingPlace, more bool, err error) {
	rings, next, more, err := s.Rings(ctx, f, after, limit)
	if err != nil || len(rings) == 0 {
		return []MeetingRow{}, next, more, err
	}
	m := meeting{s: s, at: make(map[int64]*MeetingRow, len(rings)), reps: map[int64]string{}}
	rows = make([]MeetingRow, len(rings))
	for i, r := range rings {
		rows[i].RingRow = r
		m.at[r.ID], m.ids = &rows[i], append(m.ids, r.ID)
		m.reps[r.OwnerID] = ""
	}
	for _, part := range []func(context.Context) error{m.touches, m.actions, m.stages, m.deals, m.events, m.reviews, m.names} {
		if err := part(ctx); err != nil {
			return nil, after, false, fmt.Errorf("put the meeting together: %w", err)
		}
	}
	return rows, next, more, nil
}

// meeting gathers what there is to say of a page's accounts.
type meeting struct {
	s    *Service
	ids  []int64
	at   map[int64]*MeetingRow
	reps map[int64]string
}

func (m meeting) touches(ctx context.Context) error {
	week, err := m.s.Tallies(ctx, m.ids, m.s.DB.Now(ctx).Add(-recently))
	if err != nil {
		return err
	}
	var last []struct {
		AccountID int64
		Day       string
	}
	err = m.s.touchesQuery(ctx, m.ids).Select("m.account_id, MAX(t.local_day) AS day").Group("m.account_id").Scan(&last).Error
	if err != nil {
		return fmt.Errorf("find last touches: %w", err)
	}
	for _, l := range last {
		m.at[l.AccountID].LastTouch = l.Day
	}
	for id, t := range week {
		m.at[id].Week = t
	}
	return nil
}

func (m meeting) actions(ctx context.Context) error {
	var open []model.AccountAction
	err := m.s.DB.Read(ctx).Order("account_id, due_day, id").Limit(maxMeeting).
		Find(&open, "account_id IN ? AND done_at IS NULL", m.ids).Error
	if err != nil {
		return fmt.Errorf("load next actions: %w", err)
	}
	today := m.s.DB.Now(ctx).In(m.s.Zone).Format(time.DateOnly)
	for _, a := range open {
		if row := m.at[a.AccountID]; row.Next == nil {
			row.Next, row.Late = &a, a.DueDay < today
			m.reps[a.RepID] = ""
		}
	}
	return nil
}

// maxMeeting bounds what is read of a page's actions and events.
const maxMeeting = 5000

func (m meeting) stages(ctx context.Context) error {
	var rows []struct {
		AccountID int64
		Stage     string
	}
	err := m.s.DB.Read(ctx).Model(&model.Contact{}).Distinct("account_id", "stage").Where("account_id IN ? AND stage <> ''", m.ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("load stages: %w", err)
	}
	ladder := []string{
		model.StageLost, model.StageMAL, model.StageMIL, model.StageMQL, model.StageSAL, model.StageSQL,
		model.StageOpportunity, model.StageWon, model.StageRenewal,
	}
	for _, r := range rows {
		if row := m.at[r.AccountID]; slices.Index(ladder, r.Stage) > slices.Index(ladder, row.Stage) {
			row.Stage = r.Stage
		}
	}
	return nil
}

func (m meeting) deals(ctx context.Context) error {
	var rows []struct {
		AccountID int64
		Deals     int
		Amount    int64
	}
	err := m.s.DB.Read(ctx).Model(&model.Opportunity{}).Select("account_id, COUNT(*) AS deals, COALESCE(SUM(amount), 0) AS amount").
		Where("account_id IN ? AND state = ?", m.ids, model.OpportunityOpen).Group("account_id").Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("count open deals: %w", err)
	}
	for _, r := range rows {
		m.at[r.AccountID].Deals, m.at[r.AccountID].Amount = r.Deals, r.Amount
	}
	return nil
}

func (m meeting) events(ctx context.Context) error {
	now := m.s.DB.Now(ctx)
	var events []model.AccountEvent
	err := m.s.DB.Read(ctx).Order("account_id, at DESC, id DESC").Limit(maxMeeting).
		Find(&events, "account_id IN ? AND at >= ? AND at <= ?", m.ids, model.Instant(now.Add(-Fresh)), now).Error
	if err != nil {
		return fmt.Errorf("load reasons to call: %w", err)
	}
	for _, e := range events {
		if row := m.at[e.AccountID]; row.WhyNow == nil {
			row.WhyNow = &e
		}
	}
	return nil
}

func (m meeting) reviews(ctx context.Context) error {
	var ids []int64
	err := m.s.DB.Read(ctx).Model(&model.AccountPlan{}).Where("account_id IN ? AND review_since IS NOT NULL", m.ids).Pluck("account_id", &ids).Error
	for _, id := range ids {
		m.at[id].Review = true
	}
	return wrap("load what is to be talked about", err)
}

func (m meeting) names(ctx context.Context) error {
	found, err := m.s.DB.RepNames(ctx, slices.Collect(maps.Keys(m.reps)))
	if err != nil {
		return err
	}
	maps.Copy(m.reps, found)
	for _, row := range m.at {
		if row.OwnerName = m.reps[row.OwnerID]; row.Next != nil {
			row.NextBy = m.reps[row.Next.RepID]
		}
	}
	return nil
}

// OwnerSum is what the weekly meeting says of an owner's target accounts.
type OwnerSum struct {
	OwnerID   int64 // 0: nobody owns them
	OwnerName string
	Accounts  int
	Zero      int // nothing reached them in the filter's time
	Full      int // their ring is full
	Marketing int
	Sales     int
	Recent    int // touches of the last seven days
}

// MeetingOwners sums the meeting's accounts up by owner, who has most untouched
// ones first. It looks at so many accounts at most; more tells that there are
// others.
func (s *Service) MeetingOwners(ctx context.Context, f RingFilter) (sums []OwnerSum, more bool, err error) {
	wants, err := s.Policies(ctx)
	if err != nil {
		return nil, false, err
	}
	walk := ringWalk{s: s, filter: f, wants: wants, seen: map[int64]RingRow{}}
	last := int64(0)
	for {
		ids, err := walk.chunk(ctx, last)
		if err != nil {
			return nil, false, err
		}
		if len(ids) == 0 {
			break
		}
		last = ids[len(ids)-1]
		if more = len(walk.seen) >= ringBudget; more {
			break
		}
	}
	byOwner := map[int64]*OwnerSum{}
	for _, row := range walk.seen {
		sum := byOwner[row.OwnerID]
		if sum == nil {
			sum = &OwnerSum{OwnerID: row.OwnerID}
			byOwner[row.OwnerID] = sum
		}
		sum.add(row.Ring)
	}
	m := meeting{s: s, reps: map[int64]string{}}
	for id := range byOwner {
		m.reps[id] = ""
	}
	if err := m.names(ctx); err != nil {
		return nil, false, err
	}
	sums = make([]OwnerSum, 0, len(byOwner))
	for id, sum := range byOwner {
		sum.OwnerName = m.reps[id]
		sums = append(sums, *sum)
	}
	slices.SortFunc(sums, worstFirst)
	return sums, more, nil
}

func (o *OwnerSum) add(r Ring) {
	o.Accounts++
	o.Marketing, o.Sales, o.Recent = o.Marketing+r.Marketing, o.Sales+r.Sales, o.Recent+r.Recent
	if r.Total == 0 {
		o.Zero++
	}
	if r.Full {
		o.Full++
	}
}

func worstFirst(a, b OwnerSum) int {
	return cmp.Or(cmp.Compare(b.Zero, a.Zero), cmp.Compare(b.Accounts, a.Accounts), cmp.Compare(a.OwnerID, b.OwnerID))
}
