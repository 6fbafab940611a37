package auth

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sixtouch/model"
)

// treeLife is how long a replica believes what it knows of the corp's tree.
const treeLife = 30 * time.Second

// tree is who is in which department, as it was read last.
type tree struct {
	mu       sync.Mutex
	at       time.Time
	children map[int64][]int64
	members  map[int64][]int64
}

// repsOf lists the reps in departments and all below them. Who has left stays:
// somebody must see whose customers are nobody's.
func (s *Service) repsOf(ctx context.Context, departments []int64) ([]int64, error) {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	if now := s.Clock.Now(); s.tree.at.IsZero() || now.Sub(s.tree.at) >= treeLife {
		if err := s.readTree(ctx); err != nil {
			return nil, err
		}
		s.tree.at = now
	}
	reps, seen := []int64{}, map[int64]bool{}
	for open := slices.Clone(departments); len(open) > 0; {
		d := open[0]
		open = open[1:]
		if seen[d] {
			continue
		}
		seen[d] = true
		reps = append(reps, s.tree.members[d]...)
		open = append(open, s.tree.children[d]...)
	}
	slices.Sort(reps)
	return slices.Compact(reps), nil
}

func (s *Service) readTree(ctx context.Context) error {
	var departments []model.Department
	if err := s.DB.Read(ctx).Select("id, parent_id").Where("deleted_at IS NULL").Find(&departments).Error; err != nil {
		return fmt.Errorf("read departments: %w", err)
	}
	var reps []model.Rep
	if err := s.DB.Read(ctx).Select("id, department_ids").Order("id").Find(&reps).Error; err != nil {
		return fmt.Errorf("read who is where: %w", err)
	}
	s.tree.children, s.tree.members = map[int64][]int64{}, map[int64][]int64{}
	for _, d := range departments {
		s.tree.children[d.ParentID] = append(s.tree.children[d.ParentID], d.ID)
	}
	for _, r := range reps {
		for _, d := range r.DepartmentIDs.V {
			s.tree.members[d] = append(s.tree.members[d], r.ID)
		}
	}
	return nil
}
