package audience

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// maxAtLeast bounds how many people a roll-up may ask for.
const maxAtLeast = 1000

// rollUp is about the people of an account: whether any, all or at least n of
// them satisfy a filter, which holds no roll-up itself. All of nobody is false:
// of an account without people nothing can be said.
//
//	{"f":"account.any","v":{"filter":{"f":"role","is":"in","v":["boss"]}}}
//	{"f":"account.at_least","v":{"filter":{"f":"score","is":"at_least","v":60},"n":2}}
type rollUp struct {
	is  string // any, all, at_least
	n   int    // at_least only
	of  Filter
	key string // under which an account's tallies have it
}

func parseRollUp(l leaf) (accountCondition, error) {
	if l.is != "" {
		return nil, invalid(`takes no "is" for %q`, l.field)
	}
	if err := l.plain(); err != nil {
		return nil, err
	}
	var v struct {
		Filter json.RawMessage `json:"filter"`
		N      int             `json:"n"`
	}
	c := rollUp{is: strings.TrimPrefix(l.field, ofAccount)}
	want := `{"filter":{…}}`
	if c.is == "at_least" {
		want = `{"filter":{…},"n":2}`
	}
	if err := l.value(&v, want); err != nil {
		return nil, err
	}
	switch {
	case len(given(v.Filter)) == 0:
		return nil, invalid(`needs [%s] in "v" of %q`, want, l.field)
	case c.is != "at_least" && v.N != 0, c.is == "at_least" && (v.N < 1 || v.N > maxAtLeast):
		return nil, invalid(`asks %q for [%d] people: 1 to %d are possible, and for "at_least" only`, l.field, v.N, maxAtLeast)
	}
	of, err := l.nested(v.Filter)
	if err != nil {
		return nil, err
	}
	key, err := json.Marshal(of)
	if err != nil {
		return nil, fmt.Errorf("write the filter of a roll-up: %w", err)
	}
	c.n, c.of, c.key = v.N, of, string(key)
	return c, nil
}

// rollUpOf returns the roll-up that a condition is, in either language.
func rollUpOf(c condition) (rollUp, bool) {
	var of accountCondition
	switch c := c.(type) {
	case ofContact:
		of = c.is
	case itself:
		of = c.is
	}
	r, ok := of.(rollUp)
	return r, ok
}

func (c rollUp) match(a Account) bool {
	fit := a.tallies[c.key]
	switch c.is {
	case "any":
		return fit > 0
	case "all":
		return fit > 0 && fit == a.People
	}
	return fit >= c.n
}

// sql looks at the people one by one in the order of the account's index, and at
// no more of them than it needs to be sure.
func (c rollUp) sql(now time.Time) (string, []any) {
	const somebody = "EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = a.id"
	where, args := c.of.SQL(now)
	switch c.is {
	case "any":
		return somebody + " AND " + where + ")", args
	case "all":
		return somebody + ") AND NOT " + somebody + " AND NOT (" + where + "))", args
	}
	return "(SELECT c.id FROM contacts c WHERE c.account_id = a.id AND " + where + " ORDER BY c.id LIMIT 1 OFFSET ?) IS NOT NULL",
		append(args, c.n-1)
}
