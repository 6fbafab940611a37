package sop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Arrival is what is known of somebody who adds a rep, at the moment when the
// welcome must leave: WeCom has not been asked about them.
type Arrival struct {
	ChannelState   string
	RepUserID      string
	ExternalUserID string
	At             time.Time
}

// Greeting is a live programme's welcome.
type Greeting struct {
	SOPID   int64
	StepKey string
	Content model.Content
}

// WelcomeContent names the welcome step that an arrival gets from a live
// programme, if any does; the oldest programme wins. The programme's trigger and
// entry filter are asked as far as their answer can be known; what cannot, such
// as the company of a stranger, does not stand in the way. People who will be
// held out are greeted like everybody: a welcome is politeness, and what is
// measured against them is the steps that follow.
func (e *Engine) WelcomeContent(ctx context.Context, a Arrival) (g Greeting, ok bool, err error) {
	var sops []model.SOP
	if err := e.DB.Read(ctx).Order("id").Find(&sops, "state = ?", model.SOPLive).Error; err != nil {
		return g, false, fmt.Errorf("load live SOPs: %w", err)
	}
	var known *newcomer
	for _, s := range sops {
		v, err := e.version(ctx, s.VersionID)
		if err != nil {
			return g, false, err
		}
		if v.Trigger.Kind != TriggerContactAdded || !v.has(ChannelWelcome) {
			continue
		}
		if known == nil {
			if known, err = e.newcomer(ctx, a); err != nil {
				return g, false, err
			}
		}
		if !v.welcomes(a.ChannelState, known.repID, a.At) || !v.Filter.Possible(known.facts, known.unknown...) {
			continue
		}
		g, err = e.greeting(ctx, s.ID, v)
		return g, err == nil, err
	}
	return g, false, nil
}

func (e *Engine) greeting(ctx context.Context, sopID int64, v *Version) (Greeting, error) {
	for _, step := range v.Steps {
		if step.Channel != ChannelWelcome {
			continue
		}
		var row model.StepContent
		err := e.DB.Read(ctx).Take(&row, "sop_id = ? AND step_key = ?", sopID, step.Key).Error
		return Greeting{sopID, step.Key, row.Content.V}, wrap(fmt.Sprintf("load welcome of SOP %d", sopID), err)
	}
	return Greeting{}, model.NotFound("welcome step")
}

// newcomer is an arrival with what our own store knows.
type newcomer struct {
	repID   int64 // 0: not stored yet
	facts   audience.Facts
	unknown []string // fields whose facts nobody has yet
}

func (e *Engine) newcomer(ctx context.Context, a Arrival) (*newcomer, error) {
	var reps []model.Rep
	if err := e.DB.Read(ctx).Select("id", "main_department").Limit(1).Find(&reps, "userid = ?", a.RepUserID).Error; err != nil {
		return nil, fmt.Errorf("look for the rep: %w", err)
	}
	now := e.DB.Now(ctx).In(e.Config.Zone)
	at := model.Instant(a.At)
	n := &newcomer{facts: audience.Facts{Now: now, AddedAt: &at}}
	begins := audience.Relationship{State: model.RelationshipActive, ChannelState: a.ChannelState}
	if len(reps) > 0 {
		n.repID, begins.RepID, begins.Department = reps[0].ID, reps[0].ID, reps[0].MainDepartment
	} else {
		n.unknown = append(n.unknown, "owner", "department")
	}
	var c model.Contact
	err := e.DB.Read(ctx).Select("id").Take(&c, "external_userid = ?", a.ExternalUserID).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		n.unknown = append(n.unknown, audience.Unheard()...)
	case err != nil:
		return nil, fmt.Errorf("look for the contact: %w", err)
	default:
		facts, err := audience.Load(ctx, e.DB, now, []int64{c.ID})
		if err != nil {
			return nil, fmt.Errorf("load what filters look at: %w", err)
		}
		n.facts, n.unknown = facts[c.ID], append(n.unknown, audience.RollUps()...)
	}
	n.facts.Relationships = append(n.facts.Relationships, begins)
	return n, nil
}
