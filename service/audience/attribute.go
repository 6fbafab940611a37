package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// What follows are conditions on one attribute of a subject S, a contact (Facts)
// or an Account, with the SQL expression that yields it.

// number is at_least, at_most, between, known and unknown on what may be missing.
//
//	{"f":"score","is":"between","v":{"min":50,"max":80}}
type number[S any] struct {
	is       string
	min, max *float64
	have     func(S) *float64
	expr     string
}

// maxNumber bounds what numbers are compared with: every whole one up to it is
// exact in a database's DOUBLE and in Go's.
const maxNumber = 1 << 53

// parseNumber reads a condition on a number that is NULL, and nil, where missing.
func parseNumber[S any](l leaf, have func(S) *float64, expr string) (number[S], error) {
	c := number[S]{is: l.is, have: have, expr: expr}
	var one float64
	var span struct {
		Min *float64 `json:"min"`
		Max *float64 `json:"max"`
	}
	switch l.is {
	case "known", "unknown":
		return c, l.bare()
	case "at_least":
		if err := l.value(&one, "a number"); err != nil {
			return c, err
		}
		c.min = &one
	case "at_most":
		if err := l.value(&one, "a number"); err != nil {
			return c, err
		}
		c.max = &one
	case "between":
		if err := l.value(&span, `{"min":1,"max":3}`); err != nil {
			return c, err
		}
		if c.min, c.max = span.Min, span.Max; c.min == nil || c.max == nil || *c.max < *c.min {
			return c, invalid(`needs "min" and a "max" that is not below it for %q`, l.field)
		}
	default:
		return c, l.unknown("at_least, at_most, between, known, unknown")
	}
	for _, n := range []*float64{c.min, c.max} {
		if n != nil && (*n > maxNumber || *n < -maxNumber) {
			return c, invalid("has a number for %q that is too big to compare with", l.field)
		}
	}
	return c, l.plain()
}

func (c number[S]) match(s S) bool {
	have := c.have(s)
	switch {
	case c.is == "known":
		return have != nil
	case c.is == "unknown":
		return have == nil
	case have == nil:
		return false
	}
	return (c.min == nil || *have >= *c.min) && (c.max == nil || *have <= *c.max)
}

func (c number[S]) sql(time.Time) (string, []any) {
	switch {
	case c.is == "known":
		return c.expr + " IS NOT NULL", nil
	case c.is == "unknown":
		return c.expr + " IS NULL", nil
	case c.min == nil:
		return c.expr + " <= ?", []any{*c.max}
	case c.max == nil:
		return c.expr + " >= ?", []any{*c.min}
	}
	return c.expr + " BETWEEN ? AND ?", []any{*c.min, *c.max}
}

// words is in, not_in, known and unknown on a word that is empty where missing.
// not_in is the exact opposite of in, so it is true without a value.
//
//	{"f":"stage","is":"in","v":["MIL","MQL"]}
type words[S any] struct {
	is     string
	values []string
	have   func(S) string
	expr   string
}

// parseWords reads a condition on a word; with possible ones named, others are
// refused.
func parseWords[S any](l leaf, have func(S) string, expr string, possible ...string) (words[S], error) {
	c := words[S]{is: l.is, have: have, expr: expr}
	switch l.is {
	case "known", "unknown":
		return c, l.bare()
	case "in", "not_in":
	default:
		return c, l.unknown("in, not_in, known, unknown")
	}
	var err error
	if c.values, err = l.words(); err != nil {
		return c, err
	}
	for _, w := range c.values {
		if len(possible) > 0 && !slices.Contains(possible, w) {
			return c, invalid("does not know the value %q for %q", w, l.field)
		}
	}
	return c, l.plain()
}

func (c words[S]) match(s S) bool {
	have := c.have(s)
	switch c.is {
	case "known":
		return have != ""
	case "unknown":
		return have == ""
	}
	return slices.Contains(c.values, have) == (c.is == "in")
}

func (c words[S]) sql(time.Time) (string, []any) {
	switch c.is {
	case "known":
		return c.expr + " <> ''", nil
	case "unknown":
		return c.expr + " = ''", nil
	case "in":
		return c.expr + " IN ?", []any{c.values}
	}
	return c.expr + " NOT IN ?", []any{c.values}
}

// refs is in, not_in, known and unknown on an id that is 0 where missing.
//
//	{"f":"account.owner","is":"in","v":[3,4]}
type refs[S any] struct {
	is   string
	ids  []int64
	have func(S) int64
	expr string // never NULL
}

func parseRefs[S any](l leaf, what string, have func(S) int64, expr string) (refs[S], error) {
	c := refs[S]{is: l.is, have: have, expr: expr}
	switch l.is {
	case "known", "unknown":
		return c, l.bare()
	case "in", "not_in":
	default:
		return c, l.unknown("in, not_in, known, unknown")
	}
	var err error
	if c.ids, err = l.ids(what); err != nil {
		return c, err
	}
	return c, l.plain()
}

func (c refs[S]) match(s S) bool {
	have := c.have(s)
	switch c.is {
	case "known":
		return have != 0
	case "unknown":
		return have == 0
	}
	return slices.Contains(c.ids, have) == (c.is == "in")
}

func (c refs[S]) sql(time.Time) (string, []any) {
	switch c.is {
	case "known":
		return c.expr + " <> 0", nil
	case "unknown":
		return c.expr + " = 0", nil
	case "in":
		return c.expr + " IN ?", []any{c.ids}
	}
	return c.expr + " NOT IN ?", []any{c.ids}
}

// flag is yes and no.
//
//	{"f":"is_kp","is":"yes"}
type flag[S any] struct {
	want bool
	have func(S) bool
	expr string
}

func parseFlag[S any](l leaf, have func(S) bool, expr string) (flag[S], error) {
	if l.is != "yes" && l.is != "no" {
		return flag[S]{}, l.unknown("yes, no")
	}
	return flag[S]{l.is == "yes", have, expr}, l.bare()
}

func (c flag[S]) match(s S) bool { return c.have(s) == c.want }

func (c flag[S]) sql(time.Time) (string, []any) {
	if c.want {
		return c.expr, nil
	}
	return "NOT (" + c.expr + ")", nil
}

// whole makes a number that may be missing comparable.
func whole(n *int64) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func roles() []string {
	return stringsOf(model.RoleBoss, model.RoleDecisionMaker, model.RoleCTO, model.RoleCIO, model.RolePurchasing,
		model.RoleDepartmentHead, model.RoleInfluencer, model.RolePractitioner, model.RoleIntern, model.RoleCompetitor)
}

func stringsOf[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
