package routing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// fresh is how late a lead may be heard of and still be routed: what a full
// synchronisation finds has long been with its rep.
const fresh = 24 * time.Hour

// loadWindow is how far back open leads count as a rep's load.
const loadWindow = 30 * 24 * time.Hour

// Reactor routes leads as they come, again when their company becomes known, and
// notes when a rep has taken one up.
func (s *Service) Reactor() *Reactor { return &Reactor{s} }

// Reactor is the package's place in the line of reactors.
type Reactor struct{ s *Service }

// Name implements activity.Reactor.
func (*Reactor) Name() string { return "router of leads" }

// React implements activity.Reactor.
func (r *Reactor) React(ctx context.Context, a model.Activity) error {
	switch a.Kind {
	case model.ActivityContactAdded:
		return r.s.arrived(ctx, a)
	case model.ActivityAccountJoined:
		return r.s.companyKnown(ctx, a)
	case model.ActivityConversationLogged, model.ActivityMeetingHeld, model.ActivityCallAnswered:
		return r.s.takenUp(ctx, a)
	default:
		return nil
	}
}

// arrived names the contact's source, if it has none yet, and decides.
func (s *Service) arrived(ctx context.Context, a model.Activity) error {
	var rel model.Relationship
	if err := s.db.Conn(ctx).Select("id", "add_way", "channel_state").Take(&rel, a.RelationshipID).Error; err != nil {
		return fmt.Errorf("load relationship %d: %w", a.RelationshipID, err)
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	source := sourceOf(sources, rel.ChannelState, rel.AddWay)
	if source.Code != "" {
		err := s.db.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND source = ''", a.ContactID).UpdateColumn("source", source.Code).Error
		if err != nil {
			return fmt.Errorf("note the source of contact %d: %w", a.ContactID, err)
		}
	}
	if s.db.Now(ctx).Sub(a.OccurredAt) > fresh {
		return nil
	}
	return s.route(ctx, model.LeadRoute{
		ActivityID: a.ID, ContactID: a.ContactID, RelationshipID: a.RelationshipID, AdderID: a.RepID, Source: source.Code,
	}, source)
}

// companyKnown decides again about a lead that nobody works on yet: its account
// may be a target, or have an SDR.
func (s *Service) companyKnown(ctx context.Context, a model.Activity) error {
	var last model.LeadRoute
	err := s.db.Conn(ctx).Where("contact_id = ?", a.ContactID).Order("id DESC").Take(&last).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load the last route of contact %d: %w", a.ContactID, err)
	}
	if last.State == model.RouteTaken || last.Route == model.RouteRep || s.db.Now(ctx).Sub(last.CreatedAt) > loadWindow {
		return nil
	}
	var source model.LeadSource
	err = s.db.Conn(ctx).Where("code = ?", last.Source).Take(&source).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf("load source %s: %w", last.Source, err)
	}
	return s.route(ctx, model.LeadRoute{
		ActivityID: a.ID, ContactID: a.ContactID, RelationshipID: last.RelationshipID, AdderID: last.AdderID, Source: last.Source,
	}, source)
}

// route decides about a lead, stores the decision in the place of an earlier one
// and records it. A decision that changes nothing is not stored.
func (s *Service) route(ctx context.Context, row model.LeadRoute, source model.LeadSource) error {
	rules, version, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	lead := Lead{Source: source, Quality: qualityOf(source, rules), Adder: row.AdderID}
	var account model.Account
	err = s.db.Conn(ctx).Raw(`SELECT a.is_target, a.sdr_id FROM contacts c JOIN accounts a ON a.id = c.account_id WHERE c.id = ?`, row.ContactID).Scan(&account).Error
	if err != nil {
		return fmt.Errorf("load the account of contact %d: %w", row.ContactID, err)
	}
	lead.Target, lead.SDR = account.IsTarget, account.SDRID
	load, err := s.load(ctx, rules.Pool)
	if err != nil {
		return err
	}
	d := Decide(lead, rules, load)
	before, err := s.supersede(ctx, row.ContactID, d)
	if err != nil || before {
		return err
	}
	row.RepID, row.Route, row.RuleKey, row.AssignedBy = d.Rep, d.Route, d.Rule, d.AssignedBy
	row.Version, row.Quality, row.State, row.CreatedAt = version, lead.Quality, model.RouteOpen, s.db.Now(ctx)
	if d.Rep == 0 {
		row.State = model.RouteNurturing
	}
	if err := s.db.Conn(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("store the route of contact %d: %w", row.ContactID, err)
	}
	return s.record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%d", model.ActivityLeadRouted, row.ActivityID), Kind: model.ActivityLeadRouted,
		ContactID: row.ContactID, RepID: row.AdderID, RelationshipID: row.RelationshipID, OccurredAt: row.CreatedAt,
		Data: model.AsJSON(model.ActivityData{Key: string(d.Route), Reason: d.Rule, Score: int(lead.Quality)}),
	})
}

// supersede retires the contact's standing decision, unless the new one is the
// same: then it reports that.
func (s *Service) supersede(ctx context.Context, contactID int64, d Decision) (same bool, err error) {
	var standing []model.LeadRoute
	err = s.db.Conn(ctx).Where("contact_id = ? AND state IN ?", contactID, []model.RouteState{model.RouteOpen, model.RouteNurturing}).Find(&standing).Error
	if err != nil {
		return false, fmt.Errorf("load standing routes of contact %d: %w", contactID, err)
	}
	ids := make([]int64, 0, len(standing))
	for _, r := range standing {
		if r.Route == d.Route && (r.RepID == d.Rep || r.AssignedBy == byLoad && d.AssignedBy == byLoad) {
			return true, nil
		}
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return false, nil
	}
	err = s.db.Conn(ctx).Model(&model.LeadRoute{}).Where("id IN ?", ids).UpdateColumn("state", model.RouteSuperseded).Error
	if err != nil {
		return false, fmt.Errorf("retire routes of contact %d: %w", contactID, err)
	}
	return false, nil
}

// load counts the open leads of reps.
func (s *Service) load(ctx context.Context, reps []int64) (map[int64]int, error) {
	load := make(map[int64]int, len(reps))
	if len(reps) == 0 {
		return load, nil
	}
	var rows []struct {
		RepID int64
		N     int
	}
	err := s.db.Conn(ctx).Raw(`SELECT rep_id, COUNT(*) AS n FROM lead_routes
		WHERE rep_id IN ? AND state = ? AND created_at >= ? GROUP BY rep_id`, reps, model.RouteOpen, s.db.Now(ctx).Add(-loadWindow)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count open leads: %w", err)
	}
	for _, r := range rows {
		load[r.RepID] = r.N
	}
	return load, nil
}

// takenUp notes that the rep has talked with the lead.
func (s *Service) takenUp(ctx context.Context, a model.Activity) error {
	at := a.OccurredAt
	err := s.db.Conn(ctx).Model(&model.LeadRoute{}).Where("contact_id = ? AND state = ?", a.ContactID, model.RouteOpen).
		Updates(map[string]any{"state": model.RouteTaken, "taken_at": at}).Error
	if err != nil {
		return fmt.Errorf("note that contact %d was taken up: %w", a.ContactID, err)
	}
	return nil
}
