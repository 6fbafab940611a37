package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Turn is a deal's step: to another of its own stages, or won, lost, open again.
type Turn struct {
	Stage   string                 // empty: stays
	State   model.OpportunityState // empty: stays
	Reason  string                 // to lost: a loss reason
	Version int64                  // that the person has read; 0 takes whatever there is
	By      string
}

// Turn moves a deal on. A win makes the account a customer and its contact a won
// one; a loss takes the contact off the ladder, unless another of their deals is
// still open.
func (s *Service) Turn(ctx context.Context, id int64, t Turn) (model.Opportunity, error) {
	var o model.Opportunity
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.lock(ctx, id, t.Version); err != nil {
			return err
		}
		edits, err := s.turn(ctx, &o, t)
		if err != nil {
			return err
		}
		if err := s.save(ctx, &o, t.By, edits...); err != nil {
			return err
		}
		if t.State == "" {
			return nil
		}
		return s.turned(ctx, o, t)
	})
	return o, wrap(fmt.Sprintf("move opportunity %d", id), err)
}

func (s *Service) turn(ctx context.Context, o *model.Opportunity, t Turn) ([]edit, error) {
	var edits []edit
	if t.Stage != "" {
		stages, err := s.opportunityStages(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case !slices.Contains(stages, t.Stage):
			return nil, model.Invalid("stage", fmt.Sprintf("%q is none of %v", t.Stage, stages))
		case o.State != model.OpportunityOpen && t.State != model.OpportunityOpen:
			return nil, model.Conflict("the opportunity is closed: open it again first")
		case t.Stage != o.Stage:
			edits = append(edits, edit{field: "stage", from: o.Stage, to: t.Stage})
			o.Stage = t.Stage
		}
	}
	if t.State == "" {
		if t.Reason != "" {
			return nil, model.Invalid("reason", "belongs to steps back and losses")
		}
		return edits, nil
	}
	if err := checkTurn(o.State, t); err != nil {
		return nil, err
	}
	edits = append(edits, edit{field: "state", from: string(o.State), to: string(t.State), reason: t.Reason})
	now := s.DB.Now(ctx)
	o.State, o.CloseReason, o.ClosedAt, o.OpenSeconds = t.State, t.Reason, nil, nil
	if t.State != model.OpportunityOpen {
		seconds := int64(now.Sub(o.OpenedAt) / time.Second)
		o.ClosedAt, o.OpenSeconds = &now, &seconds
	}
	return edits, nil
}

func checkTurn(from model.OpportunityState, t Turn) error {
	switch {
	case t.State == from:
		return model.Conflict("the opportunity is in that state already")
	case from == model.OpportunityWon:
		return model.Conflict("a won opportunity stays won")
	case t.State == model.OpportunityLost:
		return checkLoss("reason", t.Reason)
	case t.State != model.OpportunityWon && t.State != model.OpportunityOpen:
		return model.Invalid("state", "must be open, won or lost")
	case t.State == model.OpportunityWon && from == model.OpportunityLost:
		return model.Conflict("the opportunity is closed: open it again first")
	case t.Reason != "":
		return model.Invalid("reason", "belongs to steps back and losses")
	}
	return nil
}

// turned is what a deal's end, or its second beginning, means for its account
// and its contact.
func (s *Service) turned(ctx context.Context, o model.Opportunity, t Turn) error {
	if o.State == model.OpportunityWon {
		if err := s.makeCustomers(ctx, []int64{o.AccountID}); err != nil {
			return err
		}
	}
	if o.ContactID == 0 {
		return nil
	}
	p, err := s.person(ctx, o.ContactID)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	st, ok, err := s.follows(ctx, o, p, t)
	if err != nil || !ok {
		return err
	}
	o.CreatedBy = t.By
	return s.carry(ctx, o, p, st)
}

// follows tells where a deal's turn takes its contact.
func (s *Service) follows(ctx context.Context, o model.Opportunity, p person, t Turn) (step, bool, error) {
	id := strconv.FormatInt(o.ID, 10)
	switch o.State {
	case model.OpportunityWon:
		// A renewal that is won leaves the contact on the last rung.
		return step{model.StageWon, ReasonWon, []string{id}}, Rank(p.Stage) < Rank(model.StageWon), nil
	case model.OpportunityOpen:
		return step{model.StageOpportunity, ReasonReopened, []string{id}}, Rank(p.Stage) < Rank(model.StageOpportunity), nil
	case model.OpportunityLost:
	}
	if p.Stage == model.StageLost || p.Stage == model.StageWon {
		return step{}, false, nil // a customer who declines more stays one
	}
	var others int64
	err := s.DB.Conn(ctx).Model(&model.Opportunity{}).Where("contact_id = ? AND state = ?", p.ID, model.OpportunityOpen).Count(&others).Error
	return step{model.StageLost, ReasonLost, []string{t.Reason}}, others == 0, wrap("look for other deals", err)
}

// makeCustomers notes that accounts have bought.
func (s *Service) makeCustomers(ctx context.Context, accountIDs []int64) error {
	err := s.DB.Conn(ctx).Model(&model.Account{}).
		Where("id IN ? AND lifecycle IN ?", accountIDs, []model.Lifecycle{model.LifecycleProspect, model.LifecycleFormer}).
		Updates(map[string]any{"lifecycle": model.LifecycleCustomer, "version": gorm.Expr("version + 1"), "updated_at": s.DB.Now(ctx)}).Error
	return wrap("make the account a customer", err)
}

// OpportunityFilter chooses deals; zero values choose nothing away.
type OpportunityFilter struct {
	AccountID, ContactID, OwnerID int64
	State                         model.OpportunityState
	Stage                         string
	Kind                          model.OpportunityKind
	Origin                        model.DealOrigin
}

// OpportunityRow is a deal with the names around it.
type OpportunityRow struct {
	model.Opportunity
	AccountName string
	ContactName string
	OwnerName   string
	IsTarget    bool // of the account
}

func (s *Service) opportunityRows(ctx context.Context) *gorm.DB {
	return s.DB.Read(ctx).Table("opportunities o").
		Select("o.*, COALESCE(a.name, '') AS account_name, COALESCE(a.is_target, FALSE) AS is_target, COALESCE(c.name, '') AS contact_name, COALESCE(r.name, '') AS owner_name").
		Joins("LEFT JOIN accounts a ON a.id = o.account_id").Joins("LEFT JOIN contacts c ON c.id = o.contact_id").
		Joins("LEFT JOIN reps r ON r.id = o.owner_id")
}

// Opportunities lists deals, the newest first.
func (s *Service) Opportunities(ctx context.Context, f OpportunityFilter, page model.Page) ([]OpportunityRow, error) {
	q := s.opportunityRows(ctx)
	for _, c := range []struct {
		where string
		value any
		given bool
	}{
		{"o.id < ?", page.After, page.After > 0},
		{"o.account_id = ?", f.AccountID, f.AccountID != 0},
		{"o.contact_id = ?", f.ContactID, f.ContactID != 0},
		{"o.owner_id = ?", f.OwnerID, f.OwnerID != 0},
		{"o.state = ?", f.State, f.State != ""},
		{"o.stage = ?", f.Stage, f.Stage != ""},
		{"o.kind = ?", f.Kind, f.Kind != ""},
		{"o.origin = ?", f.Origin, f.Origin != ""},
	} {
		if c.given {
			q = q.Where(c.where, c.value)
		}
	}
	q = model.ScopeOf(ctx).OfReps(q, "o.owner_id", "a.owner_id", "a.sdr_id", "a.owner_backup_id", "a.sdr_backup_id")
	var list []OpportunityRow
	err := q.Order("o.id DESC").Limit(page.Size()).Scan(&list).Error
	return list, wrap("list opportunities", err)
}

// maxEvents bounds a deal's history; the newest are shown.
const maxEvents = 200

// Opportunity returns a deal and its history, the newest change first.
func (s *Service) Opportunity(ctx context.Context, id int64) (OpportunityRow, []model.OpportunityEvent, error) {
	var rows []OpportunityRow
	if err := s.opportunityRows(ctx).Where("o.id = ?", id).Limit(1).Scan(&rows).Error; err != nil {
		return OpportunityRow{}, nil, fmt.Errorf("load opportunity %d: %w", id, err)
	}
	if len(rows) == 0 {
		return OpportunityRow{}, nil, model.NotFound("opportunity")
	}
	var events []model.OpportunityEvent
	err := s.DB.Read(ctx).Where("opportunity_id = ?", id).Order("id DESC").Limit(maxEvents).Find(&events).Error
	return rows[0], events, wrap("load the opportunity's history", err)
}
