package sim

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func (b *bench) view(path string) map[string]any {
	b.Helper()
	got := b.call(http.MethodGet, "/sim/"+path, nil)
	require.EqualValues(b, http.StatusOK, got["http"], got)
	return got
}

func TestPhones_showBothEndsOfAChat(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	ext := b.do("follows", object{"userid": "lin.qiao", "name": "小陈", "remark_company": "远航软件", "silent": true})["external_userid"].(string)
	other := b.contact("zhou.wei")
	b.do("messages", object{"from": "customer", "userid": "lin.qiao", "external_userid": ext, "text": "在吗"})
	b.do("messages", object{"from": "member", "userid": "lin.qiao", "external_userid": ext, "text": "在的"})

	got := b.view("phones?customers=" + ext + ",wmNobody&members=lin.qiao,nobody&chats=lin.qiao:" + ext + ",zhou.wei:" + ext)
	customer := rows(got, "customers")
	require.Len(t, customer, 1, "who does not exist is left out")
	require.Equal(t, "远航软件", customer[0]["company"])
	lines := rows(rows(customer[0], "chats")[0], "lines")
	require.Equal(t, []any{"customer", "member"}, []any{lines[0]["from"], lines[1]["from"]})
	require.Equal(t, "在的", lines[1]["text"])
	member := rows(got, "members")[0]
	require.Equal(t, ext, rows(member, "chats")[0]["external_userid"])
	require.Len(t, rows(got, "chats"), 1, "there is no chat of who does not follow")

	people := rows(b.view("people?kind=customer"), "people")
	require.Equal(t, []any{ext, other}, []any{people[0]["id"], people[1]["id"]}, "who heard last comes first")
	require.Len(t, rows(b.view("people?kind=customer&q=%E8%BF%9C%E8%88%AA"), "people"), 1, "companies are searched too")
	require.Len(t, rows(b.view("people?kind=customer&userid=zhou.wei"), "people"), 1)
	require.EqualValues(t, http.StatusBadRequest, b.call(http.MethodGet, "/sim/people?kind=robot", nil)["http"])
}

func TestPhones_showWhatAMemberIsAskedToDo(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := newTeam(t, Options{Callbacks: Callbacks{App: in.receiver()}})
	one, two := b.contact("lin.qiao"), b.contact("lin.qiao")
	msg := b.ok("externalcontact/add_msg_template", object{"sender": "lin.qiao", "external_userid": []string{one, two}, "text": object{"content": "早"}})["msgid"]
	b.ok("message/send", cardFor("lin.qiao", "task-1"))
	pending := func() any { return rows(b.view("people?kind=member"), "people")[0]["pending"] }
	require.EqualValues(t, 2, pending())

	b.do("confirm", object{"userid": "lin.qiao", "msgid": msg, "action": "partial", "only": []string{two}})
	member := rows(b.view("phones?members=lin.qiao"), "members")[0]
	task := rows(member, "tasks")[0]
	require.Equal(t, "sent", task["status"])
	recipients := rows(task, "recipients")
	require.EqualValues(t, []any{0.0, 1.0}, []any{recipients[0]["status"], recipients[1]["status"]}, "one was left out")
	message := rows(member, "messages")[0]
	require.Equal(t, true, message["open"])
	require.EqualValues(t, 1, pending())

	code := b.do("clicks", object{"userid": "lin.qiao", "task_id": "task-1", "key": "yes"})["response_code"]
	b.ok("message/update_template_card", object{"userids": []string{"lin.qiao"}, "agentid": DefaultAgentID, "response_code": code, "button": object{"replace_name": "已记录"}})
	message = rows(rows(b.view("phones?members=lin.qiao"), "members")[0], "messages")[0]
	require.Equal(t, []any{false, "已记录"}, []any{message["open"], message["replaced"]})
	b.do("clicks", object{"userid": "lin.qiao", "task_id": "task-1", "key": "yes"}) // a phone that has not heard of it yet
}

func cardFor(userID, taskID string) object {
	return object{
		"touser": userID, "agentid": DefaultAgentID, "msgtype": "template_card",
		"template_card": object{
			"card_type": "button_interaction", "task_id": taskID, "main_title": object{"title": "回访"},
			"button_list": []object{{"text": "好", "key": "yes"}},
		},
	}
}

func TestWait_answersWhenThePhonesChange(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	version := b.view("wait?version=0")["version"].(float64)
	got := make(chan float64, 1)
	go func() { got <- b.view(fmt.Sprintf("wait?version=%.0f", version))["version"].(float64) }()
	b.ok("externalcontact/get_corp_tag_list", object{})
	ext := b.contact("lin.qiao")
	require.Greater(t, <-got, version)

	version = b.view("phones")["version"].(float64)
	b.ok("externalcontact/get_corp_tag_list", object{})
	require.InDelta(t, version, b.view("phones")["version"], 0, "who only reads changes nothing")
	b.ok("externalcontact/remark", object{"userid": "lin.qiao", "external_userid": ext, "remark": "陈"})
	require.Greater(t, b.view("phones")["version"], version)
}

func TestLedger_isReadBackwards(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	ext := b.do("follows", object{"userid": "lin.qiao", "name": "小陈", "silent": true})["external_userid"].(string)
	for _, text := range []string{"一", "二", "三"} {
		b.do("messages", object{"from": "customer", "userid": "lin.qiao", "external_userid": ext, "text": text})
	}
	first := b.view("ledger/newest?limit=2")
	entries := rows(first, "entries")
	require.Equal(t, []any{"三", "二"}, []any{entries[0]["text"], entries[1]["text"]})
	require.Equal(t, []any{"小陈", "林乔"}, []any{entries[0]["customer"], entries[0]["member"]})
	rest := b.view(fmt.Sprintf("ledger/newest?limit=2&before=%v", first["next_before"]))
	require.Len(t, rows(rest, "entries"), 1)
	require.EqualValues(t, 0, rest["next_before"])
	require.Len(t, rows(b.view("ledger/newest?q=%E4%BA%8C"), "entries"), 1)
	require.Empty(t, rows(b.view("ledger/newest?kinds=moment,welcome"), "entries"))
}

func TestFaults_areTakenAwayByName(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	b.do("faults", object{"name": "slow", "path": "/cgi-bin/", "delay": "1ms", "n": 100})
	b.do("faults", object{"name": "limit", "path": "/cgi-bin/externalcontact/", "errcode": 45009, "n": 100})
	left := rows(b.call(http.MethodDelete, "/sim/faults?name=limit", nil), "faults")
	require.Len(t, left, 1)
	require.Equal(t, "slow", left[0]["name"])
	require.Empty(t, rows(b.call(http.MethodDelete, "/sim/faults", nil), "faults"))
}

func TestJSSDK_takesGoodSignaturesOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	const page = "http://127.0.0.1:8080/m/contact?a=1"
	sign := func(ticket, url string) string {
		sum := sha1.Sum(fmt.Appendf(nil, "jsapi_ticket=%s&noncestr=N&timestamp=%d&url=%s", ticket, b.sim.clock.Now().Unix(), url))
		return hex.EncodeToString(sum[:])
	}
	check := func(agent any, signature, url, corp string) map[string]any {
		return b.do("jssdk/check", object{
			"corpid": corp, "agentid": agent, "timestamp": b.sim.clock.Now().Unix(), "nonce": "N", "signature": signature, "url": url,
		})
	}
	require.Equal(t, false, check(0, sign("", page), page, DefaultCorpID)["ok"], "no ticket was given out yet")
	corp := b.get("get_jsapi_ticket")["ticket"].(string)
	agent := b.get("ticket/get", "type", "agent_config")["ticket"].(string)
	require.Equal(t, true, check(0, sign(corp, page), page+"#part", DefaultCorpID)["ok"], "what is behind the # does not count")
	require.Equal(t, true, check(DefaultAgentID, sign(agent, page), page, DefaultCorpID)["ok"])
	for name, wrong := range map[string]map[string]any{
		"the other ticket":  check(DefaultAgentID, sign(corp, page), page, DefaultCorpID),
		"another page":      check(0, sign(corp, page), page+"&b=2", DefaultCorpID),
		"another signature": check(0, "00", page, DefaultCorpID),
	} {
		require.EqualValues(t, sdkSignature, wrong["errcode"], name)
	}
	require.EqualValues(t, sdkOtherCorp, check(0, sign(corp, page), page, "wwOther")["errcode"])
}

func TestJSSDK_sendsIntoTheOpenChat(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	ext := b.contact("lin.qiao")
	b.do("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "text", "text": object{"content": "这是方案"}})
	b.do("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "news", "news": object{"title": "案例", "link": "https://example.com/a"}})
	entries := b.ledger()
	require.Len(t, entries, 2)
	require.Equal(t, []any{"chat", "member", "jssdk", "这是方案"}, []any{entries[0]["kind"], entries[0]["from"], entries[0]["via"], entries[0]["text"]})
	require.Equal(t, "link", entries[1]["attachments"].([]any)[0].(map[string]any)["msgtype"])

	b.wrong("jssdk/send", object{"userid": "zhou.wei", "external_userid": ext, "msgtype": "text", "text": object{"content": "x"}})
	b.wrong("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "text", "text": object{"content": ""}})
	b.wrong("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "file", "file": object{"mediaid": "nothing"}})
	b.wrong("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "voice"})
	b.do("unfollows", object{"userid": "lin.qiao", "external_userid": ext, "by": "customer"})
	b.wrong("jssdk/send", object{"userid": "lin.qiao", "external_userid": ext, "msgtype": "text", "text": object{"content": "x"}})
}
