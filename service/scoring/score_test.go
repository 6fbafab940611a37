package scoring_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/scoring"
)

const day = 24 * time.Hour

func now() time.Time { return modeltest.Start() }

// entry is a line of engagement that long ago, which counts for 300 days.
func entry(id int64, points float64, ago time.Duration) model.ScoreEntry {
	at := now().Add(-ago)
	return model.ScoreEntry{ID: id, ActivityID: id, RuleKey: "x", Part: model.PartEngagement, Points: points, At: at, ExpiresAt: at.Add(300 * day)}
}

// plain are rules where a practitioner has a fit of 70 whatever the company.
func plain() scoring.Rules {
	r := scoring.Defaults()
	r.Fit.Roles = map[model.Role]float64{model.RolePractitioner: 70, model.RoleBoss: 100, scoring.Unknown: 0}
	r.Fit.Points = scoring.FitPoints{}
	r.Intent = []scoring.IntentRule{{Key: "need", Points: 50}}
	return r
}

func TestScore_goldenOfFourEvents(t *testing.T) {
	t.Parallel()
	r := plain()
	require.NoError(t, r.Check())
	need := entry(9, 50, 0)
	need.RuleKey, need.Part = "need", model.PartIntent
	ledger := []model.ScoreEntry{entry(1, 40, 0), entry(2, 15, 7*day), entry(3, 10, 14*day), entry(4, 3, 30*day), need}
	p := scoring.Profile{Role: model.RolePractitioner}

	b := r.Score(p, ledger, now())
	require.InDelta(t, 61.4964, b.Raw, .0001)
	require.InDelta(t, 64.118, b.Engagement, .0005)
	require.InDelta(t, 70, b.Fit, 1e-9)
	require.Equal(t, "B", b.Grade)
	require.InDelta(t, 50, b.Intent, 1e-9)
	require.InDelta(t, 63.35, b.Score, .005)
	sum := r.Weights.Fit * b.Fit
	for _, l := range b.Lines {
		sum += l.Score
	}
	require.InDelta(t, b.Score, sum, 1e-9, "the lines add up to the score")
	require.EqualValues(t, 1, b.Lines[0].Entry.ID, "the largest contribution comes first")

	later := r.Score(p, ledger, now().Add(45*day))
	require.InDelta(t, 21.742, later.Raw, .0005)
	require.InDelta(t, 30.398, later.Engagement, .0005)
	require.InDelta(t, 48.18, later.Score, .005)
}

func TestScore_halfLifeOfThirtyDays(t *testing.T) {
	t.Parallel()
	for days, left := range map[int]float64{7: .8507, 14: .7236, 30: .5, 45: .3536, 60: .25, 90: .125} {
		b := plain().Score(scoring.Profile{Role: model.RolePractitioner}, []model.ScoreEntry{entry(1, 1, time.Duration(days)*day)}, now())
		require.InDelta(t, left, b.Raw, .00005, "after %d days", days)
	}
}

// In step mode nothing fades; the longest silence that is reached replaces the
// shorter ones, and exactly so many days count.
func TestScore_silenceReplacesAndDoesNotAdd(t *testing.T) {
	t.Parallel()
	r := plain()
	r.Decay, r.Silence = nil, []scoring.SilenceStep{{Days: 30, Points: -20}, {Days: 45, Points: -30}, {Days: 60, Points: -45}}
	r.Weights = scoring.Weights{Fit: 1}
	r.Fit.Roles[model.RolePractitioner] = 80
	require.NoError(t, r.Check())
	for _, c := range []struct {
		silent time.Duration
		score  float64
	}{{30*day - time.Microsecond, 80}, {30 * day, 60}, {45*day - 1, 60}, {45 * day, 50}, {60 * day, 35}, {400 * day, 35}} {
		b := r.Score(scoring.Profile{Role: model.RolePractitioner, LastActive: now().Add(-c.silent)}, nil, now())
		require.InDelta(t, c.score, b.Score, 1e-9, "after %s", c.silent)
	}
	old := r.Score(scoring.Profile{Role: model.RolePractitioner}, []model.ScoreEntry{entry(1, 10, 90*day)}, now())
	require.InDelta(t, 10, old.Raw, 1e-9, "nothing fades")
	b := r.Score(scoring.Profile{Role: model.RolePractitioner, LastActive: now().Add(-29 * day)}, nil, now())
	require.Equal(t, now().Add(day), *r.Rescore(b), "asked again when the next step is reached")
}

func TestScore_deletingUsEndsWhatEngagedBefore(t *testing.T) {
	t.Parallel()
	r, p := plain(), scoring.Profile{Role: model.RolePractitioner}
	gone := entry(3, 0, 5*day)
	gone.Part = model.PartReset
	ledger := []model.ScoreEntry{entry(1, 40, 10*day), entry(2, 30, 6*day), gone}
	require.Zero(t, r.Score(p, ledger, now()).Engagement)
	require.Positive(t, r.Score(p, ledger, now().Add(-6*day)).Engagement, "before, it counted")
	back := r.Score(p, append(ledger, entry(4, 15, day)), now())
	require.Len(t, back.Lines, 1)
	require.InDelta(t, 15*math.Exp2(-1./30), back.Raw, 1e-9)
}

func TestScore_onlyTheLatestAnswerOfAKeyCounts(t *testing.T) {
	t.Parallel()
	r := scoring.Defaults()
	answer := func(id int64, key string, ago time.Duration) model.ScoreEntry {
		e := entry(id, 20, ago)
		e.RuleKey, e.Part = key, model.PartIntent
		return e
	}
	b := r.Score(scoring.Profile{}, []model.ScoreEntry{answer(1, "budget", 200*day), answer(2, "budget", day), answer(3, "timing", 90*day), answer(4, "timing", 60*day)}, now())
	require.InDelta(t, 20+10, b.Intent, 1e-9, "budget does not fade, timing halves in 60 days")
	require.Len(t, b.Lines, 2)
}

func TestScore_emptyRecordIsNeitherNothingNorEverything(t *testing.T) {
	t.Parallel()
	r := scoring.Defaults()
	b := r.Score(scoring.Profile{}, nil, now())
	require.InDelta(t, 42.5, b.Fit, 1e-9)
	require.InDelta(t, .35*42.5, b.Score, 1e-9)
	require.Nil(t, r.Rescore(b), "time changes nothing")
	r.Fit.Industries = []string{"制造"}
	says := map[string]scoring.FitSay{}
	for _, f := range r.Score(scoring.Profile{}, nil, now()).Fields {
		says[f.Field] = f.Say
	}
	require.Equal(t, scoring.FitUnknown, says["role"])
	require.Equal(t, scoring.FitUnknown, says["industry"], "worth asking")
	require.Equal(t, scoring.FitUnset, says["region"], "nobody has said what is ideal: nothing to ask")
}

func TestScore_fitOfAKnownCompany(t *testing.T) {
	t.Parallel()
	r := scoring.Defaults()
	low, high := int64(100), int64(999)
	r.Fit.Industries, r.Fit.Regions = []string{"制造"}, []string{"上海"}
	r.Fit.Employees, r.Fit.ACV, r.Fit.TechSpend = scoring.Range{Min: &low, Max: &high}, scoring.Range{Min: &high}, scoring.Range{Min: &low}
	a := &model.Account{Industry: "制造", Region: "北京", Employees: &high, ACV: &low}
	b := r.Score(scoring.Profile{Role: model.RoleDepartmentHead, Account: a}, nil, now())
	require.InDelta(t, 20+20+20+0+0+5, b.Fit, 1e-9)
	fit, _ := r.AccountFit(*a)
	require.InDelta(t, 100*(20+20+0+0+5)/75., fit, 1e-9)
	require.InDelta(t, b.Fit-20+15, r.Score(scoring.Profile{Role: model.RolePractitioner, IsKP: true, Account: a}, nil, now()).Fit, 1e-9, "a key person counts at least like an influencer")
}

// Until the instant that Rescore names no number is off by more than a point.
func TestRescore_isInTimeAndNotTooEarly(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 18))
	rules := []scoring.Rules{scoring.Defaults(), scoring.Defaults()}
	rules[1].Decay, rules[1].Silence = nil, []scoring.SilenceStep{{Days: 30, Points: -20}, {Days: 45, Points: -30}}
	for i := range 400 {
		r := rules[i%2]
		p := scoring.Profile{Role: model.RoleBoss, LastActive: now().Add(-time.Duration(random.IntN(50*24)) * time.Hour)}
		var ledger []model.ScoreEntry
		for id := range 1 + random.IntN(8) {
			e := entry(int64(id), float64(random.IntN(60)-10), time.Duration(random.IntN(299*24))*time.Hour)
			if random.IntN(4) == 0 {
				e.Part, e.RuleKey, e.Points = model.PartIntent, "timing", 20
			}
			ledger = append(ledger, e)
		}
		b := r.Score(p, ledger, now())
		at := r.Rescore(b)
		if at == nil {
			far := r.Score(p, ledger, now().Add(1000*day))
			require.InDelta(t, b.Score, far.Score, 1)
			continue
		}
		require.True(t, at.After(now()))
		just := r.Score(p, ledger, at.Add(-time.Millisecond))
		require.InDelta(t, b.Score, just.Score, 1.001)
		require.InDelta(t, b.Engagement, just.Engagement, 1.001)
		require.InDelta(t, b.Intent, just.Intent, 1.001)
		then := r.Score(p, ledger, *at)
		moved := max(math.Abs(b.Engagement-then.Engagement), math.Abs(b.Intent-then.Intent), math.Abs(b.Score-then.Score))
		ended := len(then.Lines) < len(b.Lines) || then.Deduction != b.Deduction
		require.True(t, ended || moved > .999, "asked again for nothing: moved by %g", moved)
	}
}

func TestWhole_reachesAMarkWhenTheScoreDoes(t *testing.T) {
	t.Parallel()
	require.Equal(t, 59, scoring.Whole(59.99))
	require.Equal(t, 60, scoring.Whole(60))
}

func TestRules_defaultsAreFaultlessAndFaultsAreNamed(t *testing.T) {
	t.Parallel()
	require.NoError(t, scoring.Defaults().Check())
	for field, spoil := range map[string]func(*scoring.Rules){
		"silence":               func(r *scoring.Rules) { r.Silence = []scoring.SilenceStep{{Days: 30, Points: -20}} },
		"decay":                 func(r *scoring.Rules) { r.Decay = nil },
		"weights":               func(r *scoring.Rules) { r.Weights.Fit = .5 },
		"role_weights":          func(r *scoring.Rules) { delete(r.RoleWeights, scoring.Unknown) },
		"events[1].key":         func(r *scoring.Rules) { r.Events[1].Key = r.Events[0].Key },
		"events[0].on":          func(r *scoring.Rules) { r.Events[0].On = []model.ActivityKind{model.ActivityScoreChanged} },
		"events[0].cap.per":     func(r *scoring.Rules) { r.Events[0].Cap = &scoring.Cap{Times: 1, Per: "year"} },
		"intent":                func(r *scoring.Rules) { r.Intent[0].Points = 90 },
		"fit.points":            func(r *scoring.Rules) { r.Fit.Points.Region = 0 },
		"grades":                func(r *scoring.Rules) { r.Grades.B = 90 },
		"saturation":            func(r *scoring.Rules) { r.Saturation = math.NaN() },
		"engaged.days":          func(r *scoring.Rules) { r.Engaged.Days = 0 },
		"intent_half_life_days": func(r *scoring.Rules) { r.IntentHalfLife = 0 },
	} {
		r := scoring.Defaults()
		spoil(&r)
		var fault *model.Error
		require.ErrorAs(t, r.Check(), &fault, field)
		require.Contains(t, fault.Fields, field)
	}
	_, err := scoring.Parse([]byte(`{"weight":1}`))
	require.Equal(t, model.CodeInvalid, model.CodeOf(err))
}

// A contact who has done a lot: about what ten months of three doings a day leave.
func BenchmarkScore_aThousandLines(b *testing.B) {
	r, ledger := scoring.Defaults(), make([]model.ScoreEntry, 1000)
	for i := range ledger {
		ledger[i] = entry(int64(i), 10, time.Duration(i)*7*time.Hour)
	}
	for b.Loop() {
		r.Rescore(r.Score(scoring.Profile{Role: model.RoleBoss}, ledger, now()))
	}
}
