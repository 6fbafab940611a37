package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// audiencePause is how long a pass over the contacts lets the database rest
// before the next one.
const audiencePause = 15 * time.Minute

// audienceSweep finds who has come to fit a saved audience. Nothing announces
// that time has made somebody fit, so it passes over all contacts in the order
// of their ids, a page a transaction, and remembers who was inside. The first
// pass only learns who is.
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
	if row.AfterID == 0 && now.Before(row.UntilAt) {
		return false, nil
	}
	var ids []int64
	err := s.e.DB.Conn(ctx).Model(&model.Contact{}).Where("id > ?", row.AfterID).Order("id").Limit(sweepPage).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("read the next contacts: %w", err)
	}
	if len(ids) > 0 {
		entered, err := s.compare(ctx, ids)
		if err != nil {
			return false, err
		}
		if row.Primed {
			list := make([]found, len(entered))
			for i, id := range entered {
				list[i] = found{id, anchor{at: now}}
			}
			if err := s.e.enterFound(ctx, s.v, list); err != nil {
				return false, err
			}
		}
	}
	if len(ids) == sweepPage {
		row.AfterID = ids[len(ids)-1]
		return true, nil
	}
	row.AfterID, row.Primed, row.UntilAt = 0, true, now.Add(audiencePause)
	return false, nil
}

// compare brings who is known to be inside up to date, for a page of contacts,
// and tells who has come in.
func (s audienceSweep) compare(ctx context.Context, ids []int64) (entered []int64, err error) {
	inside, err := s.inside(ctx, ids)
	if err != nil {
		return nil, err
	}
	var known []int64
	conn, of := s.e.DB.Conn(ctx), model.SweepMember{SOPID: s.v.SOPID, AudienceID: s.v.Trigger.AudienceID}
	members := conn.Model(&model.SweepMember{}).Where("sop_id = ? AND audience_id = ?", of.SOPID, of.AudienceID)
	err = members.Session(&gorm.Session{}).Where("contact_id BETWEEN ? AND ?", ids[0], ids[len(ids)-1]).Pluck("contact_id", &known).Error
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
func (s audienceSweep) inside(ctx context.Context, ids []int64) ([]int64, error) {
	f, err := s.e.savedAudience(ctx, s.v.Trigger.AudienceID)
	if err != nil {
		return nil, err
	}
	where, args := f.Among(s.e.DB.Now(ctx).In(s.e.Config.Zone))
	var out []int64
	err = s.e.DB.Conn(ctx).Table("contacts c").Where("c.id IN ?", ids).Where(where, args...).Order("c.id").Pluck("c.id", &out).Error
	return out, wrap("read who is inside", err)
}

// savedAudience is a saved audience's filter.
func (e *Engine) savedAudience(ctx context.Context, id int64) (audience.Filter, error) {
	var a model.Audience
	err := e.DB.Conn(ctx).Take(&a, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audience.Filter{}, model.NotFound("audience")
	}
	if err != nil {
		return audience.Filter{}, fmt.Errorf("load audience %d: %w", id, err)
	}
	return audience.Parse(a.Filter.V)
}

// checkAudience refuses a trigger whose saved audience is not there.
func (e *Engine) checkAudience(ctx context.Context, t Trigger) error {
	if t.AudienceID == 0 {
		return nil
	}
	_, err := e.savedAudience(ctx, t.AudienceID)
	if errors.Is(err, model.ErrNotFound) {
		return model.Invalid("trigger.audience_id", "audience not found")
	}
	return err
}
