package sop

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// maxGroups bounds how many groups one look at the queue takes in.
const maxGroups = 1000

// queueLife is how long a queued dispatch may be called without asking the
// gates again; longer than the longest back-off. regroupPage bounds how many
// are taken back at once.
const (
	queueLife   = 15 * time.Minute
	regroupPage = 100
)

// group names touches that may share a dispatch before their content is known.
type group struct {
	RepID   int64
	SOPID   int64
	StepKey string
	Channel string
}

func groupOf(t model.Touch) group {
	return group{RepID: t.RepID, SOPID: t.SOPID, StepKey: t.StepKey, Channel: t.Channel}
}

// inQueue compares groups in the order in which they have their turn.
func (c Channels) inQueue(a, b group) int {
	last := func(g group) int { // cards are made before
		if c.info(g.Channel).Digest {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.SOPID, b.SOPID), cmp.Compare(a.StepKey, b.StepKey), cmp.Compare(a.RepID, b.RepID))
}

// Group puts planned touches that may go now into dispatches: one per channel,
// rep and rendered content, up to the channel's number of recipients. It asks
// the gates again, on fresh facts.
func (e *Engine) Group(ctx context.Context) error {
	if halted, err := e.Halted(ctx); err != nil || halted {
		return err
	}
	if err := e.regroup(ctx); err != nil {
		return err
	}
	if err := e.digest(ctx); err != nil {
		return err
	}
	for {
		var groups []group
		err := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_queue")).
			Joins("JOIN sops ON sops.id = touches.sop_id AND sops.state = ?", model.SOPLive).
			Where("touches.state = ? AND touches.not_before <= ?", model.TouchPlanned, e.DB.Now(ctx)).
			Where("touches.channel NOT IN ?", e.Channels.digests()).
			Distinct("touches.rep_id", "touches.sop_id", "touches.step_key", "touches.channel").Limit(maxGroups).Find(&groups).Error
		if err != nil {
			return fmt.Errorf("find planned touches: %w", err)
		}
		if len(groups) == 0 {
			return nil
		}
		groups = e.Channels.acrossReps(groups)
		slices.SortFunc(groups, e.Channels.inQueue)
		// One group that fails must not hold up the others; it is tried again
		// at the next tick.
		var faults []error
		for _, g := range groups {
			if err := e.groupAll(ctx, g); err != nil {
				faults = append(faults, fmt.Errorf("group touches of step %s of SOP %d for rep %d: %w", g.StepKey, g.SOPID, g.RepID, err))
			}
			if ctx.Err() != nil {
				break
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
	}
}

// regroup takes back the queued dispatches that nobody has come to for a while:
// their programme was paused, or no worker ran. What was true when they were
// made need not be true now, so their touches pass the gates again; and so do
// those of an earlier day, because limits are counted by days.
func (e *Engine) regroup(ctx context.Context) error {
	if err := e.DB.InTx(ctx, func(ctx context.Context) error {
		return e.takeBackDigests(ctx, "sop_id IN (SELECT id FROM sops WHERE state <> ?)", model.SOPLive)
	}); err != nil {
		return err
	}
	for {
		now := e.DB.Now(ctx)
		var ids []int64
		err := e.DB.Conn(ctx).Model(&model.Dispatch{}).
			Where("state = ? AND next_at <= ? AND (updated_at <= ? OR created_at < ?)", model.DispatchQueued, now, now.Add(-queueLife), e.dayBegan(now)).
			Where(live, liveArgs()...).
			Order("next_at, id").Limit(regroupPage).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("find stale dispatches: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := e.DB.InTx(ctx, func(ctx context.Context) error { return e.takeBack(ctx, ids) }); err != nil {
			return err
		}
	}
}

// dayBegan is the first instant of the corp's day.
func (e *Engine) dayBegan(now time.Time) time.Time {
	year, month, day := now.In(e.Config.Zone).Date()
	return wallClock(year, month, day, 0, e.Config.Zone).UTC()
}

func (e *Engine) groupAll(ctx context.Context, g group) error {
	channel, ok := e.Channels[g.Channel]
	if !ok {
		return fmt.Errorf("no channel %q", g.Channel)
	}
	for {
		n := 0
		err := e.DB.InTx(ctx, func(ctx context.Context) error {
			var err error
			n, err = e.groupPage(ctx, g, channel.Info())
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		e.Wake()
	}
}

func (e *Engine) groupPage(ctx context.Context, g group, info ChannelInfo) (int, error) {
	now := e.DB.Now(ctx)
	touches, err := e.lockGroup(ctx, g, info)
	if err != nil || len(touches) == 0 {
		return 0, wrap("lock planned touches", err)
	}
	gate, err := e.dispatchGate(ctx, g, touches)
	if err != nil {
		return 0, err
	}
	if info.Cohort {
		if gate.cohorts, err = e.cohorts(ctx, touches, gate.versions); err != nil {
			return 0, err
		}
	}
	turn, err := e.backlogged(ctx, g, touches, gate.versions)
	if err != nil {
		return 0, err
	}
	var parcels parcels
	for _, t := range touches {
		p := gate.open(t, now).gathered(t, info, now).inTurnOf(turn)
		if !p.free() {
			if err := e.hold(ctx, t, p); err != nil {
				return 0, err
			}
			continue
		}
		if err := parcels.add(gate.addressed(t, p.load, info)); err != nil {
			return 0, err
		}
	}
	for _, p := range parcels.list {
		if _, err := e.queue(ctx, g, p, now); err != nil {
			return 0, err
		}
	}
	return len(touches), nil
}

// lockGroup locks a page of a group's touches.
func (e *Engine) lockGroup(ctx context.Context, g group, info ChannelInfo) ([]model.Touch, error) {
	q := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")).Clauses(forUpdate()).Limit(info.MaxRecipients).
		Where("state = ? AND sop_id = ? AND step_key = ? AND channel = ? AND not_before <= ?",
			model.TouchPlanned, g.SOPID, g.StepKey, g.Channel, e.DB.Now(ctx))
	if info.Cohort {
		q = q.Order("rep_id") // as the index has it
	} else {
		// Any of them will do: asking for an order would make MySQL walk the primary key.
		q = q.Where("rep_id = ?", g.RepID)
	}
	var touches []model.Touch
	if err := q.Find(&touches).Error; err != nil {
		return nil, err
	}
	if info.Cohort && len(touches) == info.MaxRecipients {
		touches = wholeReps(touches)
	}
	return touches, nil
}

// hold keeps a touch that does not go now, with the gate's reason: skipped, put
// off, or moved to the contact's new voice, whose group takes it up.
func (e *Engine) hold(ctx context.Context, t model.Touch, p passage) error {
	now := e.DB.Now(ctx)
	t.UpdatedAt = now
	v := model.Verdict{At: now, Gate: "dispatch", Say: "defer", Reason: p.wait}
	switch {
	case p.held != nil: // with its verdict
		t = *p.held
		t.UpdatedAt = now
		return wrap("hold touch", e.DB.Conn(ctx).Save(&t).Error)
	case p.skip != "":
		v.Say, v.Reason = "skip", p.skip
		t.State, t.Reason, t.FinalAt = model.TouchSkipped, p.skip, &now
	case p.voice != nil:
		v.Reason = "new_voice"
		t.RepID, t.RelationshipID = p.voice.RepID, p.voice.ID
		t.LimitDay = "" // the new rep has caps too
	default:
		t.NotBefore = model.Instant(p.until)
		v.Until = &t.NotBefore
	}
	t.Verdicts.V = append(t.Verdicts.V, v)
	return wrap("hold touch", e.DB.Conn(ctx).Save(&t).Error)
}

// parcel collects the touches of one dispatch.
type parcel struct {
	payload  model.DispatchPayload
	touchIDs []int64
}

// parcels are told apart by what they say, in the order of their first touch.
type parcels struct {
	list  []*parcel
	byKey map[[sha256.Size]byte]*parcel
}

// item is one touch on its way into a parcel.
type item struct {
	touch    model.Touch
	contact  model.Contact
	load     model.DispatchPayload // what all of a parcel share
	rep      string                // the contact's, where a parcel is for several reps
	personal bool
}

// addressed makes a touch's item. What differs from person to person is kept
// out of the load that parcels are told apart by.
func (g *gate) addressed(t model.Touch, load model.DispatchPayload, info ChannelInfo) item {
	i := item{touch: t, contact: g.people.contacts[t.ContactID], load: load, personal: info.Personal}
	if info.Cohort {
		i.rep, i.load.UserID, i.load.Cohort = load.UserID, "", g.cohorts[t.ID]
	}
	return i
}

func (ps *parcels) add(i item) error {
	doc, err := json.Marshal(i.load)
	if err != nil {
		return fmt.Errorf("encode payload of touch %d: %w", i.touch.ID, err)
	}
	if i.personal {
		doc = fmt.Appendf(doc, "touch %d", i.touch.ID)
	}
	key := sha256.Sum256(doc)
	p := ps.byKey[key]
	if p == nil {
		p = &parcel{payload: i.load}
		if ps.byKey == nil {
			ps.byKey = map[[sha256.Size]byte]*parcel{}
		}
		ps.byKey[key], ps.list = p, append(ps.list, p)
	}
	p.touchIDs = append(p.touchIDs, i.touch.ID)
	p.payload.ExternalUserIDs = append(p.payload.ExternalUserIDs, i.contact.ExternalUserID)
	if i.rep != "" {
		p.payload.Reps = append(p.payload.Reps, i.rep)
		return nil
	}
	p.payload.Lines = append(p.payload.Lines, i.contact.Name)
	return nil
}

// queue makes the dispatch of a parcel and returns its id.
func (e *Engine) queue(ctx context.Context, g group, p *parcel, now time.Time) (int64, error) {
	d := model.Dispatch{
		Channel: g.Channel, RepID: g.RepID, SOPID: g.SOPID, StepKey: g.StepKey, State: model.DispatchQueued,
		Payload: model.AsJSON(p.payload), NextAt: now, Recipients: len(p.touchIDs), CreatedAt: now, UpdatedAt: now,
	}
	if err := e.DB.Conn(ctx).Create(&d).Error; err != nil {
		return 0, fmt.Errorf("queue dispatch: %w", err)
	}
	set := map[string]any{"state": model.TouchDispatched, "dispatch_id": d.ID, "updated_at": now}
	if e.Channels.info(g.Channel).Reach != ReachNobody {
		set["limit_day"] = localDay(now, e.Config.Zone)
	}
	for ids := range slices.Chunk(p.touchIDs, chunk) {
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("id IN ?", ids).Updates(set).Error
		if err != nil {
			return 0, fmt.Errorf("put touches into dispatch %d: %w", d.ID, err)
		}
	}
	return d.ID, nil
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
