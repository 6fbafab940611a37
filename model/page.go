package model

// PageLimit bounds every list.
const PageLimit = 200

// Page asks for a part of a list: at most Limit rows after the row with id
// After (before it, for lists that show the newest first).
type Page struct {
	After int64
	Limit int
}

// Size returns the page's row count: 50 unless asked, PageLimit at most.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > PageLimit:
		return PageLimit
	}
	return p.Limit
}
