package audience

import "sixtouch/model"

// parseOwner reads conditions on the reps who follow the contact now.
//
//	{"f":"owner","is":"in","v":[3,4]}
func parseOwner(l leaf) (condition, error) {
	ids, err := l.ids("rep")
	return parseOneOf(l, ids, err, func(f Facts) []int64 {
		return following(f, func(r Relationship) int64 { return r.RepID })
	}, "EXISTS (SELECT 1 FROM relationships r WHERE r.contact_id = c.id AND r.state = 'active' AND r.rep_id IN ?)")
}

// following lists something about each active relationship.
func following(f Facts, about func(Relationship) int64) []int64 {
	var out []int64
	for _, r := range f.Relationships {
		if r.State == model.RelationshipActive {
			out = append(out, about(r))
		}
	}
	return out
}
