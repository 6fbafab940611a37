package account

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// Told is a decision with the names of those that it speaks of. Account is who
// stands for the decision's account today.
type Told struct {
	model.MatchDecision
	Contact      string
	Account      int64
	AccountName  string
	RunnerUpName string
	// PresentAccount is where the person is now; 0 is nowhere.
	PresentAccount int64
	PresentName    string
}

// Suggestions lists what waits for a person's decision, the longest waiting first;
// repID, if not 0, leaves those whose person the rep follows.
func (s *Service) Suggestions(ctx context.Context, repID int64, page model.Page) ([]Told, error) {
	q := s.DB.Read(ctx).Where("open_slot = 1 AND id > ?", page.After).Order("id").Limit(page.Size())
	if repID != 0 {
		q = q.Where("contact_id IN (?)", s.DB.Read(ctx).Model(&model.Relationship{}).Select("contact_id").
			Where("rep_id = ? AND state = ?", repID, model.RelationshipActive))
	}
	q = model.ScopeOf(ctx).OfContacts(q, "match_decisions.contact_id")
	var rows []model.MatchDecision
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list suggestions: %w", err)
	}
	return s.tell(ctx, rows)
}

// Decision returns one decision.
func (s *Service) Decision(ctx context.Context, id int64) (Told, error) {
	var d model.MatchDecision
	if err := s.DB.Read(ctx).Take(&d, "id = ?", id).Error; err != nil {
		return Told{}, notFound("decision", err)
	}
	told, err := s.tell(ctx, []model.MatchDecision{d})
	if err != nil {
		return Told{}, err
	}
	return told[0], nil
}

// Stay is a stretch of time that a person was at an account.
type Stay struct {
	model.AccountMember
	AccountName string
}

// Why is what is known of where a person is, and why.
type Why struct {
	Decisions []Told // the latest first
	Stays     []Stay // the latest first, those that were a mistake left out
}

// whyLimit bounds a person's decisions and stretches that are shown.
const whyLimit = model.PageLimit

// WhyAt tells where a person is and was, and every decision on it.
func (s *Service) WhyAt(ctx context.Context, contactID int64) (Why, error) {
	var w Why
	if err := s.DB.Read(ctx).Select("id").Take(&model.Contact{}, contactID).Error; err != nil {
		return w, notFound("contact", err)
	}
	var rows []model.MatchDecision
	if err := s.DB.Read(ctx).Order("id DESC").Limit(whyLimit).Find(&rows, "contact_id = ?", contactID).Error; err != nil {
		return w, fmt.Errorf("list decisions: %w", err)
	}
	var err error
	if w.Decisions, err = s.tell(ctx, rows); err != nil {
		return w, err
	}
	var members []model.AccountMember
	err = s.DB.Read(ctx).Order("from_at DESC, id DESC").Limit(whyLimit).Find(&members, "contact_id = ? AND voided_at IS NULL", contactID).Error
	if err != nil {
		return w, fmt.Errorf("list memberships: %w", err)
	}
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.AccountID
	}
	known, err := s.accountNames(ctx, ids)
	if err != nil {
		return w, err
	}
	w.Stays = make([]Stay, len(members))
	for i, m := range members {
		w.Stays[i] = Stay{m, known[m.AccountID]}
	}
	return w, nil
}

// tell adds the names to decisions.
func (s *Service) tell(ctx context.Context, rows []model.MatchDecision) ([]Told, error) {
	var contactIDs, accountIDs []int64
	for _, d := range rows {
		contactIDs, accountIDs = append(contactIDs, d.ContactID), append(accountIDs, d.AccountID, d.RunnerUp)
	}
	standing, err := s.standing(ctx, accountIDs)
	if err != nil {
		return nil, err
	}
	var contacts []model.Contact
	if err := s.DB.Read(ctx).Select("id", "name", "account_id").Find(&contacts, "id IN ?", contactIDs).Error; err != nil {
		return nil, fmt.Errorf("load contacts: %w", err)
	}
	people := make(map[int64]model.Contact, len(contacts))
	for _, c := range contacts {
		people[c.ID] = c
		accountIDs = append(accountIDs, accountOf(c))
	}
	for _, id := range standing {
		accountIDs = append(accountIDs, id)
	}
	known, err := s.accountNames(ctx, accountIDs)
	if err != nil {
		return nil, err
	}
	out := make([]Told, len(rows))
	for i, d := range rows {
		c := people[d.ContactID]
		out[i] = Told{
			MatchDecision: d, Contact: c.Name, Account: standing[d.AccountID], AccountName: known[standing[d.AccountID]],
			RunnerUpName: known[d.RunnerUp], PresentAccount: accountOf(c), PresentName: known[accountOf(c)],
		}
	}
	return out, nil
}

func (s *Service) accountNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	var rows []model.Account
	if err := s.DB.Read(ctx).Select("id", "name").Find(&rows, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load accounts' names: %w", err)
	}
	out := make(map[int64]string, len(rows))
	for _, a := range rows {
		out[a.ID] = a.Name
	}
	return out, nil
}

// Merged is a merge with the names of its accounts.
type Merged struct {
	model.AccountMerge
	FromName, IntoName string
}

// Merges lists the merges that an account took part in, the latest first.
func (s *Service) Merges(ctx context.Context, accountID int64, page model.Page) ([]Merged, error) {
	q := s.DB.Read(ctx).Omit("moved").Where("(from_id = ? OR into_id = ?)", accountID, accountID).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var rows []model.AccountMerge
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list merges: %w", err)
	}
	var ids []int64
	for _, m := range rows {
		ids = append(ids, m.FromID, m.IntoID)
	}
	known, err := s.accountNames(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Merged, len(rows))
	for i, m := range rows {
		out[i] = Merged{m, known[m.FromID], known[m.IntoID]}
	}
	return out, nil
}
