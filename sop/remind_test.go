package sop_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/wecom/sim"
)

const remindPath = "/cgi-bin/externalcontact/remind_groupmsg_send"

// chasing has unconfirmed messages of this world chased.
func (w *world) chasing() {
	w.engine.Config.RemindAfter = 4 * time.Hour
	w.engine.Config.Link = "https://scrm.example/touches"
}

func (w *world) chase() model.Chase {
	w.t.Helper()
	var c model.Chase
	require.NoError(w.t, w.db.Read(w.ctx).Take(&c).Error)
	return c
}

// notices lists who was told what, as cards in the simulator.
func (w *world) notices() []string {
	w.t.Helper()
	out := []string{}
	for _, c := range w.cards() {
		out = append(out, c.UserID+": "+c.Main.Title)
	}
	return out
}

// led makes the rep a member of a department with these leaders.
func (w *world) led(userID string, direct []string, department model.Department) {
	w.t.Helper()
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&department).Error)
	set := model.Rep{DirectLeaders: model.AsJSON(direct), MainDepartment: department.ID}
	require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Rep{}).Where("userid = ?", userID).Updates(set).Error)
}

func TestChase_climbsFromWeComsReminderToTheManager(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		w.wecom.Member("boss", "主管")
		w.led("lin", nil, model.Department{ID: 7, Name: "一组", Leaders: model.AsJSON([]string{"boss"})})
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.at("2026-03-03 13:59")
		require.Zero(w.t, w.wecom.Calls(remindPath))
		w.at("2026-03-03 14:00")
		w.tick()
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
		w.at("2026-03-04 08:59")
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
		w.at("2026-03-04 09:00")
		require.Equal(w.t, 2, w.wecom.Calls(remindPath))
		require.Empty(w.t, w.notices())
		w.at("2026-03-04 13:00")
		require.Equal(w.t, []string{"lin: 有群发任务等你发送"}, w.notices())
		w.at("2026-03-05 09:00")
		require.Equal(w.t, []string{"lin: 有群发任务等你发送", "boss: 成员的群发任务一直没有发送"}, w.notices())
		card := w.cards()[1]
		require.Equal(w.t, "销售lin", card.Main.Desc)
		require.Equal(w.t, "一次", card.SubTitle)
		require.Equal(w.t, "3 月 3 日 10:00", card.Rows[1].Value)
		w.at("2026-03-06 10:00")
		require.Len(w.t, w.notices(), 2, "there is nothing above")
		c := w.chase()
		require.Equal(w.t, model.ChaseOver, c.State)
		var kinds []string
		for _, s := range c.Log.V {
			kinds = append(kinds, fmt.Sprint(s.Kind, " ", s.To, " ", s.Outcome))
		}
		require.Equal(w.t, []string{"remind [lin] sent", "remind [lin] sent", "card [lin] sent", "manager [boss] sent"}, kinds)
		require.Equal(w.t, model.TouchAccepted, w.touches("1 = 1")[0].State, "chasing settles nothing")
	})
}

// Somebody who has sent it is not reminded, even if the results were not read
// since.
func TestChase_whoHasSentIsLeftAlone(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.set("2026-03-03 14:00")
		w.wecom.Confirm(map[string]any{"all": true})
		_, err := w.engine.Chase(w.ctx)
		require.NoError(w.t, err)
		require.Zero(w.t, w.wecom.Calls(remindPath))
		require.Equal(w.t, model.TouchDelivered, w.touches("1 = 1")[0].State)
		w.at("2026-03-04 09:00")
		require.Zero(w.t, w.wecom.Calls(remindPath))
		require.Equal(w.t, model.ChaseOver, w.chase().State)
	})
}

// A reminder whose fate is unknown counts as given: better one too few.
func TestChase_crashOrLostAnswerNeverRemindsTwice(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Fault(sim.Fault{Path: remindPath, N: 1, AcceptThenTimeout: true})
		w.at("2026-03-03 14:00")
		for range 3 {
			w.clock.Advance(10 * time.Minute)
			w.tick()
		}
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
		require.Equal(w.t, "wecom_unknown", w.chase().Log.V[0].Outcome)
	})
}

func TestChase_refusedForNowIsTriedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Fault(sim.Fault{Path: remindPath, N: 1, Errcode: 45009})
		w.at("2026-03-03 14:00")
		require.Equal(w.t, 0, w.chase().Rung)
		w.at("2026-03-03 14:10")
		require.Equal(w.t, 1, w.chase().Rung)
		require.Len(w.t, w.chase().Log.V, 2)
		// Somebody else has used up WeCom's reminders of this task: go on.
		w.wecom.Fault(sim.Fault{Path: remindPath, N: 1, Errcode: 41094})
		w.at("2026-03-04 09:00")
		require.Equal(w.t, 2, w.chase().Rung)
		w.at("2026-03-04 13:00")
		require.Equal(w.t, []string{"lin: 有群发任务等你发送"}, w.notices())
	})
}

func TestChase_replicasRemindOnce(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		w.publish("新好友", one("一次"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.set("2026-03-03 14:00")
		var wg sync.WaitGroup
		for range 3 {
			engine := w.newEngine()
			engine.Config.RemindAfter = 4 * time.Hour
			wg.Go(func() {
				_, err := engine.Chase(w.ctx)
				require.NoError(w.t, err)
			})
		}
		wg.Wait()
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
	})
}

// Who stands still reminds nobody, and nobody is reminded at night.
func TestChase_waitsForTheWindowAndTheProgramme(t *testing.T) {
	each(t, func(w *world) {
		w.chasing()
		w.rep("lin")
		id := w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+message("d1", `{"day":1,"at":"18:00"}`, "一次")+`]}`)
		w.add("lin", "甲", "")
		w.at("2026-03-03 18:00")
		w.at("2026-03-03 22:00")
		require.Zero(w.t, w.wecom.Calls(remindPath))
		require.NoError(w.t, w.engine.Pause(w.ctx, id))
		w.at("2026-03-04 09:00")
		require.Zero(w.t, w.wecom.Calls(remindPath))
		require.NoError(w.t, w.engine.Resume(w.ctx, id, model.ChangeSend, "test"))
		w.at("2026-03-04 10:00")
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
		require.NoError(w.t, w.engine.Archive(w.ctx, id))
		w.at("2026-03-06 10:00")
		require.Equal(w.t, 1, w.wecom.Calls(remindPath))
	})
}

func TestChase_tellsWhoLeadsTheRep(t *testing.T) {
	t.Parallel()
	root := model.Department{ID: 1, Name: "总部", Leaders: model.AsJSON([]string{"chief"})}
	for name, c := range map[string]struct {
		direct     []string
		department model.Department
		root       bool
		left       string
		want       string
	}{
		"direct leader":                       {[]string{"boss"}, model.Department{ID: 7, Leaders: model.AsJSON([]string{"other"})}, true, "", "boss"},
		"direct leader has left":              {[]string{"boss"}, model.Department{ID: 7, Leaders: model.AsJSON([]string{"other"})}, true, "boss", "other"},
		"the rep leads the department":        {nil, model.Department{ID: 7, ParentID: 1, Leaders: model.AsJSON([]string{"LIN"})}, true, "", "chief"},
		"nobody in the tree":                  {nil, model.Department{ID: 7, ParentID: 1}, false, "", "ops"},
		"a department that is its own parent": {nil, model.Department{ID: 7, ParentID: 7}, false, "", "ops"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			w := newWorld(t, db, clock)
			w.chasing()
			w.engine.Config.EscalateTo = []string{"ops"}
			for _, id := range []string{"lin", "boss", "other", "chief", "ops"} {
				w.rep(id)
			}
			if c.root {
				require.NoError(t, db.Conn(w.ctx).Create(&root).Error)
			}
			if c.left != "" {
				require.NoError(t, db.Conn(w.ctx).Model(&model.Rep{}).Where("userid = ?", c.left).Update("left_at", clock.Now()).Error)
			}
			w.led("lin", c.direct, c.department)
			w.publish("新好友", one("一次"))
			w.add("lin", "甲", "")
			for _, at := range []string{"03-03 10:00", "03-03 14:00", "03-04 09:00", "03-04 13:00", "03-05 09:00"} {
				w.at("2026-" + at)
			}
			log := w.chase().Log.V
			doc, err := json.Marshal(log)
			require.NoError(t, err)
			require.Len(t, log, 4, "%s", doc)
			require.Equal(t, []string{c.want}, log[3].To)
			require.Equal(t, "sent", log[3].Outcome)
		})
	}
}

func TestChase_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.chasing()
	for i := range 5 {
		w.rep(fmt.Sprintf("rep%d", i))
	}
	w.publish("新好友", one("一次"))
	for i := range 5 {
		w.add(fmt.Sprintf("rep%d", i), "客户", "")
	}
	w.at("2026-03-03 10:00")
	for i := range 500 {
		over := model.Chase{DispatchID: int64(10_000 + i), State: model.ChaseOver, NextAt: clock.Now()}
		require.NoError(t, w.db.Conn(w.ctx).Create(&over).Error)
	}
	require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE chases").Error)
	statements := record(t, w)
	w.set("2026-03-03 14:00")
	_, err := w.engine.Chase(w.ctx)
	require.NoError(t, err)
	require.Equal(t, 5, w.wecom.Calls(remindPath))
	var chases []string
	for _, sql := range statements() {
		if strings.Contains(sql, "chases") { // the others are explained with the tick
			chases = append(chases, sql)
		}
	}
	require.NotEmpty(t, chases)
	requireNoScans(t, w, chases)
}
