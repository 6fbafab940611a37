package event_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/contact"
	"sixtouch/service/inbox/event"
	"sixtouch/service/welcome"
	"sixtouch/wecom/sim"
)

var update = flag.Bool("update", false, "write the wanted results anew")

func contactEvent(changeType, userID string, at time.Time, more string) string {
	return fmt.Sprintf("<xml><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType>"+
		"<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[%s]]></ChangeType>"+
		"<UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID>%s</xml>", at.Unix(), changeType, userID, customer, more)
}

// before tells how things are in WeCom, and what we know of them, when the event
// of the fixture arrives.
func before() map[string]func(w *world) {
	silent := func(w *world) { w.follow(map[string]any{"silent": true}) }
	known := func(w *world) {
		silent(w)
		w.take(contactEvent("add_external_contact", "lin.qiao", w.clock.Now(), ""))
		w.process()
		w.clock.Advance(time.Minute)
	}
	gone := func(by string) func(w *world) {
		return func(w *world) {
			known(w)
			w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": customer, "by": by}, nil)
		}
	}
	chat := func(w *world) {
		silent(w)
		var out struct {
			ChatID string `json:"chat_id"`
		}
		w.wecom.Post("/sim/groupchats", map[string]any{
			"owner": "lin.qiao", "name": "雅思群", "external_userid": []string{customer}, "silent": true,
		}, &out)
		w.ids["{chat}"] = out.ChatID
	}
	library := func(w *world) {
		require.NoError(w.t, w.deps.Contacts.SaveTags(w.t.Context(), []contact.TagGroupFacts{
			{WeComID: w.ids["{group}"], Name: "旧名", Tags: []contact.TagFacts{{WeComID: w.ids["{tag}"], Name: "旧"}}},
		}, w.clock.Now()))
	}
	return map[string]func(w *world){
		"add_external_contact":      func(w *world) { w.follow(nil) },
		"add_half_external_contact": func(w *world) { w.follow(map[string]any{"half": true}) },
		"edit_external_contact": func(w *world) {
			known(w)
			w.wecom.Post("/sim/tag", map[string]any{
				"userid": "lin.qiao", "external_userid": customer, "remove": []string{w.ids["{tag}"]}, "personal": []string{"爱提问"}, "silent": true,
			}, nil)
		},
		"del_external_contact": gone("member"),
		"del_follow_user":      gone("customer"),
		"transfer_fail":        known,
		"msg_audit_approved": func(w *world) {
			w.follow(nil)
		},
		"chat_create": chat,
		"chat_update": func(w *world) {
			chat(w)
			w.wecom.Post("/sim/groupchats/change", map[string]any{"chat_id": w.ids["{chat}"], "add": []string{"zhou.wei"}}, nil)
		},
		"chat_dismiss": func(w *world) {
			chat(w)
			w.take(`<xml><CreateTime>1772416800</CreateTime><MsgType>event</MsgType><Event>change_external_chat</Event><ChangeType>create</ChangeType><ChatId>{chat}</ChatId></xml>`)
			w.process()
		},
		"tag_update":  library,
		"tag_delete":  library,
		"tag_shuffle": library,
		"update_user": func(w *world) { w.wecom.Member("lin.qiao2", "林乔") },
		"delete_user": func(w *world) {
			w.wecom.Post("/sim/members/remove", map[string]any{"userid": "lin.qiao"}, nil)
		},
		"create_party": func(w *world) {
			w.wecom.Post("/sim/departments", map[string]any{"id": 9, "name": "雅思组", "parentid": 1}, nil)
		},
		"update_party": func(w *world) {
			w.wecom.Post("/sim/departments", map[string]any{"id": 9, "name": "雅思二组", "parentid": 1}, nil)
		},
		"delete_party": func(w *world) {
			require.NoError(w.t, w.deps.Contacts.SaveDepartments(w.t.Context(), []contact.DepartmentFacts{{ID: 9, Name: "雅思组", ParentID: 1}}, false))
		},
		"template_card_event": func(w *world) {
			known(w)
			now := w.clock.Now()
			id := int64(881)
			require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&model.Touch{
				ContactID: 1, RepID: 1, RelationshipID: 1, Channel: "rep_prompt", State: model.TouchAccepted, DispatchID: &id,
				DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, LocalDay: "2026-03-02",
			}).Error)
		},
	}
}

// fixture names the file of a handler's event.
func fixture(key string) string {
	name := strings.NewReplacer("change_external_contact/", "", "change_contact/", "",
		"change_external_chat/", "chat_", "change_external_tag/", "tag_", "/", "_").Replace(key)
	return filepath.Join("testdata", strings.ToLower(name))
}

// Every handler has an event that WeCom could send, and a file that says what is
// in the tables after it came twice.
func TestAll_everyEventHasItsFixtureAndItsResult(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	for _, h := range event.All(newWorld(t, db, clock).deps) {
		t.Run(string(h.Key()), func(t *testing.T) {
			t.Parallel()
			file := fixture(string(h.Key()))
			xml, err := os.ReadFile(file + ".xml")
			require.NoError(t, err)
			modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
				w := newWorld(t, db, clock)
				if prepare := before()[filepath.Base(file)]; prepare != nil {
					prepare(w)
				}
				w.take(string(xml))
				w.process()
				w.take(string(xml) + "\n") // WeCom's retry, as different bytes
				w.process()
				got := w.dump()
				if *update {
					require.NoError(t, os.WriteFile(file+".want.json", []byte(got), 0o600))
				}
				want, err := os.ReadFile(file + ".want.json")
				require.NoError(t, err)
				require.Equal(t, string(want), got)
			})
		})
	}
}

// dump writes what is in the tables in a form that does not change.
func (w *world) dump() string {
	w.t.Helper()
	db := w.db.Conn(w.t.Context())
	all := map[string]any{}
	for name, query := range map[string]string{
		"inbox": "SELECT event_key, state, last_error FROM inbox_items ORDER BY id",
		"reps":  "SELECT userid, name, department_ids, status, left_at IS NOT NULL AS has_left FROM reps ORDER BY id",
		"relationships": `SELECT c.external_userid, c.name, r.userid AS rep, s.state, s.channel_state, s.personal_tags, s.ended_at IS NOT NULL AS has_ended
			FROM relationships s JOIN contacts c ON c.id = s.contact_id JOIN reps r ON r.id = s.rep_id ORDER BY s.id`,
		"tags":        "SELECT wecom_id, name, deleted_at IS NOT NULL AS is_deleted FROM tags ORDER BY wecom_id",
		"worn":        "SELECT t.name, w.removed_at IS NOT NULL AS is_off FROM relationship_tags w JOIN tags t ON t.id = w.tag_id ORDER BY t.id",
		"groups":      "SELECT chat_id, name, owner_userid, member_count, dismissed_at IS NOT NULL AS is_dismissed FROM customer_groups ORDER BY id",
		"members":     "SELECT member_id, kind, left_at IS NOT NULL AS has_left FROM customer_group_members ORDER BY member_id",
		"departments": "SELECT id, name, parent_id, deleted_at IS NOT NULL AS is_deleted FROM departments ORDER BY id",
		"activities":  "SELECT kind, data FROM activities ORDER BY id",
		"touches":     "SELECT channel, state, reason FROM touches ORDER BY id",
	} {
		rows := []map[string]any{}
		require.NoError(w.t, db.Raw(query).Scan(&rows).Error, name)
		if len(rows) == 0 {
			continue
		}
		for _, row := range rows {
			for k, v := range row {
				if b, ok := v.([]byte); ok {
					row[k] = string(b)
				}
			}
		}
		all[name] = rows
	}
	if len(w.prompts.answers) > 0 {
		all["answers"] = w.prompts.answers
	}
	var welcomes []string
	for _, e := range w.wecom.Ledger() {
		welcomes = append(welcomes, e.Kind+" "+e.Text)
	}
	all["received"] = welcomes
	doc, err := json.MarshalIndent(all, "", "  ")
	require.NoError(w.t, err)
	return w.clean(string(doc)) + "\n"
}

func states(t *testing.T, w *world) []model.RelationshipState {
	t.Helper()
	var out []model.RelationshipState
	require.NoError(t, w.db.Conn(t.Context()).Model(&model.Relationship{}).Order("id").Pluck("state", &out).Error)
	return out
}

func kinds(t *testing.T, w *world) []model.ActivityKind {
	t.Helper()
	var out []model.ActivityKind
	require.NoError(t, w.db.Conn(t.Context()).Model(&model.Activity{}).Order("id").Pluck("kind", &out).Error)
	return out
}

// The welcome call precedes everything slow: it goes out although WeCom does not
// answer reads, and once, although the event is processed again.
func TestAdd_welcomePrecedesSlowPersistence(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock)
		_, err := w.deps.Welcomes.Set(t.Context(), model.Welcome{
			Scope: model.WelcomeDefault, Enabled: true, Content: model.AsJSON(model.Content{Text: "你好，我是{rep}"}),
		})
		require.NoError(t, err)
		w.follow(nil)
		// Three tries for one read, all in vain.
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/get", N: 3, Errcode: -1})
		w.happened("add_external_contact", "<WelcomeCode>{code}</WelcomeCode>")
		w.process()
		require.Empty(t, states(t, w))
		ledger := w.wecom.Ledger()
		require.Len(t, ledger, 1)
		require.Equal(t, "你好，我是林乔", ledger[0].Text)

		clock.Advance(time.Minute)
		w.process()
		require.Equal(t, []model.RelationshipState{model.RelationshipActive}, states(t, w))
		require.Len(t, w.wecom.Ledger(), 1)
		var touches []model.Touch
		require.NoError(t, db.Conn(t.Context()).Find(&touches).Error)
		require.Len(t, touches, 1)
		require.Equal(t, model.TouchDelivered, touches[0].State)
	})
}

func TestAdd_relationThatWasGoneBeforeWeLookedIsKeptAsRemoved(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	w.follow(map[string]any{"silent": true})
	w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": customer, "by": "member"}, nil)
	w.happened("add_external_contact", "")
	w.happened("del_external_contact", "")
	w.process()
	require.Equal(t, []model.RelationshipState{model.RelationshipRemoved}, states(t, w))
	require.Equal(t, []model.ActivityKind{model.ActivityContactRemoved}, kinds(t, w))
}

func TestHalf_confirmedLaterIsAddedOnceAndWelcomedOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock)
		w.follow(map[string]any{"half": true, "tags": nil})
		w.happened("add_half_external_contact", "<State>ch_a</State><WelcomeCode>{code}</WelcomeCode>")
		w.process()
		require.Equal(t, []model.RelationshipState{model.RelationshipHalf}, states(t, w))
		clock.Advance(time.Minute)
		w.follow(map[string]any{"silent": true, "tags": nil})
		w.happened("add_external_contact", "")
		w.process()
		require.Equal(t, []model.RelationshipState{model.RelationshipActive}, states(t, w))
		require.Equal(t, []model.ActivityKind{model.ActivityContactHalf, model.ActivityContactAdded}, kinds(t, w))
		require.Len(t, w.wecom.Ledger(), 1)
	})
}

// Each of the two events of one arrival may bring a code; one of them works. We
// greeted the customer ourselves, so the log has one welcome, which arrived. After
// they left and came back, "welcomed elsewhere" means somebody else.
func TestHalf_secondCodeOfOneArrivalIsNoSecondTouch(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newWorld(t, db, clock)
		const spent = 41051
		touches := func() (out []string) {
			require.NoError(t, db.Conn(t.Context()).Model(&model.Touch{}).Order("id").Pluck("CONCAT(state, ' ', reason)", &out).Error)
			return out
		}
		w.follow(map[string]any{"half": true, "tags": nil})
		w.happened("add_half_external_contact", "<WelcomeCode>{code}</WelcomeCode>")
		w.process()
		clock.Advance(time.Minute)
		w.follow(map[string]any{"silent": true, "tags": nil})
		w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/send_welcome_msg", N: 2, Errcode: spent})
		w.happened("add_external_contact", "<WelcomeCode>second</WelcomeCode>")
		w.process()
		require.Equal(t, []model.RelationshipState{model.RelationshipActive}, states(t, w))
		require.Equal(t, []string{"delivered "}, touches())

		clock.Advance(time.Hour)
		w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": customer, "by": "member"}, nil)
		w.happened("del_external_contact", "")
		w.process()
		clock.Advance(time.Hour)
		w.follow(map[string]any{"silent": true, "tags": nil})
		w.happened("add_external_contact", "<WelcomeCode>third</WelcomeCode>")
		w.process()
		require.Equal(t, []string{"delivered ", "skipped " + welcome.ReasonElsewhere}, touches())
	})
}

// A deletion that arrives after the customer has come back ends nothing.
func TestDelete_oldOneAfterTheReturnEndsNothing(t *testing.T) {
	t.Parallel()
	for _, changeType := range []string{"del_external_contact", "del_follow_user"} {
		t.Run(changeType, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			w := newWorld(t, db, clock)
			w.follow(map[string]any{"silent": true, "tags": nil})
			w.happened("add_external_contact", "")
			w.process()
			clock.Advance(time.Minute)
			late := contactEvent(changeType, "lin.qiao", clock.Now(), "")
			by := map[string]string{"del_external_contact": "member", "del_follow_user": "customer"}[changeType]
			w.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": customer, "by": by}, nil)
			clock.Advance(time.Minute)
			w.follow(map[string]any{"silent": true, "tags": nil})
			w.take(late)
			w.happened("add_external_contact", "")
			w.process()
			require.Equal(t, []model.RelationshipState{model.RelationshipActive}, states(t, w))
		})
	}
}

func TestTransfer_endsOneRelationshipAndBeginsAnother(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	w.follow(map[string]any{"silent": true})
	w.happened("add_external_contact", "")
	w.process()
	clock.Advance(time.Minute)
	w.wecom.Post("/sim/transfers", map[string]any{
		"handover_userid": "lin.qiao", "takeover_userid": "zhou.wei", "external_userid": []string{customer},
	}, nil)
	w.happened("del_external_contact", "<Source>DELETE_BY_TRANSFER</Source>")
	w.take(contactEvent("add_external_contact", "zhou.wei", clock.Now(), ""))
	w.process()
	require.Equal(t, []model.RelationshipState{model.RelationshipTransferred, model.RelationshipActive}, states(t, w))
	require.Equal(t, []model.ActivityKind{
		model.ActivityContactAdded, model.ActivityTagAdded, model.ActivityTransferred, model.ActivityTakenOver,
	}, kinds(t, w), "the customer has added nobody, and nobody has put a tag on")
}

func TestWelcome_anotherAppWasFirst(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	w.follow(nil)
	w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/send_welcome_msg", N: 1, Errcode: 41051})
	w.happened("add_external_contact", "<WelcomeCode>{code}</WelcomeCode>")
	w.process()
	var touch model.Touch
	require.NoError(t, db.Conn(t.Context()).Take(&touch).Error)
	require.Equal(t, model.TouchSkipped, touch.State)
	require.Equal(t, welcome.ReasonElsewhere, touch.Reason)
	require.Equal(t, []model.RelationshipState{model.RelationshipActive}, states(t, w))
}

// WeCom took the welcome and its answer got lost.
func TestWelcome_acceptedThenTimeOutIsSentOnce(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	w.follow(nil)
	w.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/send_welcome_msg", N: 1, AcceptThenTimeout: true})
	w.happened("add_external_contact", "<WelcomeCode>{code}</WelcomeCode>")
	w.process()
	require.Len(t, w.wecom.Ledger(), 1)
	var touch model.Touch
	require.NoError(t, db.Conn(t.Context()).Take(&touch).Error)
	require.Equal(t, model.TouchDelivered, touch.State)
}

func TestChat_readThatLagsBehindTheEventIsRepeated(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := newWorld(t, db, clock)
	before()["chat_create"](w)
	w.take(`<xml><CreateTime>1772416800</CreateTime><MsgType>event</MsgType><Event>change_external_chat</Event><ChangeType>update</ChangeType>` +
		`<ChatId>{chat}</ChatId><LastMemVer>mv1</LastMemVer><CurMemVer>mv2</CurMemVer></xml>`)
	w.process()
	var it model.InboxItem
	require.NoError(t, db.Conn(t.Context()).Take(&it).Error)
	require.Equal(t, model.InboxRetry, it.State)
	require.Contains(t, it.LastError, "as it was before")
}
