package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// repStatusLeft is WeCom's number for a member who left the corp.
const repStatusLeft = 5

// RepFacts is what was learned about a member. Empty fields were not.
type RepFacts struct {
	UserID         string
	Name           string
	DepartmentIDs  []int64
	MainDepartment int64
	DirectLeaders  []string // userids
	Status         int
}

// EnsureReps returns the reps of userIDs by Key; unknown ones are stored
// without a name until something tells it.
func (s *Service) EnsureReps(ctx context.Context, userIDs []string) (map[string]model.Rep, error) {
	wanted := map[string]string{}
	for _, id := range userIDs {
		if id != "" {
			wanted[Key(id)] = id
		}
	}
	keys := make([]string, 0, len(wanted))
	for key := range wanted {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	reps, err := s.repsByKey(ctx, keys)
	if err != nil || len(reps) == len(keys) {
		return reps, err
	}
	var missing []model.Rep
	for _, key := range keys {
		if _, ok := reps[key]; !ok {
			missing = append(missing, model.Rep{UserID: wanted[key]})
		}
	}
	if err := s.db.Conn(ctx).Clauses(skipKnown()).Create(&missing).Error; err != nil {
		return nil, fmt.Errorf("insert reps: %w", err)
	}
	return s.repsByKey(ctx, keys)
}

func (s *Service) repsByKey(ctx context.Context, keys []string) (map[string]model.Rep, error) {
	reps := make(map[string]model.Rep, len(keys))
	if len(keys) == 0 {
		return reps, nil
	}
	var rows []model.Rep
	// Both databases compare this column without regard to case.
	if err := s.db.Conn(ctx).Where("userid IN ?", keys).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load reps: %w", err)
	}
	for _, r := range rows {
		reps[Key(r.UserID)] = r
	}
	return reps, nil
}

// SaveReps stores what was learned about members.
func (s *Service) SaveReps(ctx context.Context, facts ...RepFacts) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		userIDs := make([]string, 0, len(facts))
		for _, f := range facts {
			userIDs = append(userIDs, f.UserID)
		}
		reps, err := s.EnsureReps(ctx, userIDs)
		if err != nil {
			return err
		}
		for _, f := range facts {
			prev, ok := reps[Key(f.UserID)]
			if !ok {
				continue
			}
			next := mergeRep(prev, f, s.db.Now(ctx))
			if sameRep(prev, next) {
				continue
			}
			if err := s.db.Conn(ctx).Save(&next).Error; err != nil {
				return fmt.Errorf("update rep %d: %w", next.ID, err)
			}
		}
		return nil
	})
	return wrap("save reps", err)
}

func mergeRep(r model.Rep, f RepFacts, now time.Time) model.Rep {
	if f.Name != "" {
		r.Name = f.Name
	}
	if f.DepartmentIDs != nil {
		r.DepartmentIDs = model.AsJSON(f.DepartmentIDs)
	}
	if f.MainDepartment != 0 {
		r.MainDepartment = f.MainDepartment
	}
	if f.DirectLeaders != nil {
		r.DirectLeaders = model.AsJSON(f.DirectLeaders)
	}
	if f.Status != 0 {
		r.Status = f.Status
	}
	switch {
	case r.Status != repStatusLeft:
		r.LeftAt = nil
	case r.LeftAt == nil:
		r.LeftAt, r.CanFollow = &now, false
	}
	return r
}

func sameRep(a, b model.Rep) bool {
	return a.Name == b.Name && slices.Equal(a.DepartmentIDs.V, b.DepartmentIDs.V) && a.MainDepartment == b.MainDepartment &&
		slices.Equal(a.DirectLeaders.V, b.DirectLeaders.V) && a.Status == b.Status && a.CanFollow == b.CanFollow && sameInstant(a.LeftAt, b.LeftAt)
}

// RenameRep stores that a member's userid changed. When both are known, the
// new one's row stays as it is: relationships belong to rows, and the next
// synchronisation sorts out who follows whom.
func (s *Service) RenameRep(ctx context.Context, from, to string) error {
	if Key(from) == Key(to) {
		return nil
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		reps, err := s.repsByKey(ctx, []string{Key(from), Key(to)})
		if err != nil {
			return err
		}
		old, ok := reps[Key(from)]
		if _, taken := reps[Key(to)]; !ok || taken {
			return nil
		}
		return s.db.Conn(ctx).Model(&model.Rep{}).Where("id = ?", old.ID).Update("userid", to).Error
	})
	return wrap("rename rep", err)
}

// RepLeft stores that a member left the corp.
func (s *Service) RepLeft(ctx context.Context, userID string) error {
	return s.SaveReps(ctx, RepFacts{UserID: userID, Status: repStatusLeft})
}

// SetFollowers stores who has the customer-contact permission: exactly userIDs.
func (s *Service) SetFollowers(ctx context.Context, userIDs []string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		reps, err := s.EnsureReps(ctx, userIDs)
		if err != nil {
			return err
		}
		var rows []model.Rep
		if err := s.db.Conn(ctx).Find(&rows).Error; err != nil {
			return fmt.Errorf("load reps: %w", err)
		}
		var on, off []int64
		for _, r := range rows {
			_, can := reps[Key(r.UserID)]
			switch {
			case can && !r.CanFollow:
				on = append(on, r.ID)
			case !can && r.CanFollow:
				off = append(off, r.ID)
			}
		}
		return s.allow(ctx, on, off)
	})
	return wrap("store who may follow customers", err)
}

func (s *Service) allow(ctx context.Context, on, off []int64) error {
	for can, ids := range map[bool][]int64{true: on, false: off} {
		if len(ids) == 0 {
			continue
		}
		if err := s.db.Conn(ctx).Model(&model.Rep{}).Where("id IN ?", ids).Update("can_follow", can).Error; err != nil {
			return fmt.Errorf("update reps: %w", err)
		}
	}
	return nil
}

// DepartmentFacts is a node of the corp's tree. Empty fields were not learned.
type DepartmentFacts struct {
	ID        int64
	Name      string
	ParentID  int64
	SortOrder int64
	Leaders   []string // userids
}

// SaveDepartments stores departments. When they are the whole tree, the others
// were deleted.
func (s *Service) SaveDepartments(ctx context.Context, facts []DepartmentFacts, whole bool) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		ids := make([]int64, 0, len(facts))
		for _, f := range facts {
			ids = append(ids, f.ID)
			if err := s.saveDepartment(ctx, f); err != nil {
				return err
			}
		}
		if !whole || len(ids) == 0 {
			return nil
		}
		return s.db.Conn(ctx).Model(&model.Department{}).Where("id NOT IN ? AND deleted_at IS NULL", ids).
			Update("deleted_at", s.db.Now(ctx)).Error
	})
	return wrap("save departments", err)
}

func (s *Service) saveDepartment(ctx context.Context, f DepartmentFacts) error {
	row := model.Department{ID: f.ID}
	found := s.db.Conn(ctx).Where("id = ?", f.ID).Limit(1).Find(&row)
	if found.Error != nil {
		return fmt.Errorf("load department %d: %w", f.ID, found.Error)
	}
	if f.Name != "" {
		row.Name = f.Name
	}
	if f.ParentID != 0 {
		row.ParentID = f.ParentID
	}
	if f.SortOrder != 0 {
		row.SortOrder = f.SortOrder
	}
	if f.Leaders != nil {
		row.Leaders = model.AsJSON(f.Leaders)
	}
	row.DeletedAt = nil
	return wrap("save department", s.db.Conn(ctx).Save(&row).Error)
}

// DeleteDepartment stores that a department is gone.
func (s *Service) DeleteDepartment(ctx context.Context, id int64) error {
	err := s.db.Conn(ctx).Model(&model.Department{}).Where("id = ? AND deleted_at IS NULL", id).
		Update("deleted_at", s.db.Now(ctx)).Error
	return wrap("delete department", err)
}
