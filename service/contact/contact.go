// Package contact owns reps, departments, contacts, relationships, tags and
// customer groups: what WeCom says about people, kept with the history that
// WeCom does not keep. It imports model only; callers turn WeCom's answers into
// this package's facts.
package contact

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Recorder records an activity in the transaction of ctx.
type Recorder func(ctx context.Context, a model.Activity) error

// Service stores facts and answers lists. Its commands begin a transaction, or
// join the one in ctx. It is safe for concurrent use.
type Service struct {
	db     *model.DB
	record Recorder
}

// New returns a service that records activities through record.
func New(db *model.DB, record Recorder) *Service {
	return &Service{db: db, record: record}
}

// Key is the form in which userids are compared: WeCom matches them without
// regard to case.
func Key(userID string) string { return strings.ToLower(userID) }

// forUpdate locks the rows that a query finds; SQLite has one writer anyway.
func forUpdate() clause.Locking { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

// skipKnown lets an insert pass over rows that exist.
func skipKnown() clause.OnConflict { return clause.OnConflict{DoNothing: true} }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
