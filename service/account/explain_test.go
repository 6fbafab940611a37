package account

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// plan is a line of EXPLAIN.
type plan struct{ Table, Type, Key string }

func explain(t *testing.T, db *model.DB, q *gorm.DB) []plan {
	t.Helper()
	statement := q.Session(&gorm.Session{DryRun: true}).Find(&[]map[string]any{}).Statement
	var rows []map[string]any
	require.NoError(t, db.Conn(context.Background()).Raw("EXPLAIN "+statement.SQL.String(), statement.Vars...).Scan(&rows).Error, statement.SQL.String())
	out := make([]plan, 0, len(rows))
	for _, r := range rows {
		text := func(k string) string {
			if b, ok := r[k].([]byte); ok {
				return string(b)
			}
			return fmt.Sprint(r[k])
		}
		out = append(out, plan{text("table"), text("type"), text("key")})
	}
	return out
}

// crowd stores accounts with three people each and five touches of each of these.
func crowd(t *testing.T, db *model.DB, accounts int) {
	t.Helper()
	conn, now := db.Conn(t.Context()), db.Now(t.Context())
	var companies []model.Account
	var people []model.Contact
	var members []model.AccountMember
	var touches []model.Touch
	for i := range accounts {
		name := fmt.Sprintf("公司%d", i)
		a := model.Account{ID: int64(i + 1), Name: name, NameKey: name, LiveSlot: live(), OwnerID: int64(i % 20), SDRID: int64(i % 7), IsTarget: i%5 == 0, Version: 1}
		companies = append(companies, a)
		for range 3 {
			id := int64(len(people) + 1)
			people = append(people, model.Contact{ID: id, ExternalUserID: fmt.Sprintf("wm%d", id), AccountID: &a.ID, RoleSource: []string{"", "title", "guess"}[id%3]})
			members = append(members, model.AccountMember{ContactID: id, AccountID: a.ID, OpenSlot: live(), FromAt: now})
			for range 5 {
				touches = append(touches, model.Touch{
					ContactID: id, Channel: "moment", State: model.TouchDelivered, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, SentAt: &now,
					LocalDay: "2026-03-02",
				})
			}
		}
	}
	require.NoError(t, conn.CreateInBatches(companies, 500).Error)
	require.NoError(t, conn.CreateInBatches(people, 500).Error)
	require.NoError(t, conn.CreateInBatches(members, 500).Error)
	require.NoError(t, conn.CreateInBatches(touches, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE accounts, contacts, account_members, touches").Error)
}

func TestQueries_useTheirIndexes(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	s := New(Deps{DB: db, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)})
	crowd(t, db, 1000)
	ctx := t.Context()
	list := func(f Filter) *gorm.DB { return s.idsQuery(ctx, f, []int64{3}, model.Page{After: 900}) }
	ids := make([]int64, ringChunk)
	for i := range ids {
		ids[i] = int64(i*3 + 1)
	}
	ring := func(f RingFilter) *gorm.DB { return (&ringWalk{s: s, filter: f}).query(ctx, 100) }
	for name, tc := range map[string]struct {
		query *gorm.DB
		want  map[string]string // table → key
	}{
		"list: all":           {list(Filter{}), map[string]string{"a": "PRIMARY"}},
		"list: of an owner":   {list(Filter{OwnerID: 3}), map[string]string{"a": "ix_accounts_owner"}},
		"list: of an SDR":     {list(Filter{SDRID: 3}), map[string]string{"a": "ix_accounts_sdr"}},
		"list: without SDR":   {list(Filter{Lacks: LacksSDR}), map[string]string{"a": "ix_accounts_sdr"}},
		"list: targets":       {list(Filter{Target: true}), map[string]string{"a": "ix_accounts_target"}},
		"list: on a list":     {list(Filter{ListID: 3}), map[string]string{"a": "PRIMARY"}},
		"list: name":          {list(Filter{Query: "司"}), map[string]string{"a": "PRIMARY"}},
		"touches of accounts": {s.talliesQuery(ctx, ids, time.Time{}), map[string]string{"m": "ix_account_members_account", "t": "ix_touches_contact"}},
		"touches of one":      {s.talliesQuery(ctx, ids[:1], time.Time{}), map[string]string{"m": "ix_account_members_account", "t": "ix_touches_contact"}},
		"meeting: an owner":   {ring(RingFilter{OwnerID: 3}), map[string]string{"a": "ix_accounts_owner"}},
		"meeting: targets":    {ring(RingFilter{}), map[string]string{"a": "ix_accounts_target"}},
		"to confirm":          {s.unsureQuery(ctx, 0, model.Page{After: 900}), map[string]string{"c": "ix_contacts_role_source"}},
		"to confirm of a rep": {s.unsureQuery(ctx, 3, model.Page{}), map[string]string{"c": "ix_contacts_role_source"}},
		"names of accounts": {
			db.Read(ctx).Table("account_aliases x").Joins("JOIN accounts a ON a.id = x.account_id").Where("x.alias_key IN ? AND a.live_slot = 1", []string{"a", "b"}),
			map[string]string{"a": "PRIMARY"},
		},
	} {
		got := map[string]string{}
		for _, line := range explain(t, db, tc.query) {
			require.NotEqual(t, "ALL", line.Type, "%s: %s", name, line.Table)
			got[line.Table] = line.Key
		}
		for table, key := range tc.want {
			require.Equal(t, key, got[table], "%s: %s", name, table)
		}
	}
}
