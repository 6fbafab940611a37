// Package account owns companies: their names and domains, who works on them,
// who is at them and since when, the lists that they are on, their plan, and how
// contacts are matched to them. Comparing names is service/match's, which is
// pure. Activities are recorded through a function that is handed in.
package account

import (
	"context"
	"log/slog"
	"time"

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
}

// Service stores accounts and answers lists. Its commands begin a transaction, or
// join the one in ctx. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a service.
func New(deps Deps) *Service { return &Service{deps} }
