package sop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// maxFinishedDays bounds how long ago somebody may have finished to be taken in
// again by new steps.
const maxFinishedDays = 365

// Publishing is how a draft becomes the version that runs. The zero value
// concerns new people only.
type Publishing struct {
	By string
	// Move brings those who are inside to the new version, by step key: what they
	// have passed never runs again. Filter narrows whom.
	Move   bool
	Filter audience.Filter
	// FinishedDays also takes in again, for the steps that are new, who finished
	// that many days ago or less.
	FinishedDays int
	// Resume ends the pause of a paused programme: ChangeShift, ChangeSkip or
	// ChangeSend. Empty leaves it paused.
	Resume model.ChangeKind
}

func (p Publishing) check() error {
	switch {
	case p.FinishedDays < 0 || p.FinishedDays > maxFinishedDays:
		return model.Invalid("finished_days", fmt.Sprintf("must be 0 to %d days", maxFinishedDays))
	case !p.Move && (p.FinishedDays > 0 || !p.Filter.Everybody()):
		return model.Invalid("move", "a filter or finished people are about moving: say whom to move")
	}
	return nil
}

// Publish makes the draft the version for new people; those who are inside stay
// on theirs. A paused programme stays paused.
func (e *Engine) Publish(ctx context.Context, id int64, by string) (model.SOPVersion, error) {
	return e.PublishWith(ctx, id, Publishing{By: by})
}

// PublishWith checks the draft, freezes its structure as the next version and
// makes a programme in draft live. Whoever moves does so in the background, a
// page at a time.
func (e *Engine) PublishWith(ctx context.Context, id int64, p Publishing) (model.SOPVersion, error) {
	var v model.SOPVersion
	var changes []model.SOPChange
	err := p.check()
	if err == nil {
		err = e.DB.InTx(ctx, func(ctx context.Context) error {
			var err error
			v, changes, err = e.publish(ctx, id, p)
			return err
		})
	}
	for _, c := range changes {
		if err == nil {
			err = e.hurry(ctx, c.ID)
		}
	}
	if err != nil {
		return v, fmt.Errorf("publish SOP %d: %w", id, err)
	}
	return v, nil
}

func (e *Engine) publish(ctx context.Context, id int64, p Publishing) (v model.SOPVersion, changes []model.SOPChange, err error) {
	s, err := e.lockSOP(ctx, id)
	if err != nil {
		return v, nil, err
	}
	if s.State == model.SOPArchived {
		return v, nil, model.Conflict("an archived SOP cannot be published")
	}
	draft, err := e.draft(s)
	if err != nil {
		return v, nil, err
	}
	if err := e.mixes(ctx, s, draft); err != nil {
		return v, nil, err
	}
	if draft.forGroups() && !p.Filter.Everybody() {
		return v, nil, model.Invalid("filter", "is about people: customer groups have none")
	}
	if err := e.checkMedia(ctx, draft.Steps); err != nil {
		return v, nil, err
	}
	if err := e.checkAudience(ctx, draft.Trigger); err != nil {
		return v, nil, err
	}
	if v, err = e.freeze(ctx, s, draft, p.By); err != nil {
		return v, nil, err
	}
	now := e.DB.Now(ctx)
	first := s.VersionID == 0
	if s.LiveSince == nil {
		s.LiveSince = &now
	}
	if s.State == model.SOPDraft {
		s.State = model.SOPLive
	}
	s.VersionID, s.UpdatedAt = v.ID, now
	if err := e.DB.Conn(ctx).Save(&s).Error; err != nil {
		return v, nil, err
	}
	if p.Move && !first {
		c, err := e.beginMove(ctx, s.ID, v.ID, p)
		if err != nil {
			return v, nil, err
		}
		changes = append(changes, c)
	}
	if p.Resume != "" {
		c, err := e.beginResume(ctx, s, p.Resume, p.By)
		if err != nil {
			return v, nil, err
		}
		changes = append(changes, c)
	}
	return v, changes, nil
}

// draft reads a programme's draft and checks that it could be published.
func (e *Engine) draft(s model.SOP) (Definition, error) {
	d, err := ParseDefinition(s.Draft.V)
	if err != nil {
		return d, err
	}
	return d, d.Check(e.Channels)
}

// freeze stores contents and structure apart: the former are followed live.
func (e *Engine) freeze(ctx context.Context, s model.SOP, draft Definition, by string) (model.SOPVersion, error) {
	now := e.DB.Now(ctx)
	var last int
	if err := e.DB.Conn(ctx).Model(&model.SOPVersion{}).Where("sop_id = ?", s.ID).Select("COALESCE(MAX(number), 0)").Scan(&last).Error; err != nil {
		return model.SOPVersion{}, fmt.Errorf("find last version: %w", err)
	}
	for i, step := range draft.Steps {
		if err := e.storeContents(ctx, s.ID, step); err != nil {
			return model.SOPVersion{}, err
		}
		draft.Steps[i].silence()
	}
	doc, err := json.Marshal(draft)
	if err != nil {
		return model.SOPVersion{}, fmt.Errorf("encode version: %w", err)
	}
	v := model.SOPVersion{SOPID: s.ID, Number: last + 1, Definition: model.AsJSON[json.RawMessage](doc), PublishedAt: now, PublishedBy: by}
	if err := e.DB.Conn(ctx).Create(&v).Error; err != nil {
		return v, fmt.Errorf("store version: %w", err)
	}
	return v, nil
}

// numbered returns a programme's version by its number; 0 is the draft, which
// must be ready for publishing.
func (e *Engine) numbered(ctx context.Context, s model.SOP, number int) (*Version, error) {
	if number == 0 {
		draft, err := e.draft(s)
		if err != nil {
			return nil, err
		}
		for i := range draft.Steps {
			draft.Steps[i].silence()
		}
		hours, err := e.hours(ctx)
		if err != nil {
			return nil, err
		}
		w, err := draft.within(hours).schedule(e.Config.Zone)
		if err != nil {
			return nil, err
		}
		if w.days, err = e.days(ctx); err != nil {
			return nil, err
		}
		return &Version{SOPID: s.ID, Definition: draft, window: w}, nil
	}
	var row model.SOPVersion
	err := e.DB.Read(ctx).Select("id").Take(&row, "sop_id = ? AND number = ?", s.ID, number).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, model.NotFound(fmt.Sprintf("version %d", number))
	}
	if err != nil {
		return nil, fmt.Errorf("find version %d of SOP %d: %w", number, s.ID, err)
	}
	return e.version(ctx, row.ID)
}

// Versions lists the versions of a programme, the latest first.
func (e *Engine) Versions(ctx context.Context, sopID int64, page model.Page) ([]model.SOPVersion, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return nil, err
	}
	q := e.DB.Read(ctx).Order("id DESC").Limit(page.Size()).Where("sop_id = ?", sopID)
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	rows := []model.SOPVersion{}
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list versions of SOP %d: %w", sopID, err)
	}
	return rows, nil
}
