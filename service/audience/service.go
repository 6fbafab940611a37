package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxName bounds an audience's name, in characters.
const maxName = 100

// rebuildAfter bounds how long an index is only caught up with: whatever
// changed behind the activities' back is right again after it.
const rebuildAfter = time.Hour

// Service keeps saved audiences and answers who and how many are in them.
//
// An audience is looked for among contacts with an active relationship, unless
// its filter speaks of friend status itself: then among all. Whoever sees a part
// of the company counts and lists whom they see of it.
type Service struct {
	db   *model.DB
	zone *time.Location

	index     atomic.Pointer[index]
	following sync.Mutex // one catches up
	building  sync.Mutex // one builds; guards builtAt
	builtAt   time.Time
}

// New returns a service; zone is that of calendar days.
func New(db *model.DB, zone *time.Location) *Service { return &Service{db: db, zone: zone} }

// Create saves a new audience. A name that is taken is a conflict.
func (s *Service) Create(ctx context.Context, name string, f Filter) (model.Audience, error) {
	a, err := row(name, f)
	if err != nil {
		return a, err
	}
	return a, taken(s.db.Conn(ctx).Create(&a).Error, "save audience")
}

// Update changes a saved audience.
func (s *Service) Update(ctx context.Context, id int64, name string, f Filter) (model.Audience, error) {
	a, err := row(name, f)
	if err != nil {
		return a, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		a.ID, a.CreatedAt = id, old.CreatedAt
		return taken(s.db.Conn(ctx).Save(&a).Error, "change audience")
	})
	return a, err
}

// Delete removes a saved audience unless keep, asked in the same transaction,
// refuses; model.ErrNotFound if there is none.
func (s *Service) Delete(ctx context.Context, id int64, keep func(ctx context.Context, id int64) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		res := s.db.Conn(ctx).Delete(&model.Audience{}, id)
		if res.Error != nil {
			return fmt.Errorf("delete audience %d: %w", id, res.Error)
		}
		if res.RowsAffected == 0 {
			return model.NotFound("audience")
		}
		return keep(ctx, id)
	})
}

// Get returns a saved audience, whose filter Parse reads.
func (s *Service) Get(ctx context.Context, id int64) (model.Audience, error) {
	var a model.Audience
	err := s.db.Read(ctx).Take(&a, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, model.NotFound("audience")
	}
	if err != nil {
		return a, fmt.Errorf("load audience %d: %w", id, err)
	}
	return a, nil
}

// List returns saved audiences in the order of their ids.
func (s *Service) List(ctx context.Context, page model.Page) ([]model.Audience, error) {
	var list []model.Audience
	if err := s.db.Read(ctx).Where("id > ?", page.After).Order("id").Limit(page.Size()).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list audiences: %w", err)
	}
	return list, nil
}

// Count returns how many contacts a filter selects now. Filters on tags alone
// are counted by bitmaps once Refresh has built them, which takes a fraction
// of a millisecond for a million contacts; others by the database.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	x, ok, err := s.bitmaps(ctx, f)
	if err != nil {
		return 0, err
	}
	if ok {
		return x.count(f), nil
	}
	var n int64
	if err := s.query(ctx, f).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count an audience: %w", err)
	}
	return n, nil
}

// Members returns a page of the contacts that a filter selects now, in the
// order of their ids. Bitmaps find them as they count them.
func (s *Service) Members(ctx context.Context, f Filter, page model.Page) ([]model.Contact, error) {
	x, ok, err := s.bitmaps(ctx, f)
	if err != nil {
		return nil, err
	}
	q := s.db.Read(ctx).Table("contacts c")
	if ok {
		q = q.Where("c.id IN ?", x.page(f, page.After, page.Size()))
	} else {
		q = s.query(ctx, f).Where("c.id > ?", page.After)
	}
	var list []model.Contact
	if err := q.Order("c.id").Limit(page.Size()).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list an audience: %w", err)
	}
	return list, nil
}

// bitmaps returns the index, brought up to date; ok is false when it is not
// there or cannot answer the filter.
func (s *Service) bitmaps(ctx context.Context, f Filter) (x *index, ok bool, err error) {
	x = s.index.Load()
	// The bitmaps are everybody's: what a transaction has yet to commit must
	// not get into them, and who sees a part of the company is not to be told.
	if x == nil || !f.tagsOnly() || model.InTransaction(ctx) || !model.ScopeOf(ctx).All {
		return x, false, nil
	}
	ok, err = s.follow(ctx, x)
	return x, ok, err
}

// query selects the contacts whom a filter selects, of those whom the scope shows.
func (s *Service) query(ctx context.Context, f Filter) *gorm.DB {
	where, args := f.Among(s.db.Now(ctx).In(s.zone))
	return model.ScopeOf(ctx).OfContacts(s.db.Read(ctx).Table("contacts c").Where(where, args...), "c.id")
}

// Among is SQL's condition over those among whom an audience is looked for:
// contacts with an active relationship, unless the filter speaks of friend
// status itself.
func (f Filter) Among(now time.Time) (where string, args []any) {
	where, args = f.SQL(now)
	if slices.Contains(f.Fields(), "friend") {
		return where, args
	}
	return "EXISTS (SELECT 1 FROM relationships l WHERE l.contact_id = c.id AND l.state = 'active') AND " + where, args
}

// Refresh brings the bitmaps to the database's state: it builds them the first
// time, when they are far behind, when the library has lost a tag and once an
// hour, which takes seconds for a million contacts, and else follows the
// activities. It is to be called every minute or so (until then, Count asks the
// database); while another call builds, it does nothing.
func (s *Service) Refresh(ctx context.Context) error {
	if !s.building.TryLock() {
		return nil
	}
	defer s.building.Unlock()
	now := s.db.Now(ctx)
	if x := s.index.Load(); x != nil && now.Sub(s.builtAt) < rebuildAfter {
		if current, err := s.follow(ctx, x); err != nil || current {
			return err
		}
	}
	x, err := build(ctx, s.db)
	if err != nil {
		return fmt.Errorf("build the tag bitmaps: %w", err)
	}
	s.builtAt = now
	s.index.Store(x)
	return nil
}

func (s *Service) follow(ctx context.Context, x *index) (current bool, err error) {
	s.following.Lock()
	defer s.following.Unlock()
	return x.catchUp(ctx, s.db)
}

func row(name string, f Filter) (model.Audience, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName {
		return model.Audience{}, model.Invalid("name", fmt.Sprintf("a name has 1 to %d characters", maxName))
	}
	doc, err := json.Marshal(f)
	if err != nil {
		return model.Audience{}, fmt.Errorf("write filter: %w", err)
	}
	return model.Audience{Name: name, Filter: model.AsJSON(json.RawMessage(doc))}, nil
}

func taken(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return model.Conflict("an audience of that name exists")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
