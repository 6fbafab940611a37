package kv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-redsync/redsync/v4"
	"github.com/redis/go-redis/v9"
)

const (
	lockTTL   = 20 * time.Second       // frees the lock of a replica that died; longer than a token refresh may take
	lockPause = 100 * time.Millisecond // between two looks at a lock that is taken
	// patience is the part of a lock's life that taking it may use up.
	patience = 0.1
)

// deleteIfEqual removes KEYS[1] if it holds ARGV[1].
const deleteIfEqual = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

// TokenStore keeps access tokens where all replicas find them.
type TokenStore struct {
	k *KV
}

// Tokens returns the store of access tokens.
func (k *KV) Tokens() *TokenStore { return &TokenStore{k: k} }

// Get returns the token under key, and false when there is none or it has
// expired.
func (s *TokenStore) Get(ctx context.Context, key string) (string, bool, error) {
	token, err := s.k.client.Get(ctx, tokenKey(key)).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("get token %s: %w", key, err)
	}
	return token, true, nil
}

// Set stores a token for ttl, which must be positive.
func (s *TokenStore) Set(ctx context.Context, key, token string, ttl time.Duration) error {
	if ttl <= 0 {
		return fmt.Errorf("set token %s: it lives for %v, which is no time at all", key, ttl)
	}
	if err := s.k.client.Set(ctx, tokenKey(key), token, ttl).Err(); err != nil {
		return fmt.Errorf("set token %s: %w", key, err)
	}
	return nil
}

// Delete removes the token under key if it is still the given one, so that a
// late complaint about an old token does not cost the new one.
func (s *TokenStore) Delete(ctx context.Context, key, token string) error {
	if err := s.k.client.Eval(ctx, deleteIfEqual, []string{tokenKey(key)}, token).Err(); err != nil {
		return fmt.Errorf("delete token %s: %w", key, err)
	}
	return nil
}

// Lock waits until no other replica holds the lock of key, and takes it. It
// fails at once when Redis does not answer, and with ctx's error when ctx ends
// first. unlock may be called once; a lock that is not released frees itself
// after 20 s.
func (s *TokenStore) Lock(ctx context.Context, key string) (unlock func(), err error) {
	mutex := s.k.locks.NewMutex(prefix+"lock:"+key, redsync.WithExpiry(lockTTL), redsync.WithTimeoutFactor(patience))
	for {
		err := mutex.TryLockContext(ctx)
		if err == nil {
			return func() { s.k.release(ctx, mutex) }, nil
		}
		if !isTaken(err) {
			return nil, fmt.Errorf("lock %s: %w", key, err)
		}
		pause := time.NewTimer(lockPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil, fmt.Errorf("lock %s: %w", key, context.Cause(ctx))
		case <-pause.C:
		}
	}
}

// release gives a lock back even when the work it guarded was cancelled. A
// failure is harmless: the lock expires.
func (k *KV) release(ctx context.Context, mutex *redsync.Mutex) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ioTimeout)
	defer cancel()
	if _, err := mutex.UnlockContext(ctx); err != nil {
		k.log.DebugContext(ctx, "lock was not released and will expire", "lock", mutex.Name(), "err", err)
	}
}

// isTaken tells a lock that someone holds from a server that does not answer.
func isTaken(err error) bool {
	var taken *redsync.ErrTaken
	return errors.As(err, &taken)
}

func tokenKey(key string) string { return prefix + "token:" + key }
