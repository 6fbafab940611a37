package match_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/service/match"
	"sixtouch/web"
)

func accounts() []match.Account {
	return []match.Account{
		{ID: 1, Name: "宁波远航模具有限公司", Aliases: []string{"远航"}, Domains: []string{"yuanhang-mould.com.cn"}, CreditCode: "91350100M000100Y43"},
		{ID: 2, Name: "杭州朗和科技有限公司", Domains: []string{"langhe.com"}},
		{ID: 3, Name: "深圳市腾讯计算机系统有限公司", Aliases: []string{"腾讯"}, Domains: []string{"tencent.com", "qq.com"}},
	}
}

// What is put in, replaced and taken out answers at once, and everything else as
// if the index had been made anew.
func TestIndex_followsEveryChange(t *testing.T) {
	t.Parallel()
	x := match.NewIndex(accounts())
	require.Equal(t, match.None, x.Match(lead("荟聚")).Verdict)
	changed := accounts()[1]
	changed.Aliases = []string{"荟聚"}
	x.Put(changed)
	require.Equal(t, int64(2), x.Match(lead("荟聚")).AccountID)
	x.Put(accounts()[1])
	require.Equal(t, match.None, x.Match(lead("荟聚")).Verdict)
	x.Remove(2)
	x.Remove(2)
	require.Equal(t, match.None, x.Match(lead("朗和科技")).Verdict)
	require.Equal(t, 2, x.Len())
	x.Put(match.Account{ID: 9, Name: "苏州朗和科技有限公司"})
	require.Equal(t, int64(9), x.Match(lead("朗和科技")).AccountID)

	_, labels := world(t, "testdata/tuning.tsv")
	lived := match.NewIndex(labels.Accounts)
	for i, a := range labels.Accounts {
		if i%3 == 0 {
			lived.Remove(a.ID)
		}
	}
	slices.Reverse(labels.Accounts)
	for _, a := range labels.Accounts {
		lived.Put(a)
	}
	fresh := match.NewIndex(labels.Accounts)
	for _, s := range labels.Strings {
		require.Equal(t, fresh.Match(lead(s.Text)), lived.Match(lead(s.Text)), s.Text)
	}
}

func TestIndex_isReadWhileItChanges(t *testing.T) {
	t.Parallel()
	x := match.NewIndex(accounts())
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 200 {
				if w == 0 {
					x.Put(match.Account{ID: int64(100 + i%7), Name: fmt.Sprintf("苏州华%d电子有限公司", i)})
					x.Remove(int64(100 + (i+3)%7))
				}
				if r := x.Match(lead("远航模具")); r.AccountID != 1 {
					t.Errorf("远航模具 → %+v", r)
				}
			}
		})
	}
	all.Wait()
}

func TestMatch_domains(t *testing.T) {
	t.Parallel()
	x := match.NewIndex(append(accounts(), match.Account{ID: 4, Name: "宁波远航塑料有限公司", Domains: []string{"yuanhang-mould.com.cn"}}))
	for _, c := range []struct {
		lead    match.Lead
		account int64
		verdict match.Verdict
	}{
		{match.Lead{Emails: []string{"li@mail.langhe.com"}}, 2, match.Automatic},
		{match.Lead{Texts: []match.Text{{Value: "LI@LANGHE.COM", Source: match.SourceEmail}}}, 2, match.Automatic},
		{match.Lead{Emails: []string{"li@gmail.com"}}, 0, match.None},
		{match.Lead{Emails: []string{"not an address"}}, 0, match.None},
		{match.Lead{Emails: []string{"12345@qq.com"}}, 0, match.None},                                                                   // a person's
		{match.Lead{Emails: []string{"pony@qq.com"}}, 3, match.Suggested},                                                               // perhaps the owner's
		{match.Lead{Emails: []string{"a@yuanhang-mould.com.cn"}}, 1, match.Suggested},                                                   // two own it
		{match.Lead{Emails: []string{"a@yuanhang-mould.com.cn"}, Texts: lead("宁波远航塑料").Texts}, 4, match.Automatic},                      // the name decides
		{match.Lead{Emails: []string{"a@langhe.com"}, Texts: lead("青岛海蓝餐饮管理有限公司").Texts}, 2, match.Suggested},                           // the name says otherwise
		{match.Lead{Emails: []string{"a@langhe.com"}, Texts: lead("宁波远航模具有限公司").Texts}, 1, match.Automatic},                             // a group shares a domain
		{match.Lead{CreditCode: " 91350100m000100y43 ", Texts: lead("别的公司").Texts}, 1, match.Automatic},                                 // certain
		{match.Lead{Texts: []match.Text{{Value: "远航模具", Source: "form"}, {Value: "朗和科技", Source: "corp_name"}}}, 2, match.Suggested},    // texts disagree
		{match.Lead{Texts: []match.Text{{Value: "个人", Source: "form"}, {Value: "朗和科技", Source: "remark_company"}}}, 2, match.Automatic}, // one says nothing
		{match.Lead{Texts: []match.Text{{Value: "朗和", Source: match.SourceRemark}}}, 2, match.Suggested},                                // two characters of a remark
		{match.Lead{Texts: []match.Text{{Value: "朗和", Source: match.SourceRemarkCompany}}}, 2, match.Automatic},                         // of the company's field
		{match.Lead{}, 0, match.None},
	} {
		r := x.Match(c.lead)
		require.Equal(t, c.verdict, r.Verdict, "%+v: %+v", c.lead, r)
		if c.account == 1 && len(c.lead.Texts) == 0 && c.lead.CreditCode == "" {
			require.Contains(t, []int64{1, 4}, r.AccountID)
		} else if len(c.lead.Texts) < 2 && len(c.lead.Emails)*len(c.lead.Texts) == 0 {
			require.Equal(t, c.account, r.AccountID, "%+v: %+v", c.lead, r)
		}
	}
}

func TestDomain_knowsSuffixesAndProviders(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct {
		domain   string
		evidence bool
	}{
		"a@mail.sales.acme.com.cn": {"acme.com.cn", true}, "acme.cn": {"acme.cn", true}, "a@cs.pku.edu.cn": {"pku.edu.cn", true},
		"a@vip.163.com": {"163.com", false}, "a@vip.qq.com": {"qq.com", false}, "a@yahoo.co.jp": {"yahoo.co.jp", false},
		"a@com.cn": {"", false}, "a": {"", false}, "": {"", false}, "a@b c.com": {"", false}, "A@ACME.COM.": {"acme.com", true},
	} {
		domain, evidence := match.Domain(address)
		require.Equal(t, want.domain, domain, address)
		require.Equal(t, want.evidence, evidence, address)
	}
}

func TestCreditCode_checksItsDigit(t *testing.T) {
	t.Parallel()
	code, ok := match.CreditCode(" 91350100m000100y43")
	require.True(t, ok)
	require.Equal(t, "91350100M000100Y43", code)
	for _, wrong := range []string{"", "91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43"} {
		_, ok := match.CreditCode(wrong)
		require.False(t, ok, wrong)
	}
}

func TestFold_makesWaysToTypeANameEqual(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"騰訊科技（深圳）有限公司": "腾讯科技(深圳)有限公司", " ＡＢＣ　科 技 ": "abc科技", "Nestlé  China": "nestle china", "华为\u200b技术": "华为技术",
		"Co., Ltd.": "co ltd", "“蓝天”【北京】": "蓝天(北京)", "L'Oréal": "loreal", "华为—王总": "华为-王总", "": "",
	} {
		require.Equal(t, want, match.Fold(typed), typed)
	}
}

func TestParse_takesANameApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]match.Parsed{
		"深圳市腾讯计算机系统有限公司":       {Core: "腾讯", Region: "深圳", Legal: "有限公司"},
		"平安银行股份有限公司":           {Core: "平安", Hard: []string{"银行"}, Legal: "股份有限公司"},
		"科大讯飞股份有限公司合肥分公司":      {Core: "科大讯飞", Branch: "合肥分公司", Legal: "股份有限公司"},
		"广东省佛山市南海区狮山镇金顺铝业有限公司": {Core: "金顺", Region: "南海", Hard: []string{"铝业"}, Legal: "有限公司"},
		"延边朝鲜族自治州长白参茸有限公司":     {Core: "长白", Region: "延边", Hard: []string{"参茸"}, Legal: "有限公司"},
		"北京银行":                                {Core: "北京银行", Hard: []string{"银行"}},
		"蓝帆科技(原蓝天软件)":                         {Core: "蓝帆", Trade: []string{"科技"}, Former: "蓝天软件"},
		"苏州区块链科技有限公司":                         {Core: "苏州区块链科技", Trade: []string{"区块链", "科技"}, Legal: "有限公司", Junk: true},
		"格力采购":                                {Core: "格力", Branch: "采购"},
		"Bosch Automotive (Suzhou) Co., Ltd.": {Core: "bosch", Region: "苏州", Hard: []string{"automotive"}, Legal: "co ltd"},
	} {
		got := match.Parse(text)
		require.Equal(t, want.Core, got.Core, text)
		require.Equal(t, want.Hard, got.Hard, text)
		require.Equal(t, []string{want.Region, want.Branch, want.Legal, want.Former}, []string{got.Region, got.Branch, got.Legal, got.Former}, text)
		require.Equal(t, want.Junk, got.Junk, text)
	}
}

// Who is without an account because one is missing shares a key with it when it
// comes, whichever way the name was written.
func TestKeys_meetWhenTheAccountComes(t *testing.T) {
	t.Parallel()
	x, labels := world(t, "testdata/tuning.tsv")
	for _, s := range labels.Strings {
		r := x.Match(lead(s.Text))
		if s.AccountID == 0 || r.AccountID != s.AccountID || r.Tier == match.TierAcronym || r.Tier == match.TierTypo {
			continue
		}
		theirs := labels.Accounts[s.AccountID-1].Keys()
		require.True(t, slices.ContainsFunc(lead(s.Text).Keys(), func(key string) bool { return slices.Contains(theirs, key) }), "%s: %v and %v", s.Text, lead(s.Text).Keys(), theirs)
	}
	require.LessOrEqual(t, len(match.Parse("深圳市腾讯计算机系统有限公司").Keys()), 10)
	require.Contains(t, match.Lead{Emails: []string{"a@mail.acme.com"}}.Keys(), "d:acme.com")
}

// Each reason has a sentence in both languages that takes just its values.
func TestReasons_haveSentences(t *testing.T) {
	t.Parallel()
	texts, err := web.LoadCatalogue()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range []string{"tuning", "test"} {
		x, labels := world(t, "testdata/"+file+".tsv")
		for _, s := range labels.Strings {
			for _, reason := range x.Match(lead(s.Text)).Reasons {
				seen[reason.Code] = true
				values := make([]any, len(reason.Values))
				for i, value := range reason.Values {
					values[i] = value
				}
				for _, lang := range web.Languages() {
					sentence := texts.Text(lang, "match.reason."+reason.Code, values...)
					require.NotContains(t, sentence, "%!", reason.Code)
					require.False(t, strings.HasPrefix(sentence, "match.reason."), reason.Code)
				}
			}
		}
	}
	require.Greater(t, len(seen), 15)
}

func TestNewIndex_takesTheLastOfTwoWithOneID(t *testing.T) {
	t.Parallel()
	list := append(accounts(), match.Account{ID: 1, Name: "苏州泽源生物医药有限公司"})
	x := match.NewIndex(list)
	require.Equal(t, 3, x.Len())
	require.Equal(t, int64(1), x.Match(lead("苏州泽源生物医药有限公司")).AccountID)
	require.Equal(t, match.None, x.Match(lead("宁波远航模具有限公司")).Verdict)
}
