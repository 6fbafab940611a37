package model

import (
	"encoding/json"
	"time"
)

// Audience is a filter with a name, which programmes and people refer to.
type Audience struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	Filter    JSON[json.RawMessage]
	CreatedAt time.Time
	UpdatedAt time.Time
}
