package audience_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/audience"
)

// What a field is said to take is what it takes: of an operator that it does not
// know it says so, of its own it misses the value.
func TestOperators_areThoseThatAFieldTakes(t *testing.T) {
	t.Parallel()
	all := []string{
		"in", "not_in", "known", "unknown", "yes", "no", "at_least", "at_most", "between", "newer_than", "older_than",
		"any", "all", "none", "exactly", "empty", "finished", "exited", "never",
	}
	for field, operators := range audience.Operators() {
		if len(operators) == 0 {
			continue // a roll-up
		}
		for _, is := range all {
			doc := fmt.Sprintf(`{"f":%q,"is":%q,"v":["x"]}`, field, is)
			_, err := audience.Parse([]byte(doc))
			unknown := err != nil && strings.Contains(err.Error(), fmt.Sprintf("does not know %q for %q", is, field))
			// Fields that take lists look at the list first.
			listed := err != nil && strings.Contains(err.Error(), "list of") || err != nil && strings.Contains(err.Error(), "the value")
			require.True(t, unknown != slices.Contains(operators, is) || listed, "%s: %v", doc, err)
		}
	}
}
