package transfer

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/stage"
)

func dealKinds() map[string][]string {
	return map[string][]string{
		string(model.OpportunityNew): {"新签", "新客户", "新购"}, string(model.OpportunityUpsell): {"增购", "扩容"},
		string(model.OpportunityCrossSell): {"交叉销售", "加购"}, string(model.OpportunityRenewal): {"续约", "续费"},
	}
}

func dealOrigins() map[string][]string {
	return map[string][]string{
		string(model.DealByMarketing): {"市场", "市场部"}, string(model.DealBySales): {"销售", "销售自拓"}, string(model.DealByPartner): {"伙伴", "渠道", "代理商"},
	}
}

// deal is a row about an opportunity.
type deal struct {
	*row
	key  string // of the account's name
	said stage.Deal
	has  map[string]bool // what the row says
	open *model.Opportunity
}

func readDeal(r *row, sh *sheet, stages map[string][]string) *deal {
	d := &deal{row: r, key: account.NameKey(r.cells["account"]), has: map[string]bool{}}
	amount, _ := r.number("amount")
	owner := r.rep("owner", sh.reps)
	d.said = stage.Deal{
		Name: r.text("name", 120), Amount: amount, Kind: model.OpportunityKind(r.word("kind", dealKinds())), Stage: r.word("stage", stages),
		Origin: model.DealOrigin(r.word("origin", dealOrigins())), OwnerID: owner, ExpectedClose: r.date("close_on"), By: sh.im.CreatedBy,
	}
	for field := range r.cells {
		d.has[field] = true
	}
	if amount > 100_000_000_000 {
		r.fault("amount", noteNumber, r.cells["amount"], "")
	}
	for field, value := range map[string]string{"account": d.key, "name": d.said.Name} {
		if value == "" && r.outcome != faulty {
			r.fault(field, noteMissing, "", "")
		}
	}
	return d
}

// bringDeals opens the opportunities that are not known yet, and changes those
// of the same name with the same account.
func (s *Service) bringDeals(ctx context.Context, sh *sheet) error {
	stages, err := s.dealStages(ctx)
	if err != nil {
		return err
	}
	list := make([]*deal, len(sh.rows))
	for i, r := range sh.rows {
		list[i] = readDeal(r, sh, stages)
	}
	list = slices.DeleteFunc(list, func(d *deal) bool { return d.outcome != undecided })
	if err := s.placeDeals(ctx, list); err != nil {
		return err
	}
	for _, d := range list {
		d.claim("name", d.said.Name, fmt.Sprintf("deal:%d:%s", d.said.AccountID, account.NameKey(d.said.Name)), true)
	}
	if err := s.settle(ctx, sh); err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d *deal) bool { return d.outcome != undecided })
	if err := s.knownDeals(ctx, list); err != nil {
		return err
	}
	for _, d := range list {
		d.decide()
		if sh.dry {
			continue
		}
		if err := s.storeDeal(ctx, d); err != nil {
			return fmt.Errorf("line %d: %w", d.line, err)
		}
	}
	return nil
}

// dealStages are the stages of opportunities with what they are called.
func (s *Service) dealStages(ctx context.Context) (map[string][]string, error) {
	var defs []model.StageDef
	err := s.DB.Conn(ctx).Where("kind = ? AND retired_at IS NULL", model.StageKindOpportunity).Find(&defs).Error
	out := map[string][]string{}
	for _, d := range defs {
		out[d.StageKey] = []string{plain(d.LabelZH), plain(d.LabelEN)}
	}
	return out, wrap("load opportunity stages", err)
}

// placeDeals finds the accounts by name, else by an alias that only one has.
func (s *Service) placeDeals(ctx context.Context, list []*deal) error {
	var keys []string
	for _, d := range list {
		keys = append(keys, d.key)
	}
	byName, byAlias := map[string]int64{}, map[string][]int64{}
	err := inSets(keys, func(part []string) error {
		var named []model.Account
		if err := s.DB.Conn(ctx).Select("id", "name_key").Where("name_key IN ? AND live_slot = 1", part).Find(&named).Error; err != nil {
			return err
		}
		for _, a := range named {
			byName[a.NameKey] = a.ID
		}
		var aliases []model.AccountAlias
		err := s.DB.Conn(ctx).Joins("JOIN accounts a ON a.id = account_aliases.account_id AND a.live_slot = 1").
			Where("account_aliases.alias_key IN ?", part).Find(&aliases).Error
		for _, a := range aliases {
			byAlias[a.AliasKey] = append(byAlias[a.AliasKey], a.AccountID)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for accounts: %w", err)
	}
	for _, d := range list {
		switch d.said.AccountID = byName[d.key]; {
		case d.said.AccountID != 0:
		case len(byAlias[d.key]) == 1:
			d.said.AccountID = byAlias[d.key][0]
		case len(byAlias[d.key]) > 1:
			d.fault("account", noteAccounts, d.cells["account"], "")
		default:
			d.fault("account", noteNoAccount, d.cells["account"], "")
		}
	}
	return nil
}

// knownDeals finds the opportunities that rows repeat.
func (s *Service) knownDeals(ctx context.Context, list []*deal) error {
	var ids []int64
	for _, d := range list {
		ids = append(ids, d.said.AccountID)
	}
	slices.Sort(ids)
	type place struct {
		accountID int64
		key       string
	}
	known := map[place]*model.Opportunity{}
	err := inSets(slices.Compact(ids), func(part []int64) error {
		var found []model.Opportunity
		err := s.DB.Conn(ctx).Where("account_id IN ?", part).Find(&found).Error
		for _, o := range found {
			at := place{o.AccountID, account.NameKey(o.Name)}
			if known[at] == nil || known[at].ID < o.ID { // the latest of one name
				known[at] = &o
			}
		}
		return err
	})
	for _, d := range list {
		d.open = known[place{d.said.AccountID, account.NameKey(d.said.Name)}]
	}
	return wrap("look for opportunities", err)
}

// decide says what becomes of the row. What it does not say of a known one stays.
// The stage of one that is closed stays too: a person opens it again.
func (d *deal) decide() {
	if d.open == nil {
		if d.outcome = isNew; d.said.Kind == "" {
			d.said.Kind = model.OpportunityNew
		}
		return
	}
	o := *d.open
	d.ref, d.said.Name = o.ID, o.Name
	if !d.has["amount"] {
		d.said.Amount = o.Amount
	}
	if d.said.Kind == "" {
		d.said.Kind = o.Kind
	}
	if d.said.OwnerID == 0 {
		d.said.OwnerID = o.OwnerID
	}
	if d.said.ExpectedClose == "" {
		d.said.ExpectedClose = o.ExpectedClose
	}
	if d.said.Stage == "" || o.State != model.OpportunityOpen {
		d.said.Stage = o.Stage
	}
	d.outcome = unchanged
	if d.said.Amount != o.Amount || d.said.Kind != o.Kind || d.said.OwnerID != o.OwnerID || d.said.ExpectedClose != o.ExpectedClose || d.said.Stage != o.Stage {
		d.outcome = updated
	}
}

func (s *Service) storeDeal(ctx context.Context, d *deal) error {
	switch {
	case d.outcome == isNew:
		made, err := s.Stages.Open(ctx, d.said)
		d.ref = made.ID
		return err
	case d.outcome != updated:
		return nil
	}
	if _, err := s.Stages.Edit(ctx, d.open.ID, 0, d.said); err != nil || d.said.Stage == d.open.Stage {
		return err
	}
	_, err := s.Stages.Turn(ctx, d.open.ID, stage.Turn{Stage: d.said.Stage, By: d.said.By})
	return err
}
