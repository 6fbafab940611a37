package kv_test

import (
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"sixtouch/model/kv"
)

func TestAttempts_areCountedByAllReplicas(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"embedded": "", "server": os.Getenv(redisEnv)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "server" && url == "" {
				t.Skipf("%s is not set", redisEnv)
			}
			k := open(t, url)
			one, other, key := k.Attempts(), k.Attempts(), unique(t)
			require.Equal(t, 0, count(t, one, key))
			require.NoError(t, one.Fail(t.Context(), key, time.Minute))
			require.NoError(t, other.Fail(t.Context(), key, time.Minute))
			require.Equal(t, 2, count(t, one, key))
			require.Equal(t, 0, count(t, one, key+" of another"))
			require.NoError(t, other.Clear(t.Context(), key))
			require.Equal(t, 0, count(t, one, key))
		})
	}
}

func TestAttempts_areForgottenAfterTheLastOnesWindow(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a := open(t, "redis://"+server.Addr()).Attempts()
	require.NoError(t, a.Fail(t.Context(), "k", time.Minute))
	server.FastForward(50 * time.Second)
	require.NoError(t, a.Fail(t.Context(), "k", time.Minute))
	server.FastForward(50 * time.Second)
	require.Equal(t, 2, count(t, a, "k"))
	server.FastForward(10 * time.Second)
	require.Equal(t, 0, count(t, a, "k"))
}

func count(t *testing.T, a *kv.Attempts, key string) int {
	t.Helper()
	n, err := a.Count(t.Context(), key)
	require.NoError(t, err)
	return n
}
