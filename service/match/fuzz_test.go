package match_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
)

// Whatever people type, folding twice is folding once, and nothing panics.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"騰訊科技（深圳）有限公司", "中国银行股份有限公司深圳市分行", "Nestlé (China) Co., Ltd.", "((", "北京市", "中国",
		"7-11便利店", "原", "(原蓝天", "-/-", "某某", "ﷺ", "İ", "ΐ", "á̂", "㈱日立", "58.com", "3Ｍ中国\u200b", "公司公司公司",
	} {
		f.Add(s)
	}
	x := match.NewIndex([]match.Account{{ID: 1, Name: "深圳市腾讯计算机系统有限公司", Aliases: []string{"腾讯"}}, {ID: 2, Name: "中国银行股份有限公司"}})
	f.Fuzz(func(t *testing.T, s string) {
		folded := match.Fold(s)
		require.Equal(t, folded, match.Fold(folded))
		require.LessOrEqual(t, utf8.RuneCountInString(folded), 255)
		p := match.Parse(s)
		require.Equal(t, folded, p.Folded)
		for _, key := range p.Keys() {
			require.LessOrEqual(t, len(key), 64)
		}
		match.FromRemark(s)
		r := x.Match(lead(s))
		require.Equal(t, r.Verdict == match.None, r.AccountID == 0)
		require.LessOrEqual(t, r.Score, 1.0)
	})
}
