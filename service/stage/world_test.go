package stage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/calendar"
	"sixtouch/service/stage"
)

// world is the service on a real database and pipeline, on a clock that the test
// moves: Monday 2026-03-02, 10:00 in Shanghai.
type world struct {
	*testing.T
	ctx      context.Context
	db       *model.DB
	clock    *modeltest.Clock
	stages   *stage.Service
	pipeline *activity.Pipeline
	n        int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(newWorld(t, db, clock)) })
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), db: db, clock: clock}
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	days, err := calendar.New(db)
	require.NoError(t, err)
	w.stages = stage.New(stage.Deps{
		DB: db, Zone: zone, Record: func(ctx context.Context, a model.Activity) error { return w.pipeline.Record(ctx, a) },
		Working: func(ctx context.Context) (func(time.Time) bool, error) {
			d, err := days.Days(ctx)
			return d.Working, err
		},
	})
	w.pipeline = activity.New(db, w.stages.Stager())
	return w
}

func create[T any](w *world, row T) T {
	w.Helper()
	require.NoError(w, w.db.Conn(w.ctx).Create(&row).Error)
	return row
}

func (w *world) rep(name string) int64 {
	return create(w, model.Rep{UserID: name, Name: name, Status: 1, CanFollow: true}).ID
}

func (w *world) account(name string, change func(a *model.Account)) int64 {
	slot, now := int8(1), w.db.Now(w.ctx)
	a := model.Account{Name: name, NameKey: name, LiveSlot: &slot, Lifecycle: model.LifecycleProspect, Version: 1, CreatedAt: now, UpdatedAt: now}
	if change != nil {
		change(&a)
	}
	return create(w, a).ID
}

// contact is somebody whom the rep follows, at an account where one is given.
func (w *world) contact(rep, account int64) int64 {
	w.Helper()
	w.n++
	now := w.db.Now(w.ctx)
	c := model.Contact{ExternalUserID: fmt.Sprint("wm", w.n), Name: fmt.Sprint("客户", w.n), Type: 1, FirstAddedAt: &now}
	if account != 0 {
		c.AccountID = &account
	}
	c = create(w, c)
	if rep != 0 {
		create(w, model.Relationship{RepID: rep, ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now})
	}
	return c.ID
}

func (w *world) happens(contact int64, kind model.ActivityKind, data model.ActivityData) {
	w.Helper()
	w.n++
	a := model.Activity{DedupeKey: fmt.Sprint("test", w.n), Kind: kind, ContactID: contact, OccurredAt: w.db.Now(w.ctx), Data: model.AsJSON(data)}
	require.NoError(w, w.db.InTx(w.ctx, func(ctx context.Context) error { return w.pipeline.Record(ctx, a) }))
}

// scores writes the contact's scores, as scoring does, and says so.
func (w *world) scores(contact int64, score, fit, engagement float64) {
	w.Helper()
	set := map[string]any{"score": score, "fit": fit, "engagement": engagement}
	require.NoError(w, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", contact).Updates(set).Error)
	w.happens(contact, model.ActivityScoreChanged, model.ActivityData{Score: int(score)})
}

func (w *world) at(contact int64) string {
	w.Helper()
	s, err := w.stages.Standing(w.ctx, contact)
	require.NoError(w, err)
	return s.Stage
}

// events tells a contact's history, the oldest first, as "from→to reason[values]".
func (w *world) events(contact int64) []string {
	w.Helper()
	list, err := w.stages.History(w.ctx, contact, model.Page{Limit: 200})
	require.NoError(w, err)
	out := make([]string, len(list))
	for i, e := range list {
		text := fmt.Sprintf("%s→%s %s%v", e.FromStage, e.ToStage, e.Reason, e.Detail.V)
		if e.Regression {
			text += " back"
		}
		out[len(list)-1-i] = text
	}
	return out
}

func (w *world) count(table any, where string, args ...any) int64 {
	w.Helper()
	var n int64
	require.NoError(w, w.db.Read(w.ctx).Model(table).Where(where, args...).Count(&n).Error)
	return n
}

func (w *world) days(n int) { w.clock.Advance(time.Duration(n) * 24 * time.Hour) }

func (w *world) tick() {
	w.Helper()
	for more := true; more; {
		var err error
		more, err = w.stages.Tick(w.ctx)
		require.NoError(w, err)
	}
}

// inbox lists the hand-overs in a state.
func (w *world) inbox(f stage.HandoverFilter) []stage.InboxRow {
	w.Helper()
	list, err := w.stages.Inbox(w.ctx, f, model.Page{})
	require.NoError(w, err)
	return list
}
