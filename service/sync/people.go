package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sixtouch/model"
	"sixtouch/service/contact"
	"sixtouch/wecom"
)

// classOf is the class of a WeCom error, empty for any other.
func classOf(err error) wecom.Class {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Class()
}

// departments reads the tree, where the app may.
func (r *run) departments(ctx context.Context) error {
	read, err := r.Client.Departments(ctx)
	if classOf(err) == wecom.Forbidden {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read departments: %w", err)
	}
	facts := make([]contact.DepartmentFacts, 0, len(read))
	for _, d := range read {
		facts = append(facts, contact.DepartmentFacts{
			ID: int64(d.ID), Name: d.Name, ParentID: int64(d.ParentID), SortOrder: int64(d.Order), Leaders: d.DepartmentLeader,
		})
	}
	return r.Contacts.SaveDepartments(ctx, facts, true)
}

// reps reads who may follow customers, and the names of all members department
// by department, where the app may.
func (r *run) reps(ctx context.Context) error {
	followers, err := r.followers(ctx)
	if err != nil {
		return err
	}
	err = r.inTx(ctx, func(ctx context.Context, next *model.Sync) error {
		next.Counts.V.Reps = len(followers)
		return r.Contacts.SetFollowers(ctx, followers)
	})
	if err != nil {
		return err
	}
	tree, err := r.Client.Departments(ctx)
	if classOf(err) == wecom.Forbidden {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read departments: %w", err)
	}
	slices.SortFunc(tree, func(a, b wecom.Department) int { return a.ID - b.ID })
	done, _ := strconv.Atoi(r.row.Position.V.After) // empty: none is done
	for _, d := range tree {
		if d.ID <= done {
			continue
		}
		if err := r.membersOf(ctx, d.ID); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) membersOf(ctx context.Context, departmentID int) error {
	members, err := r.Client.MembersOf(ctx, departmentID)
	if classOf(err) == wecom.Forbidden {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read members of department %d: %w", departmentID, err)
	}
	facts := make([]contact.RepFacts, 0, len(members))
	for _, m := range members {
		f := contact.RepFacts{UserID: m.UserID, Name: m.Name, MainDepartment: int64(m.MainDepartment), Status: m.Status}
		for _, id := range m.Departments {
			f.DepartmentIDs = append(f.DepartmentIDs, int64(id))
		}
		facts = append(facts, f)
	}
	return r.inTx(ctx, func(ctx context.Context, next *model.Sync) error {
		next.Position.V.After = strconv.Itoa(departmentID)
		return r.Contacts.SaveReps(ctx, facts...)
	})
}

// followers lists the members who may have customers, in the order in which they
// are gone through.
func (r *run) followers(ctx context.Context) ([]string, error) {
	read, err := r.Client.Followers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read who may follow customers: %w", err)
	}
	for i := range read {
		read[i] = contact.Key(read[i])
	}
	slices.Sort(read)
	return slices.Compact(read), nil
}

// tags reads the whole library.
func (r *run) tags(ctx context.Context) error {
	readAt := r.DB.Clock().Now()
	read, err := r.Client.Tags(ctx, nil, nil)
	if err != nil {
		return fmt.Errorf("read tag library: %w", err)
	}
	groups := make([]contact.TagGroupFacts, 0, len(read))
	tags := 0
	for _, g := range read {
		f := contact.TagGroupFacts{WeComID: g.ID, Name: g.Name, SortOrder: g.Order, Deleted: g.Deleted}
		for _, t := range g.Tags {
			f.Tags = append(f.Tags, contact.TagFacts{WeComID: t.ID, Name: t.Name, SortOrder: t.Order, Deleted: t.Deleted})
		}
		tags += len(g.Tags)
		groups = append(groups, f)
	}
	return r.inTx(ctx, func(ctx context.Context, next *model.Sync) error {
		next.Counts.V.Tags = tags
		return r.Contacts.SaveTags(ctx, groups, readAt)
	})
}
