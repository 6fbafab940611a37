package stage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/stage"
)

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 12, 0, 0, 0, time.UTC)
}

func (w *world) stored(events []model.StageEvent) {
	w.Helper()
	for i := range events {
		events[i].Reason, events[i].Author = stage.ReasonByHand, model.StageByUser
	}
	require.NoError(w, w.db.Conn(w.ctx).CreateInBatches(&events, 300).Error)
}

// 1000 leads, 100 MQLs, 50 opportunities, 30 wins: .100, .500, .600, .0300.
func TestFunnel_cohortIsFilledByTheLadder(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		var events []model.StageEvent
		enters := func(from, to string, at time.Time, first, last int64) {
			for c := first; c <= last; c++ {
				events = append(events, model.StageEvent{ContactID: c, FromStage: from, ToStage: to, EnteredAt: at})
			}
		}
		enters("", model.StageMAL, day(2026, 1, 10), 1, 1000)
		enters(model.StageMAL, model.StageMQL, day(2026, 2, 1), 1, 90) // ten of the deals come without
		enters(model.StageMQL, model.StageMIL, day(2026, 3, 1), 1, 20) // going back takes nothing away
		enters(model.StageMAL, model.StageOpportunity, day(2026, 3, 2), 51, 100)
		enters(model.StageOpportunity, model.StageWon, day(2026, 6, 1), 71, 100) // later than the window
		enters(model.StageOpportunity, model.StageLost, day(2026, 6, 1), 51, 70)
		enters("", model.StageMQL, time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC), 2000, 2000) // February in Shanghai
		w.stored(events)
		got, err := w.stages.Funnel(w.ctx, stage.Window{From: day(2026, 1, 1), To: day(2026, 3, 1)})
		require.NoError(t, err)
		require.Len(t, got, 2)
		january := got[0]
		require.Equal(t, []any{"2026-01", 1000, 100, 100, 50, 50, 50, 30}, []any{
			january.Month, january.Leads, january.MIL, january.MQL, january.SAL, january.SQL, january.Opps, january.Won,
		})
		for i, want := range []float64{.1, .5, .6, .03} {
			require.InDelta(t, want, *[]*float64{january.LeadToMQL, january.MQLToOpp, january.OppToWon, january.LeadToWon}[i], 1e-9)
		}
		require.Equal(t, "2026-02", got[1].Month)
		require.Equal(t, 1, got[1].MQL)
		require.Nil(t, got[1].OppToWon, "nothing to divide by")
		_, err = w.stages.Funnel(w.ctx, stage.Window{From: day(2020, 1, 1), To: day(2026, 3, 1)})
		require.ErrorContains(t, err, "36 months")
	})
}

// closed is a deal that took so many days and was closed at that instant.
func closed(account int64, kind model.OpportunityKind, origin model.DealOrigin, state model.OpportunityState, days int, at time.Time) model.Opportunity {
	seconds := int64(days) * 86400
	return model.Opportunity{
		AccountID: account, Name: "单", Amount: 100, Kind: kind, Stage: "quote", State: state, Origin: origin, OriginReason: "stated",
		OpenedAt: at.Add(-time.Duration(days) * 24 * time.Hour), ClosedAt: &at, OpenSeconds: &seconds, Version: 1,
	}
}

// 65 of 100 new customers come from marketing: .65. 0 of 0 is nothing. Who won
// twice counts once, for the side that won first.
func TestGrowth_mlgCountsFirstWins(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		in := day(2026, 2, 10)
		var list []model.Opportunity
		for i := range int64(65) {
			list = append(list, closed(i+1, model.OpportunityNew, model.DealByMarketing, model.OpportunityWon, 30, in))
		}
		for i := range int64(35) {
			list = append(list, closed(100+i, model.OpportunityNew, model.DealBySales, model.OpportunityWon, 30, in))
		}
		list = append(list,
			closed(100, model.OpportunityNew, model.DealByMarketing, model.OpportunityWon, 30, in.Add(time.Hour)),    // the second win of one
			closed(1, model.OpportunityNew, model.DealBySales, model.OpportunityWon, 30, in),                         // at the same instant, stored later
			closed(300, model.OpportunityNew, model.DealByPartner, model.OpportunityWon, 30, in),                     // on neither side
			closed(301, model.OpportunityNew, model.DealByMarketing, model.OpportunityWon, 30, in.AddDate(-1, 0, 0)), // a customer of last year,
			closed(301, model.OpportunityRenewal, model.DealByMarketing, model.OpportunityWon, 30, in),               // who renews
			closed(302, model.OpportunityNew, model.DealByMarketing, model.OpportunityLost, 30, in),
			closed(303, model.OpportunityUpsell, model.DealByMarketing, model.OpportunityWon, 30, in),
		)
		require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(&list, 200).Error)
		g, err := w.stages.Growth(w.ctx, stage.Window{From: day(2026, 1, 1), To: day(2026, 3, 1)})
		require.NoError(t, err)
		require.Equal(t, []int{65, 35, 1}, []int{g.Marketing, g.Sales, g.Partner})
		require.InDelta(t, .65, *g.MLG, 1e-9)
		g, err = w.stages.Growth(w.ctx, stage.Window{From: day(2027, 1, 1), To: day(2027, 3, 1)})
		require.NoError(t, err)
		require.Nil(t, g.MLG)
	})
}

// Won in 30, 40 and 90 days: mean 53.33, median 40; in 60 and 120: 90 and 90.
func TestPaces_meanMedianAndWinRate(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		in := day(2026, 2, 10)
		won := func(kind model.OpportunityKind, days int) model.Opportunity {
			return closed(1, kind, model.DealBySales, model.OpportunityWon, days, in)
		}
		lost := closed(2, model.OpportunityNew, model.DealBySales, model.OpportunityLost, 5, in)
		lost.Amount = 500
		open := model.Opportunity{AccountID: 3, Name: "开", Kind: model.OpportunityNew, Stage: "quote", State: model.OpportunityOpen, Origin: model.DealBySales, OpenedAt: day(2026, 2, 20), Version: 1}
		list := []model.Opportunity{
			won(model.OpportunityNew, 40), won(model.OpportunityNew, 30), won(model.OpportunityNew, 90), lost, open,
			won(model.OpportunityUpsell, 120), won(model.OpportunityUpsell, 60),
			closed(1, model.OpportunityNew, model.DealBySales, model.OpportunityWon, 1, day(2026, 3, 1)), // closed as the window ends
		}
		require.NoError(t, w.db.Conn(w.ctx).Create(&list).Error)
		w.clock.Set(day(2026, 3, 2))
		got, err := w.stages.Paces(w.ctx, stage.Window{From: day(2026, 2, 1), To: day(2026, 3, 1)})
		require.NoError(t, err)
		require.Len(t, got, 4)
		fresh, upsell := got[0], got[1]
		require.InDelta(t, 53.33, *fresh.MeanDays, .005)
		require.InDelta(t, 40, *fresh.MedianDays, .005)
		require.InDelta(t, 90, *fresh.P75Days, .005)
		require.Equal(t, []int{3, 1, 1}, []int{fresh.Won, fresh.Lost, fresh.Open})
		require.InDelta(t, .75, *fresh.WinRate, 1e-9)
		require.InDelta(t, 300./800, *fresh.WinAmount, 1e-9)
		require.InDelta(t, 10, *fresh.OpenDays, .005)
		require.InDelta(t, 90, *upsell.MeanDays, .005)
		require.InDelta(t, 90, *upsell.MedianDays, .005)
		require.Nil(t, got[2].WinRate)
		require.Nil(t, got[2].MedianDays)
	})
}

// Nobody's contacts, and those for whom nothing is planned, are told by who
// should own them; who has a programme, a deal or has done something is not.
func TestLeaks_areWhoNobodyLooksAfter(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		on := func(stage string, rep int64) int64 {
			c := w.contact(rep, 0)
			set := map[string]any{"stage": stage, "stage_at": w.clock.Now()}
			require.NoError(t, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", c).Updates(set).Error)
			return c
		}
		forgotten, orphan := on(model.StageMIL, rep), on(model.StageSQL, 0)
		nurtured, busy, active := on(model.StageMIL, rep), on(model.StageSQL, rep), on(model.StageMIL, rep)
		on(model.StageMAL, rep)
		on(model.StageWon, 0)
		slot := int8(1)
		create(w, model.Enrollment{SOPID: 1, VersionID: 1, ContactID: nurtured, Run: 1, State: model.EnrollmentActive, ActiveSlot: &slot})
		create(w, model.Opportunity{AccountID: 1, ContactID: busy, Name: "单", Kind: model.OpportunityNew, State: model.OpportunityOpen, Origin: model.DealBySales, OpenedAt: w.clock.Now(), Version: 1})
		w.days(13)
		list, err := w.stages.LeakList(w.ctx, "", model.Page{})
		require.NoError(t, err)
		require.Empty(t, list, "not yet")
		create(w, model.LastActive{ContactID: active, At: w.clock.Now()})
		create(w, model.LastActive{ContactID: forgotten, At: w.clock.Now().AddDate(0, 0, -13)})
		w.days(2)
		list, err = w.stages.LeakList(w.ctx, "", model.Page{})
		require.NoError(t, err)
		var got []string
		for _, l := range list {
			got = append(got, fmt.Sprint(l.ContactID, l.Team, l.NoOwner))
		}
		require.Equal(t, []string{fmt.Sprint(forgotten, "marketing", false), fmt.Sprint(orphan, "sales", true)}, got)
		counts, err := w.stages.Leaks(w.ctx)
		require.NoError(t, err)
		require.Equal(t, []stage.LeakCount{
			{Team: "marketing", Stage: model.StageMIL, NoSteps: 1}, {Team: "sales", Stage: model.StageSQL, NoOwner: 1},
		}, counts)
		list, err = w.stages.LeakList(w.ctx, stage.TeamSales, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 1)
	})
}
