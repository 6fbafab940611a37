package sim

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPIFaults(t *testing.T) {
	t.Parallel()
	const path = "/cgi-bin/externalcontact/add_msg_template"
	rule(t, "errcode, after a skip, n times, then well again", func(b *bench) {
		b.contact("lin.qiao")
		b.do("faults", object{"path": path, "errcode": 45009, "skip": 1, "n": 2})
		send := object{"sender": "lin.qiao", "text": text("x")}
		for _, code := range []int{0, 45009, 45009, 0} {
			b.code(code, "externalcontact/add_msg_template", send)
		}
		require.Len(b, rows(b.call(http.MethodGet, "/sim/tasks", nil), "tasks"), 2, "a refused call has no effect")
	})
	rule(t, "HTTP status by prefix", func(b *bench) {
		b.do("faults", object{"path": "/cgi-bin/department", "status": 502})
		resp, err := b.client.Get(b.base + "/cgi-bin/department/list?access_token=" + b.token)
		require.NoError(b, err)
		require.NoError(b, resp.Body.Close())
		require.Equal(b, http.StatusBadGateway, resp.StatusCode)
	})
	post := func(b *bench) error {
		body := `{"sender":"lin.qiao","text":{"content":"x"}}`
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.base+path+"?access_token="+b.token, strings.NewReader(body))
		require.NoError(b, err)
		resp, err := b.client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	rule(t, "accept then time out has its effect", func(b *bench) {
		b.contact("lin.qiao")
		b.do("faults", object{"path": path, "accept_then_timeout": true})
		require.Error(b, post(b))
		require.Len(b, rows(b.call(http.MethodGet, "/sim/tasks", nil), "tasks"), 1)
	})
	rule(t, "drop has none", func(b *bench) {
		b.contact("lin.qiao")
		b.do("faults", object{"path": path, "drop": true})
		require.Error(b, post(b))
		require.Empty(b, rows(b.call(http.MethodGet, "/sim/tasks", nil), "tasks"))
	})
	rule(t, "delay answers late but well", func(b *bench) {
		b.contact("lin.qiao")
		b.do("faults", object{"path": path, "delay": "50ms"})
		start := time.Now()
		require.NoError(b, post(b))
		require.GreaterOrEqual(b, time.Since(start), 50*time.Millisecond)
	})
	rule(t, "one invalid rep of several", func(b *bench) {
		b.contact("lin.qiao")
		b.contact("zhou.wei")
		b.do("faults", object{"path": path, "errcode": 84074, "n": 100, "match": object{"userid": "zhou.wei"}})
		b.code(0, "externalcontact/add_msg_template", object{"sender": "lin.qiao", "text": text("x")})
		b.code(84074, "externalcontact/add_msg_template", object{"sender": "zhou.wei", "text": text("x")})
		got := rows(b.call(http.MethodGet, "/sim/faults", nil), "faults")
		require.EqualValues(b, 99, got[0]["n"])
	})
	rule(t, "a match looks into lists, pipes, numbers and the query", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.do("faults", object{"path": "/cgi-bin/message/send", "errcode": -1, "match": object{"userid": "zhou.wei"}})
		b.do("faults", object{"path": "/cgi-bin/externalcontact/batch", "errcode": -1, "match": object{"userid": "zhou.wei", "limit": "7"}})
		b.do("faults", object{"path": "/cgi-bin/externalcontact/get", "errcode": -1, "match": object{"external_userid": ext}})
		b.code(0, "message/send", appText("lin.qiao"))
		b.code(-1, "message/send", appText("lin.qiao|zhou.wei"))
		both := []string{"lin.qiao", "zhou.wei"}
		b.code(0, "externalcontact/batch/get_by_user", object{"userid_list": both, "limit": 8})
		b.code(-1, "externalcontact/batch/get_by_user", object{"userid_list": both, "limit": 7})
		require.EqualValues(b, 0, b.get("externalcontact/get_follow_user_list")["errcode"])
		require.EqualValues(b, -1, b.get("externalcontact/get", "external_userid", ext)["errcode"])
	})
	rule(t, "nonsense is refused in words", func(b *bench) {
		for _, f := range []object{
			{"path": path},
			{"path": "elsewhere", "drop": true},
			{"path": "callback", "errcode": 1},
			{"path": path, "duplicate": 2},
			{"path": path, "delay": "soon"},
			{"path": path, "status": 7},
			{"path": path, "n": -1, "drop": true},
			{"path": path, "drop": true, "unknown": 1},
		} {
			b.wrong("faults", f)
		}
	})
}

func TestControl(t *testing.T) {
	t.Parallel()
	rule(t, "many at once", func(b *bench) {
		require.Len(b, b.do("members", object{"count": 20, "prefix": "rep"})["members"], 20)
		made := rows(b.do("customers", object{"count": 500}), "customers")
		items := []object{}
		for _, c := range made {
			items = append(items, object{"userid": "rep7", "external_userid": c["external_userid"], "silent": true})
		}
		b.do("follows", object{"items": items})
		require.Len(b, b.get("externalcontact/list", "userid", "rep7")["external_userid"], 500)
		page := b.call(http.MethodGet, "/sim/customers?limit=100&cursor=450", nil)
		require.Len(b, page["customers"], 50)
		require.EqualValues(b, 500, b.call(http.MethodGet, "/sim/state", nil)["relations"])
	})
	rule(t, "refusals in words", func(b *bench) {
		ext := b.contact("lin.qiao")
		for path, bodies := range map[string][]object{
			"members":           {{}, {"userid": "a", "count": 2}, {"userid": "LIN.qiao"}, {"userid": "a", "department": []int{9}}, {"unknown": "x"}},
			"members/remove":    {{"userid": "ghost"}},
			"departments":       {{"id": 1, "name": "x"}, {"id": 5, "name": "x", "parentid": 4}},
			"customers":         {{"external_userid": ext}, {"type": 3}, {"count": -1}},
			"tags":              {{"group": "g"}},
			"tags/remove":       {{"tags": []string{"etX"}}},
			"tag":               {{"userid": "zhou.wei", "external_userid": ext}, {"userid": "lin.qiao", "external_userid": ext, "add": []string{"etX"}}},
			"follows":           {{"userid": "ghost"}, {"userid": "lin.qiao", "external_userid": ext}, {"userid": "lin.qiao", "tags": []string{"etX"}}},
			"unfollows":         {{"userid": "lin.qiao", "external_userid": ext, "by": "nobody"}, {"userid": "zhou.wei", "external_userid": ext, "by": "member"}},
			"transfers":         {{"handover_userid": "lin.qiao", "takeover_userid": "ghost"}},
			"messages":          {{"from": "nobody", "userid": "lin.qiao", "external_userid": ext}, {"to": "app", "userid": "ghost"}},
			"clicks":            {{"external_userid": "wmX", "url": "https://h5.example"}, {"external_userid": ext}},
			"reactions":         {{"moment_id": "momX"}},
			"codes":             {{"userid": "ghost"}},
			"confirm":           {{}, {"userid": "lin.qiao", "all": true}, {"all": true, "action": "nod"}, {"all": true, "action": "partial"}},
			"clock":             {{}, {"advance": "soon"}, {"advance": "1h", "set": "2026-01-01T00:00:00Z"}},
			"rules":             {{"quota": "year"}, {"expired_token_code": 1}, {"no_target_code": 1}, {"unknown": 1}},
			"groupchats":        {{"owner": "ghost"}, {"owner": "lin.qiao", "external_userid": []string{"wmX"}}},
			"groupchats/change": {{"chat_id": "wrX"}},
			"groupmsgs":         {{"userid": "lin.qiao"}},
		} {
			for _, body := range bodies {
				b.wrong(path, body)
			}
		}
		require.EqualValues(b, http.StatusNotFound, b.call(http.MethodPost, "/sim/nothing", object{})["http"])
	})
	rule(t, "the ledger pages by since and filters by customer and member", func(b *bench) {
		one, two := b.contact("lin.qiao"), b.contact("zhou.wei")
		for range 3 {
			b.do("messages", object{"from": "member", "userid": "lin.qiao", "external_userid": one, "text": "a"})
			b.do("messages", object{"from": "customer", "userid": "zhou.wei", "external_userid": two, "text": "b"})
		}
		b.do("clicks", object{"external_userid": one, "url": "https://h5.example"})
		read := func(query string) []map[string]any {
			return rows(b.call(http.MethodGet, "/sim/ledger?"+query, nil), "entries")
		}
		require.Len(b, read(""), 7)
		require.EqualValues(b, 5, read("since=4")[0]["seq"])
		require.Len(b, read("limit=2"), 2)
		require.Len(b, read("external_userid="+one), 4)
		require.Len(b, read("since=3&external_userid="+one), 2)
		require.Len(b, read("userid=ZHOU.wei"), 3)
		require.EqualValues(b, 400, b.call(http.MethodGet, "/sim/ledger?since=x", nil)["http"])
	})
	rule(t, "calls are counted by code and reset", func(b *bench) {
		b.get("user/get", "userid", "ghost")
		b.get("user/get", "userid", "lin.qiao")
		codes := b.call(http.MethodGet, "/sim/calls", nil)["paths"].(map[string]any)["/cgi-bin/user/get"].(map[string]any)
		require.Equal(b, map[string]any{"0": 1.0, "60111": 1.0}, codes["errcodes"])
		b.call(http.MethodDelete, "/sim/calls", nil)
		require.EqualValues(b, 0, b.call(http.MethodGet, "/sim/calls", nil)["total"])
	})
	rule(t, "the clock is shared", func(b *bench) {
		got := b.do("clock", object{"set": "2027-01-01T08:00:00+08:00"})
		require.Equal(b, "2027-01-01T00:00:00Z", b.sim.Clock().Now().UTC().Format(time.RFC3339))
		b.sim.Clock().Advance(time.Hour)
		later := b.call(http.MethodGet, "/sim/clock", nil)
		require.EqualValues(b, 3600, later["offset_seconds"].(float64)-got["offset_seconds"].(float64))
	})
	rule(t, "a member who left and came back starts without customers", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.do("members/remove", object{"userid": "lin.qiao"})
		require.EqualValues(b, 84061, b.get("externalcontact/get", "external_userid", ext)["errcode"])
		b.do("members", object{"userid": "lin.qiao"})
		require.EqualValues(b, 84061, b.get("externalcontact/list", "userid", "lin.qiao")["errcode"])
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(Options{})
	require.ErrorContains(t, err, "clock")
	_, err = New(Options{Now: time.Now, Rules: Rules{Quota: "year"}})
	require.ErrorContains(t, err, "quota")
	_, err = New(Options{Now: time.Now, StateFile: t.TempDir()})
	require.ErrorContains(t, err, "state")
}

func TestStateSurvivesARestart(t *testing.T) { //nolint:tparallel // one life after the other
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sim.json")
	var token, msgID, ext, mediaID string
	var ledger []map[string]any
	t.Run("first life", func(t *testing.T) {
		b := newTeam(t, Options{StateFile: file})
		tags := rows(b.do("tags", object{"group": "g", "tags": []string{"a"}}), "tags")
		ext = b.do("follows", object{"userid": "lin.qiao", "tags": []any{tags[0]["id"]}})["external_userid"].(string)
		b.do("clock", object{"advance": "1h"})
		mediaID = b.media("image")
		msgID = b.mass(ext)
		b.do("confirm", object{"all": true})
		ledger, token = b.ledger(), b.token
	})
	t.Run("second life", func(t *testing.T) {
		b := newBench(t, Options{StateFile: file, Rules: Rules{DispatchPolls: -1}})
		require.Equal(t, token, b.token, "the token is still valid")
		require.Equal(t, ledger, b.ledger())
		require.Equal(t, []any{1.0}, b.statuses(msgID, "lin.qiao"))
		require.EqualValues(t, 3600, b.call(http.MethodGet, "/sim/clock", nil)["offset_seconds"])
		follow := rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]
		require.Equal(t, "a", rows(follow, "tags")[0]["tag_name"])
		resp, err := b.client.Get(b.base + "/cgi-bin/media/get?access_token=" + token + "&media_id=" + mediaID)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "image/png", resp.Header.Get("Content-Type"))
	})
}

func TestLedgerFileSurvivesACrash(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ledger")
	lines := []string{
		`{"seq":1,"text":"a"}`, `{"seq":2,"text":"lost with the state"}`, `{"seq":3,"te`, ``, `{"seq":2,"text":"b"}`, `{"seq":3,"text":"surplus"}`,
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
	ledger, err := loadLedger(file, 2)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, []string{ledger[0].Text, ledger[1].Text})
	_, err = loadLedger(file, 4)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A crash runs no Close: what counts is the file as it is.
func TestStateIsWrittenSoonAfterAChange(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sim.json")
	b := newTeam(t, Options{StateFile: file})
	ext := b.contact("lin.qiao")
	require.Eventually(t, func() bool {
		st, err := loadState(file)
		require.NoError(t, err, "never half written")
		return st.relation("lin.qiao", ext) != nil
	}, 10*time.Second, 5*time.Millisecond)
}
