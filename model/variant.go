package model

import "time"

// VariantBy says why a touch has its variant.
type VariantBy string

// Only drawn ones are compared: chance alone makes the groups alike.
const (
	VariantDrawn  VariantBy = "drawn"  // by its weight
	VariantKept   VariantBy = "kept"   // the contact had it in an earlier run
	VariantWinner VariantBy = "winner" // declared for all new people
)

// Winner says that a step's new people all get one variant. Rows are
// kept; ActiveSlot is 1 while it holds, else nil: the unique index on it makes
// a second winner impossible.
type Winner struct {
	ID         int64 `gorm:"primaryKey"`
	SOPID      int64
	StepKey    string
	Variant    string
	ActiveSlot *int8
	Automatic  bool                 // declared by the engine, not by a person
	Reason     JSON[[]VariantTally] // the counts that it was declared on
	DeclaredAt time.Time
	DeclaredBy string
	RevokedAt  *time.Time
	RevokedBy  string
}

// TableName says whose winner it is.
func (Winner) TableName() string { return "variant_winners" }

// VariantTally is what came of one variant when a winner was declared.
type VariantTally struct {
	Variant   string  `json:"variant"`
	Units     int     `json:"units"`     // people whose time to respond is over
	Responses int     `json:"responses"` // of these
	Best      float64 `json:"best"`      // probability to be the best
}
