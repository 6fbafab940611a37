package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Sources of aliases and domains.
const (
	SourceManual   = "manual"
	SourceDecision = "decision"
	SourceImport   = "import"
)

// maxNames bounds the aliases and the domains of one account, each.
const maxNames = model.PageLimit

// Named is an account with everything that it is called.
type Named struct {
	model.Account
	Aliases []model.AccountAlias
	Domains []model.AccountDomain
}

// Names returns the aliases and domains of an account.
func (s *Service) Names(ctx context.Context, accountID int64) ([]model.AccountAlias, []model.AccountDomain, error) {
	aliases, domains := []model.AccountAlias{}, []model.AccountDomain{}
	if err := s.DB.Read(ctx).Order("id").Limit(maxNames).Find(&aliases, "account_id = ?", accountID).Error; err != nil {
		return nil, nil, fmt.Errorf("list aliases: %w", err)
	}
	if err := s.DB.Read(ctx).Order("id").Limit(maxNames).Find(&domains, "account_id = ?", accountID).Error; err != nil {
		return nil, nil, fmt.Errorf("list domains: %w", err)
	}
	return aliases, domains, nil
}

// AddAlias gives an account another name. One that it has already is returned as
// it is; one that means another account is a conflict that names it.
func (s *Service) AddAlias(ctx context.Context, accountID int64, alias, source, author string) (model.AccountAlias, error) {
	row := model.AccountAlias{AccountID: accountID, Alias: strings.Join(strings.Fields(alias), " "), Source: source, Author: author}
	row.AliasKey = nameKey(row.Alias)
	if row.AliasKey == "" || utf8.RuneCountInString(row.Alias) > maxName {
		return row, model.Invalid("alias", "must be a name of 1 to 120 characters")
	}
	err := s.naming(ctx, accountID, func(ctx context.Context) error {
		row.ID = 0
		owners, err := s.owners(ctx, []string{row.AliasKey}, nil)
		if err != nil {
			return err
		}
		for _, o := range owners {
			switch {
			case o.ID != accountID:
				return model.Conflict(fmt.Sprintf("that name means [%s] already, account %d", o.Name, o.ID))
			case o.By == ByName:
				return model.Conflict("that is the account's own name")
			}
		}
		if len(owners) > 0 {
			return s.DB.Conn(ctx).Take(&row, "account_id = ? AND alias_key = ?", accountID, row.AliasKey).Error
		}
		if err := s.roomFor(ctx, &model.AccountAlias{}, accountID); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Create(&row).Error; err != nil {
			return err
		}
		return s.accountChanged(ctx, accountID)
	})
	return row, wrap(fmt.Sprintf("add alias of account %d", accountID), err)
}

// AddDomain says that a domain is the account's; an address, a web page or a host
// is brought down to its registrable domain. Free-mail domains belong to nobody:
// the corp that really owns one says so with owned. A domain may be several
// accounts' own: sisters share one.
func (s *Service) AddDomain(ctx context.Context, accountID int64, text, source, author string, owned bool) (model.AccountDomain, error) {
	domain, evidence := domainOf(text)
	row := model.AccountDomain{AccountID: accountID, Domain: domain, Source: source, Author: author}
	switch {
	case domain == "":
		return row, model.Invalid("domain", "must look like example.com")
	case !evidence && !owned:
		return row, model.Invalid("domain", "is a domain whose mailboxes anybody can have: say that the account owns it if it does")
	}
	err := s.naming(ctx, accountID, func(ctx context.Context) error {
		row.ID = 0
		err := s.DB.Conn(ctx).Take(&row, "account_id = ? AND domain = ?", accountID, domain).Error
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		if err := s.roomFor(ctx, &model.AccountDomain{}, accountID); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Create(&row).Error; err != nil {
			return err
		}
		return s.accountChanged(ctx, accountID)
	})
	return row, wrap(fmt.Sprintf("add domain of account %d", accountID), err)
}

// naming runs do in a transaction in which the account is alive and nobody else
// names one.
func (s *Service) naming(ctx context.Context, accountID int64, do func(ctx context.Context) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.identityTurn(ctx); err != nil {
			return err
		}
		if _, err := s.lockLive(ctx, accountID); err != nil {
			return err
		}
		return do(ctx)
	})
}

func (s *Service) roomFor(ctx context.Context, table any, accountID int64) error {
	var n int64
	if err := s.DB.Conn(ctx).Model(table).Where("account_id = ?", accountID).Count(&n).Error; err != nil {
		return fmt.Errorf("count names: %w", err)
	}
	if n >= maxNames {
		return model.Conflict("the account has 200 of them already: take one away first")
	}
	return nil
}

// RemoveAlias takes an alias away; model.ErrNotFound when the account has none of
// that id. People who were matched by it stay.
func (s *Service) RemoveAlias(ctx context.Context, accountID, id int64) error {
	return s.removeName(ctx, &model.AccountAlias{}, accountID, id)
}

// RemoveDomain takes a domain away, like RemoveAlias.
func (s *Service) RemoveDomain(ctx context.Context, accountID, id int64) error {
	return s.removeName(ctx, &model.AccountDomain{}, accountID, id)
}

func (s *Service) removeName(ctx context.Context, table any, accountID, id int64) error {
	err := s.naming(ctx, accountID, func(ctx context.Context) error {
		done := s.DB.Conn(ctx).Where("account_id = ? AND id = ?", accountID, id).Delete(table)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return model.NotFound("name of the account")
		}
		return s.accountChanged(ctx, accountID)
	})
	return wrap(fmt.Sprintf("take a name from account %d", accountID), err)
}
