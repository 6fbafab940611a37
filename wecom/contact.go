package wecom

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work/externalcontact"
)

// Kinds of Customer.Type and FollowTag.Type.
const (
	CustomerWeChat = 1 // a WeChat user
	CustomerWeCom  = 2 // a WeCom user of another corp

	TagCorp     = 1 // a tag of the corp's library
	TagPersonal = 2 // a member's own tag; it has no id
	TagStrategy = 3 // a tag of a rule group
)

// Customer is an external contact. Gender is 0 unknown, 1 male, 2 female.
// UnionID is there only for WeChat users of a corp bound to an open platform;
// Position and the corp names only for WeCom users.
type Customer struct {
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
	Avatar         string `json:"avatar"`
	Type           int    `json:"type"`
	Gender         int    `json:"gender"`
	UnionID        string `json:"unionid"`
	Position       string `json:"position"`
	CorpName       string `json:"corp_name"`
	CorpFullName   string `json:"corp_full_name"`
}

// Follow is the relation of one member to a customer. TagIDs has the corp and
// strategy tags whichever call it came from; Tags, with names and personal tags,
// only comes with Client.Contact. AddWay is WeCom's number (1 QR code … 202).
type Follow struct {
	UserID         string      `json:"userid"`
	Remark         string      `json:"remark"`
	Description    string      `json:"description"`
	CreateTime     Time        `json:"createtime"`
	Tags           []FollowTag `json:"tags"`
	TagIDs         []string    `json:"tag_id"`
	RemarkCorpName string      `json:"remark_corp_name"`
	RemarkMobiles  []string    `json:"remark_mobiles"`
	OperUserID     string      `json:"oper_userid"`
	AddWay         int         `json:"add_way"`
	State          string      `json:"state"`
}

// FollowTag is a tag on a relation.
type FollowTag struct {
	GroupName string `json:"group_name"`
	Name      string `json:"tag_name"`
	ID        string `json:"tag_id"`
	Type      int    `json:"type"`
}

// ContactDetail is a customer with every relation that the app may see.
type ContactDetail struct {
	Customer Customer
	Follows  []Follow
}

// ContactItem is one (customer, member) pair.
type ContactItem struct {
	Customer Customer `json:"external_contact"`
	Follow   Follow   `json:"follow_info"`
}

// ContactPage is one page of pairs. It may be shorter than asked for; the last
// one is that whose NextCursor is empty.
type ContactPage struct {
	Items      []ContactItem
	NextCursor string
}

// Contact reads a customer with all relations, following WeCom's cursor beyond
// 500 members. An error of class Gone means that no relation exists.
func (c *Client) Contact(ctx context.Context, externalUserID string) (ContactDetail, error) {
	var detail ContactDetail
	query := url.Values{"external_userid": {externalUserID}}
	err := eachPage("externalcontact/get", func(cursor string) (string, error) {
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		var res struct {
			util.CommonError
			Customer   Customer `json:"external_contact"`
			Follows    []Follow `json:"follow_user"`
			NextCursor string   `json:"next_cursor"`
		}
		if err := c.do(ctx, get("externalcontact/get", query), &res); err != nil {
			return "", err
		}
		if detail.Customer.ExternalUserID == "" {
			detail.Customer = res.Customer
		}
		detail.Follows = append(detail.Follows, res.Follows...)
		return res.NextCursor, nil
	})
	if err != nil {
		return ContactDetail{}, err
	}
	for i := range detail.Follows {
		detail.Follows[i].takeTagIDs()
	}
	return detail, nil
}

func (f *Follow) takeTagIDs() {
	for _, t := range f.Tags {
		if t.Type != TagPersonal && t.ID != "" {
			f.TagIDs = append(f.TagIDs, t.ID)
		}
	}
}

// ContactsByRep reads one page of the pairs of up to 100 members; limit is at
// most 100. Start with an empty cursor.
func (c *Client) ContactsByRep(ctx context.Context, userIDs []string, cursor string, limit int) (ContactPage, error) {
	req := struct {
		UserIDs []string `json:"userid_list"`
		Cursor  string   `json:"cursor,omitempty"`
		Limit   int      `json:"limit,omitempty"`
	}{userIDs, cursor, limit}
	var res struct {
		util.CommonError
		Items      []ContactItem `json:"external_contact_list"`
		NextCursor string        `json:"next_cursor"`
	}
	err := c.repeat(ctx, "externalcontact/batch/get_by_user", req, &res)
	return ContactPage{Items: res.Items, NextCursor: res.NextCursor}, err
}

// ContactIDs lists a member's customers. A member without any has an empty
// list, for which WeCom answers 84061.
func (c *Client) ContactIDs(ctx context.Context, userID string) ([]string, error) {
	var res externalcontact.ExternalUserListResponse
	err := c.do(ctx, get("externalcontact/list", url.Values{"userid": {userID}}), &res)
	if CodeOf(err) == codeNoRelation {
		return nil, nil
	}
	return res.ExternalUserID, err
}

// maxPages stops a paging that WeCom, or a fault in between, makes endless.
const maxPages = 10_000

// eachPage reads pages until next returns an empty cursor.
func eachPage(path string, next func(cursor string) (string, error)) error {
	cursor := ""
	for range maxPages {
		following, err := next(cursor)
		if err != nil || following == "" {
			return err
		}
		if following == cursor {
			return &Error{Path: path, Message: "the next cursor is the one just used"}
		}
		cursor = following
	}
	return &Error{Path: path, Message: "too many pages"}
}
