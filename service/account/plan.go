package account

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// The longest texts of a plan, in characters.
const (
	maxGoals = 4000
	maxTitle = 200
	maxNote  = 2000
	maxLink  = 500
)

// Fresh is how long an account's event is a reason to call.
const Fresh = 30 * 24 * time.Hour

// PlanInput is what marketing and sales want of an account. Nil numbers are the
// tier's.
type PlanInput struct {
	Goals          string
	ExpectedPeople *int
	ExpectedTouch  *int
	Review         bool // to be talked about in the weekly review
}

// Plan returns an account's plan; one that nobody has written is empty, with
// version 0.
func (s *Service) Plan(ctx context.Context, accountID int64) (model.AccountPlan, error) {
	p := model.AccountPlan{AccountID: accountID}
	err := s.DB.Read(ctx).Limit(1).Find(&p, "account_id = ?", accountID).Error
	return p, wrap(fmt.Sprintf("load plan of account %d", accountID), err)
}

// SetPlan replaces the plan that the editor saw as version; when somebody else was
// faster it is a conflict.
func (s *Service) SetPlan(ctx context.Context, accountID, version int64, in PlanInput, author string) (model.AccountPlan, error) {
	faults := map[string]string{}
	if utf8.RuneCountInString(in.Goals) > maxGoals {
		faults["goals"] = "must have at most 4000 characters"
	}
	for field, n := range map[string]*int{"expected_people": in.ExpectedPeople, "expected_touches": in.ExpectedTouch} {
		if n != nil && (*n < 1 || *n > maxWant) {
			faults[field] = "must be 1 to 100"
		}
	}
	if len(faults) > 0 {
		return model.AccountPlan{}, &model.Error{Code: model.CodeInvalid, Message: "the plan has faults", Fields: faults}
	}
	var p model.AccountPlan
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lockLive(ctx, accountID); err != nil {
			return err
		}
		var err error
		if p, err = s.Plan(ctx, accountID); err != nil {
			return err
		}
		if p.Version != version {
			return changedMeanwhile()
		}
		p.Goals, p.ExpectedPeople, p.ExpectedTouch, p.Author, p.Version = strings.TrimSpace(in.Goals), in.ExpectedPeople, in.ExpectedTouch, author, version+1
		now := s.DB.Now(ctx)
		switch {
		case !in.Review:
			p.ReviewSince = nil
		case p.ReviewSince == nil:
			p.ReviewSince = &now
		}
		return s.DB.Conn(ctx).Save(&p).Error
	})
	return p, wrap(fmt.Sprintf("write plan of account %d", accountID), err)
}

// ActionInput is a next action.
type ActionInput struct {
	Title     string
	Side      model.Side
	RepID     int64
	Due       time.Time // its day in the corp's zone
	ContactID *int64    // somebody of the account
	Done      bool
}

// AddAction plans a next action.
func (s *Service) AddAction(ctx context.Context, accountID int64, in ActionInput, author string) (model.AccountAction, error) {
	row := model.AccountAction{AccountID: accountID, Author: author}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row.ID = 0
		if _, err := s.lockLive(ctx, accountID); err != nil {
			return err
		}
		if err := s.writeAction(ctx, &row, in); err != nil {
			return err
		}
		return s.DB.Conn(ctx).Create(&row).Error
	})
	return row, wrap(fmt.Sprintf("plan an action for account %d", accountID), err)
}

// SetAction replaces a next action; one that is done stays done at the time at
// which it was. model.ErrNotFound when the account has none of that id.
func (s *Service) SetAction(ctx context.Context, accountID, id int64, in ActionInput) (model.AccountAction, error) {
	var row model.AccountAction
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row = model.AccountAction{}
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&row, "id = ? AND account_id = ?", id, accountID).Error; err != nil {
			return notFound("action", err)
		}
		if err := s.writeAction(ctx, &row, in); err != nil {
			return err
		}
		return s.DB.Conn(ctx).Save(&row).Error
	})
	return row, wrap(fmt.Sprintf("change action %d", id), err)
}

func (s *Service) writeAction(ctx context.Context, row *model.AccountAction, in ActionInput) error {
	faults := map[string]string{}
	title := strings.TrimSpace(in.Title)
	if n := utf8.RuneCountInString(title); n == 0 || n > maxTitle {
		faults["title"] = "must have 1 to 200 characters"
	}
	if in.Side != model.SideMarketing && in.Side != model.SideSales {
		faults["side"] = "must be marketing or sales"
	}
	if in.RepID == 0 {
		faults["rep_id"] = "must be the one who does it"
	}
	if in.RepID != row.RepID {
		if err := s.checkReps(ctx, map[string]int64{"rep_id": in.RepID}, faults); err != nil {
			return err
		}
	}
	if in.ContactID != nil && (row.ContactID == nil || *row.ContactID != *in.ContactID) {
		var n int64
		if err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND account_id = ?", *in.ContactID, row.AccountID).Count(&n).Error; err != nil {
			return fmt.Errorf("look up contact of an action: %w", err)
		}
		if n == 0 {
			faults["contact_id"] = "must be somebody of the account"
		}
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the action has faults", Fields: faults}
	}
	row.Title, row.Side, row.RepID, row.ContactID, row.DueDay = title, in.Side, in.RepID, in.ContactID, in.Due.Format(time.DateOnly)
	now := s.DB.Now(ctx)
	switch {
	case !in.Done:
		row.DoneAt = nil
	case row.DoneAt == nil:
		row.DoneAt = &now
	}
	return nil
}

// RemoveAction deletes a next action; model.ErrNotFound.
func (s *Service) RemoveAction(ctx context.Context, accountID, id int64) error {
	return s.removeOf(ctx, &model.AccountAction{}, accountID, id, model.NotFound("action"))
}

func (s *Service) removeOf(ctx context.Context, table any, accountID, id int64, missing error) error {
	done := s.DB.Conn(ctx).Where("id = ? AND account_id = ?", id, accountID).Delete(table)
	if done.Error != nil {
		return fmt.Errorf("delete a part of the plan of account %d: %w", accountID, done.Error)
	}
	if done.RowsAffected == 0 {
		return missing
	}
	return nil
}

// Actions lists an account's next actions: the open ones by day, then what was
// done, the latest first; a page of each at most.
func (s *Service) Actions(ctx context.Context, accountID int64) ([]model.AccountAction, error) {
	rows := []model.AccountAction{}
	if err := s.DB.Read(ctx).Where("account_id = ? AND done_at IS NULL", accountID).Order("due_day, id").Limit(model.PageLimit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list open actions of account %d: %w", accountID, err)
	}
	var done []model.AccountAction
	err := s.DB.Read(ctx).Where("account_id = ? AND done_at IS NOT NULL", accountID).Order("done_at DESC, id DESC").Limit(model.Page{}.Size()).Find(&done).Error
	return append(rows, done...), wrap(fmt.Sprintf("list done actions of account %d", accountID), err)
}

// EventKinds lists what can happen to a company that is a reason to call.
func EventKinds() []string {
	return []string{"funding", "acquisition", "leadership", "expansion", "product", "tender", "policy", "other"}
}

// EventInput is something that happened to the company.
type EventInput struct {
	Kind   string
	Title  string
	Source string
	URL    string
	At     time.Time
}

// AddEvent notes a reason to call.
func (s *Service) AddEvent(ctx context.Context, accountID int64, in EventInput, author string) (model.AccountEvent, error) {
	row := model.AccountEvent{
		AccountID: accountID, Kind: in.Kind, Title: strings.TrimSpace(in.Title), Source: strings.TrimSpace(in.Source), URL: in.URL,
		At: model.Instant(in.At), Author: author,
	}
	faults := map[string]string{}
	if !slices.Contains(EventKinds(), in.Kind) {
		faults["kind"] = "is no kind of event that we know"
	}
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > maxTitle {
		faults["title"] = "must have 1 to 200 characters"
	}
	if utf8.RuneCountInString(row.Source) > maxShort {
		faults["source"] = "must have at most 64 characters"
	}
	if link, err := url.Parse(in.URL); in.URL != "" && (err != nil || len(in.URL) > maxLink || link.Host == "" || link.Scheme != "https" && link.Scheme != "http") {
		faults["url"] = "must be a web address of at most 500 bytes"
	}
	if in.At.IsZero() || in.At.After(s.DB.Now(ctx).AddDate(0, 0, 1)) {
		faults["at"] = "must be when it happened"
	}
	if len(faults) > 0 {
		return row, &model.Error{Code: model.CodeInvalid, Message: "the event has faults", Fields: faults}
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row.ID = 0
		if _, err := s.lockLive(ctx, accountID); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Create(&row).Error; err != nil {
			return err
		}
		return s.rescorePeople(ctx, accountID) // a reason to call counts for them
	})
	return row, wrap(fmt.Sprintf("note an event of account %d", accountID), err)
}

// RemoveEvent deletes an event; model.ErrNotFound.
func (s *Service) RemoveEvent(ctx context.Context, accountID, id int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.removeOf(ctx, &model.AccountEvent{}, accountID, id, model.NotFound("event")); err != nil {
			return err
		}
		return s.rescorePeople(ctx, accountID)
	})
}

// Events lists an account's latest events.
func (s *Service) Events(ctx context.Context, accountID int64) ([]model.AccountEvent, error) {
	rows := []model.AccountEvent{}
	err := s.DB.Read(ctx).Where("account_id = ?", accountID).Order("at DESC, id DESC").Limit(model.Page{}.Size()).Find(&rows).Error
	return rows, wrap(fmt.Sprintf("list events of account %d", accountID), err)
}

// FreshEvent returns the latest event of an account that is at most Fresh old at
// that instant: why you, why now. ok is false when there is none.
func FreshEvent(events []model.AccountEvent, now time.Time) (e model.AccountEvent, ok bool) {
	for _, e := range events {
		if !e.At.After(now) && now.Sub(e.At) <= Fresh {
			return e, true
		}
	}
	return model.AccountEvent{}, false
}

// AddNote writes a note that marketing and sales share.
func (s *Service) AddNote(ctx context.Context, accountID int64, text, author string) (model.AccountNote, error) {
	row := model.AccountNote{AccountID: accountID, Text: strings.TrimSpace(text), Author: author}
	if n := utf8.RuneCountInString(row.Text); n == 0 || n > maxNote {
		return row, model.Invalid("text", "must have 1 to 2000 characters")
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row.ID = 0
		if _, err := s.lockLive(ctx, accountID); err != nil {
			return err
		}
		return s.DB.Conn(ctx).Create(&row).Error
	})
	return row, wrap(fmt.Sprintf("write a note on account %d", accountID), err)
}

// RemoveNote deletes a note; model.ErrNotFound.
func (s *Service) RemoveNote(ctx context.Context, accountID, id int64) error {
	return s.removeOf(ctx, &model.AccountNote{}, accountID, id, model.NotFound("note"))
}

// Notes lists notes on an account, the newest first.
func (s *Service) Notes(ctx context.Context, accountID int64, page model.Page) ([]model.AccountNote, error) {
	q := s.DB.Read(ctx).Where("account_id = ?", accountID)
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	rows := []model.AccountNote{}
	err := q.Order("id DESC").Limit(page.Size()).Find(&rows).Error
	return rows, wrap(fmt.Sprintf("list notes on account %d", accountID), err)
}

// duplicated tells whether a unique key refused a row.
func duplicated(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }
