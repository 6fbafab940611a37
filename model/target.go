package model

import (
	"encoding/json"
	"time"
)

// TargetKind tells how accounts come on a target list.
type TargetKind string

// The kinds: accounts are named one by one, or a filter names them.
const (
	TargetFixed   TargetKind = "fixed"
	TargetDynamic TargetKind = "dynamic"
)

// TargetList is a list of accounts that are worked on purpose. A closed one stays
// for its history and makes nobody a target.
type TargetList struct {
	ID          int64 `gorm:"primaryKey"`
	Name        string
	Kind        TargetKind
	Purposes    JSON[[]string]        // named, large, vertical, stage, repeat
	Filter      JSON[json.RawMessage] // dynamic: an account filter
	Author      string
	RefreshedAt *time.Time // dynamic: when its filter was last asked
	ClosedAt    *time.Time
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TargetMember is a stretch of time in which an account was on a list. OpenSlot is
// 1 for the present one, else nil. The three answers are the selection test: an
// account that fails one of them needs a note.
type TargetMember struct {
	ID          int64 `gorm:"primaryKey"`
	ListID      int64
	AccountID   int64
	OpenSlot    *int8
	FromAt      time.Time
	ToAt        *time.Time
	RepID       int64 // who named it; 0 is nobody
	Large       bool
	Profitable  bool
	SuccessCase bool
	Note        string
	Author      string
}
