package model

import "time"

// User gives a member of the corp a role. A member without one who may have
// customers is a rep who sees their own.
type User struct {
	ID            int64 `gorm:"primaryKey"`
	RepID         int64
	Role          string // admin, marketer, manager, rep, read
	Reach         Reach
	DepartmentIDs JSON[[]int64] // with all below them, where the reach is departments
	BlockedAt     *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Reach says how far somebody sees.
type Reach string

// How far somebody sees.
const (
	ReachAll         Reach = "all"
	ReachDepartments Reach = "departments"
	ReachOwn         Reach = "own"
)

// Session is a browser that is signed in; only the hash of its cookie is kept.
type Session struct {
	ID        int64 `gorm:"primaryKey"`
	Hash      []byte
	RepID     int64  // 0: the administrator of the configuration
	Way       string // how it came in: password, link, qr, wecom
	Agent     string
	Address   string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
}

// AuditEntry says who changed what, when and from where. It holds no values:
// nothing that is secret or about a customer.
type AuditEntry struct {
	ID         int64 `gorm:"primaryKey"`
	At         time.Time
	RepID      int64  // 0: the administrator of the configuration, or a program
	Who        string // as it was called then
	Role       string
	Action     string // the route, or a word such as sign_in
	ObjectKind string // the route's first word: sops, contacts …
	ObjectID   string
	Detail     string
	Way        string // session or token
	Address    string
	RequestID  string
}
