package model

import (
	"encoding/json"
	"time"
)

// SOPState is a programme's life.
type SOPState string

// draft → live ⇄ paused → archived.
const (
	SOPDraft    SOPState = "draft"
	SOPLive     SOPState = "live"
	SOPPaused   SOPState = "paused"
	SOPArchived SOPState = "archived"
)

// SOP is a relative-time follow-up programme. Draft is the definition being
// edited; what runs is the version named by VersionID.
type SOP struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	State     SOPState
	VersionID int64 // 0 until first published
	Draft     JSON[json.RawMessage]
	LiveSince *time.Time // people whose anchor is earlier are not "new"
	PausedAt  *time.Time // paused: since when nothing goes out
	StoppedAt *time.Time // paused by the kill switch: what WeCom has is taken back
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName keeps the acronym in one piece.
func (SOP) TableName() string { return "sops" }

// SOPVersion is a published, immutable structure.
type SOPVersion struct {
	ID          int64 `gorm:"primaryKey"`
	SOPID       int64
	Number      int
	Definition  JSON[json.RawMessage]
	PublishedAt time.Time
	PublishedBy string
}

// TableName keeps the acronym in one piece.
func (SOPVersion) TableName() string { return "sop_versions" }

// StepContent is the text and media of a step. It is not part of a version:
// edits are followed live until a dispatch is made.
type StepContent struct {
	SOPID     int64         `gorm:"primaryKey;autoIncrement:false"`
	StepKey   string        `gorm:"primaryKey"`
	Content   JSON[Content] // of steps without variants
	Variants  JSON[map[string]Content]
	UpdatedAt time.Time
}

// EnrollmentState is where a contact stands inside an SOP.
type EnrollmentState string

// active ⇄ paused; active → completed | exited(reason).
const (
	EnrollmentActive    EnrollmentState = "active"
	EnrollmentPaused    EnrollmentState = "paused"
	EnrollmentCompleted EnrollmentState = "completed"
	EnrollmentExited    EnrollmentState = "exited"
	EnrollmentParked    EnrollmentState = "parked" // planning failed; needs attention
)

// Enrollment is one contact in one SOP version, relative to Anchor. ActiveSlot
// is 1 while it occupies the contact's one place in the SOP, else nil: the
// unique index on it makes a second active enrollment impossible. In SOPs for
// customer groups ContactID is the group (CustomerGroup.Who), and there is no
// relationship: its owner speaks.
type Enrollment struct {
	ID             int64 `gorm:"primaryKey"`
	SOPID          int64
	VersionID      int64
	ContactID      int64
	RepID          int64
	RelationshipID int64
	Run            int
	State          EnrollmentState
	ActiveSlot     *int8
	ExitReason     string
	AnchorAt       time.Time
	AnchorKind     string
	StartAt        *time.Time // steps before it have never been; nil = the anchor itself
	Holdout        string     // who holds them out of sending: sop, global or nobody
	ActivityID     int64      // what enrolled them
	Shard          int        // ShardOf the contact
	// Shift is how long resumed pauses have put the dates off; ShiftedAt is until
	// when pauses have been counted.
	Shift      time.Duration
	ShiftedAt  *time.Time
	NextDueAt  *time.Time
	LastError  string
	EnrolledAt time.Time
	EndedAt    *time.Time
	UpdatedAt  time.Time
}

// EnrollmentShards spreads the planner's index, so that replicas claim from
// different ends of it instead of racing for the same page.
const EnrollmentShards = 8

// TouchState is where a touch stands, from planning to outcome.
type TouchState string

// planned → dispatched → accepted → confirmed → delivered | failed | expired |
// declined; skipped(reason); cancelled(reason); deferred ones stay planned.
const (
	TouchPlanned    TouchState = "planned"    // due, waiting for its dispatch
	TouchDispatched TouchState = "dispatched" // inside a dispatch
	TouchAccepted   TouchState = "accepted"   // WeCom has the task; the rep has yet to act
	TouchDelivered  TouchState = "delivered"
	TouchDone       TouchState = "done" // a rep's prompt answered, an action carried out
	TouchFailed     TouchState = "failed"
	TouchExpired    TouchState = "expired" // never confirmed within the polling bound
	TouchSkipped    TouchState = "skipped"
	TouchCancelled  TouchState = "cancelled"
)

// Final tells whether nothing more will happen to the touch.
func (s TouchState) Final() bool {
	switch s {
	case TouchDelivered, TouchDone, TouchFailed, TouchExpired, TouchSkipped, TouchCancelled:
		return true
	case TouchPlanned, TouchDispatched, TouchAccepted:
	}
	return false
}

// Touch is one planned or made contact with one person, or one customer group as
// in Enrollment: the log and the step's run in one row. Skips are touches too,
// with their reason.
type Touch struct {
	ID             int64  `gorm:"primaryKey"`
	EnrollmentID   *int64 // nil for touches outside any SOP
	SOPID          int64
	VersionID      int64
	StepKey        string
	Run            int
	ContactID      int64
	RepID          int64
	RelationshipID int64
	Channel        string
	State          TouchState
	Reason         string // machine word: why skipped, failed, cancelled
	Verdicts       JSON[[]Verdict]
	DispatchID     *int64
	DueAt          time.Time
	NotBefore      time.Time // due, or later when a gate deferred it
	ExpireAt       time.Time // due plus the step's grace
	PlannedAt      time.Time
	SentAt         *time.Time // accepted by the channel
	ConfirmedAt    *time.Time // the rep sent it
	FinalAt        *time.Time
	LocalDay       string // YYYY-MM-DD in the corp's zone, of SentAt or else DueAt
	Variant        string // the step's variant; empty for steps without
	VariantBy      VariantBy
	Response       string // the activity by which the contact responded in time
	RespondedAt    *time.Time
	LimitDay       string // the corp's day on which it counts for caps and quota; empty when it does not
	UpdatedAt      time.Time
}

// Verdict is what a gate said about a touch, kept so that "why did X get Y at
// Z, or not?" has an answer.
type Verdict struct {
	At     time.Time  `json:"at"`
	Gate   string     `json:"gate"`
	Say    string     `json:"say"` // send, defer, skip, exit
	Reason string     `json:"reason,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
	Used   int        `json:"used,omitempty"`   // a cap or quota: so many,
	Limit  int        `json:"limit,omitempty"`  // of so many
	SOPID  int64      `json:"sop_id,omitempty"` // a conflict: the programme that won
}

// DispatchState is where an outgoing call stands.
type DispatchState string

// queued → sending → sent → confirmed | expired | failed;
// sending → unknown → sent | queued | stuck (a person decides);
// sent → cancelling → cancelled | confirmed (the kill switch).
const (
	DispatchQueued    DispatchState = "queued"
	DispatchSending   DispatchState = "sending"
	DispatchSent      DispatchState = "sent"
	DispatchConfirmed DispatchState = "confirmed"
	DispatchExpired   DispatchState = "expired"
	DispatchFailed    DispatchState = "failed"
	DispatchUnknown   DispatchState = "unknown"
	DispatchStuck     DispatchState = "stuck"
	// Cancelling: WeCom has taken the task back; what was sent before is being
	// read. Cancelled: nothing is left of it.
	DispatchCancelling DispatchState = "cancelling"
	DispatchCancelled  DispatchState = "cancelled"
)

// Dispatch is one call to a channel that carries many touches: same channel,
// same rep, same rendered content.
type Dispatch struct {
	ID      int64 `gorm:"primaryKey"`
	Channel string
	RepID   int64
	SOPID   int64
	StepKey string
	// IdemKey is unique where the channel's unit of work has a name of its own
	// (a welcome code); empty dispatches use nil.
	IdemKey    *string
	Payload    JSON[DispatchPayload] `personal:"yes"`
	State      DispatchState
	Attempts   int
	NextAt     time.Time
	LeaseToken string
	LeaseUntil *time.Time
	RemoteID   string // msgid, jobid
	CardCode   string // of an interactive card: the right to change it once, unasked, until 72 h after SentAt
	Recipients int
	Polls      int
	LastError  string
	Candidates JSON[[]string] // stuck: WeCom tasks that could be this one
	StopError  string         // why the kill switch could not take it back
	CreatedAt  time.Time
	CalledAt   *time.Time // the last call began
	SentAt     *time.Time
	FinalAt    *time.Time
	UpdatedAt  time.Time
}

// Reasons why a welcome was left out rather than refused: another app (or
// another programme) greeted the customer, they have yet to agree to the
// archiving of chats, which brings a new code, no code has come at all, or the
// corp's kill switch was thrown.
const (
	WelcomeNoCode         = "no_welcome_code"
	WelcomedElsewhere     = "welcomed_elsewhere"
	WelcomeConsentPending = "consent_pending"
	WelcomeStopped        = "stopped"
)

// WelcomeOutcome is what a welcome's settled dispatch means for its touch.
func (d Dispatch) WelcomeOutcome() (TouchState, string) {
	switch {
	case d.State == DispatchConfirmed:
		return TouchDelivered, ""
	case d.LastError == WelcomedElsewhere, d.LastError == WelcomeConsentPending, d.LastError == WelcomeStopped, d.LastError == ReasonConsentRefused:
		return TouchSkipped, d.LastError
	}
	return TouchFailed, d.LastError
}

// DispatchPayload is what the channel needs, frozen when the dispatch is made.
type DispatchPayload struct {
	UserID          string   `json:"user_id"`                     // the rep's WeCom id; empty where there are several
	ExternalUserIDs []string `json:"external_user_ids,omitempty"` // or chat_ids, where groups are meant
	Content         Content  `json:"content"`
	Reps            []string `json:"reps,omitempty"`     // beside each of ExternalUserIDs, where there are several
	Cohort          string   `json:"cohort,omitempty"`   // YYYY-MM-DD on which all of them began
	Tag             string   `json:"tag,omitempty"`      // WeCom's, which all of them wear
	AddTags         []string `json:"add_tags,omitempty"` // WeCom tag ids
	RemoveTags      []string `json:"remove_tags,omitempty"`
	WelcomeCode     string   `json:"welcome_code,omitempty"`
	Title           string   `json:"title,omitempty"` // a prompt card's
	Lines           []string `json:"lines,omitempty"`
	Touches         []int64  `json:"touches,omitempty"` // of a card, beside each of ExternalUserIDs
	Prompts         []Prompt `json:"prompts,omitempty"` // what a rep's card asks for
	Settled         bool     `json:"settled,omitempty"` // none of the prompts can be put off again
}

// Token is an API token; only its hash is kept.
type Token struct {
	ID         int64 `gorm:"primaryKey"`
	Name       string
	Role       string // admin, read
	Hash       []byte // SHA-256 of the token
	CreatedAt  time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
}

// CalendarDay is a day that the corp has made off or worked, over the calendar
// that comes with the binary.
type CalendarDay struct {
	Day       string `gorm:"primaryKey"` // YYYY-MM-DD
	Kind      string // off or work
	Name      string
	UpdatedAt time.Time
}
