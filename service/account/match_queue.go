package account

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/service/match"
)

const (
	// matchPage is how many people one transaction matches.
	matchPage = 100
	// fanOut is how many people one look at an account's change asks for.
	fanOut = 500
	// matchLease is how long a page may take before another replica takes it over.
	matchLease = 2 * time.Minute
	// The pause after a failure doubles from the first to the last.
	firstRetry, lastRetry = time.Minute, 6 * time.Hour
)

// Matcher reacts to what may tell the company of a person.
type Matcher struct{ s *Service }

// Matcher returns the reactor. It only asks for the person to be matched.
func (s *Service) Matcher() Matcher { return Matcher{s} }

// Name names the reactor in errors.
func (Matcher) Name() string { return "matcher" }

// React asks for people to be matched whose evidence is new.
func (m Matcher) React(ctx context.Context, a model.Activity) error {
	switch a.Kind {
	case model.ActivityContactAdded, model.ActivityContactHalf, model.ActivityTakenOver, model.ActivityFormSubmitted:
	case model.ActivityProfileChanged:
		if a.Data.V.Field != model.FieldCompany && a.Data.V.Field != model.FieldEmail {
			return nil
		}
	default:
		return nil
	}
	if a.ContactID <= 0 {
		return nil // a customer group
	}
	return m.s.enqueue(ctx, a.ContactID)
}

// Rematch asks for people to be matched again.
func (s *Service) Rematch(ctx context.Context, contactIDs ...int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error { return s.enqueue(ctx, contactIDs...) })
}

// enqueue asks for people to be matched, in the transaction of ctx. Who is being
// matched at this moment keeps the task: what was read may be old.
func (s *Service) enqueue(ctx context.Context, contactIDs ...int64) error {
	now := s.DB.Now(ctx)
	for part := range slices.Chunk(contactIDs, memberChunk) {
		tasks := make([]model.MatchTask, len(part))
		for i, id := range part {
			tasks[i] = model.MatchTask{ContactID: id, DueAt: now}
		}
		err := s.DB.Conn(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "contact_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"due_at", "failures", "lease_token", "lease_until"}),
		}).Create(&tasks).Error
		if err != nil {
			return fmt.Errorf("ask for contacts to be matched: %w", err)
		}
	}
	s.wake(ctx)
	return nil
}

func (s *Service) wake(ctx context.Context) {
	if s.WakeMatcher != nil {
		model.AfterCommit(ctx, s.WakeMatcher)
	}
}

// accountChanged says, in the transaction of ctx, that accounts have come or that
// their names, domains or codes have changed: people who matched nobody may match
// them now. The accounts' updated_at tells all replicas to read them anew.
func (s *Service) accountChanged(ctx context.Context, accountIDs ...int64) error {
	now := s.DB.Now(ctx)
	for part := range slices.Chunk(accountIDs, memberChunk) {
		err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", part).
			UpdateColumns(map[string]any{"updated_at": now, "names_version": gorm.Expr("names_version + 1")}).Error
		if err != nil {
			return fmt.Errorf("mark accounts as changed: %w", err)
		}
		tasks := make([]model.MatchAccountTask, len(part))
		for i, id := range part {
			tasks[i] = model.MatchAccountTask{AccountID: id, DueAt: now}
		}
		err = s.DB.Conn(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "account_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"after_contact_id", "due_at", "lease_token", "lease_until"}),
		}).Create(&tasks).Error
		if err != nil {
			return fmt.Errorf("ask who waited for the accounts: %w", err)
		}
	}
	s.wake(ctx)
	return nil
}

// claimable is what no replica holds.
const claimable = "due_at <= @now AND (lease_until IS NULL OR lease_until < @now)"

// claim takes due tasks of a table, the longest due first, and returns their ids
// and the token of the lease. Two replicas that find the same tasks share them out.
func (s *Service) claim(ctx context.Context, table any, id string) (ids []int64, token string, err error) {
	now := sql.Named("now", s.DB.Now(ctx))
	token = rand.Text()[:20]
	var found []int64
	if err := s.DB.Conn(ctx).Model(table).Where(claimable, now).Order("due_at").Limit(matchPage).Pluck(id, &found).Error; err != nil {
		return nil, "", fmt.Errorf("find due tasks: %w", err)
	}
	if len(found) == 0 {
		return nil, "", nil
	}
	err = s.DB.Conn(ctx).Model(table).Where(id+" IN ?", found).Where(claimable, now).
		Updates(map[string]any{"lease_token": token, "lease_until": s.DB.Now(ctx).Add(matchLease)}).Error
	if err != nil {
		return nil, "", fmt.Errorf("claim tasks: %w", err)
	}
	err = s.DB.Conn(ctx).Model(table).Where(id+" IN ? AND lease_token = ?", found, token).Order(id).Pluck(id, &ids).Error
	return ids, token, wrap("read claimed tasks", err)
}

// fan asks for the people that some changed accounts' names and domains block; it
// tells whether there were any.
func (s *Service) fan(ctx context.Context) (bool, error) {
	ids, token, err := s.claim(ctx, &model.MatchAccountTask{}, "account_id")
	if err != nil || len(ids) == 0 {
		return false, err
	}
	accounts, err := s.loadNames(ctx, ids)
	if err != nil {
		return false, err
	}
	for _, a := range accounts {
		for more := true; more; {
			if more, err = s.fanPage(ctx, a, token); err != nil {
				return false, err
			}
		}
	}
	// One that has changed anew meanwhile has lost the token, and begins again.
	err = s.DB.Conn(ctx).Delete(&model.MatchAccountTask{}, "account_id IN ? AND lease_token = ?", ids, token).Error
	return true, wrap("finish changed accounts", err)
}

// fanPage asks for a page of the people whom an account's keys block.
func (s *Service) fanPage(ctx context.Context, a match.Account, token string) (more bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		more = false
		var task model.MatchAccountTask
		err := s.DB.Conn(ctx).Limit(1).Find(&task, "account_id = ? AND lease_token = ?", a.ID, token).Error
		if err != nil || task.AccountID == 0 {
			return wrap("read the account's task", err)
		}
		var ids []int64
		err = s.DB.Conn(ctx).Model(&model.MatchKey{}).Distinct("contact_id").Where("match_key IN ? AND contact_id > ?", a.Keys(), task.AfterContactID).
			Order("contact_id").Limit(fanOut).Pluck("contact_id", &ids).Error
		if err != nil || len(ids) == 0 {
			return wrap("find who waits for the account", err)
		}
		if err := s.enqueue(ctx, ids...); err != nil {
			return err
		}
		more = len(ids) == fanOut
		err = s.DB.Conn(ctx).Model(&task).Where("lease_token = ?", token).
			Updates(map[string]any{"after_contact_id": ids[len(ids)-1], "lease_until": s.DB.Now(ctx).Add(matchLease)}).Error
		return wrap("note how far the account's task is", err)
	})
	return more, err
}
