package model

import "time"

// QuotaMode is WeCom's rule for how many mass messages one customer can get; the
// corp's administrator chooses it in WeCom. WeCom counts every tool's and every
// member's own, in natural periods.
type QuotaMode string

// The quota rules.
const (
	QuotaMonth QuotaMode = "month" // as many per natural month as it has days
	QuotaWeek  QuotaMode = "week"  // 7 per natural week, from Monday
	QuotaDay   QuotaMode = "day"   // 1 per natural day
	QuotaNone  QuotaMode = "none"  // not counted
)

// LimitRule is what a contact and a rep may be asked to bear, from one local day
// of the corp on until the next rule begins. A cap that is nil does not limit.
type LimitRule struct {
	ValidFrom   string `gorm:"primaryKey"` // YYYY-MM-DD
	ContactDay  *int   // touches that reach a contact in a day
	ContactWeek *int   // the same in a week, from Monday
	RepDay      *int   // prompts of a rep in a day
	QuotaMode   QuotaMode
	QuotaCount  *int // instead of the mode's own number
	UpdatedAt   time.Time
}

// SendHours is when programmes send that name no hours of their own, as
// wall-clock times; it has one row, or none.
type SendHours struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	OpensAt   string
	ClosesAt  string
	Workdays  bool // on working days only
	UpdatedAt time.Time
}

// LimitTurn is the row that everybody writes who reserves attention of a shard's
// contacts or of a rep, or decides about a programme: it makes them wait for each
// other, on one server by its lock and on a cluster by the conflicting write.
type LimitTurn struct {
	Kind      string `gorm:"primaryKey"` // shard, rep, sop
	SubjectID int64  `gorm:"primaryKey;autoIncrement:false"`
	Turn      int64
}

// OutsideMessage is a mass message that another tool of the corp made: until all
// its senders have sent it, its results are asked for.
type OutsideMessage struct {
	RemoteID  string         `gorm:"primaryKey"` // msgid
	CreatedAt time.Time      // at WeCom
	Senders   JSON[[]string] // userids whose results are stored
	Polls     int
	NextAt    *time.Time // nil when nothing more is to come
	UpdatedAt time.Time
}

// OutsideSend is one recipient of an OutsideMessage.
type OutsideSend struct {
	ContactID int64  `gorm:"primaryKey;autoIncrement:false"`
	RemoteID  string `gorm:"primaryKey"`
	Day       string // YYYY-MM-DD in the corp's zone
	Refused   bool   // WeCom did not deliver it: the contact's quota was used up
}

// OutsideReading is how far WeCom's list of mass messages has been read; it has
// one row, of each channel.
type OutsideReading struct {
	Channel  string `gorm:"primaryKey"`
	ListedTo time.Time
	NextAt   time.Time
}
