package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON is a column that holds a JSON document of type T. The databases see an
// opaque text: it is never filtered in SQL.
type JSON[T any] struct{ V T }

// AsJSON wraps v for storage.
func AsJSON[T any](v T) JSON[T] { return JSON[T]{V: v} }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, fmt.Errorf("encode JSON column: %w", err)
	}
	return string(b), nil
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(src any) error {
	var b []byte
	switch s := src.(type) {
	case nil:
		return nil
	case []byte:
		b = s
	case string:
		b = []byte(s)
	default:
		return fmt.Errorf("decode JSON column: unexpected %T", src)
	}
	if len(b) == 0 {
		return nil
	}
	if err := json.Unmarshal(b, &j.V); err != nil {
		return fmt.Errorf("decode JSON column: %w", err)
	}
	return nil
}

// MarshalJSON writes the wrapped value as it is.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads into the wrapped value.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }

// GormDataType tells GORM to treat the column as text.
func (JSON[T]) GormDataType() string { return "text" }
