package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

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
	if a.Kind == model.ActivityContactLost || a.Kind == model.ActivityContactRemoved {
		return e.endEnrollments(ctx, string(a.Kind), "contact_id = ? AND relationship_id = ?", a.ContactID, a.RelationshipID)
	}
	if a.Kind == model.ActivityContactErased {
		return e.endEnrollments(ctx, string(a.Kind), "contact_id = ?", a.ContactID)
	}
	if a.Kind == model.ActivityGroupDismissed {
		return e.endEnrollments(ctx, ReasonGroupDismissed, "contact_id = ?", a.ContactID)
	}
	if a.ByContact() || a.Kind == model.ActivityTakenOver {
		if err := e.endSilence(ctx, a); err != nil {
			return err
		}
	}
	if a.Kind == model.ActivityStageEntered {
		if err := e.leaveByStage(ctx, a); err != nil {
			return err
		}
	}
	if a.Kind == model.ActivityDateSet {
		if err := e.endOldDates(ctx, a); err != nil {
			return err
		}
	}
	switch a.Kind { //nolint:exhaustive // these say when an event is
	case model.ActivityEventMoved, model.ActivityEventRegistered, model.ActivityEventAttended:
		if err := e.moveEvent(ctx, a); err != nil {
			return err
		}
	}
	return e.enrollBy(ctx, a)
}

// listeners are the live programmes whose trigger an activity may set off. A
// paused programme goes on collecting people; it only sends nothing.
func (e *Engine) listeners(ctx context.Context, wanted func(t triggerKind) bool) ([]model.SOP, map[int64]*Version, error) {
	var sops []model.SOP
	err := e.DB.Conn(ctx).Find(&sops, "state IN ?", []model.SOPState{model.SOPLive, model.SOPPaused}).Error
	if err != nil {
		return nil, nil, fmt.Errorf("load live SOPs: %w", err)
	}
	registry, versions := triggers(), map[int64]*Version{}
	out := sops[:0]
	for _, s := range sops {
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return nil, nil, err
		}
		if wanted(registry[v.Trigger.Kind]) {
			out, versions[s.ID] = append(out, s), v
		}
	}
	return out, versions, nil
}

func (e *Engine) enrollBy(ctx context.Context, a model.Activity) error {
	heard := func(t triggerKind) bool { return slices.Contains(t.on, a.Kind) }
	if !slices.ContainsFunc(slices.Collect(maps.Values(triggers())), heard) {
		return nil
	}
	sops, versions, err := e.listeners(ctx, heard)
	if err != nil || len(sops) == 0 {
		return err
	}
	filters := []audience.Filter{{}}
	for _, s := range sops {
		filters = append(filters, versions[s.ID].Filter)
	}
	facts, err := audience.Load(ctx, e.DB, e.DB.Now(ctx).In(e.Config.Zone), []int64{a.ContactID}, filters...)
	if err != nil {
		return fmt.Errorf("load what filters look at: %w", err)
	}
	for _, s := range sops {
		v := versions[s.ID]
		at, ok := v.admits(s, a, facts[a.ContactID])
		if !ok {
			continue
		}
		en := entry{
			contactID: a.ContactID, repID: a.RepID, relationshipID: a.RelationshipID,
			anchor: at, kind: v.Trigger.Kind, activity: a,
		}
		if err := e.enterBy(ctx, v, en); err != nil {
			return fmt.Errorf("enroll contact %d in SOP %d: %w", a.ContactID, s.ID, err)
		}
	}
	return nil
}

// enterBy lets the contact of an activity in. An activity that is between the
// contact and no rep speaks through the most recent relationship.
func (e *Engine) enterBy(ctx context.Context, v *Version, en entry) error {
	if en.relationshipID == 0 {
		people, err := e.people(ctx, []int64{en.contactID}, nil)
		if err != nil {
			return err
		}
		f := people.factsFor(en.contactID, 0)
		if f.Voice == nil {
			return nil
		}
		en.repID, en.relationshipID = f.Voice.RepID, f.Voice.ID
	}
	_, err := e.enter(ctx, v, []entry{en})
	return err
}

// admits tells whether the activity lets its contact into the programme, and
// what they count from.
func (v *Version) admits(s model.SOP, a model.Activity, facts audience.Facts) (anchor, bool) {
	// Only future people: what a synchronisation finds of the past is no event.
	if s.LiveSince == nil || a.OccurredAt.Before(s.LiveSince.Truncate(time.Second)) {
		return anchor{}, false
	}
	at, ok := v.anchored(a)
	return at, ok && v.Filter.Match(facts)
}

// anchored tells whether the activity is one that the trigger means, and what
// its contact counts from.
func (v *Version) anchored(a model.Activity) (anchor, bool) {
	kind := triggers()[v.Trigger.Kind]
	if kind.admit != nil && !kind.admit(v, a) {
		return anchor{}, false
	}
	at := anchor{at: a.OccurredAt}
	if kind.anchor != nil {
		at = kind.anchor(v, a)
	}
	return at, !at.at.IsZero()
}

// touchWelcomes logs the programme's welcome step for those who came in: sent
// by the fast path before they were enrolled, or not at all.
func (e *Engine) touchWelcomes(ctx context.Context, v *Version, rows []model.Enrollment, list []entry) error {
	byContact := map[int64]model.Activity{}
	var ids []int64
	for _, en := range list {
		byContact[en.contactID] = en.activity
		ids = append(ids, en.contactID)
	}
	if len(rows) > 1 { // the ids of many new rows are not to be trusted: clusters leave gaps
		runs := map[[2]int64]bool{}
		for _, en := range rows {
			runs[[2]int64{en.ContactID, int64(en.Run)}] = true
		}
		var stored []model.Enrollment
		if err := e.DB.Conn(ctx).Find(&stored, "sop_id = ? AND contact_id IN ?", v.SOPID, ids).Error; err != nil {
			return fmt.Errorf("read enrollments back: %w", err)
		}
		rows = slices.DeleteFunc(stored, func(en model.Enrollment) bool { return !runs[[2]int64{en.ContactID, int64(en.Run)}] })
	}
	var touches []model.Touch
	for _, en := range rows {
		for _, s := range v.Steps {
			if s.Channel != ChannelWelcome {
				continue
			}
			t, adopted, err := e.welcomeTouch(ctx, v, en, s, byContact[en.ContactID])
			if err != nil {
				return err
			}
			if !adopted {
				touches = append(touches, t)
			}
		}
	}
	return e.insertTouches(ctx, touches)
}

// welcomeTouch is the touch of a welcome step, unless there is one to adopt.
func (e *Engine) welcomeTouch(ctx context.Context, v *Version, en model.Enrollment, s Step, a model.Activity) (t model.Touch, adopted bool, err error) {
	now := e.DB.Now(ctx)
	t = model.Touch{
		EnrollmentID: &en.ID, SOPID: v.SOPID, VersionID: v.ID, StepKey: s.Key, Run: en.Run,
		ContactID: en.ContactID, RepID: en.RepID, RelationshipID: en.RelationshipID, Channel: ChannelWelcome,
		State: model.TouchSkipped, Reason: ReasonNoCode, DueAt: en.AnchorAt, NotBefore: en.AnchorAt,
		ExpireAt: en.AnchorAt, PlannedAt: now, FinalAt: &now, UpdatedAt: now, LocalDay: localDay(en.AnchorAt, v.window.zone),
	}
	if a.ID == 0 {
		return t, false, nil // nobody has just arrived
	}
	var d model.Dispatch
	if id := a.Data.V.WelcomeDispatchID; id != 0 {
		if err := e.DB.Conn(ctx).Take(&d, id).Error; err != nil {
			return t, false, fmt.Errorf("load welcome dispatch %d: %w", id, err)
		}
	}
	if d.ID == 0 || d.LastError == model.WelcomedElsewhere {
		if adopted, err := e.adoptWelcome(ctx, en, s.Key); err != nil || adopted {
			return t, adopted, err
		}
	}
	switch {
	case d.ID == 0:
	case d.SOPID == v.SOPID && d.StepKey == s.Key:
		t.DispatchID, t.SentAt, t.ConfirmedAt = &d.ID, d.SentAt, d.SentAt
		t.State, t.Reason = d.WelcomeOutcome()
	case d.LastError == model.WelcomeStopped:
		t.Reason = d.LastError
	default:
		t.Reason = model.WelcomedElsewhere
	}
	return t, false, nil
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

// Enroll lets contacts in by hand, counted from now; each speaks through the
// contact's most recent active relationship. It returns how many came in.
func (e *Engine) Enroll(ctx context.Context, sopID int64, contactIDs []int64) (int, error) {
	if len(contactIDs) == 0 || len(contactIDs) > maxManual {
		return 0, model.Invalid("contact_ids", fmt.Sprintf("name 1 to %d contacts", maxManual))
	}
	return e.enrollByHand(ctx, sopID, contactIDs, false, func(Facts) entry {
		return entry{anchor: anchor{at: e.DB.Now(ctx)}, kind: TriggerManual}
	})
}

// enrollByHand lets contacts, or customer groups, into a programme that is meant
// for them.
func (e *Engine) enrollByHand(ctx context.Context, sopID int64, who []int64, groups bool, enter func(f Facts) entry) (int, error) {
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
		if err := v.demands(groups); err != nil {
			return err
		}
		people, err := e.people(ctx, who, nil)
		if err != nil {
			return err
		}
		list := people.entriesOf(who, enter)
		if groups { // those whose steps are all over for their age stay out
			list = slices.DeleteFunc(list, func(en entry) bool { return v.over(en.anchor) })
		}
		entered, err := e.enter(ctx, v, list)
		count = len(entered)
		return err
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
