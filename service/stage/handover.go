package stage

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"sixtouch/model"
)

// DefaultHandoverRule is how the inbox runs until somebody sets it otherwise: an
// answer within 120 working minutes, and what is late is shown, not decided.
func DefaultHandoverRule() model.HandoverRule {
	return model.HandoverRule{Scope: scopeGlobal, SLAMinutes: 120, WorkFrom: "09:00", WorkTo: "18:00", LeakDays: 14}
}

const scopeGlobal = "global"

// Bounds of the inbox's settings.
const (
	maxSLA      = 10 * 24 * 60 // working minutes
	maxLeakDays = 365
)

// HandoverRule returns how the inbox runs.
func (s *Service) HandoverRule(ctx context.Context) (model.HandoverRule, error) {
	var rows []model.HandoverRule
	if err := s.DB.Conn(ctx).Where("scope = ?", scopeGlobal).Limit(1).Find(&rows).Error; err != nil {
		return model.HandoverRule{}, fmt.Errorf("load the inbox's settings: %w", err)
	}
	if len(rows) == 0 {
		return DefaultHandoverRule(), nil
	}
	return rows[0], nil
}

// SetHandoverRule changes how the inbox runs. Hand-overs that are open keep the
// time that they were given.
func (s *Service) SetHandoverRule(ctx context.Context, r model.HandoverRule) error {
	faults := map[string]string{}
	if r.SLAMinutes < 1 || r.SLAMinutes > maxSLA {
		faults["sla_minutes"] = "must be 1 to 14400 working minutes"
	}
	if r.LeakDays < 1 || r.LeakDays > maxLeakDays {
		faults["leak_days"] = "must be 1 to 365 days"
	}
	from, errFrom := clockTime(r.WorkFrom)
	to, errTo := clockTime(r.WorkTo)
	switch {
	case errFrom != nil:
		faults["work_from"] = "needs the time of day as HH:MM"
	case errTo != nil:
		faults["work_to"] = "needs the time of day as HH:MM"
	case from >= to:
		faults["work_to"] = "must be later than the beginning"
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the inbox's settings have faults", Fields: faults}
	}
	r.Scope, r.UpdatedAt = scopeGlobal, s.DB.Now(ctx)
	return wrap("store the inbox's settings", s.DB.Conn(ctx).Save(&r).Error)
}

// hours are the working hours in force.
func (s *Service) hours(ctx context.Context, r model.HandoverRule) (hours, error) {
	working, err := s.Working(ctx)
	if err != nil {
		return hours{}, fmt.Errorf("load working days: %w", err)
	}
	from, err := clockTime(r.WorkFrom)
	if err != nil {
		return hours{}, err
	}
	to, err := clockTime(r.WorkTo)
	return hours{zone: s.Zone, from: from, to: to, working: working}, err
}

// handOver asks sales about a new MQL: the account's SDR or who stands in for
// them, else the contact's rep.
func (s *Service) handOver(ctx context.Context, p person, e model.StageEvent) error {
	rule, err := s.HandoverRule(ctx)
	if err != nil {
		return err
	}
	work, err := s.hours(ctx, rule)
	if err != nil {
		return err
	}
	var rep int64
	if p.AccountID != nil {
		if rep, err = s.Responsible(ctx, *p.AccountID); err != nil {
			return err
		}
		if rule.SLAMinutes, err = s.tierSLA(ctx, *p.AccountID, rule.SLAMinutes); err != nil {
			return err
		}
	}
	if rep == 0 {
		if rep, err = s.repOf(ctx, p.ID); err != nil {
			return err
		}
	}
	slot, now := int8(1), s.DB.Now(ctx)
	h := model.Handover{
		ContactID: p.ID, AccountID: p.AccountID, EventID: e.ID, RepID: rep, State: model.HandoverOpen, OpenSlot: &slot,
		Score: p.Score, AskedAt: now, DueAt: model.Instant(work.add(now, rule.SLAMinutes)), UpdatedAt: now,
	}
	return wrap("hand over", s.DB.Conn(ctx).Create(&h).Error)
}

// tierSLA is how many working minutes sales has for an account: what the policy
// of its tier says, or the policy for all others, else the inbox's.
func (s *Service) tierSLA(ctx context.Context, accountID int64, inbox int) (int, error) {
	var minutes []int
	err := s.DB.Conn(ctx).Table("accounts a").Joins("JOIN tier_policies p ON p.tier = a.tier OR p.tier = ''").
		Where("a.id = ?", accountID).Order("p.tier DESC").Limit(1).Pluck("p.sla_minutes", &minutes).Error
	if err != nil || len(minutes) == 0 || minutes[0] == 0 {
		return inbox, wrap("find the tier's time to answer", err)
	}
	return minutes[0], nil
}

// closeHandover ends the hand-over of a contact who has left MQL in another way
// than by its answer: forward is a yes, back is no answer.
func (s *Service) closeHandover(ctx context.Context, e model.StageEvent) error {
	state := model.HandoverWithdrawn
	if Rank(e.ToStage) > Rank(model.StageMQL) {
		state = model.HandoverAccepted
	}
	now := s.DB.Now(ctx)
	err := s.DB.Conn(ctx).Model(&model.Handover{}).Where("contact_id = ? AND open_slot = 1", e.ContactID).Updates(map[string]any{
		"state": state, "open_slot": nil, "decided_at": now, "decided_by": e.AuthorName, "updated_at": now,
	}).Error
	return wrap("close hand-over", err)
}

// withdraw takes the open hand-over of somebody whose personal data were erased
// out of the inbox: nobody is to follow them any more.
func (s *Service) withdraw(ctx context.Context, contactID int64) error {
	now := s.DB.Now(ctx)
	err := s.DB.Conn(ctx).Model(&model.Handover{}).Where("contact_id = ? AND open_slot = 1", contactID).Updates(map[string]any{
		"state": model.HandoverWithdrawn, "open_slot": nil, "decided_at": now, "updated_at": now,
	}).Error
	return wrap("withdraw hand-over", err)
}

// Accept says yes for sales: the MQL becomes a SAL, and whoever accepts follows.
func (s *Service) Accept(ctx context.Context, id int64, by string) error {
	return s.decide(ctx, id, by, map[string]any{"state": model.HandoverAccepted}, step{model.StageSAL, ReasonAccepted, []string{by}})
}

// Reject says no for sales: the MQL is a MIL again, and marketing reads why.
func (s *Service) Reject(ctx context.Context, id int64, reason, note, by string) error {
	if err := checkLoss("reason", reason); err != nil {
		return err
	}
	if utf8.RuneCountInString(note) > maxNote {
		return model.Invalid("note", "is longer than 500 characters")
	}
	return s.decide(ctx, id, by, map[string]any{"state": model.HandoverRejected, "reject_reason": reason, "note": note},
		step{model.StageMIL, ReasonRejected, []string{reason}})
}

// decide settles an open hand-over, by a person or, where by is empty, by the
// clock. Of two who decide at once one is told that it has been decided.
func (s *Service) decide(ctx context.Context, id int64, by string, set map[string]any, st step) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		now := s.DB.Now(ctx)
		set["open_slot"], set["decided_at"], set["decided_by"], set["updated_at"] = nil, now, by, now
		res := s.DB.Conn(ctx).Model(&model.Handover{}).Where("id = ? AND state = ?", id, model.HandoverOpen).Updates(set)
		if res.Error != nil {
			return res.Error
		}
		var found []model.Handover
		if err := s.DB.Conn(ctx).Where("id = ?", id).Limit(1).Find(&found).Error; err != nil {
			return err
		}
		switch {
		case len(found) == 0:
			return model.NotFound("hand-over")
		case res.RowsAffected == 0:
			return model.Conflict("this hand-over has been decided already")
		}
		p, err := s.person(ctx, found[0].ContactID)
		if err != nil {
			return err
		}
		m := move{step: st, at: now, author: model.StageByUser, name: by, repID: found[0].RepID}
		if by == "" {
			m.author = model.StageBySystem
		}
		_, err = s.moveByHand(ctx, p, m)
		return err
	})
	return wrap(fmt.Sprintf("decide hand-over %d", id), err)
}

// HandoverFilter chooses hand-overs.
type HandoverFilter struct {
	State   model.HandoverState // empty: any
	RepID   int64               // 0: any
	Overdue bool                // open ones whose time is up
}

// InboxRow is a hand-over as an inbox shows it.
type InboxRow struct {
	model.Handover
	ContactName string
	CorpName    string
	AccountName string
	RepName     string
	Reason      string               // of the stage event: why they are an MQL
	Detail      model.JSON[[]string] // the values that go with the reason
	// Left is how many working minutes there are until it is due, negative when it
	// is late; 0 for those that are decided.
	Left int `gorm:"-"`
}

// Inbox lists hand-overs, the longest waiting first.
func (s *Service) Inbox(ctx context.Context, f HandoverFilter, page model.Page) ([]InboxRow, error) {
	now := s.DB.Now(ctx)
	q := s.DB.Read(ctx).Table("handovers h").
		Select("h.*, c.name AS contact_name, c.corp_name, COALESCE(a.name, '') AS account_name, COALESCE(r.name, '') AS rep_name, e.reason, e.detail").
		Joins("JOIN contacts c ON c.id = h.contact_id").Joins("JOIN stage_events e ON e.id = h.event_id").
		Joins("LEFT JOIN accounts a ON a.id = h.account_id").Joins("LEFT JOIN reps r ON r.id = h.rep_id").Where("h.id > ?", page.After)
	if f.RepID != 0 {
		q = q.Where("h.rep_id = ?", f.RepID)
	}
	if f.Overdue {
		f.State, q = model.HandoverOpen, q.Where("h.due_at <= ?", now)
	}
	if f.State != "" {
		q = q.Where("h.state = ?", f.State)
	}
	q = model.ScopeOf(ctx).OfContactsOrReps(q, "h.contact_id", "h.rep_id")
	var list []InboxRow
	if err := q.Order("h.id").Limit(page.Size()).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("list hand-overs: %w", err)
	}
	return list, s.tellTime(ctx, list, now)
}

func (s *Service) tellTime(ctx context.Context, list []InboxRow, now time.Time) error {
	rule, err := s.HandoverRule(ctx)
	if err != nil {
		return err
	}
	work, err := s.hours(ctx, rule)
	if err != nil {
		return err
	}
	for i, h := range list {
		if h.State == model.HandoverOpen {
			list[i].Left = work.between(now, h.DueAt) - work.between(h.DueAt, now)
		}
	}
	return nil
}

// tickPage is how many rows one transaction of the scheduled pass takes.
const tickPage = 100

// Tick does what time alone brings: it takes MQLs back whose days are up while
// their score is too low, and, where the settings say so, accepts hand-overs
// that nobody has answered. It costs what is due. more says that there is work
// left. Beside that it puts old friends onto the ladder, some at each call.
func (s *Service) Tick(ctx context.Context) (more bool, err error) {
	aged, err := s.ageOut(ctx)
	if err != nil {
		return false, fmt.Errorf("look at ageing MQLs: %w", err)
	}
	accepted, err := s.acceptLate(ctx)
	if err != nil {
		return false, fmt.Errorf("accept late hand-overs: %w", err)
	}
	if err := s.catchUp(ctx); err != nil {
		return false, fmt.Errorf("put old friends onto the ladder: %w", err)
	}
	return aged || accepted, nil
}

const sweepMQL = "mql"

// ageOut looks once at each MQL, when their days are up: later the change of
// their score is what takes them back. The place that it has come to moves with
// what it did.
func (s *Service) ageOut(ctx context.Context) (more bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		more = false
		_, rules, err := s.InForce(ctx)
		if err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		until := model.Instant(now.Add(-rules.fallAfter()))
		at, err := s.sweepFrom(ctx, until)
		if err != nil {
			return err
		}
		var due []person
		err = s.DB.Conn(ctx).Table(s.DB.Walk("contacts", "ix_contacts_stage_at")).Select("id", "stage_at").
			Where("stage = ? AND stage_at BETWEEN ? AND ?", model.StageMQL, at.PassedAt, until).Where("stage_at > ? OR id > ?", at.PassedAt, at.AfterID).
			Order("stage_at, id").Limit(tickPage).Scan(&due).Error
		if err != nil || len(due) == 0 {
			return err
		}
		for _, p := range due {
			if err := s.apply(ctx, p.ID, model.Activity{}); err != nil {
				return err
			}
		}
		last := due[len(due)-1]
		more = len(due) == tickPage
		return s.DB.Conn(ctx).Save(&model.StageSweep{Subject: sweepMQL, PassedAt: *last.StageAt, AfterID: last.ID, UpdatedAt: now}).Error
	})
	return more, err
}

// sweepFrom is where the pass goes on. Rules with more days than before take it
// back: who had been looked at too early is looked at again.
func (s *Service) sweepFrom(ctx context.Context, until time.Time) (model.StageSweep, error) {
	var rows []model.StageSweep
	if err := s.DB.Conn(ctx).Where("subject = ?", sweepMQL).Limit(1).Find(&rows).Error; err != nil {
		return model.StageSweep{}, fmt.Errorf("load the pass: %w", err)
	}
	if len(rows) == 0 {
		return model.StageSweep{PassedAt: time.Unix(0, 0).UTC()}, nil
	}
	if rows[0].PassedAt.After(until) {
		return model.StageSweep{PassedAt: until}, nil
	}
	return rows[0], nil
}

func (s *Service) acceptLate(ctx context.Context) (more bool, err error) {
	rule, err := s.HandoverRule(ctx)
	if err != nil || !rule.AutoAccept {
		return false, err
	}
	var ids []int64
	err = s.DB.Read(ctx).Table(s.DB.Walk("handovers", "ix_handovers_due")).
		Where("state = ? AND due_at <= ?", model.HandoverOpen, s.DB.Now(ctx)).Order("due_at").Limit(tickPage).Pluck("id", &ids).Error
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		err := s.decide(ctx, id, "", map[string]any{"state": model.HandoverAccepted},
			step{model.StageSAL, ReasonClock, []string{strconv.Itoa(rule.SLAMinutes)}})
		if err != nil && model.CodeOf(err) != model.CodeConflict {
			return false, err // a conflict: somebody was quicker
		}
	}
	return len(ids) == tickPage, nil
}
