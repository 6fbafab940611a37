// Package audience owns the filter language that says whom a programme or a
// step is for: a JSON tree of groups, negations and leaves over facts of one
// contact. A filter is evaluated in memory for one contact and in SQL for all
// of them, with the same answer; pure tag trees are counted by bitmaps. Saved
// audiences are filters with a name. It imports only model.
package audience

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
)

// Bounds of a filter; beyond them it is refused when it is saved.
const (
	maxDepth  = 5
	maxInside = 3 // levels of a filter inside a leaf
	maxLeaves = 60
	maxValues = 500
)

// Filter is a parsed, valid filter. The zero value matches everybody.
type Filter struct{ root *node }

// node is a group ("op" with "of") or a leaf, which has a condition.
type node struct {
	op   string
	of   []*node
	leaf leaf
	is   condition
}

// wire is a node as it is written: "v" is the version at the root and the
// value at a leaf.
type wire struct {
	V   json.RawMessage   `json:"v,omitempty"`
	Op  string            `json:"op,omitempty"`
	Of  []json.RawMessage `json:"of,omitempty"`
	F   string            `json:"f,omitempty"`
	Is  string            `json:"is,omitempty"`
	Opt json.RawMessage   `json:"opt,omitempty"`
}

// Parse reads a filter. Unknown fields, operators and shapes are errors, never
// a silent "nobody". An empty or null document matches everybody.
func Parse(doc []byte) (Filter, error) { return parseWith(fields(), doc) }

func parseWith(known map[string]field, doc []byte) (Filter, error) {
	if trimmed := bytes.TrimSpace(doc); len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) || bytes.Equal(trimmed, []byte("{}")) {
		return Filter{}, nil
	}
	root, err := (&parser{fields: known}).node(doc, 1)
	if err != nil {
		return Filter{}, err
	}
	return Filter{root}, nil
}

// UnmarshalJSON reads a filter with all of Parse's checks.
func (f *Filter) UnmarshalJSON(doc []byte) error {
	parsed, err := Parse(doc)
	if err != nil {
		return err
	}
	*f = parsed
	return nil
}

// MarshalJSON writes the filter in the form that Parse reads.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.root == nil {
		return []byte("null"), nil
	}
	return json.Marshal(f.root.wire(true))
}

// Everybody tells whether the filter leaves nobody out.
func (f Filter) Everybody() bool { return f.root == nil }

// Match tells whether the filter selects a contact with these facts.
func (f Filter) Match(facts Facts) bool { return f.root == nil || f.root.match(facts) }

// SQL is the filter as a condition on a row c of contacts, with its arguments
// as GORM takes them (a slice for IN ?). It is the same for every database,
// and true or false, never NULL. Calendar days are those of now's zone.
func (f Filter) SQL(now time.Time) (where string, args []any) {
	if f.root == nil {
		return "TRUE", nil
	}
	return f.root.sql(model.Instant(now).In(now.Location()))
}

// Fields lists the fields that the filter looks at, each once, sorted.
func (f Filter) Fields() []string {
	var names []string
	f.each(func(n *node) { names = append(names, n.leaf.field) })
	slices.Sort(names)
	return slices.Compact(names)
}

// each calls visit with every leaf.
func (f Filter) each(visit func(*node)) {
	if f.root != nil {
		f.root.each(visit)
	}
}

func (n *node) each(visit func(*node)) {
	if n.op == "" {
		visit(n)
	}
	for _, c := range n.of {
		c.each(visit)
	}
}

type parser struct {
	fields map[string]field
	leaves int
	inside bool // a roll-up
}

func (p *parser) node(doc []byte, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, invalid("is nested deeper than %d levels", maxDepth)
	}
	var w wire
	if err := strict(doc, &w); err != nil {
		return nil, invalid("is not a filter: [%v]", err)
	}
	if w.Op != "" {
		return p.group(w, depth)
	}
	return p.leaf(w)
}

func (p *parser) group(w wire, depth int) (*node, error) {
	switch {
	case w.F != "" || w.Is != "" || len(w.Opt) > 0:
		return nil, invalid(`has both "op" and "f" in one node`)
	case len(w.V) > 0 && (depth > 1 || string(w.V) != "1"):
		return nil, invalid(`knows version 1 only, and only at the root`)
	case w.Op == "not" && len(w.Of) != 1:
		return nil, invalid(`needs exactly one part under "not"`)
	case w.Op != "not" && w.Op != "and" && w.Op != "or":
		return nil, invalid("does not know the operator %q: [and, or, not]", w.Op)
	case len(w.Of) == 0:
		return nil, invalid("has an empty group: say whom it means")
	}
	n := &node{op: w.Op}
	for _, part := range w.Of {
		child, err := p.node(part, depth+1)
		if err != nil {
			return nil, err
		}
		n.of = append(n.of, child)
	}
	return n, nil
}

func (p *parser) leaf(w wire) (*node, error) {
	if p.leaves++; p.leaves > maxLeaves {
		return nil, invalid("has more than %d conditions", maxLeaves)
	}
	known, ok := p.fields[w.F]
	if !ok {
		return nil, invalid("does not know the field %q: [%s]", w.F, strings.Join(sortedKeys(p.fields), ", "))
	}
	if len(w.Of) > 0 {
		return nil, invalid(`has "of" in a condition on %q`, w.F)
	}
	n := &node{leaf: leaf{field: w.F, is: w.Is, v: given(w.V), opt: given(w.Opt)}}
	written := n.leaf
	written.nested = p.nested
	var err error
	n.is, err = known.parse(written)
	return n, err
}

// nested reads a filter over contacts inside a leaf. Its leaves count for the whole.
func (p *parser) nested(doc json.RawMessage) (Filter, error) {
	if p.inside {
		return Filter{}, invalid("has a roll-up inside a roll-up")
	}
	inner := &parser{fields: fields(), leaves: p.leaves, inside: true}
	root, err := inner.node(doc, 1+maxDepth-maxInside)
	p.leaves = inner.leaves
	return Filter{root}, err
}

func (n *node) match(facts Facts) bool {
	switch n.op {
	case "and":
		return !slices.ContainsFunc(n.of, func(c *node) bool { return !c.match(facts) })
	case "or":
		return slices.ContainsFunc(n.of, func(c *node) bool { return c.match(facts) })
	case "not":
		return !n.of[0].match(facts)
	}
	return n.is.match(facts)
}

// sql compiles literally: NOT stays NOT. That is right only because no leaf is
// ever NULL.
func (n *node) sql(now time.Time) (string, []any) {
	if n.op == "" {
		where, args := n.is.sql(now)
		return "COALESCE((" + where + "), FALSE)", args
	}
	parts, args := make([]string, len(n.of)), []any(nil)
	for i, c := range n.of {
		where, more := c.sql(now)
		parts[i] = where
		args = append(args, more...)
	}
	if n.op == "not" {
		return "NOT (" + parts[0] + ")", args
	}
	return "(" + strings.Join(parts, " "+strings.ToUpper(n.op)+" ") + ")", args
}

func (n *node) wire(root bool) any {
	if n.op == "" {
		return wire{F: n.leaf.field, Is: n.leaf.is, V: n.leaf.v, Opt: n.leaf.opt}
	}
	parts := make([]any, len(n.of))
	for i, c := range n.of {
		parts[i] = c.wire(false)
	}
	group := map[string]any{"op": n.op, "of": parts}
	if root {
		group["v"] = 1
	}
	return group
}

func invalid(format string, args ...any) error {
	return model.Invalid("filter", "the filter "+fmt.Sprintf(format, args...))
}
