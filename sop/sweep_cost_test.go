package sop_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// An audience's sweep costs what has happened since the last one, not what the
// corp has contacts: with nothing new it reads as many rows for fifty people as
// for three thousand, by the database's own counters.
func TestAudience_sweepReadsNoMoreRowsInALargeCorp(t *testing.T) {
	t.Parallel()
	clock, dsn := modeltest.NewClock(), modeltest.MySQLDSN(t)
	w := newWorld(t, modeltest.Open(t, dsn, clock), clock)
	single, err := model.Open(w.ctx, dsn, model.Options{Clock: clock, MaxOpen: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, single.Close()) })
	read := func() int {
		var counters []struct {
			Value int `gorm:"column:Value"`
		}
		require.NoError(t, single.Conn(w.ctx).Raw("SHOW SESSION STATUS LIKE 'Handler_read%'").Scan(&counters).Error)
		sum := 0
		for _, c := range counters {
			sum += c.Value
		}
		return sum
	}
	w.rep("lin")
	saved := w.audience("意向", `{"op":"and","of":[{"f":"tag","is":"none","v":[5]},{"f":"owner","is":"in","v":[1]}]}`)
	id := w.publish("人群", triggered(fmt.Sprintf(`{"kind":"audience_entered","audience_id":%d}`, saved.ID), ""))
	engine := (&world{t: t, ctx: w.ctx, db: single, clock: clock, wecom: w.wecom}).newEngine()
	idle := func(day string, people int) int {
		w.crowd(fmt.Sprint("lin", people), people)
		w.sweep(day + " 10:00") // passes over everybody
		w.sweep(day + " 10:05")
		_, err := engine.Sweep(w.ctx) // fills caches
		require.NoError(t, err)
		before := read()
		_, err = engine.Sweep(w.ctx)
		require.NoError(t, err)
		return read() - before
	}
	w.reps["lin50"], w.reps["lin3000"] = w.reps["lin"], w.reps["lin"]
	few := idle("2026-03-03", 50)
	many := idle("2026-03-04", 3000)
	require.Equal(t, few, many)
	require.Less(t, many, 50)

	var members int64
	require.NoError(t, w.db.Read(w.ctx).Model(&model.SweepMember{}).Where("sop_id = ?", id).Count(&members).Error)
	require.EqualValues(t, 3050, members)
	w.set("2026-03-04 10:10")
	require.NoError(t, w.db.Conn(w.ctx).Exec("UPDATE relationships SET state = 'lost' WHERE contact_id = 7").Error)
	w.happens(model.Contact{ID: 7}, model.ActivityContactLost, model.ActivityData{})
	before := read()
	_, err = engine.Sweep(w.ctx)
	require.NoError(t, err)
	require.Less(t, read()-before, 100, "one contact is looked at")
	require.NoError(t, w.db.Read(w.ctx).Model(&model.SweepMember{}).Where("sop_id = ?", id).Count(&members).Error)
	require.EqualValues(t, 3049, members)
}
