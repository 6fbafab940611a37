package wecom

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/config"
	"github.com/stretchr/testify/require"

	"sixtouch/wecom/sim"
)

// world is a simulated WeCom with members lin.qiao and zhou.wei, and a client.
type world struct {
	*Client
	t      *testing.T
	sim    *sim.Sim
	url    string
	events chan Event
}

func newWorld(t *testing.T, rules sim.Rules, options ...option) *world {
	t.Helper()
	clock := newTestClock()
	s, err := sim.New(sim.Options{Now: clock.Now, Rules: rules})
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	w := &world{t: t, sim: s, url: server.URL, events: make(chan Event, 100)}
	callbacks := httptest.NewServer(http.HandlerFunc(w.receive))
	receiver := sim.Receiver{URL: callbacks.URL, Token: docToken, AESKey: docAESKey}
	s.SetCallbacks(sim.Callbacks{Contact: receiver, App: receiver})
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		server.Close()
		callbacks.Close()
	})
	w.Client = newTestClient(t, server.URL, append([]option{func(cfg *Config, d *Deps) {
		cfg.Secret, d.Clock = sim.DefaultSecret, s.Clock()
	}}, options...)...)
	w.control("members", `{"userid":"lin.qiao","name":"林乔","department":[1]}`, nil)
	w.control("members", `{"userid":"zhou.wei","name":"周维","department":[1]}`, nil)
	return w
}

// receive is the smallest callback endpoint.
func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	receiver, err := NewReceiver(sim.DefaultCorpID, docToken, docAESKey)
	if err != nil {
		http.Error(rw, "", http.StatusInternalServerError)
		return
	}
	if r.Method == http.MethodGet {
		plain, err := receiver.VerifyURL(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), q.Get("echostr"))
		if err != nil {
			http.Error(rw, "", http.StatusForbidden)
			return
		}
		_, _ = rw.Write(plain)
		return
	}
	body, _ := io.ReadAll(r.Body)
	plain, err := receiver.Open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), body)
	if err != nil {
		http.Error(rw, "", http.StatusForbidden)
		return
	}
	event, err := ParseEvent(plain)
	if err != nil {
		http.Error(rw, "", http.StatusBadRequest)
		return
	}
	requireAgreement(w.t, plain)
	w.events <- event
}

// next waits for the next callback.
func (w *world) next() Event {
	w.t.Helper()
	select {
	case e := <-w.events:
		return e
	case <-time.After(10 * time.Second):
		require.FailNow(w.t, "no callback came")
		return Event{}
	}
}

// control plays a part through the simulator's control API.
func (w *world) control(path, body string, out any) {
	w.t.Helper()
	res, err := http.Post(w.url+"/sim/"+path, "application/json", strings.NewReader(body))
	require.NoError(w.t, err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, res.StatusCode, "%s: %s", path, answer)
	if out != nil {
		require.NoError(w.t, json.Unmarshal(answer, out))
	}
}

type followed struct {
	ExternalUserID string `json:"external_userid"`
	WelcomeCode    string `json:"welcome_code"`
}

func (w *world) follow(userID, name, state string) followed {
	w.t.Helper()
	var f followed
	w.control("follows", `{"userid":"`+userID+`","name":"`+name+`","state":"`+state+`"}`, &f)
	return f
}

func TestSim_members(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	w.control("departments", `{"id":7,"name":"雅思组","parentid":1}`, nil)

	users, err := w.Followers(ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"lin.qiao", "zhou.wei"}, users)
	departments, err := w.Departments(ctx)
	require.NoError(t, err)
	require.Len(t, departments, 2)
	members, err := w.MembersOf(ctx, 1)
	require.NoError(t, err)
	require.Len(t, members, 2)
	m, err := w.Member(ctx, "lin.qiao")
	require.NoError(t, err)
	require.Equal(t, "林乔", m.Name)
	require.Equal(t, []int{1}, m.Departments)
	require.Equal(t, 1, m.Status)
	_, err = w.Member(ctx, "nobody")
	require.Equal(t, Gone, asError(t, err).Class())

	agent, err := w.Agent(ctx)
	require.NoError(t, err)
	require.Equal(t, sim.DefaultAgentID, agent.AgentID)
	require.NotEmpty(t, agent.Name)
	ips, err := w.CallbackIPs(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, ips)
}

func TestSim_contactsArePagedToTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{MaxPage: 2}) // pages shorter than asked for
	ctx := t.Context()
	none, err := w.ContactIDs(ctx, "zhou.wei")
	require.NoError(t, err, "84061 is an empty list here")
	require.Empty(t, none)
	want := map[string]bool{}
	for _, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		want[w.follow("lin.qiao", name, "ch_1").ExternalUserID] = true
	}
	ids, err := w.ContactIDs(ctx, "lin.qiao")
	require.NoError(t, err)
	require.Len(t, ids, 5)
	pages, cursor := 0, ""
	for {
		page, err := w.ContactsByRep(ctx, []string{"lin.qiao", "zhou.wei"}, cursor, 100)
		require.NoError(t, err)
		pages++
		for _, item := range page.Items {
			require.True(t, want[item.Customer.ExternalUserID])
			require.Equal(t, "lin.qiao", item.Follow.UserID)
			require.Equal(t, "ch_1", item.Follow.State)
			require.False(t, item.Follow.CreateTime.IsZero())
			delete(want, item.Customer.ExternalUserID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Empty(t, want)
	require.GreaterOrEqual(t, pages, 3)
	_, err = w.ContactsByRep(ctx, []string{"lin.qiao"}, "no such cursor", 100)
	require.Equal(t, 50100, CodeOf(err))
}

func TestSim_callbackAndRelationLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	f := w.follow("lin.qiao", "小陈", "ch_1")
	added := w.next()
	require.Equal(t, EventKey("change_external_contact/add_external_contact"), added.Key())
	require.Equal(t, f.ExternalUserID, added.ExternalUserID)
	require.Equal(t, f.WelcomeCode, added.WelcomeCode)
	require.Equal(t, "ch_1", added.State)

	detail, err := w.Contact(ctx, f.ExternalUserID)
	require.NoError(t, err)
	require.Equal(t, "小陈", detail.Customer.Name)
	require.Len(t, detail.Follows, 1)

	pair := `{"userid":"lin.qiao","external_userid":"` + f.ExternalUserID + `","by":`
	w.control("unfollows", pair+`"customer"}`, nil)
	require.Equal(t, EventKey("change_external_contact/del_follow_user"), w.next().Key())
	_, err = w.Contact(ctx, f.ExternalUserID)
	require.NoError(t, err, "the one-way relation can still be read")
	w.control("unfollows", pair+`"member"}`, nil)
	require.Equal(t, EventKey("change_external_contact/del_external_contact"), w.next().Key())
	_, err = w.Contact(ctx, f.ExternalUserID)
	require.Equal(t, 84061, CodeOf(err))
	require.Equal(t, Gone, asError(t, err).Class())
	var verified struct{ OK bool }
	w.control("callbacks/verify", `{"receiver":"contact"}`, &verified)
	require.True(t, verified.OK)
}

func TestSim_tags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	f := w.follow("lin.qiao", "小陈", "")
	group, err := w.AddTag(ctx, "意向", "高")
	require.NoError(t, err)
	again, err := w.AddTag(ctx, "意向", "高")
	require.NoError(t, err)
	require.Equal(t, group.Tags[0].ID, again.Tags[0].ID, "an existing tag is reused")
	_, err = w.AddTag(ctx, "意向", "中")
	require.NoError(t, err)
	library, err := w.Tags(ctx, nil, []string{group.ID})
	require.NoError(t, err)
	require.Len(t, library, 1)
	require.Len(t, library[0].Tags, 2)

	id := group.Tags[0].ID
	require.NoError(t, w.MarkTags(ctx, MarkTags{UserID: "lin.qiao", ExternalUserID: f.ExternalUserID, Add: []string{id}}))
	detail, err := w.Contact(ctx, f.ExternalUserID)
	require.NoError(t, err)
	require.Equal(t, []string{id}, detail.Follows[0].TagIDs)
	require.Equal(t, "高", detail.Follows[0].Tags[0].Name)
	page, err := w.ContactsByRep(ctx, []string{"lin.qiao"}, "", 100)
	require.NoError(t, err)
	require.Equal(t, []string{id}, page.Items[0].Follow.TagIDs)
	require.NoError(t, w.MarkTags(ctx, MarkTags{UserID: "lin.qiao", ExternalUserID: f.ExternalUserID, Remove: []string{id}}))
	err = w.MarkTags(ctx, MarkTags{UserID: "lin.qiao", ExternalUserID: f.ExternalUserID, Add: []string{"etNONE"}})
	require.Equal(t, 40068, CodeOf(err))
	err = w.MarkTags(ctx, MarkTags{UserID: "zhou.wei", ExternalUserID: f.ExternalUserID, Add: []string{id}})
	require.Equal(t, Gone, asError(t, err).Class())
}

func TestSim_welcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	first, second := w.follow("lin.qiao", "甲", ""), w.follow("lin.qiao", "乙", "")
	require.NoError(t, w.SendWelcome(ctx, first.WelcomeCode, Message{Text: "你好 & 欢迎"}))
	require.Equal(t, 41051, CodeOf(w.SendWelcome(ctx, first.WelcomeCode, Message{Text: "again"})))
	w.sim.Clock().Advance(21 * time.Second)
	require.Equal(t, 41050, CodeOf(w.SendWelcome(ctx, second.WelcomeCode, Message{Text: "late"})))
}

func TestSim_groupMessageFromTaskToResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{CreateTimeString: true, MaxPage: 1})
	ctx := t.Context()
	a, b := w.follow("lin.qiao", "甲", ""), w.follow("lin.qiao", "乙", "")
	stranger := w.follow("zhou.wei", "丙", "")
	media, err := w.UploadMedia(ctx, MediaImage, `C:\temp\a.jpg`, strings.NewReader("\x89PNG\r\n\x1a\n and so on"))
	require.NoError(t, err)
	require.NotEmpty(t, media.ID)
	require.False(t, media.CreatedAt.IsZero())
	m := Message{Text: "开课前 3 天提醒", Attachments: []Attachment{
		{MsgType: AttachImage, Image: &Image{MediaID: media.ID}},
		{MsgType: AttachLink, Link: &Link{Title: "入口", URL: "https://h5.example/t?x=1&y=<2>"}},
	}}
	receipt, err := w.SendGroupMessage(ctx, GroupMessage{
		Sender: "lin.qiao", ExternalUserIDs: []string{a.ExternalUserID, b.ExternalUserID, stranger.ExternalUserID}, Message: m,
	})
	require.NoError(t, err)
	require.Equal(t, []string{stranger.ExternalUserID}, receipt.FailList)

	tasks, err := w.GroupMessageTasks(ctx, receipt.MsgID) // 41063 at first
	require.NoError(t, err)
	require.Equal(t, []GroupMessageTask{{UserID: "lin.qiao", Status: SendPending}}, tasks)
	w.control("confirm", `{"userid":"lin.qiao","msgid":"`+receipt.MsgID+`","action":"send"}`, nil)
	tasks, err = w.GroupMessageTasks(ctx, receipt.MsgID)
	require.NoError(t, err)
	require.Equal(t, TaskDone, tasks[0].Status)
	results, err := w.GroupMessageResults(ctx, receipt.MsgID, "lin.qiao")
	require.NoError(t, err)
	require.Len(t, results, 2, "over several short pages")
	for _, r := range results {
		require.Equal(t, SendDone, r.Status)
		require.False(t, r.SendTime.IsZero())
	}
	now := w.sim.Clock().Now()
	list, err := w.GroupMessages(ctx, ChatSingle, now.Add(-time.Hour), now.Add(time.Hour), "")
	require.NoError(t, err)
	require.Equal(t, receipt.MsgID, list.Messages[0].MsgID)
	require.Equal(t, m.Text, list.Messages[0].Message.Text)
	require.Equal(t, "https://h5.example/t?x=1&y=<2>", list.Messages[0].Message.Attachments[1].Link.URL)
	require.Equal(t, now.Unix(), list.Messages[0].CreateTime.Unix())

	_, err = w.SendGroupMessage(ctx, GroupMessage{Sender: "zhou.wei", ExternalUserIDs: []string{a.ExternalUserID}, Message: m})
	require.Equal(t, 41048, CodeOf(err))
}

func TestSim_remindAndCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	a := w.follow("lin.qiao", "甲", "")
	receipt, err := w.SendGroupMessage(ctx, GroupMessage{Sender: "lin.qiao", ExternalUserIDs: []string{a.ExternalUserID}, Message: Message{Text: "x"}})
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, w.RemindGroupMessage(ctx, receipt.MsgID))
	}
	e := asError(t, w.RemindGroupMessage(ctx, receipt.MsgID))
	require.Equal(t, 41094, e.Code)
	require.Equal(t, 24*time.Hour, e.RetryAfter)
	require.NoError(t, w.CancelGroupMessage(ctx, receipt.MsgID))
	require.Equal(t, 41093, CodeOf(w.RemindGroupMessage(ctx, receipt.MsgID)))
}

func TestSim_acceptedThenTimedOutIsUnknownAndCanBeFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	a := w.follow("lin.qiao", "甲", "")
	w.control("faults", `{"path":"/cgi-bin/externalcontact/add_msg_template","accept_then_timeout":true}`, nil)
	_, err := w.SendGroupMessage(ctx, GroupMessage{Sender: "lin.qiao", ExternalUserIDs: []string{a.ExternalUserID}, Message: Message{Text: "marker"}})
	require.True(t, asError(t, err).Unknown(), "%v", err)
	now := w.sim.Clock().Now()
	list, err := w.GroupMessages(ctx, ChatSingle, now.Add(-time.Minute), now.Add(time.Minute), "")
	require.NoError(t, err)
	require.Len(t, list.Messages, 1, "made once, not twice")
	require.Equal(t, "marker", list.Messages[0].Message.Text)
}

func TestSim_appMessagesAndCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{LowerInvalidUser: true})
	ctx := t.Context()
	text := AppMessage{ToUsers: []string{"lin.qiao", "Ghost"}, MsgType: AppText, Text: `<a href="https://scrm.example/t?a=1&b=2">去处理</a>`}
	receipt, err := w.SendAppMessage(ctx, text)
	require.NoError(t, err)
	require.NotEmpty(t, receipt.MsgID)
	require.Equal(t, []string{"ghost"}, receipt.InvalidUsers)
	text.ToUsers = []string{"Ghost"}
	_, err = w.SendAppMessage(ctx, text)
	require.Equal(t, 81013, CodeOf(err))

	for _, m := range []AppMessage{
		{MsgType: AppMarkdown, Markdown: "# 今日任务"},
		{MsgType: AppTextCard, TextCard: &TextCard{Title: "t", Description: "d", URL: "https://scrm.example/"}},
		{MsgType: AppTemplateCard, TemplateCard: &TemplateCard{
			CardType: CardTextNotice, Main: &CardTitle{Title: "D3"}, Action: &CardJump{Type: 1, URL: "https://scrm.example/"},
		}},
	} {
		m.ToUsers = []string{"lin.qiao"}
		_, err := w.SendAppMessage(ctx, m)
		require.NoError(t, err, m.MsgType)
	}

	receipt, err = w.SendAppMessage(ctx, AppMessage{
		ToUsers: []string{"lin.qiao"}, MsgType: AppTemplateCard, DuplicateCheck: 30 * time.Minute,
		TemplateCard: &TemplateCard{
			CardType: CardButtonInteraction, Main: &CardTitle{Title: "D3 跟进：小陈", Desc: "今日 18:00 前"}, TaskID: "sop_task_881",
			Rows:      []CardRow{{Key: "阶段", Value: "D3"}},
			Selection: &CardSelection{QuestionKey: "q1", Title: "结果", Options: []CardOption{{ID: "opt_yes", Text: "已联系"}}},
			Buttons:   []CardButton{{Text: "完成", Style: 1, Key: "btn_done"}},
		},
	})
	require.NoError(t, err)
	require.NotEmpty(t, receipt.ResponseCode)
	w.control("clicks", `{"userid":"lin.qiao","task_id":"sop_task_881","key":"btn_done"}`, nil)
	click := w.next()
	require.Equal(t, []Selection{{QuestionKey: "q1", OptionIDs: []string{"opt_yes"}}}, click.Selected)
	require.Equal(t, EventKey("template_card_event"), click.Key())
	require.Equal(t, "btn_done", click.EventKey)
	require.Equal(t, "sop_task_881", click.TaskID)
	update := CardUpdate{UserIDs: []string{"lin.qiao"}, ResponseCode: click.ResponseCode, ButtonText: "已完成"}
	invalid, err := w.UpdateCard(ctx, update)
	require.NoError(t, err)
	require.Empty(t, invalid)
	_, err = w.UpdateCard(ctx, update)
	require.Equal(t, 60140, CodeOf(err), "a response code works once")
	require.NoError(t, w.RecallAppMessage(ctx, receipt.MsgID))
	require.Equal(t, 40058, CodeOf(w.RecallAppMessage(ctx, "MSGAPP-none")))
}

func TestSim_groupChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sim.Rules{})
	ctx := t.Context()
	a := w.follow("lin.qiao", "甲", "")
	var made struct {
		ChatID string `json:"chat_id"`
	}
	w.control("groupchats", `{"owner":"lin.qiao","name":"雅思群","external_userid":["`+a.ExternalUserID+`"],"silent":true}`, &made)
	page, err := w.GroupChats(ctx, "", []string{"lin.qiao"})
	require.NoError(t, err)
	require.Len(t, page.Chats, 1)
	require.Equal(t, made.ChatID, page.Chats[0].ChatID)
	chat, err := w.GroupChat(ctx, made.ChatID)
	require.NoError(t, err)
	require.Equal(t, "雅思群", chat.Name)
	require.Equal(t, "lin.qiao", chat.Owner)
	require.Len(t, chat.MemberList, 2)
	require.NotEmpty(t, chat.MemberVersion)
	receipt, err := w.SendGroupMessage(ctx, GroupMessage{ChatType: ChatGroup, Sender: "lin.qiao", ChatIDs: []string{made.ChatID}, Message: Message{Text: "x"}})
	require.NoError(t, err)
	require.NotEmpty(t, receipt.MsgID)
}

func TestSim_tokenEndingEitherWayIsRenewedOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []int{42001, 40014} {
		w := newWorld(t, sim.Rules{ExpiredTokenCode: code, NewTokenPerCall: true})
		_, err := w.Followers(t.Context())
		require.NoError(t, err)
		w.tokens.mu.Lock()
		w.tokens.now.ends = w.tokens.now.ends.Add(24 * time.Hour) // WeCom gives it up before we do
		w.tokens.mu.Unlock()
		w.sim.Clock().Advance(3 * time.Hour)
		_, err = w.Followers(t.Context())
		require.NoError(t, err, "%d", code)
	}
}

func TestTransport_severalCorpsInOneProcess(t *testing.T) {
	t.Parallel()
	transport := NewTransport(&http.Transport{})
	t.Cleanup(transport.CloseIdleConnections)
	share := func(_ *Config, d *Deps) { d.Transport = transport }
	first, second := newWorld(t, sim.Rules{}, share), newWorld(t, sim.Rules{}, share) // even of one corp id
	f := first.follow("lin.qiao", "甲", "")
	_, err := first.Contact(t.Context(), f.ExternalUserID)
	require.NoError(t, err)
	_, err = second.Contact(t.Context(), f.ExternalUserID)
	require.Error(t, err, "the other WeCom does not know the customer")
}

func TestTransport_refusesEgressToStrangers(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	c := newTestClient(t, s.URL)
	for _, target := range []string{"https://example.com/", "https://qyapi.weixin.qq.com/cgi-bin/user/get?access_token=stolen"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader("x"))
		require.NoError(t, err)
		res, err := c.deps.Transport.RoundTrip(req)
		if res != nil {
			_ = res.Body.Close()
		}
		require.ErrorIs(t, err, ErrEgress, target)
	}
	c.cfg.BaseURL = "http://elsewhere.example"
	err := followers(t.Context(), c)
	require.ErrorIs(t, err, ErrEgress)
	require.Equal(t, Invalid, asError(t, err).Class())
}

// Not parallel: it sets the SDK's process-wide HTTP client, as main does.
func TestTransport_carriesTheSDKsOwnClients(t *testing.T) {
	w := newWorld(t, sim.Rules{})
	before := util.DefaultHTTPClient
	t.Cleanup(func() { util.DefaultHTTPClient = before })
	w.deps.Transport.Install()
	require.NoError(t, followers(context.Background(), w.Client))
	sdk := work.NewWork(&config.Config{CorpID: sim.DefaultCorpID, CorpSecret: sim.DefaultSecret, AgentID: "sdk", Cache: cache.NewMemory()})
	sdk.GetContext().AccessTokenHandle = handle{w.Client}
	users, err := sdk.GetExternalContact().GetFollowUserList()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"lin.qiao", "zhou.wei"}, users)
}

// handle gives the SDK our token.
type handle struct{ c *Client }

func (h handle) GetAccessToken() (string, error) { return h.c.tokens.get(context.Background()) }
