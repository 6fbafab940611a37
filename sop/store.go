package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// chunk bounds how many ids one statement carries.
const chunk = 500

// forUpdate locks the rows read, on MySQL; SQLite's writer is alone anyway.
func forUpdate() clause.Expression { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

// facts loads what planning must know of these enrollments, in sets, for the
// filters of the versions that they run on.
func (e *Engine) facts(ctx context.Context, list []model.Enrollment, filters []audience.Filter) (map[int64]Facts, error) {
	contactIDs := make([]int64, len(list))
	for i, en := range list {
		contactIDs[i] = en.ContactID
	}
	people, err := e.surroundings(ctx, contactIDs, filters)
	if err != nil {
		return nil, err
	}
	return e.factsOf(ctx, people, list)
}

// factsOf adds to what is known of the enrollments' people what they have had.
func (e *Engine) factsOf(ctx context.Context, people people, list []model.Enrollment) (map[int64]Facts, error) {
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i] = en.ID
	}
	type passed struct {
		EnrollmentID int64
		StepKey      string
	}
	done := make([]passed, 0, 4*len(ids)) // a slice with room is not grown by reflection
	if err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("enrollment_id IN ?", ids).Select("enrollment_id", "step_key").Find(&done).Error; err != nil {
		return nil, fmt.Errorf("load touches of enrollments: %w", err)
	}
	out := make(map[int64]Facts, len(list))
	for _, en := range list {
		out[en.ID] = people.factsFor(en.ContactID, en.RelationshipID)
	}
	for _, d := range done {
		out[d.EnrollmentID].Done[d.StepKey] = true
	}
	return out, nil
}

// people are contacts with what surrounds them, loaded in sets, and of each row
// the columns that planning and dispatching look at: they are what a page costs.
type people struct {
	contacts      map[int64]model.Contact
	relationships map[int64][]model.Relationship // by contact
	reps          map[int64]model.Rep
	audience      map[int64]audience.Facts      // by contact
	groups        map[int64]model.CustomerGroup // by who
	owners        map[string]model.Rep          // of groups, by userid in lower case
}

func newPeople(n int) people {
	return people{
		contacts: map[int64]model.Contact{}, relationships: make(map[int64][]model.Relationship, n), reps: map[int64]model.Rep{},
		audience: map[int64]audience.Facts{}, groups: map[int64]model.CustomerGroup{}, owners: map[string]model.Rep{},
	}
}

// people loads contacts with what surrounds them and what the filters look at;
// customer groups among them with their owners.
func (e *Engine) people(ctx context.Context, contactIDs []int64, filters []audience.Filter) (people, error) {
	p, err := e.surroundings(ctx, contactIDs, filters)
	if err != nil {
		return p, err
	}
	contactIDs, _ = apart(contactIDs)
	if len(contactIDs) == 0 {
		return p, nil
	}
	contacts := make([]model.Contact, 0, len(contactIDs))
	if err := e.DB.Conn(ctx).Select("id", "external_userid", "name").Find(&contacts, "id IN ?", contactIDs).Error; err != nil {
		return p, fmt.Errorf("load contacts: %w", err)
	}
	for _, c := range contacts {
		p.contacts[c.ID] = c
	}
	return p, nil
}

// surroundings loads what people does but for the contacts themselves, of whom
// planning needs no more than the filters look at.
func (e *Engine) surroundings(ctx context.Context, contactIDs []int64, filters []audience.Filter) (people, error) {
	p := newPeople(len(contactIDs))
	contactIDs, groupIDs := apart(contactIDs)
	if err := e.addGroups(ctx, p, groupIDs); err != nil || len(contactIDs) == 0 {
		return p, err
	}
	conn := e.DB.Conn(ctx)
	rels := make([]model.Relationship, 0, len(contactIDs))
	err := conn.Select("id", "rep_id", "contact_id", "state", "added_at", "ended_at").Find(&rels, "contact_id IN ?", contactIDs).Error
	if err != nil {
		return p, fmt.Errorf("load relationships: %w", err)
	}
	repIDs := map[int64]bool{}
	for _, r := range rels {
		p.relationships[r.ContactID] = append(p.relationships[r.ContactID], r)
		repIDs[r.RepID] = true
	}
	var reps []model.Rep
	if err := conn.Find(&reps, "id IN ?", slices.Collect(maps.Keys(repIDs))).Error; err != nil {
		return p, fmt.Errorf("load reps: %w", err)
	}
	for _, r := range reps {
		p.reps[r.ID] = r
	}
	// Asked for no filter at all, Load would read everything.
	filters = append(filters, audience.Filter{})
	if p.audience, err = audience.Load(ctx, e.DB, e.DB.Now(ctx).In(e.Config.Zone), contactIDs, filters...); err != nil {
		return p, fmt.Errorf("load what filters look at: %w", err)
	}
	return p, nil
}

// factsFor picks the voice among the contact's active relationships: one whose rep
// is employed, the own one before the most recent. Only where all reps have left
// is it one of theirs. A customer group's is its owner.
func (p people) factsFor(contactID, relationshipID int64) Facts {
	if g, ok := p.groups[contactID]; ok {
		return p.groupFacts(g)
	}
	f := Facts{Contact: p.contacts[contactID], Audience: p.audience[contactID], Done: map[string]bool{}}
	for _, r := range p.relationships[contactID] {
		if r.ID == relationshipID {
			f.Own = r
		}
		if r.State == model.RelationshipActive && (f.Voice == nil || p.speaksBefore(r, *f.Voice, relationshipID)) {
			f.Voice = &r
		}
	}
	if f.Voice != nil {
		f.Rep = p.reps[f.Voice.RepID]
	}
	return f
}

func (p people) speaksBefore(a, b model.Relationship, own int64) bool {
	employed := p.reps[a.RepID].LeftAt == nil
	switch {
	case employed != (p.reps[b.RepID].LeftAt == nil):
		return employed
	case a.ID == own || b.ID == own:
		return a.ID == own
	}
	return a.AddedAt.After(b.AddedAt)
}

// takeBack dissolves dispatches that nobody has begun to send: their touches are
// planned again.
func (e *Engine) takeBack(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	var queued []int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Clauses(forUpdate()).
		Where("id IN ? AND state = ?", ids, model.DispatchQueued).Pluck("id", &queued).Error
	if err != nil || len(queued) == 0 {
		return wrap("lock queued dispatches", err)
	}
	// Nothing more is heard of what is planned for an archived programme.
	now := e.DB.Now(ctx)
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id IN ? AND state = ?", queued, model.TouchDispatched).
		Where("sop_id IN (SELECT id FROM sops WHERE state = ?)", model.SOPArchived).
		Updates(map[string]any{"state": model.TouchCancelled, "reason": reasonClosed, "dispatch_id": nil, "final_at": now, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("cancel touches of archived programmes: %w", err)
	}
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id IN ? AND state = ?", queued, model.TouchDispatched).
		Updates(map[string]any{"state": model.TouchPlanned, "dispatch_id": nil, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("take touches out of queued dispatches: %w", err)
	}
	return wrap("dissolve queued dispatches", e.DB.Conn(ctx).Delete(&model.Dispatch{}, queued).Error)
}

// endEnrollments ends the active enrollments that the condition names and
// cancels their touches that have not gone out; what else was in their queued
// dispatches is grouped anew.
func (e *Engine) endEnrollments(ctx context.Context, reason, where string, args ...any) error {
	now := e.DB.Now(ctx)
	open := openStates()
	for {
		var ids []int64
		q := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where(where, args...).Where("state IN ?", open)
		if err := q.Limit(chunk).Pluck("id", &ids).Error; err != nil {
			return fmt.Errorf("find enrollments to end: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id IN ?", ids).Updates(map[string]any{
			"state": model.EnrollmentExited, "active_slot": nil, "exit_reason": reason,
			"next_due_at": nil, "ended_at": now, "updated_at": now,
		}).Error
		if err != nil {
			return fmt.Errorf("end enrollments: %w", err)
		}
		if err := e.cancelTouches(ctx, reason, ids); err != nil {
			return err
		}
	}
}

// cancelTouches cancels what has not gone out of these enrollments.
func (e *Engine) cancelTouches(ctx context.Context, reason string, enrollmentIDs []int64) error {
	if len(enrollmentIDs) == 0 {
		return nil
	}
	var queued []int64
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Joins("JOIN dispatches ON dispatches.id = touches.dispatch_id").
		Where("touches.enrollment_id IN ? AND touches.state = ? AND dispatches.state = ?", enrollmentIDs, model.TouchDispatched, model.DispatchQueued).
		Distinct().Pluck("touches.dispatch_id", &queued).Error
	if err != nil {
		return fmt.Errorf("find their queued dispatches: %w", err)
	}
	if err := e.takeBack(ctx, queued); err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("enrollment_id IN ? AND state = ?", enrollmentIDs, model.TouchPlanned).
		Updates(map[string]any{"state": model.TouchCancelled, "reason": reason, "final_at": now, "updated_at": now}).Error
	return wrap("cancel planned touches", err)
}

// openStates are those of enrollments that have not ended.
func openStates() []model.EnrollmentState {
	return []model.EnrollmentState{model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentParked}
}

// cancelQueued takes back dispatches that nobody has begun to send.
func (e *Engine) cancelQueued(ctx context.Context, reason, where string, args ...any) error {
	now := e.DB.Now(ctx)
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Clauses(forUpdate()).Where(where, args...).
		Where("state = ?", model.DispatchQueued).Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("find queued dispatches: %w", err)
	}
	for _, id := range ids {
		if err := e.finishDispatch(ctx, id, model.DispatchFailed, reason); err != nil {
			return err
		}
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND state = ?", id, model.TouchDispatched).
			Updates(map[string]any{"state": model.TouchCancelled, "reason": reason, "final_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("cancel touches of dispatch %d: %w", id, err)
		}
	}
	return nil
}

func (e *Engine) finishDispatch(ctx context.Context, id int64, state model.DispatchState, lastError string) error {
	now := e.DB.Now(ctx)
	from := map[model.DispatchState][]model.DispatchState{
		model.DispatchConfirmed: {model.DispatchSent, model.DispatchCancelling},
		model.DispatchExpired:   {model.DispatchSent, model.DispatchCancelling},
		model.DispatchCancelled: {model.DispatchSent, model.DispatchCancelling},
		model.DispatchFailed:    {model.DispatchQueued},
	}[state]
	err := e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ? AND state IN ?", id, from).Updates(map[string]any{
		"state": state, "final_at": now, "updated_at": now, "last_error": lastError, "lease_token": "", "lease_until": nil,
	}).Error
	if err != nil {
		return fmt.Errorf("finish dispatch %d: %w", id, err)
	}
	return nil
}

// saveTouches writes whole touches that exist, in few statements.
func (e *Engine) saveTouches(ctx context.Context, touches []model.Touch) error {
	if len(touches) == 0 {
		return nil
	}
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(touches, chunk).Error
	return wrap("save touches", err)
}
