package model

import "time"

// Rep is an employee who may own relationships. UserID is matched without
// regard to case, as WeCom does.
type Rep struct {
	ID             int64  `gorm:"primaryKey"`
	UserID         string `gorm:"column:userid"`
	Name           string `personal:"yes"`
	DepartmentIDs  JSON[[]int64]
	MainDepartment int64
	DirectLeaders  JSON[[]string] // userids; empty where WeCom does not tell
	Status         int            // WeCom's: 1 active, 2 disabled, 4 not activated, 5 left
	CanFollow      bool           // has the customer-contact permission
	LeftAt         *time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Department is a node of the corp's tree; ID is WeCom's.
type Department struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	ParentID  int64
	SortOrder int64
	Leaders   JSON[[]string] // userids of those who lead it
	DeletedAt *time.Time
	UpdatedAt time.Time
}

// Contact is a person outside the company.
type Contact struct {
	ID             int64  `gorm:"primaryKey"`
	ExternalUserID string `gorm:"column:external_userid"`
	Name           string `personal:"yes"`
	Avatar         string `personal:"yes"`
	Type           int    // 1 WeChat user, 2 WeCom user
	Gender         int    `personal:"yes"` // 0 unknown, 1 male, 2 female
	UnionID        string `personal:"yes"`
	Position       string `personal:"yes"`
	CorpName       string
	CorpFullName   string
	FirstAddedAt   *time.Time // the earliest relationship's start
	CreatedAt      time.Time
	UpdatedAt      time.Time

	// The company: what account_members says is open now.
	AccountID *int64
	// What forms, imports and people say.
	Department string `personal:"yes"`
	Email      string `personal:"yes"`
	Mobile     string `personal:"yes"`
	// The part in the buying group. Confidence is 0 to 1; Source says what it rests on.
	Role                Role
	RoleConfidence      float64
	RoleSource          string
	Seniority           Seniority
	SeniorityConfidence float64
	SenioritySource     string
	IsKP                bool `gorm:"column:is_kp"` // key person, by somebody's word
	Awareness           Awareness
	Source              string // key of the lead source
	// The present rung of the ladder, and since when. Stage events are the truth.
	Stage   string
	StageAt *time.Time
	// What the scores last came to, each 0 to 100; the ledger is the truth.
	Fit        *float64
	Engagement *float64
	Intent     *float64
	Score      *float64
	Grade      string // A to D, of Fit
	ScoredAt   *time.Time
	RescoreAt  *time.Time // when time alone will have changed them
	// What the person wants of us.
	Consent     Consent
	ContactLess bool
	HeldUntil   *time.Time // after a "no": nothing of ours is to come before
	ErasedAt    *time.Time // personal data was erased on request; the row keeps counts right
}

// RelationshipState is what is between a rep and a contact.
type RelationshipState string

// Half: the contact added the rep, who has not confirmed. Lost: the contact
// deleted the rep (WeCom keeps answering reads, messages do not arrive).
// Removed: the rep deleted the contact. Transferred: handed to another rep.
const (
	RelationshipActive      RelationshipState = "active"
	RelationshipHalf        RelationshipState = "half"
	RelationshipLost        RelationshipState = "lost"
	RelationshipRemoved     RelationshipState = "removed"
	RelationshipTransferred RelationshipState = "transferred"
)

// Relationship says that one rep follows one contact; ended ones are kept.
type Relationship struct {
	ID            int64 `gorm:"primaryKey"`
	RepID         int64
	ContactID     int64
	State         RelationshipState
	Remark        string         `personal:"yes"`
	Description   string         `personal:"yes"`
	RemarkCompany string         `personal:"yes"`
	RemarkMobiles JSON[[]string] `personal:"yes"`
	PersonalTags  JSON[[]string] `personal:"yes"` // the rep's own labels, which have no id
	AddWay        int
	ChannelState  string // "state" of the contact way it came by
	AddedAt       time.Time
	EndedAt       *time.Time
	SeenAt        time.Time // last confirmed by WeCom
	SyncID        int64     // last full synchronisation that saw it
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TagGroup is a group of the corp's tag library.
type TagGroup struct {
	ID        int64  `gorm:"primaryKey"`
	WeComID   string `gorm:"column:wecom_id"`
	Name      string
	SortOrder int64
	DeletedAt *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TagKind tells a corp tag from a strategy tag.
type TagKind int

// WeCom's tag types that carry an id.
const (
	TagCorp     TagKind = 1
	TagStrategy TagKind = 3
)

// Tag is a label that reps' relationships carry.
type Tag struct {
	ID         int64  `gorm:"primaryKey"`
	WeComID    string `gorm:"column:wecom_id"`
	TagGroupID int64
	Name       string
	Kind       TagKind
	SortOrder  int64
	DeletedAt  *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// RelationshipTag is a tag's history on a relationship: WeCom does not say
// when a tag was put on, so we log it. RemovedAt is nil while it is on.
type RelationshipTag struct {
	RelationshipID int64 `gorm:"primaryKey;autoIncrement:false"`
	TagID          int64 `gorm:"primaryKey;autoIncrement:false"`
	ContactID      int64
	FirstSeenAt    time.Time // ever
	AddedAt        time.Time // start of the present (or last) stretch
	LastSeenAt     time.Time
	RemovedAt      *time.Time
}

// SyncState is where a full synchronisation stands. Complete is said only when
// the counts agree; partial says what is missing.
type SyncState string

// The states of a synchronisation.
const (
	SyncRunning  SyncState = "running"
	SyncComplete SyncState = "complete"
	SyncPartial  SyncState = "partial"
)

// Sync is one run of the full synchronisation and its resumable position.
// RunningSlot is 1 while it runs, else nil: the unique index on it makes a
// second running one impossible.
type Sync struct {
	ID          int64 `gorm:"primaryKey"`
	State       SyncState
	RunningSlot *int8
	Phase       string             // departments, reps, tags, contacts, groups
	Position    JSON[SyncPosition] // where to go on after a crash
	Counts      JSON[SyncCounts]
	LastError   string
	LeaseToken  string
	LeaseUntil  *time.Time
	StartedAt   time.Time
	UpdatedAt   time.Time
	FinishedAt  *time.Time
}

// SyncPosition is a place inside a phase. Reps are gone through in the order of
// their userids, some at a time: those after After, up to Until. Cursor is
// WeCom's within them; Paged says that their pages are all read and what was
// read is being checked, which has got as far as After.
type SyncPosition struct {
	After  string `json:"after,omitempty"`
	Until  string `json:"until,omitempty"`
	Cursor string `json:"cursor,omitempty"`
	Paged  bool   `json:"paged,omitempty"`
}

// SyncCounts compares what WeCom listed with what was stored.
type SyncCounts struct {
	Reps           int      `json:"reps"`
	Tags           int      `json:"tags"`
	Groups         int      `json:"groups"`
	Expected       int      `json:"expected"` // relationships that WeCom's id lists name
	Stored         int      `json:"stored"`   // relationships read and stored in this run
	UnreadReps     []string `json:"unread_reps,omitempty"`
	UnreadGroups   int      `json:"unread_groups,omitempty"`
	EndedUnheard   int      `json:"ended_unheard"`   // relationships that ended without a callback
	StartedUnheard int      `json:"started_unheard"` // relationships found without a callback
}
