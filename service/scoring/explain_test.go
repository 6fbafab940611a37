package scoring_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/scoring"
)

// A visit that is booked is what makes an MQL with the least; what fades next
// is named with its day; the explanation adds up.
func TestContact_explainsWhatLiftsAndWhatFades(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.contact(model.RoleInfluencer)
		w.join(c, &model.Account{Name: "甲"})
		w.did(c, model.ActivityMeetingHeld, model.ActivityData{})
		for _, key := range []string{"budget", "need"} {
			w.did(c, model.ActivityNeedAnswered, model.ActivityData{Key: key})
		}
		w.clock.Advance(10 * day)
		w.did(c, model.ActivityReplied, model.ActivityData{})
		x, err := w.s.Contact(w.t.Context(), c.ID)
		require.NoError(w.t, err)
		require.InDelta(w.t, *w.now(c).Score, x.Score, 1e-9)
		require.Equal(w.t, []string{"meeting_held", "replied", "budget", "need"}, []string{
			x.Top[0].Entry.RuleKey, x.Top[1].Entry.RuleKey, x.Top[2].Entry.RuleKey, x.Top[3].Entry.RuleKey,
		})
		sum := x.Rules.Weights.Fit * x.Fit
		for _, l := range x.Lines {
			sum += l.Score
		}
		require.InDelta(w.t, x.Score, sum, 1e-9)

		require.NotNil(w.t, x.Fade)
		require.Negative(w.t, x.Fade.Points)
		require.Equal(w.t, "meeting_held", x.Fade.Rule)
		dayBefore := scoring.Defaults().Score(scoring.Profile{Role: c.Role, Account: &model.Account{}}, w.lines(c), x.Fade.By.Add(-day))
		require.Equal(w.t, scoring.Whole(x.Score), scoring.Whole(dayBefore.Score), "not before that day")

		require.False(w.t, x.MQL)
		require.True(w.t, x.Steps[0].MQL)
		for i, s := range x.Steps {
			require.InDelta(w.t, x.Score+s.Gain, s.Score, 1e-9)
			require.Equal(w.t, s.MQL, s.Score >= 60 || s.Rule == "visit_booked", "a booked visit is enough by itself")
			if i > 0 && s.MQL {
				require.GreaterOrEqual(w.t, s.Gain, x.Steps[i-1].Gain, "the least that is enough comes first")
			}
		}
		// What the explanation promises is what then happens.
		kind := model.ActivityKind(x.Steps[0].Rule)
		require.Contains(w.t, []model.ActivityKind{model.ActivityVisitBooked, model.ActivityCallAnswered, model.ActivityEventRegistered, model.ActivityFormSubmitted}, kind)
		w.did(c, kind, model.ActivityData{Key: "anything", Seconds: 60})
		require.InDelta(w.t, x.Steps[0].Score, *w.now(c).Score, 1e-9)

		_, err = w.s.Contact(w.t.Context(), 999)
		require.ErrorIs(w.t, err, model.ErrNotFound)
	})
}

func doc(t *testing.T, change func(r *scoring.Rules)) json.RawMessage {
	t.Helper()
	r := scoring.Defaults()
	change(&r)
	out, err := json.Marshal(r)
	require.NoError(t, err)
	return out
}

// Rules that are published weigh everything anew and rewrite nothing.
func TestPublish_bringsEverybodyToTheNewRulesAndRewritesNoLine(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.t.Context()
		c, quiet := w.contact(model.RolePractitioner), w.contact("")
		w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		before := w.lines(c)

		_, err := w.s.Draft(ctx, doc(w.t, func(r *scoring.Rules) { r.Decay = nil }), "", "anna")
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(err))
		draft, err := w.s.Draft(ctx, doc(w.t, func(r *scoring.Rules) { r.Events[0].Points = 60 }), "价格更重要", "anna")
		require.NoError(w.t, err)
		_, version, err := w.s.Live(ctx)
		require.NoError(w.t, err)
		require.Zero(w.t, version)
		draft, err = w.s.Change(ctx, draft.ID, doc(w.t, func(r *scoring.Rules) {
			r.Events[0].Points = 60
			r.Weights = scoring.Weights{Fit: .2, Engagement: .8}
		}), "价格更重要", "anna")
		require.NoError(w.t, err)
		published, err := w.s.Publish(ctx, draft.ID, "bert")
		require.NoError(w.t, err)
		require.EqualValues(w.t, 1, *published.Version)
		_, err = w.s.Publish(ctx, draft.ID, "bert")
		require.Equal(w.t, model.CodeConflict, model.CodeOf(err))
		_, err = w.s.Change(ctx, draft.ID, draft.Doc.V, "", "anna")
		require.Equal(w.t, model.CodeConflict, model.CodeOf(err))
		w.rescore()

		require.Equal(w.t, before, w.lines(c), "history is not rewritten")
		require.InDelta(w.t, .2*(8+37.5)+.8*39.3469, *w.now(c).Score, .001, "30 points of version 0, weighed by version 1")
		require.NotNil(w.t, w.now(quiet).Score, "the job passes everybody")
		w.clock.Advance(25 * time.Hour)
		w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		lines := w.lines(c)
		require.EqualValues(w.t, 0, lines[0].RulesVersion)
		require.EqualValues(w.t, 1, lines[1].RulesVersion)
		require.InDelta(w.t, 60, lines[1].Points, 1e-9)

		list, err := w.s.Versions(ctx, model.Page{})
		require.NoError(w.t, err)
		require.Len(w.t, list, 1)
	})
}

// A back-test plays the last 90 days by both rules and compares them with what
// became of the people.
func TestTry_countsWhomADraftWouldMakeAnMQL(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.t.Context()
		conn := w.db.Conn(ctx)
		stage := func(c model.Contact, stage string) {
			require.NoError(w.t, conn.Model(&c).UpdateColumn("stage", stage).Error)
		}
		old := w.contact(model.RoleBoss)
		for range 4 {
			w.did(old, model.ActivityMeetingHeld, model.ActivityData{})
		}
		w.clock.Advance(91 * day)
		won, lost, open := w.contact(model.RoleBoss), w.contact(model.RoleBoss), w.contact(model.RoleBoss)
		stage(won, "won")
		stage(lost, "lost")
		for _, c := range []model.Contact{won, lost, open} {
			w.did(c, model.ActivityPriceAsked, model.ActivityData{})
		}
		w.did(won, model.ActivityMeetingHeld, model.ActivityData{})
		for _, key := range []string{"budget", "need", "authority"} {
			w.did(won, model.ActivityNeedAnswered, model.ActivityData{Key: key})
		}
		w.clock.Advance(60 * day) // faded by now, but it was one
		draft, err := w.s.Draft(ctx, doc(w.t, func(r *scoring.Rules) {
			r.Events[0].Points = 90
			r.Grades.B = 70
		}), "", "anna")
		require.NoError(w.t, err)
		job, err := w.s.Try(ctx, draft.ID, "anna")
		require.NoError(w.t, err)
		require.Equal(w.t, model.JobQueued, job.State)
		w.rescore()
		job, err = w.s.Job(ctx, job.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, model.JobDone, job.State)
		require.EqualValues(w.t, 4, job.Done)
		var got scoring.Backtest
		require.NoError(w.t, json.Unmarshal(job.Result.V, &got))
		one, half := 1., .5
		require.Equal(w.t, scoring.Backtest{
			Days: 90, Contacts: 4, GradeChanges: 4, Grades: map[string]int64{"B→C": 4}, BecomeMQL: 2,
			Live:  scoring.Verdict{MQL: 1, Right: 1, Good: 1, Precision: &one, Recall: &one},
			Draft: scoring.Verdict{MQL: 3, Right: 1, Wrong: 1, Good: 1, Precision: &half, Recall: &one},
		}, got)
		require.Zero(w.t, w.published(), "a try changes nothing")
		_, err = w.s.Try(ctx, 99, "anna")
		require.ErrorIs(w.t, err, model.ErrNotFound)
	})
}

// published counts published rules.
func (w *world) published() (n int64) {
	w.t.Helper()
	require.NoError(w.t, w.db.Read(w.t.Context()).Model(&model.ScoreRules{}).Where("version IS NOT NULL").Count(&n).Error)
	return n
}

func TestMerge_unitesLedgersAndCountsNoActivityTwice(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		from, into := w.contact(model.RoleBoss), w.contact(model.RoleBoss)
		w.did(from, model.ActivityMeetingHeld, model.ActivityData{})
		w.did(from, model.ActivityPriceAsked, model.ActivityData{})
		w.did(into, model.ActivityReplied, model.ActivityData{})
		twin := w.lines(from)[0]
		twin.ID, twin.ContactID = 0, into.ID
		require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&twin).Error)
		require.NoError(w.t, w.s.Merge(w.t.Context(), from.ID, into.ID))
		w.rescore()
		require.Empty(w.t, w.lines(from))
		require.Len(w.t, w.lines(into), 3)
		require.Zero(w.t, *w.now(from).Engagement)
		want := scoring.Defaults().Score(scoring.Profile{Role: model.RoleBoss}, w.lines(into), w.clock.Now())
		require.InDelta(w.t, 2*(40+30+15), want.Raw, 1e-9)
		require.InDelta(w.t, want.Score, *w.now(into).Score, 1e-9)
	})
}

// The bands of silence: 29, 30, 45 and 60 days, and two who never did anything,
// added 10 and 61 days ago.
func TestSilent_bands(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, conn, start := w.t.Context(), w.db.Conn(w.t.Context()), w.clock.Now()
		want := map[int64]int{}
		for _, p := range []struct {
			days, band int
			heard      bool
		}{{29, 0, true}, {30, 30, true}, {45, 45, true}, {60, 60, true}, {10, 0, false}, {61, 60, false}} {
			c := w.contact("")
			w.friend(c)
			at := start.Add(-time.Duration(p.days) * day)
			if p.heard {
				require.NoError(w.t, conn.Create(&model.LastActive{ContactID: c.ID, At: at}).Error)
				at = start.Add(-200 * day)
			}
			require.NoError(w.t, conn.Model(&c).UpdateColumn("first_added_at", at).Error)
			want[c.ID] = p.band
		}
		stranger := w.contact("")
		require.NoError(w.t, conn.Create(&model.LastActive{ContactID: stranger.ID, At: start.Add(-50 * day)}).Error)

		got := map[int64]int{}
		for _, band := range scoring.Bands() {
			var after scoring.SilentPlace
			for {
				list, err := w.s.Silent(ctx, band, after, 1)
				require.NoError(w.t, err)
				if len(list) == 0 {
					break
				}
				require.Equal(w.t, band, list[0].Band)
				require.NotContains(w.t, got, list[0].ContactID)
				got[list[0].ContactID] = band
				after = scoring.SilentPlace{Since: list[0].Since, ID: list[0].ContactID}
			}
		}
		for id, band := range want {
			require.Equal(w.t, band, got[id], "contact %d", id)
		}
		require.NotContains(w.t, got, stranger.ID, "who cannot be reached is nobody's lead")
		require.Len(w.t, got, 4)
	})
}
