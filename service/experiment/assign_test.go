package experiment_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/service/experiment"
)

func TestBucket_golden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		experiment, unit string
		bucket           int
	}{
		{"exp:sop-12:step-3", "contact:1001", 5622},
		{"exp:sop-12:step-3", "contact:1002", 2534},
		{"exp:sop-12:step-3", "contact:1003", 1475},
		{"exp:sop-12:step-3", "account:88", 5520},
		{"holdout:global", "contact:1001", 6907},
	} {
		require.Equal(t, c.bucket, experiment.Bucket(c.experiment, c.unit), "%s|%s", c.experiment, c.unit)
	}
}

func TestHeld_endsAtTheBucket(t *testing.T) {
	t.Parallel()
	const global, unit = "holdout:global", "contact:1001" // bucket 6907
	for percent, held := range map[float64]bool{0: false, 5: false, 69.07: false, 69.08: true, 70: true, 100: true} {
		require.Equal(t, held, experiment.Held(global, unit, percent), percent)
	}
}

func TestHeld_keepsThoseHeldWhenThePercentRises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.String().Draw(t, "unit")
		low := rapid.Float64Range(0, 100).Draw(t, "low")
		high := rapid.Float64Range(low, 100).Draw(t, "high")
		if experiment.Held("holdout:global", unit, low) {
			require.True(t, experiment.Held("holdout:global", unit, high))
		}
	})
}

func TestHeld_isIndependentBetweenExperiments(t *testing.T) {
	t.Parallel()
	const units = 40_000
	both := 0
	for i := range units {
		unit := fmt.Sprintf("contact:%d", i)
		if experiment.Held("holdout:global", unit, 10) && experiment.Held("holdout:sop-12", unit, 10) {
			both++
		}
	}
	require.InDelta(t, units/100, both, 80) // 1 %, ± 4 standard deviations
}

func TestAssign_followsTheWeights(t *testing.T) {
	t.Parallel()
	weights := []experiment.Weight{{Key: "a", Weight: 1}, {Key: "none", Weight: 0}, {Key: "b", Weight: 2}, {Key: "less", Weight: -5}, {Key: "c", Weight: 7}}
	const units = 40_000
	got := map[string]int{}
	for i := range units {
		got[experiment.Assign("exp:sop-12:step-3", fmt.Sprintf("contact:%d", i), weights)]++
	}
	require.Len(t, got, 3)
	for key, want := range map[string]int{"a": 4_000, "b": 8_000, "c": 28_000} {
		require.InDelta(t, want, got[key], 370, key) // ± 4 standard deviations
	}
}

func TestAssign_cutsTheBucketsInOrder(t *testing.T) {
	t.Parallel()
	// contact:1002 falls into bucket 2534.
	for below, key := range map[int]string{2534: "b", 2535: "a"} {
		weights := []experiment.Weight{{Key: "a", Weight: below}, {Key: "b", Weight: experiment.Buckets - below}}
		require.Equal(t, key, experiment.Assign("exp:sop-12:step-3", "contact:1002", weights))
	}
}

func TestAssign_withoutAPositiveWeightIsNobody(t *testing.T) {
	t.Parallel()
	require.Empty(t, experiment.Assign("e", "u", nil))
	require.Empty(t, experiment.Assign("e", "u", []experiment.Weight{{Key: "a"}, {Key: "b", Weight: -1}}))
}

func TestAssign_dependsOnProportionsOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.String().Draw(t, "unit")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 100), 1, 6).Draw(t, "weights")
		factor := rapid.IntRange(1, 1000).Draw(t, "factor")
		var small, large []experiment.Weight
		positive := false
		for i, w := range sizes {
			key := fmt.Sprint(i)
			small = append(small, experiment.Weight{Key: key, Weight: w})
			large = append(large, experiment.Weight{Key: key, Weight: w * factor})
			positive = positive || w > 0
		}
		key := experiment.Assign("e", unit, small)
		require.Equal(t, key, experiment.Assign("e", unit, large))
		require.Equal(t, positive, key != "")
	})
}
