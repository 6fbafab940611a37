package account_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/account"
	"sixtouch/service/activity"
)

// world is a service with what it needs, on one database.
type world struct {
	*account.Service
	t     *testing.T
	db    *model.DB
	clock *modeltest.Clock
	reps  int
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	var pipeline *activity.Pipeline
	s := account.New(account.Deps{
		DB: db, Zone: zone, Logger: slog.New(slog.DiscardHandler),
		Record: func(ctx context.Context, a model.Activity) error { return pipeline.Record(ctx, a) },
	})
	pipeline = activity.New(db)
	return &world{Service: s, t: t, db: db, clock: clock}
}

// each runs the test on both databases.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(t, newWorld(t, db, clock)) })
}

func (w *world) rep(name string) int64 {
	w.t.Helper()
	w.reps++
	r := model.Rep{UserID: fmt.Sprintf("rep%d", w.reps), Name: name, Status: 1, CanFollow: true}
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&r).Error)
	return r.ID
}

func (w *world) account(name string) model.Account {
	w.t.Helper()
	a, err := w.Create(w.t.Context(), account.Input{Name: name})
	require.NoError(w.t, err)
	return a
}

// person stores a contact who has been at the account ever since they were added.
func (w *world) person(accountID int64, c model.Contact) model.Contact {
	w.t.Helper()
	now := w.db.Now(w.t.Context())
	c.ExternalUserID, c.FirstAddedAt, c.AccountID = fmt.Sprintf("wm%d-%s", accountID, c.Name), &now, &accountID
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&c).Error)
	w.stretch(model.AccountMember{ContactID: c.ID, AccountID: accountID, FromAt: now})
	return c
}

func (w *world) stretch(m model.AccountMember) {
	w.t.Helper()
	if m.ToAt == nil {
		one := int8(1)
		m.OpenSlot = &one
	}
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&m).Error)
}

func number(n int64) *int64 { return &n }
