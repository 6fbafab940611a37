package model

import "time"

// CheckupState is how far a check-up is.
type CheckupState string

// A check-up is asked for, then one replica does it.
const (
	CheckupQueued  CheckupState = "queued"
	CheckupRunning CheckupState = "running"
	CheckupDone    CheckupState = "done"
)

// CheckupID is the one row's id: a check-up replaces the one before.
const CheckupID = 1

// Checkup is the latest look at whether the installation has all that it needs.
type Checkup struct {
	ID         int64 `gorm:"primaryKey"`
	State      CheckupState
	Findings   JSON[[]Finding]
	AskedBy    string
	LeaseToken string
	LeaseUntil time.Time
	CreatedAt  time.Time // asked for
	UpdatedAt  time.Time
	FinishedAt *time.Time
}

// Finding is what one check found and what to do about it.
type Finding struct {
	Check  string    `json:"check"`
	Status string    `json:"status"` // ok, warning, fault, skipped
	Title  Bilingual `json:"title"`
	Detail Bilingual `json:"detail"`
	Advice Bilingual `json:"advice"`
}

// Bilingual is a text in both languages of the product, for what is kept and
// read later by anybody.
type Bilingual struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}
