package sop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// maxManual bounds how many contacts one command enrolls.
const maxManual = 200

// Enroller reacts to activities: it lets contacts into programmes and out.
type Enroller struct{ engine *Engine }

// Enroller returns the reactor to put into the activity pipeline.
func (e *Engine) Enroller() Enroller { return Enroller{e} }

// Name implements activity.Reactor.
func (Enroller) Name() string { return "sop" }

// React implements activity.Reactor. It runs inside the transaction that
// records the activity.
func (r Enroller) React(ctx context.Context, a model.Activity) error {
	e := r.engine
	switch a.Kind {
	case model.ActivityContactAdded, model.ActivityTagAdded:
		return e.enrollBy(ctx, a)
	case model.ActivityContactLost, model.ActivityContactRemoved:
		return e.endEnrollments(ctx, string(a.Kind), "contact_id = ? AND relationship_id = ?", a.ContactID, a.RelationshipID)
	case model.ActivityContactHalf, model.ActivityTransferred, model.ActivityTransferFailed,
		model.ActivityTagRemoved, model.ActivityPromptAnswered:
	}
	return nil
}

func (e *Engine) enrollBy(ctx context.Context, a model.Activity) error {
	var sops []model.SOP
	// A paused programme goes on collecting people; it only sends nothing.
	err := e.DB.Conn(ctx).Find(&sops, "state IN ?", []model.SOPState{model.SOPLive, model.SOPPaused}).Error
	if err != nil {
		return fmt.Errorf("load live SOPs: %w", err)
	}
	if len(sops) == 0 {
		return nil
	}
	versions, filters := make([]*Version, len(sops)), []audience.Filter{{}}
	for i, s := range sops {
		if versions[i], err = e.version(ctx, s.VersionID); err != nil {
			return err
		}
		filters = append(filters, versions[i].Filter)
	}
	facts, err := audience.Load(ctx, e.DB, e.DB.Now(ctx).In(e.Config.Zone), []int64{a.ContactID}, filters...)
	if err != nil {
		return fmt.Errorf("load what filters look at: %w", err)
	}
	for i, s := range sops {
		v := versions[i]
		if !v.admits(s, a, facts[a.ContactID]) {
			continue
		}
		if _, err := e.enroll(ctx, v, a); err != nil {
			return fmt.Errorf("enroll contact %d in SOP %d: %w", a.ContactID, s.ID, err)
		}
	}
	return nil
}

// admits tells whether the activity lets its contact into the programme.
func (v *Version) admits(s model.SOP, a model.Activity, facts audience.Facts) bool {
	// Only future people: what a synchronisation finds of the past is no event.
	if s.LiveSince == nil || a.OccurredAt.Before(s.LiveSince.Truncate(time.Second)) {
		return false
	}
	switch {
	case v.Trigger.Kind == TriggerContactAdded && a.Kind == model.ActivityContactAdded:
		if !v.Trigger.matchesState(a.Data.V.ChannelState) {
			return false
		}
	case v.Trigger.Kind == TriggerTagAdded && a.Kind == model.ActivityTagAdded:
		if v.Trigger.TagID != a.Data.V.TagID {
			return false
		}
	default:
		return false
	}
	return v.Filter.Match(facts)
}

// enroll puts the activity's contact into the programme once; somebody who
// has ever been in stays as they are. It tells whether they entered.
func (e *Engine) enroll(ctx context.Context, v *Version, a model.Activity) (entered bool, err error) {
	now := e.DB.Now(ctx)
	slot := int8(1)
	en := model.Enrollment{
		SOPID: v.SOPID, VersionID: v.ID, ContactID: a.ContactID, RepID: a.RepID, RelationshipID: a.RelationshipID,
		Run: 1, State: model.EnrollmentActive, ActiveSlot: &slot, AnchorAt: a.OccurredAt, AnchorKind: v.Trigger.Kind,
		ActivityID: a.ID, Shard: int(a.ContactID % model.EnrollmentShards), NextDueAt: v.first(a.OccurredAt),
		EnrolledAt: now, UpdatedAt: now,
	}
	if en.NextDueAt == nil {
		en.State, en.ActiveSlot, en.EndedAt = model.EnrollmentCompleted, nil, &now
	}
	var before int64
	if err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("sop_id = ? AND contact_id = ?", v.SOPID, a.ContactID).Count(&before).Error; err != nil {
		return false, fmt.Errorf("look for an earlier enrollment: %w", err)
	}
	if before > 0 {
		return false, nil
	}
	// Another replica may be as quick; the unique index lets one in. (An insert
	// that ignores duplicates would not tell: MySQL counts found rows for us.)
	err = e.DB.Conn(ctx).Create(&en).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store enrollment: %w", err)
	}
	if err := e.touchWelcome(ctx, v, en, a); err != nil {
		return false, err
	}
	model.AfterCommit(ctx, e.Wake)
	return true, nil
}

// touchWelcome logs the programme's welcome step: sent by the fast path before
// this enrollment existed, or not at all.
func (e *Engine) touchWelcome(ctx context.Context, v *Version, en model.Enrollment, a model.Activity) error {
	for _, s := range v.Steps {
		if s.Channel != ChannelWelcome {
			continue
		}
		now := e.DB.Now(ctx)
		t := model.Touch{
			EnrollmentID: &en.ID, SOPID: v.SOPID, VersionID: v.ID, StepKey: s.Key, Run: en.Run,
			ContactID: en.ContactID, RepID: en.RepID, RelationshipID: en.RelationshipID, Channel: ChannelWelcome,
			State: model.TouchSkipped, Reason: ReasonNoCode, DueAt: en.AnchorAt, NotBefore: en.AnchorAt,
			ExpireAt: en.AnchorAt, PlannedAt: now, FinalAt: &now, UpdatedAt: now, LocalDay: localDay(en.AnchorAt, v.window.zone),
		}
		var d model.Dispatch
		if id := a.Data.V.WelcomeDispatchID; id != 0 {
			if err := e.DB.Conn(ctx).Take(&d, id).Error; err != nil {
				return fmt.Errorf("load welcome dispatch %d: %w", id, err)
			}
		}
		if d.ID == 0 || d.LastError == model.WelcomedElsewhere {
			adopted, err := e.adoptWelcome(ctx, en, s.Key)
			if err != nil {
				return err
			}
			if adopted {
				continue
			}
		}
		switch {
		case d.ID == 0:
		case d.SOPID == v.SOPID && d.StepKey == s.Key:
			t.DispatchID, t.SentAt, t.ConfirmedAt = &d.ID, d.SentAt, d.SentAt
			t.State, t.Reason = d.WelcomeOutcome()
		default:
			t.Reason = model.WelcomedElsewhere
		}
		if err := e.insertTouches(ctx, []model.Touch{t}); err != nil {
			return err
		}
	}
	return nil
}

// adoptWelcome gives the enrollment the touch of a welcome of this step that
// went out before there was an enrollment: with the code of a half-added
// customer, who comes in only when the rep confirms.
func (e *Engine) adoptWelcome(ctx context.Context, en model.Enrollment, stepKey string) (bool, error) {
	var found []model.Touch
	err := e.DB.Conn(ctx).Where("contact_id = ? AND relationship_id = ? AND channel = ?", en.ContactID, en.RelationshipID, ChannelWelcome).
		Where("sop_id = ? AND step_key = ? AND state = ? AND enrollment_id IS NULL", en.SOPID, stepKey, model.TouchDelivered).
		Order("id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return false, wrap("look for the welcome before the enrollment", err)
	}
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("id = ?", found[0].ID).Updates(map[string]any{
		"enrollment_id": en.ID, "version_id": en.VersionID, "run": en.Run, "updated_at": e.DB.Now(ctx),
	}).Error
	return true, wrap(fmt.Sprintf("adopt welcome touch %d", found[0].ID), err)
}

// WelcomeContent names the welcome step that a new contact by this channel
// state gets from a live programme, if any does; the oldest programme wins.
func (e *Engine) WelcomeContent(ctx context.Context, channelState string) (sopID int64, stepKey string, content model.Content, ok bool, err error) {
	var sops []model.SOP
	if err := e.DB.Read(ctx).Order("id").Find(&sops, "state = ?", model.SOPLive).Error; err != nil {
		return 0, "", content, false, fmt.Errorf("load live SOPs: %w", err)
	}
	for _, s := range sops {
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return 0, "", content, false, err
		}
		if v.Trigger.Kind != TriggerContactAdded || !v.Trigger.matchesState(channelState) {
			continue
		}
		for _, step := range v.Steps {
			if step.Channel != ChannelWelcome {
				continue
			}
			var row model.StepContent
			if err := e.DB.Read(ctx).Take(&row, "sop_id = ? AND step_key = ?", s.ID, step.Key).Error; err != nil {
				return 0, "", content, false, fmt.Errorf("load welcome of SOP %d: %w", s.ID, err)
			}
			return s.ID, step.Key, row.Content.V, true, nil
		}
	}
	return 0, "", content, false, nil
}

// Enroll lets contacts in by hand, counted from now; each speaks through the
// contact's most recent active relationship. It returns how many came in.
func (e *Engine) Enroll(ctx context.Context, sopID int64, contactIDs []int64) (int, error) {
	if len(contactIDs) == 0 || len(contactIDs) > maxManual {
		return 0, model.Invalid("contact_ids", fmt.Sprintf("name 1 to %d contacts", maxManual))
	}
	count := 0
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		count = 0
		s, err := e.lockSOP(ctx, sopID)
		if err != nil {
			return err
		}
		if s.State != model.SOPLive && s.State != model.SOPPaused {
			return model.Conflict("only a published SOP takes people in")
		}
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return err
		}
		people, err := e.people(ctx, contactIDs, nil)
		if err != nil {
			return err
		}
		for _, id := range contactIDs {
			f := people.factsFor(id, 0)
			if f.Voice == nil {
				continue
			}
			a := model.Activity{ContactID: id, RepID: f.Voice.RepID, RelationshipID: f.Voice.ID, OccurredAt: e.DB.Now(ctx)}
			entered, err := e.enroll(ctx, v, a)
			if err != nil {
				return err
			}
			if entered {
				count++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("enroll by hand in SOP %d: %w", sopID, err)
	}
	return count, nil
}

// Exit takes one contact out of a programme by hand.
func (e *Engine) Exit(ctx context.Context, enrollmentID int64) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		var n int64
		if err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id = ? AND active_slot = 1", enrollmentID).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return model.NotFound(fmt.Sprintf("active enrollment %d", enrollmentID))
		}
		return e.endEnrollments(ctx, "manual", "id = ?", enrollmentID)
	})
	if err != nil {
		return fmt.Errorf("exit enrollment %d: %w", enrollmentID, err)
	}
	return nil
}
