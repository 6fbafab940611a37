package sim

import (
	"slices"
	"strconv"
)

func (c *call) user() (any, error) {
	id := c.query.Get("userid")
	if id == "" {
		return nil, refuse(41009, "missing userid")
	}
	m := c.st.member(id)
	if m == nil || m.left() {
		return nil, refuse(60111, "userid not found")
	}
	return object{
		"userid": m.UserID, "name": m.Name, "department": m.Department, "order": make([]int, len(m.Department)),
		"position": "", "is_leader_in_dept": make([]int, len(m.Department)), "direct_leader": append([]string{}, m.Leaders...),
		"main_department": m.Department[0], "status": m.Status, "alias": "", "extattr": object{"attrs": []object{}},
	}, nil
}

func (c *call) userList() (any, error) {
	d, err := c.departmentOf("department_id")
	if err != nil {
		return nil, err
	}
	in := []*department{d}
	if c.query.Get("fetch_child") == "1" {
		in = c.st.within(d.ID)
	}
	users := []object{}
	for _, m := range c.st.Members {
		if !m.left() && slices.ContainsFunc(in, func(d *department) bool { return slices.Contains(m.Department, d.ID) }) {
			users = append(users, object{"userid": m.UserID, "name": m.Name, "department": m.Department})
		}
	}
	return object{"userlist": users}, nil
}

func (c *call) userIDs() (any, error) {
	p, err := decode[paging](c)
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, m := range c.st.Members {
		for _, d := range m.Department {
			if !m.left() {
				rows = append(rows, object{"userid": m.UserID, "department": d})
			}
		}
	}
	page, next, err := cut(c, rows, list{"user/list_id", 10_000, 10_000}, p)
	if err != nil {
		return nil, err
	}
	return object{"dept_user": page, "next_cursor": next}, nil
}

// departmentOf finds the department named in the query.
func (c *call) departmentOf(key string) (*department, error) {
	id, err := strconv.Atoi(c.query.Get(key))
	if err != nil {
		return nil, refuse(60123, "invalid department id")
	}
	d := c.st.department(id)
	if d == nil {
		return nil, refuse(60003, "department not found")
	}
	return d, nil
}

// departmentTree lists the named department and all below it, or the whole tree.
func (c *call) departmentTree() ([]*department, error) {
	if !c.query.Has("id") {
		return c.st.Departments, nil
	}
	d, err := c.departmentOf("id")
	if err != nil {
		return nil, err
	}
	return c.st.within(d.ID), nil
}

func (c *call) departments() (any, error) {
	tree, err := c.departmentTree()
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(tree))
	for i, d := range tree {
		rows[i] = d.detail()
	}
	return object{"department": rows}, nil
}

func (c *call) departmentIDs() (any, error) {
	tree, err := c.departmentTree()
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(tree))
	for i, d := range tree {
		rows[i] = object{"id": d.ID, "parentid": d.ParentID, "order": d.Order}
	}
	return object{"department_id": rows}, nil
}

func (c *call) departmentDetail() (any, error) {
	d, err := c.departmentOf("id")
	if err != nil {
		return nil, err
	}
	return object{"department": d.detail()}, nil
}

func (d *department) detail() object {
	return object{
		"id": d.ID, "name": d.Name, "name_en": "", "department_leader": append([]string{}, d.Leaders...),
		"parentid": d.ParentID, "order": d.Order,
	}
}
