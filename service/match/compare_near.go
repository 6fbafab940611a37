package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// bySound finds what was written by ear, in Chinese or in Latin letters.
func bySound(lead, own, main *name) score {
	if lead.Core == own.Core || lead.Core == "" || own.Core == "" {
		return score{}
	}
	if lead.latin && own.hasHan {
		return bySpelling(lead, own, main)
	}
	if !lead.hasHan || !own.hasHan || lead.count < 2 || lead.count != own.count {
		return score{}
	}
	apart := differing(lead.Core, own.Core)
	var s score
	switch {
	case lead.sound == own.sound && apart == 1:
		s = tier(0.85, TierSound, lead.Core, own.Core)
	case lead.sound == own.sound:
		s = tier(0.80, TierSound, lead.Core, own.Core)
	case apart == 1 && lead.count >= 3:
		s = tier(0.78, TierTypo, lead.Core, own.Core)
	case apart == 1 && looks(lead.Core) == looks(own.Core):
		s = tier(0.80, TierTypo, lead.Core, own.Core)
	case apart == 1 && relate(lead.Region, main.Region) == placeEqual && equalTrades(lead, main):
		s = tier(0.75, TierTypo, lead.Core, own.Core)
	case lead.count >= 3 && transposed(lead.Core, own.Core):
		s = tier(0.78, TierTypo, lead.Core, own.Core)
	default:
		return s
	}
	trades := main
	if own.alias && len(own.kinds) > 0 {
		trades = own // 嘀嘀出行 for the alias 滴滴出行
	}
	s.compareTrades(lead, trades)
	s.compareRegion(lead, main)
	s.value = min(s.value, 0.88)
	return s
}

// bySpelling compares Latin text with the sound of a Chinese core. Alone it only
// suggests; with the place, or with a legal form and three syllables, or with a
// word of trade of the same kind, it is the company's English name.
func bySpelling(lead, own, main *name) score {
	if len(lead.Core) < 3 || !slices.Contains(own.spelt, lead.Core) {
		return score{}
	}
	if lead.whole && (own.whole || slices.Contains(own.kinds, "bank")) {
		return tier(0.92, TierEnglish, lead.Core, own.Core)
	}
	s := tier(0.85, TierSpelt, lead.Core, own.Core)
	near := relate(lead.Region, main.Region)
	trade := slices.ContainsFunc(lead.kinds, func(kind string) bool { return slices.Contains(main.kinds, kind) }) ||
		slices.ContainsFunc(lead.softs, func(kind string) bool { return slices.Contains(main.softs, kind) })
	formal := lead.Legal != "" && len(lead.Trade)+len(lead.Hard) > 0
	if near == placeEqual || near != placeDiffers && (trade || formal) && (own.count >= 3 || trade && formal) {
		s = tier(0.91, TierEnglish, lead.Core, own.Core)
	}
	s.compareTrades(lead, main)
	s.compareRegion(lead, main)
	return s
}

// byPart finds cores of which one is part of the other, short names made of some
// characters, slips of the pen, and names that share many pairs of characters.
func byPart(lead, own, main *name) score {
	s := partOf(lead, own)
	if s.value == 0 {
		return s
	}
	s.compareTrades(lead, main)
	s.compareRegion(lead, main)
	return s
}

func partOf(lead, own *name) score {
	short, long := lead.Core, own.Core
	if len(short) > len(long) {
		short, long = long, short
	}
	least := min(lead.count, own.count)
	switch {
	case least < 2 || lead.Core == own.Core:
		return score{}
	case least >= 3 && strings.HasPrefix(long, short) && (lead.hasHan || len(short) > 3):
		return tier(0.82, TierPrefix, short, long)
	case len(lead.Core) < len(own.bare) && strings.HasPrefix(own.bare, lead.Core) && lead.hasHan:
		return tier(0.76, TierBegins, lead.Core, own.bare)
	case lead.hasHan && (strings.HasPrefix(long, short) || strings.HasSuffix(long, short)):
		return tier(0.72, TierPart, short, long)
	case lead.hasHan && lead.count >= 4 && lead.bare == lead.Core && slipBegins(lead.Core, own.bare):
		return tier(0.75, TierTypo, lead.Core, own.bare)
	case oneSlip(lead.bare, own.bare):
		return tier(0.80, TierTypo, lead.bare, own.bare)
	case lead.bare == lead.Core && lead.hasHan && lead.count <= 4 && (inOrder(lead.Core, own.stripped) || inOrder(lead.Core, own.bare)):
		return tier(0.72, TierAcronym, lead.Core, own.stripped)
	}
	if dice := 0.8 * dice(lead.Core, own.Core); dice > 0.4 {
		return tier(dice, TierDice, lead.Core, own.Core)
	}
	return score{}
}

// differing counts the characters in which two texts of one length differ.
func differing(a, b string) int {
	x, y := []rune(a), []rune(b)
	n := 0
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n
}

func transposed(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for i := 0; i+1 < len(x); i++ {
		if x[i] != y[i] {
			return x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
		}
	}
	return false
}

// looks is the text with each character replaced by the first of those that it
// is taken for.
func looks(s string) string {
	alike := vocabulary().alike
	return strings.Map(func(r rune) rune {
		if to, ok := alike[r]; ok {
			return to
		}
		return r
	}, s)
}

// oneSlip tells whether one character was changed, left out or put in, in names
// of six or more.
func oneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 6 || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return i < len(x) && slices.Equal(x[i+1:], y[i+1:])
	}
	return slices.Equal(x[i:], y[i+1:])
}

// slipBegins tells whether the name begins with the short one but for one
// character.
func slipBegins(short, name string) bool {
	x, y := []rune(short), []rune(name)
	return len(y) > len(x) && differing(short, string(y[:len(x)])) == 1
}

// inOrder tells whether the characters appear in the name in their order, the
// first of them first: 中石化.
func inOrder(short, name string) bool {
	x, y := []rune(short), []rune(name)
	if len(x) < 2 || len(y) <= len(x) || x[0] != y[0] {
		return false
	}
	i := 0
	for _, r := range y {
		if i < len(x) && r == x[i] {
			i++
		}
	}
	return i == len(x)
}

// shortened tells whether the lead is the core and then characters of what
// follows it, two or three in their order, as listed companies are called:
// 三花智控 for 三花智能控制.
func shortened(lead, own *name) bool {
	rest, ok := strings.CutPrefix(lead.bare, own.Core)
	of, _ := strings.CutPrefix(own.bare, own.Core)
	n := utf8.RuneCountInString(rest)
	return ok && own.hasHan && own.count >= 2 && (n == 2 || n == 3) && len(lead.Hard) == 0 && inOrder(rest, of)
}

// shopOf tells whether the lead is a shop of the account that is called after its
// street: 渝味坊解放碑店.
func shopOf(lead, own *name) bool {
	const longest = 4
	place, ok := strings.CutPrefix(lead.Core, own.Core)
	n := utf8.RuneCountInString(place)
	return ok && own.hasHan && own.count >= 3 && !own.whole && n >= 2 && n <= longest && lead.bare == lead.Core &&
		strings.HasSuffix(lead.Branch, "店")
}

// innerNames are what people call a university's hospital: 复旦中山医院 for
// 复旦大学附属中山医院, 川大华西医院 for 四川大学华西医院.
func innerNames(core string) []string {
	university, hospital, ok := strings.Cut(core, "大学")
	hospital = strings.TrimPrefix(strings.TrimPrefix(hospital, "医学院"), "附属")
	runes := []rune(university)
	if !ok || len(runes) < 2 || !strings.HasSuffix(hospital, "医院") || hospital == "医院" {
		return nil
	}
	out := []string{string(runes[0]) + "大" + hospital, string(runes[len(runes)-1]) + "大" + hospital}
	if vocabulary().places[university] == nil {
		out = append(out, university+hospital)
	}
	return out
}

// dice is the share of pairs of neighbouring characters that two texts have in
// common: 2·|A∩B| / (|A|+|B|).
func dice(a, b string) float64 {
	if utf8.RuneCountInString(a) < 2 || utf8.RuneCountInString(b) < 2 {
		return 0
	}
	x, y := bigrams(a), bigrams(b)
	shared := 0
	left := slices.Clone(y)
	for _, pair := range x {
		if i := slices.Index(left, pair); i >= 0 {
			shared++
			left[i] = [2]rune{}
		}
	}
	return 2 * float64(shared) / float64(len(x)+len(y))
}

func bigrams(s string) [][2]rune {
	runes := []rune(s)
	out := make([][2]rune, 0, len(runes))
	for i := 0; i+1 < len(runes); i++ {
		out = append(out, [2]rune{runes[i], runes[i+1]})
	}
	return out
}
