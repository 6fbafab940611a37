package sop

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/service/experiment"
)

// Bounds of the shares of people who are held out, in percent.
const (
	maxSOPHoldout    = 10
	maxGlobalHoldout = 5
)

// Who holds a contact out of sending.
const (
	holdoutGlobal = "global"
	holdoutSOP    = "sop"
)

func (d Definition) checkHoldout(f faults) {
	if !validShare(d.Holdout, maxSOPHoldout) {
		f.add("holdout", "must be 0 to %d percent, in hundredths at most", maxSOPHoldout)
	}
}

// validShare tells whether a share in percent falls between buckets.
func validShare(percent, most float64) bool {
	hundredths := percent * 100
	return percent >= 0 && percent <= most && math.Abs(hundredths-math.Round(hundredths)) < 1e-6
}

// has tells whether a step uses the channel.
func (d Definition) has(channel string) bool {
	for _, s := range d.Steps {
		if s.Channel == channel {
			return true
		}
	}
	return false
}

// heldOut tells who holds the contact out of the version's sending. Global and
// programme shares have different salts, and so different people. Nobody holds
// customer groups out.
func (v *Version) heldOut(contactID int64, global float64) string {
	if model.GroupOf(contactID) != 0 {
		return ""
	}
	unit := fmt.Sprintf("contact:%d", contactID)
	switch {
	case experiment.Held("holdout:"+holdoutGlobal, unit, global):
		return holdoutGlobal
	case experiment.Held(fmt.Sprintf("holdout:sop-%d", v.SOPID), unit, v.Holdout):
		return holdoutSOP
	}
	return ""
}

// GlobalHoldout is the share of all people, in percent, whom no programme
// sends anything.
func (e *Engine) GlobalHoldout(ctx context.Context) (float64, error) {
	var row model.Holdout
	err := e.DB.Conn(ctx).Take(&row, "scope = ?", holdoutGlobal).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	return row.Percent, wrap("load the global holdout", err)
}

// SetGlobalHoldout changes the share, 0 to 5 percent. It concerns those who
// enter from now on; whoever is inside stays held out or not.
func (e *Engine) SetGlobalHoldout(ctx context.Context, percent float64) error {
	if !validShare(percent, maxGlobalHoldout) {
		return model.Invalid("percent", fmt.Sprintf("must be 0 to %d percent, in hundredths at most", maxGlobalHoldout))
	}
	row := model.Holdout{Scope: holdoutGlobal, Percent: percent, UpdatedAt: e.DB.Now(ctx)}
	err := e.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	return wrap("store the global holdout", err)
}
