package model

import "time"

// ErasureReason is why a person's data were erased: a code, so that the record of
// it holds nothing personal.
type ErasureReason string

// The reasons.
const (
	ErasureRequested ErasureReason = "requested" // the person asked for it
	ErasureWithdrawn ErasureReason = "withdrawn" // consent was withdrawn
	ErasureEnded     ErasureReason = "ended"     // there is no purpose any more
	ErasureMistaken  ErasureReason = "mistaken"  // the data were not to be had
)

// ErasureState is where an erasure stands.
type ErasureState string

// running → done.
const (
	ErasureRunning ErasureState = "running"
	ErasureDone    ErasureState = "done"
)

// Erasure is the erasing of one contact's personal data: the record of who asked
// for it, and its place. OpenSlot is 1 while it runs, else nil: a contact is
// erased once at a time. Position is where it goes on, committed with each page.
type Erasure struct {
	ID          int64 `gorm:"primaryKey"`
	ContactID   int64
	OpenSlot    *int8
	State       ErasureState
	Reason      ErasureReason
	RequestedBy string
	Position    JSON[ErasurePosition]
	Counts      JSON[map[string]int64] // rows that were blanked or deleted, by table
	NextAt      time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
	FinishedAt  *time.Time
}

// ErasurePosition is a place between two rows of an erasure's phase. AgainID is
// the row before the first that had to be passed over for now; nil is none.
type ErasurePosition struct {
	Phase   int    `json:"phase"`
	AfterID int64  `json:"after_id,omitempty"`
	AgainID *int64 `json:"again_id,omitempty"`
}
