// Package report owns what is read across tables for people to look at: the
// day, programmes and who is where in them, outgoing calls, and the metrics that
// come from the database. It writes nothing and imports model
// only.
package report

import (
	"time"

	"sixtouch/model"
)

// Service reads. It is safe for concurrent use.
type Service struct {
	db    *model.DB
	zone  *time.Location
	today todayMemory
}

// New returns reports over db; zone is the corp's, whose days are counted.
func New(db *model.DB, zone *time.Location) *Service { return &Service{db: db, zone: zone} }
