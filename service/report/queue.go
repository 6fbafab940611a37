package report

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Enrollment is somebody, or a customer group, in a programme.
type Enrollment struct {
	model.Enrollment
	ContactName    string // or the group's
	ExternalUserID string `gorm:"column:external_userid"`
	RepName        string
}

// Enrollments lists who is or was in a programme, the latest first: in a scope,
// whom it shows. state may be empty for all.
func (s *Service) Enrollments(ctx context.Context, sopID int64, state model.EnrollmentState, page model.Page) ([]Enrollment, error) {
	q := s.db.Read(ctx).Model(&model.Enrollment{}).
		Select("enrollments.*, COALESCE(contacts.name, customer_groups.name, '') AS contact_name, COALESCE(contacts.external_userid, customer_groups.chat_id, '') AS external_userid, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN contacts ON contacts.id = enrollments.contact_id").
		Joins("LEFT JOIN customer_groups ON customer_groups.id = -enrollments.contact_id").
		Joins("LEFT JOIN reps ON reps.id = enrollments.rep_id").
		Where("enrollments.sop_id = ?", sopID).Order("enrollments.id DESC").Limit(page.Size())
	q = model.ScopeOf(ctx).OfWho(q, "enrollments.contact_id")
	if page.After > 0 {
		q = q.Where("enrollments.id < ?", page.After)
	}
	if state != "" {
		q = q.Where("enrollments.state = ?", state)
	}
	rows := []Enrollment{}
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list enrollments of SOP %d: %w", sopID, err)
	}
	return rows, nil
}

// QueueState is where an outgoing call stands, as an operator sees it.
type QueueState string

// Due: could be called now. Waiting: queued for later, or its programme is
// paused. Claimed: in mid-call. Submitted: WeCom has it and the rep has yet to
// act. Unknown: WeCom is being asked whether the call was made. Stuck: a person
// decides. Failed: refused for good.
const (
	QueueDue       QueueState = "due"
	QueueWaiting   QueueState = "waiting"
	QueueClaimed   QueueState = "claimed"
	QueueSubmitted QueueState = "submitted"
	QueueUnknown   QueueState = "unknown"
	QueueStuck     QueueState = "stuck"
	QueueFailed    QueueState = "failed"
)

// What a kill switch that is thrown is about, as sop.Stopped counts it: held in our
// queue; open, to be taken back; cancelling, read for what was sent before;
// cancelled; or not stoppable.
const (
	QueueHeld         QueueState = "held"
	QueueOpen         QueueState = "open"
	QueueCancelling   QueueState = "cancelling"
	QueueCancelled    QueueState = "cancelled"
	QueueNotStoppable QueueState = "not_stoppable"
)

// QueueStates lists the states that Queue knows.
func QueueStates() []QueueState {
	return []QueueState{
		QueueDue, QueueWaiting, QueueClaimed, QueueSubmitted, QueueUnknown, QueueStuck, QueueFailed,
		QueueHeld, QueueOpen, QueueCancelling, QueueCancelled, QueueNotStoppable,
	}
}

// QueueFilter says which calls; without SOPID those of all programmes.
type QueueFilter struct {
	State QueueState
	SOPID int64
}

// QueueRow is an outgoing call with its age.
type QueueRow struct {
	model.Dispatch
	RepName  string
	SOPName  string
	StepName string        `gorm:"-"` // in the version that runs; a step that is gone has none
	Age      time.Duration // since what put it into its state
}

// Queue lists outgoing calls in a state by id: of the reps in scope.
func (s *Service) Queue(ctx context.Context, f QueueFilter, page model.Page) ([]QueueRow, error) {
	now := s.db.Now(ctx)
	q := s.db.Read(ctx).Model(&model.Dispatch{}).
		Select("dispatches.*, COALESCE(reps.name, '') AS rep_name, COALESCE(sops.name, '') AS sop_name").
		Joins("LEFT JOIN reps ON reps.id = dispatches.rep_id").
		Joins("LEFT JOIN sops ON sops.id = dispatches.sop_id").
		Where("dispatches.id > ?", page.After).Order("dispatches.id").Limit(page.Size())
	q = model.ScopeOf(ctx).OfReps(q, "dispatches.rep_id")
	if f.SOPID != 0 {
		q = q.Where("dispatches.sop_id = ?", f.SOPID)
	}
	rows := []QueueRow{}
	switch f.State {
	case QueueDue:
		q = q.Where("dispatches.state = ? AND dispatches.next_at <= ? AND COALESCE(sops.state, ?) = ?", model.DispatchQueued, now, model.SOPLive, model.SOPLive)
	case QueueWaiting:
		q = q.Where("dispatches.state = ? AND (dispatches.next_at > ? OR COALESCE(sops.state, ?) <> ?)", model.DispatchQueued, now, model.SOPLive, model.SOPLive)
	case QueueClaimed:
		q = q.Where("dispatches.state = ?", model.DispatchSending)
	case QueueSubmitted:
		q = q.Where("dispatches.state = ?", model.DispatchSent)
	case QueueUnknown:
		q = q.Where("dispatches.state = ?", model.DispatchUnknown)
	case QueueStuck:
		q = q.Where("dispatches.state = ?", model.DispatchStuck)
	case QueueFailed:
		q = q.Where("dispatches.state = ?", model.DispatchFailed)
	case QueueHeld, QueueOpen, QueueCancelling, QueueCancelled, QueueNotStoppable:
		at, err := s.stoppedAt(ctx, f.SOPID)
		if err != nil || at == nil {
			return rows, err
		}
		q = ofStop(q, f.State, *at)
	default:
		return nil, model.Invalid("state", fmt.Sprintf("must be one of %v", QueueStates()))
	}
	if err := q.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list dispatches: %w", err)
	}
	sops := make([]int64, len(rows))
	for i, r := range rows {
		sops[i] = r.SOPID
	}
	steps, err := s.stepNames(ctx, sops)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		rows[i].Age = now.Sub(since(r.Dispatch))
		rows[i].StepName = steps[stepOf{r.SOPID, r.StepKey}]
	}
	return rows, nil
}

// stoppedAt is since when the kill switch of a programme, or with 0 the corp's, is
// thrown; nil: it is not.
func (s *Service) stoppedAt(ctx context.Context, sopID int64) (*time.Time, error) {
	var row struct{ StoppedAt *time.Time }
	q := s.db.Read(ctx).Model(&model.Switch{}).Where("name = ?", model.SwitchAll)
	if sopID != 0 {
		q = s.db.Read(ctx).Model(&model.SOP{}).Where("id = ?", sopID)
	}
	if err := q.Select("stopped_at").Limit(1).Scan(&row).Error; err != nil {
		return nil, fmt.Errorf("look at the kill switch: %w", err)
	}
	return row.StoppedAt, nil
}

func ofStop(q *gorm.DB, state QueueState, at time.Time) *gorm.DB {
	q = q.Where("dispatches.channel <> 'welcome'")
	switch {
	case state == QueueHeld:
		return q.Where("dispatches.state = ?", model.DispatchQueued)
	case state == QueueOpen:
		return q.Where("dispatches.state = ? AND dispatches.stop_error = ''", model.DispatchSent)
	case state == QueueNotStoppable:
		return q.Where("dispatches.state = ? AND dispatches.stop_error <> ''", model.DispatchSent)
	case state == QueueCancelling:
		return q.Where("dispatches.state = ?", model.DispatchCancelling)
	}
	return q.Where("dispatches.state = ? AND dispatches.final_at >= ?", model.DispatchCancelled, at)
}

func since(d model.Dispatch) time.Time {
	for _, t := range []*time.Time{d.FinalAt, d.SentAt, d.CalledAt} {
		if t != nil && d.State != model.DispatchQueued {
			return *t
		}
	}
	return d.CreatedAt
}

// Departments lists the departments that are not deleted, by id.
func (s *Service) Departments(ctx context.Context, page model.Page) ([]model.Department, error) {
	rows := []model.Department{}
	err := s.db.Read(ctx).Where("id > ? AND deleted_at IS NULL", page.After).Order("id").Limit(page.Size()).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	return rows, nil
}
