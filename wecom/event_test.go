package wecom

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "events", name+".xml"))
	require.NoError(t, err)
	return b
}

func TestParseEvent_everyDocumentedEvent(t *testing.T) {
	t.Parallel()
	at := func(unix int64) time.Time { return time.Unix(unix, 0) }
	const customer, chat = "wmSAMPLE0001AAAABBBBCCCCDDDDEEEE", "wrSAMPLEGROUP0001AAAABBBBCCCCDDD"
	tests := map[string]struct {
		key  EventKey
		want Event
	}{
		"change_external_contact.add_external_contact": {"change_external_contact/add_external_contact", Event{
			CreateTime: at(1790000000), UserID: "lin.qiao", ExternalUserID: customer, State: "ch_20260901_a", WelcomeCode: "wcode-0001",
		}},
		"change_external_contact.edit_external_contact": {"change_external_contact/edit_external_contact", Event{
			CreateTime: at(1790000001), UserID: "lin.qiao", ExternalUserID: customer,
		}},
		"change_external_contact.add_half_external_contact": {"change_external_contact/add_half_external_contact", Event{
			CreateTime: at(1790000002), UserID: "lin.qiao", ExternalUserID: customer, State: "ch_20260901_a", WelcomeCode: "wcode-0002",
		}},
		"change_external_contact.del_external_contact": {"change_external_contact/del_external_contact", Event{
			CreateTime: at(1790000003), UserID: "lin.qiao", ExternalUserID: customer, Source: "DELETE_BY_TRANSFER",
		}},
		"change_external_contact.del_follow_user": {"change_external_contact/del_follow_user", Event{
			CreateTime: at(1790000004), UserID: "lin.qiao", ExternalUserID: customer,
		}},
		"change_external_contact.transfer_fail": {"change_external_contact/transfer_fail", Event{
			CreateTime: at(1790000005), UserID: "lin.qiao", ExternalUserID: customer, FailReason: "customer_refused",
		}},
		"change_external_contact.msg_audit_approved": {"change_external_contact/msg_audit_approved", Event{
			CreateTime: at(1790000006), UserID: "lin.qiao", ExternalUserID: customer, WelcomeCode: "wcode-0003",
		}},
		"change_external_chat.create":  {"change_external_chat/create", Event{CreateTime: at(1790000010), ChatID: chat}},
		"change_external_chat.dismiss": {"change_external_chat/dismiss", Event{CreateTime: at(1790000013), ChatID: chat}},
		"change_external_chat.update": {"change_external_chat/update", Event{
			CreateTime: at(1790000011), ChatID: chat, UpdateDetail: "del_member", QuitScene: 1, MemberCount: 1,
			Members: []string{customer}, LastMemVer: "mv0002", CurMemVer: "mv0003",
		}},
		"change_external_chat.update.2": {"change_external_chat/update", Event{
			CreateTime: at(1790000012), ChatID: chat, UpdateDetail: "change_name",
		}},
		"change_external_chat.update.3": {"change_external_chat/update", Event{
			CreateTime: at(1790000100), ChatID: chat, UpdateDetail: "add_member", JoinScene: 3, MemberCount: 1,
			Members: []string{customer}, LastMemVer: "mv0001", CurMemVer: "mv0002",
		}},
		"change_external_tag.create":  {"change_external_tag/create", Event{CreateTime: at(1790000020), ID: "etSAMPLETAG01", TagType: "tag"}},
		"change_external_tag.update":  {"change_external_tag/update", Event{CreateTime: at(1790000021), ID: "etSAMPLEGRP01", TagType: "tag_group"}},
		"change_external_tag.delete":  {"change_external_tag/delete", Event{CreateTime: at(1790000022), ID: "etSAMPLETAG02", TagType: "tag"}},
		"change_external_tag.shuffle": {"change_external_tag/shuffle", Event{CreateTime: at(1790000023), ID: "etSAMPLEGRP01"}},
		"customer_acquisition.friend_request": {"customer_acquisition/friend_request", Event{
			CreateTime: at(1790000030), LinkID: "caSAMPLE01", State: "douyin_07",
		}},
		"customer_acquisition.customer_start_chat": {"customer_acquisition/customer_start_chat", Event{
			CreateTime: at(1790000031), UserID: "lin.qiao", ExternalUserID: customer, LinkID: "caSAMPLE01",
		}},
		"customer_acquisition.message_from_customer": {"customer_acquisition/message_from_customer", Event{
			CreateTime: at(1790000032), LinkID: "caSAMPLE01", ChatKey: "ck0001",
		}},
		"customer_acquisition.quota_expire_soon": {"customer_acquisition/quota_expire_soon", Event{
			CreateTime: at(1790000033), ExpireTime: at(1790604800), ExpireQuota: 40,
		}},
		"customer_acquisition.balance_low": {"customer_acquisition/balance_low", Event{CreateTime: at(1790000034)}},
		"msgaudit_notify":                  {"msgaudit_notify", Event{CreateTime: at(1790000040), AgentID: 2000004}},
		"kf_msg_or_event": {"kf_msg_or_event", Event{
			CreateTime: at(1790000041), Token: "ENCtok0001", OpenKfID: "wkSAMPLEKF0001AAAABBBBCCCCDDDDEE",
		}},
		"message.text": {"message/text", Event{
			CreateTime: at(1790000050), FromUser: "lin.qiao", Content: "你好", MsgID: "7300000000000000001", AgentID: 1000012,
		}},
		"message.image": {"message/image", Event{
			CreateTime: at(1790000051), FromUser: "lin.qiao", PicURL: "https://img.example/1.jpg", MediaID: "MEDIA0009",
			MsgID: "7300000000000000002", AgentID: 1000012,
		}},
		"click":       {"click", Event{CreateTime: at(1790000052), FromUser: "lin.qiao", EventKey: "menu_today", AgentID: 1000012}},
		"view":        {"view", Event{CreateTime: at(1790000053), FromUser: "lin.qiao", EventKey: "https://scrm.example/m", AgentID: 1000012}},
		"enter_agent": {"enter_agent", Event{CreateTime: at(1790000054), FromUser: "lin.qiao", AgentID: 1000012}},
		"LOCATION":    {"LOCATION", Event{CreateTime: at(1790000055), FromUser: "lin.qiao", AgentID: 1000012}},
		"subscribe":   {"subscribe", Event{CreateTime: at(1790000056), FromUser: "lin.qiao", AgentID: 1000012}},
		"template_card_event": {"template_card_event", Event{
			CreateTime: at(1790000200), FromUser: "lin.qiao", AgentID: 1000012, EventKey: "btn_done", TaskID: "sop_task_881",
			CardType: "button_interaction", ResponseCode: "rc-0001",
			Selected: []Selection{{QuestionKey: "q1", OptionIDs: []string{"opt_yes"}}},
		}},
		"change_contact.create_user": {"change_contact/create_user", Event{
			CreateTime: at(1790000060), UserID: "new.one", PersonName: "新同事", Departments: []int{1, 7}, MainDepartment: 7, Status: 4,
		}},
		"change_contact.update_user": {"change_contact/update_user", Event{
			CreateTime: at(1790000061), UserID: "new.one", NewUserID: "new.one2", Departments: []int{1},
		}},
		"change_contact.delete_user": {"change_contact/delete_user", Event{CreateTime: at(1790000062), UserID: "new.one2"}},
		"change_contact.create_party": {"change_contact/create_party", Event{
			CreateTime: at(1790000063), ID: "9", PersonName: "雅思组", ParentID: 7, Order: 100,
		}},
		"change_contact.update_party": {"change_contact/update_party", Event{CreateTime: at(1790000064), ID: "9", PersonName: "雅思二组"}},
		"change_contact.delete_party": {"change_contact/delete_party", Event{CreateTime: at(1790000065), ID: "9"}},
	}
	files, err := filepath.Glob("testdata/events/*.xml")
	require.NoError(t, err)
	require.Len(t, files, len(tests), "every sample has its expectation")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := sample(t, name)
			got, err := ParseEvent(raw)
			require.NoError(t, err)
			require.Equal(t, tt.key, got.Key())
			require.Equal(t, raw, got.Raw)
			want := tt.want
			want.Raw, want.ToUser = raw, "ww0f1e2d3c4b5a6978"
			want.Name, want.ChangeType, want.MsgType = got.Name, got.ChangeType, got.MsgType // checked by the key
			if want.FromUser == "" && name != "kf_msg_or_event" {
				want.FromUser = "sys"
			}
			require.Equal(t, want, got)
		})
	}
}

func TestParseEvent_listsAndJobs(t *testing.T) {
	t.Parallel()
	e, err := ParseEvent([]byte(`<xml><MsgType>event</MsgType><Event>batch_job_result</Event><CreateTime><![CDATA[1790000000]]></CreateTime>
		<BatchJob><JobId><![CDATA[j1]]></JobId><JobType>sync_user</JobType><ErrCode>0</ErrCode><ErrMsg>ok</ErrMsg></BatchJob>
		<AuthAddOpenKfId>wk1</AuthAddOpenKfId><AuthAddOpenKfId>wk2</AuthAddOpenKfId>
		<AddUserItems>a,b</AddUserItems><DelPartyItems>1,2</DelPartyItems><Status>broken</Status></xml>`))
	require.NoError(t, err)
	require.Equal(t, EventKey("batch_job_result"), e.Key())
	require.Equal(t, &BatchJob{JobID: "j1", JobType: "sync_user", ErrMsg: "ok"}, e.Batch)
	require.Equal(t, []string{"wk1", "wk2"}, e.AuthAddKf)
	require.Equal(t, []string{"a", "b"}, e.AddUsers)
	require.Equal(t, []int{1, 2}, e.DelParties)
	require.Equal(t, time.Unix(1790000000, 0), e.CreateTime)
	require.Zero(t, e.Status, "a broken number must not lose the event")
}

func TestParseEvent_refusesWhatWeComNeverSends(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"empty":            "",
		"not XML":          "hello",
		"another root":     "<event></event>",
		"cut off":          "<xml><Event>",
		"crossed tags":     "<xml><A></B></xml>",
		"document type":    `<!DOCTYPE xml><xml></xml>`,
		"internal entity":  `<!DOCTYPE xml [<!ENTITY a "b">]><xml><Event>&a;</Event></xml>`,
		"unknown entity":   `<xml><Event>&nbsp;</Event></xml>`,
		"two documents":    "<xml></xml><xml></xml>",
		"text behind":      "<xml></xml>x",
		"too deep":         "<xml>" + strings.Repeat("<a>", 16) + strings.Repeat("</a>", 16) + "</xml>",
		"too long":         "<xml><Event>" + strings.Repeat("x", maxEvent) + "</Event></xml>",
		"broken UTF-8":     "<xml><Event>\xff</Event></xml>",
		"control bytes":    "<xml><Event>\x01</Event></xml>",
		"directive inside": "<xml><!ELEMENT a><Event>x</Event></xml>",
	} {
		_, err := ParseEvent([]byte(doc))
		require.Error(t, err, name)
	}
}

func TestScan_agreesOnEverySample(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/events/*.xml")
	require.NoError(t, err)
	scanned := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(t, err)
		if requireAgreement(t, raw) {
			scanned++
		}
	}
	require.Equal(t, len(files)-3, scanned, "only those with nested lists need the parser")
}

// requireAgreement checks Scan against ParseEvent and tells whether it scanned.
func requireAgreement(t testing.TB, raw []byte) bool {
	t.Helper()
	head, ok := Scan(raw)
	if !ok {
		return false
	}
	event, err := ParseEvent(raw)
	if err != nil {
		t.Fatalf("scanned what the parser refuses (%v): %q", err, raw)
	}
	for _, pair := range [][2]string{
		{string(head.Event), event.Name},
		{string(head.ChangeType), event.ChangeType},
		{string(head.MsgType), event.MsgType},
		{string(head.UserID), event.UserID},
		{string(head.FromUser), event.FromUser},
		{string(head.ExternalUserID), event.ExternalUserID},
		{string(head.ChatID), event.ChatID},
		{string(head.State), event.State},
		{string(head.WelcomeCode), event.WelcomeCode},
		{string(head.ID), event.ID},
		{string(head.MsgID), event.MsgID},
		{string(head.TaskID), event.TaskID},
		{string(head.Key()), string(event.Key())},
		{head.CreateTime().String(), event.CreateTime.String()},
	} {
		if pair[0] != pair[1] {
			t.Fatalf("scanned %q, parsed %q: %q", pair[0], pair[1], raw)
		}
	}
	return true
}

func TestScan_leavesTheUnusualToTheParser(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"attribute":       `<xml><Event a="b">x</Event></xml>`,
		"comment":         `<xml><!-- x --><Event>x</Event></xml>`,
		"declaration":     `<?xml version="1.0"?><xml><Event>x</Event></xml>`,
		"entity":          `<xml><Event>&lt;</Event></xml>`,
		"self-closing":    `<xml><Event/></xml>`,
		"namespace":       `<xml><a:Event>x</a:Event></xml>`,
		"two CDATA":       `<xml><Event><![CDATA[a]]><![CDATA[b]]></Event></xml>`,
		"text and CDATA":  `<xml><Event>a<![CDATA[b]]></Event></xml>`,
		"carriage return": "<xml>\r\n<Event>x</Event></xml>",
		"nested":          `<xml><A><Event>x</Event></A></xml>`,
		"text between":    `<xml>x<Event>x</Event></xml>`,
		"not ended":       `<xml><Event>x</Event>`,
		"more behind":     `<xml></xml><xml></xml>`,
		"CDATA end":       `<xml><Event>a]]>b</Event></xml>`,
		"CDATA not ended": `<xml><Event><![CDATA[a</Event></xml>`,
		"another end":     `<xml><Event>a</Evens></xml>`,
	} {
		_, ok := Scan([]byte(doc))
		require.False(t, ok, name)
	}
}

func TestScan_allocatesNothing(t *testing.T) {
	raw := sample(t, "change_external_contact.add_external_contact")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		head, ok := Scan(raw)
		if !ok || head.CreateTime().IsZero() {
			t.Fatal("not scanned")
		}
	}))
}

func FuzzScan(f *testing.F) {
	files, err := filepath.Glob("testdata/events/*.xml")
	require.NoError(f, err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte("<xml><Event>a</Event><Event><![CDATA[]]></Event><UserID>\xef\xbf\xbe</UserID></xml>"))
	f.Add([]byte("<xml><xml>a</xml><CreateTime> 1 </CreateTime></xml>\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		requireAgreement(t, raw)
	})
}

func BenchmarkScan(b *testing.B) {
	raw := sample(b, "change_external_contact.add_external_contact")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Scan(raw); !ok {
			b.Fatal("not scanned")
		}
	}
}

func BenchmarkParseEvent(b *testing.B) {
	raw := sample(b, "change_external_contact.add_external_contact")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseEvent(raw); err != nil {
			b.Fatal(err)
		}
	}
}
