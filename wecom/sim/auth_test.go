package sim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSection1Auth(t *testing.T) {
	t.Parallel()
	two := Options{Apps: []App{
		{AgentID: 1, Secret: "one", Contact: true}, {AgentID: 2, Secret: "two"}, {AgentID: 3, Secret: "three", ContactSync: true},
	}}
	rule := func(name string, o Options, check func(*bench)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(newTeam(t, o))
		})
	}
	gettoken := func(b *bench, query string) any {
		return b.call(http.MethodGet, "/cgi-bin/gettoken?"+query, nil)["errcode"]
	}
	rule("missing and wrong credentials", Options{}, func(b *bench) {
		for query, code := range map[string]int{
			"corpsecret=x": 41002, "corpid=" + DefaultCorpID: 41004, "corpid=wwother&corpsecret=sim-secret": 40013,
			"corpid=" + DefaultCorpID + "&corpsecret=x": 40001,
		} {
			require.EqualValues(b, code, gettoken(b, query), query)
		}
	})
	rule("the same token while valid, another after expiry", Options{}, func(b *bench) {
		first := b.token
		require.Equal(b, first, b.login())
		b.advance("2h")
		require.NotEqual(b, first, b.token)
	})
	rule("another token every time by switch", Options{Rules: Rules{NewTokenPerCall: true}}, func(b *bench) {
		require.NotEqual(b, b.token, b.login())
	})
	rule("expired is 42001", Options{}, func(b *bench) {
		b.do("clock", object{"advance": "7199s"})
		require.EqualValues(b, 0, b.get("getcallbackip")["errcode"])
		b.do("clock", object{"advance": "1s"})
		require.EqualValues(b, 42001, b.get("getcallbackip")["errcode"])
	})
	rule("expired is 40014 by switch", Options{Rules: Rules{ExpiredTokenCode: 40014}}, func(b *bench) {
		b.do("clock", object{"advance": "2h"})
		require.EqualValues(b, 40014, b.get("getcallbackip")["errcode"])
	})
	rule("invalidated early is 40014", Options{}, func(b *bench) {
		b.call(http.MethodDelete, "/sim/tokens", nil)
		require.EqualValues(b, 40014, b.get("getcallbackip")["errcode"])
	})
	rule("token in the body is missing", Options{}, func(b *bench) {
		got := b.call(http.MethodPost, "/cgi-bin/message/send", object{"access_token": b.token})
		require.EqualValues(b, 41001, got["errcode"])
	})
	rule("tokens of apps are not interchangeable", two, func(b *bench) {
		one := b.token
		b.token = b.call(http.MethodGet, "/cgi-bin/gettoken?corpid="+DefaultCorpID+"&corpsecret=two", nil)["access_token"].(string)
		require.NotEqual(b, one, b.token)
		require.EqualValues(b, 301002, b.get("agent/get", "agentid", "1")["errcode"])
		require.EqualValues(b, 0, b.get("agent/get", "agentid", "2")["errcode"])
	})
	rule("customer contact needs class C", two, func(b *bench) {
		b.token = b.call(http.MethodGet, "/cgi-bin/gettoken?corpid="+DefaultCorpID+"&corpsecret=two", nil)["access_token"].(string)
		require.EqualValues(b, 48002, b.get("externalcontact/get_follow_user_list")["errcode"])
	})
	rule("list_id needs class S", two, func(b *bench) {
		b.code(48002, "user/list_id", object{})
		b.token = b.call(http.MethodGet, "/cgi-bin/gettoken?corpid="+DefaultCorpID+"&corpsecret=three", nil)["access_token"].(string)
		require.Len(b, b.ok("user/list_id", object{"limit": 1})["dept_user"], 1)
	})
	rule("tickets keep for two hours and know their type", Options{}, func(b *bench) {
		corp := b.get("get_jsapi_ticket")["ticket"]
		require.Equal(b, corp, b.get("get_jsapi_ticket")["ticket"])
		require.NotEqual(b, corp, b.get("ticket/get", "type", "agent_config")["ticket"])
		require.EqualValues(b, 91040, b.get("ticket/get", "type", "jsapi")["errcode"])
	})
	rule("tickets 100 per hour per app", Options{}, func(b *bench) {
		for range 100 {
			require.EqualValues(b, 0, b.get("ticket/get", "type", "agent_config")["errcode"])
		}
		require.EqualValues(b, 45009, b.get("ticket/get", "type", "agent_config")["errcode"])
	})
	rule("login code works once within five minutes", Options{}, func(b *bench) {
		code := b.do("codes", object{"userid": "lin.qiao"})["code"].(string)
		require.Equal(b, "lin.qiao", b.get("auth/getuserinfo", "code", code)["userid"])
		require.EqualValues(b, 42022, b.get("auth/getuserinfo", "code", code)["errcode"])
		late := b.do("codes", object{"userid": "lin.qiao"})["code"].(string)
		b.advance("5m")
		require.EqualValues(b, 42003, b.get("auth/getuserinfo", "code", late)["errcode"])
		require.EqualValues(b, 40029, b.get("auth/getuserinfo", "code", "made-up")["errcode"])
		require.EqualValues(b, 41008, b.get("auth/getuserinfo")["errcode"])
	})
	rule("login code of a customer", Options{}, func(b *bench) {
		ext := b.contact("lin.qiao")
		code := b.do("codes", object{"external_userid": ext})["code"].(string)
		require.Equal(b, ext, b.get("auth/getuserinfo", "code", code)["external_userid"])
	})
}

func TestSection0Conventions(t *testing.T) { //nolint:tparallel // the subtests share one corp
	t.Parallel()
	b := newTeam(t, Options{})
	ext := b.contact("lin.qiao")
	t.Run("errmsg carries hint, address and code", func(t *testing.T) {
		text := b.get("user/get", "userid", "ghost")["errmsg"].(string)
		require.Regexp(t, `^userid not found, hint: \[\d+\], from ip: 127\.0\.0\.1, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=60111$`, text)
	})
	t.Run("malformed JSON", func(t *testing.T) {
		got := b.post("externalcontact/mark_tag", `{"userid":`)
		require.EqualValues(t, 40058, got["errcode"])
		require.Contains(t, got["errmsg"], "Warning: wrong json format.")
	})
	t.Run("wrong type", func(t *testing.T) {
		b.code(40058, "externalcontact/mark_tag", `{"userid":7}`)
	})
	t.Run("empty body and wrong method", func(t *testing.T) {
		b.code(40063, "externalcontact/mark_tag", "")
		require.EqualValues(t, 40063, b.get("externalcontact/mark_tag")["errcode"])
	})
	t.Run("unicode escapes are refused, an escaped backslash is not one", func(t *testing.T) {
		body := `{"userid":"lin.qiao","external_userid":"` + ext + `","remark":"%s"}`
		b.code(40033, "externalcontact/remark", strings.Replace(body, "%s", `a\u0026b`, 1))
		b.ok("externalcontact/remark", strings.Replace(body, "%s", `a\\u0026b`, 1))
		b.do("rules", object{"allow_escapes": true})
		b.ok("externalcontact/remark", strings.Replace(body, "%s", `a\u0026b`, 1))
	})
	t.Run("userid in any case", func(t *testing.T) {
		require.Equal(t, "lin.qiao", b.get("user/get", "userid", "LIN.Qiao")["userid"])
	})
	t.Run("unknown path is HTTP 404 and counted", func(t *testing.T) {
		resp, err := b.client.Get(b.base + "/cgi-bin/no/such")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusNotFound, resp.StatusCode)
		calls := b.call(http.MethodGet, "/sim/calls", nil)
		require.EqualValues(t, 1, calls["paths"].(map[string]any)["/cgi-bin/no/such"].(map[string]any)["errcodes"].(map[string]any)["http 404"])
	})
}

func TestSection12AddressList(t *testing.T) {
	t.Parallel()
	b := newTeam(t, Options{})
	b.do("departments", object{"id": 7, "name": "雅思组", "department_leader": []string{"zhou.wei"}})
	b.do("members", object{"userid": "new.one", "department": []int{7}, "direct_leader": []string{"lin.qiao"}})
	require.Len(t, b.get("user/simplelist", "department_id", "1")["userlist"], 2)
	require.Len(t, b.get("user/simplelist", "department_id", "1", "fetch_child", "1")["userlist"], 3)
	require.EqualValues(t, 60003, b.get("user/simplelist", "department_id", "9")["errcode"])
	require.EqualValues(t, 60123, b.get("user/simplelist", "department_id", "x")["errcode"])
	require.Len(t, b.get("department/list")["department"], 2)
	require.Len(t, b.get("department/list", "id", "7")["department"], 1)
	require.Len(t, b.get("department/simplelist")["department_id"], 2)
	require.Equal(t, "雅思组", b.get("department/get", "id", "7")["department"].(map[string]any)["name"])
	require.Equal(t, []any{"zhou.wei"}, b.get("department/get", "id", "7")["department"].(map[string]any)["department_leader"])
	require.EqualValues(t, 1, b.get("user/get", "userid", "new.one")["status"])
	require.Equal(t, []any{"lin.qiao"}, b.get("user/get", "userid", "new.one")["direct_leader"])
	require.EqualValues(t, 41009, b.get("user/get")["errcode"])
	b.do("members/remove", object{"userid": "new.one"})
	require.EqualValues(t, 60111, b.get("user/get", "userid", "new.one")["errcode"])
	require.Equal(t, []any{"lin.qiao", "zhou.wei"}, b.get("externalcontact/get_follow_user_list")["follow_user"])
	require.Len(t, b.get("agent/get", "agentid", "1000012")["allow_userinfos"].(map[string]any)["user"], 2)
}
