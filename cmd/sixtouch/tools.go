package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/config"
	"sixtouch/model"
	"sixtouch/model/migrate"
	"sixtouch/service/auth"
)

// databaseFlags are the settings that tools of the database take as flags.
func databaseFlags() map[string]string { return map[string]string{"db.dsn": "db"} }

func openDatabase(ctx context.Context, cfg config.Config, clock model.Clock, log *slog.Logger) (*model.DB, error) {
	db, err := model.Open(ctx, cfg.DB.DSN.Reveal(), model.Options{Clock: clock, Logger: log, MaxOpen: cfg.DB.MaxOpen})
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", cfg.DB.DSN, err)
	}
	return db, nil
}

// withDatabase runs fn on the configured database.
func (s *settings) withDatabase(ctx context.Context, fn func(db *model.DB) error) error {
	cfg, err := s.load(true)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, cfg, s.env.Clock, newLogger(cfg.Log, s.env.Err))
	if err != nil {
		return err
	}
	err = fn(db)
	if closing := db.Close(); err == nil && closing != nil {
		err = fmt.Errorf("close database: %w", closing)
	}
	return err
}

func migrateCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "migrate", Short: "Move the database's schema"}
	add := func(use, short string, run func(ctx context.Context, m *migrate.Migrator) error) {
		sub := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs}
		s := addSettings(sub, e, databaseFlags())
		sub.RunE = func(cmd *cobra.Command, _ []string) error {
			return s.withDatabase(cmd.Context(), func(db *model.DB) error {
				m, err := migrate.New(cmd.Context(), db)
				if err != nil {
					return err
				}
				if err := run(cmd.Context(), m); err != nil {
					return err
				}
				return printMigrations(cmd.Context(), e.Out, m)
			})
		}
		cmd.AddCommand(sub)
	}
	add("up", "Apply every pending migration", func(ctx context.Context, m *migrate.Migrator) error { return m.Up(ctx) })
	add("down", "Take the newest migration back", func(ctx context.Context, m *migrate.Migrator) error { return m.Down(ctx) })
	add("status", "List the migrations", func(context.Context, *migrate.Migrator) error { return nil })
	return cmd
}

func printMigrations(ctx context.Context, out io.Writer, m *migrate.Migrator) error {
	list, err := m.Status(ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		state := "pending"
		if s.Applied {
			state = "applied"
		}
		if _, err := fmt.Fprintf(out, "%-8s %s\n", state, s.Name); err != nil {
			return err
		}
	}
	return nil
}

func tokenCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "API tokens"}
	create := &cobra.Command{Use: "create", Short: "Make an API token and print it, once", Args: cobra.NoArgs}
	s := addSettings(create, e, databaseFlags())
	name := create.Flags().String("name", "", "what the token is for")
	role := create.Flags().String("role", string(auth.RoleRead), "admin, marketer, manager or read")
	create.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.withDatabase(cmd.Context(), func(db *model.DB) error {
			service, err := auth.New(auth.Deps{DB: db, Clock: e.Clock, SecretKey: "tokens are not signed"})
			if err != nil {
				return err
			}
			_, text, err := service.CreateToken(cmd.Context(), *name, auth.Role(*role))
			if err != nil {
				return fmt.Errorf("create token: %w", err)
			}
			_, err = fmt.Fprintln(e.Out, text)
			return err
		})
	}
	cmd.AddCommand(create)
	return cmd
}

// healthTimeout bounds the check that containers run.
const healthTimeout = 5 * time.Second

func healthCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "health", Short: "Ask the server on this machine whether it is ready (for containers)", Args: cobra.NoArgs}
	s := addSettings(cmd, e, map[string]string{"http.addr": "addr"})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := s.load(true)
		if err != nil {
			return err
		}
		_, port, err := net.SplitHostPort(cfg.HTTP.Addr)
		if err != nil {
			return fmt.Errorf("read http.addr: %w", err)
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("ask for health: %w", err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return fmt.Errorf("ask for health: %w", err)
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		if closing := res.Body.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("read health: %w", err)
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("not ready: %s", body)
		}
		_, err = fmt.Fprintln(e.Out, "ready")
		return err
	}
	return cmd
}
