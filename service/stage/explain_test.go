package stage_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/stage"
)

// What runs for each activity, each tick and each page of a list reads no whole
// table that grows with people, and an activity costs the same few statements
// however many there are.
func TestStatements_readNoWholeTable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	rep := w.rep("lin")
	account := w.account("云杉", func(a *model.Account) { a.SDRID = rep })
	w.crowd(3000)
	c := w.contact(rep, account)
	rule := stage.DefaultHandoverRule()
	rule.AutoAccept = true
	require.NoError(t, w.stages.SetHandoverRule(w.ctx, rule))
	for _, table := range []string{"contacts", "stage_events", "handovers", "opportunities", "activities", "relationships", "touches", "opportunity_events"} {
		require.NoError(t, w.db.Conn(w.ctx).Exec("ANALYZE TABLE "+table).Error)
	}

	statements := w.record()
	w.happens(c, model.ActivityContactAdded, model.ActivityData{})
	w.happens(c, model.ActivityPriceAsked, model.ActivityData{})
	climbing := len(statements())
	require.NoError(t, w.stages.Log(w.ctx, stage.Happening{ContactID: c, Kind: model.ActivityConversationLogged}))
	_, err := w.stages.Move(w.ctx, c, stage.Act{To: model.StageSQL})
	require.NoError(t, err)
	o := w.open(stage.Deal{ContactID: c})
	_, err = w.stages.Turn(w.ctx, o.ID, stage.Turn{State: model.OpportunityLost, Reason: "price"})
	require.NoError(t, err)
	w.tick() // nothing is due
	w.days(20)
	_, err = w.stages.Tick(w.ctx) // everything is
	require.NoError(t, err)
	for _, f := range []stage.HandoverFilter{{}, {State: model.HandoverOpen}, {RepID: rep}, {Overdue: true}} {
		w.inbox(f)
	}
	for _, f := range []stage.OpportunityFilter{{}, {AccountID: account}, {ContactID: c}, {OwnerID: rep}, {State: model.OpportunityOpen}} {
		_, err := w.stages.Opportunities(w.ctx, f, model.Page{Limit: 20})
		require.NoError(t, err)
	}
	for _, ctx := range []context.Context{w.ctx, model.WithScope(w.ctx, model.Scope{Reps: []int64{rep, 3}})} {
		_, err = w.stages.LeakList(ctx, "", model.Page{Limit: 20})
		require.NoError(t, err)
		_, err = w.stages.Leaks(ctx)
		require.NoError(t, err)
		day := stage.Window{From: clock.Now().AddDate(0, 0, -1), To: clock.Now()}
		_, err = w.stages.Funnel(ctx, day)
		require.NoError(t, err)
		_, err = w.stages.Growth(ctx, day)
		require.NoError(t, err)
		_, err = w.stages.Paces(ctx, day)
		require.NoError(t, err)
		_, err = w.stages.Disagreement(ctx, day)
		require.NoError(t, err)
		_, err = w.stages.Losses(ctx, day)
		require.NoError(t, err)
	}
	moved, err := w.stages.MoveAccount(w.ctx, account, 77, nil)
	require.NoError(t, err)
	_, err = w.stages.MoveAccount(w.ctx, 77, account, moved)
	require.NoError(t, err)

	require.Less(t, climbing, 25, "statements of two activities")
	list := statements()
	require.Greater(t, len(list), 30)
	for _, sql := range list {
		w.requireNoScan(sql)
	}
}

// crowd stores contacts, every third an MQL with a hand-over, with history.
func (w *world) crowd(n int) {
	w.Helper()
	now := w.clock.Now()
	stages := []string{model.StageMAL, model.StageMIL, model.StageMQL}
	contacts, events := make([]model.Contact, n), make([]model.StageEvent, n)
	handovers, deals := make([]model.Handover, n), make([]model.Opportunity, n)
	slot := int8(1)
	for i := range contacts {
		at, id := now.Add(-time.Duration(n-i)*time.Minute), int64(i+1)
		contacts[i] = model.Contact{ExternalUserID: fmt.Sprint("crowd", i), Stage: stages[i%3], StageAt: &at, Score: ptr(40.)}
		events[i] = model.StageEvent{ContactID: id, ToStage: stages[i%3], EnteredAt: at, Reason: stage.ReasonByHand, Author: model.StageByUser}
		handovers[i] = model.Handover{ContactID: id, EventID: id, RepID: int64(i%20 + 1), State: model.HandoverAccepted, AskedAt: at, DueAt: at}
		if i%30 == 2 {
			handovers[i].State, handovers[i].OpenSlot = model.HandoverOpen, &slot
		}
		deals[i] = model.Opportunity{AccountID: int64(i%500 + 10), ContactID: id, Name: "单", Kind: model.OpportunityNew, State: model.OpportunityLost, OwnerID: int64(i%20 + 1), OpenedAt: at, Version: 1}
	}
	conn := w.db.Conn(w.ctx)
	require.NoError(w, conn.CreateInBatches(&contacts, 500).Error)
	require.NoError(w, conn.CreateInBatches(&events, 500).Error)
	require.NoError(w, conn.CreateInBatches(&handovers, 500).Error)
	require.NoError(w, conn.CreateInBatches(&deals, 500).Error)
	history := make([]model.OpportunityEvent, n)
	for i, o := range deals {
		history[i] = model.OpportunityEvent{OpportunityID: o.ID, At: now, Field: "created"}
	}
	require.NoError(w, conn.CreateInBatches(&history, 500).Error)
}

// record collects the statements that read or change rows, one of each shape.
func (w *world) record() func() []string {
	w.Helper()
	var mu sync.Mutex
	seen := map[string]string{}
	keep := func(tx *gorm.DB) {
		sql := tx.Statement.SQL.String()
		part := tx.DryRun // of the statement around it
		if part || sql == "" || strings.HasPrefix(sql, "INSERT") || strings.HasPrefix(sql, "EXPLAIN") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		seen[sql] = tx.Dialector.Explain(sql, tx.Statement.Vars...)
	}
	callbacks := w.db.Conn(w.ctx).Callback()
	require.NoError(w, callbacks.Query().After("gorm:query").Register("record", keep))
	require.NoError(w, callbacks.Row().After("gorm:row").Register("record", keep))
	require.NoError(w, callbacks.Update().After("gorm:update").Register("record", keep))
	require.NoError(w, callbacks.Raw().After("gorm:raw").Register("record", keep))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		var out []string
		for _, sql := range seen {
			out = append(out, sql)
		}
		return out
	}
}

func (w *world) requireNoScan(sql string) {
	w.Helper()
	var plan []map[string]any
	require.NoError(w, w.db.Conn(w.ctx).Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
	text := func(v any) string {
		if b, ok := v.([]byte); ok {
			return string(b)
		}
		return fmt.Sprint(v)
	}
	grows := map[string]bool{}
	for _, name := range strings.Fields("contacts c relationships r activities stage_events e handovers h opportunities o touches opportunity_events last_actives sr sc accounts a") {
		grows[name] = true
	}
	for _, row := range plan {
		kind := text(row["type"])
		rows, _ := strconv.Atoi(text(row["rows"]))
		if grows[text(row["table"])] && (kind == "ALL" || kind == "index" && rows > model.PageLimit) {
			require.Fail(w, "a whole table is read", "%s\n%v", sql, row)
		}
	}
}
