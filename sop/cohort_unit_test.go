package sop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

func TestCohort_theTagThatTakesTheFewestCallsIsChosen(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_790_000_000, 0)
	seats := func(ids ...int64) []seat {
		var out []seat
		for _, id := range ids {
			out = append(out, seat{RelationshipID: id})
		}
		return out
	}
	worn := func(tag int64, ids ...int64) []wearer {
		var out []wearer
		for _, id := range ids {
			out = append(out, wearer{CohortTagID: tag, MarkedAt: &at, Seat: seat{RelationshipID: id}})
		}
		return out
	}
	gone := func(list []wearer) []wearer {
		for i := range list {
			list[i].Gone = true
		}
		return list
	}
	asked := func(list []wearer) []wearer {
		for i := range list {
			list[i].MarkedAt = nil
		}
		return list
	}
	for name, tc := range map[string]struct {
		wearers  []wearer
		audience []seat
		tag      int64
		on, off  int
	}{
		"nobody wears one":                   {nil, seats(1, 2), 1, 2, 0},
		"all wear it":                        {worn(1, 1, 2), seats(1, 2), 1, 0, 0},
		"some do":                            {worn(1, 1), seats(1, 2), 1, 1, 0},
		"one too many, who has left":         {append(worn(1, 1, 2), gone(worn(1, 3))...), seats(1, 2), 1, 0, 1},
		"one too many, who stays":            {worn(1, 1, 2, 3), seats(1, 2), 2, 2, 0},
		"one too many on both":               {append(worn(1, 1, 2, 3), worn(2, 3)...), seats(1, 2), 0, 2, 0},
		"the narrower one fits":              {append(worn(1, 1, 2, 3), worn(2, 1)...), seats(1, 2), 2, 1, 0},
		"asked for is not yet worn":          {asked(worn(1, 1, 2)), seats(1, 2), 1, 2, 0},
		"asked for may be worn all the same": {asked(worn(1, 3)), seats(1, 2), 2, 2, 0},
		"many to take off: another is less":  {append(worn(1, 1), gone(worn(1, 3, 4, 5))...), seats(1, 2), 2, 2, 0},
	} {
		f := fit([]model.CohortTag{{ID: 1}, {ID: 2}}, tc.wearers, tc.audience)
		require.Equal(t, []int64{tc.tag, int64(tc.on), int64(tc.off)}, []int64{f.tag.ID, int64(len(f.on)), int64(len(f.off))}, name)
	}
}

func TestCohort_aRepIsNeverCutInTwo(t *testing.T) {
	t.Parallel()
	reps := func(ids ...int64) []model.Touch {
		var out []model.Touch
		for _, id := range ids {
			out = append(out, model.Touch{RepID: id})
		}
		return out
	}
	require.Len(t, wholeReps(reps(1, 1, 2, 2, 3)), 4)
	require.Len(t, wholeReps(reps(1, 1, 1)), 3, "one rep alone is more than a page")
}
