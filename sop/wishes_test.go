package sop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/sop"
)

// wants stores what a contact wants of us.
func (w *world) wants(c model.Contact, consent model.Consent, less bool) {
	w.t.Helper()
	_, err := contact.New(w.db, w.pipeline.Record).SetPreferences(w.ctx, c.ID, contact.Preferences{Consent: consent, ContactLess: less}, "电话里说的")
	require.NoError(w.t, err)
}

func (w *world) declines(c model.Contact) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	w.record(model.Activity{DedupeKey: "no:" + c.ExternalUserID + now.String(), Kind: model.ActivityDeclined, ContactID: c.ID, OccurredAt: now})
}

// everyDay sends on each of the first days, with half a day of grace, and prompts
// the rep on the first.
func everyDay() string {
	at := func(key, day string) string {
		return `{"key":"` + key + `","offset":{"day":` + day + `,"at":"10:00"},"grace":"12h","channel":"group_message","content":{"text":"第` + day + `天"}}`
	}
	return `{"trigger":{"kind":"contact_added"},"steps":[` + at("d1", "1") + "," + at("d2", "2") + "," + at("d4", "4") + "," + at("d31", "31") + `,
		{"key":"p1","offset":{"day":1,"at":"10:00"},"channel":"rep_prompt","content":{"text":"问候一下"}}]}`
}

// What contacts want of us holds on every channel, and the log says so: nothing
// to who refused, one message in thirty days to who asked for less, nothing for a
// while after a "no". The rep is told on the card.
func TestWishes_holdOnEveryChannel(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("每天", everyDay())
		refuses, _ := w.add("lin", "拒绝", "")
		less, _ := w.add("lin", "少些", "")
		no, _ := w.add("lin", "不要", "")
		w.add("lin", "随意", "")
		w.wants(refuses, model.ConsentRefused, false)
		w.wants(less, "", true)
		send := func(stamp string) {
			w.at(stamp)
			w.wecom.Confirm(map[string]any{"all": true})
		}
		send("2026-03-03 10:00")
		require.ElementsMatch(w.t, []string{"少些 ← 第1天", "不要 ← 第1天", "随意 ← 第1天"}, w.got())
		require.Equal(w.t, "少些（希望少联系）、不要、随意", w.cards()[0].Main.Desc)

		w.declines(no)
		send("2026-03-04 10:00")
		send("2026-03-06 10:00") // the "no" was three days ago
		send("2026-04-02 10:00")
		require.ElementsMatch(w.t, []string{
			"少些 ← 第1天", "不要 ← 第1天", "随意 ← 第1天", "随意 ← 第2天", "不要 ← 第4天", "随意 ← 第4天",
			"少些 ← 第31天", "不要 ← 第31天", "随意 ← 第31天",
		}, w.got())

		reasons := map[string]int{}
		for _, touch := range w.touches("state = ?", model.TouchSkipped) {
			reasons[touch.StepKey+" "+touch.Reason]++
		}
		require.Equal(w.t, map[string]int{
			"d1 consent_refused": 1, "d2 consent_refused": 1, "d4 consent_refused": 1, "d31 consent_refused": 1, "p1 consent_refused": 1,
			"d2 contact_less": 1, "d4 contact_less": 1, "d2 declined": 1,
		}, reasons)
		second := w.touches("contact_id = ? AND step_key = 'd2'", less.ID)[0]
		v := last(second)
		require.Equal(w.t, []any{"limits", "skip", sop.ReasonContactLess, 1, 1}, []any{v.Gate, v.Say, v.Reason, v.Used, v.Limit})
		why, err := w.engine.WhyTouch(w.ctx, second.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, sop.ReasonContactLess, why.Chain[len(why.Chain)-1].Reason)
	})
}

// What was planned, or put into a dispatch that has not begun, before the contact
// said so is asked again.
func TestWishes_takeBackWhatHasNotLeft(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一条", one("一"))
		refuses, _ := w.add("lin", "拒绝", "")
		no, _ := w.add("lin", "不要", "")
		w.add("lin", "随意", "")
		w.clock.Set(at10())
		require.NoError(w.t, w.engine.Plan(w.ctx))
		w.declines(no) // is planned
		require.NoError(w.t, w.engine.Group(w.ctx))
		require.Equal(w.t, model.DispatchQueued, w.dispatches()[0].State)
		w.wants(refuses, model.ConsentRefused, false) // is in the queued dispatch
		w.tick()
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(w.t, []string{"随意 ← 一"}, w.got())
		require.Equal(w.t, map[string]int{"拒绝 skipped consent_refused": 1, "随意 accepted ": 1, "不要 skipped declined": 1}, w.outcome())

		// Asking twice changes nothing, granting ends the quiet.
		w.wants(refuses, model.ConsentRefused, false)
		var n int64
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.Activity{}).Where("kind = ?", model.ActivityProfileChanged).Count(&n).Error)
		require.EqualValues(w.t, 1, n)
		w.wants(no, model.ConsentGranted, false)
		p, err := contact.New(w.db, w.pipeline.Record).Preferences(w.ctx, no.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, contact.Preferences{Consent: model.ConsentGranted}, p)
	})
}

func at10() time.Time {
	return time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai
}
