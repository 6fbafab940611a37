package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// faultCallback is the path of faults that hit callbacks instead of API calls.
const faultCallback = "callback"

// Fault makes the next N calls whose path begins with Path go wrong, after Skip
// that go well.
type Fault struct {
	Name    string            `json:"name,omitempty"` // by which it can be taken away
	Path    string            `json:"path"`
	N       int               `json:"n"`
	Skip    int               `json:"skip,omitempty"`
	Match   map[string]string `json:"match,omitempty"` // only calls with these values
	Delay   string            `json:"delay,omitempty"` // real time, before anything else
	Drop    bool              `json:"drop,omitempty"`  // no effect, no answer
	Errcode int               `json:"errcode,omitempty"`
	Status  int               `json:"status,omitempty"`
	// AcceptThenTimeout does what is asked and drops the connection.
	AcceptThenTimeout bool `json:"accept_then_timeout,omitempty"`
	Duplicate         int  `json:"duplicate,omitempty"` // callbacks: deliver so many
	Reorder           bool `json:"reorder,omitempty"`   // callbacks: let the next one go first

	delay time.Duration
}

func (f *Fault) check() error {
	if f.N == 0 {
		f.N = 1
	}
	if f.N < 0 || f.Skip < 0 || f.Duplicate < 0 {
		return errors.New("n, skip and duplicate cannot be negative")
	}
	if f.Delay != "" {
		d, err := time.ParseDuration(f.Delay)
		if err != nil || d < 0 {
			return fmt.Errorf("delay %q is not a duration such as 15s", f.Delay)
		}
		f.delay = d
	}
	forCalls := f.Errcode != 0 || f.Status != 0 || f.AcceptThenTimeout
	forCallbacks := f.Duplicate != 0 || f.Reorder
	switch {
	case f.Path == faultCallback && forCalls:
		return errors.New("a callback fault is one of duplicate, delay, reorder, drop")
	case f.Path == faultCallback:
	case !strings.HasPrefix(f.Path, "/cgi-bin/"):
		return errors.New(`path is "callback" or begins with /cgi-bin/`)
	case forCallbacks:
		return errors.New("duplicate and reorder are for callbacks")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status %d is not an HTTP status", f.Status)
	}
	if !forCalls && !forCallbacks && f.delay == 0 && !f.Drop {
		return errors.New("the fault does nothing")
	}
	return nil
}

// takeFault returns what goes wrong with this call or callback and uses it up.
// It needs s.mu.
func (s *Sim) takeFault(path string, matches func(key, want string) bool) Fault {
	for i, f := range s.faults {
		if !strings.HasPrefix(path, f.Path) || !f.matches(matches) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.N--
		taken := *f
		if f.N == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return taken
	}
	return Fault{}
}

func (f *Fault) matches(has func(key, want string) bool) bool {
	for key, want := range f.Match {
		if !has(key, want) {
			return false
		}
	}
	return true
}

// memberKeys are the names under which requests carry a member.
func memberKeys(key string) []string {
	if key == "userid" {
		return []string{"userid", "sender", "touser", "userid_list", "userids"}
	}
	return []string{key}
}

// requestHas tells whether a request carries the value under the key, in its
// query or at the top of its body, alone or in a list.
func requestHas(query url.Values, body []byte) func(key, want string) bool {
	var top map[string]any
	parsed := false
	return func(key, want string) bool {
		if !parsed {
			parsed = true
			if json.Unmarshal(body, &top) != nil {
				top = nil
			}
		}
		for _, k := range memberKeys(key) {
			if slices.Contains(query[k], want) || contains(top[k], want) {
				return true
			}
		}
		return false
	}
}

func contains(v any, want string) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return slices.Contains(strings.Split(v, "|"), want)
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return contains(e, want) })
	}
	return fmt.Sprint(v) == want
}

// eventHas tells whether an event carries the value under the key, however its
// name is written: userid and UserID, change_type and ChangeType.
func eventHas(event []field, key, want string) bool {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }
	for _, f := range event {
		if plain(f.name) == plain(key) && f.value == want {
			return true
		}
	}
	return false
}
