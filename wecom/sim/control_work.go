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

// chat is a line between a customer and a member, or from a member to the app.
func (s *Sim) chat(q struct {
	From           string `json:"from"`
	To             string `json:"to"`
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	Text           string `json:"text"`
}, now time.Time,
) (any, error) {
	if q.To == "app" {
		return s.writeToApp(q.UserID, q.Text, now)
	}
	if q.From != "customer" && q.From != "member" {
		return nil, fmt.Errorf("from %q is neither customer nor member", q.From)
	}
	r, err := s.known(q.UserID, q.ExternalUserID)
	if err != nil {
		return nil, err
	}
	if r.Lost {
		return nil, errors.New("the customer deleted the member: messages do not arrive")
	}
	r.Chatting, r.LastContact = true, now.Unix()
	s.st.record(now, Entry{Kind: kindChat, From: q.From, UserID: r.owner.UserID, ExternalUserID: r.ExternalUserID, Text: q.Text})
	return object{}, nil
}

func (s *Sim) writeToApp(userID, text string, now time.Time) (any, error) {
	m := s.st.member(userID)
	if m == nil || m.left() {
		return nil, fmt.Errorf("member %q does not exist", userID)
	}
	msgID := strconv.FormatInt(7_300_000_000_000_000_000+s.st.next(), 10)
	s.emit(receiverApp, []field{
		{"ToUserName", s.corpID},
		{"FromUserName", m.UserID},
		{"CreateTime", strconv.FormatInt(now.Unix(), 10)},
		{"MsgType", "text"},
		{"Content", text},
		{"MsgId", msgID},
		{"AgentID", strconv.Itoa(s.apps[0].AgentID)},
	})
	return object{"msgid": msgID}, nil
}

// personalMass is a member's own mass message to customers or to their group
// chats, sent at once. It uses the quota as the corp's do.
func (s *Sim) personalMass(q struct {
	UserID    string   `json:"userid"`
	Customers []string `json:"external_userid"`
	Chats     []string `json:"chat_id"`
	Text      string   `json:"text"`
}, now time.Time,
) (any, error) {
	who := s.st.member(q.UserID)
	if who == nil || !who.follows() || (len(q.Customers) == 0) == (len(q.Chats) == 0) || q.Text == "" {
		return nil, errors.New("give a member with customer contact, external_userid or chat_id, and text")
	}
	m := &massMessage{ID: newID("msg", 32), Seq: s.st.next(), ChatType: chatSingle, Created: now.Unix(), Creator: who.UserID}
	m.Content.Text.Content = q.Text
	if len(q.Chats) > 0 {
		m.ChatType = chatGroup
	}
	for _, id := range slices.Concat(q.Customers, q.Chats) {
		m.assign(who.UserID, id)
	}
	s.st.Mass = append(s.st.Mass, m)
	s.st.mass[m.ID] = m
	s.pressSend(m, m.Parts[0], nil, now)
	return object{"msgid": m.ID, "status": m.Parts[0].tally()}, nil
}

// tally counts the recipients of each status.
func (p *massPart) tally() map[string]int {
	n := make(map[string]int)
	for _, t := range p.Targets {
		n[strconv.Itoa(t.Status)]++
	}
	return n
}

// click is a member pressing a card's button, or a customer opening a link.
func (s *Sim) click(q struct {
	UserID         string `json:"userid"`
	TaskID         string `json:"task_id"`
	MsgID          string `json:"msgid"`
	Key            string `json:"key"`
	Option         string `json:"option"` // chosen in the drop-down; empty leaves it as it is
	ExternalUserID string `json:"external_userid"`
	URL            string `json:"url"`
}, now time.Time,
) (any, error) {
	if q.ExternalUserID != "" {
		if s.st.customers[q.ExternalUserID] == nil || q.URL == "" {
			return nil, fmt.Errorf("customer %q does not exist, or url is missing", q.ExternalUserID)
		}
		s.st.record(now, Entry{Kind: kindClick, ExternalUserID: q.ExternalUserID, Text: q.URL, Status: "clicked"})
		return object{}, nil
	}
	m := s.st.cardOf(q.TaskID, q.MsgID)
	who := s.st.member(q.UserID)
	switch {
	case m == nil:
		return nil, errors.New("no card has this task_id or msgid")
	case who == nil || !slices.Contains(m.Users, who.UserID):
		return nil, fmt.Errorf("member %q did not get this card", q.UserID)
	case m.Recalled:
		return nil, errors.New("the card was recalled")
	case !slices.Contains(m.Keys, q.Key):
		return nil, fmt.Errorf("the card has no button with key %q", q.Key)
	case q.Option != "" && !slices.Contains(m.Options, q.Option):
		return nil, fmt.Errorf("the card has no option with id %q", q.Option)
	}
	code := s.newCardCode(m)
	event := []field{
		{"ToUserName", s.corpID},
		{"FromUserName", who.UserID},
		{"CreateTime", strconv.FormatInt(now.Unix(), 10)},
		{"MsgType", "event"},
		{"Event", "template_card_event"},
		{"EventKey", q.Key},
		{"TaskId", m.TaskID},
		{"CardType", m.CardType},
		{"ResponseCode", code},
		{"AgentID", strconv.Itoa(m.AgentID)},
	}
	if m.Question != "" {
		event = append(event,
			field{"SelectedItems/SelectedItem/QuestionKey", m.Question},
			field{"SelectedItems/SelectedItem/OptionIds/OptionId", cmp.Or(q.Option, m.Selected)})
	}
	s.emit(receiverApp, event)
	return object{"response_code": code}, nil
}

// react is a customer liking or commenting on a moment.
func (s *Sim) react(q struct {
	MomentID       string `json:"moment_id"`
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	Kind           string `json:"kind"`
}, now time.Time,
) (any, error) {
	for _, m := range s.st.Moments {
		for _, p := range m.Parts {
			if m.ID != q.MomentID || !strings.EqualFold(p.UserID, q.UserID) || !slices.Contains(p.Shown, q.ExternalUserID) {
				continue
			}
			done := reaction{ExternalUserID: q.ExternalUserID, CreateTime: now.Unix()}
			switch q.Kind {
			case "like":
				p.Likes = append(slices.Clip(p.Likes), done)
			case "comment":
				p.Comments = append(slices.Clip(p.Comments), done)
			default:
				return nil, fmt.Errorf("kind %q is neither like nor comment", q.Kind)
			}
			return object{}, nil
		}
	}
	return nil, errors.New("the customer was not shown this moment of this member")
}

// issueCode stands in for WeCom's login and consent pages.
func (s *Sim) issueCode(q struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
}, now time.Time,
) (any, error) {
	code, err := s.codeOf(q.UserID, q.ExternalUserID, now)
	if err != nil {
		return nil, err
	}
	return object{"code": code}, nil
}

// task is what a member is asked to do, as their client shows it.
type task struct {
	Kind      string   `json:"kind"`
	MsgID     string   `json:"msgid"`
	UserID    string   `json:"userid"`
	Status    string   `json:"status"`
	Created   int64    `json:"created"`
	Reminded  int      `json:"reminded"`
	Content   content  `json:"content"`
	ChatIDs   []string `json:"chat_id,omitempty"`
	Customers []string `json:"external_userid"`

	mass       *massMessage
	massPart   *massPart
	moment     *moment
	momentPart *momentPart
}

// Words for the state of a task.
const (
	taskPending   = "pending"
	taskSent      = "sent"
	taskRefused   = "refused"
	taskCancelled = "cancelled"
)

func taskStatus(done, ignored, cancelled bool) string {
	switch {
	case done:
		return taskSent
	case cancelled:
		return taskCancelled
	case ignored:
		return taskRefused
	}
	return taskPending
}

// tasksOf lists the tasks of a member, or of all, in the order of creation.
func (s *Sim) tasksOf(userID, status string) []task {
	tasks := []task{}
	wanted := func(user, is string) bool {
		return (userID == "" || strings.EqualFold(userID, user)) && (status == "" || status == is)
	}
	for _, m := range s.st.Mass {
		for _, p := range m.Parts {
			if is := taskStatus(p.Status == partSent, p.Ignored, m.Cancelled); wanted(p.UserID, is) {
				tasks = append(tasks, massTask(m, p, is))
			}
		}
	}
	for _, m := range s.st.Moments {
		for _, p := range m.Parts {
			if is := taskStatus(p.Published, p.Ignored, m.Cancelled); wanted(p.UserID, is) {
				tasks = append(tasks, task{
					Kind: kindMoment, MsgID: m.ID, UserID: p.UserID, Created: m.Created, Content: m.Content,
					Status: is, moment: m, momentPart: p, Customers: orEmpty(p.Audience),
				})
			}
		}
	}
	slices.SortStableFunc(tasks, func(a, b task) int { return cmp.Compare(a.Created, b.Created) })
	return tasks
}

func massTask(m *massMessage, p *massPart, status string) task {
	t := task{
		Kind: kindGroupMsg, MsgID: m.ID, UserID: p.UserID, Created: m.Created, Content: m.Content, Reminded: p.Reminded,
		Status: status, mass: m, massPart: p, Customers: []string{},
	}
	for _, target := range p.Targets {
		if m.ChatType == chatGroup {
			t.ChatIDs = append(t.ChatIDs, target.ID)
		} else {
			t.Customers = append(t.Customers, target.ID)
		}
	}
	return t
}

func (s *Sim) listTasks(q url.Values) (any, error) {
	tasks := s.tasksOf(q.Get("userid"), q.Get("status"))
	from, to, next, err := pageOf(q, len(tasks))
	if err != nil {
		return nil, err
	}
	return object{"tasks": tasks[from:to], "total": len(tasks), "next_cursor": next}, nil
}

// confirm is members doing, or refusing, what they are asked to.
func (s *Sim) confirm(q struct {
	UserID   string   `json:"userid"`
	MsgID    string   `json:"msgid"`
	MomentID string   `json:"moment_id"`
	Action   string   `json:"action"`
	Only     []string `json:"only"`
	All      bool     `json:"all"`
}, now time.Time,
) (any, error) {
	switch {
	case q.Action == "":
		q.Action = "send"
	case q.Action != "send" && q.Action != "refuse" && q.Action != "partial":
		return nil, fmt.Errorf("action %q is none of send, refuse, partial", q.Action)
	}
	if (q.Action == "partial") != (q.Only != nil) {
		return nil, errors.New("only belongs to action partial")
	}
	if (q.UserID == "") != q.All {
		return nil, errors.New("give either userid or all")
	}
	confirmed, delivered, status := 0, 0, make(map[string]int)
	for _, t := range s.tasksOf(q.UserID, taskPending) {
		id := q.MsgID + q.MomentID
		if (id != "" && t.MsgID != id) || s.st.member(t.UserID).left() {
			continue
		}
		confirmed++
		switch {
		case q.Action == "refuse":
			t.ignore()
		case t.moment != nil:
			shown := s.pressPublish(t.moment, t.momentPart, q.Only, now)
			delivered += shown
			status["1"] += shown
		default:
			s.pressSend(t.mass, t.massPart, q.Only, now)
			for code, n := range t.massPart.tally() {
				status[code] += n
			}
			delivered += t.massPart.tally()[strconv.Itoa(targetSent)]
		}
	}
	if confirmed == 0 && q.MsgID+q.MomentID != "" {
		return nil, fmt.Errorf("%q has no pending task %q", q.UserID, q.MsgID+q.MomentID)
	}
	return object{"confirmed": confirmed, "delivered": delivered, "status": status}, nil
}

func (t *task) ignore() {
	if t.moment != nil {
		t.momentPart.Ignored = true
		return
	}
	t.massPart.Ignored = true
}

const ledgerPage = 1000

// listLedger returns the entries after since, of one customer or member or of
// all.
func (s *Sim) listLedger(q url.Values) (any, error) {
	since, err := number(q, "since", 0)
	if err != nil {
		return nil, err
	}
	limit, err := number(q, "limit", ledgerPage)
	if err != nil {
		return nil, err
	}
	found := []Entry{}
	take := func(e Entry) bool {
		if user := q.Get("userid"); user == "" || strings.EqualFold(user, e.UserID) {
			found = append(found, e)
		}
		return len(found) < limit
	}
	if !q.Has("external_userid") {
		for i := since; i < len(s.st.Ledger) && take(s.st.Ledger[i]); i++ {
		}
		return object{"entries": found, "total": len(s.st.Ledger)}, nil
	}
	positions := s.st.entriesOf[q.Get("external_userid")]
	from, _ := slices.BinarySearch(positions, since)
	for _, at := range positions[from:] {
		if !take(s.st.Ledger[at]) {
			break
		}
	}
	return object{"entries": found, "total": len(positions)}, nil
}

// summary is the corp at a glance.
func (s *Sim) summary(url.Values) (any, error) {
	relations, half, lost := 0, 0, 0
	for _, m := range s.st.Members {
		relations += len(m.Relations)
		for _, r := range m.Relations {
			if r.Half {
				half++
			}
			if r.Lost {
				lost++
			}
		}
	}
	return object{
		"corpid": s.corpID, "now": s.clock.Now(), "members": len(s.st.Members), "customers": len(s.st.Customers),
		"relations": relations, "half_relations": half, "lost_relations": lost, "group_chats": len(s.st.Chats),
		"tag_groups": len(s.st.TagGroups), "tags": len(s.st.tags), "group_messages": len(s.st.Mass),
		"moments": len(s.st.Moments), "pending_tasks": len(s.tasksOf("", taskPending)), "ledger": len(s.st.Ledger), "callbacks": s.out.stats(),
	}, nil
}
