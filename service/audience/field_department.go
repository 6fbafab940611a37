package audience

// parseDepartment reads conditions on the main departments of the reps who
// follow the contact now. A department does not include those below it.
//
//	{"f":"department","is":"in","v":[2]}
func parseDepartment(l leaf) (condition, error) {
	ids, err := l.ids("department")
	return parseOneOf(l, ids, err, func(f Facts) []int64 {
		return following(f, func(r Relationship) int64 { return r.Department })
	}, `EXISTS (SELECT 1 FROM relationships r JOIN reps p ON p.id = r.rep_id
		WHERE r.contact_id = c.id AND r.state = 'active' AND p.main_department IN ?)`)
}
