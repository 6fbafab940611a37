package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// The longest texts, in characters, and the largest number.
const (
	maxName   = 120
	maxShort  = 64
	maxNumber = int64(1_000_000_000_000_000) // CNY or people
)

// Input is what is said of an account. Amounts are CNY; nil is unknown. A rep is
// named by its id, 0 is nobody.
type Input struct {
	Name       string
	CreditCode string
	Tier       model.Tier
	Lifecycle  model.Lifecycle // prospect unless given
	Strategic  bool
	Industry   string
	Region     string
	Employees  *int64
	TechSpend  *int64
	ACV        *int64

	OwnerID, OwnerBackupID, SDRID, SDRBackupID int64
}

// clean trims the texts and gives what is not said its default.
func (in *Input) clean() {
	for _, text := range []*string{&in.Name, &in.Industry, &in.Region} {
		*text = strings.Join(strings.Fields(*text), " ")
	}
	in.CreditCode = strings.ToUpper(strings.TrimSpace(in.CreditCode))
	if in.Lifecycle == "" {
		in.Lifecycle = model.LifecycleProspect
	}
}

// faults says what is wrong with a cleaned input, by field.
func (in *Input) faults() map[string]string {
	faults := map[string]string{}
	switch {
	case nameKey(in.Name) == "":
		faults["name"] = "must be the company's name"
	case utf8.RuneCountInString(in.Name) > maxName:
		faults["name"] = "must have at most 120 characters"
	}
	if in.CreditCode != "" && !ValidCreditCode(in.CreditCode) {
		faults["credit_code"] = "is no unified social credit code: 18 characters, the last of which checks the others"
	}
	if !slices.Contains([]model.Tier{"", model.TierA, model.TierB, model.TierC}, in.Tier) {
		faults["tier"] = "must be A, B or C, or nothing"
	}
	if !slices.Contains(Lifecycles(), in.Lifecycle) {
		faults["lifecycle"] = "must be prospect, customer, former, partner or competitor"
	}
	for field, text := range map[string]string{"industry": in.Industry, "region": in.Region} {
		if utf8.RuneCountInString(text) > maxShort {
			faults[field] = "must have at most 64 characters"
		}
	}
	for field, number := range map[string]*int64{"employees": in.Employees, "tech_spend": in.TechSpend, "acv": in.ACV} {
		if number != nil && (*number < 0 || *number > maxNumber) {
			faults[field] = "must be a whole number of 0 or more"
		}
	}
	if in.OwnerBackupID != 0 && in.OwnerBackupID == in.OwnerID {
		faults["owner_backup_id"] = "must be somebody else than the one whom they stand in for"
	}
	if in.SDRBackupID != 0 && in.SDRBackupID == in.SDRID {
		faults["sdr_backup_id"] = "must be somebody else than the one whom they stand in for"
	}
	return faults
}

// Lifecycles lists what an account can be to us.
func Lifecycles() []model.Lifecycle {
	return []model.Lifecycle{
		model.LifecycleProspect, model.LifecycleCustomer, model.LifecycleFormer, model.LifecyclePartner, model.LifecycleCompetitor,
	}
}

// write puts a cleaned input onto a.
func (in *Input) write(a *model.Account) {
	a.Name, a.NameKey, a.CreditCode = in.Name, nameKey(in.Name), in.CreditCode
	a.Tier, a.Lifecycle, a.Strategic, a.Industry, a.Region = in.Tier, in.Lifecycle, in.Strategic, in.Industry, in.Region
	a.Employees, a.TechSpend, a.ACV = in.Employees, in.TechSpend, in.ACV
	a.OwnerID, a.OwnerBackupID, a.SDRID, a.SDRBackupID = in.OwnerID, in.OwnerBackupID, in.SDRID, in.SDRBackupID
}

// inputColumns are the columns that an input writes.
func inputColumns() []string {
	return []string{
		"name", "name_key", "credit_code", "tier", "lifecycle", "strategic", "industry", "region", "employees", "tech_spend", "acv",
		"owner_id", "owner_backup_id", "sdr_id", "sdr_backup_id", "version", "updated_at", "rescore_at",
	}
}

// reps names the reps of an account by the field that they are in.
func reps(a model.Account) map[string]int64 {
	return map[string]int64{
		"owner_id": a.OwnerID, "owner_backup_id": a.OwnerBackupID, "sdr_id": a.SDRID, "sdr_backup_id": a.SDRBackupID,
	}
}

func invalid(faults map[string]string) error {
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the account has faults", Fields: faults}
}

// Get returns an account, also one that was merged; model.ErrNotFound.
func (s *Service) Get(ctx context.Context, id int64) (model.Account, error) {
	var a model.Account
	if err := s.DB.Read(ctx).Take(&a, id).Error; err != nil {
		return a, notFound("account", err)
	}
	return a, nil
}

// Create stores a new account. A conflict names the account that has the name, an
// alias equal to it or the credit code already.
func (s *Service) Create(ctx context.Context, in Input) (model.Account, error) {
	in.clean()
	a := model.Account{LiveSlot: live(), Version: 1}
	in.write(&a)
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		a.ID, a.RescoreAt = 0, s.scoreNow(ctx)
		faults := in.faults()
		if err := s.checkReps(ctx, reps(a), faults); err != nil {
			return err
		}
		if err := invalid(faults); err != nil {
			return err
		}
		if err := s.identityTurn(ctx); err != nil {
			return err
		}
		if err := s.refuseTaken(ctx, a); err != nil {
			return err
		}
		if err := taken(s.DB.Conn(ctx).Create(&a).Error); err != nil {
			return fmt.Errorf("insert account: %w", err)
		}
		return s.accountChanged(ctx, a.ID)
	})
	return a, wrap("create account", err)
}

// Update replaces what is said of the account that the editor saw as version;
// when somebody else was faster it is a conflict and nothing is written.
func (s *Service) Update(ctx context.Context, id, version int64, in Input) (model.Account, error) {
	in.clean()
	var a model.Account
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if a, err = s.lockLive(ctx, id); err != nil {
			return err
		}
		if a.Version != version {
			return changedMeanwhile()
		}
		before := a
		in.write(&a)
		faults := in.faults()
		if err := s.checkReps(ctx, newReps(before, a), faults); err != nil {
			return err
		}
		if err := invalid(faults); err != nil {
			return err
		}
		return s.saveChanged(ctx, before, &a)
	})
	return a, wrap(fmt.Sprintf("update account %d", id), err)
}

// scoreNow is when an account is due to be scored that has come or changed.
func (s *Service) scoreNow(ctx context.Context) *time.Time {
	now := s.DB.Now(ctx)
	return &now
}

// saveChanged stores a, which was before; whoever looks for an account's people
// hears of it when its name or code has changed.
func (s *Service) saveChanged(ctx context.Context, before model.Account, a *model.Account) error {
	renamed := before.NameKey != a.NameKey || before.CreditCode != a.CreditCode
	if renamed {
		if err := s.identityTurn(ctx); err != nil {
			return err
		}
		if err := s.refuseTaken(ctx, *a); err != nil {
			return err
		}
	}
	a.Version, a.RescoreAt = before.Version+1, s.scoreNow(ctx) // what it is may weigh
	done := s.DB.Conn(ctx).Model(a).Where("version = ?", before.Version).Select(inputColumns()).Updates(a)
	if err := taken(done.Error); err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	if done.RowsAffected == 0 {
		return changedMeanwhile()
	}
	if renamed {
		return s.accountChanged(ctx, a.ID)
	}
	return nil
}

func changedMeanwhile() error {
	return model.Conflict("somebody else has changed it meanwhile: look at it again and repeat what you want to change")
}

// lockLive returns the account and holds its row until the commit; a merged one is
// a conflict.
func (s *Service) lockLive(ctx context.Context, id int64) (model.Account, error) {
	var a model.Account
	if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&a, id).Error; err != nil {
		return a, notFound("account", err)
	}
	if a.LiveSlot == nil {
		return a, model.Conflict("the account was merged into another one: change that")
	}
	return a, nil
}

// newReps are the reps of after who were not in the same place before: one who
// has left meanwhile does not block other edits.
func newReps(before, after model.Account) map[string]int64 {
	had, has := reps(before), reps(after)
	for field, id := range has {
		if had[field] == id {
			delete(has, field)
		}
	}
	return has
}

// checkReps adds a fault for each rep who does not exist or may not follow
// customers.
func (s *Service) checkReps(ctx context.Context, byField map[string]int64, faults map[string]string) error {
	var ids []int64
	for _, id := range byField {
		ids = append(ids, id)
	}
	able, err := s.ableReps(ctx, ids)
	if err != nil {
		return err
	}
	for field, id := range byField {
		if id != 0 && !able[id] {
			faults[field] = "is nobody who is here and may follow customers"
		}
	}
	return nil
}

// ableReps tells which of the reps are here and may follow customers.
func (s *Service) ableReps(ctx context.Context, ids []int64) (map[int64]bool, error) {
	able := map[int64]bool{}
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), setSize) {
		var found []int64
		err := s.DB.Conn(ctx).Model(&model.Rep{}).Where("id IN ? AND can_follow AND left_at IS NULL", some).Pluck("id", &found).Error
		if err != nil {
			return nil, fmt.Errorf("look up reps: %w", err)
		}
		for _, id := range found {
			able[id] = true
		}
	}
	return able, nil
}

// setSize bounds the values of one IN.
const setSize = 500

// identityTurn makes those who name accounts wait for each other: on one server by
// the row's lock, on a cluster by the write that conflicts. What is read after it
// stays true until the commit.
func (s *Service) identityTurn(ctx context.Context) error {
	row := model.LimitTurn{Kind: "account", Turn: 1}
	err := s.DB.Conn(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "kind"}, {Name: "subject_id"}},
		DoUpdates: clause.Assignments(map[string]any{"turn": gorm.Expr("limit_turns.turn + 1")}),
	}).Create(&row).Error
	return wrap("wait for others who name accounts", err)
}

// refuseTaken is a conflict when another live account has a's name, an alias that
// says the same, or a's credit code.
func (s *Service) refuseTaken(ctx context.Context, a model.Account) error {
	owners, err := s.owners(ctx, []string{a.NameKey}, codesOf(a))
	if err != nil {
		return err
	}
	for _, o := range owners {
		switch {
		case o.ID == a.ID:
		case o.By == ByCode:
			return model.Conflict(fmt.Sprintf("the credit code belongs to [%s], account %d", o.Name, o.ID))
		default:
			return model.Conflict(fmt.Sprintf("there is an account of this name already: [%s], account %d", o.Name, o.ID))
		}
	}
	return nil
}

func codesOf(a model.Account) []string {
	if a.CreditCode == "" {
		return nil
	}
	return []string{a.CreditCode}
}

// taken puts a unique key's refusal into words.
func taken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return model.Conflict("there is an account of this name already")
	}
	return err
}

// What an account is known by.
const (
	ByCode  = "credit_code"
	ByName  = "name"
	ByAlias = "alias"
)

// owner is a live account with what it is known by.
type owner struct {
	ID   int64
	Name string
	By   string
	Key  string // the code or the folded name
}

// owners finds the live accounts that have one of the codes or of the folded names,
// as their name or an alias; each list has at most setSize entries.
func (s *Service) owners(ctx context.Context, keys, codes []string) ([]owner, error) {
	var out []owner
	for _, q := range []struct {
		by, from, key string
		values        []string
	}{
		{ByCode, "accounts a", "a.credit_code", codes},
		{ByName, "accounts a", "a.name_key", keys},
		{ByAlias, "account_aliases x JOIN accounts a ON a.id = x.account_id", "x.alias_key", keys},
	} {
		if len(q.values) == 0 {
			continue
		}
		var found []owner
		err := s.DB.Conn(ctx).Table(q.from).Select("a.id, a.name, ? AS `by`, "+q.key+" AS `key`", q.by).
			Where(q.key+" IN ? AND a.live_slot = 1", q.values).Order("a.id").Scan(&found).Error
		if err != nil {
			return nil, fmt.Errorf("look for accounts by %s: %w", q.by, err)
		}
		out = append(out, found...)
	}
	return out, nil
}
