package event

import (
	"context"
	"fmt"

	"sixtouch/service/contact"
	"sixtouch/service/inbox"
	"sixtouch/wecom"
)

// statusLeft is WeCom's status of a member who is no longer in the corp.
const statusLeft = 5

// onCreateUser: a member joined the corp.
func onCreateUser(d Deps) inbox.Handler { return d.readMember("change_contact/create_user") }

// onUpdateUser: a member's departments, userid or details changed.
func onUpdateUser(d Deps) inbox.Handler { return d.readMember("change_contact/update_user") }

// onDeleteUser: a member left the corp.
func onDeleteUser(d Deps) inbox.Handler { return d.readMember("change_contact/delete_user") }

// readMember stores the member as WeCom has them now. Where the app may not
// read members, what the event says has to do.
func (d Deps) readMember(key wecom.EventKey) inbox.Handler {
	return handler[contact.RepFacts]{
		key: key,
		fetch: func(ctx context.Context, e inbox.Event) (contact.RepFacts, error) {
			userID := e.UserID
			if e.NewUserID != "" {
				userID = e.NewUserID
			}
			m, err := d.Client.Member(ctx, userID)
			switch class := classOf(err); {
			case class == wecom.Gone:
				return contact.RepFacts{UserID: userID, Status: statusLeft}, nil
			case class == wecom.Forbidden:
				return memberOfEvent(e, userID), nil
			case err != nil:
				return contact.RepFacts{}, fmt.Errorf("read member: %w", err)
			}
			return contact.RepFacts{
				UserID: userID, Name: m.Name, DepartmentIDs: wide(m.Departments),
				MainDepartment: int64(m.MainDepartment), Status: m.Status, DirectLeaders: m.DirectLeaders,
			}, nil
		},
		apply: func(ctx context.Context, e inbox.Event, f contact.RepFacts) error {
			if e.NewUserID != "" {
				if err := d.Contacts.RenameRep(ctx, e.UserID, e.NewUserID); err != nil {
					return err
				}
			}
			return d.Contacts.SaveReps(ctx, f)
		},
	}
}

func memberOfEvent(e inbox.Event, userID string) contact.RepFacts {
	f := contact.RepFacts{
		UserID: userID, Name: e.PersonName, DepartmentIDs: wide(e.Departments),
		MainDepartment: int64(e.MainDepartment), Status: e.Status,
	}
	if e.ChangeType == "delete_user" {
		f.Status = statusLeft
	}
	return f
}

func wide(ids []int) []int64 {
	if len(ids) == 0 {
		return nil
	}
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
