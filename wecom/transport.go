package wecom

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// The host that the SDK's constants name.
const sdkHost = "qyapi.weixin.qq.com"

// ErrEgress is returned for a request to a host that belongs to no registered
// corp, or whose corp cannot be told.
var ErrEgress = errors.New("wecom: egress refused")

// Transport is the process's one way out to WeCom. A request to a registered
// base URL passes; a request to WeCom's own host is routed to the base URL of
// the corp whose id (gettoken) or access token (everything else) it carries, so
// that several corps and simulators live in one process. All else is refused.
// It is safe for concurrent use.
type Transport struct {
	base http.RoundTripper

	mu     sync.RWMutex
	hosts  map[string]bool
	corps  map[string]*url.URL // nil: the same corp id at two base URLs
	tokens map[string]*url.URL
}

// NewTransport returns a transport that sends over base, which must not follow
// the environment's proxies unless that is wanted; nil means a plain one.
func NewTransport(base http.RoundTripper) *Transport {
	if base == nil {
		base = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			MaxIdleConnsPerHost: 32,
			IdleConnTimeout:     90 * time.Second,
			ForceAttemptHTTP2:   true,
		}
	}
	return &Transport{base: base, hosts: map[string]bool{}, corps: map[string]*url.URL{}, tokens: map[string]*url.URL{}}
}

// Install makes the SDK's clients use this transport. The SDK keeps its HTTP
// client in an unguarded package variable, so call it once, in the composition
// root, before anything else runs.
func (t *Transport) Install() {
	util.DefaultHTTPClient = &http.Client{Transport: t, Timeout: defaultTimeout}
}

// CloseIdleConnections closes the connections that no request uses.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	to, err := t.route(r.URL)
	if err != nil {
		if r.Body != nil {
			err = errors.Join(err, r.Body.Close())
		}
		return nil, err
	}
	if to == nil {
		return t.base.RoundTrip(r)
	}
	routed := r.Clone(r.Context())
	routed.URL.Scheme, routed.URL.Host, routed.Host = to.Scheme, to.Host, to.Host
	return t.base.RoundTrip(routed)
}

// route tells where a request goes; nil means where it says.
func (t *Transport) route(u *url.URL) (*url.URL, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if u.Host != sdkHost {
		if !t.hosts[u.Host] {
			return nil, fmt.Errorf("%w: host %s", ErrEgress, u.Host)
		}
		return nil, nil //nolint:nilnil // nil is the documented "leave it as it is"
	}
	query := u.Query()
	to := t.tokens[query.Get("access_token")]
	if corp := query.Get("corpid"); to == nil && corp != "" {
		to = t.corps[corp]
	}
	if to == nil {
		return nil, fmt.Errorf("%w: no registered corp for %s", ErrEgress, u.Path)
	}
	return to, nil
}

func (t *Transport) register(corpID, baseURL string) error {
	u, err := url.Parse(baseURL)
	if err != nil {
		return fmt.Errorf("parse base URL: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hosts[u.Host] = true
	if known, ok := t.corps[corpID]; ok && (known == nil || known.Host != u.Host) {
		u = nil
	}
	t.corps[corpID] = u
	return nil
}

// learn routes token to baseURL from now on and forgets the token gone.
func (t *Transport) learn(token, gone, baseURL string) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return // register refused it before
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tokens[token] = u
	if gone != "" && gone != token {
		delete(t.tokens, gone)
	}
}
