package event

import (
	"context"
	"fmt"
	"strconv"

	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// onCreateParty: a department was made.
func onCreateParty(d Deps) inbox.Handler { return d.readDepartments("change_contact/create_party") }

// onUpdateParty: a department was renamed or moved.
func onUpdateParty(d Deps) inbox.Handler { return d.readDepartments("change_contact/update_party") }

// onDeleteParty: a department is no more.
func onDeleteParty(d Deps) inbox.Handler { return d.readDepartments("change_contact/delete_party") }

// departments is the tree as WeCom has it, or nil where the app may not read it.
type departments struct{ tree []contact.DepartmentFacts }

// readDepartments stores the whole tree: it is one call, and the order of events
// does not matter to it.
func (d Deps) readDepartments(key wecom.EventKey) inbox.Handler {
	return handler[departments]{
		key: key,
		fetch: func(ctx context.Context, _ inbox.Event) (departments, error) {
			read, err := d.Client.Departments(ctx)
			if classOf(err) == wecom.Forbidden {
				return departments{}, nil
			}
			if err != nil {
				return departments{}, fmt.Errorf("read departments: %w", err)
			}
			out := departments{tree: make([]contact.DepartmentFacts, 0, len(read))}
			for _, r := range read {
				out.tree = append(out.tree, contact.DepartmentFacts{
					ID: int64(r.ID), Name: r.Name, ParentID: int64(r.ParentID), SortOrder: int64(r.Order), Leaders: r.DepartmentLeader,
				})
			}
			return out, nil
		},
		apply: func(ctx context.Context, e inbox.Event, f departments) error {
			if f.tree != nil {
				return d.Contacts.SaveDepartments(ctx, f.tree, true)
			}
			return d.departmentOfEvent(ctx, e)
		},
	}
}

func (d Deps) departmentOfEvent(ctx context.Context, e inbox.Event) error {
	id, err := strconv.ParseInt(e.ID, 10, 64)
	if err != nil {
		return inbox.Permanent(fmt.Errorf("read department id: %w", err))
	}
	if e.ChangeType == "delete_party" {
		return d.Contacts.DeleteDepartment(ctx, id)
	}
	return d.Contacts.SaveDepartments(ctx, []contact.DepartmentFacts{
		{ID: id, Name: e.PersonName, ParentID: int64(e.ParentID), SortOrder: int64(e.Order)},
	}, false)
}
