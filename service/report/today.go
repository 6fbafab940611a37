package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

const (
	// todayAge is how long a day's picture is given out again: any number of open
	// screens costs the database the same.
	todayAge = 3 * time.Second
	// todayKept is for how long a picture is kept that nobody asks for.
	todayKept = time.Minute
	// todayMax bounds how many of a day's touches are counted.
	todayMax = 200_000
	// welcomeSample is how many of the day's last welcomes are measured, and
	// welcomeDots how many of them are shown one by one.
	welcomeSample = 2000
	welcomeDots   = 60
	// WelcomeLimit is how long WeCom lets a welcome take.
	WelcomeLimit = 20 * time.Second
	// waitingReps bounds the list of reps that something waits for.
	waitingReps = 50
)

// Today is a local day as it stands.
type Today struct {
	Day     string
	At      time.Time
	Zone    string // the corp's
	More    bool   // there are more touches than were counted
	Hours   [model.HoursOfDay]HourCount
	Fates   map[model.Fate]int // of all hours
	Reasons []ReasonCount      // why touches of the day did not go out, the most first
	Reps    []RepWait          // whom something waits for, the longest first
	MoreRep bool               // there are more reps
	Backlog []BacklogCount
	Welcome WelcomeDay
}

// HourCount is what is filed under an hour of the day. Ahead are people whose
// next step comes in it and is not planned yet.
type HourCount struct {
	Fates map[model.Fate]int
	Ahead int
}

// ReasonCount is how many touches came to a fate for a reason.
type ReasonCount struct {
	Fate   model.Fate
	Reason string
	Count  int
}

// RepWait is what WeCom has asked a rep to send and the rep has not sent.
type RepWait struct {
	RepID   int64 // 0: several reps at once
	RepName string
	Fresh   int // calls of the last day
	Overdue int // older ones
	People  int
	Oldest  time.Time
}

// WelcomeDay is how long the day's welcomes took.
type WelcomeDay struct {
	Count    int
	Late     int // longer than WelcomeLimit
	P50, P95 time.Duration
	Slowest  time.Duration
	Dots     []WelcomeDot // the latest, in the order of time
}

// WelcomeDot is one welcome.
type WelcomeDot struct {
	TouchID int64
	At      time.Time
	Took    time.Duration
}

// todayMemory keeps the last picture of each scope for a moment: who sees the
// same gets the same.
type todayMemory struct {
	mu    sync.Mutex
	views map[string]*todayView
}

type todayView struct {
	mu    sync.Mutex
	asked time.Time // guarded by the memory
	last  *Today
}

// of finds a scope's picture and forgets those that nobody asks for.
func (m *todayMemory) of(scope model.Scope, now time.Time) *todayView {
	key := "all"
	if !scope.All {
		key = fmt.Sprint(slices.Sorted(slices.Values(scope.Reps)))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.views == nil {
		m.views = map[string]*todayView{}
	}
	maps.DeleteFunc(m.views, func(other string, v *todayView) bool { return other != key && now.Sub(v.asked).Abs() > todayKept })
	v := m.views[key]
	if v == nil {
		v = &todayView{}
		m.views[key] = v
	}
	v.asked = now
	return v
}

// Today tells how the local day stands. It counts by indexes what is filed under
// the day and what is open, never what is over; within seconds everybody who sees
// the same gets the same picture. Who sees a part of the company is told of the
// touches and calls of the reps in it, which are the rows that the lists show.
func (s *Service) Today(ctx context.Context) (Today, error) {
	now := s.db.Now(ctx)
	view := s.today.of(model.ScopeOf(ctx), now)
	view.mu.Lock()
	defer view.mu.Unlock()
	if last := view.last; last != nil && !now.Before(last.At) && now.Sub(last.At) < todayAge {
		return *last, nil
	}
	t := Today{Day: now.In(s.zone).Format(time.DateOnly), At: now, Zone: s.zone.String(), Fates: map[model.Fate]int{}}
	for i := range t.Hours {
		t.Hours[i].Fates = map[model.Fate]int{}
	}
	for _, part := range []func(context.Context, *Today) error{s.todayTouches, s.todayAhead, s.todayReps, s.todayWelcomes, s.todayBacklog} {
		if err := part(ctx, &t); err != nil {
			return Today{}, fmt.Errorf("report the day: %w", err)
		}
	}
	view.last = &t
	return t, nil
}

// filed are the touches of the day.
func (s *Service) filed(ctx context.Context, t *Today) *gorm.DB {
	q := s.db.Read(ctx).Table(s.db.Walk("touches", "ix_touches_day")).Where("local_day = ?", t.Day).Limit(todayMax)
	return model.ScopeOf(ctx).OfReps(q, "rep_id")
}

func (s *Service) todayTouches(ctx context.Context, t *Today) error {
	hour, args := model.HourSQL(t.At.In(s.zone))
	var rows []struct {
		Hour   int
		Fate   model.Fate
		Reason string
		Count  int
	}
	filed := s.filed(ctx, t).Select(hour+" AS hour, "+model.FateSQL+" AS fate, reason", args...)
	err := s.db.Read(ctx).Table("(?) AS x", filed).Select("hour, fate, reason, COUNT(*) AS count").Group("hour, fate, reason").Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("count touches of today: %w", err)
	}
	reasons, all := map[ReasonCount]int{}, 0
	for _, r := range rows {
		t.Hours[r.Hour].Fates[r.Fate] += r.Count
		t.Fates[r.Fate] += r.Count
		all += r.Count
		if r.Reason != "" && r.Fate != model.FateSent && r.Fate != model.FateWaiting && r.Fate != model.FateDeferred {
			reasons[ReasonCount{Fate: r.Fate, Reason: r.Reason}] += r.Count
		}
	}
	t.More = all >= todayMax
	for r, n := range reasons {
		r.Count = n
		t.Reasons = append(t.Reasons, r)
	}
	slices.SortFunc(t.Reasons, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Fate, b.Fate), cmp.Compare(a.Reason, b.Reason))
	})
	return nil
}

// todayAhead counts the people whose next date is later today, shard by shard as
// the planner's index has them.
func (s *Service) todayAhead(ctx context.Context, t *Today) error {
	day := t.At.In(s.zone)
	hour, args := model.HourOfSQL("next_due_at", day)
	var rows []struct{ Hour, Count int }
	err := s.backlog(ctx, BacklogUpcoming).Select(hour+" AS hour, COUNT(*) AS count", args...).Group("hour").Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("count people whose step comes today: %w", err)
	}
	for _, r := range rows {
		t.Hours[r.Hour].Ahead = r.Count
	}
	return nil
}

func (s *Service) todayReps(ctx context.Context, t *Today) error {
	var rows []struct {
		RepWait  `gorm:"embedded"`
		OldestID int64
	}
	overdue := t.At.Add(-unconfirmedAfter)
	sent := model.ScopeOf(ctx).OfReps(s.db.Read(ctx).Table(s.db.Walk("dispatches", "ix_dispatches_state")), "rep_id").Select("id, rep_id, sent_at, recipients").
		Where("state = ? AND channel <> 'welcome' AND sent_at IS NOT NULL", model.DispatchSent).Limit(todayMax)
	err := s.db.Read(ctx).Raw(`SELECT rep_id, SUM(CASE WHEN sent_at > ? THEN 1 ELSE 0 END) AS fresh, SUM(CASE WHEN sent_at > ? THEN 0 ELSE 1 END) AS overdue,
  SUM(recipients) AS people, MIN(id) AS oldest_id
FROM (?) x GROUP BY rep_id ORDER BY oldest_id LIMIT ?`, overdue, overdue, sent, waitingReps+1).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("count what waits for reps: %w", err)
	}
	if t.MoreRep = len(rows) > waitingReps; t.MoreRep {
		rows = rows[:waitingReps]
	}
	ids, named := make([]int64, len(rows)), make([]BacklogRow, len(rows))
	for i, r := range rows {
		ids[i], named[i].RepID = r.OldestID, r.RepID
	}
	if err := s.name(ctx, named); err != nil {
		return err
	}
	var oldest []model.Dispatch
	if err := s.db.Read(ctx).Select("id", "sent_at").Find(&oldest, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("load what has waited longest for reps: %w", err)
	}
	for i, r := range rows {
		r.RepName = named[i].RepName
		for _, d := range oldest {
			if d.ID == r.OldestID && d.SentAt != nil {
				r.Oldest = *d.SentAt
			}
		}
		t.Reps = append(t.Reps, r.RepWait)
	}
	return nil
}

func (s *Service) todayWelcomes(ctx context.Context, t *Today) error {
	var rows []struct {
		ID     int64
		DueAt  time.Time
		SentAt time.Time
	}
	filed := s.filed(ctx, t).Select("id, due_at, sent_at, channel, state").Order("id DESC")
	err := s.db.Read(ctx).Table("(?) AS x", filed).Select("id, due_at, sent_at").
		Where("channel = 'welcome' AND state = ? AND sent_at IS NOT NULL", model.TouchDelivered).Limit(welcomeSample).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("load welcomes of today: %w", err)
	}
	w := WelcomeDay{Count: len(rows)}
	took := make([]time.Duration, 0, len(rows))
	for _, r := range rows {
		d := max(0, r.SentAt.Sub(r.DueAt))
		if took = append(took, d); d > WelcomeLimit {
			w.Late++
		}
		w.Dots = append(w.Dots, WelcomeDot{TouchID: r.ID, At: r.SentAt, Took: d})
	}
	slices.SortFunc(w.Dots, func(a, b WelcomeDot) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.TouchID, b.TouchID)) })
	w.Dots = w.Dots[max(0, len(w.Dots)-welcomeDots):]
	if slices.Sort(took); len(took) > 0 {
		w.P50, w.P95, w.Slowest = percentile(took, 50), percentile(took, 95), took[len(took)-1]
	}
	t.Welcome = w
	return nil
}

// percentile is the smallest value that so many percent do not exceed.
func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}

func (s *Service) todayBacklog(ctx context.Context, t *Today) (err error) {
	t.Backlog, err = s.Backlog(ctx)
	return err
}
