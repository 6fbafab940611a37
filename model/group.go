package model

import "time"

// CustomerGroup is a chat of reps and contacts.
type CustomerGroup struct {
	ID            int64 `gorm:"primaryKey"`
	ChatID        string
	Name          string
	OwnerUserID   string `gorm:"column:owner_userid"`
	Notice        string
	MemberVersion string
	MemberCount   int
	FormedAt      time.Time
	DismissedAt   *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Who is the number by which programmes know the group where they know people
// by the contact's id: negative, so that a unique key, a shard, a turn or an
// account of quota holds for both alike.
func (g CustomerGroup) Who() int64 { return -g.ID }

// GroupOf is the id of the customer group that who is; 0 when it is a contact.
func GroupOf(who int64) int64 { return max(0, -who) }

// ContactOf is the id of the contact that who is; 0 when it is a customer group.
func ContactOf(who int64) int64 { return max(0, who) }

// ShardOf is the planner's shard of a contact or customer group.
func ShardOf(who int64) int { return int(max(who, -who) % EnrollmentShards) }

// CustomerGroupMember is one person's membership of a customer group.
type CustomerGroupMember struct {
	CustomerGroupID int64  `gorm:"primaryKey;autoIncrement:false"`
	MemberID        string `gorm:"primaryKey"` // userid or external_userid
	Kind            int    // 1 rep, 2 external
	JoinScene       int
	ChannelState    string
	JoinedAt        time.Time
	LeftAt          *time.Time
}
