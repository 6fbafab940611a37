package match

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// The tiers: how a lead's name and an account's agree, the strongest first.
const (
	TierCreditCode = "credit_code" // the same unified social credit code
	TierExact      = "exact"       // the folded names are equal
	TierDomain     = "domain"      // an address at the account's domain
	TierAlias      = "alias"       // a curated alias is the whole name
	TierStripped   = "stripped"    // equal without brackets, branch and legal form
	TierCore       = "core"        // the cores are equal
	TierNational   = "national"    // equal but for 中国 or for the last words of trade after it
	TierKnown      = "known"       // two names of one well-known company
	TierEnglish    = "english"     // an English name: the core by its sound, and more that agrees
	TierSound      = "sound"       // the cores sound alike
	TierSpelt      = "spelt"       // Latin text that spells the core
	TierAliasCore  = "alias_core"  // an alias is the lead's core only
	TierPrefix     = "prefix"      // one core begins with the other
	TierTypo       = "typo"        // one character differs
	TierBegins     = "begins"      // the account's name begins with the lead's core
	TierPart       = "part"        // a short core begins or ends the other one
	TierAcronym    = "acronym"     // the characters appear in order
	TierDice       = "dice"        // many pairs of characters are shared
)

// score is how near one account came.
type score struct {
	value   float64
	tier    string
	reasons []Reason
	agree   int  // legal form and 集团 agree: decides between equals
	alone   bool // nothing but the core agreed
	from    *name
	source  Text
}

func (s *score) adjust(by float64, code string, values ...string) {
	s.value += by
	s.reasons = append(s.reasons, Reason{Code: code, Values: values})
}

func tier(value float64, name string, values ...string) score {
	return score{value: value, tier: name, reasons: []Reason{{Code: "tier." + name, Values: values}}}
}

// compare scores a lead's name against one name of an account; main is the
// account's own name, whose place and trades its aliases share. The maximum over
// the tiers counts.
func compare(lead, own, main *name) score {
	best := score{}
	for _, by := range []func(lead, own, main *name) score{byWhole, byCore, bySound, byPart} {
		if s := by(lead, own, main); s.value > best.value {
			best = s
		}
	}
	if best.value == 0 {
		return best
	}
	if slices.Contains(lead.markers, "集团") == slices.Contains(main.markers, "集团") {
		best.agree += 2
	}
	if lead.Legal != "" && lead.Legal == main.Legal {
		best.agree++
	}
	if lead.Legal == "" && len(lead.markers) == 0 {
		best.agree = 0
	}
	best.from = lead
	best.value = math.Round(math.Min(best.value, 1)*1e4) / 1e4
	return best
}

// byWhole finds equal names: to the letter, as an alias, without legal form, as
// names of a well-known company, without 中国.
func byWhole(lead, own, main *name) score {
	switch {
	case lead.Folded == own.Folded && own.alias:
		return tier(0.97, TierAlias, own.text)
	case lead.Folded == own.Folded:
		return tier(1, TierExact)
	}
	var s score
	switch {
	case lead.stripped == own.stripped && own.alias:
		s = tier(0.96, TierAlias, own.text)
		s.parent(lead, own, main)
	case lead.stripped == own.stripped:
		s = tier(0.95, TierStripped, own.stripped)
	case lead.bare == own.bare && own.alias && relate(lead.Region, main.Region) != placeDiffers:
		s = tier(0.92, TierAlias, own.text)
		s.parent(lead, own, main)
	case own.tail != "" && own.tail == lead.bare && own.tail != own.Core && utf8.RuneCountInString(own.tail) >= 4:
		s = tier(0.91, TierStripped, own.tail)
	case lead.loose > 0 && lead.loose == own.brand:
		s = tier(0.91, TierKnown, lead.bare, own.bare)
		s.parent(lead, own, main)
		if lead.bare != lead.Core && len(own.kinds)+len(own.softs) > 0 {
			s.compareTrades(lead, own)
		}
	case lead.latin && lead.brand > 0 && (lead.brand == own.brand || lead.brand == own.loose):
		s = tier(0.92, TierKnown, lead.Core, own.bare)
		s.compareTrades(lead, main)
	case lead.loose > 0 && (lead.loose == own.loose || lead.known > 0 && lead.known == own.loose):
		s = tier(0.92, TierKnown, lead.bare, own.bare)
		if own.weakCore() && own.known == 0 {
			return score{}
		}
	case slices.Contains(own.inner, lead.Core), shortened(lead, own):
		s = tier(0.91, TierAcronym, lead.bare, own.bare)
	case shopOf(lead, own):
		return tier(0.91, TierStripped, own.Core)
	case nationalEqual(lead, own):
		s = tier(0.93, TierNational, lead.bare, own.bare)
	default:
		return s
	}
	s.compareRegion(lead, main)
	return s
}

// bareGroup tells whether the lead is a group of which only the short name is
// said, and the account none: 格力集团 is the parent of 格力电器.
func bareGroup(lead, own *name) bool {
	return slices.Contains(lead.markers, "集团") && !slices.Contains(own.markers, "集团") && len(lead.kinds)+len(lead.softs) == 0
}

// parent makes it a question whether an alias means the group as well, where the
// account's own name says a line of business.
func (s *score) parent(lead, own, main *name) {
	if bareGroup(lead, own) && bareGroup(lead, main) && len(main.kinds) > 0 {
		s.adjust(-0.12, "hard_missing", strings.Join(main.Hard, " "))
	}
}

// nationalEqual tells whether two names are one but for 中国 before it
// (农业银行), or but for the last words of trade after 中国 (中国移动 for
// 中国移动通信). Each word has to agree: 中国石油 is not 中国石油化工.
func nationalEqual(lead, own *name) bool {
	if short, long := lead.national, own.national; short != nil && len(short) < len(long) {
		return slices.Equal(short, long[:len(short)]) && sayLittle(short, long[len(short):])
	}
	if slices.Contains(lead.kinds, "institution") && lead.Region != "" {
		return false // 武汉科技大学 is not 中国科技大学
	}
	const least = 4
	a, b := strings.TrimPrefix(lead.bare, "中国"), strings.TrimPrefix(own.bare, "中国")
	return a == b && (a != lead.bare) != (b != own.bare) && utf8.RuneCountInString(a) >= least
}

// sayLittle tells whether the rest makes it no other company: words that are not
// identity, or of a kind that was named already.
func sayLittle(named, rest []string) bool {
	words := vocabulary()
	return !slices.ContainsFunc(rest, func(word string) bool {
		t, ok := words.trades[word]
		return !ok || t.strength == identity && !slices.ContainsFunc(named, func(w string) bool { return words.trades[w].kind == t.kind })
	})
}

// byCore finds equal cores and weighs place and trades.
func byCore(lead, own, main *name) score {
	if lead.Core != own.Core || lead.Core == "" || lead.whole != own.whole && lead.weakCore() {
		return score{}
	}
	if own.alias {
		return byAliasCore(lead, own, main)
	}
	base := 0.93
	if lead.count <= 2 {
		base = 0.90
	}
	s := tier(base, TierCore, own.Core)
	if lead.weakCore() && !slices.Equal(lead.kinds, own.kinds) {
		return score{}
	}
	s.alone = lead.bare == lead.Core && lead.Region == ""
	before := s.value
	s.compareTrades(lead, own)
	same := s.value >= before
	s.compareRegion(lead, own)
	if same && relate(lead.Region, own.Region) == placeEqual {
		s.adjust(0.03, "region_equal", own.Region)
	}
	return s
}

// byAliasCore: a word of trade beside an alias makes it a suggestion, unless the
// account's own name has the same words.
func byAliasCore(lead, own, main *name) score {
	if own.weakCore() {
		return score{}
	}
	s := tier(0.84, TierAliasCore, own.text)
	foreign := own.latin && len(lead.kinds) > 0 && len(lead.softs) == 0 && !slices.ContainsFunc(lead.kinds, func(kind string) bool { return !lead.akin(kind, main) })
	if (foreign || equalTrades(lead, main) || tradeWithin(lead, main)) && relate(lead.Region, main.Region) != placeDiffers {
		s.value = 0.92
		s.adjust(0, "trade_equal", strings.Join(append(slices.Clone(main.Hard), main.Trade...), " "))
		return s
	}
	if onlyCountry(lead, own, main) && relate(lead.Region, main.Region) != placeDiffers {
		s.value = 0.91
		return s
	}
	all := *main
	all.kinds = append(slices.Clone(main.kinds), own.kinds...)
	all.Hard = append(slices.Clone(main.Hard), own.Hard...)
	s.compareTrades(lead, &all)
	s.compareRegion(lead, main)
	return s
}

// tradeWithin tells whether the lead's words of business are part of those that
// the account has: 徐工机械 for 徐工…工程机械.
func tradeWithin(lead, main *name) bool {
	return len(lead.Hard) > 0 && len(lead.Trade) == 0 && strings.Contains(strings.Join(main.Hard, ""), strings.Join(lead.Hard, ""))
}

// onlyCountry tells whether a foreign name has nothing beside the alias but China,
// a legal form and such words as Technology: SAP China, Siemens Ltd., China.
func onlyCountry(lead, own, main *name) bool {
	return lead.latin && own.latin && len(lead.Hard)+len(lead.softs) == 0 && (len(lead.Trade) == 0 || len(main.Trade) > 0)
}

func equalTrades(a, b *name) bool {
	return len(a.Hard)+len(a.softs) > 0 && slices.Equal(a.Hard, b.Hard) && slices.Equal(a.Trade, b.Trade)
}

// compareRegion takes off for another place, and for a company of its own for a
// place.
func (s *score) compareRegion(lead, main *name) {
	switch relate(lead.Region, main.Region) {
	case placeDiffers:
		s.adjust(-0.15, "region_differs", lead.Region, main.Region)
		s.alone = false
	case placeEqual, placeWithin:
	case placeUnknown:
		if lead.regional && !main.regional {
			s.adjust(-0.08, "regional", lead.Region)
		}
	}
}

// compareTrades takes off for words of trade that make two names two companies.
// Where only the account has a word, and the lead is a bare short name, little is
// taken off: people leave it out. One kind of trade in other words is no
// difference, one that is identity always is.
func (s *score) compareTrades(lead, own *name) {
	shared := 0
	for _, kind := range lead.kinds {
		if lead.akin(kind, own) {
			shared++
		}
	}
	switch {
	case len(lead.kinds) == 0 && len(own.kinds) == 0:
		s.compareSoft(lead, own)
	case len(lead.kinds) == 0:
		s.onlyAccount(lead, own)
	case len(own.kinds) == 0:
		by := -0.20
		if lead.strong {
			by = -0.25
		}
		s.adjust(by, "hard_missing", strings.Join(lead.Hard, " "))
	case shared == 0 && begins(lead, own):
		s.begins(lead, own)
	case shared == 0:
		s.adjust(-0.40, "hard_differs", strings.Join(lead.Hard, " "), strings.Join(own.Hard, " "))
	case shared < len(lead.kinds):
		s.adjust(-0.20, "hard_differs", strings.Join(lead.Hard, " "), strings.Join(own.Hard, " "))
	case shared < len(own.kinds) && own.strong:
		s.adjust(-0.10, "hard_differs", strings.Join(lead.Hard, " "), strings.Join(own.Hard, " "))
	case slices.Equal(lead.Hard, own.Hard):
		s.adjust(0.03, "trade_equal", strings.Join(own.Hard, " "))
	case !lead.latin && !kindred(strings.Join(lead.Hard, ""), strings.Join(own.Hard, ""), lead.strong):
		s.adjust(-0.06, "trade_differs", strings.Join(lead.Hard, " "), strings.Join(own.Hard, " "))
	}
}

// akin tells whether the account has the kind of trade. Electric is 电器 as well as
// 电气.
func (n *name) akin(kind string, own *name) bool {
	return slices.Contains(own.kinds, kind) || n.latin && kind == "energy" && slices.Contains(own.kinds, "appliances")
}

// begins tells whether the lead is the beginning of the account's name, cut within
// its words of trade: 迈瑞生物 for 迈瑞生物医疗电子. Words that are identity are not
// cut: 长城汽车 is not 长城汽车租赁.
func begins(lead, own *name) bool {
	return !lead.strong && lead.Legal == "" && !slices.Equal(lead.Hard, own.Hard) && len(lead.bare) < len(own.bare) && strings.HasPrefix(own.bare, lead.bare)
}

// begins takes nothing off if the place or three characters say which one it is.
func (s *score) begins(lead, own *name) {
	by := 0.0
	if lead.count <= 2 && relate(lead.Region, own.Region) != placeEqual {
		by = -0.06
	}
	s.adjust(by, "trade_begins", lead.bare, own.bare)
}

// kindred tells whether words of one kind may stand for each other: one holds the
// other (物流, 国际物流), or they share a character (医药, 制药) where the trade is
// not identity.
func kindred(a, b string, strong bool) bool {
	return strings.Contains(a, b) || strings.Contains(b, a) || !strong && strings.ContainsAny(a, b)
}

// onlyAccount weighs words of trade that only the account has.
func (s *score) onlyAccount(lead, own *name) {
	by := 0.0
	bare := len(lead.Trade) == 0 || !slices.ContainsFunc(lead.Trade, func(word string) bool { return !sizeWord(word) })
	switch {
	case bareGroup(lead, own):
		by = -0.08
		if own.financial() {
			by = -0.15
		}
	case len(lead.bare) > len(lead.Core) && !own.strong && strings.HasPrefix(own.bare, lead.bare): // 先导智能|装备
	case own.strong && !bare:
		by = -0.25
	case own.strong && own.financial() && lead.count <= 3:
		by = -0.15
	case own.strong && !own.financial() && lead.Legal == "" && relate(lead.Region, own.Region) == placeEqual: // 安徽江淮
	case own.strong && lead.count > 2:
		by = -0.02
	case bare && len(lead.Trade) > 0 && lead.count <= 2: // 恒立实业 for 恒立液压
		by = -0.06
	case own.strong:
		by = -0.08
	case len(lead.softs) > 0:
		by = -0.15
	case !bare:
		by = -0.08
	}
	if by != 0 {
		s.adjust(by, "hard_missing", strings.Join(own.Hard, " "))
	}
}

// sizeWord tells whether a word only says that a company is big: 奥康国际.
func sizeWord(word string) bool {
	switch word {
	case "国际", "发展", "实业", "企业", "产业", "全球", "企业发展", "实业发展", "产业发展", "综合", "联合":
		return true
	}
	return false
}

// financial tells whether the name's trade is one of those whose companies share
// a group's name as a rule.
func (n *name) financial() bool {
	return slices.ContainsFunc(n.kinds, func(kind string) bool {
		return slices.Contains([]string{"bank", "securities", "insurance", "fund", "trust", "futures", "asset", "finance", "leasing", "payment", "holding", "terminal", "cloud", "mobile", "telecoms", "oil", "petrochem", "heavy", "property"}, kind)
	})
}

// compareSoft weighs trades that companies change and mix.
func (s *score) compareSoft(lead, own *name) {
	a, b := strings.Join(lead.Trade, ""), strings.Join(own.Trade, "")
	both := false
	for _, kind := range lead.softs {
		both = both || slices.Contains(own.softs, kind)
	}
	digital := func(kinds []string) bool {
		return !slices.ContainsFunc(kinds, func(kind string) bool { return kind != "it" })
	}
	near := relate(lead.Region, own.Region) == placeEqual
	switch {
	case a == "" || both && !strings.HasPrefix(b, a):
	case strings.HasPrefix(b, a) && (len(lead.softs) > 0 || a == b):
		s.adjust(0.03, "trade_equal", a)
	case digital(lead.softs) && digital(own.softs):
	case strings.HasSuffix(b, a): // 科技 for 电子科技
	case len(lead.softs) == 0:
		if !near {
			s.adjust(-0.05, "trade_differs", a, b)
		}
	case len(own.softs) > 0:
		s.adjust(-0.10, "trade_differs", a, b)
	default:
		s.adjust(-0.06, "trade_differs", a, b)
	}
}
