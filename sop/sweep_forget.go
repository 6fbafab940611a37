package sop

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"sixtouch/model"
)

// forgetPage bounds how many members of an audience are forgotten in one
// transaction.
const forgetPage = 5000

// sweepKey names a row of sweeps.
type sweepKey struct {
	SOPID   int64
	Subject string
}

// forgetSweeps removes what sweeps keep of programmes that are archived or let people in
// by something else now, a page at a time, and tells whether there is more.
// current are the sweeps that are in use.
func (e *Engine) forgetSweeps(ctx context.Context, current []sweepKey) (again bool, err error) {
	var rows []sweepKey
	if err := e.DB.Read(ctx).Model(&model.Sweep{}).Find(&rows).Error; err != nil {
		return false, fmt.Errorf("list sweeps: %w", err)
	}
	for _, key := range rows {
		if slices.Contains(current, key) {
			continue
		}
		more := false
		err := e.DB.InTx(ctx, func(ctx context.Context) error {
			var err error
			more, err = e.forgetSweep(ctx, key)
			return err
		})
		if err != nil {
			return false, fmt.Errorf("forget the sweep %s of SOP %d: %w", key.Subject, key.SOPID, err)
		}
		again = again || more
	}
	return again, nil
}

func (e *Engine) forgetSweep(ctx context.Context, key sweepKey) (more bool, err error) {
	// It may have come into use since.
	s, err := e.lockSOP(ctx, key.SOPID)
	if err != nil {
		return false, err
	}
	if s.State != model.SOPArchived {
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return false, err
		}
		if sweep := triggers()[v.Trigger.Kind].sweep; sweep != nil && sweep(e, v).subject() == key.Subject {
			return false, nil
		}
	}
	conn := e.DB.Conn(ctx)
	if audienceID, ok := strings.CutPrefix(key.Subject, TriggerAudienceEntered+":"); ok {
		id, err := strconv.ParseInt(audienceID, 10, 64)
		if err != nil {
			return false, fmt.Errorf("read the audience: %w", err)
		}
		of := conn.Model(&model.SweepMember{}).Where("sop_id = ? AND audience_id = ?", key.SOPID, id)
		var ids []int64
		if err := of.Session(&gorm.Session{}).Limit(forgetPage).Pluck("contact_id", &ids).Error; err != nil {
			return false, fmt.Errorf("read who was inside: %w", err)
		}
		for part := range slices.Chunk(ids, chunk) {
			if err := of.Session(&gorm.Session{}).Delete(&model.SweepMember{}, "contact_id IN ?", part).Error; err != nil {
				return false, fmt.Errorf("forget who was inside: %w", err)
			}
		}
		if len(ids) == forgetPage {
			return true, nil
		}
	}
	err = conn.Delete(&model.Sweep{}, "sop_id = ? AND subject = ?", key.SOPID, key.Subject).Error
	return false, wrap("forget how far it had come", err)
}
