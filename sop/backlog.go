package sop

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// A rep who comes back to the work of an outage does not find it all at once: of
// what is caught up, Config.LateSteps steps' messages go out to a rep in each
// backlogSlot. Every message is a tap and perhaps a talk; three in half an hour
// leave room for the day's own, and clear within the default grace of 12 hours
// what three days of an ordinary programme have left.
const (
	lateSteps   = 3
	backlogSlot = 30 * time.Minute
)

func (c Config) lateSteps() int {
	if c.LateSteps > 0 {
		return c.LateSteps
	}
	return lateSteps
}

// reasonBacklog says that a late touch waits for its turn among a rep's others.
const reasonBacklog = "backlog"

// stepOf names what a rep is asked to send: one step's message to any number of
// contacts.
type stepOf struct {
	SOPID   int64
	StepKey string
}

// tasks tells whether each dispatch of the channel is work for one rep.
func (c ChannelInfo) tasks() bool {
	return (c.Reach == ReachContact || c.Reach == ReachGroup) && !c.Cohort && !c.Digest && !c.Immediate
}

// heldUp tells whether an outage has held the touch up: it was planned long after
// it was due, or could have gone long ago.
func heldUp(t model.Touch, now time.Time) bool {
	return t.PlannedAt.Sub(t.DueAt) > overdue || now.Sub(t.NotBefore) > overdue || t.LastReason() == reasonBacklog
}

// waitsAt tells until when these touches of one step wait because their rep has
// been given enough others in this half hour; the zero instant when they go. Late
// ones go along with one that is on time, or whose grace would nearly end: that
// costs the rep nothing more.
func waitsAt(touches []model.Touch, versions map[int64]*Version, given map[stepOf]bool, most int, now time.Time) time.Time {
	if len(touches) == 0 || len(given) < most || given[stepOf{touches[0].SOPID, touches[0].StepKey}] {
		return time.Time{}
	}
	until := now.Truncate(backlogSlot).Add(backlogSlot)
	for _, t := range touches {
		until = later(until, versions[t.VersionID].window.next(until))
	}
	for _, t := range touches {
		if !heldUp(t, now) || until.Add(backlogSlot).After(t.ExpireAt) {
			return time.Time{}
		}
	}
	return until
}

// given are the steps whose messages each rep has been given in this half hour.
func (e *Engine) given(ctx context.Context, repIDs []int64) (map[int64]map[stepOf]bool, error) {
	var channels []string
	for name := range e.Channels {
		if e.Channels.info(name).tasks() {
			channels = append(channels, name)
		}
	}
	var rows []struct {
		RepID   int64
		SOPID   int64
		StepKey string
	}
	err := e.DB.Conn(ctx).Table(e.DB.Walk("dispatches", "ix_dispatches_rep")).Distinct("rep_id", "sop_id", "step_key").
		Where("rep_id IN ? AND created_at >= ? AND channel IN ?", repIDs, e.DB.Now(ctx).Truncate(backlogSlot), channels).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what reps have been given: %w", err)
	}
	out := map[int64]map[stepOf]bool{}
	for _, r := range rows {
		if out[r.RepID] == nil {
			out[r.RepID] = map[stepOf]bool{}
		}
		out[r.RepID][stepOf{r.SOPID, r.StepKey}] = true
	}
	return out, nil
}

// backlogged is waitsAt for a page of a group's touches. Reservations of one rep
// wait for each other, so that two replicas do not both give the last turn.
func (e *Engine) backlogged(ctx context.Context, g group, touches []model.Touch, versions map[int64]*Version) (time.Time, error) {
	now := e.DB.Now(ctx)
	for _, t := range touches {
		if !heldUp(t, now) {
			return time.Time{}, nil
		}
	}
	if !e.Channels.info(g.Channel).tasks() {
		return time.Time{}, nil
	}
	if err := e.takeTurns(ctx, []model.LimitTurn{{Kind: "rep", SubjectID: g.RepID}}); err != nil {
		return time.Time{}, err
	}
	given, err := e.given(ctx, []int64{g.RepID})
	if err != nil {
		return time.Time{}, err
	}
	return waitsAt(touches, versions, given[g.RepID], e.Config.lateSteps(), now), nil
}

// inTurnOf has a free touch wait for the rep's next half hour.
func (p passage) inTurnOf(until time.Time) passage {
	if p.free() && !until.IsZero() {
		return passage{until: until, wait: reasonBacklog}
	}
	return p
}
