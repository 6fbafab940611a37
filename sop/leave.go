package sop

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sixtouch/model"
)

// reasonStageChanged is why a contact left a programme: they entered a stage that
// it is not for.
const reasonStageChanged = "stage_changed"

// anyStage stands for every stage in exit_stages.
const anyStage = "*"

// maxExitStages bounds the stages that end a programme.
const maxExitStages = 20

func (d Definition) checkExit(f faults) {
	if len(d.ExitStages) > maxExitStages {
		f.add("exit_stages", "names more than %d stages", maxExitStages)
	}
	for i, stage := range d.ExitStages {
		at := fmt.Sprintf("exit_stages[%d]", i)
		switch {
		case strings.TrimSpace(stage) == "" || len(stage) > maxWord:
			f.add(at, "name the stage that ends the programme, in at most %d bytes", maxWord)
		case slices.Contains(d.ExitStages[:i], stage):
			f.add(at, "%q is used twice", stage)
		case d.Trigger.Kind == TriggerStageEntered && stage == d.Trigger.Stage:
			f.add(at, "is the stage that lets people in")
		}
	}
	if len(d.ExitStages) > 0 && d.forGroups() {
		f.add("exit_stages", "are about people: customer groups have no stage")
	}
}

// endsAt tells whether entering the stage ends the programme for a contact.
func (d Definition) endsAt(stage string) bool {
	return slices.Contains(d.ExitStages, stage) || slices.Contains(d.ExitStages, anyStage)
}

// leaveByStage takes a contact who has entered a stage out of the programmes that
// it ends, each by the version that the contact runs on, and cancels what has
// not gone out. What the stage begins comes in afterwards, in the same
// transaction: nobody is ever in both or in neither.
func (e *Engine) leaveByStage(ctx context.Context, a model.Activity) error {
	var list []model.Enrollment
	err := e.DB.Conn(ctx).Select("id", "version_id", "state").
		Find(&list, "contact_id = ? AND state <> ?", a.ContactID, model.EnrollmentExited).Error
	if err != nil {
		return fmt.Errorf("load the contact's programmes: %w", err)
	}
	var inside, through []int64
	for _, en := range list {
		v, err := e.version(ctx, en.VersionID)
		switch {
		case err != nil:
			return err
		case !v.endsAt(a.Data.V.Stage):
		case en.State == model.EnrollmentCompleted:
			through = append(through, en.ID) // the last touch may still wait
		default:
			inside = append(inside, en.ID)
		}
	}
	if err := e.cancelTouches(ctx, reasonStageChanged, through); err != nil || len(inside) == 0 {
		return err
	}
	return e.endEnrollments(ctx, reasonStageChanged, "id IN ?", inside)
}
