// Package report owns what is read across tables for people to look at: how
// everything stands, programmes and who is where in them, outgoing calls, and
// the metrics that come from the database. It writes nothing and imports model
// only.
package report

import (
	"fmt"
	"time"

	"gorm.io/gorm"

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

// counts runs a query that selects name and count.
func counts[K ~string](q *gorm.DB, what string) (map[K]int, error) {
	var rows []struct {
		Name  K
		Count int
	}
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count %s: %w", what, err)
	}
	m := make(map[K]int, len(rows))
	for _, r := range rows {
		m[r.Name] = r.Count
	}
	return m, nil
}
