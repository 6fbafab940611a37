package account

import (
	"strings"

	"sixtouch/service/match"
)

// nameKey is the form in which names are compared.
func nameKey(name string) string { return match.Fold(name) }

// domainOf brings an address, a host or a web page down to its registrable domain,
// and tells whether the domain says whose it is.
func domainOf(text string) (domain string, evidence bool) {
	if _, page, found := strings.Cut(text, "://"); found {
		text = page
	}
	text, _, _ = strings.Cut(text, "/")
	return match.Domain(text)
}
