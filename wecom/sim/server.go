package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is above the largest upload WeCom takes, so that its own limit speaks.
const maxBody = 32 << 20

// class is what an app needs to be allowed for a call.
type class int

const (
	anyone      class = iota // no token
	appCall                  // any app
	contactCall              // an app that may call customer contact
	syncCall                 // the contact-sync secret
)

// route is one API of WeCom.
type route struct {
	method    string
	class     class
	unlimited bool            // does not count toward the limits per API
	changes   bool            // people's phones can show it
	perMinute func(Rules) int // instead of the general limit
	serve     func(*call) (any, error)
}

// call is one request to the API. Its handler runs under the simulator's lock.
type call struct {
	*Sim
	path   string
	query  url.Values
	header http.Header
	body   []byte
	ip     string
	app    *App
	now    time.Time
}

// object is a reply without errcode and errmsg.
type object = map[string]any

// rawFile is a reply that is a file.
type rawFile struct {
	contentType string
	data        []byte
}

// refusal is WeCom's "no".
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }

func refuse(code int, text string, args ...any) error {
	return &refusal{code, fmt.Sprintf(text, args...)}
}

// pathCalls counts what became of the calls of one API.
type pathCalls struct {
	Count    int            `json:"count"`
	Errcodes map[string]int `json:"errcodes"`
}

func (s *Sim) count(path, outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.calls[path]
	if p == nil {
		p = &pathCalls{Errcodes: make(map[string]int)}
		s.calls[path] = p
	}
	p.Count++
	p.Errcodes[outcome]++
}

// serveAPI answers a WeCom path, faults first.
func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "request body unreadable or too large", http.StatusRequestEntityTooLarge)
		return
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	c := &call{Sim: s, path: r.URL.Path, query: r.URL.Query(), header: r.Header, body: body, ip: ip}
	f, crowded := s.enter(c)
	defer s.leave()
	if f.delay > 0 && !waitEither(r, s, f.delay) {
		f.Drop = true
	}
	switch {
	case f.Drop:
		s.count(c.path, "dropped")
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		s.count(c.path, "http "+strconv.Itoa(f.Status))
		http.Error(w, http.StatusText(f.Status), f.Status)
		return
	case f.Errcode != 0:
		s.answer(w, c, nil, refuse(f.Errcode, "injected fault"))
		return
	}
	rt, known := s.api[c.path]
	if !known {
		s.count(c.path, "http 404")
		http.NotFound(w, r)
		return
	}
	if crowded {
		s.answer(w, c, nil, refuse(45033, "api concurrent out of limit"))
		return
	}
	reply, err := c.do(rt, r.Method)
	if f.AcceptThenTimeout {
		s.count(c.path, "accepted then dropped")
		panic(http.ErrAbortHandler)
	}
	s.answer(w, c, reply, err)
}

// enter counts a call as under way and returns what goes wrong with it.
func (s *Sim) enter(c *call) (f Fault, crowded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay++
	return s.takeFault(c.path, requestHas(c.query, c.body)), s.rules.MaxConcurrent > 0 && s.underWay > s.rules.MaxConcurrent
}

func (s *Sim) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
}

// waitEither returns after d, or false as soon as the caller or the simulator
// gives up.
func waitEither(r *http.Request, s *Sim, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// do runs a call through WeCom's gate: method, token, permission, limits.
func (c *call) do(rt route, method string) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.clock.Now()
	c.settle(c.now)
	if rt.class != anyone {
		if err := c.authorise(rt.class); err != nil {
			return nil, err
		}
	}
	if method != rt.method {
		return nil, refuse(40063, "some parameters are empty: use %s", rt.method)
	}
	if !rt.unlimited {
		if err := c.limit(rt); err != nil {
			return nil, err
		}
	}
	reply, err := rt.serve(c)
	c.saver.changed()
	if rt.changes && err == nil {
		c.tell()
	}
	return reply, err
}

func (c *call) authorise(need class) error {
	value := c.query.Get("access_token")
	if value == "" {
		return refuse(41001, "access_token missing")
	}
	t, ok := c.st.Tokens[value]
	if !ok {
		return refuse(40014, "invalid access_token")
	}
	if t.Expires <= c.now.Unix() {
		return refuse(c.rules.ExpiredTokenCode, "access_token expired")
	}
	for i := range c.apps {
		if c.apps[i].AgentID == t.AgentID {
			c.app = &c.apps[i]
		}
	}
	switch {
	case c.app == nil:
		return refuse(40014, "invalid access_token")
	case need == contactCall && !c.app.Contact, need == syncCall && !c.app.ContactSync:
		return refuse(48002, "api forbidden for this app")
	}
	return nil
}

func (c *call) limit(rt route) error {
	perMinute := c.rules.CallsPerMinute
	if rt.perMinute != nil {
		perMinute = rt.perMinute(c.rules)
	}
	if !c.limits.allow("minute "+c.path, c.now, time.Minute, perMinute) ||
		!c.limits.allow("hour "+c.path, c.now, time.Hour, c.rules.CallsPerHour) {
		return refuse(45009, "reach max api minute or hour quota limit")
	}
	return nil
}

// answer writes the envelope that every JSON reply of WeCom has.
func (s *Sim) answer(w http.ResponseWriter, c *call, reply any, err error) {
	var no *refusal
	if err != nil && !errors.As(err, &no) {
		s.logger.Error("simulator failed", "path", c.path, "error", err)
		s.count(c.path, "http 500")
		http.Error(w, "simulator failed", http.StatusInternalServerError)
		return
	}
	if no != nil {
		s.count(c.path, strconv.Itoa(no.code))
		writeJSON(w, http.StatusOK, struct {
			Code int    `json:"errcode"`
			Text string `json:"errmsg"`
		}{no.code, fmt.Sprintf("%s, hint: [%d], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
			no.text, s.clock.Now().UnixNano(), c.ip, no.code)})
		return
	}
	s.count(c.path, "0")
	if file, ok := reply.(rawFile); ok {
		w.Header().Set("Content-Type", file.contentType)
		http.ServeContent(w, &http.Request{Method: http.MethodGet, Header: c.header}, "", time.Time{}, bytes.NewReader(file.data))
		return
	}
	writeJSON(w, http.StatusOK, withOK(reply))
}

func withOK(reply any) any {
	if o, ok := reply.(object); ok {
		o["errcode"], o["errmsg"] = 0, "ok"
		return o
	}
	return object{"errcode": 0, "errmsg": "ok"}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) //nolint:errcheck // the client has gone
}

// decode reads the body of a call. It takes what WeCom takes: unknown fields,
// empty objects and null lists.
func decode[T any](c *call) (T, error) {
	var v T
	if len(bytes.TrimSpace(c.body)) == 0 {
		return v, refuse(40063, "some parameters are empty")
	}
	if !c.rules.AllowEscapes && hasUnicodeEscape(c.body) {
		return v, refuse(40033, "invalid charset: \\uxxxx is not allowed")
	}
	err := json.Unmarshal(c.body, &v)
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mistyped):
		return v, refuse(40058, "invalid parameter: %s must not be %s", mistyped.Field, mistyped.Value)
	case err != nil || !utf8.Valid(c.body):
		return v, refuse(40058, "invalid Request Parameter. Warning: wrong json format.")
	}
	return v, nil
}

// hasUnicodeEscape looks for \u in JSON, not counting a backslash that is itself
// escaped.
func hasUnicodeEscape(body []byte) bool {
	for i := 0; i+1 < len(body); i++ {
		if body[i] == '\\' {
			if body[i+1] == 'u' {
				return true
			}
			i++
		}
	}
	return false
}

// flexInt is a number that may be written as a string, as agentid is by some.
type flexInt int

// UnmarshalJSON takes a number or a string of digits.
func (n *flexInt) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		return nil
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return &json.UnmarshalTypeError{Value: string(data)}
	}
	*n = flexInt(v)
	return nil
}

// limiter counts events in fixed windows of simulated time.
type limiter struct{ windows map[string]*window }

type window struct {
	index int64
	n     int
}

func newLimiter() *limiter { return &limiter{windows: make(map[string]*window)} }

// allow counts one event under key, unless limit have happened in this window. A
// negative limit is none.
func (l *limiter) allow(key string, now time.Time, length time.Duration, limit int) bool {
	w := l.windows[key]
	if w == nil {
		w = &window{}
		l.windows[key] = w
	}
	if i := now.Unix() / int64(length.Seconds()); i != w.index {
		w.index, w.n = i, 0
	}
	if limit >= 0 && w.n >= limit {
		return false
	}
	w.n++
	return true
}
