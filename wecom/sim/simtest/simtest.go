// Package simtest runs a simulated WeCom for a test and speaks its control
// API. It imports the simulator only.
package simtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/wecom/sim"
)

// World is a simulated corp behind a real HTTP server.
type World struct {
	t   testing.TB
	Sim *sim.Sim
	URL string
}

// Entry is what somebody has in fact received.
type Entry = sim.Entry

// Task is what a member is asked to do.
type Task struct {
	Kind            string   `json:"kind"`
	MsgID           string   `json:"msgid"`
	UserID          string   `json:"userid"`
	ExternalUserIDs []string `json:"external_userid"`
	Content         struct {
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	} `json:"content"`
}

// Start runs a simulator until the test ends. It runs on the given clock and
// knows a task's state at once (41063 is a test of its own).
func Start(t testing.TB, options sim.Options) *World {
	t.Helper()
	s, err := sim.New(options)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		require.NoError(t, s.Close())
	})
	return &World{t: t, Sim: s, URL: server.URL}
}

// Post calls a control path and reads the answer into out, if not nil.
func (w *World) Post(path string, body, out any) {
	w.t.Helper()
	doc, err := json.Marshal(body)
	require.NoError(w.t, err)
	w.do(http.MethodPost, path, doc, out)
}

// Get reads a control path.
func (w *World) Get(path string, out any) {
	w.t.Helper()
	w.do(http.MethodGet, path, nil, out)
}

func (w *World) do(method, path string, body []byte, out any) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, w.URL+path, bytes.NewReader(body))
	require.NoError(w.t, err)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(w.t, err)
	doc, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, res.Body.Close())
	require.Equal(w.t, http.StatusOK, res.StatusCode, "%s %s: %s", path, body, doc)
	if out != nil {
		require.NoError(w.t, json.Unmarshal(doc, out), "%s", doc)
	}
}

// Member makes a member who may have customers.
func (w *World) Member(userID, name string) {
	w.t.Helper()
	w.Post("/sim/members", map[string]any{"userid": userID, "name": name}, nil)
}

// Follow has a new customer add the member and returns the customer's id;
// extra adds to or overrides the request's fields.
func (w *World) Follow(userID, name string, extra map[string]any) string {
	w.t.Helper()
	body := map[string]any{"userid": userID, "name": name}
	for k, v := range extra {
		body[k] = v
	}
	var out struct {
		ExternalUserID string `json:"external_userid"`
	}
	w.Post("/sim/follows", body, &out)
	return out.ExternalUserID
}

// Confirm has members do what they are asked to; it returns the recipients by
// result status.
func (w *World) Confirm(body map[string]any) map[string]int {
	w.t.Helper()
	var out struct {
		Status map[string]int `json:"status"`
	}
	w.Post("/sim/confirm", body, &out)
	return out.Status
}

// Tasks lists what members are waiting to do; all members' for an empty id.
func (w *World) Tasks(userID string) []Task {
	w.t.Helper()
	var out struct {
		Tasks []Task `json:"tasks"`
	}
	w.Get("/sim/tasks?status=pending&userid="+url.QueryEscape(userID), &out)
	return out.Tasks
}

// Ledger lists everything that was received, in order.
func (w *World) Ledger() []Entry {
	w.t.Helper()
	var all []Entry
	for since := int64(0); ; {
		var out struct {
			Entries []Entry `json:"entries"`
		}
		w.Get("/sim/ledger?since="+strconv.FormatInt(since, 10), &out)
		if len(out.Entries) == 0 {
			return all
		}
		all = append(all, out.Entries...)
		since = out.Entries[len(out.Entries)-1].Seq
	}
}

// Fault makes the next calls fail.
func (w *World) Fault(f sim.Fault) {
	w.t.Helper()
	w.Post("/sim/faults", f, nil)
}

// ClearFaults forgets the faults that no call has met.
func (w *World) ClearFaults() {
	w.t.Helper()
	w.do(http.MethodDelete, "/sim/faults", nil, nil)
}

// Calls counts the API calls of a path such as
// "/cgi-bin/externalcontact/add_msg_template".
func (w *World) Calls(path string) int {
	w.t.Helper()
	var out struct {
		Paths map[string]struct {
			Count int `json:"count"`
		} `json:"paths"`
	}
	w.Get("/sim/calls", &out)
	return out.Paths[path].Count
}

// Advance moves the simulated clock.
func (w *World) Advance(d time.Duration) {
	w.t.Helper()
	w.Post("/sim/clock", map[string]any{"advance": d.String()}, nil)
}
