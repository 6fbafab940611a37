package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"sixtouch/model"
)

// lease is how long a worker may be silent before another takes over. One that
// met an error leaves the import alone for so long, too.
const lease = time.Minute

// abandonedAfter is how long an import waits for somebody to start it.
const abandonedAfter = 30 * 24 * time.Hour

// errFenced says that an import has been taken over, or cancelled.
var errFenced = errors.New("the import is no longer ours")

// Run works on one import to the end of what it is at, its dry run or its run,
// and tells whether it did. Pages are short transactions; an import is claimed
// by compare-and-swap and every page checks that it is still ours.
func (s *Service) Run(ctx context.Context) (again bool, err error) {
	return s.run(ctx, 0, func(model.Import) {})
}

// RunOne is Run for one import only: ok is false when there is nothing to do for
// it, or another worker is at it. It shows how far it is after each page.
func (s *Service) RunOne(ctx context.Context, id int64, show func(im model.Import)) (ok bool, err error) {
	return s.run(ctx, id, show)
}

func (s *Service) run(ctx context.Context, id int64, show func(im model.Import)) (bool, error) {
	claimed, ok, err := s.claim(ctx, id)
	if err != nil || !ok {
		return false, err
	}
	reps, err := s.reps(ctx)
	if err != nil {
		return false, err
	}
	for {
		im, done, err := s.page(ctx, claimed, reps)
		switch {
		case errors.Is(err, errFenced):
			return true, nil
		case err != nil && ctx.Err() != nil:
			return false, errors.Join(err, s.letGo(context.WithoutCancel(ctx), claimed))
		case err != nil:
			s.putOff(ctx, claimed, err)
			return false, fmt.Errorf("import %d: %w", claimed.ID, err)
		case done:
			show(im)
			return true, nil
		case ctx.Err() != nil:
			return false, s.letGo(context.WithoutCancel(ctx), claimed)
		}
		show(im)
	}
}

func (s *Service) claim(ctx context.Context, id int64) (model.Import, bool, error) {
	now := s.DB.Now(ctx)
	q := s.DB.Conn(ctx).Where("state IN ? AND lease_until <= ?", []model.ImportState{model.ImportChecking, model.ImportRunning}, now)
	if id != 0 {
		q = q.Where("id = ?", id)
	}
	var list []model.Import
	if err := q.Order("id").Limit(1).Find(&list).Error; err != nil || len(list) == 0 {
		return model.Import{}, false, wrap("look for imports", err)
	}
	im, token := list[0], rand.Text()
	res := s.DB.Conn(ctx).Model(&model.Import{}).
		Where("id = ? AND state = ? AND lease_token = ? AND lease_until <= ?", im.ID, im.State, im.LeaseToken, now).
		Updates(map[string]any{"lease_token": token, "lease_until": now.Add(lease)})
	im.LeaseToken = token
	return im, res.Error == nil && res.RowsAffected == 1, wrap("claim an import", res.Error)
}

// reps are those who may be named in a file: whoever has not left.
func (s *Service) reps(ctx context.Context) (book, error) {
	var reps []model.Rep
	if err := s.DB.Read(ctx).Select("id", "userid", "name").Where("left_at IS NULL").Find(&reps).Error; err != nil {
		return book{}, fmt.Errorf("load reps: %w", err)
	}
	return newBook(reps), nil
}

// UserIDs tells the userids of all reps by id, those who left included.
func (s *Service) UserIDs(ctx context.Context) (map[int64]string, error) {
	var reps []model.Rep
	if err := s.DB.Read(ctx).Select("id", "userid").Find(&reps).Error; err != nil {
		return nil, fmt.Errorf("load reps: %w", err)
	}
	ids := make(map[int64]string, len(reps))
	for _, r := range reps {
		ids[r.ID] = r.UserID
	}
	return ids, nil
}

// page brings the next chunk in, or only looks at it, and moves the place.
func (s *Service) page(ctx context.Context, claimed model.Import, reps book) (im model.Import, done bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		im, done = model.Import{}, false
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&im, claimed.ID).Error; err != nil {
			return fmt.Errorf("lock the import: %w", err)
		}
		now := s.DB.Now(ctx)
		if im.State != claimed.State || im.LeaseToken != claimed.LeaseToken || !now.Before(im.LeaseUntil) {
			return errFenced
		}
		im.LeaseUntil, im.UpdatedAt, im.LastError = now.Add(lease), now, ""
		if im.NextChunk < im.Chunks {
			if err := s.bring(ctx, &im, reps); err != nil {
				return err
			}
			im.NextChunk++
		}
		if done = im.NextChunk >= im.Chunks; done {
			im.LeaseToken = ""
			im.State = model.ImportChecked
			if claimed.State == model.ImportRunning {
				im.State, im.FinishedAt = model.ImportDone, &now
				if err := s.forget(ctx, im.ID); err != nil {
					return err
				}
			}
		}
		return wrap("move the import on", s.DB.Conn(ctx).Save(&im).Error)
	})
	return im, done, err
}

// putOff leaves an import that met an error alone for a while, so that one that
// always fails does not keep the others waiting.
func (s *Service) putOff(ctx context.Context, claimed model.Import, cause error) {
	ctx = context.WithoutCancel(ctx)
	now := s.DB.Now(ctx)
	err := s.DB.Conn(ctx).Model(&model.Import{}).Where("id = ? AND lease_token = ?", claimed.ID, claimed.LeaseToken).
		Updates(map[string]any{"last_error": cause.Error(), "lease_until": now.Add(lease), "updated_at": now}).Error
	if err != nil {
		s.Logger.WarnContext(ctx, "import not put off", "import", claimed.ID, "error", err)
	}
}

// letGo gives an import to the next worker at once.
func (s *Service) letGo(ctx context.Context, claimed model.Import) error {
	err := s.DB.Conn(ctx).Model(&model.Import{}).Where("id = ? AND lease_token = ?", claimed.ID, claimed.LeaseToken).
		Update("lease_until", s.DB.Now(ctx)).Error
	return wrap("let go of the import", err)
}

// forget drops a file's rows and keys: they are people's data.
func (s *Service) forget(ctx context.Context, id int64) error {
	for _, part := range []any{&model.ImportChunk{}, &model.ImportKey{}} {
		if err := s.DB.Conn(ctx).Delete(part, "import_id = ?", id).Error; err != nil {
			return fmt.Errorf("drop the rows of import %d: %w", id, err)
		}
	}
	return nil
}

// Forget cancels imports that nobody has started for a month.
func (s *Service) Forget(ctx context.Context) error {
	var ids []int64
	waiting := []model.ImportState{model.ImportLoading, model.ImportDraft, model.ImportChecked}
	err := s.DB.Conn(ctx).Model(&model.Import{}).Where("state IN ? AND updated_at < ?", waiting, s.DB.Now(ctx).Add(-abandonedAfter)).
		Limit(model.PageLimit).Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("look for abandoned imports: %w", err)
	}
	for _, id := range ids {
		if err := s.cancel(ctx, id, waiting); err != nil {
			return err
		}
	}
	return nil
}
