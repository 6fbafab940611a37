package sim

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

const followersPerPage = 500

func (c *call) followUsers() (any, error) {
	users := []string{}
	for _, m := range c.st.Members {
		if m.follows() {
			users = append(users, m.UserID)
		}
	}
	return object{"follow_user": users}, nil
}

// follower finds a member who may deal with customers.
func (c *call) follower(userID string) (*member, error) {
	m := c.st.member(userID)
	switch {
	case userID == "":
		return nil, refuse(41009, "missing userid")
	case m == nil || m.left():
		return nil, refuse(60111, "userid not found")
	case m.NoContact:
		return nil, refuse(84074, "no external contact permission")
	}
	return m, nil
}

// pair finds the full relation of a member and a customer.
func (c *call) pair(userID, externalUserID string) (*relation, error) {
	if externalUserID == "" {
		return nil, refuse(41035, "missing external userid")
	}
	m, err := c.follower(userID)
	if err != nil {
		return nil, err
	}
	if c.st.customers[externalUserID] == nil {
		return nil, refuse(40096, "invalid external userid")
	}
	r := c.st.relation(m.UserID, externalUserID)
	if r == nil || r.Half {
		return nil, refuse(84061, "not external contact")
	}
	return r, nil
}

func (c *call) contactIDs() (any, error) {
	m, err := c.follower(c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, r := range m.Relations {
		if !r.Half {
			ids = append(ids, r.ExternalUserID)
		}
	}
	if len(ids) == 0 && !c.rules.EmptyListOK {
		return nil, refuse(84061, "not external contact")
	}
	return object{"external_userid": ids}, nil
}

func (c *call) contact() (any, error) {
	id := c.query.Get("external_userid")
	if id == "" {
		return nil, refuse(41035, "missing external userid")
	}
	person := c.st.customers[id]
	if person == nil {
		return nil, refuse(40096, "invalid external userid")
	}
	var follows []*relation
	for _, r := range c.st.followers[id] {
		if !r.Half && r.owner.follows() {
			follows = append(follows, r)
		}
	}
	if len(follows) == 0 {
		return nil, refuse(84061, "not external contact")
	}
	page, next, err := cut(c, follows, list{"get " + id, followersPerPage, followersPerPage}, paging{Cursor: c.query.Get("cursor")})
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(page))
	for i, r := range page {
		rows[i] = r.info()
		rows[i]["tags"] = c.tagsOf(r)
	}
	reply := object{"external_contact": person.detail(), "follow_user": rows}
	if next != "" {
		reply["next_cursor"] = next
	}
	return reply, nil
}

func (p *customer) detail() object {
	d := object{
		"external_userid": p.ExternalUserID, "name": p.Name, "avatar": "https://img.example/" + p.ExternalUserID + ".png",
		"type": p.Type, "gender": p.Gender,
	}
	if p.UnionID != "" && p.Type == 1 {
		d["unionid"] = p.UnionID
	}
	if p.Type == 2 {
		d["position"], d["corp_name"], d["corp_full_name"] = p.Position, p.CorpName, p.CorpFullName
		d["external_profile"] = object{"external_attr": []object{}}
	}
	return d
}

func (r *relation) info() object {
	mobiles := r.RemarkMobiles
	if mobiles == nil {
		mobiles = []string{}
	}
	info := object{
		"userid": r.owner.UserID, "remark": r.Remark, "description": r.Description, "createtime": r.CreateTime,
		"remark_corp_name": r.RemarkCompany, "remark_mobiles": mobiles, "oper_userid": r.OperUserID, "add_way": r.AddWay,
	}
	if r.State != "" {
		info["state"] = r.State
	}
	return info
}

func (c *call) tagsOf(r *relation) []object {
	tags := []object{}
	for _, id := range r.Tags {
		ref := c.st.tags[id]
		tags = append(tags, object{"group_name": ref.group.Name, "tag_name": ref.tag.Name, "tag_id": id, "type": 1})
	}
	for _, name := range r.PersonalTags {
		tags = append(tags, object{"group_name": "", "tag_name": name, "type": 2})
	}
	return tags
}

func (c *call) contactsByUser() (any, error) {
	q, err := decode[struct {
		UserIDs []string `json:"userid_list"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	if len(q.UserIDs) == 0 || len(q.UserIDs) > 100 {
		return nil, refuse(40058, "invalid parameter: userid_list must have 1 to 100 members")
	}
	n, err := q.size(c, 100, 50)
	if err != nil {
		return nil, err
	}
	members := make([]*member, len(q.UserIDs))
	for i, id := range q.UserIDs {
		if members[i], err = c.follower(id); err != nil {
			return nil, err
		}
	}
	rows, next, err := c.relationPage(members, q.Cursor, n)
	if err != nil {
		return nil, err
	}
	list := make([]object, len(rows))
	for i, r := range rows {
		info := r.info()
		info["tag_id"] = append([]string{}, r.Tags...)
		list[i] = object{"external_contact": c.st.customers[r.ExternalUserID].detail(), "follow_info": info}
	}
	return object{
		"external_contact_list": list, "next_cursor": next,
		"fail_info": object{"unlicensed_userid_list": []string{}},
	}, nil
}

// relationPage lists full relations of members in their order. The cursor names
// the member and the last relation seen, so that pages stay whole while
// relations come and go.
func (c *call) relationPage(members []*member, cursor string, n int) ([]*relation, string, error) {
	const shift = 100
	name := "batch"
	for _, m := range members {
		name += " " + m.UserID
	}
	at, err := position(name, cursor)
	if err != nil {
		return nil, "", err
	}
	i, after := int(at%shift), at/shift
	var rows []*relation
	for ; i < len(members); i, after = i+1, 0 {
		relations := members[i].Relations
		from, _ := slices.BinarySearchFunc(relations, after+1, func(r *relation, seq int64) int { return cmp.Compare(r.Seq, seq) })
		for _, r := range relations[from:] {
			if r.Half {
				continue
			}
			if len(rows) == n {
				return rows, newCursor(name, after*shift+int64(i)), nil
			}
			rows = append(rows, r)
			after = r.Seq
		}
	}
	return rows, "", nil
}

func (c *call) remark() (any, error) {
	q, err := decode[struct {
		UserID         string    `json:"userid"`
		ExternalUserID string    `json:"external_userid"`
		Remark         *string   `json:"remark"`
		Description    *string   `json:"description"`
		Company        *string   `json:"remark_company"`
		Mobiles        *[]string `json:"remark_mobiles"`
		Picture        *string   `json:"remark_pic_mediaid"`
	}](c)
	if err != nil {
		return nil, err
	}
	r, err := c.pair(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	if q.Remark == nil && q.Description == nil && q.Company == nil && q.Mobiles == nil && q.Picture == nil {
		return nil, refuse(40058, "invalid parameter: nothing to change")
	}
	changes := []struct {
		name  string
		to    *string
		value *string
		most  int
	}{
		{"remark", &r.Remark, q.Remark, 20},
		{"description", &r.Description, q.Description, 150},
		{"remark_company", &r.RemarkCompany, q.Company, 20},
	}
	for _, f := range changes {
		if f.value != nil && utf8.RuneCountInString(*f.value) > f.most {
			return nil, refuse(40058, "invalid parameter: %s has more than %d characters", f.name, f.most)
		}
	}
	for _, f := range changes {
		if f.value != nil {
			*f.to = *f.value
		}
	}
	if q.Mobiles != nil {
		r.RemarkMobiles = slices.DeleteFunc(*q.Mobiles, func(m string) bool { return strings.TrimSpace(m) == "" })
	}
	return nil, nil
}
