// Package day owns a rep's day: the one queue of what waits for them, in the
// order of what it is worth and when it ends, what they have put off, and what
// they should know of a contact in whose chat they are. It reads what other
// packages write, and writes marks only. It imports model only.
package day

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// Service answers for reps' days. It is safe for concurrent use.
type Service struct {
	db   *model.DB
	zone *time.Location // of the corp
}

// New returns a service over db.
func New(db *model.DB, zone *time.Location) *Service { return &Service{db, zone} }

// most bounds each kind of what waits: beyond it a rep needs a colleague, not a
// longer list.
const most = 100

// How long alerts are shown.
const (
	lostFor = 7 * 24 * time.Hour
	hotFor  = 7 * 24 * time.Hour
	newsFor = 14 * 24 * time.Hour
)

// Item is one thing that waits for a rep.
type Item struct {
	Kind  model.DayKind
	ID    int64
	At    time.Time  // since when
	DueAt *time.Time // when it ends, or is late; nil for never
	Late  bool
	Until *time.Time // put off until then
	Why   string     // why it is put off, a code

	Title       string // of the step, the action or the event
	Text        string // what the rep is to do, or what they are to send
	Channel     string // of prompts and sends
	Attachments int    // of a send
	People      int    // whom it concerns
	Snoozes     int    // how often a prompt can still be put off
	SOPID       int64
	SOPName     string
	StepKey     string
	Note        string // of news: its kind; of a lead: its source
	Reason      string // of a hand-over: why they are an MQL, a code
	Detail      []string

	ContactID      int64
	ExternalUserID string
	ContactName    string
	CorpName       string
	Stage          string
	Score          *float64
	AccountID      int64
	AccountName    string
	Tier           model.Tier
}

// Day is what waits for a rep now, and what they have put off.
type Day struct {
	RepName string
	Items   []Item // the most pressing first
	Later   []Item // the first to come back first
	More    bool   // of some kind there is more than is shown
}

// Of puts a rep's day together in a fixed number of queries.
func (s *Service) Of(ctx context.Context, repID int64) (Day, error) {
	rep, err := s.rep(ctx, repID)
	if err != nil {
		return Day{}, err
	}
	d := Day{RepName: rep.Name}
	var all []Item
	for _, part := range []func(context.Context, int64) ([]Item, error){
		s.prompts, s.sends, s.handovers, s.leads, s.actions, s.lost, s.hot, s.news,
	} {
		items, err := part(ctx, repID)
		if err != nil {
			return Day{}, fmt.Errorf("put the day of rep %d together: %w", repID, err)
		}
		if len(items) > most {
			items, d.More = items[:most], true
		}
		all = append(all, items...)
	}
	if err := s.furnish(ctx, all); err != nil {
		return Day{}, err
	}
	marks, err := s.marks(ctx, repID)
	if err != nil {
		return Day{}, err
	}
	d.Items, d.Later = sift(all, marks, s.db.Now(ctx))
	return d, nil
}

// Alerts lists what a rep should know, the newest first, seen or not; seen tells
// which of them they have put away.
func (s *Service) Alerts(ctx context.Context, repID int64) (items []Item, seen []bool, err error) {
	for _, part := range []func(context.Context, int64) ([]Item, error){s.lost, s.hot, s.news} {
		some, err := part(ctx, repID)
		if err != nil {
			return nil, nil, fmt.Errorf("list the alerts of rep %d: %w", repID, err)
		}
		items = append(items, some[:min(len(some), most)]...)
	}
	if err := s.furnish(ctx, items); err != nil {
		return nil, nil, err
	}
	marks, err := s.marks(ctx, repID)
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(items, func(a, b Item) int { return b.At.Compare(a.At) })
	for _, i := range items {
		m, ok := marks[key{i.Kind, i.ID}]
		seen = append(seen, ok && m.DoneAt != nil && !m.UpdatedAt.Before(i.At))
	}
	return items, seen, nil
}

func (s *Service) rep(ctx context.Context, id int64) (model.Rep, error) {
	var r model.Rep
	if err := s.db.Read(ctx).Take(&r, id).Error; err != nil {
		return r, notFound("rep", err)
	}
	return r, nil
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
