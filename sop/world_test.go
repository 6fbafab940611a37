package sop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/calendar"
	"sixtouch/service/contact"
	"sixtouch/service/media"
	"sixtouch/sop"
	"sixtouch/sop/channel"
	"sixtouch/web"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

const addTemplate = "/cgi-bin/externalcontact/add_msg_template"

// world is an engine between a real database and a simulated WeCom, on one
// clock that the test moves.
type world struct {
	t          *testing.T
	ctx        context.Context
	db         *model.DB
	clock      *modeltest.Clock
	wecom      *simtest.World
	engine     *sop.Engine
	pipeline   *activity.Pipeline
	reps       map[string]int64
	marked     sync.Map // relationships; a transaction may say it again
	happenings int
	media      *media.Service
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(newWorld(t, db, clock)) })
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), db: db, clock: clock, reps: map[string]int64{}}
	w.wecom = w.startWeCom()
	w.engine = w.newEngine()
	w.limits(model.LimitRule{QuotaMode: model.QuotaNone}) // most tests are about something else
	w.pipeline = activity.New(db, contact.Holder{DB: db, For: 72 * time.Hour}, w.engine.Wishes(), w.engine.Enroller(), w.engine.Responses())
	return w
}

// startWeCom runs a simulator on the world's clock.
func (w *world) startWeCom() *simtest.World {
	w.t.Helper()
	// Interactive cards need a receiver; what it would get is another test's matter.
	callbacks := sim.Callbacks{App: sim.Receiver{URL: "http://127.0.0.1:1/", Token: "token", AESKey: strings.Repeat("a", 43)}}
	return simtest.Start(w.t, sim.Options{Now: w.clock.Now, Callbacks: callbacks, Rules: sim.Rules{DispatchPolls: -1}})
}

// newEngine is another replica on the same database and WeCom.
func (w *world) newEngine(tweaks ...func(*sop.Deps)) *sop.Engine {
	log := slog.New(slog.DiscardHandler)
	transport := wecom.NewTransport(nil)
	w.t.Cleanup(transport.CloseIdleConnections)
	client, err := wecom.New(wecom.Config{
		BaseURL: w.wecom.URL, CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Timeout: time.Second,
	}, wecom.Deps{Clock: w.clock, Logger: log, Transport: transport, Guard: func(ctx context.Context) error {
		if model.InTransaction(ctx) {
			return model.Conflict("a call inside a transaction")
		}
		return nil
	}})
	require.NoError(w.t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(w.t, err)
	w.media = media.New(w.db, client)
	days, err := calendar.New(w.db)
	require.NoError(w.t, err)
	texts, err := web.LoadCatalogue()
	require.NoError(w.t, err)
	deps := sop.Deps{
		DB: w.db, Calendar: days.Days, Logger: log, Channels: sop.NewChannels(channel.All(client, w.media, w.clock, texts.In(web.Chinese))...),
		CheckMedia: w.media.Check,
		Record:     func(ctx context.Context, a model.Activity) error { return w.pipeline.Record(ctx, a) },
		Config:     sop.Config{Zone: zone, PageSize: 100, Lease: time.Minute, Settle: time.Minute, Senders: 8, PromptEvery: 2 * time.Hour},
		TagsMarked: func(_ context.Context, relationship int64, _, _ []int64) error {
			w.marked.Store(relationship, true)
			return nil
		},
	}
	for _, tweak := range tweaks {
		tweak(&deps)
	}
	return sop.New(deps)
}

// limits sets what holds throughout.
func (w *world) limits(rule model.LimitRule) {
	w.t.Helper()
	rule.ValidFrom = "2000-01-01"
	require.NoError(w.t, w.engine.SetLimits(w.ctx, rule))
}

func (w *world) rep(userID string) {
	w.t.Helper()
	w.wecom.Member(userID, "销售"+userID)
	r := model.Rep{UserID: userID, Name: "销售" + userID, Status: 1, CanFollow: true, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&r).Error)
	w.reps[userID] = r.ID
}

// add has a new customer add the rep now and records it, as the inbox would.
func (w *world) add(userID, name, state string) (model.Contact, model.Relationship) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	c := model.Contact{
		ExternalUserID: w.wecom.Follow(userID, name, map[string]any{"silent": true, "state": state}),
		Name:           name, Type: 1, FirstAddedAt: &now, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&c).Error)
	r := model.Relationship{
		RepID: w.reps[userID], ContactID: c.ID, State: model.RelationshipActive, ChannelState: state,
		AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&r).Error)
	w.record(model.Activity{
		DedupeKey: "added:" + c.ExternalUserID, Kind: model.ActivityContactAdded, ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID,
		OccurredAt: now, Data: model.AsJSON(model.ActivityData{ChannelState: state}),
	})
	return c, r
}

func (w *world) record(a model.Activity) {
	w.t.Helper()
	require.NoError(w.t, w.db.InTx(w.ctx, func(ctx context.Context) error { return w.pipeline.Record(ctx, a) }))
}

func (w *world) publish(name, doc string) int64 {
	w.t.Helper()
	d, err := sop.ParseDefinition([]byte(doc))
	require.NoError(w.t, err)
	s, err := w.engine.Create(w.ctx, name, d)
	require.NoError(w.t, err)
	_, err = w.engine.Publish(w.ctx, s.ID, "test")
	require.NoError(w.t, err)
	return s.ID
}

// tick does once what the loops do all the time.
func (w *world) tick() {
	w.t.Helper()
	tick(w.t, w.engine)
}

func tick(t *testing.T, e *sop.Engine) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, e.Plan(ctx))
	require.NoError(t, e.Group(ctx))
	for again := true; again; {
		var err error
		again, err = e.Dispatch(ctx)
		require.NoError(t, err)
	}
	_, err := e.UpdateCards(ctx)
	require.NoError(t, err)
	require.NoError(t, e.Rescue(ctx))
	_, err = e.Reconcile(ctx)
	require.NoError(t, err)
	_, err = e.Recall(ctx)
	require.NoError(t, err)
	_, err = e.Poll(ctx)
	require.NoError(t, err)
	_, err = e.Chase(ctx)
	require.NoError(t, err)
}

// at moves the clock to a wall-clock time in Shanghai and ticks.
func (w *world) at(stamp string) {
	w.t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(w.t, err)
	to, err := time.ParseInLocation("2006-01-02 15:04", stamp, zone)
	require.NoError(w.t, err)
	w.clock.Set(to)
	w.tick()
}

// got lists "customer ← text" of everything delivered by group message.
func (w *world) got() []string {
	w.t.Helper()
	var contacts []model.Contact
	require.NoError(w.t, w.db.Read(w.ctx).Find(&contacts).Error)
	names := map[string]string{}
	for _, c := range contacts {
		names[c.ExternalUserID] = c.Name
	}
	out := []string{}
	for _, e := range w.wecom.Ledger() {
		if e.Kind == "groupmsg" {
			out = append(out, names[e.ExternalUserID]+" ← "+e.Text)
		}
	}
	return out
}

func (w *world) touches(where string, args ...any) []model.Touch {
	w.t.Helper()
	var list []model.Touch
	require.NoError(w.t, w.db.Read(w.ctx).Order("id").Where(where, args...).Find(&list).Error)
	return list
}

func (w *world) dispatches() []model.Dispatch {
	w.t.Helper()
	var list []model.Dispatch
	require.NoError(w.t, w.db.Read(w.ctx).Order("id").Find(&list).Error)
	return list
}

func message(key, offset, text string) string {
	doc, _ := json.Marshal(text)
	return `{"key":"` + key + `","offset":` + offset + `,"channel":"group_message","content":{"text":` + string(doc) + `}}`
}

// threeDays is "day 1, 2, 3 at 10:00" for everyone who adds a rep.
func threeDays() string {
	return `{"trigger":{"kind":"contact_added"},"steps":[` +
		message("d1", `{"day":1,"at":"10:00"}`, "第一天") + `,` +
		message("d2", `{"day":2,"at":"10:00"}`, "第二天") + `,` +
		message("d3", `{"day":3,"at":"10:00"}`, "第三天") + `]}`
}

func one(text string) string {
	return `{"trigger":{"kind":"contact_added"},"steps":[` + message("d1", `{"day":1,"at":"10:00"}`, text) + `]}`
}

// newBigWorld is a world on one database alone, for what is about size.
func newBigWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	db, clock := modeltest.Quick(t)
	return newWorld(t, db, clock)
}

// addMany has n customers add the rep now, enrolled by hand in bulk.
func (w *world) addMany(userID string, n int) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	items := make([]map[string]any, n)
	for i := range items {
		items[i] = map[string]any{"userid": userID, "name": fmt.Sprintf("客户%d", i), "silent": true}
	}
	var out struct {
		Follows []struct {
			ExternalUserID string `json:"external_userid"`
		} `json:"items"`
	}
	w.wecom.Post("/sim/follows", map[string]any{"items": items}, &out)
	require.Len(w.t, out.Follows, n)
	contacts := make([]model.Contact, n)
	for i := range contacts {
		contacts[i] = model.Contact{ExternalUserID: out.Follows[i].ExternalUserID, Name: fmt.Sprintf("客户%d", i), CreatedAt: now, UpdatedAt: now}
	}
	require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(contacts, 500).Error)
	rels := make([]model.Relationship, n)
	for i := range rels {
		rels[i] = model.Relationship{RepID: w.reps[userID], ContactID: contacts[i].ID, State: model.RelationshipActive, AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now}
	}
	require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(rels, 500).Error)
	var s model.SOP
	require.NoError(w.t, w.db.Read(w.ctx).Take(&s).Error)
	for part := range slices.Chunk(contacts, 200) {
		var ids []int64
		for _, c := range part {
			ids = append(ids, c.ID)
		}
		got, err := w.engine.Enroll(w.ctx, s.ID, ids)
		require.NoError(w.t, err)
		require.Equal(w.t, len(ids), got)
	}
}
