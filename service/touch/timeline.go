package touch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Kind is a kind of happening.
type Kind string

// The kinds, in the order that they have within one instant, the latest first.
const (
	KindTouch    Kind = "touch"
	KindStage    Kind = "stage"
	KindActivity Kind = "activity"
)

func kinds() []Kind { return []Kind{KindTouch, KindStage, KindActivity} }

// Happening is an entry of a contact's timeline; one of Touch, Stage and
// Activity is there.
type Happening struct {
	Kind     Kind
	ID       int64
	At       time.Time
	Touch    *Row
	Stage    *model.StageEvent
	Activity *Doing
}

// Doing is an activity with the names of what it refers to.
type Doing struct {
	model.Activity
	RepName     string
	TagName     string
	AccountName string
}

// Moment is a place in a timeline: behind that happening. The zero value is its
// beginning.
type Moment struct {
	At   time.Time
	Kind Kind
	ID   int64
}

// touchAt is the instant of a touch: when it was sent, else when it ended, else
// when it is due.
const touchAt = "COALESCE(sent_at, final_at, not_before)"

func instantOf(t model.Touch) time.Time {
	for _, at := range []*time.Time{t.SentAt, t.FinalAt} {
		if at != nil {
			return *at
		}
	}
	return t.NotBefore
}

// Timeline returns a page of what happened to a contact and is planned, the
// newest first, in a fixed number of queries; only narrows it to a kind. Moves on
// the ladder are told by their stage events alone.
func (l *Log) Timeline(ctx context.Context, contactID int64, only Kind, after Moment, limit int) ([]Happening, error) {
	var out []Happening
	for _, kind := range kinds() {
		if only != "" && only != kind {
			continue
		}
		part, err := l.part(ctx, contactID, kind, after, limit)
		if err != nil {
			return nil, fmt.Errorf("load the timeline of contact %d: %w", contactID, err)
		}
		out = append(out, part...)
	}
	slices.SortFunc(out, func(a, b Happening) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(slices.Index(kinds(), a.Kind), slices.Index(kinds(), b.Kind)), cmp.Compare(b.ID, a.ID))
	})
	out = out[:min(len(out), limit)]
	if err := l.nameDoings(ctx, out); err != nil {
		return nil, err
	}
	return out, nil
}

func (l *Log) part(ctx context.Context, contactID int64, kind Kind, after Moment, limit int) ([]Happening, error) {
	q := l.partQuery(ctx, contactID, kind, after, limit)
	switch kind {
	case KindTouch:
		var touches []model.Touch
		if err := q.Find(&touches).Error; err != nil {
			return nil, err
		}
		rows, err := l.furnish(ctx, touches)
		return happenings(rows, func(r Row) Happening {
			return Happening{Kind: kind, ID: r.ID, At: instantOf(r.Touch), Touch: &r}
		}), err
	case KindStage:
		var events []model.StageEvent
		err := q.Find(&events).Error
		return happenings(events, func(e model.StageEvent) Happening {
			return Happening{Kind: kind, ID: e.ID, At: e.EnteredAt, Stage: &e}
		}), err
	case KindActivity:
	}
	var activities []model.Activity
	err := q.Find(&activities).Error
	return happenings(activities, func(a model.Activity) Happening {
		return Happening{Kind: kind, ID: a.ID, At: a.OccurredAt, Activity: &Doing{Activity: a}}
	}), err
}

func happenings[T any](rows []T, one func(T) Happening) []Happening {
	out := make([]Happening, len(rows))
	for i, r := range rows {
		out[i] = one(r)
	}
	return out
}

// partQuery reads the contact's rows of one kind, however old, and sorts them: a
// contact has some hundreds.
func (l *Log) partQuery(ctx context.Context, contactID int64, kind Kind, after Moment, limit int) *gorm.DB {
	table, index, at := "touches", "ix_touches_contact", touchAt
	switch kind {
	case KindStage:
		table, index, at = "stage_events", "ix_stage_events_contact", "entered_at"
	case KindActivity:
		table, index, at = "activities", "ix_activities_contact", "occurred_at"
	case KindTouch:
	}
	q := l.db.Read(ctx).Table(l.db.Walk(table, index)).Where("contact_id = ?", contactID)
	if kind == KindActivity {
		q = q.Where("kind <> ?", model.ActivityStageEntered)
	}
	if !after.At.IsZero() {
		instant := model.Instant(after.At)
		switch cmp.Compare(slices.Index(kinds(), kind), slices.Index(kinds(), after.Kind)) {
		case -1:
			q = q.Where(at+" < ?", instant)
		case 0:
			q = q.Where("("+at+" < ? OR "+at+" = ? AND id < ?)", instant, instant, after.ID)
		case 1:
			q = q.Where(at+" <= ?", instant)
		}
	}
	return q.Order(at + " DESC, id DESC").Limit(limit)
}

// nameDoings finds the names that activities refer to, one query per kind of
// thing.
func (l *Log) nameDoings(ctx context.Context, out []Happening) error {
	repIDs, tagIDs, accountIDs := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, h := range out {
		if h.Activity != nil {
			repIDs[h.Activity.RepID], tagIDs[h.Activity.Data.V.TagID], accountIDs[h.Activity.Data.V.AccountID] = true, true, true
		}
	}
	reps, err := load[model.Rep](ctx, l.db, repIDs, "id", "name", "userid")
	if err != nil {
		return err
	}
	tags, err := load[model.Tag](ctx, l.db, tagIDs, "id", "name")
	if err != nil {
		return err
	}
	accounts, err := load[model.Account](ctx, l.db, accountIDs, "id", "name")
	if err != nil {
		return err
	}
	staff, labels := byID(reps, repID), byID(tags, func(t model.Tag) int64 { return t.ID })
	companies := byID(accounts, func(a model.Account) int64 { return a.ID })
	for _, h := range out {
		if d := h.Activity; d != nil {
			d.RepName, d.TagName = cmp.Or(staff[d.RepID].Name, staff[d.RepID].UserID), labels[d.Data.V.TagID].Name
			d.AccountName = companies[d.Data.V.AccountID].Name
		}
	}
	return nil
}
