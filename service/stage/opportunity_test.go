package stage_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/stage"
)

func (w *world) open(d stage.Deal) model.Opportunity {
	w.Helper()
	if d.Name == "" {
		d.Name = "首单"
	}
	if d.Kind == "" {
		d.Kind = model.OpportunityNew
	}
	d.By = "小林"
	o, err := w.stages.Open(w.ctx, d)
	require.NoError(w, err)
	return o
}

func TestOpportunity_carriesItsContactAndItsAccount(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep, owner := w.rep("lin"), w.rep("ae")
		company := w.account("云杉", func(a *model.Account) { a.OwnerID, a.IsTarget = owner, true })
		c := w.contact(rep, company)
		w.happens(c, model.ActivityVisitBooked, model.ActivityData{})
		o := w.open(stage.Deal{ContactID: c, Amount: 100})
		require.Equal(t, []any{company, owner, "discovery"}, []any{o.AccountID, o.OwnerID, o.Stage}, "all from what is known")
		require.Equal(t, "mql→opportunity opened[1]", w.events(c)[1])
		require.Equal(t, model.HandoverAccepted, w.handover(c).State)
		var said model.Activity
		require.NoError(t, w.db.Read(w.ctx).Take(&said, "kind = ?", model.ActivityOpportunityOpened).Error)
		require.Equal(t, company, said.Data.V.AccountID)

		second := w.open(stage.Deal{ContactID: c, Kind: model.OpportunityUpsell})
		turn := func(id int64, turn stage.Turn) {
			_, err := w.stages.Turn(w.ctx, id, turn)
			require.NoError(t, err)
		}
		turn(o.ID, stage.Turn{State: model.OpportunityLost, Reason: "price"})
		require.Equal(t, model.StageOpportunity, w.at(c), "another deal is open")
		turn(second.ID, stage.Turn{State: model.OpportunityLost, Reason: "competitor"})
		require.Equal(t, model.StageLost, w.at(c))
		turn(o.ID, stage.Turn{State: model.OpportunityOpen, Stage: "quote"})
		require.Equal(t, model.StageOpportunity, w.at(c))
		w.days(30)
		turn(o.ID, stage.Turn{State: model.OpportunityWon})
		require.Equal(t, model.StageWon, w.at(c))
		var a model.Account
		require.NoError(t, w.db.Read(w.ctx).Take(&a, company).Error)
		require.Equal(t, model.LifecycleCustomer, a.Lifecycle)
		row, history, err := w.stages.Opportunity(w.ctx, o.ID)
		require.NoError(t, err)
		require.EqualValues(t, 30*86400, *row.OpenSeconds)
		require.True(t, row.IsTarget)
		require.Len(t, history, 5)

		more := w.open(stage.Deal{ContactID: c, Kind: model.OpportunityCrossSell})
		require.Equal(t, model.StageWon, w.at(c), "a customer stays one")
		turn(more.ID, stage.Turn{State: model.OpportunityLost, Reason: "no_need"})
		require.Equal(t, model.StageWon, w.at(c))
		renewal := w.open(stage.Deal{ContactID: c, Kind: model.OpportunityRenewal})
		turn(renewal.ID, stage.Turn{State: model.OpportunityWon})
		require.Equal(t, model.StageRenewal, w.at(c))
		for _, e := range w.events(c) {
			require.NotContains(t, e, "back")
		}
		_, err = w.stages.Turn(w.ctx, o.ID, stage.Turn{State: model.OpportunityLost, Reason: "price"})
		require.ErrorContains(t, err, "stays won")
		_, err = w.stages.Turn(w.ctx, renewal.ID, stage.Turn{Stage: "quote"})
		require.ErrorContains(t, err, "closed")
	})
}

// Marketing's is a deal whose contact came from its source, or had been reached by
// a programme before the rules made them an MQL; it never changes afterwards.
func TestOpportunity_originIsFoundOutOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		company := w.account("云杉", nil)
		for code, origin := range map[string]model.Origin{"ads_x": model.OriginMarketing, "agency_x": model.OriginPartner, "rep_x": model.OriginRep} {
			create(w, model.LeadSource{Code: code, Name: code, Origin: origin})
		}
		from := func(source string) int64 {
			c := w.contact(rep, company)
			require.NoError(t, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", c).Update("source", source).Error)
			return c
		}
		touched := func(c int64) {
			at := w.clock.Now()
			create(w, model.Touch{SOPID: 1, ContactID: c, Channel: "group_message", State: model.TouchDelivered, SentAt: &at})
		}
		asks := func(c int64) { w.happens(c, model.ActivityPriceAsked, model.ActivityData{}) }
		nurtured, late, byHand := from("rep_x"), from("rep_x"), from("rep_x")
		touched(nurtured)
		w.days(1)
		asks(nurtured)
		asks(late)
		w.days(1)
		touched(late)
		touched(byHand)
		_, err := w.stages.Move(w.ctx, byHand, stage.Act{To: model.StageMQL, By: "小林"})
		require.NoError(t, err)
		for _, tc := range []struct {
			contact int64
			stated  model.DealOrigin
			want    model.DealOrigin
			because string
		}{
			{from("ads_x"), "", model.DealByMarketing, "source"},
			{from("agency_x"), "", model.DealByPartner, "source"},
			{from("rep_x"), "", model.DealBySales, "default"},
			{from(""), "", model.DealBySales, "default"},
			{nurtured, "", model.DealByMarketing, "nurture"},
			{late, "", model.DealBySales, "default"},
			{byHand, "", model.DealBySales, "default"},
			{nurtured, model.DealBySales, model.DealBySales, "stated"},
		} {
			o := w.open(stage.Deal{ContactID: tc.contact, Origin: tc.stated})
			require.Equal(t, []any{tc.want, tc.because}, []any{o.Origin, o.OriginReason})
		}
		without := w.open(stage.Deal{AccountID: company})
		require.Equal(t, model.DealBySales, without.Origin)
		edited, err := w.stages.Edit(w.ctx, 1, 0, stage.Deal{Name: "改", Kind: model.OpportunityNew, Origin: model.DealByPartner})
		require.NoError(t, err)
		require.Equal(t, model.DealByMarketing, edited.Origin)
	})
}

// A merge brings the deals along; its undoing takes back those that had come.
func TestMoveAccount_followsAMergeThereAndBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		accounts := account.New(account.Deps{
			DB: w.db, Record: w.pipeline.Record, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
			Movers: []account.Mover{{Name: "opportunities", Move: w.stages.MoveAccount}},
		})
		a, b := w.account("甲", nil), w.account("乙", nil)
		w.open(stage.Deal{AccountID: a})
		w.open(stage.Deal{AccountID: b})
		at := func(account int64) int64 { return w.count(&model.Opportunity{}, "account_id = ?", account) }
		merge, err := accounts.Merge(w.ctx, a, b, "小林")
		require.NoError(t, err)
		require.Equal(t, []int64{0, 2}, []int64{at(a), at(b)})
		w.open(stage.Deal{AccountID: b})
		_, err = w.stages.Open(w.ctx, stage.Deal{AccountID: a, Name: "晚了", Kind: model.OpportunityNew})
		require.ErrorContains(t, err, "stands for itself")
		require.NoError(t, accounts.UndoMerge(w.ctx, merge.ID, "小林"))
		require.Equal(t, []int64{1, 2}, []int64{at(a), at(b)}, "what was the other's, or began since, stays there")
		_, history, err := w.stages.Opportunity(w.ctx, 1)
		require.NoError(t, err)
		require.Equal(t, "account", history[0].Field)
	})
}
