package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// name is a name that is compared: parsed, with what is derived from it.
type name struct {
	Parsed
	text     string
	alias    bool
	known    int      // the well-known company that it names, or 0
	loose    int      // the same, if empty words of trade beside the name are overlooked
	brand    int      // the well-known company whose brand is the core, if only business stands beside it
	sound    string   // of the core: the blurred syllables
	spelt    []string // the core in Latin letters
	inner    []string // what people call a university's hospital
	count    int      // characters of the core
	hasHan   bool
	variants bool // it is one of several names in one text
}

func newName(text string, p Parsed) *name {
	n := &name{Parsed: p, text: text, count: utf8.RuneCountInString(p.Core), hasHan: containsHan(p.Core)}
	words := vocabulary()
	for _, s := range []string{p.stripped, p.bare, strings.TrimPrefix(p.bare, "中国")} {
		if id := words.known[s]; id > 0 {
			n.known = id
			break
		}
	}
	n.loose = n.known
	if !p.strong || p.latin {
		n.brand = words.known[p.Core]
	}
	if n.loose == 0 && !slices.ContainsFunc(p.Trade, func(word string) bool { return !sizeWord(word) }) {
		n.loose = words.known[p.Core+strings.Join(p.Hard, "")]
	}
	if n.loose == 0 && len(p.softs) == 0 && p.latin && len(p.Hard) == 0 {
		n.loose = words.known[p.Core]
	}
	if n.hasHan {
		n.sound, n.spelt = blurred(syllables(p.Core)), spellings(p)
		n.inner = innerNames(p.Core)
	} else {
		n.spelt = []string{p.Core}
	}
	return n
}

// names are all names that one text holds: the main one, those beside it, and
// the Chinese and the Latin part of a mixed one.
func names(text string) []*name {
	p := Parse(text)
	out := []*name{newName(text, p)}
	others := p.alternates
	if rest := withoutPeople(text); rest != "" && Fold(rest) != p.Folded {
		others = append(others[:len(others):len(others)], Fold(rest))
	}
	if p.Former != "" {
		others = append(others[:len(others):len(others)], p.Former)
	}
	if latin, chinese := splitScripts(p.stripped); latin != "" && chinese != "" {
		others = append(others[:len(others):len(others)], latin, chinese)
	}
	for _, other := range others {
		if q := parseFolded(other); !q.Junk && utf8.RuneCountInString(q.Core) >= 2 {
			out = append(out, newName(other, q))
		}
	}
	for _, n := range out {
		n.variants = len(out) > 1
	}
	return out
}

// splitScripts parts "dji大疆创新" into its Latin and its Chinese part; both are
// empty unless there is one of each.
func splitScripts(s string) (latin, chinese string) {
	runes := []rune(s)
	cut := -1
	for i := 1; i < len(runes); i++ {
		if han(runes[i]) != han(runes[i-1]) {
			if cut >= 0 {
				return "", ""
			}
			cut = i
		}
	}
	if cut < 2 || len(runes)-cut < 2 {
		return "", ""
	}
	first, second := strings.TrimSpace(string(runes[:cut])), strings.TrimSpace(string(runes[cut:]))
	if han(runes[0]) {
		return second, first
	}
	return first, second
}

// weakCore tells whether the core is a word that says nothing alone.
func (n *name) weakCore() bool { return vocabulary().weak[n.Core] }
