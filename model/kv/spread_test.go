package kv

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestSpread_readsSeveralHostsAsACluster(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]string{
		"redis://a:1,b:2,c:3":                      {"a:1", "b:2", "c:3"},
		"redis://user:p,w@a:1,b:2/?read_only=true": {"a:1", "b:2"},
		"rediss://a:1?addr=b:2":                    {"a:1", "b:2"},
	} {
		client, err := connect(raw)
		require.NoError(t, err, raw)
		cluster, ok := client.(*redis.ClusterClient)
		require.True(t, ok, raw)
		require.Equal(t, want, cluster.Options().Addrs)
		require.Equal(t, ioTimeout, cluster.Options().ReadTimeout)
		require.NoError(t, client.Close())
	}
}

func TestSpread_readsOneHostAsOneServer(t *testing.T) {
	t.Parallel()
	client, err := connect("redis://user:secret@a:1/3")
	require.NoError(t, err)
	single, ok := client.(*redis.Client)
	require.True(t, ok)
	require.Equal(t, "a:1", single.Options().Addr)
	require.Equal(t, 3, single.Options().DB)
	require.NoError(t, client.Close())
}
