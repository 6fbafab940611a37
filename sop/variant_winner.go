package sop

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/experiment"
)

// winners are the variants declared for new people, by SOP and step.
func (e *Engine) winners(ctx context.Context, sopIDs []int64) (map[int64]map[string]string, error) {
	var list []model.Winner
	if err := e.DB.Conn(ctx).Find(&list, "sop_id IN ? AND active_slot = 1", sopIDs).Error; err != nil {
		return nil, fmt.Errorf("load winning variants: %w", err)
	}
	out := map[int64]map[string]string{}
	for _, w := range list {
		if out[w.SOPID] == nil {
			out[w.SOPID] = map[string]string{}
		}
		out[w.SOPID][w.StepKey] = w.Variant
	}
	return out, nil
}

// Declare gives one variant of a step to all new people from now on, as by
// decides. Who has another keeps it. CodeConflict when a winner is in force.
func (e *Engine) Declare(ctx context.Context, at Place, by string) error {
	v, s, err := e.testedStep(ctx, at.SOPID, at.StepKey)
	if err != nil {
		return err
	}
	if !s.offers(at.Variant) {
		return model.NotFound(fmt.Sprintf("variant %q", at.Variant))
	}
	r, err := e.report(ctx, v, s)
	if err != nil {
		return err
	}
	return e.crown(ctx, at, r, by)
}

// Revoke takes the winner back: new people's variants are drawn again. The
// engine does not declare one for this step a second time.
func (e *Engine) Revoke(ctx context.Context, at Place, by string) error {
	res := e.DB.Conn(ctx).Model(&model.Winner{}).Where("sop_id = ? AND step_key = ? AND active_slot = 1", at.SOPID, at.StepKey).
		Updates(map[string]any{"active_slot": nil, "revoked_at": e.DB.Now(ctx), "revoked_by": by})
	if res.Error != nil {
		return fmt.Errorf("revoke winner of step %s of SOP %d: %w", at.StepKey, at.SOPID, res.Error)
	}
	if res.RowsAffected == 0 {
		return model.NotFound("winner")
	}
	return nil
}

// crown records a winner with the counts that it was declared on; by is empty
// when the engine declares it.
func (e *Engine) crown(ctx context.Context, at Place, r VariantReport, by string) error {
	slot := int8(1)
	w := model.Winner{
		SOPID: at.SOPID, StepKey: at.StepKey, Variant: at.Variant, ActiveSlot: &slot,
		Automatic: by == "", DeclaredAt: e.DB.Now(ctx), DeclaredBy: by,
	}
	for i, v := range r.Variants {
		w.Reason.V = append(w.Reason.V, model.VariantTally{Variant: v.Key, Units: v.People, Responses: v.Responded})
		if r.Verdict == nil {
			continue
		}
		for _, a := range r.Verdict.Arms {
			if a.Key == v.Key {
				w.Reason.V[i].Best = a.Best
			}
		}
	}
	err := e.DB.Conn(ctx).Create(&w).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return model.Conflict("the step has a winner already: revoke it first")
	}
	return wrap("declare winning variant", err)
}

// DeclareWinners declares the variants that are proven best, in the steps that
// ask for it and have never had a winner. It is to be called every hour or so;
// any number of replicas may.
func (e *Engine) DeclareWinners(ctx context.Context) error {
	var sops []model.SOP
	if err := e.DB.Read(ctx).Select("id", "version_id").Find(&sops, "state = ?", model.SOPLive).Error; err != nil {
		return fmt.Errorf("load live SOPs: %w", err)
	}
	for _, row := range sops {
		v, err := e.version(ctx, row.VersionID)
		if err != nil {
			return err
		}
		for _, s := range v.Steps {
			if len(s.Variants) == 0 || !s.test().AutoWinner {
				continue
			}
			if err := e.declareIfProven(ctx, v, s); err != nil {
				return fmt.Errorf("declare winner of step %s of SOP %d: %w", s.Key, row.ID, err)
			}
		}
	}
	return nil
}

func (e *Engine) declareIfProven(ctx context.Context, v *Version, s Step) error {
	var before int64
	err := e.DB.Read(ctx).Model(&model.Winner{}).Where("sop_id = ? AND step_key = ?", v.SOPID, s.Key).Count(&before).Error
	if err != nil || before > 0 {
		return err
	}
	r, err := e.report(ctx, v, s)
	if err != nil || r.Verdict == nil || r.Verdict.Outcome != experiment.Winner {
		return err
	}
	err = e.crown(ctx, Place{SOPID: v.SOPID, StepKey: s.Key, Variant: r.Verdict.Leader}, r, "")
	if model.CodeOf(err) == model.CodeConflict {
		return nil // another replica was as quick
	}
	return err
}
