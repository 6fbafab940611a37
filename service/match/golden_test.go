package match_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
)

// world is an index over the accounts of a file of labels.
func world(t testing.TB, file string) (*match.Index, match.Labels) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	labels, err := match.ReadLabels(f)
	require.NoError(t, err)
	return match.NewIndex(labels.Accounts), labels
}

func lead(text string) match.Lead {
	return match.Lead{Texts: []match.Text{{Value: text, Source: match.SourceImport}}}
}

// Rows that every version has to get right: what is matched by itself, and what
// never is.
func TestMatch_goldenRows(t *testing.T) {
	t.Parallel()
	x, labels := world(t, "testdata/tuning.tsv")
	want := map[string]string{
		"華為技術有限公司": "华为技术有限公司", "华为技术有限公司北京分公司": "华为技术有限公司", "华为终端有限公司": "",
		"阿里云计算有限公司": "", "中国石油": "中国石油天然气集团有限公司", "中国建设银行": "",
		"中国银行股份有限公司深圳市分行": "中国银行股份有限公司", "平安科技(深圳)有限公司": "", "平安好医生": "",
		"用友汽车信息科技(上海)有限公司": "", "三一重能": "三一重能股份有限公司", "三一集团": "", "长城证券": "", "招商证券": "",
		"北京蓝天科技": "蓝天科技(北京)有限公司", "上海蓝天科技": "", "武汉蓝天医院": "", "大华会计师事务所": "", "联想控股": "",
		"百度在线网络技术(北京)有限公司": "", "小米通讯": "小米通讯技术有限公司", "大阅文化": "北京大阅文化传播有限公司",
		"悦阅文化": "成都悦阅文化传播有限公司", "阅文": "上海阅文信息技术有限公司", "腾迅": "", "tengxun": "",
		"科技有限公司": "", "北京科技有限公司": "", "个人": "", "学生": "", "xx": "", "小米科技": "小米科技有限责任公司",
		"平安银行股份有限公司": "平安银行股份有限公司", "科大讯飞股份有限公司合肥分公司": "科大讯飞股份有限公司",
		"騰訊科技（深圳）有限公司": "深圳市腾讯计算机系统有限公司", "蓝天科技": "",
	}
	for text, account := range want {
		r := x.Match(lead(text))
		got := ""
		if r.Verdict == match.Automatic {
			got = labels.Accounts[r.AccountID-1].Name
		}
		require.Equal(t, account, got, "%s: %+v", text, r)
		require.NotEmpty(t, r.Reasons, text)
	}
	for _, text := range []string{"腾迅", "tengxun"} {
		r := x.Match(lead(text))
		require.Equal(t, match.Suggested, r.Verdict, text)
		require.Equal(t, "深圳市腾讯计算机系统有限公司", labels.Accounts[r.AccountID-1].Name, text)
	}
}

// 中国石油 is never 中国石油化工, even where the right account is missing.
func TestMatch_takesNoNationalNameForAnother(t *testing.T) {
	t.Parallel()
	x := match.NewIndex([]match.Account{
		{ID: 1, Name: "中国石油化工股份有限公司"},
		{ID: 2, Name: "中国银行股份有限公司"},
		{ID: 3, Name: "中国移动通信集团有限公司"},
	})
	for text, want := range map[string]int64{"中国石油": 0, "中国建设银行": 0, "中国移动": 3, "中国石化": 1, "中国移动支付": 0} {
		r := x.Match(lead(text))
		if want == 0 {
			require.NotEqual(t, match.Automatic, r.Verdict, "%s: %+v", text, r)
			continue
		}
		require.Equal(t, want, r.AccountID, "%s: %+v", text, r)
		require.Equal(t, match.Automatic, r.Verdict, "%s: %+v", text, r)
	}
}
