package sop_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// Somebody else holds an enrollment's lock for longer than the database waits:
// that says nothing about the enrollment.
func TestPlan_waitForALockParksNobody(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	dsn := modeltest.MySQLDSN(t)
	w := newWorld(t, modeltest.Open(t, dsn+"?innodb_lock_wait_timeout=1", clock), clock)
	w.rep("lin")
	w.publish("新好友", one("一次"))
	c, _ := w.add("lin", "甲", "")
	w.set("2026-03-03 10:00")
	locked, release := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	var held error
	holder.Go(func() {
		held = w.db.InTx(w.ctx, func(ctx context.Context) error {
			err := w.db.Conn(ctx).Model(&model.Enrollment{}).Where("contact_id = ?", c.ID).Update("last_error", "").Error
			close(locked)
			<-release
			return err
		})
	})
	<-locked
	err := w.engine.Plan(w.ctx)
	close(release)
	holder.Wait()
	require.NoError(t, held)
	require.True(t, model.Transient(err), "%v", err)
	require.Equal(t, model.EnrollmentActive, w.enrollment(c.ID).State)
	require.NoError(t, w.engine.Plan(w.ctx))
	require.Len(t, w.touches("contact_id = ?", c.ID), 1)
}

// A page moves on in few statements, whether its people share an instant or
// each has their own, and whether they go on or are through.
func TestPlan_movesEveryoneOfAPageToTheirOwnNextInstant(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"window":{"from":"00:00","to":"23:59"},"steps":[`+
			message("a", `{"after":"1h"}`, "一")+`,`+message("b", `{"after":"5h"}`, "二")+`]}`)
		type person struct {
			contact model.Contact
			added   time.Time
		}
		var people []person
		for range 60 {
			c, _ := w.add("lin", "客", "")
			people = append(people, person{c, w.db.Now(w.ctx)})
			w.clock.Advance(7 * time.Second)
		}
		moved := w.also("zhou", people[3].contact, "")
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("contact_id = ? AND rep_id = ?", people[3].contact.ID, w.reps["lin"]).
			Updates(map[string]any{"state": model.RelationshipLost, "ended_at": w.db.Now(w.ctx)}).Error)
		w.clock.Advance(70 * time.Minute)
		require.NoError(w.t, w.engine.Plan(w.ctx))
		for i, p := range people {
			en := w.enrollment(p.contact.ID)
			require.Equal(w.t, model.EnrollmentActive, en.State)
			require.Equal(w.t, p.added.Add(5*time.Hour), en.NextDueAt.UTC())
			require.Equal(w.t, w.db.Now(w.ctx), en.UpdatedAt.UTC())
			require.Equal(w.t, i == 3, en.RepID == w.reps["zhou"] && en.RelationshipID == moved.ID)
		}
		w.clock.Advance(5 * time.Hour)
		require.NoError(w.t, w.engine.Plan(w.ctx))
		for _, p := range people {
			en := w.enrollment(p.contact.ID)
			require.Equal(w.t, model.EnrollmentCompleted, en.State)
			require.Nil(w.t, en.NextDueAt)
			require.Nil(w.t, en.ActiveSlot)
			require.Equal(w.t, w.db.Now(w.ctx), en.EndedAt.UTC())
		}
		require.Len(w.t, w.touches("1 = 1"), 120)
	})
}

// A cohort's touches are made from the enrollments in one statement: each is its
// own contact's, and in all else they are like that of somebody who is alone.
func TestPlan_touchesOfACohortAreLikeThatOfOne(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+message("d1", `{"day":1,"at":"08:00"}`, "一")+`]}`)
		const people = 60
		for range people {
			w.add("lin", "客", "")
		}
		w.set("2026-03-03 09:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		cohort := w.touches("1 = 1")
		require.Len(w.t, cohort, people)
		w.clock.Set(modeltest.Start())
		alone, _ := w.add("lin", "独", "")
		w.set("2026-03-03 09:00")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		want := w.touches("contact_id = ?", alone.ID)[0]
		require.Equal(w.t, model.TouchPlanned, want.State)
		enrolled := map[int64]model.Enrollment{}
		var list []model.Enrollment
		require.NoError(w.t, w.db.Read(w.ctx).Find(&list).Error)
		for _, en := range list {
			enrolled[en.ID] = en
		}
		seen := map[int64]bool{}
		for _, got := range cohort {
			en := enrolled[*got.EnrollmentID]
			seen[en.ID] = true
			require.Equal(w.t, []int64{en.ContactID, en.RepID, en.RelationshipID}, []int64{got.ContactID, got.RepID, got.RelationshipID})
			same := want
			same.ID, same.EnrollmentID = got.ID, got.EnrollmentID
			same.ContactID, same.RepID, same.RelationshipID = got.ContactID, got.RepID, got.RelationshipID
			require.Equal(w.t, same, got)
		}
		require.Len(w.t, seen, people)
	})
}
