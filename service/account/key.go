package account

// NameKey is the form in which companies' names are compared: two with one key
// are one account. It is empty for what is no name.
func NameKey(name string) string { return nameKey(name) }

// DomainOf brings an address or a host down to its registrable domain, empty when
// it has none, and tells whether that says whose it is.
func DomainOf(text string) (domain string, evidence bool) { return domainOf(text) }
