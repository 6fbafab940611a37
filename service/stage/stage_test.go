package stage_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/stage"
)

func TestReact_climbsByWhatTheContactDoes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		c := w.contact(rep, 0)
		w.happens(c, model.ActivityContactAdded, model.ActivityData{})
		w.happens(c, model.ActivityContentViewed, model.ActivityData{Key: "case", Seconds: 59})
		require.Equal(t, model.StageMAL, w.at(c))
		w.happens(c, model.ActivityContentViewed, model.ActivityData{Key: "case", Seconds: 60})
		w.scores(c, 59.9, 70, 64)
		require.Equal(t, model.StageMIL, w.at(c))
		w.scores(c, 63.35, 70, 64)
		w.scores(c, 64, 70, 65)
		require.Equal(t, []string{"→mal reachable[]", "mal→mil viewed[60 60]", "mil→mql score[63.3 60 70 40]"}, w.events(c))
		require.EqualValues(t, 3, w.count(&model.Activity{}, "contact_id = ? AND kind = ?", c, model.ActivityStageEntered))
		var row model.Contact
		require.NoError(t, w.db.Read(w.ctx).Take(&row, c).Error)
		require.Equal(t, model.StageMQL, row.Stage)
		require.True(t, row.StageAt.Equal(w.clock.Now()))

		quick := w.contact(rep, 0)
		w.happens(quick, model.ActivityTrialOpened, model.ActivityData{})
		require.Equal(t, []string{"→mql action[trial_opened]"}, w.events(quick), "an action skips what lies between")

		warm := w.contact(rep, 0)
		w.scores(warm, 70, 39.9, 25)
		require.Equal(t, []string{"→mil engagement[25 25]"}, w.events(warm), "a score without fit makes no MQL")

		old := w.contact(rep, 0)
		long := w.clock.Now().AddDate(-1, 0, 0)
		a := model.Activity{DedupeKey: "old", Kind: model.ActivityContactAdded, ContactID: old, OccurredAt: long}
		require.NoError(t, w.db.InTx(w.ctx, func(ctx context.Context) error { return w.pipeline.Record(ctx, a) }))
		s, err := w.stages.Standing(w.ctx, old)
		require.NoError(t, err)
		require.True(t, s.Since.Equal(long), "a friend of long standing became reachable then")
	})
}

func TestMQL_fallsBackBelowFiftyAndNotBeforeFourteenDays(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rep := w.rep("lin")
		early, late, keen, unknown := w.contact(rep, 0), w.contact(rep, 0), w.contact(rep, 0), w.contact(rep, 0)
		for _, c := range []int64{early, late, keen} {
			w.scores(c, 63, 70, 60)
		}
		w.happens(unknown, model.ActivityPriceAsked, model.ActivityData{})
		w.scores(early, 49.9, 70, 40)
		w.scores(keen, 45, 70, 40)
		w.days(13)
		w.tick()
		w.scores(early, 49, 70, 40)
		require.Equal(t, model.StageMQL, w.at(early), "not before 14 days")
		w.happens(keen, model.ActivityPriceAsked, model.ActivityData{})
		w.days(1)
		w.tick()
		require.Equal(t, []string{"→mql score[63 60 70 40]", "mql→mil faded[49 50 14] back"}, w.events(early), "time alone takes them back")
		require.Equal(t, model.StageMQL, w.at(late), "50 is not below 50, and this one is at 63")
		w.scores(late, 50, 70, 40)
		require.Equal(t, model.StageMQL, w.at(late))
		w.scores(late, 49.9, 70, 40)
		require.Equal(t, model.StageMIL, w.at(late), "later the score's change does")
		w.scores(keen, 44, 70, 40)
		require.Equal(t, model.StageMQL, w.at(keen), "who has just asked for the price is one anew")
		require.Equal(t, model.StageMQL, w.at(unknown), "an unknown score is not a low one")
		require.EqualValues(t, 1, w.count(&model.Activity{}, "contact_id = ? AND kind = ?", keen, model.ActivityStageEntered), "which starts nothing again")
		w.days(13)
		w.tick()
		require.Equal(t, model.StageMIL, w.at(keen), "and has 14 days from then")
		require.Equal(t, []string{"withdrawn", "withdrawn", "withdrawn"}, []string{
			string(w.handover(early).State), string(w.handover(late).State), string(w.handover(keen).State),
		})
		s, err := w.stages.Standing(w.ctx, early)
		require.NoError(t, err)
		require.Equal(t, model.StageMQL, s.Reached, "what was reached stays reached")
	})
}

// handover is the contact's latest.
func (w *world) handover(contact int64) model.Handover {
	w.Helper()
	var h model.Handover
	require.NoError(w, w.db.Read(w.ctx).Order("id DESC").Take(&h, "contact_id = ?", contact).Error)
	return h
}

func TestInbox_asksTheSDRAndCountsWorkingMinutes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin, sdr, backup := w.rep("lin"), w.rep("sdr"), w.rep("backup")
		gone := create(w, model.Rep{UserID: "gone", Name: "gone", LeftAt: ptr(w.clock.Now())}).ID
		a := w.account("甲", func(a *model.Account) { a.SDRID, a.SDRBackupID = sdr, backup })
		b := w.account("乙", func(a *model.Account) { a.SDRID, a.SDRBackupID = gone, backup })
		w.clock.Set(time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)) // Friday 17:00 in Shanghai
		atA, atB, alone, nobodys := w.contact(lin, a), w.contact(lin, b), w.contact(lin, 0), w.contact(0, 0)
		for _, c := range []int64{atA, atB, alone, nobodys} {
			w.happens(c, model.ActivityVisitBooked, model.ActivityData{})
		}
		list := w.inbox(stage.HandoverFilter{State: model.HandoverOpen})
		require.Len(t, list, 4)
		var reps []int64
		for _, h := range list {
			reps = append(reps, h.RepID)
			require.Equal(t, "2026-03-09 02:00", h.DueAt.Format("2006-01-02 15:04"), "an hour on Friday, and one on Monday from nine")
			require.Equal(t, 120, h.Left)
			require.Equal(t, []string{"visit_booked"}, h.Detail.V)
		}
		require.Equal(t, []int64{sdr, backup, lin, 0}, reps, "who is away is stood in for; without an account the rep is asked")
		require.Equal(t, "甲", list[0].AccountName)
		require.Len(t, w.inbox(stage.HandoverFilter{RepID: sdr}), 1)
		require.Empty(t, w.inbox(stage.HandoverFilter{Overdue: true}))

		w.clock.Set(time.Date(2026, 3, 9, 3, 30, 0, 0, time.UTC)) // Monday 11:30
		late := w.inbox(stage.HandoverFilter{Overdue: true})
		require.Len(t, late, 4)
		require.Equal(t, -90, late[0].Left)
		w.tick()
		require.Len(t, w.inbox(stage.HandoverFilter{Overdue: true}), 4, "what is late is shown, not decided")

		require.NoError(t, w.stages.Accept(w.ctx, late[0].ID, "小林"))
		require.Equal(t, model.StageSAL, w.at(atA))
		err := w.stages.Reject(w.ctx, late[0].ID, "no_budget", "", "老王")
		require.Equal(t, model.CodeConflict, model.CodeOf(err), "it has been decided")
		require.ErrorContains(t, w.stages.Reject(w.ctx, late[1].ID, "lazy", "", "老王"), "none of")
		require.NoError(t, w.stages.Reject(w.ctx, late[1].ID, "no_budget", "明年再说", "老王"))
		require.Equal(t, []string{"→mql action[visit_booked]", "mql→mil rejected[no_budget] back"}, w.events(atB))
		w.scores(atB, 80, 80, 80)
		require.Equal(t, model.StageMIL, w.at(atB), "the score that sales did not believe makes no MQL at once")
		w.happens(atB, model.ActivityPriceAsked, model.ActivityData{})
		require.Equal(t, model.StageMQL, w.at(atB), "an action does")
		require.ErrorIs(t, w.stages.Accept(w.ctx, 999, "小林"), model.ErrNotFound)

		d, err := w.stages.Disagreement(w.ctx, stage.Window{From: w.clock.Now().AddDate(0, 0, -7), To: w.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, stage.Disagreement{Asked: 5, Accepted: 1, Rejected: 1, Open: 3, Overdue: 2, Rate: ptr(.5), Reasons: map[string]int{"no_budget": 1}}, d)

		rule := stage.DefaultHandoverRule()
		rule.AutoAccept = true
		require.NoError(t, w.stages.SetHandoverRule(w.ctx, rule))
		w.tick()
		require.Equal(t, []string{"→mql action[visit_booked]", "mql→sal clock[120]"}, w.events(alone))
		require.Equal(t, model.StageMQL, w.at(atB), "whose time is not up")
	})
}

func ptr[T any](v T) *T { return &v }

func TestInbox_refusesSettingsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	err := w.stages.SetHandoverRule(w.ctx, model.HandoverRule{WorkFrom: "18:00", WorkTo: "9:00"})
	var e *model.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Fields, 3)
	rule := stage.DefaultHandoverRule()
	rule.WorkFrom, rule.WorkTo = "18:00", "09:00"
	require.ErrorContains(t, w.stages.SetHandoverRule(w.ctx, rule), "later")
}

// Two replicas that see two activities of one contact at once move them once.
func TestReact_twoReplicasAtOnceMakeOneMQL(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	c := w.contact(w.rep("lin"), 0)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			a := model.Activity{DedupeKey: "at once" + string(rune('a'+i)), Kind: model.ActivityPriceAsked, ContactID: c, OccurredAt: clock.Now()}
			errs[i] = w.db.InTx(w.ctx, func(ctx context.Context) error { return w.pipeline.Record(ctx, a) })
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, []string{"→mql action[price_asked]"}, w.events(c))
	require.EqualValues(t, 1, w.count(&model.Handover{}, "contact_id = ?", c))
}

func TestMove_salesActsAreGuarded(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(w.rep("lin"), 0)
		w.happens(c, model.ActivityPriceAsked, model.ActivityData{})
		move := func(act stage.Act) error {
			act.By = "小林"
			_, err := w.stages.Move(w.ctx, c, act)
			return err
		}
		needs := map[string]string{"budget": "今年二十万", "timing": "三季度"}
		require.ErrorContains(t, move(stage.Act{To: model.StageSQL, Needs: needs}), "log the conversation first")
		require.NoError(t, w.stages.Log(w.ctx, stage.Happening{ContactID: c, Kind: model.ActivityConversationLogged, By: "小林"}))
		require.ErrorContains(t, move(stage.Act{To: model.StageSQL, Needs: map[string]string{"mood": "好"}}), "none of")
		require.NoError(t, move(stage.Act{To: model.StageSQL, Needs: needs}))
		require.Equal(t, []string{"→mql action[price_asked]", "mql→sql qualified[2]"}, w.events(c))
		require.Equal(t, model.HandoverAccepted, w.handover(c).State, "which is a yes to the hand-over")
		s, err := w.stages.Standing(w.ctx, c)
		require.NoError(t, err)
		require.Equal(t, "今年二十万", s.Needs[0].Answer)
		require.EqualValues(t, 2, w.count(&model.Activity{}, "contact_id = ? AND kind = ?", c, model.ActivityNeedAnswered))

		require.ErrorContains(t, move(stage.Act{To: model.StageSQL}), "already")
		require.ErrorContains(t, move(stage.Act{To: model.StageWon}), "entered by opportunities")
		require.ErrorContains(t, move(stage.Act{To: "nirvana"}), "none of")
		require.ErrorContains(t, move(stage.Act{To: model.StageMAL}), "none of", "a step back needs a reason")
		require.NoError(t, move(stage.Act{To: model.StageLost, Reason: "competitor"}))
		w.scores(c, 90, 90, 90)
		require.Equal(t, model.StageLost, w.at(c), "no score brings back who was lost")
		w.happens(c, model.ActivityVisitBooked, model.ActivityData{})
		require.Equal(t, "lost→mql action[visit_booked]", w.events(c)[3], "what they do does, and is no step back")
		_, err = w.stages.Move(w.ctx, 999, stage.Act{To: model.StageSAL})
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}

func TestLog_isTakenOnceAndChecked(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(w.rep("lin"), 0)
		log := func(h stage.Happening) error {
			h.ContactID = c
			return w.stages.Log(w.ctx, h)
		}
		for range 2 {
			require.NoError(t, log(stage.Happening{Kind: model.ActivityCallAnswered, Seconds: 90, Once: "call-1", RepID: 1}))
		}
		require.EqualValues(t, 1, w.count(&model.Activity{}, "kind = ?", model.ActivityCallAnswered))
		for field, h := range map[string]stage.Happening{
			"none of":    {Kind: model.ActivityReplied},
			"ahead":      {Kind: model.ActivityMeetingHeld, At: w.clock.Now().Add(time.Hour)},
			"90 days":    {Kind: model.ActivityMeetingHeld, At: w.clock.Now().AddDate(0, 0, -91)},
			"1 to 86400": {Kind: model.ActivityCallAnswered},
			"questions":  {Kind: model.ActivityMeetingHeld, Key: "budget"},
			"characters": {Kind: model.ActivityNeedAnswered, Key: "budget"},
			"no rep":     {Kind: model.ActivityMeetingHeld, RepID: 99},
		} {
			require.ErrorContains(t, log(h), field)
		}
	})
}
