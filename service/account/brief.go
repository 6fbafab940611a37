package account

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// Brief is what one must know of an account in passing.
type Brief struct {
	model.Account
	Owner     Charge // who answers for it now
	OwnerName string
	Ring      Ring
	Coverage  Coverage
	WhyNow    *model.AccountEvent // the fresh event
}

// Brief sums an account up, in a fixed number of queries on one state of the
// database; model.ErrNotFound.
func (s *Service) Brief(ctx context.Context, id int64) (b Brief, err error) {
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		b = Brief{}
		a, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		v := Overview{Named: Named{Account: a}}
		if err := s.measure(ctx, &v); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		owner, err := s.Responsible(ctx, id, DutyOwner, now)
		if err != nil {
			return err
		}
		names, err := s.repNames(ctx, v)
		if err != nil {
			return err
		}
		events, err := s.Events(ctx, id)
		if err != nil {
			return err
		}
		b = Brief{Account: a, Owner: owner, OwnerName: names[owner.RepID], Ring: v.Ring, Coverage: v.Coverage}
		if e, ok := FreshEvent(events, now); ok {
			b.WhyNow = &e
		}
		return nil
	})
	return b, wrap(fmt.Sprintf("sum up account %d", id), err)
}

// FinishAction says that a rep has done a next action of theirs, or takes that
// back; doing so again changes nothing. Somebody else's action is not found.
func (s *Service) FinishAction(ctx context.Context, repID, id int64, done bool) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var rows []model.AccountAction
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Find(&rows, "id = ? AND rep_id = ?", id, repID).Error; err != nil {
			return err
		}
		switch {
		case len(rows) == 0:
			return model.NotFound("action")
		case (rows[0].DoneAt != nil) == done:
			return nil
		}
		now := s.DB.Now(ctx)
		set := map[string]any{"done_at": nil, "updated_at": now}
		if done {
			set["done_at"] = now
		}
		return s.DB.Conn(ctx).Model(&model.AccountAction{}).Where("id = ?", id).Updates(set).Error
	})
	return wrap(fmt.Sprintf("finish action %d", id), err)
}
