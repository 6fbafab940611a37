package model

import "time"

// Account is a company that contacts belong to. A merged one stays, without its
// LiveSlot, and names who took it in.
type Account struct {
	ID         int64 `gorm:"primaryKey"`
	Name       string
	NameKey    string // the folded name; unique among live accounts
	LiveSlot   *int8  // 1 while it stands for itself, else nil
	MergedInto *int64
	CreditCode string // unified social credit code, 18 characters; empty when unknown
	Tier       Tier
	Lifecycle  Lifecycle
	IsTarget   bool // on a live target list
	Strategic  bool // a name worth having, whatever it buys
	Industry   string
	Region     string
	Employees  *int64
	TechSpend  *int64 // CNY a year
	ACV        *int64 `gorm:"column:acv"` // annual contract value, expected or real, CNY

	// The people of ours who work on it; 0 is nobody. A backup steps in for who is away.
	OwnerID       int64
	OwnerBackupID int64
	SDRID         int64 `gorm:"column:sdr_id"`
	SDRBackupID   int64 `gorm:"column:sdr_backup_id"`

	// What the scores last came to; the ledger is the truth.
	Fit             *float64 // 0 to 100
	Engagement      *float64 // points, unbounded
	EngagementLevel string
	Engaged         bool
	Spike           *float64 // 3 is +300 %
	ScoredAt        *time.Time
	RescoreAt       *time.Time

	Version      int64 // counts edits, so that two editors do not overwrite each other
	NamesVersion int64 // counts changes of name, aliases, domains and code, which the matcher follows
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Tier is how deep an account is worked (ITSMA): A one to one, B one to few,
// C one to many; empty when nobody has decided.
type Tier string

// The tiers.
const (
	TierA Tier = "A"
	TierB Tier = "B"
	TierC Tier = "C"
)

// Lifecycle is what an account is to us.
type Lifecycle string

// The lifecycles.
const (
	LifecycleProspect   Lifecycle = "prospect"
	LifecycleCustomer   Lifecycle = "customer"
	LifecycleFormer     Lifecycle = "former"
	LifecyclePartner    Lifecycle = "partner"
	LifecycleCompetitor Lifecycle = "competitor"
)

// AccountAlias is another name that surely means the account. AliasKey is folded
// like an account's NameKey. Source is manual, decision or import.
type AccountAlias struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	Alias     string
	AliasKey  string
	Source    string
	Author    string
	CreatedAt time.Time
}

// AccountDomain is a registrable domain that the account owns.
type AccountDomain struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	Domain    string
	Source    string
	Author    string
	CreatedAt time.Time
}

// AccountMember is a stretch of time in which a contact was at an account. What
// happened to the contact from FromAt until before ToAt counts for the account,
// unless the stretch was voided because it had been a mistake. OpenSlot is 1 for
// the present one, else nil: nobody is at two accounts.
type AccountMember struct {
	ID         int64 `gorm:"primaryKey"`
	ContactID  int64
	AccountID  int64
	OpenSlot   *int8
	FromAt     time.Time
	ToAt       *time.Time
	VoidedAt   *time.Time
	Reason     string // why it began: matched, confirmed, manual, import, merge, split, undo
	EndReason  string // why it ended: moved, corrected, merge, split, undo, erased
	DecisionID int64
	Author     string
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Role is what a person does in the buying group. Empty is unknown.
type Role string

// The roles. What a role weighs is the scoring rules' matter.
const (
	RoleBoss           Role = "boss"
	RoleDecisionMaker  Role = "decision_maker"
	RoleCTO            Role = "cto"
	RoleCIO            Role = "cio"
	RolePurchasing     Role = "purchasing"
	RoleDepartmentHead Role = "department_head"
	RoleInfluencer     Role = "influencer"
	RolePractitioner   Role = "practitioner"
	RoleIntern         Role = "intern"
	RoleCompetitor     Role = "competitor"
)

// Seniority is the tier of a person's title. Empty is unknown.
type Seniority string

// The tiers of titles.
const (
	SeniorityExecutive    Seniority = "executive" // C-level, VP, owner
	SeniorityManager      Seniority = "manager"   // director, manager, head
	SeniorityPractitioner Seniority = "practitioner"
)

// What a role or a seniority rests on; a person's word wins.
const (
	SourceTitle  = "title"
	SourcePerson = "person"
	SourceImport = "import"
	// SourceGuess: the title says too little; the role stays open and somebody is asked.
	SourceGuess = "guess"
)

// Awareness is what a contact knows of: the problem, solutions or the product.
// Empty is unknown.
type Awareness string

// The levels of awareness.
const (
	AwarenessProblem  Awareness = "problem"
	AwarenessSolution Awareness = "solution"
	AwarenessProduct  Awareness = "product"
)

// Consent to be contacted. Empty is unknown: nobody was asked.
type Consent string

// The answers.
const (
	ConsentGranted Consent = "granted"
	ConsentRefused Consent = "refused"
)

// Fields of ActivityProfileChanged that are the contact's own wishes.
const (
	FieldConsent     = "consent"
	FieldContactLess = "contact_less"
)

// ReasonConsentRefused is why nothing is sent to who refused to be contacted, the
// welcome included.
const ReasonConsentRefused = "consent_refused"
