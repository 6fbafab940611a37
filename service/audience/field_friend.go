package audience

import (
	"fmt"
	"slices"

	"sixtouch/model"
)

// friendOrder is what is between a contact and the whole company, best first:
// the best of its relationships counts, so somebody whom one rep lost and
// another still has is active.
func friendOrder() []model.RelationshipState {
	return []model.RelationshipState{
		model.RelationshipActive, model.RelationshipHalf, model.RelationshipTransferred,
		model.RelationshipLost, model.RelationshipRemoved,
	}
}

// parseFriend reads conditions on the contact's friend status.
//
//	{"f":"friend","is":"in","v":["lost","removed"]}
func parseFriend(l leaf) (condition, error) {
	ranks, rank := map[string]int{}, "CASE r.state"
	for i, state := range friendOrder() {
		ranks[string(state)] = i + 1
		rank += fmt.Sprintf(" WHEN '%s' THEN %d", state, i+1)
	}
	values, err := l.ranked(ranks)
	return parseOneOf(l, values, err, func(f Facts) []int {
		var all []int
		for _, r := range f.Relationships {
			all = append(all, ranks[string(r.State)])
		}
		slices.Sort(all)
		return all[:min(1, len(all))]
	}, "(SELECT MIN("+rank+" END) FROM relationships r WHERE r.contact_id = c.id) IN ?")
}
