package model

import (
	"encoding/json"
	"regexp"
	"time"
)

// LastActive is when a contact last did something towards us: what silence is
// counted from.
type LastActive struct {
	ContactID int64 `gorm:"primaryKey;autoIncrement:false"`
	At        time.Time
}

// ContactDate is a local day of a contact's life that programmes count from,
// such as the start of a trial, the end of a contract or a birthday.
type ContactDate struct {
	ContactID int64  `gorm:"primaryKey;autoIncrement:false"`
	Field     string `gorm:"primaryKey"`
	Day       string `personal:"yes"` // YYYY-MM-DD
	MonthDay  string `personal:"yes"` // MM-DD, for what comes round every year
	UpdatedAt time.Time
}

// ValidDateField tells whether a date field may have that name.
func ValidDateField(name string) bool {
	return regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`).MatchString(name)
}

// Sweep is up to where one programme's sweep has come. Subject names what is
// looked for, so that a changed trigger begins a sweep of its own. PassedAt is
// when the last pass over everybody began.
type Sweep struct {
	SOPID    int64     `gorm:"primaryKey;autoIncrement:false"`
	Subject  string    `gorm:"primaryKey"`
	UntilAt  time.Time // silence: who fell silent before has been seen; audience: no new pass before
	Day      string    // dates: the target day being swept, YYYY-MM-DD
	AfterID  int64     // the last contact seen at that place; audience, between two passes: the last activity
	Primed   bool      // audience: everybody has been looked at once
	Passing  bool      // audience: a pass over everybody is under way
	PassedAt *time.Time
	// HeadID is the newest activity that the last look at those to whom something
	// had happened came to, SettledID that of the look before: transactions that
	// had begun by then have ended, so nothing appears behind it any more.
	HeadID    int64
	SettledID int64
	UpdatedAt time.Time
}

// SweepMember is a contact whom the sweep last saw inside a programme's
// audience: entering is not having been there before.
type SweepMember struct {
	SOPID      int64 `gorm:"primaryKey;autoIncrement:false"`
	AudienceID int64 `gorm:"primaryKey;autoIncrement:false"`
	ContactID  int64 `gorm:"primaryKey;autoIncrement:false"`
}

// JobState is where a bulk enrollment stands.
type JobState string

// queued → running → done; queued | running → cancelled.
const (
	JobQueued    JobState = "queued"
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobCancelled JobState = "cancelled"
)

// EnrollmentJob lets many contacts into an SOP in the background, in the order
// of their ids. Its numbers and AfterID move in the transaction that enrolls.
type EnrollmentJob struct {
	ID         int64 `gorm:"primaryKey"`
	SOPID      int64
	Source     string // contacts, audience, filter, matching
	AudienceID int64
	Filter     JSON[json.RawMessage] // frozen when the job is made; null for contacts
	Anchor     string                // now, added_at
	DryRun     bool                  // counts and lets nobody in
	State      JobState
	AfterID    int64 // contacts up to this id are done
	Page       int   // contacts of the next transaction; shrinks around a failing one

	Total       int // when the job was made
	Entered     int
	AlreadyIn   int // inside already, or kept out by the re-entry policy
	Past        int // every step lies behind them
	Unreachable int // no active relationship
	Failed      int

	LeaseToken string
	LeaseUntil time.Time // queued: when it was made
	LastError  string
	CreatedBy  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt *time.Time
}

// EnrollmentJobContact is a contact that a job was given by id.
type EnrollmentJobContact struct {
	JobID     int64 `gorm:"primaryKey;autoIncrement:false"`
	ContactID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// Holdout is the share of people, in percent, whom a scope's programmes leave
// alone. The only scope is global; programmes hold their own share in their
// definition.
type Holdout struct {
	Scope     string `gorm:"primaryKey"`
	Percent   float64
	UpdatedAt time.Time
}
