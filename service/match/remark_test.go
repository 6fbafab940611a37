package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
)

func TestFromRemark_findsCompaniesAndLeavesPeople(t *testing.T) {
	t.Parallel()
	for remark, want := range map[string][]string{
		"华为-王总":                                 {"华为"},
		"王伟 腾讯科技":                               {"腾讯科技"},
		"张三（比亚迪采购）":                             {"比亚迪采购"},
		"阿里云 李经理 13800000000":                   {"阿里云"},
		"致趣百川-陈晨":                               {"致趣百川"},
		"李娜 lina@acme-tools.com.cn 18612345678": {"lina@acme-tools.com.cn"},
		"王伟":          nil,
		"小李":          nil,
		"王总 李姐":       nil,
		"老同学 张伟":      nil,
		"13800000000": nil,
		"":            nil,
		"欧阳娜娜":        nil,
		"客户":          nil,
		"王芳 个人":       nil,
		"赵敏 北京蓝天科技有限公司 采购部": {"北京蓝天科技有限公司"},
		"TCL科技 刘工":     {"TCL科技"},
		"海底捞王经理":       {"海底捞"},
		"Tom Bosch":    nil,
		"周三下午回访":       nil,
		"招商银行深圳分行/林主任": {"招商银行深圳分行"},
	} {
		var got []string
		for _, text := range match.FromRemark(remark) {
			got = append(got, text.Value)
		}
		require.Equal(t, want, got, remark)
	}
}
