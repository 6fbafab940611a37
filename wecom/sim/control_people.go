package sim

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const bulkMost = 1_000_000

type newMember struct {
	UserID            string   `json:"userid"`
	Name              string   `json:"name"`
	Department        []int    `json:"department"`
	Leaders           []string `json:"direct_leader"`
	ContactPermission *bool    `json:"contact_permission"`
	Active            *bool    `json:"active"`
	Count             int      `json:"count"`
	Prefix            string   `json:"prefix"`
}

type memberRow struct {
	UserID string `json:"userid"`
	Name   string `json:"name"`
}

func (s *Sim) addMembers(q newMember, now time.Time) (any, error) {
	if (q.UserID == "") == (q.Count == 0) || q.Count < 0 || q.Count > bulkMost {
		return nil, errors.New("give either userid or count")
	}
	if len(q.Department) == 0 {
		q.Department = []int{1}
	}
	for _, id := range q.Department {
		if s.st.department(id) == nil {
			return nil, fmt.Errorf("department %d does not exist", id)
		}
	}
	rows := []memberRow{}
	if q.UserID != "" {
		if m := s.st.member(q.UserID); m != nil && !m.left() {
			return nil, fmt.Errorf("member %s exists", q.UserID)
		}
		return object{"members": append(rows, s.join(q, q.UserID, now))}, nil
	}
	if q.Prefix == "" {
		q.Prefix = "rep"
	}
	for n := 1; len(rows) < q.Count; n++ {
		if id := q.Prefix + strconv.Itoa(n); s.st.member(id) == nil {
			rows = append(rows, s.join(q, id, now))
		}
	}
	return object{"members": rows}, nil
}

// join makes a member and tells the contact-sync receiver.
func (s *Sim) join(q newMember, userID string, now time.Time) memberRow {
	m := &member{UserID: userID, Name: q.Name, Department: q.Department, Leaders: q.Leaders, Status: memberActive}
	if m.Name == "" {
		m.Name = personName(len(s.st.Members))
	}
	if q.Active != nil && !*q.Active {
		m.Status = memberInactive
	}
	m.NoContact = q.ContactPermission != nil && !*q.ContactPermission
	if former := s.st.member(userID); former != nil {
		for _, r := range slices.Clone(former.Relations) {
			s.st.dropRelation(r)
		}
		s.st.Members = slices.DeleteFunc(s.st.Members, func(o *member) bool { return o == former })
	}
	s.st.Members = append(s.st.Members, m)
	s.st.members[strings.ToLower(userID)] = m
	departments := strings.Trim(strings.ReplaceAll(fmt.Sprint(m.Department), " ", ","), "[]")
	s.emit(receiverSync, s.eventOf(now, "change_contact", "create_user", field{"UserID", userID}, field{"Department", departments}))
	return memberRow{m.UserID, m.Name}
}

func (s *Sim) removeMember(q struct {
	UserID string `json:"userid"`
}, now time.Time,
) (any, error) {
	m := s.st.member(q.UserID)
	if m == nil || m.left() {
		return nil, fmt.Errorf("member %q does not exist", q.UserID)
	}
	m.Status = memberLeft
	s.emit(receiverSync, s.eventOf(now, "change_contact", "delete_user", field{"UserID", m.UserID}))
	return object{"userid": m.UserID}, nil
}

func (s *Sim) listMembers(q url.Values) (any, error) {
	from, to, next, err := pageOf(q, len(s.st.Members))
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, m := range s.st.Members[from:to] {
		rows = append(rows, object{
			"userid": m.UserID, "name": m.Name, "department": m.Department, "status": m.Status,
			"contact_permission": !m.NoContact, "customers": len(m.Relations),
		})
	}
	return object{"members": rows, "total": len(s.st.Members), "next_cursor": next}, nil
}

func (s *Sim) addDepartment(q department, _ time.Time) (any, error) {
	if q.ID == 0 || q.Name == "" || s.st.department(q.ID) != nil {
		return nil, fmt.Errorf("department %d exists already, or id or name is missing", q.ID)
	}
	if q.ParentID == 0 {
		q.ParentID = 1
	}
	if s.st.department(q.ParentID) == nil {
		return nil, fmt.Errorf("parent department %d does not exist", q.ParentID)
	}
	s.st.Departments = append(s.st.Departments, &q)
	return q, nil
}

type newCustomer struct {
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
	CorpName       string `json:"corp_name"`
	CorpFullName   string `json:"corp_full_name"` // the same as corp_name when empty
	Position       string `json:"position"`
	Type           int    `json:"type"`
	Gender         int    `json:"gender"`
	UnionID        string `json:"unionid"`
}

type customerRow struct {
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
}

func (s *Sim) addCustomers(q struct {
	newCustomer
	Count int `json:"count"`
}, _ time.Time,
) (any, error) {
	if q.Count < 0 || q.Count > bulkMost || (q.Count > 0 && q.ExternalUserID != "") {
		return nil, errors.New("give either count or one external_userid")
	}
	rows := []customerRow{}
	for range max(1, q.Count) {
		p, err := s.addCustomer(q.newCustomer)
		if err != nil {
			return nil, err
		}
		rows = append(rows, customerRow{p.ExternalUserID, p.Name})
	}
	return object{"customers": rows}, nil
}

func (s *Sim) addCustomer(q newCustomer) (*customer, error) {
	if q.ExternalUserID != "" && s.st.customers[q.ExternalUserID] != nil {
		return nil, fmt.Errorf("customer %s exists", q.ExternalUserID)
	}
	if q.Type == 0 {
		q.Type = 1
	}
	if q.Type != 1 && q.Type != 2 {
		return nil, fmt.Errorf("type %d is neither 1 (WeChat) nor 2 (WeCom)", q.Type)
	}
	if q.ExternalUserID == "" {
		q.ExternalUserID = newID([]string{"wm", "wo"}[q.Type-1], 32)
	}
	if q.Name == "" {
		q.Name = personName(len(s.st.Customers) + 7)
	}
	p := &customer{
		Seq: s.st.next(), ExternalUserID: q.ExternalUserID, Name: q.Name, CorpName: q.CorpName,
		CorpFullName: cmp.Or(q.CorpFullName, q.CorpName), Position: q.Position, Type: q.Type, Gender: q.Gender, UnionID: q.UnionID,
	}
	s.st.Customers = append(s.st.Customers, p)
	s.st.customers[p.ExternalUserID] = p
	return p, nil
}

// personName makes up the n-th name.
func personName(n int) string {
	families := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
	given := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鹏丹萍宁")
	name := []rune{families[n%len(families)], given[n/len(families)%len(given)]}
	if n%3 != 0 {
		name = append(name, given[(n*7+3)%len(given)])
	}
	return string(name)
}

func (s *Sim) listCustomers(q url.Values) (any, error) {
	from, to, next, err := pageOf(q, len(s.st.Customers))
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, p := range s.st.Customers[from:to] {
		members := []string{}
		for _, r := range s.st.followers[p.ExternalUserID] {
			members = append(members, r.owner.UserID)
		}
		rows = append(rows, object{
			"external_userid": p.ExternalUserID, "name": p.Name, "corp_name": p.CorpName, "type": p.Type,
			"gender": p.Gender, "userids": members,
		})
	}
	return object{"customers": rows, "total": len(s.st.Customers), "next_cursor": next}, nil
}

// addConsoleTags makes tags as an admin does in the console.
func (s *Sim) addConsoleTags(q struct {
	Group  string   `json:"group"`
	Tags   []string `json:"tags"`
	Silent bool     `json:"silent"`
}, now time.Time,
) (any, error) {
	if q.Group == "" || len(q.Tags) == 0 {
		return nil, errors.New("give group and tags")
	}
	g := s.st.groupByName(q.Group)
	isNew := g == nil
	tags := make([]newTag, len(q.Tags))
	for i, name := range q.Tags {
		tags[i] = newTag{Name: name}
	}
	g, created := s.addTags(g, tagGroup{Name: q.Group}, tags)
	if isNew && !q.Silent {
		s.tagEvent(now, "create", g.ID, "tag_group")
	}
	for _, t := range created {
		if !q.Silent {
			s.tagEvent(now, "create", t.ID, "tag")
		}
	}
	rows := []object{}
	for _, name := range q.Tags {
		rows = append(rows, object{"id": g.named(name).ID, "name": name})
	}
	return object{"group_id": g.ID, "tags": rows}, nil
}

func (s *Sim) removeConsoleTags(q struct {
	Tags   []string `json:"tags"`
	Silent bool     `json:"silent"`
}, now time.Time,
) (any, error) {
	gone := make(map[string]bool)
	for _, id := range q.Tags {
		if _, ok := s.st.tags[id]; !ok {
			return nil, fmt.Errorf("tag %q does not exist", id)
		}
		gone[id] = true
		if !q.Silent {
			s.tagEvent(now, "delete", id, "tag")
		}
	}
	s.st.deleteTags(gone)
	return object{"removed": len(gone)}, nil
}

// known finds a relation for the control API.
func (s *Sim) known(userID, externalUserID string) (*relation, error) {
	r := s.st.relation(userID, externalUserID)
	if r == nil {
		return nil, fmt.Errorf("%q does not follow %q", userID, externalUserID)
	}
	return r, nil
}

func (s *Sim) tagByMember(q struct {
	UserID         string   `json:"userid"`
	ExternalUserID string   `json:"external_userid"`
	Add            []string `json:"add"`
	Remove         []string `json:"remove"`
	Personal       []string `json:"personal"`
	Silent         bool     `json:"silent"`
}, now time.Time,
) (any, error) {
	r, err := s.known(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	if err := s.retag(r, q.Add, q.Remove); err != nil {
		return nil, err
	}
	r.PersonalTags = append(r.PersonalTags, q.Personal...)
	if !q.Silent {
		s.contactEvent(now, "edit_external_contact", r.owner.UserID, r.ExternalUserID)
	}
	return object{"tags": append([]string{}, r.Tags...)}, nil
}

type newFollow struct {
	UserID         string   `json:"userid"`
	ExternalUserID string   `json:"external_userid"`
	Name           string   `json:"name"`
	CorpName       string   `json:"corp_name"`
	CorpFullName   string   `json:"corp_full_name"`
	Position       string   `json:"position"`
	Type           int      `json:"type"`
	State          string   `json:"state"`
	AddWay         int      `json:"add_way"`
	Half           bool     `json:"half"`
	Remark         string   `json:"remark"`
	RemarkCompany  string   `json:"remark_company"`
	Tags           []string `json:"tags"`
	Silent         bool     `json:"silent"`
	NoWelcome      bool     `json:"no_welcome"`
	CreateTime     int64    `json:"createtime"`
}

type followed struct {
	ExternalUserID string `json:"external_userid"`
	WelcomeCode    string `json:"welcome_code"`
}

// follow lets customers add members. It takes one, or many under items.
func (s *Sim) follow(q struct {
	newFollow
	Items []newFollow `json:"items"`
}, now time.Time,
) (any, error) {
	if q.Items == nil {
		return s.followOne(q.newFollow, now)
	}
	rows := []followed{}
	for i, item := range q.Items {
		row, err := s.followOne(item, now)
		if err != nil {
			return nil, fmt.Errorf("item %d (those before it are done): %w", i, err)
		}
		rows = append(rows, row)
	}
	return object{"items": rows}, nil
}

func (s *Sim) followOne(q newFollow, now time.Time) (followed, error) {
	m := s.st.member(q.UserID)
	if m == nil || !m.follows() {
		return followed{}, fmt.Errorf("member %q does not exist or may not deal with customers", q.UserID)
	}
	for _, id := range q.Tags {
		if _, ok := s.st.tags[id]; !ok {
			return followed{}, fmt.Errorf("tag %q does not exist", id)
		}
	}
	p := s.st.customers[q.ExternalUserID]
	if p == nil {
		var err error
		p, err = s.addCustomer(newCustomer{
			ExternalUserID: q.ExternalUserID, Name: q.Name, CorpName: q.CorpName, CorpFullName: q.CorpFullName, Position: q.Position, Type: q.Type,
		})
		if err != nil {
			return followed{}, err
		}
	}
	r, changeType, err := s.relate(m, p, q, now)
	if err != nil {
		return followed{}, err
	}
	done := followed{ExternalUserID: p.ExternalUserID}
	if q.Silent {
		r.Chatting = true
		return done, nil
	}
	if !q.NoWelcome {
		done.WelcomeCode = s.newWelcome(r, now)
	}
	s.contactEvent(now, changeType, m.UserID, p.ExternalUserID, field{"State", r.State}, field{"WelcomeCode", done.WelcomeCode})
	return done, nil
}

// relate makes the relation, completes a half one, or brings back the customer
// who had deleted the member.
func (s *Sim) relate(m *member, p *customer, q newFollow, now time.Time) (*relation, string, error) {
	created := now.Unix()
	if q.CreateTime != 0 {
		created = q.CreateTime
	}
	changeType := "add_external_contact"
	if q.Half {
		changeType = "add_half_external_contact"
	}
	r := s.st.relation(m.UserID, p.ExternalUserID)
	switch {
	case r == nil:
		r = &relation{ExternalUserID: p.ExternalUserID, CreateTime: created, OperUserID: p.ExternalUserID, AddWay: 1}
		s.st.addRelation(m, r)
	case r.Half && !q.Half:
	case r.Lost:
		r.Lost, r.Welcomed, r.Chatting = false, false, false
		if !s.rules.KeepCreateTime {
			r.CreateTime = created
		}
	default:
		return nil, "", fmt.Errorf("%s follows %s already", m.UserID, p.ExternalUserID)
	}
	r.Half, r.LastContact = q.Half, created
	if q.AddWay != 0 {
		r.AddWay = q.AddWay
	}
	if q.State != "" {
		r.State = q.State
	}
	if q.Remark != "" {
		r.Remark = q.Remark
	}
	if q.RemarkCompany != "" {
		r.RemarkCompany = q.RemarkCompany
	}
	if q.Tags != nil {
		r.Tags = slices.Clone(q.Tags)
	}
	return r, changeType, nil
}

func (s *Sim) unfollow(q struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	By             string `json:"by"`
}, now time.Time,
) (any, error) {
	r, err := s.known(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	switch q.By {
	case "customer":
		if r.Lost {
			return nil, errors.New("the customer deleted the member already")
		}
		r.Lost = true
		s.contactEvent(now, "del_follow_user", r.owner.UserID, r.ExternalUserID)
	case "member":
		s.st.dropRelation(r)
		s.contactEvent(now, "del_external_contact", r.owner.UserID, r.ExternalUserID)
	default:
		return nil, fmt.Errorf("by %q is neither customer nor member", q.By)
	}
	return object{}, nil
}

// finishTransfers completes or refuses handovers that the API began, or hands
// over as an admin does in the console.
func (s *Sim) finishTransfers(q struct {
	From      string   `json:"handover_userid"`
	To        string   `json:"takeover_userid"`
	Customers []string `json:"external_userid"`
	Refuse    bool     `json:"refuse"`
}, now time.Time,
) (any, error) {
	from, to := s.st.member(q.From), s.st.member(q.To)
	if from == nil || to == nil || !to.follows() || from == to {
		return nil, errors.New("handover_userid and takeover_userid must be two members, the latter with customer contact")
	}
	for _, id := range q.Customers {
		if _, err := s.known(from.UserID, id); err != nil {
			return nil, err
		}
	}
	for _, id := range q.Customers {
		t := s.st.pendingTransfer(from.UserID, to.UserID, id)
		if t == nil {
			t = &transfer{From: from.UserID, To: to.UserID, ExternalUserID: id, Started: now.Unix(), Status: transferWaiting}
			s.st.Transfers = append(s.st.Transfers, t)
		}
		if q.Refuse {
			t.Status = transferRefused
			s.contactEvent(now, "transfer_fail", to.UserID, id, field{"FailReason", "customer_refused"})
			continue
		}
		s.completeTransfer(t, now)
	}
	return object{"transferred": len(q.Customers)}, nil
}

func (s *Sim) addGroupChat(q struct {
	Owner     string   `json:"owner"`
	Name      string   `json:"name"`
	Members   []string `json:"members"`
	Customers []string `json:"external_userid"`
	Silent    bool     `json:"silent"`
}, now time.Time,
) (any, error) {
	owner := s.st.member(q.Owner)
	if owner == nil || !owner.follows() {
		return nil, fmt.Errorf("owner %q does not exist or may not deal with customers", q.Owner)
	}
	g := &groupChat{ID: newID("wr", 32), Name: q.Name, Owner: owner.UserID, CreateTime: now.Unix(), Version: 1}
	g.Members = append(g.Members, chatMember{ID: owner.UserID, JoinTime: now.Unix()})
	for _, id := range q.Members {
		g.Members = append(g.Members, chatMember{ID: id, JoinTime: now.Unix()})
	}
	for _, id := range q.Customers {
		if s.st.customers[id] == nil {
			return nil, fmt.Errorf("customer %q does not exist", id)
		}
		g.Members = append(g.Members, chatMember{ID: id, External: true, JoinTime: now.Unix()})
	}
	s.st.Chats = append(s.st.Chats, g)
	if !q.Silent {
		s.chatEvent(now, "create", g.ID)
	}
	return object{"chat_id": g.ID}, nil
}

func (s *Sim) changeGroupChat(q struct {
	ChatID  string   `json:"chat_id"`
	Add     []string `json:"add"`
	Remove  []string `json:"remove"`
	Name    string   `json:"name"`
	Owner   string   `json:"owner"`
	Dismiss bool     `json:"dismiss"`
}, now time.Time,
) (any, error) {
	g := s.st.chat(q.ChatID)
	if g == nil {
		return nil, fmt.Errorf("group chat %q does not exist", q.ChatID)
	}
	if q.Dismiss {
		s.st.Chats = slices.DeleteFunc(s.st.Chats, func(o *groupChat) bool { return o == g })
		s.chatEvent(now, "dismiss", g.ID)
		return object{}, nil
	}
	s.changeMembers(g, q.Add, true, now)
	s.changeMembers(g, q.Remove, false, now)
	if q.Name != "" {
		g.Name = q.Name
		s.chatEvent(now, "update", g.ID, field{"UpdateDetail", "change_name"})
	}
	if q.Owner != "" {
		g.Owner = q.Owner
		s.chatEvent(now, "update", g.ID, field{"UpdateDetail", "change_owner"})
	}
	return object{"member_version": g.version()}, nil
}
