// Package kv owns Redis: WeCom tokens shared by replicas, rate limits, leases
// and wake-ups. Losing Redis, or all that is in it, costs time and never a
// fact: everything here can be fetched, counted or announced again. Calls fail
// within seconds when the server does not answer and work again, with nothing
// done, when it does.
//
// With no server configured the same Redis protocol is spoken to a server
// inside the process, so that there is one code path.
package kv

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	prefix      = "sixtouch:"     // of every key and topic, so that a server can be shared
	ioTimeout   = time.Second     // for a dial, a read, a write, a free connection
	maxAttempts = 1               // retries after the first try: a second connection, should one have gone stale
	pingTimeout = 2 * time.Second // for the first contact in Open
)

// KV is a connection to Redis, or to the server inside the process. It is safe
// for concurrent use.
type KV struct {
	log      *slog.Logger
	client   redis.UniversalClient
	locks    *redsync.Redsync
	embedded *miniredis.Miniredis // nil with a real server
}

// Open connects to the Redis at rawURL: redis:// or rediss://, a cluster by
// several hosts separated by commas (redis://a:6379,b:6379), or the empty
// string for a server inside the process. Only a URL that cannot be understood
// is an error; a server that does not answer is logged, since it may come back.
// The URL is never logged. Close releases what Open took.
func Open(ctx context.Context, rawURL string, log *slog.Logger) (*KV, error) {
	k := &KV{log: log}
	if rawURL == "" {
		k.embedded = miniredis.NewMiniRedis()
		k.embedded.ClockTTL(true) // expire by the clock, as Redis does
		k.client = redis.NewClient(bounded(&redis.Options{
			Dialer: func(context.Context, string, string) (net.Conn, error) { return k.embedded.Dial() },
		}))
	} else {
		client, err := connect(rawURL)
		if err != nil {
			return nil, fmt.Errorf("open redis: %w", err)
		}
		k.client = client
	}
	k.locks = redsync.New(goredis.NewPool(k.client))

	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := k.Ping(ctx); err != nil {
		log.WarnContext(ctx, "redis does not answer yet; going on without it", "err", err)
	}
	return k, nil
}

// Ping reports whether the server answers.
func (k *KV) Ping(ctx context.Context) error {
	if err := k.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}

// Close closes all connections, and the server inside the process if there is
// one. What it held is gone, which costs time and no facts.
func (k *KV) Close() error {
	err := k.client.Close()
	if k.embedded != nil {
		k.embedded.Close()
	}
	if err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// errUnverified refuses the client's skip_verify: the server holds our access
// tokens, and an unverified one may be anybody's.
var errUnverified = errors.New("the URL switches the check of the server's certificate off; leave skip_verify out")

func unverified(c *tls.Config) bool { return c != nil && c.InsecureSkipVerify }

// connect makes a client for one server or, when there are several hosts, for
// a cluster. It does not dial.
func connect(rawURL string) (redis.UniversalClient, error) {
	single, cluster, err := spread(rawURL)
	if err != nil {
		return nil, err
	}
	if !cluster {
		o, err := redis.ParseURL(single)
		if err != nil {
			return nil, withoutURL(err)
		}
		if unverified(o.TLSConfig) {
			return nil, errUnverified
		}
		return redis.NewClient(bounded(o)), nil
	}
	o, err := redis.ParseClusterURL(single)
	if err != nil {
		return nil, withoutURL(err)
	}
	if unverified(o.TLSConfig) {
		return nil, errUnverified
	}
	b := bounded(&redis.Options{})
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = b.DialTimeout, b.ReadTimeout, b.WriteTimeout, b.PoolTimeout
	o.DialerRetries, o.MaxRetries, o.ContextTimeoutEnabled = b.DialerRetries, b.MaxRetries, b.ContextTimeoutEnabled
	o.DisableIdentity, o.MaintNotificationsConfig = b.DisableIdentity, b.MaintNotificationsConfig
	return redis.NewClusterClient(o), nil
}

// bounded sets how long a call may take before it fails.
func bounded(o *redis.Options) *redis.Options {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = ioTimeout, ioTimeout, ioTimeout, ioTimeout
	o.DialerRetries, o.MaxRetries, o.ContextTimeoutEnabled = 1, maxAttempts, true
	// Two questions that older servers and the embedded one answer with errors.
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

// spread rewrites a URL with several hosts into the client's form for them,
// one host and the others as addr parameters, and reports whether it did.
func spread(rawURL string) (single string, cluster bool, err error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return "", false, errors.New("the URL has no scheme; write redis://host:6379")
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	at := strings.LastIndex(authority, "@") + 1
	hosts := strings.Split(authority[at:], ",")
	if len(hosts) == 1 {
		return rawURL, strings.Contains(tail, "addr="), nil
	}
	others := url.Values{"addr": hosts[1:]}.Encode()
	path, query, hasQuery := strings.Cut(tail, "?")
	if hasQuery {
		others = query + "&" + others
	}
	return scheme + "://" + authority[:at] + hosts[0] + path + "?" + others, true, nil
}

// withoutURL drops the URL, which holds the password, from the error of a
// parser.
func withoutURL(err error) error {
	var parse *url.Error
	if errors.As(err, &parse) {
		return parse.Err
	}
	return err
}
