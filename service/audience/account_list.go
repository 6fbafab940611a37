package audience

import (
	"slices"
	"time"
)

// listCondition is about the live target lists that the account is on now.
//
//	{"f":"account.list","is":"in","v":[3]}
type listCondition struct {
	not   bool
	lists []int64
}

func parseList(l leaf) (accountCondition, error) {
	if l.is != "in" && l.is != "not_in" {
		return nil, l.unknown("in, not_in")
	}
	ids, err := l.ids("target list")
	if err != nil {
		return nil, err
	}
	return listCondition{l.is == "not_in", ids}, l.plain()
}

func (c listCondition) match(a Account) bool {
	return slices.ContainsFunc(a.Lists, func(id int64) bool { return slices.Contains(c.lists, id) }) != c.not
}

// onList is a membership m of a target list l that holds now.
const onList = "target_members m JOIN target_lists l ON l.id = m.list_id AND l.closed_at IS NULL WHERE m.open_slot = 1 AND m.account_id"

func (c listCondition) sql(time.Time) (string, []any) {
	where := "EXISTS (SELECT 1 FROM " + onList + " = a.id AND m.list_id IN ?)"
	if c.not {
		where = "NOT " + where
	}
	return where, []any{c.lists}
}
