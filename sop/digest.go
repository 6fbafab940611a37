package sop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// reasonDigest says that a prompt waits to share a card with others.
const reasonDigest = "digest"

// live is the condition that the programmes behind a dispatch are running. A
// digest of several programmes names none, so its touches are asked; a welcome
// is never called by the dispatcher.
const live = `(dispatches.sop_id IN (SELECT id FROM sops WHERE state = ?)
	OR dispatches.sop_id = 0 AND dispatches.channel <> ? AND NOT EXISTS (` + notLive + `))`

const notLive = `SELECT 1 FROM touches JOIN sops ON sops.id = touches.sop_id
	WHERE touches.dispatch_id = dispatches.id AND sops.state <> ?`

func liveArgs() []any { return []any{model.SOPLive, ChannelWelcome, model.SOPLive} }

// digests names the channels whose touches of one rep share a dispatch.
func (c Channels) digests() []string {
	out := []string{""} // no channel: an empty list would match nothing in SQL
	for _, name := range c.Names() {
		if c[name].Info().Digest {
			out = append(out, name)
		}
	}
	return out
}

// digest puts the prompts of each rep that may go now into one card, whatever
// programmes and steps they come from. Those that find the rep's last card too
// recent wait, and come together in the next.
func (e *Engine) digest(ctx context.Context) error {
	for {
		now := e.DB.Now(ctx)
		groups, err := e.promptGroups(ctx, "touches.not_before <= ?", now)
		if err != nil || len(groups) == 0 {
			return err
		}
		reps := byRep(groups, maxGroups)
		if err := e.joinWaiting(ctx, reps); err != nil {
			return err
		}
		planning, err := e.planning(ctx)
		if err != nil {
			return err
		}
		var faults []error
		waits := false
		for _, own := range reps {
			later := false
			err := e.DB.InTx(ctx, func(ctx context.Context) (err error) {
				later, err = e.digestRep(ctx, own, planning)
				return err
			})
			waits = waits || later
			if err != nil {
				faults = append(faults, fmt.Errorf("make prompt card for rep %d: %w", own[0].RepID, err))
			}
			if ctx.Err() != nil {
				break
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
		e.Wake()
		if waits {
			return nil
		}
	}
}

// promptGroups finds the planned prompts that the condition names.
func (e *Engine) promptGroups(ctx context.Context, where string, args ...any) ([]group, error) {
	var groups []group
	err := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_queue")).
		Joins("JOIN sops ON sops.id = touches.sop_id AND sops.state = ?", model.SOPLive).
		Where("touches.state = ? AND touches.channel IN ?", model.TouchPlanned, e.Channels.digests()).Where(where, args...).
		Distinct("touches.rep_id", "touches.sop_id", "touches.step_key", "touches.channel").
		Order("touches.rep_id, touches.channel, touches.sop_id, touches.step_key").Limit(maxGroups).Find(&groups).Error
	return groups, wrap("find planned prompts", err)
}

// joinWaiting adds to each rep's groups those that wait for the next card: a card
// that goes before takes them along, and does not put them off once more.
func (e *Engine) joinWaiting(ctx context.Context, reps [][]group) error {
	at := map[int64]map[string]int{}
	ids := make([]int64, 0, len(reps))
	for i, own := range reps {
		if at[own[0].RepID] == nil {
			at[own[0].RepID] = map[string]int{}
		}
		at[own[0].RepID][own[0].Channel] = i
		ids = append(ids, own[0].RepID)
	}
	now := e.DB.Now(ctx)
	waiting, err := e.promptGroups(ctx, "touches.not_before > ? AND touches.not_before <= ? AND touches.rep_id IN ?", now, now.Add(e.Config.PromptEvery), ids)
	if err != nil {
		return err
	}
	for _, g := range waiting {
		if i, ok := at[g.RepID][g.Channel]; ok && !slices.Contains(reps[i], g) {
			reps[i] = append(reps[i], g)
		}
	}
	return nil
}

// planning tells whether somebody is due whom no planner has come to yet:
// prompts for the same card may be about to follow.
func (e *Engine) planning(ctx context.Context) (bool, error) {
	shards := make([]int, model.EnrollmentShards)
	for i := range shards {
		shards[i] = i
	}
	var due []int64
	err := e.DB.Conn(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_due")).
		Where("shard IN ? AND next_due_at <= ?", shards, e.DB.Now(ctx)).Limit(1).Pluck("id", &due).Error
	return len(due) > 0, wrap("look for people who are due", err)
}

// byRep cuts groups, sorted, into those of one rep and channel. The last rep of
// a full page is left for the next: some of their groups may lie beyond it.
func byRep(groups []group, page int) [][]group {
	var out [][]group
	for i, g := range groups {
		if i == 0 || g.RepID != groups[i-1].RepID || g.Channel != groups[i-1].Channel {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], g)
	}
	if len(groups) == page && len(out) > 1 {
		out = out[:len(out)-1]
	}
	return out
}

// prompt is a touch that has passed its gates and waits for its card.
type prompt struct {
	touch   model.Touch
	waits   bool // for the next card
	contact model.Contact
	less    bool // asked to hear less of us
	load    model.DispatchPayload
	window  window
}

// digestRep makes one rep's card of all that is ready, or has it wait for the
// time of the next. waits tells that it stays as it is because others are still
// being planned: who ends that looks again.
func (e *Engine) digestRep(ctx context.Context, groups []group, planning bool) (waits bool, err error) {
	now := e.DB.Now(ctx)
	info := e.Channels[groups[0].Channel].Info()
	last, err := e.lockDigest(ctx, groups[0].RepID)
	if err != nil {
		return false, err
	}
	var ready []prompt
	for _, g := range groups {
		found, err := e.readyPrompts(ctx, g, info.MaxRecipients)
		if err != nil {
			return false, err
		}
		ready = append(ready, found...)
	}
	if !slices.ContainsFunc(ready, func(p prompt) bool { return !p.waits }) {
		return false, nil // none is due any more: another replica was quicker
	}
	if planning && now.Before(firstOf(ready).Add(e.Config.PromptGather)) {
		return true, nil
	}
	if !last.IsZero() {
		if opens := last.Add(e.Config.PromptEvery); opens.After(now) && !urgent(ready, opens) {
			return false, e.gather(ctx, ready, opens)
		}
	}
	for part := range slices.Chunk(ready, info.MaxRecipients) {
		id, err := e.queue(ctx, common(part), card(part), now)
		if err != nil {
			return false, err
		}
		set := map[string]any{"dispatch_id": id, "updated_at": now}
		if err := e.DB.Conn(ctx).Model(&model.Digest{}).Where("rep_id = ?", groups[0].RepID).Updates(set).Error; err != nil {
			return false, fmt.Errorf("note latest card: %w", err)
		}
	}
	return false, nil
}

// firstOf is since when the first of the prompts could have gone.
func firstOf(ready []prompt) time.Time {
	var first time.Time
	for _, p := range ready {
		since := p.touch.PlannedAt
		if p.touch.NotBefore.After(since) {
			since = p.touch.NotBefore
		}
		if first.IsZero() || since.Before(first) {
			first = since
		}
	}
	return first
}

// lockDigest makes this transaction the only one that makes cards for the rep,
// and tells when the last was made; the zero time for none. The row is written
// first, so that on a cluster too one of two replicas must begin again.
func (e *Engine) lockDigest(ctx context.Context, repID int64) (time.Time, error) {
	row := model.Digest{RepID: repID, UpdatedAt: e.DB.Now(ctx)}
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoUpdates: clause.AssignmentColumns([]string{"updated_at"})}).Create(&row).Error
	if err != nil {
		return time.Time{}, fmt.Errorf("lock digest: %w", err)
	}
	var made []time.Time
	err = e.DB.Conn(ctx).Model(&model.Dispatch{}).Joins("JOIN digests ON digests.dispatch_id = dispatches.id").
		Where("digests.rep_id = ? AND dispatches.state NOT IN ?", repID, []model.DispatchState{model.DispatchFailed, model.DispatchCancelled}).Pluck("dispatches.created_at", &made).Error
	if err != nil || len(made) == 0 {
		return time.Time{}, wrap("find the rep's last card", err)
	}
	return made[0], nil
}

// readyPrompts asks the gates about a step's planned prompts, those included
// that wait for the next card; those that do not pass are held with their reason.
func (e *Engine) readyPrompts(ctx context.Context, g group, limit int) ([]prompt, error) {
	now := e.DB.Now(ctx)
	var touches []model.Touch
	err := e.DB.Conn(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")).Clauses(forUpdate()).Limit(limit).
		Find(&touches, "state = ? AND rep_id = ? AND sop_id = ? AND step_key = ? AND channel = ? AND not_before <= ?",
			model.TouchPlanned, g.RepID, g.SOPID, g.StepKey, g.Channel, now.Add(e.Config.PromptEvery)).Error
	touches = slices.DeleteFunc(touches, func(t model.Touch) bool { return t.NotBefore.After(now) && t.LastReason() != reasonDigest })
	if err != nil || len(touches) == 0 {
		return nil, wrap("lock planned prompts", err)
	}
	// Whoever was there first comes first on the card.
	slices.SortFunc(touches, func(a, b model.Touch) int { return cmp.Compare(a.ContactID, b.ContactID) })
	gate, err := e.dispatchGate(ctx, g, touches)
	if err != nil {
		return nil, err
	}
	var out []prompt
	var booked []int64
	for _, t := range touches {
		waits := t.NotBefore.After(now)
		if waits {
			t.NotBefore = now // as if its card came now
		}
		p := gate.open(t, now)
		if !p.free() {
			if err := e.hold(ctx, t, p); err != nil {
				return nil, err
			}
			continue
		}
		if gate.asked[t.ID] {
			booked, t.LimitDay = append(booked, t.ID), p.day
		}
		less := gate.people.audience[t.ContactID].ContactLess
		out = append(out, prompt{t, waits, gate.people.contacts[t.ContactID], less, p.load, gate.versions[t.VersionID].window})
	}
	// The card's other steps are asked next, and count these.
	return out, e.keepDay(ctx, booked)
}

// urgent tells whether one of the prompts cannot wait until then: its grace or
// its window ends before, or the rep has asked for it at this hour.
func urgent(ready []prompt, opens time.Time) bool {
	return slices.ContainsFunc(ready, func(p prompt) bool {
		return opens.After(p.touch.ExpireAt) || !p.window.next(opens).Equal(opens) || lastByRep(p.touch)
	})
}

// gather has prompts wait for the rep's next card; some may do so already.
func (e *Engine) gather(ctx context.Context, ready []prompt, opens time.Time) error {
	now := e.DB.Now(ctx)
	var touches []model.Touch
	for _, p := range ready {
		t := p.touch
		if p.waits {
			continue
		}
		t.NotBefore, t.UpdatedAt = model.Instant(opens), now
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: "dispatch", Say: "defer", Reason: reasonDigest, Until: &t.NotBefore})
		touches = append(touches, t)
	}
	return e.saveTouches(ctx, touches)
}

// common is what a card's prompts have in common: a programme or a step is
// named only where it is the only one.
func common(part []prompt) group {
	first := part[0].touch
	g := group{RepID: first.RepID, SOPID: first.SOPID, StepKey: first.StepKey, Channel: first.Channel}
	for _, p := range part {
		if p.touch.SOPID != g.SOPID {
			return group{RepID: g.RepID, Channel: g.Channel}
		}
		if p.touch.StepKey != g.StepKey {
			g.StepKey = ""
		}
	}
	return g
}

// card is what a dispatch of these prompts carries: what to do, each thing once
// with all contacts whom it concerns.
func card(part []prompt) *parcel {
	out := &parcel{payload: model.DispatchPayload{UserID: part[0].load.UserID, Settled: true}}
	type task struct{ title, text string }
	at := map[task]int{}
	for _, p := range part {
		out.touchIDs = append(out.touchIDs, p.touch.ID)
		out.payload.ExternalUserIDs = append(out.payload.ExternalUserIDs, p.contact.ExternalUserID)
		out.payload.Lines = append(out.payload.Lines, p.contact.Name)
		out.payload.Touches = append(out.payload.Touches, p.touch.ID)
		out.payload.Settled = out.payload.Settled && snoozes(p.touch) >= maxSnoozes
		what := task{p.load.Title, p.load.Content.Text}
		i, known := at[what]
		if !known {
			i = len(out.payload.Prompts)
			at[what] = i
			out.payload.Prompts = append(out.payload.Prompts, model.Prompt{Title: what.title, Text: what.text})
		}
		asked := &out.payload.Prompts[i]
		asked.Names, asked.Touches = append(asked.Names, p.contact.Name), append(asked.Touches, p.touch.ID)
		if p.less {
			asked.Less = append(asked.Less, p.touch.ID)
		}
	}
	return out
}

// takeBackDigests dissolves queued digests of several programmes that have a
// touch of a programme as the condition names it: what the others are about is
// put into a new card.
func (e *Engine) takeBackDigests(ctx context.Context, where string, args ...any) error {
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).
		Where("state = ? AND sop_id = 0 AND channel <> ?", model.DispatchQueued, ChannelWelcome).
		Where("EXISTS (SELECT 1 FROM touches WHERE touches.dispatch_id = dispatches.id AND touches."+where+")", args...).
		Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("find digests to dissolve: %w", err)
	}
	return e.takeBack(ctx, ids)
}
