package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// runMatch runs `bench match --json` and reads what it printed.
func runMatch[T any](t *testing.T, args ...string) (report T) {
	t.Helper()
	var out bytes.Buffer
	cmd := benchMatchCommand(env{Out: &out})
	cmd.SetArgs(append(args, "--json"))
	require.NoError(t, cmd.Execute())
	require.NoError(t, json.Unmarshal(out.Bytes(), &report))
	return report
}

func TestBenchMatch_countsAnswersAndExplainsWrongOnes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "labels.tsv")
	require.NoError(t, os.WriteFile(file, []byte("# labels\naccount\t北京蓝帆科技有限公司\t\naccount\t宁波远航模具有限公司\t远航\n"+
		"lead\t蓝帆科技\t北京蓝帆科技有限公司\nlead\t远航模具\t宁波远航模具有限公司\nlead\t蓝凡\t北京蓝帆科技有限公司\nlead\t蓝帆科技（北京）\t-\nlead\t个人\t-\n"), 0o600))
	r := runMatch[matchReport](t, "--labels", file)
	require.Equal(t, matchCounts{Accounts: 2, Strings: 5, WithAccount: 3, WithoutAccount: 2, Automatic: 3, AutomaticCorrect: 2, Suggestions: 1, SuggestionsCorrect: 1, None: 1, NoneCorrect: 1}, r.Counts)
	require.InDelta(t, 2.0/3, r.AutomaticPrecision, 1e-9)
	require.InDelta(t, 2.0/3, r.AutomaticRecall, 1e-9)
	require.InDelta(t, 1.0, r.RecallWithSuggestions, 1e-9)
	require.Len(t, r.Methods, 4)
	require.Len(t, r.Wrong, 1)
	require.Equal(t, "北京蓝帆科技有限公司", r.Wrong[0].Got)
	require.Contains(t, r.Wrong[0].Explanation, "字号“蓝帆”相同")
}

func TestBenchMatch_refusesAFileThatIsNotOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "labels.tsv")
	require.NoError(t, os.WriteFile(file, []byte("lead\t蓝帆科技\t没有这家\n"), 0o600))
	cmd := benchMatchCommand(env{Out: &bytes.Buffer{}})
	cmd.SetArgs([]string{"--labels", file})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	require.ErrorContains(t, cmd.Execute(), `line 1: there is no account "没有这家"`)
}

func TestBenchMatch_growsWithTheNumberOfNames(t *testing.T) {
	t.Parallel()
	r := runMatch[scaleReport](t, "--scale", "--sizes", "500,1000", "--rounds", "1")
	require.Len(t, r.Sizes, 2)
	require.Greater(t, r.Sizes[1].Found, 0.95)
	require.Positive(t, r.Sizes[1].OfNLogN)
}

func TestWilson_boundsAShare(t *testing.T) {
	t.Parallel()
	low, high := wilson(82, 83)
	require.InDelta(t, 0.935, low, 0.0005)
	require.InDelta(t, 0.998, high, 0.0005)
}
