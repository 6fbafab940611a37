package match

// Parsed is a name taken apart.
type Parsed struct {
	Folded string
	Core   string   // what tells the company from others
	Region string   // the place in the name, without its rank: 深圳
	Trade  []string // words of trade that many companies share: 科技
	Hard   []string // words of trade that make it another company: 银行
	Branch string   // the sub-unit: 合肥分公司
	Legal  string   // the legal form: 有限公司
	Former string   // the name that it says it had
	Junk   bool     // it names no company: 个人, 科技有限公司
}

// Parse takes a name apart. It stands any input.
func Parse(s string) Parsed { return Parsed{Folded: Fold(s), Core: Fold(s)} }

// FromRemark finds what may be companies in what a rep calls a contact.
func FromRemark(remark string) []Text { return []Text{{Value: remark, Source: SourceRemark}} }
