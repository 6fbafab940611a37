package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sixtouch/config"
	"sixtouch/model"
)

func benchCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Measure this build on this machine, against a bound and against what others do"}
	cmd.AddCommand(benchIngestCommand(e), benchPlanCommand(e), benchMatchCommand(e), benchListCommand(e))
	return cmd
}

// benchOptions are those of every benchmark.
type benchOptions struct {
	json   bool
	rounds int
	mysql  string
}

// flags offers them; made says what is made on the server.
func (o *benchOptions) flags(cmd *cobra.Command, made string) {
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	cmd.Flags().IntVar(&o.rounds, "rounds", 5, "rounds")
	cmd.Flags().StringVar(&o.mysql, "mysql", "", "mysql://user:password@host:port/ of a server on which "+made+" may be made")
}

// print writes a report in the form that was asked for.
func (o *benchOptions) print(out io.Writer, report interface{ print(out io.Writer) error }) error {
	if !o.json {
		return report.print(out)
	}
	doc := json.NewEncoder(out)
	doc.SetIndent("", "  ")
	return doc.Encode(report)
}

// ingestOptions say how much is measured and where rows go.
type ingestOptions struct {
	benchOptions
	requests, conns int
	sqlite          string
}

// resent is how many callbacks are sent again, to see that none is stored twice.
const resent = 1000

func (o ingestOptions) check() error {
	if o.requests < resent || o.conns < 1 || o.rounds < 1 {
		return fmt.Errorf("--requests must be at least %d, --conns and --rounds at least 1", resent)
	}
	return nil
}

func benchIngestCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "ingest", Short: "The intake of callbacks, and how soon they are processed", Args: cobra.NoArgs,
		Long: "Sends signed, encrypted callbacks over keep-alive connections from this process to a server in\n" +
			"this process. Each round runs every row once, between two runs of the bound; a ratio is to the mean of the two,\n" +
			"and medians over the rounds are shown. Databases are made for the run and dropped after it.",
	}
	var o ingestOptions
	o.flags(cmd, "a database")
	cmd.Flags().IntVar(&o.requests, "requests", 10_000, "distinct callbacks in a round")
	cmd.Flags().IntVar(&o.conns, "conns", 64, "connections that send")
	cmd.Flags().StringVar(&o.sqlite, "sqlite", "", "a new SQLite file, on the disk to be measured (default: in the folder for temporary files)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		if o.mysql == "" {
			o.mysql = serverFromEnv(e.Vars)
		}
		report, err := measureIngest(cmd.Context(), e, o)
		if err != nil {
			return err
		}
		return o.print(e.Out, report)
	}
	return cmd
}

// serverFromEnv finds the MySQL server of the tests, or else of the product.
func serverFromEnv(vars []string) string {
	for _, name := range []string{"SIXTOUCH_TEST_MYSQL", config.EnvName("db.dsn")} {
		for _, pair := range vars {
			if value, ok := strings.CutPrefix(pair, name+"="); ok && strings.HasPrefix(value, "mysql://") {
				return value
			}
		}
	}
	return ""
}

// ingestReport is what `bench ingest` prints.
type ingestReport struct {
	Machine        string       `json:"machine"`
	Requests       int          `json:"requests"`
	Connections    int          `json:"connections"`
	Rounds         int          `json:"rounds"`
	BodyBytes      int          `json:"body_bytes"`
	Rows           []ingestRow  `json:"rows"`
	AckToProcessed []latencyRow `json:"ack_to_processed"`
	Welcome        []latencyRow `json:"welcome"`
}

// ingestRow is one way to take callbacks in. A way that could not be measured
// has only Skipped.
type ingestRow struct {
	Name              string  `json:"name"`
	Does              string  `json:"does"`
	RequestsPerSecond float64 `json:"requests_per_second"`
	RatioToBound      float64 `json:"ratio_to_bound"`
	P50               float64 `json:"p50_ms"`
	P99               float64 `json:"p99_ms"`
	Acknowledged      int     `json:"acknowledged"`
	Lost              int     `json:"lost"`       // acknowledged and not stored
	Duplicates        int     `json:"duplicates"` // stored twice
	Skipped           string  `json:"skipped,omitempty"`
}

// latencyRow is how long something took under the burst, in milliseconds.
type latencyRow struct {
	Database  string  `json:"database"`
	What      string  `json:"what"`
	Count     int     `json:"count"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	PerSecond float64 `json:"per_second"`
	Skipped   string  `json:"skipped,omitempty"`
}

func (r ingestReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%d callbacks of %d bytes a round, %d connections, medians of %d rounds; %s\n\n", r.Requests, r.BodyBytes, r.Connections, r.Rounds, r.Machine)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "intake\treq/s\tof bound\tp50 ms\tp99 ms\tlost\ttwice")
	for _, row := range r.Rows {
		if row.Skipped != "" {
			fmt.Fprintf(w, "%s\t%s\n", row.Name, row.Skipped)
			continue
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.1f\t%.1f\t%d\t%d\n", row.Name, row.RequestsPerSecond, row.RatioToBound, row.P50, row.P99, row.Lost, row.Duplicates)
	}
	fmt.Fprintln(w, "\nin one burst\tcount\tper s\tp50 ms\tp99 ms")
	for _, row := range append(append([]latencyRow(nil), r.AckToProcessed...), r.Welcome...) {
		if row.Skipped != "" {
			fmt.Fprintf(w, "%s, %s\t%s\n", row.What, row.Database, row.Skipped)
			continue
		}
		fmt.Fprintf(w, "%s, %s\t%d\t%.0f\t%.0f\t%.0f\n", row.What, row.Database, row.Count, row.PerSecond, row.P50, row.P99)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	fmt.Fprintln(out)
	for _, row := range r.Rows {
		fmt.Fprintf(out, "%s: %s.\n", row.Name, row.Does)
	}
	return nil
}

func machine() string {
	return fmt.Sprintf("%s, %d processors, %s/%s", runtime.Version(), runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH)
}

// scratch is a database that exists only for a benchmark.
type scratch struct {
	dsn  string
	note string // what of its settings matters for the figures
	drop func(ctx context.Context) error
}

// scratchSQLite makes a folder for a file, or takes a file that is not there yet.
func scratchSQLite(path string) (scratch, error) {
	const note = "WAL, synchronous=FULL"
	if path != "" {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			return scratch{}, fmt.Errorf("--sqlite %s: give a file that is not there yet; it is removed afterwards", path)
		}
		return scratch{"sqlite:" + path, note, func(context.Context) error {
			return errors.Join(os.Remove(path), removeIfThere(path+"-wal"), removeIfThere(path+"-shm"))
		}}, nil
	}
	dir, err := os.MkdirTemp("", "sixtouch-bench-")
	if err != nil {
		return scratch{}, fmt.Errorf("make folder for SQLite: %w", err)
	}
	return scratch{"sqlite:" + filepath.Join(dir, "bench.db"), note, func(context.Context) error { return os.RemoveAll(dir) }}, nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// scratchMySQL makes a database of a random name on the server.
func scratchMySQL(ctx context.Context, server, name string, clock model.Clock) (scratch, error) {
	u, err := url.Parse(server)
	if err != nil {
		return scratch{}, model.Invalid("mysql", "must look like mysql://user:password@host:3306/")
	}
	u.Path = "/"
	admin := u.String()
	u.Path = "/" + name
	s := scratch{dsn: u.String()}
	if err := onServer(ctx, admin, clock, func(db *model.DB) error {
		var flush, version string
		row := db.Conn(ctx).Raw("SELECT @@innodb_flush_log_at_trx_commit, @@version").Row()
		if err := row.Scan(&flush, &version); err != nil {
			return fmt.Errorf("read server's settings: %w", err)
		}
		s.note = version + ", innodb_flush_log_at_trx_commit=" + flush
		return db.Conn(ctx).Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin").Error
	}); err != nil {
		return scratch{}, fmt.Errorf("make database on MySQL server: %w", err)
	}
	s.drop = func(ctx context.Context) error {
		return onServer(ctx, admin, clock, func(db *model.DB) error { return db.Conn(ctx).Exec("DROP DATABASE " + name).Error })
	}
	return s, nil
}

func onServer(ctx context.Context, dsn string, clock model.Clock, fn func(db *model.DB) error) error {
	db, err := model.Open(ctx, dsn, model.Options{Clock: clock, MaxOpen: 1})
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return errors.Join(fn(db), db.Close())
}

// benchLog shows what goes wrong and nothing else: a line per request would be
// measured too.
func benchLog(e env) *slog.Logger {
	return slog.New(slog.NewTextHandler(e.Err, &slog.HandlerOptions{Level: slog.LevelError}))
}
