package stage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/stage"
)

// Each loss of the window is told once, by how, where and why, and the totals are
// the sums.
func TestLosses_closeByKindStageAndReason(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		in, before := day(2026, 2, 10), day(2026, 1, 31)
		event := func(contact int64, from, to, reason string, back bool, values ...string) model.StageEvent {
			return model.StageEvent{
				ContactID: contact, FromStage: from, ToStage: to, EnteredAt: in, Reason: reason, Regression: back,
				Detail: model.AsJSON(values), Author: model.StageByUser,
			}
		}
		events := []model.StageEvent{
			event(1, "", "mql", stage.ReasonAction, false, "price_asked"),
			event(1, "mql", "mil", stage.ReasonRejected, true, "no_budget"),
			event(2, "mql", "mil", stage.ReasonRejected, true, "no_budget"),
			event(3, "mql", "mil", stage.ReasonRejected, true, "not_fit"),
			event(4, "mql", "mil", stage.ReasonFaded, true, "49", "50", "14"),
			event(5, "mql", "mil", stage.ReasonFaded, true, "31.5", "50", "14"),
			event(6, "sql", "mil", stage.ReasonByHand, true, "bad_timing"),
			event(7, "opportunity", "lost", stage.ReasonLost, false, "price"),
			event(8, "mal", "lost", stage.ReasonLost, false, "price"),
			event(9, "mql", "sal", stage.ReasonAccepted, false, "lin"),
		}
		old := event(10, "mql", "lost", stage.ReasonLost, false, "other")
		old.EnteredAt = before
		events = append(events, old)
		require.NoError(t, w.db.Conn(w.ctx).Create(&events).Error)
		deal := closed(1, model.OpportunityNew, model.DealBySales, model.OpportunityLost, 5, in)
		deal.CloseReason = "price"
		deals := []model.Opportunity{
			deal, closed(4, model.OpportunityNew, model.DealBySales, model.OpportunityLost, 5, in), // brought in without a reason
			closed(2, model.OpportunityNew, model.DealBySales, model.OpportunityWon, 5, in),
			closed(3, model.OpportunityNew, model.DealBySales, model.OpportunityLost, 5, before),
		}
		require.NoError(t, w.db.Conn(w.ctx).Create(&deals).Error)

		got, err := w.stages.Losses(w.ctx, stage.Window{From: day(2026, 2, 1), To: day(2026, 3, 1)})
		require.NoError(t, err)
		require.Equal(t, []stage.Loss{
			{Kind: stage.LossRejected, Stage: "mql", Reason: "no_budget", Count: 2},
			{Kind: stage.LossRejected, Stage: "mql", Reason: "not_fit", Count: 1},
			{Kind: stage.LossBack, Stage: "mql", Reason: "faded", Count: 2},
			{Kind: stage.LossBack, Stage: "sql", Reason: "bad_timing", Count: 1},
			{Kind: stage.LossLost, Stage: "mal", Reason: "price", Count: 1},
			{Kind: stage.LossLost, Stage: "opportunity", Reason: "price", Count: 1},
			{Kind: stage.LossDeal, Stage: "quote", Reason: "other", Count: 1},
			{Kind: stage.LossDeal, Stage: "quote", Reason: "price", Count: 1},
		}, got.Items)
		require.Equal(t, map[stage.LossKind]int{stage.LossRejected: 3, stage.LossBack: 3, stage.LossLost: 2, stage.LossDeal: 2}, got.Totals)
		_, err = w.stages.Losses(w.ctx, stage.Window{From: day(2026, 2, 1), To: day(2026, 2, 1)})
		require.ErrorContains(t, err, "later than the beginning")
	})
}

// Whoever is erased waits in nobody's inbox.
func TestReact_erasureWithdrawsTheHandover(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		c, other := w.contact(rep, 0), w.contact(rep, 0)
		w.happens(c, model.ActivityPriceAsked, model.ActivityData{})
		w.happens(other, model.ActivityPriceAsked, model.ActivityData{})
		w.happens(c, model.ActivityContactErased, model.ActivityData{})
		require.Equal(t, model.HandoverWithdrawn, w.handover(c).State)
		require.Nil(t, w.handover(c).OpenSlot)
		require.Len(t, w.inbox(stage.HandoverFilter{State: model.HandoverOpen}), 1)
		require.Equal(t, model.HandoverOpen, w.handover(other).State)

		gone := w.contact(rep, 0)
		at := w.clock.Now()
		require.NoError(t, w.db.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", gone).UpdateColumn("erased_at", at).Error)
		w.happens(gone, model.ActivityPriceAsked, model.ActivityData{})
		require.Len(t, w.inbox(stage.HandoverFilter{State: model.HandoverOpen}), 1, "who was erased is handed over to nobody")
	})
}

// The policy of an account's tier, or of all others, says how long sales has.
func TestInbox_countsByTheTier(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		minutes := func(tier model.Tier) int {
			c := w.contact(rep, w.account("甲"+string(tier), func(a *model.Account) { a.Tier = tier }))
			w.happens(c, model.ActivityPriceAsked, model.ActivityData{})
			h := w.handover(c)
			return int(h.DueAt.Sub(h.AskedAt).Minutes())
		}
		create(w, model.TierPolicy{Tier: model.TierA, Expected: 7, Floor: 3, Touches: 6, SLAMinutes: 30})
		create(w, model.TierPolicy{Tier: model.TierB, Expected: 7, Floor: 3, Touches: 6})
		require.Equal(t, []int{30, 120, 120}, []int{minutes(model.TierA), minutes(model.TierB), minutes(model.TierC)})
		create(w, model.TierPolicy{Expected: 7, Floor: 3, Touches: 6, SLAMinutes: 60})
		w.account("丙", nil)
		require.Equal(t, 60, minutes(""))
	})
}
