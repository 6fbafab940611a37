package scoring_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/scoring"
)

// world is the scorer in the pipeline, on a real database.
type world struct {
	t     *testing.T
	db    *model.DB
	clock *modeltest.Clock
	s     *scoring.Service
	line  *activity.Pipeline
	mql   scoring.MQLMark
	n     int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(newWorld(t, db, clock)) })
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock, mql: scoring.MQLMark{Score: 60, Fit: 40, Actions: []model.ActivityKind{model.ActivityVisitBooked}}}
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	w.s = scoring.New(scoring.Deps{DB: db, Zone: zone, MQL: func(context.Context) (scoring.MQLMark, error) { return w.mql, nil }, Record: func(ctx context.Context, a model.Activity) error { return w.line.Record(ctx, a) }})
	w.line = activity.New(db, w.s)
	return w
}

func (w *world) contact(role model.Role) model.Contact {
	w.t.Helper()
	w.n++
	at := w.clock.Now()
	c := model.Contact{ExternalUserID: fmt.Sprintf("wm%d", w.n), Name: fmt.Sprintf("客户%d", w.n), Role: role, FirstAddedAt: &at}
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&c).Error)
	return c
}

// friend gives the contact an active relationship.
func (w *world) friend(c model.Contact) model.Relationship {
	w.t.Helper()
	r := model.Relationship{RepID: 1, ContactID: c.ID, State: model.RelationshipActive, AddedAt: w.clock.Now(), SeenAt: w.clock.Now()}
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&r).Error)
	return r
}

// join puts the contact into a new account or the one given.
func (w *world) join(c model.Contact, a *model.Account) {
	w.t.Helper()
	one, now := int8(1), w.clock.Now()
	conn := w.db.Conn(w.t.Context())
	if a.ID == 0 {
		a.LiveSlot, a.Lifecycle, a.NameKey = &one, model.LifecycleProspect, a.Name
		require.NoError(w.t, conn.Create(a).Error)
	}
	m := model.AccountMember{ContactID: c.ID, AccountID: a.ID, OpenSlot: &one, FromAt: *c.FirstAddedAt, Reason: "manual", CreatedAt: now, UpdatedAt: now}
	require.NoError(w.t, conn.Create(&m).Error)
	require.NoError(w.t, conn.Model(&c).UpdateColumn("account_id", a.ID).Error)
	w.did(c, model.ActivityAccountJoined, model.ActivityData{AccountID: a.ID})
}

func (w *world) did(c model.Contact, kind model.ActivityKind, data model.ActivityData) {
	w.t.Helper()
	w.n++
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context) error {
		return w.line.Record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("test:%d", w.n), Kind: kind, ContactID: c.ID, OccurredAt: w.clock.Now(), Data: model.AsJSON(data),
		})
	}))
}

func (w *world) rescore() {
	w.t.Helper()
	for range 1000 {
		again, err := w.s.Rescore(w.t.Context())
		require.NoError(w.t, err)
		if !again {
			return
		}
	}
	w.t.Fatal("rescoring does not end")
}

func (w *world) now(c model.Contact) model.Contact {
	w.t.Helper()
	var out model.Contact
	require.NoError(w.t, w.db.Read(w.t.Context()).Take(&out, c.ID).Error)
	return out
}

func (w *world) account(id int64) model.Account {
	w.t.Helper()
	var out model.Account
	require.NoError(w.t, w.db.Read(w.t.Context()).Take(&out, id).Error)
	return out
}

func (w *world) lines(c model.Contact) []model.ScoreEntry {
	w.t.Helper()
	var out []model.ScoreEntry
	require.NoError(w.t, w.db.Read(w.t.Context()).Order("id").Find(&out, "contact_id = ?", c.ID).Error)
	return out
}

// announced are the scores that were announced: before→after.
func (w *world) announced(c model.Contact) string {
	w.t.Helper()
	var list []model.Activity
	require.NoError(w.t, w.db.Read(w.t.Context()).Order("id").Find(&list, "contact_id = ? AND kind = ?", c.ID, model.ActivityScoreChanged).Error)
	var out []string
	for _, a := range list {
		out = append(out, fmt.Sprintf("%d→%d", a.Data.V.ScoreBefore, a.Data.V.Score))
	}
	return strings.Join(out, " ")
}

func TestReact_writesLinesWithinTheirCapsAndRenewsTheNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RolePractitioner)
		for range 3 {
			w.did(c, model.ActivityReplied, model.ActivityData{})
		}
		require.Len(w.t, w.lines(c), 2, "two replies a day")
		w.clock.Advance(14 * time.Hour) // the next day in Shanghai
		w.did(c, model.ActivityReplied, model.ActivityData{})
		require.Len(w.t, w.lines(c), 3)
		w.did(c, model.ActivityContentViewed, model.ActivityData{Key: "case", Seconds: 59})
		require.Len(w.t, w.lines(c), 3, "too short")
		for range 2 {
			w.did(c, model.ActivityContentViewed, model.ActivityData{Key: "case", Seconds: 61})
		}
		w.did(c, model.ActivityContentViewed, model.ActivityData{Key: "other", Seconds: 61})
		require.Len(w.t, w.lines(c), 5, "once per content and week")
		w.clock.Advance(6 * day)
		w.did(c, model.ActivityContentViewed, model.ActivityData{Key: "case", Seconds: 61})
		require.Len(w.t, w.lines(c), 6)
		w.did(c, model.ActivityTrialOpened, model.ActivityData{})
		w.clock.Advance(40 * day)
		w.did(c, model.ActivityTrialOpened, model.ActivityData{})
		require.Len(w.t, w.lines(c), 7, "once")
		w.did(c, model.ActivityTagAdded, model.ActivityData{TagID: 3})
		w.did(c, model.ActivityPromptAnswered, model.ActivityData{Answer: "negative"})
		w.did(c, model.ActivityContactAdded, model.ActivityData{})
		require.Len(w.t, w.lines(c), 7, "nothing that the contact did")

		w.did(c, model.ActivityMeetingHeld, model.ActivityData{})
		got := w.now(c)
		want := scoring.Defaults().Score(scoring.Profile{Role: got.Role}, w.lines(c), w.clock.Now())
		require.InDelta(w.t, want.Score, *got.Score, 1e-9)
		require.InDelta(w.t, want.Engagement, *got.Engagement, 1e-9)
		require.Equal(w.t, want.Grade, got.Grade)
		require.Equal(w.t, w.clock.Now(), *got.ScoredAt)
		require.True(w.t, got.RescoreAt.After(w.clock.Now()))
	})
}

func TestReact_announcesOnlyWholePoints(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RolePractitioner)
		w.did(c, model.ActivityContactAdded, model.ActivityData{})
		w.rescore()
		require.Empty(w.t, w.announced(c), "somebody who has done nothing has not moved")
		require.InDelta(w.t, .35*(8+37.5), *w.now(c).Score, 1e-9)
		w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		require.Equal(w.t, "15→33", w.announced(c))
		w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		require.Equal(w.t, "15→33", w.announced(c), "capped: nothing has moved")
		w.clock.Set(*w.now(c).RescoreAt)
		w.rescore()
		require.Equal(w.t, "15→33 33→33", w.announced(c), "a point of engagement")
		w.rescore()
		w.clock.Advance(700 * day)
		w.rescore()
		require.Equal(w.t, "15→33 33→33 33→15", w.announced(c))
		require.Nil(w.t, w.now(c).RescoreAt, "nothing is left to fade")
	})
}

// The cached numbers are no truth: without them everything comes out the same,
// at any instant, in any order of recomputing.
func TestScore_withoutTheCacheIsTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		random := rand.New(rand.NewPCG(1, 2))
		kinds := []model.ActivityKind{
			model.ActivityReplied, model.ActivityPriceAsked, model.ActivityContentViewed, model.ActivityDeclined, model.ActivityMeetingHeld,
			model.ActivityNeedAnswered, model.ActivityMomentLiked, model.ActivityFormSubmitted,
		}
		people := []model.Contact{w.contact(model.RoleBoss), w.contact(""), w.contact(model.RoleInfluencer)}
		a := model.Account{Name: "甲"}
		for _, c := range people {
			w.join(c, &a)
		}
		for range 60 {
			w.clock.Advance(time.Duration(random.IntN(72)) * time.Hour)
			data := model.ActivityData{Key: []string{"budget", "timing", "case"}[random.IntN(3)], Seconds: random.IntN(200)}
			w.did(people[random.IntN(3)], kinds[random.IntN(len(kinds))], data)
			if random.IntN(5) == 0 {
				w.rescore()
			}
		}
		renew := func() ([]model.Contact, model.Account) {
			conn := w.db.Conn(w.t.Context())
			require.NoError(w.t, conn.Exec("UPDATE contacts SET rescore_at = ?", w.clock.Now()).Error)
			require.NoError(w.t, conn.Exec("UPDATE accounts SET rescore_at = ?", w.clock.Now()).Error)
			w.rescore()
			return []model.Contact{w.now(people[0]), w.now(people[1]), w.now(people[2])}, w.account(a.ID)
		}
		for _, c := range people {
			got := w.now(c)
			truth := scoring.Defaults().Score(scoring.Profile{Role: c.Role, Account: &a}, w.lines(c), w.clock.Now())
			require.InDelta(w.t, truth.Score, *got.Score, 1.001, "the copy is never off by more than a point")
		}
		before, account := renew()
		require.NoError(w.t, w.db.Conn(w.t.Context()).Exec("UPDATE contacts SET fit = NULL, engagement = NULL, intent = NULL, score = NULL, grade = '', scored_at = NULL").Error)
		require.NoError(w.t, w.db.Conn(w.t.Context()).Exec("UPDATE accounts SET fit = NULL, engagement = NULL, spike = NULL, engagement_level = '', engaged = FALSE, scored_at = NULL").Error)
		after, accountAfter := renew()
		require.Equal(w.t, before, after)
		require.Equal(w.t, account, accountAfter)
		require.Positive(w.t, *account.Engagement)
	})
}

func TestReact_deletingTheLastOfUsEndsEngagement(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RoleBoss)
		r := w.friend(c)
		w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		w.clock.Advance(time.Hour)
		w.did(c, model.ActivityContactLost, model.ActivityData{})
		require.Positive(w.t, *w.now(c).Engagement, "somebody is left whom the contact knows")
		require.NoError(w.t, w.db.Conn(w.t.Context()).Model(&r).UpdateColumn("state", model.RelationshipLost).Error)
		w.did(c, model.ActivityContactLost, model.ActivityData{})
		require.Zero(w.t, *w.now(c).Engagement)
		w.clock.Advance(time.Hour)
		w.did(c, model.ActivityReplied, model.ActivityData{})
		require.InDelta(w.t, 100*(1-.60653), *w.now(c).Engagement, .01, "15 × 2.0 after coming back")
	})
}

func TestAccounts_followTheirPeople(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		boss, worker := w.contact(model.RoleBoss), w.contact(model.RolePractitioner)
		a := model.Account{Name: "甲"}
		w.join(boss, &a)
		w.did(boss, model.ActivityPriceAsked, model.ActivityData{})
		w.did(worker, model.ActivityMeetingHeld, model.ActivityData{})
		w.rescore()
		require.InDelta(w.t, 60, *w.account(a.ID).Engagement, 1e-9)
		require.False(w.t, w.account(a.ID).Engaged)
		w.join(worker, &a)
		w.rescore()
		got := w.account(a.ID)
		require.InDelta(w.t, 100, *got.Engagement, 1e-9)
		require.True(w.t, got.Engaged)
		require.Equal(w.t, string(scoring.LevelEngaged), got.EngagementLevel)
		require.InDelta(w.t, 50, *got.Fit, 1e-9)

		// The person moves: what they did here stays in the ledger, but not for us.
		conn := w.db.Conn(w.t.Context())
		require.NoError(w.t, conn.Exec("UPDATE account_members SET open_slot = NULL, to_at = ? WHERE contact_id = ?", w.clock.Now(), worker.ID).Error)
		require.NoError(w.t, conn.Exec("UPDATE contacts SET account_id = NULL WHERE id = ?", worker.ID).Error)
		w.did(worker, model.ActivityAccountLeft, model.ActivityData{AccountID: a.ID})
		w.rescore()
		require.InDelta(w.t, 60, *w.account(a.ID).Engagement, 1e-9)

		// The number on the account's row follows time by itself.
		w.clock.Advance(30 * day)
		w.rescore()
		require.InDelta(w.t, 30, *w.account(a.ID).Engagement, 1e-9)
	})
}

// What nobody has done anything about costs nothing; what is due is found by its
// index; a page is a handful of statements, whatever its size.
func TestRescore_costsWhatIsDue(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	conn := w.db.Conn(t.Context())
	later := clock.Now().Add(day)
	people := make([]model.Contact, 5000)
	for i := range people {
		people[i] = model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i)}
		if i%5 > 0 {
			people[i].RescoreAt = &later
		}
	}
	require.NoError(t, conn.CreateInBatches(people, 500).Error)
	lines := make([]model.ScoreEntry, 3000)
	for i := range lines {
		lines[i] = model.ScoreEntry{ContactID: int64(i%1000) + 1, ActivityID: int64(i), RuleKey: "x", Part: model.PartEngagement, At: clock.Now(), ExpiresAt: clock.Now()}
	}
	require.NoError(t, conn.CreateInBatches(lines, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE contacts, accounts, score_entries").Error)
	for _, sql := range []string{
		"SELECT id FROM contacts FORCE INDEX (ix_contacts_rescore) WHERE rescore_at <= '2026-03-02 02:00:00' ORDER BY rescore_at LIMIT 200",
		"SELECT id FROM accounts FORCE INDEX (ix_accounts_rescore) WHERE rescore_at <= '2026-03-02 02:00:00' ORDER BY rescore_at LIMIT 50",
		"SELECT * FROM score_entries WHERE contact_id IN (1,2,3) AND expires_at > '2026-03-02 02:00:00' ORDER BY id",
	} {
		var plan []map[string]any
		require.NoError(t, conn.Raw("EXPLAIN "+sql).Scan(&plan).Error)
		require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(plan[0]["type"]), "%s\n%v", sql, plan)
	}
	clock.Set(later)
	pages := 0
	for {
		again, err := w.s.Rescore(t.Context())
		require.NoError(t, err)
		pages++
		if !again {
			break
		}
	}
	require.Equal(t, 21, pages, "4000 people, 200 a page, and a look that finds nobody")
}

// What happens to an account is a reason to act for its people for 30 days, by
// the table of events alone.
func TestScore_accountEventsAreTriggersOfItsPeople(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, conn := w.t.Context(), w.db.Conn(w.t.Context())
		c, other, a := w.contact(model.RoleBoss), w.contact(model.RoleBoss), model.Account{Name: "甲"}
		w.join(c, &a)
		event := func(daysAgo int, title string) {
			at := w.clock.Now().Add(-time.Duration(daysAgo) * day)
			require.NoError(w.t, conn.Create(&model.AccountEvent{AccountID: a.ID, Kind: "funding", Title: title, At: at}).Error)
		}
		event(40, "旧闻")
		x, err := w.s.Contact(ctx, c.ID)
		require.NoError(w.t, err)
		require.Zero(w.t, x.Intent, "it is more than 30 days old")
		event(15, "招标")
		event(0, "B 轮融资")
		x, err = w.s.Contact(ctx, c.ID)
		require.NoError(w.t, err)
		require.InDelta(w.t, 20, x.Intent, 1e-9, "the latest counts, once")
		require.Equal(w.t, "B 轮融资", x.Top[0].Entry.Subject)

		w.did(c, model.ActivityReplied, model.ActivityData{})
		w.did(other, model.ActivityReplied, model.ActivityData{})
		require.InDelta(w.t, 20, *w.now(c).Intent, 1e-9)
		require.Zero(w.t, *w.now(other).Intent, "it is not their company")
		require.Len(w.t, w.lines(c), 1, "the ledger holds what they did")
		w.clock.Advance(29 * day)
		w.rescore()
		require.InDelta(w.t, 20*math.Exp2(-29./60), *w.now(c).Intent, 1, "it fades by its half-life of 60 days")
		w.clock.Advance(day)
		w.rescore()
		require.Zero(w.t, *w.now(c).Intent)
	})
}

// Somebody of whom nothing is known but a fact that came by import or by hand is
// scored with it, by the loop.
func TestScore_factsScoreWhoNeverWas(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RoleBoss)
		require.Nil(w.t, c.ScoredAt)
		w.did(c, model.ActivityProfileChanged, model.ActivityData{Field: model.FieldRole})
		require.Nil(w.t, w.now(c).ScoredAt, "the loop does it: a synchronisation brings thousands")
		w.rescore()
		require.NotNil(w.t, w.now(c).ScoredAt)
		require.InDelta(w.t, 62.5, *w.now(c).Fit, 1e-9)
	})
}
