package match

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// sounds are characters of names whose first reading in the dictionary is not
// the one that names are read with, and words in which a character sounds
// otherwise than alone.
func sound(runes []rune, i int) string {
	next := func(r rune) bool { return i+1 < len(runes) && runes[i+1] == r }
	prev := func(r rune) bool { return i > 0 && runes[i-1] == r }
	switch runes[i] {
	case '重':
		if next('庆') || next('阳') {
			return "chong"
		}
	case '厦':
		if next('门') {
			return "xia"
		}
	case '行':
		if prev('银') || prev('商') || prev('分') || prev('支') || next('业') {
			return "hang"
		}
	case '长':
		if next('沙') || next('春') || next('安') || next('城') || next('江') || next('虹') || next('远') || next('电') {
			return "chang"
		}
	case '乐':
		if prev('音') {
			return "yue"
		}
	case '都':
		if prev('成') || prev('首') || prev('新') || prev('江') {
			return "du"
		}
	case '会':
		if next('计') {
			return "kuai"
		}
	case '朝':
		if next('阳') {
			return "chao"
		}
	case '蚌':
		if next('埠') {
			return "beng"
		}
	case '六':
		if next('安') {
			return "lu"
		}
	case '石':
		return "shi"
	case '盛':
		return "sheng"
	case '广':
		return "guang"
	case '大':
		return "da"
	case '车':
		return "che"
	case '宁':
		return "ning"
	case '万':
		return "wan"
	case '晟':
		return "sheng"
	case '翟':
		return "zhai"
	}
	return ""
}

// syllables is how the name is read: a syllable for each Chinese character,
// without tones, and everything else as it is, a character each.
func syllables(s string) []string {
	runes := []rune(s)
	out := make([]string, 0, len(runes))
	for i, r := range runes {
		if !han(r) {
			out = append(out, string(r))
			continue
		}
		syllable := sound(runes, i)
		if syllable == "" {
			syllable = reading(r)
		}
		out = append(out, syllable)
	}
	return out
}

// reading is the first reading of a character, without its tone.
func reading(r rune) string {
	readings, _, _ := strings.Cut(pinyin.PinyinDict[int(r)], ",")
	return strings.Map(func(r rune) rune {
		if to, ok := toneless(r); ok {
			return to
		}
		return r
	}, readings)
}

func toneless(r rune) (rune, bool) {
	for _, marks := range []string{"aāáǎà", "eēéěèê", "iīíǐì", "oōóǒò", "uūúǔùüǖǘǚǜ", "nńňǹ", "mḿ"} {
		if strings.ContainsRune(marks[1:], r) {
			return rune(marks[0]), true
		}
	}
	return 0, false
}

// blurred is how the syllables sound to those who do not tell zh from z, n from
// l or -ing from -in: what they type by ear is found by it.
func blurred(parts []string) string {
	var b strings.Builder
	for _, s := range parts {
		for _, pair := range [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}} {
			if len(s) > 1 && strings.HasPrefix(s, pair[0]) {
				s = pair[1] + s[len(pair[0]):]
				break
			}
		}
		if strings.HasSuffix(s, "ing") || strings.HasSuffix(s, "eng") || strings.HasSuffix(s, "ang") {
			s = s[:len(s)-1]
		}
		b.WriteString(s)
		b.WriteByte(' ')
	}
	return b.String()
}
