package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
	"sixtouch/service/sync"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

// wire notes the pages that are asked for; at the page numbered stopAt it calls
// stop and gives no answer.
type wire struct {
	mu     stdsync.Mutex
	pages  []string
	stopAt int
	stop   context.CancelFunc
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/batch/get_by_user") {
		return http.DefaultTransport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	w.pages = append(w.pages, string(body))
	if len(w.pages) == w.stopAt {
		w.stop()
	}
	w.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

type world struct {
	*simtest.World
	t        *testing.T
	db       *model.DB
	clock    *modeltest.Clock
	wire     *wire
	contacts *contact.Service
	syncer   *sync.Syncer
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock, rules sim.Rules) *world {
	t.Helper()
	w := &world{World: simtest.Start(t, sim.Options{Now: clock.Now, Rules: rules}), t: t, db: db, clock: clock, wire: &wire{}}
	transport := wecom.NewTransport(w.wire)
	log := slog.New(slog.DiscardHandler)
	client, err := wecom.New(wecom.Config{
		BaseURL: w.URL, CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Timeout: 5 * time.Second,
	}, wecom.Deps{Clock: clock, Logger: log, Transport: transport, Guard: func(ctx context.Context) error {
		if model.InTransaction(ctx) {
			return model.Conflict("a call inside a transaction")
		}
		return nil
	}})
	require.NoError(t, err)
	w.contacts = contact.New(db, activity.New(db).Record)
	w.syncer = sync.New(sync.Deps{DB: db, Client: client, Contacts: w.contacts, Logger: log})
	return w
}

// people makes reps, and contacts that are spread over them unevenly: the first
// rep has none, the second half of all.
func (w *world) people(reps, contacts int) {
	w.t.Helper()
	w.Post("/sim/members", map[string]any{"count": reps, "prefix": "rep"}, nil)
	items := make([]map[string]any, 0, contacts)
	for i := range contacts {
		rep := 2
		if i%2 == 1 {
			rep = 2 + i%(reps-1)
		}
		items = append(items, map[string]any{
			"userid": fmt.Sprint("rep", rep), "name": fmt.Sprint("客户", i), "silent": true,
			"createtime": w.clock.Now().Add(-24 * time.Hour).Unix(), "state": "ch_a",
		})
	}
	w.Post("/sim/follows", map[string]any{"items": items}, nil)
}

func (w *world) run() model.Sync {
	w.t.Helper()
	row, err := w.syncer.Run(w.t.Context())
	require.NoError(w.t, err)
	return row
}

func (w *world) count(table any, where ...any) int {
	w.t.Helper()
	var n int64
	q := w.db.Conn(w.t.Context()).Model(table)
	if len(where) > 0 {
		q = q.Where(where[0], where[1:]...)
	}
	require.NoError(w.t, q.Count(&n).Error)
	return int(n)
}

func TestRun_isCompleteAndSaysSo(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock, sim.Rules{})
		w.people(20, 3000)
		w.Post("/sim/tags", map[string]any{"group": "意向", "tags": []string{"高", "低"}, "silent": true}, nil)
		w.Post("/sim/departments", map[string]any{"id": 9, "name": "雅思组", "parentid": 1}, nil)
		w.Post("/sim/groupchats", map[string]any{"owner": "rep2", "name": "雅思群", "silent": true}, nil)
		due, err := w.syncer.Due(t.Context())
		require.NoError(t, err)
		require.True(t, due)

		row := w.run()
		require.Equal(t, model.SyncComplete, row.State)
		require.Equal(t, model.SyncCounts{
			Reps: 20, Tags: 2, Groups: 1, Expected: 3000, Stored: 3000, StartedUnheard: 3000,
		}, row.Counts.V)
		require.Equal(t, 3000, w.count(&model.Contact{}))
		require.Equal(t, 3000, w.count(&model.Relationship{}, "state = ? AND sync_id = ? AND channel_state = 'ch_a'", model.RelationshipActive, row.ID))
		require.Equal(t, 3000, w.count(&model.Activity{}, "kind = ? AND occurred_at = ?", model.ActivityContactAdded, clock.Now().Add(-24*time.Hour)))
		require.Equal(t, 20, w.count(&model.Rep{}, "can_follow = ? AND name <> ''", true))
		require.Equal(t, 2, w.count(&model.Department{}))
		require.Equal(t, 1, w.count(&model.CustomerGroup{}))
		require.Len(t, w.wire.pages, 30, "one call per 100 pairs, none per contact")

		due, err = w.syncer.Due(t.Context())
		require.NoError(t, err)
		require.False(t, due)
		last, err := w.syncer.Last(t.Context())
		require.NoError(t, err)
		require.Equal(t, row.ID, last.ID)
		require.NotNil(t, last.FinishedAt)

		clock.Advance(24 * time.Hour)
		row = w.run()
		require.Equal(t, model.SyncComplete, row.State)
		require.Zero(t, row.Counts.V.StartedUnheard)
		require.Equal(t, 3001, w.count(&model.Activity{}), "3000 customers and a group, each once")
	})
}

// Killed in the middle, another run goes on behind the last stored page.
func TestRun_goesOnAfterACrash(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock, sim.Rules{})
		w.people(250, 3000)
		ctx, kill := context.WithCancel(t.Context())
		w.wire.stop, w.wire.stopAt = kill, 17
		_, err := w.syncer.Run(ctx)
		require.ErrorIs(t, err, context.Canceled)
		due, err := w.syncer.Due(t.Context())
		require.NoError(t, err)
		require.True(t, due)
		half := w.count(&model.Relationship{})
		require.Less(t, half, 3000)

		row := w.run()
		require.Equal(t, model.SyncComplete, row.State)
		require.Equal(t, 3000, row.Counts.V.Stored)
		require.Equal(t, 3000, row.Counts.V.Expected)
		require.Equal(t, 3000, w.count(&model.Relationship{}))
		times := map[string]int{}
		for _, page := range w.wire.pages {
			times[page]++
		}
		for i, page := range w.wire.pages {
			if i != 16 && page != w.wire.pages[16] {
				require.Equal(t, 1, times[page], "page %d was read twice", i+1)
			}
		}
		require.LessOrEqual(t, times[w.wire.pages[16]], 2)
	})
}

func TestRun_shortPagesLoseNobody(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{MaxPage: 7})
	w.people(5, 100)
	row := w.run()
	require.Equal(t, model.SyncComplete, row.State)
	require.Equal(t, 100, row.Counts.V.Stored)
}

func TestRun_repThatCannotBeReadMakesItPartialAndIsNamed(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(10, 300)
	refuse := refusing{w.wire, "rep7"}
	w.useTransport(refuse)
	row := w.run()
	require.Equal(t, model.SyncPartial, row.State)
	require.Equal(t, []string{"rep7"}, row.Counts.V.UnreadReps)
	lost := w.count(&model.Relationship{})
	require.Less(t, lost, 300)
	require.Equal(t, lost, row.Counts.V.Stored)

	w.useTransport(w.wire)
	row = w.run()
	require.Equal(t, model.SyncComplete, row.State)
	require.Equal(t, 300, row.Counts.V.Stored)
}

// refusing lets every batch fail that names a member.
type refusing struct {
	next   http.RoundTripper
	member string
}

func (f refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/batch/get_by_user") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var q struct {
			UserIDs []string `json:"userid_list"`
		}
		if err := json.Unmarshal(body, &q); err != nil {
			return nil, err
		}
		for _, id := range q.UserIDs {
			if id == f.member {
				answer := `{"errcode":60111,"errmsg":"userid not found"}`
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(answer))}, nil
			}
		}
	}
	return f.next.RoundTrip(r)
}

func (w *world) useTransport(rt http.RoundTripper) {
	w.t.Helper()
	client, err := wecom.New(wecom.Config{
		BaseURL: w.URL, CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Timeout: 5 * time.Second,
	}, wecom.Deps{Clock: w.clock, Logger: slog.New(slog.DiscardHandler), Transport: wecom.NewTransport(rt)})
	require.NoError(w.t, err)
	w.syncer.Client = client
}

func TestRun_oldCursorStartsTheBatchAnew(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(5, 450)
	w.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/batch/get_by_user", N: 1, Skip: 2, Errcode: 50100})
	row := w.run()
	require.Equal(t, model.SyncComplete, row.State)
	require.Equal(t, 450, row.Counts.V.Stored)
}

func TestRun_limitEndsTheRunAndTheNextGoesOn(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(5, 450)
	w.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/batch/get_by_user", N: 1, Skip: 2, Errcode: 45009})
	_, err := w.syncer.Run(t.Context())
	var limited *wecom.Error
	require.True(t, errors.As(err, &limited))
	last, err := w.syncer.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, model.SyncRunning, last.State)
	require.Contains(t, last.LastError, "45009")
	clock.Advance(2 * time.Minute)
	row := w.run()
	require.Equal(t, model.SyncComplete, row.State)
	require.Empty(t, row.LastError)
}

// What ended without a callback is found, checked and ended; what lasts is not.
func TestRun_endsWhatWeComNoLongerLists(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock, sim.Rules{})
		w.people(3, 10)
		w.run()
		var gone model.Contact
		require.NoError(t, db.Conn(t.Context()).Joins("JOIN relationships r ON r.contact_id = contacts.id JOIN reps ON reps.id = r.rep_id AND reps.userid = 'rep2'").
			Take(&gone).Error)
		w.Post("/sim/unfollows", map[string]any{"userid": "rep2", "external_userid": gone.ExternalUserID, "by": "member"}, nil)
		clock.Advance(time.Hour)
		row := w.run()
		require.Equal(t, model.SyncComplete, row.State)
		require.Equal(t, 9, row.Counts.V.Expected)
		require.Equal(t, 1, row.Counts.V.EndedUnheard)
		require.Equal(t, 1, w.count(&model.Relationship{}, "contact_id = ? AND state = ?", gone.ID, model.RelationshipRemoved))
		require.Equal(t, 9, w.count(&model.Relationship{}, "state = ?", model.RelationshipActive))
		var a model.Activity
		require.NoError(t, db.Conn(t.Context()).Where("kind = ?", model.ActivityContactRemoved).Take(&a).Error)
		require.Equal(t, "sync", a.Data.V.Reason)
	})
}

func TestRun_halfAndLostRelationshipsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(2, 2)
	w.run()
	half := w.Follow("rep2", "半个", map[string]any{"half": true, "silent": true})
	_, err := w.contacts.Apply(t.Context(), contact.Facts{ExternalUserID: half, RepUserID: "rep2", State: model.RelationshipHalf, At: clock.Now()})
	require.NoError(t, err)
	var first model.Contact
	require.NoError(t, db.Conn(t.Context()).Order("id").Take(&first).Error)
	w.Post("/sim/unfollows", map[string]any{"userid": "rep2", "external_userid": first.ExternalUserID, "by": "customer"}, nil)
	_, err = w.contacts.Apply(t.Context(), contact.Facts{ExternalUserID: first.ExternalUserID, RepUserID: "rep2", State: model.RelationshipLost, At: clock.Now()})
	require.NoError(t, err)
	clock.Advance(time.Hour)
	w.run()
	require.Equal(t, 1, w.count(&model.Relationship{}, "state = ?", model.RelationshipHalf))
	require.Equal(t, 1, w.count(&model.Relationship{}, "state = ?", model.RelationshipLost))
}

func TestRun_oneReplicaAtATime(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock, sim.Rules{})
		w.people(3, 30)
		var second error
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w.wire.stopAt, w.wire.stop = 1, func() { _, second = w.syncer.Run(ctx) }
		row := w.run()
		require.ErrorIs(t, second, sync.ErrRunning)
		require.Equal(t, model.SyncComplete, row.State)
		require.Equal(t, 1, w.count(&model.Sync{}))
	})
}

// A runner that was paused past its lease stores nothing more.
func TestRun_pausedRunnerIsFenced(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(3, 30)
	var row model.Sync
	w.wire.stopAt, w.wire.stop = 1, func() {
		w.wire.mu.Unlock()
		defer w.wire.mu.Lock()
		clock.Advance(time.Hour)
		var err error
		row, err = w.syncer.Run(t.Context())
		require.NoError(t, err)
	}
	_, err := w.syncer.Run(t.Context())
	require.ErrorContains(t, err, "taken the synchronisation over")
	require.Equal(t, model.SyncComplete, row.State)
	last, err := w.syncer.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, model.SyncComplete, last.State)
	require.Equal(t, 30, last.Counts.V.Stored)
}

func TestRun_dismissedGroupsAreFound(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock, sim.Rules{})
	w.people(2, 1)
	var chat struct {
		ChatID string `json:"chat_id"`
	}
	for _, name := range []string{"一", "二"} {
		w.Post("/sim/groupchats", map[string]any{"owner": "rep2", "name": name, "silent": true}, &chat)
	}
	w.run()
	w.Post("/sim/groupchats/change", map[string]any{"chat_id": chat.ChatID, "dismiss": true}, nil)
	clock.Advance(time.Hour)
	row := w.run()
	require.Equal(t, 1, row.Counts.V.Groups)
	require.Equal(t, 1, w.count(&model.CustomerGroup{}, "dismissed_at IS NOT NULL"))
}
