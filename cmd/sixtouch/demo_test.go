package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// output collects what a command prints, and tells when something came.
type output struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	news chan struct{}
}

func newOutput() *output { return &output{news: make(chan struct{}, 1)} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.news <- struct{}{}:
	default:
	}
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// playedDemo is a demo that runs inside the test.
type playedDemo struct {
	t      *testing.T
	out    *output
	base   string // http://127.0.0.1:port
	enter  string // the link that signs in
	stop   context.CancelFunc
	ended  chan int
	client *http.Client
}

// startDemo starts a demo and waits for its greeting. Its tests do not run in
// parallel: the SDK's HTTP client is one for the whole process.
func startDemo(t *testing.T, folder string) *playedDemo {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	d := &playedDemo{t: t, out: newOutput(), stop: stop, ended: make(chan int, 1)}
	args := []string{"demo", "--addr", "127.0.0.1:0", "--data", folder}
	go func() {
		d.ended <- execute(ctx, env{Out: d.out, Err: d.out, Clock: model.SystemClock{}, Now: time.Now}, args)
	}()
	t.Cleanup(func() { d.end() })
	link := regexp.MustCompile(`http://\S+/enter/\S+`)
	for d.enter == "" {
		select {
		case <-d.out.news:
			d.enter = link.FindString(d.out.String())
		case code := <-d.ended:
			d.ended <- code
			require.Failf(t, "the demo did not come up", "exit code %d: %s", code, d.out)
		case <-time.After(3 * time.Minute): // seeding, under the race detector, on a busy machine
			require.Failf(t, "the demo did not come up", "in three minutes: %s", d.out)
		}
	}
	d.base, _, _ = strings.Cut(d.enter, "/enter/")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	d.client = &http.Client{Jar: jar, Timeout: 10 * time.Second}
	t.Cleanup(d.client.CloseIdleConnections)
	return d
}

// end asks the demo to stop and waits for its exit code.
func (d *playedDemo) end() int {
	d.stop()
	select {
	case code := <-d.ended:
		d.ended <- code
		return code
	case <-time.After(shutdownBudget):
		require.Fail(d.t, "the demo did not stop")
		return -1
	}
}

// open reads a page.
func (d *playedDemo) open(path string) (int, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.base+path, nil)
	require.NoError(d.t, err)
	r.Header.Set("Accept", "text/html")
	return d.read(d.client.Do(r))
}

// play does something on the console.
func (d *playedDemo) play(path, body string) {
	d.t.Helper()
	code, answer := d.read(d.client.Post(d.base+"/api/demo"+path, "application/json", strings.NewReader(body)))
	require.Less(d.t, code, 300, answer)
}

func (d *playedDemo) read(res *http.Response, err error) (int, string) {
	d.t.Helper()
	require.NoError(d.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(d.t, err)
	return res.StatusCode, string(body)
}

// shows waits until a page shows all of the words.
func (d *playedDemo) shows(path string, words ...string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		_, body := d.open(path)
		for _, w := range words {
			if !strings.Contains(body, w) {
				return false
			}
		}
		return true
	}, 30*time.Second, 50*time.Millisecond, "%s does not show %q", path, words)
}

// seedOnce makes a folder with a demo in it, once for all tests. A plain build does
// it, as a user's: under the race detector it takes minutes.
var seedOnce = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "demo")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "sixtouch")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the demo: %w: %s", err, out)
	}
	out := newOutput()
	cmd := exec.Command(binary, "demo", "--addr", "127.0.0.1:0", "--data", filepath.Join(folder, "data"))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start the demo: %w", err)
	}
	for !strings.Contains(out.String(), "/enter/") {
		select {
		case <-out.news:
		case <-time.After(3 * time.Minute):
			return "", errors.Join(fmt.Errorf("the demo did not come up in three minutes: %s", out), cmd.Process.Kill())
		}
	}
	return filepath.Join(folder, "data"), errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait(), os.Remove(binary))
})

// seededFolder is a copy of it, for one test.
func seededFolder(t *testing.T) string {
	t.Helper()
	seeded, err := seedOnce()
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "demo")
	require.NoError(t, os.CopyFS(folder, os.DirFS(seeded)))
	return folder
}

func TestDemo_tellsAWeekInAMinute(t *testing.T) {
	if modeltest.SQLiteIsSlow() {
		t.Skip("make test plays it without the race detector")
	}
	d := startDemo(t, seededFolder(t))
	code, _ := d.open("/api/v1/contacts")
	require.Equal(t, http.StatusUnauthorized, code, "without signing in nobody sees anything")

	d.takesNothingFromOtherSites()

	code, _ = d.open(strings.TrimPrefix(d.enter, d.base))
	require.Equal(t, http.StatusOK, code)
	d.shows("/api/v1/contacts?limit=1", `"id":2000`)
	d.shows("/api/v1/syncs/last", "complete")
	d.shows("/api/v1/sops", "新好友 7 天")

	const phone = "/api/demo/phones?members=ZhouYu"
	d.play("/clock", `{"to":"morning"}`) // so that an hour later is the same day, whenever this runs
	d.play("/follows", `{"userid":"ZhouYu"}`)
	d.play("/clock", `{"to":"hour"}`) // at once: the welcome must not miss its 20 s for that
	d.shows("/api/demo/ledger?kinds=welcome", "好，我是周瑜")
	for _, step := range []string{"入门指南", "同行案例"} {
		d.play("/clock", `{"to":"morning"}`)
		d.shows(phone, `"status":"pending"`)
		d.play("/confirm", `{"all":true}`)
		d.shows("/api/v1/touches?contact_id=2001&state=delivered", step)
	}
	d.play("/clock", `{"to":"morning"}`)
	d.shows(phone, "第三天回访", "客户积极", `"open":true`)
	_, shown := d.open(phone)
	card := regexp.MustCompile(`"task_id":"([^"]+)"`).FindStringSubmatch(shown)
	require.NotEmpty(t, card)
	d.play("/clicks", `{"userid":"ZhouYu","task_id":"`+card[1]+`","key":"positive"}`)
	d.shows("/api/v1/touches", "第三天回访", "positive")
	d.shows(phone, `"open":false`)
	for range 4 {
		d.play("/clock", `{"to":"morning"}`)
		d.shows("/api/demo/clock", `"busy":0`)
	}
	d.shows("/api/v1/touches", "标记首周完成", "done", `"reason":"filter"`)
	d.shows("/api/v1/contacts", "首周已跟进")
}

func TestDemo_keepsItsDataOverARestart(t *testing.T) {
	folder := seededFolder(t)
	first := startDemo(t, folder)
	first.open(strings.TrimPrefix(first.enter, first.base))
	first.play("/clock", `{"to":"morning"}`)
	_, clock := first.open("/api/demo/clock")
	tomorrow := regexp.MustCompile(`"now":"\d{4}-\d\d-\d\dT09`).FindString(clock)
	require.NotEmpty(t, tomorrow, clock)
	first.play("/follows", `{"userid":"BaiLu"}`)
	first.shows("/api/v1/contacts?limit=1", `"id":2001`)
	require.Zero(t, first.end())
	_, err := net.DialTimeout("tcp", strings.TrimPrefix(first.base, "http://"), time.Second)
	require.Error(t, err, "the port is free again")

	again := startDemo(t, folder)
	require.Equal(t, first.enter[strings.Index(first.enter, "/enter/"):], again.enter[strings.Index(again.enter, "/enter/"):])
	require.NotContains(t, again.out.String(), "Preparing")
	again.open(strings.TrimPrefix(again.enter, again.base))
	again.shows("/api/v1/contacts?limit=1", `"id":2001`)
	again.shows("/api/demo/clock", tomorrow)
	require.Zero(t, again.end())
}

func TestDemo_makesAnewWhatWasCutShortOrIsToStartOver(t *testing.T) {
	t.Parallel()
	folder, err := openDemoFolder(t.TempDir(), false)
	require.NoError(t, err)
	for _, name := range []string{demoDBFile, demoSimFile} {
		require.NoError(t, os.WriteFile(folder.file(name), []byte("half"), 0o600))
	}
	require.NoError(t, os.WriteFile(folder.file("notes.txt"), nil, 0o600))
	again, err := openDemoFolder(folder.path, false)
	require.NoError(t, err)
	require.Equal(t, folder.demoKeys, again.demoKeys)
	require.NoFileExists(t, folder.file(demoDBFile))
	require.NoFileExists(t, folder.file(demoSimFile))
	require.FileExists(t, folder.file("notes.txt"), "only the demo's own files are removed")

	require.NoError(t, again.setSeeded())
	require.NoError(t, os.WriteFile(folder.file(demoDBFile), []byte("whole"), 0o600))
	_, err = openDemoFolder(folder.path, false)
	require.NoError(t, err)
	require.FileExists(t, folder.file(demoDBFile))
	_, err = openDemoFolder(folder.path, true)
	require.NoError(t, err)
	require.NoFileExists(t, folder.file(demoDBFile))
}

func TestDemo_saysWhatToDoAboutABusyPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	folder, out := filepath.Join(t.TempDir(), "demo"), newOutput()
	code := execute(t.Context(), env{Out: out, Err: out, Clock: model.SystemClock{}, Now: time.Now},
		[]string{"demo", "--addr", l.Addr().String(), "--data", folder, "--fresh"})
	require.Equal(t, 1, code)
	require.Contains(t, out.String(), l.Addr().String()+" is in use")
	require.Contains(t, out.String(), "--addr")
	require.NoDirExists(t, folder, "another demo's data are left alone")
}

// takesNothingFromOtherSites: a page elsewhere must not be able to make the
// browser of whoever runs a demo play its people.
func (d *playedDemo) takesNothingFromOtherSites() {
	d.t.Helper()
	for want, header := range map[int]http.Header{
		http.StatusForbidden: {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		http.StatusOK:        {},
	} {
		r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.base+"/sim/clock", strings.NewReader(`{"advance":"1m"}`))
		require.NoError(d.t, err)
		r.Header = header
		code, body := d.read(d.client.Do(r))
		require.Equal(d.t, want, code, body)
	}
}

func TestCast_isPlausibleAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	var people cast
	companies, reps := map[string]bool{}, map[string]bool{}
	for n := range demoCompanies {
		companies[people.company(n)] = true
	}
	require.Len(t, companies, demoCompanies)
	for _, r := range people.reps() {
		reps[r.UserID] = true
		require.NotEmpty(t, r.Name)
	}
	require.Len(t, reps, 20)
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	tags := map[string]string{}
	for _, g := range people.tagGroups() {
		for _, name := range g.Tags {
			tags[g.Group+name] = g.Group + name
		}
	}
	list := people.follows(tags, now)
	customers := map[string]bool{}
	for _, f := range list {
		customers[f.ExternalUserID] = true
		require.Len(t, f.ExternalUserID, 32)
		require.NotContains(t, f.Tags, "", "a tag that is in no group")
		require.Less(t, f.CreateTime, now.Unix())
		require.Greater(t, f.CreateTime, now.Add(-demoAge-2*time.Hour).Unix())
	}
	require.Len(t, customers, demoContacts)
	require.Greater(t, len(list), demoContacts, "some know two reps")
	one, err := json.Marshal(list)
	require.NoError(t, err)
	two, err := json.Marshal(people.follows(tags, now))
	require.NoError(t, err)
	require.Equal(t, one, two)
}

// Two demos on one folder would work on each other's data.
func TestDemoFolder_belongsToOneDemoAtATime(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	lock, err := lockDemoFolder(path)
	require.NoError(t, err)
	_, err = lockDemoFolder(path)
	require.ErrorContains(t, err, "another demo is using the folder "+path)
	require.NoError(t, lock.Close())
	lock, err = lockDemoFolder(path)
	require.NoError(t, err)
	require.NoError(t, lock.Close())
}
