package sop_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/sop"
)

// travel runs all legs and adds them up.
func (w *world) travel(sopID int64, days, most int) (total sop.Past, touches map[string]int) {
	w.t.Helper()
	touches = map[string]int{}
	leg := &sop.Leg{SOPID: sopID, Days: days, Most: most}
	for leg != nil {
		p, err := w.engine.TimeMachine(w.ctx, *leg)
		require.NoError(w.t, err)
		require.GreaterOrEqual(w.t, p.Progress, total.Progress)
		total.Progress, total.Entered, total.Activities = p.Progress, total.Entered+p.Entered, total.Activities+p.Activities
		for _, l := range p.Load {
			touches[fmt.Sprintf("%s %s", l.Day, l.RepName)] += l.Touches
		}
		leg = p.Next
	}
	return total, touches
}

// What a programme did is what the time machine says a copy of it would have
// done, in one leg or in many.
func TestTimeMachine_estimatesWhatALiveProgrammeDid(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("wang")
		zone, _ := setting(w.t)
		id := w.publish("新好友", threeDays())
		var first model.Contact
		for day := range 6 {
			for i := range 3 {
				c, _ := w.add([]string{"lin", "wang"}[(day+i)%2], fmt.Sprintf("客户%d-%d", day, i), "")
				if first.ID == 0 {
					first = c
				}
			}
			w.tick()
			w.clock.Advance(24 * time.Hour)
		}
		w.also("wang", first, "") // adds a second rep, enters once
		w.tick()
		did := map[string]int{}
		reps := map[int64]string{w.reps["lin"]: "销售lin", w.reps["wang"]: "销售wang"}
		for _, touch := range w.touches("sop_id = ?", id) {
			did[touch.NotBefore.In(zone).Format(time.DateOnly)+" "+reps[touch.RepID]]++
		}
		d, err := sop.ParseDefinition([]byte(threeDays()))
		require.NoError(w.t, err)
		draft, err := w.engine.Create(w.ctx, "副本", d)
		require.NoError(w.t, err)
		for _, most := range []int{0, 4, 1} {
			total, touches := w.travel(draft.ID, 90, most)
			require.Equal(w.t, did, touches)
			require.Equal(w.t, 18, total.Entered)
			require.Equal(w.t, 19, total.Activities)
			require.InDelta(w.t, 1, total.Progress, 0)
		}
		total, _ := w.travel(draft.ID, 2, 0)
		require.Equal(w.t, 7, total.Activities, "what came before is not read")
	})
}

func TestTimeMachine_emptyPastIsNoError(t *testing.T) {
	each(t, func(w *world) {
		d, err := sop.ParseDefinition([]byte(threeDays()))
		require.NoError(w.t, err)
		draft, err := w.engine.Create(w.ctx, "草稿", d)
		require.NoError(w.t, err)
		total, touches := w.travel(draft.ID, 90, 0)
		require.Zero(w.t, total.Entered)
		require.Empty(w.t, touches)
	})
}

func TestTimeMachine_noStatementScansTheActivities(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	old := make([]model.Activity, 4000)
	for i := range old {
		at := clock.Now().Add(time.Duration(i-4000) * time.Hour)
		old[i] = model.Activity{DedupeKey: fmt.Sprint(i), Kind: model.ActivityContactAdded, ContactID: int64(1 + i%900), RepID: 1, OccurredAt: at, RecordedAt: at}
	}
	conn := w.db.Conn(w.ctx)
	require.NoError(t, conn.CreateInBatches(old, 500).Error)
	require.NoError(t, conn.Exec("ANALYZE TABLE activities").Error)
	d, err := sop.ParseDefinition([]byte(threeDays()))
	require.NoError(t, err)
	draft, err := w.engine.Create(w.ctx, "草稿", d)
	require.NoError(t, err)
	statements := record(t, w)
	_, err = w.engine.TimeMachine(w.ctx, sop.Leg{SOPID: draft.ID, Days: 5})
	require.NoError(t, err)
	asked := 0
	for _, sql := range statements() {
		if !strings.Contains(sql, "activities") {
			continue
		}
		asked++
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
		}
	}
	require.Equal(t, 4, asked)
}
