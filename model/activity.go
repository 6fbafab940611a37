package model

import "time"

// ActivityKind names something that a contact did or that happened to them.
type ActivityKind string

// The activities of the contact's life with us.
const (
	ActivityContactAdded   ActivityKind = "contact_added"       // a relationship began
	ActivityContactHalf    ActivityKind = "contact_half"        // waiting for the rep to confirm
	ActivityContactLost    ActivityKind = "contact_lost"        // the contact deleted the rep
	ActivityContactRemoved ActivityKind = "contact_removed"     // the rep deleted the contact
	ActivityTransferred    ActivityKind = "contact_transferred" // a relationship ended, because the contact was handed over
	ActivityTakenOver      ActivityKind = "contact_taken_over"  // a relationship began for that reason: nobody was added
	ActivityTransferFailed ActivityKind = "transfer_failed"
	ActivityTagAdded       ActivityKind = "tag_added"
	ActivityTagRemoved     ActivityKind = "tag_removed"
	ActivityPromptAnswered ActivityKind = "prompt_answered" // a rep pressed a prompt's button
)

// Activities of customer groups: ContactID is the group (CustomerGroup.Who), the
// rep its owner.
const (
	ActivityGroupCreated   ActivityKind = "group_created"
	ActivityGroupDismissed ActivityKind = "group_dismissed"
)

// Activities whose sources record them through service/activity.
const (
	ActivityReplied         ActivityKind = "replied" // the contact wrote to us
	ActivityStageEntered    ActivityKind = "stage_entered"
	ActivityScoreChanged    ActivityKind = "score_changed"
	ActivityFormSubmitted   ActivityKind = "form_submitted"
	ActivityEventRegistered ActivityKind = "event_registered"
	ActivityEventAttended   ActivityKind = "event_attended"
	ActivityEventMoved      ActivityKind = "event_moved" // an event that the contact knows of begins or ends at another time now
	ActivityContentViewed   ActivityKind = "content_viewed"
	ActivityMomentLiked     ActivityKind = "moment_liked"
	ActivityMomentCommented ActivityKind = "moment_commented"
	ActivityDateSet         ActivityKind = "date_set" // a date field of the contact was set, moved or cleared

	ActivityAccountJoined  ActivityKind = "account_joined"  // the contact is known to be at an account now
	ActivityAccountLeft    ActivityKind = "account_left"    // and no longer at that one
	ActivityLeadRouted     ActivityKind = "lead_routed"     // Key is the route, Reason the rule, Score the quality of the source
	ActivityContactErased  ActivityKind = "contact_erased"  // personal data were erased on request
	ActivityProfileChanged ActivityKind = "profile_changed" // role, seniority, company text, e-mail, consent…: Field says what

	ActivityPriceAsked         ActivityKind = "price_asked" // about price, trial or contract
	ActivityTrialOpened        ActivityKind = "trial_opened"
	ActivityTrialActivated     ActivityKind = "trial_activated"
	ActivityVisitBooked        ActivityKind = "visit_booked"
	ActivityMeetingHeld        ActivityKind = "meeting_held"        // a meeting or a visit on site took place
	ActivityConversationLogged ActivityKind = "conversation_logged" // a rep talked with the contact, both ways
	ActivityCallAnswered       ActivityKind = "call_answered"       // Seconds long
	ActivityNeedAnswered       ActivityKind = "need_answered"       // Key: budget, authority, need or timing
	ActivityDeclined           ActivityKind = "declined"            // said that they do not want it

	// A deal began with the contact: Key is its kind, AccountID whose it is.
	ActivityOpportunityOpened ActivityKind = "opportunity_opened"
)

// What profile_changed names in Field.
const (
	FieldCompany  = "company"  // a text that may tell the company: corp name, remarks, description, mobiles in remarks
	FieldPosition = "position" // the title that WeCom shows
	FieldEmail    = "email"

	FieldMobile     = "mobile"
	FieldDepartment = "department"
	FieldRole       = "role"
	FieldSeniority  = "seniority"
	FieldKP         = "is_kp"
	FieldAwareness  = "awareness"
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
	Data           JSON[ActivityData] `personal:"yes"`
}

// ActivityData is what an activity carries beside its people; which fields
// are set follows from the kind.
type ActivityData struct {
	TagID        int64  `json:"tag_id,omitempty"`
	ChannelState string `json:"channel_state,omitempty"`
	Answer       string `json:"answer,omitempty"`   // prompt_answered: the button's key
	TouchID      int64  `json:"touch_id,omitempty"` // prompt_answered
	Reason       string `json:"reason,omitempty"`
	GroupName    string `json:"group_name,omitempty"` // group_*
	// Key names the form, the event or the content.
	Key         string     `json:"key,omitempty"`
	Seconds     int        `json:"seconds,omitempty"`      // content_viewed, call_answered: for how long
	AccountID   int64      `json:"account_id,omitempty"`   // account_*
	From        string     `json:"from,omitempty"`         // stage_entered: the stage before
	Stage       string     `json:"stage,omitempty"`        // stage_entered
	Score       int        `json:"score,omitempty"`        // score_changed: after
	ScoreBefore int        `json:"score_before,omitempty"` // score_changed
	StartsAt    *time.Time `json:"starts_at,omitempty"`    // event_*
	EndsAt      *time.Time `json:"ends_at,omitempty"`      // event_*
	Field       string     `json:"field,omitempty"`        // date_set, profile_changed
	Day         string     `json:"day,omitempty"`          // date_set: YYYY-MM-DD; empty when cleared
	// Welcome is the welcome's dispatch that went out before this was recorded.
	WelcomeDispatchID int64 `json:"welcome_dispatch_id,omitempty"`
}

// ByContact tells whether the activity is the contact's own doing, which ends
// their silence.
func (a Activity) ByContact() bool {
	switch a.Kind {
	case ActivityContactAdded, ActivityReplied, ActivityFormSubmitted, ActivityEventRegistered, ActivityEventAttended, ActivityContentViewed,
		ActivityMomentLiked, ActivityMomentCommented, ActivityPriceAsked, ActivityTrialOpened, ActivityTrialActivated,
		ActivityVisitBooked, ActivityMeetingHeld, ActivityConversationLogged, ActivityCallAnswered, ActivityNeedAnswered, ActivityDeclined:
		return true
	case ActivityPromptAnswered:
		return a.Data.V.Answer == "positive" // the rep says what the contact answered
	case ActivityContactHalf, ActivityContactLost, ActivityContactRemoved, ActivityTransferred, ActivityTakenOver, ActivityTransferFailed,
		ActivityTagAdded, ActivityTagRemoved, ActivityStageEntered, ActivityScoreChanged, ActivityEventMoved, ActivityDateSet,
		ActivityGroupCreated, ActivityGroupDismissed, ActivityAccountJoined, ActivityAccountLeft, ActivityLeadRouted, ActivityContactErased, ActivityProfileChanged,
		ActivityOpportunityOpened:
	}
	return false
}
