package account

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

func joins(account int64) model.MatchDecision {
	return model.MatchDecision{AccountID: account, Effect: model.MatchJoin}
}

func corrects(account int64) model.MatchDecision {
	return model.MatchDecision{AccountID: account, Effect: model.MatchCorrect}
}

func moves(account int64, on int) model.MatchDecision {
	at := day(on)
	return model.MatchDecision{AccountID: account, Effect: model.MatchMove, Since: &at}
}

func TestReplay_stretchesFollowFromWhatWasDecided(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		decisions []model.MatchDecision
		want      string
	}{
		"nothing":                                 {nil, ""},
		"from the day that we know the person":    {[]model.MatchDecision{joins(7)}, "7:1-"},
		"the second to join came too late":        {[]model.MatchDecision{joins(7), joins(8)}, "7:1-"},
		"a wrong match never was":                 {[]model.MatchDecision{joins(7), corrects(8)}, "8:1-"},
		"a person who went":                       {[]model.MatchDecision{joins(7), moves(8, 5)}, "7:1-5 8:5-"},
		"gone to nobody":                          {[]model.MatchDecision{joins(7), moves(0, 5)}, "7:1-5"},
		"and found again":                         {[]model.MatchDecision{joins(7), moves(0, 5), joins(8)}, "7:1-5 8:5-"},
		"only the present stretch was wrong":      {[]model.MatchDecision{joins(7), moves(8, 5), corrects(9)}, "7:1-5 9:5-"},
		"at nobody after all":                     {[]model.MatchDecision{joins(7), moves(8, 5), corrects(0)}, "7:1-5"},
		"back where they were":                    {[]model.MatchDecision{joins(7), moves(8, 5), moves(7, 9)}, "7:1-5 8:5-9 7:9-"},
		"nobody goes before they came":            {[]model.MatchDecision{joins(7), moves(8, 9), moves(9, 5)}, "7:1-9 8:9-9 9:9-"},
		"taken back: what came after stands":      {[]model.MatchDecision{moves(8, 5)}, "8:5-"},
		"taken back: a correction is a beginning": {[]model.MatchDecision{corrects(8)}, "8:1-"},
	} {
		require.Equal(t, tc.want, show(replay(day(1), tc.decisions)), name)
	}
}

// Whatever is decided: stretches follow each other, at most the last is open, and
// each begins where the one before has ended or later.
func TestReplay_nobodyIsAtTwoAccounts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 1))
		var decisions []model.MatchDecision
		for range random.IntN(12) {
			at := day(1 + random.IntN(28))
			effects := []model.MatchEffect{model.MatchJoin, model.MatchCorrect, model.MatchMove}
			decisions = append(decisions, model.MatchDecision{AccountID: random.Int64N(4), Effect: effects[random.IntN(3)], Since: &at})
		}
		list := replay(day(1), decisions)
		for i, s := range list {
			require.NotZero(t, s.decision.AccountID)
			if i > 0 {
				require.False(t, s.from.Before(*list[i-1].to), "seed %d: %s", seed, show(list))
			}
			if i < len(list)-1 {
				require.NotNil(t, s.to, "seed %d: %s", seed, show(list))
			}
		}
	}
}

func show(list []stretch) string {
	var out string
	for i, s := range list {
		if i > 0 {
			out += " "
		}
		out += fmt.Sprintf("%d:%d-", s.decision.AccountID, s.from.Day())
		if s.to != nil {
			out += fmt.Sprint(s.to.Day())
		}
	}
	return out
}
