package sop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/sop"
)

// sweep has the engine look for people until it finds nobody else.
func (w *world) sweep(stamp string) {
	w.t.Helper()
	w.set(stamp)
	for again := true; again; {
		var err error
		again, err = w.engine.Sweep(w.ctx)
		require.NoError(w.t, err)
	}
}

func (w *world) date(c model.Contact, field, day string) {
	w.t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	require.NoError(w.t, err)
	require.NoError(w.t, contact.New(w.db, w.pipeline.Record).SetDate(w.ctx, c.ID, field, &at))
}

// shanghai writes an instant as clocks in Shanghai show it.
func shanghai(t time.Time) string { return t.UTC().Add(8 * time.Hour).Format("2006-01-02 15:04") }

// Golden: silent since 2026-01-15 10:00, steps on day 30, 45 and 60; working
// days only. Exactly 30 times 24 hours count as 30 days.
func TestSilence_entersAfterExactlySoManyDaysAndCountsFromTheLastDoing(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.set("2026-01-15 10:00")
		c, _ := w.add("lin", "甲", "")
		later, _ := w.add("lin", "乙", "")
		step := func(n int) string { return message(fmt.Sprint("d", n), fmt.Sprintf(`{"day":%d}`, n), "好久不见") }
		w.set("2026-01-20 10:00")
		id := w.publish("沉默", `{"trigger":{"kind":"silent","days":30},"window":{"workdays":true},"steps":[`+step(30)+","+step(45)+","+step(60)+`]}`)
		w.happens(later, model.ActivityReplied, model.ActivityData{})
		w.sweep("2026-02-14 09:59")
		require.Empty(w.t, w.runs(id, c.ID))
		w.sweep("2026-02-14 10:00")
		require.Len(w.t, w.runs(id, c.ID), 1)
		require.Empty(w.t, w.runs(id, later.ID))
		for _, stamp := range []string{"2026-02-14 10:01", "2026-03-02 10:00", "2026-03-16 10:00"} {
			w.sweep(stamp)
			w.at(stamp)
		}
		var due []string
		for _, touch := range w.touches("contact_id = ?", c.ID) {
			due = append(due, shanghai(touch.DueAt))
			require.NotEqual(w.t, sop.ReasonBeforeStart, touch.Reason)
		}
		require.Equal(w.t, []string{"2026-02-14 10:00", "2026-03-02 10:00", "2026-03-16 10:00"}, due)
		require.Len(w.t, w.runs(id, later.ID), 1, "silent five days later")
	})
}

// Whatever the contact does ends the run and arms the programme anew.
func TestSilence_isRearmedByTheNextActivity(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		before, _ := w.add("lin", "早就沉默", "")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.LastActive{}).Where("contact_id = ?", before.ID).Update("at", w.db.Now(w.ctx).Add(-40*24*time.Hour)).Error)
		id := w.publish("沉默", `{"trigger":{"kind":"silent","days":30},"steps":[`+message("d30", `{"day":30,"at":"10:00"}`, "好久不见")+","+message("d60", `{"day":60,"at":"10:00"}`, "还好吗")+`]}`)
		w.sweep("2026-04-01 10:00")
		require.Len(w.t, w.runs(id, c.ID), 1)
		w.set("2026-04-02 10:00")
		w.happens(c, model.ActivityTagAdded, model.ActivityData{TagID: 3})
		require.Equal(w.t, model.EnrollmentActive, w.runs(id, c.ID)[0].State, "not the contact's doing")
		w.rep("zhou")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("contact_id = ?", c.ID).
			Updates(map[string]any{"state": model.RelationshipTransferred, "ended_at": w.db.Now(w.ctx)}).Error)
		now := w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Relationship{RepID: w.reps["zhou"], ContactID: c.ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now}).Error)
		w.happens(c, model.ActivityTakenOver, model.ActivityData{})
		require.Equal(w.t, model.EnrollmentActive, w.runs(id, c.ID)[0].State, "a hand-over is the company's")
		w.happens(c, model.ActivityContentViewed, model.ActivityData{Key: "c"})
		require.Equal(w.t, model.EnrollmentExited, w.runs(id, c.ID)[0].State)
		require.Equal(w.t, "active_elsewhere", w.runs(id, c.ID)[0].ExitReason, "the silence was none")
		w.sweep("2026-05-02 09:59")
		require.Len(w.t, w.runs(id, c.ID), 1)
		w.sweep("2026-05-02 10:01")
		require.Len(w.t, w.runs(id, c.ID), 2)
		w.sweep("2026-06-30 10:01")
		require.Len(w.t, w.runs(id, c.ID), 2, "one silence, one run")
		w.record(model.Activity{DedupeKey: "answer", Kind: model.ActivityReplied, ContactID: c.ID, RepID: w.reps["zhou"], OccurredAt: w.db.Now(w.ctx)})
		require.Equal(w.t, "active_again", w.runs(id, c.ID)[1].ExitReason, "to the rep who asked")
		require.Empty(w.t, w.runs(id, before.ID), "silent before the programme was published")
	})
}

// More people than a page holds, and of one instant: all come in, once, with two
// replicas sweeping at the same time.
func TestSweep_manyPagesAndTwoReplicasLetEachInOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		const people = 1300
		now := w.db.Now(w.ctx)
		contacts, rels, doings := make([]model.Contact, people), make([]model.Relationship, people), make([]model.LastActive, people)
		for i := range contacts {
			contacts[i] = model.Contact{ExternalUserID: fmt.Sprint("wm", i), CreatedAt: now, UpdatedAt: now}
		}
		require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(contacts, 500).Error)
		for i := range contacts {
			rels[i] = model.Relationship{RepID: w.reps["lin"], ContactID: contacts[i].ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now}
			doings[i] = model.LastActive{ContactID: contacts[i].ID, At: now.Add(time.Duration(i/1000) * time.Second)}
		}
		require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(rels, 500).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(doings, 500).Error)
		id := w.publish("沉默", `{"trigger":{"kind":"silent","days":30},"steps":[`+message("d31", `{"day":31}`, "好久不见")+`]}`)
		w.set("2026-04-02 10:00")
		var all sync.WaitGroup
		for _, e := range []*sop.Engine{w.engine, w.newEngine()} {
			all.Go(func() {
				for again := true; again; {
					var err error
					if again, err = e.Sweep(context.Background()); err != nil {
						w.t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		var n, distinct int64
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.Enrollment{}).Where("sop_id = ?", id).Count(&n).Error)
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.Enrollment{}).Where("sop_id = ?", id).Distinct("contact_id").Count(&distinct).Error)
		require.EqualValues(w.t, people, n)
		require.EqualValues(w.t, people, distinct)
	})
}

// Reminders before a contract ends: whoever's date comes near enters in time,
// whether it was set long before or the day before.
func TestContactDate_stepsComeBeforeTheDateHoweverLateItIsSet(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		late, _ := w.add("lin", "乙", "")
		over, _ := w.add("lin", "丙", "")
		w.date(c, "contract_end", "2026-05-20")
		id := w.publish("续约", `{"trigger":{"kind":"contact_date","field":"contract_end"},"steps":[`+
			message("m30", `{"day":-30,"at":"10:00"}`, "一个月")+","+message("m7", `{"day":-7,"at":"10:00"}`, "一周")+","+message("p1", `{"day":1,"at":"10:00"}`, "已到期")+`]}`)
		w.date(over, "contract_end", "2026-02-20")
		w.date(c, "birthday", "2026-03-03")
		w.sweep("2026-04-18 10:00")
		require.Empty(w.t, w.runs(id, c.ID))
		w.sweep("2026-04-20 00:30")
		require.Len(w.t, w.runs(id, c.ID), 1)
		w.set("2026-05-15 12:00")
		w.date(late, "contract_end", "2026-05-20")
		require.Len(w.t, w.runs(id, late.ID), 1, "at once: the sweep has passed that day")
		w.sweep("2026-05-15 12:01")
		w.at("2026-05-21 10:00")
		due := map[string]string{}
		for _, touch := range w.touches("sop_id = ?", id) {
			due[fmt.Sprint(touch.ContactID, touch.StepKey)] = shanghai(touch.DueAt)
			require.Equal(w.t, touch.ContactID == late.ID && touch.StepKey != "p1", touch.Reason == sop.ReasonBeforeStart, touch.StepKey)
		}
		require.Equal(w.t, map[string]string{
			fmt.Sprint(c.ID, "m30"): "2026-04-20 10:00", fmt.Sprint(c.ID, "m7"): "2026-05-13 10:00", fmt.Sprint(c.ID, "p1"): "2026-05-21 10:00",
			fmt.Sprint(late.ID, "m30"): "2026-04-20 10:00", fmt.Sprint(late.ID, "m7"): "2026-05-13 10:00", fmt.Sprint(late.ID, "p1"): "2026-05-21 10:00",
		}, due)
		require.Empty(w.t, w.runs(id, over.ID), "every step lies behind them")
	})
}

// A contract is extended: the reminders of the old end stop, those of the new
// one come in time. A date that is taken away ends the run.
func TestContactDate_movedDateMovesTheRun(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		id := w.publish("续约", `{"trigger":{"kind":"contact_date","field":"contract_end"},"steps":[`+message("m7", `{"day":-7,"at":"10:00"}`, "一周")+`]}`)
		w.date(c, "contract_end", "2026-03-12")
		w.sweep("2026-03-04 10:00")
		require.Len(w.t, w.runs(id, c.ID), 1)
		w.date(c, "contract_end", "2026-03-12")
		require.Equal(w.t, model.EnrollmentActive, w.runs(id, c.ID)[0].State, "set to what it was")
		w.date(c, "contract_end", "2026-06-12")
		require.Equal(w.t, "date_changed", w.runs(id, c.ID)[0].ExitReason)
		require.Len(w.t, w.runs(id, c.ID), 1)
		w.sweep("2026-06-04 10:00")
		require.Len(w.t, w.runs(id, c.ID), 2)
		require.Equal(w.t, "2026-06-12 00:00", shanghai(w.runs(id, c.ID)[1].AnchorAt))
		require.NoError(w.t, contact.New(w.db, w.pipeline.Record).SetDate(w.ctx, c.ID, "contract_end", nil))
		require.Equal(w.t, model.EnrollmentExited, w.runs(id, c.ID)[1].State)
	})
}

// Birthdays come every year, that of 29 February too.
func TestContactDate_yearlyDatesComeRound(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, _ := w.add("lin", "甲", "")
		leap, _ := w.add("lin", "乙", "")
		id := w.publish("生日", `{"trigger":{"kind":"contact_date","field":"birthday","yearly":true},"steps":[`+message("d0", `{"day":0,"at":"10:00"}`, "生日快乐")+`]}`)
		w.date(c, "birthday", "1990-06-01")
		w.date(leap, "birthday", "1992-02-29")
		for _, day := range []string{"2026-06-01", "2027-02-28", "2027-06-01", "2028-02-28", "2028-02-29"} {
			at, err := time.Parse(time.DateOnly, day)
			require.NoError(w.t, err)
			w.sweep(at.AddDate(0, 0, -1).Format(time.DateOnly) + " 12:00")
			w.at(day + " 10:00")
		}
		var born []string
		for _, who := range []model.Contact{c, leap} {
			for _, run := range w.runs(id, who.ID) {
				born = append(born, who.Name+shanghai(run.AnchorAt)[:10])
			}
		}
		require.Equal(w.t, []string{"甲2026-06-01", "甲2027-06-01", "乙2027-02-28", "乙2028-02-29"}, born)
		for _, touch := range w.touches("sop_id = ?", id) {
			require.NotEqual(w.t, model.TouchSkipped, touch.State)
		}
	})
}

// wears puts a tag on or takes it off, and records it as the inbox would.
func (w *world) wears(r model.Relationship, tagID int64, on bool) {
	w.t.Helper()
	now, kind := w.db.Now(w.ctx), model.ActivityTagAdded
	row := model.RelationshipTag{RelationshipID: r.ID, TagID: tagID, ContactID: r.ContactID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}
	if !on {
		kind, row.RemovedAt = model.ActivityTagRemoved, &now
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Save(&row).Error)
	w.happens(model.Contact{ID: r.ContactID}, kind, model.ActivityData{TagID: tagID})
}

func (w *world) audience(name, filter string) model.Audience {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	saved := model.Audience{Name: name, Filter: model.AsJSON(json.RawMessage(filter)), CreatedAt: now, UpdatedAt: now}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&saved).Error)
	return saved
}

// Only who comes into the audience after the programme was published enters;
// who left and comes back enters again, if the policy lets them.
func TestAudience_onlyThoseWhoComeInEnter(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		inside, r1 := w.add("lin", "甲", "")
		later, r2 := w.add("lin", "乙", "")
		w.wears(r1, 5, true)
		saved := w.audience("意向", `{"f":"tag","is":"any","v":[5]}`)
		id := w.publish("人群", triggered(fmt.Sprintf(`{"kind":"audience_entered","audience_id":%d}`, saved.ID), `"entry":{"again":"always"},`))
		w.sweep("2026-03-02 10:01")
		require.Empty(w.t, w.runs(id, inside.ID), "was inside before")
		w.wears(r2, 5, true)
		w.sweep("2026-03-02 10:02")
		require.Len(w.t, w.runs(id, later.ID), 1)
		require.Empty(w.t, w.runs(id, inside.ID))
		w.wears(r1, 5, false)
		w.sweep("2026-03-02 10:40")
		w.wears(r1, 5, true)
		w.sweep("2026-03-02 11:00")
		w.sweep("2026-03-03 11:00") // everybody is looked at again
		require.Len(w.t, w.runs(id, inside.ID), 1)
		require.Len(w.t, w.runs(id, later.ID), 1)
	})
}

// Who fits because time has passed, because the filter has changed, or because
// their tag has gone from the library, enters without an activity; and a
// transaction that ends after a later one loses nobody.
func TestAudience_findsWhoComesInWithoutAnActivity(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, r := w.add("lin", "甲", "")
		d, r2 := w.add("lin", "乙", "")
		w.wears(r, 5, true)
		w.wears(r2, 6, true)
		now := w.db.Now(w.ctx)
		for id := range 6 {
			require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Tag{ID: int64(id + 1), WeComID: fmt.Sprint("et", id), CreatedAt: now, UpdatedAt: now}).Error)
		}
		enters := func(name, filter string) (int64, model.Audience) {
			saved := w.audience(name, filter)
			return w.publish(name, triggered(fmt.Sprintf(`{"kind":"audience_entered","audience_id":%d}`, saved.ID), "")), saved
		}
		old, _ := enters("认识三天", `{"f":"added_at","is":"older_than","v":{"n":3,"unit":"day"}}`)
		day, _ := enters("认识到第四天", `{"f":"added_at","is":"older_than","v":{"n":3,"unit":"day","by":"calendar"}}`)
		none, _ := enters("没有标签五", `{"f":"tag","is":"none","v":[5]}`)
		edited, saved := enters("改过的人群", `{"f":"tag","is":"any","v":[4]}`)
		w.sweep("2026-03-02 10:01")
		w.sweep("2026-03-05 00:01")
		require.Len(w.t, w.runs(day, c.ID), 1, "a day has begun")
		w.sweep("2026-03-05 09:59")
		require.Empty(w.t, w.runs(old, c.ID))
		w.sweep("2026-03-05 10:15")
		require.Len(w.t, w.runs(old, c.ID), 1)

		saved.Filter, saved.UpdatedAt = model.AsJSON(json.RawMessage(`{"f":"tag","is":"any","v":[6]}`)), w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Save(&saved).Error)
		w.clock.Advance(time.Second)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Tag{}).Where("id = 5").Update("deleted_at", w.db.Now(w.ctx)).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.RelationshipTag{}).Where("tag_id = 5").Update("removed_at", w.db.Now(w.ctx)).Error)
		w.sweep("2026-03-05 10:20")
		require.Len(w.t, w.runs(edited, d.ID), 1)
		require.Len(w.t, w.runs(none, c.ID), 1)

		// The first activity is not to be seen yet when the second is looked at.
		w.wears(r, 6, true)
		var first model.Activity
		require.NoError(w.t, w.db.Conn(w.ctx).Order("id DESC").Take(&first).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).Delete(&first).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.RelationshipTag{}).Where("relationship_id = ? AND tag_id = 6", r.ID).Update("removed_at", w.db.Now(w.ctx)).Error)
		w.happens(d, model.ActivityReplied, model.ActivityData{})
		w.sweep("2026-03-05 10:30")
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&first).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.RelationshipTag{}).Where("relationship_id = ? AND tag_id = 6", r.ID).Update("removed_at", nil).Error)
		w.sweep("2026-03-05 10:31")
		require.Len(w.t, w.runs(edited, c.ID), 1)
	})
}

// What was kept of who is inside goes with the programme, a page at a time, and
// with a trigger that is given up; what is in use stays.
func TestAudience_forgetsWhoWasInsideWhatIsArchived(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.crowd("lin", 40)
		a, b := w.audience("一", `null`), w.audience("二", `{"f":"friend","is":"in","v":["active"]}`)
		by := func(id int64) string {
			return triggered(fmt.Sprintf(`{"kind":"audience_entered","audience_id":%d}`, id), "")
		}
		gone, changed := w.publish("归档", by(a.ID)), w.publish("换人群", by(a.ID))
		w.sweep("2026-03-02 10:01")
		require.NoError(w.t, w.engine.Archive(w.ctx, gone))
		d, err := sop.ParseDefinition([]byte(by(b.ID)))
		require.NoError(w.t, err)
		_, err = w.engine.Update(w.ctx, changed, "换人群", d)
		require.NoError(w.t, err)
		_, err = w.engine.Publish(w.ctx, changed, "test")
		require.NoError(w.t, err)
		w.sweep("2026-03-02 10:05")
		var members []model.SweepMember
		require.NoError(w.t, w.db.Read(w.ctx).Find(&members).Error)
		require.Len(w.t, members, 40)
		for _, m := range members {
			require.Equal(w.t, []int64{changed, b.ID}, []int64{m.SOPID, m.AudienceID})
		}
		require.NoError(w.t, w.engine.KeepAudience(w.ctx, a.ID), "nobody uses it any more")
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.KeepAudience(w.ctx, b.ID)))
		require.NoError(w.t, w.engine.Pause(w.ctx, changed))
		require.ErrorContains(w.t, w.engine.KeepAudience(w.ctx, b.ID), "换人群")
	})
}

// A trigger on an audience that is not there, or no longer, lets nobody in: it
// cannot be published, and what is live goes on for everybody else.
func TestAudience_oneThatIsGoneHoldsUpNobody(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		d, err := sop.ParseDefinition([]byte(triggered(`{"kind":"audience_entered","audience_id":99}`, "")))
		require.NoError(w.t, err)
		s, err := w.engine.Create(w.ctx, "人群", d)
		require.NoError(w.t, err)
		_, err = w.engine.Publish(w.ctx, s.ID, "test")
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(err))

		saved := w.audience("意向", `{"f":"tag","is":"any","v":[5]}`)
		w.publish("会消失的人群", triggered(fmt.Sprintf(`{"kind":"audience_entered","audience_id":%d}`, saved.ID), ""))
		c, _ := w.add("lin", "甲", "")
		silent := w.publish("沉默", `{"trigger":{"kind":"silent","days":30},"steps":[`+message("d30", `{"day":30}`, "好久不见")+`]}`)
		require.NoError(w.t, w.db.Conn(w.ctx).Delete(&saved).Error)
		w.set("2026-04-02 10:00")
		_, err = w.engine.Sweep(w.ctx)
		require.ErrorContains(w.t, err, "audience")
		require.Len(w.t, w.runs(silent, c.ID), 1)
	})
}
