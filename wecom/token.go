package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"golang.org/x/sync/singleflight"
)

const (
	pathToken = "gettoken"
	// A token is given up this long before WeCom does, so that none expires
	// between here and there.
	tokenMargin = 5 * time.Minute
	// A wrong secret is not tried again for this long: WeCom blocks the IP for
	// an hour after repeated ones.
	secretBlock = time.Minute
)

// accessToken is one token and when it ends on the injected clock.
type accessToken struct {
	value string
	ends  time.Time
}

// encode is the stored form. It carries the end, since the store's own clock
// may run differently from ours.
func (t accessToken) encode() string {
	return strconv.FormatInt(t.ends.Unix(), 10) + " " + t.value
}

func decodeToken(s string) (accessToken, bool) {
	ends, value, ok := strings.Cut(s, " ")
	unix, err := strconv.ParseInt(ends, 10, 64)
	if !ok || err != nil || value == "" {
		return accessToken{}, false
	}
	return accessToken{value: value, ends: time.Unix(unix, 0)}, true
}

// tokenSource keeps one app's access token: exactly one refresh at a time among
// the goroutines of this process and, through the store, among all replicas.
type tokenSource struct {
	c      *Client
	key    string
	flight singleflight.Group

	mu       sync.Mutex
	now      accessToken
	before   string      // still routed and redacted: calls in flight carry it
	bad      accessToken // WeCom refused it; the store may not know yet
	refusal  error       // what gettoken said about the secret
	refusedT time.Time
}

func newTokenSource(c *Client) *tokenSource {
	key := "wecom:token:" + c.cfg.CorpID + ":" + strconv.Itoa(c.cfg.AgentID) + ":" + fingerprint(c.cfg.Secret)
	return &tokenSource{c: c, key: key}
}

// live lists the tokens that a request of this process may carry right now.
func (s *tokenSource) live() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, t := range []string{s.now.value, s.before, s.bad.value} {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}

// get returns a token that has not ended, fetching one when there is none.
func (s *tokenSource) get(ctx context.Context) (string, error) {
	if t, ok := s.held(); ok {
		return t, nil
	}
	// The refresh serves everyone who waits, so it must not die with the first
	// caller's context; the waiting does.
	done := s.flight.DoChan(s.key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*s.c.cfg.Timeout)
		defer cancel()
		return s.refresh(ctx)
	})
	select {
	case <-ctx.Done():
		return "", &Error{Path: pathToken, Message: "waiting for an access token", Err: ctx.Err()}
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

func (s *tokenSource) held() (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.value, s.now.value != "" && s.c.deps.Clock.Now().Before(s.now.ends)
}

// drop forgets a token that WeCom refused, here and in the store, unless a
// newer one has already taken its place.
func (s *tokenSource) drop(ctx context.Context, value string) {
	s.mu.Lock()
	t := s.now
	if t.value != value {
		s.mu.Unlock()
		return
	}
	s.now, s.bad = accessToken{}, t
	s.mu.Unlock()
	if s.c.deps.Tokens == nil {
		return
	}
	if err := s.c.deps.Tokens.Delete(ctx, s.key, t.encode()); err != nil {
		s.c.storeFailed(ctx, "token delete", err)
	}
}

func (s *tokenSource) refresh(ctx context.Context) (string, error) {
	if t, ok := s.held(); ok {
		return t, nil
	}
	if err := s.refused(); err != nil {
		return "", err
	}
	if t, ok := s.load(ctx); ok {
		return s.adopt(t), nil
	}
	if store := s.c.deps.Tokens; store != nil {
		unlock, err := store.Lock(ctx, s.key)
		if err != nil {
			s.c.storeFailed(ctx, "token lock", err)
		} else {
			defer unlock()
			if t, ok := s.load(ctx); ok {
				return s.adopt(t), nil
			}
		}
	}
	t, err := s.fetch(ctx)
	if err != nil {
		return "", err
	}
	s.save(ctx, t)
	return s.adopt(t), nil
}

// load reads the shared token; one that ended, that WeCom refused, or that is
// older than the refused one is none.
func (s *tokenSource) load(ctx context.Context) (accessToken, bool) {
	if s.c.deps.Tokens == nil {
		return accessToken{}, false
	}
	stored, ok, err := s.c.deps.Tokens.Get(ctx, s.key)
	if err != nil {
		s.c.storeFailed(ctx, "token get", err)
		return accessToken{}, false
	}
	t, valid := decodeToken(stored)
	s.mu.Lock()
	bad := s.bad
	s.mu.Unlock()
	return t, ok && valid && t.value != bad.value && !t.ends.Before(bad.ends) && s.c.deps.Clock.Now().Before(t.ends)
}

func (s *tokenSource) save(ctx context.Context, t accessToken) {
	if s.c.deps.Tokens == nil {
		return
	}
	ttl := t.ends.Sub(s.c.deps.Clock.Now())
	if err := s.c.deps.Tokens.Set(ctx, s.key, t.encode(), ttl); err != nil {
		s.c.storeFailed(ctx, "token set", err)
	}
}

func (s *tokenSource) adopt(t accessToken) string {
	s.mu.Lock()
	gone := s.before
	if s.now.value != "" {
		s.before = s.now.value
	} else {
		s.before = s.bad.value
	}
	s.now = t
	if s.bad.value == t.value {
		s.bad = accessToken{}
	}
	if gone == s.before {
		gone = ""
	}
	s.mu.Unlock()
	s.c.deps.Transport.learn(t.value, gone, s.c.cfg.BaseURL)
	return t.value
}

func (s *tokenSource) fetch(ctx context.Context) (accessToken, error) {
	var res credential.ResAccessToken
	query := url.Values{"corpid": {s.c.cfg.CorpID}, "corpsecret": {s.c.cfg.Secret}}
	asked := s.c.deps.Clock.Now()
	s.c.metrics.refreshes.Inc()
	err := s.c.attempt(ctx, call{method: http.MethodGet, path: pathToken}, query, &res)
	if err == nil && (res.AccessToken == "" || res.ExpiresIn <= 0) {
		err = &Error{Path: pathToken, HTTPStatus: http.StatusOK, Err: errors.New("the answer has no token")}
	}
	if err != nil {
		s.remember(err)
		return accessToken{}, err
	}
	life := time.Duration(res.ExpiresIn) * time.Second
	return accessToken{value: res.AccessToken, ends: asked.Add(life - min(tokenMargin, life/10))}, nil
}

// remember keeps WeCom's word that the corp id or the secret is wrong.
func (s *tokenSource) remember(err error) {
	switch CodeOf(err) {
	case 40001, 40013, 40091:
		s.mu.Lock()
		s.refusal, s.refusedT = err, s.c.deps.Clock.Now()
		s.mu.Unlock()
	}
}

func (s *tokenSource) refused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal == nil || s.c.deps.Clock.Now().Sub(s.refusedT) >= secretBlock {
		return nil
	}
	return s.refusal
}
