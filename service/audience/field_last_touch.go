package audience

import "time"

// parseLastTouch reads conditions on when the contact was last sent something.
// For those to whom nothing was ever sent, see parseLast.
//
//	{"f":"last_touch","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"include"}}
func parseLastTouch(l leaf) (condition, error) {
	return parseLast(l, dateCondition{
		have: lastTouch,
		expr: "(SELECT MAX(t.sent_at) FROM touches t WHERE t.contact_id = c.id AND " + sentTouch + ")",
	})
}

func lastTouch(f Facts) *time.Time {
	var last *time.Time
	for _, t := range f.Touches {
		if last == nil || t.SentAt.After(*last) {
			last = &t.SentAt
		}
	}
	return last
}
