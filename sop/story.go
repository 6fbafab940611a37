package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
)

// Story is what one person has had in one programme and what is still to come,
// in order.
type Story struct {
	PersonInside
	SOPName string
	Number  int // of the version that they run on
	Entered Link
	Steps   []StoryStep
}

// StoryStep is a step of somebody's story: with its touch and what led to it, or
// without any.
type StoryStep struct {
	FlowStep
	Day   int        // local days from the anchor's
	Due   *time.Time // nil: it will not come any more
	Touch *model.Touch
	Chain []Link
}

// Story tells somebody's run through a programme, in a fixed number of queries;
// model.ErrNotFound.
func (e *Engine) Story(ctx context.Context, enrollmentID int64) (Story, error) {
	var people []PersonInside
	err := e.DB.Read(ctx).Table("enrollments e").
		Select("e.*, COALESCE(contacts.name, customer_groups.name, '') AS contact_name, COALESCE(contacts.corp_name, '') AS corp_name, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN contacts ON contacts.id = e.contact_id").
		Joins("LEFT JOIN customer_groups ON customer_groups.id = -e.contact_id").
		Joins("LEFT JOIN reps ON reps.id = e.rep_id").Where("e.id = ?", enrollmentID).Scan(&people).Error
	if err != nil {
		return Story{}, fmt.Errorf("load enrollment %d: %w", enrollmentID, err)
	}
	if len(people) == 0 {
		return Story{}, model.NotFound(fmt.Sprintf("enrollment %d", enrollmentID))
	}
	s := Story{PersonInside: people[0]}
	programme, err := e.sop(ctx, s.SOPID)
	if err != nil {
		return Story{}, err
	}
	s.SOPName = programme.Name
	if err := e.DB.Read(ctx).Model(&model.SOPVersion{}).Select("number").Where("id = ?", s.VersionID).Scan(&s.Number).Error; err != nil {
		return Story{}, fmt.Errorf("load the version of enrollment %d: %w", enrollmentID, err)
	}
	if s.Entered, err = e.whyEnrolled(ctx, s.Enrollment); err != nil {
		return Story{}, err
	}
	var touches []model.Touch
	if err := e.DB.Read(ctx).Order("id").Limit(maxSteps*2).Find(&touches, "enrollment_id = ?", enrollmentID).Error; err != nil {
		return Story{}, fmt.Errorf("load touches of enrollment %d: %w", enrollmentID, err)
	}
	chains, err := e.chains(ctx, touches)
	if err != nil {
		return Story{}, err
	}
	return s, e.addStory(ctx, &s, touches, chains)
}

// addStory lays out the steps: those that have a touch, and those of the version
// that are still to come or never will.
func (e *Engine) addStory(ctx context.Context, s *Story, touches []model.Touch, chains map[int64][]Link) error {
	v, err := e.version(ctx, s.VersionID)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	now := e.DB.Now(ctx)
	order := v.inOrder(now)
	s.PersonInside.Steps = make(map[string]StepFate, len(touches))
	for _, t := range touches {
		done[t.StepKey], s.PersonInside.Steps[t.StepKey] = true, StepFate{t.ID, t.Fate()}
		step := FlowStep{Key: t.StepKey, Channel: t.Channel, Removed: true}
		if i := slices.IndexFunc(order, func(f FlowStep) bool { return f.Key == t.StepKey }); i >= 0 {
			step = order[i]
		}
		s.Steps = append(s.Steps, StoryStep{FlowStep: step, Due: &t.DueAt, Touch: &t, Chain: chains[t.ID]})
	}
	w := v.shifted(s.Shift)
	ahead := s.NextDueAt != nil
	for _, due := range w.pending(s.AnchorAt, done) {
		i := slices.IndexFunc(order, func(f FlowStep) bool { return f.Key == due.Key })
		step := StoryStep{FlowStep: order[i]}
		if ahead {
			step.Due = &due.due
		}
		s.Steps = append(s.Steps, step)
	}
	slices.SortStableFunc(s.Steps, func(a, b StoryStep) int {
		switch {
		case a.Due != nil && b.Due != nil:
			return a.Due.Compare(*b.Due)
		case a.Due == nil && b.Due == nil:
			return 0
		case a.Due == nil:
			return 1
		}
		return -1
	})
	anchor := dateOf(s.AnchorAt, v.window.zone)
	for i := range s.Steps {
		if due := s.Steps[i].Due; due != nil {
			s.Steps[i].Day = int(dateOf(*due, v.window.zone).Sub(anchor) / (24 * time.Hour))
		}
	}
	return nil
}

// chains tell what led to each touch, in a fixed number of queries.
func (e *Engine) chains(ctx context.Context, touches []model.Touch) (map[int64][]Link, error) {
	dispatchIDs, winners := map[int64]bool{}, map[int64]bool{}
	for _, t := range touches {
		if t.DispatchID != nil {
			dispatchIDs[*t.DispatchID] = true
		}
		for _, v := range t.Verdicts.V {
			winners[v.SOPID] = true
		}
	}
	var calls []model.Dispatch
	err := e.DB.Read(ctx).Omit("payload").Find(&calls, "id IN ?", slices.Collect(maps.Keys(dispatchIDs))).Error
	if err != nil {
		return nil, fmt.Errorf("load calls of touches: %w", err)
	}
	var sops []model.SOP
	if err := e.DB.Read(ctx).Select("id", "name").Find(&sops, "id IN ?", slices.Collect(maps.Keys(winners))).Error; err != nil {
		return nil, fmt.Errorf("load programmes that won: %w", err)
	}
	names, byID := map[int64]string{}, map[int64]model.Dispatch{}
	for _, s := range sops {
		names[s.ID] = s.Name
	}
	for _, d := range calls {
		byID[d.ID] = d
	}
	out := make(map[int64][]Link, len(touches))
	for _, t := range touches {
		var call *model.Dispatch
		if t.DispatchID != nil {
			if d, ok := byID[*t.DispatchID]; ok {
				call = &d
			}
		}
		out[t.ID] = chainOf(t, call, names)
	}
	return out, nil
}
