package audience

import "time"

// dateCondition is about one instant of the contact's life.
type dateCondition struct {
	when  when
	known *bool // instead of when: is there such an instant at all
	have  func(Facts) *time.Time
	expr  string
	never string // what a contact without the instant counts as
}

// What "opt":{"null":…} may say about contacts to whom it never happened.
const (
	neverExclude = "exclude"
	neverInclude = "include"
	neverAddedAt = "use_added_at"
)

// parseAddedAt reads conditions on when the contact was first added.
//
//	{"f":"added_at","is":"older_than","v":{"n":3,"unit":"day","by":"calendar"}}
func parseAddedAt(l leaf) (condition, error) {
	if err := l.plain(); err != nil {
		return nil, err
	}
	return parseDate(l, dateCondition{have: func(f Facts) *time.Time { return f.AddedAt }, expr: "c.first_added_at", never: neverExclude})
}

func parseDate(l leaf, c dateCondition) (condition, error) {
	if l.is == "known" || l.is == "unknown" {
		known := l.is == "known"
		c.known = &known
		return c, l.bare()
	}
	var err error
	c.when, err = l.when()
	return c, err
}

func (c dateCondition) match(f Facts) bool {
	at := c.have(f)
	if c.known != nil {
		return (at != nil) == *c.known
	}
	if at == nil && c.never == neverAddedAt {
		at = f.AddedAt
	}
	if at == nil {
		return c.never == neverInclude
	}
	return c.when.holds(*at, f.Now)
}

func (c dateCondition) sql(now time.Time) (string, []any) {
	if c.known != nil {
		if *c.known {
			return c.expr + " IS NOT NULL", nil
		}
		return c.expr + " IS NULL", nil
	}
	expr := c.expr
	if c.never == neverAddedAt {
		expr = "COALESCE(" + expr + ", c.first_added_at)"
	}
	where, args := c.when.sql(expr, now)
	if c.never == neverInclude {
		where = expr + " IS NULL OR " + where
	}
	return where, args
}
