package match

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Domain answers with the registrable domain of an e-mail address or of a bare
// host ("mail.sales.example.com.cn" → "example.com.cn"), by the public-suffix
// list; empty if there is none. It is evidence of a company only if it belongs
// to no provider of mail or web space.
func Domain(email string) (registrable string, evidence bool) {
	host := strings.ToLower(strings.TrimSpace(email))
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	host = strings.TrimSuffix(host, ".")
	if len(host) > 253 || !hostLike(host) {
		return "", false
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return "", false
	}
	words := vocabulary()
	name, _, _ := strings.Cut(registrable, ".")
	return registrable, !words.mail[registrable] && !words.mail[name+".*"]
}

func hostLike(host string) bool {
	for _, r := range host {
		if r != '.' && r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r < 0x80 {
			return false
		}
	}
	return strings.Contains(host, ".")
}

// numericLocal tells whether an address begins with a number, as people's do at
// providers of free mail.
func numericLocal(email string) bool {
	local, _, ok := strings.Cut(strings.TrimSpace(email), "@")
	return !ok || local == "" || strings.Trim(local, "0123456789") == ""
}
