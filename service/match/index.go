package match

import (
	"slices"
	"strings"
	"sync"
)

// Index answers which account a lead belongs to. It is safe for concurrent use.
// One account more or less costs what that account costs, and a lead what the
// few accounts cost that share something rare with it, however many there are.
type Index struct {
	mu    sync.RWMutex
	slots []*entry
	free  []int32
	at    map[int64]int32 // account to slot
	parts [1 << partBits]part
	codes map[string]int64
}

// partBits is how many of a key's bits say in which part of the index it is. A
// part is small enough for a processor's cache while it is built, whatever the
// size of the whole.
const partBits = 8

// part is the postings of some keys.
type part struct {
	keys  map[uint64]int32
	lists [][]int32 // of keys that several accounts have
}

// posting says that the account in the slot has the key.
type posting struct {
	key  uint64
	slot int32
}

// part is the one that a key is in.
func (x *Index) part(key uint64) *part { return &x.parts[key>>(64-partBits)] }

// entry is an account as it is compared.
type entry struct {
	id      int64
	names   []*name // the account's own first
	domains []string
	code    string
}

// Most accounts that are looked at for one key. Of a key that more share, a
// strong one (a whole name, a core) is cut short: it can only be a tie. A weak
// one is passed over: it tells nothing.
const (
	strongKeys = 100
	weakKeys   = 32
)

// NewIndex returns an index of the accounts.
func NewIndex(accounts []Account) *Index {
	x := &Index{at: make(map[int64]int32, len(accounts)), slots: make([]*entry, 0, len(accounts)), codes: map[string]int64{}}
	var postings [1 << partBits][]posting
	var again []Account
	for _, a := range accounts {
		if _, twice := x.at[a.ID]; twice {
			again = append(again, a)
			continue
		}
		e := newEntry(a)
		slot := x.place(e)
		for _, key := range e.keys() {
			i := key >> (64 - partBits)
			postings[i] = append(postings[i], posting{key, slot})
		}
	}
	for i := range x.parts {
		x.parts[i].keys = make(map[uint64]int32, len(postings[i]))
		for _, p := range postings[i] {
			x.parts[i].post(p.key, p.slot)
		}
		postings[i] = nil
	}
	for _, a := range again {
		x.Put(a)
	}
	return x
}

// place gives the account a slot.
func (x *Index) place(e *entry) int32 {
	var slot int32
	if n := len(x.free); n > 0 {
		slot, x.free = x.free[n-1], x.free[:n-1]
		x.slots[slot] = e
	} else {
		slot = int32(len(x.slots))
		x.slots = append(x.slots, e)
	}
	x.at[e.id] = slot
	if e.code != "" {
		x.codes[e.code] = e.id
	}
	return slot
}

// Put adds the account, or takes it in place of the one with its ID.
func (x *Index) Put(a Account) {
	e := newEntry(a)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(a.ID)
	slot := x.place(e)
	for _, key := range e.keys() {
		x.part(key).post(key, slot)
	}
}

// Remove forgets an account.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id int64) {
	slot, ok := x.at[id]
	if !ok {
		return
	}
	e := x.slots[slot]
	for _, key := range e.keys() {
		x.part(key).unpost(key, slot)
	}
	if x.codes[e.code] == id {
		delete(x.codes, e.code)
	}
	x.slots[slot] = nil
	x.free = append(x.free, slot)
	delete(x.at, id)
}

// Len is how many accounts there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.at)
}

// post notes that the account in the slot has the key. A key of one account
// holds its slot, one of several the complement of a list's number.
func (p *part) post(key uint64, slot int32) {
	had, ok := p.keys[key]
	switch {
	case !ok:
		p.keys[key] = slot
	case had >= 0:
		p.lists = append(p.lists, []int32{had, slot})
		p.keys[key] = ^int32(len(p.lists) - 1)
	default:
		p.lists[^had] = append(p.lists[^had], slot)
	}
}

func (p *part) unpost(key uint64, slot int32) {
	had, ok := p.keys[key]
	switch {
	case !ok:
	case had >= 0:
		delete(p.keys, key)
	default:
		list := p.lists[^had]
		if i := slices.Index(list, slot); i >= 0 {
			list[i] = list[len(list)-1]
			p.lists[^had] = list[:len(list)-1]
		}
	}
}

// holders appends the slots of the accounts with the key.
func (x *Index) holders(out []int32, key uint64, most int, strong bool) []int32 {
	p := x.part(key)
	had, ok := p.keys[key]
	switch {
	case !ok:
	case had >= 0:
		out = append(out, had)
	case len(p.lists[^had]) <= most:
		out = append(out, p.lists[^had]...)
	case strong:
		out = append(out, p.lists[^had][:most]...)
	}
	return out
}

func newEntry(a Account) *entry {
	own := Parse(a.Name)
	e := &entry{id: a.ID, names: []*name{newName(a.Name, own)}}
	add := func(text string, p Parsed) {
		n := newName(text, p)
		n.alias = true
		e.names = append(e.names, n)
	}
	if own.Former != "" {
		add(own.Former, parseFolded(own.Former))
	}
	for _, alias := range a.Aliases {
		if alias = strings.TrimSpace(alias); alias != "" {
			add(alias, Parse(alias))
		}
	}
	for _, domain := range a.Domains {
		if registrable, _ := Domain(domain); registrable != "" && !slices.Contains(e.domains, registrable) {
			e.domains = append(e.domains, registrable)
		}
	}
	e.code, _ = CreditCode(a.CreditCode)
	return e
}

// The kinds of keys by which accounts are found.
const (
	keyFolded = byte(iota)
	keyStripped
	keyBare
	keyCore
	keyKnown
	keySound
	keySpelt
	keyWild
	keyHead
	keyTail
	keyPair
	keyDomain
)

// hash is FNV-1a over the kind and the parts.
func hash(kind byte, parts ...string) uint64 {
	h := (uint64(14695981039346656037) ^ uint64(kind)) * 1099511628211
	for _, part := range parts {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return h
}

// longestHead is up to how many characters the beginnings of names are keys.
const longestHead = 6

// keys are those under which the account is found, each once.
func (e *entry) keys() []uint64 {
	var keys []uint64
	for i, n := range e.names {
		keys = append(keys, n.strongKeys()...)
		if n.latin {
			continue
		}
		bare := []rune(n.bare)
		for k := 2; k <= min(longestHead, len(bare)); k++ {
			keys = append(keys, hash(keyHead, string(bare[:k])))
		}
		core := []rune(n.Core)
		for k := 1; k < min(longestHead, len(core)-1); k++ {
			keys = append(keys, hash(keyTail, string(core[k:])))
		}
		keys = append(keys, n.wildKeys()...)
		if i > 0 {
			continue
		}
		keys = append(keys, pairKeys(bare)...)
		if n.stripped != n.bare {
			keys = append(keys, pairKeys([]rune(n.stripped))...)
		}
	}
	for _, domain := range e.domains {
		keys = append(keys, hash(keyDomain, domain))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// strongKeys are those that few accounts should share.
func (n *name) strongKeys() []uint64 {
	keys := []uint64{hash(keyFolded, n.Folded), hash(keyStripped, n.stripped), hash(keyBare, n.bare), hash(keyCore, n.Core)}
	if bare, ok := strings.CutPrefix(n.bare, "中国"); ok {
		keys = append(keys, hash(keyBare, bare))
	}
	if n.tail != "" {
		keys = append(keys, hash(keyBare, n.tail))
	}
	for _, inner := range n.inner {
		keys = append(keys, hash(keyCore, inner))
	}
	for _, id := range []int{n.loose, n.brand} {
		if id > 0 {
			keys = append(keys, hash(keyKnown, string(rune(id))))
		}
	}
	if n.hasHan {
		keys = append(keys, hash(keySound, n.sound))
	}
	for _, spelt := range n.spelt {
		if len(spelt) >= 3 {
			keys = append(keys, hash(keySpelt, spelt))
		}
	}
	return keys
}

// wildKeys are the core with each character left open in turn, and its characters
// in order: what differs by one character, or by two that changed places, meets
// there. Of two characters one says too little: the place has to be the same, or
// the other one has to look alike.
func (n *name) wildKeys() []uint64 {
	core := []rune(n.Core)
	if len(core) < 2 || len(core) > longestHead || !han(core[0]) {
		return nil
	}
	keys := []uint64{hash(keyWild, "looks", looks(n.Core))}
	if len(core) == 2 && n.Region == "" {
		return keys
	}
	open := slices.Clone(core)
	for i := range core {
		open[i] = '*'
		if len(core) == 2 {
			keys = append(keys, hash(keyWild, string(open), n.Region, strings.Join(n.Hard, ""), strings.Join(n.Trade, "")))
		} else {
			keys = append(keys, hash(keyWild, string(open)))
		}
		open[i] = core[i]
	}
	if len(core) >= 3 {
		slices.Sort(open)
		keys = append(keys, hash(keyWild, "sorted", string(open)))
	}
	return keys
}

// pairKeys are the first character with each later one, where an acronym of the
// name begins and ends.
func pairKeys(s []rune) []uint64 {
	const longest = 12
	var keys []uint64
	for i := 1; i < min(len(s), longest); i++ {
		keys = append(keys, hash(keyPair, string(s[0]), string(s[i])))
	}
	return keys
}

// candidates are the slots of the accounts that the name may mean, each once.
func (x *Index) candidates(lead *name) []int32 {
	var out []int32
	for _, key := range lead.strongKeys() {
		out = x.holders(out, key, strongKeys, true)
	}
	if !lead.latin {
		out = x.nearCandidates(out, lead)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (x *Index) nearCandidates(out []int32, lead *name) []int32 {
	core, bare := []rune(lead.Core), []rune(lead.bare)
	for k := 2; k < min(len(core), longestHead+1); k++ {
		out = x.holders(out, hash(keyCore, string(core[:k])), weakKeys, false)
	}
	for k := 1; k < len(core)-1; k++ {
		out = x.holders(out, hash(keyCore, string(core[k:])), weakKeys, false)
	}
	out = x.holders(out, hash(keyTail, lead.Core), weakKeys, false)
	out = x.holders(out, hash(keyHead, lead.Core), weakKeys, false)
	for k := 3; k <= min(4, len(bare)); k++ {
		out = x.holders(out, hash(keyHead, string(bare[:k])), weakKeys, false)
	}
	for _, key := range lead.wildKeys() {
		out = x.holders(out, key, weakKeys, false)
	}
	if len(core) <= 4 && len(core) == len(bare) && len(core) > 1 {
		out = x.holders(out, hash(keyPair, string(core[0]), string(core[len(core)-1])), weakKeys, false)
	}
	return out
}
