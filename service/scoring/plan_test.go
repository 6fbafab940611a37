package scoring_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/scoring"
)

// recorded collects the statements that the world's database is given; it
// returns what came since it was last called.
func (w *world) recorded() func() []string {
	w.t.Helper()
	var mu sync.Mutex
	var seen []string
	keep := func(tx *gorm.DB) {
		if sql := tx.Statement.SQL.String(); sql != "" && !strings.HasPrefix(sql, "EXPLAIN") {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, tx.Dialector.Explain(sql, tx.Statement.Vars...))
		}
	}
	callbacks := w.db.Conn(w.t.Context()).Callback()
	require.NoError(w.t, callbacks.Create().After("gorm:create").Register("record", keep))
	require.NoError(w.t, callbacks.Query().After("gorm:query").Register("record", keep))
	require.NoError(w.t, callbacks.Row().After("gorm:row").Register("record", keep))
	require.NoError(w.t, callbacks.Update().After("gorm:update").Register("record", keep))
	require.NoError(w.t, callbacks.Raw().After("gorm:raw").Register("record", keep))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := seen
		seen = nil
		return out
	}
}

// What an activity costs does not grow with the contact's past or the number of
// people, a page is a handful of statements, and no statement of the scorer reads
// a table that grows with people.
func TestScorer_statementsAreFewAndReadNoTable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	ctx, conn, now := t.Context(), w.db.Conn(t.Context()), clock.Now()
	one, fit, spike := int8(1), 50., 1.
	const people = 3000
	contacts, accounts := make([]model.Contact, people), make([]model.Account, people)
	var members []model.AccountMember
	var lines []model.ScoreEntry
	var rels []model.Relationship
	var lasts []model.LastActive
	var news []model.AccountEvent
	for i := range people {
		id := int64(i + 1)
		added := now.Add(-time.Duration(i) * time.Hour)
		contacts[i] = model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i), AccountID: &id, FirstAddedAt: &added}
		accounts[i] = model.Account{Name: fmt.Sprint(i), NameKey: fmt.Sprint(i), LiveSlot: &one, Fit: &fit, IsTarget: i%10 == 0}
		if i%50 == 0 {
			accounts[i].Spike = &spike
		}
		members = append(members, model.AccountMember{ContactID: id, AccountID: id, OpenSlot: &one, FromAt: added, Reason: "manual"})
		rels = append(rels, model.Relationship{RepID: 1, ContactID: id, State: model.RelationshipActive, AddedAt: added, SeenAt: now})
		for k := range 3 {
			news = append(news, model.AccountEvent{AccountID: id, Kind: "funding", Title: "B 轮融资", At: now.Add(-time.Duration(k*20) * day)})
		}
		if i%2 == 0 {
			lasts = append(lasts, model.LastActive{ContactID: id, At: added})
		}
		for k := range 3 {
			lines = append(lines, model.ScoreEntry{
				ContactID: id, ActivityID: id*10 + int64(k), RuleKey: "replied", Part: model.PartEngagement, Points: 15, At: now, ExpiresAt: now.Add(300 * day),
			})
		}
	}
	require.NoError(t, conn.CreateInBatches(contacts, 500).Error)
	require.NoError(t, conn.CreateInBatches(accounts, 500).Error)
	require.NoError(t, conn.CreateInBatches(members, 500).Error)
	require.NoError(t, conn.CreateInBatches(rels, 500).Error)
	require.NoError(t, conn.CreateInBatches(lasts, 500).Error)
	require.NoError(t, conn.CreateInBatches(lines, 500).Error)
	require.NoError(t, conn.CreateInBatches(news, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE contacts, accounts, account_members, relationships, last_actives, score_entries, account_events").Error)

	statements := w.recorded()
	w.did(contacts[7], model.ActivityPriceAsked, model.ActivityData{})
	list := statements()
	require.LessOrEqual(t, len(list), 14, "an activity and the announcement that follows\n%s", strings.Join(list, "\n"))
	require.NoError(t, conn.Exec("UPDATE contacts SET rescore_at = ? WHERE id <= 150", now).Error)
	require.NoError(t, conn.Exec("UPDATE accounts SET rescore_at = ? WHERE id <= 40", now).Error)
	statements()
	again, err := w.s.Rescore(ctx)
	require.NoError(t, err)
	require.False(t, again)
	page := statements()
	page = slices.DeleteFunc(page, func(sql string) bool { return strings.Contains(sql, "`activities`") }) // who has moved is announced
	require.LessOrEqual(t, len(page), 16, strings.Join(page, "\n"))
	list = append(list, page...)
	for _, band := range scoring.Bands() {
		_, err = w.s.Silent(ctx, band, scoring.SilentPlace{}, 50)
		require.NoError(t, err)
	}
	_, err = w.s.Priorities(ctx, 50)
	require.NoError(t, err)
	_, err = w.s.InBox(ctx, scoring.BoxLeave, model.Page{})
	require.NoError(t, err)
	part := model.WithScope(ctx, model.Scope{Reps: []int64{3}})
	_, err = w.s.InBox(part, scoring.BoxLeave, model.Page{})
	require.NoError(t, err)
	_, err = w.s.Boxes(part)
	require.NoError(t, err)
	_, err = w.s.Account(ctx, 9)
	require.NoError(t, err)
	list = append(list, statements()...)
	explained := 0
	for _, sql := range list {
		if strings.HasPrefix(sql, "INSERT") || strings.Contains(sql, "COMMIT") {
			continue
		}
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			if slices.Contains([]string{"contacts", "c", "accounts", "m", "la", "r", "score_entries", "e", "later"}, fmt.Sprint(row["table"])) {
				explained++
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
	require.Greater(t, explained, 15)
}

// Doings of one contact that are stored at once all count, and replicas that
// look for what is due at once announce a change once.
func TestScorer_atOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RolePractitioner)
		var group sync.WaitGroup
		kinds := []model.ActivityKind{model.ActivityReplied, model.ActivityMeetingHeld, model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityVisitBooked, model.ActivityTrialOpened}
		faults := make([]error, len(kinds))
		for i, kind := range kinds {
			group.Go(func() {
				faults[i] = w.db.InTx(w.t.Context(), func(ctx context.Context) error {
					return w.line.Record(ctx, model.Activity{DedupeKey: fmt.Sprint("at once ", i), Kind: kind, ContactID: c.ID, OccurredAt: w.clock.Now()})
				})
			})
		}
		group.Wait()
		for _, err := range faults {
			require.NoError(w.t, err)
		}
		require.Len(w.t, w.lines(c), 5, "a trial opens once")
		require.InDelta(w.t, 100*(1-0.0892), *w.now(c).Engagement, .01, "145 points")

		w.clock.Advance(40 * day)
		before := w.announced(c)
		for i := range 4 {
			group.Go(func() { _, faults[i] = w.s.Rescore(w.t.Context()) })
		}
		group.Wait()
		for _, err := range faults {
			require.NoError(w.t, err)
		}
		require.Equal(w.t, 1, strings.Count(strings.TrimPrefix(w.announced(c), before), "→"))
	})
}
