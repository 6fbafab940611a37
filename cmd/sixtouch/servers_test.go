package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// script runs one of the project's scripts. The servers that it starts end with
// this process, whatever ends that. It is also called from goroutines, which
// cannot end the test.
func script(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command("../../scripts/"+name, args...)
	cmd.Env = append(os.Environ(), "SIXTOUCH_TEST_OWNER="+strconv.Itoa(os.Getpid()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v: %v: %s", name, args, err, out)
	}
}

// redisServer is a Redis of a test's own.
type redisServer struct {
	t         *testing.T
	dir, port string
}

func startRedis(t *testing.T) *redisServer {
	t.Helper()
	r := &redisServer{t, filepath.Join(t.TempDir(), "r"), portOf(freeAddr(t))}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *redisServer) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

// start starts a Redis that knows nothing.
func (r *redisServer) start() { script(r.t, "redis.sh", "start", r.dir, r.port) }

func (r *redisServer) kill() { script(r.t, "redis.sh", "kill", r.dir) }

// flush has it forget everything.
func (r *redisServer) flush() {
	r.t.Helper()
	options, err := redis.ParseURL(r.url())
	require.NoError(r.t, err)
	client := redis.NewClient(options)
	defer func() { require.NoError(r.t, client.Close()) }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(r.t, client.FlushAll(ctx).Err())
}
