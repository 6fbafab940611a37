package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/match"
)

// sharedFrom is at how many accounts a domain was seen that is no evidence any
// more until somebody has looked: an agency's, a group's, a provider's.
const sharedFrom = 4

// noteDomains remembers at which accounts people with addresses of a domain are,
// and has those domains reviewed that are seen at many.
func (s *Service) noteDomains(ctx context.Context, people []model.Contact, moved []relocation) error {
	emails := make(map[int64]string, len(people))
	for _, c := range people {
		emails[c.ID] = c.Email
	}
	var rows []model.MatchDomain
	var domains []string
	for _, r := range moved {
		if domain, evidence := match.Domain(emails[r.contactID]); evidence && r.to != 0 {
			rows = append(rows, model.MatchDomain{Domain: domain, AccountID: r.to})
			domains = append(domains, domain)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).Clauses(skipKnown()).Create(&rows).Error; err != nil {
		return fmt.Errorf("note domains: %w", err)
	}
	var many []string
	err := s.DB.Conn(ctx).Model(&model.MatchDomain{}).Where("domain IN ?", domains).
		Group("domain").Having("COUNT(*) >= ?", sharedFrom).Pluck("domain", &many).Error
	if err != nil || len(many) == 0 {
		return wrap("count the accounts of domains", err)
	}
	reviews := make([]model.MatchDomainReview, len(many))
	for i, domain := range many {
		reviews[i] = model.MatchDomainReview{Domain: domain}
	}
	return wrap("have domains reviewed", s.DB.Conn(ctx).Clauses(skipKnown()).Create(&reviews).Error)
}

// DomainReview is a domain that was seen at many accounts, with how many.
type DomainReview struct {
	model.MatchDomainReview
	Accounts int64
}

// DomainReviews lists the domains that are, or were, to be looked at, the newest
// first.
func (s *Service) DomainReviews(ctx context.Context, page model.Page) ([]DomainReview, error) {
	q := s.DB.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var rows []model.MatchDomainReview
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list domains to review: %w", err)
	}
	domains := make([]string, len(rows))
	for i, r := range rows {
		domains[i] = r.Domain
	}
	var counts []struct {
		Domain string
		N      int64
	}
	err := s.DB.Read(ctx).Model(&model.MatchDomain{}).Select("domain, COUNT(*) AS n").Where("domain IN ?", domains).Group("domain").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count the accounts of domains: %w", err)
	}
	out := make([]DomainReview, len(rows))
	for i, r := range rows {
		out[i].MatchDomainReview = r
		for _, c := range counts {
			if c.Domain == r.Domain {
				out[i].Accounts = c.N
			}
		}
	}
	return out, nil
}

// ReviewDomain says whether a domain that was seen at many accounts is shared, and
// so no evidence. People who wait for an account that owns it are matched again.
func (s *Service) ReviewDomain(ctx context.Context, domain string, shared bool, author string) error {
	domain = strings.ToLower(domain)
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var r model.MatchDomainReview
		err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&r, "domain = ?", domain).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return model.NotFound("domain")
		}
		if err != nil {
			return fmt.Errorf("load domain: %w", err)
		}
		if err := s.DB.Conn(ctx).Model(&r).Updates(map[string]any{"shared": shared, "author": author}).Error; err != nil {
			return fmt.Errorf("store review: %w", err)
		}
		if shared {
			return nil
		}
		var owners []int64
		if err := s.DB.Conn(ctx).Model(&model.AccountDomain{}).Where("domain = ?", domain).Limit(memberChunk).Pluck("account_id", &owners).Error; err != nil {
			return fmt.Errorf("find who owns the domain: %w", err)
		}
		slices.Sort(owners)
		return s.accountChanged(ctx, slices.Compact(owners)...)
	})
	return wrap("review a domain", err)
}
