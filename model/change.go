package model

import (
	"encoding/json"
	"time"
)

// ChangeKind is what a change does to the people of a programme.
type ChangeKind string

// Move brings people to another version. The others resume a paused programme:
// shift puts every open date off by the length of the pause, skip keeps the
// dates and skips what has passed, send keeps them and sends what has passed.
const (
	ChangeMove  ChangeKind = "move"
	ChangeShift ChangeKind = "shift"
	ChangeSkip  ChangeKind = "skip"
	ChangeSend  ChangeKind = "send"
)

// ChangeState is where a change stands.
type ChangeState string

// running → done | cancelled.
const (
	ChangeRunning   ChangeState = "running"
	ChangeDone      ChangeState = "done"
	ChangeCancelled ChangeState = "cancelled" // the kill switch or an archiving came first
)

// SOPChange is work on everybody in a programme, done page by page in the
// background; Position is where it goes on, committed with each page.
type SOPChange struct {
	ID         int64 `gorm:"primaryKey"`
	SOPID      int64
	Kind       ChangeKind
	State      ChangeState
	Params     JSON[ChangeParams]
	Position   JSON[ChangePosition]
	Changed    int // enrollments and touches changed so far
	CreatedAt  time.Time
	CreatedBy  string
	UpdatedAt  time.Time
	FinishedAt *time.Time
}

// TableName keeps the acronym in one piece.
func (SOPChange) TableName() string { return "sop_changes" }

// ChangeParams is what a change needs to know.
type ChangeParams struct {
	VersionID    int64           `json:"version_id,omitempty"`    // move: where to
	Filter       json.RawMessage `json:"filter,omitempty"`        // move: whom; empty for everybody
	FinishedDays int             `json:"finished_days,omitempty"` // move: also who finished that many days ago or less
	PausedAt     *time.Time      `json:"paused_at,omitempty"`     // resume: since when nothing went out
}

// ChangePosition is a place between two rows of a change's phase.
type ChangePosition struct {
	Phase   int    `json:"phase"`
	StepKey string `json:"step_key,omitempty"`
	RepID   int64  `json:"rep_id,omitempty"`
	ID      int64  `json:"id,omitempty"`
}

// SwitchAll is the switch that stops every programme.
const SwitchAll = "all"

// Switch is a corp-wide kill switch; every claim looks at it.
type Switch struct {
	Name      string     `gorm:"primaryKey"`
	StoppedAt *time.Time // nil while things run
	ChangedBy string
	UpdatedAt time.Time
}
