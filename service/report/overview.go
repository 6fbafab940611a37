package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// latencySample is how many of the last welcomes the overview measures.
const latencySample = 100

// Overview is how everything stands at one instant.
type Overview struct {
	Reps          int // who may deal with customers
	Contacts      int
	Relationships int // active ones
	SOPs          map[model.SOPState]int
	Enrollments   map[model.EnrollmentState]int
	Day           string                   // today, YYYY-MM-DD, in the corp's zone
	Today         map[model.TouchState]int // touches of today
	Waiting       Waiting
	Inbox         Inbox
	Dispatches    map[model.DispatchState]int
	Welcome       Latency
	Sync          *model.Sync // the last one; nil before the first
}

// Waiting is what reps have been asked to do and have not done.
type Waiting struct{ Touches, Reps int }

// Inbox is how far the processing of callbacks is behind.
type Inbox struct {
	States map[model.InboxState]int
	Oldest *time.Time // when the oldest unfinished callback was received
}

// Latency is the time from a customer's adding a rep to their welcome, over
// the last welcomes. WeCom tells the former in whole seconds.
type Latency struct {
	Count           int
	Median, Slowest time.Duration
}

// Overview counts.
func (s *Service) Overview(ctx context.Context) (Overview, error) {
	o := Overview{Day: s.db.Now(ctx).In(s.zone).Format(time.DateOnly)}
	for _, step := range []func(context.Context, *Overview) error{s.people, s.touches, s.engine, s.inbox, s.welcomes, s.lastSync} {
		if err := step(ctx, &o); err != nil {
			return o, fmt.Errorf("report overview: %w", err)
		}
	}
	return o, nil
}

func (s *Service) people(ctx context.Context, o *Overview) error {
	for _, c := range []struct {
		table any
		where string
		into  *int
	}{
		{&model.Rep{}, "can_follow = TRUE", &o.Reps},
		{&model.Contact{}, "", &o.Contacts},
		{&model.Relationship{}, "state = 'active'", &o.Relationships},
	} {
		var n int64
		q := s.db.Read(ctx).Model(c.table)
		if c.where != "" {
			q = q.Where(c.where)
		}
		if err := q.Count(&n).Error; err != nil {
			return fmt.Errorf("count people: %w", err)
		}
		*c.into = int(n)
	}
	return nil
}

func (s *Service) touches(ctx context.Context, o *Overview) error {
	db := s.db.Read(ctx)
	var err error
	q := db.Model(&model.Touch{}).Select("state AS name, COUNT(*) AS count").Where("local_day = ?", o.Day).Group("state")
	if o.Today, err = counts[model.TouchState](q, "touches of today"); err != nil {
		return err
	}
	err = db.Model(&model.Touch{}).Select("COUNT(*) AS touches, COUNT(DISTINCT rep_id) AS reps").
		Where("state = ?", model.TouchAccepted).Scan(&o.Waiting).Error
	if err != nil {
		return fmt.Errorf("count touches that wait for reps: %w", err)
	}
	return nil
}

func (s *Service) engine(ctx context.Context, o *Overview) error {
	db := s.db.Read(ctx)
	var err error
	if o.SOPs, err = counts[model.SOPState](db.Model(&model.SOP{}).Select("state AS name, COUNT(*) AS count").Group("state"), "SOPs"); err != nil {
		return err
	}
	q := db.Model(&model.Enrollment{}).Select("state AS name, COUNT(*) AS count").Group("state")
	if o.Enrollments, err = counts[model.EnrollmentState](q, "enrollments"); err != nil {
		return err
	}
	q = db.Model(&model.Dispatch{}).Select("state AS name, COUNT(*) AS count").Group("state")
	o.Dispatches, err = counts[model.DispatchState](q, "dispatches")
	return err
}

func (s *Service) inbox(ctx context.Context, o *Overview) error {
	db := s.db.Read(ctx)
	var err error
	q := db.Model(&model.InboxItem{}).Select("state AS name, COUNT(*) AS count").Group("state")
	if o.Inbox.States, err = counts[model.InboxState](q, "inbox items"); err != nil {
		return err
	}
	var oldest []model.InboxItem
	err = db.Select("id", "received_at").Order("id").Limit(1).
		Find(&oldest, "state IN ?", []model.InboxState{model.InboxReceived, model.InboxProcessing, model.InboxRetry}).Error
	if err != nil {
		return fmt.Errorf("find oldest unfinished inbox item: %w", err)
	}
	if len(oldest) > 0 {
		o.Inbox.Oldest = &oldest[0].ReceivedAt
	}
	return nil
}

func (s *Service) welcomes(ctx context.Context, o *Overview) error {
	var last []model.Touch
	err := s.db.Read(ctx).Select("id", "due_at", "sent_at").Order("id DESC").Limit(latencySample).
		Find(&last, "channel = 'welcome' AND state = ?", model.TouchDelivered).Error
	if err != nil {
		return fmt.Errorf("load last welcomes: %w", err)
	}
	var took []time.Duration
	for _, t := range last {
		if t.SentAt != nil {
			took = append(took, max(0, t.SentAt.Sub(t.DueAt)))
		}
	}
	if len(took) == 0 {
		return nil
	}
	slices.Sort(took)
	o.Welcome = Latency{Count: len(took), Median: took[len(took)/2], Slowest: took[len(took)-1]}
	return nil
}

func (s *Service) lastSync(ctx context.Context, o *Overview) error {
	var last []model.Sync
	if err := s.db.Read(ctx).Order("id DESC").Limit(1).Find(&last).Error; err != nil {
		return fmt.Errorf("load last synchronisation: %w", err)
	}
	if len(last) > 0 {
		o.Sync = &last[0]
	}
	return nil
}
