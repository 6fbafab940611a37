package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sixtouch/config"
	"sixtouch/model/migrate"
	"sixtouch/service/runner"
)

// shutdownBudget is how long a stop may take: container platforms kill after 30 s.
const shutdownBudget = 25 * time.Second

// Bounds on what a client may do to a connection.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// Roles of a replica.
const (
	roleAll    = "all"
	roleWeb    = "web"    // takes callbacks and requests in
	roleWorker = "worker" // processes, plans and sends; answers health checks
)

func newLogger(c config.Log, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

func serveCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Short: "Run the server; any number of replicas may share a database", Args: cobra.NoArgs}
	s := addSettings(cmd, e, map[string]string{"http.addr": "addr", "db.dsn": "db"})
	role := cmd.Flags().String("role", roleAll, "all, web or worker")
	migrateFirst := cmd.Flags().Bool("migrate", false, "apply pending migrations first")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !slices.Contains([]string{roleAll, roleWeb, roleWorker}, *role) {
			return fmt.Errorf("--role %q is none of all, web, worker", *role)
		}
		cfg, err := s.load(false)
		if err != nil {
			return err
		}
		log := newLogger(cfg.Log, e.Err)
		a, err := newApp(cmd.Context(), appDeps{cfg: cfg, clock: e.Clock, machine: e.Clock, log: log, role: *role, migrate: *migrateFirst})
		if err != nil {
			return err
		}
		if err := a.offerSetUp(cmd.Context(), e.Out); err != nil {
			a.close()
			return err
		}
		return a.run(cmd.Context(), a.handler)
	}
	return cmd
}

// offerSetUp prints a link that signs the administrator in, once, where no
// password is configured.
func (a *app) offerSetUp(ctx context.Context, out io.Writer) error {
	if a.auth.HasPassword() || a.role == roleWorker {
		return nil
	}
	token, err := a.auth.SetupToken(ctx)
	if err != nil {
		return fmt.Errorf("make set-up link: %w", err)
	}
	_, err = fmt.Fprintf(out, "no SIXTOUCH_ADMIN_PASSWORD is set; sign in once, within the hour, at %s/setup/%s\n", a.cfg.PublicURL, token)
	return err
}

// run serves h until ctx ends, then stops everything in order.
func (a *app) run(ctx context.Context, h http.Handler) error {
	defer a.close()
	server, err := listen(ctx, a.cfg.HTTP.Addr, h, a.log)
	if err != nil {
		return err
	}
	group := runner.NewGroup(a.log, shutdownBudget, append(a.members(), runner.Member{Name: "http", Service: server})...)
	return runUntilDone(ctx, group, server)
}

func runUntilDone(ctx context.Context, group *runner.Group, server *httpServer) error {
	if err := group.Start(ctx); err != nil {
		return errors.Join(fmt.Errorf("start: %w", err), server.listener.Close())
	}
	defer group.Stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-server.failed:
		return fmt.Errorf("serve HTTP: %w", err)
	}
}

// checkSchema refuses a schema that this binary does not fit, or makes it fit.
func (a *app) checkSchema(ctx context.Context, up bool) error {
	m, err := migrate.New(ctx, a.db)
	if err != nil {
		return err
	}
	if up {
		if err := m.Up(ctx); err != nil {
			return err
		}
	}
	return m.Check(ctx)
}

// httpServer is an HTTP server on a listener that is open already: a busy port
// is known before anything else has started.
type httpServer struct {
	listener net.Listener
	server   *http.Server
	failed   chan error
}

// listen opens addr.
func listen(ctx context.Context, addr string, h http.Handler, log *slog.Logger) (*httpServer, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use: stop the program that listens there (ss -ltnp shows it), or choose another address with --addr 127.0.0.1:0", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return &httpServer{
		listener: l,
		server: &http.Server{
			Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
			IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
		failed: make(chan error, 1),
	}, nil
}

// Addr is where it listens, with the port that was free if 0 was asked for.
func (s *httpServer) Addr() string { return s.listener.Addr().String() }

// Start implements runner.Service.
func (s *httpServer) Start(context.Context) error {
	go func() {
		if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return nil
}

// Stop implements runner.Service: requests under way are answered first.
func (s *httpServer) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownBudget/2)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		_ = s.server.Close() // nothing is left to do about it
	}
}
