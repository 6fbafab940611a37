package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// audiencePause is how long a pass over all contacts lets the database rest
// before the next one, where nothing tells of changes; changesPause is how far
// looks at what has happened are apart at least: longer than any transaction.
const (
	audiencePause = 15 * time.Minute
	changesPause  = time.Minute
)

// audienceSweep finds who has come to fit a saved audience. Where only an
// activity can make somebody fit, it looks at those to whom something has
// happened; where time does it too, or a change that no activity tells of, it
// passes over all contacts, a page a transaction. It remembers who was inside.
// The first pass only learns who is.
type audienceSweep struct {
	e *Engine
	v *Version
}

func newAudienceSweep(e *Engine, v *Version) sweep { return audienceSweep{e, v} }

func (s audienceSweep) subject() string {
	return fmt.Sprintf("%s:%d", TriggerAudienceEntered, s.v.Trigger.AudienceID)
}

func (s audienceSweep) page(ctx context.Context, row *model.Sweep) (bool, error) {
	now := s.e.DB.Now(ctx)
	begins := row.AfterID == 0 && !row.Passing
	if begins && now.Before(row.UntilAt) {
		return false, nil
	}
	saved, err := s.e.savedAudience(ctx, s.v.Trigger.AudienceID)
	if err != nil {
		return false, err
	}
	filter, err := audience.Parse(saved.Filter.V)
	if err != nil {
		return false, err
	}
	if begins {
		if err := s.begin(ctx, row, saved, filter); err != nil {
			return false, err
		}
	}
	look := s.changes
	if row.Passing {
		look = s.pass
	}
	return look(ctx, row, filter)
}

// begin decides whether everybody is passed over. Once a day everybody is anyway:
// a day may have begun that the filter looks at, and what has slipped through is
// found.
func (s audienceSweep) begin(ctx context.Context, row *model.Sweep, saved model.Audience, f audience.Filter) error {
	now := s.e.DB.Now(ctx)
	if row.PassedAt != nil && f.Motion() != audience.Anytime &&
		localDay(*row.PassedAt, s.e.Config.Zone) == localDay(now, s.e.Config.Zone) && !saved.UpdatedAt.After(*row.PassedAt) {
		lost, err := s.tagsLost(ctx, *row.PassedAt)
		if err != nil || !lost {
			return err
		}
	}
	var head int64
	if err := s.e.DB.Conn(ctx).Model(&model.Activity{}).Select("COALESCE(MAX(id), 0)").Scan(&head).Error; err != nil {
		return fmt.Errorf("find the newest activity: %w", err)
	}
	// What happens during the pass is looked at after it.
	row.Passing, row.PassedAt = true, &now
	if row.SettledID = row.HeadID; row.SettledID == 0 {
		row.SettledID = head
	}
	row.HeadID = max(row.HeadID, head)
	return nil
}

// tagsLost tells whether the library has lost a tag since: nothing else tells its
// wearers.
func (s audienceSweep) tagsLost(ctx context.Context, since time.Time) (bool, error) {
	var ids []int64
	err := s.e.DB.Conn(ctx).Table(s.e.DB.Walk("tags", "ix_tags_deleted")).Where("deleted_at >= ?", since).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, wrap("look for deleted tags", err)
}

// pass looks at the next of all contacts.
func (s audienceSweep) pass(ctx context.Context, row *model.Sweep, f audience.Filter) (bool, error) {
	var ids []int64
	err := s.e.DB.Conn(ctx).Model(&model.Contact{}).Where("id > ?", row.AfterID).Order("id").Limit(sweepPage).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("read the next contacts: %w", err)
	}
	if err := s.look(ctx, *row, f, ids); err != nil {
		return false, err
	}
	if len(ids) == sweepPage {
		row.AfterID = ids[len(ids)-1]
		return true, nil
	}
	row.AfterID, row.Primed, row.Passing = 0, true, false
	pause := changesPause
	if f.Motion() == audience.Anytime {
		pause = audiencePause
	}
	row.UntilAt = s.e.DB.Now(ctx).Add(pause)
	return false, nil
}

// changes looks at the contacts of the next activities. Each is looked at twice,
// a pause apart: its transaction may have begun before that of a later one which
// was seen first.
func (s audienceSweep) changes(ctx context.Context, row *model.Sweep, f audience.Filter) (bool, error) {
	var news []struct{ ID, ContactID int64 }
	err := s.e.DB.Conn(ctx).Model(&model.Activity{}).Where("id > ?", max(row.AfterID, row.SettledID)).Order("id").Limit(sweepPage).Find(&news).Error
	if err != nil {
		return false, fmt.Errorf("read the next activities: %w", err)
	}
	var ids []int64
	head := row.HeadID
	for _, a := range news {
		ids, head = append(ids, a.ContactID), max(head, a.ID)
	}
	slices.Sort(ids)
	if err := s.look(ctx, *row, f, slices.Compact(ids)); err != nil {
		return false, err
	}
	if len(news) == sweepPage {
		row.AfterID = news[len(news)-1].ID
		return true, nil
	}
	if len(news) == 0 && row.AfterID == 0 && row.SettledID == row.HeadID {
		return false, nil // nothing has happened
	}
	row.AfterID, row.SettledID, row.HeadID = 0, row.HeadID, max(head, row.AfterID)
	row.UntilAt = s.e.DB.Now(ctx).Add(changesPause)
	return false, nil
}

// look lets in who of the contacts has come in; before everybody has been looked
// at once, nobody.
func (s audienceSweep) look(ctx context.Context, row model.Sweep, f audience.Filter, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	entered, err := s.compare(ctx, f, ids)
	if err != nil || !row.Primed {
		return err
	}
	now := s.e.DB.Now(ctx)
	list := make([]found, len(entered))
	for i, id := range entered {
		list[i] = found{id, anchor{at: now}}
	}
	return s.e.enterFound(ctx, s.v, list)
}

// compare brings who is known to be inside up to date, for a page of contacts,
// and tells who has come in.
func (s audienceSweep) compare(ctx context.Context, f audience.Filter, ids []int64) (entered []int64, err error) {
	inside, err := s.inside(ctx, f, ids)
	if err != nil {
		return nil, err
	}
	var known []int64
	conn, of := s.e.DB.Conn(ctx), model.SweepMember{SOPID: s.v.SOPID, AudienceID: s.v.Trigger.AudienceID}
	members := conn.Model(&model.SweepMember{}).Where("sop_id = ? AND audience_id = ?", of.SOPID, of.AudienceID)
	err = members.Session(&gorm.Session{}).Where("contact_id IN ?", ids).Pluck("contact_id", &known).Error
	if err != nil {
		return nil, fmt.Errorf("read who was inside: %w", err)
	}
	var rows []model.SweepMember
	for _, id := range inside {
		if !slices.Contains(known, id) {
			of.ContactID = id
			rows, entered = append(rows, of), append(entered, id)
		}
	}
	left := slices.DeleteFunc(known, func(id int64) bool { return slices.Contains(inside, id) })
	if len(rows) > 0 {
		if err := conn.Create(&rows).Error; err != nil {
			return nil, fmt.Errorf("note who came in: %w", err)
		}
	}
	if len(left) > 0 {
		if err := members.Session(&gorm.Session{}).Delete(&model.SweepMember{}, "contact_id IN ?", left).Error; err != nil {
			return nil, fmt.Errorf("note who went out: %w", err)
		}
	}
	return entered, nil
}

// inside lists those of the contacts who are in the audience now.
func (s audienceSweep) inside(ctx context.Context, f audience.Filter, ids []int64) ([]int64, error) {
	where, args := f.Among(s.e.DB.Now(ctx).In(s.e.Config.Zone))
	var out []int64
	err := s.e.DB.Conn(ctx).Table("contacts c").Where("c.id IN ?", ids).Where(where, args...).Order("c.id").Pluck("c.id", &out).Error
	return out, wrap("read who is inside", err)
}

// savedAudience returns a saved audience.
func (e *Engine) savedAudience(ctx context.Context, id int64) (model.Audience, error) {
	var a model.Audience
	err := e.DB.Conn(ctx).Take(&a, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, model.NotFound("audience")
	}
	return a, wrap(fmt.Sprintf("load audience %d", id), err)
}

// checkAudience refuses a trigger whose saved audience is not there, and keeps it
// from being deleted until the transaction ends.
func (e *Engine) checkAudience(ctx context.Context, t Trigger) error {
	if t.AudienceID == 0 {
		return nil
	}
	var ids []int64
	err := e.DB.Conn(ctx).Model(&model.Audience{}).Clauses(forUpdate()).Where("id = ?", t.AudienceID).Pluck("id", &ids).Error
	if err == nil && len(ids) == 0 {
		return model.Invalid("trigger.audience_id", "audience not found")
	}
	return wrap(fmt.Sprintf("lock audience %d", t.AudienceID), err)
}

// EnterBy lists the live and paused programmes that let people in by that saved
// audience.
func (e *Engine) EnterBy(ctx context.Context, audienceID int64) ([]model.SOP, error) {
	sops, versions, err := e.listeners(ctx, func(t triggerKind) bool { return slices.Contains(t.takes, "audience_id") })
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sops, func(s model.SOP) bool { return versions[s.ID].Trigger.AudienceID != audienceID }), nil
}

// KeepAudience refuses with CodeConflict, and names the programmes, when live or
// paused ones let people in by that saved audience. It is to be asked in the
// transaction that deletes it, after it is deleted.
func (e *Engine) KeepAudience(ctx context.Context, id int64) error {
	sops, err := e.EnterBy(ctx, id)
	if err != nil || len(sops) == 0 {
		return err
	}
	names := make([]string, len(sops))
	for i, s := range sops {
		names[i] = s.Name
	}
	return model.Conflict(fmt.Sprintf("people enter by this audience into [%s]: give them another trigger or archive them first", strings.Join(names, "、")))
}
