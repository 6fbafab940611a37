package sim

import (
	"slices"
	"strconv"
	"time"
)

// Limits of mass messages.
const (
	massCustomers   = 10_000
	massChats       = 2000
	massTagsInGroup = 100
	remindersPerDay = 3
)

// States of a recipient in get_groupmsg_send_result.
const (
	targetWaiting = 0
	targetSent    = 1
	targetLost    = 2 // no longer the member's contact
	targetQuota   = 3 // got too many mass messages already
)

// States of a member in get_groupmsg_task.
const (
	partWaiting = 0
	partSent    = 2
)

const (
	chatSingle = "single"
	chatGroup  = "group"
)

// massMessage is one add_msg_template, or a member's own mass message.
type massMessage struct {
	ID        string
	Seq       int64
	ChatType  string
	Created   int64
	Creator   string // only for a member's own
	Content   content
	Cancelled bool
	Polls     int
	Reminded  []int64
	Parts     []*massPart
}

// massPart is what one member is asked to send.
type massPart struct {
	UserID   string
	Status   int
	SentAt   int64
	Ignored  bool // the member refused; WeCom goes on calling it not sent
	Reminded int
	Targets  []massTarget
}

type massTarget struct {
	ID     string // external_userid or chat_id
	Status int
	SentAt int64
}

type tagFilter struct {
	Groups []struct {
		Tags []string `json:"tag_list"`
	} `json:"group_list"`
}

type massRequest struct {
	ChatType    string    `json:"chat_type"`
	Customers   []string  `json:"external_userid"`
	Chats       []string  `json:"chat_id_list"`
	TagFilter   tagFilter `json:"tag_filter"`
	Sender      string    `json:"sender"`
	AllowSelect bool      `json:"allow_select"`
	content
}

func (c *call) addMassMessage() (any, error) {
	q, err := decode[massRequest](c)
	if err != nil {
		return nil, err
	}
	if err := c.checkMass(&q); err != nil {
		return nil, err
	}
	m := &massMessage{ID: newID("msg", 32), Seq: c.st.next(), ChatType: q.ChatType, Created: c.now.Unix(), Content: q.content}
	var failed []string
	if q.ChatType == chatGroup {
		failed = c.planChats(m, q)
	} else {
		failed, err = c.planCustomers(m, q)
	}
	if err != nil {
		return nil, err
	}
	if len(m.Parts) == 0 {
		return nil, refuse(41048, "no customer to send")
	}
	c.st.Mass = append(c.st.Mass, m)
	c.st.mass[m.ID] = m
	return object{"fail_list": failed, "msgid": m.ID}, nil
}

func (c *call) checkMass(q *massRequest) error {
	if q.ChatType == "" {
		q.ChatType = chatSingle
	}
	switch {
	case q.ChatType != chatSingle && q.ChatType != chatGroup:
		return refuse(40058, "invalid parameter: chat_type")
	case len(q.Customers) > massCustomers:
		return refuse(40058, "invalid parameter: external_userid has more than %d", massCustomers)
	case len(q.Chats) > massChats:
		return refuse(40058, "invalid parameter: chat_id_list has more than %d", massChats)
	case q.ChatType == chatGroup && q.Sender == "":
		return refuse(40058, "invalid parameter: sender is needed for groups")
	}
	for _, g := range q.TagFilter.Groups {
		if len(g.Tags) > massTagsInGroup {
			return refuse(40058, "invalid parameter: tag_list has more than %d", massTagsInGroup)
		}
		for _, id := range g.Tags {
			if _, ok := c.st.tags[id]; !ok {
				return refuse(40068, "invalid tag id")
			}
		}
	}
	if q.Sender != "" {
		if _, err := c.follower(q.Sender); err != nil {
			return err
		}
	}
	return c.check(q.content)
}

func (m *massMessage) part(userID string) *massPart {
	for _, p := range m.Parts {
		if p.UserID == userID {
			return p
		}
	}
	return nil
}

func (m *massMessage) assign(userID, target string) {
	p := m.part(userID)
	if p == nil {
		p = &massPart{UserID: userID}
		m.Parts = append(m.Parts, p)
	}
	p.Targets = append(p.Targets, massTarget{ID: target})
}

// planCustomers shares the customers out among members and returns those nobody
// can send to.
func (c *call) planCustomers(m *massMessage, q massRequest) ([]string, error) {
	failed := []string{}
	switch {
	case len(q.Customers) > 0:
		seen := make(map[string]bool, len(q.Customers))
		for _, id := range q.Customers {
			if seen[id] {
				continue
			}
			seen[id] = true
			if r := c.senderOf(id, q.Sender); r != nil {
				m.assign(r.owner.UserID, id)
			} else {
				failed = append(failed, id)
			}
		}
	case q.Sender != "":
		for _, r := range c.st.member(q.Sender).Relations {
			if !r.Half && c.st.matches(q.TagFilter, r.ExternalUserID, q.Sender) {
				m.assign(r.owner.UserID, r.ExternalUserID)
			}
		}
	case len(q.TagFilter.Groups) > 0:
		for _, p := range c.st.Customers {
			r := c.senderOf(p.ExternalUserID, "")
			if r != nil && c.st.matches(q.TagFilter, p.ExternalUserID, "") {
				m.assign(r.owner.UserID, p.ExternalUserID)
			}
		}
	default:
		return nil, refuse(c.rules.NoTargetCode, "no sender, no customer and no tag")
	}
	return failed, nil
}

// senderOf finds the relation through which a customer is reached: the sender's,
// or that of the member who was in touch last.
func (c *call) senderOf(externalUserID, sender string) *relation {
	if sender != "" {
		if r := c.st.relation(sender, externalUserID); r != nil && !r.Half {
			return r
		}
		return nil
	}
	var last *relation
	for _, r := range c.st.followers[externalUserID] {
		if r.owner.follows() && !r.Half && (last == nil || r.LastContact > last.LastContact) {
			last = r
		}
	}
	return last
}

// matches tells whether a customer carries a tag of every group of the filter,
// with the sender or, without one, with anybody.
func (st *state) matches(f tagFilter, externalUserID, sender string) bool {
	var tags []string
	for _, r := range st.followers[externalUserID] {
		if sender == "" || r.owner == st.member(sender) {
			tags = append(tags, r.Tags...)
		}
	}
	for _, g := range f.Groups {
		if !slices.ContainsFunc(g.Tags, func(id string) bool { return slices.Contains(tags, id) }) {
			return false
		}
	}
	return true
}

// planChats gives the owner's group chats to the owner and returns the others.
func (c *call) planChats(m *massMessage, q massRequest) []string {
	owner := c.st.member(q.Sender).UserID
	failed := []string{}
	chats := q.Chats
	if len(chats) == 0 {
		for _, g := range c.st.Chats {
			if g.Owner == owner {
				chats = append(chats, g.ID)
			}
		}
	}
	for _, id := range chats {
		if g := c.st.chat(id); g != nil && g.Owner == owner {
			m.assign(owner, id)
		} else {
			failed = append(failed, id)
		}
	}
	return failed
}

// stamp writes a creation time the way the rules have it.
func (c *call) stamp(at int64) any {
	if c.rules.CreateTimeString {
		return strconv.FormatInt(at, 10)
	}
	return at
}

func (c *call) massMessages() (any, error) {
	q, err := decode[struct {
		ChatType   string `json:"chat_type"`
		Start      int64  `json:"start_time"`
		End        int64  `json:"end_time"`
		Creator    string `json:"creator"`
		FilterType *int   `json:"filter_type"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	if err := checkSpan(q.Start, q.End, 31); err != nil {
		return nil, err
	}
	if q.ChatType != chatSingle && q.ChatType != chatGroup {
		return nil, refuse(40058, "invalid parameter: chat_type")
	}
	filter := 2
	if q.FilterType != nil {
		filter = *q.FilterType
	}
	page, next, err := pick(c, c.st.Mass, list{"groupmsg " + q.ChatType, 100, 50}, q.paging, func(m *massMessage) bool {
		personal := m.Creator != ""
		return m.ChatType == q.ChatType && m.Created >= q.Start && m.Created <= q.End &&
			(filter != 0 || !personal) && (filter != 1 || personal) && (q.Creator == "" || q.Creator == m.Creator)
	})
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(page))
	for i, m := range page {
		rows[i] = c.massRow(m)
	}
	return object{"group_msg_list": rows, "next_cursor": next}, nil
}

func (c *call) massRow(m *massMessage) object {
	row := object{
		"msgid": m.ID, "create_time": c.stamp(m.Created), "create_type": 0,
		"text": m.Content.Text, "attachments": orEmpty(m.Content.Attachments),
	}
	if m.Creator != "" {
		row["creator"], row["create_type"] = m.Creator, 1
	}
	return row
}

// checkSpan refuses a time range that is empty or longer than so many days.
func checkSpan(start, end int64, days int) error {
	if start <= 0 || end < start || end-start > int64(days)*24*60*60 {
		return refuse(40058, "invalid parameter: start_time and end_time must be at most %d days apart", days)
	}
	return nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// massByID finds a mass message.
func (c *call) massByID(id string) (*massMessage, error) {
	if id == "" {
		return nil, refuse(41046, "missing msgid")
	}
	m := c.st.mass[id]
	if m == nil {
		return nil, refuse(41047, "invalid msgid")
	}
	return m, nil
}

// dispatched answers 41063 to the first reads after creation.
func (c *call) dispatched(m *massMessage) error {
	if m.Polls < c.rules.DispatchPolls {
		m.Polls++
		return refuse(41063, "group message is being dispatched")
	}
	return nil
}

func (c *call) massTasks() (any, error) {
	q, err := decode[struct {
		MsgID string `json:"msgid"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	m, err := c.massByID(q.MsgID)
	if err != nil {
		return nil, err
	}
	if err := c.dispatched(m); err != nil {
		return nil, err
	}
	parts, next, err := cut(c, m.Parts, list{"task " + m.ID, 1000, 500}, q.paging)
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(parts))
	for i, p := range parts {
		rows[i] = object{"userid": p.UserID, "status": p.Status}
		if p.SentAt != 0 {
			rows[i]["send_time"] = p.SentAt
		}
	}
	return object{"task_list": rows, "next_cursor": next}, nil
}

func (c *call) massResults() (any, error) {
	q, err := decode[struct {
		MsgID  string `json:"msgid"`
		UserID string `json:"userid"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	m, err := c.massByID(q.MsgID)
	if err != nil {
		return nil, err
	}
	if err := c.dispatched(m); err != nil {
		return nil, err
	}
	who := c.st.member(q.UserID)
	if who == nil {
		return nil, refuse(60111, "userid not found")
	}
	p := m.part(who.UserID)
	if p == nil {
		return nil, refuse(40003, "invalid userid: not a member of this task")
	}
	targets := p.Targets
	if m.ChatType == chatGroup {
		targets = slices.DeleteFunc(slices.Clone(targets), func(t massTarget) bool { return t.Status == targetWaiting })
	}
	targets, next, err := cut(c, targets, list{"result " + m.ID + p.UserID, 1000, 500}, q.paging)
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(targets))
	for i, t := range targets {
		rows[i] = object{"userid": p.UserID, "status": t.Status}
		if m.ChatType == chatGroup {
			rows[i]["chat_id"] = t.ID
		} else {
			rows[i]["external_userid"] = t.ID
		}
		if t.SentAt != 0 {
			rows[i]["send_time"] = t.SentAt
		}
	}
	return object{"send_list": rows, "next_cursor": next}, nil
}

func (c *call) remindMass() (any, error) {
	m, err := c.massNamed()
	if err != nil {
		return nil, err
	}
	if m.Cancelled {
		return nil, refuse(41093, "group message is cancelled")
	}
	m.Reminded = slices.DeleteFunc(m.Reminded, func(at int64) bool { return at <= c.now.Add(-24*time.Hour).Unix() })
	if len(m.Reminded) >= remindersPerDay {
		return nil, refuse(41094, "group message reminded more than %d times in a day", remindersPerDay)
	}
	m.Reminded = append(m.Reminded, c.now.Unix())
	for _, p := range m.Parts {
		if p.Status == partWaiting {
			p.Reminded++
		}
	}
	return nil, nil
}

func (c *call) cancelMass() (any, error) {
	m, err := c.massNamed()
	if err != nil {
		return nil, err
	}
	m.Cancelled = true
	return nil, nil
}

func (c *call) massNamed() (*massMessage, error) {
	q, err := decode[struct {
		MsgID string `json:"msgid"`
	}](c)
	if err != nil {
		return nil, err
	}
	return c.massByID(q.MsgID)
}

// pressSend is a member sending what a mass message asks of them; only names the
// recipients, nil for all.
func (s *Sim) pressSend(m *massMessage, p *massPart, only []string, now time.Time) {
	p.Status, p.SentAt = partSent, now.Unix()
	for i := range p.Targets {
		t := &p.Targets[i]
		if only != nil && !slices.Contains(only, t.ID) {
			continue
		}
		t.SentAt = now.Unix()
		if m.ChatType == chatGroup {
			t.Status = s.sendToChat(m, p, t.ID, now)
		} else {
			t.Status = s.sendToCustomer(m, p, t.ID, now)
		}
	}
}

func (s *Sim) sendToCustomer(m *massMessage, p *massPart, id string, now time.Time) int {
	r := s.st.relation(p.UserID, id)
	if r == nil || r.Half || r.Lost {
		return targetLost
	}
	start, limit := s.rules.Quota.window(now)
	if !use(s.st.Received, id, start, now, limit) {
		return targetQuota
	}
	r.LastContact = now.Unix()
	s.st.record(now, m.entry(kindGroupMsg, p.UserID, id, ""))
	return targetSent
}

func (s *Sim) sendToChat(m *massMessage, p *massPart, id string, now time.Time) int {
	g := s.st.chat(id)
	if g == nil || g.Owner != p.UserID {
		return targetLost
	}
	start, limit := s.rules.Quota.window(now)
	if !use(s.st.Received, id, start, now, limit) {
		return targetQuota
	}
	for _, who := range g.Members {
		if who.External {
			s.st.record(now, m.entry(kindGroupChat, p.UserID, who.ID, id))
		}
	}
	return targetSent
}

func (m *massMessage) entry(kind, userID, externalUserID, chatID string) Entry {
	return Entry{
		Kind: kind, UserID: userID, ExternalUserID: externalUserID, ChatID: chatID, MsgID: m.ID,
		Text: m.Content.Text.Content, Attachments: m.Content.Attachments,
	}
}
