package model

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/glebarez/sqlite"
	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Dialect names a kind of database.
type Dialect string

// The databases that the same code and the same tests run on.
const (
	SQLite Dialect = "sqlite"
	MySQL  Dialect = "mysql"
)

// slowQuery is from where on a statement is worth a line in the log.
const slowQuery = 200 * time.Millisecond

// sqliteReaders is the size of SQLite's reader pool; there is one writer.
const sqliteReaders = 8

// DB is the database handle. Packages keep a *DB and ask it for a connection
// per call; no *gorm.DB is kept outside this package, because one kept from
// outside a transaction waits for ever inside it on SQLite's single writer.
type DB struct {
	writer, reader *gorm.DB
	clock          Clock
	dialect        Dialect
}

// Options sizes and equips a DB. The zero value is usable but for Clock.
type Options struct {
	Clock   Clock
	Logger  *slog.Logger
	MaxOpen int // connections to MySQL; 0 = 32
}

// Open connects to the database named by dsn: "sqlite:path" or
// "mysql://user:pass@host:3306/name?params". It does not migrate.
func Open(ctx context.Context, dsn string, opts Options) (*DB, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.MaxOpen == 0 {
		opts.MaxOpen = 32
	}
	d := &DB{clock: opts.Clock}
	var err error
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		err = d.openSQLite(strings.TrimPrefix(dsn, "sqlite:"), opts)
	case strings.HasPrefix(dsn, "mysql://"):
		err = d.openMySQL(ctx, dsn, opts)
	default:
		return nil, Invalid("db.dsn", "must start with mysql:// or sqlite:")
	}
	if err != nil {
		return nil, err
	}
	if err := d.Ping(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DB) openSQLite(path string, opts Options) error {
	d.dialect = SQLite
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return fmt.Errorf("make folder of SQLite file: %w", err)
		}
	}
	// busy_timeout comes first, so that switching to WAL waits for a second process too.
	// FULL: an acknowledged callback must survive a power cut, not only a crash.
	base := "file:" + uriPath().Replace(path) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	var err error
	if d.writer, err = openGorm(sqlite.Open(base+"&_txlock=immediate"), d.clock, opts.Logger); err != nil {
		return fmt.Errorf("open SQLite writer: %w", err)
	}
	if d.reader, err = openGorm(sqlite.Open(base+"&_pragma=query_only(1)"), d.clock, opts.Logger); err != nil {
		return fmt.Errorf("open SQLite readers: %w", err)
	}
	if err := setPool(d.writer, 1, 1, 0); err != nil {
		return err
	}
	return setPool(d.reader, sqliteReaders, sqliteReaders, 0)
}

// uriPath writes a file's path so that SQLite, which is given a URI, finds that
// file: nothing in it begins a query or a fragment.
func uriPath() *strings.Replacer { return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23") }

func (d *DB) openMySQL(ctx context.Context, dsn string, opts Options) error {
	d.dialect = MySQL
	if err := d.connectMySQL(dsn, opts); err != nil {
		return err
	}
	var wsrep []struct {
		Value string `gorm:"column:Value"`
	}
	if err := d.writer.WithContext(ctx).Raw("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'").Scan(&wsrep).Error; err != nil {
		return errors.Join(fmt.Errorf("ask whether the server is a cluster's node: %w", err), d.Close())
	}
	if len(wsrep) == 0 || wsrep[0].Value != "ON" {
		return nil
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("close connections to a cluster's node: %w", err)
	}
	return d.connectMySQL(inStep(dsn), opts)
}

func (d *DB) connectMySQL(dsn string, opts Options) error {
	native, err := MySQLDSN(dsn)
	if err != nil {
		return err
	}
	if d.writer, err = openGorm(mysql.New(mysql.Config{DSN: native, DefaultStringSize: 255}), d.clock, opts.Logger); err != nil {
		return fmt.Errorf("open MySQL: %w", err)
	}
	d.reader = d.writer
	return setPool(d.writer, opts.MaxOpen, opts.MaxOpen, 3*time.Minute)
}

// inStep has the sessions on a Galera node wait, before they read, until the
// node has applied what the cluster has committed (wsrep_sync_wait, bit 1):
// what one replica has stored and told another of is there when that looks,
// whichever node it looks at. A single statement whose commit is not certified
// is run again by the node itself (wsrep_retry_autocommit), as InTx does it with
// transactions. A DSN that sets these itself is left alone.
func inStep(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn // MySQLDSN says what is wrong
	}
	q := u.Query()
	for name, value := range map[string]string{"wsrep_sync_wait": "1", "wsrep_retry_autocommit": strconv.Itoa(txAttempts)} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

var errUnverified = errors.New("an unverified server may be anybody's")

// MySQLDSN turns a mysql:// URL into the driver's own form, with the settings
// that the code relies on: UTC, parsed times, utf8mb4, and matched (not
// changed) row counts, so that a conditional update's count means "found".
func MySQLDSN(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "mysql" || u.Host == "" {
		return "", Invalid("db.dsn", "must look like mysql://user:password@host:3306/database")
	}
	cfg := mysqldriver.NewConfig()
	cfg.Net, cfg.Addr = "tcp", u.Host
	if u.Port() == "" {
		cfg.Addr += ":3306"
	}
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.DBName = strings.TrimPrefix(u.Path, "/")
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.ClientFoundRows = true
	// One round trip a statement instead of prepare, execute and close.
	cfg.InterpolateParams = true
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = 5*time.Second, 30*time.Second, 30*time.Second
	// A wait for a lock must end before ReadTimeout does, or it would look like a lost connection.
	cfg.Params = map[string]string{"time_zone": "'+00:00'", "innodb_lock_wait_timeout": "10"}
	cfg.Collation = "utf8mb4_bin"
	for key, values := range u.Query() {
		if key == "tls" {
			// The driver's other words leave the server's certificate unchecked.
			if values[0] != "true" && values[0] != "false" {
				return "", fmt.Errorf("db.dsn: %w: tls must be true or false, and true means verified", errUnverified)
			}
			cfg.TLSConfig = values[0]
			continue
		}
		cfg.Params[key] = values[0]
	}
	return cfg.FormatDSN(), nil
}

func openGorm(dialector gorm.Dialector, clock Clock, log *slog.Logger) (*gorm.DB, error) {
	return gorm.Open(dialector, &gorm.Config{
		// One statement is atomic already; a transaction around it costs two round trips.
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return Instant(clock.Now()) },
		Logger: refusals{logger.NewSlogLogger(log, logger.Config{
			SlowThreshold: slowQuery, IgnoreRecordNotFoundError: true, ParameterizedQueries: true, LogLevel: logger.Warn,
		})},
		DisableForeignKeyConstraintWhenMigrating: true,
	})
}

// refusals is a logger that passes over what the database refused for the moment:
// InTx runs that again, in a cluster many times an hour, and whoever gives up
// logs the last one.
type refusals struct{ logger.Interface }

// LogMode implements logger.Interface.
func (r refusals) LogMode(level logger.LogLevel) logger.Interface {
	return refusals{r.Interface.LogMode(level)}
}

// Trace implements logger.Interface.
func (r refusals) Trace(ctx context.Context, begin time.Time, statement func() (sql string, rows int64), err error) {
	if Transient(err) {
		return
	}
	r.Interface.Trace(ctx, begin, func() (string, int64) {
		sql, rows := statement()
		return literal.ReplaceAllString(sql, "?"), rows
	}, err)
}

// literal is a text in a statement. Gorm writes the values of what it scans into
// the statement that it logs, whatever its filter says; it doubles quotes.
var literal = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"`)

// ParamsFilter implements gorm.ParamsFilter: it keeps values out of the log.
func (refusals) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func setPool(g *gorm.DB, open, idle int, life time.Duration) error {
	pool, err := g.DB()
	if err != nil {
		return fmt.Errorf("reach connection pool: %w", err)
	}
	pool.SetMaxOpenConns(open)
	pool.SetMaxIdleConns(idle)
	pool.SetConnMaxLifetime(life)
	return nil
}

// Dialect tells which kind of database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Ping checks that the database answers queries: a cluster's node that has lost
// the others answers the protocol's own ping, and nothing else.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.writer.WithContext(ctx).Exec("SELECT 1").Error; err != nil {
		return &Error{Code: CodeUnavailable, Message: "the database does not answer", Err: err}
	}
	return nil
}

// Close closes every connection.
func (d *DB) Close() error {
	var errs []error
	for _, g := range []*gorm.DB{d.writer, d.reader} {
		if g == nil {
			continue
		}
		if pool, err := g.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Conn returns the transaction that ctx carries, else the writer.
func (d *DB) Conn(ctx context.Context) *gorm.DB {
	if t := txOf(ctx); t != nil {
		return t.conn.WithContext(ctx)
	}
	return d.writer.WithContext(ctx)
}

// Read returns the transaction that ctx carries, else a reader.
func (d *DB) Read(ctx context.Context) *gorm.DB {
	if t := txOf(ctx); t != nil {
		return t.conn.WithContext(ctx)
	}
	return d.reader.WithContext(ctx)
}

// Walk names a table with the index to read it by. MySQL's estimates lag behind
// rows that have just changed state and then prefer a scan; a queue's head is
// always such rows. SQLite chooses well by itself.
func (d *DB) Walk(table, index string) string {
	if d.dialect == MySQL {
		return table + " FORCE INDEX (" + index + ")"
	}
	return table
}

// Then joins what is looked up for each row of what is named before it, in that
// order and no other.
func (d *DB) Then() string {
	if d.dialect == MySQL {
		return "STRAIGHT_JOIN "
	}
	return "CROSS JOIN "
}

// Now returns the one instant of the transaction in ctx, else the clock's.
func (d *DB) Now(ctx context.Context) time.Time {
	if t := txOf(ctx); t != nil {
		return t.now
	}
	return Instant(d.clock.Now())
}

// Clock returns the clock that the handle was opened with.
func (d *DB) Clock() Clock { return d.clock }
