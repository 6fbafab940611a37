package transfer

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"sixtouch/model"
)

// field is something that a column may mean.
type field struct {
	key   string
	names []string // headers that mean it, as plain makes them
}

// fieldsOf lists what columns of a kind's files may mean.
func fieldsOf(kind model.ImportKind) []field {
	switch kind {
	case model.ImportAccounts:
		return []field{
			{"name", []string{"公司", "公司名称", "公司名", "公司全称", "企业", "企业名称", "客户", "客户名称", "账户", "账户名称", "名称", "name", "account", "accountname", "company", "companyname"}},
			{"aliases", []string{"别名", "简称", "公司简称", "企业简称", "品牌", "曾用名", "英文名", "alias", "aliases", "shortname", "brand"}},
			{"domains", []string{"域名", "网站", "网址", "官网", "邮箱域名", "domain", "domains", "website", "url", "web"}},
			{"credit_code", []string{"统一社会信用代码", "信用代码", "税号", "纳税人识别号", "creditcode", "uscc", "taxid"}},
			{"tier", []string{"等级", "级别", "客户等级", "客户级别", "分级", "tier", "level"}},
			{"lifecycle", []string{"生命周期", "客户类型", "关系", "状态", "lifecycle", "type", "status"}},
			{"industry", []string{"行业", "所属行业", "industry"}},
			{"region", []string{"地区", "区域", "省份", "城市", "所在地", "region", "province", "city"}},
			{"employees", []string{"人数", "员工数", "员工人数", "企业规模", "公司规模", "规模", "employees", "size", "headcount"}},
			{"tech_spend", []string{"技术预算", "it预算", "信息化预算", "it支出", "techspend", "itbudget"}},
			{"acv", []string{"年合同额", "年度合同额", "合同额", "年合同金额", "acv", "annualcontractvalue"}},
			{"owner", []string{"负责人", "客户经理", "销售", "销售负责人", "归属人", "跟进人", "owner", "ae", "accountowner"}},
			{"owner_backup", []string{"销售备份", "备份销售", "ownerbackup"}},
			{"sdr", []string{"sdr", "线索专员", "电销"}},
			{"sdr_backup", []string{"sdr备份", "备份sdr", "sdrbackup"}},
			{"strategic", []string{"战略客户", "战略", "strategic"}},
		}
	case model.ImportContacts:
		return []field{
			{"external_userid", []string{"外部联系人id", "客户id", "externaluserid", "externalid", "userid"}},
			{"mobile", []string{"手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "mobile", "phone", "tel"}},
			{"email", []string{"邮箱", "电子邮箱", "邮件", "电子邮件", "email", "mail"}},
			{"company", []string{"公司", "公司名称", "企业", "企业名称", "单位", "工作单位", "company", "companyname", "account"}},
			{"department", []string{"部门", "所在部门", "department", "dept"}},
			{"role", []string{"角色", "决策角色", "采购角色", "role", "buyingrole"}},
			{"source", []string{"来源", "线索来源", "渠道", "source", "leadsource", "channel"}},
		}
	case model.ImportOpportunities:
		return []field{
			{"account", []string{"公司", "公司名称", "企业名称", "客户", "客户名称", "账户", "account", "company", "accountname"}},
			{"name", []string{"商机", "商机名称", "名称", "项目", "项目名称", "opportunity", "name", "deal", "dealname"}},
			{"amount", []string{"金额", "商机金额", "预计金额", "合同金额", "amount", "value"}},
			{"kind", []string{"类型", "商机类型", "kind", "type"}},
			{"stage", []string{"阶段", "商机阶段", "stage"}},
			{"origin", []string{"来源", "商机来源", "origin", "source"}},
			{"owner", []string{"负责人", "销售", "销售负责人", "owner", "ae"}},
			{"close_on", []string{"预计成交日期", "预计成交", "成交日期", "预计签约日期", "closedate", "expectedclose", "closeon"}},
		}
	}
	return nil
}

// Fields lists the keys of what columns of a kind's files may mean.
func Fields(kind model.ImportKind) []string {
	var keys []string
	for _, f := range fieldsOf(kind) {
		keys = append(keys, f.key)
	}
	return keys
}

// plain is a header without what people add to it: marks, brackets and what is
// in them, spaces, capitals.
func plain(header string) string {
	s := strings.ToLower(norm.NFKC.String(header))
	s = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]`).ReplaceAllString(s, "")
	return regexp.MustCompile(`[\s*:_\-./]+`).ReplaceAllString(s, "")
}

// propose gives each column the field that its header names. A field is filled
// by one column, the first.
func propose(kind model.ImportKind, header []string) []string {
	mapping, taken := make([]string, len(header)), map[string]bool{}
	for i, h := range header {
		h = plain(h)
		for _, f := range fieldsOf(kind) {
			if !taken[f.key] && (h == strings.ReplaceAll(f.key, "_", "") || slices.Contains(f.names, h)) {
				mapping[i], taken[f.key] = f.key, true
				break
			}
		}
	}
	return mapping
}

// named counts how many columns of a header are understood.
func named(mapping []string) int {
	n := 0
	for _, m := range mapping {
		if m != "" {
			n++
		}
	}
	return n
}

// signature tells files of one form.
func signature(header []string) []byte {
	h := sha256.New()
	for _, cell := range header {
		fmt.Fprintf(h, "%s\x00", plain(cell))
	}
	return h.Sum(nil)
}

// checkMapping refuses a mapping that brings nothing or means a field twice.
func checkMapping(kind model.ImportKind, header, mapping []string) error {
	if len(mapping) != len(header) {
		return model.Invalid("mapping", fmt.Sprintf("must name a field, or nothing, for each of the %d columns", len(header)))
	}
	known, taken := Fields(kind), map[string]bool{}
	for _, m := range mapping {
		switch {
		case m == "":
		case !slices.Contains(known, m):
			return model.Invalid("mapping", fmt.Sprintf("there is no field %q", m))
		case taken[m]:
			return model.Invalid("mapping", fmt.Sprintf("two columns cannot both be %q", m))
		}
		taken[m] = true
	}
	switch {
	case kind == model.ImportAccounts && !taken["name"]:
		return model.Invalid("mapping", "say which column holds the company's name")
	case kind == model.ImportContacts && !taken["external_userid"] && !taken["mobile"] && !taken["email"]:
		return model.Invalid("mapping", "say which column tells people apart: external_userid, mobile or email")
	case kind == model.ImportOpportunities && (!taken["account"] || !taken["name"]):
		return model.Invalid("mapping", "say which columns hold the company and the opportunity's name")
	}
	return nil
}
