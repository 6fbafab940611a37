package stage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/stage"
)

// Accounts whose contract ends in a month: by their renewal deal, or by a date of
// one of their people. Each counts once.
func TestRenewals_areByTheMonthThatTheContractEnds(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		deal := func(account int64, state model.OpportunityState, expected string) model.Opportunity {
			o := closed(account, model.OpportunityRenewal, model.DealBySales, state, 5, day(2026, 5, 1))
			o.ExpectedClose = expected
			return o
		}
		upsell := deal(9, model.OpportunityWon, "2026-02-01")
		upsell.Kind = model.OpportunityUpsell
		deals := []model.Opportunity{
			deal(1, model.OpportunityWon, "2026-02-01"), deal(2, model.OpportunityWon, "2026-02-28"), deal(2, model.OpportunityLost, "2026-02-10"),
			deal(3, model.OpportunityLost, "2026-02-15"), deal(4, model.OpportunityOpen, "2026-02-15"),
			deal(5, model.OpportunityOpen, "2026-03-31"), deal(6, model.OpportunityWon, "2026-04-01"), deal(7, model.OpportunityWon, ""), upsell,
		}
		require.NoError(t, w.db.Conn(w.ctx).Create(&deals).Error)
		ends := func(account int64, field, on string) {
			create(w, model.ContactDate{ContactID: w.contact(0, account), Field: field, Day: on, MonthDay: on[5:]})
		}
		ends(1, stage.RenewalDate, "2026-02-01") // known already
		ends(8, stage.RenewalDate, "2026-02-20") // nobody has opened a deal
		ends(8, stage.RenewalDate, "2026-02-21") // of two people
		ends(10, "birthday", "2026-02-20")
		ends(0, stage.RenewalDate, "2026-02-20") // of nobody's company
		got, err := w.stages.Renewals(w.ctx, stage.Window{From: day(2026, 2, 1), To: day(2026, 3, 15)})
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.Equal(t, []any{"2026-02", 5, 2, 1}, []any{got[0].Month, got[0].Ended, got[0].Renewed, got[0].Open})
		require.InDelta(t, .4, *got[0].Rate, 1e-9)
		require.Equal(t, []any{"2026-03", 1, 0, 1}, []any{got[1].Month, got[1].Ended, got[1].Renewed, got[1].Open})
	})
}

// Who could be reached before there was a ladder gets onto it as of when they
// were added: some at a time, once.
func TestTick_putsOldFriendsOntoTheLadder(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		w.days(30)
		first := w.clock.Now()
		many := make([]model.Contact, 560)
		for i := range many {
			many[i] = model.Contact{ExternalUserID: "old" + string(rune(0x4e00+i)), Type: 1, FirstAddedAt: &first}
		}
		require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(&many, 300).Error)
		friend, stranger := many[0].ID, many[1].ID
		late := many[555].ID
		erased := w.contact(rep, 0)
		require.NoError(t, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", erased).Update("erased_at", first).Error)
		for _, c := range []int64{friend, late} {
			create(w, model.Relationship{RepID: rep, ContactID: c, State: model.RelationshipActive, AddedAt: first, SeenAt: first})
		}
		create(w, model.Relationship{RepID: rep, ContactID: stranger, State: model.RelationshipLost, AddedAt: first, SeenAt: first})
		w.days(100)
		w.tick()
		require.Equal(t, []string{"", "mal", ""}, []string{w.at(stranger), w.at(friend), w.at(late)}, "some at a time")
		w.tick()
		require.Equal(t, []string{"→mal reachable[]"}, w.events(late))
		s, err := w.stages.Standing(w.ctx, friend)
		require.NoError(t, err)
		require.True(t, s.Since.Equal(first), "as of when they were added")
		require.Empty(t, w.at(erased))

		after := w.contact(rep, 0)
		w.tick()
		require.Empty(t, w.at(after), "once: who comes now is announced")
	})
}
