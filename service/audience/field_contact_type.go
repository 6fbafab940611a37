package audience

// parseContactType reads conditions on where the contact's account lives.
//
//	{"f":"contact_type","is":"in","v":["wechat"]}
func parseContactType(l leaf) (condition, error) {
	values, err := l.ranked(map[string]int{"wechat": 1, "wecom": 2}) // WeCom's numbers
	return parseOneOf(l, values, err, func(f Facts) []int { return []int{f.ContactType} }, "c.type IN ?")
}
