package sop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// entry is somebody about to enter a programme.
type entry struct {
	contactID, repID, relationshipID int64
	anchor                           anchor
	kind                             string // of the anchor
	// activity is what lets them in; zero for sweeps, and what people ask for.
	activity model.Activity
}

// enter puts people into the programme, each once at most, and tells who came
// in. All of them cost the same few statements. It must be called inside a
// transaction.
func (e *Engine) enter(ctx context.Context, v *Version, list []entry) (map[int64]bool, error) {
	entered := map[int64]bool{}
	rows, err := e.enrollments(ctx, v, list)
	if err != nil || len(rows) == 0 {
		return entered, err
	}
	err = e.DB.Conn(ctx).Create(&rows).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		rows, err = e.createSingly(ctx, rows)
	}
	if err != nil {
		return nil, fmt.Errorf("store enrollments: %w", err)
	}
	for _, en := range rows {
		entered[en.ContactID] = true
	}
	if v.has(ChannelWelcome) && len(rows) > 0 {
		if err := e.touchWelcomes(ctx, v, rows, list); err != nil {
			return nil, err
		}
	}
	model.AfterCommit(ctx, e.Wake)
	return entered, nil
}

// createSingly is for when another replica was as quick with one of them: the
// unique index lets one in. (An insert that ignores duplicates would not tell:
// MySQL counts found rows for us.)
func (e *Engine) createSingly(ctx context.Context, rows []model.Enrollment) ([]model.Enrollment, error) {
	var out []model.Enrollment
	for _, en := range rows {
		en.ID = 0
		err := e.DB.Conn(ctx).Create(&en).Error
		switch {
		case err == nil:
			out = append(out, en)
		case !errors.Is(err, gorm.ErrDuplicatedKey):
			return nil, err
		}
	}
	return out, nil
}

// enrollments are the rows of those who may come in, as the re-entry policy
// has it.
func (e *Engine) enrollments(ctx context.Context, v *Version, list []entry) ([]model.Enrollment, error) {
	now := e.DB.Now(ctx)
	runs, err := e.runs(ctx, v.SOPID, list)
	if err != nil {
		return nil, err
	}
	global, err := e.GlobalHoldout(ctx)
	if err != nil {
		return nil, err
	}
	var out []model.Enrollment
	taken := map[int64]bool{}
	for _, en := range list {
		earlier := runs[en.contactID]
		if groups := model.GroupOf(en.contactID) != 0; groups != v.forGroups() || taken[en.contactID] || !v.reenters(earlier, en, now) {
			continue
		}
		if len(earlier) > 0 {
			bounced, err := e.bounced(ctx, v, en, now)
			if err != nil {
				return nil, err
			}
			if bounced {
				continue
			}
		}
		taken[en.contactID] = true
		row := v.enrollment(en, len(earlier), now)
		row.Holdout = v.heldOut(en.contactID, global)
		out = append(out, row)
	}
	return out, nil
}

// enrollment is the row of somebody who has been in so often before.
func (v *Version) enrollment(en entry, before int, now time.Time) model.Enrollment {
	slot := int8(1)
	out := model.Enrollment{
		SOPID: v.SOPID, VersionID: v.ID, ContactID: en.contactID, RepID: en.repID, RelationshipID: en.relationshipID,
		Run: before + 1, State: model.EnrollmentActive, ActiveSlot: &slot,
		AnchorAt: en.anchor.at, AnchorKind: en.kind, StartAt: en.anchor.start,
		ActivityID: en.activity.ID, Shard: model.ShardOf(en.contactID), NextDueAt: v.first(en.anchor.at),
		EnrolledAt: now, UpdatedAt: now,
	}
	if out.NextDueAt == nil {
		out.State, out.ActiveSlot, out.EndedAt = model.EnrollmentCompleted, nil, &now
	}
	return out
}

// runs loads the earlier runs of these people in the programme, by contact.
func (e *Engine) runs(ctx context.Context, sopID int64, list []entry) (map[int64][]model.Enrollment, error) {
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i] = en.contactID
	}
	var rows []model.Enrollment
	err := e.DB.Conn(ctx).Select("id", "contact_id", "run", "active_slot", "anchor_at", "anchor_kind", "enrolled_at", "ended_at").
		Find(&rows, "sop_id = ? AND contact_id IN ?", sopID, ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for earlier runs: %w", err)
	}
	out := map[int64][]model.Enrollment{}
	for _, r := range rows {
		out[r.ContactID] = append(out[r.ContactID], r)
	}
	return out, nil
}

// bounced tells whether the tag that lets somebody in once more was taken off
// just before: taking it off and putting it back is no new beginning.
func (e *Engine) bounced(ctx context.Context, v *Version, en entry, now time.Time) (bool, error) {
	if v.Trigger.Kind != TriggerTagAdded || en.activity.ID == 0 || v.debounce() == 0 {
		return false, nil
	}
	var list []model.Activity
	err := e.DB.Conn(ctx).Select("data").Find(&list, "contact_id = ? AND kind = ? AND occurred_at > ?",
		en.contactID, model.ActivityTagRemoved, now.Add(-v.debounce())).Error
	if err != nil {
		return false, fmt.Errorf("look for the tag's removal: %w", err)
	}
	for _, a := range list {
		if a.Data.V.TagID == v.Trigger.TagID {
			return true, nil
		}
	}
	return false, nil
}

// entriesOf makes entries of contacts, each speaking through the most recent
// active relationship; who has none is left out.
func (p people) entriesOf(ids []int64, make func(f Facts) entry) []entry {
	var out []entry
	for _, id := range ids {
		f := p.factsFor(id, 0)
		if f.Voice == nil {
			continue
		}
		en := make(f)
		en.contactID, en.repID, en.relationshipID = id, f.Voice.RepID, f.Voice.ID
		out = append(out, en)
	}
	return out
}
