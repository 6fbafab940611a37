package match

import "slices"

// Keys are what a person without an account is kept under, and what an account
// answers to: when an account, an alias or a domain is added or changed, only
// people who share a key with it have to be looked at again. They are few and at
// most 64 bytes long each.
func (p Parsed) Keys() []string { return []string{p.Core} }

// Keys are those of all that is known about the lead's company.
func (l Lead) Keys() []string {
	var keys []string
	for _, text := range l.Texts {
		keys = append(keys, Parse(text.Value).Keys()...)
	}
	for _, email := range l.Emails {
		if domain, evidence := Domain(email); evidence {
			keys = append(keys, "d:"+domain)
		}
	}
	return unique(keys)
}

// Keys are those of all names and domains of the account.
func (a Account) Keys() []string {
	keys := Parse(a.Name).Keys()
	for _, alias := range a.Aliases {
		keys = append(keys, Parse(alias).Keys()...)
	}
	for _, domain := range a.Domains {
		keys = append(keys, "d:"+domain)
	}
	return unique(keys)
}

func unique(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
