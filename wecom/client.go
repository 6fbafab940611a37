package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// DefaultBaseURL is where WeCom itself answers.
	DefaultBaseURL = "https://qyapi.weixin.qq.com"

	defaultTimeout = 10 * time.Second
	// WeCom allows 10 000 calls a minute per corp and API.
	defaultPerMinute = 10_000
	// The longest that a call waits for its turn under the limiter; beyond it
	// the caller gets a Limited error and may do something else meanwhile.
	maxLimiterWait = 5 * time.Second
	// A refused call is tried this often in all, when repeating it is safe.
	maxTries       = 3
	firstRetryWait = 200 * time.Millisecond
)

// TokenStore shares access tokens, and until when WeCom refuses a path, among
// all replicas. Losing it costs a refresh, or a call in vain.
type TokenStore interface {
	// Get returns what Set stored under key, ok=false when there is nothing.
	Get(ctx context.Context, key string) (token string, ok bool, err error)
	// Set stores token under key for ttl.
	Set(ctx context.Context, key, token string, ttl time.Duration) error
	// Delete removes key only while it still holds this very token.
	Delete(ctx context.Context, key, token string) error
	// Lock lets one refresher per key in among all replicas; unlock is never nil
	// when err is nil.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// Limiter spends one call of key under perMinute: zero means go ahead now,
// anything else is how long to wait before asking again.
type Limiter interface {
	Allow(ctx context.Context, key string, perMinute int) (wait time.Duration, err error)
}

// Clock tells the time; tokens and blocks expire on it.
type Clock interface{ Now() time.Time }

// Config names one self-built app of one corp.
type Config struct {
	// BaseURL is the API's root, without a path; DefaultBaseURL when empty.
	BaseURL string
	// CorpID is the corp's id, "ww…".
	CorpID string
	// AgentID is the app's id; it is sent with app messages.
	AgentID int
	// Secret is the app's secret. It never appears in an error or a log.
	Secret string
	// Timeout bounds one attempt of a call; 10 s when zero.
	Timeout time.Duration
	// Limits is the number of calls per minute for a path such as
	// "externalcontact/add_moment_task"; it overrides the documented limits.
	Limits map[string]int
}

// Deps is what a Client needs from its surroundings. Tokens, Limiter, Metrics
// and Guard may be nil; then there is no sharing, no limit, no metric, no guard.
type Deps struct {
	Tokens  TokenStore
	Limiter Limiter
	Clock   Clock
	Logger  *slog.Logger
	Metrics prometheus.Registerer
	// Guard refuses a call, for instance because ctx carries an open database
	// transaction that the call would hold open.
	Guard func(ctx context.Context) error
	// Transport is the process's one round-tripper.
	Transport *Transport
}

// Client calls WeCom for one app. It is safe for concurrent use.
type Client struct {
	cfg     Config
	deps    Deps
	http    *http.Client
	tokens  *tokenSource
	metrics *metrics

	corpTickets, agentTickets *ticketSource // of pages that use the JS-SDK

	retry time.Duration

	mu      sync.Mutex
	blocked map[string]time.Time // path → when WeCom's frequency block ends
	// blockAsked is when the store was last asked for a path's block.
	blockAsked map[string]time.Time
	warned     time.Time // when a failing store was last logged
}

// New returns a client for one app and registers its corp with the transport.
// It makes no call.
func New(cfg Config, deps Deps) (*Client, error) {
	if err := complete(&cfg, &deps); err != nil {
		return nil, fmt.Errorf("wecom client: %w", err)
	}
	c := &Client{
		cfg:     cfg,
		deps:    deps,
		metrics: newMetrics(deps.Metrics),
		retry:   firstRetryWait,
		blocked: map[string]time.Time{}, blockAsked: map[string]time.Time{},
		http: &http.Client{
			Transport: deps.Transport,
			// A redirect would carry the access token to another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if err := deps.Transport.register(cfg.CorpID, cfg.BaseURL); err != nil {
		return nil, fmt.Errorf("wecom client: %w", err)
	}
	c.tokens = newTokenSource(c)
	c.corpTickets = newTicketSource(c, "corp", pathCorpTicket, nil)
	c.agentTickets = newTicketSource(c, "agent", pathAgentTicket, url.Values{"type": {"agent_config"}})
	return c, nil
}

func complete(cfg *Config, deps *Deps) error {
	var faults []error
	if cfg.CorpID == "" {
		faults = append(faults, errors.New("the corp id is empty"))
	}
	if cfg.Secret == "" {
		faults = append(faults, errors.New("the app's secret is empty"))
	}
	if deps.Clock == nil || deps.Logger == nil || deps.Transport == nil {
		faults = append(faults, errors.New("clock, logger and transport must be given"))
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	if u, err := url.Parse(cfg.BaseURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		faults = append(faults, errors.New("the base URL must look like "+DefaultBaseURL))
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if deps.Guard == nil {
		deps.Guard = func(context.Context) error { return nil }
	}
	return errors.Join(faults...)
}

// perMinute is how often path may be called each minute.
func (c *Client) perMinute(path string) int {
	if n, ok := c.cfg.Limits[path]; ok {
		return n
	}
	if path == "externalcontact/add_moment_task" {
		return 10
	}
	return defaultPerMinute
}

// redact takes this app's secret and its live tokens out of s.
func (c *Client) redact(s string) string {
	for _, secret := range append(c.tokens.live(), c.cfg.Secret) {
		s = strings.ReplaceAll(s, secret, "***")
		s = strings.ReplaceAll(s, url.QueryEscape(secret), "***")
	}
	return s
}

// storeFailed notes that a shared store did not answer. The call goes on
// without it, so it is logged at most once a minute.
func (c *Client) storeFailed(ctx context.Context, what string, err error) {
	c.metrics.storeFailures.WithLabelValues(what).Inc()
	now := c.deps.Clock.Now()
	c.mu.Lock()
	quiet := now.Sub(c.warned) < time.Minute && !now.Before(c.warned)
	if !quiet {
		c.warned = now
	}
	c.mu.Unlock()
	if !quiet {
		c.deps.Logger.WarnContext(ctx, "wecom: going on without the shared store", "what", what, "error", c.redact(err.Error()))
	}
}

// fingerprint names a secret without telling it.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:6])
}
