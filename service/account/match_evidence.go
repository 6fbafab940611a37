package account

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
	"sixtouch/service/match"
)

// sourceEmail is the source of a decision that rests on an address. Only its
// domain is kept.
const sourceEmail = match.SourceEmail

// evidenceLimit is how many characters of a text are kept with a decision.
const evidenceLimit = 255

// leadOf gathers what tells the company of a person: what WeCom shows, what forms
// and imports say, then what reps have noted, the latest note first.
func leadOf(c model.Contact, told []model.ContactCompany, notes []model.Relationship) match.Lead {
	var l match.Lead
	add := func(value, source string) {
		if value != "" {
			l.Texts = append(l.Texts, match.Text{Value: value, Source: source})
		}
	}
	add(c.CorpFullName, match.SourceCorpFullName)
	add(c.CorpName, match.SourceCorpName)
	for _, t := range told {
		add(t.Company, t.Origin) // its words are those of match's sources: form, import
	}
	if c.Email != "" {
		l.Emails = append(l.Emails, c.Email)
	}
	for _, r := range notes {
		add(r.RemarkCompany, match.SourceRemarkCompany)
		for _, note := range []match.Text{{Value: r.Remark, Source: match.SourceRemark}, {Value: r.Description, Source: match.SourceDescription}} {
			for _, text := range match.FromRemark(note.Value) {
				if text.Source == match.SourceEmail {
					l.Emails = append(l.Emails, text.Value)
					continue
				}
				add(text.Value, note.Source)
			}
		}
	}
	return l
}

// evidenceOf is the text of a result as a decision keeps it, and its key.
func evidenceOf(source, text string) (evidence, key string) {
	if source == sourceEmail {
		domain, _ := match.Domain(text)
		return "@" + domain, "@" + domain
	}
	return cut(text), cut(nameKey(text))
}

func cut(text string) string {
	if r := []rune(text); len(r) > evidenceLimit {
		return string(r[:evidenceLimit])
	}
	return text
}

// without leaves out of a lead what reads like a text that somebody has said does
// not mean the account in question.
func without(l match.Lead, source, text string) match.Lead {
	_, key := evidenceOf(source, text)
	same := func(source, text string) bool {
		_, k := evidenceOf(source, text)
		return k == key
	}
	return match.Lead{
		CreditCode: l.CreditCode,
		Texts:      slices.DeleteFunc(slices.Clone(l.Texts), func(t match.Text) bool { return same(t.Source, t.Value) }),
		Emails:     slices.DeleteFunc(slices.Clone(l.Emails), func(e string) bool { return same(sourceEmail, e) }),
	}
}

// matchBatch is what one transaction matches, loaded in sets.
type matchBatch struct {
	people    []model.Contact
	all       map[int64]match.Lead // what is known of each
	leads     map[int64]match.Lead // of it, what is evidence
	decisions map[int64][]model.MatchDecision
	standing  map[int64]int64 // who stands for the decisions' accounts
	rejected  map[textPair]bool
}

// textPair is a text and an account that it does not mean.
type textPair struct {
	key       string
	accountID int64
}

func (s *Service) loadPage(ctx context.Context, ids []int64) (*matchBatch, error) {
	p := &matchBatch{all: map[int64]match.Lead{}, leads: map[int64]match.Lead{}, rejected: map[textPair]bool{}}
	var err error
	if p.people, err = s.lockContacts(ctx, ids); err != nil {
		return nil, err
	}
	var notes []model.Relationship
	err = s.DB.Conn(ctx).Select("contact_id", "remark", "description", "remark_company").
		Order("contact_id, added_at DESC, id").Find(&notes, "contact_id IN ?", ids).Error
	if err != nil {
		return nil, fmt.Errorf("load what reps have noted: %w", err)
	}
	var said []model.ContactCompany
	if err := s.DB.Conn(ctx).Order("contact_id, origin").Find(&said, "contact_id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load what forms and imports say: %w", err)
	}
	told := byKey(said, func(t model.ContactCompany) int64 { return t.ContactID })
	of := byKey(notes, func(r model.Relationship) int64 { return r.ContactID })
	for _, c := range p.people {
		if c.ErasedAt == nil {
			p.all[c.ID] = leadOf(c, told[c.ID], of[c.ID])
			p.leads[c.ID] = p.all[c.ID]
		}
	}
	var decisions []model.MatchDecision
	if err := s.DB.Conn(ctx).Order("acted_at, id").Find(&decisions, "contact_id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load decisions: %w", err)
	}
	p.decisions = byKey(decisions, func(d model.MatchDecision) int64 { return d.ContactID })
	accounts := make([]int64, len(decisions))
	for i, d := range decisions {
		accounts[i] = d.AccountID
	}
	if p.standing, err = s.standing(ctx, accounts); err != nil {
		return nil, err
	}
	if err := s.dropShared(ctx, p); err != nil {
		return nil, err
	}
	return p, s.loadRejected(ctx, p)
}

// dropShared leaves addresses out whose domain was seen at too many accounts.
func (s *Service) dropShared(ctx context.Context, p *matchBatch) error {
	var domains []string
	for _, l := range p.leads {
		for _, email := range l.Emails {
			if domain, evidence := match.Domain(email); evidence {
				domains = append(domains, domain)
			}
		}
	}
	if len(domains) == 0 {
		return nil
	}
	var shared []string
	err := s.DB.Conn(ctx).Model(&model.MatchDomainReview{}).Where("domain IN ? AND (shared IS NULL OR shared = ?)", domains, true).Pluck("domain", &shared).Error
	if err != nil {
		return fmt.Errorf("look up shared domains: %w", err)
	}
	for id, l := range p.leads {
		l.Emails = slices.DeleteFunc(slices.Clone(l.Emails), func(email string) bool {
			domain, _ := match.Domain(email)
			return slices.Contains(shared, domain)
		})
		p.leads[id] = l
	}
	return nil
}

func (s *Service) loadRejected(ctx context.Context, p *matchBatch) error {
	var keys []string
	for _, l := range p.leads {
		for _, t := range l.Texts {
			_, key := evidenceOf(t.Source, t.Value)
			keys = append(keys, key)
		}
		for _, e := range l.Emails {
			_, key := evidenceOf(sourceEmail, e)
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for part := range slices.Chunk(slices.Compact(keys), memberChunk) {
		var rows []model.MatchRejection
		if err := s.DB.Conn(ctx).Find(&rows, "evidence_key IN ?", part).Error; err != nil {
			return fmt.Errorf("load rejected pairs: %w", err)
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.AccountID
		}
		standing, err := s.standing(ctx, ids)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p.rejected[textPair{r.EvidenceKey, standing[r.AccountID]}] = true
		}
	}
	return nil
}
