package match

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

//go:embed testdata/test.tsv
var testPart string

// TestPart returns the labels that nothing was tuned on.
func TestPart() (Labels, error) { return ReadLabels(strings.NewReader(testPart)) }

// Labels are names of companies whose accounts a person has decided.
type Labels struct {
	Accounts []Account
	Strings  []Labelled
}

// Labelled is a string and the account that it means; 0 is none.
type Labelled struct {
	Text      string
	AccountID int64
	Line      int
}

// ReadLabels reads a file of labels: lines of fields parted by tabs, either
// "account", name and aliases parted by commas, or "lead", string and the name of
// its account or "-". Accounts are numbered in their order, from 1.
func ReadLabels(r io.Reader) (Labels, error) {
	var out Labels
	ids := map[string]int64{}
	var owners []string
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(strings.TrimPrefix(lines.Text(), "\ufeff"), "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := append(strings.Split(line, "\t"), "", "")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		switch {
		case fields[0] == "account" && fields[1] != "":
			if ids[fields[1]] != 0 {
				return out, fmt.Errorf("line %d: account %q stands there twice", n, fields[1])
			}
			id := int64(len(out.Accounts) + 1)
			ids[fields[1]] = id
			out.Accounts = append(out.Accounts, Account{ID: id, Name: fields[1], Aliases: splitAliases(fields[2])})
		case fields[0] == "lead" && fields[2] != "":
			out.Strings = append(out.Strings, Labelled{Text: fields[1], Line: n})
			owners = append(owners, fields[2])
		default:
			return out, fmt.Errorf("line %d: want account<TAB>name<TAB>aliases or lead<TAB>string<TAB>account or -", n)
		}
	}
	if err := lines.Err(); err != nil {
		return out, fmt.Errorf("read labels: %w", err)
	}
	for i, owner := range owners {
		if out.Strings[i].AccountID = ids[owner]; owner != "-" && ids[owner] == 0 {
			return out, fmt.Errorf("line %d: there is no account %q", out.Strings[i].Line, owner)
		}
	}
	return out, nil
}

func splitAliases(s string) []string {
	var out []string
	for alias := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if alias = strings.TrimSpace(alias); alias != "" {
			out = append(out, alias)
		}
	}
	return out
}
