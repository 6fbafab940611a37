package match

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is how much of a name is looked at: as much as a name's column holds.
const maxRunes = 255

// Fold makes the key under which two ways to type one name are equal: full width
// as half width (NFKC), Latin letters small and without accents, traditional
// characters simplified, brackets and dashes of one kind, no quotation marks,
// symbols or invisible characters, and blanks only between two words of Latin
// letters or digits. Folding twice changes nothing. The key has at most 255
// characters.
func Fold(s string) string { return foldWith(s, vocabulary().simple) }

func foldWith(s string, simple map[rune]rune) string {
	for range 4 {
		folded := foldOnce(s, simple)
		if folded == s {
			break
		}
		s = folded
	}
	return s
}

func foldOnce(s string, simple map[rune]rune) string {
	var out []rune
	blank := false
	for _, r := range norm.NFKC.String(plain(s)) {
		r = unicode.ToLower(r)
		if to, ok := simple[r]; ok {
			r = to
		}
		r = unify(r)
		switch {
		case r == ' ':
			blank = true
			continue
		case r == 0:
			continue
		}
		if blank && len(out) > 0 && wordLike(out[len(out)-1]) && wordLike(r) {
			out = append(out, ' ')
		}
		blank = false
		if out = append(out, r); len(out) >= maxRunes {
			break
		}
	}
	return string(out)
}

// plain drops the accents of Latin letters. Most names have none.
func plain(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// unify turns what looks alike into one character; 0 drops it.
func unify(r rune) rune {
	switch r {
	case '(', '[', '{', '<', '〔', '【', '〖', '「', '『', '《', '〈':
		return '('
	case ')', ']', '}', '>', '〕', '】', '〗', '」', '』', '》', '〉':
		return ')'
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '─', '~', '_':
		return '-'
	case '&', '+', '@', '/', '|', ',', ';', ':', '、', '。', '.', '\\':
		return separator(r)
	case '〇':
		return '零'
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return r
	}
	return 0
}

// separator keeps what parts one name from another, and no full stops.
func separator(r rune) rune {
	switch r {
	case '、', ';', '|', '\\':
		return '/'
	case '。', '.', ',', ':':
		return ' '
	}
	return r
}

func wordLike(r rune) bool {
	return !han(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '&' || r == '+')
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }
