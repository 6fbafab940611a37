package sop

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// shelf holds touches that are planned and have not gone. Whoever books a day
// that a rival of a lower claim has booked takes it there and then, so that what
// was planned holds until its dispatch, whatever is dispatched first.
type shelf struct {
	book *book
	// find returns those of the touches that have not gone, to be changed in
	// place.
	find    func(ids []int64) ([]*model.Touch, error)
	version func(id int64) (*Version, error)
	// uses is what counts for a touch.
	uses func(v *Version, t model.Touch) []Use
}

// yielding lists the planned touches that have booked the day which t has
// booked: rivals that it beats.
func (b *book) yielding(v *Version, t model.Touch) []int64 {
	if v.Exclusivity == "" || t.LimitDay == "" || t.State != model.TouchPlanned {
		return nil
	}
	mine := v.claim(t.DueAt)
	var ids []int64
	for _, u := range b.contacts[t.ContactID] {
		if u.TouchID != 0 && u.Day == t.LimitDay && !u.Gone && mine.rivals(u.Claim) && mine.beats(u.Claim) {
			ids = append(ids, u.TouchID)
		}
	}
	return ids
}

// giveWay books the touches anew, the best claim first, and then those whose day
// these have taken.
func (s shelf) giveWay(ids []int64, now time.Time) error {
	for len(ids) > 0 {
		slices.Sort(ids)
		list, err := s.find(slices.Compact(ids))
		if err != nil {
			return err
		}
		versions := map[int64]*Version{}
		for _, t := range list {
			if versions[t.VersionID], err = s.version(t.VersionID); err != nil {
				return err
			}
		}
		slices.SortFunc(list, func(a, b *model.Touch) int {
			switch mine, other := versions[a.VersionID].claim(a.DueAt), versions[b.VersionID].claim(b.DueAt); {
			case mine.beats(other):
				return -1
			case other.beats(mine):
				return 1
			}
			return cmp.Compare(a.StepKey, b.StepKey)
		})
		ids = nil
		for _, t := range list {
			v := versions[t.VersionID]
			step, _ := v.step(t.StepKey)
			s.book.strike(*t)
			v.book(t, step, s.uses(v, *t), now)
			t.UpdatedAt = now
			s.book.enter(v, *t)
			ids = append(ids, s.book.yielding(v, *t)...)
		}
	}
	return nil
}

// planned are the touches of a page that is being planned, and those stored
// before that must give way to them.
type planned struct {
	engine *Engine
	book   *book
	page   []model.Touch // the one in place n has the id -n-1 until it is stored
	stored map[int64]*model.Touch
	yield  []int64
}

// add books the touches of an enrollment's plan.
func (p *planned) add(v *Version, touches []model.Touch) {
	for _, t := range touches {
		t.ID = -int64(len(p.page)) - 1
		p.book.enter(v, t)
		p.yield = append(p.yield, p.book.yielding(v, t)...)
		p.page = append(p.page, t)
	}
}

// settle has whatever must give way do so, stores what was stored before, and
// returns the page's touches as they are to be stored.
func (p *planned) settle(ctx context.Context) ([]model.Touch, error) {
	now := p.engine.DB.Now(ctx)
	s := shelf{
		book: p.book, find: func(ids []int64) ([]*model.Touch, error) { return p.find(ctx, ids) },
		version: func(id int64) (*Version, error) { return p.engine.version(ctx, id) },
		uses:    func(_ *Version, t model.Touch) []Use { return p.book.of(t.ContactID, t.RepID) },
	}
	if err := s.giveWay(p.yield, now); err != nil {
		return nil, err
	}
	var moved []model.Touch
	for _, t := range p.stored {
		moved = append(moved, *t)
	}
	if err := p.engine.saveTouches(ctx, moved); err != nil {
		return nil, err
	}
	for i := range p.page {
		p.page[i].ID = 0
	}
	return p.page, nil
}

func (p *planned) find(ctx context.Context, ids []int64) ([]*model.Touch, error) {
	var out []*model.Touch
	var unread []int64
	for _, id := range ids {
		switch known := p.stored[id]; {
		case id < 0:
			out = append(out, &p.page[-id-1])
		case known != nil:
			out = append(out, known)
		default:
			unread = append(unread, id)
		}
	}
	for part := range slices.Chunk(unread, chunk) {
		var rows []model.Touch
		err := p.engine.DB.Conn(ctx).Clauses(forUpdate()).Find(&rows, "id IN ? AND state = ?", part, model.TouchPlanned).Error
		if err != nil {
			return nil, fmt.Errorf("load touches that give way: %w", err)
		}
		for _, t := range rows {
			p.stored[t.ID] = &t
			out = append(out, &t)
		}
	}
	return out, nil
}
