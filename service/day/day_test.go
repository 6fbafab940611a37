package day_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/day"
)

// world is the service on a real database, on a clock that the test moves: Monday
// 2026-03-02, 10:00 in Shanghai.
type world struct {
	*testing.T
	ctx   context.Context
	db    *model.DB
	clock *modeltest.Clock
	days  *day.Service
	n     int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		test(&world{T: t, ctx: t.Context(), db: db, clock: clock, days: day.New(db, zone)})
	})
}

func create[T any](w *world, row T) T {
	w.Helper()
	require.NoError(w, w.db.Conn(w.ctx).Create(&row).Error)
	return row
}

func (w *world) now() time.Time { return w.db.Now(w.ctx) }

func (w *world) in(d time.Duration) time.Time { return w.now().Add(d) }

func (w *world) rep(name string) int64 {
	return create(w, model.Rep{UserID: name, Name: name, Status: 1, CanFollow: true}).ID
}

func (w *world) account(name string, owner int64, tier model.Tier) int64 {
	slot := int8(1)
	return create(w, model.Account{
		Name: name, NameKey: name, LiveSlot: &slot, Lifecycle: model.LifecycleProspect, Tier: tier, OwnerID: owner, Version: 1, CreatedAt: w.now(), UpdatedAt: w.now(),
	}).ID
}

// contact is somebody whom the rep follows.
func (w *world) contact(name string, rep int64, change func(c *model.Contact, r *model.Relationship)) model.Contact {
	w.Helper()
	w.n++
	now := w.now()
	c := model.Contact{ExternalUserID: fmt.Sprint("wm", w.n), Name: name, Type: 1, FirstAddedAt: &now, CreatedAt: now, UpdatedAt: now}
	r := model.Relationship{RepID: rep, State: model.RelationshipActive, AddedAt: now, SeenAt: now}
	if change != nil {
		change(&c, &r)
	}
	c = create(w, c)
	r.ContactID = c.ID
	create(w, r)
	return c
}

// asked puts a contact onto a card of the rep's.
func (w *world) asked(rep int64, c model.Contact, title, text string, expires time.Time) model.Touch {
	w.Helper()
	now := w.now()
	d := create(w, model.Dispatch{Channel: "rep_prompt", RepID: rep, State: model.DispatchSent, NextAt: now, CreatedAt: now, UpdatedAt: now, SentAt: &now})
	t := create(w, model.Touch{
		ContactID: c.ID, RepID: rep, Channel: "rep_prompt", State: model.TouchAccepted, DispatchID: &d.ID, StepKey: "ask",
		DueAt: now, NotBefore: now, ExpireAt: expires, PlannedAt: now, SentAt: &now, LocalDay: "2026-03-02", UpdatedAt: now,
	})
	d.Payload = model.AsJSON(model.DispatchPayload{Prompts: []model.Prompt{{Title: title, Text: text, Names: []string{c.Name}, Touches: []int64{t.ID}}}})
	require.NoError(w, w.db.Conn(w.ctx).Save(&d).Error)
	return t
}

func (w *world) of(rep int64) day.Day {
	w.Helper()
	d, err := w.days.Of(w.ctx, rep)
	require.NoError(w, err)
	return d
}

// brief names items for comparison.
func brief(items []day.Item) []string {
	out := []string{}
	for _, i := range items {
		name := i.ContactName
		if name == "" {
			name = i.AccountName
		}
		out = append(out, fmt.Sprintf("%s %s", i.Kind, name))
	}
	return out
}

func TestDay_isOneQueueByWorthAndExpiry(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin, mei := w.rep("lin"), w.rep("mei")
		big, small := w.account("大公司", lin, model.TierA), w.account("小公司", mei, model.TierC)
		at := func(account int64) func(*model.Contact, *model.Relationship) {
			return func(c *model.Contact, _ *model.Relationship) { c.AccountID = &account }
		}
		ordinary, boss := w.contact("普通", lin, nil), w.contact("老板", lin, at(big))
		w.asked(lin, ordinary, "回访", "打个招呼", w.in(48*time.Hour))
		w.asked(lin, boss, "回访", "打个招呼", w.in(48*time.Hour))
		w.asked(lin, w.contact("将过期", lin, nil), "回访", "打个招呼", w.in(30*time.Minute))
		w.asked(mei, w.contact("别人的", mei, nil), "回访", "打个招呼", w.in(time.Minute))
		ready := w.contact("准备好了", lin, func(c *model.Contact, _ *model.Relationship) { c.Stage = model.StageMQL })
		why := create(w, model.StageEvent{ContactID: ready.ID, ToStage: model.StageMQL, EnteredAt: w.now(), Reason: "score", Detail: model.AsJSON([]string{"60"})})
		create(w, model.Handover{ContactID: ready.ID, EventID: why.ID, RepID: lin, State: model.HandoverOpen, AskedAt: w.now(), DueAt: w.in(-time.Minute), UpdatedAt: w.now()})
		create(w, model.LeadRoute{ActivityID: 1, ContactID: w.contact("新线索", lin, at(small)).ID, RepID: lin, State: model.RouteOpen, Source: "官网", CreatedAt: w.now()})
		create(w, model.AccountAction{AccountID: big, Title: "寄样品", Side: model.SideSales, RepID: lin, DueDay: "2026-03-02", CreatedAt: w.now()})
		create(w, model.AccountAction{AccountID: big, Title: "明天的", Side: model.SideSales, RepID: lin, DueDay: "2026-03-03", CreatedAt: w.now()})

		d := w.of(lin)
		require.Equal(w, "lin", d.RepName)
		require.False(w, d.More)
		require.Equal(w, []string{
			"handover 准备好了", "prompt 将过期", "action 大公司", "prompt 老板", "lead 新线索", "prompt 普通",
		}, brief(d.Items))
		late, first := d.Items[0], d.Items[1]
		require.True(w, late.Late)
		require.Equal(w, []string{"60"}, late.Detail)
		require.Equal(w, "打个招呼", first.Text)
		require.Equal(w, 3, first.Snoozes)
		require.Equal(w, model.TierA, d.Items[3].Tier)
		require.Empty(w, d.Later)
	})
}

func TestDay_asksForWhatOnlyWeComCanConfirm(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin, now := w.rep("lin"), w.now()
		for _, state := range []model.DispatchState{model.DispatchSent, model.DispatchCancelling} {
			d := create(w, model.Dispatch{
				Channel: "group_message", RepID: lin, State: state, NextAt: now, CreatedAt: now, UpdatedAt: now, SentAt: &now,
				Payload: model.AsJSON(model.DispatchPayload{Title: "入门指南", Content: model.Content{Text: "早上好", Attachments: []model.Attachment{{Type: "link"}}}}),
			})
			for range 3 {
				create(w, model.Touch{
					ContactID: w.contact("客户", lin, nil).ID, RepID: lin, Channel: "group_message", State: model.TouchAccepted, DispatchID: &d.ID,
					DueAt: now, NotBefore: now, ExpireAt: w.in(time.Hour), PlannedAt: now, SentAt: &now, LocalDay: "2026-03-02", UpdatedAt: now,
				})
			}
		}
		items := w.of(lin).Items
		require.Len(w, items, 1, "what WeCom is taking back is not to be sent")
		require.Equal(w, day.Item{
			Kind: model.DaySend, ID: 1, At: items[0].At, DueAt: items[0].DueAt, Title: "入门指南", Text: "早上好", Channel: "group_message", Attachments: 1, People: 3,
		}, items[0])
	})
}

func TestDay_alertsStayUntilTheyAreSeen(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin, mei, now := w.rep("lin"), w.rep("mei"), w.now()
		w.contact("走了", lin, func(_ *model.Contact, r *model.Relationship) { r.State, r.EndedAt = model.RelationshipLost, &now })
		old := w.in(-8 * 24 * time.Hour)
		w.contact("早走了", lin, func(_ *model.Contact, r *model.Relationship) { r.State, r.EndedAt = model.RelationshipLost, &old })
		mql := func(c *model.Contact, _ *model.Relationship) { c.Stage, c.StageAt = model.StageMQL, &now }
		hot := w.contact("热了", lin, mql)
		mine := w.contact("交给我的", lin, mql)
		slot, why := int8(1), create(w, model.StageEvent{ToStage: model.StageMQL, EnteredAt: now, Reason: "score"}).ID
		create(w, model.Handover{ContactID: hot.ID, EventID: why, RepID: mei, State: model.HandoverOpen, OpenSlot: &slot, AskedAt: now, DueAt: now, UpdatedAt: now})
		create(w, model.Handover{ContactID: mine.ID, EventID: why, RepID: lin, State: model.HandoverOpen, OpenSlot: &slot, AskedAt: now, DueAt: now, UpdatedAt: now})
		create(w, model.AccountEvent{AccountID: w.account("我的", lin, ""), Kind: "funding", Title: "完成 B 轮", At: now, CreatedAt: now})
		create(w, model.AccountEvent{AccountID: w.account("别人的", mei, ""), Kind: "funding", Title: "完成 C 轮", At: now, CreatedAt: now})
		require.ElementsMatch(w, []string{"lost 走了", "hot 热了", "handover 交给我的", "news 我的"}, brief(w.of(lin).Items))

		require.NoError(w, w.days.Set(w.ctx, lin, day.Mark{Kind: model.DayHot, ID: hot.ID, Done: true}))
		require.NotContains(w, brief(w.of(lin).Items), "hot 热了")
		items, seen, err := w.days.Alerts(w.ctx, lin)
		require.NoError(w, err)
		require.Len(w, items, 3)
		for i := range items {
			require.Equal(w, items[i].Kind == model.DayHot, seen[i])
		}

		// It has happened again: that was not what was seen.
		w.clock.Advance(time.Hour)
		again := w.now()
		require.NoError(w, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("id = ?", hot.ID).Update("stage_at", again).Error)
		require.Contains(w, brief(w.of(lin).Items), "hot 热了")
	})
}

func TestDay_whatIsPutOffComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin := w.rep("lin")
		why := create(w, model.StageEvent{ToStage: model.StageMQL, EnteredAt: w.now(), Reason: "score"}).ID
		h := create(w, model.Handover{ContactID: w.contact("甲", lin, nil).ID, EventID: why, RepID: lin, State: model.HandoverOpen, AskedAt: w.now(), DueAt: w.in(time.Hour), UpdatedAt: w.now()})
		off := day.Mark{Kind: model.DayHandover, ID: h.ID, Until: w.in(time.Hour), Reason: "busy"}
		require.NoError(w, w.days.Set(w.ctx, lin, off))
		d := w.of(lin)
		require.Empty(w, d.Items)
		require.Equal(w, []string{"handover 甲"}, brief(d.Later))
		require.Equal(w, "busy", d.Later[0].Why)
		require.Equal(w, off.Until, d.Later[0].Until.UTC())

		require.NoError(w, w.days.Set(w.ctx, lin, day.Mark{Kind: model.DayHandover, ID: h.ID}), "taken back")
		require.Len(w, w.of(lin).Items, 1)
		require.NoError(w, w.days.Set(w.ctx, lin, off))
		w.clock.Advance(time.Hour)
		require.Len(w, w.of(lin).Items, 1)
	})
}

func TestDay_promptsThatWerePutOffAreLater(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin := w.rep("lin")
		touch := w.asked(lin, w.contact("甲", lin, nil), "回访", "打个招呼", w.in(time.Hour))
		back := w.in(2 * time.Hour)
		touch.State, touch.NotBefore = model.TouchPlanned, back
		touch.Verdicts = model.AsJSON([]model.Verdict{{At: w.now(), Gate: "rep", Say: "defer", Reason: "snoozed_busy", Until: &back}})
		require.NoError(w, w.db.Conn(w.ctx).Save(&touch).Error)
		waits := w.asked(lin, w.contact("乙", lin, nil), "回访", "打个招呼", w.in(time.Hour))
		require.NoError(w, w.db.Conn(w.ctx).Model(&waits).Update("state", model.TouchPlanned).Error)

		d := w.of(lin)
		require.Empty(w, d.Items, "another gate's business is not the rep's")
		require.Len(w, d.Later, 1)
		require.Equal(w, 2, d.Later[0].Snoozes)
		require.Equal(w, "snoozed_busy", d.Later[0].Why)
	})
}

func TestMark_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for field, m := range map[string]day.Mark{
			"kind":   {Kind: model.DayPrompt, ID: 1, Until: w.in(time.Hour)},
			"id":     {Kind: model.DaySend, Until: w.in(time.Hour)},
			"done":   {Kind: model.DayHandover, ID: 1, Done: true},
			"until":  {Kind: model.DaySend, ID: 1, Until: w.in(15 * 24 * time.Hour)},
			"reason": {Kind: model.DaySend, ID: 1, Reason: "busy"},
		} {
			var fault *model.Error
			require.ErrorAs(w, w.days.Set(w.ctx, 1, m), &fault, field)
			require.Contains(w, fault.Fields, field)
		}
	})
}

func TestChat_knowsTheContactWhatToDoAndWhatWasBefore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		lin, mei, now := w.rep("lin"), w.rep("mei"), w.now()
		c := w.contact("甲", lin, nil)
		create(w, model.Relationship{RepID: mei, ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now})
		w.asked(lin, c, "回访", "打个招呼", w.in(time.Hour))
		w.asked(lin, w.contact("乙", lin, nil), "回访", "打个招呼", w.in(time.Hour))
		before := w.in(-time.Hour)
		create(w, model.Touch{
			ContactID: c.ID, RepID: lin, Channel: "group_message", State: model.TouchDelivered, DueAt: before, NotBefore: before, ExpireAt: before,
			PlannedAt: before, FinalAt: &before, LocalDay: "2026-03-02", UpdatedAt: before,
		})
		create(w, model.Activity{DedupeKey: "1", Kind: model.ActivityPriceAsked, ContactID: c.ID, OccurredAt: now, RecordedAt: now})
		create(w, model.Activity{DedupeKey: "2", Kind: model.ActivityScoreChanged, ContactID: c.ID, OccurredAt: now, RecordedAt: now})

		chat, err := w.days.Chat(w.ctx, lin, c.ExternalUserID)
		require.NoError(w, err)
		require.Equal(w, "甲", chat.Name)
		require.Equal(w, []string{"mei"}, chat.Others)
		require.Equal(w, []string{"prompt 甲"}, brief(chat.Items))
		require.Len(w, chat.Lines, 2)
		require.Equal(w, "price_asked", chat.Lines[0].Kind)
		require.Equal(w, model.SideMarketing, chat.Lines[1].Side)

		for _, stranger := range []struct {
			rep int64
			who string
		}{{w.rep("hui"), c.ExternalUserID}, {lin, "wm-nobody"}} {
			_, err := w.days.Chat(w.ctx, stranger.rep, stranger.who)
			require.Equal(w, model.CodeNotFound, model.CodeOf(err))
		}
	})
}
