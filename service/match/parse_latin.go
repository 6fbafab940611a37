package match

import (
	"strings"
	"unicode"
)

// parseLatin takes a name in Latin letters apart. Legal forms, trades and places
// may stand anywhere in it; what is left is the core, without blanks.
func (p *Parsed) parseLatin(words *lexicon, s string) {
	p.latin = true
	tokens := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '&' && r != '+'
	})
	if n := len(tokens); n > 1 && isTopLevel(tokens[n-1]) {
		tokens = tokens[:n-1] // jd.com
	}
	var kept, core []string
	for i, token := range tokens {
		if words.latinLegal[token] && i > 0 {
			p.Legal = strings.TrimSpace(p.Legal + " " + token)
			if token == "group" {
				p.markers = append(p.markers, "集团")
			}
			continue
		}
		kept = append(kept, token)
	}
	p.stripped = strings.Join(kept, " ")
	p.bare = p.stripped
	if p.latinInstitution(kept) {
		return
	}
	for i := 0; i < len(kept); i++ {
		n, at := latinPlaceAt(words, kept[i:])
		switch t, isTrade := words.latinTrade[kept[i]]; {
		case n > 0 && len(kept) > n:
			if at != nil && p.Region == "" {
				p.Region = at.name
			}
			i += n - 1
		case isTrade && len(kept) > 1:
			p.addTrade(kept[i], t)
		case words.latinStop[kept[i]]:
		default:
			core = append(core, kept[i])
		}
	}
	if len(core) == 0 {
		p.Core, p.whole = strings.Join(kept, ""), true
		return
	}
	p.Core = strings.Join(core, "")
}

// latinPlaceAt tells how many tokens name a place here: "hong kong", "xi an",
// "china".
func latinPlaceAt(words *lexicon, tokens []string) (n int, at *place) {
	joined := ""
	for i := range min(3, len(tokens)) {
		joined += tokens[i]
		if p := words.latinPlace[joined]; p != nil {
			n, at = i+1, p
		}
	}
	if n == 0 && (tokens[0] == "china" || tokens[0] == "chinese" || tokens[0] == "prc" || tokens[0] == "province" || tokens[0] == "city") {
		return 1, nil
	}
	return n, at
}

func isTopLevel(token string) bool {
	return token == "com" || token == "cn" || token == "net" || token == "org"
}

// latinInstitution reads "Zhejiang University" and "Bank of Nanjing", which are
// known by their whole names.
func (p *Parsed) latinInstitution(tokens []string) bool {
	for _, token := range tokens {
		if token != "university" && token != "hospital" && token != "bank" {
			continue
		}
		p.Core, p.whole, p.strong = strings.Join(tokens, ""), true, true
		p.Hard, p.kinds = []string{token}, []string{"institution"}
		if token == "bank" {
			p.kinds[0] = "bank"
		}
		return true
	}
	return false
}

// spellings are how a Chinese name may be written in Latin letters: by its sound,
// an institution with the foreign word for what it is.
func spellings(p Parsed) []string {
	core := strings.Join(syllables(p.Core), "")
	out := []string{core}
	switch {
	case strings.HasSuffix(p.Core, "大学"):
		out = append(out, strings.Join(syllables(strings.TrimSuffix(p.Core, "大学")), "")+"university")
	case len(p.kinds) == 1 && p.kinds[0] == "bank":
		place := strings.Join(syllables(strings.TrimSuffix(p.Core, "银行")), "")
		out = append(out, "bankof"+place, place+"bank")
	}
	return out
}
