package scoring

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

const (
	// contactPage and accountPage are how many are scored in one transaction.
	contactPage = 200
	accountPage = 50
	// memberChunk bounds how many people's lines one statement reads.
	memberChunk = 500
)

// Rescore renews the numbers that time, a changed account or new rules have
// made stale: a page of accounts, one of contacts and one of a running job. It
// tells whether there is more to do now. What is due is found by an index, so
// its cost is that of what is due; a page is locked in the order of ids, and a
// replica that comes second finds it done.
func (s *Service) Rescore(ctx context.Context) (again bool, err error) {
	b, err := s.book(ctx)
	if err != nil {
		return false, err
	}
	accounts, err := s.accountsDue(ctx, b) // first: their people may follow
	if err != nil {
		return false, err
	}
	contacts, err := s.contactsDue(ctx, b)
	if err != nil {
		return false, err
	}
	job, err := s.work(ctx)
	return accounts || contacts || job, err
}

func (s *Service) contactsDue(ctx context.Context, b book) (full bool, err error) {
	ids, err := s.due(ctx, "contacts", "ix_contacts_rescore", contactPage)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		now := s.DB.Now(ctx)
		var list []model.Contact
		err := s.DB.Conn(ctx).Clauses(forUpdate()).Select(contactColumns()).Where("id IN ? AND rescore_at <= ?", ids, now).Order("id").Find(&list).Error
		if err != nil || len(list) == 0 {
			return wrap("lock contacts to score", err)
		}
		return s.renew(ctx, b, list)
	})
	return len(ids) == contactPage, err
}

// renew scores locked contacts anew.
func (s *Service) renew(ctx context.Context, b book, list []model.Contact) error {
	people, err := s.load(ctx, b, list)
	if err != nil {
		return err
	}
	now := s.DB.Now(ctx)
	return s.store(ctx, b, people, func(c model.Contact) string { return fmt.Sprintf("score:%d:at:%d", c.ID, now.UnixMicro()) })
}

// due are the ids whose time has come, in their order.
func (s *Service) due(ctx context.Context, table, index string, limit int) ([]int64, error) {
	var ids []int64
	err := s.DB.Read(ctx).Table(s.DB.Walk(table, index)).Where("rescore_at <= ?", s.DB.Now(ctx)).Order("rescore_at").Limit(limit).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("find %s to score: %w", table, err)
	}
	slices.Sort(ids)
	return ids, nil
}

func (s *Service) accountsDue(ctx context.Context, b book) (full bool, err error) {
	ids, err := s.due(ctx, "accounts", "ix_accounts_rescore", accountPage)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		var list []model.Account
		err := s.DB.Conn(ctx).Clauses(forUpdate()).Where("id IN ? AND rescore_at <= ?", ids, s.DB.Now(ctx)).Order("id").Find(&list).Error
		if err != nil || len(list) == 0 {
			return wrap("lock accounts to score", err)
		}
		return s.renewAccounts(ctx, b, list)
	})
	return len(ids) == accountPage, err
}

// renewAccounts scores locked accounts. Where the fit has moved, the people's has
// too.
func (s *Service) renewAccounts(ctx context.Context, b book, list []model.Account) error {
	scores, err := s.accounts(ctx, b, list)
	if err != nil {
		return err
	}
	now := s.DB.Now(ctx)
	set, ids, refit := cases{}, make([]int64, len(list)), []int64(nil)
	for i, a := range list {
		n := scores[i]
		ids[i] = a.ID
		set.add("fit", a.ID, n.Fit)
		set.add("engagement", a.ID, n.Engagement)
		set.add("engagement_level", a.ID, string(n.Level))
		set.add("engaged", a.ID, n.Engaged)
		set.add("spike", a.ID, n.Spike)
		set.add("rescore_at", a.ID, b.RescoreAccount(n))
		if a.Fit == nil || *a.Fit != n.Fit {
			refit = append(refit, a.ID)
		}
	}
	columns := set.columns()
	columns["scored_at"] = now
	if err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", ids).UpdateColumns(columns).Error; err != nil {
		return fmt.Errorf("store scores of accounts: %w", err)
	}
	if len(refit) == 0 {
		return nil
	}
	err = s.DB.Conn(ctx).Model(&model.Contact{}).Where("account_id IN ?", refit).UpdateColumn("rescore_at", now).Error
	return wrap("have the people of changed accounts scored", err)
}

// accounts computes the scores of accounts, in sets.
func (s *Service) accounts(ctx context.Context, b book, list []model.Account) ([]AccountScore, error) {
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	members, err := s.members(ctx, ids)
	if err != nil {
		return nil, err
	}
	var open []int64
	err = s.DB.Read(ctx).Model(&model.Opportunity{}).Distinct().Where("account_id IN ? AND state = ?", ids, model.OpportunityOpen).Pluck("account_id", &open).Error
	if err != nil {
		return nil, fmt.Errorf("look for open opportunities: %w", err)
	}
	out, now := make([]AccountScore, len(list)), s.DB.Now(ctx)
	for i, a := range list {
		out[i] = b.Account(a, members[a.ID], slices.Contains(open, a.ID), now)
	}
	return out, nil
}

// members are the people who are at accounts now, with their lines since they
// came there.
func (s *Service) members(ctx context.Context, accountIDs []int64) (map[int64][]Member, error) {
	var stretches []struct {
		AccountID, ContactID int64
		FromAt               time.Time
		Role                 model.Role
		IsKP                 bool `gorm:"column:is_kp"`
	}
	err := s.DB.Read(ctx).Table("account_members m").Joins("JOIN contacts c ON c.id = m.contact_id").
		Select("m.account_id, m.contact_id, m.from_at, c.role, c.is_kp").
		Where("m.account_id IN ? AND m.open_slot = 1 AND m.voided_at IS NULL", accountIDs).Order("m.contact_id").Find(&stretches).Error
	if err != nil {
		return nil, fmt.Errorf("load people of accounts: %w", err)
	}
	ledgers, now := map[int64][]model.ScoreEntry{}, s.DB.Now(ctx)
	for chunk := range slices.Chunk(stretches, memberChunk) {
		ids := make([]int64, len(chunk))
		for i, m := range chunk {
			ids[i] = m.ContactID
		}
		var lines []model.ScoreEntry
		err := s.DB.Read(ctx).Where("contact_id IN ? AND expires_at > ?", ids, now).Order("id").Find(&lines).Error
		if err != nil {
			return nil, fmt.Errorf("read the score ledger: %w", err)
		}
		for _, e := range lines {
			ledgers[e.ContactID] = append(ledgers[e.ContactID], e)
		}
	}
	out := map[int64][]Member{}
	for _, m := range stretches {
		lines := slices.DeleteFunc(ledgers[m.ContactID], func(e model.ScoreEntry) bool { return e.At.Before(m.FromAt) })
		out[m.AccountID] = append(out[m.AccountID], Member{ContactID: m.ContactID, Role: m.Role, IsKP: m.IsKP, Lines: lines})
	}
	return out, nil
}
