// Package transfer brings tables in and takes lists out, as CSV and as XLSX.
//
// A file that comes in is read once, into chunks of rows in the database; the
// dry run and the run go through the same chunks with the same code, so that the
// numbers of one are those of the other unless the database has changed between
// them. The place and what a chunk's rows have written commit together: any
// replica can go on where another died, and no row is brought in twice.
//
// Companies and opportunities are stored by the packages that own them, and what
// is known of people through service/contact.
package transfer

import (
	"fmt"
	"log/slog"

	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/contact"
	"sixtouch/service/stage"
)

// defaultPage is how many rows are brought in together unless it is said.
const defaultPage = 200

// Deps is what the package is handed.
type Deps struct {
	DB       *model.DB
	Accounts *account.Service
	Contacts *contact.Service
	Stages   *stage.Service
	Wake     func() // says that an import is to be worked on
	Logger   *slog.Logger
	Page     int // rows in one transaction, 500 at most; 0 is 200
}

// Service keeps imports. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a service.
func New(deps Deps) *Service {
	if deps.Page == 0 {
		deps.Page = defaultPage
	}
	return &Service{deps}
}

func forUpdate() clause.Locking { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
