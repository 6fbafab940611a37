package model

import (
	"encoding/json"
	"time"
)

// ScorePart is what a line of the score ledger counts for.
type ScorePart string

// The parts of a score that the ledger holds; the third, fit, follows from the
// fields of the contact and the account.
const (
	PartEngagement ScorePart = "engagement"
	PartIntent     ScorePart = "intent"
	PartReset      ScorePart = "reset" // what engaged before no longer counts
)

// ScoreEntry is a line of the score ledger: what one activity of a contact is
// worth by one rule, in the version of the rules that was live then. A line is
// never rewritten, and a contact has one per activity and rule. Subject names
// what a cap counts by: the content, the form, the event, the question.
type ScoreEntry struct {
	ID           int64 `gorm:"primaryKey"`
	ContactID    int64
	ActivityID   int64
	RuleKey      string
	Part         ScorePart
	RulesVersion int64
	Subject      string
	HighValue    bool // one of the few doings that tell an engaged account
	Points       float64
	At           time.Time
	ExpiresAt    time.Time // counts until before
	CreatedAt    time.Time
}

// ScoreRules is a version of the rules by which contacts and accounts are
// scored. Version is nil until it is published; the highest is the live one, and
// while there is none, the defaults hold.
type ScoreRules struct {
	ID          int64 `gorm:"primaryKey"`
	Version     *int64
	Doc         JSON[json.RawMessage]
	Note        string
	Author      string
	Publisher   string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	PublishedAt *time.Time
}

// The kinds of a ScoreJob: backtest counts what a draft would change, rescore
// brings everybody's cached numbers to the rules just published.
const (
	ScoreJobBacktest = "backtest"
	ScoreJobRescore  = "rescore"
)

// ScoreJob goes through all contacts in the order of their ids, a page at a
// time. Its place and result move together; Until is the last contact there was
// when it was made.
type ScoreJob struct {
	ID         int64 `gorm:"primaryKey"`
	Kind       string
	RulesID    int64
	State      JobState
	AfterID    int64
	UntilID    int64
	Done       int64 // contacts looked at
	Result     JSON[json.RawMessage]
	CreatedBy  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt *time.Time
}
