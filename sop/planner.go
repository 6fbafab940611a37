package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Plan writes the touches of every enrollment that is due: page by page, a
// transaction each, so that the cost follows what is due and a crash loses at
// most a page's work. It is safe beside any number of others. The shards are
// planned a few at a time: while one waits for the database another computes.
//
// Changes of programmes under way (a resume, a move to another version) are
// carried on first; one that fails is tried again and holds up no plan.
func (e *Engine) Plan(ctx context.Context) error {
	if err := e.carryOn(ctx); err != nil {
		e.Logger.ErrorContext(ctx, "change of a programme failed", "error", err)
	}
	var group errgroup.Group
	group.SetLimit(max(1, e.Config.Planners))
	// Replicas begin at different shards instead of racing for one page.
	for _, shard := range e.shuffled(model.EnrollmentShards) {
		group.Go(func() error { return e.planShard(ctx, shard) })
	}
	return group.Wait()
}

// shuffled are the numbers from 0 to n-1 in an order by chance.
func (e *Engine) shuffled(n int) []int {
	out := make([]int, n)
	for i := range out {
		j := e.Chance(i + 1)
		out[i], out[j] = out[j], i
	}
	return out
}

func (e *Engine) planShard(ctx context.Context, shard int) error {
	for {
		var ids []int64
		now := e.DB.Now(ctx)
		err := e.DB.Conn(ctx).Table(e.DB.Walk("enrollments", "ix_enrollments_due")).Where("shard = ? AND next_due_at <= ?", shard, now).
			Order("next_due_at, id").Limit(e.Config.PageSize).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("find due enrollments: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		n, err := e.planSplitting(ctx, ids)
		// A page that was taken from us is another replica's, and so is its shard.
		if err != nil || n == 0 {
			return err
		}
	}
}

// planSplitting plans a page; a page that fails is halved until the culprit is
// parked alone, so that one bad row holds up nobody else. It tells how many of
// the page it has dealt with.
func (e *Engine) planSplitting(ctx context.Context, ids []int64) (int, error) {
	n, err := e.planPage(ctx, ids)
	switch {
	case err == nil:
		return n, nil
	case ctx.Err() != nil || model.Transient(err) || model.CodeOf(e.DB.Ping(ctx)) == model.CodeUnavailable:
		return 0, err // not the page's fault
	case len(ids) == 1:
		return 1, e.park(ctx, ids[0], err)
	}
	half := len(ids) / 2
	first, err := e.planSplitting(ctx, ids[:half])
	if err != nil {
		return first, err
	}
	second, err := e.planSplitting(ctx, ids[half:])
	return first + second, err
}

func (e *Engine) planPage(ctx context.Context, ids []int64) (n int, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		list := make([]model.Enrollment, 0, len(ids))
		// The lock and the repeated condition make a second planner find nothing left.
		err := e.DB.Conn(ctx).Clauses(forUpdate()).Order("id").
			Find(&list, "id IN ? AND state = ? AND next_due_at <= ?", ids, model.EnrollmentActive, now).Error
		if err != nil {
			return fmt.Errorf("lock due enrollments: %w", err)
		}
		if n = len(list); n == 0 {
			n, err = e.clearStrays(ctx, ids)
			return err
		}
		versions, filters := map[int64]*Version{}, []audience.Filter(nil)
		for _, en := range list {
			if versions[en.VersionID] != nil {
				continue
			}
			v, err := e.version(ctx, en.VersionID)
			if err != nil {
				return err
			}
			versions[en.VersionID] = v
		}
		closed, err := e.closed(ctx, versions)
		if err != nil {
			return err
		}
		var left []int64 // who came in while their programme was being closed
		for _, en := range list {
			if slices.Contains(closed, en.SOPID) {
				left = append(left, en.ID)
			}
		}
		list = slices.DeleteFunc(list, func(en model.Enrollment) bool { return slices.Contains(closed, en.SOPID) })
		rivals, err := e.rivals(ctx, list, versions)
		if err != nil {
			return err
		}
		for _, v := range versions {
			filters = append(filters, v.stepFilters()...)
		}
		facts, err := e.facts(ctx, slices.Concat(list, rivals), filters)
		if err != nil {
			return err
		}
		if err := e.loadVariants(ctx, list, versions, facts); err != nil {
			return err
		}
		if err := e.loadProgress(ctx, slices.Concat(list, rivals), versions, facts); err != nil {
			return err
		}
		book, err := e.planBook(ctx, list, rivals, versions, facts)
		if err != nil {
			return err
		}
		inTurn(list, versions)
		before := slices.Clone(list)
		touches, gone, err := e.planInTurn(ctx, list, versions, facts, book)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			gone[reasonClosed] = left
		}
		if err := e.storeChanges(ctx, before, list); err != nil {
			return err
		}
		if err := e.storePlanned(ctx, list, touches); err != nil {
			return err
		}
		for reason, ids := range gone {
			if err := e.endEnrollments(ctx, reason, "id IN ?", ids); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// closed lists the archived programmes among those of a page: somebody may have
// come in while theirs was being closed.
func (e *Engine) closed(ctx context.Context, versions map[int64]*Version) ([]int64, error) {
	var sops, out []int64
	for _, v := range versions {
		sops = append(sops, v.SOPID)
	}
	err := e.DB.Conn(ctx).Model(&model.SOP{}).Where("id IN ? AND state = ?", sops, model.SOPArchived).Pluck("id", &out).Error
	return out, wrap("look for archived programmes", err)
}

// planInTurn plans a page's enrollments one after the other, each on what those
// before it have taken, and moves them on. gone are those that end, by reason.
func (e *Engine) planInTurn(ctx context.Context, list []model.Enrollment, versions map[int64]*Version, facts map[int64]Facts, book *book) (touches []model.Touch, gone map[string][]int64, err error) {
	now := e.DB.Now(ctx)
	gone = map[string][]int64{}
	all := planned{engine: e, book: book, stored: map[int64]*model.Touch{}}
	for i := range list {
		en := &list[i]
		v, f := versions[en.VersionID], facts[en.ID]
		f.Uses = book.of(en.ContactID, f.Rep.ID)
		p := MakePlan(*en, v, f, now)
		if p.Exit != "" {
			gone[p.Exit] = append(gone[p.Exit], en.ID)
			continue
		}
		all.add(v, p.Touches)
		advance(en, f, p, now)
		if v.Exclusivity != "" {
			book.expect(v, *en, f.done(p.Touches), now)
		}
	}
	touches, err = all.settle(ctx)
	return touches, gone, err
}

// advance moves an enrollment to its next due instant, or to its end. The
// contact may have passed to another rep: the enrollment follows.
func advance(en *model.Enrollment, f Facts, p Plan, now time.Time) {
	if f.Voice != nil {
		en.RepID, en.RelationshipID = f.Voice.RepID, f.Voice.ID
	}
	en.NextDueAt, en.UpdatedAt = p.NextDue, now
	if p.NextDue == nil {
		en.State, en.ActiveSlot, en.EndedAt = model.EnrollmentCompleted, nil, &now
	}
}

// clearStrays takes rows out of the due index that no longer belong there:
// only active enrollments are ever due. It tells how many there were.
func (e *Engine) clearStrays(ctx context.Context, ids []int64) (int, error) {
	res := e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id IN ? AND state <> ? AND next_due_at IS NOT NULL", ids, model.EnrollmentActive).
		Update("next_due_at", nil)
	return int(res.RowsAffected), wrap("clear due time of ended enrollments", res.Error)
}

// park sets one enrollment aside with its error, for a person to look at.
func (e *Engine) park(ctx context.Context, id int64, cause error) error {
	e.Logger.ErrorContext(ctx, "enrollment parked", "enrollment", id, "error", cause)
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		return e.DB.Conn(ctx).Model(&model.Enrollment{}).Where("id = ? AND state = ?", id, model.EnrollmentActive).Updates(map[string]any{
			"state": model.EnrollmentParked, "next_due_at": nil, "last_error": cause.Error(), "updated_at": e.DB.Now(ctx),
		}).Error
	})
	if err != nil {
		return fmt.Errorf("park enrollment %d: %w", id, err)
	}
	return nil
}
