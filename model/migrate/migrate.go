// Package migrate owns the schema: versioned SQL for MySQL and for SQLite, up
// and down, embedded into the binary and applied by goose.
package migrate

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"sixtouch/model"
)

//go:embed mysql/*.sql sqlite/*.sql
var files embed.FS

// Migrator moves one database's schema.
type Migrator struct{ provider *goose.Provider }

// Status is one migration and whether it has been applied.
type Status struct {
	Version int64
	Name    string
	Applied bool
}

// New prepares migrations for db.
func New(ctx context.Context, db *model.DB) (*Migrator, error) {
	pool, err := db.Conn(ctx).DB()
	if err != nil {
		return nil, fmt.Errorf("reach connection pool: %w", err)
	}
	return newMigrator(pool, db.Dialect())
}

func newMigrator(pool *sql.DB, dialect model.Dialect) (*Migrator, error) {
	kind := goose.DialectMySQL
	if dialect == model.SQLite {
		kind = goose.DialectSQLite3
	}
	dir, err := fs.Sub(files, string(dialect))
	if err != nil {
		return nil, fmt.Errorf("open embedded migrations: %w", err)
	}
	provider, err := goose.NewProvider(kind, pool, dir)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return &Migrator{provider}, nil
}

// Up applies every pending migration.
func (m *Migrator) Up(ctx context.Context) error {
	if _, err := m.provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate up: %w", err)
	}
	return nil
}

// Down takes the newest migration back.
func (m *Migrator) Down(ctx context.Context) error {
	if _, err := m.provider.Down(ctx); err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	return nil
}

// Status lists every migration, oldest first.
func (m *Migrator) Status(ctx context.Context) ([]Status, error) {
	rows, err := m.provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migration status: %w", err)
	}
	out := make([]Status, 0, len(rows))
	for _, r := range rows {
		out = append(out, Status{Version: r.Source.Version, Name: r.Source.Path, Applied: r.State == goose.StateApplied})
	}
	return out, nil
}

// Check refuses a database that is behind this binary or ahead of it.
func (m *Migrator) Check(ctx context.Context) error {
	at, err := m.provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	sources := m.provider.ListSources()
	want := sources[len(sources)-1].Version
	switch {
	case at < want:
		return &model.Error{Code: model.CodeUnavailable, Message: fmt.Sprintf("the database's schema is version %d, this binary needs %d: run `sixtouch migrate up`", at, want)}
	case at > want:
		return &model.Error{Code: model.CodeUnavailable, Message: fmt.Sprintf("the database's schema is version %d, newer than this binary's %d: run the newer binary", at, want)}
	}
	return nil
}
