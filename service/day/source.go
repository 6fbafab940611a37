package day

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxSnoozes is how often the engine lets a prompt be put off.
const maxSnoozes = 3

// prompts are what steps ask the rep to do: what is on their cards, and what they
// have put off.
func (s *Service) prompts(ctx context.Context, repID int64) ([]Item, error) {
	var touches []model.Touch
	if err := s.promptsQuery(ctx, repID).Find(&touches).Error; err != nil {
		return nil, fmt.Errorf("load prompts: %w", err)
	}
	asked, err := s.asked(ctx, touches)
	if err != nil {
		return nil, err
	}
	items := make([]Item, 0, len(touches))
	for _, t := range touches {
		i := Item{
			Kind: model.DayPrompt, ID: t.ID, At: t.NotBefore, DueAt: &t.ExpireAt, Channel: t.Channel, People: 1, Snoozes: maxSnoozes - putOff(t),
			SOPID: t.SOPID, StepKey: t.StepKey, ContactID: t.ContactID, Title: asked[t.ID].Title, Text: asked[t.ID].Text,
		}
		if t.State == model.TouchPlanned {
			if putOff(t) == 0 {
				continue // waits for its card, or for another gate
			}
			i.Until, i.Why = &t.NotBefore, t.LastReason()
		}
		items = append(items, i)
	}
	return items, nil
}

func (s *Service) promptsQuery(ctx context.Context, repID int64) *gorm.DB {
	return s.db.Read(ctx).Table(s.db.Walk("touches", "ix_touches_rep_state")).
		Where("rep_id = ? AND state IN ? AND channel = ?", repID, []model.TouchState{model.TouchAccepted, model.TouchPlanned}, model.ChannelRepPrompt).
		Order("id").Limit(2*most + 1)
}

// putOff counts how often the rep has put a prompt off.
func putOff(t model.Touch) int {
	n := 0
	for _, v := range t.Verdicts.V {
		if v.Gate == "rep" && v.Say == "defer" {
			n++
		}
	}
	return n
}

// asked are the words in which cards ask for what touches are about.
func (s *Service) asked(ctx context.Context, touches []model.Touch) (map[int64]model.Prompt, error) {
	var ids []int64
	for _, t := range touches {
		if t.DispatchID != nil {
			ids = append(ids, *t.DispatchID)
		}
	}
	slices.Sort(ids)
	var cards []model.Dispatch
	if err := s.db.Read(ctx).Select("id", "payload").Find(&cards, "id IN ?", slices.Compact(ids)).Error; err != nil {
		return nil, fmt.Errorf("load cards: %w", err)
	}
	out := map[int64]model.Prompt{}
	for _, d := range cards {
		for _, p := range d.Payload.V.Prompts {
			for _, id := range p.Touches {
				out[id] = p
			}
		}
	}
	return out, nil
}

// sends are the messages and moments that wait for the rep to send them in WeCom,
// which alone can tell us that they have.
func (s *Service) sends(ctx context.Context, repID int64) ([]Item, error) {
	var rows []struct {
		First  int64 // of its touches
		People int
	}
	if err := s.sendsQuery(ctx, repID).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("load sends: %w", err)
	}
	people := map[int64]int{}
	first := make([]int64, len(rows))
	for i, r := range rows {
		first[i], people[r.First] = r.First, r.People
	}
	var tasks []struct {
		model.Touch
		Payload model.JSON[model.DispatchPayload]
	}
	// What WeCom takes back, or may never have got, is not to be sent.
	err := s.db.Read(ctx).Table("touches t").Select("t.*, d.payload").Joins("JOIN dispatches d ON d.id = t.dispatch_id AND d.state = ?", model.DispatchSent).
		Where("t.id IN ?", first).Order("t.id").Scan(&tasks).Error
	items := make([]Item, len(tasks))
	for i, t := range tasks {
		load := t.Payload.V
		items[i] = Item{
			Kind: model.DaySend, ID: *t.DispatchID, At: t.NotBefore, DueAt: &t.ExpireAt, Channel: t.Channel, People: people[t.ID], SOPID: t.SOPID, StepKey: t.StepKey,
			Title: load.Title, Text: load.Content.Text, Attachments: len(load.Content.Attachments),
		}
	}
	return items, wrap("load what is to be sent", err)
}

func (s *Service) sendsQuery(ctx context.Context, repID int64) *gorm.DB {
	return s.db.Read(ctx).Table(s.db.Walk("touches", "ix_touches_rep_state")).Select("MIN(id) AS first, COUNT(*) AS people").
		Where("rep_id = ? AND state = ? AND channel <> ?", repID, model.TouchAccepted, model.ChannelRepPrompt).
		Group("dispatch_id").Order("dispatch_id").Limit(most + 1)
}

// handovers are MQLs that wait for the rep's word.
func (s *Service) handovers(ctx context.Context, repID int64) ([]Item, error) {
	var rows []struct {
		model.Handover
		Reason string
		Detail model.JSON[[]string]
	}
	err := s.db.Read(ctx).Table("handovers h").Select("h.*, e.reason, e.detail").Joins("JOIN stage_events e ON e.id = h.event_id").
		Where("h.rep_id = ? AND h.state = ?", repID, model.HandoverOpen).Order("h.id").Limit(most + 1).Scan(&rows).Error
	items := make([]Item, len(rows))
	for i, h := range rows {
		items[i] = Item{
			Kind: model.DayHandover, ID: h.ID, At: h.AskedAt, DueAt: &h.DueAt, People: 1, ContactID: h.ContactID, Reason: h.Reason, Detail: h.Detail.V,
		}
	}
	return items, wrap("load hand-overs", err)
}

// leads are new ones that are the rep's to take.
func (s *Service) leads(ctx context.Context, repID int64) ([]Item, error) {
	var rows []model.LeadRoute
	err := s.db.Read(ctx).Where("rep_id = ? AND state = ?", repID, model.RouteOpen).Order("created_at, id").Limit(most + 1).Find(&rows).Error
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i] = Item{Kind: model.DayLead, ID: r.ID, At: r.CreatedAt, People: 1, ContactID: r.ContactID, Note: r.Source}
	}
	return items, wrap("load leads", err)
}

// actions are those of accounts' plans that are due today or were before.
func (s *Service) actions(ctx context.Context, repID int64) ([]Item, error) {
	today := s.db.Now(ctx).In(s.zone).Format(time.DateOnly)
	var rows []model.AccountAction
	err := s.db.Read(ctx).Where("rep_id = ? AND done_at IS NULL AND due_day <= ?", repID, today).Order("due_day, id").Limit(most + 1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("load actions: %w", err)
	}
	items := make([]Item, len(rows))
	for i, a := range rows {
		day, err := time.ParseInLocation(time.DateOnly, a.DueDay, s.zone)
		if err != nil {
			return nil, fmt.Errorf("read the day of action %d: %w", a.ID, err)
		}
		due := model.Instant(day.AddDate(0, 0, 1))
		items[i] = Item{Kind: model.DayAction, ID: a.ID, At: a.CreatedAt, DueAt: &due, Title: a.Title, People: 1, AccountID: a.AccountID}
		if a.ContactID != nil {
			items[i].ContactID = *a.ContactID
		}
	}
	return items, nil
}

// lost are customers who have deleted the rep.
func (s *Service) lost(ctx context.Context, repID int64) ([]Item, error) {
	var rows []model.Relationship
	err := s.db.Read(ctx).Select("id", "contact_id", "ended_at").
		Where("rep_id = ? AND state = ? AND ended_at >= ?", repID, model.RelationshipLost, s.db.Now(ctx).Add(-lostFor)).
		Order("ended_at DESC").Limit(most + 1).Find(&rows).Error
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i] = Item{Kind: model.DayLost, ID: r.ID, At: *r.EndedAt, People: 1, ContactID: r.ContactID}
	}
	return items, wrap("load lost customers", err)
}

// hot are the rep's customers who have become MQLs of late, where somebody else
// was asked, or nobody is any more.
func (s *Service) hot(ctx context.Context, repID int64) ([]Item, error) {
	var rows []model.Contact
	err := s.hotQuery(ctx, repID).Scan(&rows).Error
	items := make([]Item, len(rows))
	for i, c := range rows {
		items[i] = Item{Kind: model.DayHot, ID: c.ID, At: *c.StageAt, People: 1, ContactID: c.ID}
	}
	return items, wrap("load hot customers", err)
}

func (s *Service) hotQuery(ctx context.Context, repID int64) *gorm.DB {
	return s.db.Read(ctx).Table(s.db.Walk("contacts c", "ix_contacts_stage_at")).Select("c.id", "c.stage_at").
		Joins("JOIN relationships r ON r.contact_id = c.id AND r.rep_id = ? AND r.state = ?", repID, model.RelationshipActive).
		Where("c.stage = ? AND c.stage_at >= ?", model.StageMQL, s.db.Now(ctx).Add(-hotFor)).
		Where("NOT EXISTS (SELECT 1 FROM handovers h WHERE h.contact_id = c.id AND h.open_slot = 1 AND h.rep_id = ?)", repID).
		Order("c.stage_at DESC, c.id DESC").Limit(most + 1)
}

// news is what happened of late to accounts of the rep's.
func (s *Service) news(ctx context.Context, repID int64) ([]Item, error) {
	var rows []model.AccountEvent
	err := s.db.Read(ctx).Table("accounts a").Select("e.id", "e.account_id", "e.kind", "e.title", "e.at", "e.created_at").
		Joins("JOIN account_events e ON e.account_id = a.id").
		Where("a.owner_id = ? AND a.live_slot = 1 AND e.at >= ?", repID, s.db.Now(ctx).Add(-newsFor)).
		Order("e.at DESC, e.id DESC").Limit(most + 1).Scan(&rows).Error
	items := make([]Item, len(rows))
	for i, e := range rows {
		items[i] = Item{Kind: model.DayNews, ID: e.ID, At: e.CreatedAt, People: 1, Title: e.Title, Note: e.Kind, AccountID: e.AccountID}
	}
	return items, wrap("load news of accounts", err)
}

// furnish adds what is known of the people, the accounts and the programmes, one
// query for each kind.
func (s *Service) furnish(ctx context.Context, items []Item) error {
	contacts, err := byID(ctx, s.db, items, func(i Item) int64 { return i.ContactID }, func(c model.Contact) int64 { return c.ID },
		"id", "external_userid", "name", "corp_name", "stage", "score", "account_id")
	if err != nil {
		return err
	}
	for n := range items {
		i := &items[n]
		c, ok := contacts[i.ContactID]
		if !ok {
			continue
		}
		i.ExternalUserID, i.ContactName, i.CorpName, i.Stage, i.Score = c.ExternalUserID, c.Name, c.CorpName, c.Stage, c.Score
		if i.AccountID == 0 && c.AccountID != nil {
			i.AccountID = *c.AccountID
		}
	}
	accounts, err := byID(ctx, s.db, items, func(i Item) int64 { return i.AccountID }, func(a model.Account) int64 { return a.ID }, "id", "name", "tier")
	if err != nil {
		return err
	}
	sops, err := byID(ctx, s.db, items, func(i Item) int64 { return i.SOPID }, func(p model.SOP) int64 { return p.ID }, "id", "name")
	if err != nil {
		return err
	}
	for n := range items {
		i := &items[n]
		i.AccountName, i.Tier, i.SOPName = accounts[i.AccountID].Name, accounts[i.AccountID].Tier, sops[i.SOPID].Name
	}
	return nil
}

func byID[T any](ctx context.Context, db *model.DB, items []Item, of func(Item) int64, id func(T) int64, columns ...string) (map[int64]T, error) {
	var ids []int64
	for _, i := range items {
		if n := of(i); n > 0 {
			ids = append(ids, n)
		}
	}
	slices.Sort(ids)
	out := map[int64]T{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []T
	if err := db.Read(ctx).Select(columns).Find(&rows, "id IN ?", slices.Compact(ids)).Error; err != nil {
		return nil, fmt.Errorf("load names: %w", err)
	}
	for _, r := range rows {
		out[id(r)] = r
	}
	return out, nil
}
