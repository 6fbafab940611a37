package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func text(s string) object { return object{"content": s} }

// mass sends text from lin.qiao to customers and returns the msgid.
func (b *bench) mass(customers ...string) string {
	b.Helper()
	return b.ok("externalcontact/add_msg_template", object{
		"sender": "lin.qiao", "external_userid": customers, "text": text("第一天"),
	})["msgid"].(string)
}

// statuses reads the result of every recipient of a member.
func (b *bench) statuses(msgID, userID string) []any {
	b.Helper()
	var out []any
	for _, row := range rows(b.ok("externalcontact/get_groupmsg_send_result", object{"msgid": msgID, "userid": userID}), "send_list") {
		out = append(out, row["status"])
	}
	return out
}

func TestSection6MassMessages(t *testing.T) {
	t.Parallel()
	rule(t, "nothing reaches a customer before the member sends", func(b *bench) {
		id := b.mass(b.contact("lin.qiao"))
		require.Empty(b, b.ledger())
		require.Equal(b, []any{0.0}, b.statuses(id, "lin.qiao"))
		b.do("confirm", object{"userid": "lin.qiao", "msgid": id})
		require.Len(b, b.ledger(), 1)
		require.Equal(b, []any{1.0}, b.statuses(id, "lin.qiao"))
		require.EqualValues(b, 2, rows(b.ok("externalcontact/get_groupmsg_task", object{"msgid": id}), "task_list")[0]["status"])
		b.wrong("confirm", object{"userid": "lin.qiao", "msgid": id})
	})
	rule(t, "creation is not idempotent", func(b *bench) {
		ext := b.contact("lin.qiao")
		require.NotEqual(b, b.mass(ext), b.mass(ext))
		require.EqualValues(b, 2, b.do("confirm", object{"all": true})["delivered"])
	})
	rule(t, "fail_list names who is not the sender's contact", func(b *bench) {
		mine, other := b.contact("lin.qiao"), b.contact("zhou.wei")
		half := b.do("follows", object{"userid": "lin.qiao", "half": true})["external_userid"]
		got := b.ok("externalcontact/add_msg_template", object{
			"sender": "lin.qiao", "external_userid": []any{mine, mine, other, half, "wmX"}, "text": text("x"),
		})
		require.Equal(b, []any{other, half, "wmX"}, got["fail_list"])
	})
	rule(t, "no customer left is 41048", func(b *bench) {
		b.code(41048, "externalcontact/add_msg_template", object{"sender": "lin.qiao", "external_userid": []string{"wmX"}, "text": text("x")})
		b.code(41048, "externalcontact/add_msg_template", object{"text": text("x")})
		b.do("rules", object{"no_target_code": 40058})
		b.code(40058, "externalcontact/add_msg_template", object{"text": text("x")})
	})
	rule(t, "without sender the member last in touch gets the customer", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.advance("1m")
		b.do("follows", object{"userid": "zhou.wei", "external_userid": ext, "silent": true})
		send := func() any {
			id := b.ok("externalcontact/add_msg_template", object{"external_userid": []string{ext}, "text": text("x")})["msgid"]
			return rows(b.ok("externalcontact/get_groupmsg_task", object{"msgid": id}), "task_list")[0]["userid"]
		}
		require.Equal(b, "zhou.wei", send())
		b.advance("1m")
		b.do("messages", object{"from": "customer", "userid": "lin.qiao", "external_userid": ext, "text": "在吗"})
		require.Equal(b, "lin.qiao", send())
	})
	rule(t, "sender alone means all customers of the sender", func(b *bench) {
		b.contact("lin.qiao")
		b.contact("lin.qiao")
		b.contact("zhou.wei")
		id := b.ok("externalcontact/add_msg_template", object{"sender": "lin.qiao", "text": text("x"), "tag_filter": object{"group_list": nil}})["msgid"]
		require.Len(b, b.statuses(id.(string), "lin.qiao"), 2)
	})
	rule(t, "tag_filter is OR inside a group and AND between groups", func(b *bench) {
		ids := rows(b.do("tags", object{"group": "g", "tags": []string{"a", "b", "c"}}), "tags")
		tag := func(i int) any { return ids[i]["id"] }
		b.do("follows", object{"userid": "lin.qiao", "tags": []any{tag(0), tag(2)}, "silent": true})
		b.do("follows", object{"userid": "lin.qiao", "tags": []any{tag(1), tag(2)}, "silent": true})
		b.do("follows", object{"userid": "lin.qiao", "tags": []any{tag(0)}, "silent": true})
		filter := object{"group_list": []object{{"tag_list": []any{tag(0), tag(1)}}, {"tag_list": []any{tag(2)}}}}
		id := b.ok("externalcontact/add_msg_template", object{"tag_filter": filter, "text": text("x")})["msgid"].(string)
		require.Len(b, b.statuses(id, "lin.qiao"), 2)
		b.code(40068, "externalcontact/add_msg_template", object{"tag_filter": object{"group_list": []object{{"tag_list": []string{"etX"}}}}, "text": text("x")})
	})
}

func TestSection6MassMessageContent(t *testing.T) {
	t.Parallel()
	rule(t, "bad sender, kind and size", func(b *bench) {
		ext := []string{b.contact("lin.qiao")}
		b.do("members", object{"userid": "no.contact", "contact_permission": false})
		for code, q := range map[int]object{
			60111: {"sender": "ghost", "external_userid": ext, "text": text("x")},
			84074: {"sender": "no.contact", "external_userid": ext, "text": text("x")},
			40058: {"chat_type": "group", "text": text("x")},
			41064: {"sender": "lin.qiao", "text": text("x"), "attachments": make([]object, 10)},
			41065: {"sender": "lin.qiao", "attachments": []object{{"msgtype": "hologram"}}},
		} {
			b.code(code, "externalcontact/add_msg_template", q)
		}
		b.code(40058, "externalcontact/add_msg_template", object{"sender": "lin.qiao", "external_userid": make([]string, 10_001), "text": text("x")})
		b.code(40058, "externalcontact/add_msg_template", object{"sender": "lin.qiao"})
	})
	rule(t, "text is limited to 4000 bytes, not characters", func(b *bench) {
		b.contact("lin.qiao")
		b.ok("externalcontact/add_msg_template", object{"sender": "lin.qiao", "text": text(strings.Repeat("中", 1333))})
		b.code(45002, "externalcontact/add_msg_template", object{"sender": "lin.qiao", "text": text(strings.Repeat("中", 1334))})
	})
	rule(t, "link and mini program fields", func(b *bench) {
		b.contact("lin.qiao")
		send := func(code int, a object) {
			b.code(code, "externalcontact/add_msg_template", object{"sender": "lin.qiao", "attachments": []object{a}})
		}
		link := func(title, url, desc string) object {
			return object{"msgtype": "link", "link": object{"title": title, "url": url, "desc": desc}, "image": object{"media_id": ""}, "video": object{}}
		}
		send(0, link("测评", "https://h5.example/t?a=1&b=2", ""))
		send(40063, link("", "https://h5.example", ""))
		send(40058, link(strings.Repeat("中", 43), "https://h5.example", ""))
		send(40058, link("t", "https://h5.example/"+strings.Repeat("x", 2048), ""))
		send(40058, link("t", "https://h5.example", strings.Repeat("中", 171)))
		send(45034, link("t", "h5.example", ""))
		mini := object{"title": "课表", "appid": "wx1", "page": "/p", "pic_media_id": b.media("image")}
		send(0, object{"msgtype": "miniprogram", "miniprogram": mini})
		b.do("rules", object{"mini_programs": []string{"wx2"}})
		send(90208, object{"msgtype": "miniprogram", "miniprogram": mini})
		delete(mini, "page")
		send(40063, object{"msgtype": "miniprogram", "miniprogram": mini})
	})
}

func TestSection6MassMessageResults(t *testing.T) {
	t.Parallel()
	rule(t, "41063 for the first read", func(b *bench) {
		b.do("rules", object{"dispatch_polls": 2})
		id := b.mass(b.contact("lin.qiao"))
		b.code(41063, "externalcontact/get_groupmsg_task", object{"msgid": id})
		b.code(41063, "externalcontact/get_groupmsg_send_result", object{"msgid": id, "userid": "lin.qiao"})
		b.ok("externalcontact/get_groupmsg_task", object{"msgid": id})
	})
	rule(t, "a customer who left is status 2", func(b *bench) {
		gone, deleted := b.contact("lin.qiao"), b.contact("lin.qiao")
		id := b.mass(gone, deleted)
		b.do("unfollows", object{"userid": "lin.qiao", "external_userid": gone, "by": "customer"})
		b.do("unfollows", object{"userid": "lin.qiao", "external_userid": deleted, "by": "member"})
		require.Equal(b, map[string]any{"2": 2.0}, b.do("confirm", object{"userid": "lin.qiao"})["status"])
		require.Equal(b, []any{2.0, 2.0}, b.statuses(id, "lin.qiao"))
		require.Empty(b, b.ledger())
	})
	rule(t, "refused is not sent, and partial sends only some", func(b *bench) {
		one, two := b.contact("lin.qiao"), b.contact("lin.qiao")
		refused, partial := b.mass(one), b.mass(one, two)
		b.do("confirm", object{"userid": "lin.qiao", "msgid": refused, "action": "refuse"})
		require.Equal(b, []any{0.0}, b.statuses(refused, "lin.qiao"))
		b.do("confirm", object{"userid": "lin.qiao", "msgid": partial, "action": "partial", "only": []string{two}})
		require.Equal(b, []any{0.0, 1.0}, b.statuses(partial, "lin.qiao"))
		require.Equal(b, "refused", rows(b.call(http.MethodGet, "/sim/tasks?userid=lin.qiao", nil), "tasks")[0]["status"])
		require.Empty(b, rows(b.call(http.MethodGet, "/sim/tasks?userid=lin.qiao&status=pending", nil), "tasks"))
	})
	rule(t, "cancel stops what is not sent", func(b *bench) {
		id := b.mass(b.contact("lin.qiao"))
		b.ok("externalcontact/cancel_groupmsg_send", object{"msgid": id})
		require.EqualValues(b, 0, b.do("confirm", object{"userid": "lin.qiao"})["confirmed"])
		b.code(41093, "externalcontact/remind_groupmsg_send", object{"msgid": id})
	})
	rule(t, "three reminders in 24 hours", func(b *bench) {
		id := b.mass(b.contact("lin.qiao"))
		for range 3 {
			b.ok("externalcontact/remind_groupmsg_send", object{"msgid": id})
		}
		b.code(41094, "externalcontact/remind_groupmsg_send", object{"msgid": id})
		require.EqualValues(b, 3, rows(b.call(http.MethodGet, "/sim/tasks", nil), "tasks")[0]["reminded"])
		b.advance("24h")
		b.ok("externalcontact/remind_groupmsg_send", object{"msgid": id})
		b.code(41047, "externalcontact/remind_groupmsg_send", object{"msgid": "msgX"})
		b.code(41046, "externalcontact/remind_groupmsg_send", object{"msgid": ""})
	})
	rule(t, "list by time, kind and creator; API rows have no creator", func(b *bench) {
		ext := b.contact("lin.qiao")
		for range 3 {
			b.mass(ext)
		}
		b.do("groupmsgs", object{"userid": "lin.qiao", "external_userid": []string{ext}, "text": "我自己发的"})
		now := b.sim.Clock().Now().Unix()
		list := func(more object) map[string]any {
			q := object{"chat_type": "single", "start_time": now - 10, "end_time": now + 10, "limit": 2}
			for k, v := range more {
				q[k] = v
			}
			return b.ok("externalcontact/get_groupmsg_list_v2", q)
		}
		first := list(object{})
		second := list(object{"cursor": first["next_cursor"]})
		require.Len(b, first["group_msg_list"], 2)
		require.Len(b, second["group_msg_list"], 2)
		require.Empty(b, second["next_cursor"])
		require.NotContains(b, rows(first, "group_msg_list")[0], "creator")
		require.Equal(b, "lin.qiao", rows(list(object{"filter_type": 1}), "group_msg_list")[0]["creator"])
		require.Empty(b, list(object{"start_time": now + 5})["group_msg_list"])
		require.IsType(b, 0.0, rows(first, "group_msg_list")[0]["create_time"])
		b.do("rules", object{"create_time_string": true})
		require.IsType(b, "", rows(list(object{}), "group_msg_list")[0]["create_time"])
		b.code(40058, "externalcontact/get_groupmsg_list_v2", object{"chat_type": "single", "start_time": 1, "end_time": now})
	})
	rule(t, "group tasks list only groups that were sent to", func(b *bench) {
		ext := b.contact("lin.qiao")
		chat := b.do("groupchats", object{"owner": "lin.qiao", "external_userid": []string{ext}})["chat_id"]
		id := b.ok("externalcontact/add_msg_template", object{"chat_type": "group", "sender": "lin.qiao", "text": text("群")})["msgid"].(string)
		require.Empty(b, b.statuses(id, "lin.qiao"))
		b.do("confirm", object{"all": true})
		row := rows(b.ok("externalcontact/get_groupmsg_send_result", object{"msgid": id, "userid": "lin.qiao"}), "send_list")[0]
		require.Equal(b, chat, row["chat_id"])
		require.Equal(b, ext, b.ledger()[0]["external_userid"])
		require.Equal(b, "groupchat", b.ledger()[0]["kind"])
	})
}

func TestSection6Quota(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		mode   QuotaMode
		start  string // of the corp's clock, Chinese time
		limit  int
		next   string // after which there is room again
		notYet string
	}{
		{QuotaMonth, "2026-11-02T09:00:00+08:00", 30, "2026-12-01T00:00:00+08:00", "2026-11-30T23:59:59+08:00"},
		{QuotaMonth, "2027-02-10T09:00:00+08:00", 28, "2027-03-01T00:00:00+08:00", "2027-02-28T23:59:59+08:00"},
		{QuotaWeek, "2026-11-02T09:00:00+08:00", 7, "2026-11-09T00:00:00+08:00", "2026-11-08T23:59:59+08:00"},
		{QuotaDay, "2026-11-02T09:00:00+08:00", 1, "2026-11-03T00:00:00+08:00", "2026-11-02T23:59:59+08:00"},
	} {
		t.Run(fmt.Sprintf("%d per %s", tc.limit, tc.mode), func(t *testing.T) {
			t.Parallel()
			b := newTeam(t, Options{Rules: Rules{Quota: tc.mode, DispatchPolls: -1}})
			at := func(when string) {
				b.do("clock", object{"set": when})
				b.token = b.login()
			}
			at(tc.start)
			ext := b.contact("lin.qiao")
			b.do("follows", object{"userid": "zhou.wei", "external_userid": ext, "silent": true})
			// A member's own mass message counts as the corp's do.
			b.do("groupmsgs", object{"userid": "zhou.wei", "external_userid": []string{ext}, "text": "x"})
			for range tc.limit {
				b.mass(ext)
			}
			want := map[string]any{"3": 1.0}
			if tc.limit > 1 {
				want["1"] = float64(tc.limit - 1)
			}
			require.Equal(t, want, b.do("confirm", object{"all": true})["status"])
			at(tc.notYet)
			b.mass(ext)
			require.Equal(t, map[string]any{"3": 1.0}, b.do("confirm", object{"all": true})["status"])
			at(tc.next)
			b.mass(ext)
			require.Equal(t, map[string]any{"1": 1.0}, b.do("confirm", object{"all": true})["status"])
		})
	}
	rule(t, "none", func(b *bench) {
		b.do("rules", object{"quota": "none"})
		ext := b.contact("lin.qiao")
		for range 40 {
			b.mass(ext)
		}
		require.EqualValues(b, 40, b.do("confirm", object{"all": true})["delivered"])
	})
}

func TestSection6Welcome(t *testing.T) {
	t.Parallel()
	follow := func(b *bench, more object) (ext, code string) {
		q := object{"userid": "lin.qiao"}
		for k, v := range more {
			q[k] = v
		}
		got := b.do("follows", q)
		return got["external_userid"].(string), got["welcome_code"].(string)
	}
	welcome := func(b *bench, want int, code string) {
		b.Helper()
		b.code(want, "externalcontact/send_welcome_msg", object{"welcome_code": code, "text": text("你好"), "attachments": nil})
	}
	rule(t, "within 20 seconds, once", func(b *bench) {
		_, code := follow(b, nil)
		b.do("clock", object{"advance": "20s"})
		welcome(b, 0, code)
		welcome(b, 41051, code)
		require.Equal(b, "welcome", b.ledger()[0]["kind"])
	})
	rule(t, "after 20 seconds is 41050", func(b *bench) {
		_, code := follow(b, nil)
		b.do("clock", object{"advance": "21s"})
		welcome(b, 41050, code)
	})
	rule(t, "unknown and missing codes", func(b *bench) {
		welcome(b, 41050, "made-up")
		welcome(b, 41049, "")
	})
	rule(t, "already chatting is 41051", func(b *bench) {
		ext, code := follow(b, nil)
		b.do("messages", object{"from": "customer", "userid": "lin.qiao", "external_userid": ext, "text": "hi"})
		welcome(b, 41051, code)
	})
	rule(t, "half and full add carry a code each, only one welcome is sent", func(b *bench) {
		ext, first := follow(b, object{"half": true})
		_, second := follow(b, object{"external_userid": ext})
		require.NotEqual(b, first, second)
		welcome(b, 0, second)
		welcome(b, 41051, first)
	})
	rule(t, "no code after the half add's was used", func(b *bench) {
		ext, first := follow(b, object{"half": true})
		welcome(b, 0, first)
		_, second := follow(b, object{"external_userid": ext})
		require.Empty(b, second)
	})
	rule(t, "no code for WeCom users or a welcome set in the console", func(b *bench) {
		_, code := follow(b, object{"type": 2})
		require.Empty(b, code)
		_, code = follow(b, object{"no_welcome": true})
		require.Empty(b, code)
	})
	rule(t, "does not use the mass quota", func(b *bench) {
		b.do("rules", object{"quota": "day"})
		ext, code := follow(b, nil)
		welcome(b, 0, code)
		b.mass(ext)
		require.EqualValues(b, 1, b.do("confirm", object{"all": true})["delivered"])
	})
	rule(t, "bad content leaves the code good", func(b *bench) {
		_, code := follow(b, nil)
		b.code(45002, "externalcontact/send_welcome_msg", object{"welcome_code": code, "text": text(strings.Repeat("x", 4001))})
		b.code(40007, "externalcontact/send_welcome_msg", object{
			"welcome_code": code, "attachments": []object{{"msgtype": "file", "file": object{"media_id": "gone"}}},
		})
		welcome(b, 0, code)
	})
}

func TestSection14RateLimits(t *testing.T) {
	t.Parallel()
	rule(t, "45009 until the minute ends", func(b *bench) {
		b.do("rules", object{"calls_per_minute": 2})
		require.EqualValues(b, 0, b.get("department/list")["errcode"])
		require.EqualValues(b, 0, b.get("department/list")["errcode"])
		require.EqualValues(b, 45009, b.get("department/list")["errcode"])
		require.EqualValues(b, 0, b.get("department/get", "id", "1")["errcode"], "each API has its own limit")
		b.do("clock", object{"advance": "1m"})
		require.EqualValues(b, 0, b.get("department/list")["errcode"])
	})
	rule(t, "45009 until the hour ends", func(b *bench) {
		b.do("rules", object{"calls_per_hour": 1})
		require.EqualValues(b, 0, b.get("department/list")["errcode"])
		b.do("clock", object{"advance": "1m"})
		require.EqualValues(b, 45009, b.get("department/list")["errcode"])
		b.do("clock", object{"advance": "1h"})
		require.EqualValues(b, 0, b.get("department/list")["errcode"])
	})
	rule(t, "45033 when too many are under way", func(b *bench) {
		b.do("rules", object{"max_concurrent": 1})
		b.do("faults", object{"path": "/cgi-bin/department/list", "delay": "30s"})
		ctx := b.Context()
		go func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+"/cgi-bin/department/list?access_token="+b.token, nil)
			if err != nil {
				b.Error(err)
				return
			}
			if resp, err := b.client.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
		require.Eventually(b, func() bool {
			b.sim.mu.Lock()
			defer b.sim.mu.Unlock()
			return b.sim.underWay == 1
		}, 10*time.Second, time.Millisecond)
		require.EqualValues(b, 45033, b.get("department/get", "id", "1")["errcode"])
		require.NoError(b, b.sim.Close(), "Close ends delayed answers")
	})
}
