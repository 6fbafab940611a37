package account_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/account"
	"sixtouch/service/contact"
)

func TestMatch_whatWeComSaysBecomesAMembershipThatSaysWhy(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		tencent := m.account("深圳市腾讯计算机系统有限公司", "腾讯")
		sky := m.account("北京蓝天科技有限公司")
		_, err := m.accounts.AddDomain(t.Context(), sky, "lantian-tech.com", account.SourceManual, "test", false)
		require.NoError(t, err)
		byRemark := m.adds("wm1", "深圳市腾讯计算机系统有限公司")
		byCorp := m.facts("wm2", "rep1", contact.Profile{Name: "李", Type: 2, CorpName: "北京蓝天科技有限公司"}, contact.Follow{})
		byAlias := m.adds("wm3", "腾讯")
		byNobody := m.adds("wm4", "个人")
		silent := m.adds("wm5", "")
		m.touch(byRemark)
		clock.Advance(time.Hour)
		m.match()

		require.Equal(t, []int64{tencent, sky, tencent, 0, 0}, []int64{m.at(byRemark), m.at(byCorp), m.at(byAlias), m.at(byNobody), m.at(silent)})
		require.Equal(t, []string{"1 from 0s"}, m.stretches(byRemark), "since we know the person")
		require.Equal(t, 1, m.touches(tencent))
		require.Equal(t, []string{"account_joined 1"}, m.kinds(byRemark))
		require.Empty(t, m.tasks())
		for _, id := range []int64{byRemark, byCorp, byAlias} {
			d := m.last(id)
			require.Equal(t, model.MatchAutomatic, d.State)
			require.NotEmpty(t, d.Reasons.V, "every match says why")
			require.NotEmpty(t, d.Evidence)
			require.NotEmpty(t, d.Tier)
			require.GreaterOrEqual(t, d.Score, 0.9)
		}
		require.Equal(t, model.MatchNone, m.last(byNobody).State)
		require.Equal(t, "no_evidence", m.last(silent).Reasons.V[0].Code)
		require.Len(t, m.decisions(byRemark), 1)

		// Everything again: nothing is decided twice.
		before := m.snapshot()
		require.NoError(t, m.accounts.Rematch(t.Context(), byRemark, byCorp, byAlias, byNobody, silent))
		m.match()
		require.Equal(t, before, m.snapshot())
		require.Len(t, m.decisions(byRemark), 1)
		require.Len(t, m.decisions(byNobody), 1)
	})
}

func TestSuggestion_acceptedTeachesTheNameAndUndoneForgetsIt(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		id := m.account("深圳市腾讯计算机系统有限公司")
		first, second := m.adds("wm1", "腾迅"), m.adds("wm2", "腾迅")
		m.match()
		require.Zero(t, m.at(first), "never silently")
		d := m.last(first)
		require.Equal(t, model.MatchSuggested, d.State)
		require.Equal(t, id, d.AccountID)
		require.NotEmpty(t, d.Reasons.V)

		require.NoError(t, m.accounts.Accept(ctx, d.ID, "", "anna"))
		require.NoError(t, m.accounts.Accept(ctx, d.ID, "", "anna"), "twice is once")
		requireConflict(t, m.accounts.Accept(ctx, d.ID, "", "berta"), "somebody else has decided")
		requireConflict(t, m.accounts.Reject(ctx, d.ID, "berta"), "somebody else has decided")
		require.Equal(t, id, m.at(first))
		aliases, _, err := m.accounts.Names(ctx, id)
		require.NoError(t, err)
		require.Len(t, aliases, 1)
		require.Equal(t, []string{"腾迅", "decision", "anna"}, []string{aliases[0].Alias, aliases[0].Source, aliases[0].Author})
		m.match()
		require.Equal(t, id, m.at(second), "the company has learnt it")
		require.Equal(t, model.MatchAutomatic, m.last(second).State)

		require.NoError(t, m.accounts.Undo(ctx, d.ID, "anna"))
		aliases, _, err = m.accounts.Names(ctx, id)
		require.NoError(t, err)
		require.Empty(t, aliases)
		again := m.last(first)
		require.Equal(t, []any{model.MatchSuggested, d.Evidence, d.Reasons}, []any{again.State, again.Evidence, again.Reasons}, "it is to be decided once more")
		m.match()
		require.Zero(t, m.at(first))
		require.Equal(t, again.ID, m.last(first).ID, "and stays in the inbox when matched again")
		require.Equal(t, model.MatchSuggested, m.last(first).State)
		waiting, err := m.accounts.Suggestions(ctx, 0, model.Page{})
		require.NoError(t, err)
		require.Contains(t, suggested(waiting), again.ID)
		require.NoError(t, m.accounts.Accept(ctx, again.ID, "", "berta"))
		require.Equal(t, id, m.at(first))
		require.NoError(t, m.accounts.Undo(ctx, again.ID, "berta"))
		third := m.adds("wm3", "腾迅")
		m.match()
		require.Zero(t, m.at(third), "and has forgotten it")
		require.Equal(t, model.MatchSuggested, m.last(third).State)
	})
}

func suggested(list []account.Told) []int64 {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	return ids
}

func TestSuggestion_rejectedIsNeverMadeAgain(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		m.account("深圳市腾讯计算机系统有限公司")
		first := m.adds("wm1", "腾迅")
		m.match()
		d := m.last(first)
		require.Equal(t, model.MatchSuggested, d.State)
		require.NoError(t, m.accounts.Reject(ctx, d.ID, "anna"))
		require.NoError(t, m.accounts.Reject(ctx, d.ID, "anna"))
		m.match()
		second := m.adds("wm2", "腾迅")
		m.match()
		for _, id := range []int64{first, second} {
			require.Equal(t, model.MatchNone, m.last(id).State)
			require.Equal(t, "overruled", m.last(id).Reasons.V[len(m.last(id).Reasons.V)-1].Code)
		}
		require.NoError(t, m.accounts.Undo(ctx, d.ID, "berta"))
		require.NoError(t, m.accounts.Rematch(ctx, second))
		m.match()
		require.Equal(t, model.MatchSuggested, m.last(second).State, "the rejection was taken back")
		for _, row := range m.decisions(first) {
			require.Equal(t, row.ID == d.ID, row.State == model.MatchSuggested, "and its suggestion is open")
		}
	})
}

func TestSuggestion_rejectedOfSomebodyAtAnotherAccountIsOpenAgainWhenTakenBack(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		m.account("北京蓝天科技有限公司")
		two, three := m.account("上海白云软件有限公司"), m.account("广州红日贸易有限公司")
		person := m.adds("wm1", "北京蓝天科技有限公司")
		m.assign(person, two, model.MatchJoin)
		m.match()
		d := m.last(person)
		require.Equal(t, model.MatchSuggested, d.State)
		require.NoError(t, m.accounts.Reject(ctx, d.ID, "anna"))
		require.NoError(t, m.accounts.Undo(ctx, d.ID, "anna"))
		require.Equal(t, model.MatchSuggested, m.last(person).State)
		require.Equal(t, two, m.at(person), "the person stays where they are")

		require.NoError(t, m.accounts.Reject(ctx, d.ID, "anna"))
		clock.Advance(time.Minute)
		m.assign(person, three, model.MatchCorrect)
		require.NoError(t, m.accounts.Undo(ctx, d.ID, "anna"))
		waiting, err := m.accounts.Suggestions(ctx, 0, model.Page{})
		require.NoError(t, err)
		require.NotContains(t, suggested(waiting), d.ID, "somebody has said since where they are")
	})
}

func TestSuggestion_ofTwoWhoDecideAtOnceOneWins(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		id := m.account("深圳市腾讯计算机系统有限公司")
		person := m.adds("wm1", "腾迅")
		m.match()
		d := m.last(person)
		var accepted, rejected error
		var both sync.WaitGroup
		both.Go(func() { accepted = m.accounts.Accept(t.Context(), d.ID, "", "anna") })
		both.Go(func() { rejected = m.accounts.Reject(t.Context(), d.ID, "berta") })
		both.Wait()
		if accepted == nil {
			requireConflict(t, rejected, "somebody else has decided")
			require.Equal(t, id, m.at(person))
		} else {
			requireConflict(t, accepted, "somebody else has decided")
			require.NoError(t, rejected)
			require.Zero(t, m.at(person))
		}
	})
}

func TestDomain_seenAtManyAccountsIsNoEvidenceUntilSomebodySaysSo(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		owner := m.account("北京蓝天科技有限公司")
		_, err := m.accounts.AddDomain(ctx, owner, "lantian-tech.com", account.SourceManual, "test", false)
		require.NoError(t, err)
		email := func(user string) int64 {
			id := m.adds(user, "")
			require.NoError(t, db.Conn(ctx).Model(&model.Contact{}).Where("id = ?", id).Update("email", user+"@mail.lantian-tech.com").Error)
			return id
		}
		first := email("wm0")
		m.match()
		require.Equal(t, owner, m.at(first))
		require.Equal(t, "@lantian-tech.com", m.last(first).Evidence, "whose address it is, is not kept")
		for i, name := range []string{"甲", "乙", "丙"} {
			id := email(fmt.Sprint("wm", i+1))
			m.assign(id, m.account(name), model.MatchJoin)
		}
		late := email("wm9")
		m.match()
		require.Zero(t, m.at(late))
		reviews, err := m.accounts.DomainReviews(ctx, model.Page{})
		require.NoError(t, err)
		require.Len(t, reviews, 1)
		require.Equal(t, "lantian-tech.com", reviews[0].Domain)
		require.EqualValues(t, 4, reviews[0].Accounts)

		require.NoError(t, m.accounts.ReviewDomain(ctx, "lantian-tech.com", false, "anna"))
		m.match()
		require.Equal(t, owner, m.at(late))
		require.ErrorIs(t, m.accounts.ReviewDomain(ctx, "unknown.com", false, "anna"), model.ErrNotFound)
	})
}

func TestMatch_newNameIsLookedAtByThoseOnlyWhomItMayMean(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		id := m.account("深圳市腾讯计算机系统有限公司")
		goose := []int64{m.adds("wm1", "鹅厂"), m.adds("wm2", "鹅厂")}
		for i := range 30 {
			m.adds(fmt.Sprint("wx", i), fmt.Sprintf("%c%c机电", 0x4e00+i*7, 0x5e00+i*11))
		}
		m.match()
		require.Zero(t, m.at(goose[0]))
		require.Empty(t, m.tasks())

		m.alias(id, "鹅厂")
		asked := m.countTasks()
		m.match()
		require.Equal(t, []int64{id, id}, []int64{m.at(goose[0]), m.at(goose[1])})
		require.Equal(t, int64(2), asked(), "the others were left alone")
		require.Equal(t, model.MatchSuperseded, m.decisions(goose[0])[1].State, "that there was none is history")
	})
}

// countTasks counts the people for whom matching is asked from now on.
func (m *matching) countTasks() func() int64 {
	var n atomic.Int64
	count := func(tx *gorm.DB) {
		if tx.Statement.Table == "match_tasks" {
			n.Add(tx.RowsAffected)
		}
	}
	require.NoError(m.t, m.db.Conn(m.t.Context()).Callback().Create().After("gorm:create").Register("count", count))
	return n.Load
}

// What a page costs follows neither from how many people it has nor from how many
// accounts there are.
func TestMatch_statementsOfAPageAreFew(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.Quick(t)
	m := newMatching(t, db, clock)
	ctx := t.Context()
	rows := make([]model.Account, 1000)
	for i := range rows {
		name := fmt.Sprintf("%c%c%c科技有限公司", 0x4e00+i, 0x5e00+i*3%977, 0x6e00+i*7%983)
		rows[i] = model.Account{Name: name, NameKey: name, LiveSlot: new(int8), Lifecycle: model.LifecycleProspect}
		*rows[i].LiveSlot = 1
	}
	require.NoError(t, db.Conn(ctx).CreateInBatches(&rows, 100).Error)
	const people = 2000
	contacts, notes, tasks := make([]model.Contact, people), make([]model.Relationship, people), make([]model.MatchTask, people)
	for i := range contacts {
		contacts[i] = model.Contact{ExternalUserID: fmt.Sprint("wm", i)}
	}
	require.NoError(t, db.Conn(ctx).CreateInBatches(&contacts, 500).Error)
	for i, c := range contacts {
		company := rows[i%len(rows)].Name
		if i%2 == 1 {
			company = fmt.Sprintf("%c%c机电设备厂", 0x7e00+i%1009, 0x8e00+i%1013)
		}
		notes[i] = model.Relationship{RepID: 1, ContactID: c.ID, State: model.RelationshipActive, RemarkCompany: company, AddedAt: clock.Now(), SeenAt: clock.Now()}
		tasks[i] = model.MatchTask{ContactID: c.ID, DueAt: clock.Now()}
	}
	require.NoError(t, db.Conn(ctx).CreateInBatches(&notes, 500).Error)
	require.NoError(t, db.Conn(ctx).CreateInBatches(&tasks, 500).Error)

	var statements atomic.Int64
	count := func(tx *gorm.DB) {
		// Each activity is recorded alone: that is the pipeline's matter. Where people
		// are is noted once for each account of the page.
		if tx.Statement.Table == "activities" || strings.HasPrefix(tx.Statement.SQL.String(), "UPDATE `contacts`") {
			return
		}
		statements.Add(1)
	}
	on := db.Conn(ctx).Callback()
	require.NoError(t, on.Query().After("gorm:query").Register("count", count))
	require.NoError(t, on.Create().After("gorm:create").Register("count", count))
	require.NoError(t, on.Update().After("gorm:update").Register("count", count))
	require.NoError(t, on.Delete().After("gorm:delete").Register("count", count))
	m.match()
	require.Empty(t, m.tasks())
	require.Less(t, statements.Load(), int64(people/100*30), "statements of %d pages", people/100)
	var joined int64
	require.NoError(t, db.Read(ctx).Model(&model.Contact{}).Where("account_id IS NOT NULL").Count(&joined).Error)
	require.GreaterOrEqual(t, joined, int64(people*45/100))
}
