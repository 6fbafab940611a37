package sop

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// compileDraft compiles the programme's draft, which must be fit to be
// published.
func (e *Engine) compileDraft(ctx context.Context, sopID int64) (*Version, error) {
	s, err := e.sop(ctx, sopID)
	if err != nil {
		return nil, err
	}
	if _, err := e.draft(s); err != nil {
		return nil, err
	}
	v, err := e.compile(model.SOPVersion{SOPID: s.ID, Definition: s.Draft})
	if err != nil {
		return nil, err
	}
	return e.current(ctx, v)
}

// drafted looks at the people who would enter if the draft ran now.
func (o *oracle) drafted(ctx context.Context, q Question) error {
	v, err := o.engine.compileDraft(ctx, q.SOPID)
	if err != nil {
		return err
	}
	if err := o.meet(ctx, v); err != nil {
		return err
	}
	o.sops[v.SOPID] = model.SOP{ID: v.SOPID, Name: o.sops[v.SOPID].Name, State: model.SOPLive}
	for _, s := range v.Steps {
		row := model.StepContent{SOPID: v.SOPID, StepKey: s.Key, Variants: model.AsJSON(map[string]model.Content{})}
		if s.Content != nil {
			row.Content.V = *s.Content
		}
		for _, variant := range s.Variants {
			row.Variants.V[variant.Key] = *variant.Content
		}
		o.contents[contentKey{v.SOPID, s.Key}] = row
	}
	ids, err := o.matching(ctx, v)
	if err != nil {
		return err
	}
	global, err := o.engine.GlobalHoldout(ctx)
	if err != nil {
		return err
	}
	o.versions[v.ID], o.filters = v, append(o.filters, v.stepFilters()...)
	for page := range slices.Chunk(ids, chunk) {
		people, err := o.meetPeople(ctx, page)
		if err != nil {
			return err
		}
		for _, id := range page {
			f := people.factsFor(id, 0)
			if f.Voice == nil {
				continue
			}
			o.out.People++
			en := model.Enrollment{
				ID:    int64(-o.out.People), // not there yet
				SOPID: v.SOPID, ContactID: id, RepID: f.Voice.RepID, RelationshipID: f.Voice.ID, Run: 1,
				State: model.EnrollmentActive, AnchorAt: o.now, AnchorKind: v.Trigger.Kind, NextDueAt: v.first(o.now),
				Holdout: v.heldOut(id, global),
			}
			o.seats, o.facts[en.ID] = append(o.seats, en), f
		}
	}
	return o.compete(ctx, nil)
}

// matching are the contacts with a rep whom the programme's filter selects and
// who have never been inside; or the customer groups.
func (o *oracle) matching(ctx context.Context, v *Version) ([]int64, error) {
	if v.forGroups() {
		return o.matchingGroups(ctx, v)
	}
	where, args := v.Filter.SQL(o.now.In(o.engine.Config.Zone))
	var ids []int64
	err := o.engine.DB.Read(ctx).Table("contacts c").Where(where, args...).
		Where("EXISTS (SELECT 1 FROM relationships l WHERE l.contact_id = c.id AND l.state = ?)", model.RelationshipActive).
		Where("NOT EXISTS (SELECT 1 FROM enrollments n WHERE n.sop_id = ? AND n.contact_id = c.id)", v.SOPID).
		Order("c.id").Limit(outlookPeople+1).Pluck("c.id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("find who matches: %w", err)
	}
	if len(ids) > outlookPeople {
		o.out.CompleteUntil, ids = o.now, ids[:outlookPeople]
	}
	return ids, nil
}

// ifAddedToday adds what somebody who enters now would get of the programme
// asked for: of its draft, or of the version that runs.
func (o *oracle) ifAddedToday(ctx context.Context, q Question) error {
	if q.SOPID == 0 {
		return nil
	}
	s, err := o.engine.sop(ctx, q.SOPID)
	if err != nil {
		return err
	}
	set := Setting{Zone: o.engine.Config.Zone, Channels: o.engine.Channels}
	if set.Days, err = o.engine.days(ctx); err != nil {
		return err
	}
	if set.Limits, err = o.engine.limits(ctx); err != nil {
		return err
	}
	var d Definition
	if q.Draft || s.VersionID == 0 {
		d, err = ParseDefinition(s.Draft.V)
	} else {
		var v *Version
		if v, err = o.engine.version(ctx, s.VersionID); err == nil {
			d = v.Definition
		}
	}
	if err != nil {
		return err
	}
	hours, err := o.engine.hours(ctx)
	if err != nil {
		return err
	}
	o.out.IfAddedToday, err = Forecast(d.within(hours), o.now, set)
	return err
}
