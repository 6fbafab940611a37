package audience_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/audience"
)

func TestFilter_onlyTagIsOneTagAndNothingElse(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]int64{
		`null`:                                                     0,
		`{"f":"tag","is":"any","v":[7]}`:                           7,
		`{"f":"tag","is":"all","v":[7]}`:                           7,
		`{"f":"tag","is":"none","v":[7]}`:                          0,
		`{"f":"tag","is":"any","v":[7,8]}`:                         0,
		`{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[7]}]}`: 7,
		`{"v":1,"op":"not","of":[{"f":"tag","is":"any","v":[7]}]}`: 0,
		`{"v":1,"op":"or","of":[{"f":"tag","is":"any","v":[7]},{"f":"tag","is":"any","v":[8]}]}`:      0,
		`{"f":"tag","is":"any","v":[7],"opt":{"since":{"is":"newer_than","v":{"n":7,"unit":"day"}}}}`: 0,
	} {
		f, err := audience.Parse([]byte(doc))
		require.NoError(t, err, doc)
		got, ok := f.OnlyTag()
		require.Equal(t, want, got, doc)
		require.Equal(t, want != 0, ok, doc)
	}
}
