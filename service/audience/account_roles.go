package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// rolesCondition is about the roles in the buying group of which we know
// somebody: any or all of those listed, none of them, or at least n different
// ones at all.
//
//	{"f":"account.roles","is":"none","v":["boss","decision_maker"]}
//	{"f":"account.roles","is":"at_least","v":3}
type rolesCondition struct {
	is    string
	roles []string
	n     int
}

func parseRoles(l leaf) (accountCondition, error) {
	c := rolesCondition{is: l.is}
	switch l.is {
	case "any", "all", "none":
		words, err := l.words()
		if err != nil {
			return c, err
		}
		slices.Sort(words)
		c.roles = slices.Compact(words)
		for _, w := range c.roles {
			if !slices.Contains(roles(), w) {
				return c, invalid("does not know the value %q for %q", w, l.field)
			}
		}
	case "at_least":
		if err := l.value(&c.n, "a number"); err != nil {
			return c, err
		}
		if c.n < 1 || c.n > len(roles()) {
			return c, invalid("asks for %d different roles: 1 to %d are possible", c.n, len(roles()))
		}
	default:
		return c, l.unknown("any, all, none, at_least")
	}
	return c, l.plain()
}

func (c rolesCondition) match(a Account) bool {
	has := func(role string) bool { return a.Roles[model.Role(role)] > 0 }
	switch c.is {
	case "any":
		return slices.ContainsFunc(c.roles, has)
	case "none":
		return !slices.ContainsFunc(c.roles, has)
	case "all":
		return !slices.ContainsFunc(c.roles, func(role string) bool { return !has(role) })
	}
	return len(a.Roles) >= c.n
}

func (c rolesCondition) sql(time.Time) (string, []any) {
	const listed = "EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = a.id AND c.role IN ?)"
	switch c.is {
	case "any":
		return listed, []any{c.roles}
	case "none":
		return "NOT " + listed, []any{c.roles}
	case "all":
		return "(SELECT COUNT(DISTINCT c.role) FROM contacts c WHERE c.account_id = a.id AND c.role IN ?) = ?", []any{c.roles, len(c.roles)}
	}
	return "(SELECT COUNT(DISTINCT c.role) FROM contacts c WHERE c.account_id = a.id AND c.role <> '') >= ?", []any{c.n}
}
