package audience

// The scores are what they last came to, as a contact's page shows them; one
// that was never worked out is missing.
//
//	{"f":"score","is":"at_least","v":60}
func parseScore(l leaf) (condition, error) {
	return parseNumber(l, func(f Facts) *float64 { return f.Score }, "c.score")
}

func parseFit(l leaf) (condition, error) {
	return parseNumber(l, func(f Facts) *float64 { return f.Fit }, "c.fit")
}

func parseEngagement(l leaf) (condition, error) {
	return parseNumber(l, func(f Facts) *float64 { return f.Engagement }, "c.engagement")
}

func parseIntent(l leaf) (condition, error) {
	return parseNumber(l, func(f Facts) *float64 { return f.Intent }, "c.intent")
}

// parseGrade reads conditions on the letter of the fit.
//
//	{"f":"grade","is":"in","v":["A","B"]}
func parseGrade(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return f.Grade }, "c.grade", "A", "B", "C", "D")
}
