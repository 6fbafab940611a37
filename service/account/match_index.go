package account

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sixtouch/model"
	"sixtouch/service/match"
)

// commitLag is how much later than its own instant a transaction may commit and
// still be noticed.
const commitLag = 2 * time.Minute

// namesChunk bounds how many accounts' names one statement reads.
const namesChunk = 1000

// namesMemory is a replica's memory of all accounts' names, which follows the table.
type namesMemory struct {
	mu     sync.Mutex
	index  *match.Index
	seen   map[int64]namesState
	newest time.Time
}

// namesState tells one state of an account's names from the next.
type namesState struct {
	version int64
	at      int64 // microseconds
}

// follow reads what has changed since it was last called and returns it, the
// accounts that are gone left out. It costs what has changed: everything at
// first, and later what is younger than commitLag.
func (s *Service) follow(ctx context.Context) (*match.Index, []match.Account, error) {
	n := &s.names
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.index == nil {
		n.index, n.seen = match.NewIndex(nil), map[int64]namesState{}
	}
	var rows []model.Account
	query := s.DB.Read(ctx).Select("id", "updated_at", "names_version", "live_slot")
	if !n.newest.IsZero() {
		query = query.Where("updated_at >= ?", n.newest.Add(-commitLag))
	}
	if err := query.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("look for changed accounts: %w", err)
	}
	var changed []int64
	for _, a := range rows {
		state := namesState{a.NamesVersion, a.UpdatedAt.UnixMicro()}
		if n.seen[a.ID] == state {
			continue
		}
		changed = append(changed, a.ID)
	}
	var loaded []match.Account
	for part := range slices.Chunk(changed, namesChunk) {
		list, err := s.loadNames(ctx, part)
		if err != nil {
			return nil, nil, err
		}
		stands := make(map[int64]bool, len(list))
		for _, a := range list {
			n.index.Put(a)
			stands[a.ID] = true
		}
		for _, id := range part {
			if !stands[id] {
				n.index.Remove(id)
			}
		}
		loaded = append(loaded, list...)
	}
	for _, a := range rows {
		n.seen[a.ID] = namesState{a.NamesVersion, a.UpdatedAt.UnixMicro()}
		if a.UpdatedAt.After(n.newest) {
			n.newest = a.UpdatedAt
		}
	}
	return n.index, loaded, nil
}

// loadNames reads what live accounts are known by.
func (s *Service) loadNames(ctx context.Context, ids []int64) ([]match.Account, error) {
	var accounts []model.Account
	if err := s.DB.Read(ctx).Select("id", "name", "credit_code").Order("id").Find(&accounts, "id IN ? AND live_slot = 1", ids).Error; err != nil {
		return nil, fmt.Errorf("load accounts' names: %w", err)
	}
	var aliases []model.AccountAlias
	if err := s.DB.Read(ctx).Select("account_id", "alias").Order("id").Find(&aliases, "account_id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load aliases: %w", err)
	}
	var domains []model.AccountDomain
	if err := s.DB.Read(ctx).Select("account_id", "domain").Order("id").Find(&domains, "account_id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load domains: %w", err)
	}
	out, at := make([]match.Account, len(accounts)), make(map[int64]int, len(accounts))
	for i, a := range accounts {
		out[i], at[a.ID] = match.Account{ID: a.ID, Name: a.Name, CreditCode: a.CreditCode}, i
	}
	for _, a := range aliases {
		if i, ok := at[a.AccountID]; ok {
			out[i].Aliases = append(out[i].Aliases, a.Alias)
		}
	}
	for _, d := range domains {
		if i, ok := at[d.AccountID]; ok {
			out[i].Domains = append(out[i].Domains, d.Domain)
		}
	}
	return out, nil
}
