package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// bench is a simulator on a server, with a clock that stands still.
type bench struct {
	*testing.T
	sim    *Sim
	base   string
	token  string
	client *http.Client
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	if o.Now == nil {
		start := time.Date(2026, 11, 2, 9, 0, 0, 0, china())
		o.Now = func() time.Time { return start }
	}
	s, err := New(o)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		require.NoError(t, s.Close())
	})
	b := &bench{T: t, sim: s, base: server.URL, client: client}
	b.token = b.login()
	return b
}

// newTeam is a bench with the members lin.qiao and zhou.wei.
func newTeam(t *testing.T, o Options) *bench {
	t.Helper()
	b := newBench(t, o)
	b.do("members", object{"userid": "lin.qiao", "name": "林乔"})
	b.do("members", object{"userid": "zhou.wei", "name": "周伟"})
	return b
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rows is the list under key, as objects.
func rows(got map[string]any, key string) []map[string]any {
	var out []map[string]any
	list, _ := got[key].([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

func (b *bench) login() string {
	b.Helper()
	got := b.call(http.MethodGet, "/cgi-bin/gettoken?corpid="+b.sim.corpID+"&corpsecret="+b.sim.apps[0].Secret, nil)
	require.EqualValues(b, 0, got["errcode"], got)
	return got["access_token"].(string)
}

// call sends body (a string as it is, anything else as JSON) and decodes the
// reply.
func (b *bench) call(method, path string, body any) map[string]any {
	b.Helper()
	var payload io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(v)
	default:
		var buf bytes.Buffer
		e := json.NewEncoder(&buf)
		e.SetEscapeHTML(false)
		require.NoError(b, e.Encode(v))
		payload = &buf
	}
	req, err := http.NewRequestWithContext(b.Context(), method, b.base+path, payload)
	require.NoError(b, err)
	resp, err := b.client.Do(req)
	require.NoError(b, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b, err)
	got := map[string]any{"http": resp.StatusCode}
	require.NoError(b, json.Unmarshal(raw, &got), "%s %s: %s", method, path, raw)
	return got
}

// get and post call a WeCom path under /cgi-bin/ with the token.
func (b *bench) get(path string, query ...string) map[string]any {
	b.Helper()
	q := url.Values{"access_token": {b.token}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return b.call(http.MethodGet, "/cgi-bin/"+path+"?"+q.Encode(), nil)
}

func (b *bench) post(path string, body any) map[string]any {
	b.Helper()
	return b.call(http.MethodPost, "/cgi-bin/"+path+"?access_token="+b.token, body)
}

// ok posts and wants success, code posts and wants an errcode.
func (b *bench) ok(path string, body any) map[string]any {
	b.Helper()
	got := b.post(path, body)
	require.EqualValues(b, 0, got["errcode"], got)
	return got
}

func (b *bench) code(want int, path string, body any) {
	b.Helper()
	got := b.post(path, body)
	require.EqualValues(b, want, got["errcode"], got)
}

// do posts to the control API and wants success.
func (b *bench) do(path string, body any) map[string]any {
	b.Helper()
	got := b.call(http.MethodPost, "/sim/"+path, body)
	require.EqualValues(b, http.StatusOK, got["http"], got)
	return got
}

// wrong posts to the control API and wants a refusal that says why.
func (b *bench) wrong(path string, body any) {
	b.Helper()
	got := b.call(http.MethodPost, "/sim/"+path, body)
	require.EqualValues(b, http.StatusBadRequest, got["http"], got)
	require.NotEmpty(b, got["error"])
}

// advance moves the clock and logs in again, as tokens may have expired.
func (b *bench) advance(d string) {
	b.Helper()
	b.do("clock", object{"advance": d})
	b.token = b.login()
}

// contact lets a new customer add the member in silence and returns its id.
func (b *bench) contact(userID string) string {
	b.Helper()
	return b.do("follows", object{"userid": userID, "silent": true})["external_userid"].(string)
}

func (b *bench) ledger() []map[string]any {
	b.Helper()
	return rows(b.call(http.MethodGet, "/sim/ledger", nil), "entries")
}

const testAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// inbox is a receiver of callbacks that keeps what it opened.
type inbox struct {
	t      *testing.T
	server *httptest.Server
	got    chan string

	mu     sync.Mutex
	answer func(attempt int, w http.ResponseWriter, r *http.Request) // instead of 200
	n      int
	bodies []string
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{t: t, got: make(chan string, 1000)}
	in.server = httptest.NewServer(in)
	t.Cleanup(in.server.Close)
	return in
}

func (in *inbox) receiver() Receiver {
	return Receiver{URL: in.server.URL + "/cb?corp=1", Token: "tok3n", AESKey: testAESKey}
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seal, err := newSealer("tok3n", testAESKey, DefaultCorpID)
	if err != nil {
		in.t.Error(err)
	}
	q := r.URL.Query()
	encrypted := q.Get("echostr")
	body, _ := io.ReadAll(r.Body)
	if encrypted == "" {
		_, rest, _ := strings.Cut(string(body), "<Encrypt><![CDATA[")
		encrypted, _, _ = strings.Cut(rest, "]]>")
	}
	if seal.sign(q.Get("timestamp"), q.Get("nonce"), encrypted) != q.Get("msg_signature") || q.Get("corp") != "1" {
		in.t.Errorf("bad signature or lost query: %s", r.URL)
	}
	plain, err := seal.open(encrypted)
	if err != nil {
		in.t.Error(err)
	}
	in.mu.Lock()
	in.n++
	n, answer := in.n, in.answer
	in.bodies = append(in.bodies, q.Get("nonce")+encrypted)
	in.mu.Unlock()
	if answer != nil {
		answer(n, w, r)
	} else if q.Has("echostr") {
		w.Write(plain)
	}
	in.got <- string(plain)
}

// next waits for the next delivery.
func (in *inbox) next() string {
	in.t.Helper()
	select {
	case plain := <-in.got:
		return plain
	case <-time.After(10 * time.Second):
		in.t.Fatal("no callback came")
		return ""
	}
}
