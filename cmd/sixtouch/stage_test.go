package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

// childVar marks a process as a server that a test started: it is the same
// binary, so that what is killed is the code under test.
const childVar = "SIXTOUCH_TEST_CHILD_CLOCK"

func TestMain(m *testing.M) {
	if url := os.Getenv(childVar); url != "" {
		os.Exit(child(url))
	}
	os.Exit(m.Run())
}

// child runs a command line on the simulator's clock, until it is killed or its
// parent is gone.
func child(clockURL string) int {
	clock := &followedClock{}
	if err := clock.follow(clockURL); err != nil {
		fmt.Fprintln(os.Stderr, "read the simulator's clock:", err)
		return 2
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for clock.follow(clockURL) == nil {
			<-time.After(20 * time.Millisecond)
		}
		cancel()
	}()
	return execute(ctx, env{Vars: os.Environ(), Out: os.Stdout, Err: os.Stderr, Clock: clock, Now: time.Now}, os.Args[1:])
}

// followedClock is the machine's clock plus the simulator's offset.
type followedClock struct{ offset atomic.Int64 }

func (c *followedClock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC()
}

// follow reads how far the simulator's clock is ahead, and tells how far it knew.
func (c *followedClock) follow(url string) error {
	res, err := http.Get(fmt.Sprintf("%s?ahead=%d", url, c.offset.Load()))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var ahead int64
	if err := json.NewDecoder(res.Body).Decode(&ahead); err != nil {
		return err
	}
	c.offset.Store(ahead)
	return nil
}

// tellTime is the clock that replicas follow; a number names one of them.
func (s *stage) tellTime(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, err := strconv.Atoi(r.PathValue("replica")); err == nil {
		ahead, err := strconv.ParseInt(r.URL.Query().Get("ahead"), 10, 64)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.replicas[i].ahead.Store(ahead)
	}
	_ = json.NewEncoder(w).Encode(int64(s.wecom.Sim.Clock().Offset())) // who does not hear it asks again
}

// behind tells which running replica does not know yet what time it is.
func (s *stage) behind() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.replicas {
		if r.done == nil {
			continue
		}
		select {
		case <-r.done:
		default:
			if r.ahead.Load() != int64(s.wecom.Sim.Clock().Offset()) {
				return fmt.Sprintf("replica %d lives in the past", i)
			}
		}
	}
	return ""
}

// stage is a simulated WeCom with replicas of the real server around it, each a
// process of its own.
type stage struct {
	t        *testing.T
	wecom    *simtest.World
	front    *httptest.Server // what WeCom calls back: a load balancer; and the replicas' clock
	dsn      string
	db       *model.DB // opened when first asked for
	vars     []string
	token    string
	mu       sync.Mutex
	replicas []*replica
	// answeredCards are the cards that reps have answered, by msgid.
	answeredCards map[string]bool
	// answered runs when WeCom has acted on a call and before its answer
	// reaches the replica; may be empty.
	answered atomic.Pointer[func(replica int, path string)]
}

type replica struct {
	addr  string
	vars  []string         // its own settings, over the stage's
	proxy *httptest.Server // to WeCom
	cmd   *exec.Cmd
	log   *bytes.Buffer
	done  chan struct{}
	ahead atomic.Int64 // how far its clock is ahead of the machine's, in nanoseconds
}

const receiverKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// databases runs a test with one replica on SQLite, and with two on MySQL and
// Redis, as modeltest.Each does.
func databases(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	if !modeltest.SQLiteIsSlow() {
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			test(t, newStage(t, 1, modeltest.SQLiteDSN(t), ""))
		})
	}
	t.Run("mysql and redis, two replicas", func(t *testing.T) {
		t.Parallel()
		redis := os.Getenv("SIXTOUCH_TEST_REDIS")
		if redis == "" {
			t.Skip("SIXTOUCH_TEST_REDIS names no server; make test starts one")
		}
		test(t, newStage(t, 2, modeltest.MySQLDSN(t), redis))
	})
}

func newStage(t *testing.T, replicas int, dsn, redis string) *stage {
	t.Helper()
	s := &stage{t: t, dsn: dsn, answeredCards: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/clock/{replica...}", s.tellTime)
	mux.HandleFunc("/", s.balance)
	s.front = httptest.NewServer(mux)
	receiver := func(name string) sim.Receiver {
		return sim.Receiver{URL: s.front.URL + "/callback/" + name, Token: "token", AESKey: receiverKey}
	}
	// A corp of its own: replicas of parallel tests share a Redis.
	corp := "ww" + strings.ToLower(rand.Text()[:16])
	world := simtest.Start(t, sim.Options{
		Now: time.Now, Callbacks: sim.Callbacks{Contact: receiver("contact"), App: receiver("app")},
		CorpID: corp,
		Apps:   []sim.App{{AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Name: "SCRM", Contact: true}},
		Rules:  sim.Rules{DispatchPolls: -1, Quota: sim.QuotaNone, AppMessagesPerMinute: -1, AppMessagesPerHour: -1},
	})
	s.mu.Lock() // commands that ask for the time are processes of their own
	s.wecom = world
	s.mu.Unlock()
	s.vars = []string{
		childVar + "=" + s.front.URL + "/clock/", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"SIXTOUCH_DB_DSN=" + dsn, "SIXTOUCH_REDIS_URL=" + redis, "SIXTOUCH_WECOM_CORP_ID=" + corp,
		"SIXTOUCH_WECOM_AGENT_ID=" + fmt.Sprint(sim.DefaultAgentID), "SIXTOUCH_WECOM_SECRET=" + sim.DefaultSecret,
		"SIXTOUCH_WECOM_CONTACT_TOKEN=token", "SIXTOUCH_WECOM_CONTACT_AES_KEY=" + receiverKey,
		"SIXTOUCH_WECOM_APP_TOKEN=token", "SIXTOUCH_WECOM_APP_AES_KEY=" + receiverKey, "SIXTOUCH_SECRET_KEY=" + strings.Repeat("k", 32),
		"SIXTOUCH_SOP_TICK=200ms", "SIXTOUCH_SOP_POLL_EVERY=500ms", "SIXTOUCH_SOP_UNKNOWN_SETTLE=2s", "SIXTOUCH_SOP_LEASE=10s",
		"SIXTOUCH_WECOM_TIMEOUT=1500ms", "SIXTOUCH_LOG_FORMAT=text", "SIXTOUCH_LOG_LEVEL=info",
	}
	s.run("migrate", "up")
	s.token = strings.TrimSpace(s.run("token", "create", "--name", "test", "--role", "admin"))
	for i := range replicas {
		r := &replica{addr: freeAddr(t)}
		r.proxy = httptest.NewServer(s.toWeCom(i))
		s.mu.Lock()
		s.replicas = append(s.replicas, r)
		s.mu.Unlock()
	}
	t.Cleanup(s.close)
	return s
}

// freeAddr is an address that nobody listens at.
func freeAddr(t *testing.T) string { return at(freePorts(t, 1)) }

func at(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// freePorts finds so many ports in a row that are the test's until it ends. They
// lie below those that the system hands out, so that nobody gets one while its
// server is dead; a listener far above each keeps other tests from it.
func freePorts(t *testing.T, n int) int {
	t.Helper()
	const from, apart = 20000, 6000
	for range 100 {
		first := from + mathrand.IntN(apart-n)
		var guards []net.Listener
		for port := first; port < first+n; port++ {
			guard, err := net.Listen("tcp", at(port+apart))
			if err != nil {
				break
			}
			guards = append(guards, guard)
			free, err := net.Listen("tcp", at(port))
			if err != nil {
				break
			}
			require.NoError(t, free.Close())
			if len(guards) == n {
				t.Cleanup(func() { closeAll(t, guards) })
				return first
			}
		}
		closeAll(t, guards)
	}
	require.Fail(t, "no free ports")
	return 0
}

func closeAll(t *testing.T, list []net.Listener) {
	t.Helper()
	for _, l := range list {
		require.NoError(t, l.Close())
	}
}

// run runs a command of the product to its end and returns what it printed.
func (s *stage) run(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = s.vars
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(s.t, err, "%v: %s", args, &errs)
	return string(out)
}

// start starts the replica's process.
func (s *stage) start(i int) {
	s.t.Helper()
	r := s.replicas[i]
	cmd := exec.Command(os.Args[0], "serve")
	log := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(append([]string{}, s.vars...), "SIXTOUCH_HTTP_ADDR="+r.addr, "SIXTOUCH_PUBLIC_URL=http://"+r.addr, "SIXTOUCH_WECOM_BASE_URL="+r.proxy.URL)
	cmd.Env = append(append(cmd.Env, r.vars...), fmt.Sprintf("%s=%s/clock/%d", childVar, s.front.URL, i))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(s.t, cmd.Start())
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	s.mu.Lock()
	defer s.mu.Unlock()
	r.cmd, r.log, r.done = cmd, log, done
}

// signal sends a signal and waits for the end.
func (s *stage) signal(i int, sig syscall.Signal) {
	s.mu.Lock()
	r := s.replicas[i]
	cmd, done := r.cmd, r.done
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig) // it may have died just now
	<-done
}

func (s *stage) startAll() {
	s.t.Helper()
	for i := range s.replicas {
		s.start(i)
	}
	s.waitReady()
}

func (s *stage) waitReady() {
	s.t.Helper()
	for i, r := range s.replicas {
		s.eventually(2*time.Minute, func() string {
			res, err := http.Get("http://" + r.addr + "/readyz")
			if err != nil {
				return err.Error()
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != http.StatusOK {
				return string(body)
			}
			return ""
		}, "replica %d gets ready", i)
	}
}

func (s *stage) close() {
	for i, r := range s.replicas {
		s.signal(i, syscall.SIGKILL)
		r.proxy.CloseClientConnections()
		r.proxy.Close()
		if s.t.Failed() && r.log != nil {
			log := r.log.String()
			s.t.Logf("replica %d, last log lines:\n%s", i, log[max(0, len(log)-6000):])
		}
	}
	s.front.CloseClientConnections()
	s.front.Close()
	if s.db != nil {
		require.NoError(s.t, s.db.Close())
	}
}

// balance passes a callback to the first replica that takes it.
func (s *stage) balance(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	status, answer := http.StatusBadGateway, []byte(nil)
	start := len(body)
	for i := range s.replicas {
		to := s.replicas[(start+i)%len(s.replicas)]
		req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+to.addr+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			continue
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			continue
		}
		if status, answer = res.StatusCode, text; status < http.StatusInternalServerError {
			break
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// toWeCom is a replica's line to WeCom.
func (s *stage) toWeCom(i int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The simulator acts even if the caller is killed meanwhile.
		r = r.WithContext(context.WithoutCancel(r.Context()))
		record := httptest.NewRecorder()
		dropped := func() (dropped bool) {
			defer func() {
				if e := recover(); e != nil {
					dropped = true
				}
			}()
			s.wecom.Sim.Handler().ServeHTTP(record, r)
			return false
		}()
		if f := s.answered.Load(); f != nil {
			(*f)(i, r.URL.Path)
		}
		if dropped {
			panic(http.ErrAbortHandler)
		}
		for k, v := range record.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(record.Code)
		_, _ = w.Write(record.Body.Bytes())
	})
}

// api calls the JSON API of a replica that answers.
func (s *stage) api(method, path string, body, out any) {
	s.t.Helper()
	var last string
	s.eventually(time.Minute, func() string {
		doc, err := json.Marshal(body)
		require.NoError(s.t, err)
		for _, r := range s.replicas {
			req, err := http.NewRequest(method, "http://"+r.addr+"/api/v1"+path, bytes.NewReader(doc))
			require.NoError(s.t, err)
			req.Header.Set("Authorization", "Bearer "+s.token)
			if body != nil {
				req.Header.Set("Content-Type", "application/json")
			} else {
				req.Body, req.ContentLength = http.NoBody, 0
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				last = err.Error()
				continue
			}
			answer, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode >= 500 {
				last = string(answer)
				continue
			}
			require.Less(s.t, res.StatusCode, 300, "%s %s: %s", method, path, answer)
			if out != nil {
				require.NoError(s.t, json.Unmarshal(answer, out), "%s", answer)
			}
			return ""
		}
		return last
	}, "%s %s", method, path)
}

// eventually waits for what to answer that nothing is missing any more.
func (s *stage) eventually(limit time.Duration, what func() (missing string), format string, args ...any) {
	s.t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		missing := what()
		if missing == "" {
			return
		}
		select {
		case <-deadline:
			require.Fail(s.t, fmt.Sprintf(format, args...), "after %s: %s", limit, missing)
		case <-tick.C:
		}
	}
}

// publish creates and publishes a programme and returns its id.
func (s *stage) publish(name, definition string) int64 {
	s.t.Helper()
	var created struct {
		ID int64 `json:"id"`
	}
	s.api(http.MethodPost, "/sops", map[string]any{"name": name, "definition": json.RawMessage(definition)}, &created)
	s.api(http.MethodPost, fmt.Sprintf("/sops/%d/publish", created.ID), nil, nil)
	return created.ID
}

// unlimited lifts the caps, for programmes that send several times a day.
func (s *stage) unlimited() {
	s.t.Helper()
	s.api(http.MethodPut, "/limits", map[string]any{"valid_from": "2000-01-01", "quota_mode": "none"}, nil)
}

// touchRow is a line of the touch log.
type touchRow struct {
	ID             int64  `json:"id"`
	State          string `json:"state"`
	Reason         string `json:"reason"`
	Channel        string `json:"channel"`
	StepKey        string `json:"step_key"`
	ExternalUserID string `json:"external_userid"`
}

// touches reads the whole touch log of a programme.
func (s *stage) touches(query string) []touchRow {
	s.t.Helper()
	var all []touchRow
	for cursor := ""; ; {
		var page struct {
			Items      []touchRow `json:"items"`
			NextCursor string     `json:"next_cursor"`
		}
		s.api(http.MethodGet, "/touches?limit=200&"+query+cursor, nil, &page)
		all = append(all, page.Items...)
		if page.NextCursor == "" {
			return all
		}
		cursor = "&cursor=" + page.NextCursor
	}
}
