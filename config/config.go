// Package config owns every setting: its name, its default, its check. Settings
// come from, in rising order, the defaults, an optional YAML file, the
// environment and flags. It is read once, at the start; other packages receive
// the section they need as a value. It imports nothing of ours.
package config

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
)

const (
	tag       = "koanf"
	delimiter = "."
	envPrefix = "SIXTOUCH_"
)

// Config is all settings. A field a.b_c, by its tags, is the environment
// variable SIXTOUCH_A_B_C.
type Config struct {
	HTTP   HTTP   `koanf:"http"`
	DB     DB     `koanf:"db"`
	Redis  Redis  `koanf:"redis"`
	WeCom  WeCom  `koanf:"wecom"`
	SOP    SOP    `koanf:"sop"`
	Inbox  Inbox  `koanf:"inbox"`
	Import Import `koanf:"import"`
	Log    Log    `koanf:"log"`

	Webhook Webhook `koanf:"webhook"`

	PublicURL     string `koanf:"public_url"`     // what the outside world calls the server, without a slash at the end
	Timezone      string `koanf:"timezone"`       // of the corp, an IANA name
	Language      string `koanf:"language"`       // of the cards that reps get: zh or en
	AdminPassword Secret `koanf:"admin_password"` // of the first administrator; may be empty
	SecretKey     Secret `koanf:"secret_key"`     // signs sessions and links, encrypts secrets at rest
}

// HTTP says where the server listens.
type HTTP struct {
	Addr string `koanf:"addr"` // host:port, the host may be empty
}

// DB says where facts are kept.
type DB struct {
	DSN     DSN `koanf:"dsn"`      // mysql://user:password@host:3306/db?… or sqlite:path
	MaxOpen int `koanf:"max_open"` // connections, MySQL only
}

// Redis says where tokens, limits and leases are kept.
type Redis struct {
	URL DSN `koanf:"url"` // redis:// or rediss://, a cluster by several hosts; empty for one inside the process
}

// SOP says how the engine paces itself.
type SOP struct {
	Tick          time.Duration `koanf:"tick"`              // between two looks for due work
	PollEvery     time.Duration `koanf:"poll_every"`        // between two looks at the results of sends
	UnknownSettle time.Duration `koanf:"unknown_settle"`    // how long a send of unknown outcome waits before WeCom is asked about it
	Lease         time.Duration `koanf:"lease"`             // how long claimed work belongs to its worker
	PageSize      int           `koanf:"page_size"`         // enrollments planned in one transaction
	PromptGather  time.Duration `koanf:"prompt_gather"`     // how long a rep's prompts wait at most for others that are being planned
	PromptEvery   time.Duration `koanf:"prompt_every"`      // how far apart a rep's prompt cards are at least
	RemindAfter   time.Duration `koanf:"remind_after"`      // how long a rep has to send a task before they are reminded; 0 never reminds
	LessDays      int           `koanf:"contact_less_days"` // in how many days who asked to hear less gets one message at most
	DeclinedHold  time.Duration `koanf:"declined_hold"`     // how long nothing is sent after a contact has said no; 0 goes on
	EscalateTo    string        `koanf:"escalate_to"`       // userids, with commas, told of unsent tasks of reps whose leader is not known
}

// Inbox says how callbacks are taken in and processed.
type Inbox struct {
	Workers        int `koanf:"workers"`
	WelcomeWorkers int `koanf:"welcome_workers"` // for what WeCom gives us 20 seconds
	// Keep is how long callbacks that are done are kept; those that failed for
	// good stay until somebody decides.
	Keep time.Duration `koanf:"keep"`
}

// Import says how files are brought in.
type Import struct {
	PageSize int `koanf:"page_size"` // rows in one transaction
}

// Webhook says how other systems are told.
type Webhook struct {
	Private bool `koanf:"private"` // allow endpoints in private networks and without TLS
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level `koanf:"level"`  // debug, info, warn or error
	Format string     `koanf:"format"` // text or json
}

// Defaults returns the settings of a server that was told nothing. They lack
// only what nobody can guess: the WeCom app and the secret key.
func Defaults() Config {
	return Config{
		HTTP: HTTP{Addr: ":8080"},
		DB: DB{
			DSN:     "sqlite:./data/sixtouch.db",
			MaxOpen: 40,
		},
		WeCom: WeCom{
			BaseURL:      "https://qyapi.weixin.qq.com",
			AuthorizeURL: "https://open.weixin.qq.com",
			LoginURL:     "https://login.work.weixin.qq.com",
			Timeout:      10 * time.Second,
		},
		SOP: SOP{
			Tick:          5 * time.Second,
			PollEvery:     time.Minute,
			UnknownSettle: time.Minute,
			Lease:         time.Minute,
			PageSize:      1000,
			PromptGather:  10 * time.Second,
			PromptEvery:   2 * time.Hour,
			RemindAfter:   4 * time.Hour,
			LessDays:      30,
			DeclinedHold:  30 * 24 * time.Hour,
		},
		Inbox: Inbox{
			Workers:        8,
			WelcomeWorkers: 24,
			Keep:           14 * 24 * time.Hour,
		},
		Import:    Import{PageSize: 200},
		Log:       Log{Level: slog.LevelInfo, Format: "json"},
		PublicURL: "http://127.0.0.1:8080",
		Timezone:  "Asia/Shanghai",
		Language:  "zh",
	}
}

// Redacted returns all settings as YAML, with secrets and passwords hidden. Its
// keys are those of the YAML file.
func (c Config) Redacted() (string, error) {
	k, err := asKoanf(c)
	if err != nil {
		return "", fmt.Errorf("print configuration: %w", err)
	}
	text, err := k.Marshal(yaml.Parser())
	if err != nil {
		return "", fmt.Errorf("print configuration: %w", err)
	}
	return string(text), nil
}

// EnvName returns the environment variable of a key: SIXTOUCH_A_B_C of a.b_c.
func EnvName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, delimiter, "_"))
}

// asKoanf holds c under the keys of its tags.
func asKoanf(c Config) (*koanf.Koanf, error) {
	k := koanf.New(delimiter)
	if err := k.Load(structs.Provider(c, tag), nil); err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	return k, nil
}
