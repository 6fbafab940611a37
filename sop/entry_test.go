package sop_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/experiment"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

// happens records an activity of the contact now.
func (w *world) happens(c model.Contact, kind model.ActivityKind, data model.ActivityData) {
	w.t.Helper()
	w.happenings++
	w.record(model.Activity{
		DedupeKey: fmt.Sprint("happening:", w.happenings), Kind: kind, ContactID: c.ID, OccurredAt: w.db.Now(w.ctx), Data: model.AsJSON(data),
	})
}

// runs lists the contact's enrollments in an SOP.
func (w *world) runs(sopID, contactID int64) []model.Enrollment {
	w.t.Helper()
	var list []model.Enrollment
	require.NoError(w.t, w.db.Read(w.ctx).Order("run").Find(&list, "sop_id = ? AND contact_id = ?", sopID, contactID).Error)
	return list
}

func triggered(trigger, rest string) string {
	return `{"trigger":` + trigger + `,` + rest + `"steps":[` + message("d1", `{"day":1,"at":"10:00"}`, "一次") + `]}`
}

// Each kind of trigger is set off by what it names, and by nothing else.
func TestTrigger_eachKindLetsInWhomItMeans(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		trigger     string
		kind        model.ActivityKind
		yes, no     model.ActivityData
		everybodyIn bool // "no" does not exist
	}{
		"stage":       {trigger: `{"kind":"stage_entered","stage":"MQL"}`, kind: model.ActivityStageEntered, yes: model.ActivityData{Stage: "MQL"}, no: model.ActivityData{Stage: "SQL"}},
		"score":       {trigger: `{"kind":"score_reached","score":60}`, kind: model.ActivityScoreChanged, yes: model.ActivityData{ScoreBefore: 59, Score: 60}, no: model.ActivityData{ScoreBefore: 60, Score: 80}},
		"score falls": {trigger: `{"kind":"score_reached","score":60}`, kind: model.ActivityScoreChanged, yes: model.ActivityData{ScoreBefore: 0, Score: 99}, no: model.ActivityData{ScoreBefore: 70, Score: 50}},
		"form":        {trigger: `{"kind":"form_submitted","key":"f1"}`, kind: model.ActivityFormSubmitted, yes: model.ActivityData{Key: "f1"}, no: model.ActivityData{Key: "f2"}},
		"any form":    {trigger: `{"kind":"form_submitted"}`, kind: model.ActivityFormSubmitted, yes: model.ActivityData{Key: "f1"}, everybodyIn: true},
		"content":     {trigger: `{"kind":"content_viewed","key":"c"}`, kind: model.ActivityContentViewed, yes: model.ActivityData{Key: "c"}, no: model.ActivityData{Key: "d"}},
		"attended":    {trigger: `{"kind":"event_attended","key":"e"}`, kind: model.ActivityEventAttended, yes: model.ActivityData{Key: "e"}, no: model.ActivityData{Key: "f"}},
		"tag":         {trigger: `{"kind":"tag_added","tag_id":5}`, kind: model.ActivityTagAdded, yes: model.ActivityData{TagID: 5}, no: model.ActivityData{TagID: 6}},
		"event without a start": {
			trigger: `{"kind":"event_registered","anchor":"start"}`, kind: model.ActivityEventRegistered,
			yes: model.ActivityData{StartsAt: ahead(48 * time.Hour)}, no: model.ActivityData{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				in, _ := w.add("lin", "甲", "")
				out, r := w.add("lin", "乙", "")
				gone, _ := w.add("lin", "丙", "")
				require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("contact_id = ?", gone.ID).Update("state", model.RelationshipLost).Error)
				id := w.publish("触发", triggered(tc.trigger, ""))
				w.happens(in, tc.kind, tc.yes)
				w.happens(gone, tc.kind, tc.yes)
				if !tc.everybodyIn {
					w.happens(out, tc.kind, tc.no)
				}
				require.Len(w.t, w.runs(id, in.ID), 1)
				require.NotZero(w.t, w.runs(id, in.ID)[0].RelationshipID)
				require.Empty(w.t, w.runs(id, out.ID))
				require.Empty(w.t, w.runs(id, gone.ID), "nobody can speak to them")
				require.NotEqual(w.t, r.ID, w.runs(id, in.ID)[0].RelationshipID)
			})
		})
	}
}

// ahead is an instant so long after the tests' start.
func ahead(d time.Duration) *time.Time {
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC).Add(d)
	return &at
}

// A contact way's customers enter by their rep and the time of day, over
// midnight too.
func TestTrigger_contactAddedByRepAndTimeOfDay(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		night := w.publish("夜里", triggered(`{"kind":"contact_added","from":"22:00","to":"08:00"}`, ""))
		lin := w.publish("林", triggered(fmt.Sprintf(`{"kind":"contact_added","rep_ids":[%d]}`, w.reps["lin"]), ""))
		w.set("2026-03-02 21:59")
		evening, _ := w.add("lin", "甲", "")
		w.set("2026-03-03 07:59")
		morning, _ := w.add("zhou", "乙", "")
		require.Empty(w.t, w.runs(night, evening.ID))
		require.Len(w.t, w.runs(night, morning.ID), 1)
		require.Len(w.t, w.runs(lin, evening.ID), 1)
		require.Empty(w.t, w.runs(lin, morning.ID))
	})
}

// Steps may come before an event that lies ahead; those that lie before the
// registration have never been.
func TestTrigger_eventRemindersCountBackFromItsStart(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		early, _ := w.add("lin", "甲", "")
		late, _ := w.add("lin", "乙", "")
		id := w.publish("活动", `{"trigger":{"kind":"event_registered","key":"expo","anchor":"start"},"steps":[`+
			message("week", `{"day":-7,"at":"10:00"}`, "下周见")+`,`+message("eve", `{"day":-1,"at":"10:00"}`, "明天见")+`,`+
			message("hour", `{"after":"-2h"}`, "马上开始")+`,`+message("after", `{"day":1,"at":"10:00"}`, "谢谢")+`]}`)
		start := time.Date(2026, 3, 20, 6, 0, 0, 0, time.UTC) // 14:00 in Shanghai
		registers := func(c model.Contact) {
			w.happens(c, model.ActivityEventRegistered, model.ActivityData{Key: "expo", StartsAt: &start})
		}
		registers(early)
		w.at("2026-03-13 10:00")
		w.at("2026-03-16 10:00")
		registers(late)
		for _, stamp := range []string{"2026-03-16 10:01", "2026-03-19 10:00", "2026-03-20 12:00", "2026-03-21 10:00"} {
			w.at(stamp)
		}
		due := map[string]string{}
		for _, touch := range w.touches("sop_id = ?", id) {
			reason := ""
			if touch.State == model.TouchSkipped {
				reason = touch.Reason
			}
			due[fmt.Sprint(touch.ContactID, touch.StepKey)] = touch.DueAt.Add(8*time.Hour).Format("01-02 15:04") + reason
		}
		require.Equal(w.t, map[string]string{
			fmt.Sprint(early.ID, "week"): "03-13 10:00", fmt.Sprint(early.ID, "eve"): "03-19 10:00",
			fmt.Sprint(early.ID, "hour"): "03-20 12:00", fmt.Sprint(early.ID, "after"): "03-21 10:00",
			fmt.Sprint(late.ID, "week"): "03-13 10:00" + sop.ReasonBeforeStart, fmt.Sprint(late.ID, "eve"): "03-19 10:00",
			fmt.Sprint(late.ID, "hour"): "03-20 12:00", fmt.Sprint(late.ID, "after"): "03-21 10:00",
		}, due)
	})
}

// A tag that is taken off and put back is no new beginning: inside, the same
// run goes on; afterwards, a day must pass.
func TestEntry_tagRemovedAndPutBackMakesNoSecondRun(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		id := w.publish("标签", triggered(`{"kind":"tag_added","tag_id":5}`, `"entry":{"again":"always"},`))
		tag := model.ActivityData{TagID: 5}
		w.happens(c, model.ActivityTagAdded, tag)
		w.happens(c, model.ActivityTagRemoved, tag)
		w.happens(c, model.ActivityTagAdded, tag)
		require.Len(w.t, w.runs(id, c.ID), 1)
		require.Equal(w.t, model.EnrollmentActive, w.runs(id, c.ID)[0].State)

		w.at("2026-03-03 10:00")
		require.Equal(w.t, model.EnrollmentCompleted, w.runs(id, c.ID)[0].State)
		w.set("2026-03-10 10:00")
		w.happens(c, model.ActivityTagRemoved, tag)
		w.clock.Advance(23 * time.Hour)
		w.happens(c, model.ActivityTagAdded, tag)
		require.Len(w.t, w.runs(id, c.ID), 1, "put back within a day")
		w.happens(c, model.ActivityTagRemoved, model.ActivityData{TagID: 6})
		w.clock.Advance(2 * time.Hour)
		w.happens(c, model.ActivityTagAdded, tag)
		require.Len(w.t, w.runs(id, c.ID), 2)
		require.Equal(w.t, 2, w.runs(id, c.ID)[1].Run)
	})
}

func TestEntry_reentryFollowsThePolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string][]int{ // runs after 2 h, 3 days, 12 days
		`"holdout":0,`:                                                    {1, 1, 1},
		`"entry":{"again":"never"},`:                                      {1, 1, 1},
		`"entry":{"again":"after_exit","cooldown":"5d"},`:                 {1, 1, 2},
		`"entry":{"again":"always"},`:                                     {1, 2, 3},
		`"entry":{"again":"always","debounce":"1h"},`:                     {1, 2, 3},
		`"entry":{"again":"after_exit","cooldown":"1d","debounce":"5d"},`: {1, 1, 2},
	} {
		t.Run(policy, func(t *testing.T) {
			each(t, func(w *world) {
				w.rep("lin")
				c, _ := w.add("lin", "甲", "")
				id := w.publish("表单", triggered(`{"kind":"form_submitted"}`, policy))
				w.happens(c, model.ActivityFormSubmitted, model.ActivityData{Key: "f"})
				for i, d := range []time.Duration{2 * time.Hour, 70 * time.Hour, 9 * 24 * time.Hour} {
					w.clock.Advance(d)
					w.tick()
					w.happens(c, model.ActivityFormSubmitted, model.ActivityData{Key: "f"})
					require.Len(w.t, w.runs(id, c.ID), want[i], "look %d", i)
				}
			})
		})
	}
}

// Who is held out runs through the plan like the others, at the same instants,
// and gets nothing.
func TestHoldout_virtualTouchesAtTheSameInstantsAndNothingLeaves(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		require.NoError(w.t, w.engine.SetGlobalHoldout(w.ctx, 5))
		id := w.publish("对照", `{"trigger":{"kind":"manual"},"holdout":10,"steps":[`+
			message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`,`+
			`{"key":"call","offset":{"day":1,"at":"11:00"},"channel":"rep_prompt","content":{"text":"打电话"}}]}`)
		w.addMany("lin", 200)
		w.at("2026-03-03 10:00")
		w.at("2026-03-03 11:00")
		w.wecom.Confirm(map[string]any{"all": true})
		held := 0
		byContact := map[int64][]model.Touch{}
		for _, touch := range w.touches("sop_id = ?", id) {
			byContact[touch.ContactID] = append(byContact[touch.ContactID], touch)
		}
		require.Len(w.t, byContact, 200)
		for contactID, touches := range byContact {
			unit := fmt.Sprintf("contact:%d", contactID)
			out := experiment.Held("holdout:global", unit, 5) || experiment.Held(fmt.Sprintf("holdout:sop-%d", id), unit, 10)
			if out {
				held++
			}
			require.Len(w.t, touches, 2)
			for i, touch := range touches {
				require.Equal(w.t, out, touch.Reason == sop.ReasonHoldout, "contact %d", contactID)
				require.Equal(w.t, out, touch.State == model.TouchSkipped)
				require.Equal(w.t, []string{"2026-03-03T02:00:00Z", "2026-03-03T03:00:00Z"}[i], touch.DueAt.Format(time.RFC3339))
				if out {
					require.Equal(w.t, "holdout", touch.Verdicts.V[len(touch.Verdicts.V)-1].Gate)
				}
			}
		}
		require.Greater(w.t, held, 10)
		require.Len(w.t, w.got(), 200-held)
	})
}

// A welcome leaves before anybody is enrolled: it asks the programme's trigger
// and filter all the same.
func TestWelcomeContent_asksTriggerAndFilterAsFarAsTheyCanBeKnown(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		known, _ := w.add("lin", "甲", "")
		welcome := func(name, trigger, filter string) int64 {
			return w.publish(name, `{"trigger":`+trigger+`,"filter":`+filter+`,"steps":[{"key":"hi","offset":{},"channel":"welcome","content":{"text":"`+name+`"}}]}`)
		}
		welcome("只给有标签的", `{"kind":"contact_added"}`, `{"f":"tag","is":"any","v":[5]}`)
		welcome("只给周", fmt.Sprintf(`{"kind":"contact_added","rep_ids":[%d]}`, w.reps["zhou"]), `{"f":"corp_name","is":"known"}`)
		welcome("只给渠道", `{"kind":"contact_added","states":["expo"]}`, `{"f":"channel_state","is":"in","v":["expo"]}`)
		ask := func(external, rep, state string) string {
			g, ok, err := w.engine.WelcomeContent(w.ctx, sop.Arrival{ChannelState: state, RepUserID: rep, ExternalUserID: external, At: w.db.Now(w.ctx)})
			require.NoError(w.t, err)
			require.Equal(w.t, ok, g.SOPID != 0)
			return g.Content.Text
		}
		require.Empty(w.t, ask("stranger", "lin", ""))
		require.Equal(w.t, "只给周", ask("stranger", "zhou", ""), "a stranger's company is not known")
		require.Empty(w.t, ask(known.ExternalUserID, "zhou", ""), "a known contact's is")
		require.Equal(w.t, "只给渠道", ask("stranger", "lin", "expo"))
		now := w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.RelationshipTag{RelationshipID: 1, TagID: 5, ContactID: known.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}).Error)
		require.Equal(w.t, "只给有标签的", ask(known.ExternalUserID, "lin", ""))

		require.NoError(w.t, w.engine.SetGlobalHoldout(w.ctx, 5))
		for i := range 200 {
			c, _ := w.add("lin", fmt.Sprint("客", i), "")
			if experiment.Held("holdout:global", fmt.Sprintf("contact:%d", c.ID), 5) {
				require.Equal(w.t, "只给渠道", ask(c.ExternalUserID, "lin", "expo"), "held out, and greeted all the same")
				return
			}
		}
		require.Fail(w.t, "nobody of 200 is held out")
	})
}

// Two replicas that let the same people in at once let each in once.
func TestEntry_twoReplicasLetEachInOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		var ids []int64
		for i := range 20 {
			c, _ := w.add("lin", fmt.Sprint("客", i), "")
			ids = append(ids, c.ID)
		}
		id := w.publish("手工", triggered(`{"kind":"manual"}`, `"entry":{"again":"always"},`))
		engines := []*sop.Engine{w.engine, w.newEngine()}
		counts := make([]int, len(engines))
		var all sync.WaitGroup
		for i, e := range engines {
			all.Go(func() {
				n, err := e.Enroll(context.Background(), id, ids)
				counts[i] = n
				if err != nil {
					w.t.Error(err)
				}
			})
		}
		all.Wait()
		require.Equal(w.t, len(ids), counts[0]+counts[1])
		for _, contact := range ids {
			require.Len(w.t, w.runs(id, contact), 1)
		}
	})
}

func TestDefinition_reportsFaultsOfTriggerEntryAndHoldout(t *testing.T) {
	t.Parallel()
	for doc, field := range map[string]string{
		triggered(`{"kind":"full_moon"}`, ""):                                                                      "trigger.kind",
		triggered(`{"kind":"manual","tag_id":3}`, ""):                                                              "trigger.tag_id",
		triggered(`{"kind":"stage_entered"}`, ""):                                                                  "trigger.stage",
		triggered(`{"kind":"score_reached"}`, ""):                                                                  "trigger.score",
		triggered(`{"kind":"silent","days":0}`, ""):                                                                "trigger.days",
		triggered(`{"kind":"contact_date","field":"Contract end"}`, ""):                                            "trigger.field",
		triggered(`{"kind":"event_registered","anchor":"lunch"}`, ""):                                              "trigger.anchor",
		triggered(`{"kind":"contact_added","from":"22:00"}`, ""):                                                   "trigger.from",
		triggered(`{"kind":"contact_added","from":"22:00","to":"25:00"}`, ""):                                      "trigger.to",
		triggered(`{"kind":"audience_entered"}`, ""):                                                               "trigger.audience_id",
		triggered(`{"kind":"manual"}`, `"entry":{"again":"sometimes"},`):                                           "entry.again",
		triggered(`{"kind":"manual"}`, `"entry":{"cooldown":"3d"},`):                                               "entry.cooldown",
		triggered(`{"kind":"manual"}`, `"entry":{"again":"after_exit","cooldown":"-3d"},`):                         "entry",
		triggered(`{"kind":"manual"}`, `"holdout":10.5,`):                                                          "holdout",
		triggered(`{"kind":"manual"}`, `"holdout":0.001,`):                                                         "holdout",
		`{"trigger":{"kind":"event_attended","anchor":"start"},"steps":[` + message("d", `{"day":-1}`, "x") + `]}`: "steps[0].offset",
		`{"trigger":{"kind":"manual"},"steps":[` + message("d", `{"after":"-1h"}`, "x") + `]}`:                     "steps[0].offset",
	} {
		d, err := sop.ParseDefinition([]byte(doc))
		require.NoError(t, err, doc)
		err = d.Check(sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...))
		var e *model.Error
		require.ErrorAs(t, err, &e, doc)
		require.Contains(t, e.Fields, field, doc)
		require.Len(t, e.Fields, 1, "%s: %v", doc, e.Fields)
	}
	for _, doc := range []string{
		`{"trigger":{"kind":"event_registered","anchor":"start"},"holdout":0.07,"steps":[` + message("d", `{"workday":-1}`, "x") + `]}`,
		`{"trigger":{"kind":"contact_date","field":"contract_end"},"steps":[` + message("d", `{"month":-1}`, "x") + `]}`,
	} {
		d, err := sop.ParseDefinition([]byte(doc))
		require.NoError(t, err)
		require.NoError(t, d.Check(sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...)), doc)
	}
}

func TestFile_keepsTriggerEntryAndHoldout(t *testing.T) {
	t.Parallel()
	f := read(t, `
name: 续约
trigger: {kind: contact_date, field: contract_end, yearly: true}
entry: {again: after_exit, cooldown: 30d, debounce: 0s}
holdout: 2.5
steps:
  - {key: before, offset: {workday: -3, at: "10:00"}, channel: group_message, content: {text: "快到期了"}}
  - {key: hour, offset: {after: -2h}, channel: group_message, content: {text: "最后提醒"}}
`)
	doc, err := f.Write()
	require.NoError(t, err)
	again, err := sop.ReadFile(doc)
	require.NoError(t, err, "%s", doc)
	require.Equal(t, f, again)
	require.Equal(t, -2*time.Hour, time.Duration(again.Steps[1].Offset.After))
}

// Before a date that lies ahead a step may come; before what has just happened
// it is never due, and the linter says so.
func TestLint_saysThatAWelcomeGoesToTheHeldOutToo(t *testing.T) {
	t.Parallel()
	zone, days := setting(t)
	d, err := sop.ParseDefinition([]byte(`{"trigger":{"kind":"contact_added"},"holdout":5,"steps":[{"key":"hi","offset":{},"channel":"welcome","content":{"text":"x"}}]}`))
	require.NoError(t, err)
	require.NoError(t, d.Check(sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...)))
	found, err := sop.Lint(d, time.Date(2026, 3, 2, 10, 0, 0, 0, zone), zone, days)
	require.NoError(t, err)
	require.Equal(t, []sop.Finding{{Step: "hi", Code: sop.LintGreetsAll}}, found)
}

func TestLint_stepBeforeTheAnchorIsNeverDueUnlessTheAnchorLiesAhead(t *testing.T) {
	t.Parallel()
	zone, days := setting(t)
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, zone)
	for trigger, never := range map[string]bool{
		`{"kind":"form_submitted"}`:                      true,
		`{"kind":"event_registered"}`:                    true,
		`{"kind":"event_registered","anchor":"start"}`:   false,
		`{"kind":"contact_date","field":"contract_end"}`: false,
	} {
		d, err := sop.ParseDefinition([]byte(`{"trigger":` + trigger + `,"steps":[` + message("eve", `{"day":-1,"at":"10:00"}`, "x") + `]}`))
		require.NoError(t, err)
		found, err := sop.Lint(d, now, zone, days)
		require.NoError(t, err)
		require.Equal(t, never, len(found) == 1 && found[0].Code == sop.LintNever, "%s: %v", trigger, found)
		expected, err := sop.Forecast(d, now.AddDate(0, 0, 20), sop.Setting{Zone: zone, Days: days})
		require.NoError(t, err)
		require.Equal(t, never, expected[0].Reason == sop.ReasonBeforeStart, trigger)
		require.Equal(t, "03-21 10:00", expected[0].Due.Format("01-02 15:04"))
	}
}
