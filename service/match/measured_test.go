package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
)

// The numbers that this package is held to, on names that were looked at while it
// was written and on names that were not.
func TestMatch_isPreciseAndFindsMost(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"tuning", "test"} {
		x, labels := world(t, "testdata/"+file+".tsv")
		automatic, right, suggested, have := 0, 0, 0, 0
		for _, s := range labels.Strings {
			r := x.Match(lead(s.Text))
			hit := s.AccountID != 0 && r.AccountID == s.AccountID
			if s.AccountID != 0 {
				have++
			}
			switch {
			case r.Verdict == match.Automatic && hit:
				automatic, right = automatic+1, right+1
			case r.Verdict == match.Automatic:
				automatic++
			case hit:
				suggested++
			}
		}
		require.GreaterOrEqual(t, float64(right)/float64(automatic), 0.98, file)
		require.GreaterOrEqual(t, float64(right)/float64(have), 0.85, file)
		require.GreaterOrEqual(t, float64(right+suggested)/float64(have), 0.92, file)
	}
}
