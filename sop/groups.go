package sop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sixtouch/model"
)

// Reasons that concern customer groups only.
const (
	// ReasonNotOwner: the group is dismissed, or has another owner than the rep
	// who sent.
	ReasonNotOwner = "not_owner"
	// ReasonOwnerChanged: a group of the task passed to another owner before it was
	// sent, so it was taken back and its groups are asked about anew.
	ReasonOwnerChanged = "owner_changed"
	// ReasonGroupDismissed ends the enrollments of a group that is no more.
	ReasonGroupDismissed = "group_dismissed"
	// reasonContactGone ends those of a contact whom nobody can reach.
	reasonContactGone = "contact_gone"
)

// AnchorFormedAt has groups that enter by hand count from when they were formed,
// instead of from now (AnchorNow).
const AnchorFormedAt = "formed_at"

// forGroups tells whether the programme is for customer groups instead of people.
func (d Definition) forGroups() bool {
	return triggers()[d.Trigger.Kind].groups || d.Trigger.Kind == TriggerManual && d.has(ChannelGroupChat)
}

// checkGroups demands that every step reaches whom the trigger lets in. Groups
// have no tags, no stage and no history with us, so nothing can ask about those.
func (d Definition) checkGroups(f faults) {
	groups := d.forGroups()
	if groups && !d.Filter.Everybody() {
		f.add("filter", "is about people: customer groups have none")
	}
	if groups && d.Holdout > 0 {
		f.add("holdout", "is drawn among people: a programme for customer groups holds nobody out")
	}
	for i, s := range d.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		switch {
		case groups && s.Channel != ChannelGroupChat:
			f.add(at+".channel", "reaches people: every step of a programme for customer groups needs the channel group_chat")
		case !groups && s.Channel == ChannelGroupChat:
			f.add(at+".channel", "reaches customer groups: that needs the trigger group_created or manual")
		}
		if groups && !s.Filter.Everybody() {
			f.add(at+".filter", "is about people: customer groups have none")
		}
	}
}

// mixes refuses a programme that would be for groups when it has been for
// people, or the reverse: those who are inside could not move along.
func (e *Engine) mixes(ctx context.Context, s model.SOP, draft Definition) error {
	if s.VersionID == 0 {
		return nil
	}
	v, err := e.version(ctx, s.VersionID)
	if err != nil {
		return err
	}
	if v.forGroups() != draft.forGroups() {
		return model.Invalid("trigger.kind", "a programme that has run for people cannot go on for customer groups, nor the reverse: make a new one")
	}
	return nil
}

// demands refuses people where groups are meant, and the reverse.
func (v *Version) demands(groups bool) error {
	switch {
	case v.forGroups() && !groups:
		return model.Conflict("the SOP is for customer groups: it takes no contacts in")
	case groups && !v.forGroups():
		return model.Conflict("the SOP is for people: it takes no customer groups in")
	}
	return nil
}

// admitsGroup tells whether the trigger means a group of that owner and name.
func (v *Version) admitsGroup(a model.Activity) bool {
	t := v.Trigger
	return (len(t.RepIDs) == 0 || slices.Contains(t.RepIDs, a.RepID)) && strings.Contains(a.Data.V.GroupName, t.NameContains)
}

// addGroups loads customer groups as planning sees people: each has one voice,
// its owner. A rep who has left, or whom we do not know, can send nothing.
func (e *Engine) addGroups(ctx context.Context, p people, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	conn := e.DB.Conn(ctx)
	var groups []model.CustomerGroup
	if err := conn.Select("id", "chat_id", "name", "owner_userid", "formed_at", "dismissed_at").Find(&groups, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("load customer groups: %w", err)
	}
	owners := map[string]bool{}
	for _, g := range groups {
		owners[g.OwnerUserID] = true
		p.groups[g.Who()] = g
		p.contacts[g.Who()] = model.Contact{ID: g.Who(), ExternalUserID: g.ChatID, Name: g.Name}
	}
	var reps []model.Rep
	if err := conn.Find(&reps, "userid IN ?", slices.Sorted(maps.Keys(owners))).Error; err != nil {
		return fmt.Errorf("load owners of customer groups: %w", err)
	}
	for _, r := range reps {
		p.reps[r.ID] = r
		p.owners[strings.ToLower(r.UserID)] = r
	}
	return nil
}

// groupFacts are what planning knows of a customer group.
func (p people) groupFacts(g model.CustomerGroup) Facts {
	f := Facts{Contact: p.contacts[g.Who()], Group: g, Done: map[string]bool{}}
	if g.DismissedAt != nil {
		return f
	}
	owner, known := p.owners[strings.ToLower(g.OwnerUserID)]
	if !known {
		owner.LeftAt = &g.FormedAt // they may yet become known
	}
	f.Rep = owner
	f.Voice = &model.Relationship{RepID: owner.ID, ContactID: g.Who(), State: model.RelationshipActive, AddedAt: g.FormedAt}
	return f
}

// gone is why an enrollment ends that nobody can speak for.
func (f Facts) gone() string {
	if f.Group.ID != 0 {
		return ReasonGroupDismissed
	}
	return reasonContactGone
}

// apart parts contacts from customer groups.
func apart(who []int64) (contacts, groups []int64) {
	if !slices.ContainsFunc(who, func(id int64) bool { return id < 0 }) {
		return who, nil
	}
	for _, id := range who {
		if group := model.GroupOf(id); group != 0 {
			groups = append(groups, group)
		} else {
			contacts = append(contacts, id)
		}
	}
	return contacts, groups
}

// EnrollGroups lets customer groups into a programme for groups by hand, counted
// from now or, with AnchorFormedAt, from when each was formed: then they come in
// at day N of their own age. It returns how many came in; dismissed ones do not.
func (e *Engine) EnrollGroups(ctx context.Context, sopID int64, groupIDs []int64, from string) (int, error) {
	if len(groupIDs) == 0 || len(groupIDs) > maxManual {
		return 0, model.Invalid("group_ids", fmt.Sprintf("name 1 to %d customer groups", maxManual))
	}
	if !slices.Contains([]string{"", AnchorNow, AnchorFormedAt}, from) {
		return 0, model.Invalid("anchor", "must be now or formed_at")
	}
	who := make([]int64, len(groupIDs))
	for i, id := range groupIDs {
		who[i] = model.CustomerGroup{ID: id}.Who()
	}
	return e.enrollByHand(ctx, sopID, who, true, func(f Facts) entry {
		now := e.DB.Now(ctx)
		if from == AnchorFormedAt {
			return entry{anchor: anchor{f.Group.FormedAt, &now}, kind: AnchorFormedAt}
		}
		return entry{anchor: anchor{at: now}, kind: TriggerManual}
	})
}

// groupsOf are the customer groups that a rep owns, as programmes know them, the
// newest first.
func (e *Engine) groupsOf(ctx context.Context, repID int64) ([]int64, error) {
	var groups []model.CustomerGroup
	err := e.DB.Read(ctx).Joins("JOIN reps ON reps.userid = customer_groups.owner_userid").
		Where("reps.id = ? AND customer_groups.dismissed_at IS NULL", repID).
		Select("customer_groups.id").Order("customer_groups.id DESC").Limit(outlookPeople).Find(&groups).Error
	who := make([]int64, len(groups))
	for i, g := range groups {
		who[i] = g.Who()
	}
	return who, wrap("find the rep's customer groups", err)
}

// matchingGroups are the customer groups that a programme's trigger means and
// that have never been inside, the newest first.
func (o *oracle) matchingGroups(ctx context.Context, v *Version) ([]int64, error) {
	q := o.engine.DB.Read(ctx).Table("customer_groups g").Joins("JOIN reps ON reps.userid = g.owner_userid").
		Where("g.dismissed_at IS NULL AND reps.left_at IS NULL").
		Where("NOT EXISTS (SELECT 1 FROM enrollments n WHERE n.sop_id = ? AND n.contact_id = -g.id)", v.SOPID)
	if reps := v.Trigger.RepIDs; len(reps) > 0 {
		q = q.Where("reps.id IN ?", reps)
	}
	var groups []model.CustomerGroup
	if err := q.Select("g.id", "g.name").Order("g.id DESC").Limit(outlookPeople + 1).Find(&groups).Error; err != nil {
		return nil, fmt.Errorf("find which customer groups match: %w", err)
	}
	if len(groups) > outlookPeople {
		o.out.CompleteUntil, groups = o.now, groups[:outlookPeople]
	}
	var who []int64
	for _, g := range groups {
		if strings.Contains(g.Name, v.Trigger.NameContains) {
			who = append(who, g.Who())
		}
	}
	return who, nil
}

// addressees are where what WeCom calls the recipients of a channel is found.
type addressees struct{ table, join, who, remoteID string }

func (c ChannelInfo) addressees() addressees {
	if c.Reach == ReachGroup {
		return addressees{"customer_groups", "customer_groups.id = -touches.contact_id", "-customer_groups.id", "customer_groups.chat_id"}
	}
	return addressees{"contacts", "contacts.id = touches.contact_id", "contacts.id", "contacts.external_userid"}
}

// named is the condition that a touch is for one of those whom WeCom calls so.
func (a addressees) named() string {
	return "contact_id IN (SELECT " + a.who + " FROM " + a.table + " WHERE " + a.remoteID + " IN ?)"
}

// whoAre finds contacts and customer groups by WeCom's ids.
func (e *Engine) whoAre(ctx context.Context, remoteIDs []string) (map[string]int64, error) {
	out := map[string]int64{}
	var contacts []model.Contact
	if err := e.DB.Conn(ctx).Select("id", "external_userid").Find(&contacts, "external_userid IN ?", remoteIDs).Error; err != nil {
		return nil, err
	}
	for _, c := range contacts {
		out[c.ExternalUserID] = c.ID
	}
	if len(out) == len(remoteIDs) {
		return out, nil
	}
	var groups []model.CustomerGroup
	if err := e.DB.Conn(ctx).Select("id", "chat_id").Find(&groups, "chat_id IN ?", remoteIDs).Error; err != nil {
		return nil, err
	}
	for _, g := range groups {
		out[g.ChatID] = g.Who()
	}
	return out, nil
}

// askNewOwners plans touches anew whose sender no longer owned the group: WeCom
// says that nothing came of them, so the owner of today is asked. It tells which.
// Where there is none, or we know of no other, they fail.
func (e *Engine) askNewOwners(ctx context.Context, d model.Dispatch, info ChannelInfo, outcomes []Outcome) (map[int64]bool, error) {
	var lost []string
	for _, o := range outcomes {
		if o.Reason == ReasonNotOwner {
			lost = append(lost, o.ExternalUserID)
		}
	}
	asked := map[int64]bool{}
	if len(lost) == 0 {
		return asked, nil
	}
	var touches []model.Touch
	err := e.DB.Conn(ctx).Where("dispatch_id = ? AND state = ?", d.ID, model.TouchAccepted).
		Where(info.addressees().named(), lost).Find(&touches).Error
	if err != nil {
		return nil, fmt.Errorf("load touches of groups with another owner: %w", err)
	}
	ids := make([]int64, len(touches))
	for i, t := range touches {
		ids[i] = t.ContactID
	}
	people, err := e.people(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	now := e.DB.Now(ctx)
	var anew []model.Touch
	for _, t := range touches {
		f := people.factsFor(t.ContactID, 0)
		if f.Voice == nil || f.Rep.LeftAt != nil || f.Rep.ID == t.RepID {
			continue
		}
		t.State, t.DispatchID, t.SentAt, t.UpdatedAt = model.TouchPlanned, nil, nil, now
		t.NotBefore, t.ExpireAt, t.LimitDay = now, later(t.ExpireAt, now.Add(decidedGrace)), ""
		t.Verdicts.V = append(t.Verdicts.V, model.Verdict{At: now, Gate: gateReachable, Say: "defer", Reason: ReasonNotOwner})
		anew, asked[t.ID] = append(anew, t), true
	}
	model.AfterCommit(ctx, e.Wake)
	return asked, e.saveTouches(ctx, anew)
}

// passOn takes a task back in which a group waits that has passed to another
// owner: the sender can no longer send it there. What is left of the task is put
// into new ones, each for the owner of today.
func (e *Engine) passOn(ctx context.Context, d model.Dispatch) error {
	if d.StopError != "" {
		return nil // WeCom has refused to take it back: the sender's results tell
	}
	var n int64
	err := e.DB.Conn(ctx).Model(&model.Touch{}).Joins("JOIN customer_groups ON customer_groups.id = -touches.contact_id").
		Joins("JOIN reps ON reps.userid = customer_groups.owner_userid").
		Where("touches.dispatch_id = ? AND touches.state = ?", d.ID, model.TouchAccepted).
		Where("customer_groups.dismissed_at IS NULL AND reps.left_at IS NULL AND reps.id <> ?", d.RepID).Count(&n).Error
	if err != nil {
		return fmt.Errorf("look for groups of dispatch %d with another owner: %w", d.ID, err)
	}
	if n == 0 {
		return nil
	}
	return e.cancel(ctx, d)
}

// twins tells whether another call of unknown outcome asked the same rep for the
// same content: the tasks of a channel that does not name their recipients could
// be either's, until a person has decided. One that is still in mid-call will
// tell in a moment.
func (e *Engine) twins(ctx context.Context, d model.Dispatch) (unknown, calling bool, err error) {
	var others []model.Dispatch
	err = e.DB.Conn(ctx).Select("id", "state", "payload").
		Find(&others, "state IN ? AND channel = ? AND rep_id = ? AND id <> ?",
			[]model.DispatchState{model.DispatchSending, model.DispatchUnknown, model.DispatchStuck}, d.Channel, d.RepID, d.ID).Error
	if err != nil {
		return false, false, fmt.Errorf("find calls like dispatch %d: %w", d.ID, err)
	}
	for _, other := range others {
		if sameJSON(other.Payload.V.Content, d.Payload.V.Content) {
			unknown = unknown || other.State != model.DispatchSending
			calling = calling || other.State == model.DispatchSending
		}
	}
	return unknown, calling, nil
}
