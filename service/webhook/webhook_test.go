package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/webhook"
)

// receiver is another system.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status []int // of the next answers; 200 when there are none
	got    []request
}

type request struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil {
			r.got = append(r.got, request{req.Header, body})
		}
		status := http.StatusOK
		if len(r.status) > 0 {
			status, r.status = r.status[0], r.status[1:]
		}
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// took returns what came since the last call.
func (r *receiver) took() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

type world struct {
	t     *testing.T
	db    *model.DB
	clock *modeltest.Clock
	*webhook.Service
	sender   *webhook.Sender
	pipeline *activity.Pipeline
	contact  model.Contact
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock}
	var err error
	w.Service, err = webhook.New(webhook.Deps{DB: db, Logger: slog.New(slog.DiscardHandler), SecretKey: "key", Private: true})
	require.NoError(t, err)
	w.sender = w.Sender()
	t.Cleanup(w.sender.Close)
	w.pipeline = activity.New(db, w.Reactor())
	live, score := int8(1), 63.35
	account := model.Account{Name: "华为", NameKey: "华为", LiveSlot: &live, CreditCode: "914403001922038216"}
	require.NoError(t, db.Conn(t.Context()).Create(&account).Error)
	w.contact = model.Contact{ExternalUserID: "wm1", Name: "陈一", AccountID: &account.ID, Score: &score}
	require.NoError(t, db.Conn(t.Context()).Create(&w.contact).Error)
	return w
}

func (w *world) enters(key, stage string) {
	w.t.Helper()
	a := model.Activity{
		DedupeKey: key, Kind: model.ActivityStageEntered, ContactID: w.contact.ID, OccurredAt: w.clock.Now(),
		Data: model.AsJSON(model.ActivityData{Stage: stage, From: "mil", Reason: "score"}),
	}
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context) error { return w.pipeline.Record(ctx, a) }))
}

// send sends until nothing is due.
func (w *world) send() {
	w.t.Helper()
	for {
		more, err := w.sender.Send(w.t.Context())
		require.NoError(w.t, err)
		if !more {
			return
		}
	}
}

func (w *world) deliveries(id int64, state model.DeliveryState) []model.WebhookDelivery {
	w.t.Helper()
	list, err := w.Deliveries(w.t.Context(), id, state, model.Page{})
	require.NoError(w.t, err)
	return list
}

func TestSign_agreesWithTheSpecificationsExample(t *testing.T) {
	t.Parallel()
	got, err := webhook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
}

func TestSend_tellsEachEndpointWhatItAskedFor(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w, crm, bi := newWorld(t, db, clock), newReceiver(t), newReceiver(t)
		_, secret, err := w.Create(t.Context(), crm.URL+"/hooks", []model.WebhookEvent{model.WebhookMQL}, "admin")
		require.NoError(t, err)
		_, _, err = w.Create(t.Context(), bi.URL, []model.WebhookEvent{model.WebhookStageEntered, model.WebhookTouch}, "admin")
		require.NoError(t, err)

		w.enters("a", "mil")
		w.enters("b", "mql")
		w.enters("b", "mql") // heard of twice
		w.send()
		got := crm.took()
		require.Len(t, got, 1)
		require.JSONEq(t, `{"type":"mql","timestamp":"2026-03-02T02:00:00Z","data":{"contact_id":1,"external_userid":"wm1","account_id":1,
			"account_name":"华为","account_credit_code":"914403001922038216","stage":"mql","from":"mil","reason":"score","score":63.35}}`, string(got[0].body))
		want, err := webhook.Sign(secret, got[0].header.Get("webhook-id"), clock.Now(), got[0].body)
		require.NoError(t, err)
		require.Equal(t, want, got[0].header.Get("webhook-signature"))
		require.NotContains(t, string(got[0].body), "陈一", "names stay here")
		require.Len(t, bi.took(), 2)

		now := clock.Now()
		touches := []model.Touch{
			{ContactID: w.contact.ID, Channel: "group_message", StepKey: "d1", State: model.TouchDelivered, FinalAt: &now},
			{ContactID: w.contact.ID, Channel: "group_message", StepKey: "d2", State: model.TouchPlanned},
			{ContactID: -7, Channel: "group_chat", StepKey: "d1", State: model.TouchDelivered, FinalAt: &now},
		}
		require.NoError(t, db.Conn(t.Context()).Create(&touches).Error)
		for range 2 {
			require.NoError(t, w.TouchesSettled(t.Context(), []int64{touches[0].ID, touches[1].ID, touches[2].ID}))
		}
		w.send()
		got = bi.took()
		require.Len(t, got, 1, "one touch is over; a group is nobody")
		var body struct {
			Type string
			Data struct {
				TouchID     int64 `json:"touch_id"`
				State       string
				AccountName string `json:"account_name"`
			}
		}
		require.NoError(t, json.Unmarshal(got[0].body, &body))
		require.Equal(t, "touch", body.Type)
		require.Equal(t, touches[0].ID, body.Data.TouchID)
		require.Equal(t, "华为", body.Data.AccountName)
		require.Empty(t, crm.took())
	})
}

func TestSend_triesAgainForADayAndThenLeavesItToAPerson(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w, crm := newWorld(t, db, clock), newReceiver(t)
		hook, _, err := w.Create(t.Context(), crm.URL, []model.WebhookEvent{model.WebhookMQL}, "admin")
		require.NoError(t, err)
		crm.answer(500, 302, 429)
		w.enters("a", "mql")
		ids := map[string]bool{}
		for range 4 {
			w.send()
			for _, r := range crm.took() {
				ids[r.header.Get("webhook-id")] = true
			}
			clock.Advance(10 * time.Minute)
		}
		require.Len(t, ids, 1, "a repeat has the same id")
		done := w.deliveries(hook.ID, model.DeliveryDelivered)
		require.Len(t, done, 1)
		require.Equal(t, 4, done[0].Attempts, "a redirection is not followed")

		w.enters("b", "mql")
		tries := 0
		for range 30 {
			crm.answer(503)
			w.send()
			tries += len(crm.took())
			clock.Advance(time.Hour)
		}
		parked := w.deliveries(hook.ID, model.DeliveryParked)
		require.Len(t, parked, 1)
		require.Equal(t, 503, parked[0].Answer)
		require.InDelta(t, 16, tries, 3)

		crm.answer()
		n, err := w.Redrive(t.Context(), hook.ID)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		w.send()
		require.Len(t, crm.took(), 1)

		crm.answer(http.StatusGone)
		w.enters("c", "mql")
		w.send()
		require.Len(t, w.deliveries(hook.ID, model.DeliveryParked), 1, "gone is gone")
	})
}

func TestSend_whatADeadReplicaHeldIsSentByAnother(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w, crm := newWorld(t, db, clock), newReceiver(t)
		hook, _, err := w.Create(t.Context(), crm.URL, []model.WebhookEvent{model.WebhookMQL}, "admin")
		require.NoError(t, err)
		w.enters("a", "mql")
		require.NoError(t, db.Conn(t.Context()).Model(&model.WebhookDelivery{}).Where("1 = 1").
			Updates(map[string]any{"state": model.DeliverySending, "lease_token": "dead", "next_at": clock.Now().Add(5 * time.Minute)}).Error)
		w.send()
		require.Empty(t, crm.took())
		clock.Advance(5 * time.Minute)
		w.send()
		require.Len(t, crm.took(), 1)

		_, err = w.Update(t.Context(), hook.ID, crm.URL, hook.Events.V, false)
		require.NoError(t, err)
		require.Equal(t, model.CodeConflict, model.CodeOf(w.Test(t.Context(), hook.ID)))
		_, err = w.Update(t.Context(), hook.ID, crm.URL, hook.Events.V, true)
		require.NoError(t, err)
		require.NoError(t, w.Test(t.Context(), hook.ID))
		w.send()
		require.Len(t, crm.took(), 1)

		clock.Advance(15 * 24 * time.Hour)
		require.NoError(t, w.Purge(t.Context(), 14*24*time.Hour))
		require.Empty(t, w.deliveries(hook.ID, ""))
		require.NoError(t, w.Delete(t.Context(), hook.ID))
		require.ErrorIs(t, w.Delete(t.Context(), hook.ID), model.ErrNotFound)
	})
}

func TestCreate_refusesAddressesThatLeadInside(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	s, err := webhook.New(webhook.Deps{DB: db, Logger: slog.New(slog.DiscardHandler), SecretKey: "key"})
	require.NoError(t, err)
	for _, url := range []string{"http://crm.example.com", "https://user:pass@crm.example.com", "/hooks", "ftp://crm.example.com", ""} {
		_, _, err := s.Create(t.Context(), url, webhook.Events(), "admin")
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), url)
	}
	_, _, err = s.Create(t.Context(), "https://crm.example.com", []model.WebhookEvent{"moon"}, "admin")
	require.ErrorContains(t, err, "events")

	// A name may lead inside without looking like it: what counts is the address.
	inside := httptest.NewTLSServer(http.NotFoundHandler())
	defer inside.Close()
	hook, _, err := s.Create(t.Context(), inside.URL, webhook.Events(), "admin")
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context(), hook.ID))
	sender := s.Sender()
	defer sender.Close()
	_, err = sender.Send(t.Context())
	require.NoError(t, err)
	list, err := s.Deliveries(t.Context(), hook.ID, model.DeliveryWaiting, model.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Contains(t, list[0].LastError, "private network")
	require.Equal(t, clock.Now().Add(5*time.Second), list[0].NextAt.UTC())
}
