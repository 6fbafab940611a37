package sop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/activity"
	"sixtouch/service/stage"
	"sixtouch/sop"
)

// broken is a reactor behind all others that fails on what it is told to.
type broken struct{ at model.ActivityKind }

func (*broken) Name() string { return "broken" }

func (b *broken) React(_ context.Context, a model.Activity) error {
	if a.Kind == b.at {
		return errors.New("broken")
	}
	return nil
}

// climb puts the ladder before the world's programmes, and a reactor that can be
// made to fail behind them.
func (w *world) climb() *broken {
	b := &broken{}
	stages := stage.New(stage.Deps{
		DB: w.db, Zone: time.UTC, Record: func(ctx context.Context, a model.Activity) error { return w.pipeline.Record(ctx, a) },
		Working: func(context.Context) (func(time.Time) bool, error) { return func(time.Time) bool { return true }, nil },
	})
	w.pipeline = activity.New(w.db, stages.Stager(), w.engine.Enroller(), w.engine.Responses(), b)
	return b
}

// Who asks for the price leaves the programme that warms up and enters the one
// for the keen, in one transaction.
func TestStage_changeSwitchesProgrammesInOneTransaction(t *testing.T) {
	each(t, func(w *world) {
		failing := w.climb()
		w.rep("lin")
		warmUp := w.publish("预培育", `{"trigger":{"kind":"contact_added"},"exit_stages":["mql","sal"],"steps":[`+
			message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`,`+message("d2", `{"day":2,"at":"10:00"}`, "第二天")+`]}`)
		keen := w.publish("高意向", `{"trigger":{"kind":"stage_entered","stage":"mql"},"exit_stages":["*"],"steps":[`+
			message("k1", `{"day":0,"at":"18:00"}`, "报价单")+`]}`)
		other := w.publish("节日", one("一次"))
		c, _ := w.add("lin", "王小明", "")
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(w.t, err)
		w.clock.Set(time.Date(2026, 3, 3, 10, 0, 0, 0, zone))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.Len(w.t, w.touches("sop_id = ? AND state = ?", warmUp, model.TouchPlanned), 1)

		failing.at = model.ActivityStageEntered
		asks := model.Activity{DedupeKey: "asks", Kind: model.ActivityPriceAsked, ContactID: c.ID, OccurredAt: w.clock.Now()}
		err = w.db.InTx(w.ctx, func(ctx context.Context) error { return w.pipeline.Record(ctx, asks) })
		require.ErrorContains(w.t, err, "broken")
		require.Equal(w.t, model.EnrollmentActive, w.runs(warmUp, c.ID)[0].State, "what fails in the second half undoes the first")
		require.Empty(w.t, w.runs(keen, c.ID))
		require.Len(w.t, w.touches("sop_id = ? AND state = ?", warmUp, model.TouchPlanned), 1)

		failing.at = ""
		w.record(asks)
		left := w.runs(warmUp, c.ID)[0]
		require.Equal(w.t, model.EnrollmentExited, left.State)
		require.Equal(w.t, "stage_changed", left.ExitReason)
		in := w.runs(keen, c.ID)[0]
		require.Equal(w.t, model.EnrollmentActive, in.State)
		require.True(w.t, in.EnrolledAt.Equal(*left.EndedAt))
		require.True(w.t, in.AnchorAt.Equal(w.clock.Now()), "at step one, counted from now")
		cancelled := w.touches("sop_id = ? AND state = ?", warmUp, model.TouchCancelled)
		require.Len(w.t, cancelled, 1)
		require.Equal(w.t, "stage_changed", cancelled[0].Reason)
		require.Equal(w.t, model.EnrollmentCompleted, w.runs(other, c.ID)[0].State, "programmes that no stage ends go on")

		why, err := w.engine.WhyStep(w.ctx, c.ID, warmUp, "d2")
		require.NoError(w.t, err)
		require.Equal(w.t, sop.LinkLeft, why.Chain[1].Kind)
		require.Equal(w.t, "stage_changed", why.Chain[1].Reason)
		why, err = w.engine.WhyStep(w.ctx, c.ID, keen, "k1")
		require.NoError(w.t, err)
		require.Equal(w.t, string(model.ActivityStageEntered), why.Chain[0].Word)

		w.at("2026-03-03 18:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-04 10:00")
		require.ElementsMatch(w.t, []string{"王小明 ← 报价单", "王小明 ← 一次"}, w.got())
	})
}

// A programme whose last step has been planned is over for its contact, but the
// step has not gone out: it does not after the stage has changed.
func TestStage_changeCancelsTheLastTouchToo(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("一步", `{"trigger":{"kind":"contact_added"},"exit_stages":["*"],"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "一次")+`]}`)
		c, _ := w.add("lin", "王小明", "")
		d, _ := w.add("lin", "李雷", "")
		w.clock.Advance(24 * time.Hour)
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.Equal(w.t, model.EnrollmentCompleted, w.runs(id, c.ID)[0].State)
		w.happens(c, model.ActivityStageEntered, model.ActivityData{Stage: "sal"})
		w.tick()
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"李雷 ← 一次"}, w.got())
		require.Equal(w.t, "stage_changed", w.touches("contact_id = ?", c.ID)[0].Reason)
		require.Equal(w.t, model.EnrollmentCompleted, w.runs(id, d.ID)[0].State)
	})
}

func TestStage_exitStagesAreChecked(t *testing.T) {
	t.Parallel()
	d, err := sop.ParseDefinition([]byte(`{"trigger":{"kind":"stage_entered","stage":"mql"},"exit_stages":["mql","sal","sal"," "],"steps":[]}`))
	require.NoError(t, err)
	err = d.Check(sop.Channels{})
	var e *model.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Fields["exit_stages[0]"], "lets people in")
	require.Contains(t, e.Fields["exit_stages[2]"], "twice")
	require.Contains(t, e.Fields["exit_stages[3]"], "name the stage")
}

// A target account's deal begins the programme for them, however the deal came
// about, and whatever rung the contact is on already.
func TestTrigger_opportunityOfATargetAccountStartsItsProgramme(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		target := w.publish("重点客户", triggered(`{"kind":"opportunity_opened"}`, `"filter":{"v":1,"op":"and","of":[{"f":"account.target","is":"yes"}]},`))
		renewals := w.publish("续约", triggered(`{"kind":"opportunity_opened","key":"renewal"}`, ""))
		for i, isTarget := range []bool{true, false} {
			slot := int8(1)
			a := model.Account{Name: fmt.Sprint("公司", i), NameKey: fmt.Sprint("公司", i), LiveSlot: &slot, IsTarget: isTarget, Version: 1}
			require.NoError(w.t, w.db.Conn(w.ctx).Create(&a).Error)
			c, _ := w.add("lin", "王小明", "")
			require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", c.ID).Updates(map[string]any{"account_id": a.ID, "stage": "won"}).Error)
			w.happens(c, model.ActivityOpportunityOpened, model.ActivityData{Key: "upsell", AccountID: a.ID})
			require.Equal(w.t, isTarget, len(w.runs(target, c.ID)) == 1)
			require.Empty(w.t, w.runs(renewals, c.ID))
		}
	})
}
