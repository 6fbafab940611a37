package scoring_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/scoring"
)

// Of 100 accounts, 20 have bought; the best five are large manufacturers.
func TestIdeal_traitsOfTheBestQuarter(t *testing.T) {
	t.Parallel()
	large, small := int64(1200), int64(50)
	var list []scoring.Customer
	for i := range 100 {
		c := scoring.Customer{Account: model.Account{Industry: "零售", Region: "上海", Employees: &small}}
		c.Won = i < 20
		c.Tenure, c.Spend = float64(100-i), 1000
		switch {
		case i < 5, i >= 90 && i < 95:
			c.Industry, c.Employees = "制造", &large // ten, half of them among the best
		case i < 9:
			c.Region = "成都"
		}
		list = append(list, c)
	}
	got := scoring.Ideal(list)
	require.Equal(t, []scoring.Trait{
		{Field: "industry", Value: "制造", N: 10, Best: 1, All: .1, Lift: 10},
		{Field: "size", Value: "1000-4999", N: 10, Best: 1, All: .1, Lift: 10},
	}, got)
	require.Empty(t, scoring.Ideal(list[:14]), "fewer than ten accounts prove nothing")
	require.Empty(t, scoring.Ideal(list[20:]), "nobody has bought")
}

func TestLookAlike_ranksByCosineAndNamesWhatIsShared(t *testing.T) {
	t.Parallel()
	large, small, rich := int64(1200), int64(50), int64(400_000)
	winners := []model.Account{
		{ID: 1, Industry: "制造", Employees: &large, Region: "上海", ACV: &rich},
		{ID: 2, Industry: "制造", Employees: &large, Region: "上海", ACV: &rich},
	}
	others := []model.Account{
		{ID: 1}, // has won already
		{ID: 3, Industry: "制造", Employees: &small, Region: "上海"},
		{ID: 4, Industry: "零售", Employees: &small},
		{ID: 5, Industry: "制造", Employees: &large, Region: "上海", ACV: &rich},
		{ID: 6, Region: "上海"},
	}
	got := scoring.LookAlike(scoring.Defaults().Fit.Points, winners, others, 10)
	var ids []int64
	for _, a := range got {
		ids = append(ids, a.Account.ID)
	}
	require.Equal(t, []int64{5, 3, 6}, ids)
	require.InDelta(t, 1, got[0].Similarity, 1e-9)
	require.Equal(t, []scoring.Feature{{"industry", "制造"}, {"size", "1000-4999"}, {"budget", "300000-"}}, got[0].Traits)
	// (20·20 + 10·10) ÷ (√(20² + 20² + 15² + 10²) × √(20² + 20² + 10²))
	require.InDelta(t, 500/(33.5410*30), got[1].Similarity, .0001)
	require.Empty(t, scoring.LookAlike(scoring.Defaults().Fit.Points, nil, others, 10))
}

func TestLists_priorityBoxesAndWinners(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, conn, one := w.t.Context(), w.db.Conn(w.t.Context()), int8(1)
		add := func(a model.Account) model.Account {
			w.n++
			a.Name = fmt.Sprintf("公司%d", w.n)
			a.NameKey, a.LiveSlot, a.IsTarget = a.Name, &one, true
			require.NoError(w.t, conn.Create(&a).Error)
			return a
		}
		number := func(n float64) *float64 { return &n }
		warm := add(model.Account{Fit: number(80), Spike: number(1), Engaged: true, Industry: "制造"})
		hot := add(model.Account{Fit: number(50), Spike: number(3), Industry: "制造"})
		full := add(model.Account{Fit: number(90), Spike: number(4)})
		cold := add(model.Account{Fit: number(90), Industry: "制造"})
		add(model.Account{Fit: number(90), Spike: number(-.5)})
		add(model.Account{})
		for range 7 {
			c := w.contact("")
			require.NoError(w.t, conn.Model(&c).UpdateColumn("account_id", full.ID).Error)
		}
		list, err := w.s.Priorities(ctx, 2)
		require.NoError(w.t, err)
		require.Len(w.t, list, 2)
		require.Equal(w.t, []int64{hot.ID, warm.ID}, []int64{list[0].ID, list[1].ID}, "1.5 before 0.8; where everybody is known there is no gap")
		require.InDelta(w.t, 1.5, list[0].Priority, 1e-9)

		boxes, err := w.s.Boxes(ctx)
		require.NoError(w.t, err)
		require.Equal(w.t, map[scoring.Box]int64{scoring.BoxSell: 1, scoring.BoxOpen: 3, scoring.BoxCheck: 0, scoring.BoxLeave: 1}, boxes)
		for box, n := range boxes {
			in, err := w.s.InBox(ctx, box, model.Page{})
			require.NoError(w.t, err)
			require.Len(w.t, in, int(n), box)
		}
		open, err := w.s.InBox(ctx, scoring.BoxOpen, model.Page{After: full.ID, Limit: 1})
		require.NoError(w.t, err)
		require.Equal(w.t, cold.ID, open[0].ID)

		at := w.clock.Now()
		require.NoError(w.t, conn.Create(&model.Opportunity{AccountID: warm.ID, State: model.OpportunityWon, Amount: 1000, OpenedAt: at, ClosedAt: &at}).Error)
		alike, err := w.s.Alike(ctx, 10)
		require.NoError(w.t, err)
		require.Len(w.t, alike, 2)
		require.Equal(w.t, hot.ID, alike[0].Account.ID)
		// Somebody's part: what they work on, compared with everybody's winners.
		require.NoError(w.t, conn.Model(&hot).UpdateColumn("sdr_id", 7).Error)
		require.NoError(w.t, conn.Model(&full).UpdateColumn("owner_backup_id", 7).Error)
		part := model.WithScope(ctx, model.Scope{Reps: []int64{7}})
		boxes, err = w.s.Boxes(part)
		require.NoError(w.t, err)
		require.Equal(w.t, map[scoring.Box]int64{scoring.BoxSell: 0, scoring.BoxOpen: 1, scoring.BoxCheck: 0, scoring.BoxLeave: 1}, boxes)
		for box, n := range boxes {
			in, err := w.s.InBox(part, box, model.Page{})
			require.NoError(w.t, err)
			require.Len(w.t, in, int(n), box)
		}
		alike, err = w.s.Alike(part, 10)
		require.NoError(w.t, err)
		require.Len(w.t, alike, 1)
		require.Equal(w.t, hot.ID, alike[0].Account.ID)

		traits, err := w.s.Profile(ctx)
		require.NoError(w.t, err)
		require.Empty(w.t, traits, "three accounts prove nothing")

		// An open deal makes the account's level, whatever its engagement.
		require.NoError(w.t, conn.Create(&model.Opportunity{AccountID: cold.ID, State: model.OpportunityOpen, OpenedAt: at}).Error)
		w.did(model.Contact{}, model.ActivityOpportunityOpened, model.ActivityData{AccountID: cold.ID})
		w.rescore()
		require.Equal(w.t, string(scoring.LevelSelling), w.account(cold.ID).EngagementLevel)
	})
}
