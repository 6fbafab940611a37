package audience

// parseAccount reads conditions on the account that the contact is known to be at.
//
//	{"f":"account","is":"unknown"}
func parseAccount(l leaf) (condition, error) {
	return parseRefs(l, "account", func(f Facts) int64 { return f.AccountID }, "COALESCE(c.account_id, 0)")
}
