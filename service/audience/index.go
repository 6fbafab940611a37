package audience

import (
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// index holds who wears which tag as compressed bitmaps of contact ids. It is
// a cache of the database as of its stamp.
type index struct {
	mu   sync.RWMutex
	live *roaring64.Bitmap // contacts with an active relationship
	tags map[int64]*roaring64.Bitmap
	// sizes are how many tags each contact wears, in binary: bitmap i holds the
	// contacts in whose number bit i is set.
	sizes [sizeBits]*roaring64.Bitmap
	mark  mark
}

// sizeBits is enough for every tag that WeCom lets a corp have (10,000).
const sizeBits = 14

// wearer is what the index knows of one contact.
type wearer struct {
	live bool
	tags []int64
}

func newIndex() *index {
	x := &index{live: roaring64.New(), tags: map[int64]*roaring64.Bitmap{}}
	for i := range x.sizes {
		x.sizes[i] = roaring64.New()
	}
	return x
}

// wear records one tag of one contact, but for the contact's size. It takes no
// lock: it is for building.
func (x *index) wear(contact, tag int64) {
	worn, ok := x.tags[tag]
	if !ok {
		worn = roaring64.New()
		x.tags[tag] = worn
	}
	worn.Add(uint64(contact))
}

// finish counts the sizes of an index just built, adding tag by tag to all
// contacts at once, and packs it.
func (x *index) finish() {
	x.live.RunOptimize()
	for _, worn := range x.tags {
		worn.RunOptimize()
		carry := worn.Clone()
		for _, bit := range x.sizes {
			next := roaring64.And(bit, carry)
			bit.Xor(carry)
			carry = next
		}
	}
}

// apply brings contacts to their present state. Repeating it changes nothing.
func (x *index) apply(changed map[int64]wearer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for contact, w := range changed {
		set(x.live, contact, w.live)
		for _, worn := range x.tags {
			worn.Remove(uint64(contact))
		}
		slices.Sort(w.tags)
		tags := slices.Compact(w.tags)
		for _, tag := range tags {
			x.wear(contact, tag)
		}
		for i, bit := range x.sizes {
			set(bit, contact, len(tags)>>i&1 == 1)
		}
	}
}

func set(bitmap *roaring64.Bitmap, contact int64, in bool) {
	if in {
		bitmap.Add(uint64(contact))
	} else {
		bitmap.Remove(uint64(contact))
	}
}

// count returns how many live contacts a filter on tags selects.
func (x *index) count(f Filter) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if f.root == nil {
		return int64(x.live.GetCardinality())
	}
	return int64(x.live.AndCardinality(x.eval(f.root)))
}

// page returns the first n live contacts behind the one named that a filter on
// tags selects.
func (x *index) page(f Filter, after int64, n int) []int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	selected := x.live
	if f.root != nil {
		selected = roaring64.And(x.live, x.eval(f.root))
	}
	ids := make([]int64, 0, n)
	each := selected.Iterator()
	each.AdvanceIfNeeded(uint64(after) + 1)
	for len(ids) < n && each.HasNext() {
		ids = append(ids, int64(each.Next()))
	}
	return ids
}

// tagsOnly tells whether bitmaps can answer the filter.
func (f Filter) tagsOnly() bool {
	only := true
	f.each(func(n *node) {
		c, ok := n.is.(tagCondition)
		only = only && ok && c.since == nil
	})
	return only
}

// eval returns a bitmap of its own, right as far as live contacts go.
func (x *index) eval(n *node) *roaring64.Bitmap {
	if n.op == "" {
		c, _ := n.is.(tagCondition) // tagsOnly has looked
		return x.evalTags(c)
	}
	parts := make([]*roaring64.Bitmap, len(n.of))
	for i, c := range n.of {
		parts[i] = x.eval(c)
	}
	switch n.op {
	case "and":
		return roaring64.FastAnd(parts...)
	case "or":
		return roaring64.FastOr(parts...)
	}
	return roaring64.AndNot(x.live, parts[0])
}

func (x *index) evalTags(c tagCondition) *roaring64.Bitmap {
	switch c.is {
	case "any":
		return roaring64.FastOr(x.worn(c.tags)...)
	case "none":
		return roaring64.AndNot(x.live, roaring64.FastOr(x.worn(c.tags)...))
	case "empty":
		return roaring64.AndNot(x.live, roaring64.FastOr(x.sizes[:]...))
	}
	all := roaring64.FastAnd(x.worn(c.tags)...)
	if c.is == "exactly" {
		for i, bit := range x.sizes {
			if len(c.tags)>>i&1 == 1 {
				all.And(bit)
			} else {
				all.AndNot(bit)
			}
		}
	}
	return all
}

// worn lists the bitmaps of tags; those that nobody wears are empty.
func (x *index) worn(tags []int64) []*roaring64.Bitmap {
	out := make([]*roaring64.Bitmap, len(tags))
	for i, tag := range tags {
		if out[i] = x.tags[tag]; out[i] == nil {
			out[i] = roaring64.New()
		}
	}
	return out
}
