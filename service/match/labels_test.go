package match_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// labels is a file of labelled company names.
type labels struct {
	accounts map[string][]string // aliases by name
	leads    map[string]string   // account's name by string; "-" is none
	kinds    map[string]int      // strings by kind
}

// readLabels reads a file of testdata and fails on anything that its README
// does not allow.
func readLabels(t *testing.T, file string) labels {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	l := labels{accounts: map[string][]string{}, leads: map[string]string{}, kinds: map[string]int{}}
	kind := ""
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		where := fmt.Sprintf("%s:%d: %s", file, i+1, line)
		if name, ok := strings.CutPrefix(line, "# kind: "); ok {
			kind = name
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 3, where)
		require.NotEmpty(t, fields[1], where)
		require.Equal(t, strings.TrimSpace(fields[1]), fields[1], where)
		switch fields[0] {
		case "account":
			require.NotContains(t, l.accounts, fields[1], where)
			l.accounts[fields[1]] = nil
			if fields[2] != "" {
				l.accounts[fields[1]] = strings.Split(fields[2], ",")
			}
		case "lead":
			require.NotEmpty(t, kind, "%s: no kind before it", where)
			require.NotContains(t, l.leads, fields[1], where)
			if fields[2] != "-" {
				require.Contains(t, l.accounts, fields[2], where)
			}
			l.leads[fields[1]] = fields[2]
			l.kinds[kind]++
		default:
			require.Fail(t, "neither account nor lead", where)
		}
	}
	return l
}

func TestLabels_areSoundAndSplitByAccount(t *testing.T) {
	t.Parallel()
	tuning, test := readLabels(t, "tuning.tsv"), readLabels(t, "test.tsv")

	aliases := map[string]string{}
	for _, part := range []labels{tuning, test} {
		for name, list := range part.accounts {
			for _, alias := range append(list, name) {
				key := strings.ToLower(alias)
				require.NotEmpty(t, key, "an empty alias of %s", name)
				require.NotContains(t, aliases, key, "%s means two accounts", alias)
				aliases[key] = name
			}
		}
	}
	for name := range tuning.accounts {
		require.NotContains(t, test.accounts, name, "an account of both parts")
	}
	for text := range tuning.leads {
		require.NotContains(t, test.leads, text, "a string of both parts")
	}
	require.GreaterOrEqual(t, len(tuning.accounts)+len(test.accounts), 150)
	require.GreaterOrEqual(t, len(tuning.leads)+len(test.leads), 400)
	for name, part := range map[string]labels{"tuning": tuning, "test": test} {
		none := 0
		for _, account := range part.leads {
			if account == "-" {
				none++
			}
		}
		require.InDelta(t, 0.28, float64(none)/float64(len(part.leads)), 0.04, "share of strings of %s that mean none of its accounts", name)
	}
}

func TestLabels_kindsAreAsManyAsTheReadmeSays(t *testing.T) {
	t.Parallel()
	tuning, test := readLabels(t, "tuning.tsv"), readLabels(t, "test.tsv")
	readme, err := os.ReadFile(filepath.Join("testdata", "README.md"))
	require.NoError(t, err)
	kinds := map[string]bool{}
	for _, part := range []labels{tuning, test} {
		for kind := range part.kinds {
			kinds[kind] = true
		}
	}
	for kind := range kinds {
		require.Contains(t, string(readme), fmt.Sprintf("| %s | %d | %d |", kind, tuning.kinds[kind], test.kinds[kind]))
	}
	require.Contains(t, string(readme), fmt.Sprintf("| strings | %d | %d |", len(tuning.leads), len(test.leads)))
	require.Contains(t, string(readme), fmt.Sprintf("| accounts | %d | %d |", len(tuning.accounts), len(test.accounts)))
}
