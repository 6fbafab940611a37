package model

import "time"

// ActivityKind names something that a contact did or that happened to them.
type ActivityKind string

// The activities of the contact's life with us.
const (
	ActivityContactAdded   ActivityKind = "contact_added"   // a relationship began
	ActivityContactHalf    ActivityKind = "contact_half"    // waiting for the rep to confirm
	ActivityContactLost    ActivityKind = "contact_lost"    // the contact deleted the rep
	ActivityContactRemoved ActivityKind = "contact_removed" // the rep deleted the contact
	ActivityTransferred    ActivityKind = "contact_transferred"
	ActivityTransferFailed ActivityKind = "transfer_failed"
	ActivityTagAdded       ActivityKind = "tag_added"
	ActivityTagRemoved     ActivityKind = "tag_removed"
	ActivityPromptAnswered ActivityKind = "prompt_answered" // a rep pressed a prompt's button
)

// Activity is one inbound happening. DedupeKey makes recording idempotent.
type Activity struct {
	ID             int64 `gorm:"primaryKey"`
	DedupeKey      string
	Kind           ActivityKind
	ContactID      int64
	RepID          int64
	RelationshipID int64
	OccurredAt     time.Time
	RecordedAt     time.Time
	Data           JSON[ActivityData]
}

// ActivityData is what an activity carries beside its people; which fields
// are set follows from the kind.
type ActivityData struct {
	TagID        int64  `json:"tag_id,omitempty"`
	ChannelState string `json:"channel_state,omitempty"`
	Answer       string `json:"answer,omitempty"`   // prompt_answered: the button's key
	TouchID      int64  `json:"touch_id,omitempty"` // prompt_answered
	Reason       string `json:"reason,omitempty"`
	// Welcome is the welcome's dispatch that went out before this was recorded.
	WelcomeDispatchID int64 `json:"welcome_dispatch_id,omitempty"`
}
