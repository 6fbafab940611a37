package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container without a zone database must know Asia/Shanghai too
)

const (
	leastSecretKey = 32 // characters
	leastPassword  = 8  // characters
)

// check notes everything that is wrong with c and puts addresses into their
// one form. With strict, what a server needs must be there.
func (c *Config) check(r *report, strict bool) {
	c.PublicURL = checkURL(r, "public_url", c.PublicURL)
	if scheme, host := splitURL(c.PublicURL); scheme == "http" && !isLoopback(host) {
		r.warn("public_url", "passwords and customers' data travel unencrypted; put the server behind https")
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" {
		r.fault("timezone", fmt.Sprintf("there is no time zone %q", c.Timezone), "write an IANA name such as Asia/Shanghai")
	}
	if languages := []string{"zh", "en"}; !slices.Contains(languages, c.Language) {
		r.fault("language", fmt.Sprintf("we have no texts in %q", c.Language), "write "+strings.Join(languages, " or "))
	}
	if c.AdminPassword != "" && len(c.AdminPassword) < leastPassword {
		r.fault("admin_password", "it is too short", fmt.Sprintf("use at least %d characters, or leave it empty for a one-time link", leastPassword))
	}
	switch {
	case c.SecretKey == "" && strict:
		r.fault("secret_key", "it is missing", "set it to the output of `openssl rand -hex 32` and keep it: sessions, links and stored secrets depend on it")
	case c.SecretKey != "" && len(c.SecretKey) < leastSecretKey:
		r.fault("secret_key", "it is too short", fmt.Sprintf("use at least %d random characters, as `openssl rand -hex 32` prints", leastSecretKey))
	}
	c.HTTP.check(r)
	c.DB.check(r)
	c.Redis.check(r)
	c.WeCom.check(r, strict)
	c.SOP.check(r)
	c.Inbox.check(r)
	c.Import.check(r)
	c.Log.check(r)
	if scheme, _ := splitURL(c.DB.DSN.Reveal()); scheme == "mysql" && c.Redis.URL == "" {
		r.warn("redis.url", "without a shared Redis, only one replica may run: WeCom's rate limits and tokens would not be shared")
	}
}

func (h HTTP) check(r *report) {
	if _, _, err := net.SplitHostPort(h.Addr); err != nil {
		r.fault("http.addr", fmt.Sprintf("%q is no address to listen on", h.Addr), "write host:port, or :port for all interfaces")
	}
}

func (d DB) check(r *report) {
	const fix = "write mysql://user:password@host:3306/database or sqlite:path"
	dsn := d.DSN.Reveal()
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		if dsn == "sqlite:" {
			r.fault("db.dsn", "it names no file", fix)
		}
	case strings.HasPrefix(dsn, "mysql://"):
		u, err := url.Parse(dsn)
		if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
			r.fault("db.dsn", "its user, host or database cannot be made out", fix+"; percent-encode what is special in the password")
		}
	default:
		r.fault("db.dsn", "it is neither mysql:// nor sqlite:", fix)
	}
	checkAtLeast(r, "db.max_open", d.MaxOpen, 2)
}

func (c Redis) check(r *report) {
	if c.URL == "" {
		return
	}
	scheme, host := splitURL(c.URL.Reveal())
	if (scheme != "redis" && scheme != "rediss") || host == "" {
		r.fault("redis.url", "it is not the address of a Redis", "write redis://host:6379, rediss:// for TLS, several hosts with commas for a cluster, or leave it empty")
	}
}

func (s SOP) check(r *report) {
	checkAtLeast(r, "sop.tick", s.Tick, 100*time.Millisecond)
	checkAtLeast(r, "sop.poll_every", s.PollEvery, 100*time.Millisecond)
	checkAtLeast(r, "sop.unknown_settle", s.UnknownSettle, time.Second)
	checkAtLeast(r, "sop.lease", s.Lease, 10*time.Second)
	checkAtLeast(r, "sop.page_size", s.PageSize, 1)
	checkAtLeast(r, "sop.prompt_gather", s.PromptGather, 0)
	checkAtLeast(r, "sop.prompt_every", s.PromptEvery, 0)
	checkAtLeast(r, "sop.remind_after", s.RemindAfter, 0)
	checkAtLeast(r, "sop.contact_less_days", s.LessDays, 1)
	checkAtLeast(r, "sop.declined_hold", s.DeclinedHold, 0)
}

func (i Inbox) check(r *report) {
	checkAtLeast(r, "inbox.workers", i.Workers, 1)
	checkAtLeast(r, "inbox.welcome_workers", i.WelcomeWorkers, 1)
	checkAtLeast(r, "inbox.keep", i.Keep, 24*time.Hour)
}

func (i Import) check(r *report) {
	checkAtLeast(r, "import.page_size", i.PageSize, 1)
	if most := 500; i.PageSize > most {
		r.fault("import.page_size", fmt.Sprintf("%d is too much", i.PageSize), fmt.Sprintf("use at most %d", most))
	}
}

func (l Log) check(r *report) {
	if formats := []string{"text", "json"}; !slices.Contains(formats, l.Format) {
		r.fault("log.format", fmt.Sprintf("%q is no format", l.Format), "write "+strings.Join(formats, " or "))
	}
}

func checkAtLeast[T int | time.Duration](r *report, key string, value, least T) {
	if value < least {
		r.fault(key, fmt.Sprintf("%v is too little", value), fmt.Sprintf("use at least %v", least))
	}
}

// checkURL notes a fault unless raw is the root of an http or https service,
// and returns it without a slash at its end.
func checkURL(r *report, key, raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		r.fault(key, "it is not the address of a web service", "write https://host or https://host/path")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.fault(key, "it has a user, a query or a fragment", "write only https://host or https://host/path")
	}
	return strings.TrimRight(raw, "/")
}

// splitURL returns the scheme and what stands between it and the path, both
// empty when raw is no URL. It suits URLs with several hosts.
func splitURL(raw string) (scheme, host string) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "", ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme, rest[strings.LastIndex(rest, "@")+1:]
}

// isLoopback reports whether host, with or without a port, is this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || (err == nil && addr.IsLoopback())
}
