package sop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// golden reads a table of transitions: a line per state, a column per event;
// "-" means that nothing changes.
func golden(t *testing.T, table string) (events []string, rows map[string]map[string]string) {
	t.Helper()
	rows = map[string]map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		cells := strings.Fields(line)
		if i == 0 {
			events = cells[1:]
			continue
		}
		require.Len(t, cells, len(events)+1, line)
		rows[cells[0]] = map[string]string{}
		for k, event := range events {
			rows[cells[0]][event] = strings.Replace(cells[k+1], "-", cells[0], 1)
		}
	}
	return events, rows
}

// sopTransitions: "stopped" is paused by the kill switch.
const sopTransitions = `
state     publish  pause   resume  stop     archive
draft     live     -       -       -        archived
live      -        paused  -       stopped  archived
paused    -        -       live    stopped  archived
stopped   -        -       live    -        archived
archived  -        -       -       -        -
`

func TestGolden_programme(t *testing.T) {
	each(t, func(w *world) {
		fire := map[string]func(id int64) error{
			"publish": func(id int64) error { _, err := w.engine.Publish(w.ctx, id, "test"); return err },
			"pause":   func(id int64) error { return w.engine.Pause(w.ctx, id) },
			"resume":  func(id int64) error { return w.engine.Resume(w.ctx, id, model.ChangeShift, "test") },
			"stop":    func(id int64) error { return w.engine.Stop(w.ctx, id) },
			"archive": func(id int64) error { return w.engine.Archive(w.ctx, id) },
		}
		state := func(id int64) string {
			var s model.SOP
			require.NoError(w.t, w.db.Read(w.ctx).Take(&s, id).Error)
			if s.State == model.SOPPaused && s.StoppedAt != nil {
				return "stopped"
			}
			return string(s.State)
		}
		events, rows := golden(w.t, sopTransitions)
		for from, to := range rows {
			for _, event := range events {
				d, err := sop.ParseDefinition([]byte(one("一次")))
				require.NoError(w.t, err)
				s, err := w.engine.Create(w.ctx, from, d)
				require.NoError(w.t, err)
				for _, step := range map[string][]string{
					"live": {"publish"}, "paused": {"publish", "pause"}, "stopped": {"publish", "stop"}, "archived": {"archive"},
				}[from] {
					require.NoError(w.t, fire[step](s.ID))
				}
				require.Equal(w.t, from, state(s.ID))
				err = fire[event](s.ID)
				require.Equal(w.t, to[event], state(s.ID), "%s on %s", event, from)
				if err != nil {
					require.Equal(w.t, model.CodeConflict, model.CodeOf(err), "%s on %s: %v", event, from, err)
				}
			}
		}
	})
}

const enrollmentTransitions = `
state      plan       exit    redrive  archive
active     completed  exited  -        exited
parked     -          exited  active   exited
completed  -          -       -        -
exited     -          -       -        -
`

func TestGolden_enrollment(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		events, rows := golden(w.t, enrollmentTransitions)
		for from, to := range rows {
			for _, event := range events {
				id := w.publish(from+event, one("一次"))
				c, r := w.add("lin", "甲", "")
				now := w.db.Now(w.ctx)
				require.NoError(w.t, w.db.Conn(w.ctx).Exec("DELETE FROM enrollments").Error)
				slot := int8(1)
				en := model.Enrollment{
					SOPID: id, VersionID: w.versionOf(id), ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, Run: 1,
					State: model.EnrollmentState(from), ActiveSlot: &slot, AnchorAt: now.Add(-24 * time.Hour), EnrolledAt: now, UpdatedAt: now,
				}
				switch en.State {
				case model.EnrollmentActive:
					en.NextDueAt = &now
				case model.EnrollmentCompleted, model.EnrollmentExited:
					en.ActiveSlot, en.EndedAt = nil, &now
				case model.EnrollmentParked, model.EnrollmentPaused:
				}
				require.NoError(w.t, w.db.Conn(w.ctx).Create(&en).Error)
				var err error
				switch event {
				case "plan":
					err = w.engine.Plan(w.ctx)
				case "exit":
					err = w.engine.Exit(w.ctx, en.ID)
				case "redrive":
					err = w.engine.Redrive(w.ctx, en.ID)
				case "archive":
					err = w.engine.Archive(w.ctx, id)
				}
				require.Equal(w.t, model.EnrollmentState(to[event]), w.enrollment(c.ID).State, "%s on %s", event, from)
				if err != nil {
					require.ErrorIs(w.t, err, model.ErrNotFound, "%s on %s", event, from)
				}
			}
		}
	})
}

func (w *world) versionOf(sopID int64) int64 {
	w.t.Helper()
	var s model.SOP
	require.NoError(w.t, w.db.Read(w.ctx).Take(&s, sopID).Error)
	return s.VersionID
}

// dispatchTransitions: "rescue" finds a lease that is over, "reconcile" no task
// at WeCom, "poll" a week without results; "recall" is the kill switch's look,
// "again" a person's "send again".
const dispatchTransitions = `
state       send  rescue   reconcile  poll     recall      again   archive
queued      sent  -        -          -        -           -       failed
sending     -     unknown  -          -        -           -       -
unknown     -     -        queued     -        -           -       -
stuck       -     -        -          -        -           queued  -
sent        -     -        -          expired  cancelling  -       -
cancelling  -     -        -          -        cancelled   -       -
confirmed   -     -        -          -        -           -       -
expired     -     -        -          -        -           -       -
failed      -     -        -          -        -           -       -
cancelled   -     -        -          -        -           -       -
`

func TestGolden_dispatch(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		c, r := w.add("lin", "甲", "")
		w.set("2026-03-12 12:00")
		events, rows := golden(w.t, dispatchTransitions)
		for from, to := range rows {
			for _, event := range events {
				id := w.publish(from+event, one(from+event))
				d := w.inState(model.DispatchState(from), id, c, r)
				require.NoError(w.t, w.fire(event, id, d.ID), "%s on %s", event, from)
				require.NoError(w.t, w.db.Read(w.ctx).Take(&d, d.ID).Error)
				require.Equal(w.t, model.DispatchState(to[event]), d.State, "%s on %s", event, from)
				for _, table := range []string{"dispatches", "touches", "enrollments"} {
					require.NoError(w.t, w.db.Conn(w.ctx).Exec("DELETE FROM "+table).Error)
				}
			}
		}
	})
}

// inState makes a dispatch of one touch that has come as far as that state; but
// for a queued one its task is at WeCom, and for an unknown one it is not.
func (w *world) inState(state model.DispatchState, sopID int64, c model.Contact, r model.Relationship) model.Dispatch {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	long := now.Add(-9 * 24 * time.Hour)
	payload := model.DispatchPayload{UserID: "lin", ExternalUserIDs: []string{c.ExternalUserID}, Content: model.Content{Text: string(state)}}
	d := model.Dispatch{
		Channel: "group_message", RepID: r.RepID, SOPID: sopID, StepKey: "d1", Payload: model.AsJSON(payload), State: state,
		NextAt: now, Recipients: 1, CreatedAt: now, CalledAt: &now, UpdatedAt: now,
	}
	touched := model.TouchDispatched
	switch state {
	case model.DispatchSending:
		d.LeaseToken, d.LeaseUntil = "dead", &long
	case model.DispatchUnknown:
		d.LeaseToken = "dead"
	case model.DispatchSent, model.DispatchCancelling:
		receipt, err := w.engine.Channels["group_message"].Send(w.ctx, sop.Batch{Payload: payload})
		require.NoError(w.t, err)
		d.RemoteID, d.SentAt, touched = receipt.RemoteID, &long, model.TouchAccepted
		if state == model.DispatchCancelling {
			d.SentAt = &now
		}
	case model.DispatchFailed, model.DispatchExpired, model.DispatchConfirmed, model.DispatchCancelled:
		d.FinalAt, touched = &now, model.TouchFailed
	case model.DispatchQueued, model.DispatchStuck:
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&d).Error)
	touch := model.Touch{
		SOPID: sopID, VersionID: w.versionOf(sopID), StepKey: "d1", ContactID: c.ID, RepID: r.RepID, RelationshipID: r.ID, Channel: d.Channel,
		State: touched, DispatchID: &d.ID, DueAt: now, NotBefore: now, ExpireAt: now.Add(time.Hour), PlannedAt: now, UpdatedAt: now, LocalDay: "2026-03-12",
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&touch).Error)
	return d
}

func (w *world) fire(event string, sopID, dispatchID int64) error {
	var err error
	switch event {
	case "send":
		_, err = w.engine.Dispatch(w.ctx)
	case "rescue":
		err = w.engine.Rescue(w.ctx)
	case "reconcile":
		_, err = w.engine.Reconcile(w.ctx)
	case "poll":
		_, err = w.engine.Poll(w.ctx)
	case "recall":
		if err := w.engine.Stop(w.ctx, sopID); err != nil {
			return err
		}
		_, err = w.engine.Recall(w.ctx)
	case "again":
		if err = w.engine.Decide(w.ctx, dispatchID, ""); model.CodeOf(err) == model.CodeConflict {
			err = nil
		}
	case "archive":
		err = w.engine.Archive(w.ctx, sopID)
	}
	return err
}
