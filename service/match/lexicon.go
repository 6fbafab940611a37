package match

import (
	"embed"
	"strings"
	"sync"
)

//go:embed words
var wordFiles embed.FS

// vocabulary is everything the package knows about words, read once.
//
//nolint:gochecknoglobals // written once, then only read: the words are part of the program
var vocabulary = sync.OnceValue(func() *lexicon { return readLexicon() })

// lexicon holds the words of words/*.txt.
type lexicon struct {
	simple map[rune]rune // traditional to simplified
	mail   map[string]bool
}

func readLexicon() *lexicon {
	x := &lexicon{simple: map[rune]rune{}, mail: map[string]bool{}}
	for _, pair := range fields("traditional") {
		runes := []rune(pair)
		x.simple[runes[0]] = runes[1]
	}
	for _, word := range fields("mail") {
		x.mail[word] = true
	}
	return x
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
