package audience

import (
	"maps"
	"sync"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// index holds who wears which tag as compressed bitmaps of contact ids. It is
// a cache of the database as of its stamp.
type index struct {
	mu   sync.RWMutex
	live *roaring64.Bitmap // contacts with an active relationship
	tags map[int64]*roaring64.Bitmap
	mark mark
}

// wearer is what the index knows of one contact.
type wearer struct {
	live bool
	tags []int64
}

func newIndex() *index {
	return &index{live: roaring64.New(), tags: map[int64]*roaring64.Bitmap{}}
}

// wear records one tag of one contact. It takes no lock: it is for building.
func (x *index) wear(contact, tag int64) {
	worn, ok := x.tags[tag]
	if !ok {
		worn = roaring64.New()
		x.tags[tag] = worn
	}
	worn.Add(uint64(contact))
}

// apply brings whole tags and single contacts to their present state. Repeating
// it changes nothing.
func (x *index) apply(tags map[int64]*roaring64.Bitmap, changed map[int64]wearer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	maps.Copy(x.tags, tags)
	for contact, w := range changed {
		x.live.Remove(uint64(contact))
		for _, worn := range x.tags {
			worn.Remove(uint64(contact))
		}
		if w.live {
			x.live.Add(uint64(contact))
		}
		for _, tag := range w.tags {
			x.wear(contact, tag)
		}
	}
}

// count returns how many live contacts the filter selects; ok is false when
// the filter looks at more than tags.
func (x *index) count(f Filter) (n int64, ok bool) {
	if !f.tagsOnly() {
		return 0, false
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if f.root == nil {
		return int64(x.live.GetCardinality()), true
	}
	return int64(x.live.AndCardinality(x.eval(f.root))), true
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
		return x.without(x.live.Clone(), nil)
	}
	all := roaring64.FastAnd(x.worn(c.tags)...)
	if c.is == "all" {
		return all
	}
	return x.without(all, c.tags)
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

// without takes out of a set everybody who wears a tag that is not listed.
func (x *index) without(set *roaring64.Bitmap, except []int64) *roaring64.Bitmap {
	allowed := make(map[int64]bool, len(except))
	for _, tag := range except {
		allowed[tag] = true
	}
	for tag, worn := range x.tags {
		if set.IsEmpty() {
			break
		}
		if !allowed[tag] {
			set.AndNot(worn)
		}
	}
	return set
}
