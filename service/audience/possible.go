package audience

import "slices"

// truth is what can be said of a condition while some facts are missing.
type truth int

const (
	no truth = iota
	maybe
	yes
)

// Possible tells whether the filter may still select a contact with these
// facts, of whom the listed fields cannot be known yet.
func (f Filter) Possible(facts Facts, unknown ...string) bool {
	return f.root == nil || f.root.weigh(facts, unknown) != no
}

// Unheard lists the fields whose facts nobody has yet of a stranger who has just
// added a rep: WeCom has not been asked about them, nor has anything been made of
// its answer.
func Unheard() []string {
	out := []string{
		"contact_type", "corp_name", "role", "seniority", "source", "stage", "stage_at", "score", "fit", "engagement", "intent", "grade", "account",
	}
	for name := range accountFields() {
		out = append(out, ofAccount+name)
	}
	slices.Sort(out)
	return out
}

// RollUps lists the fields that a contact's facts answer only if Load was given
// the filter.
func RollUps() []string {
	return []string{ofAccount + "any", ofAccount + "all", ofAccount + "at_least"}
}

func (n *node) weigh(facts Facts, unknown []string) truth {
	switch n.op {
	case "and":
		return n.outcome(facts, unknown, yes, func(a, b truth) truth { return min(a, b) })
	case "or":
		return n.outcome(facts, unknown, no, func(a, b truth) truth { return max(a, b) })
	case "not":
		return yes - n.of[0].weigh(facts, unknown)
	}
	switch {
	case slices.Contains(unknown, n.leaf.field):
		return maybe
	case n.is.match(facts):
		return yes
	}
	return no
}

// outcome joins what is said of the parts, beginning with that of none.
func (n *node) outcome(facts Facts, unknown []string, none truth, join func(a, b truth) truth) truth {
	out := none
	for _, part := range n.of {
		out = join(out, part.weigh(facts, unknown))
	}
	return out
}
