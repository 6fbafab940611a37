package model

import "time"

// What a rep can answer on a prompt's card: the keys of its buttons.
const (
	AnswerDone           = "done"
	AnswerPositive       = "positive"        // a response: the contact is interested
	AnswerNoInterest     = "no_interest"     // a response: the contact is not
	AnswerSnoozeHour     = "snooze_1h"       // put off for an hour
	AnswerSnoozeTomorrow = "snooze_tomorrow" // put off to tomorrow's opening of the send window
)

// AnswerLate is no button: a card says so when its answer came too late.
const AnswerLate = "late"

// Prompt is one thing that a rep is asked to do, for these contacts.
type Prompt struct {
	Title string   `json:"title,omitempty"`
	Text  string   `json:"text"`
	Names []string `json:"names"`
}

// PromptAnswer is a rep's press of a button on a prompt's card. ResponseCode
// is WeCom's right to change that card once, within 72 h.
type PromptAnswer struct {
	DispatchID   int64
	UserID       string
	Answer       string
	ResponseCode string
}

// LastReason is the reason of the latest verdict; empty without one.
func (t Touch) LastReason() string {
	if n := len(t.Verdicts.V); n > 0 {
		return t.Verdicts.V[n-1].Reason
	}
	return ""
}

// Digest names a rep's latest prompt card. It keeps replicas from making two at
// once, and cards apart in time; a card dissolved before it left counts as none.
type Digest struct {
	RepID      int64 `gorm:"primaryKey;autoIncrement:false"`
	DispatchID int64
	UpdatedAt  time.Time
}

// CardUpdateState is where the change of an answered card stands.
type CardUpdateState string

// waiting → calling → done | failed. One that a crash left in calling stays:
// the code may be used up, and the answer itself is kept elsewhere.
const (
	CardWaiting CardUpdateState = "waiting"
	CardCalling CardUpdateState = "calling"
	CardDone    CardUpdateState = "done"
	CardFailed  CardUpdateState = "failed"
)

// CardUpdate is the change that shows a rep, on the card, what was recorded.
type CardUpdate struct {
	DispatchID   int64  `gorm:"primaryKey;autoIncrement:false"`
	UserID       string `gorm:"column:userid"`
	ResponseCode string
	Answer       string
	Until        *time.Time // of a snooze
	State        CardUpdateState
	Attempts     int
	NextAt       time.Time
	ExpiresAt    time.Time // the response code's end
	LastError    string
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// ChaseState is where the chasing of an unconfirmed dispatch stands.
type ChaseState string

// waiting → over.
const (
	ChaseWaiting ChaseState = "waiting"
	ChaseOver    ChaseState = "over" // confirmed, expired, or nobody is left to tell
)

// Chase says how far the reminding about one dispatch that its rep has not
// confirmed has gone. Rung counts what has been done; it is moved on before a
// call is made, so that no crash repeats a reminder.
type Chase struct {
	DispatchID int64 `gorm:"primaryKey;autoIncrement:false"`
	State      ChaseState
	Rung       int
	Attempts   int // at the present rung
	NextAt     time.Time
	Log        JSON[[]ChaseStep]
	UpdatedAt  time.Time
}

// What a reminder is: WeCom's own, a card to the rep, a card to who leads them.
const (
	ChaseRemind  = "remind"
	ChaseCard    = "card"
	ChaseManager = "manager"
)

// ChaseStep is one reminder: what was done, to whom, and what came of it ("sent"
// or a machine word for why not).
type ChaseStep struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	To      []string  `json:"to,omitempty"` // userids
	Outcome string    `json:"outcome"`
}
