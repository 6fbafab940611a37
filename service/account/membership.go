package account

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// memberChunk bounds how many people one statement names.
const memberChunk = 500

// SourceSplit is the source of decisions that part an account's people from it;
// others that are not the matcher's are SourceManual and SourceImport.
const SourceSplit = "split"

// Why a stretch began or ended.
const (
	reasonMatched   = "matched"
	reasonConfirmed = "confirmed"
	reasonMoved     = "moved"
	reasonCorrected = "corrected"
	reasonUndo      = "undo"
)

// lockContacts loads people in the order of their ids and locks their rows:
// whoever changes where somebody is holds that lock, so that what is read after it
// stays true until the commit. Between a cluster's nodes it is the writing of the
// row, and the one open stretch, that lets one win.
func (s *Service) lockContacts(ctx context.Context, ids []int64) ([]model.Contact, error) {
	var rows []model.Contact
	err := s.DB.Conn(ctx).Clauses(forUpdate()).
		Select("id", "corp_name", "corp_full_name", "email", "account_id", "first_added_at", "created_at", "erased_at").
		Where("id IN ?", ids).Order("id").Find(&rows).Error
	return rows, wrap("lock contacts", err)
}

// settle makes the stretches of people, whose rows are locked, what their
// decisions say, and tells of those who are somewhere else now. causes names what
// changed, where it is not the last decision.
func (s *Service) settle(ctx context.Context, people []model.Contact, causes map[int64]string) error {
	if len(people) == 0 {
		return nil
	}
	ids := make([]int64, len(people))
	for i, c := range people {
		ids[i] = c.ID
	}
	var log []model.MatchDecision
	err := s.DB.Conn(ctx).Select("id", "contact_id", "account_id", "state", "effect", "since", "source", "author").
		Where("contact_id IN ? AND effect <> '' AND state <> ?", ids, model.MatchUndone).Order("acted_at, id").Find(&log).Error
	if err != nil {
		return fmt.Errorf("load decisions: %w", err)
	}
	var rows []model.AccountMember
	if err := s.DB.Conn(ctx).Where("contact_id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return fmt.Errorf("load memberships: %w", err)
	}
	accounts := make([]int64, len(log))
	for i, d := range log {
		accounts[i] = d.AccountID
	}
	standing, err := s.standing(ctx, accounts)
	if err != nil {
		return err
	}
	decisions, known := byKey(log, func(d model.MatchDecision) int64 { return d.ContactID }), byKey(rows, func(m model.AccountMember) int64 { return m.ContactID })
	m := mover{now: s.DB.Now(ctx), standing: standing}
	for _, c := range people {
		m.person(c, decisions[c.ID], known[c.ID], causes[c.ID])
	}
	if err := s.storeMoves(ctx, m); err != nil {
		return err
	}
	return s.noteDomains(ctx, people, m.moved)
}

// byKey sorts rows into lists by a key.
func byKey[T any](rows []T, key func(T) int64) map[int64][]T {
	out := map[int64][]T{}
	for _, r := range rows {
		out[key(r)] = append(out[key(r)], r)
	}
	return out
}

// mover collects what must be written so that stretches are what decisions say.
type mover struct {
	now      time.Time
	standing map[int64]int64 // who stands for an account that was taken into another

	closed  []model.AccountMember // lose their slot: written first, as only one may have it
	changed []model.AccountMember
	fresh   []model.AccountMember
	moved   []relocation
}

// relocation is somebody who is somewhere else now; 0 is nowhere.
type relocation struct {
	contactID, from, to int64
	cause               string
}

func (m *mover) person(c model.Contact, decisions []model.MatchDecision, rows []model.AccountMember, cause string) {
	first := c.CreatedAt
	if c.FirstAddedAt != nil {
		first = *c.FirstAddedAt
	}
	byDecision := make(map[int64]model.AccountMember, len(rows))
	for _, r := range rows {
		if r.DecisionID != 0 {
			byDecision[r.DecisionID] = r
		}
	}
	list := replay(first, decisions)
	wanted := make(map[int64]bool, len(list)) // ids of rows
	var at int64
	for _, want := range list {
		row, ok := byDecision[want.decision.ID]
		next := m.row(c.ID, want, row)
		if want.to == nil {
			at = next.AccountID
		}
		switch {
		case !ok:
			m.fresh = append(m.fresh, next)
		case !sameStretch(row, next) && next.OpenSlot == nil:
			m.closed = append(m.closed, next)
		case !sameStretch(row, next):
			m.changed = append(m.changed, next)
		}
		wanted[row.ID] = ok
	}
	for _, r := range rows {
		if !wanted[r.ID] && r.VoidedAt == nil {
			r.OpenSlot, r.VoidedAt, r.EndReason = nil, &m.now, reasonCorrected
			if cause != "" {
				r.EndReason = reasonUndo
			}
			m.closed = append(m.closed, r)
		}
	}
	var was int64
	if c.AccountID != nil {
		was = *c.AccountID
	}
	if was == at {
		return
	}
	if cause == "" && len(decisions) > 0 {
		cause = fmt.Sprint(decisions[len(decisions)-1].ID)
	}
	m.moved = append(m.moved, relocation{contactID: c.ID, from: was, to: at, cause: cause})
}

// row is how the row of a stretch must look; known is the one that there is.
func (m *mover) row(contactID int64, want stretch, known model.AccountMember) model.AccountMember {
	next := known
	next.ContactID, next.DecisionID, next.AccountID = contactID, want.decision.ID, want.decision.AccountID
	if into, ok := m.standing[next.AccountID]; ok {
		next.AccountID = into
	}
	next.FromAt, next.ToAt, next.VoidedAt, next.OpenSlot, next.EndReason = want.from, want.to, nil, nil, ""
	if want.to == nil {
		next.OpenSlot = live()
	} else {
		next.EndReason = reasonMoved
	}
	next.Reason, next.Author = reasonOf(want.decision), want.decision.Author
	return next
}

func reasonOf(d model.MatchDecision) string {
	switch {
	case d.State == model.MatchAutomatic:
		return reasonMatched
	case d.Source == SourceManual, d.Source == SourceImport, d.Source == SourceSplit:
		return d.Source
	}
	return reasonConfirmed
}

func sameStretch(a, b model.AccountMember) bool {
	return a.AccountID == b.AccountID && a.FromAt.Equal(b.FromAt) && sameInstant(a.ToAt, b.ToAt) && a.VoidedAt == nil && (a.OpenSlot == nil) == (b.OpenSlot == nil)
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func (s *Service) storeMoves(ctx context.Context, m mover) error {
	for _, list := range [][]model.AccountMember{m.closed, m.changed} {
		for i := range list {
			if err := s.DB.Conn(ctx).Save(&list[i]).Error; err != nil {
				return fmt.Errorf("change membership %d: %w", list[i].ID, err)
			}
		}
	}
	if len(m.fresh) > 0 {
		if err := s.DB.Conn(ctx).CreateInBatches(&m.fresh, memberChunk).Error; err != nil {
			return fmt.Errorf("store memberships: %w", err)
		}
	}
	for to, list := range byKey(m.moved, func(r relocation) int64 { return r.to }) {
		ids := make([]int64, len(list))
		for i, r := range list {
			ids[i] = r.contactID
		}
		err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id IN ?", ids).
			Updates(map[string]any{"account_id": orNull(to), "updated_at": m.now}).Error
		if err != nil {
			return fmt.Errorf("note accounts of contacts: %w", err)
		}
	}
	for _, r := range m.moved {
		if err := s.announce(ctx, r, m.now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) announce(ctx context.Context, r relocation, now time.Time) error {
	for _, a := range []struct {
		kind    model.ActivityKind
		account int64
	}{{model.ActivityAccountLeft, r.from}, {model.ActivityAccountJoined, r.to}} {
		if a.account == 0 {
			continue
		}
		err := s.Record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%d:%s", a.kind, r.contactID, r.cause), Kind: a.kind, ContactID: r.contactID, OccurredAt: now,
			Data: model.AsJSON(model.ActivityData{AccountID: a.account}),
		})
		if err != nil {
			return fmt.Errorf("tell where contact %d is: %w", r.contactID, err)
		}
	}
	return nil
}

// orNull is nil for no account.
func orNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// standing tells for each of the accounts that was taken into another who stands
// for it now.
func (s *Service) standing(ctx context.Context, ids []int64) (map[int64]int64, error) {
	out, ask := map[int64]int64{}, map[int64][]int64{} // asked → for whom
	for _, id := range ids {
		if id != 0 && out[id] == 0 {
			out[id], ask[id] = id, []int64{id}
		}
	}
	for len(ask) > 0 {
		asked := make([]int64, 0, len(ask))
		for id := range ask {
			asked = append(asked, id)
		}
		var merged []model.Account
		err := s.DB.Conn(ctx).Select("id", "merged_into").Find(&merged, "id IN ? AND merged_into IS NOT NULL", asked).Error
		if err != nil {
			return nil, fmt.Errorf("look up merged accounts: %w", err)
		}
		next := map[int64][]int64{}
		for _, a := range merged {
			for _, id := range ask[a.ID] {
				out[id] = *a.MergedInto
				next[*a.MergedInto] = append(next[*a.MergedInto], id)
			}
		}
		ask = next
	}
	return out, nil
}
