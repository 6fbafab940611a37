package audience

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// loadAccounts reads accounts in sets, with what filters look at. The people of
// the accounts are gone through by chunks and only counted, so that an account
// may have any number of them.
func loadAccounts(ctx context.Context, db *model.DB, now time.Time, ids []int64, needs facet, rollUps map[string]Filter) (map[int64]*Account, error) {
	out := make(map[int64]*Account, len(ids))
	for page := range slices.Chunk(ids, loadChunk) {
		var rows []model.Account
		err := db.Conn(ctx).Select("id", "live_slot", "tier", "lifecycle", "is_target", "strategic", "industry", "region", "employees", "tech_spend", "acv",
			"owner_id", "sdr_id", "engaged", "engagement", "engagement_level").Find(&rows, "id IN ?", page).Error
		if err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		for _, a := range rows {
			out[a.ID] = &Account{
				ID: a.ID, live: a.LiveSlot != nil, Tier: a.Tier, Lifecycle: a.Lifecycle, Target: a.IsTarget, Strategic: a.Strategic, Industry: a.Industry, Region: a.Region,
				Employees: a.Employees, TechSpend: a.TechSpend, ACV: a.ACV, OwnerID: a.OwnerID, SDRID: a.SDRID,
				Engaged: a.Engaged, Level: a.EngagementLevel, Engagement: a.Engagement, Roles: map[model.Role]int{}, tallies: map[string]int{},
			}
		}
		if needs&facetPeople != 0 {
			if err := countPeople(db.Conn(ctx), page, out); err != nil {
				return nil, err
			}
		}
		if needs&facetLists != 0 {
			if err := readLists(db.Conn(ctx), page, out); err != nil {
				return nil, err
			}
		}
		if needs&facetOpportunities != 0 {
			if err := readOpportunities(db.Conn(ctx), page, out); err != nil {
				return nil, err
			}
		}
		if len(rollUps) > 0 {
			if err := tally(ctx, db, now, page, rollUps, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func countPeople(conn *gorm.DB, ids []int64, accounts map[int64]*Account) error {
	var rows []struct {
		AccountID int64
		Role      model.Role
		N         int
	}
	err := conn.Raw("SELECT c.account_id, c.role, COUNT(*) AS n FROM contacts c WHERE c.account_id IN ? GROUP BY c.account_id, c.role", ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("people of accounts: %w", err)
	}
	for _, r := range rows {
		a, ok := accounts[r.AccountID]
		if !ok {
			continue
		}
		if a.People += r.N; r.Role != "" {
			a.Roles[r.Role] = r.N
		}
	}
	return nil
}

func readLists(conn *gorm.DB, ids []int64, accounts map[int64]*Account) error {
	var rows []struct{ AccountID, ListID int64 }
	if err := conn.Raw("SELECT m.account_id, m.list_id FROM "+onList+" IN ?", ids).Scan(&rows).Error; err != nil {
		return fmt.Errorf("target lists of accounts: %w", err)
	}
	for _, r := range rows {
		if a, ok := accounts[r.AccountID]; ok {
			a.Lists = append(a.Lists, r.ListID)
		}
	}
	return nil
}

func readOpportunities(conn *gorm.DB, ids []int64, accounts map[int64]*Account) error {
	var rows []struct {
		AccountID int64
		Opportunity
	}
	err := conn.Raw("SELECT DISTINCT o.account_id, o.state, o.kind FROM opportunities o WHERE o.account_id IN ?", ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("opportunities of accounts: %w", err)
	}
	for _, r := range rows {
		if a, ok := accounts[r.AccountID]; ok {
			a.Opportunities = append(a.Opportunities, r.Opportunity)
		}
	}
	return nil
}

// tally counts, for each roll-up, the people of the accounts who satisfy it.
func tally(ctx context.Context, db *model.DB, now time.Time, ids []int64, rollUps map[string]Filter, accounts map[int64]*Account) error {
	filters := make([]Filter, 0, len(rollUps))
	for _, f := range rollUps {
		filters = append(filters, f)
	}
	type person struct{ AccountID, ID int64 }
	for last := (person{}); ; {
		var page []person
		err := db.Conn(ctx).Model(&model.Contact{}).Where("account_id IN ?", ids).
			Where("account_id > ? OR account_id = ? AND id > ?", last.AccountID, last.AccountID, last.ID).
			Order("account_id, id").Limit(loadChunk).Find(&page).Error
		if err != nil {
			return fmt.Errorf("people of accounts: %w", err)
		}
		people := make([]int64, len(page))
		for i, p := range page {
			people[i] = p.ID
		}
		facts, err := Load(ctx, db, now, people, filters...)
		if err != nil {
			return err
		}
		for _, f := range facts {
			a, ok := accounts[f.AccountID]
			if !ok {
				continue
			}
			for key, of := range rollUps {
				if of.Match(f) {
					a.tallies[key]++
				}
			}
		}
		if len(page) < loadChunk {
			return nil
		}
		last = page[len(page)-1]
	}
}
