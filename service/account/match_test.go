package account_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func TestMatch_automationNeverOverrulesAPerson(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		one, two := m.account("北京蓝天科技有限公司"), m.account("上海白云软件有限公司")
		person := m.adds("wm1", "北京蓝天科技有限公司")
		m.assign(person, two, model.MatchJoin)
		m.match()
		require.Equal(t, two, m.at(person))
		d := m.last(person)
		require.Equal(t, model.MatchSuggested, d.State, "but it says what it sees")
		require.Equal(t, one, d.AccountID)

		// Taken away from an account by hand, it is not put back.
		other := m.adds("wm2", "北京蓝天科技有限公司")
		m.match()
		require.Equal(t, one, m.at(other))
		require.NoError(t, m.accounts.Undo(t.Context(), m.last(other).ID, "anna"))
		m.match()
		require.Zero(t, m.at(other))
		require.Equal(t, model.MatchNone, m.last(other).State)
		require.Equal(t, "overruled", m.last(other).Reasons.V[0].Code)

		// Nor is somebody moved whose company text changes: a person says what it means.
		third := m.adds("wm3", "北京蓝天科技有限公司")
		m.match()
		clock.Advance(time.Hour)
		m.adds("wm3", "上海白云软件有限公司")
		m.match()
		require.Equal(t, one, m.at(third))
		d = m.last(third)
		require.Equal(t, model.MatchSuggested, d.State)
		require.Equal(t, "at_another", d.Reasons.V[len(d.Reasons.V)-1].Code)
		var e *model.Error
		require.ErrorAs(t, m.accounts.Accept(t.Context(), d.ID, "", "anna"), &e)
		require.Equal(t, model.CodeInvalid, e.Code)
		require.NoError(t, m.accounts.Accept(t.Context(), d.ID, model.MatchMove, "anna"))
		require.Equal(t, []string{"1 from 0s to 1h0m0s", "2 from 1h0m0s"}, m.stretches(third))
	})
}

func TestMatch_twoWorkersAndACrashMatchEverybodyOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		id := m.account("北京蓝天科技有限公司")
		var people []int64
		for i := range 250 {
			people = append(people, m.adds(fmt.Sprint("wm", i), "北京蓝天科技有限公司"))
		}
		// One has claimed a page and died.
		now := clock.Now()
		until := now.Add(time.Minute)
		require.NoError(t, db.Conn(t.Context()).Model(&model.MatchTask{}).Where("contact_id IN ?", people[:100]).
			Updates(map[string]any{"lease_token": "gone", "lease_until": until}).Error)
		workers := []*matching{m, newMatching(t, db, clock)}
		var group sync.WaitGroup
		for _, w := range workers {
			group.Go(func() { w.match() })
		}
		group.Wait()
		require.Equal(t, people[:100], m.tasks(), "its lease is respected")
		clock.Advance(2 * time.Minute)
		m.match()
		require.Empty(t, m.tasks())
		var n int64
		require.NoError(t, db.Read(t.Context()).Model(&model.AccountMember{}).Where("account_id = ? AND open_slot = 1", id).Count(&n).Error)
		require.EqualValues(t, 250, n)
		require.NoError(t, db.Read(t.Context()).Model(&model.MatchDecision{}).Count(&n).Error)
		require.EqualValues(t, 250, n, "nobody was decided on twice")
	})
}
