package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	testCorp   = "ww0f1e2d3c4b5a6978"
	testSecret = "TOP-SECRET/of+the=app"
)

// testClock stands still until it is moved.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newTestClock() *testClock { return &testClock{now: time.Unix(1_790_000_000, 0)} }

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// memoryTokens is a TokenStore that several clients share, as replicas do. When
// down, every method fails.
type memoryTokens struct {
	mu     sync.Mutex
	lock   sync.Mutex
	values map[string]string
	down   bool
}

func newMemoryTokens() *memoryTokens { return &memoryTokens{values: map[string]string{}} }

var errStoreDown = errors.New("store is down, key wecom:token")

func (m *memoryTokens) Get(_ context.Context, key string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return "", false, errStoreDown
	}
	v, ok := m.values[key]
	return v, ok, nil
}

func (m *memoryTokens) Set(_ context.Context, key, token string, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return errStoreDown
	}
	m.values[key] = token
	return nil
}

func (m *memoryTokens) Delete(_ context.Context, key, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return errStoreDown
	}
	if m.values[key] == token {
		delete(m.values, key)
	}
	return nil
}

func (m *memoryTokens) Lock(context.Context, string) (func(), error) {
	m.mu.Lock()
	down := m.down
	m.mu.Unlock()
	if down {
		return nil, errStoreDown
	}
	m.lock.Lock()
	return m.lock.Unlock, nil
}

// stub is a WeCom that hands out tokens and answers every other path with what
// the test says.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	serve  map[string]http.HandlerFunc
	counts map[string]int
	valid  map[string]bool // tokens that work
}

func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{serve: map[string]http.HandlerFunc{}, counts: map[string]int{}, valid: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) handle(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/cgi-bin/")
	s.mu.Lock()
	s.counts[path]++
	n, handler := s.counts[path], s.serve[path]
	expired := path != pathToken && !s.valid[r.URL.Query().Get("access_token")]
	if path == pathToken && handler == nil {
		token := fmt.Sprintf("tok-%s-%d", r.URL.Query().Get("corpsecret"), n)
		s.valid[token] = true
		s.mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":%q,"expires_in":7200}`, token)
		return
	}
	s.mu.Unlock()
	switch {
	case expired:
		_, _ = io.WriteString(w, `{"errcode":42001,"errmsg":"access_token expired"}`)
	case handler == nil:
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	default:
		handler(w, r)
	}
}

func (s *stub) on(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve[path] = h
}

// answer makes path answer the bodies one after the other, the last for ever.
func (s *stub) answer(path string, bodies ...string) {
	var mu sync.Mutex
	s.on(path, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(w, bodies[0])
		if len(bodies) > 1 {
			bodies = bodies[1:]
		}
	})
}

func (s *stub) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[path]
}

// expireTokens makes every token handed out so far invalid.
func (s *stub) expireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.valid)
}

type option func(*Config, *Deps)

func newTestClient(t *testing.T, baseURL string, options ...option) *Client {
	t.Helper()
	cfg := Config{BaseURL: baseURL, CorpID: testCorp, AgentID: 1000012, Secret: testSecret, Timeout: 5 * time.Second}
	deps := Deps{
		Tokens: newMemoryTokens(), Clock: newTestClock(),
		Logger: slog.New(slog.DiscardHandler), Transport: NewTransport(&http.Transport{}),
	}
	for _, o := range options {
		o(&cfg, &deps)
	}
	c, err := New(cfg, deps)
	require.NoError(t, err)
	c.retry = time.Millisecond
	t.Cleanup(deps.Transport.CloseIdleConnections)
	return c
}
