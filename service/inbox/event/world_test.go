package event_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/service/inbox/event"
	"sixtouch/service/media"
	"sixtouch/service/welcome"
	"sixtouch/wecom"
	"sixtouch/wecom/sim"
	"sixtouch/wecom/sim/simtest"
)

const customer = "wmSAMPLE0001AAAABBBBCCCCDDDDEEEE"

// world is our side, from the inbox to the tables, facing a simulated WeCom.
type world struct {
	t       *testing.T
	db      *model.DB
	clock   *modeltest.Clock
	wecom   *simtest.World
	inbox   *inbox.Inbox
	worker  *inbox.Worker
	deps    event.Deps
	prompts *prompts
	ids     map[string]string // placeholder → the simulator's id
}

// prompts notes the answers to prompts.
type prompts struct {
	db      *model.DB
	answers []string
}

// Answered says that the first answer to a card concerns all its touches.
func (p *prompts) Answered(ctx context.Context, a model.PromptAnswer) ([]model.Touch, error) {
	p.answers = append(p.answers, a.UserID+" "+a.Answer+" "+a.ExternalUserID)
	var touches []model.Touch
	if len(p.answers) > 1 {
		return nil, nil
	}
	return touches, p.db.Conn(ctx).Find(&touches, "dispatch_id = ?", a.DispatchID).Error
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock, prompts: &prompts{db: db}, ids: map[string]string{}}
	w.wecom = simtest.Start(t, sim.Options{Now: clock.Now})
	log := slog.New(slog.DiscardHandler)
	transport := wecom.NewTransport(nil)
	t.Cleanup(transport.CloseIdleConnections)
	client, err := wecom.New(wecom.Config{
		BaseURL: w.wecom.URL, CorpID: sim.DefaultCorpID, AgentID: sim.DefaultAgentID, Secret: sim.DefaultSecret, Timeout: time.Second,
	}, wecom.Deps{Clock: clock, Logger: log, Transport: transport, Guard: func(ctx context.Context) error {
		if model.InTransaction(ctx) {
			return model.Conflict("a call inside a transaction")
		}
		return nil
	}})
	require.NoError(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	record := activity.New(db).Record
	w.deps = event.Deps{
		DB: db, Client: client, Contacts: contact.New(db, record), Prompts: w.prompts, Record: record,
		Welcomes: welcome.New(welcome.Deps{DB: db, Sender: client, Messages: media.New(db, client), Zone: zone, Logger: log}),
	}
	w.worker, err = inbox.NewWorker(db, event.All(w.deps), inbox.WorkerOptions{})
	require.NoError(t, err)
	w.inbox = inbox.New(db, log, nil)
	require.NoError(t, w.inbox.Start(context.Background()))
	t.Cleanup(w.inbox.Stop)
	w.seed()
	return w
}

// seed makes two members, a tag, and lin.qiao's welcome.
func (w *world) seed() {
	w.t.Helper()
	w.wecom.Member("lin.qiao", "林乔")
	w.wecom.Member("zhou.wei", "周为")
	w.addTags("意向", "高")
	require.NoError(w.t, w.deps.Contacts.SaveReps(w.t.Context(), contact.RepFacts{UserID: "lin.qiao", Name: "林乔", Status: 1}))
	_, err := w.deps.Welcomes.Set(w.t.Context(), model.Welcome{
		Scope: model.WelcomeDefault, Enabled: true, Content: model.AsJSON(model.Content{Text: "{name|朋友}你好，我是{rep}"}),
	})
	require.NoError(w.t, err)
}

func (w *world) addTags(group string, names ...string) {
	w.t.Helper()
	var out struct {
		GroupID string `json:"group_id"`
		Tags    []struct {
			ID string `json:"id"`
		} `json:"tags"`
	}
	w.wecom.Post("/sim/tags", map[string]any{"group": group, "tags": names, "silent": true}, &out)
	w.ids["{group}"], w.ids["{tag}"] = out.GroupID, out.Tags[len(out.Tags)-1].ID
}

// follow has the customer add lin.qiao; extra overrides the request's fields.
func (w *world) follow(extra map[string]any) {
	w.t.Helper()
	body := map[string]any{
		"userid": "lin.qiao", "external_userid": customer, "name": "小陈", "state": "ch_a", "tags": []string{w.ids["{tag}"]},
	}
	for k, v := range extra {
		body[k] = v
	}
	var out struct {
		WelcomeCode string `json:"welcome_code"`
	}
	w.wecom.Post("/sim/follows", body, &out)
	w.ids["{code}"] = out.WelcomeCode
}

// take gives an event's XML, with placeholders filled in, to the inbox.
func (w *world) take(xml string) {
	w.t.Helper()
	require.NoError(w.t, w.inbox.Accept(w.t.Context(), "contact", []byte(w.fill(xml))))
}

func (w *world) fill(s string) string {
	for placeholder, id := range w.ids {
		s = strings.ReplaceAll(s, placeholder, id)
	}
	return s
}

func (w *world) clean(s string) string {
	for placeholder, id := range w.ids {
		if id != "" {
			s = strings.ReplaceAll(s, id, placeholder)
		}
	}
	return s
}

// process works off what the inbox has.
func (w *world) process() {
	w.t.Helper()
	for _, lane := range []model.Lane{model.LaneWelcome, model.LaneNormal} {
		_, err := w.worker.RunOnce(w.t.Context(), lane)
		require.NoError(w.t, err)
	}
}

// happened is an event of customer contact at the clock's time.
func (w *world) happened(changeType, more string) {
	w.t.Helper()
	w.take(contactEvent(changeType, "lin.qiao", w.clock.Now(), more))
}
