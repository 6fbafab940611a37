package audience

// parseChannelState reads conditions on the contact ways by which the contact
// came to any rep. How somebody came stays true when the relationship ends.
//
//	{"f":"channel_state","is":"in","v":["expo-2026"]}
func parseChannelState(l leaf) (condition, error) {
	words, err := l.words()
	return parseOneOf(l, words, err, func(f Facts) []string {
		var out []string
		for _, r := range f.Relationships {
			out = append(out, r.ChannelState)
		}
		return out
	}, "EXISTS (SELECT 1 FROM relationships r WHERE r.contact_id = c.id AND r.channel_state IN ?)")
}
