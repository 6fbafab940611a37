package sim

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// A cursor is opaque to the caller: where the next page begins, bound to the
// list it belongs to, so that a made-up one or another list's is 50100.

func newCursor(list string, position int64) string {
	text := strconv.FormatInt(position, 36)
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s.%08x", text, crc32.ChecksumIEEE([]byte(list+"|"+text))))
}

// position reads a cursor; the empty one is the beginning.
func position(list, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	text, _, found := strings.Cut(string(raw), ".")
	at, parseErr := strconv.ParseInt(text, 36, 64)
	if err != nil || parseErr != nil || !found || at < 0 || newCursor(list, at) != cursor {
		return 0, refuse(50100, "invalid cursor")
	}
	return at, nil
}

// paging is the part of a request that asks for a page.
type paging struct {
	Cursor string `json:"cursor"`
	Limit  int    `json:"limit"`
}

// size returns how many rows the page may have.
func (p paging) size(c *call, most, usual int) (int, error) {
	n := p.Limit
	if n == 0 {
		n = usual
	}
	if n < 0 || n > most {
		return 0, refuse(40058, "invalid parameter: limit must be 1 to %d", most)
	}
	if c.rules.MaxPage > 0 {
		n = min(n, c.rules.MaxPage)
	}
	return n, nil
}

// list names what is paged, for its cursors, and how many rows a page may and
// usually does have.
type list struct {
	name  string
	most  int
	usual int
}

// cut returns one page of rows and the cursor of the next, by position in the
// list.
func cut[T any](c *call, rows []T, l list, p paging) ([]T, string, error) {
	n, err := p.size(c, l.most, l.usual)
	if err != nil {
		return nil, "", err
	}
	at, err := position(l.name, p.Cursor)
	if err != nil {
		return nil, "", err
	}
	start := min(int(at), len(rows))
	end := min(start+n, len(rows))
	next := ""
	if end < len(rows) {
		next = newCursor(l.name, int64(end))
	}
	return append([]T{}, rows[start:end]...), next, nil
}

// pick is cut over the rows that match, without touching those after the page.
func pick[T any](c *call, rows []T, l list, p paging, match func(T) bool) ([]T, string, error) {
	n, err := p.size(c, l.most, l.usual)
	if err != nil {
		return nil, "", err
	}
	at, err := position(l.name, p.Cursor)
	if err != nil {
		return nil, "", err
	}
	var page []T
	for i := int(at); i < len(rows); i++ {
		if !match(rows[i]) {
			continue
		}
		if len(page) == n {
			return page, newCursor(l.name, int64(i)), nil
		}
		page = append(page, rows[i])
	}
	return page, "", nil
}
