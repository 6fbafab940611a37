package model

import "time"

// DayKind is what an item of a rep's day is.
type DayKind string

// The kinds of items.
const (
	DayPrompt   DayKind = "prompt"   // a step asks the rep to do something; the id is the touch's
	DaySend     DayKind = "send"     // a message or a moment waits for the rep to send it in WeCom; the dispatch's
	DayHandover DayKind = "handover" // an MQL waits for sales' word
	DayLead     DayKind = "lead"     // a new lead is the rep's to take
	DayAction   DayKind = "action"   // a next action of an account's plan is due
	DayLost     DayKind = "lost"     // a customer deleted the rep; the relationship's
	DayHot      DayKind = "hot"      // a customer has become an MQL, and somebody else was asked; the contact's
	DayNews     DayKind = "news"     // something happened to an account of the rep's; the event's
)

// Alert tells what the rep only has to know from what they have to do.
func (k DayKind) Alert() bool { return k == DayLost || k == DayHot || k == DayNews }

// DayMark says that a rep has put an item of their day off, or has seen it. What
// happens to the item after UpdatedAt is news.
type DayMark struct {
	RepID     int64   `gorm:"primaryKey;autoIncrement:false"`
	Kind      DayKind `gorm:"primaryKey"`
	ItemID    int64   `gorm:"primaryKey;autoIncrement:false"`
	DoneAt    *time.Time
	Until     *time.Time
	Reason    string // why it is put off, a code
	UpdatedAt time.Time
}
