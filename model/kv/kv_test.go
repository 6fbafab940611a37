package kv_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"sixtouch/model/kv"
)

// redisEnv names the variable with the URL of a Redis that tests may use.
const redisEnv = "SIXTOUCH_TEST_REDIS"

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func open(t *testing.T, url string) *kv.KV {
	t.Helper()
	k, err := kv.Open(t.Context(), url, quiet())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	return k
}

// unique makes a key that no other test, and no earlier run, has used.
func unique(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano())
}

func TestKV_embedded(t *testing.T) {
	t.Parallel()
	conform(t, "")
}

func TestKV_server(t *testing.T) {
	t.Parallel()
	url := os.Getenv(redisEnv)
	if url == "" {
		t.Skipf("%s is not set", redisEnv)
	}
	conform(t, url)
}

// conform holds what the package promises, whatever answers at the other end.
func conform(t *testing.T, url string) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *kv.KV){
		"token is found until it is deleted":          tokenFound,
		"token is kept when another is deleted":       tokenKept,
		"token expires by the clock":                  tokenExpires,
		"token that would not live is refused":        tokenMustLive,
		"lock admits one at a time":                   lockExcludes,
		"lock is given up when the wait is cancelled": lockWaitEnds,
		"limiter never exceeds the minute":            limiterBounds,
		"limiter counts keys apart":                   limiterKeysApart,
		"limiter without a limit grants all":          limiterUnlimited,
		"lease has one holder and can be given back":  leaseExcludes,
		"lease ends by itself":                        leaseExpires,
		"wake-up reaches a subscriber":                wakeArrives,
		"ping answers":                                pingAnswers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, url))
		})
	}
}

func tokenFound(t *testing.T, k *kv.KV) {
	s, key := k.Tokens(), unique(t)
	_, found, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, s.Set(t.Context(), key, "one", time.Minute))
	token, found, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "one", token)

	require.NoError(t, s.Delete(t.Context(), key, "one"))
	_, found, err = s.Get(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
}

func tokenKept(t *testing.T, k *kv.KV) {
	s, key := k.Tokens(), unique(t)
	require.NoError(t, s.Set(t.Context(), key, "new", time.Minute))
	require.NoError(t, s.Delete(t.Context(), key, "old"))
	token, found, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "new", token)
}

func tokenExpires(t *testing.T, k *kv.KV) {
	s, key := k.Tokens(), unique(t)
	require.NoError(t, s.Set(t.Context(), key, "brief", 50*time.Millisecond))
	require.Eventually(t, func() bool {
		_, found, err := s.Get(t.Context(), key)
		return err == nil && !found
	}, 5*time.Second, 10*time.Millisecond)
}

func tokenMustLive(t *testing.T, k *kv.KV) {
	require.Error(t, k.Tokens().Set(t.Context(), unique(t), "dead", 0))
}

func lockExcludes(t *testing.T, k *kv.KV) {
	s, key := k.Tokens(), unique(t)
	var inside, most atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			unlock, err := s.Lock(t.Context(), key)
			if err != nil {
				t.Errorf("lock: %v", err)
				return
			}
			now := inside.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			_, _, err = s.Get(t.Context(), key) // hold it for a round trip
			inside.Add(-1)
			unlock()
			if err != nil {
				t.Errorf("get: %v", err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, most.Load())
}

func lockWaitEnds(t *testing.T, k *kv.KV) {
	s, key := k.Tokens(), unique(t)
	unlock, err := s.Lock(t.Context(), key)
	require.NoError(t, err)
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.Lock(ctx, key)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func limiterBounds(t *testing.T, k *kv.KV) {
	const perMinute = 600
	l, key := k.Limiter(), unique(t)
	start := time.Now()
	granted := 0
	var wait time.Duration
	for wait == 0 {
		var err error
		wait, err = l.Allow(t.Context(), key, perMinute)
		require.NoError(t, err)
		if wait == 0 {
			granted++
		}
	}
	// What came at once and what the rest of the minute can still bring.
	refill := time.Minute / (perMinute*3/4 + 1)
	later := int((time.Minute - time.Since(start)) / refill)
	require.GreaterOrEqual(t, granted, perMinute/4)
	require.LessOrEqual(t, granted+later, perMinute)
	require.LessOrEqual(t, wait, refill)
}

func limiterKeysApart(t *testing.T, k *kv.KV) {
	l, key := k.Limiter(), unique(t)
	wait, err := l.Allow(t.Context(), key, 1)
	require.NoError(t, err)
	require.Zero(t, wait)
	wait, err = l.Allow(t.Context(), key, 1)
	require.NoError(t, err)
	require.Greater(t, wait, 50*time.Second)
	wait, err = l.Allow(t.Context(), key+"-other", 1)
	require.NoError(t, err)
	require.Zero(t, wait)
}

func limiterUnlimited(t *testing.T, k *kv.KV) {
	for range 10 {
		wait, err := k.Limiter().Allow(t.Context(), "anything", 0)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
}

func leaseExcludes(t *testing.T, k *kv.KV) {
	l, name := k.Leases(), unique(t)
	release, ok := l.TryAcquire(t.Context(), name, time.Minute)
	require.True(t, ok)
	again, ok := l.TryAcquire(t.Context(), name, time.Minute)
	require.False(t, ok)
	again()
	_, ok = l.TryAcquire(t.Context(), name, time.Minute)
	require.False(t, ok, "who has no lease cannot release it")
	release()
	release, ok = l.TryAcquire(t.Context(), name, time.Minute)
	require.True(t, ok)
	release()
}

func leaseExpires(t *testing.T, k *kv.KV) {
	l, name := k.Leases(), unique(t)
	_, ok := l.TryAcquire(t.Context(), name, 500*time.Millisecond)
	require.True(t, ok)
	require.Eventually(t, func() bool {
		_, ok := l.TryAcquire(t.Context(), name, time.Minute)
		return ok
	}, 5*time.Second, 50*time.Millisecond)
}

func wakeArrives(t *testing.T, k *kv.KV) {
	w, topic := k.Wakes(), unique(t)
	heard := subscribe(t, w, topic)
	publishUntilHeard(t, w, topic, heard)
}

func pingAnswers(t *testing.T, k *kv.KV) {
	require.NoError(t, k.Ping(t.Context()))
}

// subscribe returns a channel that gets a value when topic arrives.
func subscribe(t *testing.T, w *kv.Wake, topic string) <-chan struct{} {
	t.Helper()
	heard := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Subscribe(ctx, func(got string) {
			if got != topic {
				return
			}
			select {
			case heard <- struct{}{}:
			default:
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return heard
}

// publishUntilHeard repeats the wake-up, since one that is sent before the
// subscription stands is lost.
func publishUntilHeard(t *testing.T, w *kv.Wake, topic string, heard <-chan struct{}) {
	t.Helper()
	require.Eventually(t, func() bool {
		// An error here is an outage, and the next round tries again.
		if err := w.Publish(t.Context(), topic); err != nil {
			return false
		}
		select {
		case <-heard:
			return true
		default:
			return false
		}
	}, 20*time.Second, 20*time.Millisecond)
}

func TestKV_losesNothingButTimeWhenTheServerForgetsAll(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	k := open(t, "redis://"+server.Addr())
	key := unique(t)
	wait, err := k.Limiter().Allow(t.Context(), key, 60)
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, k.Tokens().Set(t.Context(), key, "one", time.Minute))

	admin := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { require.NoError(t, admin.Close()) }()
	require.NoError(t, admin.FlushAll(t.Context()).Err())
	require.NoError(t, admin.ScriptFlush(t.Context()).Err())

	_, found, err := k.Tokens().Get(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
	wait, err = k.Limiter().Allow(t.Context(), key, 60)
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, k.Tokens().Delete(t.Context(), key, "one"))
}

func TestKV_failsQuicklyWithoutAServerAndRecoversWithIt(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	k := open(t, "redis://"+server.Addr())
	key := unique(t)
	heard := subscribe(t, k.Wakes(), key)
	publishUntilHeard(t, k.Wakes(), key, heard)
	server.Close()

	start := time.Now()
	require.Error(t, k.Ping(t.Context()))
	_, _, err := k.Tokens().Get(t.Context(), key)
	require.Error(t, err)
	require.Error(t, k.Tokens().Set(t.Context(), key, "one", time.Minute))
	require.Error(t, k.Tokens().Delete(t.Context(), key, "one"))
	_, err = k.Tokens().Lock(t.Context(), key)
	require.Error(t, err)
	_, err = k.Limiter().Allow(t.Context(), key, 60)
	require.Error(t, err)
	require.Error(t, k.Wakes().Publish(t.Context(), key))
	release, ok := k.Leases().TryAcquire(t.Context(), key, time.Minute)
	require.True(t, ok, "work goes on without leases")
	release()
	require.Less(t, time.Since(start), 10*time.Second)

	require.NoError(t, server.Restart())
	// After several failures the client tries a connection only once a second.
	require.Eventually(t, func() bool { return k.Ping(t.Context()) == nil }, 10*time.Second, 50*time.Millisecond)
	require.NoError(t, k.Tokens().Set(t.Context(), key, "two", time.Minute))
	publishUntilHeard(t, k.Wakes(), key, heard)
}

func TestOpen_withoutAServerGoesOn(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	addr := server.Addr()
	server.Close()
	k := open(t, "redis://"+addr)
	require.Error(t, k.Ping(t.Context()))
}

func TestOpen_refusesWhatIsNoRedisURLWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"localhost:6379",
		"http://:hunter2@localhost:6379",
		"redis://:hunter2@localhost:port",
		"redis://:hunter2@a:1,b:x/0?addr=",
		"redis://localhost/?no_such_option=1",
		"rediss://:hunter2@localhost/?skip_verify=true",
		"rediss://:hunter2@a:1,b:2/?skip_verify=true",
	} {
		_, err := kv.Open(t.Context(), url, quiet())
		require.Error(t, err, url)
		require.False(t, strings.Contains(err.Error(), "hunter2"), err)
	}
}

func TestLogClient_routesTheClientsComplaints(t *testing.T) {
	var logged bytes.Buffer
	kv.LogClient(slog.New(slog.NewTextHandler(&logged, nil)))
	k, err := kv.Open(t.Context(), "redis://127.0.0.1:1", quiet())
	require.NoError(t, err)
	require.Error(t, k.Ping(t.Context()))
	require.NoError(t, k.Close())
	kv.LogClient(quiet())
	require.Contains(t, logged.String(), "connection refused")
}

func TestMain(m *testing.M) {
	kv.LogClient(quiet())
	os.Exit(m.Run())
}

func TestClose_leavesNoGoroutineBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	for range 3 {
		k, err := kv.Open(t.Context(), "", quiet())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			k.Wakes().Subscribe(ctx, func(string) {})
		}()
		require.NoError(t, k.Tokens().Set(t.Context(), "key", "token", time.Minute))
		cancel()
		<-done
		require.NoError(t, k.Close())
	}
	goleak.VerifyNone(t, before)
}
