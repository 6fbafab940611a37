package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/config"
)

const aesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

// complete is the least that a server must be told.
func complete() map[string]string {
	return map[string]string{
		"SIXTOUCH_WECOM_CORP_ID":         "ww0123456789abcdef",
		"SIXTOUCH_WECOM_AGENT_ID":        "1000002",
		"SIXTOUCH_WECOM_SECRET":          "app-secret-of-ours",
		"SIXTOUCH_WECOM_CONTACT_TOKEN":   "QDG6eK",
		"SIXTOUCH_WECOM_CONTACT_AES_KEY": aesKey,
		"SIXTOUCH_WECOM_APP_TOKEN":       "QDG6eK",
		"SIXTOUCH_WECOM_APP_AES_KEY":     aesKey,
		"SIXTOUCH_SECRET_KEY":            strings.Repeat("k", 64),
	}
}

// with returns the complete environment with changes; "" removes a variable.
func with(changes map[string]string) []string {
	env := complete()
	maps.Copy(env, changes)
	var pairs []string
	for name, value := range env {
		if value != "" {
			pairs = append(pairs, name+"="+value)
		}
	}
	return pairs
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestLoad_ofACompleteEnvironmentHasNoFaults(t *testing.T) {
	t.Parallel()
	c, warnings, err := config.Load(config.Sources{Env: with(nil)})
	require.NoError(t, err)
	require.Empty(t, warnings)

	want := config.Defaults()
	want.WeCom.CorpID = "ww0123456789abcdef"
	want.WeCom.AgentID = 1000002
	want.WeCom.Secret = "app-secret-of-ours"
	want.WeCom.ContactToken, want.WeCom.ContactAESKey = "QDG6eK", aesKey
	want.WeCom.AppToken, want.WeCom.AppAESKey = "QDG6eK", aesKey
	want.SecretKey = config.Secret(strings.Repeat("k", 64))
	require.Equal(t, want, c)
}

func TestLoad_lenientNeedsNothing(t *testing.T) {
	t.Parallel()
	c, _, err := config.Load(config.Sources{Lenient: true})
	require.NoError(t, err)
	require.Equal(t, config.Defaults(), c)
}

func TestLoad_laterSourcesWin(t *testing.T) {
	t.Parallel()
	file := write(t, "http:\n  addr: :1111\nlog: {level: warn, format: text}\nsop:\n  tick: 1s\n")
	src := config.Sources{Lenient: true, File: file}

	c, _, err := config.Load(src)
	require.NoError(t, err)
	require.Equal(t, ":1111", c.HTTP.Addr)
	require.Equal(t, config.Log{Level: slog.LevelWarn, Format: "text"}, c.Log)
	require.Equal(t, time.Second, c.SOP.Tick)
	require.Equal(t, config.Defaults().SOP.Lease, c.SOP.Lease, "its neighbours keep their defaults")

	src.Env = []string{"SIXTOUCH_HTTP_ADDR=:2222", "SIXTOUCH_LOG_LEVEL=debug", "PATH=/bin"}
	c, _, err = config.Load(src)
	require.NoError(t, err)
	require.Equal(t, ":2222", c.HTTP.Addr)
	require.Equal(t, slog.LevelDebug, c.Log.Level)

	src.Flags = map[string]string{"http.addr": ":3333"}
	c, _, err = config.Load(src)
	require.NoError(t, err)
	require.Equal(t, ":3333", c.HTTP.Addr)
}

func TestLoad_findsTheFileThatTheEnvironmentNames(t *testing.T) {
	t.Parallel()
	file := write(t, "timezone: Asia/Tokyo\n")
	c, _, err := config.Load(config.Sources{Lenient: true, Env: []string{"SIXTOUCH_CONFIG=" + file}})
	require.NoError(t, err)
	require.Equal(t, "Asia/Tokyo", c.Timezone)
}

func TestLoad_takesAnEmptySectionOrVariableForUnset(t *testing.T) {
	t.Parallel()
	file := write(t, "wecom:\nsop: {}\nhttp:\n  addr:\n")
	c, _, err := config.Load(config.Sources{Lenient: true, File: file, Env: []string{"SIXTOUCH_TIMEZONE="}})
	require.NoError(t, err)
	require.Equal(t, config.Defaults(), c)
}

func TestLoad_readsASecretFromItsFile(t *testing.T) {
	t.Parallel()
	secret, dsn := write(t, "from a file\n"), write(t, "mysql://u:p@db:3306/sixtouch\n")
	c, _, err := config.Load(config.Sources{Env: with(map[string]string{
		"SIXTOUCH_WECOM_SECRET":      "",
		"SIXTOUCH_WECOM_SECRET_FILE": secret,
		"SIXTOUCH_DB_DSN_FILE":       dsn,
	})})
	require.NoError(t, err)
	require.Equal(t, "from a file", c.WeCom.Secret.Reveal())
	require.Equal(t, "mysql://u:p@db:3306/sixtouch", c.DB.DSN.Reveal())
}

func TestLoad_ignoresTheVariablesOfTheTestSuite(t *testing.T) {
	t.Parallel()
	_, _, err := config.Load(config.Sources{Lenient: true, Env: []string{"SIXTOUCH_TEST_MYSQL=whatever"}})
	require.NoError(t, err)
}

// lines gives the lines that must be in an error, by the setting they are of.
type lines map[string]string

func TestLoad_namesEachFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  map[string]string
		want lines
	}{
		"nothing is set": {
			env: map[string]string{
				"SIXTOUCH_WECOM_CORP_ID": "", "SIXTOUCH_WECOM_AGENT_ID": "", "SIXTOUCH_WECOM_SECRET": "",
				"SIXTOUCH_WECOM_CONTACT_TOKEN": "", "SIXTOUCH_WECOM_CONTACT_AES_KEY": "",
				"SIXTOUCH_WECOM_APP_TOKEN": "", "SIXTOUCH_WECOM_APP_AES_KEY": "", "SIXTOUCH_SECRET_KEY": "",
			},
			want: lines{
				"wecom.corp_id": "missing", "wecom.agent_id": "missing", "wecom.secret": "missing",
				"wecom.contact_token": "missing", "wecom.contact_aes_key": "missing",
				"wecom.app_token": "missing", "wecom.app_aes_key": "missing", "secret_key": "openssl rand -hex 32",
			},
		},
		"unknown variable":          {map[string]string{"SIXTOUCH_DB_DNS": "x"}, lines{"SIXTOUCH_DB_DNS": "no such setting"}},
		"file of what is no secret": {map[string]string{"SIXTOUCH_HTTP_ADDR_FILE": "x"}, lines{"SIXTOUCH_HTTP_ADDR_FILE": "no such setting"}},
		"number that is none":       {map[string]string{"SIXTOUCH_WECOM_AGENT_ID": "abc"}, lines{"wecom.agent_id": `"abc" does not suit it; write a whole number`}},
		"duration that is none":     {map[string]string{"SIXTOUCH_SOP_TICK": "soon"}, lines{"sop.tick": `"soon" does not suit it; write a duration`}},
		"duration without unit":     {map[string]string{"SIXTOUCH_SOP_TICK": "5"}, lines{"sop.tick": "duration"}},
		"level that is none":        {map[string]string{"SIXTOUCH_LOG_LEVEL": "loud"}, lines{"log.level": "debug, info, warn or error"}},
		"format that is none":       {map[string]string{"SIXTOUCH_LOG_FORMAT": "xml"}, lines{"log.format": "text or json"}},
		"AES key too short":         {map[string]string{"SIXTOUCH_WECOM_APP_AES_KEY": aesKey[1:]}, lines{"wecom.app_aes_key": "43 letters and digits"}},
		"AES key with padding":      {map[string]string{"SIXTOUCH_WECOM_CONTACT_AES_KEY": aesKey[1:] + "="}, lines{"wecom.contact_aes_key": "43 letters and digits"}},
		"token too long":            {map[string]string{"SIXTOUCH_WECOM_APP_TOKEN": strings.Repeat("a", 33)}, lines{"wecom.app_token": "1 to 32"}},
		"token with a sign":         {map[string]string{"SIXTOUCH_WECOM_APP_TOKEN": "a-b"}, lines{"wecom.app_token": "1 to 32"}},
		"half of kf":                {map[string]string{"SIXTOUCH_WECOM_KF_TOKEN": "abc"}, lines{"wecom.kf_aes_key": "missing"}},
		"negative agent":            {map[string]string{"SIXTOUCH_WECOM_AGENT_ID": "-1"}, lines{"wecom.agent_id": "negative"}},
		"zone that is none":         {map[string]string{"SIXTOUCH_TIMEZONE": "Asia/Atlantis"}, lines{"timezone": "Asia/Shanghai"}},
		"address without port":      {map[string]string{"SIXTOUCH_HTTP_ADDR": "localhost"}, lines{"http.addr": "host:port"}},
		"public URL without scheme": {map[string]string{"SIXTOUCH_PUBLIC_URL": "scrm.example.com"}, lines{"public_url": "https://host"}},
		"base URL with a query":     {map[string]string{"SIXTOUCH_WECOM_BASE_URL": "https://a/?b=c"}, lines{"wecom.base_url": "query"}},
		"other database":            {map[string]string{"SIXTOUCH_DB_DSN": "postgres://u:p@h/d"}, lines{"db.dsn": "mysql://user:password@host:3306/database"}},
		"database without name":     {map[string]string{"SIXTOUCH_DB_DSN": "mysql://u:p@h:3306"}, lines{"db.dsn": "cannot be made out"}},
		"SQLite without file":       {map[string]string{"SIXTOUCH_DB_DSN": "sqlite:"}, lines{"db.dsn": "names no file"}},
		"Redis without scheme":      {map[string]string{"SIXTOUCH_REDIS_URL": "localhost:6379"}, lines{"redis.url": "redis://host:6379"}},
		"secret key too short":      {map[string]string{"SIXTOUCH_SECRET_KEY": "short"}, lines{"secret_key": "too short"}},
		"password too short":        {map[string]string{"SIXTOUCH_ADMIN_PASSWORD": "1234567"}, lines{"admin_password": "8 characters"}},
		"no workers":                {map[string]string{"SIXTOUCH_INBOX_WORKERS": "0"}, lines{"inbox.workers": "at least 1"}},
		"secret set twice": {
			map[string]string{"SIXTOUCH_WECOM_SECRET_FILE": os.DevNull},
			lines{"wecom.secret": "keep one of them"},
		},
		"secret's file is missing": {
			map[string]string{"SIXTOUCH_WECOM_SECRET": "", "SIXTOUCH_WECOM_SECRET_FILE": "/no/such/file"},
			lines{"wecom.secret": "no such file"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := config.Load(config.Sources{Env: with(test.env)})
			requireFaults(t, err, test.want)
		})
	}
}

// requireFaults checks that err is of exactly these faults.
func requireFaults(t *testing.T, err error, want lines) {
	t.Helper()
	var faults config.Faults
	require.ErrorAs(t, err, &faults)
	got := make(map[string]string)
	for _, f := range faults {
		require.NotEmpty(t, f.Fix)
		got[f.Key] = f.String()
	}
	require.Len(t, got, len(want), err)
	for key, text := range want {
		require.Contains(t, got[key], text)
	}
	require.Equal(t, len(faults), strings.Count(err.Error(), "\n")+1, "one line per fault")
}

func TestLoad_namesTheFaultsOfTheFile(t *testing.T) {
	t.Parallel()
	file := write(t, "databse:\n  dsn: x\nhttp:\n  addr: [a, b]\nwecom: 5\nsop:\n  tick: soon\n")
	_, _, err := config.Load(config.Sources{Lenient: true, File: file})
	requireFaults(t, err, lines{
		file + "#databse.dsn": "no such setting",
		file + "#wecom":       "no such setting",
		"http.addr":           "one line of text",
		"sop.tick":            "a duration",
	})

	_, _, err = config.Load(config.Sources{Lenient: true, File: write(t, "a: b: c")})
	require.ErrorContains(t, err, "cannot be read")

	_, _, err = config.Load(config.Sources{Lenient: true, File: "no/such/file"})
	require.ErrorContains(t, err, "./no/such/file: the configuration file is not there")
}

func TestLoad_namesAnUnknownFlag(t *testing.T) {
	t.Parallel()
	_, _, err := config.Load(config.Sources{Lenient: true, Flags: map[string]string{"http": "x"}})
	requireFaults(t, err, lines{"http": "no such setting"})
}

func TestLoad_warnsOfWhatWorksButShouldNotStay(t *testing.T) {
	t.Parallel()
	_, warnings, err := config.Load(config.Sources{Env: with(map[string]string{
		"SIXTOUCH_PUBLIC_URL":     "http://scrm.example.com/",
		"SIXTOUCH_WECOM_BASE_URL": "http://proxy.example.com",
		"SIXTOUCH_DB_DSN":         "mysql://u:p@h/d",
	})})
	require.NoError(t, err)
	var keys []string
	for _, w := range warnings {
		keys = append(keys, w.Key)
		require.Contains(t, w.String(), config.EnvName(w.Key))
	}
	slices.Sort(keys)
	require.Equal(t, []string{"public_url", "redis.url", "wecom.base_url"}, keys)
}

func TestLoad_neverRepeatsASecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	env := map[string]string{
		"SIXTOUCH_DB_DSN": "pg://u:" + secret + "@h", "SIXTOUCH_REDIS_URL": "http://:" + secret + "@h",
		"SIXTOUCH_SECRET_KEY": secret, "SIXTOUCH_WECOM_APP_TOKEN": secret, "SIXTOUCH_WECOM_APP_AES_KEY": secret,
	}
	_, _, err := config.Load(config.Sources{Env: with(env)})
	requireFaults(t, err, lines{"db.dsn": "", "redis.url": "", "secret_key": "", "wecom.app_token": "", "wecom.app_aes_key": ""})
	require.NotContains(t, err.Error(), secret)
}

// fill puts text into every Secret and DSN of a Config.
func fill(c *config.Config, secret config.Secret, dsn config.DSN) int {
	filled := 0
	var visit func(v reflect.Value)
	visit = func(v reflect.Value) {
		switch p := v.Addr().Interface().(type) {
		case *config.Secret:
			*p = secret
			filled++
		case *config.DSN:
			*p = dsn
			filled++
		default:
			for i := 0; v.Kind() == reflect.Struct && i < v.NumField(); i++ {
				visit(v.Field(i))
			}
		}
	}
	visit(reflect.ValueOf(c).Elem())
	return filled
}

func TestConfig_showsNoSecretHoweverItIsPrinted(t *testing.T) {
	t.Parallel()
	var c config.Config
	require.Greater(t, fill(&c, "hunter2", "mysql://user:hunter2@db:3306/x?password=hunter2"), 8)

	redacted, err := c.Redacted()
	require.NoError(t, err)
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("config", "all", c, "secret", c.SecretKey, "dsn", c.DB.DSN)

	for _, text := range []string{redacted, string(asJSON), logged.String(), fmt.Sprintf("%v %+v %#v %s", c, c, c, c.SecretKey)} {
		require.NotContains(t, text, "hunter2")
		require.Contains(t, text, "***")
		require.Contains(t, text, "mysql://user:***@db:3306/x?***")
	}
	require.Contains(t, redacted, "agent_id: 0")
}

func TestSecret_emptyShowsAsEmpty(t *testing.T) {
	t.Parallel()
	require.Empty(t, config.Secret("").String())
	require.Equal(t, "sqlite:./data/x.db", config.DSN("sqlite:./data/x.db").String())
	require.Equal(t, "redis://a:1,b:2", config.DSN("redis://a:1,b:2").String())
	require.Equal(t, "redis://:***@a:1", config.DSN("redis://:p@a:1").String())
}

func TestRedacted_isAFileThatLoads(t *testing.T) {
	t.Parallel()
	text, err := config.Defaults().Redacted()
	require.NoError(t, err)
	c, _, err := config.Load(config.Sources{Lenient: true, File: write(t, text)})
	require.NoError(t, err)
	require.Equal(t, config.Defaults(), c)
}

// TestExample holds .env.example to the settings there are and their defaults.
func TestExample_listsEverySettingWithItsDefault(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../.env.example")
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^#?(SIXTOUCH_[A-Z_]+)=(.*)$`)
	var env []string
	listed := make(map[string]bool)
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		listed[m[1]] = true
		env = append(env, m[1]+"="+m[2])
	}
	c, _, err := config.Load(config.Sources{Lenient: true, Env: env})
	require.NoError(t, err)
	require.Equal(t, config.Defaults(), c)
	for _, name := range names(reflect.TypeFor[config.Config](), "") {
		require.True(t, listed[config.EnvName(name)], "%s is not in .env.example", config.EnvName(name))
	}
}

// names lists the keys of all settings.
func names(section reflect.Type, prefix string) []string {
	var all []string
	for field := range section.Fields() {
		key := prefix + field.Tag.Get("koanf")
		if field.Type.Kind() == reflect.Struct {
			all = append(all, names(field.Type, key+".")...)
			continue
		}
		all = append(all, key)
	}
	return all
}
