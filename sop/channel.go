package sop

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
)

// ChannelWelcome is sent by the welcome's fast path, not by the dispatcher:
// the engine only names its content and keeps its touch.
const ChannelWelcome = "welcome"

// ChannelGroupChat reaches customer groups instead of people: a programme uses it
// in every step or in none.
const ChannelGroupChat = "group_chat"

// Channel is one way out. Adding one is a file in sop/channel and a line in
// its All.
type Channel interface {
	Info() ChannelInfo
	// Check validates a step of this channel when it is published.
	Check(s Step) error
	// Send makes the one call that the batch stands for, outside any
	// transaction. Errors are *Failure; any other error counts as unknown.
	Send(ctx context.Context, b Batch) (Receipt, error)
	// Poll asks what became of a sent batch.
	Poll(ctx context.Context, b Batch) ([]Outcome, error)
	// Find looks for the task that a call with an unknown outcome may have
	// made since that instant; it returns every candidate.
	Find(ctx context.Context, b Batch, since time.Time) ([]Receipt, error)
}

// ChannelInfo is what the engine must know of a channel.
type ChannelInfo struct {
	Name          string
	MaxRecipients int           // of one call
	Repeatable    bool          // a second call with the same batch does no harm
	Immediate     bool          // accepted means carried out: nothing to poll
	PollEvery     time.Duration // first interval; it grows
	PollFor       time.Duration // after that an unanswered touch expires
	Personal      bool          // one dispatch per contact
	Variants      bool          // people may get different contents
	Digest        bool          // one dispatch per rep, whatever the programmes and steps
	Reach         Reach         // whose attention it takes
	Quota         bool          // counts for WeCom's quota of mass messages
	// Media is which of WeCom's two stores the channel's media are in; that of
	// messages when empty.
	Media model.MediaUse
	// Cohort: one dispatch for all who began on the same day, whoever their reps
	// are. Who sees it is said by a tag, so the channel is a Tagger. Its touches
	// wait for each other for as long as Gather after they are due.
	Cohort bool
	Gather time.Duration
	// Responses: customers may respond until PollFor is over; a Responder.
	Responses bool
	// Faceless: a task does not name its recipients before they are sent to, so
	// that Find knows it by its sender and content alone.
	Faceless bool
}

// Batch is what one dispatch hands to its channel.
type Batch struct {
	DispatchID int64
	RemoteID   string // Poll only
	Making     bool   // RemoteID is that of a job that still runs
	Payload    model.DispatchPayload
}

// Receipt is what a channel accepted.
type Receipt struct {
	RemoteID string
	// CardCode is the right to change an interactive card once, within 72 h.
	CardCode string
	// JobID is set instead when the call has only begun a job: see Async.
	JobID string
	// Refused are recipients (external_userid, chat_id) that the channel left out.
	Refused []string
}

// Outcome is what finally (or not yet) happened to one recipient.
type Outcome struct {
	ExternalUserID string           // or chat_id
	State          model.TouchState // accepted = not yet
	Reason         string
	At             time.Time
}

// Reasons of outcomes and refusals.
const (
	ReasonNotFriend    = "not_friend"   // the customer deleted the rep
	ReasonOverQuota    = "over_quota"   // WeCom's limit of mass messages per customer
	ReasonNotSendable  = "not_sendable" // WeCom left the customer out at creation
	ReasonExpired      = "expired"      // too late, or never confirmed
	ReasonBeforeStart  = "before_start" // the instant lies before the anchor
	ReasonFilter       = "filter"       // the step is not for this contact
	ReasonHoldout      = "holdout"      // held out, so that the effect on the others can be measured
	ReasonNoCode       = model.WelcomeNoCode
	ReasonMissingField = "missing_field"   // a personal field without value and fallback
	ReasonTextTooLong  = "text_too_long"   // with the contact's name in it, WeCom would refuse it
	ReasonNoContent    = "no_content"      // the step has nothing to say
	ReasonRepGone      = "rep_unavailable" // the rep left or lost the permission
)

// FailureKind says what a failed call means for the batch.
type FailureKind int

// Refused: certain not to have happened, and repeating it would not help.
// Later: certain not to have happened, worth another try. Unknown: may have.
const (
	Unknown FailureKind = iota
	Refused
	Later
)

// Failure is a channel's error.
type Failure struct {
	Kind   FailureKind
	Reason string        // machine word, kept with the touches
	After  time.Duration // Later: not before; 0 lets the engine choose
	// Slow: the API wants fewer calls. Later ones wait, and this was no attempt.
	Slow bool
	Err  error
}

// Error implements error.
func (f *Failure) Error() string { return f.Reason + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failureOf classifies err; what no channel classified may have happened.
func failureOf(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Kind: Unknown, Reason: "unknown", Err: err}
}

// Channels are the ways out by name.
type Channels map[string]Channel

// NewChannels indexes channels by their names.
func NewChannels(list ...Channel) Channels {
	m := Channels{}
	for _, c := range list {
		m[c.Info().Name] = c
	}
	return m
}

// info is what the engine knows of that channel; nothing of one it has not got.
func (c Channels) info(name string) ChannelInfo {
	if channel, ok := c[name]; ok {
		return channel.Info()
	}
	return ChannelInfo{}
}

// infos are all channels' infos by name.
func (c Channels) infos() map[string]ChannelInfo {
	out := map[string]ChannelInfo{}
	for name := range c {
		out[name] = c.info(name)
	}
	return out
}

// Names lists the channels, sorted.
func (c Channels) Names() []string { return slices.Sorted(maps.Keys(c)) }
