package model

import (
	"encoding/json"
	"time"
)

// The rungs of the ladder, as contacts.stage and stage events name them. Empty
// is a contact who is not on it yet.
const (
	StageMAL         = "mal"         // reachable
	StageMIL         = "mil"         // showed interest in a topic
	StageMQL         = "mql"         // marketing holds them for ready
	StageSAL         = "sal"         // sales has agreed to follow
	StageSQL         = "sql"         // sales has talked with them and holds them for ready
	StageOpportunity = "opportunity" // a deal is open
	StageWon         = "won"
	StageLost        = "lost"
	StageRenewal     = "renewal"
)

// StageDef is how a rung of the ladder, or a stage that opportunities have of
// their own, is called and who owns it. The ladder's keys and order are fixed.
type StageDef struct {
	Kind      string `gorm:"primaryKey"` // ladder, opportunity
	StageKey  string `gorm:"primaryKey"`
	Position  int    // from 1
	Team      string // marketing, sdr, sales, success
	LabelZH   string `gorm:"column:label_zh"`
	LabelEN   string `gorm:"column:label_en"`
	RetiredAt *time.Time
	UpdatedAt time.Time
}

// The kinds of stage definitions.
const (
	StageKindLadder      = "ladder"
	StageKindOpportunity = "opportunity"
)

// StageRuleState is where a version of the entry rules stands.
type StageRuleState string

// draft → live → retired. One draft and one live version at most.
const (
	StageRuleDraft   StageRuleState = "draft"
	StageRuleLive    StageRuleState = "live"
	StageRuleRetired StageRuleState = "retired"
)

// StageRule is one version of the rules by which contacts enter rungs. It goes
// live once marketing and sales have both signed it; from then on it never
// changes. Slot is 1 for the draft and 2 for the live version, else nil: the
// unique index on it leaves one of each.
type StageRule struct {
	ID          int64 `gorm:"primaryKey"`
	Number      int   // from 1; 0 names the rules that come with the binary
	State       StageRuleState
	Slot        *int8
	Document    JSON[json.RawMessage]
	Note        string
	CreatedBy   string
	MarketingBy string // who signed for marketing; empty until then
	MarketingAt *time.Time
	SalesBy     string
	SalesAt     *time.Time
	LiveAt      *time.Time
	RetiredAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// StageEvent says that a contact entered a rung: the truth of contacts.stage.
// Events are never changed or deleted; a step back is an event too.
type StageEvent struct {
	ID         int64 `gorm:"primaryKey"`
	ContactID  int64
	AccountID  *int64 // whose the contact was then
	FromStage  string // empty: the first rung of the contact's life
	ToStage    string
	EnteredAt  time.Time
	Reason     string         // a code
	Detail     JSON[[]string] // the values that go with the reason
	Rules      int            // number of the rules in force
	Author     StageAuthor
	AuthorName string // of a user
	RepID      int64  // of a rep
	ActivityID int64  // what led to it; 0 for what people do by hand
	Regression bool
}

// StageAuthor tells who moved a contact.
type StageAuthor string

// The authors of stage events.
const (
	StageBySystem StageAuthor = "system"
	StageByUser   StageAuthor = "user"
)

// HandoverState is where a hand-over from marketing to sales stands.
type HandoverState string

// open → accepted | rejected | withdrawn (the contact left MQL in another way).
const (
	HandoverOpen      HandoverState = "open"
	HandoverAccepted  HandoverState = "accepted"
	HandoverRejected  HandoverState = "rejected"
	HandoverWithdrawn HandoverState = "withdrawn"
)

// Handover is an MQL that waits for sales' word. OpenSlot is 1 while it is open,
// else nil: a contact is handed over once at a time.
type Handover struct {
	ID           int64 `gorm:"primaryKey"`
	ContactID    int64
	AccountID    *int64
	EventID      int64 // the stage event that made it
	RepID        int64 // who is asked; 0 is nobody: anybody may take it
	State        HandoverState
	OpenSlot     *int8
	Score        *float64 // of the contact then
	AskedAt      time.Time
	DueAt        time.Time // in working minutes of the corp
	DecidedAt    *time.Time
	DecidedBy    string // empty where the clock accepted
	RejectReason string // a code
	Note         string `personal:"yes"`
	UpdatedAt    time.Time
}

// HandoverRule is how the inbox of hand-overs runs; the only row's scope is
// global, and without it the defaults hold.
type HandoverRule struct {
	Scope      string `gorm:"primaryKey"`
	SLAMinutes int    `gorm:"column:sla_minutes"` // working minutes
	WorkFrom   string // HH:MM
	WorkTo     string // HH:MM
	AutoAccept bool   // what is overdue is accepted by the clock
	LeakDays   int    // without a next step for so long is a leak
	UpdatedAt  time.Time
}

// StageSweep is how far the pass that looks at ageing MQLs has come: who became
// one at or before PassedAt has been looked at.
type StageSweep struct {
	Subject   string `gorm:"primaryKey"`
	PassedAt  time.Time
	AfterID   int64 // at that instant, contacts up to this id
	UpdatedAt time.Time
}

// OpportunityState is where a deal stands.
type OpportunityState string

// open → won | lost; lost → open.
const (
	OpportunityOpen OpportunityState = "open"
	OpportunityWon  OpportunityState = "won"
	OpportunityLost OpportunityState = "lost"
)

// OpportunityKind is what a deal grows: new customers or present ones.
type OpportunityKind string

// The kinds of deals.
const (
	OpportunityNew       OpportunityKind = "new"
	OpportunityUpsell    OpportunityKind = "upsell"
	OpportunityCrossSell OpportunityKind = "cross-sell"
	OpportunityRenewal   OpportunityKind = "renewal"
)

// DealOrigin is whose doing a deal is; it never changes once the deal is there.
type DealOrigin string

// The origins of deals.
const (
	DealByMarketing DealOrigin = "marketing"
	DealBySales     DealOrigin = "sales"
	DealByPartner   DealOrigin = "partner" // an agency's; on neither side of the MLG index
)

// Opportunity is a deal with an account.
type Opportunity struct {
	ID            int64 `gorm:"primaryKey"`
	AccountID     int64
	ContactID     int64 // who it began with; 0 is nobody
	Name          string
	Amount        int64 // CNY
	Kind          OpportunityKind
	Stage         string // key of an opportunity stage
	State         OpportunityState
	CloseReason   string // a code
	Origin        DealOrigin
	OriginReason  string // what the origin rests on: source, nurture, stated, default
	OwnerID       int64  // the rep; 0 is nobody
	AcceptedAt    *time.Time
	AcceptedBy    string
	ExpectedClose string // YYYY-MM-DD, or empty
	OpenedAt      time.Time
	ClosedAt      *time.Time
	OpenSeconds   *int64 // from OpenedAt to ClosedAt
	Version       int64  // counts edits, so that two editors do not overwrite each other
	CreatedBy     string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// OpportunityEvent is one change in a deal's life.
type OpportunityEvent struct {
	ID            int64 `gorm:"primaryKey"`
	OpportunityID int64
	At            time.Time
	Field         string // created, stage, state, amount, owner, accepted, account, expected_close, name, kind
	FromValue     string
	ToValue       string
	Reason        string // a code
	Author        string
}

// ContactNeed is what is known of one of a contact's four questions: budget,
// authority, need, timing.
type ContactNeed struct {
	ContactID int64  `gorm:"primaryKey;autoIncrement:false"`
	NeedKey   string `gorm:"primaryKey"`
	Answer    string `personal:"yes"`
	Author    string
	At        time.Time
}
