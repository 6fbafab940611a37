// Package account owns companies: their names and domains, who works on them,
// who is at them and since when, the lists that they are on, their plan, and how
// contacts are matched to them. Comparing names is service/match's, which is
// pure. Activities are recorded through a function that is handed in.
package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Recorder records an activity in the transaction of ctx.
type Recorder func(ctx context.Context, a model.Activity) error

// Deps is what the package is handed.
type Deps struct {
	DB     *model.DB
	Record Recorder
	Zone   *time.Location // of local days: next actions, lists by date
	Logger *slog.Logger
	// WakeMatcher, if any, hears after the commit that people wait to be matched.
	WakeMatcher func()
	// Movers move what other packages keep about an account when it is taken into
	// another.
	Movers []Mover
}

// Service stores accounts and answers lists. Its commands begin a transaction, or
// join the one in ctx. It is safe for concurrent use.
type Service struct {
	Deps
	names namesMemory
}

// New returns a service.
func New(deps Deps) *Service { return &Service{Deps: deps} }

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

// notFound turns the database's "no row" into ours.
func notFound(what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return model.NotFound(what)
	}
	return fmt.Errorf("load %s: %w", what, err)
}

// live is the slot of an account that stands for itself, and of a stretch that is
// open.
func live() *int8 {
	one := int8(1)
	return &one
}
