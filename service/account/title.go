package account

import (
	"strings"
	"unicode"

	"sixtouch/model"
)

// Sure is the confidence from which on a guess is taken; below it somebody is
// asked.
const Sure = 0.7

// Guess is what a title says of a person; empty words are unknown, confidences
// are 0 to 1.
type Guess struct {
	Role                model.Role
	RoleConfidence      float64
	Seniority           model.Seniority
	SeniorityConfidence float64
	Keyword             string // the word of the title that decided its rank
}

// rank is how high a title stands.
type rank int

const (
	rankNone rank = iota
	rankIntern
	rankAssistant // of somebody: their rank says nothing of the assistant's
	rankVice
	rankChief // an officer of the company, but not the first
	rankTop
	rankUnit // the first of a part of the company
	rankHead
	rankManager
	rankLead // of a project, a product, customers: not of people
	rankStaff
)

// field is what somebody works on, as far as it matters.
type field int

const (
	fieldNone field = iota
	fieldTechnology
	fieldIT
	fieldPurchasing
)

type words struct {
	han   []string // anywhere in the text
	latin []string // whole words
}

// ranks are looked for in this order: 副总经理 holds 总经理, 董事长秘书 holds 董事长.
func ranks() []struct {
	rank rank
	words
} {
	return []struct {
		rank rank
		words
	}{
		{rankIntern, words{[]string{"实习", "见习"}, []string{"intern", "internship", "trainee"}}},
		{rankAssistant, words{[]string{"助理", "秘书", "助手", "司机"}, []string{"assistant", "secretary", "ea", "pa"}}},
		{rankUnit, words{[]string{"分公司总经理", "事业部总经理", "区域总经理", "部门总经理", "大区总", "子公司总经理"}, []string{"regional general manager", "branch manager"}}},
		{rankVice, words{[]string{"副总", "副董事长", "副院长", "副校长", "副厂长"}, []string{"vp", "svp", "evp", "avp", "vice president", "deputy general manager"}}},
		{rankChief, words{
			[]string{"首席", "总工", "合伙人"},
			[]string{"cto", "cio", "cfo", "coo", "cmo", "cdo", "cpo", "cso", "chro", "ciso", "chief", "partner"},
		}},
		{rankTop, words{
			[]string{"董事长", "总经理", "总裁", "创始人", "老板", "法人代表", "法定代表人", "执行董事", "厂长", "院长", "校长", "行长", "店主", "企业主"},
			[]string{"ceo", "founder", "cofounder", "co founder", "owner", "president", "chairman", "chairwoman", "general manager", "managing director", "gm"},
		}},
		{rankHead, words{[]string{"总监", "部长", "处长", "局长", "司长", "负责人", "主管领导"}, []string{"director", "head"}}},
		{rankLead, words{
			[]string{"客户经理", "项目经理", "产品经理", "业务经理", "投资经理"},
			[]string{"account manager", "project manager", "product manager", "account executive", "relationship manager"},
		}},
		{rankManager, words{[]string{"经理", "主任", "科长", "主管", "组长", "店长", "队长"}, []string{"manager", "supervisor", "lead", "leader"}}},
		{rankStaff, words{
			[]string{
				"工程师", "专员", "职员", "员工", "文员", "程序员", "开发", "顾问", "销售", "运营", "会计", "出纳", "教师", "老师", "讲师", "设计师", "分析师", "架构师", "研究员",
				"技术员", "操作员", "客服", "护士", "医生", "编辑", "律师", "科员", "干事",
			},
			[]string{
				"engineer", "developer", "specialist", "consultant", "sales", "analyst", "designer", "teacher", "accountant", "clerk", "officer",
				"operator", "architect", "researcher", "programmer", "representative", "associate", "editor", "nurse", "doctor", "lawyer",
			},
		}},
	}
}

func fields() []struct {
	field field
	words
} {
	return []struct {
		field field
		words
	}{
		{fieldPurchasing, words{[]string{"采购", "招标", "招采"}, []string{"procurement", "purchasing", "buyer", "sourcing"}}},
		{fieldIT, words{
			[]string{"信息中心", "信息化", "信息部", "信息总监", "信息技术", "信息官", "信息主管", "信息管理", "信息科", "信息处", "数字化", "数字官", "数据中心"},
			[]string{"it", "cio", "information technology", "information systems", "digital transformation", "cdo"},
		}},
		{fieldTechnology, words{
			[]string{"技术", "研发", "总工", "架构师", "工程院"},
			[]string{"cto", "technology", "technical", "tech", "engineering", "r d", "rd", "research and development", "architect"},
		}},
	}
}

// GuessTitle tells from a title and a department what part somebody has in a
// purchase and how high they stand. The rank comes from the title; what they work
// on from both, the title first.
func GuessTitle(title, department string) Guess {
	text, latin := readable(title)
	if text == "" {
		return Guess{}
	}
	standing, keyword := rankNone, ""
	for _, r := range ranks() {
		if word := r.find(text, latin); word != "" {
			standing, keyword = r.rank, word
			break
		}
	}
	worksOn, own := workOf(text, latin), true
	if worksOn == fieldNone {
		departmentText, departmentLatin := readable(department)
		worksOn, own = workOf(departmentText, departmentLatin), false
	}
	g := Guess{Keyword: keyword}
	g.Role, g.RoleConfidence = roleOf(standing, worksOn, own)
	g.Seniority, g.SeniorityConfidence = seniorityOf(standing)
	return g
}

func roleOf(standing rank, worksOn field, own bool) (model.Role, float64) {
	switch standing {
	case rankIntern:
		return model.RoleIntern, 0.95
	case rankAssistant:
		return model.RolePractitioner, 0.6
	case rankNone, rankUnit, rankVice, rankChief, rankTop, rankHead, rankManager, rankLead, rankStaff:
	}
	if worksOn == fieldPurchasing && standing != rankTop {
		if own {
			return model.RolePurchasing, 0.9
		}
		return model.RolePurchasing, 0.8
	}
	technical := map[field]model.Role{fieldTechnology: model.RoleCTO, fieldIT: model.RoleCIO}[worksOn]
	switch standing {
	case rankTop:
		return model.RoleBoss, 0.9
	case rankUnit:
		return model.RoleDecisionMaker, 0.75
	case rankVice, rankChief:
		if technical != "" {
			return technical, 0.9
		}
		return model.RoleDecisionMaker, 0.75
	case rankHead:
		if technical != "" {
			return technical, 0.85
		}
		return model.RoleDepartmentHead, 0.8
	case rankManager:
		if worksOn == fieldIT {
			return model.RoleCIO, 0.75
		}
		return model.RoleDepartmentHead, 0.7
	case rankLead:
		return model.RoleInfluencer, 0.6
	case rankStaff:
		return model.RolePractitioner, 0.85
	case rankNone, rankIntern, rankAssistant:
	}
	switch worksOn {
	case fieldIT:
		return model.RoleCIO, 0.6
	case fieldTechnology:
		return model.RolePractitioner, 0.5
	case fieldNone, fieldPurchasing:
	}
	return "", 0
}

func seniorityOf(standing rank) (model.Seniority, float64) {
	switch standing {
	case rankTop, rankChief:
		return model.SeniorityExecutive, 0.95
	case rankVice, rankUnit:
		return model.SeniorityExecutive, 0.85
	case rankHead:
		return model.SeniorityManager, 0.9
	case rankManager:
		return model.SeniorityManager, 0.8
	case rankLead:
		return model.SeniorityPractitioner, 0.7
	case rankStaff, rankIntern:
		return model.SeniorityPractitioner, 0.9
	case rankAssistant:
		return model.SeniorityPractitioner, 0.6
	case rankNone:
	}
	return "", 0
}

// readable returns the text in small letters without spaces, and its Latin words,
// each between spaces.
func readable(s string) (text, latin string) {
	s = strings.ToLower(s)
	runs := strings.FieldsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
	return strings.Join(strings.Fields(s), ""), " " + strings.Join(runs, " ") + " "
}

func workOf(text, latin string) field {
	for _, f := range fields() {
		if f.find(text, latin) != "" {
			return f.field
		}
	}
	return fieldNone
}

// find returns the first of the words that is in the text.
func (w words) find(text, latin string) string {
	for _, word := range w.han {
		if strings.Contains(text, word) {
			return word
		}
	}
	for _, word := range w.latin {
		if strings.Contains(latin, " "+word+" ") {
			return word
		}
	}
	return ""
}
