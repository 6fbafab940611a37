package wecom

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is a moment as WeCom writes it: Unix seconds, as a number or, in some
// answers, as a string. Zero and "" are the zero time.
type Time struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" || s == "0" || s == "null" {
		t.Time = time.Time{}
		return nil
	}
	unix, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return fmt.Errorf("parse a Unix time: %w", err)
	}
	t.Time = time.Unix(unix, 0)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}
