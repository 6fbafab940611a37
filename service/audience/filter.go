// Package audience owns the filter language that says whom a programme or a
// step is for: a JSON tree of groups, negations and leaves over facts of one
// contact. It imports only model.
package audience

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"sixtouch/model"
)

// Bounds of a filter; beyond them it is refused when it is saved.
const (
	maxDepth  = 5
	maxLeaves = 60
	maxValues = 500
)

// Filter is a parsed, valid filter. The zero value matches everybody.
type Filter struct{ root *node }

// Facts is what a filter looks at, of one contact.
type Facts struct{ TagIDs []int64 }

// node is a group ("op" with "of") or a leaf ("f", "is", "v").
type node struct {
	op     string
	of     []*node
	field  string
	is     string
	values []int64
}

// wire is a node as it is written: "v" is the version at the root and the
// values at a leaf.
type wire struct {
	V     json.RawMessage   `json:"v,omitempty"`
	Op    string            `json:"op,omitempty"`
	Of    []json.RawMessage `json:"of,omitempty"`
	Field string            `json:"f,omitempty"`
	Is    string            `json:"is,omitempty"`
}

// Parse reads a filter. Unknown fields, operators and shapes are errors, never
// a silent "nobody". An empty or null document matches everybody.
func Parse(doc []byte) (Filter, error) {
	if trimmed := bytes.TrimSpace(doc); len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) || bytes.Equal(trimmed, []byte("{}")) {
		return Filter{}, nil
	}
	p := &parser{}
	root, err := p.node(doc, 1)
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

type parser struct{ leaves int }

func (p *parser) node(doc []byte, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, invalid("is nested deeper than %d levels", maxDepth)
	}
	var w wire
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		return nil, invalid("is not a filter: %v", err)
	}
	if decoder.More() {
		return nil, invalid("has something behind its end")
	}
	if w.Op != "" {
		return p.group(w, depth)
	}
	return p.leaf(w)
}

func (p *parser) group(w wire, depth int) (*node, error) {
	switch {
	case w.Field != "" || w.Is != "":
		return nil, invalid(`has both "op" and "f" in one node`)
	case len(w.V) > 0 && (depth > 1 || string(w.V) != "1"):
		return nil, invalid(`knows version 1 only, and only at the root`)
	case w.Op == "not" && len(w.Of) != 1:
		return nil, invalid(`needs exactly one part under "not"`)
	case w.Op != "not" && w.Op != "and" && w.Op != "or":
		return nil, invalid("does not know the operator %q (and, or, not)", w.Op)
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
	if w.Field != "tag" {
		return nil, invalid("does not know the field %q (tag)", w.Field)
	}
	n := &node{field: w.Field, is: w.Is}
	switch w.Is {
	case "any", "all", "none":
	default:
		return nil, invalid("does not know %q for tags (any, all, none)", w.Is)
	}
	if err := json.Unmarshal(w.V, &n.values); err != nil || len(w.Of) > 0 {
		return nil, invalid(`needs a list of tag ids in "v"`)
	}
	// "all of nothing" would mean everybody: surely a slip.
	if len(n.values) == 0 {
		return nil, invalid("has an empty list of tags")
	}
	if len(n.values) > maxValues {
		return nil, invalid("lists more than %d tags in one condition", maxValues)
	}
	return n, nil
}

func (n *node) match(facts Facts) bool {
	switch {
	case n.op == "and":
		return !slices.ContainsFunc(n.of, func(c *node) bool { return !c.match(facts) })
	case n.op == "or":
		return slices.ContainsFunc(n.of, func(c *node) bool { return c.match(facts) })
	case n.op == "not":
		return !n.of[0].match(facts)
	}
	has := func(tag int64) bool { return slices.Contains(facts.TagIDs, tag) }
	switch n.is {
	case "any":
		return slices.ContainsFunc(n.values, has)
	case "all":
		return !slices.ContainsFunc(n.values, func(tag int64) bool { return !has(tag) })
	default: // none: true for people without any tag
		return !slices.ContainsFunc(n.values, has)
	}
}

func (n *node) wire(root bool) any {
	if n.op == "" {
		return map[string]any{"f": n.field, "is": n.is, "v": n.values}
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
