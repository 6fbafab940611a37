package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// ReasonPaused is why a touch waited or was skipped: its programme was paused.
const ReasonPaused = "paused"

// Pause stops everything of the programme from going out, within a tick.
// Planning goes on, so that nothing is forgotten.
func (e *Engine) Pause(ctx context.Context, id int64) error {
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.SOP{}).Where("id = ? AND state = ?", id, model.SOPLive).
		Updates(map[string]any{"state": model.SOPPaused, "paused_at": now, "updated_at": now})
	if res.Error != nil {
		return fmt.Errorf("pause SOP %d: %w", id, res.Error)
	}
	if res.RowsAffected == 1 {
		return nil
	}
	s, err := e.sop(ctx, id)
	if err != nil {
		return err
	}
	return model.Conflict(fmt.Sprintf("the SOP is %s, not %s", s.State, model.SOPLive))
}

// ResumePreview is what resuming a paused programme would do now.
type ResumePreview struct {
	PausedAt time.Time
	Stopped  bool // by the kill switch
	Resuming bool // a resume is under way
	// People have dates ahead of them, which shift would put off; Waiting touches
	// have not gone out. Passed are those of them whose date is over: skip would
	// skip them, send would send them.
	People, Waiting, Passed int
}

// PreviewResume counts what Resume would do. It answers CodeConflict for a
// programme that is not paused.
func (e *Engine) PreviewResume(ctx context.Context, id int64) (ResumePreview, error) {
	s, err := e.sop(ctx, id)
	if err != nil {
		return ResumePreview{}, err
	}
	if s.State != model.SOPPaused || s.PausedAt == nil {
		return ResumePreview{}, notPaused(s)
	}
	out := ResumePreview{PausedAt: *s.PausedAt, Stopped: s.StoppedAt != nil}
	if out.Resuming, err = e.resuming(ctx, id); err != nil {
		return out, err
	}
	var people int64
	scope := model.ScopeOf(ctx)
	err = scope.OfWho(e.DB.Read(ctx).Model(&model.Enrollment{}), "enrollments.contact_id").
		Where("sop_id = ? AND state IN ?", id, openStates()).Count(&people).Error
	if err != nil {
		return out, fmt.Errorf("count people of SOP %d: %w", id, err)
	}
	keys, err := e.touchedSteps(ctx, id)
	if err != nil {
		return out, err
	}
	var counts struct{ Waiting, Passed int }
	open := []model.TouchState{model.TouchPlanned, model.TouchDispatched}
	err = scope.OfWho(e.DB.Read(ctx).Table(e.DB.Walk("touches", "ix_touches_sop")), "touches.contact_id").
		Joins("LEFT JOIN dispatches ON dispatches.id = touches.dispatch_id").
		Where("touches.sop_id = ? AND touches.step_key IN ? AND touches.state IN ?", id, keys, open).
		Where("touches.state = ? OR dispatches.state = ?", model.TouchPlanned, model.DispatchQueued).
		Select("COUNT(*) AS waiting, COALESCE(SUM(CASE WHEN touches.due_at <= ? THEN 1 ELSE 0 END), 0) AS passed", e.DB.Now(ctx)).Scan(&counts).Error
	if err != nil {
		return out, fmt.Errorf("count waiting touches of SOP %d: %w", id, err)
	}
	out.People, out.Waiting, out.Passed = int(people), counts.Waiting, counts.Passed
	return out, nil
}

func notPaused(s model.SOP) error {
	return model.Conflict(fmt.Sprintf("the SOP is %s, not %s", s.State, model.SOPPaused))
}

// touchedSteps are the steps of a programme that have touches, of all versions.
func (e *Engine) touchedSteps(ctx context.Context, sopID int64) ([]string, error) {
	var keys []string
	err := e.DB.Read(ctx).Model(&model.Touch{}).Where("sop_id = ?", sopID).Distinct().Pluck("step_key", &keys).Error
	return keys, wrap("list steps with touches", err)
}

// Resume lets a paused programme go on, whether a person or the kill switch
// stopped it. how is ChangeShift, ChangeSkip or ChangeSend. Nothing goes out
// before everybody's dates are settled; with many people that is done in the
// background, and the programme is paused until then.
func (e *Engine) Resume(ctx context.Context, id int64, how model.ChangeKind, by string) error {
	var c model.SOPChange
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		s, err := e.lockSOP(ctx, id)
		if err != nil {
			return err
		}
		c, err = e.beginResume(ctx, s, how, by)
		return err
	})
	if err == nil {
		err = e.hurry(ctx, c.ID)
	}
	if err != nil {
		return fmt.Errorf("resume SOP %d: %w", id, err)
	}
	return nil
}

// beginResume stores the change that ends the pause of s, which is locked.
func (e *Engine) beginResume(ctx context.Context, s model.SOP, how model.ChangeKind, by string) (model.SOPChange, error) {
	if !slices.Contains([]model.ChangeKind{model.ChangeShift, model.ChangeSkip, model.ChangeSend}, how) {
		return model.SOPChange{}, model.Invalid("how", "must be shift, skip or send")
	}
	if s.State != model.SOPPaused {
		return model.SOPChange{}, notPaused(s)
	}
	busy, err := e.resuming(ctx, s.ID)
	if err != nil {
		return model.SOPChange{}, err
	}
	if busy {
		return model.SOPChange{}, model.Conflict("the SOP is being resumed already")
	}
	if err := e.taken(ctx, "sop_id = ?", s.ID); err != nil {
		return model.SOPChange{}, err
	}
	return e.begin(ctx, model.SOPChange{
		SOPID: s.ID, Kind: how, CreatedBy: by, Params: model.AsJSON(model.ChangeParams{PausedAt: s.PausedAt}),
	})
}
