package audience

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// maxAll bounds "all" and "exactly", which cost a look-up per tag.
const maxAll = 100

// tagCondition is about the tags that the contact wears with any rep; with
// since, about those of them that were put on then.
//
//	{"f":"tag","is":"any","v":[12,31],"opt":{"since":{"is":"newer_than","v":{"n":7,"unit":"day"}}}}
type tagCondition struct {
	is    string
	tags  []int64 // sorted; none for "empty"
	since *when
}

func parseTag(l leaf) (condition, error) {
	c := tagCondition{is: l.is}
	var err error
	switch l.is {
	case "any", "all", "none", "exactly":
		if c.tags, err = l.ids("tag"); err != nil {
			return nil, err
		}
	case "empty":
		if len(l.v) > 0 {
			return nil, invalid(`takes no "v" for tag empty`)
		}
	default:
		return nil, l.unknown("any, all, none, exactly, empty")
	}
	if (l.is == "all" || l.is == "exactly") && len(c.tags) > maxAll {
		return nil, invalid("asks for more than %d tags at once", maxAll)
	}
	var opt struct {
		Since *struct {
			Is string          `json:"is"`
			V  json.RawMessage `json:"v"`
		} `json:"since"`
	}
	if err := l.options(&opt); err != nil {
		return nil, err
	}
	if opt.Since != nil {
		since, err := leaf{field: "since", is: opt.Since.Is, v: opt.Since.V}.when()
		if err != nil {
			return nil, err
		}
		c.since = &since
	}
	return c, nil
}

func (c tagCondition) match(f Facts) bool {
	has := func(tag int64) bool { return c.counts(f, tag) }
	switch c.is {
	case "any":
		return slices.ContainsFunc(c.tags, has)
	case "none":
		return !slices.ContainsFunc(c.tags, has)
	case "empty":
		return !slices.ContainsFunc(f.TagIDs, has)
	}
	all := !slices.ContainsFunc(c.tags, func(tag int64) bool { return !has(tag) })
	other := func(tag int64) bool { return !slices.Contains(c.tags, tag) && has(tag) }
	return all && (c.is == "all" || !slices.ContainsFunc(f.TagIDs, other))
}

// counts tells whether the tag is worn, and since when it should.
func (c tagCondition) counts(f Facts, tag int64) bool {
	if c.since == nil {
		return slices.Contains(f.TagIDs, tag)
	}
	return slices.ContainsFunc(f.TaggedAt[tag], func(at time.Time) bool { return c.since.holds(at, f.Now) })
}

func (c tagCondition) sql(now time.Time) (string, []any) {
	switch c.is {
	case "any":
		return c.worn(now, " AND w.tag_id IN ?", c.tags)
	case "none":
		where, args := c.worn(now, " AND w.tag_id IN ?", c.tags)
		return "NOT " + where, args
	case "empty":
		where, args := c.worn(now, "")
		return "NOT " + where, args
	}
	var parts []string
	var args []any
	for _, tag := range c.tags {
		where, more := c.worn(now, " AND w.tag_id = ?", tag)
		parts, args = append(parts, where), append(args, more...)
	}
	if c.is == "exactly" {
		where, more := c.worn(now, " AND w.tag_id NOT IN ?", c.tags)
		parts, args = append(parts, "NOT "+where), append(args, more...)
	}
	return strings.Join(parts, " AND "), args
}

// worn says that a tag is worn for which the further condition holds.
func (c tagCondition) worn(now time.Time, further string, args ...any) (string, []any) {
	where := "EXISTS (SELECT 1 FROM relationship_tags w WHERE w.contact_id = c.id AND w.removed_at IS NULL" + further
	if c.since != nil {
		since, more := c.since.sql("w.added_at", now)
		where, args = where+" AND "+since, append(args, more...)
	}
	return where + ")", args
}
