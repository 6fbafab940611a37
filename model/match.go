package model

import "time"

// MatchState is what became of a decision on which account a contact is at.
type MatchState string

// The states. None says that no account was found. Superseded is a suggestion
// that something else has answered; undone is what was taken back.
const (
	MatchAutomatic  MatchState = "automatic"
	MatchSuggested  MatchState = "suggested"
	MatchNone       MatchState = "none"
	MatchAccepted   MatchState = "accepted"
	MatchRejected   MatchState = "rejected"
	MatchUndone     MatchState = "undone"
	MatchSuperseded MatchState = "superseded"
)

// MatchEffect is what a decision does to the contact's membership.
type MatchEffect string

// Join: the contact is at the account since the last stretch ended, or since we
// know them. Correct: what was believed to be the present stretch is the
// account's. Move: the person was at the old one until Since, and went.
const (
	MatchJoin    MatchEffect = "join"
	MatchCorrect MatchEffect = "correct"
	MatchMove    MatchEffect = "move"
)

// MatchReason is one part of an explanation: a code that the language catalogue
// has a sentence for, and what stands in its places.
type MatchReason struct {
	Code   string   `json:"code"`
	Values []string `json:"values,omitempty"`
}

// MatchDecision says which account a contact belongs to, who or what said so and
// why. The stretches in account_members follow from the decisions that have an
// Effect and are not undone, in the order of ActedAt. AccountID is never
// rewritten, also not by a merge; 0 is no account.
type MatchDecision struct {
	ID            int64 `gorm:"primaryKey"`
	ContactID     int64
	AccountID     int64
	State         MatchState
	OpenSlot      *int8 // 1 while it is suggested: one for a contact and an account
	Effect        MatchEffect
	Since         *time.Time // move: when the person went
	Source        string     // of the evidence, or manual, import, split
	Evidence      string     `personal:"yes"` // the text that was compared
	EvidenceKey   string     `personal:"yes"` // folded
	Tier          string
	Score         float64
	Reasons       JSON[[]MatchReason]
	RunnerUp      int64 // account; 0 is none
	RunnerUpScore float64
	AliasID       int64  // what accepting it taught; 0 is nothing
	Author        string // who accepted, rejected or entered it; empty for the matcher
	ActedAt       *time.Time
	UndoneBy      string
	UndoneAt      *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// MatchTask asks for a contact to be matched again.
type MatchTask struct {
	ContactID  int64 `gorm:"primaryKey;autoIncrement:false"`
	DueAt      time.Time
	Failures   int
	LeaseToken string
	LeaseUntil *time.Time
}

// MatchKey is something under which an unmatched contact is found again when an
// account, an alias or a domain comes that it may be waiting for.
type MatchKey struct {
	Key       string `gorm:"column:match_key;primaryKey" personal:"yes"`
	ContactID int64  `gorm:"primaryKey;autoIncrement:false"`
}

// MatchAccountTask asks for the unmatched contacts that an account's names and
// domains block to be matched again. Those up to AfterContactID have their task.
type MatchAccountTask struct {
	AccountID      int64 `gorm:"primaryKey;autoIncrement:false"`
	AfterContactID int64
	DueAt          time.Time
	LeaseToken     string
	LeaseUntil     *time.Time
}

// MatchRejection is somebody's word that a text never means an account.
type MatchRejection struct {
	ID          int64 `gorm:"primaryKey"`
	EvidenceKey string
	AccountID   int64
	DecisionID  int64
	Author      string
	CreatedAt   time.Time
}

// MatchDomain says that somebody with an address of the domain is or was at the
// account.
type MatchDomain struct {
	Domain    string `gorm:"primaryKey"`
	AccountID int64  `gorm:"primaryKey;autoIncrement:false"`
}

// MatchDomainReview is a domain that was seen at so many accounts that it is no
// evidence any more. Shared is somebody's word on it, nil until they have looked.
type MatchDomainReview struct {
	ID        int64 `gorm:"primaryKey"`
	Domain    string
	Shared    *bool
	Author    string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// AccountMerge says that one account was taken into another. Moved are the ids
// of the rows that went along, by the part that moved them, for the way back.
type AccountMerge struct {
	ID        int64 `gorm:"primaryKey"`
	FromID    int64
	IntoID    int64
	Moved     JSON[map[string][]int64]
	Author    string
	CreatedAt time.Time
	UndoneBy  string
	UndoneAt  *time.Time
}
