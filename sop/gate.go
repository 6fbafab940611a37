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

// gate is the last look before a dispatch is made, with everything it needs
// loaded in sets: facts may have changed since planning.
type gate struct {
	people   people
	left     map[int64]bool // enrollments that have exited since
	versions map[int64]*Version
	content  model.StepContent
	tags     map[int64]string // our tag id → WeCom's
	asked    map[int64]bool   // touches whose limits are asked anew
	book     *book            // of their contacts and reps
	cohorts  map[int64]string // by touch, for channels that need it
}

func (e *Engine) dispatchGate(ctx context.Context, g group, touches []model.Touch) (*gate, error) {
	out := &gate{left: map[int64]bool{}, versions: map[int64]*Version{}, tags: map[int64]string{}, asked: map[int64]bool{}}
	var contactIDs, enrollmentIDs, tagIDs []int64
	var filters []audience.Filter
	for _, t := range touches {
		contactIDs = append(contactIDs, t.ContactID)
		if t.EnrollmentID != nil {
			enrollmentIDs = append(enrollmentIDs, *t.EnrollmentID)
		}
		if out.versions[t.VersionID] != nil {
			continue
		}
		v, err := e.version(ctx, t.VersionID)
		if err != nil {
			return nil, err
		}
		out.versions[t.VersionID] = v
		if s, ok := v.step(g.StepKey); ok {
			tagIDs, filters = append(append(tagIDs, s.AddTags...), s.RemoveTags...), append(filters, s.Filter)
		}
	}
	var err error
	if out.people, err = e.people(ctx, contactIDs, filters); err != nil {
		return nil, err
	}
	var left []int64
	err = e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id IN ? AND state = ?", enrollmentIDs, model.EnrollmentExited).Pluck("id", &left).Error
	if err != nil {
		return nil, fmt.Errorf("load ended enrollments: %w", err)
	}
	for _, id := range left {
		out.left[id] = true
	}
	if err := e.loadStep(ctx, g, tagIDs, out); err != nil {
		return nil, err
	}
	if err := e.dispatchBook(ctx, out, touches); err != nil {
		return nil, err
	}
	return out, nil
}

func (e *Engine) loadStep(ctx context.Context, g group, tagIDs []int64, out *gate) error {
	err := e.DB.Conn(ctx).Take(&out.content, "sop_id = ? AND step_key = ?", g.SOPID, g.StepKey).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf("load content of step %s: %w", g.StepKey, err)
	}
	if len(tagIDs) == 0 {
		return nil
	}
	var tags []model.Tag
	if err := e.DB.Conn(ctx).Find(&tags, "id IN ?", tagIDs).Error; err != nil {
		return fmt.Errorf("load tags of step %s: %w", g.StepKey, err)
	}
	for _, t := range tags {
		out.tags[t.ID] = t.WeComID
	}
	return nil
}

// passage is what the gate says about a touch: what its dispatch carries, or
// why it is skipped, or from when on to ask again, or whose voice it moves to.
type passage struct {
	load  model.DispatchPayload
	skip  string
	until time.Time
	wait  string // why it waits until then
	voice *model.Relationship
	day   string       // on which it counts for limits
	held  *model.Touch // the touch as the limits leave it: put off or skipped
}

// free tells whether the touch may go now.
func (p passage) free() bool {
	return p.skip == "" && p.until.IsZero() && p.voice == nil && p.held == nil
}

// open asks everything again that may have changed since the touch was planned.
func (g *gate) open(t model.Touch, now time.Time) passage {
	facts := g.people.factsFor(t.ContactID, t.RelationshipID)
	v := g.versions[t.VersionID]
	step, ok := v.step(t.StepKey)
	opens := v.window.next(now)
	switch {
	case t.EnrollmentID != nil && g.left[*t.EnrollmentID]:
		return passage{skip: "exited"}
	case now.After(t.ExpireAt):
		return passage{skip: ReasonExpired}
	case facts.passing(now):
		return passage{until: now.Add(handOverPause), wait: "hand_over"}
	case facts.Voice == nil && facts.Group.ID != 0:
		return passage{skip: ReasonGroupDismissed}
	case facts.Voice == nil:
		return passage{skip: ReasonNotFriend}
	case facts.Voice.ID != t.RelationshipID, facts.Voice.RepID != t.RepID:
		return passage{voice: facts.Voice}
	case facts.Rep.LeftAt != nil:
		return passage{skip: ReasonRepGone}
	case v.refuses(t.Channel, facts.Audience):
		return passage{skip: ReasonConsentRefused}
	case !ok || !step.Filter.Match(facts.Audience):
		return passage{skip: ReasonFilter}
	case opens.After(t.ExpireAt):
		return passage{skip: ReasonExpired}
	case opens.After(now):
		return passage{until: opens, wait: reasonWindow}
	}
	booked := g.limit(v, step, t, now)
	if booked.State != model.TouchPlanned || booked.NotBefore.After(now) {
		return passage{held: &booked}
	}
	load, reason := g.load(t, step, facts, v.channels[step.Channel].Reach)
	return passage{load: load, skip: reason, day: booked.LimitDay}
}

// limit books a touch anew that has lost its reservation or may have.
func (g *gate) limit(v *Version, step Step, t model.Touch, now time.Time) model.Touch {
	if !g.asked[t.ID] {
		return t
	}
	t.NotBefore, t.Verdicts.V = now, slices.Clone(t.Verdicts.V)
	v.book(&t, step, g.book.of(t.ContactID, t.RepID), now)
	g.book.enter(v, t)
	return t
}

// load is what the touch's dispatch carries, or why there is nothing to carry.
func (g *gate) load(t model.Touch, step Step, facts Facts, reach Reach) (model.DispatchPayload, string) {
	var p model.DispatchPayload
	p.UserID, p.Title = facts.Rep.UserID, step.Name
	p.AddTags, p.RemoveTags = g.wecomTags(step.AddTags), g.wecomTags(step.RemoveTags)
	if len(step.AddTags)+len(step.RemoveTags) > 0 {
		if len(p.AddTags)+len(p.RemoveTags) == 0 {
			return p, "tag_deleted"
		}
		return p, ""
	}
	content, ok := said(g.content, t.Variant)
	if !ok {
		return p, ReasonNoContent
	}
	var err error
	if p.Content, err = content.Render(model.Fields{Name: facts.Contact.Name, Rep: facts.Rep.Name}); err != nil {
		return p, ReasonMissingField
	}
	if reach != ReachRep && len(p.Content.Text) > model.MaxTextBytes {
		return p, ReasonTextTooLong // of this contact or group alone, whose name is long
	}
	return p, ""
}

func (g *gate) wecomTags(ids []int64) []string {
	var out []string
	for _, id := range ids {
		if w := g.tags[id]; w != "" {
			out = append(out, w)
		}
	}
	return out
}
