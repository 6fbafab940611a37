package model

import "time"

// InboxState is where a stored callback stands.
type InboxState string

// received → processing → done | retry → dead; ignored: no handler knows it.
const (
	InboxReceived   InboxState = "received"
	InboxProcessing InboxState = "processing"
	InboxDone       InboxState = "done"
	InboxRetry      InboxState = "retry"
	InboxDead       InboxState = "dead"
	InboxIgnored    InboxState = "ignored"
)

// Lane separates what cannot wait from what can.
type Lane int8

// LaneWelcome holds callbacks with a welcome code, which dies after 20 s.
const (
	LaneNormal  Lane = 0
	LaneWelcome Lane = 1
)

// InboxItem is one distinct verified callback, stored before it is answered.
type InboxItem struct {
	ID        int64  `gorm:"primaryKey"`
	Receiver  string // contact, app or kf: the path it came in by
	DedupeKey []byte // SHA-256 of receiver and decrypted plaintext
	EventKey  string // "change_external_contact/add_external_contact"
	// Subject names whom the event concerns: items of one subject are
	// processed in the order of their ids.
	Subject    string
	Lane       Lane
	Payload    []byte `personal:"yes"` // decrypted XML, as sent
	State      InboxState
	Attempts   int
	NextAt     time.Time
	LeaseToken string
	LeaseUntil *time.Time
	LastError  string
	OccurredAt time.Time // WeCom's CreateTime
	ReceivedAt time.Time
	DoneAt     *time.Time
}
