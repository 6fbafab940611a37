package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// longestPlace is how many characters the longest name of a place has.
const longestPlace = 6

// takePlaces reads the places that a text begins with, the larger first, with
// their ranks.
func takePlaces(words *lexicon, s string) (head []*place, tail string) {
	for len(head) < 4 {
		p, rest, ranked := takePlace(words, s)
		if p == nil || (len(head) > 0 && !ranked && !p.in(head[len(head)-1])) {
			return head, s
		}
		if len(head) > 0 && p.within == nil && !ranked {
			return head, s
		}
		head, s = append(head, p), dropTown(words, rest)
	}
	return head, s
}

// dropTown cuts a town off that no list has: 狮山镇.
func dropTown(words *lexicon, s string) string {
	runes := []rune(s)
	for n := 2; n <= 3 && n < len(runes); n++ {
		for _, rank := range []string{"镇", "乡", "街道", "县"} {
			rest, ok := strings.CutPrefix(string(runes[n:]), rank)
			if ok && utf8.RuneCountInString(rest) >= 2 && words.places[string(runes[:n])] == nil {
				return rest
			}
		}
	}
	return s
}

// in tells whether p lies in q.
func (p *place) in(q *place) bool {
	for at := p; at != nil; at = at.within {
		if at == q {
			return true
		}
	}
	return false
}

func takePlace(words *lexicon, s string) (p *place, rest string, ranked bool) {
	runes := []rune(s)
	for n := min(longestPlace, len(runes)); n >= 2; n-- {
		p := words.places[string(runes[:n])]
		if p == nil {
			continue
		}
		rest := string(runes[n:])
		after, ranked := takeRank(words, p, rest)
		if ranked || !p.doubtful {
			return p, after, ranked
		}
	}
	return nil, s, false
}

// takeRank cuts the rank that follows the name of a place.
func takeRank(words *lexicon, p *place, s string) (rest string, ranked bool) {
	for _, ethnic := range []string{"自治州", "自治县"} {
		if i := strings.Index(s, ethnic); i >= 0 && i <= 8*len("族") && (i == 0 || strings.HasSuffix(s[:i], "族")) {
			return s[i+len(ethnic):], true
		}
	}
	for _, rank := range words.rank {
		rest, ok := strings.CutPrefix(s, rank)
		if !ok || !fits(rank, p) || wordGoesOn(rank, rest) {
			continue
		}
		return rest, true
	}
	return s, false
}

// fits keeps 苏州区块链 from being read as a district.
func fits(rank string, p *place) bool {
	switch rank {
	case "省":
		return p.depth() == 0
	case "区", "县", "旗", "镇", "乡":
		return p.depth() == 2
	case "州", "盟":
		return p.depth() == 1 && slices.Contains([]string{"阿拉善", "锡林郭勒", "兴安", "恩施", "湘西", "延边", "凉山", "甘孜", "阿坝"}, p.name)
	}
	return true
}

func wordGoesOn(rank, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch rank {
	case "区":
		return next == '块' || next == '域'
	case "旗":
		return next == '舰'
	case "市":
		return next == '场' || next == '政' || next == '民'
	case "地区":
		return false
	}
	return false
}

// relation is how two places stand to each other.
type relation byte

const (
	placeUnknown relation = iota
	placeEqual
	placeWithin // one lies in the other
	placeDiffers
)

func relate(a, b string) relation {
	if a == "" || b == "" {
		return placeUnknown
	}
	if a == b {
		return placeEqual
	}
	words := vocabulary()
	p, q := words.places[a], words.places[b]
	switch {
	case p == nil || q == nil:
		return placeUnknown
	case p.in(q) || q.in(p):
		return placeWithin
	}
	return placeDiffers
}
