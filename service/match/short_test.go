package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
)

// Names as people shorten them, of made-up companies: what is matched by itself,
// what is asked, and what stays apart.
func TestMatch_readsWhatPeopleLeaveOut(t *testing.T) {
	t.Parallel()
	x := match.NewIndex([]match.Account{
		{ID: 1, Name: "宁波瀚拓汽车集团股份有限公司"},
		{ID: 2, Name: "深圳睿澜生物医疗电子股份有限公司"},
		{ID: 3, Name: "重庆蜀味坊餐饮管理有限公司"},
		{ID: 4, Name: "鲲捷速运有限公司"},
		{ID: 5, Name: "泓川大学附属安济医院"},
		{ID: 6, Name: "中国海洋科学技术大学"},
		{ID: 7, Name: "常州凌岳集团工程机械股份有限公司", Aliases: []string{"凌岳"}},
		{ID: 8, Name: "思维达软件(中国)有限公司", Aliases: []string{"SWD"}},
		{ID: 9, Name: "佛山铭格电器股份有限公司", Aliases: []string{"铭格", "Mingle"}},
		{ID: 10, Name: "华东睿信证券股份有限公司", Aliases: []string{"睿信"}},
		{ID: 11, Name: "北京小枣科技有限公司", Aliases: []string{"哒哒", "哒哒出行"}},
		{ID: 12, Name: "杭州岚庭网络科技有限公司"},
	})
	for text, want := range map[string]int64{
		"宁波瀚拓": 1, "宁波瀚拓汽车集团股份": 1, "瀚拓汽车集团": 1,
		"深圳睿澜生物": 2, "蜀味坊磁器口店": 3, "鲲捷快递": 4, "鲲捷速递": 4,
		"泓大安济医院": 5, "泓川安济医院": 5, "中国海洋科技大学": 6, "凌岳机械": 7,
		"SWD China": 8, "SWD Ltd., China": 8, "Mingle Electric": 9, "岚庭集团": 12,
	} {
		r := x.Match(lead(text))
		require.Equal(t, want, r.AccountID, "%s: %+v", text, r)
		require.Equal(t, match.Automatic, r.Verdict, "%s: %+v", text, r)
	}
	for text, want := range map[string]int64{
		"佛山铭格集团有限公司": 9, "铭格集团": 9, "瀚拓": 1, "睿澜生物": 2, "嗒嗒出行": 11,
	} {
		r := x.Match(lead(text))
		require.Equal(t, want, r.AccountID, "%s: %+v", text, r)
		require.Equal(t, match.Suggested, r.Verdict, "%s: %+v", text, r)
	}
	for _, text := range []string{
		"宁波瀚拓汽车租赁有限公司", "深圳睿澜生物有限公司", "武汉海洋科技大学", "泓川大学附属第一医院", "凌岳物流", "SWD Capital", "睿信集团", "鲲捷航空",
	} {
		require.NotEqual(t, match.Automatic, x.Match(lead(text)).Verdict, "%s: %+v", text, x.Match(lead(text)))
	}
}
