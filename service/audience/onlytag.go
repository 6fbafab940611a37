package audience

import "slices"

// OnlyTag tells whether the filter asks for one tag and for nothing else, and
// for which one.
func (f Filter) OnlyTag() (int64, bool) {
	n := f.root
	for n != nil && (n.op == "and" || n.op == "or") && len(n.of) == 1 {
		n = n.of[0]
	}
	if n == nil || n.op != "" {
		return 0, false
	}
	c, ok := n.is.(tagCondition)
	if !ok || c.since != nil || len(c.tags) != 1 || !slices.Contains([]string{"any", "all"}, c.is) {
		return 0, false
	}
	return c.tags[0], true
}
