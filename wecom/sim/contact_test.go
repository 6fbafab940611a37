package sim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule runs one rule of WeCom's documents against a fresh corp.
func rule(t *testing.T, name string, check func(*bench)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		check(newTeam(t, Options{Rules: Rules{DispatchPolls: -1, JobPolls: -1}}))
	})
}

func TestSection4Contacts(t *testing.T) {
	t.Parallel()
	rule(t, "get answers who follows with tags, remark and state", func(b *bench) {
		tags := b.do("tags", object{"group": "意向", "tags": []string{"高"}})
		id := rows(tags, "tags")[0]["id"]
		ext := b.do("follows", object{
			"userid": "lin.qiao", "name": "小陈", "state": "ch_1", "add_way": 1, "remark": "陈同学", "tags": []any{id}, "createtime": 1789990000,
		})["external_userid"].(string)
		b.do("tag", object{"userid": "lin.qiao", "external_userid": ext, "personal": []string{"vip"}})
		got := b.get("externalcontact/get", "external_userid", ext)
		require.Equal(b, "小陈", got["external_contact"].(map[string]any)["name"])
		follow := rows(got, "follow_user")[0]
		require.Equal(b, "陈同学", follow["remark"])
		require.Equal(b, "ch_1", follow["state"])
		require.EqualValues(b, 1789990000, follow["createtime"])
		marked := rows(follow, "tags")
		require.Equal(b, id, marked[0]["tag_id"])
		require.Equal(b, "意向", marked[0]["group_name"])
		require.NotContains(b, marked[1], "tag_id", "personal tags have no id")
		require.EqualValues(b, 2, marked[1]["type"])
	})
	rule(t, "a member without customers is 84061", func(b *bench) {
		require.EqualValues(b, 84061, b.get("externalcontact/list", "userid", "lin.qiao")["errcode"])
		b.do("rules", object{"empty_list_ok": true})
		require.Empty(b, b.get("externalcontact/list", "userid", "lin.qiao")["external_userid"])
	})
	rule(t, "unionid for WeChat users only, company for WeCom users only", func(b *bench) {
		person := func(kind int) map[string]any {
			made := rows(b.do("customers", object{"type": kind, "unionid": "oU", "corp_name": "启明教育"}), "customers")[0]["external_userid"]
			b.do("follows", object{"userid": "lin.qiao", "external_userid": made})
			return b.get("externalcontact/get", "external_userid", made.(string))["external_contact"].(map[string]any)
		}
		require.Equal(b, "oU", person(1)["unionid"])
		require.NotContains(b, person(1), "corp_name")
		require.Equal(b, "启明教育", person(2)["corp_name"])
		require.NotContains(b, person(2), "unionid")
	})
	rule(t, "bad ids", func(b *bench) {
		require.EqualValues(b, 40096, b.get("externalcontact/get", "external_userid", "wmX")["errcode"])
		require.EqualValues(b, 41035, b.get("externalcontact/get")["errcode"])
		require.EqualValues(b, 60111, b.get("externalcontact/list", "userid", "ghost")["errcode"])
		b.do("members", object{"userid": "no.contact", "contact_permission": false})
		require.EqualValues(b, 84074, b.get("externalcontact/list", "userid", "no.contact")["errcode"])
	})
	rule(t, "half added is 84061 until the member confirms", func(b *bench) {
		ext := b.do("follows", object{"userid": "lin.qiao", "half": true})["external_userid"].(string)
		require.EqualValues(b, 84061, b.get("externalcontact/get", "external_userid", ext)["errcode"])
		b.do("follows", object{"userid": "lin.qiao", "external_userid": ext})
		require.EqualValues(b, 0, b.get("externalcontact/get", "external_userid", ext)["errcode"])
	})
	rule(t, "a customer who deleted the member can still be read", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.do("unfollows", object{"userid": "lin.qiao", "external_userid": ext, "by": "customer"})
		require.EqualValues(b, 0, b.get("externalcontact/get", "external_userid", ext)["errcode"])
		b.ok("externalcontact/remark", object{"userid": "lin.qiao", "external_userid": ext, "remark": "x"})
	})
	rule(t, "a customer whom the member deleted is 84061", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.do("unfollows", object{"userid": "lin.qiao", "external_userid": ext, "by": "member"})
		require.EqualValues(b, 84061, b.get("externalcontact/get", "external_userid", ext)["errcode"])
	})
	rule(t, "added again gets another createtime unless kept by switch", func(b *bench) {
		createtime := func(ext string) any {
			return rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]["createtime"]
		}
		ext := b.contact("lin.qiao")
		first := createtime(ext)
		for _, keep := range []bool{true, false} {
			b.do("rules", object{"keep_create_time": keep})
			b.do("unfollows", object{"userid": "lin.qiao", "external_userid": ext, "by": "customer"})
			b.advance("1h")
			b.do("follows", object{"userid": "lin.qiao", "external_userid": ext})
			require.Equal(b, keep, createtime(ext) == first)
		}
	})
}

func TestSection4ContactPagesAndRemarks(t *testing.T) {
	t.Parallel()
	rule(t, "followers are paged by 500", func(b *bench) {
		b.do("members", object{"count": 501})
		ext := b.do("customers", object{})["customers"].([]any)[0].(map[string]any)["external_userid"].(string)
		for _, m := range rows(b.call(http.MethodGet, "/sim/members?limit=1000", nil), "members")[2:] {
			b.do("follows", object{"userid": m["userid"], "external_userid": ext, "silent": true})
		}
		got := b.get("externalcontact/get", "external_userid", ext)
		require.Len(b, got["follow_user"], 500)
		got = b.get("externalcontact/get", "external_userid", ext, "cursor", got["next_cursor"].(string))
		require.Len(b, got["follow_user"], 1)
		require.NotContains(b, got, "next_cursor")
	})
	rule(t, "batch has one row per pair with tag ids", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.do("follows", object{"userid": "zhou.wei", "external_userid": ext, "silent": true, "state": "s"})
		got := b.ok("externalcontact/batch/get_by_user", object{"userid_list": []string{"lin.qiao", "zhou.wei"}})
		list := rows(got, "external_contact_list")
		require.Len(b, list, 2)
		require.Equal(b, "s", list[1]["follow_info"].(map[string]any)["state"])
		require.Equal(b, []any{}, list[1]["follow_info"].(map[string]any)["tag_id"])
	})
	rule(t, "batch limits", func(b *bench) {
		b.code(40058, "externalcontact/batch/get_by_user", object{"userid_list": []string{}})
		b.code(40058, "externalcontact/batch/get_by_user", object{"userid_list": make([]string, 101)})
		b.code(40058, "externalcontact/batch/get_by_user", object{"userid_list": []string{"lin.qiao"}, "limit": 101})
		b.code(60111, "externalcontact/batch/get_by_user", object{"userid_list": []string{"ghost"}})
	})
	rule(t, "short pages and a bad cursor", func(b *bench) {
		for range 7 {
			b.contact("lin.qiao")
			b.contact("zhou.wei")
		}
		b.do("rules", object{"max_page": 3})
		query := object{"userid_list": []string{"lin.qiao", "zhou.wei"}, "limit": 100}
		seen := make(map[any]bool)
		for {
			got := b.ok("externalcontact/batch/get_by_user", query)
			require.LessOrEqual(b, len(rows(got, "external_contact_list")), 3)
			for _, row := range rows(got, "external_contact_list") {
				seen[row["external_contact"].(map[string]any)["external_userid"]] = true
			}
			if query["cursor"] = got["next_cursor"]; query["cursor"] == "" {
				break
			}
		}
		require.Len(b, seen, 14)
		query["cursor"] = "made-up"
		b.code(50100, "externalcontact/batch/get_by_user", query)
	})
	rule(t, "a page stays whole while relations go", func(b *bench) {
		first, _, third := b.contact("lin.qiao"), b.contact("lin.qiao"), b.contact("lin.qiao")
		query := object{"userid_list": []string{"lin.qiao"}, "limit": 2}
		query["cursor"] = b.ok("externalcontact/batch/get_by_user", query)["next_cursor"]
		b.do("unfollows", object{"userid": "lin.qiao", "external_userid": first, "by": "member"})
		rest := rows(b.ok("externalcontact/batch/get_by_user", query), "external_contact_list")
		require.Len(b, rest, 1)
		require.Equal(b, third, rest[0]["external_contact"].(map[string]any)["external_userid"])
	})
	rule(t, "remark counts characters and keeps absent keys", func(b *bench) {
		ext := b.contact("lin.qiao")
		pair := func(key string, value any) object {
			return object{"userid": "lin.qiao", "external_userid": ext, key: value}
		}
		b.ok("externalcontact/remark", pair("remark", strings.Repeat("陈", 20)))
		b.code(40058, "externalcontact/remark", pair("remark", strings.Repeat("陈", 21)))
		b.ok("externalcontact/remark", pair("description", strings.Repeat("陈", 150)))
		b.code(40058, "externalcontact/remark", pair("description", strings.Repeat("陈", 151)))
		b.code(40058, "externalcontact/remark", pair("remark_company", strings.Repeat("陈", 21)))
		b.code(40058, "externalcontact/remark", pair("unknown", 1))
		b.ok("externalcontact/remark", pair("remark_mobiles", []string{"13900000000"}))
		follow := rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]
		require.Equal(b, strings.Repeat("陈", 20), follow["remark"])
		require.Equal(b, []any{"13900000000"}, follow["remark_mobiles"])
		b.ok("externalcontact/remark", pair("remark_mobiles", []string{""}))
		require.Empty(b, rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]["remark_mobiles"])
	})
}

func TestSection4Tags(t *testing.T) {
	t.Parallel()
	add := func(b *bench, group string, names ...string) (groupID string, ids []string) {
		tags := []object{}
		for i, name := range names {
			tags = append(tags, object{"name": name, "order": len(names) - i})
		}
		g := b.ok("externalcontact/add_corp_tag", object{"group_name": group, "tag": tags, "agentid": "1000012"})["tag_group"].(map[string]any)
		for _, tag := range rows(g, "tag") {
			ids = append(ids, tag["id"].(string))
		}
		return g["group_id"].(string), ids
	}
	rule(t, "add makes a group, appends to it and refuses a taken name", func(b *bench) {
		group, ids := add(b, "SOP", "D0", "D0", "D3")
		require.Len(b, ids, 2, "a name given twice is one tag")
		again, _ := add(b, "SOP", "D7")
		require.Equal(b, group, again)
		b.code(40071, "externalcontact/add_corp_tag", object{"group_id": group, "tag": []object{{"name": "D7"}}})
		b.code(40068, "externalcontact/add_corp_tag", object{"group_id": "etX", "tag": []object{{"name": "D7"}}})
		b.code(40072, "externalcontact/add_corp_tag", object{"group_id": group, "tag": []object{{"name": strings.Repeat("长", 31)}}})
		b.code(40058, "externalcontact/add_corp_tag", object{"group_id": group, "tag": nil})
		b.code(40058, "externalcontact/add_corp_tag", object{"group_id": group, "tag": []object{{"name": "x", "order": 1 << 32}}})
	})
	rule(t, "larger order first, filters by tag and group", func(b *bench) {
		group, ids := add(b, "SOP", "D0", "D3")
		add(b, "other", "x")
		all := b.ok("externalcontact/get_corp_tag_list", object{"tag_id": nil, "group_id": nil})
		require.Len(b, all["tag_group"], 2)
		one := rows(b.ok("externalcontact/get_corp_tag_list", object{"tag_id": ids[1:]}), "tag_group")
		require.Len(b, one, 1)
		require.Equal(b, "D3", rows(one[0], "tag")[0]["name"])
		b.ok("externalcontact/edit_corp_tag", object{"id": ids[1], "order": 9})
		tags := rows(rows(b.ok("externalcontact/get_corp_tag_list", object{"group_id": []string{group}}), "tag_group")[0], "tag")
		require.Equal(b, "D3", tags[0]["name"])
	})
	rule(t, "edit keeps names unique", func(b *bench) {
		group, ids := add(b, "SOP", "D0", "D3")
		add(b, "other", "x")
		b.code(40071, "externalcontact/edit_corp_tag", object{"id": ids[0], "name": "D3"})
		b.code(40071, "externalcontact/edit_corp_tag", object{"id": group, "name": "other"})
		b.code(40068, "externalcontact/edit_corp_tag", object{"id": "etX", "name": "D3"})
		b.ok("externalcontact/edit_corp_tag", object{"id": ids[0], "name": "D1"})
	})
	rule(t, "an app does not edit what the console made, unless by switch", func(b *bench) {
		id := rows(b.do("tags", object{"group": "意向", "tags": []string{"高"}}), "tags")[0]["id"]
		b.code(81011, "externalcontact/edit_corp_tag", object{"id": id, "name": "中"})
		b.code(81011, "externalcontact/del_corp_tag", object{"tag_id": []any{id}})
		b.do("rules", object{"any_app_edits_tags": true})
		b.ok("externalcontact/edit_corp_tag", object{"id": id, "name": "中"})
	})
	rule(t, "delete takes the tag off customers and the empty group away", func(b *bench) {
		_, ids := add(b, "SOP", "D0")
		ext := b.contact("lin.qiao")
		b.ok("externalcontact/mark_tag", object{"userid": "lin.qiao", "external_userid": ext, "add_tag": ids})
		b.ok("externalcontact/del_corp_tag", object{"tag_id": ids})
		require.Empty(b, rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]["tags"])
		require.Empty(b, b.ok("externalcontact/get_corp_tag_list", object{})["tag_group"])
		b.code(40068, "externalcontact/del_corp_tag", object{"tag_id": ids})
		b.code(40058, "externalcontact/del_corp_tag", object{})
	})
	rule(t, "delete by group", func(b *bench) {
		group, _ := add(b, "SOP", "D0", "D3")
		b.ok("externalcontact/del_corp_tag", object{"group_id": []string{group}})
		require.Empty(b, b.ok("externalcontact/get_corp_tag_list", object{})["tag_group"])
		b.code(40068, "externalcontact/del_corp_tag", object{"group_id": []string{group}})
	})
	rule(t, "the library is limited", func(b *bench) {
		b.do("rules", object{"tag_limit": 1})
		b.code(40126, "externalcontact/add_corp_tag", object{"group_name": "g", "tag": []object{{"name": "a"}, {"name": "b"}}})
	})
	rule(t, "tags belong to the pair and marking twice is no error", func(b *bench) {
		_, ids := add(b, "SOP", "D0", "D3")
		ext := b.contact("lin.qiao")
		b.do("follows", object{"userid": "zhou.wei", "external_userid": ext, "silent": true})
		mark := object{"userid": "lin.qiao", "external_userid": ext, "add_tag": ids[:1], "remove_tag": ids[1:]}
		b.ok("externalcontact/mark_tag", mark)
		b.ok("externalcontact/mark_tag", mark)
		follows := rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")
		require.Len(b, follows[0]["tags"], 1)
		require.Empty(b, follows[1]["tags"])
	})
	rule(t, "mark_tag refusals", func(b *bench) {
		_, ids := add(b, "SOP", "D0", "D3")
		ext := b.contact("lin.qiao")
		pair := func(more object) object {
			more["userid"], more["external_userid"] = "lin.qiao", ext
			return more
		}
		b.code(40058, "externalcontact/mark_tag", pair(object{}))
		b.code(40068, "externalcontact/mark_tag", pair(object{"add_tag": []string{"etX"}}))
		b.code(41110, "externalcontact/mark_tag", pair(object{"add_tag": make([]string, 1001)}))
		b.code(41111, "externalcontact/mark_tag", pair(object{"remove_tag": make([]string, 1001)}))
		b.code(84061, "externalcontact/mark_tag", object{"userid": "zhou.wei", "external_userid": ext, "add_tag": ids})
		b.code(40096, "externalcontact/mark_tag", object{"userid": "zhou.wei", "external_userid": "wmX", "add_tag": ids})
		b.do("rules", object{"customer_tag_limit": 1})
		b.code(40144, "externalcontact/mark_tag", pair(object{"add_tag": ids}))
	})
}

func TestSection4Transfer(t *testing.T) {
	t.Parallel()
	start := func(b *bench, ext string) float64 {
		got := b.ok("externalcontact/transfer_customer", object{
			"handover_userid": "lin.qiao", "takeover_userid": "zhou.wei", "external_userid": []string{ext},
		})
		return rows(got, "customer")[0]["errcode"].(float64)
	}
	status := func(b *bench) any {
		got := b.ok("externalcontact/transfer_result", object{"handover_userid": "lin.qiao", "takeover_userid": "zhou.wei"})
		return rows(got, "customer")[0]["status"]
	}
	follower := func(b *bench, ext string) any {
		return rows(b.get("externalcontact/get", "external_userid", ext), "follow_user")[0]["userid"]
	}
	rule(t, "completes by itself after 24 hours", func(b *bench) {
		ext := b.contact("lin.qiao")
		require.EqualValues(b, 0, start(b, ext))
		require.EqualValues(b, 40129, start(b, ext))
		require.EqualValues(b, 2, status(b))
		require.Equal(b, "lin.qiao", follower(b, ext))
		b.advance("24h")
		require.EqualValues(b, 1, status(b))
		require.Equal(b, "zhou.wei", follower(b, ext))
		require.EqualValues(b, 40131, start(b, ext))
	})
	rule(t, "refused stays", func(b *bench) {
		ext := b.contact("lin.qiao")
		start(b, ext)
		b.do("transfers", object{"handover_userid": "lin.qiao", "takeover_userid": "zhou.wei", "external_userid": []string{ext}, "refuse": true})
		require.EqualValues(b, 3, status(b))
		require.Equal(b, "lin.qiao", follower(b, ext))
	})
	rule(t, "at most two in 90 days", func(b *bench) {
		ext := b.contact("lin.qiao")
		move := func(from, to string) {
			b.do("transfers", object{"handover_userid": from, "takeover_userid": to, "external_userid": []string{ext}})
		}
		move("lin.qiao", "zhou.wei")
		move("zhou.wei", "lin.qiao")
		require.EqualValues(b, 40128, start(b, ext))
		b.advance("2161h")
		require.EqualValues(b, 0, start(b, ext))
	})
	rule(t, "refusals", func(b *bench) {
		require.EqualValues(b, 40096, start(b, "wmX"))
		same := object{"handover_userid": "lin.qiao", "takeover_userid": "LIN.qiao", "external_userid": []string{"x"}}
		b.code(40130, "externalcontact/transfer_customer", same)
		same["transfer_success_msg"] = strings.Repeat("长", 201)
		b.code(40058, "externalcontact/transfer_customer", same)
	})
}

func TestSection13GroupChats(t *testing.T) {
	t.Parallel()
	rule(t, "list by owner, get with names", func(b *bench) {
		ext := b.contact("lin.qiao")
		id := b.do("groupchats", object{"owner": "lin.qiao", "name": "雅思群", "external_userid": []string{ext}})["chat_id"]
		b.do("groupchats", object{"owner": "zhou.wei"})
		list := object{"owner_filter": object{"userid_list": []string{"Lin.Qiao"}}, "limit": 10}
		require.Equal(b, id, rows(b.ok("externalcontact/groupchat/list", list), "group_chat_list")[0]["chat_id"])
		require.Len(b, b.ok("externalcontact/groupchat/list", object{"limit": 10})["group_chat_list"], 2)
		b.code(40058, "externalcontact/groupchat/list", object{"limit": 1001})
		got := b.ok("externalcontact/groupchat/get", object{"chat_id": id, "need_name": 1})["group_chat"].(map[string]any)
		members := rows(got, "member_list")
		require.Equal(b, "林乔", members[0]["name"])
		require.Equal(b, ext, members[1]["userid"])
		require.EqualValues(b, 2, members[1]["type"])
		b.code(40050, "externalcontact/groupchat/get", object{"chat_id": "wrX"})
	})
}
