package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// BacklogState names where work stands on its way out.
type BacklogState string

// Upcoming: people whose next date is later today. Due: people whose date has come and who are not planned yet. Waiting: planned
// touches that could go now (their programme may be paused). Queued, claimed: in
// our queue, in mid-call. Submitted: WeCom has it. Unconfirmed: for a day and
// longer. Unknown: WeCom is being asked whether the call was made. Stuck: a
// person decides. Parked: planning failed. Unstoppable: the kill switch could
// not take it back.
const (
	BacklogUpcoming    BacklogState = "upcoming"
	BacklogDue         BacklogState = "due"
	BacklogWaiting     BacklogState = "waiting"
	BacklogQueued      BacklogState = "queued"
	BacklogClaimed     BacklogState = "claimed"
	BacklogSubmitted   BacklogState = "submitted"
	BacklogUnconfirmed BacklogState = "unconfirmed"
	BacklogUnknown     BacklogState = "unknown"
	BacklogStuck       BacklogState = "stuck"
	BacklogParked      BacklogState = "parked"
	BacklogUnstoppable BacklogState = "unstoppable"
)

// BacklogStates lists the states in the order in which work passes them.
func BacklogStates() []BacklogState {
	return []BacklogState{
		BacklogUpcoming, BacklogDue, BacklogWaiting, BacklogQueued, BacklogClaimed, BacklogSubmitted,
		BacklogUnconfirmed, BacklogUnknown, BacklogStuck, BacklogParked, BacklogUnstoppable,
	}
}

const (
	// backlogMax bounds how far a state is counted.
	backlogMax = 10_000
	// unconfirmedAfter is from when on a rep's sending is overdue.
	unconfirmedAfter = 24 * time.Hour
)

// BacklogCount is how much work is in a state.
type BacklogCount struct {
	State  BacklogState
	Count  int  // at most 10 000
	More   bool // there is more
	Oldest *time.Time
}

// BacklogRow is one piece of work. ID is an enrollment's (due, parked), a
// touch's (waiting) or a dispatch's.
type BacklogRow struct {
	ID          int64
	Since       time.Time
	SOPID       int64
	SOPName     string
	StepKey     string
	StepName    string // in the version that runs; a step that is gone has none
	Channel     string
	RepID       int64
	RepName     string
	ContactID   int64 // or a customer group's Who
	ContactName string
	Recipients  int
	Error       string
}

// BacklogPlace is where a list goes on: behind that row.
type BacklogPlace struct {
	Since time.Time
	ID    int64
}

// Backlog counts the work in every state. Who sees a part of the company is told
// of the work of the reps in it; what several reps have at once is nobody's of
// them.
func (s *Service) Backlog(ctx context.Context) ([]BacklogCount, error) {
	out := make([]BacklogCount, 0, len(BacklogStates()))
	for _, state := range BacklogStates() {
		var n int64
		rows := s.backlog(ctx, state).Select("1").Limit(backlogMax + 1)
		if err := s.db.Read(ctx).Table("(?) AS found", rows).Count(&n).Error; err != nil {
			return nil, fmt.Errorf("count work that is %s: %w", state, err)
		}
		c := BacklogCount{State: state, Count: int(min(n, backlogMax)), More: n > backlogMax}
		if n > 0 {
			first, err := s.BacklogRows(ctx, BacklogFilter{State: state}, BacklogPlace{}, 1)
			if err != nil {
				return nil, err
			}
			if len(first) > 0 {
				c.Oldest = &first[0].Since
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// backlog is the query of a state, by the index that knows it.
func (s *Service) backlog(ctx context.Context, state BacklogState) *gorm.DB {
	now, db, scope := s.db.Now(ctx), s.db.Read(ctx), model.ScopeOf(ctx)
	dispatches := func(state model.DispatchState) *gorm.DB {
		q := db.Table(s.db.Walk("dispatches", "ix_dispatches_state")).Where("dispatches.state = ? AND dispatches.channel <> 'welcome'", state)
		return scope.OfReps(q, "dispatches.rep_id")
	}
	switch state {
	case BacklogDue, BacklogUpcoming:
		shards := make([]int, model.EnrollmentShards)
		for i := range shards {
			shards[i] = i
		}
		return s.dueIn(ctx, state).Where("enrollments.shard IN ?", shards)
	case BacklogWaiting:
		q := db.Table(s.db.Walk("touches", "ix_touches_queue")).Where("touches.state = ? AND touches.not_before <= ?", model.TouchPlanned, now)
		return scope.OfReps(q, "touches.rep_id")
	case BacklogParked:
		q := db.Table(s.db.Walk("enrollments", "ix_enrollments_sop")).
			Where("enrollments.sop_id IN (SELECT id FROM sops) AND enrollments.state = ?", model.EnrollmentParked)
		return scope.OfReps(q, "enrollments.rep_id")
	case BacklogQueued:
		return dispatches(model.DispatchQueued)
	case BacklogClaimed:
		return dispatches(model.DispatchSending)
	case BacklogSubmitted:
		return dispatches(model.DispatchSent).Where("dispatches.sent_at > ?", now.Add(-unconfirmedAfter))
	case BacklogUnconfirmed:
		return dispatches(model.DispatchSent).Where("dispatches.sent_at <= ?", now.Add(-unconfirmedAfter))
	case BacklogUnstoppable:
		return dispatches(model.DispatchSent).Where("dispatches.stop_error <> ''")
	case BacklogUnknown:
		return dispatches(model.DispatchUnknown)
	case BacklogStuck:
	}
	return dispatches(model.DispatchStuck)
}

// dueIn are the enrollments whose date has come, or comes until the local day
// ends.
func (s *Service) dueIn(ctx context.Context, state BacklogState) *gorm.DB {
	now := s.db.Now(ctx)
	q := model.ScopeOf(ctx).OfReps(s.db.Read(ctx).Table(s.db.Walk("enrollments", "ix_enrollments_due")), "enrollments.rep_id")
	if state == BacklogDue {
		return q.Where("enrollments.next_due_at <= ?", now)
	}
	year, month, day := now.In(s.zone).Date()
	return q.Where("enrollments.next_due_at > ? AND enrollments.next_due_at < ?", now, model.Instant(time.Date(year, month, day+1, 0, 0, 0, 0, s.zone)))
}

// BacklogFilter narrows a state's rows. RepID is for calls only.
type BacklogFilter struct {
	State BacklogState
	RepID *int64 // 0: of several reps at once
}

// BacklogRows lists the work in a state, the oldest first, behind a place.
func (s *Service) BacklogRows(ctx context.Context, f BacklogFilter, after BacklogPlace, limit int) ([]BacklogRow, error) {
	state := f.State
	if !slices.Contains(BacklogStates(), state) {
		return nil, model.Invalid("state", "is none of the words known here")
	}
	limit = model.Page{Limit: limit}.Size()
	var rows []BacklogRow
	var err error
	switch state {
	case BacklogDue, BacklogUpcoming:
		rows, err = s.dueRows(ctx, state, after, limit)
	case BacklogWaiting:
		err = behind(s.backlog(ctx, state), "touches", "not_before", after).
			Select("touches.id, touches.not_before AS since, touches.sop_id, touches.step_key, touches.channel, touches.rep_id, touches.contact_id").
			Limit(limit).Scan(&rows).Error
	case BacklogParked:
		err = s.backlog(ctx, state).Where("enrollments.id > ?", after.ID).Order("enrollments.id").
			Select("enrollments.id, enrollments.updated_at AS since, enrollments.sop_id, enrollments.rep_id, enrollments.contact_id, enrollments.last_error AS error").
			Limit(limit).Scan(&rows).Error
	default:
		rows, err = s.dispatchRows(ctx, f, after, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("list work that is %s: %w", state, err)
	}
	return rows, s.name(ctx, rows)
}

// dispatchRows lists outgoing calls; payloads, which may be large, stay where
// they are.
func (s *Service) dispatchRows(ctx context.Context, f BacklogFilter, after BacklogPlace, limit int) ([]BacklogRow, error) {
	var list []model.Dispatch
	q := s.backlog(ctx, f.State)
	if f.RepID != nil {
		q = q.Where("dispatches.rep_id = ?", *f.RepID)
	}
	err := q.Omit("payload").Where("dispatches.id > ?", after.ID).Order("dispatches.id").Limit(limit).Find(&list).Error
	rows := make([]BacklogRow, len(list))
	for i, d := range list {
		rows[i] = BacklogRow{
			ID: d.ID, Since: since(d), SOPID: d.SOPID, StepKey: d.StepKey, Channel: d.Channel,
			RepID: d.RepID, Recipients: d.Recipients, Error: cmp.Or(d.StopError, d.LastError),
		}
	}
	return rows, err
}

// behind orders by an instant and goes on after a place.
func behind(q *gorm.DB, table, column string, after BacklogPlace) *gorm.DB {
	at, id := table+"."+column, table+".id"
	if after.ID > 0 {
		q = q.Where(at+" >= ?", after.Since).Where(at+" > ? OR "+id+" > ?", after.Since, after.ID)
	}
	return q.Order(at + ", " + id)
}

// dueRows reads each shard's oldest: the index knows them by shard.
func (s *Service) dueRows(ctx context.Context, state BacklogState, after BacklogPlace, limit int) ([]BacklogRow, error) {
	var all []BacklogRow
	for shard := range model.EnrollmentShards {
		q := s.dueIn(ctx, state).Where("enrollments.shard = ?", shard)
		var rows []BacklogRow
		err := behind(q, "enrollments", "next_due_at", after).
			Select("enrollments.id, enrollments.next_due_at AS since, enrollments.sop_id, enrollments.rep_id, enrollments.contact_id").
			Limit(limit).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b BacklogRow) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return all[:min(len(all), limit)], nil
}

// name adds the names of programmes, steps, reps and contacts.
func (s *Service) name(ctx context.Context, rows []BacklogRow) error {
	for _, part := range []struct {
		table string
		id    func(*BacklogRow) int64
		into  func(*BacklogRow) *string
	}{
		{"sops", func(r *BacklogRow) int64 { return r.SOPID }, func(r *BacklogRow) *string { return &r.SOPName }},
		{"reps", func(r *BacklogRow) int64 { return r.RepID }, func(r *BacklogRow) *string { return &r.RepName }},
		{"contacts", func(r *BacklogRow) int64 { return model.ContactOf(r.ContactID) }, func(r *BacklogRow) *string { return &r.ContactName }},
		{"customer_groups", func(r *BacklogRow) int64 { return model.GroupOf(r.ContactID) }, func(r *BacklogRow) *string { return &r.ContactName }},
	} {
		var ids []int64
		for i := range rows {
			if id := part.id(&rows[i]); id != 0 {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		var found []struct {
			ID   int64
			Name string
		}
		if err := s.db.Read(ctx).Table(part.table).Select("id, name").Where("id IN ?", ids).Scan(&found).Error; err != nil {
			return fmt.Errorf("load names of %s: %w", part.table, err)
		}
		names := make(map[int64]string, len(found))
		for _, f := range found {
			names[f.ID] = f.Name
		}
		for i := range rows {
			if id := part.id(&rows[i]); id != 0 {
				*part.into(&rows[i]) = names[id]
			}
		}
	}
	var sops []int64
	for _, r := range rows {
		if r.StepKey != "" {
			sops = append(sops, r.SOPID)
		}
	}
	steps, err := s.stepNames(ctx, sops)
	if err != nil {
		return err
	}
	for i, r := range rows {
		rows[i].StepName = steps[stepOf{r.SOPID, r.StepKey}]
	}
	return nil
}
