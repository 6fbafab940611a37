package sop

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/experiment"
)

func TestVariant_namesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for contact, bucket := range map[int64]int{1001: 5622, 1002: 2534, 1003: 1475} {
		require.Equal(t, bucket, experiment.Bucket(experimentOf(12, "3"), unitOf(contact)))
	}
}

func TestVariant_keptBeatsTheWinnerAndTheWinnerBeatsChance(t *testing.T) {
	t.Parallel()
	s := Step{Key: "d1", Variants: []Variant{{Key: "a", Weight: 1}, {Key: "b", Weight: 0}, {Key: "c", Weight: 0}}}
	v := &Version{SOPID: 1}
	for _, c := range []struct {
		facts Facts
		want  string
		by    model.VariantBy
	}{
		{Facts{}, "a", model.VariantDrawn},
		{Facts{Winners: map[string]string{"d1": "b"}}, "b", model.VariantWinner},
		{Facts{Winners: map[string]string{"d1": "b"}, Kept: map[string]string{"d1": "c"}}, "c", model.VariantKept},
		{Facts{Winners: map[string]string{"d1": "gone"}, Kept: map[string]string{"d1": "gone"}}, "a", model.VariantDrawn},
		{Facts{Kept: map[string]string{"d2": "c"}}, "a", model.VariantDrawn},
	} {
		got, by := v.variant(s, 7, c.facts)
		require.Equal(t, c.want, got)
		require.Equal(t, c.by, by)
	}
	none, by := v.variant(Step{Key: "d1"}, 7, Facts{Kept: map[string]string{"d1": "a"}})
	require.Empty(t, none)
	require.Empty(t, by)
}

func TestLint_tellsOfVariantsThatProveNothing(t *testing.T) {
	t.Parallel()
	same := &model.Content{Text: "{name}，你好"}
	got := lintContent(Step{Key: "d1", Channel: "group_message", Variants: []Variant{
		{Key: "a", Weight: 1, Content: same}, {Key: "b", Weight: 1, Content: same}, {Key: "c", Content: &model.Content{Text: "您好"}},
	}})
	require.Equal(t, []Finding{
		{Step: "d1", Code: LintVariantSame, Other: "b"},
		{Step: "d1", Code: LintVariantUnused, Other: "c"},
		{Step: "d1", Code: LintPersonal},
		{Step: "d1", Code: LintNoFallback},
	}, got)
}
