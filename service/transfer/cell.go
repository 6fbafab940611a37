package transfer

import (
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"sixtouch/model"
	"sixtouch/service/account"
)

// outcome is what becomes of a row.
type outcome int

const (
	undecided outcome = iota
	isNew
	updated
	unchanged
	duplicate
	pending
	faulty
)

// row is a row under work.
type row struct {
	line    int
	cells   map[string]string // by field; empty cells are not in it
	claims  []claim
	notes   []model.ImportNote
	outcome outcome
	ref     int64 // the account, contact or opportunity that it is about
}

// NoteRefused is the code of a note whose Other is what the owner of the table
// says, a sentence of its own.
const NoteRefused = "refused"

// Codes of notes, with the values of their sentences.
const (
	noteMissing    = "missing"
	noteTooLong    = "too_long"         // value, other: so many characters are allowed
	noteNumber     = "no_number"        // value
	noteWord       = "no_such_word"     // value
	noteEmail      = "no_email"         // value
	noteDate       = "no_date"          // value
	noteNoAccount  = "no_such_account"  // value
	noteAccounts   = "several_accounts" // value: an alias that several have
	noteMobile     = "no_mobile"        // value
	noteCreditCode = "no_credit_code"   // value
	noteRep        = "no_such_rep"      // value
	noteReps       = "several_reps"     // value: a name that several have
	noteDuplicate  = "duplicate"        // value, other: the line that it repeats
	noteNobody     = "nobody"           // nothing tells who is meant
	noteUnknown    = "unknown_person"   // value: an external_userid that WeCom has not shown
	noteErased     = "erased"           // the contact's data were erased on request
	noteSeveral    = "several_people"   // the cells mean two contacts
	noteRoleKept   = "role_kept"        // a person's word about the role stays
	noteDomainFree = "domain_free"      // value: left out
	noteShared     = "domain_shared"    // value, other: an account that has it too
	noteSharedLine = "domain_in_line"   // value, other: an earlier line that has it too
)

func (r *row) note(field, code, value, other string) {
	r.notes = append(r.notes, model.ImportNote{Line: r.line, Field: field, Code: code, Value: short(value), Other: short(other)})
}

// fault notes why the row stays out.
func (r *row) fault(field, code, value, other string) {
	r.note(field, code, value, other)
	r.outcome = faulty
}

// maxNoted is how many characters of a cell a note shows.
const maxNoted = 100

func short(s string) string {
	if utf8.RuneCountInString(s) <= maxNoted {
		return s
	}
	return string([]rune(s)[:maxNoted]) + "…"
}

// text reads a cell of at most limit characters.
func (r *row) text(field string, limit int) string {
	s := r.cells[field]
	if utf8.RuneCountInString(s) > limit {
		r.fault(field, noteTooLong, s, strconv.Itoa(limit))
		return ""
	}
	return s
}

// number reads a whole number: 1,200,000, ¥120万, 1.2 亿.
func (r *row) number(field string) (int64, bool) {
	text := r.cells[field]
	if text == "" {
		return 0, false
	}
	s := strings.NewReplacer(",", "", " ", "", "¥", "", "￥", "", "rmb", "", "cny", "", "元", "", "人", "", "+", "").Replace(strings.ToLower(norm.NFKC.String(text)))
	unit := 1.0
	for suffix, times := range map[string]float64{"万": 1e4, "w": 1e4, "亿": 1e8} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = rest, times
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if n = math.Round(n * unit); err != nil || !(n >= 0 && n <= 1e15) {
		r.fault(field, noteNumber, text, "")
		return 0, false
	}
	return int64(n), true
}

// word reads one of a list of words, by itself or by another that means it.
func (r *row) word(field string, words map[string][]string) string {
	text := r.cells[field]
	if text == "" {
		return ""
	}
	p := plain(text)
	for word, names := range words {
		if p == plain(word) || slices.Contains(names, p) {
			return word
		}
	}
	r.fault(field, noteWord, text, "")
	return ""
}

// list splits a cell that holds several values.
func (r *row) list(field string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(r.cells[field], func(c rune) bool { return strings.ContainsRune(";；,，、|\n", c) }) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (r *row) email(field string) string {
	text := r.cells[field]
	if text == "" {
		return ""
	}
	s := strings.ToLower(norm.NFKC.String(text))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndex(s, "@"):], ".") {
		r.fault(field, noteEmail, text, "")
		return ""
	}
	return s
}

// mobile reads a mobile number in its one form: 11 digits in China, else + and
// digits.
func (r *row) mobile(field string) string {
	text := r.cells[field]
	if text == "" {
		return ""
	}
	s, ok := Mobile(text)
	if !ok {
		r.fault(field, noteMobile, text, "")
	}
	return s
}

// Mobile puts a mobile number into its one form: 11 digits in China, else + and
// digits.
func Mobile(text string) (string, bool) {
	s := regexp.MustCompile(`[\s\-()']+`).ReplaceAllString(norm.NFKC.String(text), "")
	if f, err := strconv.ParseFloat(s, 64); err == nil && strings.ContainsAny(s, "Ee.") {
		s = strconv.FormatFloat(f, 'f', -1, 64) // a spreadsheet took it for a number
	}
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && len(rest) == 11 {
			s = rest
		}
	}
	return s, regexp.MustCompile(`^(1[3-9]\d{9}|\+[1-9]\d{6,14})$`).MatchString(s)
}

// date reads a day, also as the number that spreadsheets keep.
func (r *row) date(field string) string {
	text := r.cells[field]
	if text == "" {
		return ""
	}
	s := strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(norm.NFKC.String(text))
	s, _, _ = strings.Cut(s, " ")
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if day, err := time.Parse(layout, s); err == nil && day.Year() > 1900 {
			return day.Format(time.DateOnly)
		}
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 20_000 && n < 80_000 {
		if day, err := excelize.ExcelDateToTime(n, false); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	r.fault(field, noteDate, text, "")
	return ""
}

// book finds reps by what people write.
type book struct {
	byUserID map[string]int64
	byName   map[string][]int64
}

func newBook(reps []model.Rep) book {
	b := book{byUserID: map[string]int64{}, byName: map[string][]int64{}}
	for _, rep := range reps {
		b.byUserID[strings.ToLower(rep.UserID)] = rep.ID
		b.byName[plain(rep.Name)] = append(b.byName[plain(rep.Name)], rep.ID)
	}
	return b
}

// rep reads a userid, or a name that only one of those who are still here has; 0
// when it says nobody, or nobody we know.
func (r *row) rep(field string, b book) int64 {
	text := r.cells[field]
	if text == "" {
		return 0
	}
	if id, ok := b.byUserID[strings.ToLower(text)]; ok {
		return id
	}
	switch ids := b.byName[plain(text)]; len(ids) {
	case 1:
		return ids[0]
	case 0:
		r.fault(field, noteRep, text, "")
	default:
		r.fault(field, noteReps, text, "")
	}
	return 0
}

// creditCode reads a unified social credit code.
func (r *row) creditCode(field string) string {
	text := r.cells[field]
	code := strings.ToUpper(strings.ReplaceAll(norm.NFKC.String(text), " ", ""))
	if code != "" && !account.ValidCreditCode(code) {
		r.fault(field, noteCreditCode, text, "")
		return ""
	}
	return code
}

// claim says that a key is the row's own.
func (r *row) claim(field, value, key string, apart bool) {
	r.claims = append(r.claims, claim{field: field, value: value, key: key, apart: apart})
}
