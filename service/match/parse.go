package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parsed is a name taken apart. All of it is folded.
type Parsed struct {
	Folded string
	Core   string   // what tells the company from others
	Region string   // the place in the name, without its rank: 深圳
	Trade  []string // words of trade that many companies share, in their order: 科技
	Hard   []string // words of trade that make it another company: 银行
	Branch string   // the sub-unit: 合肥分公司
	Legal  string   // the legal form: 有限公司
	Former string   // the name that it says it had
	Junk   bool     // it names no company: 个人, 科技有限公司

	stripped   string   // without brackets, branch and legal form
	bare       string   // that without the place as well
	tail       string   // the rest of bare, where a place belongs to the core: 宁波|东方电缆
	kinds      []string // of Hard, in order, each once
	softs      []string // of the soft ones of Trade
	strong     bool     // a word of Hard is identity
	national   []string // the words of trade after 中国, where nothing else follows it
	markers    []string // 集团 and what brackets said
	alternates []string // names beside the main one: in brackets, after a dash
	regional   bool     // a company of its own for a place: 某某北京有限公司
	whole      bool     // known by its whole name only: institutions, place and trade
	latin      bool     // written in Latin letters only
}

// Parse takes a name apart: brackets, branch, legal form, place, words of trade;
// what is left is the core. It stands any input.
func Parse(s string) Parsed { return parseFolded(Fold(s)) }

func parseFolded(folded string) Parsed {
	p := Parsed{Folded: folded}
	words := vocabulary()
	rest := p.takeBrackets(words, dropNumbers(folded))
	rest = p.takeParts(words, rest)
	if !containsHan(rest) {
		p.parseLatin(words, rest)
	} else {
		p.parseHan(words, rest)
	}
	p.Junk = p.junk(words)
	return p
}

// parseHan takes the main name apart.
func (p *Parsed) parseHan(words *lexicon, rest string) {
	rest = oneForm(rest)
	rest = p.takeBranch(words, p.takeFaculty(words, p.takeDepartment(words, rest)))
	rest = p.takeLegal(words, rest)
	rest = p.takeTail(words, rest)
	p.stripped = rest
	if p.isInstitution(words, rest) {
		p.whole, p.strong = true, true
		head, tail := takePlaces(words, rest)
		p.setRegion(head)
		p.bare = tail
		p.Core = placeName(head) + tail
		if tail == "" {
			p.Core = rest
		}
		p.Hard, p.kinds = []string{p.Core}, []string{"institution"}
		return
	}
	head, tail := takePlaces(words, rest)
	p.takeCore(words, rest, head, tail)
}

// oneForm writes one word for each of some that are the same.
func oneForm(s string) string {
	same := [][2]string{
		{"农村商业银行", "农商行"},
		{"农商银行", "农商行"},
		{"律师事务所", "律所"},
		{"会计师事务所", "会计师"},
		{"计算机", "电脑"},
		{"速运", "快递"},
		{"速递", "快递"},
		{"财产保险", "财险"},
		{"产险", "财险"},
		{"人寿保险", "人寿"},
		{"科学技术大学", "科技大学"},
	}
	for _, pair := range same {
		s = strings.ReplaceAll(s, pair[0], pair[1])
	}
	return s
}

// dropNumbers removes what is a telephone number.
func dropNumbers(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		n := i
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n-i < 7 || n-i > 15 {
			b.WriteString(s[i:max(n, i+1)])
		}
		i = max(n, i+1)
	}
	return strings.Trim(b.String(), " -/")
}

// takeBrackets reads what brackets say and returns what stands outside them.
func (p *Parsed) takeBrackets(words *lexicon, s string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "(")
		before = strings.ReplaceAll(before, ")", "")
		if !endsInHan(out.String()) && before != "" && before[0] < utf8.RuneSelf {
			out.WriteByte(' ')
		}
		out.WriteString(before)
		if !found {
			return strings.TrimSpace(out.String())
		}
		inside, tail, closed := strings.Cut(after, ")")
		if !closed {
			tail = ""
		}
		p.readBracket(words, strings.TrimSpace(strings.ReplaceAll(inside, "(", "")))
		s = tail
	}
}

func (p *Parsed) readBracket(words *lexicon, inside string) {
	if name, ok := cutFormer(words, inside); ok {
		p.Former = name
		return
	}
	head, tail := takePlaces(words, inside)
	switch {
	case inside == "":
	case words.area[inside] || words.marker[inside] || inside == "china" || words.latinLegal[inside]:
		p.markers = append(p.markers, inside)
	case len(head) > 0 && (tail == "" || words.marker[tail]):
		p.setRegion(head)
	case words.latinPlace[inside] != nil:
		p.Region = words.latinPlace[inside].name
	case hasAnySuffix(inside, words.branch):
		p.Branch = inside
	default:
		p.alternates = append(p.alternates, inside)
	}
}

func cutFormer(words *lexicon, s string) (string, bool) {
	for _, mark := range words.former {
		if name, ok := strings.CutPrefix(s, mark); ok && utf8.RuneCountInString(name) >= 2 {
			return strings.Trim(name, " -:"), true
		}
	}
	return "", false
}

// takeParts splits what a dash or a slash parts: the first part that is a name
// is the main one.
func (p *Parsed) takeParts(words *lexicon, s string) string {
	parts := splitParts(s)
	if len(parts) == 1 {
		return strings.Trim(s, "-/ ")
	}
	main := ""
	for _, part := range parts {
		head, tail := takePlaces(words, part)
		switch {
		case part == "" || words.junk[part]:
		case len(head) > 0 && tail == "":
			if p.Branch == "" {
				p.Branch = part
			}
		case main == "":
			main = part
		case hasAnySuffix(part, words.branch):
			p.Branch = part
		default:
			p.alternates = append(p.alternates, part)
		}
	}
	if main == "" {
		return strings.Trim(s, "-/ ")
	}
	return main
}

// splitParts cuts at dashes and slashes that have a Chinese character beside them.
func splitParts(s string) []string {
	runes := []rune(s)
	var parts []string
	from := 0
	for i, r := range runes {
		if r != '-' && r != '/' && r != '|' {
			continue
		}
		if (i > 0 && han(runes[i-1])) || (i+1 < len(runes) && han(runes[i+1])) {
			parts = append(parts, strings.TrimSpace(string(runes[from:i])))
			from = i + 1
		}
	}
	return append(parts, strings.TrimSpace(string(runes[from:])))
}

// takeBranch cuts the sub-unit off: what follows the legal form if the branch
// comes after one, else its place.
func (p *Parsed) takeBranch(words *lexicon, s string) string {
	for _, form := range words.legal {
		if utf8.RuneCountInString(form) < 4 {
			continue
		}
		i := strings.LastIndex(s, form)
		if i <= 0 || i+len(form) == len(s) {
			continue
		}
		tail := s[i+len(form):]
		if head, rest := takePlaces(words, tail); hasAnySuffix(tail, words.branch) || (len(head) > 0 && rest == "") || (i > 0 && !hasAnySuffix(tail, words.legal)) {
			p.Branch = tail
			return s[:i+len(form)]
		}
	}
	for _, form := range words.branch {
		head, ok := strings.CutSuffix(s, form)
		if !ok || utf8.RuneCountInString(head) < 2 || (isASCII(form) && !endsInHan(head)) || isTradeEnd(words, s, form) {
			continue
		}
		if name, at := cutBranchPlace(words, head); name != "" {
			p.Branch = at + form
			return name
		}
	}
	return s
}

// takeDepartment cuts off what says which people there somebody is one of:
// 格力采购, 网易游戏部.
func (p *Parsed) takeDepartment(words *lexicon, s string) string {
	for _, form := range words.dept {
		if head, ok := strings.CutSuffix(s, form); ok && utf8.RuneCountInString(head) >= 2 && !isTradeEnd(words, s, form) {
			p.Branch = form
			return head
		}
	}
	head, ok := strings.CutSuffix(s, "部")
	if !ok || hasAnySuffix(s, words.branch) || strings.HasSuffix(s, "俱乐部") {
		return s
	}
	if core, found := cutTrades(words, head); len(found) > 0 {
		p.Branch = strings.TrimPrefix(s, core)
		return core
	}
	return s
}

// takeFaculty cuts a university's faculty and a hospital's department off.
func (p *Parsed) takeFaculty(words *lexicon, s string) string {
	for _, part := range []struct{ of, ends string }{{"大学", "学院 系 实验室 研究院 研究所 研究中心 研究生院 图书馆 教务处 后勤处 校区"}, {"医院", "科 中心 院区 部 处"}} {
		i := strings.LastIndex(s, part.of)
		if i <= 0 {
			continue
		}
		at := i + len(part.of)
		tail := s[at:]
		if places, _ := takePlaces(words, tail); len(places) > 0 && strings.HasSuffix(tail, "学院") {
			continue // a college of its own: 北京理工大学珠海学院
		}
		if tail != "" && hasAnySuffix(tail, strings.Fields(part.ends)) && !strings.Contains(tail, "附属") {
			p.Branch = tail
			return s[:at]
		}
	}
	return s
}

// cutBranchPlace parts the head office's name from the place of its branch.
func cutBranchPlace(words *lexicon, s string) (name, at string) {
	runes := []rune(s)
	for i := 2; i < len(runes); i++ {
		head, tail := takePlaces(words, string(runes[i:]))
		if len(head) > 0 && (tail == "" || len(runes)-i-utf8.RuneCountInString(tail) >= 2) && !allTrades(words, string(runes[i:])) {
			return string(runes[:i]), string(runes[i:])
		}
	}
	for area := range words.area {
		if name, ok := strings.CutSuffix(s, area); ok && utf8.RuneCountInString(name) >= 2 {
			return name, area
		}
	}
	if strings.Contains(s, "银行") {
		if i := strings.LastIndex(s, "银行"); i > 0 {
			return s[:i+len("银行")], s[i+len("银行"):]
		}
	}
	return s, ""
}

// takeLegal cuts legal forms off the end, the longest first.
func (p *Parsed) takeLegal(words *lexicon, s string) string {
	for range 3 {
		found := false
		for _, form := range words.legal {
			head, ok := strings.CutSuffix(s, form)
			if !ok || head == "" || isTradeEnd(words, s, form) {
				continue
			}
			if utf8.RuneCountInString(head) < 2 && utf8.RuneCountInString(form) < 4 {
				continue
			}
			p.Legal = form + p.Legal
			s, found = strings.TrimSpace(head), true
			break
		}
		if !found {
			break
		}
	}
	if strings.Contains(p.Legal, "集团") && !slices.Contains(p.markers, "集团") {
		p.markers = append(p.markers, "集团")
	}
	return s
}

// isTradeEnd tells whether the short legal form at the end is part of a word of
// trade or of an institution: 酒店, 药店, 律师事务所. Of 汽车集团 a word is left.
func isTradeEnd(words *lexicon, s, form string) bool {
	if utf8.RuneCountInString(form) > 3 || form == "集团" {
		return false
	}
	runes := []rune(s)
	for n := min(words.longest, len(runes)); n > utf8.RuneCountInString(form); n-- {
		if _, ok := words.trades[string(runes[len(runes)-n:])]; ok {
			return true
		}
	}
	return false
}

// takeTail cuts 中国 or a place off the end. Before a legal form a place makes a
// company of its own; without one it is where somebody works.
func (p *Parsed) takeTail(words *lexicon, s string) string {
	runes := []rune(s)
	for n := min(6, len(runes)-2); n >= 2; n-- {
		head, tail := string(runes[:len(runes)-n]), string(runes[len(runes)-n:])
		if words.area[tail] && tail != "国际" && len(runes)-n >= 2 {
			p.markers = append(p.markers, tail)
			return head
		}
		places, rest := takePlaces(words, tail)
		if len(places) == 0 || rest != "" || isPlaces(words, head) {
			continue
		}
		if p.Legal != "" {
			if p.Region == "" {
				p.setRegion(places)
			}
			p.regional = true
		} else {
			p.Branch = tail
		}
		return head
	}
	return s
}

func isPlaces(words *lexicon, s string) bool {
	head, tail := takePlaces(words, s)
	return len(head) > 0 && tail == ""
}

func (p *Parsed) isInstitution(words *lexicon, s string) bool {
	if p.Legal != "" && strings.HasSuffix(s, "局") {
		return false // 中建三局集团
	}
	return hasAnySuffix(s, words.institution) && utf8.RuneCountInString(s) >= 3
}

func (p *Parsed) setRegion(places []*place) {
	if len(places) > 0 {
		p.Region = places[len(places)-1].name
	}
}

func placeName(places []*place) string {
	if len(places) == 0 {
		return ""
	}
	return places[len(places)-1].name
}

// takeCore finds the core of what follows the places. Where the places leave too
// little, or only words of trade, the last of them belongs to the name.
func (p *Parsed) takeCore(words *lexicon, rest string, head []*place, tail string) {
	if p.takeNational(words, rest) {
		return
	}
	lead, parts := "", segment(words, tail)
	if len(head) > 0 && (parts != nil || utf8.RuneCountInString(tail) < 2) {
		lead = placeName(head)
		head = head[:len(head)-1]
	}
	if p.Region == "" {
		p.setRegion(head)
	}
	p.bare = lead + tail
	switch {
	case parts == nil:
		core, found := cutTrades(words, p.bare)
		p.Core = strings.TrimSpace(core)
		if core, product := cutProduct(p.Core); product != "" {
			p.Core = core
			p.addTrade(product, trade{kind: product, strength: business})
		}
		p.addTrades(words, found)
	case weak(words, parts[0]): // 宁德|时代|新能源, 东方|财富
		p.Core = lead + parts[0]
		if lead != "" {
			p.tail = tail
		}
		p.addTrades(words, parts[1:])
	default: // 北京|银行, 农业|银行
		p.Core, p.whole = p.bare, true
		p.addTrades(words, parts)
	}
}

func weak(words *lexicon, word string) bool {
	_, isTrade := words.trades[word]
	return !isTrade && words.weak[word]
}

// takeNational reads 中国石油天然气: after 中国 the words of trade are the name.
func (p *Parsed) takeNational(words *lexicon, s string) bool {
	tail, ok := strings.CutPrefix(s, "中国")
	if !ok || tail == "" || !allTrades(words, tail) {
		return false
	}
	p.Core, p.bare, p.whole = s, s, true
	p.national = segment(words, tail)
	p.addTrades(words, p.national)
	return true
}

// cutTrades cuts the longest word of trade off the end, again and again, as long
// as two characters are left.
func cutTrades(words *lexicon, s string) (core string, found []string) {
	runes := []rune(s)
	for {
		n := min(words.longest, len(runes)-2)
		for ; n > 0; n-- {
			if _, ok := words.trades[string(runes[len(runes)-n:])]; ok {
				break
			}
		}
		if n <= 0 {
			return string(runes), found
		}
		found = append([]string{string(runes[len(runes)-n:])}, found...)
		runes = runes[:len(runes)-n]
	}
}

// cutProduct reads a word of trade that no list has: after two characters, two or
// three that end as names of goods do (紧固件, 锻件).
func cutProduct(core string) (rest, product string) {
	const ends = "业品件器机具料材剂板管缆钢灯胶泵阀表镜鞋纸锁窗柜"
	runes := []rune(core)
	if len(runes) < 4 || len(runes) > 5 || !strings.ContainsRune(ends, runes[len(runes)-1]) {
		return core, ""
	}
	return string(runes[:2]), string(runes[2:])
}

func (p *Parsed) addTrades(words *lexicon, found []string) {
	for _, word := range found {
		p.addTrade(word, words.trades[word])
	}
}

func (p *Parsed) addTrade(word string, t trade) {
	switch t.strength {
	case identity, business:
		p.Hard = append(p.Hard, word)
		p.strong = p.strong || t.strength == identity
		if !slices.Contains(p.kinds, t.kind) {
			p.kinds = append(p.kinds, t.kind)
		}
	case soft:
		p.Trade = append(p.Trade, word)
		if !slices.Contains(p.softs, t.kind) {
			p.softs = append(p.softs, t.kind)
		}
	case empty:
		p.Trade = append(p.Trade, word)
	}
}

// allTrades tells whether the text is made of words of trade, and of words that
// say as little.
func allTrades(words *lexicon, s string) bool { return s != "" && segment(words, s) != nil }

// segment cuts a text into words of trade and weak words, the longest first where
// there is a choice; nil if it is made of other things too.
func segment(words *lexicon, s string) []string {
	runes := []rune(s)
	next := make([]int, len(runes)+1) // where the word from here ends; 0 is nowhere
	next[len(runes)] = len(runes)
	for i := len(runes) - 1; i >= 0; i-- {
		for n := min(words.longest, len(runes)-i); n > 0; n-- {
			word := string(runes[i : i+n])
			if _, ok := words.trades[word]; (ok || words.weak[word]) && next[i+n] > 0 {
				next[i] = i + n
				break
			}
		}
	}
	if len(runes) == 0 || next[0] == 0 {
		return nil
	}
	var out []string
	for i := 0; i < len(runes); i = next[i] {
		out = append(out, string(runes[i:next[i]]))
	}
	return out
}

// junk tells whether the name names no company.
func (p *Parsed) junk(words *lexicon) bool {
	if words.junk[p.Folded] || words.junk[p.stripped] || words.placeholder[p.Core] {
		return true
	}
	if _, ok := words.known[p.stripped]; ok {
		return false
	}
	if utf8.RuneCountInString(p.stripped) < 2 || !strings.ContainsFunc(p.stripped, unicode.IsLetter) && len(p.stripped) < 3 {
		return true
	}
	if p.whole && len(p.kinds) == 0 && p.national == nil {
		return true // 科技有限公司, 北京科技有限公司
	}
	return strings.HasPrefix(p.Core, "某") || strings.HasPrefix(p.Core, "xx") || isPlaces(words, p.stripped)
}

func containsHan(s string) bool { return strings.ContainsFunc(s, han) }

func endsInHan(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return han(r)
}

func hasAnySuffix(s string, suffixes []string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(s, suffix) })
}
