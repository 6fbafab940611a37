package sop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// What prompts add to a tick follows what is due too: a card for each of the
// reps who have prompts, an answer, and the change of its card.
func TestDigest_noStatementOfATickScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.publish("一套", one("一次"))
	w.publish("二套", `{"trigger":{"kind":"contact_added","states":["b"]},"steps":[`+
		ask("a", "甲事", `{"day":1,"at":"10:00"}`, "一")+`,`+ask("b", "乙事", `{"day":1,"at":"11:00"}`, "二")+`]}`)
	w.addMany("lin", 3000)
	for i := range 10 {
		userID := fmt.Sprintf("rep%d", i)
		w.rep(userID)
		w.add(userID, "客户", "b")
	}
	w.at("2026-03-03 10:00")
	for i := range 300 {
		require.NoError(t, w.db.Conn(w.ctx).Create(&model.CardUpdate{DispatchID: int64(10_000 + i), State: model.CardDone, NextAt: clock.Now(), ExpiresAt: clock.Now()}).Error)
	}
	for _, table := range []string{"contacts", "relationships", "enrollments", "touches", "dispatches", "card_updates"} {
		require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE "+table).Error)
	}

	statements := record(t, w)
	w.press(w.cards()[5], model.AnswerSnoozeHour)
	w.at("2026-03-03 11:00")
	clock.Advance(time.Hour)
	w.tick()

	list := statements()
	require.Greater(t, len(list), 15)
	requireNoScans(t, w, list)
}

// A chained programme asks how far touches have got, of those who are due.
func TestChained_noStatementOfATickScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.publish("一套", chained(stepped("a", `{"day":1,"at":"10:00"}`, `{}`), stepped("b", `{"after":"1h"}`, `{}`)))
	w.addMany("lin", 3000)
	w.at("2026-03-03 10:00")
	w.confirm()
	w.at("2026-03-03 10:05")
	w.at("2026-03-03 11:00")
	for range 5 {
		w.add("lin", "新", "")
	}
	w.at("2026-03-04 10:00")
	for _, table := range []string{"contacts", "relationships", "enrollments", "touches", "dispatches"} {
		require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, w)
	w.confirm()
	w.set("2026-03-04 10:30")
	require.NoError(t, w.db.Conn(w.ctx).Model(&model.Dispatch{}).Where("recipients = 5").Update("next_at", clock.Now()).Error)
	w.tick()
	w.at("2026-03-04 11:30")
	var list []string
	for _, sql := range statements() {
		if len(sql) < 2000 { // what the large dispatch's late results need is theirs
			list = append(list, sql)
		}
	}
	require.Greater(t, len(list), 15)
	requireNoScans(t, w, list)
	require.Len(t, w.touches("step_key = 'b'"), 3005)
}
