package model

import "time"

// Side is which half of the house touches a customer, or owes the next action.
type Side string

// The sides.
const (
	SideMarketing Side = "marketing"
	SideSales     Side = "sales"
)

// Channels that decide whose touch a touch is.
const (
	ChannelRepPrompt = "rep_prompt" // the rep acts in person
	ChannelTag       = "tag"        // reaches nobody
)

// SideOf returns the side that a touch in the channel is on; empty when the
// channel reaches nobody. A prompt is the rep's own act; whatever carries a
// content that was written for many is marketing's.
func SideOf(channel string) Side {
	switch channel {
	case ChannelRepPrompt:
		return SideSales
	case ChannelTag:
		return ""
	}
	return SideMarketing
}

// AccountPlan is what marketing and sales want of an account together; the row is
// there once somebody has written something. Nil numbers are the tier's.
type AccountPlan struct {
	AccountID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Goals          string
	ExpectedPeople *int       // of the buying group
	ExpectedTouch  *int       // of the touch ring
	ReviewSince    *time.Time // asked for in the weekly review since then
	Author         string
	Version        int64
	UpdatedAt      time.Time
}

// AccountAction is a next action of the plan.
type AccountAction struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	Title     string `personal:"yes"` // may name the contact
	Side      Side
	RepID     int64  // who does it
	DueDay    string // YYYY-MM-DD in the corp's zone
	ContactID *int64
	DoneAt    *time.Time
	Author    string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// AccountEvent is something that happened to the account out there: why you, why
// now.
type AccountEvent struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	Kind      string // funding, acquisition, leadership, expansion, product, tender, policy, other
	Title     string
	Source    string
	URL       string `gorm:"column:url"`
	At        time.Time
	Author    string
	CreatedAt time.Time
}

// AccountNote is what marketing and sales tell each other about an account.
type AccountNote struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	Text      string
	Author    string
	CreatedAt time.Time
}

// TierPolicy is what an account of a tier asks for; the row without a tier is for
// all others.
type TierPolicy struct {
	Tier     Tier `gorm:"primaryKey"`
	Expected int  // people of the buying group that should be known
	Floor    int  // fewer are too few whatever the tier
	Touches  int  // that fill the ring
	// What service the tier is entitled to.
	SLAMinutes int    `gorm:"column:sla_minutes"` // working minutes for sales' answer; 0: as the inbox is set
	OwnerLevel string // who should own such an account, in the corp's words
	GiftBudget int64  // CNY per account and year
	UpdatedAt  time.Time
}

// RepAbsence says that a rep is away, from the first to the last day, both
// included, in the corp's zone.
type RepAbsence struct {
	ID        int64 `gorm:"primaryKey"`
	RepID     int64
	FromDay   string // YYYY-MM-DD
	ToDay     string
	Author    string
	CreatedAt time.Time
}
