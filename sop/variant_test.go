package sop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/experiment"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

// varied is "day 1 at 10:00" in two variants with these weights.
func varied(a, b int, test string) string {
	return fmt.Sprintf(`{"trigger":{"kind":"contact_added"},"steps":[{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","variants":[
		{"key":"a","weight":%d,"content":{"text":"甲"}},{"key":"b","weight":%d,"content":{"text":"乙"}}]%s}]}`, a, b, test)
}

// republish replaces the programme's draft and publishes it.
func (w *world) republish(id int64, name, doc string) {
	w.t.Helper()
	d, err := sop.ParseDefinition([]byte(doc))
	require.NoError(w.t, err)
	_, err = w.engine.Update(w.ctx, id, name, d)
	require.NoError(w.t, err)
	_, err = w.engine.Publish(w.ctx, id, "test")
	require.NoError(w.t, err)
}

// again lets a contact run through the programme's present version once more.
func (w *world) again(sopID int64, c model.Contact, r model.Relationship) {
	w.t.Helper()
	var s model.SOP
	require.NoError(w.t, w.db.Read(w.ctx).Take(&s, sopID).Error)
	now, slot := w.db.Now(w.ctx), int8(1)
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Enrollment{
		SOPID: sopID, VersionID: s.VersionID, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, Run: 2,
		State: model.EnrollmentActive, ActiveSlot: &slot, AnchorAt: now, AnchorKind: "manual", NextDueAt: &now,
		Shard: int(c.ID % model.EnrollmentShards), EnrolledAt: now, UpdatedAt: now,
	}).Error)
}

func TestVariants_eachPersonGetsTheHashsVariantAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", varied(1, 1, ""))
		text := map[string]string{"a": "甲", "b": "乙"}
		want := []string{}
		for i := range 12 {
			name := fmt.Sprintf("客户%d", i)
			c, _ := w.add("lin", name, "")
			weights := []experiment.Weight{{Key: "a", Weight: 1}, {Key: "b", Weight: 1}}
			want = append(want, name+" ← "+text[experiment.Assign(fmt.Sprintf("exp:sop-%d:step-d1", id), fmt.Sprintf("contact:%d", c.ID), weights)])
		}
		w.at("2026-03-03 10:00")
		require.Len(w.t, w.dispatches(), 2, "one call per variant")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:05")
		require.ElementsMatch(w.t, want, w.got())
		for _, touch := range w.touches("sop_id = ?", id) {
			require.Equal(w.t, model.VariantDrawn, touch.VariantBy)
		}
	})
}

func TestVariants_changedWeightsMoveNobodyWhoHasAVariant(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", varied(1, 0, ""))
		old, r := w.add("lin", "老客户", "")
		w.at("2026-03-03 10:00")
		require.Equal(w.t, "a", w.touches("contact_id = ?", old.ID)[0].Variant)

		w.republish(id, "新好友", varied(0, 1, ""))
		fresh, _ := w.add("lin", "新客户", "")
		w.at("2026-03-04 10:00")
		require.Equal(w.t, "b", w.touches("contact_id = ?", fresh.ID)[0].Variant)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Enrollment{}).Where("contact_id = ?", old.ID).Update("state", model.EnrollmentCompleted).Error)
		w.again(id, old, r)
		w.at("2026-03-05 10:00")
		second := w.touches("contact_id = ? AND run = 2", old.ID)
		require.Len(w.t, second, 1)
		require.Equal(w.t, "a", second[0].Variant, "across versions and runs")
		require.Equal(w.t, model.VariantKept, second[0].VariantBy)
	})
}

func TestVariants_textIsFollowedUntilTheDispatchIsMade(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", varied(1, 0, ""))
		w.add("lin", "王小明", "")
		w.clock.Advance(24 * time.Hour)
		require.NoError(w.t, w.engine.SetContent(w.ctx, sop.Place{SOPID: id, StepKey: "d1", Variant: "a"}, model.Content{Text: "改好了"}))
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(w.engine.SetContent(w.ctx, sop.Place{SOPID: id, StepKey: "d1"}, model.Content{Text: "谁？"})))
		require.ErrorIs(w.t, w.engine.SetContent(w.ctx, sop.Place{SOPID: id, StepKey: "d1", Variant: "z"}, model.Content{Text: "谁？"}), model.ErrNotFound)
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:05")
		require.Equal(w.t, []string{"王小明 ← 改好了"}, w.got())
	})
}

func TestVariants_whoWasPlannedWithADroppedVariantStillGetsIt(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", varied(1, 0, ""))
		w.add("lin", "王小明", "")
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(w.t, err)
		w.clock.Set(time.Date(2026, 3, 3, 10, 0, 0, 0, zone))
		require.NoError(w.t, w.engine.Plan(w.ctx))
		w.republish(id, "新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+message("d1", `{"day":1,"at":"10:00"}`, "只剩一个")+`]}`)
		w.tick()
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-03 10:05")
		require.Equal(w.t, []string{"王小明 ← 甲"}, w.got())
	})
}

// history stores what n people of a variant have done with it.
func (w *world) history(sopID int64, variant string, n, responded int) {
	w.t.Helper()
	var s model.SOP
	require.NoError(w.t, w.db.Read(w.ctx).Take(&s, sopID).Error)
	sent := w.db.Now(w.ctx)
	list := make([]model.Touch, n)
	for i := range list {
		list[i] = model.Touch{
			SOPID: sopID, VersionID: s.VersionID, StepKey: "d1", Run: 1, ContactID: int64(10_000 + i), RepID: 1, Channel: "group_message",
			State: model.TouchDelivered, DueAt: sent, NotBefore: sent, ExpireAt: sent, PlannedAt: sent, SentAt: &sent, LocalDay: "2026-03-02",
			Variant: variant, VariantBy: model.VariantDrawn, UpdatedAt: sent,
		}
		if i < responded {
			list[i].Response, list[i].RespondedAt = "positive", &sent
		}
	}
	require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(list, 200).Error)
}

func (w *world) variants(sopID int64) sop.VariantReport {
	w.t.Helper()
	r, err := w.engine.Variants(w.ctx, sopID, "d1")
	require.NoError(w.t, err)
	return r
}

func TestVariants_winnerIsDeclaredWhenProvenForNewPeopleOnlyAndCanBeRevoked(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", varied(1, 1, `,"test":{"within":"2d","min_people":150,"auto_winner":true}`))
		w.history(id, "a", 200, 20)
		w.history(id, "b", 205, 80)
		require.Equal(w.t, experiment.TooEarly, w.variants(id).Verdict.Outcome, "nobody's time to respond is over")
		require.NoError(w.t, w.engine.DeclareWinners(w.ctx))
		require.Nil(w.t, w.variants(id).Winner)

		w.clock.Advance(2 * 24 * time.Hour)
		r := w.variants(id)
		require.Equal(w.t, experiment.Winner, r.Verdict.Outcome)
		require.Equal(w.t, sop.VariantResult{Key: "b", Weight: 1, Sent: 205, Delivered: 205, Responses: 80, People: 205, Responded: 80}, r.Variants[1])
		require.NoError(w.t, w.engine.DeclareWinners(w.ctx))
		require.NoError(w.t, w.newEngine().DeclareWinners(w.ctx), "another replica finds it done")
		won := w.variants(id).Winner
		require.True(w.t, won.Automatic)
		require.Equal(w.t, "b", won.Variant)
		require.Equal(w.t, 80, won.Reason.V[1].Responses)
		require.Greater(w.t, won.Reason.V[1].Best, 0.99)

		for i := range 6 {
			w.add("lin", fmt.Sprintf("新%d", i), "")
		}
		w.at("2026-03-05 10:00")
		fresh := w.touches("variant_by = ?", model.VariantWinner)
		require.Len(w.t, fresh, 6)
		for _, touch := range fresh {
			require.Equal(w.t, "b", touch.Variant)
		}
		w.clock.Advance(3 * 24 * time.Hour)
		require.Equal(w.t, 205, w.variants(id).Variants[1].People, "whom chance did not choose is not compared")

		at := sop.Place{SOPID: id, StepKey: "d1"}
		require.NoError(w.t, w.engine.Revoke(w.ctx, at, "anna"))
		require.ErrorIs(w.t, w.engine.Revoke(w.ctx, at, "anna"), model.ErrNotFound)
		require.NoError(w.t, w.engine.DeclareWinners(w.ctx))
		r = w.variants(id)
		require.Nil(w.t, r.Winner, "what a person took back is not declared again")
		require.Equal(w.t, "anna", r.Revoked[0].RevokedBy)
		require.NoError(w.t, w.engine.Declare(w.ctx, sop.Place{SOPID: id, StepKey: "d1", Variant: "a"}, "anna"))
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.Declare(w.ctx, sop.Place{SOPID: id, StepKey: "d1", Variant: "b"}, "anna")))
		require.Equal(w.t, "a", w.variants(id).Winner.Variant)
		require.False(w.t, w.variants(id).Winner.Automatic)
	})
}

func TestVariants_peopleDrawnByOtherWeightsAreNotCompared(t *testing.T) {
	each(t, func(w *world) {
		id := w.publish("新好友", varied(1, 1, ""))
		w.history(id, "a", 100, 10)
		w.republish(id, "新好友", varied(1, 3, ""))
		w.history(id, "b", 30, 9)
		w.clock.Advance(4 * 24 * time.Hour)
		r := w.variants(id)
		require.Equal(w.t, 100, r.Variants[0].Sent)
		require.Zero(w.t, r.Variants[0].People)
		require.Equal(w.t, 30, r.Variants[1].People)
		_, err := w.engine.Variants(w.ctx, id, "d2")
		require.ErrorIs(w.t, err, model.ErrNotFound)
		_, err = w.engine.Variants(w.ctx, 99, "d1")
		require.ErrorIs(w.t, err, model.ErrNotFound)
	})
}

func TestVariants_firstResponseInTimeCountsOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", varied(1, 1, `,"test":{"within":"2d"}`))
		quick, r := w.add("lin", "快的", "")
		slow, s := w.add("lin", "慢的", "")
		w.at("2026-03-03 10:00")
		answer := func(key string, c model.Contact, rel model.Relationship, word string) {
			w.record(model.Activity{
				DedupeKey: key, Kind: model.ActivityPromptAnswered, ContactID: c.ID, RepID: rel.RepID, RelationshipID: rel.ID,
				OccurredAt: w.clock.Now(), Data: model.AsJSON(model.ActivityData{Answer: word}),
			})
		}
		w.clock.Advance(time.Hour)
		answer("1", quick, r, "no_interest")
		require.Empty(w.t, w.touches("responded_at IS NOT NULL"))
		answer("2", quick, r, "positive")
		first := model.Instant(w.clock.Now())
		w.clock.Advance(time.Hour)
		answer("3", quick, r, "positive")
		w.clock.Advance(48 * time.Hour)
		answer("4", slow, s, "positive")
		w.record(model.Activity{DedupeKey: "5", Kind: model.ActivityContentViewed, ContactID: slow.ID, OccurredAt: w.clock.Now()})
		got := w.touches("responded_at IS NOT NULL")
		require.Len(w.t, got, 1)
		require.Equal(w.t, quick.ID, got[0].ContactID)
		require.Equal(w.t, "positive", got[0].Response)
		require.True(w.t, first.Equal(*got[0].RespondedAt))
	})
}

func TestVariants_everyFaultIsNamed(t *testing.T) {
	t.Parallel()
	d, err := sop.ParseDefinition([]byte(`{"trigger":{"kind":"contact_added"},"steps":[
		{"key":"one","offset":{"day":1},"channel":"group_message","variants":[{"key":"a","weight":0,"content":{"text":"x"}}]},
		{"key":"two","offset":{"day":1},"channel":"group_message","content":{"text":"x"},"variants":[
			{"key":"A","weight":-1,"content":{"text":"x"}},{"key":"b","weight":1},{"key":"b","weight":1,"content":{"text":"x"}}],
			"test":{"within":"40d","min_people":-1,"effect":100}},
		{"key":"hi","offset":{},"channel":"welcome","variants":[{"key":"a","weight":1,"content":{"text":"x"}},{"key":"b","weight":1,"content":{"text":"y"}}]},
		{"key":"lone","offset":{"day":1},"channel":"group_message","content":{"text":"x"},"test":{}}]}`))
	require.NoError(t, err)
	err = d.Check(sop.NewChannels(channel.All(nil, nil, model.SystemClock{}, nil)...))
	var e *model.Error
	require.True(t, errors.As(err, &e))
	for _, at := range []string{
		"steps[0].variants", "steps[1].content", "steps[1].variants[0].key", "steps[1].variants[0].weight", "steps[1].variants[1]",
		"steps[1].variants[2].key", "steps[1].test.within", "steps[1].test.min_people", "steps[1].test.effect", "steps[2].variants", "steps[3].content",
	} {
		require.Contains(t, e.Fields, at)
	}
	require.Len(t, e.Fields, 11, "%v", e.Fields)
}

func TestFile_writesVariantsAsItReadsThem(t *testing.T) {
	t.Parallel()
	f := read(t, `name: 比较
trigger: {kind: manual}
steps:
  - key: d1
    offset: {day: 1, at: "10:00"}
    channel: group_message
    variants:
      - {key: warm, weight: 2, content: {text: "您好呀"}}
      - {key: plain, weight: 1, content: {text: "您好"}}
    test: {within: 2d, min_people: 50, auto_winner: true}
`)
	require.Equal(t, 2, f.Steps[0].Variants[0].Weight)
	doc, err := f.Write()
	require.NoError(t, err)
	again, err := sop.ReadFile(doc)
	require.NoError(t, err)
	require.Equal(t, f, again)
}
