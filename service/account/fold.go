package account

import (
	"slices"
	"strings"
)

// nameKey is the form in which names are compared.
func nameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), "")) }

// domainOf brings an address down to its domain and tells whether the domain says
// whose it is.
func domainOf(text string) (domain string, evidence bool) {
	_, host, _ := strings.Cut("@"+strings.ToLower(strings.TrimSpace(text)), "@")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if !strings.Contains(host, ".") {
		return "", false
	}
	return host, !slices.Contains([]string{"qq.com", "163.com", "gmail.com"}, host)
}
