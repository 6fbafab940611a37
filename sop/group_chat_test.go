package sop_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/contact"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

// chats is what the inbox would do with customer groups.
func (w *world) chats() *contact.Service { return contact.New(w.db, w.pipeline.Record) }

// form has an owner make a customer group with one customer now.
func (w *world) form(owner, name string) model.CustomerGroup {
	w.t.Helper()
	customer := w.wecom.Follow(owner, name+"的客户", map[string]any{"silent": true})
	var made struct {
		ChatID string `json:"chat_id"`
	}
	w.wecom.Post("/sim/groupchats", map[string]any{"owner": owner, "name": name, "external_userid": []string{customer}, "silent": true}, &made)
	return w.save(contact.GroupFacts{ChatID: made.ChatID, Name: name, OwnerUserID: owner, FormedAt: w.clock.Now()})
}

func (w *world) save(f contact.GroupFacts) model.CustomerGroup {
	w.t.Helper()
	require.NoError(w.t, w.chats().SaveGroup(w.ctx, f))
	var g model.CustomerGroup
	require.NoError(w.t, w.db.Read(w.ctx).Take(&g, "chat_id = ?", f.ChatID).Error)
	return g
}

// pass gives a customer group another owner.
func (w *world) pass(g model.CustomerGroup, owner string) {
	w.t.Helper()
	w.wecom.Post("/sim/groupchats/change", map[string]any{"chat_id": g.ChatID, "owner": owner}, nil)
	w.save(contact.GroupFacts{ChatID: g.ChatID, Name: g.Name, OwnerUserID: owner, FormedAt: g.FormedAt})
}

func (w *world) dismiss(g model.CustomerGroup) {
	w.t.Helper()
	w.wecom.Post("/sim/groupchats/change", map[string]any{"chat_id": g.ChatID, "dismiss": true}, nil)
	require.NoError(w.t, w.chats().DismissGroup(w.ctx, g.ChatID, w.clock.Now()))
}

// heard lists "day group ← text by owner" of everything that arrived in groups,
// sorted.
func (w *world) heard() []string {
	w.t.Helper()
	var groups []model.CustomerGroup
	require.NoError(w.t, w.db.Read(w.ctx).Find(&groups).Error)
	names := map[string]string{}
	for _, g := range groups {
		names[g.ChatID] = g.Name
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(w.t, err)
	out := []string{}
	for _, e := range w.wecom.Ledger() {
		if e.Kind == "groupchat" {
			out = append(out, fmt.Sprintf("%s %s ← %s by %s", e.At.In(zone).Format("01-02"), names[e.ChatID], e.Text, e.UserID))
		}
	}
	slices.Sort(out)
	return out
}

func chatStep(key, offset, text string) string {
	return `{"key":"` + key + `","offset":` + offset + `,"channel":"group_chat","content":{"text":"` + text + `"}}`
}

// twoDays is day 1 and day 7 of a customer group's own age.
func twoDays() string {
	return `{"trigger":{"kind":"group_created","name_contains":"群"},"steps":[` +
		chatStep("d1", `{"day":1,"at":"10:00"}`, "第一天") + `,` + chatStep("d7", `{"day":7,"at":"10:00"}`, "第七天") + `]}`
}

// Groups get day 1 and day 7 of their own age, by whoever owns them then; a
// dismissed one gets nothing more. One call carries all groups of an owner.
func TestGroupChat_everyGroupGetsItsOwnDays(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		id := w.publish("群 SOP", twoDays())
		first, gone := w.form("lin", "甲群"), w.form("lin", "丙群")
		w.form("zhou", "闲聊") // the trigger does not mean it
		ahead, err := w.engine.Outlook(w.ctx, sop.Question{SOPID: id, Days: 10})
		require.NoError(w.t, err)
		require.Equal(w.t, []any{2, 4}, []any{ahead.People, ahead.Total})
		require.Equal(w.t, []any{"甲群", "销售lin", gone.Who()}, []any{ahead.Touches[1].ContactName, ahead.Touches[1].RepName, ahead.Touches[0].ContactID})

		w.at("2026-03-03 10:00")
		require.Equal(w.t, 1, w.wecom.Calls(addTemplate))
		w.confirm()
		w.at("2026-03-04 10:00")
		second := w.form("lin", "乙群")
		w.at("2026-03-05 10:00")
		w.confirm()
		w.at("2026-03-06 10:00")
		w.dismiss(gone)
		w.pass(second, "zhou")
		w.at("2026-03-09 10:00")
		w.confirm()
		w.at("2026-03-11 10:00")
		w.confirm()
		w.at("2026-03-11 12:00")
		require.Equal(w.t, []string{
			"03-03 丙群 ← 第一天 by lin", "03-03 甲群 ← 第一天 by lin", "03-05 乙群 ← 第一天 by lin",
			"03-09 甲群 ← 第七天 by lin", "03-11 乙群 ← 第七天 by zhou",
		}, w.heard())
		require.Equal(w.t, map[string]int{"delivered": 5}, w.states("sop_id = ?", id))
		runs := w.runs(id, gone.Who())
		require.Equal(w.t, []any{1, model.EnrollmentExited, sop.ReasonGroupDismissed}, []any{len(runs), runs[0].State, runs[0].ExitReason})
		require.Equal(w.t, model.EnrollmentCompleted, w.enrollment(first.Who()).State)
		require.Equal(w.t, w.reps["zhou"], w.enrollment(second.Who()).RepID)
		why, err := w.engine.WhyStep(w.ctx, gone.Who(), id, "d7")
		require.NoError(w.t, err)
		require.Equal(w.t, []string{string(model.ActivityGroupCreated), sop.ReasonGroupDismissed}, []string{why.Chain[0].Word, why.Chain[1].Reason})

		// A draft's future is that of the groups there are; its past that of those formed.
		d, err := sop.ParseDefinition([]byte(twoDays()))
		require.NoError(w.t, err)
		draft, err := w.engine.Create(w.ctx, "草稿", d)
		require.NoError(w.t, err)
		ahead, err = w.engine.Outlook(w.ctx, sop.Question{SOPID: draft.ID, Draft: true, Days: 10})
		require.NoError(w.t, err)
		require.Equal(w.t, []any{2, 4}, []any{ahead.People, ahead.Total})
		past, err := w.engine.TimeMachine(w.ctx, sop.Leg{SOPID: draft.ID, Days: 30})
		require.NoError(w.t, err)
		require.Equal(w.t, 3, past.Entered)
	})
}

// A call whose outcome is unknown is looked for among the owner's tasks: what
// says the same is ours, unless another unknown call said it too.
func TestGroupChat_aCallOfUnknownOutcomeIsNotMadeTwice(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("群 SOP", `{"trigger":{"kind":"group_created"},"window":{"from":"09:00","to":"20:00"},"steps":[`+chatStep("h1", `{"after":"1h"}`, "一小时")+`]}`)
		w.form("lin", "甲群")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, AcceptThenTimeout: true})
		w.at("2026-03-02 11:30")
		require.Equal(w.t, model.DispatchUnknown, w.dispatches()[0].State)
		w.at("2026-03-02 11:32")
		require.Equal(w.t, []any{model.DispatchSent, 1}, []any{w.dispatches()[0].State, w.wecom.Calls(addTemplate)})
		w.confirm()
		w.at("2026-03-02 11:35")
		require.Len(w.t, w.heard(), 1)

		// Two calls for the same owner and content, one lost on its way there: nobody
		// but a person can tell whose the one task is.
		w.form("lin", "乙群")
		w.set("2026-03-02 11:36")
		w.form("lin", "丙群")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, AcceptThenTimeout: true})
		w.at("2026-03-02 12:35")
		w.wecom.Fault(sim.Fault{Path: addTemplate, N: 1, Drop: true})
		w.at("2026-03-02 12:36")
		w.at("2026-03-02 12:38")
		made, lost := w.dispatches()[1], w.dispatches()[2]
		require.Equal(w.t, []model.DispatchState{model.DispatchStuck, model.DispatchStuck}, []model.DispatchState{made.State, lost.State})
		require.Equal(w.t, made.Candidates, lost.Candidates)
		require.NoError(w.t, w.engine.Decide(w.ctx, made.ID, made.Candidates.V[0]))
		require.NoError(w.t, w.engine.Decide(w.ctx, lost.ID, ""))
		w.at("2026-03-02 12:40")
		w.confirm()
		w.at("2026-03-02 12:45")
		require.Equal(w.t, []string{"03-02 丙群 ← 一小时 by lin", "03-02 乙群 ← 一小时 by lin", "03-02 甲群 ← 一小时 by lin"}, w.heard())
		require.Equal(w.t, map[string]int{"delivered": 3}, w.states("1 = 1"))
	})
}

// The old owner's task reaches nobody any more: WeCom says so when it is sent,
// and then the new owner is asked.
func TestGroupChat_theNewOwnerIsAskedWhenTheOldOneSent(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{QuotaMode: model.QuotaDay})
		w.rep("lin")
		w.rep("zhou")
		id := w.publish("群 SOP", twoDays())
		kept, passed := w.form("lin", "甲群"), w.form("lin", "乙群")
		w.at("2026-03-03 10:00")
		w.pass(passed, "zhou")
		w.confirm()
		w.at("2026-03-03 10:05")
		w.tick()
		w.confirm()
		w.at("2026-03-03 10:30")
		require.Equal(w.t, []string{"03-03 乙群 ← 第一天 by zhou", "03-03 甲群 ← 第一天 by lin"}, w.heard())
		require.Equal(w.t, map[string]int{"delivered": 2}, w.states("sop_id = ?", id))

		// What the owner sends by hand uses the quota of WeCom that we count on.
		w.set("2026-03-09 09:00")
		w.wecom.Post("/sim/groupmsgs", map[string]any{"userid": "lin", "chat_id": []string{kept.ChatID}, "text": "自己发的"}, nil)
		w.set("2026-03-09 09:30")
		w.readAll(w.engine)
		require.Len(w.t, w.outside(), 1)
		w.at("2026-03-09 10:00")
		list := w.touches("contact_id = ? AND step_key = 'd7'", kept.Who())
		require.Equal(w.t, []any{model.TouchSkipped, sop.ReasonQuota, 1}, []any{list[0].State, list[0].Reason, last(list[0]).Used})

		// A group that passes on before the owner has sent is asked about anew, without
		// waiting for the old one.
		w.pass(passed, "lin")
		for _, at := range []string{"10:05", "10:10", "10:15"} {
			w.at("2026-03-09 " + at)
		}
		require.Empty(w.t, w.wecom.Tasks("zhou"))
		require.Len(w.t, w.wecom.Tasks("lin"), 1)
		list = w.touches("contact_id = ? AND step_key = 'd7'", passed.Who())
		require.Equal(w.t, []any{model.TouchAccepted, w.reps["lin"]}, []any{list[0].State, list[0].RepID})

		// The kill switch takes back what lin has not sent; resumed, it is asked anew.
		require.NoError(w.t, w.engine.Stop(w.ctx, id))
		w.at("2026-03-09 10:25")
		w.at("2026-03-09 10:30")
		require.Empty(w.t, w.wecom.Tasks("lin"))
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
		w.at("2026-03-09 10:40")
		require.Len(w.t, w.wecom.Tasks("lin"), 1)
	})
}

// Whoever is meant must agree with the trigger, the channel and the command.
func TestGroupChat_peopleAndGroupsAreNotMixed(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		faults := func(doc string) map[string]string {
			d, err := sop.ParseDefinition([]byte(doc))
			require.NoError(w.t, err)
			s, err := w.engine.Create(w.ctx, "草稿", d)
			require.NoError(w.t, err)
			_, err = w.engine.Publish(w.ctx, s.ID, "test")
			var e *model.Error
			require.ErrorAs(w.t, err, &e)
			return e.Fields
		}
		chat, people := chatStep("a", `{"day":1,"at":"10:00"}`, "群"), message("b", `{"day":2,"at":"10:00"}`, "人")
		require.Contains(w.t, faults(`{"trigger":{"kind":"contact_added"},"steps":[`+chat+`]}`), "steps[0].channel")
		require.Contains(w.t, faults(`{"trigger":{"kind":"manual"},"steps":[`+chat+`,`+people+`]}`), "steps[1].channel")
		got := faults(`{"trigger":{"kind":"group_created"},"holdout":5,"filter":{"f":"friend","is":"in","v":["active"]},"steps":[` + people + `]}`)
		require.Contains(w.t, got, "steps[0].channel")
		require.Contains(w.t, got, "filter")
		require.Contains(w.t, got, "holdout")

		byHand := w.publish("手动", `{"trigger":{"kind":"manual"},"steps":[`+chat+`]}`)
		forPeople := w.publish("人", one("一"))
		old := w.form("lin", "老群")
		c, _ := w.add("lin", "甲", "")
		w.set("2026-03-02 15:00")
		for _, enroll := range []func() (int, error){
			func() (int, error) { return w.engine.Enroll(w.ctx, byHand, []int64{c.ID}) },
			func() (int, error) { return w.engine.EnrollGroups(w.ctx, forPeople, []int64{old.ID}, "") },
			func() (int, error) {
				_, err := w.engine.EnrollBulk(w.ctx, byHand, sop.Bulk{Source: sop.SourceContacts, ContactIDs: []int64{c.ID}})
				return 0, err
			},
		} {
			_, err := enroll()
			require.Equal(w.t, model.CodeConflict, model.CodeOf(err))
		}
		n, err := w.engine.Enroll(w.ctx, forPeople, []int64{old.Who()})
		require.NoError(w.t, err)
		require.Zero(w.t, n, "a group's number lets no group in among people")
		for _, want := range []int{1, 0} { // inside, it does not enter again
			n, err := w.engine.EnrollGroups(w.ctx, byHand, []int64{old.ID}, sop.AnchorFormedAt)
			require.NoError(w.t, err)
			require.Equal(w.t, want, n)
		}
		require.True(w.t, w.enrollment(old.Who()).AnchorAt.Equal(old.FormedAt))
		d, err := sop.ParseDefinition([]byte(one("一")))
		require.NoError(w.t, err)
		_, err = w.engine.Update(w.ctx, byHand, "手动", d)
		require.NoError(w.t, err)
		_, err = w.engine.Publish(w.ctx, byHand, "test")
		require.Equal(w.t, model.CodeInvalid, model.CodeOf(err))
	})
}

// One rep's customers and groups are due the same words at the same minute: each
// goes out on its own way.
func TestGroupChat_customerAndGroupStepsTogetherBothGoOut(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("客户", one("同一句话"))
		w.publish("群", `{"trigger":{"kind":"group_created"},"steps":[`+chatStep("d1", `{"day":1,"at":"10:00"}`, "同一句话")+`]}`)
		w.add("lin", "甲", "")
		w.form("lin", "乙群")
		w.at("2026-03-03 10:00")
		require.Equal(w.t, 2, w.wecom.Calls(addTemplate))
		w.confirm()
		w.at("2026-03-03 10:05")
		require.Equal(w.t, []string{"甲 ← 同一句话"}, w.got())
		require.Equal(w.t, []string{"03-03 乙群 ← 同一句话 by lin"}, w.heard())
		require.Equal(w.t, map[string]int{"delivered": 2}, w.states("1 = 1"))
	})
}

// Planning and sending for groups reads groups by their keys.
func TestGroupChat_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	id := w.publish("群 SOP", twoDays())
	now := w.db.Now(w.ctx)
	groups := make([]model.CustomerGroup, 5000) // WeCom does not know them: their touches fail
	for i := range groups {
		groups[i] = model.CustomerGroup{ChatID: fmt.Sprintf("wr%d", i), Name: "旧群", OwnerUserID: "lin", FormedAt: now, CreatedAt: now, UpdatedAt: now}
	}
	require.NoError(t, w.db.Conn(w.ctx).CreateInBatches(groups, 1000).Error)
	var ids []int64
	for _, g := range groups[:200] {
		ids = append(ids, g.ID)
	}
	n, err := w.engine.EnrollGroups(w.ctx, id, ids, "")
	require.NoError(t, err)
	require.Equal(t, len(ids), n)
	w.at("2026-03-03 10:00")
	w.at("2026-03-04 10:00")
	require.Equal(t, map[string]int{"failed:wecom_gone": 200}, w.states("1 = 1"))
	w.analyze()
	require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE customer_groups").Error)
	statements := record(t, w)
	g := w.form("lin", "甲群")
	w.save(contact.GroupFacts{ChatID: "wrUnknown", Name: "乙群", OwnerUserID: "lin", FormedAt: clock.Now()})
	w.at("2026-03-05 10:00")
	w.confirm()
	clock.Advance(5 * time.Minute)
	w.tick()
	w.readAll(w.engine)
	w.dismiss(g)
	list := statements()
	require.Greater(t, len(list), 15)
	requireNoScans(t, w, list)
	require.Equal(t, map[string]int{"failed:wecom_gone": 200, "failed:not_sendable": 1, "delivered": 1}, w.states("1 = 1"))
}
