package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// newMux joins WeCom's API and the control API.
func (s *Sim) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/cgi-bin/", s.serveAPI)
	for pattern, h := range map[string]http.HandlerFunc{
		"POST /sim/members":           control(s, s.addMembers),
		"DELETE /sim/members":         control(s, s.removeMember),
		"POST /sim/members/remove":    control(s, s.removeMember),
		"GET /sim/members":            view(s, s.listMembers),
		"POST /sim/departments":       control(s, s.addDepartment),
		"POST /sim/customers":         control(s, s.addCustomers),
		"GET /sim/customers":          view(s, s.listCustomers),
		"POST /sim/tags":              control(s, s.addConsoleTags),
		"POST /sim/tags/remove":       control(s, s.removeConsoleTags),
		"POST /sim/tag":               control(s, s.tagByMember),
		"POST /sim/follows":           control(s, s.follow),
		"POST /sim/unfollows":         control(s, s.unfollow),
		"POST /sim/transfers":         control(s, s.finishTransfers),
		"POST /sim/groupchats":        control(s, s.addGroupChat),
		"POST /sim/groupchats/change": control(s, s.changeGroupChat),
		"POST /sim/messages":          control(s, s.chat),
		"POST /sim/groupmsgs":         control(s, s.personalMass),
		"POST /sim/clicks":            control(s, s.click),
		"POST /sim/reactions":         control(s, s.react),
		"POST /sim/codes":             control(s, s.issueCode),
		"GET /sim/tasks":              view(s, s.listTasks),
		"POST /sim/confirm":           control(s, s.confirm),
		"POST /sim/faults":            control(s, s.addFault),
		"GET /sim/faults":             view(s, s.listFaults),
		"DELETE /sim/faults":          view(s, s.clearFaults),
		"POST /sim/rules":             control(s, s.changeRules),
		"GET /sim/rules":              view(s, func(url.Values) (any, error) { return s.rules, nil }),
		"DELETE /sim/tokens":          view(s, s.dropTokens),
		"GET /sim/ledger":             view(s, s.listLedger),
		"GET /sim/calls":              view(s, s.listCalls),
		"DELETE /sim/calls":           view(s, s.resetCalls),
		"GET /sim/state":              view(s, s.summary),
		"GET /sim/clock":              http.HandlerFunc(s.showClock),
		"POST /sim/clock":             http.HandlerFunc(s.moveClock),
		"POST /sim/callbacks/send":    control(s, s.sendCallback),
		"POST /sim/callbacks/verify":  http.HandlerFunc(s.verifyCallback),
		"GET /sim/wait":               http.HandlerFunc(s.wait),
		"GET /sim/people":             view(s, s.listPeople),
		"GET /sim/phones":             view(s, s.showPhones),
		"GET /sim/ledger/newest":      view(s, s.newestEntries),
		"GET /sim/tags":               view(s, s.listTags),
		"POST /sim/jssdk/check":       control(s, s.checkSignature),
		"POST /sim/jssdk/send":        control(s, s.sendFromSidebar),
	} {
		mux.Handle(pattern, h)
	}
	mux.HandleFunc("GET /sim/wwlogin/sso/login", s.serveSignIn("scan"))
	mux.HandleFunc("GET /sim/connect/oauth2/authorize", s.serveSignIn("open"))
	mux.HandleFunc("GET /sim/signin", s.confirmSignIn)
	mux.HandleFunc("/sim/", func(w http.ResponseWriter, r *http.Request) {
		refuseControl(w, http.StatusNotFound, fmt.Errorf("no control call %s %s", r.Method, r.URL.Path))
	})
	return mux
}

func refuseControl(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// readStrict decodes a control request and takes no field it does not know.
func readStrict(w http.ResponseWriter, r *http.Request, v any) error {
	return decodeStrict(http.MaxBytesReader(w, r.Body, maxBody), v)
}

func decodeStrict(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("read request: more than one JSON value")
	}
	return nil
}

// control serves a call that changes the corp, under the simulator's lock.
func control[Q any](s *Sim, serve func(Q, time.Time) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		if err := readStrict(w, r, &q); err != nil {
			refuseControl(w, http.StatusBadRequest, err)
			return
		}
		s.mu.Lock()
		now := s.clock.Now()
		s.settle(now)
		reply, err := serve(q, now)
		s.saver.changed()
		if err == nil {
			s.tell()
		}
		s.mu.Unlock()
		if err != nil {
			refuseControl(w, http.StatusBadRequest, err)
			return
		}
		writeJSON(w, http.StatusOK, reply)
	}
}

// view serves a call without a body, under the simulator's lock. What it returns
// must not change afterwards.
func view(s *Sim, serve func(url.Values) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.settle(s.clock.Now())
		reply, err := serve(r.URL.Query())
		s.mu.Unlock()
		if err != nil {
			refuseControl(w, http.StatusBadRequest, err)
			return
		}
		writeJSON(w, http.StatusOK, reply)
	}
}

// number reads an integer from the query, or returns usual when it is absent.
func number(q url.Values, key string, usual int) (int, error) {
	if !q.Has(key) {
		return usual, nil
	}
	n, err := strconv.Atoi(q.Get(key))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s %q is not a number", key, q.Get(key))
	}
	return n, nil
}

// pageOf cuts a page of a control list out of n rows: limit (default 100) from
// cursor, a plain position.
func pageOf(q url.Values, n int) (from, to int, next string, err error) {
	if from, err = number(q, "cursor", 0); err != nil {
		return 0, 0, "", err
	}
	limit, err := number(q, "limit", 100)
	if err != nil {
		return 0, 0, "", err
	}
	from = min(from, n)
	to = min(from+limit, n)
	if to < n {
		next = strconv.Itoa(to)
	}
	return from, to, next, nil
}

type clockReply struct {
	Now    time.Time `json:"now"`
	Offset int64     `json:"offset_seconds"`
}

func (s *Sim) showClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, clockReply{s.clock.Now(), int64(s.clock.Offset().Seconds())})
}

// moveClock runs outside the lock, which the clock itself takes when it moves.
func (s *Sim) moveClock(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Set     *time.Time `json:"set"`
		Advance string     `json:"advance"`
	}
	if err := readStrict(w, r, &q); err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	if (q.Set == nil) == (q.Advance == "") {
		refuseControl(w, http.StatusBadRequest, errors.New("give either set or advance"))
		return
	}
	if q.Set != nil {
		s.clock.Set(*q.Set)
	} else {
		d, err := time.ParseDuration(q.Advance)
		if err != nil {
			refuseControl(w, http.StatusBadRequest, fmt.Errorf("advance %q is not a duration such as 24h", q.Advance))
			return
		}
		s.clock.Advance(d)
	}
	s.showClock(w, r)
}

// changeRules takes any subset of the rules and leaves the others alone.
func (s *Sim) changeRules(subset json.RawMessage, _ time.Time) (any, error) {
	rules := s.rules
	rules.MiniPrograms = slices.Clone(rules.MiniPrograms) // decoding would write into it
	if err := decodeStrict(bytes.NewReader(subset), &rules); err != nil {
		return nil, err
	}
	rules = rules.withDefaults()
	if err := rules.validate(); err != nil {
		return nil, err
	}
	s.rules = rules
	return rules, nil
}

func (s *Sim) addFault(f Fault, _ time.Time) (any, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s.faults = append(s.faults, &f)
	return s.listFaults(nil)
}

func (s *Sim) listFaults(url.Values) (any, error) {
	left := []Fault{}
	for _, f := range s.faults {
		left = append(left, *f)
	}
	return object{"faults": left}, nil
}

// clearFaults takes away the faults of one name, or all.
func (s *Sim) clearFaults(q url.Values) (any, error) {
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return !q.Has("name") || f.Name == q.Get("name") })
	s.out.release()
	s.tell()
	return s.listFaults(nil)
}

// dropTokens makes every token invalid before its time, as WeCom may.
func (s *Sim) dropTokens(url.Values) (any, error) {
	n := len(s.st.Tokens)
	clear(s.st.Tokens)
	return object{"dropped": n}, nil
}

func (s *Sim) listCalls(url.Values) (any, error) {
	total := 0
	paths := make(map[string]pathCalls, len(s.calls))
	for path, p := range s.calls {
		total += p.Count
		codes := make(map[string]int, len(p.Errcodes))
		for code, n := range p.Errcodes {
			codes[code] = n
		}
		paths[path] = pathCalls{p.Count, codes}
	}
	return object{"total": total, "paths": paths, "callbacks": s.out.stats()}, nil
}

func (s *Sim) resetCalls(url.Values) (any, error) {
	clear(s.calls)
	s.out.resetStats()
	return s.listCalls(nil)
}

func (s *Sim) sendCallback(q struct {
	Receiver string `json:"receiver"`
	XML      string `json:"xml"`
}, _ time.Time,
) (any, error) {
	to, ok := s.callbacks.get(q.Receiver)
	if !ok || to.URL == "" {
		return nil, fmt.Errorf("receiver %q is not configured", q.Receiver)
	}
	s.post(q.Receiver, []byte(q.XML), func(string, string) bool { return false })
	return object{"sent": true}, nil
}

// verifyCallback runs outside the lock: it waits for the server's answer.
func (s *Sim) verifyCallback(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Receiver string `json:"receiver"`
	}
	if err := readStrict(w, r, &q); err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	if err := s.VerifyCallback(r.Context(), q.Receiver); err != nil {
		writeJSON(w, http.StatusOK, object{"ok": false, "error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, object{"ok": true})
}

// VerifyCallback asks the receiver ("contact", "app", "kf" or "sync") to prove,
// within a second, that it has the token and the key, as the admin console does
// before it saves a URL.
func (s *Sim) VerifyCallback(ctx context.Context, receiver string) error {
	s.mu.Lock()
	to, ok := s.callbacks.get(receiver)
	s.mu.Unlock()
	if !ok || to.URL == "" {
		return fmt.Errorf("receiver %q is not configured", receiver)
	}
	return s.out.verify(ctx, to)
}
