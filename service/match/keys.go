package match

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxKeyBytes is how long a key of Keys is at most.
const maxKeyBytes = 64

// Keys are what a person without an account is kept under, and what an account
// answers to: when an account, an alias or a domain is added or changed, only
// people who share a key with it have to be looked at again. They are few and at
// most 64 bytes long: the name, its core, the core's beginning and end, its
// sound, and the well-known company that it names.
func (p Parsed) Keys() []string { return unique(newName(p.Folded, p).blocks()) }

// blocks are the keys of one name.
func (n *name) blocks() []string {
	if n.Folded == "" {
		return nil
	}
	keys := []string{"b:" + n.bare, "c:" + n.Core}
	if core := []rune(n.Core); len(core) >= 2 && !n.Junk {
		keys = append(keys, "h:"+string(core[:2]), "t:"+string(core[len(core)-2:]))
	}
	for _, id := range []int{n.loose, n.brand} {
		if id > 0 {
			keys = append(keys, "k:"+strconv.Itoa(id))
		}
	}
	if n.hasHan {
		keys = append(keys, "y:"+n.sound)
	}
	for _, spelt := range n.spelt {
		if len(spelt) >= 3 {
			keys = append(keys, "l:"+spelt)
		}
	}
	return keys
}

// Keys are those of all that is known about the lead's company.
func (l Lead) Keys() []string {
	var keys []string
	for _, text := range l.Texts {
		for _, n := range names(text.Value) {
			keys = append(keys, n.blocks()...)
		}
	}
	for _, email := range l.addresses() {
		if domain, evidence := Domain(email); evidence || domain != "" && !numericLocal(email) {
			keys = append(keys, "d:"+domain)
		}
	}
	if code, ok := CreditCode(l.CreditCode); ok {
		keys = append(keys, "u:"+code)
	}
	return unique(keys)
}

// Keys are those of all names and domains of the account.
func (a Account) Keys() []string {
	e := newEntry(a)
	var keys []string
	for _, n := range e.names {
		keys = append(keys, n.blocks()...)
	}
	for _, domain := range e.domains {
		keys = append(keys, "d:"+domain)
	}
	if e.code != "" {
		keys = append(keys, "u:"+e.code)
	}
	return unique(keys)
}

// unique sorts the keys, cuts the long ones and drops those that stand twice.
func unique(keys []string) []string {
	for i, key := range keys {
		for len(key) > maxKeyBytes {
			_, size := utf8.DecodeLastRuneInString(key)
			key = key[:len(key)-size]
		}
		keys[i] = key
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
