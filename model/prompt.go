package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a rep can answer on a prompt's card: the keys of its buttons.
const (
	AnswerDone           = "done"
	AnswerPositive       = "positive"        // a response: the contact is interested
	AnswerNoInterest     = "no_interest"     // a response: the contact is not
	AnswerSnoozeHour     = "snooze_1h"       // put off for an hour
	AnswerSnoozeTomorrow = "snooze_tomorrow" // put off to tomorrow's opening of the send window
)

// What a rep can answer only on a page of ours.
const (
	AnswerSent        = "sent"         // the text went to the customer from the chat's sidebar
	AnswerSnoozeUntil = "snooze_until" // put off to an instant of the rep's choice
)

// What a card says that is no button's key: its answer came too late, or some of
// what it asked for is not wanted any more.
const (
	AnswerLate    = "late"
	AnswerStopped = "stopped"
)

// AnswerAll is the choice of everybody in a card's drop-down, where the others
// are external_userids.
const AnswerAll = "all"

// taskPrefix begins the task id of our cards.
const taskPrefix = "sixtouch_"

// PromptTask is the task id of a dispatch's card, or of the one that took its
// place with the n-th change: WeCom wants each card to have its own.
func PromptTask(dispatchID int64, n int) string {
	id := taskPrefix + strconv.FormatInt(dispatchID, 10)
	if n > 0 {
		id += "-" + strconv.Itoa(n)
	}
	return id
}

// PromptOf reads the dispatch from a card's task id; ours is false for the card
// of another program.
func PromptOf(taskID string) (dispatchID int64, ours bool) {
	number, ours := strings.CutPrefix(taskID, taskPrefix)
	if !ours {
		return 0, false
	}
	number, _, _ = strings.Cut(number, "-")
	dispatchID, err := strconv.ParseInt(number, 10, 64)
	return dispatchID, err == nil
}

// Prompt is one thing that a rep is asked to do, for these contacts.
type Prompt struct {
	Title   string   `json:"title,omitempty"`
	Text    string   `json:"text"`
	Names   []string `json:"names"`
	Touches []int64  `json:"touches"`        // beside each of Names
	Less    []int64  `json:"less,omitempty"` // those of Touches whose contacts asked to hear less of us
}

// Left is the payload of a card that asks only for what these touches are about.
func (p DispatchPayload) Left(open map[int64]bool) DispatchPayload {
	out := p
	out.ExternalUserIDs, out.Lines, out.Touches, out.Prompts = nil, nil, nil, nil
	for i, id := range p.Touches {
		if open[id] {
			out.ExternalUserIDs = append(out.ExternalUserIDs, p.ExternalUserIDs[i])
			out.Lines = append(out.Lines, p.Lines[i])
			out.Touches = append(out.Touches, id)
		}
	}
	for _, all := range p.Prompts {
		part := Prompt{Title: all.Title, Text: all.Text}
		for i, id := range all.Touches {
			if open[id] {
				part.Names, part.Touches = append(part.Names, all.Names[i]), append(part.Touches, id)
				if slices.Contains(all.Less, id) {
					part.Less = append(part.Less, id)
				}
			}
		}
		if len(part.Touches) > 0 {
			out.Prompts = append(out.Prompts, part)
		}
	}
	return out
}

// PromptAnswer is a rep's press of a button on a prompt's card. ResponseCode
// is WeCom's right to change that card once, within 72 h.
type PromptAnswer struct {
	DispatchID     int64
	UserID         string
	ExternalUserID string // of the contact that it is about; empty means all on the card
	Answer         string
	ResponseCode   string
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

// CardUpdate is the latest change that shows a rep, on the card, what was
// recorded; Number counts them.
type CardUpdate struct {
	DispatchID   int64  `gorm:"primaryKey;autoIncrement:false"`
	UserID       string `gorm:"column:userid"`
	ResponseCode string
	Answer       string
	ContactID    int64 // whom alone the answer was about; 0 means all on the card
	Number       int
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
