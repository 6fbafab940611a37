package sim

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// callbacks reads the counts.
func (b *bench) callbacks() map[string]any {
	b.Helper()
	return b.call(http.MethodGet, "/sim/calls", nil)["callbacks"].(map[string]any)
}

// settled waits until no callback is under way.
func (b *bench) settled() map[string]any {
	b.Helper()
	require.Eventually(b, func() bool { return b.sim.out.stats().Pending == 0 }, 10*time.Second, time.Millisecond)
	return b.callbacks()
}

func withInbox(t *testing.T, r Rules) (*bench, *inbox) {
	t.Helper()
	in := newInbox(t)
	b := newTeam(t, Options{Callbacks: Callbacks{Contact: in.receiver(), App: in.receiver(), Sync: in.receiver()}, Rules: r, CallbacksAtOnce: 1})
	in.next() // the two members
	in.next()
	return b, in
}

// recorder sees callbacks as they begin.
type recorder struct {
	next http.RoundTripper
	corp string
	seen chan string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	envelope, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	seal, err := newSealer("tok3n", testAESKey, r.corp)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(envelope), "<Encrypt><![CDATA[")
	encrypted, _, _ := strings.Cut(rest, "]]>")
	plain, err := seal.open(encrypted)
	if err != nil {
		return nil, err
	}
	r.seen <- string(plain)
	return r.next.RoundTrip(req)
}

// element returns one element of an event.
func element(t *testing.T, plain, name string) string {
	t.Helper()
	var doc struct {
		Fields []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
			Inner   string `xml:",innerxml"`
		} `xml:",any"`
	}
	require.NoError(t, xml.Unmarshal([]byte(plain), &doc))
	for _, f := range doc.Fields {
		if f.XMLName.Local == name {
			return f.Text
		}
	}
	return ""
}

func TestSection2Delivery(t *testing.T) {
	t.Parallel()
	fast := Rules{CallbackRetryMS: 1, CallbackTimeoutMS: 5000}
	t.Run("three attempts with the same plaintext and another nonce", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, fast)
		in.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
		b.do("follows", object{"userid": "lin.qiao"})
		first := in.next()
		require.Equal(t, first, in.next())
		require.Equal(t, first, in.next())
		got := b.settled()
		require.EqualValues(t, 1, got["failed"])
		require.EqualValues(t, 3+2, got["attempts"])
		in.mu.Lock()
		defer in.mu.Unlock()
		require.NotEqual(t, in.bodies[2], in.bodies[3])
	})
	t.Run("a status is received by switch", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{CallbackRetryMS: 1, NoRetryOnStatus: true})
		in.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
		b.do("follows", object{"userid": "lin.qiao"})
		in.next()
		require.EqualValues(t, 3, b.settled()["acked"])
	})
	t.Run("a slow receiver is asked again", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{CallbackRetryMS: 1, CallbackTimeoutMS: 50})
		in.answer = func(n int, _ http.ResponseWriter, r *http.Request) {
			if n == 3 {
				<-r.Context().Done()
			}
		}
		b.do("follows", object{"userid": "lin.qiao"})
		require.Equal(t, in.next(), in.next())
		require.EqualValues(t, 3, b.settled()["acked"])
	})
	t.Run("an unreachable receiver is given up", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, fast)
		in.server.Close()
		b.do("follows", object{"userid": "lin.qiao"})
		require.EqualValues(t, 1, b.settled()["failed"])
	})
	t.Run("no receiver drops and counts", func(t *testing.T) {
		t.Parallel()
		b := newTeam(t, Options{})
		b.do("follows", object{"userid": "lin.qiao"})
		require.EqualValues(t, 3, b.callbacks()["dropped"])
	})
	t.Run("receivers can be set later", func(t *testing.T) {
		t.Parallel()
		b, in := newTeam(t, Options{}), newInbox(t)
		b.sim.SetCallbacks(Callbacks{Contact: in.receiver()})
		b.do("follows", object{"userid": "lin.qiao"})
		require.Contains(t, in.next(), "add_external_contact")
	})
	t.Run("they begin in order though many are under way", func(t *testing.T) {
		t.Parallel()
		in := newInbox(t)
		b := newTeam(t, Options{Callbacks: Callbacks{Contact: in.receiver()}})
		begun := &recorder{next: b.sim.out.client.Transport, corp: b.sim.corpID, seen: make(chan string, 100)}
		b.sim.out.client.Transport = begun
		items := []object{}
		for range 50 {
			items = append(items, object{"userid": "lin.qiao"})
		}
		for _, row := range rows(b.do("follows", object{"items": items}), "items") {
			require.Contains(t, <-begun.seen, row["external_userid"])
		}
	})
	t.Run("the URL is verified within a second", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, fast)
		require.Equal(t, true, b.do("callbacks/verify", object{"receiver": "contact"})["ok"])
		require.Equal(t, false, b.do("callbacks/verify", object{"receiver": "kf"})["ok"])
		in.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { w.Write([]byte("\"quoted\"")) }
		require.Equal(t, false, b.do("callbacks/verify", object{"receiver": "app"})["ok"])
		in.mu.Lock()
		in.answer = func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		in.mu.Unlock()
		require.Contains(t, b.do("callbacks/verify", object{"receiver": "app"})["error"], "deadline")
	})
	t.Run("any plaintext can be posted", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, fast)
		b.do("callbacks/send", object{"receiver": "contact", "xml": "<xml><A>1</A></xml>"})
		require.Equal(t, "<xml><A>1</A></xml>", in.next())
		b.wrong("callbacks/send", object{"receiver": "kf", "xml": "x"})
	})
}

func TestSection3Events(t *testing.T) {
	t.Parallel()
	b, in := withInbox(t, Rules{})
	want := func(fields ...string) {
		t.Helper()
		plain := in.next()
		for i := 0; i+1 < len(fields); i += 2 {
			require.Equal(t, fields[i+1], element(t, plain, fields[i]), plain)
		}
		require.Equal(t, DefaultCorpID, element(t, plain, "ToUserName"))
		require.Equal(t, "sys", element(t, plain, "FromUserName"))
		require.Equal(t, "event", element(t, plain, "MsgType"))
	}
	contact := func(change string, more ...string) {
		t.Helper()
		want(append([]string{"Event", "change_external_contact", "ChangeType", change}, more...)...)
	}

	got := b.do("follows", object{"userid": "lin.qiao", "half": true, "state": "ch_1"})
	ext := got["external_userid"].(string)
	contact("add_half_external_contact", "UserID", "lin.qiao", "ExternalUserID", ext, "State", "ch_1", "WelcomeCode", got["welcome_code"].(string))
	b.do("follows", object{"userid": "lin.qiao", "external_userid": ext})
	contact("add_external_contact", "ExternalUserID", ext)

	tags := b.do("tags", object{"group": "意向", "tags": []string{"高"}})
	id := rows(tags, "tags")[0]["id"].(string)
	want("Event", "change_external_tag", "ChangeType", "create", "Id", tags["group_id"].(string), "TagType", "tag_group")
	want("Event", "change_external_tag", "ChangeType", "create", "Id", id, "TagType", "tag")
	b.do("tag", object{"userid": "lin.qiao", "external_userid": ext, "add": []string{id}})
	contact("edit_external_contact", "ExternalUserID", ext)

	// What the API does is not told.
	b.ok("externalcontact/mark_tag", object{"userid": "lin.qiao", "external_userid": ext, "remove_tag": []string{id}})
	b.ok("externalcontact/remark", object{"userid": "lin.qiao", "external_userid": ext, "remark": "x"})
	b.ok("externalcontact/add_corp_tag", object{"group_name": "g", "tag": []object{{"name": "t"}}})

	b.do("tags/remove", object{"tags": []string{id}})
	want("Event", "change_external_tag", "ChangeType", "delete", "Id", id)
	transfer := object{"handover_userid": "lin.qiao", "takeover_userid": "zhou.wei", "external_userid": []string{ext}}
	transfer["refuse"] = true
	b.do("transfers", transfer)
	contact("transfer_fail", "UserID", "zhou.wei", "FailReason", "customer_refused")
	transfer["refuse"] = false
	b.do("transfers", transfer)
	contact("del_external_contact", "UserID", "lin.qiao", "Source", "DELETE_BY_TRANSFER")
	contact("add_external_contact", "UserID", "zhou.wei", "WelcomeCode", "")
	b.do("unfollows", object{"userid": "zhou.wei", "external_userid": ext, "by": "customer"})
	contact("del_follow_user", "UserID", "zhou.wei", "ExternalUserID", ext)
	b.do("unfollows", object{"userid": "zhou.wei", "external_userid": ext, "by": "member"})
	contact("del_external_contact", "Source", "")

	chat := b.do("groupchats", object{"owner": "lin.qiao"})["chat_id"].(string)
	group := func(change string, more ...string) {
		t.Helper()
		want(append([]string{"Event", "change_external_chat", "ChangeType", change, "ChatId", chat}, more...)...)
	}
	group("create")
	b.do("groupchats/change", object{"chat_id": chat, "add": []string{ext}})
	group("update", "UpdateDetail", "add_member", "MemChangeCnt", "1", "LastMemVer", "mv1", "CurMemVer", "mv2")
	b.do("groupchats/change", object{"chat_id": chat, "remove": []string{ext, "nobody"}, "name": "新名"})
	group("update", "UpdateDetail", "del_member", "QuitScene", "0")
	group("update", "UpdateDetail", "change_name")
	b.do("groupchats/change", object{"chat_id": chat, "dismiss": true})
	group("dismiss")
	b.do("members/remove", object{"userid": "zhou.wei"})
	want("Event", "change_contact", "ChangeType", "delete_user", "UserID", "zhou.wei")
}

func TestCallbackFaults(t *testing.T) {
	t.Parallel()
	follow := func(b *bench) string {
		return b.do("follows", object{"userid": "lin.qiao"})["external_userid"].(string)
	}
	t.Run("duplicate", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{})
		b.do("faults", object{"path": "callback", "duplicate": 3})
		follow(b)
		first := in.next()
		require.Equal(t, first, in.next())
		require.Equal(t, first, in.next())
	})
	t.Run("reorder", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{})
		b.do("faults", object{"path": "callback", "reorder": true})
		first, second := follow(b), follow(b)
		require.Contains(t, in.next(), second)
		require.Contains(t, in.next(), first)
	})
	t.Run("a held one comes out when the faults are cleared", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{})
		b.do("faults", object{"path": "callback", "reorder": true})
		ext := follow(b)
		b.call(http.MethodDelete, "/sim/faults", nil)
		require.Contains(t, in.next(), ext)
	})
	t.Run("delay lets others pass", func(t *testing.T) {
		t.Parallel()
		in := newInbox(t)
		b := newTeam(t, Options{Callbacks: Callbacks{Contact: in.receiver()}})
		b.do("faults", object{"path": "callback", "delay": "100ms"})
		first, second := follow(b), follow(b)
		require.Contains(t, in.next(), second)
		require.Contains(t, in.next(), first)
	})
	t.Run("drop, matched by member and skipping one", func(t *testing.T) {
		t.Parallel()
		b, in := withInbox(t, Rules{})
		b.do("faults", object{"path": "callback", "drop": true, "skip": 1, "match": object{"userid": "lin.qiao"}})
		for _, user := range []string{"lin.qiao", "zhou.wei", "lin.qiao", "lin.qiao"} {
			b.do("follows", object{"userid": user})
		}
		require.Equal(t, "lin.qiao", element(t, in.next(), "UserID"))
		require.Equal(t, "zhou.wei", element(t, in.next(), "UserID"))
		require.Equal(t, "lin.qiao", element(t, in.next(), "UserID"))
		require.EqualValues(t, 1, b.settled()["dropped"])
	})
}

func TestRenderKeepsAnyText(t *testing.T) {
	t.Parallel()
	nasty := "a]]>b<c>&\n" + strings.Repeat("]", 3)
	plain := string(render([]field{{"Content", nasty}, {"CreateTime", "12"}, {"UserID", "12"}, {"A/B", "x"}}))
	require.Equal(t, nasty, element(t, plain, "Content"))
	require.Contains(t, plain, "<CreateTime>12</CreateTime><UserID><![CDATA[12]]></UserID><A><B><![CDATA[x]]></B></A>")
}
