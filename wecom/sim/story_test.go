package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWholeStory(t *testing.T) {
	t.Parallel()
	in := newInbox(t)
	b := newBench(t, Options{Callbacks: Callbacks{Contact: in.receiver()}})
	b.do("members", object{"userid": "lin.qiao", "name": "林乔"})
	got := b.do("follows", object{"userid": "lin.qiao", "name": "小陈", "state": "ch_1"})
	ext := got["external_userid"].(string)
	plain := in.next()
	require.Contains(t, plain, "<ChangeType><![CDATA[add_external_contact]]></ChangeType>")
	require.Contains(t, plain, got["welcome_code"])
	b.ok("externalcontact/send_welcome_msg", object{"welcome_code": got["welcome_code"], "text": object{"content": "你好"}})
	b.code(41051, "externalcontact/send_welcome_msg", object{"welcome_code": got["welcome_code"], "text": object{"content": "你好"}})

	sent := b.ok("externalcontact/add_msg_template", object{
		"sender": "LIN.QIAO", "external_userid": []string{ext, "wmNobody"}, "text": object{"content": "第一天"},
	})
	require.Equal(t, []any{"wmNobody"}, sent["fail_list"])
	msgID := sent["msgid"]
	b.code(41063, "externalcontact/get_groupmsg_task", object{"msgid": msgID})
	task := rows(b.ok("externalcontact/get_groupmsg_task", object{"msgid": msgID}), "task_list")[0]
	require.Equal(t, "lin.qiao", task["userid"])
	require.EqualValues(t, 0, task["status"])
	require.Len(t, b.ledger(), 1)

	done := b.do("confirm", object{"userid": "lin.qiao"})
	require.EqualValues(t, 1, done["delivered"])
	row := rows(b.ok("externalcontact/get_groupmsg_send_result", object{"msgid": msgID, "userid": "lin.qiao"}), "send_list")[0]
	require.EqualValues(t, 1, row["status"])
	require.Equal(t, "第一天", b.ledger()[1]["text"])
}
