package model

import "time"

// CohortTag is a corp tag that the engine owns: WeCom lets a moment be seen by
// the wearers of a tag and by nobody named otherwise. It is for people of one
// programme who began on the same day.
type CohortTag struct {
	ID      int64 `gorm:"primaryKey"`
	SOPID   int64
	Cohort  string // YYYY-MM-DD, the anchor's day in the programme's zone
	Serial  int    // a cohort has further tags where steps are for fewer people
	Name    string
	WeComID string `gorm:"column:wecom_id"` // empty until WeCom has made it
	// Holder is the dispatch whose task is being made for the tag's wearers:
	// until it is, nobody else changes who they are.
	Holder    int64
	Marks     int       // calls that changed a wearer
	LookAt    time.Time // when to ask next whether the cohort has finished
	DeletedAt *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CohortMember says that a relationship wears a cohort tag, or may: the row is
// written before WeCom is asked.
type CohortMember struct {
	CohortTagID    int64 `gorm:"primaryKey;autoIncrement:false"`
	RelationshipID int64 `gorm:"primaryKey;autoIncrement:false"`
	EnrollmentID   int64
	MarkedAt       *time.Time // nil until WeCom has put it on
}
