package sop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// sweep finds the people whom no activity announces: time has passed, or they
// have come to fit an audience. It goes on where its row says, page by page.
type sweep interface {
	// subject names what is looked for; a row belongs to one subject.
	subject() string
	// page enrolls whom the next page finds and moves row on; more says that
	// another page may find somebody now.
	page(ctx context.Context, row *model.Sweep) (more bool, err error)
}

const (
	// sweepPage is how many contacts one transaction looks at.
	sweepPage = 500
	// sweepPages bounds the pages of one programme before others have their turn.
	sweepPages = 20
)

// Sweep lets in whom the live programmes' sweeps find, and tells whether there
// is more to do now. Pages are taken one at a time by any number of replicas:
// the sweep's row is locked, and moves with what its page enrolled. One
// programme's fault holds up no other.
func (e *Engine) Sweep(ctx context.Context) (again bool, err error) {
	sops, versions, err := e.listeners(ctx, func(t triggerKind) bool { return t.sweep != nil })
	if err != nil {
		return false, err
	}
	registry := triggers()
	var faults []error
	var current []sweepKey
	for _, s := range sops {
		v := versions[s.ID]
		sw := registry[v.Trigger.Kind].sweep(e, v)
		current = append(current, sweepKey{s.ID, sw.subject()})
		more, err := e.sweepSome(ctx, sw, v)
		if err != nil {
			faults = append(faults, fmt.Errorf("sweep for SOP %d: %w", s.ID, err))
		}
		again = again || more
	}
	more, err := e.forgetSweeps(ctx, current)
	return again || more, errors.Join(append(faults, err)...)
}

func (e *Engine) sweepSome(ctx context.Context, sw sweep, v *Version) (more bool, err error) {
	for range sweepPages {
		err = e.DB.InTx(ctx, func(ctx context.Context) error {
			row, err := e.lockSweep(ctx, sw, v)
			if err != nil {
				return err
			}
			before := row
			if more, err = sw.page(ctx, &row); err != nil || row == before {
				return err
			}
			row.UpdatedAt = e.DB.Now(ctx)
			return wrap("move the sweep on", e.DB.Conn(ctx).Save(&row).Error)
		})
		if err != nil || !more {
			return false, err
		}
	}
	return more, nil
}

// lockSweep takes the sweep's row; the first time it makes it, at the instant
// when the trigger was published.
func (e *Engine) lockSweep(ctx context.Context, sw sweep, v *Version) (model.Sweep, error) {
	var row model.Sweep
	lock := e.DB.Conn(ctx).Clauses(forUpdate()).Where("sop_id = ? AND subject = ?", v.SOPID, sw.subject())
	err := lock.Session(&gorm.Session{}).Take(&row).Error
	if err == nil || !errors.Is(err, gorm.ErrRecordNotFound) {
		return row, wrap("lock the sweep", err)
	}
	first := model.Sweep{
		SOPID: v.SOPID, Subject: sw.subject(), UntilAt: v.publishedAt,
		Day: localDay(v.publishedAt, v.window.zone), UpdatedAt: e.DB.Now(ctx),
	}
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
		return row, fmt.Errorf("begin the sweep: %w", err)
	}
	return row, wrap("lock the sweep", lock.Session(&gorm.Session{}).Take(&row).Error)
}

// found is a contact that a sweep found, with what they count from.
type found struct {
	contactID int64
	anchor    anchor
}

// enterFound lets in whoever of those found passes the entry filter and can be
// reached.
func (e *Engine) enterFound(ctx context.Context, v *Version, list []found) error {
	if len(list) == 0 {
		return nil
	}
	ids, anchors := make([]int64, len(list)), map[int64]anchor{}
	for i, f := range list {
		ids[i], anchors[f.contactID] = f.contactID, f.anchor
	}
	people, err := e.people(ctx, ids, []audience.Filter{v.Filter})
	if err != nil {
		return err
	}
	passing := ids[:0:0]
	for _, id := range ids {
		if v.Filter.Match(people.audience[id]) {
			passing = append(passing, id)
		}
	}
	_, err = e.enter(ctx, v, people.entriesOf(passing, func(f Facts) entry {
		return entry{anchor: anchors[f.Contact.ID], kind: v.Trigger.Kind}
	}))
	return err
}

// silenceSweep finds who has done nothing for so long. It walks the instants of
// last doings between its last visit and now: its cost is that of those who have
// just fallen silent.
type silenceSweep struct {
	e   *Engine
	v   *Version
	gap time.Duration
}

func newSilenceSweep(e *Engine, v *Version) sweep {
	return silenceSweep{e, v, time.Duration(v.Trigger.Days) * 24 * time.Hour}
}

func (s silenceSweep) subject() string { return TriggerSilent }

func (s silenceSweep) page(ctx context.Context, row *model.Sweep) (bool, error) {
	now := s.e.DB.Now(ctx)
	from, to := row.UntilAt.Add(-s.gap), now.Add(-s.gap)
	if to.Before(from) {
		return false, nil
	}
	var rows []model.LastActive
	// Exactly so many days count as silent.
	err := s.e.DB.Conn(ctx).Table(s.e.DB.Walk("last_actives", "ix_last_actives_at")).
		Where("at >= ? AND at <= ? AND (at > ? OR contact_id > ?)", from, to, from, row.AfterID).
		Order("at, contact_id").Limit(sweepPage).Find(&rows).Error
	if err != nil {
		return false, fmt.Errorf("find who has fallen silent: %w", err)
	}
	list := make([]found, len(rows))
	for i, r := range rows {
		silent := r.At.Add(s.gap)
		list[i] = found{r.ContactID, anchor{r.At, &silent}}
	}
	if len(rows) == sweepPage {
		last := rows[len(rows)-1]
		row.UntilAt, row.AfterID = last.At.Add(s.gap), last.ContactID
	} else if to.After(from) || len(rows) > 0 {
		row.UntilAt, row.AfterID = now, lastOf(rows, to)
	}
	return len(rows) == sweepPage, s.e.enterFound(ctx, s.v, list)
}

// lastOf is the last contact seen whose doing was at that very instant.
func lastOf(rows []model.LastActive, at time.Time) int64 {
	if len(rows) == 0 || !rows[len(rows)-1].At.Equal(at) {
		return 0
	}
	return rows[len(rows)-1].ContactID
}

// Why a silence programme's people leave it: they have turned to the rep who
// speaks for it, or they were never silent but active elsewhere, with a colleague
// or in a content.
const (
	reasonActive    = "active_again"
	reasonElsewhere = "active_elsewhere"
)

// endSilence notes that the contact did something: it ends their runs in silence
// programmes, which are armed anew. One who is first heard of because they were
// handed over is armed too.
func (e *Engine) endSilence(ctx context.Context, a model.Activity) error {
	var known []model.LastActive
	if err := e.DB.Conn(ctx).Clauses(forUpdate()).Find(&known, "contact_id = ?", a.ContactID).Error; err != nil {
		return fmt.Errorf("look for the last doing: %w", err)
	}
	if len(known) > 0 && (a.Kind == model.ActivityTakenOver || !known[0].At.Before(a.OccurredAt)) {
		return nil // not the contact's doing, or an older one, found late
	}
	row := model.LastActive{ContactID: a.ContactID, At: a.OccurredAt}
	if err := e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("note the last doing: %w", err)
	}
	if len(known) == 0 {
		return nil
	}
	var reps []int64
	err := e.DB.Conn(ctx).Model(&model.Enrollment{}).Distinct().
		Where("contact_id = ? AND anchor_kind = ? AND state IN ?", a.ContactID, TriggerSilent, openStates()).Pluck("rep_id", &reps).Error
	if err != nil {
		return fmt.Errorf("look for runs of silence programmes: %w", err)
	}
	for _, rep := range reps {
		reason := reasonActive
		if rep != a.RepID {
			reason = reasonElsewhere
		}
		if err := e.endEnrollments(ctx, reason, "contact_id = ? AND anchor_kind = ? AND rep_id = ?", a.ContactID, TriggerSilent, rep); err != nil {
			return err
		}
	}
	return nil
}
