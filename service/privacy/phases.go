package privacy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

const (
	// scrubRows is how many rows one transaction reads and rewrites one by one.
	scrubRows = 200
	// walkRows is how many rows of a table without an index on people one
	// transaction passes.
	walkRows = 2000
)

// phase does one page of an erasure, from e's position on, and moves it. It tells
// whether the phase has more.
type phase func(ctx context.Context, who person, e *model.Erasure) (more bool, err error)

// phases are what erasing does, one after the other. Each stands being done
// again.
func (s *Service) phases() []phase {
	list := []phase{s.blankNotes}
	for _, r := range rules() {
		list = append(list, s.blank(r))
	}
	return append(list, s.scrubActivities, s.blankCallbacks, s.scrubDispatches)
}

// blank makes a phase of a rule: one person's rows of a table are few enough for
// one statement.
func (s *Service) blank(r rule) phase {
	return func(ctx context.Context, who person, e *model.Erasure) (bool, error) {
		t, err := tableOf(s.DB.Conn(ctx), r)
		if err != nil || len(t.blank) == 0 && !t.drop {
			return false, err
		}
		q := t.of(s.DB.Conn(ctx).Table(t.name), who)
		if t.drop {
			q = q.Delete(nil)
		} else {
			q = q.UpdateColumns(t.blank)
		}
		e.Counts.V[t.name] += q.RowsAffected
		return false, wrap("erase from "+t.name, q.Error)
	}
}

// blankNotes empties the notes on imported rows that quote what is known of the
// person. Nothing but the quotation tells whom a note is about.
func (s *Service) blankNotes(ctx context.Context, who person, e *model.Erasure) (bool, error) {
	words, err := s.words(ctx, who)
	if err != nil {
		return false, err
	}
	var list []model.ImportNote
	err = s.DB.Conn(ctx).Select("id", "value").Order("id").Limit(walkRows).Find(&list, "id > ?", e.Position.V.AfterID).Error
	if err != nil {
		return false, fmt.Errorf("pass notes on imports: %w", err)
	}
	var hits []int64
	for _, n := range list {
		e.Position.V.AfterID = n.ID
		if words[n.Value] {
			hits = append(hits, n.ID)
		}
	}
	if len(hits) > 0 {
		res := s.DB.Conn(ctx).Model(&model.ImportNote{}).Where("id IN ?", hits).UpdateColumn("value", "")
		if res.Error != nil {
			return false, fmt.Errorf("empty notes on imports: %w", res.Error)
		}
		e.Counts.V["import_notes"] += res.RowsAffected
	}
	return len(list) == walkRows, nil
}

// words are what identifies the person.
func (s *Service) words(ctx context.Context, who person) (map[string]bool, error) {
	var c model.Contact
	if err := s.DB.Conn(ctx).Take(&c, who.id).Error; err != nil {
		return nil, fmt.Errorf("load contact: %w", err)
	}
	var notes []model.Relationship
	if err := s.DB.Conn(ctx).Find(&notes, "contact_id = ?", who.id).Error; err != nil {
		return nil, fmt.Errorf("load what reps have noted: %w", err)
	}
	words := map[string]bool{c.Name: true, c.Email: true, c.Mobile: true, who.external: true}
	for _, r := range notes {
		words[r.Remark] = true
		for _, mobile := range r.RemarkMobiles.V {
			words[mobile] = true
		}
	}
	delete(words, "")
	return words, nil
}

// scrubActivities takes out of activities what tells of the person beyond what
// happened: days of their life, and what was noted by hand.
func (s *Service) scrubActivities(ctx context.Context, who person, e *model.Erasure) (bool, error) {
	var list []model.Activity
	err := s.DB.Conn(ctx).Order("id").Limit(scrubRows).Find(&list, "contact_id = ? AND id > ?", who.id, e.Position.V.AfterID).Error
	if err != nil {
		return false, fmt.Errorf("read activities: %w", err)
	}
	for _, a := range list {
		e.Position.V.AfterID = a.ID
		data := a.Data.V
		data.Day = ""
		if a.ByContact() || a.Kind == model.ActivityProfileChanged {
			data.Reason = "" // noted by hand
		}
		if data == a.Data.V {
			continue
		}
		err := s.DB.Conn(ctx).Model(&model.Activity{}).Where("id = ?", a.ID).UpdateColumn("data", model.AsJSON(data)).Error
		if err != nil {
			return false, fmt.Errorf("erase from activity %d: %w", a.ID, err)
		}
		e.Counts.V["activities"]++
	}
	return len(list) == scrubRows, nil
}

// blankCallbacks empties the stored callbacks that name the person, once they
// are over; those that are not are processed first, and looked at again.
func (s *Service) blankCallbacks(ctx context.Context, who person, e *model.Erasure) (bool, error) {
	hits, more, err := s.walk(ctx, "inbox_items", "received_at", who, e)
	if err != nil || len(hits) == 0 {
		return more, err
	}
	var list []model.InboxItem
	if err := s.DB.Conn(ctx).Select("id", "state").Order("id").Find(&list, "id IN ?", hits).Error; err != nil {
		return false, fmt.Errorf("read callbacks: %w", err)
	}
	var over []int64
	for _, it := range list {
		switch it.State {
		case model.InboxDone, model.InboxDead, model.InboxIgnored:
			over = append(over, it.ID)
		case model.InboxReceived, model.InboxProcessing, model.InboxRetry:
			again(e, it.ID)
		}
	}
	if len(over) == 0 {
		return more, nil
	}
	// A parked one cannot be redriven any more.
	res := s.DB.Conn(ctx).Model(&model.InboxItem{}).Where("id IN ?", over).UpdateColumns(map[string]any{
		"payload": []byte{}, "last_error": "", "state": gorm.Expr("CASE WHEN state = ? THEN ? ELSE state END", model.InboxDead, model.InboxIgnored),
	})
	e.Counts.V["inbox_items"] += res.RowsAffected
	return more, wrap("empty callbacks", res.Error)
}

// scrubDispatches takes the person out of what was sent, cards and calls that
// were given up included: nothing but their payload names whom those were for, so
// all are passed once. What is in mid-call or of unknown outcome is needed as it
// is and looked at again.
func (s *Service) scrubDispatches(ctx context.Context, who person, e *model.Erasure) (bool, error) {
	hits, more, err := s.walk(ctx, "dispatches", "created_at", who, e)
	if err != nil {
		return false, err
	}
	for _, id := range hits {
		var d model.Dispatch
		err := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Select("id", "state", "payload").Take(&d, id).Error
		if err != nil {
			return false, fmt.Errorf("lock dispatch %d: %w", id, err)
		}
		switch d.State {
		case model.DispatchQueued, model.DispatchSending, model.DispatchUnknown, model.DispatchStuck:
			again(e, id)
			continue
		case model.DispatchSent, model.DispatchConfirmed, model.DispatchExpired, model.DispatchFailed, model.DispatchCancelling, model.DispatchCancelled:
		}
		if !scrub(&d.Payload.V, who) {
			continue
		}
		if err := s.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id = ?", id).UpdateColumn("payload", d.Payload).Error; err != nil {
			return false, fmt.Errorf("erase from dispatch %d: %w", id, err)
		}
		e.Counts.V["dispatches"]++
	}
	return more, nil
}

// walk passes a page of a table, from e's position on, and finds the rows of
// before the erasure whose payload names the person: who has begun anew since is
// left alone.
func (s *Service) walk(ctx context.Context, name, made string, who person, e *model.Erasure) (hits []int64, more bool, err error) {
	var rows []struct {
		ID  int64
		Hit bool
	}
	err = s.DB.Conn(ctx).Table(name).Select("id, INSTR(payload, ?) > 0 AND "+made+" <= ? AS hit", who.external, e.CreatedAt).
		Where("id > ?", e.Position.V.AfterID).Order("id").Limit(walkRows).Find(&rows).Error
	if err != nil {
		return nil, false, fmt.Errorf("pass %s: %w", name, err)
	}
	for _, r := range rows {
		e.Position.V.AfterID = r.ID
		if r.Hit {
			hits = append(hits, r.ID)
		}
	}
	return hits, len(rows) == walkRows, nil
}

// again has the phase be done once more from a row on.
func again(e *model.Erasure, id int64) {
	if e.Position.V.AgainID == nil {
		e.Position.V.AgainID = new(id - 1)
	}
}
