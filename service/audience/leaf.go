package audience

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// field is one entry of the language: how its leaves are read, and which facts
// they look at.
type field struct {
	parse func(leaf) (condition, error)
	needs facet
	takes string // its operators; none for a roll-up
}

// fields is the registry. A new field is a file field_<name>.go and a line here.
func fields() map[string]field {
	known := map[string]field{
		"tag":           {parseTag, facetTags, "any all none exactly empty"},
		"owner":         {parseOwner, facetRelationships, "in not_in"},
		"department":    {parseDepartment, facetRelationships, "in not_in"},
		"channel_state": {parseChannelState, facetRelationships, "in not_in"},
		"friend":        {parseFriend, facetRelationships, "in not_in"},
		"added_at":      {parseAddedAt, 0, "newer_than older_than between known unknown"},
		"last_inbound":  {parseLastInbound, facetInbound, "newer_than older_than between known unknown"},
		"contact_type":  {parseContactType, 0, "in not_in"},
		"corp_name":     {parseCorpName, 0, "known unknown"},
		"touches":       {parseTouches, facetTouches, "between"},
		"activity":      {parseDone, facetDoings, "in not_in"},
		"last_touch":    {parseLastTouch, facetTouches, "newer_than older_than between known unknown"},
		"sop":           {parseSOP, facetEnrollments, "in finished exited never"},

		"stage":     {parseStage, facetLead, "in not_in known unknown"},
		"stage_at":  {parseStageAt, facetLead, "newer_than older_than between known unknown"},
		"awareness": {parseAwareness, facetLead, "in not_in known unknown"},
		"source":    {parseSource, facetLead, "in not_in known unknown"},

		"score":      {parseScore, facetLead, "at_least at_most between known unknown"},
		"fit":        {parseFit, facetLead, "at_least at_most between known unknown"},
		"engagement": {parseEngagement, facetLead, "at_least at_most between known unknown"},
		"intent":     {parseIntent, facetLead, "at_least at_most between known unknown"},
		"grade":      {parseGrade, facetLead, "in not_in known unknown"},

		"role":         {parseRole, facetLead, "in not_in known unknown"},
		"seniority":    {parseSeniority, facetLead, "in not_in known unknown"},
		"is_kp":        {parseIsKP, facetLead, "yes no"},
		"consent":      {parseConsent, 0, "in not_in known unknown"},
		"contact_less": {parseContactLess, 0, "yes no"},
		"email":        {parseEmail, facetLead, "known unknown"},
		"phone":        {parsePhone, facetLead | facetRelationships, "known unknown"},

		"account": {parseAccount, 0, "in not_in known unknown"},
	}
	for name, f := range accountFields() {
		known[ofAccount+name] = field{func(l leaf) (condition, error) {
			is, err := f.parse(l)
			return ofContact{is}, err
		}, f.needs, f.takes}
	}
	return known
}

// condition is a leaf's meaning, twice. Both give the same answer; a missing
// value makes a comparison false (and so "not_in" true).
type condition interface {
	match(f Facts) bool
	// sql is a condition on a row c of contacts; NULL counts as false.
	sql(now time.Time) (string, []any)
}

// leaf is a condition as it was written.
type leaf struct {
	field, is string
	v, opt    json.RawMessage
	nested    func(json.RawMessage) (Filter, error) // reads a filter inside the leaf
}

// value reads "v" into a pointer; want says what it should have been.
func (l leaf) value(into any, want string) error {
	if len(l.v) == 0 || strict(l.v, into) != nil {
		return invalid(`needs [%s] in "v" of %q`, want, l.field)
	}
	return nil
}

// options reads "opt" into a pointer, which stays as it is when there is none.
func (l leaf) options(into any) error {
	if len(l.opt) == 0 {
		return nil
	}
	if err := strict(l.opt, into); err != nil {
		return invalid(`does not understand "opt" of %q: [%v]`, l.field, err)
	}
	return nil
}

// bare checks that there is no value, and no options, to be ignored.
func (l leaf) bare() error {
	if len(l.v) > 0 || len(l.opt) > 0 {
		return invalid(`takes no "v" and no "opt" for %q %q`, l.field, l.is)
	}
	return nil
}

// plain checks that there are no options to be ignored.
func (l leaf) plain() error {
	if len(l.opt) > 0 {
		return invalid(`takes no "opt" for %q`, l.field)
	}
	return nil
}

func (l leaf) unknown(operators string) error {
	return invalid("does not know %q for %q: [%s]", l.is, l.field, operators)
}

// ids reads a list of ids, each once.
func (l leaf) ids(what string) ([]int64, error) {
	var ids []int64
	if err := l.value(&ids, "a list of "+what+" ids"); err != nil {
		return nil, err
	}
	return l.checked(ids)
}

// checked refuses lists that are empty, too long or hold what is no id.
// "All of nothing" would mean everybody: surely a slip.
func (l leaf) checked(ids []int64) ([]int64, error) {
	switch {
	case len(ids) == 0:
		return nil, invalid("has an empty list for %q", l.field)
	case len(ids) > maxValues:
		return nil, invalid("lists more than %d values in one condition", maxValues)
	case slices.Min(ids) <= 0:
		return nil, invalid("lists [%d] for %q: an id is a positive number", slices.Min(ids), l.field)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// words reads a list of words, each once. Blanks around a word are refused,
// because databases differ in whether they see them.
func (l leaf) words() ([]string, error) {
	var words []string
	if err := l.value(&words, "a list of words"); err != nil {
		return nil, err
	}
	return words, checkWords(l.field, words)
}

const maxWord = 128

func checkWords(name string, words []string) error {
	switch {
	case len(words) == 0:
		return invalid("has an empty list for %q", name)
	case len(words) > maxValues:
		return invalid("lists more than %d values in one condition", maxValues)
	}
	for _, w := range words {
		if w == "" || len(w) > maxWord || w[0] == ' ' || w[len(w)-1] == ' ' {
			return invalid("lists %q for %q: a value has 1 to %d bytes and no blanks around it", w, name, maxWord)
		}
	}
	return nil
}

// oneOf is "in" and "not_in": whether any of the contact's values is listed.
// not_in is the exact opposite, so it is true without a value.
type oneOf[T comparable] struct {
	not    bool
	values []T
	have   func(Facts) []T
	where  string // with one IN ? for the values
}

func (c oneOf[T]) match(f Facts) bool {
	listed := func(v T) bool { return slices.Contains(c.values, v) }
	return slices.ContainsFunc(c.have(f), listed) != c.not
}

func (c oneOf[T]) sql(time.Time) (string, []any) {
	if c.not {
		return "NOT COALESCE((" + c.where + "), FALSE)", []any{c.values}
	}
	return c.where, []any{c.values}
}

// parseOneOf reads the parts that every "in" and "not_in" leaf shares.
func parseOneOf[T comparable](l leaf, values []T, err error, have func(Facts) []T, where string) (condition, error) {
	if err != nil {
		return nil, err
	}
	if l.is != "in" && l.is != "not_in" {
		return nil, l.unknown("in, not_in")
	}
	return oneOf[T]{l.is == "not_in", values, have, where}, l.plain()
}

// ranked turns words into the numbers that stand for them.
func (l leaf) ranked(ranks map[string]int) ([]int, error) {
	words, err := l.words()
	if err != nil {
		return nil, err
	}
	out := make([]int, len(words))
	for i, w := range words {
		rank, ok := ranks[w]
		if !ok {
			return nil, invalid("does not know the value %q for %q", w, l.field)
		}
		out[i] = rank
	}
	return out, nil
}

// strict decodes one JSON value that fills the whole document and has no
// unknown keys.
func strict(doc []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("has something behind its end")
	}
	return nil
}

// given drops a null, which says the same as nothing.
func given(doc json.RawMessage) json.RawMessage {
	if string(doc) == "null" {
		return nil
	}
	return doc
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
