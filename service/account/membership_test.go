package account_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/account"
)

func (m *matching) assign(contactID, accountID int64, effect model.MatchEffect) {
	m.t.Helper()
	require.NoError(m.t, m.accounts.Assign(m.t.Context(), m.word(contactID, accountID, effect)))
}

func (m *matching) word(contactID, accountID int64, effect model.MatchEffect) account.Assignment {
	return account.Assignment{ContactID: contactID, AccountID: accountID, Effect: effect, Source: account.SourceManual, Author: "anna"}
}

func TestAssign_touchesFollowThePersonsStretches(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		one, two, three := m.account("甲"), m.account("乙"), m.account("丙")
		person := m.adds("wm1", "")
		clock.Advance(time.Hour)
		m.touch(person)
		clock.Advance(time.Hour)

		m.assign(person, one, model.MatchJoin)
		require.Equal(t, []string{"1 from 0s"}, m.stretches(person), "what was before counts")
		require.Equal(t, 1, m.touches(one))

		clock.Advance(time.Hour)
		m.assign(person, two, model.MatchMove)
		m.touch(person)
		require.Equal(t, []string{"1 from 0s to 3h0m0s", "2 from 3h0m0s"}, m.stretches(person))
		require.Equal(t, []int{1, 1}, []int{m.touches(one), m.touches(two)})

		clock.Advance(time.Hour)
		m.assign(person, three, model.MatchCorrect)
		require.Equal(t, []string{"1 from 0s to 3h0m0s", "3 from 3h0m0s"}, m.stretches(person), "never at 2")
		require.Equal(t, []int{1, 0, 1}, []int{m.touches(one), m.touches(two), m.touches(three)})

		m.assign(person, 0, model.MatchMove)
		require.Zero(t, m.at(person))
		require.Equal(t, []string{"account_joined 1", "account_left 1", "account_joined 2", "account_left 2", "account_joined 3", "account_left 3"}, m.kinds(person))

		// Taking them back, the latest first, replays what stands.
		rows := m.decisions(person)
		for i, want := range [][]string{
			{"1 from 0s to 3h0m0s", "3 from 3h0m0s"}, {"1 from 0s to 3h0m0s", "2 from 3h0m0s"}, {"1 from 0s"}, {},
		} {
			require.NoError(t, m.accounts.Undo(t.Context(), rows[i].ID, "anna"))
			require.Equal(t, want, m.stretches(person), i)
			require.NoError(t, m.accounts.Undo(t.Context(), rows[i].ID, "anna"), "the same again changes nothing")
		}
		require.Zero(t, m.at(person))
		requireConflict(t, m.accounts.Undo(t.Context(), rows[0].ID, "berta"), "somebody else has taken this decision back")
	})
}

func TestUndo_whatWasDecidedSinceStands(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		one, two := m.account("甲"), m.account("乙")
		person := m.adds("wm1", "")
		m.assign(person, one, model.MatchJoin)
		first := m.last(person)
		clock.Advance(time.Hour)
		m.assign(person, two, model.MatchMove)
		require.NoError(t, m.accounts.Undo(t.Context(), first.ID, "anna"))
		require.Equal(t, []string{"2 from 1h0m0s"}, m.stretches(person))
		require.Equal(t, two, m.at(person))
	})
}

func TestAssign_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		one, two := m.account("甲"), m.account("乙")
		person := m.adds("wm1", "")
		m.assign(person, one, model.MatchJoin)
		m.assign(person, one, model.MatchJoin)
		require.Len(t, m.decisions(person), 1, "said twice is said once")
		requireConflict(t, m.accounts.Assign(t.Context(), m.word(person, two, model.MatchJoin)), "at another account")
		for field, a := range map[string]account.Assignment{
			"effect": m.word(person, two, "marry"),
			"since":  {ContactID: person, AccountID: two, Effect: model.MatchMove, Since: clock.Now().Add(time.Hour)},
		} {
			var e *model.Error
			require.ErrorAs(t, m.accounts.Assign(t.Context(), a), &e)
			require.Contains(t, e.Fields, field)
		}
		require.ErrorIs(t, m.accounts.Assign(t.Context(), m.word(99, one, model.MatchJoin)), model.ErrNotFound)
		require.ErrorIs(t, m.accounts.Assign(t.Context(), m.word(person, 99, model.MatchMove)), model.ErrNotFound)

		other := m.adds("wm2", "")
		faults, err := m.accounts.AssignMany(t.Context(), []account.Assignment{
			m.word(other, two, model.MatchJoin), m.word(person, two, model.MatchJoin), m.word(98, two, model.MatchJoin),
		})
		require.NoError(t, err)
		require.NoError(t, faults[0])
		require.Error(t, faults[1])
		require.ErrorIs(t, faults[2], model.ErrNotFound)
		require.Equal(t, []int64{two, one}, []int64{m.at(other), m.at(person)}, "the others are done")
	})
}

func TestAssign_manyAtOnceEndWithOneOpenStretch(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		person := m.adds("wm1", "")
		accounts := []int64{m.account("甲"), m.account("乙"), m.account("丙"), m.account("丁")}
		faults := make([]error, len(accounts))
		var group sync.WaitGroup
		for i, id := range accounts {
			group.Go(func() { faults[i] = m.accounts.Assign(t.Context(), m.word(person, id, model.MatchJoin)) })
		}
		group.Wait()
		won := 0
		for _, err := range faults {
			if err == nil {
				won++
				continue
			}
			requireConflict(t, err, "at another account")
		}
		require.Equal(t, 1, won)
		require.Len(t, m.stretches(person), 1)
		require.Contains(t, accounts, m.at(person))
	})
}

func TestMerge_undoneLeavesTheRowsThatWere(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		one, two, three := m.account("蓝天科技", "蓝天"), m.account("蓝天软件", "蓝天云"), m.account("白云")
		people := []int64{m.adds("wm1", ""), m.adds("wm2", ""), m.adds("wm3", "")}
		m.assign(people[0], one, model.MatchJoin)
		m.assign(people[1], two, model.MatchJoin)
		m.assign(people[2], two, model.MatchJoin)
		for _, id := range people {
			m.touch(id)
		}
		clock.Advance(time.Hour)
		m.assign(people[2], three, model.MatchMove)
		m.match()
		both, theirs := m.target("both", one, two), m.target("theirs", two)
		before := m.snapshot()
		require.Equal(t, []int64{one, two}, m.on(both))

		merge, err := m.accounts.Merge(ctx, two, one, "anna")
		require.NoError(t, err)
		again, err := m.accounts.Merge(ctx, two, one, "berta")
		require.NoError(t, err)
		require.Equal(t, merge.ID, again.ID, "what is merged is merged")
		require.Equal(t, []int64{one, one, three}, []int64{m.at(people[0]), m.at(people[1]), m.at(people[2])})
		require.Equal(t, [][]int64{{one}, {one}}, [][]int64{m.on(both), m.on(theirs)}, "who is on a list twice is on it once")
		require.Equal(t, []bool{true, false}, []bool{m.isTarget(one), m.isTarget(two)})
		require.Equal(t, 3, m.touches(one), "the touches follow, also of who has gone since")
		_, err = m.accounts.Merge(ctx, three, two, "anna")
		requireConflict(t, err, "merged into another one")

		// Whoever comes meanwhile stays there.
		late := m.adds("wm4", "蓝天科技")
		m.match()
		require.Equal(t, one, m.at(late))
		m.assign(people[2], two, model.MatchMove)
		require.Equal(t, one, m.at(people[2]), "a merged account's people are with who took it in")
		require.NoError(t, m.accounts.Undo(ctx, m.last(people[2]).ID, "anna"))

		// The other account goes on into a third one; the first merge is taken back.
		next, err := m.accounts.Merge(ctx, one, three, "anna")
		require.NoError(t, err)
		require.Equal(t, 3, m.touches(three))
		require.NoError(t, m.accounts.UndoMerge(ctx, merge.ID, "anna"))
		require.NoError(t, m.accounts.UndoMerge(ctx, merge.ID, "anna"))
		requireConflict(t, m.accounts.UndoMerge(ctx, merge.ID, "berta"), "somebody else")
		require.Equal(t, []int64{three, two, three}, []int64{m.at(people[0]), m.at(people[1]), m.at(people[2])})
		require.NoError(t, m.accounts.UndoMerge(ctx, next.ID, "anna"))
		require.Equal(t, one, m.at(late))
		require.Equal(t, []int{1, 2}, []int{m.touches(one), m.touches(two)})
		require.Equal(t, [][]int64{{one, two}, {two}}, [][]int64{m.on(both), m.on(theirs)})

		m.assign(late, 0, model.MatchCorrect)
		require.Equal(t, before, m.snapshot(late))
	})
}

func TestUndoMerge_whoWasNoTargetIsNone(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		one, two := m.account("甲"), m.account("乙")
		list, closed := m.target("乙的", two), m.target("两家", one, two)
		require.NoError(t, m.accounts.RemoveFromTarget(ctx, closed, one))
		merge, err := m.accounts.Merge(ctx, two, one, "anna")
		require.NoError(t, err)
		require.True(t, m.isTarget(one))
		require.NoError(t, m.accounts.UndoMerge(ctx, merge.ID, "anna"))
		require.Equal(t, []bool{false, true}, []bool{m.isTarget(one), m.isTarget(two)})
		require.Equal(t, []int64{two}, m.on(list))

		// A list that was closed meanwhile opens for nobody.
		_, err = m.accounts.Nominate(ctx, closed, []account.Nomination{{AccountID: one, Note: "x"}}, false, "anna")
		require.NoError(t, err)
		merge, err = m.accounts.Merge(ctx, two, one, "anna")
		require.NoError(t, err)
		require.NoError(t, m.accounts.CloseTarget(ctx, closed))
		require.NoError(t, m.accounts.UndoMerge(ctx, merge.ID, "anna"))
		require.Empty(t, m.on(closed))
	})
}

// target makes a list of the accounts.
func (m *matching) target(name string, ids ...int64) int64 {
	m.t.Helper()
	list, err := m.accounts.CreateTarget(m.t.Context(), account.TargetInput{Name: name}, "anna")
	require.NoError(m.t, err)
	set := make([]account.Nomination, len(ids))
	for i, id := range ids {
		set[i] = account.Nomination{AccountID: id, Note: "x"}
	}
	_, err = m.accounts.Nominate(m.t.Context(), list.ID, set, false, "anna")
	require.NoError(m.t, err)
	return list.ID
}

// on are the accounts of a list.
func (m *matching) on(listID int64) (ids []int64) {
	m.t.Helper()
	err := m.db.Read(m.t.Context()).Model(&model.TargetMember{}).Where("list_id = ? AND open_slot = 1", listID).Order("account_id").Pluck("account_id", &ids).Error
	require.NoError(m.t, err)
	return ids
}

func (m *matching) isTarget(id int64) bool {
	m.t.Helper()
	var a model.Account
	require.NoError(m.t, m.db.Read(m.t.Context()).Take(&a, id).Error)
	return a.IsTarget
}

// snapshot is everything that a merge moves, but for when it was written.
func (m *matching) snapshot(but ...int64) map[string]any {
	m.t.Helper()
	ctx := m.t.Context()
	but = append(but, 0)
	var members []model.AccountMember
	require.NoError(m.t, m.db.Read(ctx).Order("id").Find(&members, "voided_at IS NULL AND contact_id NOT IN ?", but).Error)
	for i := range members {
		members[i].UpdatedAt = time.Time{}
	}
	var contacts []model.Contact
	require.NoError(m.t, m.db.Read(ctx).Order("id").Find(&contacts, "id NOT IN ?", but).Error)
	for i := range contacts {
		contacts[i].UpdatedAt, contacts[i].RescoreAt = time.Time{}, nil
	}
	var targets []model.TargetMember
	require.NoError(m.t, m.db.Read(ctx).Order("id").Find(&targets).Error)
	var aliases []model.AccountAlias
	require.NoError(m.t, m.db.Read(ctx).Order("id").Find(&aliases).Error)
	var accounts []model.Account
	require.NoError(m.t, m.db.Read(ctx).Order("id").Find(&accounts).Error)
	for i := range accounts {
		accounts[i].UpdatedAt, accounts[i].NamesVersion, accounts[i].RescoreAt = time.Time{}, 0, nil
	}
	return map[string]any{"members": members, "contacts": contacts, "aliases": aliases, "accounts": accounts, "targets": targets}
}

func TestMerge_nameGoneMeanwhileIsAConflict(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		one, two := m.account("甲"), m.account("乙")
		merge, err := m.accounts.Merge(ctx, two, one, "anna")
		require.NoError(t, err)
		aliases, _, err := m.accounts.Names(ctx, one)
		require.NoError(t, err)
		require.Len(t, aliases, 1)
		require.Equal(t, "乙", aliases[0].Alias)
		require.NoError(t, m.accounts.RemoveAlias(ctx, one, aliases[0].ID))
		m.account("乙")
		requireConflict(t, m.accounts.UndoMerge(ctx, merge.ID, "anna"), "of this name already")
		_, err = m.accounts.Merge(ctx, one, one, "anna")
		require.Error(t, err)
	})
}

func TestSplit_partsPeopleFromAnAccountAndUndoBringsThemBack(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m, ctx := newMatching(t, db, clock), t.Context()
		one, two := m.account("甲"), m.account("乙")
		people := []int64{m.adds("wm1", ""), m.adds("wm2", ""), m.adds("wm3", "")}
		for _, id := range people {
			m.assign(id, one, model.MatchJoin)
			m.touch(id)
		}
		clock.Advance(time.Hour)
		require.NoError(t, m.accounts.Split(ctx, one, two, people[:2], "anna"))
		require.Equal(t, []int{1, 2}, []int{m.touches(one), m.touches(two)})
		require.NoError(t, m.accounts.Split(ctx, one, two, people[:2], "anna"), "once more changes nothing")
		requireConflict(t, m.accounts.Split(ctx, two, m.account("丙"), people[2:], "anna"), "not at the account")
		require.NoError(t, m.accounts.Undo(ctx, m.last(people[0]).ID, "anna"))
		require.Equal(t, []int{2, 1}, []int{m.touches(one), m.touches(two)})
	})
}
