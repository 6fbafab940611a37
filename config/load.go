package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

const (
	defaultFile = "./sixtouch.yaml"        // read when it is there and no other is named
	fileEnv     = envPrefix + "CONFIG"     // names the YAML file
	testEnv     = envPrefix + "TEST_"      // of the test suite, not settings
	fileSuffix  = "_FILE"                  // names a file that holds the secret
	maxSecret   = int64(64 << 10)          // bytes; a larger file is not a secret but a mistake
	seeExample  = ".env.example lists all" // where unknown names are looked up
)

// Sources is where settings come from.
type Sources struct {
	Env   []string          // "NAME=value", as os.Environ returns them
	File  string            // a YAML file that must be there; "" for SIXTOUCH_CONFIG, else ./sixtouch.yaml if present
	Flags map[string]string // by key, the last word

	// Lenient lets the settings of the WeCom app and the secret key be
	// missing: for the demo, which makes its own, and for commands that need
	// only the database.
	Lenient bool
}

// Load reads and checks all settings. Its error is of type Faults and lists
// everything that is wrong; the Config is then of no use. An empty variable
// counts as one that is not set.
func Load(src Sources) (Config, []Warning, error) {
	known, err := asKoanf(Defaults())
	if err != nil {
		return Config{}, nil, err
	}
	l := &loader{known: known, merged: known.Copy()}
	l.readFile(src)
	l.readEnv(src.Env)
	l.readFlags(src.Flags)
	c, err := l.decode()
	if err != nil {
		return Config{}, nil, err
	}
	c.check(&l.report, !src.Lenient)
	return c, l.warnings, l.err()
}

// loader merges sources over the defaults, noting what it cannot use.
type loader struct {
	report
	known  *koanf.Koanf // the defaults, which name every key
	merged *koanf.Koanf
}

func (l *loader) readFile(src Sources) {
	path, required := src.File, src.File != ""
	for _, pair := range src.Env {
		if value, ok := strings.CutPrefix(pair, fileEnv+"="); ok && path == "" && value != "" {
			path, required = value, true
		}
	}
	if path == "" {
		path = defaultFile
	}
	name := filepath.Clean(path)
	if !filepath.IsAbs(name) {
		name = "./" + name
	}
	read := koanf.New(delimiter)
	err := read.Load(file.Provider(path), yaml.Parser())
	switch {
	case errors.Is(err, fs.ErrNotExist) && !required:
		return
	case errors.Is(err, fs.ErrNotExist):
		l.fault(name, "the configuration file is not there", "correct --config or "+fileEnv)
		return
	case err != nil:
		l.fault(name, "the configuration file cannot be read: "+err.Error(), "make it readable YAML")
		return
	}
	for key, value := range read.All() {
		empty, isMap := value.(map[string]any)
		switch {
		case value == nil, isMap && len(empty) == 0: // a section or a key with nothing in it
		case !l.known.Exists(key) || l.isSection(key):
			l.fault(name+"#"+key, "there is no such setting", "remove it or correct its name; "+seeExample)
		default:
			l.set(key, value)
		}
	}
}

// isSection reports whether key is no setting but has settings below it.
func (l *loader) isSection(key string) bool {
	_, ok := l.known.Get(key).(map[string]any)
	return ok
}

func (l *loader) readEnv(environ []string) {
	keys := make(map[string]string) // by variable
	for _, key := range l.known.Keys() {
		keys[EnvName(key)] = key
	}
	set := make(map[string]string) // the variable that set a key
	read := koanf.New(delimiter)
	provider := env.Provider(delimiter, env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if value == "" || name == fileEnv || strings.HasPrefix(name, testEnv) {
				return "", nil
			}
			key, ok := keys[name]
			if !ok {
				key, value, ok = l.secretFile(keys, name, value)
			}
			if !ok {
				return "", nil
			}
			if other, twice := set[key]; twice {
				l.fault(key, fmt.Sprintf("both %s and %s set it", other, name), "keep one of them")
			}
			set[key] = name
			return key, value
		},
	})
	if err := read.Load(provider, nil); err != nil {
		l.fault(envPrefix+"*", err.Error(), "correct the environment")
		return
	}
	for key, value := range read.All() {
		l.set(key, value)
	}
}

// secretFile reads the file that a variable SIXTOUCH_X_FILE names for the
// secret x.
func (l *loader) secretFile(keys map[string]string, name, path string) (key, secret string, ok bool) {
	stem, isFile := strings.CutSuffix(name, fileSuffix)
	key = keys[stem]
	if !isFile || !isSecret(l.known.Get(key)) {
		l.fault(name, "there is no such setting", "remove it or correct its name; "+seeExample)
		return "", "", false
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxSecret {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxSecret)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		l.fault(key, fmt.Sprintf("%s names a file that cannot be read: %v", name, err), "correct the path or its permissions")
		return "", "", false
	}
	return key, strings.TrimRight(string(text), "\r\n"), true
}

func isSecret(value any) bool {
	switch value.(type) {
	case Secret, DSN:
		return true
	default:
		return false
	}
}

func (l *loader) readFlags(flags map[string]string) {
	for key, value := range flags {
		if !l.known.Exists(key) || l.isSection(key) {
			l.fault(key, "there is no such setting", "correct the flag")
			continue
		}
		l.set(key, value)
	}
}

// set gives a key a value if the value suits it.
func (l *loader) set(key string, value any) {
	if err := l.decodes(key, value); err != nil {
		problem := "the value does not suit it"
		if !isSecret(l.known.Get(key)) {
			problem = fmt.Sprintf("%q does not suit it", fmt.Sprint(value))
		}
		l.fault(key, problem, "write "+shape(l.known.Get(key)))
		return
	}
	if err := l.merged.Set(key, value); err != nil {
		l.fault(key, err.Error(), "write "+shape(l.known.Get(key)))
	}
}

// decodes tries a value on a Config of its own.
func (l *loader) decodes(key string, value any) error {
	switch value.(type) {
	case []any, map[string]any:
		return errors.New("not a single value")
	}
	trial := koanf.New(delimiter)
	if err := trial.Load(confmap.Provider(map[string]any{key: value}, delimiter), nil); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	var c Config
	if err := trial.Unmarshal("", &c); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}

// shape says what a value must look like, going by the default.
func shape(value any) string {
	switch value.(type) {
	case int, int64:
		return "a whole number"
	case time.Duration:
		return "a duration such as 30s, 5m or 1h"
	case slog.Level:
		return "debug, info, warn or error"
	default:
		return "one line of text"
	}
}

func (l *loader) decode() (Config, error) {
	var c Config
	if err := l.merged.Unmarshal("", &c); err != nil {
		return Config{}, fmt.Errorf("decode configuration: %w", err)
	}
	return c, nil
}
