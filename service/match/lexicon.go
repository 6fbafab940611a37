package match

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed words
var wordFiles embed.FS

// vocabulary is everything the package knows about words, read once.
//
//nolint:gochecknoglobals // written once, then only read: the words are part of the program
var vocabulary = sync.OnceValue(readLexicon)

// strength is how much a word of trade tells one company from another.
type strength byte

const (
	empty    strength = '*' // 科技
	soft     strength = '~' // 软件
	business strength = '+' // 食品: a short name leaves it out
	identity strength = '!' // 银行
)

// trade is a word of trade.
type trade struct {
	kind     string
	strength strength
}

// place is a place in China and what it lies in.
type place struct {
	name     string
	within   *place
	doubtful bool // counts only when its rank follows
}

// lexicon holds the words of words/*.txt, folded.
type lexicon struct {
	simple      map[rune]rune // traditional to simplified
	mail        map[string]bool
	places      map[string]*place
	trades      map[string]trade
	longest     int // characters of the longest word of trade
	legal       []string
	branch      []string
	dept        []string
	rank        []string
	institution []string
	former      []string
	area        map[string]bool
	marker      map[string]bool
	junk        map[string]bool
	placeholder map[string]bool
	weak        map[string]bool
	known       map[string]int // to the company's number, from 1
	alike       map[rune]rune  // to the first of the characters that it is taken for

	latinLegal map[string]bool
	latinStop  map[string]bool
	latinTrade map[string]trade
	latinPlace map[string]*place
}

func readLexicon() *lexicon {
	x := &lexicon{
		simple: map[rune]rune{}, mail: set(fields("mail")), places: map[string]*place{},
		trades: map[string]trade{}, known: map[string]int{}, alike: map[rune]rune{},
		latinTrade: map[string]trade{}, latinPlace: map[string]*place{},
	}
	for _, pair := range fields("traditional") {
		runes := []rune(pair)
		x.simple[runes[0]] = runes[1]
	}
	x.readPlaces()
	strengths := x.readTrades()
	x.readForms(strengths)
	for i, line := range lines("known") {
		x.addKnown(i+1, strings.Split(line, "/"))
	}
	return x
}

// addKnown notes the names of a company, of which an earlier line may have told
// some.
func (x *lexicon) addKnown(id int, names []string) {
	for i := range names {
		names[i] = oneForm(x.fold(names[i]))
		if had := x.known[names[i]]; had > 0 {
			id = had
		}
	}
	for _, name := range names {
		if x.known[name] == 0 {
			x.known[name] = id
		}
	}
}

// fold is Fold without the vocabulary that is being read: the words are in
// simplified characters already.
func (x *lexicon) fold(s string) string { return foldWith(s, x.simple) }

func (x *lexicon) readPlaces() {
	for _, line := range lines("regions") {
		head, tail, _ := strings.Cut(line, ":")
		parent := x.places[head]
		if parent == nil {
			parent = &place{name: head}
			x.places[head] = parent
		}
		for _, word := range strings.Fields(tail) {
			name, doubtful := strings.CutSuffix(word, "?")
			if x.places[name] == nil {
				x.places[name] = &place{name: name, within: parent, doubtful: doubtful}
			}
		}
	}
	for name, p := range x.places {
		latin := strings.Join(syllables(name), "")
		had := x.latinPlace[latin]
		switch {
		case p.depth() > 1, had != nil && had.within == nil && had.name != "":
		case had == nil, p.within == nil:
			x.latinPlace[latin] = p
		default:
			x.latinPlace[latin] = &place{within: p} // Taizhou: one cannot tell which
		}
	}
}

// depth is 0 for a province, 1 for a city, 2 for a county.
func (p *place) depth() int {
	n := 0
	for p.within != nil {
		p = p.within
		n++
	}
	return n
}

func (x *lexicon) readTrades() map[string]strength {
	strengths := map[string]strength{}
	for _, line := range lines("trades") {
		head, tail, _ := strings.Cut(line, ":")
		kind, mark, _ := strings.Cut(head, " ")
		strengths[kind] = strength(mark[0])
		for _, word := range strings.Fields(tail) {
			x.trades[word] = trade{kind: kind, strength: strengths[kind]}
			x.longest = max(x.longest, utf8.RuneCountInString(word))
		}
	}
	return strengths
}

func (x *lexicon) readForms(strengths map[string]strength) {
	words := map[string][]string{}
	for _, line := range lines("forms") {
		kind, tail, _ := strings.Cut(line, ":")
		for _, word := range strings.Fields(tail) {
			if kind != "latin_trade" && kind != "latin_place" {
				word = x.fold(word)
			}
			words[kind] = append(words[kind], word)
		}
	}
	x.legal, x.branch, x.rank = byLength(words["legal"]), byLength(words["branch"]), byLength(words["rank"])
	x.dept = byLength(words["dept"])
	x.institution, x.former = byLength(words["institution"]), byLength(words["former"])
	x.area, x.marker, x.junk = set(words["area"]), set(words["marker"]), set(words["junk"])
	x.placeholder, x.weak = set(words["placeholder"]), set(words["weak"])
	x.latinLegal, x.latinStop = set(words["latin_legal"]), set(words["latin_stop"])
	for _, group := range words["alike"] {
		first, _ := utf8.DecodeRuneInString(group)
		for _, r := range group {
			x.alike[r] = first
		}
	}
	for _, pair := range words["latin_trade"] {
		word, kind, _ := strings.Cut(pair, "=")
		x.latinTrade[word] = trade{kind: kind, strength: strengths[kind]}
	}
	for _, pair := range words["latin_place"] {
		word, name, _ := strings.Cut(pair, "=")
		x.latinPlace[word] = x.places[name]
	}
	x.latinTrade["university"] = trade{kind: "university", strength: identity}
	x.latinTrade["hospital"] = trade{kind: "hospital", strength: identity}
}

func set(words []string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, word := range words {
		out[word] = true
	}
	return out
}

// byLength sorts the longest word to the front, so that it is found first.
func byLength(words []string) []string {
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}

// lines returns the lines of a file of words without comments.
func lines(name string) []string {
	data, err := wordFiles.ReadFile("words/" + name + ".txt")
	if err != nil {
		panic(err) // the file is part of the program
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// fields returns all words of a file.
func fields(name string) []string { return strings.Fields(strings.Join(lines(name), " ")) }
