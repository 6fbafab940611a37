package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/account"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
)

// matching is a world in which what WeCom says becomes memberships.
type matching struct {
	t        *testing.T
	db       *model.DB
	clock    *modeltest.Clock
	accounts *account.Service
	contacts *contact.Service
}

func newMatching(t *testing.T, db *model.DB, clock *modeltest.Clock) *matching {
	t.Helper()
	m := &matching{t: t, db: db, clock: clock}
	var pipeline *activity.Pipeline
	record := func(ctx context.Context, a model.Activity) error { return pipeline.Record(ctx, a) }
	m.accounts = account.New(account.Deps{DB: db, Record: record, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)})
	m.contacts = contact.New(db, record)
	pipeline = activity.New(db, m.accounts.Matcher())
	return m
}

func (m *matching) account(name string, aliases ...string) int64 {
	m.t.Helper()
	a, err := m.accounts.Create(m.t.Context(), account.Input{Name: name, Lifecycle: model.LifecycleProspect})
	require.NoError(m.t, err)
	for _, alias := range aliases {
		m.alias(a.ID, alias)
	}
	return a.ID
}

func (m *matching) alias(id int64, alias string) {
	m.t.Helper()
	_, err := m.accounts.AddAlias(m.t.Context(), id, alias, account.SourceManual, "test")
	require.NoError(m.t, err)
}

// adds is a person who adds a rep; the rep notes the company.
func (m *matching) adds(user, company string) int64 {
	m.t.Helper()
	return m.facts(user, "rep1", contact.Profile{Name: user, Type: 1}, contact.Follow{RemarkCompany: company})
}

func (m *matching) facts(user, rep string, profile contact.Profile, follow contact.Follow) int64 {
	m.t.Helper()
	now := m.clock.Now()
	follow.AddedAt = now
	var known model.Relationship
	require.NoError(m.t, m.db.Read(m.t.Context()).Joins("JOIN contacts c ON c.id = relationships.contact_id").
		Where("c.external_userid = ?", user).Limit(1).Find(&known).Error)
	if known.ID != 0 {
		follow.AddedAt = known.AddedAt
	}
	changes, err := m.contacts.Apply(m.t.Context(), contact.Facts{
		ExternalUserID: user, RepUserID: rep, State: model.RelationshipActive, At: now, ReadAt: now, Added: known.ID == 0,
		Profile: &profile, Follow: &follow,
	})
	require.NoError(m.t, err)
	return changes[0].ContactID
}

// match matches until nobody waits.
func (m *matching) match() {
	m.t.Helper()
	for range 1000 {
		more, err := m.accounts.MatchDue(m.t.Context())
		require.NoError(m.t, err)
		if !more {
			return
		}
	}
	require.Fail(m.t, "matching does not come to an end")
}

// at is where a person is; 0 is nowhere. The copy says the same as the stretch.
func (m *matching) at(contactID int64) int64 {
	m.t.Helper()
	var c model.Contact
	require.NoError(m.t, m.db.Read(m.t.Context()).Take(&c, contactID).Error)
	var open []model.AccountMember
	require.NoError(m.t, m.db.Read(m.t.Context()).Find(&open, "contact_id = ? AND open_slot = 1", contactID).Error)
	if c.AccountID == nil {
		require.Empty(m.t, open)
		return 0
	}
	require.Len(m.t, open, 1)
	require.Equal(m.t, *c.AccountID, open[0].AccountID)
	return *c.AccountID
}

// decisions of a person, the latest first.
func (m *matching) decisions(contactID int64) []model.MatchDecision {
	m.t.Helper()
	var rows []model.MatchDecision
	require.NoError(m.t, m.db.Read(m.t.Context()).Order("id DESC").Find(&rows, "contact_id = ?", contactID).Error)
	return rows
}

func (m *matching) last(contactID int64) model.MatchDecision {
	m.t.Helper()
	rows := m.decisions(contactID)
	require.NotEmpty(m.t, rows)
	return rows[0]
}

func (m *matching) tasks() []int64 {
	m.t.Helper()
	var ids []int64
	require.NoError(m.t, m.db.Read(m.t.Context()).Model(&model.MatchTask{}).Order("contact_id").Pluck("contact_id", &ids).Error)
	return ids
}

// stretches tells a person's history: account, days since the test's start, and
// what is void is left out.
func (m *matching) stretches(contactID int64) []string {
	m.t.Helper()
	var rows []model.AccountMember
	require.NoError(m.t, m.db.Read(m.t.Context()).Order("from_at, id").Find(&rows, "contact_id = ? AND voided_at IS NULL", contactID).Error)
	out := []string{}
	for _, r := range rows {
		text := fmt.Sprintf("%d from %s", r.AccountID, m.since(r.FromAt))
		if r.ToAt != nil {
			text += " to " + m.since(*r.ToAt)
		}
		require.Equal(m.t, r.ToAt == nil, r.OpenSlot != nil)
		out = append(out, text)
	}
	return out
}

func (m *matching) since(at time.Time) string { return at.Sub(modeltest.Start()).String() }

// touch stores that a person was written to at this moment.
func (m *matching) touch(contactID int64) {
	m.t.Helper()
	now := m.clock.Now()
	err := m.db.Conn(m.t.Context()).Create(&model.Touch{
		ContactID: contactID, State: model.TouchDelivered, Channel: "group_message", PlannedAt: now, SentAt: &now,
		StepKey: "s", DueAt: now, NotBefore: now, ExpireAt: now,
	}).Error
	require.NoError(m.t, err)
}

// touches counts an account's touches by its people's stretches.
func (m *matching) touches(accountID int64) int {
	m.t.Helper()
	var n int64
	err := m.db.Read(m.t.Context()).Table("account_members m").Joins("JOIN touches t ON t.contact_id = m.contact_id").
		Where("m.account_id = ? AND m.voided_at IS NULL AND t.sent_at >= m.from_at AND (m.to_at IS NULL OR t.sent_at < m.to_at)", accountID).Count(&n).Error
	require.NoError(m.t, err)
	return int(n)
}

func (m *matching) kinds(contactID int64) []string {
	m.t.Helper()
	var rows []model.Activity
	err := m.db.Read(m.t.Context()).Order("id").Find(&rows, "contact_id = ? AND kind IN ?", contactID,
		[]model.ActivityKind{model.ActivityAccountJoined, model.ActivityAccountLeft}).Error
	require.NoError(m.t, err)
	out := []string{}
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s %d", r.Kind, r.Data.V.AccountID))
	}
	return out
}

func requireConflict(t *testing.T, err error, message string) {
	t.Helper()
	var e *model.Error
	require.True(t, errors.As(err, &e), "%v", err)
	require.Equal(t, model.CodeConflict, e.Code)
	require.Contains(t, e.Message, message)
}
