package audience_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/service/audience"
)

func parse(t require.TestingT, doc string) audience.Filter {
	f, err := audience.Parse([]byte(doc))
	require.NoError(t, err)
	return f
}

func TestFilter_truthTable(t *testing.T) {
	t.Parallel()
	nobody, one, both, other := []int64{}, []int64{1}, []int64{1, 2}, []int64{9}
	for _, c := range []struct {
		doc                    string
		nobody, one, both, oth bool
	}{
		{``, true, true, true, true},
		{`null`, true, true, true, true},
		{`{"f":"tag","is":"any","v":[1,2]}`, false, true, true, false},
		{`{"f":"tag","is":"all","v":[1,2]}`, false, false, true, false},
		{`{"f":"tag","is":"none","v":[1,2]}`, true, false, false, true},
		{`{"v":1,"op":"not","of":[{"f":"tag","is":"any","v":[1]}]}`, true, false, false, true},
		{`{"op":"and","of":[{"f":"tag","is":"any","v":[1]},{"f":"tag","is":"none","v":[2]}]}`, false, true, false, false},
		{`{"op":"or","of":[{"f":"tag","is":"any","v":[9]},{"f":"tag","is":"all","v":[1,2]}]}`, false, false, true, true},
	} {
		f := parse(t, c.doc)
		got := []bool{}
		for _, tags := range [][]int64{nobody, one, both, other} {
			got = append(got, f.Match(audience.Facts{TagIDs: tags}))
		}
		require.Equal(t, []bool{c.nobody, c.one, c.both, c.oth}, got, c.doc)
	}
}

func TestFilter_refusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	leaf := `{"f":"tag","is":"any","v":[1]}`
	for doc, want := range map[string]string{
		`[]`:                                            "not a filter",
		`{"f":"colour","is":"in","v":["red"]}`:          "field",
		`{"f":"tag","is":"most","v":[1]}`:               `for "tag"`,
		`{"f":"tag","is":"all","v":[]}`:                 "empty list",
		`{"f":"tag","is":"any","v":["x"]}`:              "list of tag ids",
		`{"f":"tag","is":"any"}`:                        "list of tag ids",
		`{"op":"and","of":[]}`:                          "empty group",
		`{"op":"xor","of":[` + leaf + `]}`:              "operator",
		`{"op":"not","of":[` + leaf + `,` + leaf + `]}`: "exactly one",
		`{"v":2,"op":"and","of":[` + leaf + `]}`:        "version",
		`{"op":"and","of":[` + leaf + `],"f":"tag"}`:    "both",
		`{"op":"and","of":[` + leaf + `],"zz":1}`:       "zz",
		leaf + leaf: "behind its end",
		strings.Repeat(`{"op":"not","of":[`, 6) + leaf + strings.Repeat(`]}`, 6): "deeper",
		`{"op":"or","of":[` + strings.Repeat(leaf+`,`, 60) + leaf + `]}`:         "more than 60",
	} {
		_, err := audience.Parse([]byte(doc))
		require.ErrorContains(t, err, want, doc)
	}
}

func TestFilter_deMorganAndRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := parse(t, drawFilter(t, 3, drawTagLeaf))
		facts := audience.Facts{TagIDs: rapid.SliceOfDistinct(rapid.Int64Range(1, 5), rapid.ID[int64]).Draw(t, "tags")}
		doc, err := json.Marshal(f)
		require.NoError(t, err)
		require.Equal(t, f.Match(facts), parse(t, string(doc)).Match(facts), "round trip of %s", doc)
		not := parse(t, `{"op":"not","of":[`+strip(doc)+`]}`)
		require.NotEqual(t, f.Match(facts), not.Match(facts), "not of %s", doc)
	})
}

// strip takes the version off, which only a root may carry.
func strip(doc []byte) string { return strings.Replace(string(doc), `,"v":1}`, `}`, 1) }

func FuzzFilter(f *testing.F) {
	f.Add([]byte(`{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[1,2]},{"op":"not","of":[{"f":"tag","is":"all","v":[3]}]}]}`))
	f.Add([]byte(`{"f":"tag","is":"none","v":[90]}`))
	f.Add([]byte(`{"f":"tag","is":"empty","opt":{"since":{"is":"older_than","v":{"n":2,"unit":"week","by":"calendar"}}}}`))
	f.Add([]byte(`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":3,"unit":"day"},"channel":["welcome"]}}`))
	f.Add([]byte(`{"f":"last_touch","is":"between","v":{"from":"2026-01-01","to":"2026-02-01"},"opt":{"null":"include"}}`))
	f.Add([]byte(`{"f":"sop","is":"exited","v":[7],"opt":{"reason":["replied"]}}`))
	f.Add([]byte(`{"op":"or","of":[null]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		filter, err := audience.Parse(doc)
		if err != nil {
			return
		}
		again, err := json.Marshal(filter)
		require.NoError(t, err)
		second, err := audience.Parse(again)
		require.NoError(t, err, "its own output %s", again)
		for _, tags := range [][]int64{nil, {1}, {1, 2, 3}, {90}} {
			require.Equal(t, filter.Match(audience.Facts{TagIDs: tags}), second.Match(audience.Facts{TagIDs: tags}))
		}
	})
}
