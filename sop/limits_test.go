package sop_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

func upTo(n int) *int { return &n }

// capped is a programme for everyone who adds a rep: one message at that time.
func capped(offset, more string) string {
	return `{"trigger":{"kind":"contact_added"},` + more + `"steps":[{"key":"m","offset":` + offset + `,"grace":"2d","channel":"group_message","content":{"text":"一"}}]}`
}

func last(t model.Touch) model.Verdict { return t.Verdicts.V[len(t.Verdicts.V)-1] }

// Which programme wins under a cap is no accident: the one of higher priority;
// the other waits for the next day with room, and the log says so in numbers.
func TestLimits_higherPriorityTakesTheRoomAndTheOtherWaits(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		w.rep("lin")
		low := w.publish("低", capped(`{"day":1,"at":"10:00"}`, ""))
		high := w.publish("高", capped(`{"day":1,"at":"10:00"}`, `"priority":5,`))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", high)[0].State)
		waits := w.touches("sop_id = ?", low)[0]
		require.Equal(w.t, model.TouchPlanned, waits.State)
		require.Equal(w.t, "2026-03-04", waits.LimitDay)
		v := last(waits)
		require.Equal(w.t, []any{"limits", "defer", sop.ReasonCapContactDay, 1, 1}, []any{v.Gate, v.Say, v.Reason, v.Used, v.Limit})
		require.True(w.t, v.Until.Equal(waits.NotBefore))
		w.at("2026-03-04 09:59")
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
		w.at("2026-03-04 10:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", low)[0].State)
	})
}

// Three a week are three a week, from Monday, and a step that finds no day inside
// its grace ends as a skip: nothing waits for ever.
func TestLimits_threePerWeekAreNotThreeWeeks(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		w.rep("lin")
		steps := ""
		for day := 1; day <= 8; day++ {
			steps += "," + message(fmt.Sprintf("d%d", day), fmt.Sprintf(`{"day":%d,"at":"10:00"}`, day), fmt.Sprint("第", day))
		}
		w.publish("每天", `{"trigger":{"kind":"contact_added"},"steps":[`+steps[1:]+`]}`)
		w.add("lin", "甲", "")
		for day := 3; day <= 10; day++ {
			w.at(fmt.Sprintf("2026-03-%02d 10:00", day))
			w.wecom.Confirm(map[string]any{"all": true})
		}
		require.Equal(w.t, []string{"甲 ← 第1", "甲 ← 第2", "甲 ← 第3", "甲 ← 第7", "甲 ← 第8"}, w.got())
		for _, touch := range w.touches("step_key IN ?", []string{"d4", "d5", "d6"}) {
			require.Equal(w.t, model.TouchSkipped, touch.State)
			require.Equal(w.t, sop.ReasonCapContactWeek, touch.Reason)
			require.Equal(w.t, 3, last(touch).Used)
		}
	})
}

func TestLimits_zeroIsRefusedBecauseItCouldMeanNoneOrNever(t *testing.T) {
	each(t, func(w *world) {
		err := w.engine.SetLimits(w.ctx, model.LimitRule{ValidFrom: "2026-03-01", ContactDay: upTo(0), QuotaMode: model.QuotaMonth})
		var e *model.Error
		require.ErrorAs(w.t, err, &e)
		require.Contains(w.t, e.Fields, "contact_day")
		require.Error(w.t, w.engine.SetLimits(w.ctx, model.LimitRule{ValidFrom: "heute", QuotaMode: "fortnight"}))
	})
}

// A rule holds from its day on: before it, the earlier one.
func TestLimits_rulesAreDated(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{ContactDay: upTo(2), QuotaMode: model.QuotaNone})
		require.NoError(w.t, w.engine.SetLimits(w.ctx, model.LimitRule{ValidFrom: "2026-03-04", ContactDay: upTo(1), QuotaMode: model.QuotaNone}))
		w.rep("lin")
		for range 2 {
			w.publish("两步", `{"trigger":{"kind":"contact_added"},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "一")+`,`+message("d2", `{"day":2,"at":"10:00"}`, "二")+`]}`)
		}
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.at("2026-03-04 10:00")
		require.Len(w.t, w.touches("step_key = 'd1' AND state = 'accepted'"), 2)
		require.Len(w.t, w.touches("step_key = 'd2' AND state = 'accepted'"), 1)
		require.Len(w.t, w.touches("step_key = 'd2' AND reason = ?", sop.ReasonCapContactDay), 1)
	})
}

// The welcome and the actions take nobody's attention, prompts take the rep's.
func TestLimits_promptsCountForTheRepAndActionsForNobody(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{ContactDay: upTo(1), RepDay: upTo(2), QuotaMode: model.QuotaNone})
		w.rep("lin")
		w.publish("提醒", `{"trigger":{"kind":"contact_added"},"steps":[{"key":"p","offset":{"day":1,"at":"10:00"},"channel":"rep_prompt","content":{"text":"打电话"}},`+
			message("m", `{"day":1,"at":"10:00"}`, "一")+`]}`)
		for i := range 3 {
			w.add("lin", fmt.Sprintf("客户%d", i), "")
		}
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.touches("step_key = 'm' AND state = 'accepted'"), 3)
		require.Len(w.t, w.touches("step_key = 'p' AND state = 'accepted'"), 2)
		skipped := w.touches("step_key = 'p' AND state = 'skipped'")
		require.Len(w.t, skipped, 1)
		require.Equal(w.t, sop.ReasonCapRepDay, skipped[0].Reason)
	})
}

// WeCom said that a contact's quota is used up: nothing more is tried in that
// period, and the next period begins anew.
func TestLimits_overQuotaIsLearnedForThePeriod(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{QuotaMode: model.QuotaWeek})
		w.wecom.Post("/sim/rules", map[string]any{"quota": sim.QuotaDay}, nil)
		w.rep("lin")
		w.publish("每天", `{"trigger":{"kind":"contact_added"},"steps":[`+message("a", `{"day":1,"at":"10:00"}`, "一")+`,`+
			message("b", `{"day":1,"at":"11:00"}`, "二")+`,`+message("c", `{"day":2,"at":"10:00"}`, "三")+`,`+message("d", `{"day":8,"at":"10:00"}`, "四")+`]}`)
		w.add("lin", "甲", "")
		for _, stamp := range []string{"2026-03-03 10:00", "2026-03-03 11:00", "2026-03-03 12:00", "2026-03-04 10:00", "2026-03-10 10:00"} {
			w.at(stamp)
			w.wecom.Confirm(map[string]any{"all": true})
		}
		require.Equal(w.t, sop.ReasonOverQuota, w.touches("step_key = 'b'")[0].Reason)
		learned := w.touches("step_key = 'c'")[0]
		require.Equal(w.t, model.TouchSkipped, learned.State)
		require.Equal(w.t, sop.ReasonOverQuota, learned.Reason)
		require.Equal(w.t, []string{"甲 ← 一", "甲 ← 四"}, w.got())
	})
}

// In one exclusivity group the higher priority wins a day, even when it is due
// later on it; the loser is put off as often as it may be, then skipped, and the
// log names the winner.
func TestLimits_loserOfAConflictIsPutOffThenSkipped(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		days := ""
		for day := 1; day <= 3; day++ {
			days += "," + message(fmt.Sprintf("d%d", day), fmt.Sprintf(`{"day":%d,"at":"15:00"}`, day), "高")
		}
		high := w.publish("高", `{"trigger":{"kind":"contact_added"},"priority":1,"exclusivity":"促销","steps":[`+days[1:]+`]}`)
		waits := w.publish("等", `{"trigger":{"kind":"contact_added"},"exclusivity":"促销","steps":[`+message("m", `{"day":1,"at":"10:00"}`, "等到")+`]}`)
		gives := w.publish("弃", `{"trigger":{"kind":"contact_added"},"exclusivity":"促销","max_deferrals":1,"steps":[`+message("m", `{"day":1,"at":"10:00"}`, "没等到")+`]}`)
		w.add("lin", "甲", "")
		for day := 3; day <= 7; day++ {
			w.at(fmt.Sprintf("2026-03-%02d 10:00", day))
			w.at(fmt.Sprintf("2026-03-%02d 15:00", day))
			w.wecom.Confirm(map[string]any{"all": true})
		}
		require.Equal(w.t, []string{"甲 ← 高", "甲 ← 高", "甲 ← 高", "甲 ← 等到"}, w.got())
		late := w.touches("sop_id = ?", waits)[0]
		require.Equal(w.t, "2026-03-06", late.LimitDay)
		skipped := w.touches("sop_id = ?", gives)[0]
		require.Equal(w.t, model.TouchSkipped, skipped.State)
		require.Equal(w.t, []any{sop.ReasonConflict, high}, []any{skipped.Reason, last(skipped).SOPID})
	})
}

// Between equals the earlier due wins, and what has gone out cannot lose.
func TestLimits_whatHasGoneOutWinsTheDay(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("先", `{"trigger":{"kind":"contact_added"},"exclusivity":"促销","steps":[`+message("m", `{"day":1,"at":"10:00"}`, "先")+`]}`)
		c, _ := w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		id := w.publish("后", `{"trigger":{"kind":"manual"},"priority":9,"exclusivity":"促销","steps":[`+message("m", `{"after":"1h"}`, "后")+`]}`)
		_, err := w.engine.Enroll(w.ctx, id, []int64{c.ID})
		require.NoError(w.t, err)
		w.at("2026-03-03 11:00")
		touch := w.touches("sop_id = ?", id)[0]
		require.Equal(w.t, model.TouchPlanned, touch.State)
		require.Equal(w.t, sop.ReasonConflict, last(touch).Reason)
		w.at("2026-03-04 11:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", id)[0].State)
	})
}

// A touch that has reserved a day yields it to a rival of higher priority that
// comes meanwhile, together with the room under the cap.
func TestLimits_waitingTouchYieldsToAHigherPriority(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		w.rep("lin")
		w.publish("占位", capped(`{"day":1,"at":"10:00"}`, `"priority":1,`))
		low := w.publish("低", capped(`{"day":1,"at":"10:00"}`, `"exclusivity":"促销",`))
		high := w.publish("高", `{"trigger":{"kind":"manual"},"priority":1,"exclusivity":"促销","steps":[`+message("m", `{"day":1,"at":"09:00"}`, "高")+`]}`)
		c, _ := w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Equal(w.t, "2026-03-04", w.touches("sop_id = ?", low)[0].LimitDay)
		_, err := w.engine.Enroll(w.ctx, high, []int64{c.ID})
		require.NoError(w.t, err)
		w.at("2026-03-04 09:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", high)[0].State)
		w.at("2026-03-04 10:00")
		waits := w.touches("sop_id = ?", low)[0]
		require.Equal(w.t, []any{model.TouchPlanned, "2026-03-05", sop.ReasonConflict}, []any{waits.State, waits.LimitDay, last(waits).Reason})
		w.at("2026-03-05 10:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", low)[0].State)
	})
}

// What was put off to another day is asked again on it: other tools may have used
// the quota up meanwhile.
func TestLimits_reservedDayIsAskedAgainWhenItComes(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{ContactDay: upTo(1), QuotaMode: model.QuotaDay})
		w.rep("lin")
		w.publish("一", capped(`{"day":1,"at":"10:00"}`, `"priority":1,`))
		id := w.publish("二", capped(`{"day":1,"at":"10:00"}`, ""))
		c, _ := w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		require.Equal(w.t, "2026-03-04", w.touches("sop_id = ?", id)[0].LimitDay)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.OutsideSend{ContactID: c.ID, RemoteID: "other", Day: "2026-03-04"}).Error)
		w.at("2026-03-04 10:00")
		touch := w.touches("sop_id = ?", id)[0]
		require.Equal(w.t, "2026-03-05", touch.LimitDay)
		require.Equal(w.t, sop.ReasonQuota, last(touch).Reason)
	})
}

// A touch that is cancelled, or that fails, gives its room back.
func TestLimits_whatDoesNotGoOutGivesItsRoomBack(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		w.rep("lin")
		first := w.publish("一", capped(`{"day":1,"at":"10:00"}`, `"priority":1,`))
		id := w.publish("二", capped(`{"day":1,"at":"11:00"}`, ""))
		w.add("lin", "甲", "")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		require.NoError(w.t, w.engine.Archive(w.ctx, first))
		w.at("2026-03-03 11:00")
		require.Equal(w.t, model.TouchAccepted, w.touches("sop_id = ?", id)[0].State)
	})
}

// apart plans what is due, every enrollment in a transaction of its own and all
// at once, so that planners are at different enrollments of one contact.
func (w *world) apart(engines []*sop.Engine) error {
	var ids []int64
	err := w.db.Read(w.ctx).Model(&model.Enrollment{}).Where("state = ? AND next_due_at <= ?", model.EnrollmentActive, w.db.Now(w.ctx)).Pluck("id", &ids).Error
	if err != nil {
		return err
	}
	var all errgroup.Group
	for i, id := range ids {
		all.Go(func() error { return engines[i%len(engines)].PlanPage(w.ctx, []int64{id}) })
	}
	return all.Wait()
}

// Six programmes want a contact at the same minute, and as many planners take
// them up at once: one gets the day.
func TestLimits_plannersAtOnceOnOneContactGiveOneTouch(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		w.rep("lin")
		for i := range 6 {
			w.publish(fmt.Sprint("SOP", i), one("一"))
		}
		w.person("lin", "wm1")
		w.person("lin", "wm2")
		w.set("2026-03-03 10:00")
		require.NoError(w.t, w.apart([]*sop.Engine{w.engine, w.newEngine()}))
		require.Len(w.t, w.touches("state = 'planned'"), 2)
		require.Len(w.t, w.touches("reason = ?", sop.ReasonCapContactDay), 10)
	})
}

// Property 3: no contact and no rep exceeds a cap or the quota, whatever
// programmes overlap, with two engines that plan the same contacts at once.
func TestLimits_nobodyExceedsACapWhateverOverlaps(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		engines := []*sop.Engine{w.engine, w.newEngine()}
		counted := 0
		rapid.Check(w.t, func(t *rapid.T) {
			overlap(t, w, engines)
			counted += len(w.touches("limit_day <> ''"))
		})
		require.Positive(w.t, counted, "too little happens for the property to mean anything")
	})
}

// overlap is one random history: programmes, people, days; then the ledger is
// counted.
func overlap(t *rapid.T, w *world, engines []*sop.Engine) {
	w.clear()
	w.set("2026-03-02 08:00")
	rule := model.LimitRule{
		ValidFrom: "2000-01-01", QuotaMode: rapid.SampledFrom([]model.QuotaMode{model.QuotaDay, model.QuotaWeek, model.QuotaMonth, model.QuotaNone}).Draw(t, "quota"),
		ContactDay: drawLimit(t, "contact day", 2), ContactWeek: drawLimit(t, "contact week", 4), RepDay: drawLimit(t, "rep day", 3),
	}
	for _, e := range engines {
		require.NoError(t, e.SetLimits(w.ctx, rule))
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "programmes") {
		w.publish(fmt.Sprint("SOP", i), drawProgramme(t))
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "people") {
		w.person(rapid.SampledFrom([]string{"lin", "zhou"}).Draw(t, "rep"), fmt.Sprintf("wm%d", i))
	}
	for range rapid.IntRange(3, 7).Draw(t, "ticks") {
		w.clock.Advance(time.Duration(rapid.IntRange(1, 26).Draw(t, "hours")) * time.Hour)
		require.NoError(t, w.apart(engines))
		var both errgroup.Group
		for _, e := range engines {
			both.Go(func() error { return e.Group(w.ctx) })
		}
		require.NoError(t, both.Wait())
	}
	w.checkLimits(t, rule)
}

// clear forgets everything but the reps.
func (w *world) clear() {
	w.t.Helper()
	require.NoError(w.t, w.db.InTx(w.ctx, func(ctx context.Context) error {
		for _, table := range []string{
			"sops", "sop_versions", "sop_changes", "step_contents", "enrollments", "touches", "dispatches", "digests",
			"contacts", "relationships", "relationship_tags", "tags", "activities", "limit_rules",
		} {
			if err := w.db.Conn(ctx).Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		return nil
	}))
}

// person adds a rep now; the simulator knows nothing of them.
func (w *world) person(userID, externalUserID string) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	c := model.Contact{ExternalUserID: externalUserID, Name: externalUserID, Type: 1, FirstAddedAt: &now, CreatedAt: now, UpdatedAt: now}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&c).Error)
	r := model.Relationship{RepID: w.reps[userID], ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&r).Error)
	w.record(model.Activity{
		DedupeKey: "added:" + externalUserID, Kind: model.ActivityContactAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, OccurredAt: now,
	})
}

func drawLimit(t *rapid.T, name string, most int) *int {
	if n := rapid.IntRange(0, most).Draw(t, name); n > 0 {
		return &n
	}
	return nil
}

func drawProgramme(t *rapid.T) string {
	group := rapid.SampledFrom([]string{"", `"exclusivity":"a",`}).Draw(t, "group")
	doc := fmt.Sprintf(`{"trigger":{"kind":"contact_added"},"priority":%d,%s"steps":[`, rapid.IntRange(0, 2).Draw(t, "priority"), group)
	for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
		if i > 0 {
			doc += ","
		}
		doc += fmt.Sprintf(`{"key":"s%d","offset":{"day":%d,"at":"%02d:00"},"grace":"%dd","channel":"%s","content":{"text":"一"}}`, i,
			rapid.IntRange(0, 5).Draw(t, "day"), rapid.IntRange(9, 19).Draw(t, "hour"), rapid.IntRange(1, 4).Draw(t, "grace"),
			rapid.SampledFrom([]string{"group_message", "group_message", "rep_prompt"}).Draw(t, "channel"))
	}
	return doc + `]}`
}

// checkLimits counts what went out or will.
func (w *world) checkLimits(t *rapid.T, rule model.LimitRule) {
	contactDay, contactWeek, repDay, quota := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	exclusive := map[string]map[int64]bool{}
	var groups []model.SOP
	require.NoError(t, w.db.Read(w.ctx).Find(&groups).Error)
	inGroup := map[int64]bool{}
	for _, s := range groups {
		d, err := sop.ParseDefinition(s.Draft.V)
		require.NoError(t, err)
		inGroup[s.ID] = d.Exclusivity != ""
	}
	for _, touch := range w.touches("state IN ?", []model.TouchState{model.TouchDispatched, model.TouchPlanned}) {
		require.NotEmpty(t, touch.LimitDay)
		if inGroup[touch.SOPID] && touch.State == model.TouchPlanned {
			continue // it yields to rivals before it goes
		}
		day, err := time.Parse(time.DateOnly, touch.LimitDay)
		require.NoError(t, err)
		year, week := day.ISOWeek()
		who := fmt.Sprint(touch.ContactID, " ")
		if touch.Channel == "rep_prompt" {
			repDay[fmt.Sprint(touch.RepID, touch.LimitDay)]++
			continue
		}
		contactDay[who+touch.LimitDay]++
		contactWeek[who+fmt.Sprint(year, week)]++
		switch rule.QuotaMode {
		case model.QuotaDay:
			quota[who+touch.LimitDay]++
		case model.QuotaWeek:
			quota[who+fmt.Sprint(year, week)]++
		case model.QuotaMonth:
			quota[who+touch.LimitDay[:7]]++
		case model.QuotaNone:
		}
		if inGroup[touch.SOPID] {
			if exclusive[who+touch.LimitDay] == nil {
				exclusive[who+touch.LimitDay] = map[int64]bool{}
			}
			exclusive[who+touch.LimitDay][touch.SOPID] = true
		}
	}
	most := map[model.QuotaMode]int{model.QuotaDay: 1, model.QuotaWeek: 7, model.QuotaMonth: 31}[rule.QuotaMode]
	for _, c := range []struct {
		counts map[string]int
		most   *int
	}{{contactDay, rule.ContactDay}, {contactWeek, rule.ContactWeek}, {repDay, rule.RepDay}, {quota, &most}} {
		for who, n := range c.counts {
			require.True(t, c.most == nil || n <= *c.most, "%s: %d of %v", who, n, c.most)
		}
	}
	for who, sops := range exclusive {
		require.Len(t, sops, 1, "programmes of one group on one day for %s", who)
	}
}
