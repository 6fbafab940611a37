package sim

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// state is all that survives a restart. The maps tagged "-" are indexes, rebuilt
// by index.
type state struct {
	Offset      time.Duration
	Seq         int64
	Tokens      map[string]*token
	Departments []*department
	Members     []*member
	Customers   []*customer
	TagGroups   []*tagGroup
	Chats       []*groupChat
	Welcomes    map[string]*welcome
	Mass        []*massMessage
	Moments     []*moment
	AppMessages []*appMessage
	Cards       map[string]*cardCode
	Received    map[string][]int64 // mass messages got, per customer or chat
	Shown       map[string][]int64 // corp moments seen, per customer
	Duplicates  map[string]*sentOnce
	Media       map[string]*media
	Pictures    map[string]bool
	Transfers   []*transfer
	Codes       map[string]*loginCode
	Tickets     map[string]ticket
	LedgerSize  int
	Ledger      []Entry `json:"-"` // in a file of its own, which only grows

	members     map[string]*member // by lower-case userid
	customers   map[string]*customer
	followers   map[string][]*relation // by external_userid
	tags        map[string]tagRef
	mass        map[string]*massMessage
	entriesOf   map[string][]int // positions in Ledger by external_userid
	appMessages map[string]*appMessage
	cards       map[string]*appMessage // by task_id
}

type token struct {
	AgentID int
	Expires int64
}

type ticket struct {
	Value   string
	Expires int64
}

type department struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	ParentID int    `json:"parentid"`
	Order    int    `json:"order"`
	// Leaders are members' userids.
	Leaders []string `json:"department_leader,omitempty"`
}

// Member states, as user/get reports them.
const (
	memberActive   = 1
	memberInactive = 4
	memberLeft     = 5
)

type member struct {
	UserID     string
	Name       string
	Department []int
	Leaders    []string // direct_leader: userids
	Status     int
	NoContact  bool        // outside the customer-contact usage range
	Relations  []*relation // by Seq
}

func (m *member) left() bool { return m.Status == memberLeft }

// follows tells whether the member may deal with customers.
func (m *member) follows() bool { return !m.left() && !m.NoContact }

type customer struct {
	Seq            int64
	ExternalUserID string
	Name           string
	CorpName       string
	CorpFullName   string
	Position       string
	Type           int
	Gender         int
	UnionID        string
}

// relation is one member following one customer.
type relation struct {
	Seq            int64
	ExternalUserID string
	CreateTime     int64
	Remark         string
	Description    string
	RemarkCompany  string
	RemarkMobiles  []string
	AddWay         int
	State          string
	OperUserID     string
	Tags           []string
	PersonalTags   []string
	Half           bool  // the member has not confirmed yet
	Lost           bool  // the customer deleted the member; reads go on working
	Welcomed       bool  // one welcome was sent
	Chatting       bool  // somebody wrote; no welcome any more
	LastContact    int64 // who was in touch last gets a message without sender
	owner          *member
}

type tagGroup struct {
	ID         string
	Name       string
	CreateTime int64
	Order      int64
	AgentID    int // the app that made it; 0 is the admin console
	Tags       []*tag
}

type tag struct {
	ID         string
	Name       string
	CreateTime int64
	Order      int64
	AgentID    int
}

type tagRef struct {
	group *tagGroup
	tag   *tag
}

type groupChat struct {
	ID         string
	Name       string
	Owner      string
	CreateTime int64
	Version    int
	Members    []chatMember
}

type chatMember struct {
	ID       string
	External bool
	JoinTime int64
}

func newState() *state {
	st := &state{Departments: []*department{{ID: 1, Name: "总部", Order: 100000000}}}
	st.index()
	return st
}

// index makes the maps that lookups need, from what was stored.
func (st *state) index() {
	st.Tokens = made(st.Tokens)
	st.Welcomes = made(st.Welcomes)
	st.Cards = made(st.Cards)
	st.Received = made(st.Received)
	st.Shown = made(st.Shown)
	st.Duplicates = made(st.Duplicates)
	st.Media = made(st.Media)
	st.Pictures = made(st.Pictures)
	st.Codes = made(st.Codes)
	st.Tickets = made(st.Tickets)
	st.members = make(map[string]*member, len(st.Members))
	st.customers = make(map[string]*customer, len(st.Customers))
	st.followers = make(map[string][]*relation)
	st.mass = make(map[string]*massMessage, len(st.Mass))
	st.entriesOf = make(map[string][]int)
	st.appMessages = make(map[string]*appMessage, len(st.AppMessages))
	st.cards = make(map[string]*appMessage)
	for _, m := range st.AppMessages {
		st.indexAppMessage(m)
	}
	for _, c := range st.Customers {
		st.customers[c.ExternalUserID] = c
	}
	for _, m := range st.Members {
		st.members[strings.ToLower(m.UserID)] = m
		for _, r := range m.Relations {
			r.owner = m
			st.followers[r.ExternalUserID] = append(st.followers[r.ExternalUserID], r)
		}
	}
	for _, rs := range st.followers {
		slices.SortFunc(rs, func(a, b *relation) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	for _, m := range st.Mass {
		st.mass[m.ID] = m
	}
	for i, e := range st.Ledger {
		st.entriesOf[e.ExternalUserID] = append(st.entriesOf[e.ExternalUserID], i)
	}
	st.indexTags()
}

func (st *state) indexTags() {
	st.tags = make(map[string]tagRef)
	for _, g := range st.TagGroups {
		for _, t := range g.Tags {
			st.tags[t.ID] = tagRef{g, t}
		}
	}
}

func made[V any](m map[string]V) map[string]V {
	if m == nil {
		return make(map[string]V)
	}
	return m
}

func (st *state) next() int64 {
	st.Seq++
	return st.Seq
}

// member finds a member by userid, in any case of letters.
func (st *state) member(userID string) *member {
	return st.members[strings.ToLower(userID)]
}

func (st *state) relation(userID, externalUserID string) *relation {
	for _, r := range st.followers[externalUserID] {
		if strings.EqualFold(r.owner.UserID, userID) {
			return r
		}
	}
	return nil
}

func (st *state) addRelation(m *member, r *relation) {
	r.Seq, r.owner = st.next(), m
	m.Relations = append(m.Relations, r)
	st.followers[r.ExternalUserID] = append(st.followers[r.ExternalUserID], r)
}

func (st *state) dropRelation(r *relation) {
	same := func(o *relation) bool { return o == r }
	r.owner.Relations = slices.DeleteFunc(r.owner.Relations, same)
	st.followers[r.ExternalUserID] = slices.DeleteFunc(st.followers[r.ExternalUserID], same)
}

func (st *state) department(id int) *department {
	for _, d := range st.Departments {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// within lists the department and all below it.
func (st *state) within(id int) []*department {
	var out []*department
	if d := st.department(id); d != nil {
		out = append(out, d)
	}
	for i := 0; i < len(out); i++ {
		for _, d := range st.Departments {
			if d.ParentID == out[i].ID {
				out = append(out, d)
			}
		}
	}
	return out
}

// newID returns an identifier of WeCom's shape: prefix and random characters, n
// in all.
func newID(prefix string, n int) string {
	id := prefix
	for len(id) < n {
		id += rand.Text()
	}
	return id[:n]
}

// Entry is a line of the ledger: something that a person has in fact received
// or done.
type Entry struct {
	Seq            int64             `json:"seq"`
	At             time.Time         `json:"at"`
	Kind           string            `json:"kind"`
	ExternalUserID string            `json:"external_userid,omitempty"`
	UserID         string            `json:"userid,omitempty"`
	ChatID         string            `json:"chat_id,omitempty"`
	MsgID          string            `json:"msgid,omitempty"`
	From           string            `json:"from,omitempty"` // chat lines: customer or member
	Via            string            `json:"via,omitempty"`  // chat lines from the sidebar: jssdk
	Text           string            `json:"text,omitempty"`
	Attachments    []json.RawMessage `json:"attachments,omitempty"`
	Status         string            `json:"status"`
}

// Kinds of ledger entries.
const (
	kindWelcome    = "welcome"
	kindGroupMsg   = "groupmsg"
	kindGroupChat  = "groupchat"
	kindMoment     = "moment"
	kindChat       = "chat"
	kindAppMessage = "app_message"
	kindCardUpdate = "card_update"
	kindClick      = "click"
)

func (st *state) record(at time.Time, e Entry) {
	e.Seq = int64(len(st.Ledger)) + 1
	e.At = at
	if e.Status == "" {
		e.Status = "delivered"
	}
	st.entriesOf[e.ExternalUserID] = append(st.entriesOf[e.ExternalUserID], len(st.Ledger))
	st.Ledger = append(st.Ledger, e)
}

// use counts one mass message or moment against a customer's quota. It refuses
// when limit are used since start.
func use(used map[string][]int64, id string, start, now time.Time, limit int) bool {
	recent := slices.DeleteFunc(used[id], func(at int64) bool { return at < now.AddDate(0, 0, -32).Unix() })
	n := 0
	for _, at := range recent {
		if at >= start.Unix() {
			n++
		}
	}
	if limit >= 0 && n >= limit {
		used[id] = recent
		return false
	}
	used[id] = append(recent, now.Unix())
	return true
}
