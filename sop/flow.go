package sop

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxFlowVersions bounds how many versions, the latest, lend a flow their steps.
const maxFlowVersions = 50

// Flow says where the people of a programme are. The first node is the entrance,
// where nobody has had a step yet.
type Flow struct {
	Number   int // of the version; 0 for all together
	Enrolled int
	Nodes    []FlowNode
}

// FlowNode is a step, with those whose latest step it is, by state and, if they
// left, reason. Reached counts them and everybody who is further; so a node's
// Reached is the next one's and its own people.
type FlowNode struct {
	FlowStep
	Reached int
	Here    []FlowCount
}

// FlowStep is a step in the order in which it comes.
type FlowStep struct {
	Key     string // empty: the entrance
	Name    string
	Channel string
	Offset  Offset
	Tested  bool // it has variants
	Removed bool // the latest version does not have it any more
}

// FlowCount is how many people are in a state for a reason.
type FlowCount struct {
	State  model.EnrollmentState
	Reason string
	Count  int
}

// Flow counts where everybody is, of one version (by its number) or of all: in a
// scope, everybody whom it shows. It costs as much as the programme has touches.
func (e *Engine) Flow(ctx context.Context, sopID int64, number int) (Flow, error) {
	steps, versionID, err := e.stepsOf(ctx, sopID, number)
	if err != nil {
		return Flow{}, err
	}
	var rows []struct {
		FlowCount `gorm:"embedded"`
		Furthest  int
	}
	err = e.DB.Read(ctx).Table("(?) x", e.furthest(ctx, sopID, versionID, steps)).
		Select("state, exit_reason AS reason, furthest, COUNT(*) AS count").Group("state, exit_reason, furthest").Scan(&rows).Error
	if err != nil {
		return Flow{}, fmt.Errorf("count where the people of SOP %d are: %w", sopID, err)
	}
	f := Flow{Number: number, Nodes: make([]FlowNode, len(steps)+1)}
	for i, s := range steps {
		f.Nodes[i+1].FlowStep = s
	}
	for _, r := range rows {
		f.Nodes[r.Furthest].Here = append(f.Nodes[r.Furthest].Here, r.FlowCount)
		for i := range r.Furthest + 1 {
			f.Nodes[i].Reached += r.Count
		}
	}
	f.Enrolled = f.Nodes[0].Reached
	for _, n := range f.Nodes {
		slices.SortFunc(n.Here, func(a, b FlowCount) int {
			return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
		})
	}
	return f, nil
}

// furthest is each person of a programme, or of one version of it, with the place
// of the last step that they have had.
func (e *Engine) furthest(ctx context.Context, sopID, versionID int64, steps []FlowStep) *gorm.DB {
	rank, args := rankSQL(steps)
	q := e.DB.Read(ctx).Table("enrollments e").Select("e.id, e.state, e.exit_reason, COALESCE(MAX("+rank+"), 0) AS furthest", args...).
		Joins("LEFT JOIN touches t ON t.enrollment_id = e.id").Where("e.sop_id = ?", sopID).Group("e.id, e.state, e.exit_reason")
	if versionID != 0 {
		q = q.Where("e.version_id = ?", versionID)
	}
	return model.ScopeOf(ctx).OfWho(q, "e.contact_id")
}

// rankSQL is the place of a touch's step, from 1; 0 for a step that nobody knows.
func rankSQL(steps []FlowStep) (expression string, args []any) {
	if len(steps) == 0 {
		return "CASE WHEN t.id IS NULL THEN NULL ELSE 0 END", nil
	}
	var b strings.Builder
	b.WriteString("CASE t.step_key")
	for i, s := range steps {
		b.WriteString(" WHEN ? THEN ?")
		args = append(args, s.Key, i+1)
	}
	b.WriteString(" ELSE 0 END")
	return b.String(), args
}

// stepsOf lists a programme's steps in the order in which they come: those of
// one version, or those of the running one with what earlier ones had besides,
// each behind what it followed. The id is 0 for all versions.
func (e *Engine) stepsOf(ctx context.Context, sopID int64, number int) ([]FlowStep, int64, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return nil, 0, err
	}
	q := e.DB.Read(ctx).Model(&model.SOPVersion{}).Where("sop_id = ?", sopID).Order("number DESC").Limit(maxFlowVersions)
	if number != 0 {
		q = q.Where("number = ?", number)
	}
	var ids []int64
	if err := q.Pluck("id", &ids).Error; err != nil {
		return nil, 0, fmt.Errorf("list versions of SOP %d: %w", sopID, err)
	}
	if number != 0 && len(ids) == 0 {
		return nil, 0, model.NotFound(fmt.Sprintf("version %d of SOP %d", number, sopID))
	}
	var steps []FlowStep
	for i, id := range ids {
		v, err := e.version(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		steps = mergeSteps(steps, v.inOrder(e.DB.Now(ctx)), i > 0)
	}
	if number == 0 {
		return steps, 0, nil
	}
	return steps, ids[0], nil
}

// inOrder lists the steps as they come to somebody who begins now, the welcome
// first.
func (v *Version) inOrder(now time.Time) []FlowStep {
	var out []FlowStep
	add := func(s Step) {
		out = append(out, FlowStep{Key: s.Key, Name: s.Name, Channel: s.Channel, Offset: s.Offset, Tested: len(s.Variants) > 0})
	}
	for _, s := range v.Steps {
		if s.Channel == ChannelWelcome {
			add(s)
		}
	}
	for _, s := range v.pending(now, nil) {
		add(*s.Step)
	}
	return out
}

// mergeSteps adds what an older version had besides, each behind the step that
// it followed there.
func mergeSteps(newer, older []FlowStep, removed bool) []FlowStep {
	at := 0
	for _, s := range older {
		if i := slices.IndexFunc(newer, func(n FlowStep) bool { return n.Key == s.Key }); i >= 0 {
			at = i + 1
			continue
		}
		s.Removed = removed
		newer = slices.Insert(newer, at, s)
		at++
	}
	return newer
}
