package scoring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/scoring"
)

func high(e model.ScoreEntry, subject string) model.ScoreEntry {
	e.HighValue, e.Subject = true, subject
	return e
}

func TestAccount_goldenOfThreePeople(t *testing.T) {
	t.Parallel()
	s := scoring.Defaults().Account(model.Account{}, []scoring.Member{
		{ContactID: 1, Role: model.RoleBoss, Lines: []model.ScoreEntry{entry(1, 10, 3*day)}},
		{ContactID: 2, Role: model.RoleDepartmentHead, Lines: []model.ScoreEntry{entry(2, 25, 10*day)}},
		{ContactID: 3, Lines: []model.ScoreEntry{entry(3, 3, day)}},
		{ContactID: 4, Role: model.RoleCompetitor, Lines: []model.ScoreEntry{entry(4, 40, day)}},
	}, false, now())
	require.InDelta(t, 49.890, s.Engagement, .005) // 18.661 + 29.764 + 1.466
	require.EqualValues(t, 2, s.People[0].ContactID)
	require.InDelta(t, 29.764, s.People[0].Points, .0005)
	require.InDelta(t, 18.661, s.People[1].Points, .0005)
	require.InDelta(t, 1.466, s.People[2].Points, .0005)
	require.Zero(t, s.People[3].Points, "a competitor's curiosity counts nothing")
	require.False(t, s.Engaged, "no high-value doing")
	require.Equal(t, scoring.LevelAware, s.Level)
	require.Equal(t, []scoring.Tick{
		{Key: "points", Have: s.Engagement, Need: 40, Met: true},
		{Key: "people", Have: 3, Need: 2, Met: true},
		{Key: "high_value", Have: 0, Need: 2, Met: false},
		{Key: "key_person", Have: 1, Need: 0, Met: true},
	}, s.Ticks)
}

func TestAccount_levelsAndTheFourConditions(t *testing.T) {
	t.Parallel()
	r := scoring.Defaults()
	two := []scoring.Member{
		{ContactID: 1, Role: model.RolePractitioner, Lines: []model.ScoreEntry{high(entry(1, 30, day), "price"), entry(2, 15, day)}},
		{ContactID: 2, Role: model.RoleInfluencer, Lines: []model.ScoreEntry{high(entry(3, 10, day), "case")}},
	}
	level := func(a model.Account, m []scoring.Member, selling bool) scoring.Level {
		return r.Account(a, m, selling, now()).Level
	}
	require.Equal(t, scoring.LevelUnaware, level(model.Account{}, nil, false))
	require.Equal(t, scoring.LevelEngaged, level(model.Account{}, two, false))
	require.Equal(t, scoring.LevelAware, level(model.Account{Tier: model.TierA}, two, false), "tier A asks for a key person")
	require.Equal(t, scoring.LevelAware, level(model.Account{}, two[:1], false), "one person, and one high-value doing")
	same := []scoring.Member{two[0], {ContactID: 2, Role: model.RoleInfluencer, Lines: []model.ScoreEntry{high(entry(3, 30, day), "price")}}}
	require.Equal(t, scoring.LevelAware, level(model.Account{}, same, false), "the same thing twice is one item")
	boss := scoring.Member{ContactID: 3, Role: model.RoleBoss, Lines: []model.ScoreEntry{entry(4, 3, day)}}
	require.Equal(t, scoring.LevelMulti, level(model.Account{Tier: model.TierA}, append(two, boss), false))
	require.Equal(t, scoring.LevelSelling, level(model.Account{}, two[:1], true))
}

func TestAccount_spikeAgainstItsOwnFourWeeks(t *testing.T) {
	t.Parallel()
	lines := []model.ScoreEntry{
		entry(1, 60, 2*day), entry(2, 10, 9*day), entry(3, 20, 16*day), entry(4, 15, 23*day), entry(5, 15, 30*day), entry(6, 500, 36*day),
	}
	spike := func(lines []model.ScoreEntry) *float64 {
		return scoring.Defaults().Account(model.Account{}, []scoring.Member{{Role: model.RolePractitioner, Lines: lines}}, false, now()).Spike
	}
	require.InDelta(t, 3, *spike(lines), 1e-9, "+300 %")
	require.Nil(t, spike(lines[:1]), "nothing to compare with")
	lines[0].Points = 9.9
	require.Nil(t, spike(lines), "less than ten points are no spike")
}

func TestPriorityAndBoxes(t *testing.T) {
	t.Parallel()
	up := 3.
	require.InDelta(t, .8*3*4/7., scoring.Priority(80, &up, 3), 1e-9)
	require.Zero(t, scoring.Priority(80, nil, 3))
	require.Zero(t, scoring.Priority(80, &up, 9), "nobody is missing")
	r := scoring.Defaults()
	require.Equal(t, []scoring.Box{scoring.BoxSell, scoring.BoxOpen, scoring.BoxCheck, scoring.BoxLeave},
		[]scoring.Box{r.BoxOf(60, true), r.BoxOf(60, false), r.BoxOf(59.9, true), r.BoxOf(0, false)})
}
