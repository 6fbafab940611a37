package wecom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

var hello = GroupMessage{Sender: "lin.qiao", ExternalUserIDs: []string{"wm1"}, Message: Message{Text: "hi"}}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

func TestCall_retriesOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	const busy = `{"errcode":-1,"errmsg":"system busy"}`
	tests := []struct {
		name  string
		path  string
		body  string
		call  func(context.Context, *Client) error
		calls int
		ok    bool
	}{
		{"a read after busy", "externalcontact/get_follow_user_list", busy, followers, 3, true},
		{"a read after concurrency limit", "externalcontact/get_follow_user_list", `{"errcode":45033,"errmsg":"x"}`, followers, 3, true},
		{"mark_tag after a conflict", "externalcontact/mark_tag", `{"errcode":45035,"errmsg":"x"}`, mark, 3, true},
		{"results while dispatching", "externalcontact/get_groupmsg_task", `{"errcode":41063,"errmsg":"x"}`, tasks, 3, true},
		{"a read with a wrong parameter", "externalcontact/get_follow_user_list", `{"errcode":40058,"errmsg":"x"}`, followers, 1, false},
		{"a read over the frequency limit", "externalcontact/get_follow_user_list", `{"errcode":45009,"errmsg":"x"}`, followers, 1, false},
		{"never add_msg_template", "externalcontact/add_msg_template", busy, send, 1, false},
		{"never send_welcome_msg", "externalcontact/send_welcome_msg", busy, welcome, 1, false},
		{"never message/send without duplicate check", "message/send", busy, appMessage(0), 1, false},
		{"message/send with duplicate check", "message/send", busy, appMessage(time.Hour), 3, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.answer(tt.path, tt.body, tt.body, `{"errcode":0,"errmsg":"ok"}`)
			err := tt.call(t.Context(), newTestClient(t, s.URL))
			require.Equal(t, tt.ok, err == nil, "%v", err)
			require.Equal(t, tt.calls, s.count(tt.path))
		})
	}
}

func followers(ctx context.Context, c *Client) error { _, err := c.Followers(ctx); return err }
func send(ctx context.Context, c *Client) error      { _, err := c.SendGroupMessage(ctx, hello); return err }

func tasks(ctx context.Context, c *Client) error {
	_, err := c.GroupMessageTasks(ctx, "msg1")
	return err
}

func mark(ctx context.Context, c *Client) error {
	return c.MarkTags(ctx, MarkTags{UserID: "a", ExternalUserID: "wm1", Add: []string{"et1"}})
}

func welcome(ctx context.Context, c *Client) error {
	return c.SendWelcome(ctx, "wcode-0001", Message{Text: "hi"})
}

func appMessage(check time.Duration) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error {
		_, err := c.SendAppMessage(ctx, AppMessage{ToUsers: []string{"a"}, MsgType: AppText, Text: "x", DuplicateCheck: check})
		return err
	}
}

func TestCall_givesUpAfterThreeTries(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer("externalcontact/get_follow_user_list", `{"errcode":-1,"errmsg":"system busy"}`)
	_, err := newTestClient(t, s.URL).Followers(t.Context())
	require.Equal(t, -1, CodeOf(err))
	require.Equal(t, 3, s.count("externalcontact/get_follow_user_list"))
}

func TestCall_tellsUnknownOutcomeFromRefusal(t *testing.T) {
	t.Parallel()
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		unknown bool
		class   Class
	}{
		{"time-out after sending", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not see us leave
			<-r.Context().Done()
		}, true, Unknown},
		{"connection reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, Unknown},
		{"HTTP 502", status(http.StatusBadGateway), true, Unknown},
		{"answer that is not JSON", body("<html>errcode</html>"), true, Unknown},
		{"answer without errcode", body("{}"), true, Unknown},
		{"answer cut off", body(`{"errcode":0,"errmsg":"o`), true, Unknown},
		{"system busy", body(`{"errcode":-1,"errmsg":"x"}`), true, Temporary},
		{"HTTP 404", status(http.StatusNotFound), false, Invalid},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		}, false, Invalid},
		{"no customer can be sent to", body(`{"errcode":41048,"errmsg":"x"}`), false, Gone},
		{"no permission", body(`{"errcode":48002,"errmsg":"x"}`), false, Forbidden},
		{"frequency limit", body(`{"errcode":45009,"errmsg":"x"}`), false, Limited},
		{"a code nobody knows", body(`{"errcode":41303,"errmsg":"x"}`), false, Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.on("externalcontact/add_msg_template", tt.handler)
			c := newTestClient(t, s.URL, func(cfg *Config, _ *Deps) { cfg.Timeout = 200 * time.Millisecond })
			_, err := c.SendGroupMessage(t.Context(), hello)
			e := asError(t, err)
			require.Equal(t, tt.unknown, e.Unknown(), "%v", err)
			require.Equal(t, tt.class, e.Class())
			require.Equal(t, 1, s.count("externalcontact/add_msg_template"))
		})
	}
}

func TestCall_connectionRefusedIsNotUnknown(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	s := newStub(t)
	c := newTestClient(t, s.URL)
	require.NoError(t, followers(t.Context(), c)) // a token is there; only the send fails
	c.cfg.BaseURL = "http://" + listener.Addr().String()
	require.NoError(t, c.deps.Transport.register(testCorp, c.cfg.BaseURL))

	_, err = c.SendGroupMessage(t.Context(), hello)
	e := asError(t, err)
	require.False(t, e.Unknown(), "%v", err)
	require.Equal(t, Temporary, e.Class())
	require.True(t, e.Retryable())
}

func TestCall_cancelledBeforeItStartsIsNotUnknown(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := newTestClient(t, s.URL)
	for _, call := range []func(context.Context, *Client) error{send, followers} {
		err := call(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, asError(t, err).Unknown())
	}
	require.Zero(t, s.count("externalcontact/add_msg_template"))
}

func TestCall_guardRefusesBeforeAnythingLeaves(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	errInTx := errors.New("inside a transaction")
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Guard = func(context.Context) error { return errInTx } })
	err := send(t.Context(), c)
	require.ErrorIs(t, err, errInTx)
	require.Equal(t, Invalid, asError(t, err).Class())
	require.Zero(t, s.count(pathToken))
}

func TestCall_frequencyBlockStopsThePathUntilTheWindowEnds(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer("externalcontact/get_follow_user_list", `{"errcode":45009,"errmsg":"x"}`, `{"errcode":0,"errmsg":"ok"}`)
	clock := newTestClock()
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Clock = clock })

	first := asError(t, followers(t.Context(), c))
	require.Equal(t, time.Minute, first.RetryAfter)
	clock.Advance(20 * time.Second)
	second := asError(t, followers(t.Context(), c))
	require.Equal(t, Limited, second.Class())
	require.Equal(t, 40*time.Second, second.RetryAfter)
	require.Equal(t, 1, s.count("externalcontact/get_follow_user_list"), "a blocked path must not be called")
	require.NoError(t, mark(t.Context(), c), "other paths go on")
	clock.Advance(40 * time.Second)
	require.NoError(t, followers(t.Context(), c))
}

// What one replica was told holds for all: a second one that goes on calling
// would only prolong the block.
func TestCall_frequencyBlockHoldsForEveryReplica(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer("externalcontact/get_follow_user_list", `{"errcode":45009,"errmsg":"x"}`, `{"errcode":0,"errmsg":"ok"}`)
	clock, store := newTestClock(), newMemoryTokens()
	share := func(_ *Config, d *Deps) { d.Clock, d.Tokens = clock, store }
	first, second := newTestClient(t, s.URL, share), newTestClient(t, s.URL, share)
	require.NoError(t, mark(t.Context(), second))
	require.Error(t, followers(t.Context(), first))
	clock.Advance(20 * time.Second)
	e := asError(t, followers(t.Context(), second))
	require.Equal(t, Limited, e.Class())
	require.Equal(t, 40*time.Second, e.RetryAfter)
	require.Equal(t, 1, s.count("externalcontact/get_follow_user_list"))
	require.NoError(t, mark(t.Context(), second), "other paths go on")
	clock.Advance(40 * time.Second)
	require.NoError(t, followers(t.Context(), second))
}

// waits is a limiter that answers these waits, one per call.
type waits struct {
	mu   sync.Mutex
	keys []string
	left []time.Duration
	err  error
}

func (w *waits) Allow(_ context.Context, key string, perMinute int) (time.Duration, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys = append(w.keys, key)
	if w.err != nil || len(w.left) == 0 {
		return 0, w.err
	}
	next := w.left[0]
	w.left = w.left[1:]
	if perMinute != defaultPerMinute {
		return 0, errors.New("unexpected limit")
	}
	return next, nil
}

func TestCall_waitsItsTurnUnderTheLimiter(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	l := &waits{left: []time.Duration{time.Millisecond, 2 * time.Millisecond}}
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Limiter = l })
	require.NoError(t, followers(t.Context(), c))
	key := "wecom:limit:" + testCorp + ":externalcontact/get_follow_user_list"
	require.Equal(t, []string{key, key, key}, l.keys)
}

func TestCall_longWaitIsALimitedErrorAtOnce(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) { d.Limiter = &waits{left: []time.Duration{30 * time.Second}} })
	e := asError(t, followers(t.Context(), c))
	require.Equal(t, Limited, e.Class())
	require.Equal(t, 30*time.Second, e.RetryAfter)
	require.False(t, e.Unknown())
	require.Zero(t, s.count("externalcontact/get_follow_user_list"))
}

func TestCall_redisDownNeverStopsACall(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	var logged bytes.Buffer
	reg := prometheus.NewRegistry()
	c := newTestClient(t, s.URL, func(_ *Config, d *Deps) {
		d.Limiter = &waits{err: errors.New("redis is gone")}
		d.Tokens = &memoryTokens{down: true}
		d.Logger = slog.New(slog.NewTextHandler(&logged, nil))
		d.Metrics = reg
	})
	for range 3 {
		require.NoError(t, followers(t.Context(), c))
	}
	s.expireTokens()
	require.NoError(t, followers(t.Context(), c))
	require.Equal(t, 1, strings.Count(logged.String(), "going on without"), "logged once a minute: %s", &logged)
	require.InDelta(t, 4, testutil.ToFloat64(c.metrics.storeFailures.WithLabelValues("limiter")), 0)
}

func TestCall_measuresByPathAndCode(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.answer("externalcontact/mark_tag", `{"errcode":84061,"errmsg":"x"}`)
	reg := prometheus.NewRegistry()
	with := func(_ *Config, d *Deps) { d.Metrics = reg }
	a, b := newTestClient(t, s.URL, with), newTestClient(t, s.URL, with)
	require.Error(t, mark(t.Context(), a))
	require.Error(t, mark(t.Context(), b))
	require.NoError(t, testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP sixtouch_wecom_calls_total Calls of WeCom's API by path and outcome: errcode, or http_<status>, timeout, network, body.
# TYPE sixtouch_wecom_calls_total counter
sixtouch_wecom_calls_total{code="0",path="gettoken"} 2
sixtouch_wecom_calls_total{code="84061",path="externalcontact/mark_tag"} 2
`), "sixtouch_wecom_calls_total"))
}

func TestCall_sendsCharactersAsTheyAre(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	got := make(chan string, 1)
	s.on("externalcontact/add_msg_template", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- string(b)
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","msgid":"msg1"}`)
	})
	m := hello
	m.Message = Message{Text: "测评 <b> & more", Attachments: []Attachment{{
		MsgType: AttachLink, Link: &Link{Title: "入口", URL: "https://h5.example/t?x=1&y=2"},
	}}}
	_, err := newTestClient(t, s.URL).SendGroupMessage(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, `{"chat_type":"single","external_userid":["wm1"],"sender":"lin.qiao","text":{"content":"测评 <b> & more"},`+
		`"attachments":[{"msgtype":"link","link":{"title":"入口","url":"https://h5.example/t?x=1&y=2"}}]}`, strings.TrimSpace(<-got))
}

func TestCall_noSecretInAnyErrorOrLog(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, dead.Close())
	echo := func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		_, _ = io.WriteString(w, `{"errcode":40001,"errmsg":"bad `+q.Get("corpsecret")+" "+q.Get("access_token")+" "+r.URL.RawQuery+`"}`)
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	status := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/loop?"+r.URL.RawQuery, http.StatusFound)
	}
	garbage := func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "errcode "+r.URL.RawQuery) }
	for name, handler := range map[string]http.HandlerFunc{
		"echoed": echo, "time-out": hang, "reset": abort, "502": status, "redirect": redirect, "garbage": garbage, "refused": nil,
	} {
		for _, path := range []string{pathToken, "externalcontact/get_follow_user_list"} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				s := newStub(t)
				var logged bytes.Buffer
				c := newTestClient(t, s.URL, func(cfg *Config, d *Deps) {
					cfg.Timeout = 150 * time.Millisecond
					d.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
				})
				if path != pathToken {
					require.NoError(t, mark(t.Context(), c))
				}
				if handler == nil {
					c.cfg.BaseURL = "http://" + dead.Addr().String()
					require.NoError(t, c.deps.Transport.register(testCorp, c.cfg.BaseURL))
				}
				s.on(path, handler)
				err := followers(t.Context(), c)
				require.Error(t, err)
				for _, text := range []string{err.Error(), logged.String()} {
					for _, secret := range []string{testSecret, "TOP-SECRET", "tok-", "corpsecret=", "access_token="} {
						if name == "echoed" && strings.HasSuffix(secret, "=") {
							continue // WeCom's own words; the values in them are masked
						}
						require.NotContains(t, text, secret)
					}
				}
			})
		}
	}
}
