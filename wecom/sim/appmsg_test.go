package sim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func appText(to string) object {
	return object{"touser": to, "msgtype": "text", "agentid": DefaultAgentID, "text": text("你有 3 条待发送")}
}

func card(taskID string) object {
	return object{"touser": "lin.qiao", "msgtype": "template_card", "agentid": DefaultAgentID, "template_card": object{
		"card_type": "button_interaction", "main_title": object{"title": "D3 跟进"}, "task_id": taskID,
		"button_list": []object{{"text": "完成", "key": "done"}, {"text": "看", "type": 1, "url": "https://h5.example"}},
	}}
}

func TestSection8AppMessages(t *testing.T) {
	t.Parallel()
	rule(t, "partly invalid recipients are listed, all invalid is 81013", func(b *bench) {
		got := b.ok("message/send", appText("LIN.QIAO|Ghost"))
		require.Equal(b, "Ghost", got["invaliduser"])
		require.Equal(b, "lin.qiao", b.ledger()[0]["userid"])
		b.do("rules", object{"lower_invalid_user": true})
		require.Equal(b, "ghost", b.ok("message/send", appText("lin.qiao|Ghost"))["invaliduser"])
		b.code(81013, "message/send", appText("ghost"))
		b.code(82001, "message/send", appText(""))
		b.code(40032, "message/send", appText(strings.Repeat("a|", 1001)))
	})
	rule(t, "to all and to a department", func(b *bench) {
		b.ok("message/send", appText("@all"))
		require.Len(b, b.ledger(), 2)
		q := appText("")
		q["toparty"] = "1"
		b.ok("message/send", q)
		require.Len(b, b.ledger(), 4)
	})
	rule(t, "agentid as number or string, own only", func(b *bench) {
		q := appText("lin.qiao")
		q["agentid"] = "1000012"
		b.ok("message/send", q)
		q["agentid"] = 7
		b.code(301002, "message/send", q)
		delete(q, "agentid")
		b.code(41011, "message/send", q)
	})
	rule(t, "an identical request within the interval is dropped", func(b *bench) {
		q := appText("lin.qiao")
		q["enable_duplicate_check"], q["duplicate_check_interval"] = 1, 600
		first := b.ok("message/send", q)["msgid"]
		require.Equal(b, first, b.ok("message/send", q)["msgid"])
		require.Len(b, b.ledger(), 1)
		q["text"] = text("another")
		b.ok("message/send", q)
		require.Len(b, b.ledger(), 2)
		b.advance("600s")
		b.ok("message/send", q)
		require.Len(b, b.ledger(), 3)
	})
	rule(t, "without the check both arrive", func(b *bench) {
		b.ok("message/send", appText("lin.qiao"))
		b.ok("message/send", appText("lin.qiao"))
		require.Len(b, b.ledger(), 2)
	})
	rule(t, "more than 30 a minute for a member are dropped in silence", func(b *bench) {
		for range 31 {
			b.ok("message/send", appText("lin.qiao"))
		}
		require.Len(b, b.ledger(), 30)
		b.advance("1m")
		b.ok("message/send", appText("lin.qiao"))
		require.Len(b, b.ledger(), 31)
	})
	rule(t, "sizes: bytes for text, characters for text cards", func(b *bench) {
		send := func(code int, msgType string, part object) {
			b.Helper()
			b.code(code, "message/send", object{"touser": "lin.qiao", "agentid": DefaultAgentID, "msgtype": msgType, msgType: part})
		}
		send(0, "text", text(strings.Repeat("中", 682)))
		send(45002, "text", text(strings.Repeat("中", 683)))
		send(45002, "markdown", text(strings.Repeat("中", 683)))
		send(44004, "text", text(""))
		send(40008, "hologram", object{})
		textCard := func(title, description, button string) object {
			return object{"title": title, "description": description, "url": "https://h5.example", "btntxt": button}
		}
		send(0, "textcard", textCard(strings.Repeat("中", 128), strings.Repeat("中", 512), "去处理吧"))
		send(40058, "textcard", textCard(strings.Repeat("中", 129), "d", ""))
		send(40058, "textcard", textCard("t", strings.Repeat("中", 513), ""))
		send(40058, "textcard", textCard("t", "d", "五个字以上"))
		send(40063, "textcard", textCard("", "d", ""))
		send(0, "file", object{"media_id": b.media("file")})
		send(40007, "image", object{"media_id": b.media("file")})
	})
	rule(t, "recall within 24 hours", func(b *bench) {
		id := b.ok("message/send", appText("lin.qiao"))["msgid"]
		b.ok("message/recall", object{"msgid": id})
		b.ok("message/recall", object{"msgid": id})
		b.advance("25h")
		b.code(40058, "message/recall", object{"msgid": id})
	})
	rule(t, "interactive cards need a receiver", func(b *bench) {
		b.code(43012, "message/send", card("t1"))
	})
}

func TestSection8TemplateCards(t *testing.T) {
	t.Parallel()
	withReceiver := func(t *testing.T) (*bench, *inbox) {
		t.Helper()
		in := newInbox(t)
		b := newTeam(t, Options{Callbacks: Callbacks{App: in.receiver()}})
		return b, in
	}
	t.Run("a click carries task, key and a response code that works once", func(t *testing.T) {
		t.Parallel()
		b, in := withReceiver(t)
		sent := b.ok("message/send", card("sop_1"))
		require.NotEmpty(t, sent["response_code"])
		click := b.do("clicks", object{"userid": "lin.qiao", "task_id": "sop_1", "key": "done"})
		event := in.next()
		for _, part := range []string{
			"<FromUserName><![CDATA[lin.qiao]]></FromUserName>", "<Event><![CDATA[template_card_event]]></Event>",
			"<EventKey><![CDATA[done]]></EventKey>", "<TaskId><![CDATA[sop_1]]></TaskId>",
			"<CardType><![CDATA[button_interaction]]></CardType>", "<AgentID>1000012</AgentID>", click["response_code"].(string),
		} {
			require.Contains(t, event, part)
		}
		update := object{
			"userids": []string{"lin.qiao", "ghost"}, "agentid": DefaultAgentID, "response_code": click["response_code"],
			"button": object{"replace_name": "已完成"},
		}
		require.Equal(t, []any{"ghost"}, b.ok("message/update_template_card", update)["invaliduser"])
		require.Equal(t, "card_update", b.ledger()[1]["kind"])
		b.code(60140, "message/update_template_card", update)
		b.wrong("clicks", object{"userid": "lin.qiao", "task_id": "sop_1", "key": "no such"})
		b.wrong("clicks", object{"userid": "zhou.wei", "task_id": "sop_1", "key": "done"})
		b.wrong("clicks", object{"userid": "zhou.wei", "task_id": "other", "key": "done"})
	})
	t.Run("a drop-down's choice comes with the click, and another card may take its place", func(t *testing.T) {
		t.Parallel()
		b, in := withReceiver(t)
		choice := func(ids ...string) object {
			options := []object{}
			for _, id := range ids {
				options = append(options, object{"id": id, "text": "客户" + id})
			}
			return object{"question_key": "who", "option_list": options}
		}
		q := card("sop_1")
		for name, selection := range map[string]object{
			"no option": choice(), "eleven": choice(strings.Split("abcdefghijk", "")...), "twice the same": choice("a", "a"), "without a key": {"option_list": choice("a")["option_list"]},
		} {
			q["template_card"].(object)["button_selection"] = selection
			require.EqualValues(t, 42045, b.post("message/send", q)["errcode"], name)
		}
		q["template_card"].(object)["button_selection"] = choice("all", "wm1")
		b.ok("message/send", q)
		b.do("clicks", object{"userid": "lin.qiao", "task_id": "sop_1", "key": "done"})
		require.Contains(t, in.next(), "<SelectedItems><SelectedItem><QuestionKey><![CDATA[who]]></QuestionKey><OptionIds><OptionId><![CDATA[all]]></OptionId></OptionIds></SelectedItem></SelectedItems></xml>")
		b.wrong("clicks", object{"userid": "lin.qiao", "task_id": "sop_1", "key": "done", "option": "wm2"})
		click := b.do("clicks", object{"userid": "lin.qiao", "task_id": "sop_1", "key": "done", "option": "wm1"})
		require.Contains(t, in.next(), "<OptionId><![CDATA[wm1]]></OptionId>")

		update := object{"userids": []string{"lin.qiao"}, "agentid": DefaultAgentID, "response_code": click["response_code"], "template_card": q["template_card"]}
		b.code(42014, "message/update_template_card", update)
		next := card("sop_1-1")["template_card"].(object)
		update["template_card"] = next
		b.ok("message/update_template_card", update)
		b.do("clicks", object{"userid": "lin.qiao", "task_id": "sop_1-1", "key": "done"})
		event := in.next()
		require.Contains(t, event, "<TaskId><![CDATA[sop_1-1]]></TaskId>")
		require.NotContains(t, event, "SelectedItems")
	})
	t.Run("a response code lives 72 hours", func(t *testing.T) {
		t.Parallel()
		b, _ := withReceiver(t)
		code := b.ok("message/send", card("sop_1"))["response_code"]
		b.advance("72h")
		b.code(60140, "message/update_template_card", object{
			"userids": []string{"lin.qiao"}, "agentid": DefaultAgentID, "response_code": code, "button": object{"replace_name": "x"},
		})
	})
	t.Run("task_id is unique, except for a dropped duplicate", func(t *testing.T) {
		t.Parallel()
		b, _ := withReceiver(t)
		q := card("sop_1")
		q["enable_duplicate_check"] = 1
		require.Equal(t, b.ok("message/send", q)["msgid"], b.ok("message/send", q)["msgid"])
		b.code(42014, "message/send", card("sop_1"))
		b.code(42014, "message/send", card(""))
		b.code(42014, "message/send", card("no spaces"))
	})
	t.Run("fields by card type", func(t *testing.T) {
		t.Parallel()
		b, _ := withReceiver(t)
		for name, c := range map[string]object{
			"notice without action":  {"card_type": "text_notice", "main_title": object{"title": "x"}},
			"notice without title":   {"card_type": "text_notice", "card_action": object{"type": 1, "url": "https://h5.example"}},
			"no button":              {"card_type": "button_interaction", "task_id": "a"},
			"seven buttons":          {"card_type": "button_interaction", "task_id": "a", "button_list": make([]object, 7)},
			"button without key":     {"card_type": "button_interaction", "task_id": "a", "button_list": []object{{"text": "x"}}},
			"vote without submit":    {"card_type": "vote_interaction", "task_id": "a"},
			"unknown type":           {"card_type": "hologram"},
			"too many content lines": {"card_type": "text_notice", "sub_title_text": "x", "card_action": object{"type": 1}, "horizontal_content_list": make([]object, 7)},
		} {
			q := card("")
			q["template_card"] = c
			got := b.post("message/send", q)
			require.EqualValues(t, 42045, got["errcode"], name)
		}
		q := card("")
		q["template_card"] = object{"card_type": "text_notice", "sub_title_text": "x", "card_action": object{"type": 1, "url": "https://h5.example"}}
		require.NotContains(t, b.ok("message/send", q), "response_code", "only interactive cards have one")
	})
	t.Run("a member's words reach the app", func(t *testing.T) {
		t.Parallel()
		b, in := withReceiver(t)
		b.do("messages", object{"from": "member", "to": "app", "userid": "lin.qiao", "text": "你好]]>"})
		require.Regexp(t, `^<xml><ToUserName>.*<FromUserName><!\[CDATA\[lin\.qiao\]\]></FromUserName>.*<MsgType><!\[CDATA\[text\]\]></MsgType>.*<MsgId>\d+</MsgId><AgentID>1000012</AgentID></xml>$`, in.next())
	})
}
