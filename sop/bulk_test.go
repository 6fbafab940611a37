package sop_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/sop"
)

// crowd stores n customers of the rep and returns their ids.
func (w *world) crowd(userID string, n int) []int64 {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	contacts, rels, ids := make([]model.Contact, n), make([]model.Relationship, n), make([]int64, n)
	for i := range contacts {
		contacts[i] = model.Contact{ExternalUserID: fmt.Sprintf("crowd-%s-%d", userID, i), CreatedAt: now, UpdatedAt: now, FirstAddedAt: &now}
	}
	require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(contacts, 500).Error)
	for i := range contacts {
		ids[i] = contacts[i].ID
		rels[i] = model.Relationship{RepID: w.reps[userID], ContactID: ids[i], State: model.RelationshipActive, AddedAt: now, SeenAt: now, CreatedAt: now, UpdatedAt: now}
	}
	require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(rels, 500).Error)
	return ids
}

func (w *world) runJobs(e *sop.Engine) {
	w.t.Helper()
	for again := true; again; {
		var err error
		again, err = e.RunJobs(w.ctx)
		require.NoError(w.t, err)
	}
}

func (w *world) bulk(sopID int64, b sop.Bulk) int64 {
	w.t.Helper()
	job, err := w.engine.EnrollBulk(w.ctx, sopID, b)
	require.NoError(w.t, err)
	return job.ID
}

// numbers are a job's, which must balance once it is done.
func (w *world) numbers(id int64) model.EnrollmentJob {
	w.t.Helper()
	job, err := w.engine.Job(w.ctx, id)
	require.NoError(w.t, err)
	if job.State == model.JobDone {
		require.Equal(w.t, job.Total, job.Entered+job.AlreadyIn+job.Past+job.Unreachable+job.Failed)
		require.NotNil(w.t, job.FinishedAt)
	}
	if job.FinishedAt != nil && job.LastError == "" {
		var left int64
		require.NoError(w.t, w.db.Read(w.ctx).Model(&model.EnrollmentJobContact{}).Where("job_id = ?", id).Count(&left).Error)
		require.Zero(w.t, left, "the list is no longer needed")
	}
	return job
}

func (w *world) inside(sopID int64) int {
	w.t.Helper()
	var rows, people int64
	q := w.db.Read(w.ctx).Model(&model.Enrollment{}).Where("sop_id = ?", sopID).Session(&gorm.Session{})
	require.NoError(w.t, q.Count(&rows).Error)
	require.NoError(w.t, q.Distinct("contact_id").Count(&people).Error)
	require.Equal(w.t, people, rows, "somebody entered twice")
	return int(rows)
}

func byHand() string { return triggered(`{"kind":"manual"}`, "") }

// Whoever is listed comes in, and every one of them is accounted for.
func TestBulk_everybodyIsAccountedFor(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 1200)
		id := w.publish("批量", byHand())
		_, err := w.engine.Enroll(w.ctx, id, ids[:3])
		require.NoError(w.t, err)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Relationship{}).Where("contact_id IN ?", ids[10:15]).Update("state", model.RelationshipLost).Error)
		b := sop.Bulk{Source: sop.SourceContacts, ContactIDs: append(slices.Clone(ids), 999_999, ids[0])}
		b.DryRun = true
		dry := w.bulk(id, b)
		w.runJobs(w.engine)
		require.Equal(w.t, 3, w.inside(id), "a dry run lets nobody in")
		b.DryRun = false
		real := w.bulk(id, b)
		require.Equal(w.t, model.JobQueued, w.numbers(real).State)
		w.runJobs(w.engine)
		require.Equal(w.t, 1195, w.inside(id))
		for _, job := range []model.EnrollmentJob{w.numbers(dry), w.numbers(real)} {
			require.Equal(w.t, model.JobDone, job.State)
			require.Equal(w.t, []int{1201, 1192, 3, 0, 5, 1}, []int{job.Total, job.Entered, job.AlreadyIn, job.Past, job.Unreachable, job.Failed})
		}
		require.Equal(w.t, model.CodeConflict, model.CodeOf(w.engine.CancelJob(w.ctx, real)))
	})
}

// "Include those who match now" takes the programme's own filter; existing
// people start at day N by their own anchor, and those who are past the last
// step stay out.
func TestBulk_existingPeopleStartAtTheirOwnDay(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		old, _ := w.add("lin", "五天前", "")
		w.set("2026-03-06 15:00")
		recent, r := w.add("lin", "昨天", "")
		other, _ := w.add("lin", "别人", "")
		now := w.db.Now(w.ctx)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.RelationshipTag{RelationshipID: r.ID, TagID: 5, ContactID: recent.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.RelationshipTag{RelationshipID: 1, TagID: 5, ContactID: old.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}).Error)
		w.set("2026-03-07 15:00")
		id := w.publish("新好友", `{"trigger":{"kind":"contact_added"},"filter":{"f":"tag","is":"any","v":[5]},"steps":[`+
			message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`,`+message("d2", `{"day":2,"at":"10:00"}`, "第二天")+`]}`)
		job := w.bulk(id, sop.Bulk{Source: sop.SourceMatching, Anchor: sop.AnchorAddedAt})
		w.runJobs(w.engine)
		got := w.numbers(job)
		require.Equal(w.t, []int{2, 1, 1}, []int{got.Total, got.Entered, got.Past})
		require.Empty(w.t, w.runs(id, other.ID))
		require.Empty(w.t, w.runs(id, old.ID))
		w.at("2026-03-08 10:00")
		touches := w.touches("sop_id = ?", id)
		require.Len(w.t, touches, 2)
		require.Equal(w.t, sop.ReasonBeforeStart, touches[0].Reason, "day 1 was this morning, before they came in")
		require.Equal(w.t, "2026-03-08 10:00", shanghai(touches[1].DueAt))
		require.Equal(w.t, sop.AnchorAddedAt, w.runs(id, recent.ID)[0].AnchorKind)
	})
}

func TestBulk_bySavedAudienceAndByFilter(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.crowd("lin", 30)
		w.crowd("zhou", 20)
		id := w.publish("批量", byHand())
		owner := func(userID string) []byte {
			return fmt.Appendf(nil, `{"f":"owner","is":"in","v":[%d]}`, w.reps[userID])
		}
		saved := model.Audience{Name: "林的", Filter: model.AsJSON(json.RawMessage(owner("lin")))}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&saved).Error)
		first := w.bulk(id, sop.Bulk{Source: sop.SourceAudience, AudienceID: saved.ID})
		f, err := audience.Parse(owner("zhou"))
		require.NoError(w.t, err)
		second := w.bulk(id, sop.Bulk{Source: sop.SourceFilter, Filter: f})
		w.runJobs(w.engine)
		require.Equal(w.t, 30, w.numbers(first).Entered)
		require.Equal(w.t, 20, w.numbers(second).Entered)
		require.Equal(w.t, 50, w.inside(id))
	})
}

// A worker dies in the middle: another goes on where it stopped, once its lease
// has run out.
func TestBulk_killedWorkerLosesNothingAndDoublesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 1300)
		id := w.publish("批量", byHand())
		job := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		ctx, kill := context.WithCancel(w.ctx)
		doomed := w.newEngine()
		doomed.Wake = kill // it runs when the first page is committed
		_, err := doomed.RunJobs(ctx)
		require.ErrorIs(w.t, err, context.Canceled)
		require.Equal(w.t, 500, w.inside(id))
		w.runJobs(w.engine)
		require.Equal(w.t, 500, w.inside(id), "the lease still holds")
		w.clock.Advance(2 * time.Minute)
		w.runJobs(w.engine)
		require.Equal(w.t, 1300, w.inside(id))
		require.Equal(w.t, []int{1300, 0}, []int{w.numbers(job).Entered, w.numbers(job).AlreadyIn})
	})
}

// A worker that slept past its lease wakes up and finds the job taken over.
func TestBulk_pausedWorkerPastItsLeaseIsFenced(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 1300)
		id := w.publish("批量", byHand())
		job := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		sleeper := w.newEngine()
		var once sync.Once
		sleeper.Wake = func() {
			once.Do(func() { w.clock.Advance(2 * time.Minute); w.runJobs(w.engine) })
		}
		w.runJobs(sleeper)
		require.Equal(w.t, 1300, w.inside(id))
		require.Equal(w.t, 1300, w.numbers(job).Entered)
	})
}

func TestBulk_cancelStopsBetweenPagesAndKeepsWhoIsIn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 1300)
		id := w.publish("批量", byHand())
		job := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		worker := w.newEngine()
		var once sync.Once
		worker.Wake = func() { once.Do(func() { require.NoError(w.t, w.engine.CancelJob(w.ctx, job)) }) }
		w.runJobs(worker)
		require.Equal(w.t, 500, w.inside(id))
		require.Equal(w.t, model.JobCancelled, w.numbers(job).State)
		require.Equal(w.t, 500, w.numbers(job).Entered)

		archived := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		require.NoError(w.t, w.engine.Archive(w.ctx, id))
		w.runJobs(w.engine)
		require.Equal(w.t, model.JobCancelled, w.numbers(archived).State)
		_, err := w.engine.EnrollBulk(w.ctx, id, sop.Bulk{Source: sop.SourceMatching})
		require.Equal(w.t, model.CodeConflict, model.CodeOf(err))
	})
}

// One contact that cannot be stored keeps nobody else out.
func TestBulk_oneCulpritIsCountedAndTheOthersComeIn(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 700)
		culprit := ids[333]
		id := w.publish("批量", byHand())
		err := w.db.Conn(w.ctx).Callback().Create().Before("gorm:create").Register("culprit", func(tx *gorm.DB) {
			rows, ok := tx.Statement.Dest.(*[]model.Enrollment)
			if ok && slices.ContainsFunc(*rows, func(e model.Enrollment) bool { return e.ContactID == culprit }) {
				_ = tx.AddError(errors.New("no luck"))
			}
		})
		require.NoError(w.t, err)
		job := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		w.runJobs(w.engine)
		got := w.numbers(job)
		require.Equal(w.t, model.JobDone, got.State)
		require.Equal(w.t, []int{699, 1}, []int{got.Entered, got.Failed})
		require.Contains(w.t, got.LastError, "no luck")
		require.Empty(w.t, w.runs(id, culprit))
	})
}

// Two jobs for the same people, worked off by two replicas at once, beside
// somebody who enters by hand.
func TestBulk_twoReplicasLetTheSamePeopleInOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		ids := w.crowd("lin", 1100)
		id := w.publish("批量", byHand())
		first := w.bulk(id, sop.Bulk{Source: sop.SourceContacts, ContactIDs: ids})
		second := w.bulk(id, sop.Bulk{Source: sop.SourceMatching})
		var all sync.WaitGroup
		for _, e := range []*sop.Engine{w.newEngine(), w.newEngine()} {
			all.Go(func() {
				for again := true; again; {
					var err error
					if again, err = e.RunJobs(context.Background()); err != nil {
						w.t.Error(err)
						return
					}
				}
			})
		}
		byHand, err := w.engine.Enroll(w.ctx, id, ids[900:1000])
		all.Wait()
		require.NoError(w.t, err)
		w.runJobs(w.engine)
		require.Equal(w.t, 1100, w.inside(id))
		require.Equal(w.t, 1100, w.numbers(first).Entered+w.numbers(second).Entered+byHand)
	})
}

func TestBulk_faultsAreNamed(t *testing.T) {
	each(t, func(w *world) {
		id := w.publish("批量", byHand())
		for field, b := range map[string]sop.Bulk{
			"source":      {Source: "everybody"},
			"anchor":      {Source: sop.SourceMatching, Anchor: "yesterday"},
			"contact_ids": {Source: sop.SourceContacts},
			"audience_id": {Source: sop.SourceMatching, AudienceID: 3},
			"filter":      {Source: sop.SourceFilter},
		} {
			_, err := w.engine.EnrollBulk(w.ctx, id, b)
			var e *model.Error
			require.ErrorAs(w.t, err, &e)
			require.Contains(w.t, e.Fields, field)
			require.Len(w.t, e.Fields, 1)
		}
		_, err := w.engine.EnrollBulk(w.ctx, id, sop.Bulk{Source: sop.SourceAudience, AudienceID: 3})
		require.Equal(w.t, model.CodeNotFound, model.CodeOf(err))
	})
}
