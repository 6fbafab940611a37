package sim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// moment makes a moment task and returns its id.
func (b *bench) moment(q object) string {
	b.Helper()
	job := b.ok("externalcontact/add_moment_task", q)["jobid"].(string)
	got := b.get("externalcontact/get_moment_task_result", "jobid", job)
	return got["result"].(map[string]any)["moment_id"].(string)
}

func senders(users ...string) object {
	return object{"sender_list": object{"user_list": users, "department_list": nil}, "external_contact_list": object{"tag_list": nil}}
}

func TestSection7Moments(t *testing.T) {
	t.Parallel()
	rule(t, "the job runs over several reads and names what was unknown", func(b *bench) {
		b.do("rules", object{"job_polls": 2})
		job := b.ok("externalcontact/add_moment_task", object{"text": text("x"), "visible_range": object{
			"sender_list":           object{"user_list": []string{"lin.qiao", "ghost"}, "department_list": []int{9}},
			"external_contact_list": object{"tag_list": []string{"etX"}},
		}})["jobid"].(string)
		for _, status := range []int{1, 2, 3, 3} {
			got := b.get("externalcontact/get_moment_task_result", "jobid", job)
			require.EqualValues(b, status, got["status"])
			if status == 3 {
				result := got["result"].(map[string]any)
				require.Equal(b, []any{"ghost"}, result["invalid_sender_list"].(map[string]any)["user_list"])
				require.Equal(b, []any{9.0}, result["invalid_sender_list"].(map[string]any)["department_list"])
				require.Equal(b, []any{"etX"}, result["invalid_external_contact_list"].(map[string]any)["tag_list"])
			}
		}
		b.advance("24h")
		require.EqualValues(b, 40058, b.get("externalcontact/get_moment_task_result", "jobid", job)["errcode"])
	})
	rule(t, "a failed job has outer errcode 0", func(b *bench) {
		image := b.upload("media/upload_attachment?media_type=image&attachment_type=1", picture(b.T, 8, 8))["media_id"]
		picture := object{"msgtype": "image", "image": object{"media_id": image}}
		link := object{"msgtype": "link", "link": object{"title": "t", "url": "https://h5.example", "media_id": image}}
		for want, q := range map[string]object{
			"invalid text size":           {"text": text(strings.Repeat("中", 2001))},
			"invalid attachments msgtype": {"attachments": []object{picture, link}},
			"invalid attachments size":    {"attachments": []object{link, link}},
		} {
			job := b.ok("externalcontact/add_moment_task", q)["jobid"].(string)
			got := b.get("externalcontact/get_moment_task_result", "jobid", job)
			require.EqualValues(b, 0, got["errcode"])
			require.EqualValues(b, 3, got["status"])
			require.NotEqualValues(b, 0, got["result"].(map[string]any)["errcode"])
			require.Equal(b, want, got["result"].(map[string]any)["errmsg"])
		}
		b.code(41089, "externalcontact/add_moment_task", object{})
	})
	rule(t, "nobody sees it before the member publishes", func(b *bench) {
		ext := b.contact("lin.qiao")
		b.contact("zhou.wei")
		id := b.moment(object{"text": text("公开课"), "visible_range": senders("lin.qiao")})
		part := object{"moment_id": id, "userid": "lin.qiao"}
		require.EqualValues(b, 0, rows(b.ok("externalcontact/get_moment_task", part), "task_list")[0]["publish_status"])
		require.Equal(b, ext, rows(b.ok("externalcontact/get_moment_customer_list", part), "customer_list")[0]["external_userid"])
		b.code(41062, "externalcontact/get_moment_send_result", part)
		require.Empty(b, b.ledger())
		b.do("confirm", object{"userid": "lin.qiao", "moment_id": id})
		require.EqualValues(b, 1, rows(b.ok("externalcontact/get_moment_task", part), "task_list")[0]["publish_status"])
		require.Len(b, b.ok("externalcontact/get_moment_send_result", part)["customer_list"], 1)
		require.Equal(b, "moment", b.ledger()[0]["kind"])
		b.do("reactions", object{"moment_id": id, "userid": "lin.qiao", "external_userid": ext, "kind": "like"})
		b.do("reactions", object{"moment_id": id, "userid": "lin.qiao", "external_userid": ext, "kind": "comment"})
		comments := b.ok("externalcontact/get_moment_comments", part)
		require.Equal(b, ext, rows(comments, "like_list")[0]["external_userid"])
		require.Equal(b, ext, rows(comments, "comment_list")[0]["external_userid"])
	})
	rule(t, "the audience is narrowed by any of the tags", func(b *bench) {
		ids := rows(b.do("tags", object{"group": "g", "tags": []string{"a", "b"}}), "tags")
		tagged := b.do("follows", object{"userid": "lin.qiao", "tags": []any{ids[1]["id"]}, "silent": true})["external_userid"]
		b.contact("lin.qiao")
		b.contact("zhou.wei")
		id := b.moment(object{"text": text("x"), "visible_range": object{
			"external_contact_list": object{"tag_list": []any{ids[0]["id"], ids[1]["id"]}},
		}})
		require.Len(b, b.ok("externalcontact/get_moment_task", object{"moment_id": id})["task_list"], 1, "only members with such customers")
		list := rows(b.ok("externalcontact/get_moment_customer_list", object{"moment_id": id, "userid": "lin.qiao"}), "customer_list")
		require.Len(b, list, 1)
		require.Equal(b, tagged, list[0]["external_userid"])
	})
}

func TestSection7MomentLimits(t *testing.T) {
	t.Parallel()
	rule(t, "four per customer and month", func(b *bench) {
		b.contact("lin.qiao")
		publish := func() any {
			b.moment(object{"text": text("x"), "visible_range": senders("lin.qiao")})
			return b.do("confirm", object{"all": true})["delivered"]
		}
		for range 4 {
			require.EqualValues(b, 1, publish())
		}
		require.EqualValues(b, 0, publish())
		b.advance("720h")
		require.EqualValues(b, 1, publish())
	})
	rule(t, "ten creations a minute", func(b *bench) {
		for range 10 {
			b.ok("externalcontact/add_moment_task", object{"text": text("x")})
		}
		b.code(45009, "externalcontact/add_moment_task", object{"text": text("x")})
		b.advance("1m")
		b.ok("externalcontact/add_moment_task", object{"text": text("x")})
	})
	rule(t, "cancelled is not published any more", func(b *bench) {
		b.contact("lin.qiao")
		id := b.moment(object{"text": text("x")})
		b.ok("externalcontact/cancel_moment_task", object{"moment_id": id})
		require.EqualValues(b, 0, b.do("confirm", object{"all": true})["confirmed"])
	})
	rule(t, "dispatching is 41079, bad ids, and others' moments", func(b *bench) {
		b.contact("lin.qiao")
		id := b.moment(object{"text": text("x"), "visible_range": senders("lin.qiao")})
		b.code(41059, "externalcontact/get_moment_task", object{})
		b.code(41060, "externalcontact/get_moment_task", object{"moment_id": "momX"})
		b.code(41061, "externalcontact/get_moment_comments", object{"moment_id": id, "userid": "zhou.wei"})
		b.do("rules", object{"dispatch_polls": 1})
		b.code(41079, "externalcontact/get_moment_task", object{"moment_id": id})
		b.ok("externalcontact/get_moment_task", object{"moment_id": id})
	})
	rule(t, "list shows pictures, video and link by kind", func(b *bench) {
		b.do("rules", object{"create_time_string": true})
		id := func(kind string) any {
			return b.upload("media/upload_attachment?attachment_type=1&media_type="+kind, picture(b.T, 8, 8))["media_id"]
		}
		image := id("image")
		for _, a := range []object{
			{"msgtype": "image", "image": object{"media_id": image}},
			{"msgtype": "video", "video": object{"media_id": id("video")}},
			{"msgtype": "link", "link": object{"title": "t", "url": "https://h5.example", "media_id": image}},
		} {
			b.moment(object{"attachments": []object{a}, "visible_range": senders("lin.qiao")})
		}
		now := b.sim.Clock().Now().Unix()
		list := rows(b.ok("externalcontact/get_moment_list", object{"start_time": now - 5, "end_time": now + 5}), "moment_list")
		require.Equal(b, image, rows(list[0], "image")[0]["media_id"])
		require.Contains(b, list[1], "video")
		require.Contains(b, list[2], "link")
		require.IsType(b, "", list[2]["create_time"])
		require.EqualValues(b, 1, list[2]["visible_type"])
		require.NotContains(b, list[2], "creator")
	})
	rule(t, "list of at most 20 a page, without failed jobs", func(b *bench) {
		b.do("rules", object{"moment_tasks_per_minute": -1})
		for i := range 21 {
			b.moment(object{"text": text(fmt.Sprint(i))})
		}
		b.ok("externalcontact/add_moment_task", object{"text": text(strings.Repeat("中", 2001))})
		now := b.sim.Clock().Now().Unix()
		q := object{"start_time": now - 5, "end_time": now + 5}
		first := b.ok("externalcontact/get_moment_list", q)
		require.Len(b, first["moment_list"], 20)
		q["cursor"] = first["next_cursor"]
		require.Len(b, b.ok("externalcontact/get_moment_list", q)["moment_list"], 1)
		q["limit"] = 21
		b.code(40058, "externalcontact/get_moment_list", q)
	})
}
