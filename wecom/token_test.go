package wecom

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestToken_fetchedOnceByManyGoroutinesAndReplicas(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	store := newMemoryTokens()
	share := func(_ *Config, d *Deps) { d.Tokens = store }
	replicas := []*Client{newTestClient(t, s.URL, share), newTestClient(t, s.URL, share)}
	var g errgroup.Group
	for i := range 50 {
		g.Go(func() error { return followers(t.Context(), replicas[i%2]) })
	}
	require.NoError(t, g.Wait())
	require.Equal(t, 1, s.count(pathToken))
}

func TestToken_expiredMidBatchIsRefreshedOnce(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	store := newMemoryTokens()
	share := func(_ *Config, d *Deps) { d.Tokens = store }
	replicas := []*Client{newTestClient(t, s.URL, share), newTestClient(t, s.URL, share)}
	for _, c := range replicas {
		require.NoError(t, send(t.Context(), c))
	}
	s.expireTokens()
	var g errgroup.Group
	for i := range 50 {
		g.Go(func() error { return send(t.Context(), replicas[i%2]) })
	}
	require.NoError(t, g.Wait())
	require.Equal(t, 2, s.count(pathToken), "one for the start, one for all fifty")
}

func TestToken_refusedTwiceIsAnErrorNotALoop(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40014", "42001"} {
		s := newStub(t)
		s.answer("externalcontact/get_follow_user_list", `{"errcode":`+code+`,"errmsg":"x"}`)
		e := asError(t, followers(t.Context(), newTestClient(t, s.URL)))
		require.Equal(t, TokenExpired, e.Class())
		require.Equal(t, 2, s.count("externalcontact/get_follow_user_list"))
		require.Equal(t, 2, s.count(pathToken))
	}
}

func TestToken_staleInStoreIsNotTakenAgain(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	store := newMemoryTokens()
	clock := newTestClock()
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Tokens, d.Clock = store, clock })
	require.NoError(t, followers(t.Context(), c))
	clock.Advance(time.Second)
	stale := store.values[c.tokens.key]
	s.expireTokens()
	require.NoError(t, followers(t.Context(), c))

	// A replica that lost its connection writes the old one back.
	store.values[c.tokens.key] = stale
	require.NoError(t, followers(t.Context(), c))
	s.expireTokens()
	require.NoError(t, followers(t.Context(), c))
	require.Equal(t, 3, s.count(pathToken))
}

func TestToken_renewedBeforeItEndsOnTheInjectedClock(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	clock := newTestClock()
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Clock = clock })
	require.NoError(t, followers(t.Context(), c))
	clock.Advance(7200*time.Second - tokenMargin - time.Second)
	require.NoError(t, followers(t.Context(), c))
	require.Equal(t, 1, s.count(pathToken))
	clock.Advance(time.Second)
	require.NoError(t, followers(t.Context(), c))
	require.Equal(t, 2, s.count(pathToken))
}

func TestToken_twoAppsOfACorpNeverShareOne(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	store := newMemoryTokens()
	transport := NewTransport(&http.Transport{})
	seen := map[string]string{}
	for _, secret := range []string{"secret-a", "secret-b"} {
		for _, agent := range []int{0, 1000012} { // equal agent ids must not matter
			c := newTestClient(t, s.URL, func(cfg *Config, d *Deps) {
				cfg.Secret, cfg.AgentID = secret, agent
				d.Tokens, d.Transport = store, transport
			})
			require.NoError(t, followers(t.Context(), c))
			token, ok := c.tokens.held()
			require.True(t, ok)
			require.Contains(t, token, secret)
			seen[token] = secret
		}
	}
	require.Len(t, seen, 4)
	for key := range store.values {
		require.NotContains(t, key, "secret-")
	}
}

func TestToken_wrongSecretIsNotTriedAgainForAMinute(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer(pathToken, `{"errcode":40001,"errmsg":"invalid credential"}`)
	clock := newTestClock()
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Clock = clock })
	for range 3 {
		e := asError(t, followers(t.Context(), c))
		require.Equal(t, Forbidden, e.Class())
		require.Equal(t, "wecom.advice.40001", e.Advice())
	}
	require.Equal(t, 1, s.count(pathToken))
	clock.Advance(secretBlock)
	require.Error(t, followers(t.Context(), c))
	require.Equal(t, 2, s.count(pathToken))
}

func TestToken_failedFetchDoesNotMakeASendUnknown(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.on(pathToken, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	err := send(t.Context(), newTestClient(t, s.URL))
	require.False(t, asError(t, err).Unknown(), "the send never left: %v", err)
}

func TestToken_answerWithoutATokenIsAnError(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.on(pathToken, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`) })
	require.ErrorContains(t, followers(t.Context(), newTestClient(t, s.URL)), "no token")
}
