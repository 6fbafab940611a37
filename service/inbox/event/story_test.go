package event_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"sixtouch/handler"
	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/inbox"
	"sixtouch/service/inbox/event"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"
)

const (
	callbackToken = "tok3n"
	callbackKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// listen serves our callbacks over HTTP, has the simulator send to them, and runs
// the inbox with two workers, as two replicas would.
func (w *world) listen() <-chan inbox.Outcome {
	w.t.Helper()
	gin.SetMode(gin.TestMode)
	receiver, err := wecom.NewReceiver(sim.DefaultCorpID, callbackToken, callbackKey)
	require.NoError(w.t, err)
	engine := gin.New()
	log := slog.New(slog.DiscardHandler)
	all := make(chan inbox.Outcome, 1000)
	var workers []*inbox.Worker
	for range 2 {
		worker, err := inbox.NewWorker(w.db, event.All(w.deps), inbox.WorkerOptions{})
		require.NoError(w.t, err)
		done := worker.Processed.Listen()
		stopped := make(chan struct{})
		go func() {
			for {
				select {
				case o := <-done:
					all <- o
				case <-stopped:
					return
				}
			}
		}()
		require.NoError(w.t, worker.Start(w.t.Context()))
		w.t.Cleanup(func() { worker.Stop(); close(stopped) })
		workers = append(workers, worker)
	}
	intake := inbox.New(w.db, log, nil, workers[0].Wake, workers[1].Wake)
	require.NoError(w.t, intake.Start(w.t.Context()))
	w.t.Cleanup(intake.Stop)
	handler.RegisterCallbacks(engine, map[string]*wecom.Receiver{"contact": receiver}, intake.Accept, log, nil)
	server := httptest.NewServer(engine)
	w.t.Cleanup(server.Close)
	w.wecom.Sim.SetCallbacks(sim.Callbacks{Contact: sim.Receiver{URL: server.URL + "/callback/contact", Token: callbackToken, AESKey: callbackKey}})
	return all
}

// await waits until so many events were processed to the end.
func (w *world) await(outcomes <-chan inbox.Outcome, n int) {
	w.t.Helper()
	deadline := time.After(30 * time.Second)
	for n > 0 {
		select {
		case o := <-outcomes:
			if o.State == model.InboxDone {
				n--
			}
		case <-deadline:
			w.t.Fatalf("%d events are still to be processed", n)
		}
	}
}

// Duplicated three times, delayed and reordered callbacks make one row, one
// contact, one activity and one welcome each.
func TestStory_customersAddARepThroughRealCallbacks(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		const customers = 60
		w := newWorld(t, db, clock)
		outcomes := w.listen()
		w.wecom.Fault(sim.Fault{Path: "callback", N: customers, Duplicate: 3})
		items := make([]map[string]any, 0, customers)
		for i := range customers {
			items = append(items, map[string]any{
				"userid": "lin.qiao", "external_userid": fmt.Sprintf("wm%030d", i), "name": fmt.Sprint("客户", i), "tags": []string{w.ids["{tag}"]},
			})
		}
		w.wecom.Post("/sim/follows", map[string]any{"items": items}, nil)
		w.await(outcomes, customers)

		counts := map[string]int64{}
		for _, table := range []string{"inbox_items", "contacts", "relationships", "relationship_tags", "dispatches", "touches"} {
			var n int64
			require.NoError(t, db.Conn(t.Context()).Table(table).Count(&n).Error)
			counts[table] = n
		}
		require.Equal(t, map[string]int64{
			"inbox_items": customers, "contacts": customers, "relationships": customers,
			"relationship_tags": customers, "dispatches": customers, "touches": customers,
		}, counts)
		greeted := map[string]int{}
		for _, e := range w.wecom.Ledger() {
			require.Equal(t, "welcome", e.Kind)
			require.True(t, strings.HasSuffix(e.Text, "你好，我是林乔"), e.Text)
			greeted[e.ExternalUserID]++
		}
		require.Len(t, greeted, customers)
		for id, n := range greeted {
			require.Equal(t, 1, n, id)
		}
		var added int64
		require.NoError(t, db.Conn(t.Context()).Model(&model.Activity{}).Where("kind = ?", model.ActivityContactAdded).Count(&added).Error)
		require.EqualValues(t, customers, added)

		clock.Advance(time.Minute)
		w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": items[0]["external_userid"], "by": "customer"}, nil)
		w.await(outcomes, 1)
		var lost int64
		require.NoError(t, db.Conn(t.Context()).Model(&model.Relationship{}).Where("state = ?", model.RelationshipLost).Count(&lost).Error)
		require.EqualValues(t, 1, lost)
	})
}
