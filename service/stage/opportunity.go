package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Deal is what people say of an opportunity.
type Deal struct {
	AccountID     int64 // 0: the contact's
	ContactID     int64 // who it began with; 0 is nobody in particular
	Name          string
	Amount        int64 // CNY
	Kind          model.OpportunityKind
	Stage         string           // empty: the first
	Origin        model.DealOrigin // empty: found out
	OwnerID       int64            // the rep; 0: the account's owner, else the contact's rep
	ExpectedClose string           // YYYY-MM-DD, or empty
	By            string
}

// Bounds of a deal.
const (
	maxName   = 120             // characters
	maxAmount = 100_000_000_000 // CNY
)

// Kinds lists what a deal may grow.
func Kinds() []model.OpportunityKind {
	return []model.OpportunityKind{model.OpportunityNew, model.OpportunityUpsell, model.OpportunityCrossSell, model.OpportunityRenewal}
}

// Origins lists whose doing a deal may be.
func Origins() []model.DealOrigin {
	return []model.DealOrigin{model.DealByMarketing, model.DealBySales, model.DealByPartner}
}

// What an origin rests on.
const (
	originStated  = "stated"  // somebody said so
	originSource  = "source"  // the contact came from a source of marketing or a partner
	originNurture = "nurture" // a programme had reached the contact before they became an MQL
	originDefault = "default" // neither: sales
)

func (d Deal) check(stages []string) error {
	faults := map[string]string{}
	if n := utf8.RuneCountInString(d.Name); n == 0 || n > maxName || strings.TrimSpace(d.Name) != d.Name {
		faults["name"] = "needs 1 to 120 characters, without spaces around them"
	}
	if d.Amount < 0 || d.Amount > maxAmount {
		faults["amount"] = "must be 0 to 100000000000 CNY"
	}
	if !slices.Contains(Kinds(), d.Kind) {
		faults["kind"] = fmt.Sprintf("%q is none of %v", d.Kind, Kinds())
	}
	if !slices.Contains(stages, d.Stage) {
		faults["stage"] = fmt.Sprintf("%q is none of %v", d.Stage, stages)
	}
	if d.Origin != "" && !slices.Contains(Origins(), d.Origin) {
		faults["origin"] = fmt.Sprintf("%q is none of %v", d.Origin, Origins())
	}
	if _, err := time.Parse(time.DateOnly, d.ExpectedClose); d.ExpectedClose != "" && err != nil {
		faults["expected_close"] = "write the day as YYYY-MM-DD"
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the opportunity has faults", Fields: faults}
}

// Open makes an opportunity. Its contact goes onto the ladder's rung of the same
// name (a renewal's onto that one), and an activity says that it is there, so
// that a programme may look after target accounts' deals whatever their source.
func (s *Service) Open(ctx context.Context, d Deal) (model.Opportunity, error) {
	var o model.Opportunity
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		stages, err := s.opportunityStages(ctx)
		if err != nil {
			return err
		}
		if d.Stage == "" && len(stages) > 0 {
			d.Stage = stages[0]
		}
		if err := d.check(stages); err != nil {
			return err
		}
		var p person
		if d.ContactID != 0 {
			if p, err = s.person(ctx, d.ContactID); err != nil {
				return err
			}
		}
		if o, err = s.newOpportunity(ctx, d, p); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Create(&o).Error; err != nil {
			return err
		}
		if err := s.log(ctx, o, d.By, edit{field: "created", to: o.Stage}); err != nil || o.ContactID == 0 {
			return err
		}
		return s.opened(ctx, o, p)
	})
	return o, wrap("open an opportunity", err)
}

func (s *Service) newOpportunity(ctx context.Context, d Deal, p person) (model.Opportunity, error) {
	now := s.DB.Now(ctx)
	o := model.Opportunity{
		AccountID: d.AccountID, ContactID: d.ContactID, Name: d.Name, Amount: d.Amount, Kind: d.Kind, Stage: d.Stage, State: model.OpportunityOpen,
		Origin: d.Origin, OriginReason: originStated, OwnerID: d.OwnerID, ExpectedClose: d.ExpectedClose,
		OpenedAt: now, Version: 1, CreatedBy: d.By, CreatedAt: now, UpdatedAt: now,
	}
	if o.AccountID == 0 && p.AccountID != nil {
		o.AccountID = *p.AccountID
	}
	if o.AccountID == 0 {
		return o, model.Invalid("account_id", "name the account: the contact is at none yet")
	}
	account, err := s.account(ctx, o.AccountID)
	if err != nil {
		return o, err
	}
	if o.OwnerID, err = s.owner(ctx, d, account); err != nil {
		return o, err
	}
	if o.Origin == "" {
		o.Origin, o.OriginReason, err = s.origin(ctx, p)
	}
	return o, err
}

func (s *Service) account(ctx context.Context, id int64) (model.Account, error) {
	var a model.Account
	err := s.DB.Conn(ctx).Take(&a, "id = ? AND live_slot = 1", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, model.Invalid("account_id", "names no account that stands for itself")
	}
	return a, wrap(fmt.Sprintf("load account %d", id), err)
}

// owner is the rep named, who must be one, else the account's, else the contact's.
func (s *Service) owner(ctx context.Context, d Deal, a model.Account) (int64, error) {
	switch {
	case d.OwnerID != 0:
		return d.OwnerID, s.checkRep(ctx, "owner_id", d.OwnerID)
	case a.OwnerID != 0 || d.ContactID == 0:
		return a.OwnerID, nil
	}
	return s.repOf(ctx, d.ContactID)
}

func (s *Service) checkRep(ctx context.Context, field string, id int64) error {
	var known int64
	err := s.DB.Conn(ctx).Model(&model.Rep{}).Where("id = ?", id).Count(&known).Error
	if err == nil && known == 0 {
		return model.Invalid(field, "names no rep of ours")
	}
	return wrap("look for the rep", err)
}

// origin finds out whose doing a deal is: the lead source's where that is
// marketing's or a partner's, marketing's too if a programme had reached the
// contact before the rules made them an MQL; else sales'.
func (s *Service) origin(ctx context.Context, p person) (model.DealOrigin, string, error) {
	var source []model.LeadSource
	if err := s.DB.Conn(ctx).Where("code = ?", p.Source).Limit(1).Find(&source).Error; err != nil {
		return "", "", fmt.Errorf("look up lead source: %w", err)
	}
	if len(source) > 0 {
		switch source[0].Origin {
		case model.OriginMarketing:
			return model.DealByMarketing, originSource, nil
		case model.OriginPartner:
			return model.DealByPartner, originSource, nil
		case model.OriginRep, model.OriginOther:
		}
	}
	var became []time.Time
	err := s.DB.Conn(ctx).Model(&model.StageEvent{}).Where("contact_id = ? AND to_stage = ? AND author = ?", p.ID, model.StageMQL, model.StageBySystem).
		Order("id DESC").Limit(1).Pluck("entered_at", &became).Error
	if err != nil || len(became) == 0 {
		return model.DealBySales, originDefault, wrap("look for the contact's MQL", err)
	}
	var nurtured []int64
	err = s.DB.Conn(ctx).Model(&model.Touch{}).Where("contact_id = ? AND sop_id <> 0 AND sent_at <= ?", p.ID, became[0]).Limit(1).Pluck("id", &nurtured).Error
	if err != nil || len(nurtured) == 0 {
		return model.DealBySales, originDefault, wrap("look for what a programme sent", err)
	}
	return model.DealByMarketing, originNurture, nil
}

// opened moves the deal's contact and says that the deal is there.
func (s *Service) opened(ctx context.Context, o model.Opportunity, p person) error {
	to := model.StageOpportunity
	if o.Kind == model.OpportunityRenewal {
		to = model.StageRenewal
	}
	if Rank(p.Stage) < Rank(to) {
		if err := s.carry(ctx, o, p, step{to, ReasonOpened, []string{strconv.FormatInt(o.ID, 10)}}); err != nil {
			return err
		}
	}
	return s.Record(ctx, model.Activity{
		DedupeKey: "opportunity:" + strconv.FormatInt(o.ID, 10), Kind: model.ActivityOpportunityOpened, ContactID: o.ContactID, OccurredAt: o.OpenedAt,
		Data: model.AsJSON(model.ActivityData{AccountID: o.AccountID, Key: string(o.Kind)}),
	})
}

// carry moves a deal's contact along with it.
func (s *Service) carry(ctx context.Context, o model.Opportunity, p person, st step) error {
	m := move{step: st, at: s.DB.Now(ctx), author: model.StageByUser, name: o.CreatedBy, repID: o.OwnerID}
	_, err := s.moveByHand(ctx, p, m)
	return err
}

// edit is one change of a deal, for its history.
type edit struct{ field, from, to, reason string }

func (s *Service) log(ctx context.Context, o model.Opportunity, by string, edits ...edit) error {
	rows := make([]model.OpportunityEvent, len(edits))
	for i, e := range edits {
		rows[i] = model.OpportunityEvent{
			OpportunityID: o.ID, At: s.DB.Now(ctx), Field: e.field, FromValue: e.from, ToValue: e.to, Reason: e.reason, Author: by,
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return wrap("store the opportunity's history", s.DB.Conn(ctx).Create(&rows).Error)
}

// lock reads a deal to change it. version 0 is whatever there is; else somebody
// who has read an older one is told.
func (s *Service) lock(ctx context.Context, id, version int64) (model.Opportunity, error) {
	var o model.Opportunity
	err := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Take(&o, id).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return o, model.NotFound("opportunity")
	case err != nil:
		return o, fmt.Errorf("load opportunity %d: %w", id, err)
	case version != 0 && version != o.Version:
		return o, model.Conflict("somebody else has changed it meanwhile: look at it again")
	}
	return o, nil
}

// save stores a changed deal with its history.
func (s *Service) save(ctx context.Context, o *model.Opportunity, by string, edits ...edit) error {
	if len(edits) == 0 {
		return nil
	}
	o.Version++
	o.UpdatedAt = s.DB.Now(ctx)
	if err := s.DB.Conn(ctx).Save(o).Error; err != nil {
		return fmt.Errorf("store opportunity %d: %w", o.ID, err)
	}
	return s.log(ctx, *o, by, edits...)
}

// Edit changes what people say of a deal: name, amount, kind, owner and expected
// close. Its account, its contact and its origin stay what they were.
func (s *Service) Edit(ctx context.Context, id, version int64, d Deal) (model.Opportunity, error) {
	var o model.Opportunity
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.lock(ctx, id, version); err != nil {
			return err
		}
		d.Stage, d.Origin = o.Stage, o.Origin
		if err := d.check([]string{o.Stage}); err != nil {
			return err
		}
		if d.OwnerID != 0 && d.OwnerID != o.OwnerID {
			if err := s.checkRep(ctx, "owner_id", d.OwnerID); err != nil {
				return err
			}
		}
		var edits []edit
		note := func(field, from, to string) {
			if from != to {
				edits = append(edits, edit{field: field, from: from, to: to})
			}
		}
		note("name", o.Name, d.Name)
		note("amount", strconv.FormatInt(o.Amount, 10), strconv.FormatInt(d.Amount, 10))
		note("kind", string(o.Kind), string(d.Kind))
		note("owner", strconv.FormatInt(o.OwnerID, 10), strconv.FormatInt(d.OwnerID, 10))
		note("expected_close", o.ExpectedClose, d.ExpectedClose)
		o.Name, o.Amount, o.Kind, o.OwnerID, o.ExpectedClose = d.Name, d.Amount, d.Kind, d.OwnerID, d.ExpectedClose
		return s.save(ctx, &o, d.By, edits...)
	})
	return o, wrap(fmt.Sprintf("change opportunity %d", id), err)
}

// AcceptOpportunity makes a deal a sales-accepted one (SAO); once only.
func (s *Service) AcceptOpportunity(ctx context.Context, id int64, by string) (model.Opportunity, error) {
	var o model.Opportunity
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.lock(ctx, id, 0); err != nil {
			return err
		}
		if o.AcceptedAt != nil || o.State != model.OpportunityOpen {
			return model.Conflict("the opportunity is accepted or closed already")
		}
		now := s.DB.Now(ctx)
		o.AcceptedAt, o.AcceptedBy = &now, by
		return s.save(ctx, &o, by, edit{field: "accepted", to: by})
	})
	return o, wrap(fmt.Sprintf("accept opportunity %d", id), err)
}

// MoveAccount gives an account's deals to another, inside the transaction that
// merges the two or parts them again: all of them or, where only is not nil,
// those that have these ids. It returns the ids of what it moved.
func (s *Service) MoveAccount(ctx context.Context, from, into int64, only []int64) ([]int64, error) {
	q := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Model(&model.Opportunity{}).Where("account_id = ?", from)
	if only != nil {
		q = q.Where("id IN ?", only)
	}
	var ids []int64
	if err := q.Order("id").Pluck("id", &ids).Error; err != nil {
		return nil, fmt.Errorf("find the account's opportunities: %w", err)
	}
	now := s.DB.Now(ctx)
	for part := range slices.Chunk(ids, tickPage) {
		err := s.DB.Conn(ctx).Model(&model.Opportunity{}).Where("id IN ?", part).
			Updates(map[string]any{"account_id": into, "version": gorm.Expr("version + 1"), "updated_at": now}).Error
		if err != nil {
			return nil, fmt.Errorf("move opportunities: %w", err)
		}
		rows := make([]model.OpportunityEvent, len(part))
		for i, id := range part {
			rows[i] = model.OpportunityEvent{OpportunityID: id, At: now, Field: "account", FromValue: strconv.FormatInt(from, 10), ToValue: strconv.FormatInt(into, 10)}
		}
		if err := s.DB.Conn(ctx).Create(&rows).Error; err != nil {
			return nil, fmt.Errorf("store the opportunities' history: %w", err)
		}
	}
	return ids, nil
}
