package wecom

import (
	"context"
	"net/url"
	"strconv"

	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work/addresslist"
)

// Department is one department in the app's visible range. Larger Order sorts
// first; the root is 1.
type Department = addresslist.Department

// Member is an employee (userid, 1–64 characters, matched case-insensitively).
// Status is 1 active, 2 disabled, 4 not activated, 5 left; 0 where the call
// does not tell. WeCom gives no avatar, mobile or e-mail to apps made after
// 2022-06-20.
type Member struct {
	UserID         string   `json:"userid"`
	Name           string   `json:"name"`
	Departments    []int    `json:"department"`
	MainDepartment int      `json:"main_department"`
	Position       string   `json:"position"`
	Alias          string   `json:"alias"`
	Status         int      `json:"status"`
	DirectLeaders  []string `json:"direct_leader"`
	OpenUserID     string   `json:"open_userid"`
}

// Followers lists the members who have the customer-contact permission and are
// in the app's range.
func (c *Client) Followers(ctx context.Context) ([]string, error) {
	var res struct {
		util.CommonError
		FollowUser []string `json:"follow_user"`
	}
	err := c.do(ctx, get("externalcontact/get_follow_user_list", nil), &res)
	return res.FollowUser, err
}

// Departments lists the whole tree that the app may see.
func (c *Client) Departments(ctx context.Context) ([]Department, error) {
	var res addresslist.DepartmentListResponse
	if err := c.do(ctx, get("department/list", nil), &res); err != nil {
		return nil, err
	}
	all := make([]Department, 0, len(res.Department))
	for _, d := range res.Department {
		all = append(all, *d)
	}
	return all, nil
}

// Member reads one member; an *Error of class Gone when there is none.
func (c *Client) Member(ctx context.Context, userID string) (Member, error) {
	var res struct {
		util.CommonError
		Member
	}
	err := c.do(ctx, get("user/get", url.Values{"userid": {userID}}), &res)
	return res.Member, err
}

// MembersOf lists the members of one department, not of those below it, with
// id, name and departments only.
func (c *Client) MembersOf(ctx context.Context, departmentID int) ([]Member, error) {
	var res struct {
		util.CommonError
		UserList []Member `json:"userlist"`
	}
	err := c.do(ctx, get("user/simplelist", url.Values{"department_id": {strconv.Itoa(departmentID)}}), &res)
	return res.UserList, err
}
